//! Rows that are damaged behind the server's back: a missing policy is an error, an unreadable one allows nothing and
//! denies everything. Neither is ignored.

use crate::support::{Caller, Reply, Test, allow, on_each_database, root_of};
use camulator::args;
use camulator::store::Argument;
use serde_json::{Value, json};

const DENIED: &str = "AuthFailure.UnauthorizedOperation";
const LOST: &str = "InternalError";

fn list(caller: &Caller) -> impl Future<Output = Reply> {
    caller.call("cam", "2019-01-16", "ListUsers", json!({})).send()
}

fn deny(action: &str) -> Value {
    json!({"version": "2.0", "statement": [{"effect": "deny", "action": action, "resource": "*"}]})
}

/// Where the policy that will be damaged is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    User,
    Group,
    Role,
    UserBoundary,
    RoleBoundary,
}

const PLACES: [Place; 5] = [Place::User, Place::Group, Place::Role, Place::UserBoundary, Place::RoleBoundary];

/// The ways in which a policy is lost.
const LOSSES: [&str; 3] = [
    "DELETE FROM policy_versions WHERE account_id = $1 AND policy_id = $2",
    "UPDATE policies SET default_version = 99 WHERE account_id = $1 AND id = $2",
    "DELETE FROM policies WHERE account_id = $1 AND id = $2",
];

/// A caller who may list users and has a policy in one of the places.
struct Scene {
    root: Caller,
    caller: Caller,
    role: bool,
    policy: u64,
}

impl Scene {
    async fn new(t: &Test, place: Place, document: &Value) -> Scene {
        let root = t.root();
        let role = matches!(place, Place::Role | Place::RoleBoundary);
        let user = root.user("dev").await;
        root.role("ops", &[root_of(&root.uin)]).await;
        let uin: u64 = user.uin.parse().unwrap();
        root.grant(&user, "may", &allow("cam:ListUsers", "*")).await;
        root.grant_role("ops", "may-too", &allow("cam:ListUsers", "*")).await;
        let policy = root.policy("damaged", document).await;
        match place {
            Place::User => root.cam("AttachUserPolicy", json!({"PolicyId": policy, "AttachUin": uin})).await,
            Place::Role => root.cam("AttachRolePolicy", json!({"PolicyId": policy, "AttachRoleName": "ops"})).await,
            Place::UserBoundary => {
                root.cam("PutUserPermissionsBoundary", json!({"TargetUin": uin, "PolicyId": policy})).await
            }
            Place::RoleBoundary => {
                root.cam("PutRolePermissionsBoundary", json!({"RoleName": "ops", "PolicyId": policy})).await
            }
            Place::Group => {
                let group = root.cam("CreateGroup", json!({"GroupName": "crew"})).await.ok()["GroupId"].clone();
                let info = json!({"Info": [{"Uin": uin, "GroupId": group}]});
                root.cam("AddUserToGroup", info).await.ok();
                root.cam("AttachGroupPolicy", json!({"PolicyId": policy, "AttachGroupId": group})).await
            }
        }
        .ok();
        let caller = if role { root.assume(&root.uin, "ops").await } else { user };
        Scene { root, caller, role, policy }
    }

    async fn damage(&self, t: &Test, sql: &'static str) {
        let arguments: Vec<Argument> = args![&self.root.uin, self.policy.to_string()];
        t.execute(sql, arguments).await;
    }

    /// Makes a harmless change, after which the server reads the caller's policies again.
    async fn change(&self) {
        let harmless = allow("cam:GetUser", "*");
        if self.role {
            self.root.grant_role("ops", "another", &harmless).await;
        } else {
            let user = Caller { token: None, ..self.caller.clone() };
            self.root.grant(&user, "another", &harmless).await;
        }
    }

    /// Asks `/authorize` for the same decision; returns the status and the decision.
    async fn asked(&self, t: &Test) -> (u16, Value) {
        let mut question = json!({"secret_id": self.caller.secret_id, "action": "cam:ListUsers"});
        if let Some(token) = &self.caller.token {
            question["token"] = json!(token);
        }
        let reply = t.admin("POST", "/authorize", question).await;
        (reply.status, reply.body["decision"].clone())
    }
}

#[test]
fn a_policy_that_is_gone_is_an_error_and_not_passed_over() {
    for place in PLACES {
        for loss in LOSSES {
            on_each_database(async |t| {
                eprintln!("{place:?}: {loss}");
                let bounds = matches!(place, Place::UserBoundary | Place::RoleBoundary);
                // A policy that denies, or a boundary for another action: a server that ignored it would allow.
                let document = if bounds { allow("cam:GetUser", "*") } else { deny("cam:ListUsers") };
                let scene = Scene::new(&t, place, &document).await;
                list(&scene.caller).await.fault(DENIED);
                scene.damage(&t, loss).await;
                let known = list(&scene.caller).await.code();
                assert!(known.as_deref() == Some(DENIED) || known.as_deref() == Some(LOST), "{known:?}");
                scene.change().await;
                list(&scene.caller).await.fault(LOST);
                let (status, decision) = scene.asked(&t).await;
                assert_eq!((status, decision), (500, Value::Null));
            });
        }
    }
}

/// A boundary whose policy never existed.
#[test]
fn a_boundary_that_names_nothing_is_an_error() {
    for (place, sql) in [
        (Place::UserBoundary, "UPDATE users SET boundary_id = '999' WHERE account_id = $1 AND boundary_id = $2"),
        (Place::RoleBoundary, "UPDATE roles SET boundary_id = '999' WHERE account_id = $1 AND boundary_id = $2"),
    ] {
        on_each_database(async |t| {
            let scene = Scene::new(&t, place, &allow("cam:*", "*")).await;
            list(&scene.caller).await.ok();
            scene.damage(&t, sql).await;
            scene.change().await;
            list(&scene.caller).await.fault(LOST);
        });
    }
}

/// The texts are not JSON, or JSON but not a policy, or a policy with an unreadable part.
#[test]
fn a_policy_that_cannot_be_read_denies() {
    let garbage = [
        "",
        "garbage",
        "{}",
        "[]",
        r#"{"version":"2.0","statement":[]}"#,
        r#"{"version":"3.0","statement":[{"effect":"allow","action":"*","resource":"*"}]}"#,
        r#"{"version":"2.0","statement":[{"effect":"permit","action":"*","resource":"*"}]}"#,
        r#"{"version":"2.0","statement":[{"effect":"deny","action":"cam ListUsers","resource":"*"}]}"#,
        r#"{"version":"2.0","statement":[{"effect":"deny","action":"*","resource":"*","condition":{"nope":{"a:b":"c"}}}]}"#,
    ];
    for place in PLACES {
        on_each_database(async |t| {
            // Without the damage everything is allowed.
            let scene = Scene::new(&t, place, &allow("cam:*", "*")).await;
            list(&scene.caller).await.ok();
            for (number, text) in garbage.iter().enumerate() {
                let sql = "UPDATE policy_versions SET document = $3 WHERE account_id = $1 AND policy_id = $2";
                t.execute(sql, args![&scene.root.uin, scene.policy.to_string(), *text]).await;
                let another = allow("cam:GetUser", "*");
                if scene.role {
                    scene.root.grant_role("ops", &format!("another{number}"), &another).await;
                } else {
                    scene.root.grant(&scene.caller, &format!("another{number}"), &another).await;
                }
                let reply = list(&scene.caller).await;
                reply.fault(DENIED);
                let decision = t.trace(&reply.request_id()).await["decision"].clone();
                assert_eq!(decision["reason"], "explicit_deny", "{place:?} {text}: {decision}");
            }
        });
    }
}

#[test]
fn a_trust_policy_that_cannot_be_read_trusts_nobody() {
    on_each_database(async |t| {
        let root = t.root();
        root.role("ops", &[root_of(&root.uin)]).await;
        let user = root.user("dev").await;
        root.grant(&user, "assume", &allow("sts:AssumeRole", "*")).await;
        let assume = || {
            let arn = format!("qcs::cam::uin/{}:roleName/ops", root.uin);
            user.sts("AssumeRole", json!({"RoleArn": arn, "RoleSessionName": "session"}))
        };
        assume().await.ok();
        for (number, text) in
            ["", "garbage", "{}", r#"{"version":"2.0","statement":[{"effect":"allow"}]}"#].iter().enumerate()
        {
            let sql = "UPDATE roles SET document = $2 WHERE account_id = $1 AND name = 'ops'";
            t.execute(sql, args![&root.uin, *text]).await;
            let description = json!({"RoleName": "ops", "Description": number.to_string()});
            root.cam("UpdateRoleDescription", description).await.ok();
            assume().await.fault("UnauthorizedOperation");
        }
    });
}
