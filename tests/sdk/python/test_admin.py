"""What the admin API changes (clocks, credentials, accounts, stubs), as the vendor's clients see it."""

import json
import time

import pytest
from conftest import allow, assume, deny, refused
from tencentcloud.cam.v20190116 import models as cam
from tencentcloud.sts.v20180813 import models as sts

NEW_YEAR = 1767225600  # 2026-01-01T00:00:00Z


def clock(tenant, **fields):
    return tenant.server.admin.ok("PUT", f"/clock?account={tenant.id}", fields)


def role_info(tenant, name):
    request = cam.GetRoleRequest()
    request.RoleName = name
    return tenant.cam().GetRole(request).RoleInfo


def test_a_frozen_clock(tenant):
    shown = clock(tenant, mode="frozen", now="2026-01-01T00:00:00Z")
    assert shown["mode"] == "frozen" and shown["now"] == "2026-01-01T00:00:00Z"
    tenant.role("r")
    assert role_info(tenant, "r").AddTime == "2026-01-01 08:00:00", "local time in China"
    session, answer = assume(tenant, tenant.role_arn("r"), DurationSeconds=3600)
    assert answer.ExpiredTime == NEW_YEAR + 3600 and answer.Expiration == "2026-01-01T01:00:00Z"
    session.sts().GetCallerIdentity(sts.GetCallerIdentityRequest())
    clock(tenant, mode="frozen", now="2026-01-01T01:00:01Z")
    with refused("AuthFailure.TokenFailure"):
        session.sts().GetCallerIdentity(sts.GetCallerIdentityRequest())
    assert clock(tenant, mode="real")["mode"] == "real"


def test_each_account_has_its_own_clock(server, tenant):
    other = server.tenant()
    for company in (tenant, other):
        company.role("r")
    mine, _ = assume(tenant, tenant.role_arn("r"))
    theirs, _ = assume(other, other.role_arn("r"))
    server.admin.ok("POST", f"/clock/advance?account={tenant.id}", {"seconds": 7300})
    with refused("AuthFailure.TokenFailure"):
        mine.sts().GetCallerIdentity(sts.GetCallerIdentityRequest())
    theirs.sts().GetCallerIdentity(sts.GetCallerIdentityRequest())


def test_a_condition_on_the_time_uses_the_accounts_clock(tenant):
    user = tenant.user(
        "u",
        allow("cam:ListUsers"),
        deny("cam:ListUsers", condition={"date_greater_than": {"qcs:current_time": "2026-06-01T00:00:00Z"}}),
    )
    clock(tenant, mode="frozen", now="2026-05-31T23:59:59Z")
    assert user.raw("cam", "ListUsers").code is None
    clock(tenant, mode="frozen", now="2026-06-01T00:00:01Z")
    assert user.raw("cam", "ListUsers").code == "AuthFailure.UnauthorizedOperation"


def test_a_clock_survives_a_restart(serve):
    server = serve()
    tenant = server.tenant()
    clock(tenant, mode="frozen", now="2026-01-01T00:00:00Z")
    server.admin.ok("PUT", "/clock", {"mode": "offset", "offset_seconds": 3600})
    server.stop()
    server.start()
    assert server.admin.ok("GET", f"/clock?account={tenant.id}")["now"] == "2026-01-01T00:00:00Z"
    assert server.admin.ok("GET", "/clock")["offset_seconds"] == 3600


@pytest.mark.parametrize("word", ["expire", "revoke"])
def test_a_session_is_ended_through_the_admin_api(tenant, word):
    tenant.role("r")
    session, _ = assume(tenant, tenant.role_arn("r"))
    spared, _ = assume(tenant, tenant.role_arn("r"))
    tenant.server.admin.ok("POST", f"/credentials/{session.secret_id}/{word}")
    with refused("AuthFailure.TokenFailure"):
        session.sts().GetCallerIdentity(sts.GetCallerIdentityRequest())
    spared.sts().GetCallerIdentity(sts.GetCallerIdentityRequest())


def test_an_account_with_given_fields(server):
    fields = {
        "id": "100000654321", "name": "asked for", "app_id": 1250000001,
        "secret_id": "AKID" + "Q" * 32, "secret_key": "q" * 32,
    }  # fmt: skip
    tenant = server.tenant(**fields)
    assert tenant.created["account"] | {"created_at": ""} == {
        "id": "100000654321", "cloud": "tencent", "name": "asked for", "app_id": 1250000001, "created_at": "",
    }  # fmt: skip
    assert tenant.created["credentials"] == {"secret_id": fields["secret_id"], "secret_key": fields["secret_key"]}
    assert tenant.raw("sts", "GetCallerIdentity").response["AccountId"] == "100000654321"
    status, _ = server.admin.request(
        "POST", "/_camulator/v1/accounts", {"secret_id": fields["secret_id"], "secret_key": "r" * 32}
    )
    assert status == 409, "a key id belongs to one account"
    assert "secret_key" not in json.dumps(server.admin.ok("GET", "/accounts"))


def test_deleting_an_account_ends_its_sessions(server):
    owner, guest = server.tenant(), server.tenant()
    owner.role("open", guest.root)
    session, _ = assume(guest, owner.role_arn("open"))
    server.admin.ok("DELETE", f"/accounts/{owner.id}")
    with refused("AuthFailure.TokenFailure", "AuthFailure.SecretIdNotFound"):
        session.sts().GetCallerIdentity(sts.GetCallerIdentityRequest())
    with refused("InternalError.GetRoleError", "AuthFailure.UnauthorizedOperation", "InvalidParameter.AccountNotAvaliable"):
        assume(guest, owner.role_arn("open"))


def test_a_custom_stub(tenant):
    stub = {
        "version": "2021-01-11",
        "resource": "qcs::sms:{{Region}}:uin/{{OwnerUin}}:app/{{SmsSdkAppId}}",
        "response": {"SendStatusSet": [{"Code": "Ok", "Phone": "{{PhoneNumberSet.0}}"}]},
    }  # fmt: skip
    server = tenant.server
    server.admin.ok("PUT", "/stubs/sms/SendSms", stub)
    try:
        parameters = {"SmsSdkAppId": "77", "PhoneNumberSet": ["+8613800000000"]}
        user = tenant.user("u", allow("sms:SendSms", f"qcs::sms:ap-guangzhou:uin/{tenant.id}:app/77"))
        reply = user.raw("sms", "SendSms", parameters, version="2021-01-11")
        assert reply.code is None, reply
        assert reply.response["SendStatusSet"] == [{"Code": "Ok", "Phone": "+8613800000000"}]
        reply = user.raw("sms", "SendSms", parameters | {"SmsSdkAppId": "78"}, version="2021-01-11")
        assert reply.code == "AuthFailure.UnauthorizedOperation", reply
    finally:
        server.admin.ok("DELETE", "/stubs/sms/SendSms")
    assert tenant.raw("sms", "SendSms", {}, version="2021-01-11").code == "InvalidAction"


def test_a_session_that_ended_long_ago(serve):
    """The key of an expired session gets `TokenFailure`, not an unknown key, even after the server has purged it."""
    server = serve()
    tenant = server.tenant()
    tenant.role("r")
    session, _ = assume(tenant, tenant.role_arn("r"))
    server.admin.advance(3 * 86_400)
    server.stop()
    server.start()
    time.sleep(1.0)  # the server purges ended sessions right after the start
    with refused("AuthFailure.TokenFailure"):
        session.sts().GetCallerIdentity(sts.GetCallerIdentityRequest())
