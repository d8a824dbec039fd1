//! Two tenants in which all names are equal, and all ids that are unique only within an account. Nothing that belongs
//! to one is counted or listed for the other.

use crate::support::{Caller, Test, allow, on_each_database, operations, root_of, text};
use crate::world::{World, providers};
use camulator::dialect::contract::Mode;
use serde_json::{Value, json};

/// Fills a tenant. The ids of its groups are drawn from fixed numbers, so two tenants have the same ones. `more` is the number of further users, tags, versions, policies, groups and roles.
async fn world(t: &Test, root: Caller, more: usize) -> World {
    let user = root.user("carol").await;
    let made = root.cam("GetUser", json!({"Name": "carol"})).await.ok();
    let (uid, uin) = (made["Uid"].as_u64().unwrap(), made["Uin"].clone());
    let role = t.drawing(11, root.role("ops", &[root_of(&root.uin)])).await;
    let policy = t.drawing(21, root.policy("reader", &allow("cam:Get*", "*"))).await;
    let spare = t.drawing(22, root.policy("spare", &allow("cam:ListUsers", "*"))).await;
    let group = t.drawing(31, root.cam("CreateGroup", json!({"GroupName": "crew"}))).await.ok();
    let group = group["GroupId"].as_u64().unwrap();
    for policy in [policy, 1] {
        root.cam("AttachUserPolicy", json!({"PolicyId": policy, "AttachUin": uin})).await.ok();
        root.cam("AttachGroupPolicy", json!({"PolicyId": policy, "AttachGroupId": group})).await.ok();
        root.cam("AttachRolePolicy", json!({"PolicyId": policy, "AttachRoleName": "ops"})).await.ok();
    }
    root.cam("AddUserToGroup", json!({"Info": [{"Uin": uin, "GroupId": group}]})).await.ok();
    root.cam("PutUserPermissionsBoundary", json!({"TargetUin": uin, "PolicyId": 1})).await.ok();
    root.cam("PutRolePermissionsBoundary", json!({"RoleName": "ops", "PolicyId": policy})).await.ok();
    let service = json!({"QCSServiceName": ["cls.qcloud.com"]});
    let linked = t.drawing(12, root.cam("CreateServiceLinkedRole", service.clone())).await.ok();
    let linked = root.cam("GetRole", json!({"RoleId": linked["RoleId"]})).await.ok();
    let linked = text(&linked["RoleInfo"]["RoleName"]).to_owned();
    let task = root.cam("DeleteServiceLinkedRole", json!({"RoleName": linked})).await.ok();
    let task = text(&task["DeletionTaskId"]).to_owned();
    t.drawing(13, root.cam("CreateServiceLinkedRole", service)).await.ok();
    for place in 0..more {
        let further = root.user(&format!("further-{place}")).await.uin;
        for policy in [policy, spare, 1, 2] {
            root.cam("AttachUserPolicy", json!({"PolicyId": policy, "AttachUin": further})).await.ok();
        }
        root.cam("AddUserToGroup", json!({"Info": [{"Uin": further, "GroupId": group}]})).await.ok();
        let boundary = [1, policy][place % 2];
        root.cam("PutUserPermissionsBoundary", json!({"TargetUin": further, "PolicyId": boundary})).await.ok();
        let tag = json!([{"Key": format!("k{place}"), "Value": "v"}]);
        root.cam("TagRole", json!({"RoleName": "ops", "Tags": tag})).await.ok();
        let document = allow("cam:List*", "*").to_string();
        let version = json!({"PolicyId": policy, "PolicyDocument": document, "SetAsDefault": false});
        root.cam("CreatePolicyVersion", version).await.ok();
        let number = 40 + u64::try_from(place).unwrap();
        let params = json!({"PolicyName": format!("tagged-{place}"), "PolicyDocument": document, "Tags": tag});
        t.drawing(number, root.cam("CreatePolicy", params)).await.ok();
        let name = format!("crew-{place}");
        let made = t.drawing(number, root.cam("CreateGroup", json!({"GroupName": name}))).await.ok();
        let joins = json!({"Info": [{"Uin": uin, "GroupId": made["GroupId"]}]});
        root.cam("AddUserToGroup", joins).await.ok();
        root.cam("AttachGroupPolicy", json!({"PolicyId": 2, "AttachGroupId": made["GroupId"]})).await.ok();
        let name = format!("ops-{place}");
        t.drawing(number, root.role(&name, &[root_of(&root.uin)])).await;
        root.cam("AttachRolePolicy", json!({"PolicyId": 2, "AttachRoleName": name})).await.ok();
        root.cam("PutRolePermissionsBoundary", json!({"RoleName": name, "PolicyId": 1})).await.ok();
    }
    t.drawing(14, providers(&root)).await;
    World { root, user, role, policy, spare, group, uid, linked, task }
}

/// The replies of a tenant to every operation of CAM that reads, and to further lists and filters.
async fn seen(world: &World) -> Vec<(String, Value)> {
    let mut asked: Vec<(&str, Value)> = operations()
        .filter(|op| op.mode == Mode::Read && op.service == "cam")
        .map(|op| (op.action, world.sample(op)))
        .collect();
    let uin = &world.user.uin;
    asked.extend([
        ("ListPolicies", json!({"Rp": 200})),
        ("ListPolicies", json!({"Scope": "Local", "Rp": 200})),
        ("ListEntitiesForPolicy", json!({"PolicyId": 1, "Rp": 200})),
        ("ListEntitiesForPolicy", json!({"PolicyId": 2, "Rp": 200})),
        ("ListEntitiesForPolicy", json!({"PolicyId": world.policy, "EntityFilter": "User"})),
        ("ListRoles", json!({})),
        ("ListRoles", json!({"Tags": [{"Key": "k0", "Value": "v"}]})),
        ("DescribeRoleList", json!({"Page": 1, "Rp": 200})),
        ("GetRole", json!({"RoleId": world.role})),
        ("ListGroupsForUser", json!({"SubUin": uin})),
        ("GetPolicy", json!({"PolicyId": 1})),
        ("GetPolicy", json!({"PolicyId": world.spare})),
        ("ListAttachedUserAllPolicies", json!({"TargetUin": uin, "Page": 1, "Rp": 20, "AttachType": 2})),
        ("GetUserPermissionBoundary", json!({"TargetUin": uin})),
    ]);
    let mut seen = Vec::new();
    for (action, params) in asked {
        let reply = world.root.cam(action, params.clone()).await.ok();
        seen.push((format!("{action} {params}"), reply));
    }
    seen
}

#[track_caller]
fn assert_unchanged(now: &[(String, Value)], before: &[(String, Value)]) {
    for ((asked, now), (_, before)) in now.iter().zip(before) {
        assert_eq!(now, before, "{asked}");
    }
}

#[test]
fn a_neighbour_is_neither_counted_nor_listed() {
    on_each_database(async |t| {
        let one = world(&t, t.root(), 1).await;
        let alone = seen(&one).await;
        let other = world(&t, t.tenant("100000000002").await, 3).await;
        // The test proves something only while these ids, which are drawn for each account, are equal in both.
        let of = |world: &World| (world.group, world.task.clone());
        assert_eq!(of(&one), of(&other));
        assert_unchanged(&seen(&one).await, &alone);
        let beside = seen(&other).await;
        // A change in one account does not show in the other either.
        for (action, params) in [
            ("DetachUserPolicy", json!({"PolicyId": 1, "DetachUin": one.user.uin})),
            ("DeleteGroup", json!({"GroupId": one.group})),
            ("DeleteRole", json!({"RoleId": one.role})),
            ("DeleteUserPermissionsBoundary", json!({"TargetUin": one.user.uin})),
            ("DeletePolicy", json!({"PolicyId": [one.policy, one.spare]})),
            ("DeleteUser", json!({"Name": "carol", "Force": 1})),
        ] {
            one.root.cam(action, params).await.ok();
            assert_unchanged(&seen(&other).await, &beside);
        }
        t.admin("DELETE", &format!("/accounts/{}", one.root.uin), Value::Null).await.done();
        assert_unchanged(&seen(&other).await, &beside);
    });
}

/// Exact numbers, which a count over both tenants would miss.
#[test]
fn a_shared_preset_is_counted_per_account() {
    on_each_database(async |t| {
        let one = world(&t, t.root(), 1).await;
        let other = world(&t, t.tenant("100000000002").await, 3).await;
        let counts = async |world: &World, policy: u64| {
            let listed = world.root.cam("ListPolicies", json!({"Rp": 200})).await.ok();
            let policies = listed["List"].as_array().unwrap();
            let policy = policies.iter().find(|listed| listed["PolicyId"] == policy).unwrap().clone();
            let entities = json!({"PolicyId": policy["PolicyId"], "Rp": 200});
            let entities = world.root.cam("ListEntitiesForPolicy", entities).await.ok();
            json!([
                policy["Attachments"],
                policy["AttachEntityCount"],
                entities["TotalNum"],
                entities["List"].as_array().unwrap().len(),
                policy["AttachEntityBoundaryCount"],
            ])
        };
        // Attached to the user, group, role and further users; the boundary of a user and of further users and roles.
        assert_eq!(counts(&one, 1).await, json!([4, 4, 4, 4, 3]));
        assert_eq!(counts(&other, 1).await, json!([6, 6, 6, 6, 6]));
        assert_eq!(counts(&one, one.policy).await, json!([4, 4, 4, 4, 1]));
        assert_eq!(counts(&other, other.policy).await, json!([6, 6, 6, 6, 2]));
        // Attached to each further user, group and role.
        assert_eq!(counts(&one, 2).await, json!([3, 3, 3, 3, 0]));
        assert_eq!(counts(&other, 2).await, json!([9, 9, 9, 9, 0]));
        for (world, members) in [(&one, 2), (&other, 4)] {
            let group = world.root.cam("GetGroup", json!({"GroupId": world.group})).await.ok();
            assert_eq!((&group["GroupNum"], group["UserInfo"].as_array().unwrap().len()), (&json!(members), members));
            let listed = world.root.cam("ListUsersForGroup", json!({"GroupId": world.group})).await.ok();
            assert_eq!(listed["TotalNum"], members);
            let versions = world.root.cam("ListPolicyVersions", json!({"PolicyId": world.policy})).await.ok();
            assert_eq!(versions["Versions"].as_array().unwrap().len(), members);
        }
    });
}
