//! A tenant with one of everything, and a valid request for every operation.

use crate::support::idp::{ISSUER, Idp, federated_trust};
use crate::support::{Caller, Test, allow, root_of, text, trust};
use crate::totp;
use camulator::dialect::contract::Op;
use serde_json::{Value, json};

/// A tenant with one of everything.
pub struct World {
    pub root: Caller,
    /// A sub-user with one key and the policy `reader`.
    pub user: Caller,
    /// The id of the role `ops`, which the account's own identities may assume; it has the policy `reader` and a tag.
    pub role: String,
    /// The policy `reader`.
    pub policy: u64,
    /// The policy `spare`, which is attached to nobody.
    pub spare: u64,
    /// The group `crew`, of which the user is a member; it has the policy `reader`.
    pub group: u64,
    /// The user's uid.
    pub uid: u64,
    /// The name of a service-linked role.
    pub linked: String,
    /// The task that deleted another service-linked role.
    pub task: String,
    /// The token of a sign-in of the user.
    pub token: String,
}

impl World {
    /// Creates it in the first account.
    pub async fn of(t: &Test) -> World {
        World::below(t.root()).await
    }

    /// Creates it in the account of this root.
    pub async fn below(root: Caller) -> World {
        let made = root.cam("AddUser", json!({"Name": "carol", "UseApi": 1, "Remark": "first"})).await.ok();
        let user = Caller {
            uin: made["Uin"].to_string(),
            secret_id: text(&made["SecretId"]).to_owned(),
            secret_key: text(&made["SecretKey"]).to_owned(),
            ..root.clone()
        };
        let params = json!({
            "RoleName": "ops",
            "PolicyDocument": trust(&[root_of(&root.uin)]),
            "Description": "operations",
            "Tags": [{"Key": "env", "Value": "prod"}],
        });
        let role = text(&root.cam("CreateRole", params).await.ok()["RoleId"]).to_owned();
        let policy = root.grant(&user, "reader", &allow("cam:Get*", "*")).await;
        root.cam("AttachRolePolicy", json!({"PolicyId": policy, "AttachRoleName": "ops"})).await.ok();
        let spare = root.policy("spare", &allow("cam:ListUsers", "*")).await;
        let uid = made["Uid"].as_u64().unwrap();
        let made = root.cam("CreateGroup", json!({"GroupName": "crew", "Remark": "all hands"})).await.ok();
        let group = made["GroupId"].as_u64().unwrap();
        root.cam("AddUserToGroup", json!({"Info": [{"Uid": uid, "GroupId": group}]})).await.ok();
        root.cam("AttachGroupPolicy", json!({"PolicyId": policy, "AttachGroupId": group})).await.ok();
        let document = allow("cam:List*", "*").to_string();
        let params = json!({"PolicyId": policy, "PolicyDocument": document, "SetAsDefault": false});
        root.cam("CreatePolicyVersion", params).await.ok();
        root.cam("PutUserPermissionsBoundary", json!({"TargetUin": uin(&user), "PolicyId": 1})).await.ok();
        root.cam("PutRolePermissionsBoundary", json!({"RoleName": "ops", "PolicyId": 1})).await.ok();
        let linked = root.cam("CreateServiceLinkedRole", json!({"QCSServiceName": ["tat.qcloud.com"]})).await.ok();
        let linked = root.cam("GetRole", json!({"RoleId": linked["RoleId"]})).await.ok();
        let linked = text(&linked["RoleInfo"]["RoleName"]).to_owned();
        let gone = root.cam("CreateServiceLinkedRole", json!({"QCSServiceName": ["cls.qcloud.com"]})).await.ok();
        let gone = root.cam("GetRole", json!({"RoleId": gone["RoleId"]})).await.ok();
        let gone = root.cam("DeleteServiceLinkedRole", json!({"RoleName": gone["RoleInfo"]["RoleName"]})).await.ok();
        let task = text(&gone["DeletionTaskId"]).to_owned();
        providers(&root).await;
        let token = people(&root, &user).await;
        World { root, user, role, policy, spare, group, uid, linked, task, token }
    }

    /// Binds a device to an identity, which shows the codes of the samples.
    pub async fn arm(&self, caller: &Caller) {
        arm(caller, &self.root.uin, &caller.uin).await;
    }

    /// The parameters of a request that succeeds in this world, once.
    #[track_caller]
    pub fn sample(&self, op: &Op) -> Value {
        let (policy, spare, group) = (self.policy, self.spare, self.group);
        let uin = uin(&self.user);
        let new_trust = trust(&[root_of(&self.root.uin)]);
        let document = allow("cam:GetUser", "*").to_string();
        let ops = format!("qcs::cam::uin/{}:roleName/ops", self.root.uin);
        let info = json!([{"Uid": self.uid, "GroupId": group}]);
        match op.action {
            "CreateRole" => json!({
                "RoleName": "new", "PolicyDocument": new_trust, "Description": "new", "ConsoleLogin": 0,
                "SessionDuration": 3600, "Tags": [{"Key": "env", "Value": "test"}],
            }),
            "GetRole" => json!({"RoleName": "ops"}),
            "DeleteRole" => json!({"RoleId": self.role}),
            "DescribeRoleList" => json!({"Page": 1, "Rp": 20, "Tags": [{"Key": "env", "Value": "prod"}]}),
            "UpdateAssumeRolePolicy" => json!({"PolicyDocument": new_trust, "RoleName": "ops"}),
            "UpdateRoleDescription" => json!({"Description": "other", "RoleName": "ops"}),
            "UpdateRoleConsoleLogin" => json!({"ConsoleLogin": 1, "RoleName": "ops"}),
            "UpdateRoleSessionDuration" => json!({"SessionDuration": 3600, "RoleName": "ops"}),
            "TagRole" => json!({"Tags": [{"Key": "team", "Value": "a"}], "RoleName": "ops"}),
            "UntagRole" => json!({"TagKeys": ["env"], "RoleName": "ops"}),
            "AttachRolePolicy" => json!({"PolicyId": spare, "AttachRoleName": "ops"}),
            "DetachRolePolicy" => json!({"PolicyId": policy, "DetachRoleName": "ops"}),
            "ListAttachedRolePolicies" => json!({"Page": 1, "Rp": 20, "RoleName": "ops"}),
            "AttachUserPolicy" => json!({"PolicyId": spare, "AttachUin": uin}),
            "DetachUserPolicy" => json!({"PolicyId": policy, "DetachUin": uin}),
            "ListAttachedUserPolicies" => json!({"TargetUin": uin, "Page": 1, "Rp": 20}),
            "ListAttachedUserAllPolicies" => json!({"TargetUin": uin, "Page": 1, "Rp": 20, "AttachType": 0}),
            "AddUser" => json!({
                "Name": "dave", "Remark": "new", "ConsoleLogin": 1, "UseApi": 1, "Password": "Passw0rd!x",
                "NeedResetPassword": 0, "PhoneNum": "13800000000", "CountryCode": "86", "Email": "dave@example.com",
            }),
            "GetUser" => json!({"Name": "carol"}),
            "UpdateUser" => json!({"Name": "carol", "Remark": "other"}),
            "DeleteUser" => json!({"Name": "carol", "Force": 1}),
            "ListUsers" => json!({}),
            "DescribeSubAccounts" => json!({"FilterSubAccountUin": [uin]}),
            "CreateAccessKey" => json!({"TargetUin": uin, "Description": "second"}),
            "ListAccessKeys" => json!({"TargetUin": uin}),
            "UpdateAccessKey" => json!({"AccessKeyId": self.user.secret_id, "Status": "Inactive", "TargetUin": uin}),
            "DeleteAccessKey" => json!({"AccessKeyId": self.user.secret_id, "TargetUin": uin}),
            "GetSecurityLastUsed" => json!({"SecretIdList": [self.root.secret_id]}),
            "CreatePolicy" => json!({
                "PolicyName": "new", "PolicyDocument": document, "Description": "new",
                "Tags": [{"Key": "env", "Value": "test"}],
            }),
            "GetPolicy" | "ListPolicyVersions" => json!({"PolicyId": policy}),
            "UpdatePolicy" => json!({"PolicyId": spare, "PolicyDocument": document}),
            "DeletePolicy" => json!({"PolicyId": [spare]}),
            "ListPolicies" => json!({"Page": 1, "Rp": 20}),
            "ListEntitiesForPolicy" => json!({"PolicyId": policy, "Page": 1, "Rp": 20}),
            "CreatePolicyVersion" => {
                json!({"PolicyId": policy, "PolicyDocument": document, "SetAsDefault": true})
            }
            "GetPolicyVersion" => json!({"PolicyId": policy, "VersionId": 1}),
            "SetDefaultPolicyVersion" => json!({"PolicyId": policy, "VersionId": 2}),
            "DeletePolicyVersion" => json!({"PolicyId": policy, "VersionId": [2]}),
            "CreateGroup" => json!({"GroupName": "new", "Remark": "new"}),
            "GetGroup" | "DeleteGroup" => json!({"GroupId": group}),
            "UpdateGroup" => json!({"GroupId": group, "GroupName": "other", "Remark": "other"}),
            "ListGroups" => json!({"Page": 1, "Rp": 20}),
            "AddUserToGroup" | "RemoveUserFromGroup" => json!({"Info": info}),
            "ListUsersForGroup" => json!({"GroupId": group, "Page": 1, "Rp": 20}),
            "ListGroupsForUser" => json!({"Uid": self.uid, "Page": 1, "Rp": 20}),
            "AttachGroupPolicy" => json!({"PolicyId": spare, "AttachGroupId": group}),
            "DetachGroupPolicy" => json!({"PolicyId": policy, "DetachGroupId": group}),
            "ListAttachedGroupPolicies" => json!({"TargetGroupId": group, "Page": 1, "Rp": 20}),
            "PutUserPermissionsBoundary" => json!({"TargetUin": uin, "PolicyId": policy}),
            "GetUserPermissionBoundary" | "DeleteUserPermissionsBoundary" => json!({"TargetUin": uin}),
            "PutRolePermissionsBoundary" => json!({"PolicyId": policy, "RoleName": "ops"}),
            "GetRolePermissionBoundary" => json!({"RoleId": self.role}),
            "DeleteRolePermissionsBoundary" => json!({"RoleName": "ops"}),
            "CreateServiceLinkedRole" => json!({
                "QCSServiceName": ["cvm.qcloud.com"], "CustomSuffix": "Diagnostic", "Description": "new",
                "Tags": [{"Key": "env", "Value": "test"}],
            }),
            "DeleteServiceLinkedRole" => json!({"RoleName": self.linked}),
            "GetServiceLinkedRoleDeletionStatus" => json!({"DeletionTaskId": self.task}),
            "GetAccountSummary"
            | "GetUserAppId"
            | "GetCallerIdentity"
            | "ListSAMLProviders"
            | "DisableUserSSO"
            | "DescribeUserSAMLConfig"
            | "DescribeUserOIDCConfig" => json!({}),
            "CreateSAMLProvider" => {
                json!({"Name": "new", "Description": "new", "SAMLMetadataDocument": Idp::rsa().metadata()})
            }
            "GetSAMLProvider" | "DeleteSAMLProvider" => json!({"Name": "corp"}),
            "UpdateSAMLProvider" => {
                json!({"Name": "corp", "Description": "other", "SAMLMetadataDocument": Idp::ec().metadata()})
            }
            "CreateOIDCConfig" => oidc("new"),
            "UpdateOIDCConfig" => oidc("cluster"),
            "DescribeOIDCConfig" | "DeleteOIDCConfig" => json!({"Name": "cluster"}),
            "CreateUserSAMLConfig" => {
                json!({"SAMLMetadataDocument": Idp::rsa().metadata(), "AuxiliaryDomain": "example.com"})
            }
            "UpdateUserSAMLConfig" => {
                json!({"Operate": "updateSAML", "SAMLMetadataDocument": Idp::ec().metadata(), "AuxiliaryDomain": "a.com"})
            }
            "CreateUserOIDCConfig" | "UpdateUserOIDCConfig" => user_oidc(),
            "AssumeRoleWithSAML" => {
                let owner = &self.root.uin;
                let mut says = Idp::rsa().says(owner, "federated", "corp", self.root.surface.now());
                // Whatever the clock is set to.
                (says.from, says.until) = ("2000-01-01T00:00:00Z".to_owned(), "9999-12-31T23:59:59Z".to_owned());
                json!({
                    "SAMLAssertion": Idp::rsa().response(&says), "RoleSessionName": "session", "DurationSeconds": 1800,
                    "PrincipalArn": format!("qcs::cam::uin/{owner}:saml-provider/corp"),
                    "RoleArn": format!("qcs::cam::uin/{owner}:roleName/federated"),
                })
            }
            "AssumeRoleWithWebIdentity" => {
                let claims = json!({"iss": ISSUER, "sub": "pod", "aud": "app", "exp": 253_402_300_799_i64});
                json!({
                    "ProviderId": "cluster", "WebIdentityToken": Idp::rsa().token(&claims), "DurationSeconds": 1800,
                    "RoleArn": format!("qcs::cam::uin/{}:roleName/federated", self.root.uin), "RoleSessionName": "session",
                })
            }
            "ListRoles" => json!({"Keyword": "op"}),
            "UpdateRole" => json!({"RoleName": "ops", "Description": "other", "SessionDuration": 3600}),
            "CreateCamStrategy" => json!({"StrategyName": "new", "StrategyInfo": document, "Remark": "new"}),
            "OperateCamStrategy" => {
                json!({"GroupId": -1, "RelateUin": uin, "StrategyId": spare, "ActionType": 1})
            }
            "DescribeCamStrategyDetail" => json!({"StrategyId": policy}),
            "UpdateCamStrategy" => json!({"StrategyId": spare, "StrategyInfo": document}),
            "BatchOperateCamStrategy" => json!({"StrategyId": [spare], "ActionType": 1, "RelateUin": [uin]}),
            "AssumeRole" => json!({
                "RoleArn": ops, "RoleSessionName": "session",
                "DurationSeconds": 1800,
            }),
            "GetFederationToken" => json!({"Name": "someone", "Policy": document, "DurationSeconds": 1800}),
            "ModifyResourceTags" => json!({
                "Resource": format!("qcs::cam:ap-guangzhou:uin/:role/{}", self.role),
                "ReplaceTags": [{"TagKey": "team", "TagValue": "a"}], "DeleteTags": [{"TagKey": "env"}],
            }),
            "DescribeResourceTagsByResourceIds" => json!({
                "ServiceType": "cam", "ResourcePrefix": "role", "ResourceIds": [self.role],
                "ResourceRegion": "ap-guangzhou", "Offset": 0, "Limit": 20, "Category": "Custom",
            }),
            "TagResources" => json!({
                "ResourceList": [ops, format!("qcs::cam::uin/{}:roleName/none", self.root.uin)],
                "Tags": [{"TagKey": "team", "TagValue": "a"}],
            }),
            "UnTagResources" => json!({
                "ResourceList": [ops, format!("qcs::cam::uin/{}:roleName/none", self.root.uin)], "TagKeys": ["env"],
            }),
            "GetResources" => json!({
                "ResourceList": [ops], "TagFilters": [{"TagKey": "env", "TagValue": ["prod"]}], "PaginationToken": "",
                "MaxResults": 50,
            }),
            "QueryApiKey" => json!({"TargetUin": uin}),
            "GetSessionToken" => json!({
                "SerialNumber": totp::serial(&self.root.uin),
                "TokenCode": totp::code(self.root.surface.server_time().seconds()), "DurationSeconds": 1800,
            }),
            "ListAccounts" => json!({"MaxItems": 50, "Marker": "", "UserType": "SubUser"}),
            "ListCollaborators" | "ListWeChatWorkSubAccounts" | "ListReceiver" => json!({"Offset": 0, "Limit": 20}),
            "CreateMessageReceiver" => json!({
                "Name": "press", "CountryCode": "86", "Email": "press@example.com", "PhoneNumber": "13800000001",
                "Remark": "new",
            }),
            "DeleteMessageReceiver" => json!({"Name": "reception"}),
            "GetPasswordRules" | "DescribeSafeAuthFlag" | "DescribeSafeAuthFlagIntl" => json!({}),
            "DescribeSafeAuthFlagColl" => json!({"SubUin": uin}),
            "UpdatePasswordRules" => json!({"Rules": {
                "MinimumLength": 9, "MustContain": "Aa0", "ForcePasswordChange": 90, "ReusePasswordLimit": 3,
                "RetryPasswordLimit": 5, "PasswordExpirationInvalidation": 2,
            }}),
            "SetMfaFlag" => {
                let flag = json!({"Phone": 1, "Stoken": 1, "Wechat": 0});
                json!({"OpUin": self.root.uin.parse::<u64>().unwrap(), "LoginFlag": flag, "ActionFlag": flag})
            }
            "GetCustomMFATokenInfo" | "ConsumeCustomMFAToken" => json!({"MFAToken": self.token}),
            "CreateSubAccountLoginIpPolicy" => json!({
                "IpPolicies": [{"IP": "192.0.2.0/24", "Effect": "Allow"}, {"IP": "198.51.100.7", "Effect": "Deny"}],
                "ApproverType": "SubAccountLoginLimitApproval", "DisablePolicy": 0, "PolicyType": 1,
            }),
            "ListPoliciesGrantingServiceAccess" => json!({"TargetUin": uin, "ServiceType": "cam"}),
            "BuildDataFlowAuthToken" => json!({
                "ResourceId": "cdb-1", "ResourceRegion": "ap-guangzhou", "ResourceAccount": "reader",
            }),
            other => panic!("{other} has no sample in tests/it/world.rs: add a request that succeeds"),
        }
    }
}

/// Creates the providers `corp` and `cluster`, the role `federated`, which they may vouch for, and a configuration of
/// user sign-on of each kind, neither of which is enabled.
pub async fn providers(root: &Caller) {
    let params = json!({"Name": "corp", "Description": "our own", "SAMLMetadataDocument": Idp::rsa().metadata()});
    root.cam("CreateSAMLProvider", params.clone()).await.ok();
    root.cam("CreateOIDCConfig", oidc("cluster")).await.ok();
    let trust = federated_trust(&root.uin, &Value::Null);
    root.cam("CreateRole", json!({"RoleName": "federated", "PolicyDocument": trust})).await.ok();
    root.cam("CreateUserOIDCConfig", user_oidc()).await.ok();
    let metadata = params["SAMLMetadataDocument"].clone();
    root.cam("CreateUserSAMLConfig", json!({"SAMLMetadataDocument": metadata})).await.ok();
    root.cam("DisableUserSSO", json!({})).await.ok();
}

/// The parameters of an OIDC provider of this name.
pub fn oidc(name: &str) -> Value {
    json!({
        "Name": name, "IdentityUrl": ISSUER, "ClientId": ["app"], "IdentityKey": Idp::rsa().key_set(),
        "Description": "a cluster", "AutoRotateKey": 0,
    })
}

/// The parameters of an OIDC configuration of user sign-on.
pub fn user_oidc() -> Value {
    json!({
        "IdentityUrl": ISSUER, "ClientId": "app", "AuthorizationEndpoint": format!("{ISSUER}/authorize"),
        "ResponseType": "id_token", "ResponseMode": "form_post", "MappingFiled": "sub",
        "IdentityKey": Idp::rsa().key_set(), "Scope": ["openid", "email"], "Description": "staff", "AutoRotateKey": 1,
    })
}

async fn arm(caller: &Caller, account: &str, uin: &str) {
    let path = format!("/accounts/{account}/users/{uin}/security");
    caller.surface.admin("PUT", &path, json!({"mfa_seed": totp::SEED})).await.done();
}

/// Adds to the account a receiver, a collaborator, a colleague, a device of the root and a password that is lent; returns
/// the token of a sign-in of the user.
pub async fn people(root: &Caller, user: &Caller) -> String {
    let receiver = json!({"Name": "reception", "CountryCode": "86", "Email": "r@example.com", "PhoneNumber": "1"});
    root.cam("CreateMessageReceiver", receiver).await.ok();
    let of_account = |path: &str| format!("/accounts/{}{path}", root.uin);
    for kind in ["collaborator", "colleague"] {
        let member = json!({"kind": kind, "name": kind, "outside_id": "w-1"});
        root.surface.admin("POST", &of_account("/members"), member).await.created();
    }
    arm(root, &root.uin, &root.uin).await;
    let flow = json!({"resource_id": "cdb-1", "region": "ap-guangzhou", "resource_account": "reader", "open": true});
    root.surface.admin("PUT", &of_account("/data-flows"), flow).await.done();
    let path = of_account(&format!("/users/{}/mfa-tokens", user.uin));
    let begun = root.surface.admin("POST", &path, Value::Null).await.created();
    text(&begun["token"]).to_owned()
}

fn uin(caller: &Caller) -> u64 {
    caller.uin.parse().unwrap()
}
