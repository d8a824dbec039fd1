"""Concurrent calls: one name is given once, quotas hold, and no database error reaches a client."""

import collections
from concurrent.futures import ThreadPoolExecutor

import tc3
from conftest import allow, assume, trust

CALLERS = 32


def at_once(work, *, times=CALLERS):
    with ThreadPoolExecutor(CALLERS) as pool:
        return collections.Counter(reply.code for reply in pool.map(work, range(times)))


def test_one_name_is_given_once(tenant):
    for round_ in range(5):
        role = {"RoleName": f"contested-{round_}", "PolicyDocument": trust(tenant.root)}
        outcome = at_once(lambda _, role=role: tenant.raw("cam", "CreateRole", role))
        assert outcome == {None: 1, "InvalidParameter.RoleNameInUse": CALLERS - 1}
    outcome = at_once(lambda _: tenant.raw("cam", "AddUser", {"Name": "contested"}))
    assert outcome == {None: 1, "InvalidParameter.SubUserNameInUse": CALLERS - 1}
    document = '{"version":"2.0","statement":[{"effect":"allow","action":"cvm:*","resource":"*"}]}'
    policy = {"PolicyName": "contested", "PolicyDocument": document}
    outcome = at_once(lambda _: tenant.raw("cam", "CreatePolicy", policy))
    assert outcome == {None: 1, "FailedOperation.PolicyNameInUse": CALLERS - 1}


def test_a_quota_holds(tenant):
    uin = tenant.raw("cam", "AddUser", {"Name": "keys"}).response["Uin"]
    outcome = at_once(lambda _: tenant.raw("cam", "CreateAccessKey", {"TargetUin": uin}))
    assert outcome == {None: 2, "OperationDenied.AccessKeyOverLimit": CALLERS - 2}
    tags = lambda n: {"RoleName": "tagged", "Tags": [{"Key": f"k{n}-{m}", "Value": "v"} for m in range(5)]}  # noqa: E731
    tenant.role("tagged")
    outcome = at_once(lambda n: tenant.raw("cam", "TagRole", tags(n)))
    assert outcome == {None: 10, "InvalidParameter.TagLimitExceeded": CALLERS - 10}
    assert len(tenant.raw("cam", "GetRole", {"RoleName": "tagged"}).response["RoleInfo"]["Tags"]) == 50


def test_accounts_do_not_affect_each_other(server):
    tenants = [server.tenant() for _ in range(8)]
    outcome = at_once(
        lambda n: tenants[n % 8].raw("cam", "AddUser", {"Name": f"user-{n // 8}"}), times=8 * 10
    )
    assert outcome == {None: 80}
    for tenant in tenants:
        users = tenant.raw("cam", "ListUsers").response["Data"]
        assert {user["Name"] for user in users} == {f"user-{n}" for n in range(10)}


def test_sessions_while_their_role_changes(tenant):
    tenant.role("r")
    assume_role = {"RoleArn": tenant.role_arn("r"), "RoleSessionName": "thick"}
    replies = []

    def work(n):
        if n % 4 == 0:
            return tenant.raw("cam", "UpdateRoleDescription", {"RoleName": "r", "Description": str(n)})
        reply = tenant.raw("sts", "AssumeRole", assume_role)
        replies.append(reply.response["Credentials"])
        return reply

    assert at_once(work, times=200) == {None: 200}
    assert len({keys["TmpSecretId"] for keys in replies}) == len(replies) == 150
    for keys in replies[:10]:
        caller = tenant.with_(secret_id=keys["TmpSecretId"], secret_key=keys["TmpSecretKey"], token=keys["Token"])
        assert caller.raw("sts", "GetCallerIdentity").code is None


def test_a_revocation_holds_for_every_later_call(tenant):
    """A permission whose removal was acknowledged is gone for every call that starts later."""
    policy = tenant.policy("p", allow("cam:ListUsers"))
    user = tenant.user("u")
    for _ in range(10):
        tenant.raw("cam", "AttachUserPolicy", {"PolicyId": policy, "AttachUin": user.uin})
        assert at_once(lambda _: user.raw("cam", "ListUsers"), times=16) == {None: 16}
        tenant.raw("cam", "DetachUserPolicy", {"PolicyId": policy, "DetachUin": user.uin})
        outcome = at_once(lambda _: user.raw("cam", "ListUsers"), times=16)
        assert outcome == {"AuthFailure.UnauthorizedOperation": 16}


def test_killed_while_writing(serve):
    """After a kill, acknowledged writes are there, other writes are complete or absent, and the server starts again."""
    server = serve()
    tenant = server.tenant()
    kept = []

    def write(n):
        try:
            parameters = {"Name": f"user-{n}", "UseApi": 1}
            if tenant.raw("cam", "AddUser", parameters, timeout=5).code is None:
                kept.append(f"user-{n}")
        except (OSError, tc3.http.client.HTTPException, ValueError):
            pass
        if n == 200:
            server.kill()

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(write, range(400)))
    server.start()
    users = {user["Name"]: user["Uin"] for user in tenant.raw("cam", "ListUsers").response["Data"]}
    assert kept and set(kept) <= set(users)
    for uin in users.values():
        assert len(tenant.raw("cam", "ListAccessKeys", {"TargetUin": uin}).response["AccessKeys"]) == 1


def test_sessions_survive_a_kill(serve):
    server = serve()
    tenant = server.tenant()
    tenant.role("r")
    sessions = [assume(tenant, tenant.role_arn("r"))[0] for _ in range(5)]
    server.kill()
    server.start()
    for session in sessions:
        assert session.raw("sts", "GetCallerIdentity").code is None
