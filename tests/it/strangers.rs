//! A request that names something of another account gets the same reply, byte for byte, as one that names something
//! unknown.
//!
//! Two things are left out. AssumeRole works on other accounts' roles by design, and `tenants.rs` tests what it reveals
//! of them. Principals in documents have documented error codes, one of them for an unknown account.

use crate::catalogue;
use crate::support::idp::Idp;
use crate::support::{
    Caller, Test, allow, assert_same, in_memory, on_each_database, operation, operations, root_of, text, trust,
};
use crate::world::{World, oidc};
use serde_json::{Value, json};

/// What a field names.
#[derive(Clone, Copy, Debug)]
enum Names {
    Uin,
    Uid,
    UserName,
    KeyId,
    RoleId,
    RoleName,
    LinkedRoleName,
    PolicyId,
    PolicyName,
    VersionId,
    GroupId,
    TaskId,
    ProviderName,
    ReceiverName,
    /// The name of something new, which another account may have as well.
    New,
}

use Names::*;

/// The placeholder for the value that a case varies.
const HERE: &str = "<here>";

/// A request with a placeholder for one value.
struct Case {
    action: &'static str,
    field: &'static str,
    names: Names,
    params: Value,
}

/// Fields that look like ids or names, but cannot name anything of another account, each with the reason.
const OTHER: &[(&str, &str, &str)] = &[
    ("CreateServiceLinkedRole", "QCSServiceName", "a service of the cloud"),
    ("GetFederationToken", "Name", "the name of the new session"),
    ("CreateOIDCConfig", "ClientId", "a client that the provider knows"),
    ("UpdateOIDCConfig", "ClientId", "a client that the provider knows"),
    ("CreateUserOIDCConfig", "ClientId", "a client that the provider knows"),
    ("UpdateUserOIDCConfig", "ClientId", "a client that the provider knows"),
    ("AssumeRoleWithSAML", "PrincipalArn", "it needs no caller: whoever has the response may use it"),
    ("AssumeRoleWithSAML", "RoleArn", "it needs no caller: whoever has the response may use it"),
    ("AssumeRoleWithSAML", "RoleSessionName", "the name of the new session"),
    ("AssumeRoleWithWebIdentity", "ProviderId", "it needs no caller: whoever has the token may use it"),
    ("AssumeRoleWithWebIdentity", "RoleArn", "it needs no caller: whoever has the token may use it"),
    ("AssumeRoleWithWebIdentity", "RoleSessionName", "the name of the new session"),
    ("BuildDataFlowAuthToken", "ResourceId", "a resource of another service, which the account has made known"),
    ("AssumeRole", "RoleArn", "it is meant for other accounts' roles"),
    ("AssumeRole", "RoleSessionName", "the name of the new session"),
    ("AssumeRole", "ExternalId", "a value that two accounts have agreed on"),
];

/// The fields of the extensions that name something; the catalogue does not have them.
const OURS: &[(&str, &[&str])] = &[
    ("ListRoles", &[]),
    ("UpdateRole", &["RoleId", "RoleName"]),
    ("CreateCamStrategy", &["StrategyName"]),
    ("DescribeCamStrategyDetail", &["StrategyId"]),
    ("UpdateCamStrategy", &["StrategyId", "StrategyName"]),
    ("BatchOperateCamStrategy", &["StrategyId", "RelateUin"]),
    ("OperateCamStrategy", &["GroupId", "RelateUin", "StrategyId"]),
];

/// A case for every field that names something. The rest of each request is valid and names only what the caller owns.
fn cases(own: &World) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut add = |action, field, names, params: Value| cases.push(Case { action, field, names, params });
    let document = allow("cam:GetUser", "*").to_string();
    let trusts = trust(&[root_of(&own.root.uin)]);
    let (uin, group, policy) = (&own.user.uin, own.group, own.policy);

    for (action, more) in [
        ("GetRole", json!({})),
        ("DeleteRole", json!({})),
        ("UpdateAssumeRolePolicy", json!({"PolicyDocument": trusts})),
        ("UpdateRoleDescription", json!({"Description": "x"})),
        ("UpdateRoleConsoleLogin", json!({"ConsoleLogin": 1})),
        ("UpdateRoleSessionDuration", json!({"SessionDuration": 3600})),
        ("UpdateRole", json!({"Description": "x"})),
        ("TagRole", json!({"Tags": [{"Key": "k", "Value": "v"}]})),
        ("UntagRole", json!({"TagKeys": ["env"]})),
        ("ListAttachedRolePolicies", json!({"Page": 1, "Rp": 20})),
        ("PutRolePermissionsBoundary", json!({"PolicyId": policy})),
        ("DeleteRolePermissionsBoundary", json!({})),
    ] {
        add(action, "RoleId", RoleId, with(&more, "RoleId"));
        add(action, "RoleName", RoleName, with(&more, "RoleName"));
    }
    add("GetRolePermissionBoundary", "RoleId", RoleId, json!({"RoleId": HERE}));
    add("PutRolePermissionsBoundary", "PolicyId", PolicyId, json!({"PolicyId": HERE, "RoleName": "ops"}));
    add("DeleteServiceLinkedRole", "RoleName", LinkedRoleName, json!({"RoleName": HERE}));
    add("GetServiceLinkedRoleDeletionStatus", "DeletionTaskId", TaskId, json!({"DeletionTaskId": HERE}));
    add("CreateRole", "RoleName", New, json!({"RoleName": HERE, "PolicyDocument": trusts}));

    for (action, id, name) in
        [("AttachRolePolicy", "AttachRoleId", "AttachRoleName"), ("DetachRolePolicy", "DetachRoleId", "DetachRoleName")]
    {
        add(action, id, RoleId, json!({"PolicyId": policy, id: HERE}));
        add(action, name, RoleName, json!({"PolicyId": policy, name: HERE}));
        add(action, "PolicyId", PolicyId, json!({"PolicyId": HERE, name: "ops"}));
        add(action, "PolicyName", PolicyName, json!({"PolicyName": HERE, name: "ops"}));
    }
    for (action, holder, names, good) in [
        ("AttachUserPolicy", "AttachUin", Uin, json!(uin)),
        ("DetachUserPolicy", "DetachUin", Uin, json!(uin)),
        ("AttachGroupPolicy", "AttachGroupId", GroupId, json!(group)),
        ("DetachGroupPolicy", "DetachGroupId", GroupId, json!(group)),
    ] {
        add(action, holder, names, json!({"PolicyId": policy, holder: HERE}));
        add(action, "PolicyId", PolicyId, json!({"PolicyId": HERE, holder: good}));
    }
    add("GetSecurityLastUsed", "SecretIdList", KeyId, json!({"SecretIdList": [HERE]}));
    add("DescribeSubAccounts", "FilterSubAccountUin", Uin, json!({"FilterSubAccountUin": [HERE]}));
    add("QueryApiKey", "TargetUin", Uin, json!({"TargetUin": HERE}));
    let flag = json!({"Phone": 0, "Stoken": 0, "Wechat": 0});
    add("SetMfaFlag", "OpUin", Uin, json!({"OpUin": HERE, "LoginFlag": flag, "ActionFlag": flag}));
    add("DescribeSafeAuthFlagColl", "SubUin", Uin, json!({"SubUin": HERE}));
    let approved = json!({
        "IpPolicies": [{"IP": "192.0.2.1", "Effect": "Allow"}], "ApproverType": "SubAccountLoginLimitApproval",
        "ApproverUin": [HERE], "DisablePolicy": 0, "PolicyType": 1,
    });
    add("CreateSubAccountLoginIpPolicy", "ApproverUin", Uin, approved);
    for (field, names) in [("TargetUin", Uin), ("RoleId", RoleId), ("GroupId", GroupId)] {
        add("ListPoliciesGrantingServiceAccess", field, names, json!({field: HERE}));
    }
    let receiver = json!({"Name": HERE, "CountryCode": "86", "Email": "r@example.com", "PhoneNumber": "1"});
    add("CreateMessageReceiver", "Name", New, receiver);
    add("DeleteMessageReceiver", "Name", ReceiverName, json!({"Name": HERE}));
    let tagged = json!({"ServiceType": "cam", "ResourcePrefix": "role", "ResourceIds": [HERE], "ResourceRegion": "ap-guangzhou"});
    add("DescribeResourceTagsByResourceIds", "ResourceIds", RoleId, tagged);
    add("DescribeCamStrategyDetail", "StrategyId", PolicyId, json!({"StrategyId": HERE}));
    add("UpdateCamStrategy", "StrategyId", PolicyId, json!({"StrategyId": HERE, "Remark": "x"}));
    add("UpdateCamStrategy", "StrategyName", New, json!({"StrategyId": policy, "StrategyName": HERE}));
    let batch = |policy: Value, uin: Value| json!({"StrategyId": [policy], "RelateUin": [uin], "ActionType": 1});
    add("BatchOperateCamStrategy", "StrategyId", PolicyId, batch(json!(HERE), json!(uin)));
    add("BatchOperateCamStrategy", "RelateUin", Uin, batch(json!(policy), json!(HERE)));
    let operate = |group: Value, uin: Value, policy: Value| json!({"GroupId": group, "RelateUin": uin, "StrategyId": policy, "ActionType": 1});
    add("OperateCamStrategy", "GroupId", GroupId, operate(json!(HERE), json!(-1), json!(policy)));
    add("OperateCamStrategy", "RelateUin", Uin, operate(json!(-1), json!(HERE), json!(policy)));
    add("OperateCamStrategy", "StrategyId", PolicyId, operate(json!(-1), json!(uin), json!(HERE)));
    let all = json!({"TargetUin": HERE, "Page": 1, "Rp": 20, "AttachType": 0});
    add("ListAttachedUserAllPolicies", "TargetUin", Uin, all);
    add("ListAttachedUserPolicies", "TargetUin", Uin, json!({"TargetUin": HERE}));
    add("ListAttachedGroupPolicies", "TargetGroupId", GroupId, json!({"TargetGroupId": HERE}));
    add("ListEntitiesForPolicy", "PolicyId", PolicyId, json!({"PolicyId": HERE}));

    add("AddUser", "Name", New, json!({"Name": HERE, "UseApi": 1}));
    for (action, more) in
        [("GetUser", json!({})), ("UpdateUser", json!({"Remark": "x"})), ("DeleteUser", json!({"Force": 1}))]
    {
        add(action, "Name", UserName, with(&more, "Name"));
    }
    add("CreateAccessKey", "TargetUin", Uin, json!({"TargetUin": HERE}));
    add("ListAccessKeys", "TargetUin", Uin, json!({"TargetUin": HERE}));
    for (action, more) in [("UpdateAccessKey", json!({"Status": "Inactive"})), ("DeleteAccessKey", json!({}))] {
        let of_own = json!({"AccessKeyId": own.user.secret_id});
        add(action, "TargetUin", Uin, with(&merged(&more, &of_own), "TargetUin"));
        add(action, "AccessKeyId", KeyId, with(&merged(&more, &json!({"TargetUin": uin})), "AccessKeyId"));
    }
    for action in ["PutUserPermissionsBoundary", "GetUserPermissionBoundary", "DeleteUserPermissionsBoundary"] {
        let more = if action.starts_with("Put") { json!({"PolicyId": policy}) } else { json!({}) };
        add(action, "TargetUin", Uin, with(&more, "TargetUin"));
    }
    add("PutUserPermissionsBoundary", "PolicyId", PolicyId, json!({"PolicyId": HERE, "TargetUin": uin}));

    let made = json!({"PolicyDocument": document});
    add("CreatePolicy", "PolicyName", New, with(&made, "PolicyName"));
    add("CreateCamStrategy", "StrategyName", New, json!({"StrategyName": HERE, "StrategyInfo": document}));
    add("GetPolicy", "PolicyId", PolicyId, json!({"PolicyId": HERE}));
    add("UpdatePolicy", "PolicyId", PolicyId, with(&made, "PolicyId"));
    add("UpdatePolicy", "PolicyName", PolicyName, with(&made, "PolicyName"));
    // In a request with an id, the name is the new name.
    add("UpdatePolicy", "PolicyName", New, json!({"PolicyId": own.spare, "PolicyName": HERE}));
    add("DeletePolicy", "PolicyId", PolicyId, json!({"PolicyId": [own.spare, HERE]}));
    add("ListPolicyVersions", "PolicyId", PolicyId, json!({"PolicyId": HERE}));
    let version = json!({"PolicyDocument": document, "SetAsDefault": true});
    add("CreatePolicyVersion", "PolicyId", PolicyId, with(&version, "PolicyId"));
    for action in ["GetPolicyVersion", "SetDefaultPolicyVersion", "DeletePolicyVersion"] {
        let number = |number: Value| if action.starts_with("Delete") { json!([number]) } else { number };
        add(action, "PolicyId", PolicyId, json!({"PolicyId": HERE, "VersionId": number(json!(1))}));
        let of_own = json!({"PolicyId": own.spare, "VersionId": number(json!(HERE))});
        add(action, "VersionId", VersionId, of_own);
    }

    for action in ["GetSAMLProvider", "DeleteSAMLProvider", "DescribeOIDCConfig", "DeleteOIDCConfig"] {
        add(action, "Name", ProviderName, json!({"Name": HERE}));
    }
    add("UpdateSAMLProvider", "Name", ProviderName, json!({"Name": HERE, "Description": "x"}));
    add("UpdateOIDCConfig", "Name", ProviderName, with(&oidc(""), "Name"));
    add("CreateOIDCConfig", "Name", New, with(&oidc(""), "Name"));
    let metadata = Idp::rsa().metadata();
    let params = json!({"Name": HERE, "Description": "x", "SAMLMetadataDocument": metadata});
    add("CreateSAMLProvider", "Name", New, params);
    add("CreateGroup", "GroupName", New, json!({"GroupName": HERE}));
    for action in ["GetGroup", "DeleteGroup", "ListUsersForGroup"] {
        add(action, "GroupId", GroupId, json!({"GroupId": HERE}));
    }
    add("UpdateGroup", "GroupId", GroupId, json!({"GroupId": HERE, "Remark": "x"}));
    add("UpdateGroup", "GroupName", New, json!({"GroupId": group, "GroupName": HERE}));
    add("ListGroupsForUser", "Uid", Uid, json!({"Uid": HERE}));
    add("ListGroupsForUser", "SubUin", Uin, json!({"SubUin": HERE}));
    for action in ["AddUserToGroup", "RemoveUserFromGroup"] {
        add(action, "Info.GroupId", GroupId, json!({"Info": [{"GroupId": HERE, "Uin": uin}]}));
        add(action, "Info.Uid", Uid, json!({"Info": [{"GroupId": group, "Uid": HERE}]}));
        add(action, "Info.Uin", Uin, json!({"Info": [{"GroupId": group, "Uin": HERE}]}));
    }
    cases
}

fn merged(params: &Value, more: &Value) -> Value {
    let mut params = params.clone();
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    params
}

/// The parameters with the placeholder in a field.
fn with(params: &Value, field: &str) -> Value {
    merged(params, &json!({field: HERE}))
}

/// A value that names something of the other account, and one of the same form that names nothing.
fn values(case: &Case, stranger: &World) -> (Value, Value) {
    // Changes the last digit but one: another number of the same form.
    let other = |number: &str| {
        let at = number.len() - 2;
        let digit = if &number[at..=at] == "7" { "3" } else { "7" };
        format!("{}{digit}{}", &number[..at], &number[at + 1..])
    };
    let number = |number: u64| (json!(number), json!(other(&number.to_string()).parse::<u64>().unwrap()));
    let name = |name: &str| (json!(name), json!(format!("{}x", &name[..name.len() - 1])));
    match case.names {
        Uin => number(stranger.user.uin.parse().unwrap()),
        Uid => number(stranger.uid),
        UserName => name("stranger"),
        ProviderName => name("strangers-provider"),
        ReceiverName => name("strangers-receiver"),
        KeyId => name(&stranger.user.secret_id),
        RoleId => (json!(stranger.role), json!(other(&stranger.role))),
        RoleName => name("strangers-role"),
        LinkedRoleName => name(&stranger.linked),
        PolicyId => number(stranger.policy),
        PolicyName => name("strangers-policy"),
        // The caller's own policy has only version 1.
        VersionId => (json!(2), json!(3)),
        GroupId => number(stranger.group),
        TaskId => (json!(stranger.task), json!(other(&stranger.task))),
        New => name(&format!("strangers-{}", case.action)),
    }
}

/// The parameters with this value in place of the placeholder.
fn filled(params: &Value, value: &Value) -> Value {
    match params {
        Value::String(text) if text == HERE => value.clone(),
        Value::Array(entries) => entries.iter().map(|entry| filled(entry, value)).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, member)| (name.clone(), filled(member, value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}

/// The reply without the request's id, the given value, and the ids and keys that were created at random.
fn shape(body: &[u8], value: &Value) -> String {
    let mut reply: Value = serde_json::from_slice(body).unwrap();
    let response = reply["Response"].as_object_mut().unwrap();
    let id = std::mem::replace(&mut response["RequestId"], json!(""));
    for made in ["RoleId", "PolicyId", "StrategyId", "GroupId", "Uin", "Uid", "SecretId", "SecretKey"] {
        if let Some(made) = response.get_mut(made) {
            *made = json!("made");
        }
    }
    let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    // A denial quotes the request's id.
    reply.to_string().replace(text(&id), "<id>").replace(&shown, "<value>")
}

/// A second account with something of every kind, all under names that the first account does not use.
async fn stranger(t: &Test) -> World {
    let root = t.tenant("100000000002").await;
    let mut world = World::below(root.clone()).await;
    let user = root.user("stranger").await;
    let made = root.cam("GetUser", json!({"Name": "stranger"})).await.ok();
    world.uid = made["Uid"].as_u64().unwrap();
    world.user = user;
    world.role = root.role("strangers-role", &[root_of(&root.uin)]).await;
    world.policy = root.policy("strangers-policy", &allow("*", "*")).await;
    let document = allow("cam:GetUser", "*").to_string();
    let version = json!({"PolicyId": world.policy, "PolicyDocument": document, "SetAsDefault": false});
    root.cam("CreatePolicyVersion", version).await.ok();
    let made = root.cam("CreateGroup", json!({"GroupName": "strangers-CreateGroup"})).await.ok();
    world.group = made["GroupId"].as_u64().unwrap();
    root.cam("CreateGroup", json!({"GroupName": "strangers-UpdateGroup"})).await.ok();
    root.role("strangers-CreateRole", &[root_of(&root.uin)]).await;
    root.user("strangers-AddUser").await;
    for name in ["strangers-receiver", "strangers-CreateMessageReceiver"] {
        let receiver = json!({"Name": name, "CountryCode": "86", "Email": "r@example.com", "PhoneNumber": "1"});
        root.cam("CreateMessageReceiver", receiver).await.ok();
    }
    for name in ["strangers-provider", "strangers-CreateSAMLProvider", "strangers-CreateOIDCConfig"] {
        let params = json!({"Name": name, "Description": "", "SAMLMetadataDocument": Idp::rsa().metadata()});
        root.cam("CreateSAMLProvider", params).await.ok();
        root.cam("CreateOIDCConfig", oidc(name)).await.ok();
    }
    for action in ["CreatePolicy", "CreateCamStrategy", "UpdatePolicy", "UpdateCamStrategy"] {
        root.policy(&format!("strangers-{action}"), &allow("*", "*")).await;
    }
    // Another service than the first account's role is for, so that the names of the roles differ.
    let linked = root.cam("CreateServiceLinkedRole", json!({"QCSServiceName": ["cos.qcloud.com"]})).await.ok();
    let linked = root.cam("GetRole", json!({"RoleId": linked["RoleId"]})).await.ok();
    world.linked = text(&linked["RoleInfo"]["RoleName"]).to_owned();
    let gone = root.cam("CreateServiceLinkedRole", json!({"QCSServiceName": ["cls.qcloud.com"]})).await.ok();
    let gone = root.cam("GetRole", json!({"RoleId": gone["RoleId"]})).await.ok();
    let gone = root.cam("DeleteServiceLinkedRole", json!({"RoleName": gone["RoleInfo"]["RoleName"]})).await.ok();
    world.task = text(&gone["DeletionTaskId"]).to_owned();
    world
}

#[test]
fn what_another_account_owns_looks_unknown() {
    on_each_database(async |t| {
        // Nearly all of these many requests are refused, so comparing engines after each of them would prove nothing.
        t.leave_cold();
        let own = World::of(&t).await;
        let stranger = stranger(&t).await;
        // The root account, a user who may do everything, and one who may do nothing.
        let everyone = own.root.user("everyone").await;
        own.root.grant(&everyone, "everything", &allow("*", "*")).await;
        let nobody = own.root.user("nobody").await;
        let before = t.dump_of(&stranger.root.uin).await;
        let mut wrong = Vec::new();
        for (caller, who) in [(&own.root, "root"), (&everyone, "everyone"), (&nobody, "nobody")] {
            for case in cases(&own) {
                let (theirs, nobodys) = values(&case, &stranger);
                let [theirs, nobodys] = [theirs, nobodys].map(|value| ask(caller, &case, value));
                let (theirs, nobodys) = (theirs.await, nobodys.await);
                if theirs != nobodys {
                    wrong.push(format!("{who}: {} {}:\n  {theirs}\n  {nobodys}", case.action, case.field));
                }
            }
        }
        assert!(wrong.is_empty(), "replies that give away another account:\n{}", wrong.join("\n"));
        assert_same(&t.dump_of(&stranger.root.uin).await, &before, "the other account was changed");
    });
}

async fn ask(caller: &Caller, case: &Case, value: Value) -> String {
    let reply = caller.ask(operation(case.action), filled(&case.params, &value)).await;
    let headers: Vec<&str> = reply.headers.keys().map(http::HeaderName::as_str).collect();
    format!("{} {headers:?} {}", reply.status, shape(&reply.body, &value))
}

/// With a value of the caller's own each request succeeds. This proves that the cases are valid requests.
#[test]
fn what_the_own_account_owns_is_found() {
    in_memory(async |t| {
        t.leave_cold();
        for place in 0..cases(&World::of(&t).await).len() {
            // Each case has its own world, because most cases change it.
            let own = World::below(t.tenant(&(800_000_000 + place).to_string()).await).await;
            let case = cases(&own).into_iter().nth(place).unwrap();
            let value = match case.names {
                Uin => json!(own.user.uin.parse::<u64>().unwrap()),
                Uid => json!(own.uid),
                UserName => json!("carol"),
                KeyId => json!(own.user.secret_id),
                RoleId => json!(own.role),
                RoleName => json!("ops"),
                LinkedRoleName => json!(own.linked),
                PolicyId if case.action == "DeletePolicy" => json!(own.spare),
                PolicyId => json!(own.policy),
                PolicyName => json!("spare"),
                VersionId => json!(1),
                GroupId => json!(own.group),
                TaskId => json!(own.task),
                ProviderName => json!(if case.action.contains("SAML") { "corp" } else { "cluster" }),
                ReceiverName => json!("reception"),
                New => json!("new"),
            };
            let reply = own.root.ask(operation(case.action), filled(&case.params, &value)).await;
            match (case.action, case.field) {
                // The policy's only version is the default one, which can only be read.
                ("SetDefaultPolicyVersion" | "DeletePolicyVersion", _) => {
                    drop(reply.fault("FailedOperation.PolicyVersionAlreadyDefault"));
                }
                // The user is found, but cannot approve anything.
                ("CreateSubAccountLoginIpPolicy", _) => {
                    drop(reply.fault("InvalidParameter.SubUserPhoneNotExsit"));
                }
                _ => drop(reply.ok()),
            }
        }
    });
}

/// Whether a field names something, judged by its own name.
fn is_name(field: &str) -> bool {
    ["Id", "Uin", "Uid", "Name", "Arn", "Ids", "IdList"].iter().any(|end| field.ends_with(end))
}

#[test]
fn every_field_that_names_something_has_a_case() {
    in_memory(async |t| {
        let cases = cases(&World::of(&t).await);
        let mut missing = Vec::new();
        for op in operations() {
            let mut fields: Vec<String> = Vec::new();
            match catalogue::action(op.service, op.action) {
                None => {
                    let ours = OURS.iter().find(|(action, _)| *action == op.action);
                    let (_, ours) = ours.unwrap_or_else(|| panic!("add {} and its fields to OURS", op.action));
                    fields.extend(ours.iter().map(|field| (*field).to_owned()));
                }
                Some(action) => {
                    for field in action["request"].as_array().unwrap() {
                        let name = text(&field["name"]);
                        let members = catalogue::type_of(
                            op.service,
                            text(&field["type"]).trim_start_matches("list<").trim_end_matches('>'),
                        );
                        match members {
                            Some(members) => {
                                fields.extend(members.iter().map(|member| format!("{name}.{}", text(&member["name"]))))
                            }
                            None => fields.push(name.to_owned()),
                        }
                    }
                }
            }
            for field in fields.iter().filter(|field| is_name(field)) {
                let is_case = cases.iter().any(|case| case.action == op.action && case.field == field);
                let is_other = OTHER.iter().any(|(action, other, _)| *action == op.action && other == field);
                if is_case == is_other {
                    missing.push(format!("{} {field}", op.action));
                }
            }
        }
        assert!(
            missing.is_empty(),
            "fields that name something and are neither in a case nor in OTHER, or in both:\n{}",
            missing.join("\n")
        );
    });
}
