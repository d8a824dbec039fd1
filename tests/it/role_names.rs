//! Ordinary and service-linked roles have resource names of different forms. A policy on a name of one kind does not
//! cover a role of the other.

use crate::support::{Caller, Reply, allow, on_each_database, root_of, text};
use serde_json::{Value, json};

const DENIED: &str = "AuthFailure.UnauthorizedOperation";

/// The forms of resource names: an ordinary role's by name and by id, then a service-linked role's.
const FORMS: [&str; 4] = ["roleName/", "role/", "role/tencentcloudServiceRoleName/", "role/tencentcloudServiceRole/"];

fn assume(caller: &Caller, role: &str) -> impl Future<Output = Reply> {
    let params = json!({"RoleArn": role, "RoleSessionName": "session"});
    caller.call("sts", "2018-08-13", "AssumeRole", params).send()
}

/// The reply without the request's id.
fn bytes(reply: &Reply) -> String {
    String::from_utf8(reply.body.clone()).unwrap().replace(&reply.request_id(), "")
}

async fn info(root: &Caller, role: Value) -> Value {
    root.cam("GetRole", role).await.ok()["RoleInfo"].clone()
}

/// Creates a service-linked role; returns its name and id.
async fn linked(root: &Caller) -> (String, String) {
    let made = root.cam("CreateServiceLinkedRole", json!({"QCSServiceName": ["tat.qcloud.com"]})).await.ok();
    let role = info(root, json!({"RoleId": made["RoleId"]})).await;
    (text(&role["RoleName"]).to_owned(), text(&role["RoleId"]).to_owned())
}

#[test]
fn a_policy_on_a_service_linked_role_does_not_cover_an_ordinary_role() {
    on_each_database(async |t| {
        let root = t.root();
        let id = root.role("ops", &[root_of(&root.uin)]).await;
        let name_of = |form: &str| {
            let owner = format!("qcs::cam::uin/{}:{form}", root.uin);
            if form.contains("Name/") { format!("{owner}ops") } else { format!("{owner}{id}") }
        };
        for (granted, form) in FORMS.iter().enumerate() {
            let user = root.user(&format!("user-{granted}")).await;
            root.grant(&user, &format!("policy-{granted}"), &allow("sts:AssumeRole", &name_of(form))).await;
            for asked in &FORMS[..2] {
                let reply = assume(&user, &name_of(asked)).await;
                // A grant on either of the role's own names covers both.
                if granted < 2 {
                    drop(reply.ok())
                } else {
                    drop(reply.fault(DENIED))
                }
                let question = json!({
                    "principal": format!("qcs::cam::uin/{}:uin/{}", root.uin, user.uin),
                    "action": "sts:AssumeRole", "resource": name_of(asked),
                });
                let decision = t.admin("POST", "/authorize", question).await.done()["decision"].clone();
                assert_eq!(decision, if granted < 2 { "allow" } else { "deny" }, "{form} granted, {asked} asked");
            }
            // Under the names of the other kind no role exists, and `/authorize` has nothing to decide.
            for asked in &FORMS[2..] {
                let code = assume(&user, &name_of(asked)).await.code();
                assert!(code.is_some(), "{form} granted, {asked} asked");
                let question = json!({
                    "secret_id": &user.secret_id, "action": "sts:AssumeRole", "resource": name_of(asked)});
                assert_eq!(t.admin("POST", "/authorize", question).await.status, 404);
            }
        }
        // A deny on one of the role's names holds under the other.
        let user = root.user("denied").await;
        let mut document = allow("sts:AssumeRole", "*");
        let deny = json!({"effect": "deny", "action": "sts:AssumeRole", "resource": name_of("role/")});
        document["statement"].as_array_mut().unwrap().push(deny);
        root.grant(&user, "deny", &document).await;
        assume(&user, &name_of("roleName/")).await.fault(DENIED);
    });
}

#[test]
fn a_role_named_as_the_other_kind_is_unknown() {
    on_each_database(async |t| {
        let root = t.root();
        let user = root.user("dev").await;
        root.grant(&user, "all", &allow("*", "*")).await;
        let ask = async |caller: &Caller, form: &str, role: &str| {
            bytes(&assume(caller, &format!("qcs::cam::uin/{}:{form}{role}", root.uin)).await)
        };
        let nobody = root.user("nobody").await;
        let (name, id) = linked(&root).await;
        let other = root.role("ops", &[root_of(&root.uin)]).await;
        let mut seen = Vec::new();
        for caller in [&root, &user, &nobody] {
            for (form, role) in [(FORMS[0], name.as_str()), (FORMS[1], &id), (FORMS[2], "ops"), (FORMS[3], &other)] {
                seen.push(ask(caller, form, role).await);
            }
        }
        root.cam("DeleteServiceLinkedRole", json!({"RoleName": name})).await.ok();
        root.cam("DeleteRole", json!({"RoleName": "ops"})).await.ok();
        let mut missing = Vec::new();
        for caller in [&root, &user, &nobody] {
            for (form, role) in [(FORMS[0], name.as_str()), (FORMS[1], &id), (FORMS[2], "ops"), (FORMS[3], &other)] {
                missing.push(ask(caller, form, role).await);
            }
        }
        assert_eq!(seen, missing);
    });
}

#[test]
fn a_service_linked_role_is_shown_and_found_under_its_own_names() {
    on_each_database(async |t| {
        let root = t.root();
        let (name, id) = linked(&root).await;
        let owner = format!("qcs::cam::uin/{}:", root.uin);
        let arn = format!("{owner}role/tencentcloudServiceRoleName/{name}");
        assert_eq!(info(&root, json!({"RoleName": name})).await["RoleArn"], arn);
        let roles = root.cam("DescribeRoleList", json!({"Page": 1, "Rp": 20})).await.ok();
        assert_eq!(roles["List"][0]["RoleArn"], arn);
        root.role("ops", &[root_of(&root.uin)]).await;
        assert_eq!(info(&root, json!({"RoleName": "ops"})).await["RoleArn"], format!("{owner}roleName/ops"));
        // It is found, but its trust policy trusts only the service.
        for role in [&arn, &format!("{owner}role/tencentcloudServiceRole/{id}")] {
            let refused = assume(&root, role).await;
            refused.fault("UnauthorizedOperation");
            let trace = t.trace(&refused.request_id()).await;
            assert_eq!(trace["decision"]["reason"], "trust");
            assert_eq!(trace["decision"]["resource"], *role);
        }
        // A policy on its name by id covers its name too; a policy on an ordinary role's names does not.
        let user = root.user("dev").await;
        root.grant(&user, "by-id", &allow("sts:AssumeRole", &format!("{owner}role/tencentcloudServiceRole/{id}")))
            .await;
        assume(&user, &arn).await.fault("UnauthorizedOperation");
        let other = root.user("other").await;
        for (place, form) in FORMS[..2].iter().enumerate() {
            let role = if place == 0 { &name } else { &id };
            root.grant(&other, &format!("p{place}"), &allow("sts:AssumeRole", &format!("{owner}{form}{role}"))).await;
        }
        assume(&other, &arn).await.fault(DENIED);
    });
}
