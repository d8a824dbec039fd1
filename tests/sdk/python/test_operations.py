"""Operations through the SDK's own models: each does its work, and fails with the documented codes."""

import json
import re
import time

import pytest
from conftest import allow, assume, deny, document, refused, trust
from tencentcloud.cam.v20190116 import models as cam
from tencentcloud.cvm.v20170312 import models as cvm
from tencentcloud.sts.v20180813 import models as sts

TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
POLICY = document(allow("cvm:*"))
POLICY_GONE = ("ResourceNotFound.PolicyIdNotFound", "InvalidParameter.PolicyIdNotExist")
NO_POLICY = 99999999
NO_ROLE = "4611686018000000001"
DENIED = "AuthFailure.UnauthorizedOperation"
EVERY_TRANSPORT = True


def run(caller, action, **parameters):
    """Calls an action of CAM with a request model that the SDK fills from these parameters."""
    request = getattr(cam, action + "Request")()
    request._deserialize(parameters)
    return getattr(caller.cam(), action)(request)


def run_sts(caller, action, **parameters):
    request = getattr(sts, action + "Request")()
    request._deserialize(parameters)
    return getattr(caller.sts(), action)(request)


def extension(caller, action, **parameters):
    """Calls an operation for which the SDK has no model."""
    return caller.common("cam", "2019-01-16").call_json(action, parameters)["Response"]


def role_info(tenant, name="r"):
    return run(tenant, "GetRole", RoleName=name).RoleInfo


def tags(info):
    return {tag.Key: tag.Value for tag in info.Tags or []}


@pytest.fixture
def role(tenant):
    return tenant.role("r")


# ------------------------------------------------------------------------------------------------ roles


def test_create_role(tenant):
    answer = run(
        tenant,
        "CreateRole",
        RoleName="a+b=c,d.e@f_g-h",
        PolicyDocument=trust(tenant.root),
        Description="第一",
        ConsoleLogin=1,
        SessionDuration=3600,
        Tags=[{"Key": "team", "Value": "ops"}, {"Key": "env", "Value": "dev"}],
    )
    info = role_info(tenant, "a+b=c,d.e@f_g-h")
    assert info.RoleId == answer.RoleId and int(answer.RoleId) >= 2**62
    assert (info.Description, info.ConsoleLogin, info.SessionDuration) == ("第一", 1, 3600)
    assert info.RoleType == "user" and info.DeletionTaskId in (None, "")
    assert TIME.fullmatch(info.AddTime) and TIME.fullmatch(info.UpdateTime)
    assert tags(info) == {"team": "ops", "env": "dev"}
    assert info.RoleArn == tenant.role_arn("a+b=c,d.e@f_g-h")


def test_a_role_has_defaults(tenant, role):
    info = role_info(tenant)
    assert (info.Description, info.ConsoleLogin) == ("", 0)
    assert info.SessionDuration == 0
    assert tags(info) == {}


@pytest.mark.parametrize(
    "code, change",
    [
        ("RoleNameInUse", {"RoleName": "r"}),
        ("RoleNameError", {"RoleName": "with space"}),
        ("RoleNameError", {"RoleName": "x" * 129}),
        ("DescriptionLengthOverlimit", {"Description": "x" * 301}),
        ("DescriptionLengthOverlimit", {"Description": "述" * 101}),
        ("ParamError", {"SessionDuration": 43201}),
        ("ParamError", {"ConsoleLogin": 2}),
        ("ParamError", {"PolicyDocument": "not json"}),
        ("VersionError", {"PolicyDocument": json.dumps({"version": "3.0", "statement": []})}),
        ("StatementError", {"PolicyDocument": json.dumps({"version": "2.0", "statement": []})}),
        ("EffectError", {"PolicyDocument": trust("qcs::cam::uin/1:root", effect="permit")}),
        ("ActionError", {"PolicyDocument": trust("qcs::cam::uin/1:root", action=7)}),
        ("PrincipalError", {"PolicyDocument": trust("x", principal="nobody")}),
        ("PrincipalQcsError", {"PolicyDocument": trust("someone")}),
        ("PrincipalServiceNotExist", {"PolicyDocument": trust("x", principal={"service": "no.such.service"})}),
        ("ConditionTypeError", {"PolicyDocument": trust("qcs::cam::uin/1:root", condition={"equals": {"a": "b"}})}),
        ("ConditionError", {"PolicyDocument": trust("qcs::cam::uin/1:root", condition="always")}),
        ("TagParamError", {"Tags": [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]}),
        ("TagLimitExceeded", {"Tags": [{"Key": f"k{n}", "Value": "v"} for n in range(51)]}),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_create_role_refuses(tenant, role, code, change):
    if "PolicyDocument" in change:
        change = {"PolicyDocument": change["PolicyDocument"].replace("uin/1:", f"uin/{tenant.id}:")}
    with refused("InvalidParameter." + code):
        run(tenant, "CreateRole", **{"RoleName": "new", "PolicyDocument": trust(tenant.root)} | change)
    assert run(tenant, "DescribeRoleList", Page=1, Rp=20).TotalNum == 1, "something was left behind"


def test_a_role_for_an_account_that_does_not_exist(tenant):
    with refused("InvalidParameter.PrincipalQcsNotExist", "InvalidParameter.UserNotExist"):
        run(tenant, "CreateRole", RoleName="new", PolicyDocument=trust("qcs::cam::uin/999999999999:root"))


def test_get_role(tenant, role):
    assert run(tenant, "GetRole", RoleId=role).RoleInfo.RoleName == "r"
    with refused("InvalidParameter.RoleNotExist"):
        run(tenant, "GetRole", RoleName="none")
    with refused("InvalidParameter.RoleNotExist"):
        run(tenant, "GetRole", RoleId=NO_ROLE)
    with refused("InvalidParameter.ParamError"):
        run(tenant, "GetRole")


def test_a_role_of_another_account_does_not_exist(server, tenant, role):
    with refused("InvalidParameter.RoleNotExist"):
        run(server.tenant(), "GetRole", RoleId=role)


def test_delete_role(tenant, role):
    policy = tenant.policy("p", allow("cvm:*"))
    run(tenant, "AttachRolePolicy", PolicyId=policy, AttachRoleId=role)
    run(tenant, "DeleteRole", RoleId=role)
    with refused("InvalidParameter.RoleNotExist"):
        run(tenant, "DeleteRole", RoleId=role)
    with refused("InvalidParameter.RoleNotExist"):
        run(tenant, "GetRole", RoleName="r")


def test_describe_role_list(tenant):
    for number in range(5):
        run(
            tenant,
            "CreateRole",
            RoleName=f"r{number}",
            PolicyDocument=trust(tenant.root),
            Tags=[{"Key": "odd", "Value": str(number % 2)}],
        )
    pages = [run(tenant, "DescribeRoleList", Page=page, Rp=2) for page in (1, 2, 3, 4)]
    assert [page.TotalNum for page in pages] == [5] * 4
    assert sorted(role.RoleName for page in pages for role in page.List) == [f"r{n}" for n in range(5)]
    assert [len(page.List) for page in pages] == [2, 2, 1, 0]
    odd = run(tenant, "DescribeRoleList", Page=1, Rp=20, Tags=[{"Key": "odd", "Value": "1"}])
    assert odd.TotalNum == 2 and {role.RoleName for role in odd.List} == {"r1", "r3"}
    with refused("MissingParameter"):
        run(tenant, "DescribeRoleList", Page=1)
    for bad in ({"Page": 0, "Rp": 20}, {"Page": 1, "Rp": 201}):
        with refused("InvalidParameter.ParamError"):
            run(tenant, "DescribeRoleList", **bad)


def test_update_assume_role_policy(server, tenant, role):
    other = server.tenant()
    run(tenant, "UpdateAssumeRolePolicy", RoleName="r", PolicyDocument=trust(other.root))
    assert other.id in role_info(tenant).PolicyDocument
    assert assume(other, tenant.role_arn("r"))
    with refused("UnauthorizedOperation", DENIED, "InternalError.IllegalRole"):
        assume(tenant, tenant.role_arn("r"))
    with refused("InvalidParameter.RoleNotExist"):
        run(tenant, "UpdateAssumeRolePolicy", RoleName="none", PolicyDocument=trust(tenant.root))
    with refused("InvalidParameter.VersionError"):
        run(tenant, "UpdateAssumeRolePolicy", RoleName="r", PolicyDocument="{}")
    with refused("InvalidParameter.PolicyDocumentLengthOverLimit"):
        long = trust(tenant.root, condition={"string_equal": {"sts:external_id": "x" * 7000}})
        run(tenant, "UpdateAssumeRolePolicy", RoleName="r", PolicyDocument=long)


def test_update_role_description(tenant, role):
    run(tenant, "UpdateRoleDescription", RoleId=role, Description="new")
    assert role_info(tenant).Description == "new"
    with refused("InvalidParameter.DescriptionLengthOverlimit"):
        run(tenant, "UpdateRoleDescription", RoleId=role, Description="x" * 301)
    with refused("InvalidParameter.RoleNotExist"):
        run(tenant, "UpdateRoleDescription", RoleName="none", Description="new")
    with refused("MissingParameter"):
        run(tenant, "UpdateRoleDescription", RoleId=role)


def test_update_role_console_login(tenant, role):
    run(tenant, "UpdateRoleConsoleLogin", RoleId=int(role), ConsoleLogin=1)
    assert role_info(tenant).ConsoleLogin == 1
    with refused("InvalidParameter.RoleNotExist"):
        run(tenant, "UpdateRoleConsoleLogin", RoleName="none", ConsoleLogin=1)
    with refused("InvalidParameter.ParamError"):
        run(tenant, "UpdateRoleConsoleLogin", RoleName="r", ConsoleLogin=3)


def test_update_role_session_duration(tenant, role):
    run(tenant, "UpdateRoleSessionDuration", RoleId=int(role), SessionDuration=1800)
    assert role_info(tenant).SessionDuration == 1800
    with refused("InvalidParameter.OverTimeError"):
        assume(tenant, tenant.role_arn("r"), DurationSeconds=1801)
    with refused("InvalidParameter.RoleNotExist"):
        run(tenant, "UpdateRoleSessionDuration", RoleName="none", SessionDuration=1800)
    with refused("InvalidParameter.ParamError"):
        run(tenant, "UpdateRoleSessionDuration", RoleName="r", SessionDuration=43201)


def test_tag_and_untag_role(tenant, role):
    run(tenant, "TagRole", RoleName="r", Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    run(tenant, "TagRole", RoleId=role, Tags=[{"Key": "a", "Value": "3"}])
    assert tags(role_info(tenant)) == {"a": "3", "b": "2"}
    run(tenant, "UntagRole", RoleName="r", TagKeys=["a"])
    assert tags(role_info(tenant)) == {"b": "2"}
    with refused("InvalidParameter.TagLimitExceeded"):
        run(tenant, "TagRole", RoleName="r", Tags=[{"Key": f"k{n}", "Value": "v"} for n in range(50)])
    assert tags(role_info(tenant)) == {"b": "2"}
    with refused("InvalidParameter.RoleNotExist"):
        run(tenant, "TagRole", RoleName="none", Tags=[{"Key": "a", "Value": "1"}])
    with refused("InvalidParameter.RoleNotExist"):
        run(tenant, "UntagRole", RoleName="none", TagKeys=["a"])


def test_attach_list_detach_role_policy(tenant, role):
    first, second = tenant.policy("first", allow("cvm:*")), tenant.policy("second", allow("cos:*"))
    run(tenant, "AttachRolePolicy", PolicyId=first, AttachRoleId=role)
    run(tenant, "AttachRolePolicy", PolicyName="second", AttachRoleName="r")
    run(tenant, "AttachRolePolicy", PolicyName="second", AttachRoleName="r")
    listed = run(tenant, "ListAttachedRolePolicies", RoleName="r", Page=1, Rp=20)
    assert listed.TotalNum == 2 and {item.PolicyName for item in listed.List} == {"first", "second"}
    item = next(item for item in listed.List if item.PolicyName == "first")
    assert (item.PolicyId, item.PolicyType, item.CreateMode, item.Deactived) == (first, "User", 2, 0)
    assert TIME.fullmatch(item.AddTime)
    assert run(tenant, "ListAttachedRolePolicies", RoleId=role, Page=1, Rp=1).TotalNum == 2
    assert run(tenant, "ListAttachedRolePolicies", RoleId=role, Page=1, Rp=9, PolicyType="QCS").TotalNum == 0
    assert run(tenant, "ListAttachedRolePolicies", RoleId=role, Page=1, Rp=9, Keyword="fir").TotalNum == 1
    run(tenant, "DetachRolePolicy", PolicyId=first, DetachRoleId=role)
    run(tenant, "DetachRolePolicy", PolicyName="second", DetachRoleName="r")
    assert run(tenant, "ListAttachedRolePolicies", RoleName="r", Page=1, Rp=20).TotalNum == 0
    run(tenant, "DetachRolePolicy", PolicyId=first, DetachRoleId=role)  # detached already: no code is documented


def test_attach_and_detach_role_policy_refuse(tenant, role):
    policy = tenant.policy("p", allow("cvm:*"))
    with refused("InvalidParameter.RoleNotExist"):
        run(tenant, "AttachRolePolicy", PolicyId=policy, AttachRoleName="none")
    with refused("InvalidParameter.PolicyIdNotExist"):
        run(tenant, "AttachRolePolicy", PolicyId=NO_POLICY, AttachRoleName="r")
    with refused("InvalidParameter.RoleNotExist"):
        run(tenant, "DetachRolePolicy", PolicyId=policy, DetachRoleName="none")
    with refused("InvalidParameter.PolicyIdNotExist"):
        run(tenant, "DetachRolePolicy", PolicyId=NO_POLICY, DetachRoleName="r")
    with refused("InvalidParameter.ParamError"):
        run(tenant, "AttachRolePolicy", PolicyId=policy)
    with refused("MissingParameter"):
        run(tenant, "ListAttachedRolePolicies", RoleName="r")
    with refused("InvalidParameter.ParamError"):
        run(tenant, "ListAttachedRolePolicies", RoleName="r", Page=1, Rp=201)


# ------------------------------------------------------------------------------------------------ users


def test_add_user(tenant):
    answer = run(tenant, "AddUser", Name="plain", Remark="a remark")
    assert answer.Uin and answer.Uid and answer.Name == "plain"
    assert (answer.SecretId, answer.SecretKey, answer.Password) == ("", "", "")
    with_key = run(tenant, "AddUser", Name="with-key", UseApi=1)
    assert re.fullmatch(r"AKID[A-Za-z0-9]{32}", with_key.SecretId)
    assert re.fullmatch(r"[A-Za-z0-9]{32}", with_key.SecretKey)
    with_password = run(tenant, "AddUser", Name="with-password", ConsoleLogin=1)
    assert len(with_password.Password) == 32
    with refused("InvalidParameter.SubUserNameInUse"):
        run(tenant, "AddUser", Name="plain")
    with refused("InvalidParameter.UserNameIllegal"):
        run(tenant, "AddUser", Name="no spaces here")
    with refused("InvalidParameter.PasswordViolatedRules"):
        run(tenant, "AddUser", Name="weak", ConsoleLogin=1, Password="a")
    with refused("MissingParameter"):
        run(tenant, "AddUser")


def test_get_and_update_user(tenant):
    uin = run(tenant, "AddUser", Name="u", Remark="before", PhoneNum="13800000000", CountryCode="86").Uin
    got = run(tenant, "GetUser", Name="u")
    assert (got.Uin, got.Remark, got.PhoneNum, got.CountryCode) == (uin, "before", "13800000000", "86")
    assert got.ConsoleLogin == 0
    run(tenant, "UpdateUser", Name="u", Remark="after", Email="u@example.com")
    got = run(tenant, "GetUser", Name="u")
    assert (got.Remark, got.Email, got.PhoneNum) == ("after", "u@example.com", "13800000000")
    for action in ("GetUser", "UpdateUser"):
        with refused("ResourceNotFound.UserNotExist"):
            run(tenant, action, Name="none")


def test_delete_user(tenant):
    user = tenant.user("u", allow("cvm:*"))
    with refused("OperationDenied.HaveKeys"):
        run(tenant, "DeleteUser", Name="u")
    run(tenant, "DeleteUser", Name="u", Force=1)
    with refused("AuthFailure.SecretIdNotFound"):
        run_sts(user, "GetCallerIdentity")
    with refused("ResourceNotFound.UserNotExist"):
        run(tenant, "DeleteUser", Name="u", Force=1)


def test_list_users(tenant):
    assert run(tenant, "ListUsers").Data == []
    for name in ("one", "two"):
        run(tenant, "AddUser", Name=name)
    data = run(tenant, "ListUsers").Data
    assert {user.Name for user in data} == {"one", "two"}
    assert all(TIME.fullmatch(user.CreateTime) for user in data)
    nobody = tenant.user("nobody")
    with refused(DENIED):
        run(nobody, "ListUsers")


# ------------------------------------------------------------------------------------------------ keys


def test_access_keys(tenant):
    uin = run(tenant, "AddUser", Name="u").Uin
    key = run(tenant, "CreateAccessKey", TargetUin=uin, Description="ci").AccessKey
    assert key.Status == "Active" and key.Description == "ci"
    assert re.fullmatch(r"AKID[A-Za-z0-9]{32}", key.AccessKeyId)
    assert re.fullmatch(r"[A-Za-z0-9]{32}", key.SecretAccessKey)
    user = tenant.with_(secret_id=key.AccessKeyId, secret_key=key.SecretAccessKey)
    assert run_sts(user, "GetCallerIdentity").UserId == str(uin)
    run(tenant, "CreateAccessKey", TargetUin=uin)
    with refused("OperationDenied.AccessKeyOverLimit"):
        run(tenant, "CreateAccessKey", TargetUin=uin)
    listed = run(tenant, "ListAccessKeys", TargetUin=uin).AccessKeys
    assert len(listed) == 2 and key.AccessKeyId in {item.AccessKeyId for item in listed}
    run(tenant, "UpdateAccessKey", TargetUin=uin, AccessKeyId=key.AccessKeyId, Status="Inactive")
    with refused("AuthFailure.SecretIdNotFound"):
        run_sts(user, "GetCallerIdentity")
    assert {item.Status for item in run(tenant, "ListAccessKeys", TargetUin=uin).AccessKeys} == {"Active", "Inactive"}
    run(tenant, "DeleteAccessKey", TargetUin=uin, AccessKeyId=key.AccessKeyId)
    assert len(run(tenant, "ListAccessKeys", TargetUin=uin).AccessKeys) == 1


def test_access_keys_refuse(server, tenant):
    uin = run(tenant, "AddUser", Name="u").Uin
    with refused("InvalidParameter.UserNotExist"):
        run(tenant, "CreateAccessKey", TargetUin=999999999)
    with refused("InvalidParameter.UserNotExist"):
        run(tenant, "ListAccessKeys", TargetUin=999999999)
    for action, more in (("UpdateAccessKey", {"Status": "Inactive"}), ("DeleteAccessKey", {})):
        with refused("ResourceNotFound.SecretNotExist"):
            run(tenant, action, TargetUin=uin, AccessKeyId="AKIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", **more)
    key = run(tenant, "CreateAccessKey", TargetUin=uin).AccessKey
    with refused("InvalidParameter.ParamError"):
        run(tenant, "UpdateAccessKey", TargetUin=uin, AccessKeyId=key.AccessKeyId, Status="Sleeping")
    foreign = run(server.tenant(), "AddUser", Name="u").Uin
    with refused("InvalidParameter.UserNotExist"):
        run(tenant, "CreateAccessKey", TargetUin=foreign)


def test_a_sub_user_may_not_change_the_keys_of_the_root(tenant):
    user = tenant.user("u", allow("cam:*"))
    with refused("OperationDenied.SubUin"):
        run(user, "CreateAccessKey", TargetUin=int(tenant.id))
    with refused("OperationDenied.SubUin"):
        run(user, "DeleteAccessKey", TargetUin=int(tenant.id), AccessKeyId=tenant.secret_id)


def test_a_key_for_oneself(tenant):
    """CreateAccessKey is the only CAM action on a resource: a user may be allowed to create keys only for itself."""
    user = tenant.user("u")
    other = tenant.user("other")
    policy = tenant.policy("own-keys", allow("cam:CreateAccessKey", f"qcs::cam::uin/{tenant.id}:uin/{user.uin}"))
    run(tenant, "AttachUserPolicy", PolicyId=policy, AttachUin=user.uin)
    assert run(user, "CreateAccessKey", TargetUin=user.uin).AccessKey.SecretAccessKey
    with refused(DENIED):
        run(user, "CreateAccessKey", TargetUin=other.uin)


# ------------------------------------------------------------------------------------------------ policies


def test_create_and_get_policy(tenant):
    policy = run(tenant, "CreatePolicy", PolicyName="p", PolicyDocument=POLICY, Description="d").PolicyId
    assert isinstance(policy, int)
    got = run(tenant, "GetPolicy", PolicyId=policy)
    assert (got.PolicyName, got.Description, got.Type) == ("p", "d", 1)
    assert json.loads(got.PolicyDocument) == json.loads(POLICY)
    assert TIME.fullmatch(got.AddTime) and TIME.fullmatch(got.UpdateTime)
    with refused("ResourceNotFound.PolicyIdNotFound"):
        run(tenant, "GetPolicy", PolicyId=NO_POLICY)


@pytest.mark.parametrize(
    "code, change",
    [
        ("FailedOperation.PolicyNameInUse", {"PolicyName": "p"}),
        ("InvalidParameter.PolicyNameError", {"PolicyName": "with space"}),
        ("InvalidParameter.DescriptionLengthOverlimit", {"Description": "x" * 301}),
        ("InvalidParameter.PolicyDocumentError", {"PolicyDocument": "not json"}),
        ("InvalidParameter.PolicyDocumentError", {"PolicyDocument": '["a list"]'}),
        ("InvalidParameter.PolicyDocumentLengthOverLimit", {"PolicyDocument": document(allow("cvm:*", ["qcs::cvm:::x/" + "y" * 9000]))}),
        ("InvalidParameter.VersionError", {"PolicyDocument": json.dumps({"statement": [allow("cvm:*")]})}),
        ("InvalidParameter.StatementError", {"PolicyDocument": json.dumps({"version": "2.0"})}),
        ("InvalidParameter.EffectError", {"PolicyDocument": document(allow("cvm:*", effect="ALLOW"))}),
        ("InvalidParameter.ActionError", {"PolicyDocument": document({"effect": "allow", "resource": "*"})}),
        ("InvalidParameter.ResourceError", {"PolicyDocument": document({"effect": "allow", "action": "cvm:*"})}),
        ("InvalidParameter.ResourceQcsError", {"PolicyDocument": document(allow("cvm:*", "qcs::cvm:x"))}),
        ("InvalidParameter.ConditionError", {"PolicyDocument": document(allow("cvm:*", condition=["qcs:ip"]))}),
        ("InvalidParameter.ConditionTypeError", {"PolicyDocument": document(allow("cvm:*", condition={"equals": {"qcs:ip": "1.1.1.1"}}))}),
        ("InvalidParameter.ConditionContentError", {"PolicyDocument": document(allow("cvm:*", condition={"ip_equal": {"qcs:ip": "no address"}}))}),
        ("InvalidParameter.PrincipalError", {"PolicyDocument": document(allow("cvm:*", principal="nobody"))}),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_create_policy_refuses(tenant, code, change):
    tenant.policy("p", allow("cvm:*"))
    with refused(code):
        run(tenant, "CreatePolicy", **{"PolicyName": "new", "PolicyDocument": POLICY} | change)
    assert run(tenant, "ListPolicies", Scope="Local").TotalNum == 1, "something was left behind"


def test_a_misspelt_action(tenant):
    for document_text in (document(allow("cam:CreatRole")), document(allow("nosuchservice:Do"))):
        with refused(
            "InvalidParameter.ActionNotExist", "InvalidParameter.ActionMiss", "InvalidParameter.ActionServiceNotExist"
        ):
            run(tenant, "CreatePolicy", PolicyName="new", PolicyDocument=document_text)


def test_update_policy(tenant):
    policy = tenant.policy("p", allow("cvm:*"))
    user = tenant.user("u")
    run(tenant, "AttachUserPolicy", PolicyId=policy, AttachUin=user.uin)
    with refused(DENIED):
        run(user, "ListUsers")
    run(tenant, "UpdatePolicy", PolicyId=policy, PolicyDocument=document(allow("cam:ListUsers")), Description="new")
    assert len(run(user, "ListUsers").Data) == 1
    assert run(tenant, "GetPolicy", PolicyId=policy).Description == "new"
    with refused(*POLICY_GONE):
        run(tenant, "UpdatePolicy", PolicyId=NO_POLICY, PolicyDocument=POLICY)
    with refused("InvalidParameter.PolicyDocumentError"):
        run(tenant, "UpdatePolicy", PolicyId=policy, PolicyDocument="{")
    tenant.policy("q", allow("cvm:*"))
    with refused("FailedOperation.PolicyNameInUse"):
        run(tenant, "UpdatePolicy", PolicyId=policy, PolicyName="q")


def test_delete_policy(tenant):
    first, second = tenant.policy("first", allow("cam:ListUsers")), tenant.policy("second", allow("cvm:*"))
    user = tenant.user("u")
    run(tenant, "AttachUserPolicy", PolicyId=first, AttachUin=user.uin)
    run(user, "ListUsers")
    run(tenant, "DeletePolicy", PolicyId=[first, second])
    with refused(DENIED):
        run(user, "ListUsers")
    with refused("ResourceNotFound.PolicyIdNotFound"):
        run(tenant, "GetPolicy", PolicyId=first)
    with refused(*POLICY_GONE, "ResourceNotFound.NotFound"):
        run(tenant, "DeletePolicy", PolicyId=[NO_POLICY])


def test_list_policies(tenant):
    for number in range(3):
        tenant.policy(f"mine-{number}", allow("cvm:*"))
    local = run(tenant, "ListPolicies", Scope="Local", Rp=2, Page=1)
    assert local.TotalNum == 3 and len(local.List) == 2
    assert all(item.Type == 1 and item.CreateMode == 2 for item in local.List)
    assert run(tenant, "ListPolicies", Scope="Local", Keyword="mine-1").TotalNum == 1
    everything = run(tenant, "ListPolicies", Rp=200)
    assert everything.TotalNum >= 3
    presets = run(tenant, "ListPolicies", Scope="QCS", Rp=200)
    assert presets.TotalNum == everything.TotalNum - 3
    assert {1: "AdministratorAccess"}.items() <= {item.PolicyId: item.PolicyName for item in presets.List}.items()
    with refused("InvalidParameter.ScopeError"):
        run(tenant, "ListPolicies", Scope="Mine")
    with refused("InvalidParameter.ParamError"):
        run(tenant, "ListPolicies", Rp=201)


def test_attach_list_detach_user_policy(tenant):
    policy = tenant.policy("p", allow("cam:ListUsers"))
    user = tenant.user("u")
    run(tenant, "AttachUserPolicy", PolicyId=policy, AttachUin=user.uin)
    run(tenant, "AttachUserPolicy", PolicyId=policy, AttachUin=user.uin)
    run(user, "ListUsers")
    listed = run(tenant, "ListAttachedUserPolicies", TargetUin=user.uin, Page=1, Rp=20)
    assert listed.TotalNum == 1
    assert (listed.List[0].PolicyId, listed.List[0].PolicyName, listed.List[0].PolicyType) == (policy, "p", "User")
    run(tenant, "DetachUserPolicy", PolicyId=policy, DetachUin=user.uin)
    with refused(DENIED):
        run(user, "ListUsers")
    assert run(tenant, "ListAttachedUserPolicies", TargetUin=user.uin, Page=1, Rp=20).TotalNum == 0


def test_attach_and_detach_user_policy_refuse(tenant):
    policy = tenant.policy("p", allow("cam:ListUsers"))
    user = tenant.user("u")
    no_user = ("ResourceNotFound.UserNotExist", "InvalidParameter.UserNotExist")
    with refused(*no_user):
        run(tenant, "AttachUserPolicy", PolicyId=policy, AttachUin=999999999)
    with refused(*POLICY_GONE):
        run(tenant, "AttachUserPolicy", PolicyId=NO_POLICY, AttachUin=user.uin)
    with refused(*no_user):
        run(tenant, "DetachUserPolicy", PolicyId=policy, DetachUin=999999999)
    with refused(*POLICY_GONE):
        run(tenant, "DetachUserPolicy", PolicyId=NO_POLICY, DetachUin=user.uin)
    with refused("InvalidParameter.ParamError"):
        run(tenant, "ListAttachedUserPolicies", TargetUin=user.uin, Page=1, Rp=201)


def test_a_preset_policy_can_be_attached(tenant):
    user = tenant.user("u")
    run(tenant, "AttachUserPolicy", PolicyId=1, AttachUin=user.uin)
    assert len(run(user, "ListUsers").Data) == 1


def test_an_explicit_deny_wins(tenant):
    user = tenant.user("u", allow("cam:*"), deny("cam:ListUsers"))
    run(user, "ListPolicies", Scope="Local")
    with refused(DENIED) as refusal:
        run(user, "ListUsers")
    assert "cam:ListUsers" in refusal.message


def test_a_condition_on_the_callers_address(tenant):
    here = tenant.user("here", allow("cam:ListUsers", condition={"ip_equal": {"qcs:ip": "127.0.0.0/8"}}))
    run(here, "ListUsers")
    away = tenant.user("away", allow("cam:ListUsers", condition={"ip_equal": {"qcs:ip": "10.0.0.0/8"}}))
    with refused(DENIED):
        run(away, "ListUsers")


# ------------------------------------------------------------------------------------------------ sts


def test_assume_role(tenant, role):
    session, answer = assume(tenant, tenant.role_arn("r"), DurationSeconds=900)
    assert abs(answer.ExpiredTime - time.time() - 900) < 30
    assert run_sts(session, "GetCallerIdentity").UserId == f"{role}:DevBAssumeTheRole"
    by_id, _ = assume(tenant, f"qcs::cam::uin/{tenant.id}:role/{role}")
    assert run_sts(by_id, "GetCallerIdentity").Type == "CAMRole"


@pytest.mark.parametrize(
    "codes, change",
    [
        (["InternalError.GetRoleError"], {"RoleArn": "qcs::cam::uin/OWN:roleName/none"}),
        (["InternalError.GetRoleError"], {"RoleArn": "qcs::cam::uin/OWN:role/" + NO_ROLE}),
        (["InvalidParameter.ParamError"], {"RoleArn": "DevOpsRole"}),
        (["InvalidParameter.ParamError"], {"RoleSessionName": "x"}),
        (["InvalidParameter.ParamError"], {"RoleSessionName": "not a name"}),
        (["InvalidParameter.ParamError"], {"RoleSessionName": "x" * 129}),
        (["InvalidParameter.OverTimeError"], {"DurationSeconds": 43201}),
        (["InvalidParameter.OverTimeError"], {"DurationSeconds": 7201}),
        (["InvalidParameter.StrategyFormatError"], {"Policy": "not json"}),
        (["InvalidParameter.ParamError"], {"ExternalId": "x"}),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else None,
)
def test_assume_role_refuses(tenant, role, codes, change):
    fields = {"RoleArn": tenant.role_arn("r"), "RoleSessionName": "session"} | change
    fields["RoleArn"] = fields["RoleArn"].replace("OWN", tenant.id)
    with refused(*codes):
        run_sts(tenant, "AssumeRole", **fields)


def test_an_external_id(server, tenant):
    other = server.tenant()
    document_text = trust(other.root, condition={"string_equal": {"sts:external_id": "agreed-upon"}})
    run(tenant, "CreateRole", RoleName="guarded", PolicyDocument=document_text)
    assert assume(other, tenant.role_arn("guarded"), ExternalId="agreed-upon")
    for fields in ({}, {"ExternalId": "guessed"}):
        with refused("UnauthorizedOperation", DENIED, "InternalError.IllegalRole"):
            assume(other, tenant.role_arn("guarded"), **fields)


def test_a_session_policy_only_restricts(tenant, role):
    policy = tenant.policy("p", allow(["cam:ListUsers", "cam:ListPolicies"]))
    run(tenant, "AttachRolePolicy", PolicyId=policy, AttachRoleName="r")
    session, _ = assume(tenant, tenant.role_arn("r"), Policy=document(allow(["cam:ListUsers", "cam:GetUser"])))
    assert run(session, "ListUsers").Data == []
    with refused(DENIED):
        run(session, "ListPolicies", Scope="Local")
    with refused(DENIED):
        run(session, "GetUser", Name="u")


def test_a_role_assumes_a_role(tenant):
    tenant.role("outer")
    inner = tenant.role("inner")
    policy = tenant.policy("p", allow("sts:AssumeRole", tenant.role_arn("inner")))
    run(tenant, "AttachRolePolicy", PolicyId=policy, AttachRoleName="outer")
    outer, _ = assume(tenant, tenant.role_arn("outer"))
    session, _ = assume(outer, tenant.role_arn("inner"))
    assert run_sts(session, "GetCallerIdentity").Arn == f"qcs::sts:{tenant.id}:assumed-role/{inner}"
    with refused(DENIED):
        assume(session, tenant.role_arn("outer"))


# ------------------------------------------------------------------------------------------------ extensions


def test_list_roles(tenant):
    for name in ("alpha", "beta", "alphabet"):
        run(tenant, "CreateRole", RoleName=name, PolicyDocument=trust(tenant.root), Tags=[{"Key": "n", "Value": name}])
    everything = extension(tenant, "ListRoles")
    assert everything["TotalNum"] == 3 and len(everything["List"]) == 3
    assert set(everything["List"][0]) >= {"RoleId", "RoleName", "PolicyDocument", "AddTime", "RoleArn", "Tags"}
    assert extension(tenant, "ListRoles", Keyword="alpha")["TotalNum"] == 2
    assert extension(tenant, "ListRoles", Page=2, Rp=2)["List"][0]["RoleName"] in ("alpha", "beta", "alphabet")
    assert extension(tenant, "ListRoles", Tags=[{"Key": "n", "Value": "beta"}])["TotalNum"] == 1
    with refused("InvalidParameter.ParamError"):
        extension(tenant, "ListRoles", Rp=201)


def test_update_role(tenant, role):
    answer = extension(
        tenant,
        "UpdateRole",
        RoleId=role,
        Description="new",
        ConsoleLogin=1,
        SessionDuration=600,
        PolicyDocument=trust(f"qcs::cam::uin/{tenant.id}:uin/{tenant.id}"),
    )
    assert set(answer) == {"RequestId"}
    info = role_info(tenant)
    assert (info.Description, info.ConsoleLogin, info.SessionDuration) == ("new", 1, 600)
    assert f"uin/{tenant.id}:uin/{tenant.id}" in info.PolicyDocument
    with refused("InvalidParameter.RoleNotExist"):
        extension(tenant, "UpdateRole", RoleName="none", Description="x")


def test_update_role_applies_all_or_nothing(tenant, role):
    with refused("InvalidParameter.ParamError"):
        extension(tenant, "UpdateRole", RoleName="r", Description="half", SessionDuration=43201)
    with refused("InvalidParameter.VersionError"):
        extension(tenant, "UpdateRole", RoleName="r", Description="half", PolicyDocument="{}")
    assert role_info(tenant).Description == ""


@pytest.mark.parametrize("names", [str, lambda name: name[0].lower() + name[1:]], ids=["Upper", "lower"])
@pytest.mark.parametrize("as_text", [True, False], ids=["text", "object"])
def test_cam_strategies(tenant, names, as_text):
    info = {"version": "2.0", "statement": [allow("cam:ListUsers")]}
    parameters = {"StrategyName": "s", "StrategyInfo": json.dumps(info) if as_text else info, "Remark": "a remark"}
    strategy = extension(tenant, "CreateCamStrategy", **{names(k): v for k, v in parameters.items()})["StrategyId"]
    user = tenant.user("u")
    with refused(DENIED):
        run(user, "ListUsers")
    attach = {"GroupId": -1, "RelateUin": user.uin, "StrategyId": strategy, "ActionType": 1}
    extension(tenant, "OperateCamStrategy", **{names(k): v for k, v in attach.items()})
    run(user, "ListUsers")
    extension(tenant, "OperateCamStrategy", **{names(k): v for k, v in attach.items()} | {names("ActionType"): 2})
    with refused(DENIED):
        run(user, "ListUsers")
    assert run(tenant, "GetPolicy", PolicyId=strategy).PolicyName == "s"


def test_cam_strategies_refuse(tenant):
    info = {"version": "2.0", "statement": [allow("cam:ListUsers")]}
    strategy = extension(tenant, "CreateCamStrategy", StrategyName="s", StrategyInfo=info)["StrategyId"]
    with refused("FailedOperation.PolicyNameInUse"):
        extension(tenant, "CreateCamStrategy", StrategyName="s", StrategyInfo=info)
    with refused("InvalidParameter.PolicyDocumentError"):
        extension(tenant, "CreateCamStrategy", StrategyName="t", StrategyInfo="nonsense")
    with refused("InvalidParameter.ParamError"):
        extension(tenant, "OperateCamStrategy", GroupId=-1, RelateUin=-1, StrategyId=strategy, ActionType=1)
    with refused(*POLICY_GONE):
        user = run(tenant, "AddUser", Name="u").Uin
        extension(tenant, "OperateCamStrategy", GroupId=-1, RelateUin=user, StrategyId=NO_POLICY, ActionType=1)


# ------------------------------------------------------------------------------------------------ the rest


def test_describe_instances(tenant):
    answer = tenant.cvm().DescribeInstances(cvm.DescribeInstancesRequest())
    assert answer.TotalCount == 0 and answer.InstanceSet == []
    with refused(DENIED):
        tenant.user("u").cvm().DescribeInstances(cvm.DescribeInstancesRequest())


def test_an_unknown_action_or_version(tenant):
    with refused("InvalidAction"):
        tenant.common("cvm", "2017-03-12").call_json("RunNothing", {})
    with refused("InvalidAction"):
        tenant.common("cam", "2019-01-16").call_json("NoSuchAction", {})
    with refused("NoSuchVersion", "InvalidAction"):
        tenant.common("cam", "2011-11-11").call_json("GetRole", {"RoleName": "r"})


OPERATIONS = """
    CreateRole GetRole DeleteRole DescribeRoleList UpdateAssumeRolePolicy UpdateRoleDescription UpdateRoleConsoleLogin
    UpdateRoleSessionDuration TagRole UntagRole AttachRolePolicy DetachRolePolicy ListAttachedRolePolicies
    AddUser GetUser UpdateUser DeleteUser ListUsers CreateAccessKey ListAccessKeys UpdateAccessKey DeleteAccessKey
    CreatePolicy GetPolicy UpdatePolicy DeletePolicy ListPolicies AttachUserPolicy DetachUserPolicy
    ListAttachedUserPolicies ListRoles UpdateRole CreateCamStrategy OperateCamStrategy
""".split()

# Values for the parameters that the operations need to get as far as authorisation.
SOME = {
    "RoleName": "r", "PolicyDocument": POLICY, "Description": "d", "ConsoleLogin": 1, "SessionDuration": 900,
    "Page": 1, "Rp": 20, "Tags": [{"Key": "a", "Value": "b"}], "TagKeys": ["a"], "PolicyId": 1, "PolicyName": "p",
    "AttachRoleName": "r", "DetachRoleName": "r", "Name": "n", "TargetUin": 1, "Status": "Active",
    "AccessKeyId": "AKIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "AttachUin": 1, "DetachUin": 1,
    "StrategyName": "s", "StrategyInfo": POLICY, "GroupId": -1, "RelateUin": 1, "StrategyId": 1, "ActionType": 1,
}  # fmt: skip
WANTED = {
    "CreateRole": "RoleName PolicyDocument", "GetRole": "RoleName", "DeleteRole": "RoleName",
    "DescribeRoleList": "Page Rp", "UpdateAssumeRolePolicy": "RoleName PolicyDocument",
    "UpdateRoleDescription": "RoleName Description", "UpdateRoleConsoleLogin": "RoleName ConsoleLogin",
    "UpdateRoleSessionDuration": "RoleName SessionDuration", "TagRole": "RoleName Tags",
    "UntagRole": "RoleName TagKeys", "AttachRolePolicy": "PolicyName AttachRoleName",
    "DetachRolePolicy": "PolicyName DetachRoleName", "ListAttachedRolePolicies": "RoleName Page Rp",
    "AddUser": "Name", "GetUser": "Name", "UpdateUser": "Name", "DeleteUser": "Name", "ListUsers": "",
    "CreateAccessKey": "TargetUin", "ListAccessKeys": "TargetUin", "UpdateAccessKey": "TargetUin AccessKeyId Status",
    "DeleteAccessKey": "TargetUin AccessKeyId", "CreatePolicy": "PolicyName PolicyDocument",
    "GetPolicy": "PolicyId", "UpdatePolicy": "PolicyName PolicyDocument", "DeletePolicy": "PolicyId",
    "ListPolicies": "", "AttachUserPolicy": "PolicyId AttachUin", "DetachUserPolicy": "PolicyId DetachUin",
    "ListAttachedUserPolicies": "TargetUin", "ListRoles": "", "UpdateRole": "RoleName Description",
    "CreateCamStrategy": "StrategyName StrategyInfo",
    "OperateCamStrategy": "GroupId RelateUin StrategyId ActionType",
}  # fmt: skip


def parameters(action):
    wanted = {name: SOME[name] for name in WANTED[action].split()}
    if action == "DeletePolicy":
        wanted["PolicyId"] = [1]
    return wanted


@pytest.fixture(scope="module")
def nobody(server):
    return server.tenant().user("nobody")


@pytest.mark.parametrize("action", OPERATIONS)
def test_every_operation_is_denied_without_its_permission(nobody, action):
    reply = nobody.raw("cam", action, parameters(action))
    assert reply.code == DENIED, reply
    assert f"cam:{action}" in reply.message, "the message does not name the action"


# Extensions also need the permission of the action whose work they do.
IMPLIED = {
    "ListRoles": "cam:DescribeRoleList", "UpdateRole": "cam:UpdateRoleDescription",
    "CreateCamStrategy": "cam:CreatePolicy", "OperateCamStrategy": "cam:AttachUserPolicy",
}  # fmt: skip


@pytest.mark.parametrize("action", IMPLIED)
def test_an_extension_is_denied_without_the_implied_permission(server, action):
    reply = server.tenant().user("only", allow(f"cam:{action}")).raw("cam", action, parameters(action))
    assert reply.code == DENIED, reply
    assert IMPLIED[action] in reply.message, reply


@pytest.mark.parametrize("action", OPERATIONS)
def test_its_permission_is_enough(server, action):
    tenant = server.tenant()
    policies = [allow(name) for name in (f"cam:{action}", IMPLIED.get(action)) if name]
    only = tenant.user("only", *policies)
    reply = only.raw("cam", action, parameters(action))
    assert reply.code != DENIED, reply
    assert not (reply.code or "").startswith(("AuthFailure", "InternalError", "InvalidAction")), reply
