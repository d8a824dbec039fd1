"""The calls of Tencent's Terraform provider, one by one.

Each resource of the provider is a class here: what it sends to create, read, update and delete, and which members it
reads of the replies. A member that the provider reads without asking whether it is there must be there and not null:
it panics otherwise. An import is a read with nothing but the id.

`RESOURCES` names the actions that a resource needs besides those of the core. While one is missing the resource is
skipped, so that a new action switches its resource on.
"""

import json

import identity
import pytest

# The provider's name of itself, and what its client adds to each call.
EXTRA = [("X-TC-RequestClient", "Terraform-1.82.0"), ("User-Agent", "tencentcloud-sdk-go")]
PAGE = 200
TRUST = {"action": "name/sts:AssumeRole", "effect": "allow", "principal": {"service": ["cvm.qcloud.com"]}}
ALLOW = {"action": ["name/cvm:DescribeInstances"], "effect": "allow", "resource": ["*"]}


class Gone(Exception):
    """A read found nothing: the provider forgets the resource."""


class Provider:
    """The provider's client."""

    def __init__(self, tenant):
        self.tenant, self.region = tenant, "ap-guangzhou"

    def __call__(self, service, action, parameters=None):
        # Go leaves out what is not set.
        given = {name: value for name, value in (parameters or {}).items() if value is not None}
        reply = self.tenant.raw(service, action, given, language="en-US", extra=EXTRA)
        if reply.code:
            raise Refused(reply.code, reply.message)
        return reply.response

    def cam(self, action, **parameters):
        return self("cam", action, parameters)

    def pages(self, action, member, **parameters):
        rows, page = [], 1
        while True:
            found = self.cam(action, Page=page, Rp=PAGE, **parameters)[member]
            rows += found
            if len(found) < PAGE:
                return rows
            page += 1

    def tags(self, kind, region, identity):
        """As the provider asks the tag service; a page that is not full ends it."""
        asked = {"ServiceType": "cam", "ResourcePrefix": kind, "ResourceIds": [identity], "ResourceRegion": region}
        reply = self("tag", "DescribeResourceTagsByResourceIds", asked | {"Offset": 0, "Limit": 20})
        return {row["TagKey"]: row["TagValue"] for row in reply["Tags"]}

    def set_tags(self, resource, replace, delete=()):
        tags = [{"TagKey": key, "TagValue": value} for key, value in replace.items()]
        parameters = {"Resource": resource}
        if tags:
            parameters["ReplaceTags"] = tags
        if delete:
            parameters["DeleteTags"] = [{"TagKey": key} for key in delete]
        self("tag", "ModifyResourceTags", parameters)


class Refused(Exception):
    def __init__(self, code, message):
        super().__init__(f"{code}: {message}")
        self.code = code


def text(statement):
    return json.dumps({"version": "2.0", "statement": [statement]})


def needed(row, *members):
    """What the provider dereferences."""
    for member in members:
        assert row[member] is not None, f"{member} is null, and the provider panics"
    return row


def first(rows, **members):
    found = [row for row in rows if all(row[name] == value for name, value in members.items())]
    if not found:
        raise Gone
    return found[0]


def one(call):
    """A read that a missing resource answers with an error."""
    try:
        return call()
    except Refused as refusal:
        if "ResourceNotFound" in refusal.code or refusal.code in (
            "InvalidParameter.RoleNotExist",
            "InvalidParameter.PolicyVersionNotExists",
        ):
            raise Gone from None
        raise


# ------------------------------------------------------------------------------------------------ the resources


class User:
    def create(self, p):
        made = p.cam("AddUser", Name="tf-user", Remark="made", UseApi=1, ConsoleLogin=1, NeedResetPassword=1,
                     CountryCode="86", PhoneNum="13631555963", Email="1234@qq.com", Password="Gail@1234")  # fmt: skip
        needed(made, "Uid", "Uin", "Name", "SecretKey", "SecretId", "Password")
        return made["Name"]

    def read(self, p, name):
        found = needed(one(lambda: p.cam("GetUser", Name=name)), "Uin", "Uid", "ConsoleLogin")
        return {name: found[name] for name in ("Remark", "PhoneNum", "CountryCode", "Email", "ConsoleLogin")}

    def update(self, p, name):
        p.cam("UpdateUser", Name=name, Remark="changed", ConsoleLogin=0, PhoneNum="13631555964", CountryCode="86")
        return {"Remark": "changed", "ConsoleLogin": 0, "PhoneNum": "13631555964"}

    def delete(self, p, name):
        p.cam("DeleteUser", Name=name, Force=1)


class Role:
    """The provider finds a role by reading the whole list."""

    by_name = False

    def create(self, p):
        made = p.cam("CreateRole", RoleName="tf-role", PolicyDocument=text(TRUST), Description="made", ConsoleLogin=1,
                     SessionDuration=7200)  # fmt: skip
        self.read(p, made["RoleId"])
        return "tf-role" if self.by_name else made["RoleId"]

    def read(self, p, identity):
        key = "RoleName" if identity == "tf-role" else "RoleId"
        found = first(p.pages("DescribeRoleList", "List"), **{key: identity})
        needed(found, "RoleId", "RoleName", "Description", "PolicyDocument", "AddTime", "UpdateTime", "ConsoleLogin")
        return {"Description": found["Description"], "ConsoleLogin": found["ConsoleLogin"]} | {
            "PolicyDocument": json.loads(found["PolicyDocument"])
        }

    def update(self, p, identity):
        key = {"RoleName": identity} if self.by_name else {"RoleId": identity}
        changed = TRUST | {"principal": {"service": ["scf.qcloud.com"]}}
        p.cam("UpdateRoleDescription", Description="changed", **key)
        p.cam("UpdateAssumeRolePolicy", PolicyDocument=text(changed), **key)
        number = {"RoleName": identity} if self.by_name else {"RoleId": int(identity)}
        p.cam("UpdateRoleConsoleLogin", ConsoleLogin=0, **number)
        return {"Description": "changed", "ConsoleLogin": 0}

    def delete(self, p, identity):
        p.cam("DeleteRole", **({"RoleName": identity} if self.by_name else {"RoleId": identity}))


class RoleByName(Role):
    by_name = True


class Policy:
    def create(self, p):
        made = p.cam("CreatePolicy", PolicyName="tf-policy", PolicyDocument=text(ALLOW), Description="made")
        return str(needed(made, "PolicyId")["PolicyId"])

    def read(self, p, identity):
        found = one(lambda: p.cam("GetPolicy", PolicyId=int(identity)))
        needed(found, "PolicyName", "PolicyDocument", "AddTime", "UpdateTime", "Type")
        return {"Description": found["Description"], "PolicyDocument": json.loads(found["PolicyDocument"])}

    def update(self, p, identity):
        changed = ALLOW | {"action": ["name/cvm:*"]}
        p.cam("UpdatePolicy", PolicyId=int(identity), Description="changed", PolicyDocument=text(changed))
        return {"Description": "changed", "PolicyDocument": {"version": "2.0", "statement": [changed]}}

    def delete(self, p, identity):
        p.cam("DeletePolicy", PolicyId=[int(identity)])


class PolicyByName(Policy):
    """It finds the id of its policy in the list of all."""

    def create(self, p):
        super().create(p)
        return "tf-policy"

    def identity(self, p):
        rows = p.pages("ListPolicies", "List", Scope="All")
        return str(needed(first(rows, PolicyName="tf-policy"), "PolicyId")["PolicyId"])

    def read(self, p, _):
        return super().read(p, self.identity(p))

    def update(self, p, _):
        return super().update(p, self.identity(p))

    def delete(self, p, _):
        super().delete(p, self.identity(p))


class PolicyVersion:
    def create(self, p):
        self.policy = Policy().create(p)
        made = p.cam("CreatePolicyVersion", PolicyId=int(self.policy), PolicyDocument=text(ALLOW), SetAsDefault=False)
        return needed(made, "VersionId")["VersionId"]

    def read(self, p, version):
        found = one(lambda: p.cam("GetPolicyVersion", PolicyId=int(self.policy), VersionId=version))["PolicyVersion"]
        return {"IsDefaultVersion": needed(found, "Document", "CreateDate")["IsDefaultVersion"]}

    def update(self, p, version):
        p.cam("SetDefaultPolicyVersion", PolicyId=int(self.policy), VersionId=version)
        p.cam("SetDefaultPolicyVersion", PolicyId=int(self.policy), VersionId=1)
        return {"IsDefaultVersion": 0}

    def delete(self, p, version):
        p.cam("DeletePolicyVersion", PolicyId=int(self.policy), VersionId=[version])


class Group:
    def create(self, p):
        made = p.cam("CreateGroup", GroupName="tf-group", Remark="made")
        return str(needed(made, "GroupId")["GroupId"])

    def read(self, p, identity):
        found = needed(one(lambda: p.cam("GetGroup", GroupId=int(identity))), "GroupName", "CreateTime")
        return {"GroupName": found["GroupName"], "Remark": found["Remark"]}

    def update(self, p, identity):
        p.cam("UpdateGroup", GroupId=int(identity), GroupName="tf-group-2", Remark="changed")
        return {"GroupName": "tf-group-2", "Remark": "changed"}

    def delete(self, p, identity):
        p.cam("DeleteGroup", GroupId=int(identity))


class GroupMembership:
    def create(self, p):
        group, self.users = Group().create(p), {}
        for name in ("tf-a", "tf-b"):
            self.users[name] = p.cam("AddUser", Name=name, UseApi=0, ConsoleLogin=0, NeedResetPassword=1)["Uid"]
        p.cam("AddUserToGroup", Info=self.rows(p, group, ["tf-a"]))
        return group

    def rows(self, p, group, names):
        return [{"Uid": p.cam("GetUser", Name=name)["Uid"], "GroupId": int(group)} for name in names]

    def read(self, p, group):
        found = p.pages("ListUsersForGroup", "UserInfo", GroupId=int(group))
        if not found:
            raise Gone
        return {"names": sorted(needed(row, "Name")["Name"] for row in found)}

    def update(self, p, group):
        p.cam("AddUserToGroup", Info=self.rows(p, group, ["tf-b"]))
        p.cam("RemoveUserFromGroup", Info=self.rows(p, group, ["tf-a"]))
        return {"names": ["tf-b"]}

    def delete(self, p, group):
        p.cam("RemoveUserFromGroup", Info=self.rows(p, group, ["tf-b"]))


class Attachment:
    """What a policy is attached to. Its id is `<holder>#<policy>`; nothing of it can change."""

    def create(self, p):
        policy, holder = Policy().create(p), self.holder(p)
        self.attach(p, holder, int(policy))
        return f"{holder}#{policy}"

    def read(self, p, identity):
        holder, policy = identity.split("#")
        found = first(self.list(p, holder), PolicyId=int(policy))
        needed(found, "PolicyId", "PolicyName", "CreateMode", "PolicyType", "AddTime")
        return {"PolicyName": found["PolicyName"]}

    update = None

    def delete(self, p, identity):
        holder, policy = identity.split("#")
        self.detach(p, holder, int(policy))


class UserPolicyAttachment(Attachment):
    def holder(self, p):
        return p.cam("AddUser", Name="tf-user", UseApi=0, ConsoleLogin=0, NeedResetPassword=1)["Name"]

    def uin(self, p, name):
        return needed(p.cam("GetUser", Name=name), "Uin", "Uid")["Uin"]

    def attach(self, p, name, policy):
        p.cam("AttachUserPolicy", AttachUin=self.uin(p, name), PolicyId=policy)

    def list(self, p, name):
        return p.pages("ListAttachedUserPolicies", "List", TargetUin=self.uin(p, name))

    def detach(self, p, name, policy):
        p.cam("DetachUserPolicy", DetachUin=self.uin(p, name), PolicyId=policy)


class GroupPolicyAttachment(Attachment):
    def holder(self, p):
        return Group().create(p)

    def attach(self, p, group, policy):
        p.cam("AttachGroupPolicy", AttachGroupId=int(group), PolicyId=policy)

    def list(self, p, group):
        return p.pages("ListAttachedGroupPolicies", "List", TargetGroupId=int(group))

    def detach(self, p, group, policy):
        p.cam("DetachGroupPolicy", DetachGroupId=int(group), PolicyId=policy)


class RolePolicyAttachment(Attachment):
    def holder(self, p):
        return Role().create(p)

    def attach(self, p, role, policy):
        p.cam("AttachRolePolicy", AttachRoleId=role, PolicyId=policy)

    def list(self, p, role):
        return p.pages("ListAttachedRolePolicies", "List", RoleId=role)

    def detach(self, p, role, policy):
        p.cam("DetachRolePolicy", DetachRoleId=role, PolicyId=policy)


class RolePolicyAttachmentByName:
    """Its id is `<role>#<policy>` by their names."""

    def create(self, p):
        Policy().create(p)
        RoleByName().create(p)
        p.cam("AttachRolePolicy", AttachRoleName="tf-role", PolicyName="tf-policy")
        return "tf-role#tf-policy"

    def read(self, p, identity):
        role, policy = identity.split("#")
        found = first(one(lambda: p.pages("ListAttachedRolePolicies", "List", RoleName=role)), PolicyName=policy)
        return {"PolicyType": needed(found, "CreateMode", "PolicyType", "AddTime")["PolicyType"]}

    update = None

    def delete(self, p, identity):
        role, policy = identity.split("#")
        p.cam("DetachRolePolicy", DetachRoleName=role, PolicyName=policy)


class ServiceLinkedRole:
    def create(self, p):
        service = ["cvm.qcloud.com"]
        made = p.cam("CreateServiceLinkedRole", QCSServiceName=service, CustomSuffix="tf", Description="made")
        return needed(made, "RoleId")["RoleId"]

    def read(self, p, identity):
        found = one(lambda: p.cam("GetRole", RoleId=identity))["RoleInfo"]
        return {"Description": needed(found, "RoleName", "PolicyDocument")["Description"]}

    def update(self, p, identity):
        p.cam("UpdateRoleDescription", RoleId=identity, Description="changed")
        return {"Description": "changed"}

    def delete(self, p, identity):
        name = p.cam("GetRole", RoleId=identity)["RoleInfo"]["RoleName"]
        task = p.cam("DeleteServiceLinkedRole", RoleName=name)["DeletionTaskId"]
        assert p.cam("GetServiceLinkedRoleDeletionStatus", DeletionTaskId=task)["Status"] == "SUCCEEDED"


class AccessKey:
    def create(self, p):
        self.uin = p.cam("AddUser", Name="tf-user", UseApi=0, ConsoleLogin=0, NeedResetPassword=1)["Uin"]
        made = p.cam("CreateAccessKey", TargetUin=self.uin)["AccessKey"]
        return needed(made, "AccessKeyId", "SecretAccessKey", "Status")["AccessKeyId"]

    def read(self, p, identity):
        rows = p.cam("ListAccessKeys", TargetUin=self.uin)["AccessKeys"]
        return {"Status": first(rows, AccessKeyId=identity)["Status"]}

    def update(self, p, identity):
        p.cam("UpdateAccessKey", TargetUin=self.uin, AccessKeyId=identity, Status="Inactive")
        return {"Status": "Inactive"}

    def delete(self, p, identity):
        p.cam("DeleteAccessKey", TargetUin=self.uin, AccessKeyId=identity)


class RoleBoundary:
    def create(self, p):
        self.policy, role = int(Policy().create(p)), Role().create(p)
        p.cam("PutRolePermissionsBoundary", RoleId=role, PolicyId=self.policy)
        return role

    def read(self, p, role):
        found = one(lambda: p.cam("GetRolePermissionBoundary", RoleId=role))
        if found.get("PolicyId") is None:
            raise Gone
        return {"PolicyId": found["PolicyId"]}

    update = None

    def delete(self, p, role):
        p.cam("DeleteRolePermissionsBoundary", RoleId=role)


class UserBoundary:
    def create(self, p):
        self.policy = int(Policy().create(p))
        uin = p.cam("AddUser", Name="tf-user", UseApi=0, ConsoleLogin=0, NeedResetPassword=1)["Uin"]
        p.cam("PutUserPermissionsBoundary", TargetUin=uin, PolicyId=self.policy)
        return str(uin)

    def read(self, p, uin):
        found = one(lambda: p.cam("GetUserPermissionBoundary", TargetUin=int(uin)))
        if found.get("PolicyId") is None:
            raise Gone
        return {"PolicyId": found["PolicyId"]}

    update = None

    def delete(self, p, uin):
        p.cam("DeleteUserPermissionsBoundary", TargetUin=int(uin))


class RoleTags:
    """`tencentcloud_cam_tag_role_attachment`."""

    def create(self, p):
        role = Role().create(p)
        p.cam("TagRole", RoleId=role, Tags=[{"Key": "env", "Value": "test"}])
        return role

    def read(self, p, role):
        found = one(lambda: p.cam("GetRole", RoleId=role))["RoleInfo"]
        if not found.get("Tags"):
            raise Gone
        return {"Tags": found["Tags"]}

    update = None

    def delete(self, p, role):
        p.cam("UntagRole", RoleId=role, TagKeys=["env"])


class TaggedRole:
    """What every role does besides, through the tag service."""

    def create(self, p):
        role = Role().create(p)
        p.set_tags(f"qcs::cam::uin/:role/{role}", {"env": "test"})
        return role

    def read(self, p, role):
        Role().read(p, role)
        return {"tags": p.tags("role", "", role)}

    def update(self, p, role):
        p.set_tags(f"qcs::cam::uin/:role/{role}", {"team": "a"}, ["env"])
        return {"tags": {"team": "a"}}

    def delete(self, p, role):
        p.cam("DeleteRole", RoleId=role)


class SamlProvider:
    """`tencentcloud_cam_saml_provider`."""

    METADATA = identity.as_sent(identity.METADATA)

    def create(self, p):
        p.cam("CreateSAMLProvider", Name="tf-saml", Description="made", SAMLMetadataDocument=self.METADATA)
        return "tf-saml"

    def read(self, p, name):
        found = needed(one(lambda: p.cam("GetSAMLProvider", Name=name)), "SAMLMetadata", "CreateTime", "ModifyTime")
        return {"Description": found["Description"]}

    def update(self, p, name):
        p.cam("UpdateSAMLProvider", Name=name, Description="changed")
        return {"Description": "changed"}

    def delete(self, p, name):
        p.cam("DeleteSAMLProvider", Name=name)


class OidcProvider:
    """`tencentcloud_cam_role_sso`."""

    KEY = identity.as_sent(identity.JWKS)

    def create(self, p):
        p.cam("CreateOIDCConfig", Name="tf-oidc", IdentityUrl="https://login.example.com", IdentityKey=self.KEY,
              ClientId=["tf"], Description="made")  # fmt: skip
        return "tf-oidc"

    def read(self, p, name):
        found = needed(one(lambda: p.cam("DescribeOIDCConfig", Name=name)), "IdentityUrl", "IdentityKey", "Status")
        return {"Description": found["Description"], "ClientId": found["ClientId"]}

    def update(self, p, name):
        p.cam("UpdateOIDCConfig", Name=name, IdentityUrl="https://login.example.com", IdentityKey=self.KEY,
              ClientId=["tf", "tg"], Description="changed")  # fmt: skip
        return {"Description": "changed", "ClientId": ["tf", "tg"]}

    def delete(self, p, name):
        p.cam("DeleteOIDCConfig", Name=name)


class MfaFlag:
    """`tencentcloud_cam_mfa_flag`: nothing to delete, and read back as it was set."""

    def create(self, p):
        made = p.cam("AddUser", Name="tf-user", UseApi=0, ConsoleLogin=0, NeedResetPassword=1)
        flag = {"Phone": 0, "Stoken": 1, "Wechat": 0}
        p.cam("SetMfaFlag", OpUin=made["Uin"], LoginFlag=flag, ActionFlag=flag)
        return str(made["Uin"])

    def read(self, p, uin):
        found = one(lambda: p.cam("DescribeSafeAuthFlagColl", SubUin=int(uin)))
        return {"LoginFlag": found["LoginFlag"]["Stoken"], "ActionFlag": found["ActionFlag"]["Stoken"]}

    def update(self, p, uin):
        p.cam("SetMfaFlag", OpUin=int(uin), LoginFlag={"Phone": 0, "Stoken": 0, "Wechat": 0})
        return {"LoginFlag": 0}

    delete = None


# A resource, and the actions that it needs and that came after the core: it is skipped while one is missing.
RESOURCES = [
    (User, []),
    (Role, []),
    (RoleByName, []),
    (Policy, []),
    (PolicyByName, []),
    (PolicyVersion, []),
    (Group, []),
    (GroupMembership, []),
    (UserPolicyAttachment, []),
    (GroupPolicyAttachment, []),
    (RolePolicyAttachment, []),
    (RolePolicyAttachmentByName, []),
    (ServiceLinkedRole, []),
    (AccessKey, []),
    (RoleBoundary, []),
    (UserBoundary, []),
    (RoleTags, []),
    (TaggedRole, ["tag:ModifyResourceTags", "tag:DescribeResourceTagsByResourceIds"]),
    (SamlProvider, ["cam:CreateSAMLProvider", "cam:GetSAMLProvider", "cam:UpdateSAMLProvider", "cam:DeleteSAMLProvider"]),
    (OidcProvider, ["cam:CreateOIDCConfig", "cam:DescribeOIDCConfig", "cam:UpdateOIDCConfig", "cam:DeleteOIDCConfig"]),
    (MfaFlag, ["cam:SetMfaFlag", "cam:DescribeSafeAuthFlagColl"]),
]


def is_built(tenant, action):
    service, action = action.split(":")
    return tenant.raw(service, action, {}).code not in ("InvalidAction", "NoSuchProduct")


@pytest.mark.parametrize("kind, actions", RESOURCES, ids=[kind.__name__ for kind, _ in RESOURCES])
def test_the_life_of_a_resource(tenant, kind, actions):
    missing = [action for action in actions if not is_built(tenant, action)]
    if missing:
        pytest.skip(f"not built yet: {', '.join(missing)}")
    p, resource = Provider(tenant), kind()
    known_as = resource.create(p)
    # Twice, because a plan after an apply must find no difference.
    made = resource.read(p, known_as)
    assert resource.read(p, known_as) == made
    if resource.update:
        expected = resource.update(p, known_as)
        changed = resource.read(p, known_as)
        assert {name: changed[name] for name in expected} == expected
        assert changed != made or kind is PolicyVersion
    if resource.delete:
        resource.delete(p, known_as)
        with pytest.raises(Gone):
            resource.read(p, known_as)


PAGED = {"Page": 1, "Rp": PAGE}
ATTACHED = "PolicyId PolicyName CreateMode AddTime"

# A data source: its call, where the rows are, what the provider dereferences of each, and its parameters, in which
# `uin`, `uid`, `group`, `policy`, `role` and `key` stand for what the account has.
DATA_SOURCES = [
    ("cam:DescribeRoleList", "List", "RoleId RoleName PolicyDocument AddTime UpdateTime", PAGED),
    ("cam:ListUsers", "Data", "Name Uin Uid ConsoleLogin", {}),
    ("cam:ListGroups", "GroupInfo", "GroupId GroupName CreateTime", PAGED),
    ("cam:ListUsersForGroup", "UserInfo", "Name Uid", {"GroupId": "group"} | PAGED),
    ("cam:ListGroupsForUser", "GroupInfo", "GroupId GroupName", {"Uid": "uid"} | PAGED),
    ("cam:ListPolicies", "List", "PolicyId PolicyName Type Description CreateMode AddTime ServiceType",
     {"Scope": "Local"} | PAGED),  # fmt: skip
    ("cam:ListAttachedUserPolicies", "List", ATTACHED, {"TargetUin": "uin"} | PAGED),
    ("cam:ListAttachedRolePolicies", "List", ATTACHED + " PolicyType", {"RoleId": "role"} | PAGED),
    ("cam:ListAttachedGroupPolicies", "List", ATTACHED, {"TargetGroupId": "group"} | PAGED),
    ("cam:ListAttachedUserAllPolicies", "PolicyList", "PolicyId PolicyName", {"TargetUin": "uin", "AttachType": 0} | PAGED),
    ("cam:ListEntitiesForPolicy", "List", "Id Name", {"PolicyId": "policy"} | PAGED),
    ("cam:ListPolicyVersions", "Versions", "VersionId IsDefaultVersion", {"PolicyId": "policy"}),
    ("cam:ListAccessKeys", "AccessKeys", "AccessKeyId Status CreateTime", {"TargetUin": "uin"}),
    ("cam:GetUserAppId", None, "Uin OwnerUin AppId", {}),
    ("cam:GetSecurityLastUsed", "SecretIdLastUsedRows", "SecretId", {"SecretIdList": ["key"]}),
    ("cam:GetAccountSummary", None, "Policies Roles Group User IdentityProviders Member", {}),
    ("cam:DescribeSubAccounts", "SubAccounts", "Uin Name", {"FilterSubAccountUin": ["uin"]}),
    ("cam:ListPoliciesGrantingServiceAccess", "List", "Service Policy", {"TargetUin": "uin"}),
]


@pytest.fixture(scope="module")
def populated(server):
    """An account that has one of each."""
    tenant = server.tenant()
    p = Provider(tenant)
    user = p.cam("AddUser", Name="tf", UseApi=1)
    group, role, policy = int(Group().create(p)), Role().create(p), int(Policy().create(p))
    p.cam("AddUserToGroup", Info=[{"Uid": user["Uid"], "GroupId": group}])
    p.cam("AttachUserPolicy", AttachUin=user["Uin"], PolicyId=policy)
    p.cam("AttachGroupPolicy", AttachGroupId=group, PolicyId=policy)
    p.cam("AttachRolePolicy", AttachRoleId=role, PolicyId=policy)
    has = {"uin": user["Uin"], "uid": user["Uid"], "key": user["SecretId"]}
    return p, has | {"group": group, "role": role, "policy": policy}


@pytest.mark.parametrize("call, rows, members, parameters", DATA_SOURCES)
def test_a_data_source(populated, call, rows, members, parameters):
    p, has = populated
    if not is_built(p.tenant, call):
        pytest.skip(f"not built yet: {call}")

    def known(value):
        return [known(item) for item in value] if isinstance(value, list) else has.get(value, value)

    service, action = call.split(":")
    reply = p(service, action, {name: known(value) for name, value in parameters.items()})
    found = [reply] if rows is None else reply[rows]
    assert found, f"{action} found nothing"
    for row in found:
        needed(row, *members.split())


def test_two_resources_of_one_name(tenant):
    """The provider does not repeat a create that fails with one of these words in its code, but any other."""
    p = Provider(tenant)
    for kind, word in ((Role, "RoleNameInUse"), (Policy, "PolicyNameInUse"), (User, "SubUserNameInUse")):
        kind().create(p)
        with pytest.raises(Refused) as refusal:
            kind().create(p)
        assert word in refusal.value.code
