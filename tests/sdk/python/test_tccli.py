"""tccli calls every action once, from its own example where that is usable, in the order of a noun's life.

The examples name ids and secrets of somebody else, masked with `*`; the tests replace those members and no others.
"""

import importlib.resources
import json
import re
import subprocess
import sys
import urllib.parse

import identity
import pytest
from conftest import allow, document

VERSIONS = {"cam": "v20190116", "sts": "v20180813"}

# Runs many commands, each in a copy of one process, because starting tccli takes longer than a call.
DRIVER = """
import json, os, sys, tempfile
from tccli.main import main
for line in sys.stdin:
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as complained:
        child = os.fork()
        if child == 0:
            os.dup2(said.fileno(), 1)
            os.dup2(complained.fileno(), 2)
            sys.argv = ["tccli", *json.loads(line)]
            status = main()
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        said.seek(0)
        complained.seek(0)
        print(json.dumps([status, said.read().decode(), complained.read().decode()]), flush=True)
"""

def examples(service):
    """The first example of each action: its name and its parameters."""
    file = importlib.resources.files("tccli") / "services" / service / VERSIONS[service] / "examples.json"
    for action, given in json.loads(file.read_text())["actions"].items():
        yield action, parameters(given[0]["input"])


def parameters(text):
    if text.startswith("POST"):
        return json.loads(re.split(r"\r?\n\r?\n", text, maxsplit=1)[1])
    made = {}
    for pair in re.sub(r"\s*\n\s*", "", text.split("?", 1)[1]).split("&"):
        name, mark, value = pair.partition("=")
        if not mark or name in ("Action", "Signature"):
            continue
        value = urllib.parse.unquote(value)
        if "." in name:
            made.setdefault(name.split(".")[0], []).append(value)
        else:
            made[name] = value
    return made


EXAMPLES = {service: dict(examples(service)) for service in VERSIONS}


class Tccli:
    """Runs commands as one caller."""

    def __init__(self, tenant, home):
        self.url = tenant.server.url
        self.process = subprocess.Popen(
            [sys.executable, "-c", DRIVER],
            env={
                "HOME": str(home),
                "TENCENTCLOUD_SECRET_ID": tenant.secret_id,
                "TENCENTCLOUD_SECRET_KEY": tenant.secret_key,
                "TENCENTCLOUD_REGION": "ap-guangzhou",
                "NO_PROXY": "*",
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, service, action, given):
        command = [service, action, "--endpoint", self.url, "--language", "en-US"]
        for name, value in given.items():
            command += [f"--{name}", value if isinstance(value, str) else json.dumps(value)]
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def __call__(self, service, action, **changes):
        """Calls an action with its example, in which these members are replaced; `None` leaves one out."""
        given = {name: value for name, value in (EXAMPLES[service][action] | changes).items() if value is not None}
        status, said, complained = self.run(service, action, given)
        assert status == 0, f"{action} {given}: {said}{complained}"
        return json.loads(said)

    def stop(self):
        self.process.stdin.close()
        self.process.wait(timeout=20)


@pytest.fixture(scope="module")
def account(server):
    return server.tenant()


@pytest.fixture(scope="module")
def cli(account, tmp_path_factory):
    made = Tccli(account, tmp_path_factory.mktemp("tccli"))
    yield made
    made.stop()


def test_each_action_from_its_example(cli, account):
    called = {"cam": set(), "sts": set()}

    def cam(action, **changes):
        called["cam"].add(action)
        return cli("cam", action, **changes)

    def sts(action, **changes):
        called["sts"].add(action)
        return cli("sts", action, **changes)

    # Users and groups.
    group = cam("CreateGroup")["GroupId"]
    user = cam("AddUser", Name="jack", PhoneNum=None, CountryCode=None, Email=None)
    uin, uid = user["Uin"], user["Uid"]
    assert cam("GetUser", Name="jack")["Uin"] == uin
    cam("UpdateUser", PhoneNum=None, CountryCode=None, Email=None, Password="Str0ng-Secret!")
    assert cam("GetUser", Name="jack")["Remark"] == EXAMPLES["cam"]["UpdateUser"]["Remark"]
    assert [row["Name"] for row in cam("ListUsers")["Data"]] == ["jack"]
    member = [{"Uid": uid, "GroupId": group}]
    cam("AddUserToGroup", Info=member)
    assert cam("ListGroupsForUser", Uid=uid)["TotalNum"] == 1
    assert cam("ListUsersForGroup", GroupId=group)["TotalNum"] == 1
    cam("UpdateGroup", GroupId=group)
    assert cam("GetGroup", GroupId=group)["GroupName"] == "2020test"
    assert cam("ListGroups")["TotalNum"] == 1

    # Policies and their versions.
    policy = cam("CreatePolicy")["PolicyId"]
    assert cam("GetPolicy", PolicyId=policy)["PolicyName"] == "test-2019-04-29"
    cam("UpdatePolicy", PolicyId=policy)
    cam("CreatePolicyVersion", PolicyId=policy)
    versions = [version["VersionId"] for version in cam("ListPolicyVersions", PolicyId=policy)["Versions"]]
    assert len(versions) == 2
    cam("GetPolicyVersion", PolicyId=policy, VersionId=max(versions))
    cam("SetDefaultPolicyVersion", PolicyId=policy, VersionId=min(versions))
    cam("DeletePolicyVersion", PolicyId=policy, VersionId=[max(versions)])
    cam("ListPolicies")

    # Attachments.
    cam("AttachGroupPolicy", PolicyId=policy, AttachGroupId=group)
    assert cam("ListAttachedGroupPolicies", TargetGroupId=group)["TotalNum"] == 1
    cam("AttachUserPolicy", PolicyId=policy, AttachUin=uin)
    assert cam("ListAttachedUserPolicies", TargetUin=uin)["TotalNum"] == 1
    cam("ListAttachedUserAllPolicies", TargetUin=uin)
    assert cam("ListEntitiesForPolicy", PolicyId=policy)["TotalNum"] == 2
    cam("DetachGroupPolicy", PolicyId=policy, DetachGroupId=group)
    cam("DetachUserPolicy", PolicyId=policy, DetachUin=uin)

    # Roles.
    role = cam("CreateRole")["RoleId"]
    name = cam("GetRole", RoleId=role)["RoleInfo"]["RoleName"]
    assert cam("DescribeRoleList")["TotalNum"] == 1
    cam("AttachRolePolicy", AttachRoleId=role)
    assert cam("ListAttachedRolePolicies", RoleId=role)["TotalNum"] == 1
    cam("DetachRolePolicy", DetachRoleId=role)
    cam("TagRole", RoleName=name)
    assert cam("GetRole", RoleId=role)["RoleInfo"]["Tags"] == EXAMPLES["cam"]["TagRole"]["Tags"]
    cam("UntagRole", RoleName=name)
    cam("UpdateAssumeRolePolicy", RoleId=role)
    cam("UpdateRoleConsoleLogin", RoleId=role)
    cam("UpdateRoleDescription", RoleId=role)
    cam("UpdateRoleSessionDuration", RoleId=role, SessionDuration=7200)
    assert cam("GetRole", RoleId=role)["RoleInfo"]["Description"] == "abc234"
    linked = cam("CreateServiceLinkedRole")["RoleId"]
    linked = cam("GetRole", RoleId=linked)["RoleInfo"]["RoleName"]
    task = cam("DeleteServiceLinkedRole", RoleName=linked)["DeletionTaskId"]
    cam("GetServiceLinkedRoleDeletionStatus", DeletionTaskId=task)

    # Permission boundaries.
    cam("PutRolePermissionsBoundary", RoleId=role, PolicyId=policy)
    assert cam("GetRolePermissionBoundary", RoleId=role)["PolicyId"] == policy
    cam("DeleteRolePermissionsBoundary", RoleId=role)
    cam("PutUserPermissionsBoundary", TargetUin=uin, PolicyId=policy)
    assert cam("GetUserPermissionBoundary", TargetUin=uin)["PolicyId"] == policy
    cam("DeleteUserPermissionsBoundary", TargetUin=uin)

    # Keys.
    key = cam("CreateAccessKey", TargetUin=uin)["AccessKey"]["AccessKeyId"]
    cam("UpdateAccessKey", TargetUin=uin, AccessKeyId=key, Status="Inactive")
    assert [row["Status"] for row in cam("ListAccessKeys", TargetUin=uin)["AccessKeys"]] == ["Inactive"]
    cam("DeleteAccessKey", TargetUin=uin, AccessKeyId=key)

    # Sessions.
    account.role("readOnlyRole")
    assert sts("AssumeRole", RoleArn=account.role_arn("readOnlyRole"))["Credentials"]["Token"]
    assert sts("GetCallerIdentity")["AccountId"] == account.id
    session = document(allow("name/cos:PutObject", f"qcs::cos:ap-beijing:uid/{account.created['account']['app_id']}:*"))
    assert sts("GetFederationToken", Policy=urllib.parse.quote(session))["Credentials"]["Token"]

    # And away with it.
    cam("RemoveUserFromGroup", Info=member)
    cam("DeleteGroup", GroupId=group)
    cam("DeletePolicy", PolicyId=[policy])
    cam("DeleteRole", RoleId=role)
    cam("DeleteUser", Name="jack")
    assert cam("ListUsers")["Data"] == [] and cam("ListGroups")["TotalNum"] == 0

    for service, actions in called.items():
        later = {action for of, action, *_ in COMING if of == service}
        assert actions | later == set(EXAMPLES[service]), "tccli knows an action that is not called here"


METADATA = identity.as_sent(identity.METADATA)
KEYS = identity.as_sent(identity.JWKS)
LOGIN = {"IdentityUrl": "https://login.example.com", "AuthorizationEndpoint": "https://login.example.com/authorize"}
OIDC = {"IdentityUrl": "https://login.example.com", "IdentityKey": KEYS}
# The example names something that nobody has, and is to be refused for that reason.
REFUSED = "refused"

# Actions after the core, in the order of their lives, with the members that are replaced; `$uin` and `$key` are those of
# a user.
COMING = [
    ("cam", "CreateSAMLProvider", {"SAMLMetadataDocument": METADATA}),
    ("cam", "GetSAMLProvider", {"Name": "testName"}),
    ("cam", "ListSAMLProviders", {}),
    ("cam", "UpdateSAMLProvider", {"SAMLMetadataDocument": METADATA}),
    ("cam", "DeleteSAMLProvider", {"Name": "testName"}),
    ("cam", "CreateOIDCConfig", OIDC),
    ("cam", "DescribeOIDCConfig", {"Name": "OIDC"}),
    ("cam", "UpdateOIDCConfig", OIDC | {"Name": "OIDC"}),
    ("cam", "DeleteOIDCConfig", {"Name": "OIDC"}),
    ("cam", "CreateUserOIDCConfig", LOGIN | {"IdentityKey": KEYS, "ClientId": "one", "Scope": ["openid", "email"]}),
    ("cam", "DescribeUserOIDCConfig", {}),
    ("cam", "UpdateUserOIDCConfig", LOGIN | {"IdentityKey": KEYS, "ClientId": "two"}),
    ("cam", "DisableUserSSO", {}),
    ("cam", "CreateUserSAMLConfig", {"SAMLMetadataDocument": METADATA}),
    ("cam", "DescribeUserSAMLConfig", {}),
    ("cam", "UpdateUserSAMLConfig", {"SAMLMetadataDocument": METADATA}),
    ("cam", "CreateMessageReceiver", {"PhoneNumber": "13200004539", "Email": "somebody@example.com"}),
    ("cam", "ListReceiver", {"Offset": "0"}),
    ("cam", "DeleteMessageReceiver", {"Name": "用户"}),
    # A messenger can only be bound on the cloud.
    ("cam", "SetMfaFlag", {"OpUin": "$uin", "LoginFlag": {"Stoken": 1}}),
    ("cam", "DescribeSafeAuthFlag", {}),
    ("cam", "DescribeSafeAuthFlagColl", {"SubUin": "$uin"}),
    ("cam", "DescribeSafeAuthFlagIntl", {}),
    ("cam", "GetPasswordRules", {}),
    ("cam", "UpdatePasswordRules", {}),
    ("cam", "CreateSubAccountLoginIpPolicy", {}),
    ("cam", "GetAccountSummary", {}),
    ("cam", "GetSecurityLastUsed", {"SecretIdList": ["$key"]}),
    ("cam", "GetUserAppId", {}),
    ("cam", "DescribeSubAccounts", {"FilterSubAccountUin": ["$uin"]}),
    ("cam", "ListAccounts", {}),
    ("cam", "ListCollaborators", {}),
    ("cam", "ListPoliciesGrantingServiceAccess", {"TargetUin": "$uin"}),
    ("cam", "ListWeChatWorkSubAccounts", {}),
    ("cam", "BuildDataFlowAuthToken", {}),
    ("cam", "GetCustomMFATokenInfo", {}, REFUSED),
    ("cam", "ConsumeCustomMFAToken", {}, REFUSED),
    ("sts", "QueryApiKey", {"TargetUin": "$uin"}),
    ("sts", "AssumeRoleWithSAML", {}, REFUSED),
    ("sts", "AssumeRoleWithWebIdentity", {}, REFUSED),
    ("sts", "GetSessionToken", {}, REFUSED),
]


@pytest.fixture(scope="module")
def user(account):
    flow = EXAMPLES["cam"]["BuildDataFlowAuthToken"]
    lent = {"resource_id": flow["ResourceId"], "region": flow["ResourceRegion"], "open": True}
    lent["resource_account"] = flow["ResourceAccount"]
    account.server.admin.ok("PUT", f"/accounts/{account.id}/data-flows", lent)
    return account.user("later")


@pytest.mark.parametrize("service, action, changes, how", [(*step, "done")[:4] for step in COMING])
def test_an_action_after_the_core(cli, account, user, service, action, changes, how):
    known = {"$uin": user.uin, "$key": user.secret_id}

    def filled(value):
        if isinstance(value, list):
            return [filled(item) for item in value]
        return known.get(value, value) if isinstance(value, str) else value

    given = EXAMPLES[service][action] | {name: filled(value) for name, value in changes.items()}
    status, said, complained = cli.run(service, action, given)
    if how == "done":
        assert status == 0, f"{action} {given}: {said}{complained}"
        return
    code = re.search(r"code:(\S+)", said + complained)
    assert status != 0 and code, f"{action} {given}: {said}{complained}"
    wrong = ("InvalidAction", "UnknownParameter", "MissingParameter", "InternalError", "AuthFailure.SignatureFailure")
    assert code[1] not in wrong, said + complained
