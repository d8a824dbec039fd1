//! What limits rights: boundaries that are put, changed and deleted while a session is open, and policy versions, of
//! which only the default one counts wherever the policy is used.

use crate::support::{Caller, Test, allow, on_each_database, root_of};
use serde_json::{Value, json};

const DENIED: &str = "AuthFailure.UnauthorizedOperation";

/// Whether a caller may list users, and whether it may list groups.
async fn may(caller: &Caller) -> (bool, bool) {
    let (users, groups) = (caller.cam("ListUsers", json!({})).await, caller.cam("ListGroups", json!({})).await);
    let allowed = |reply: crate::support::Reply| match reply.code() {
        None => true,
        Some(code) => {
            assert_eq!(code, DENIED);
            false
        }
    };
    (allowed(users), allowed(groups))
}

const BOTH: (bool, bool) = (true, true);
const USERS: (bool, bool) = (true, false);
const GROUPS: (bool, bool) = (false, true);
const NOTHING: (bool, bool) = (false, false);

/// Two policies to use as boundaries: one allows listing users only, the other listing groups only.
async fn bounds(root: &Caller) -> (u64, u64) {
    let users = root.policy("bound-users", &allow("cam:ListUsers", "*")).await;
    (users, root.policy("bound-groups", &allow("cam:ListGroups", "*")).await)
}

/// A user, its federated session, and a session of a role. A policy allows each of them both lists, and each has used
/// it.
struct Scene {
    root: Caller,
    user: Caller,
    federated: Caller,
    role: Caller,
}

impl Scene {
    async fn set(t: &Test) -> Scene {
        let root = t.root();
        let user = root.user("dev").await;
        let both = json!(["cam:ListUsers", "cam:ListGroups", "sts:GetFederationToken"]);
        let mut document = allow("*", "*");
        document["statement"][0]["action"] = both;
        root.grant(&user, "both", &document).await;
        root.role("ops", &[root_of(&root.uin)]).await;
        root.cam("AttachRolePolicy", json!({"PolicyName": "both", "AttachRoleName": "ops"})).await.ok();
        let policy = allow("cam:*", "*").to_string();
        let federated = user.sts("GetFederationToken", json!({"Name": "session", "Policy": policy})).await.ok();
        let scene =
            Scene { federated: user.session(&federated), role: root.assume(&root.uin, "ops").await, user, root };
        for caller in [&scene.user, &scene.federated, &scene.role] {
            assert_eq!(may(caller).await, BOTH);
        }
        scene
    }
}

#[test]
fn a_roles_boundary_counts_for_sessions_that_are_open() {
    on_each_database(async |t| {
        let scene = Scene::set(&t).await;
        let (users, groups) = bounds(&scene.root).await;
        let put =
            |policy: u64| scene.root.cam("PutRolePermissionsBoundary", json!({"RoleName": "ops", "PolicyId": policy}));
        put(users).await.ok();
        assert_eq!(may(&scene.role).await, USERS);
        put(groups).await.ok();
        assert_eq!(may(&scene.role).await, GROUPS);
        // It applies to a session that is opened now too.
        assert_eq!(may(&scene.root.assume(&scene.root.uin, "ops").await).await, GROUPS);
        // A change of the boundary's document counts as well.
        let document = allow("cam:ListUsers", "*").to_string();
        scene.root.cam("UpdatePolicy", json!({"PolicyId": groups, "PolicyDocument": document})).await.ok();
        assert_eq!(may(&scene.role).await, USERS);
        // It bounds the role alone, not the user that assumed it.
        for caller in [&scene.user, &scene.federated] {
            assert_eq!(may(caller).await, BOTH);
        }
        scene.root.cam("DeleteRolePermissionsBoundary", json!({"RoleName": "ops"})).await.ok();
        assert_eq!(may(&scene.role).await, BOTH);
    });
}

#[test]
fn a_users_boundary_counts_for_it_and_for_its_open_sessions() {
    on_each_database(async |t| {
        let scene = Scene::set(&t).await;
        let (users, groups) = bounds(&scene.root).await;
        let uin = &scene.user.uin;
        let put =
            |policy: u64| scene.root.cam("PutUserPermissionsBoundary", json!({"TargetUin": uin, "PolicyId": policy}));
        let both = async |expected: (bool, bool)| {
            for caller in [&scene.user, &scene.federated] {
                assert_eq!(may(caller).await, expected);
            }
        };
        put(users).await.ok();
        both(USERS).await;
        put(groups).await.ok();
        both(GROUPS).await;
        let document = allow("cam:ListUsers", "*").to_string();
        scene.root.cam("UpdatePolicy", json!({"PolicyId": groups, "PolicyDocument": document})).await.ok();
        both(USERS).await;
        scene.root.cam("DeleteUserPermissionsBoundary", json!({"TargetUin": uin})).await.ok();
        both(BOTH).await;
        assert_eq!(may(&scene.role).await, BOTH);
    });
}

/// A policy that allows listing users; its version 2 allows listing groups and is not the default.
async fn two_versions(root: &Caller, name: &str) -> u64 {
    let policy = root.policy(name, &allow("cam:ListUsers", "*")).await;
    add_version(root, policy, &allow("cam:ListGroups", "*")).await;
    policy
}

async fn add_version(root: &Caller, policy: u64, document: &Value) {
    let document = document.to_string();
    let params = json!({"PolicyId": policy, "PolicyDocument": document, "SetAsDefault": false});
    root.cam("CreatePolicyVersion", params).await.ok();
}

async fn set_default(root: &Caller, policy: u64, version: u64) {
    root.cam("SetDefaultPolicyVersion", json!({"PolicyId": policy, "VersionId": version})).await.ok();
}

/// Asserts that only the default version counts for these callers: a newer one changes nothing until it is the default,
/// and deleting the others changes nothing either.
async fn default_alone_counts(root: &Caller, policy: u64, callers: &[&Caller]) {
    let all = async |expected: (bool, bool), when: &str| {
        for caller in callers {
            assert_eq!(may(caller).await, expected, "{when}");
        }
    };
    all(USERS, "with a newer version").await;
    add_version(root, policy, &allow("cam:*", "*")).await;
    all(USERS, "with another one, made after use").await;
    set_default(root, policy, 2).await;
    all(GROUPS, "with the second as the default").await;
    set_default(root, policy, 1).await;
    all(USERS, "with the first as the default again").await;
    root.cam("DeletePolicyVersion", json!({"PolicyId": policy, "VersionId": [2, 3]})).await.ok();
    all(USERS, "with the others deleted").await;
    let deny = json!({"version": "2.0", "statement": [{"effect": "deny", "action": "cam:*", "resource": "*"}]});
    add_version(root, policy, &deny).await;
    all(USERS, "with a version that denies and is not the default").await;
    set_default(root, policy, 4).await;
    all(NOTHING, "with it as the default").await;
    root.cam("DeletePolicyVersion", json!({"PolicyId": policy, "VersionId": [1]})).await.ok();
    all(NOTHING, "with the first deleted").await;
}

#[test]
fn through_a_group_the_default_version_alone_counts() {
    on_each_database(async |t| {
        let root = t.root();
        let user = root.user("dev").await;
        let group = root.cam("CreateGroup", json!({"GroupName": "crew"})).await.ok()["GroupId"].clone();
        root.cam("AddUserToGroup", json!({"Info": [{"Uin": user.uin, "GroupId": group}]})).await.ok();
        let policy = two_versions(&root, "by-group").await;
        root.cam("AttachGroupPolicy", json!({"PolicyId": policy, "AttachGroupId": group})).await.ok();
        default_alone_counts(&root, policy, &[&user]).await;
    });
}

#[test]
fn attached_to_a_user_or_role_the_default_version_alone_counts() {
    on_each_database(async |t| {
        let root = t.root();
        let user = root.user("dev").await;
        root.role("ops", &[root_of(&root.uin)]).await;
        let policy = two_versions(&root, "own").await;
        root.cam("AttachUserPolicy", json!({"PolicyId": policy, "AttachUin": user.uin})).await.ok();
        root.cam("AttachRolePolicy", json!({"PolicyId": policy, "AttachRoleName": "ops"})).await.ok();
        let session = root.assume(&root.uin, "ops").await;
        default_alone_counts(&root, policy, &[&user, &session]).await;
    });
}

#[test]
fn as_a_boundary_the_default_version_alone_counts() {
    on_each_database(async |t| {
        let scene = Scene::set(&t).await;
        let policy = two_versions(&scene.root, "bound").await;
        let of_user = json!({"TargetUin": scene.user.uin, "PolicyId": policy});
        scene.root.cam("PutUserPermissionsBoundary", of_user).await.ok();
        let of_role = json!({"RoleName": "ops", "PolicyId": policy});
        scene.root.cam("PutRolePermissionsBoundary", of_role).await.ok();
        default_alone_counts(&scene.root, policy, &[&scene.user, &scene.federated, &scene.role]).await;
    });
}

/// The cloud's own library for uploads sends one in every statement, although the documentation forbids it.
#[test]
fn a_principal_in_a_session_policy_changes_nothing() {
    on_each_database(async |t| {
        let root = t.root();
        root.role("ops", &[root_of(&root.uin)]).await;
        root.grant_role("ops", "all", &allow("cam:*", "*")).await;
        for principal in [json!({"qcs": ["*"]}), json!("nobody")] {
            let mut inside = allow("cam:ListUsers", "*");
            inside["statement"][0]["principal"] = principal.clone();
            let mut beside = allow("cam:ListUsers", "*");
            beside["principal"] = principal;
            for policy in [inside, beside] {
                let policy = policy.to_string();
                let federated = json!({"Name": "session", "Policy": policy});
                let federated = root.session(&root.sts("GetFederationToken", federated).await.ok());
                let arn = format!("qcs::cam::uin/{}:roleName/ops", root.uin);
                let assumed = json!({"RoleArn": arn, "RoleSessionName": "session", "Policy": policy});
                let assumed = root.session(&root.sts("AssumeRole", assumed).await.ok());
                for session in [&federated, &assumed] {
                    assert_eq!(may(session).await, USERS, "{policy}");
                }
            }
        }
    });
}
