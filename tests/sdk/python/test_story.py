"""The program's main scenario, run with the vendor's Python SDK.

Company A lends its machines in Guangzhou to company B. A creates a role that trusts B, and B's sub-user DevB assumes it
and works with temporary keys: only where the role allows, and only until they expire.
"""

import calendar
import time

import pytest
from conftest import Caller, allow, assume, document, refused, trust
from tencentcloud.cam.v20190116 import models as cam
from tencentcloud.cvm.v20170312 import models as cvm
from tencentcloud.sts.v20180813 import models as sts

A, B = "12345", "67890"
ROLE = "DevOpsRole"
ROLE_ARN = f"qcs::cam::uin/{A}:roleName/{ROLE}"
UNKNOWN_KEY = "AKIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"


class Story:
    """Both companies, with everything set up."""

    def __init__(self, server):
        self.server = server
        self.a = server.tenant(id=A, name="CompanyExampleA")
        self.b = server.tenant(id=B, name="CompanyExampleB")

        # Company A: the role, its policy, and the attachment.
        request = cam.CreateRoleRequest()
        request.RoleName, request.Description = ROLE, "operations by company B"
        request.PolicyDocument = trust(f"qcs::cam::uin/{B}:root")
        self.role_id = self.a.cam().CreateRole(request).RoleId
        request = cam.CreatePolicyRequest()
        request.PolicyName = "GuangzhouMachines"
        request.PolicyDocument = document(allow(["cvm:*"], ["qcs::cvm:ap-guangzhou::*"]))
        self.role_policy = self.a.cam().CreatePolicy(request).PolicyId
        request = cam.AttachRolePolicyRequest()
        request.PolicyId, request.AttachRoleName = self.role_policy, ROLE
        self.a.cam().AttachRolePolicy(request)

        # Company B: DevB, who has no permissions yet.
        request = cam.AddUserRequest()
        request.Name, request.UseApi, request.Remark = "DevB", 1, "operations"
        added = self.b.cam().AddUser(request)
        self.dev_uin = added.Uin
        self.dev = Caller(server, added.SecretId, added.SecretKey)

    def permit(self):
        """Company B lets DevB assume company A's role."""
        request = cam.CreatePolicyRequest()
        request.PolicyName = "AssumeDevOpsRole"
        request.PolicyDocument = document(allow("name/sts:AssumeRole", ROLE_ARN))
        policy = self.b.cam().CreatePolicy(request).PolicyId
        request = cam.AttachUserPolicyRequest()
        request.PolicyId, request.AttachUin = policy, self.dev_uin
        self.b.cam().AttachUserPolicy(request)

    def session(self, **fields):
        return assume(self.dev, ROLE_ARN, **fields)[0]


@pytest.fixture(scope="module")
def before(serve):
    """The scenario before company B has permitted anything."""
    return Story(serve())


@pytest.fixture(scope="module")
def story(before):
    before.permit()
    return before


def machines(caller, region="ap-guangzhou"):
    return caller.cvm(region).DescribeInstances(cvm.DescribeInstancesRequest())


def who(caller):
    return caller.sts().GetCallerIdentity(sts.GetCallerIdentityRequest())


# ------------------------------------------------------------------------------------------------ becoming the role


def test_without_a_policy_the_sub_user_is_refused(before):
    with refused("AuthFailure.UnauthorizedOperation") as refusal:
        assume(before.dev, ROLE_ARN)
    assert "sts:AssumeRole" in refusal.message, refusal.message


def test_the_sub_user_assumes_the_role_of_the_other_company(story):
    session, answer = assume(story.dev, ROLE_ARN, DurationSeconds=7200)
    assert abs(answer.ExpiredTime - time.time() - 7200) < 30
    assert calendar.timegm(time.strptime(answer.Expiration, "%Y-%m-%dT%H:%M:%SZ")) == answer.ExpiredTime
    assert len(session.secret_id) <= 1024 and len(session.secret_key) <= 1024 and len(session.token) <= 4096
    assert answer.RequestId


def test_the_root_of_the_trusted_company_needs_no_policy(story):
    session, _ = assume(story.b, ROLE_ARN)
    assert machines(session).TotalCount == 0


def test_a_company_that_is_not_trusted_is_refused(story):
    stranger = story.server.tenant()
    with refused("AuthFailure.UnauthorizedOperation", "UnauthorizedOperation", "InternalError.IllegalRole"):
        assume(stranger, ROLE_ARN)


def test_the_permission_is_for_this_role_only(story):
    other = story.a.role("OtherRole", f"qcs::cam::uin/{B}:root")
    assert other
    with refused("AuthFailure.UnauthorizedOperation"):
        assume(story.dev, story.a.role_arn("OtherRole"))


# ------------------------------------------------------------------------------------------------ the temporary keys


def test_machines_in_guangzhou_are_listed(story):
    answer = machines(story.session())
    assert answer.TotalCount == 0 and answer.InstanceSet == []


def test_machines_in_shanghai_are_refused(story):
    with refused("AuthFailure.UnauthorizedOperation") as refusal:
        machines(story.session(), "ap-shanghai")
    assert "cvm:DescribeInstances" in refusal.message, refusal.message


def test_the_temporary_keys_do_nothing_else(story):
    session = story.session()
    with refused("AuthFailure.UnauthorizedOperation"):
        session.cam().ListUsers(cam.ListUsersRequest())
    request = cam.DeleteRoleRequest()
    request.RoleName = ROLE
    with refused("AuthFailure.UnauthorizedOperation"):
        session.cam().DeleteRole(request)


def test_the_sub_user_itself_sees_no_machines(story):
    with refused("AuthFailure.UnauthorizedOperation"):
        machines(story.dev)


# ------------------------------------------------------------------------------------------------ bad credentials


def test_a_wrong_secret(story):
    for caller in (story.a, story.dev, story.session()):
        with refused("AuthFailure.SignatureFailure"):
            who(caller.with_(secret_key=caller.secret_key[::-1] + "x"))


def test_an_unknown_key(story):
    with refused("AuthFailure.SecretIdNotFound"):
        who(story.a.with_(secret_id=UNKNOWN_KEY))


def test_a_temporary_key_without_its_token(story):
    with refused("AuthFailure.TokenFailure"):
        machines(story.session().with_(token=None))


def test_a_token_of_another_session(story):
    with refused("AuthFailure.TokenFailure"):
        machines(story.session().with_(token=story.session().token))


def test_a_token_that_was_tampered_with(story):
    session = story.session()
    last = "a" if session.token[-1] != "a" else "b"
    with refused("AuthFailure.TokenFailure"):
        machines(session.with_(token=session.token[:-1] + last))
    with refused("AuthFailure.TokenFailure"):
        machines(session.with_(token="made-up"))


def test_a_token_with_a_permanent_key(story):
    with refused("AuthFailure.TokenFailure"):
        who(story.a.with_(token=story.session().token))


def test_a_disabled_and_a_deleted_key(story):
    user = story.b.user("Leaver", allow("sts:*"))
    assert who(user).UserId == str(user.uin)
    request = cam.UpdateAccessKeyRequest()
    request.AccessKeyId, request.Status, request.TargetUin = user.secret_id, "Inactive", user.uin
    story.b.cam().UpdateAccessKey(request)
    with refused("AuthFailure.SecretIdNotFound"):
        who(user)
    request.Status = "Active"
    story.b.cam().UpdateAccessKey(request)
    who(user)
    request = cam.DeleteAccessKeyRequest()
    request.AccessKeyId, request.TargetUin = user.secret_id, user.uin
    story.b.cam().DeleteAccessKey(request)
    with refused("AuthFailure.SecretIdNotFound"):
        who(user)


# ------------------------------------------------------------------------------------------------ who am I


def test_the_root_learns_who_it_is(story):
    answer = who(story.a)
    assert (answer.AccountId, answer.UserId, answer.PrincipalId) == (A, A, A)
    assert answer.Arn == f"qcs::cam:{A}:uin/{A}", answer.Arn
    assert answer.Type == "CAMUser", answer.Type


def test_a_sub_user_learns_who_it_is(story):
    answer = who(story.dev)
    uin = str(story.dev_uin)
    assert (answer.AccountId, answer.UserId, answer.PrincipalId) == (B, uin, uin)
    assert (answer.Arn, answer.Type) == (f"qcs::cam:{B}:uin/{uin}", "CAMUser")


def test_an_assumed_role_learns_who_it_is(story):
    answer = who(story.session())
    assert answer.AccountId == A, "the account is the owner of the role"
    assert answer.UserId == f"{story.role_id}:DevBAssumeTheRole"
    assert answer.PrincipalId == str(story.dev_uin)
    assert (answer.Arn, answer.Type) == (f"qcs::sts:{A}:assumed-role/{story.role_id}", "CAMRole")


# ------------------------------------------------------------------------------------------------ the end of a session


def test_the_temporary_keys_expire(story):
    session = story.session(DurationSeconds=900)
    try:
        story.server.admin.advance(890)
        machines(session)
        story.server.admin.advance(20)
        with refused("AuthFailure.TokenFailure"):
            machines(session)
        # The moved clock does not affect signatures: new keys work at once.
        machines(story.session())
    finally:
        story.server.admin.real_clock()


def test_a_restart_keeps_everything(story):
    session = story.session()
    assert story.server.stop() == 0
    story.server.start()
    assert machines(session).TotalCount == 0
    with refused("AuthFailure.UnauthorizedOperation"):
        machines(session, "ap-shanghai")
    assert who(story.dev).UserId == str(story.dev_uin)
    assert machines(story.session()).TotalCount == 0


def test_a_killed_server_keeps_what_it_acknowledged(story):
    session = story.session()
    names = []
    for number in range(10):
        names.append(f"Durable-{number}")
        story.a.role(names[-1])
    story.server.kill()
    story.server.start()
    assert machines(session).TotalCount == 0
    for name in names:
        request = cam.GetRoleRequest()
        request.RoleName = name
        assert story.a.cam().GetRole(request).RoleInfo.RoleName == name


def test_detaching_the_policy_takes_effect_at_once(story):
    session = story.session()
    machines(session)
    request = cam.DetachRolePolicyRequest()
    request.PolicyId, request.DetachRoleName = story.role_policy, ROLE
    story.a.cam().DetachRolePolicy(request)
    with refused("AuthFailure.UnauthorizedOperation"):
        machines(session)
    request = cam.AttachRolePolicyRequest()
    request.PolicyId, request.AttachRoleName = story.role_policy, ROLE
    story.a.cam().AttachRolePolicy(request)
    machines(session)


def test_deleting_the_role_ends_its_sessions_at_once(story):
    session = story.session()
    machines(session)
    request = cam.DeleteRoleRequest()
    request.RoleName = ROLE
    story.a.cam().DeleteRole(request)
    with refused("AuthFailure.TokenFailure"):
        machines(session)
    with refused("AuthFailure.TokenFailure"):
        who(session)
    with refused("InternalError.GetRoleError", "AuthFailure.UnauthorizedOperation"):
        assume(story.b, ROLE_ARN)
    # A new role with the old name is another role, so the old keys stay invalid, even after a restart.
    story.a.role(ROLE, f"qcs::cam::uin/{B}:root")
    with refused("AuthFailure.TokenFailure"):
        who(session)
    story.server.stop()
    story.server.start()
    with refused("AuthFailure.TokenFailure"):
        who(session)
