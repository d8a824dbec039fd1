//! Every operation of the registry, called by callers that must be refused and by callers that must be allowed.

use crate::support::version;
use crate::support::{Caller, Test, allow, assert_same, on_each_database, operations, root_of};
use crate::world::World;
use camulator::dialect::contract::{Mode, Op, Permission};
use camulator::dialect::tencent::documented::is_extension;
use serde_json::{Value, json};

/// Calls without a signature: once with `SKIP`, as anonymous clients send, and once without the header.
async fn anonymous(t: &Test, op: &Op, params: &Value) {
    let call = || t.root().call(op.service, version(op), op.action, params.clone());
    let skipped = call().edit("authorization", Some(b"SKIP")).send().await;
    match op.permission {
        Permission::Unsigned => drop(skipped.ok()),
        _ => drop(skipped.fault("AuthFailure.InvalidAuthorization")),
    }
    call().edit("authorization", None).send().await.fault("MissingParameter");
}

#[test]
fn every_operation_is_refused_without_its_permission() {
    on_each_database(async |t| {
        let world = World::of(&t).await;
        let other = t.tenant("100000000002").await;
        // Sub-users: one without policies, one who may do everything in another account, one who may do everything but
        // the operation, and one who may do only something else.
        let nobody = world.root.user("nobody").await;
        let foreign_user = other.user("stranger").await;
        other.grant(&foreign_user, "all", &allow("*", "*")).await;
        let all_but = world.root.user("allbut").await;
        world.root.grant(&all_but, "all", &allow("*", "*")).await;
        let but = world.root.grant(&all_but, "but", &allow("cam:GetUser", "*")).await;
        let limited = world.root.user("limited").await;
        let only = world.root.grant(&limited, "only", &allow("cam:GetUser", "*")).await;
        // Sessions: one that has ended, and one of a role whose policy allows something else.
        let role = world.root.role("lapsed", &[root_of(&world.root.uin)]).await;
        let expired = world.root.assume(&world.root.uin, "lapsed").await;
        t.admin("POST", &format!("/credentials/{}/expire", expired.secret_id), json!(null)).await.done();
        world.root.grant_role("lapsed", "nothing-much", &allow("cvm:DescribeInstances", "*")).await;
        let session = world.root.assume(&world.root.uin, "lapsed").await;
        drop(role);

        for op in operations() {
            let params = world.sample(op);
            let name = op.permission_name;
            // Before each operation, `but` is changed to deny it and `only` to allow another one.
            let deny = json!({"version": "2.0", "statement": [{"effect": "deny", "action": name, "resource": "*"}]});
            let document = |policy: u64, document: &Value| {
                world.root.cam("UpdatePolicy", json!({"PolicyId": policy, "PolicyDocument": document.to_string()}))
            };
            document(but, &deny).await.ok();
            let elsewhere = if name == "cam:GetUser" { "cam:GetRole" } else { "cam:GetUser" };
            document(only, &allow(elsewhere, "*")).await.ok();
            let before = t.dump_of(&world.root.uin).await;
            anonymous(&t, op, &params).await;
            world.root.forged().ask(op, params.clone()).await.fault("AuthFailure.SignatureFailure");
            world.user.forged().ask(op, params.clone()).await.fault("AuthFailure.SignatureFailure");
            session.forged().ask(op, params.clone()).await.fault("AuthFailure.SignatureFailure");
            expired.ask(op, params.clone()).await.fault("AuthFailure.TokenFailure");
            for caller in [&nobody, &limited, &all_but, &session] {
                let reply = caller.ask(op, params.clone()).await;
                match op.permission {
                    Permission::Free | Permission::Unsigned => drop(reply.ok()),
                    _ => {
                        let message = reply.fault("AuthFailure.UnauthorizedOperation");
                        assert!(message.contains(&format!("({name})")), "{message}");
                        assert!(message.contains(&reply.request_id()), "{message}");
                    }
                }
            }
            // Callers of another account may succeed, but only change their own account.
            for caller in [&other, &foreign_user] {
                drop(caller.ask(op, params.clone()).await);
            }
            // Whoever has the proof that an unsigned operation needs may open sessions with it.
            if op.permission != Permission::Unsigned {
                assert_same(&t.dump_of(&world.root.uin).await, &before, op.action);
            }
        }
    });
}

/// A new user of the world who has the permission for this operation only.
async fn only_this(world: &World, op: &Op) -> Caller {
    let user = world.root.user("onlythis").await;
    world.arm(&user).await;
    if !matches!(op.permission, Permission::Free | Permission::Unsigned) {
        world.root.grant(&user, "only-this", &allow(op.permission_name, "*")).await;
    }
    user
}

/// The actions that a sample performs as well, and whose permissions it therefore needs.
fn implied(op: &Op) -> &'static [&'static str] {
    match op.action {
        "ListRoles" => &["cam:DescribeRoleList"],
        // The user has a key.
        "DeleteUser" => &["cam:DeleteApiKey"],
        "UpdateRole" => &["cam:UpdateRoleDescription", "cam:UpdateRoleSessionDuration"],
        "CreateCamStrategy" => &["cam:CreatePolicy"],
        "DescribeCamStrategyDetail" => &["cam:GetPolicy"],
        "UpdateCamStrategy" => &["cam:UpdatePolicy"],
        "OperateCamStrategy" | "BatchOperateCamStrategy" => &["cam:AttachUserPolicy"],
        // Their samples change the tags of a role.
        "ModifyResourceTags" => &["cam:TagRole", "cam:UntagRole"],
        "TagResources" => &["cam:TagRole"],
        "UnTagResources" => &["cam:UntagRole"],
        _ => &[],
    }
}

#[test]
fn an_operation_needs_its_permission_and_those_of_implied_actions() {
    on_each_database(async |t| {
        for (place, op) in operations().enumerate() {
            let does_more = op.service == "tag" && op.mode == Mode::Write || op.action == "DeleteUser";
            assert_eq!(is_extension(op) || does_more, !implied(op).is_empty(), "{}", op.action);
            let world = World::below(t.tenant(&(600_000_000 + place).to_string()).await).await;
            let user = only_this(&world, op).await;
            for action in implied(op) {
                let before = t.dump_of(&world.root.uin).await;
                let code = match *action {
                    "cam:DeleteApiKey" => "UnauthorizedOperation.DeleteApiKey",
                    _ => "AuthFailure.UnauthorizedOperation",
                };
                let message = user.ask(op, world.sample(op)).await.fault(code);
                assert!(message.contains(&format!("({action})")), "{message}");
                assert_same(&t.dump_of(&world.root.uin).await, &before, op.action);
                world.root.grant(&user, &action.replace(':', "-"), &allow(action, "*")).await;
            }
            user.ask(op, world.sample(op)).await.ok();
        }
    });
}

/// A policy on another resource does not count. For an operation without a resource of its own, only `*` counts.
#[test]
fn a_permission_on_another_resource_does_not_count() {
    on_each_database(async |t| {
        let world = World::of(&t).await;
        let user = world.root.user("elsewhere").await;
        let resource = format!("qcs::cam::uin/{}:roleName/another", world.root.uin);
        world.root.grant(&user, "elsewhere", &allow("*", &resource)).await;
        for op in operations().filter(|op| !matches!(op.permission, Permission::Free | Permission::Unsigned)) {
            user.ask(op, world.sample(op)).await.fault("AuthFailure.UnauthorizedOperation");
        }
    });
}

#[test]
fn a_denial_has_the_message_of_tencents_gateway() {
    on_each_database(async |t| {
        let user = t.root().user("nobody").await;
        let reply = user.cam("GetUser", json!({"Name": "nobody"})).await;
        assert_eq!(
            reply.fault("AuthFailure.UnauthorizedOperation"),
            format!(
                "You are not authorized to perform this operation. Check your CAM policies, and ensure that you are \
                 using the correct access keys. [[request id:{}]you are not authorized to perform operation \
                 (cam:GetUser)\nresource (*) has no permission\n]",
                reply.request_id()
            )
        );
        let call = user.call("cam", "2019-01-16", "GetUser", json!({"Name": "nobody"}));
        let reply = call.language("zh-CN").send().await;
        assert_eq!(
            reply.fault("AuthFailure.UnauthorizedOperation"),
            format!(
                "操作未授权，请检查CAM策略。[[request id:{}]you are not authorized to perform operation \
                 (cam:GetUser)\nresource (*) has no permission\n]",
                reply.request_id()
            )
        );
    });
}
