//! What a caller may do, tested with signed requests: groups, boundaries, policy versions, session policies,
//! conditions.

use crate::support::{Caller, Reply, allow, in_memory, on_each_database, root_of, text};
use serde_json::{Value, json};

const DENIED: &str = "AuthFailure.UnauthorizedOperation";

fn list(caller: &Caller) -> impl Future<Output = Reply> {
    caller.call("cam", "2019-01-16", "ListUsers", json!({})).send()
}

/// A policy that allows an action under a condition.
fn allow_if(action: &str, condition: Value) -> Value {
    let mut document = allow(action, "*");
    document["statement"][0]["condition"] = condition;
    document
}

#[test]
fn a_member_has_its_groups_policies_at_once() {
    on_each_database(async |t| {
        let root = t.root();
        let user = root.user("dev").await;
        let group = root.cam("CreateGroup", json!({"GroupName": "crew"})).await.ok()["GroupId"].clone();
        let policy = root.policy("list", &allow("cam:ListUsers", "*")).await;
        let info = json!({"Info": [{"Uin": &user.uin, "GroupId": group}]});
        let attach = json!({"PolicyId": policy, "AttachGroupId": group});
        root.cam("AttachGroupPolicy", attach.clone()).await.ok();
        list(&user).await.fault(DENIED);
        root.cam("AddUserToGroup", info.clone()).await.ok();
        list(&user).await.ok();
        root.cam("DetachGroupPolicy", json!({"PolicyId": policy, "DetachGroupId": group})).await.ok();
        list(&user).await.fault(DENIED);
        root.cam("AttachGroupPolicy", attach).await.ok();
        list(&user).await.ok();
        root.cam("RemoveUserFromGroup", info.clone()).await.ok();
        list(&user).await.fault(DENIED);
        root.cam("AddUserToGroup", info).await.ok();
        list(&user).await.ok();
        root.cam("DeleteGroup", json!({"GroupId": group})).await.ok();
        list(&user).await.fault(DENIED);
    });
}

#[test]
fn a_boundary_limits_and_grants_nothing() {
    on_each_database(async |t| {
        let root = t.root();
        let user = root.user("dev").await;
        let narrow = root.policy("narrow", &allow("cam:GetUser", "*")).await;
        let wide = root.policy("wide", &allow("cam:*", "*")).await;
        let put = |policy: u64| {
            root.cam("PutUserPermissionsBoundary", json!({"TargetUin": number(&user), "PolicyId": policy}))
        };
        put(wide).await.ok();
        list(&user).await.fault(DENIED);
        root.grant(&user, "list", &allow("cam:ListUsers", "*")).await;
        list(&user).await.ok();
        put(narrow).await.ok();
        list(&user).await.fault(DENIED);
        root.cam("DeletePolicy", json!({"PolicyId": [narrow]})).await.fault("InvalidParameter.ParamError");
        root.cam("DeleteUserPermissionsBoundary", json!({"TargetUin": number(&user)})).await.ok();
        list(&user).await.ok();
        root.cam("DeletePolicy", json!({"PolicyId": [narrow]})).await.ok();
    });
}

#[test]
fn only_the_default_version_counts() {
    on_each_database(async |t| {
        let root = t.root();
        let user = root.user("dev").await;
        let policy = root.grant(&user, "p", &allow("cam:ListUsers", "*")).await;
        let version = |action: &str, default: bool| {
            let document = allow(action, "*").to_string();
            root.cam(
                "CreatePolicyVersion",
                json!({"PolicyId": policy, "PolicyDocument": document, "SetAsDefault": default}),
            )
        };
        let default =
            |number: u64| root.cam("SetDefaultPolicyVersion", json!({"PolicyId": policy, "VersionId": number}));
        assert_eq!(version("cam:GetUser", false).await.ok()["VersionId"], 2);
        list(&user).await.ok();
        default(2).await.ok();
        list(&user).await.fault(DENIED);
        default(1).await.ok();
        list(&user).await.ok();
        assert_eq!(version("cam:GetRole", true).await.ok()["VersionId"], 3);
        list(&user).await.fault(DENIED);
        root.cam("DeletePolicyVersion", json!({"PolicyId": policy, "VersionId": [1, 2]})).await.ok();
        // Version numbers are never reused.
        assert_eq!(version("cam:ListUsers", true).await.ok()["VersionId"], 4);
        list(&user).await.ok();
    });
}

#[test]
fn a_session_policy_narrows_however_it_was_encoded() {
    on_each_database(async |t| {
        let root = t.root();
        root.role("ops", &[root_of(&root.uin)]).await;
        root.grant_role("ops", "all", &allow("cam:*", "*")).await;
        let narrow = allow("cam:GetRole", "*").to_string();
        let encoded: String = narrow.bytes().map(|byte| format!("%{byte:02X}")).collect();
        for policy in [narrow.clone(), encoded, narrow.replace('"', "%22").replace('{', "%7b")] {
            let params = json!({
                "RoleArn": format!("qcs::cam::uin/{}:roleName/ops", root.uin), "RoleSessionName": "session",
                "Policy": policy,
            });
            let session = root.session(&root.sts("AssumeRole", params).await.ok());
            session.cam("GetRole", json!({"RoleName": "ops"})).await.ok();
            list(&session).await.fault(DENIED);
        }
        // It grants nothing that the role does not have.
        let params = json!({
            "RoleArn": format!("qcs::cam::uin/{}:roleName/ops", root.uin), "RoleSessionName": "session",
            "Policy": allow("*", "*").to_string(),
        });
        let session = root.session(&root.sts("AssumeRole", params).await.ok());
        list(&session).await.ok();
        session.describe_instances("ap-guangzhou").await.fault(DENIED);
    });
}

#[test]
fn a_federated_session_may_do_what_its_creator_and_its_policy_allow() {
    on_each_database(async |t| {
        let root = t.root();
        let user = root.user("dev").await;
        root.grant(&user, "own", &allow("cam:ListUsers", "*")).await;
        let federate = |caller: &Caller, document: Value| {
            let params = json!({"Name": "someone", "Policy": document.to_string()});
            caller.call("sts", "2018-08-13", "GetFederationToken", params).send()
        };
        federate(&user, allow("*", "*")).await.fault(DENIED);
        root.grant(&user, "federate", &allow("sts:GetFederationToken", "*")).await;
        let opened = federate(&user, allow("*", "*")).await.ok();
        assert_eq!(opened["ExpiredTime"], crate::support::START + 1800);
        let session = user.session(&opened);
        list(&session).await.ok();
        session.cam("GetUser", json!({"Name": "dev"})).await.fault(DENIED);
        let narrow = user.session(&federate(&user, allow("cam:GetUser", "*")).await.ok());
        list(&narrow).await.fault(DENIED);
        let of_root = root.session(&federate(&root, allow("cam:ListUsers", "*")).await.ok());
        list(&of_root).await.ok();
        of_root.cam("GetUser", json!({"Name": "dev"})).await.fault(DENIED);
        federate(&of_root, allow("*", "*")).await.fault(DENIED);
        // Deleting the user ends its session.
        root.cam("DeleteUser", json!({"Name": "dev", "Force": 1})).await.ok();
        list(&session).await.fault("AuthFailure.TokenFailure");
        list(&of_root).await.ok();
    });
}

#[test]
fn a_deny_through_a_group_wins() {
    on_each_database(async |t| {
        let root = t.root();
        let user = root.user("dev").await;
        root.grant(&user, "all", &allow("*", "*")).await;
        let mut document = allow("cam:ListUsers", "*");
        document["statement"][0]["effect"] = json!("deny");
        let group = root.cam("CreateGroup", json!({"GroupName": "crew"})).await.ok()["GroupId"].clone();
        let deny = root.policy("deny", &document).await;
        root.cam("AttachGroupPolicy", json!({"PolicyId": deny, "AttachGroupId": group})).await.ok();
        list(&user).await.ok();
        root.cam("AddUserToGroup", json!({"Info": [{"Uin": &user.uin, "GroupId": group}]})).await.ok();
        list(&user).await.fault(DENIED);
        list(&root).await.ok();
    });
}

#[test]
fn a_condition_on_the_address_uses_the_peer() {
    on_each_database(async |t| {
        let root = t.root();
        let user = root.user("dev").await;
        root.grant(&user, "p", &allow_if("cam:ListUsers", json!({"ip_equal": {"qcs:ip": "10.1.0.0/16"}}))).await;
        let from = |peer: &str| user.call("cam", "2019-01-16", "ListUsers", json!({})).from(peer).send();
        from("10.1.2.3").await.ok();
        from("::ffff:10.1.2.3").await.ok();
        from("10.2.2.3").await.fault(DENIED);
        from("2001:db8::1").await.fault(DENIED);
        // `X-Forwarded-For` is ignored.
        let forwarded = user.call("cam", "2019-01-16", "ListUsers", json!({})).header("x-forwarded-for", "10.1.2.3");
        forwarded.send().await.fault(DENIED);
    });
}

/// The keys that every request has are computed only when a document has conditions. One such document must be enough,
/// also when it is the boundary or the session policy.
#[test]
fn a_condition_counts_in_a_boundary_and_in_a_session_policy() {
    on_each_database(async |t| {
        let root = t.root();
        let near = allow_if("cam:ListUsers", json!({"ip_equal": {"qcs:ip": "10.1.0.0/16"}}));
        let from =
            |caller: &Caller, peer: &str| caller.call("cam", "2019-01-16", "ListUsers", json!({})).from(peer).send();
        let user = root.user("dev").await;
        root.grant(&user, "list", &allow("cam:ListUsers", "*")).await;
        let boundary = root.policy("near", &near).await;
        let put = json!({"TargetUin": number(&user), "PolicyId": boundary});
        root.cam("PutUserPermissionsBoundary", put).await.ok();
        root.role("ops", &[root_of(&root.uin)]).await;
        root.grant_role("ops", "all", &allow("cam:*", "*")).await;
        let params = json!({
            "RoleArn": format!("qcs::cam::uin/{}:roleName/ops", root.uin), "RoleSessionName": "session",
            "Policy": near.to_string(),
        });
        let session = root.session(&root.sts("AssumeRole", params).await.ok());
        for caller in [&user, &session] {
            from(caller, "10.1.2.3").await.ok();
            from(caller, "10.2.2.3").await.fault(DENIED);
        }
    });
}

#[test]
fn a_condition_on_the_time_uses_the_accounts_clock() {
    on_each_database(async |t| {
        let root = t.root();
        let user = root.user("dev").await;
        let until = json!({"date_less_than": {"qcs:current_time": "2026-06-01T00:00:00Z"}});
        root.grant(&user, "p", &allow_if("cam:ListUsers", until)).await;
        list(&user).await.ok();
        let set = |clock: Value| {
            let (t, path) = (t.clone(), format!("/clock?account={}", root.uin));
            async move { t.admin("PUT", &path, clock).await.done() }
        };
        set(json!({"mode": "frozen", "now": "2026-06-01T00:00:00Z"})).await;
        list(&user).await.fault(DENIED);
        set(json!({"mode": "frozen", "now": "2026-05-31T23:59:59Z"})).await;
        list(&user).await.ok();
        set(json!({"mode": "offset", "offset_seconds": 365 * 86_400})).await;
        list(&user).await.fault(DENIED);
        set(json!({"mode": "real"})).await;
        list(&user).await.ok();
    });
}

#[test]
fn a_third_party_needs_its_external_id() {
    on_each_database(async |t| {
        let root = t.root();
        let other = t.tenant("100000000002").await;
        let trust = json!({"version": "2.0", "statement": [{
            "effect": "allow", "action": "sts:AssumeRole", "principal": {"qcs": [root_of(&other.uin)]},
            "condition": {"string_equal": {"sts:external_id": "secret-of-two"}},
        }]});
        root.cam("CreateRole", json!({"RoleName": "ops", "PolicyDocument": trust.to_string()})).await.ok();
        let assume = |id: Option<&str>| {
            let params = json!({
                "RoleArn": "qcs::cam::uin/100000000001:roleName/ops", "RoleSessionName": "session", "ExternalId": id});
            other.call("sts", "2018-08-13", "AssumeRole", params).send()
        };
        assume(Some("secret-of-two")).await.ok();
        assume(Some("Secret-of-two")).await.fault("UnauthorizedOperation");
        assume(Some("other")).await.fault("UnauthorizedOperation");
        assume(None).await.fault("UnauthorizedOperation");
    });
}

#[test]
fn roles_may_be_chained() {
    on_each_database(async |t| {
        let root = t.root();
        let first = root.role("first", &[root_of(&root.uin)]).await;
        root.role("second", &[format!("qcs::cam::uin/{}:roleName/first", root.uin)]).await;
        root.grant_role("second", "list", &allow("cam:ListUsers", "*")).await;
        let session = root.assume(&root.uin, "first").await;
        let arn = format!("qcs::cam::uin/{}:roleName/second", root.uin);
        let assume = || session.sts("AssumeRole", json!({"RoleArn": arn, "RoleSessionName": "chained"}));
        assume().await.fault(DENIED);
        root.grant_role("first", "assume", &allow("sts:AssumeRole", &arn)).await;
        let chained = session.session(&assume().await.ok());
        list(&chained).await.ok();
        list(&session).await.fault(DENIED);
        root.cam("DeleteRole", json!({"RoleId": first})).await.ok();
        list(&session).await.fault("AuthFailure.TokenFailure");
    });
}

/// A policy document that names the principals it is to be attached to.
fn laid_on(document: &Value, names: &[String]) -> String {
    let mut document = document.clone();
    document["principal"] = json!({"qcs": names});
    document.to_string()
}

#[test]
fn a_policy_with_principals_needs_the_permission_to_attach() {
    on_each_database(async |t| {
        let root = t.root();
        let (user, member, maker) = (root.user("dev").await, root.user("member").await, root.user("maker").await);
        let group = root.cam("CreateGroup", json!({"GroupName": "crew"})).await.ok()["GroupId"].clone();
        root.cam("AddUserToGroup", json!({"Info": [{"Uin": &member.uin, "GroupId": group}]})).await.ok();
        let name = |place: &str| format!("qcs::cam::uin/{}:{place}", root.uin);
        let names = [name(&format!("uin/{}", user.uin)), name(&format!("groupid/{group}"))];
        let document = laid_on(&allow("cam:ListUsers", "*"), &names);
        let create = |caller: &Caller, policy: &str| {
            let params = json!({"PolicyName": policy, "PolicyDocument": document});
            caller.call("cam", "2019-01-16", "CreatePolicy", params).send()
        };
        create(&root, "both").await.ok();
        for caller in [&user, &member] {
            list(caller).await.ok();
        }
        list(&maker).await.fault(DENIED);
        // The permission to create policies is not enough to attach them to anybody.
        root.grant(&maker, "make", &allow("cam:CreatePolicy", "*")).await;
        create(&maker, "refused").await.fault(DENIED);
        root.grant(&maker, "users", &allow("cam:AttachUserPolicy", "*")).await;
        let refused = create(&maker, "refused").await;
        refused.fault(DENIED);
        let trace = t.trace(&refused.request_id()).await;
        assert!(text(&trace["decision"]["explanation"]).contains("cam:AttachGroupPolicy"), "{trace}");
        root.grant(&maker, "groups", &allow("cam:AttachGroupPolicy", "*")).await;
        create(&maker, "made").await.ok();
        // An update attaches the policy to nobody, whatever principals the new document names.
        let made = root.cam("GetPolicy", json!({"PolicyId": root.policy("later", &allow("*", "*")).await})).await.ok();
        assert_eq!(made["PolicyName"], "later");
        let itself = laid_on(&allow("cam:ListUsers", "*"), &[name(&format!("uin/{}", maker.uin))]);
        root.cam("UpdatePolicy", json!({"PolicyName": "later", "PolicyDocument": itself})).await.ok();
        list(&maker).await.fault(DENIED);
    });
}

#[test]
fn a_resource_of_another_account_is_denied_to_everybody() {
    in_memory(async |t| {
        let root = t.root();
        let user = root.user("dev").await;
        root.grant(&user, "all", &allow("*", "*")).await;
        let start = async |caller: &Caller, account: &str| {
            let resource = format!("qcs::cvm:{{{{Region}}}}:uin/{account}:instance/{{{{Id}}}}");
            let stub = json!({"version": "2017-03-12", "response": {}, "resource": resource});
            t.admin("PUT", "/stubs/cvm/StartInstances", stub).await.done();
            caller.call("cvm", "2017-03-12", "StartInstances", json!({"Id": "ins-1"})).send().await
        };
        for caller in [&root, &user] {
            start(caller, &root.uin).await.ok();
            let refused = start(caller, "100000000002").await;
            refused.fault(DENIED);
            let trace = t.trace(&refused.request_id()).await;
            assert_eq!(trace["decision"]["reason"], "implicit_deny");
            assert!(text(&trace["decision"]["explanation"]).contains("another account"), "{trace}");
        }
        let ask = async |resource: &str| {
            let principal = format!("qcs::cam::uin/{}:root", root.uin);
            let question = json!({"principal": principal, "action": "cos:GetObject", "resource": resource});
            t.admin("POST", "/authorize", question).await.done()["decision"].clone()
        };
        assert_eq!(ask("qcs::cos:gz:uid/5:bucket/x").await, "deny");
        assert_eq!(ask("qcs::cos:gz::bucket/x").await, "allow");
    });
}

fn number(caller: &Caller) -> u64 {
    caller.uin.parse().unwrap()
}

#[test]
fn an_overlong_document_is_refused_for_its_length_alone() {
    on_each_database(async |t| {
        let statement = json!({"effect": "allow", "action": "zzz", "resource": "zz"});
        for document in [
            json!({"version": "2.0", "statement": vec![statement; 50_000]}).to_string(),
            format!("{{{}}}", " ".repeat(70_000)),
        ] {
            let params = json!({"PolicyName": "long", "PolicyDocument": document});
            t.root().cam("CreatePolicy", params).await.fault("InvalidParameter.PolicyDocumentLengthOverLimit");
        }
    });
}
