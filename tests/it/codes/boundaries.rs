//! Refused requests about permission boundaries.

use super::scene::{Scene, Who};
use super::{Add, number, with};
use serde_json::json;

pub fn cases(scene: &Scene, add: &mut Add<'_>) {
    let (world, policy, user) = (&scene.world, scene.world.policy, number(&scene.world.user));
    for (action, params) in [
        ("PutUserPermissionsBoundary", json!({"TargetUin": 999_999, "PolicyId": policy})),
        ("DeleteUserPermissionsBoundary", json!({"TargetUin": 999_999})),
    ] {
        add(Who::Root, action, params, "UserNotExist");
    }
    add(Who::Root, "GetUserPermissionBoundary", json!({"TargetUin": 999_999}), "ParamError");
    let negative = json!({"TargetUin": -1, "PolicyId": policy});
    add(Who::Root, "PutUserPermissionsBoundary", negative, "ParamError");
    add(Who::Root, "DeleteUserPermissionsBoundary", json!({"TargetUin": -1}), "ParamError");
    for (action, more) in
        [("PutRolePermissionsBoundary", json!({"PolicyId": policy})), ("DeleteRolePermissionsBoundary", json!({}))]
    {
        add(Who::Root, action, more.clone(), "ParamError");
        add(Who::Root, action, with(more.clone(), "RoleName", json!("nobody")), "RoleNotExist");
        let linked = with(more, "RoleName", json!(world.linked));
        add(Who::Root, action, linked, "ServiceLinkedRoleCantUsePermissionBoundary");
    }
    add(Who::Root, "GetRolePermissionBoundary", json!({"RoleId": "4611686018427387999"}), "ParamError");
    for (action, more) in [
        ("PutUserPermissionsBoundary", json!({"TargetUin": user})),
        ("PutRolePermissionsBoundary", json!({"RoleName": "ops"})),
    ] {
        add(Who::Root, action, with(more, "PolicyId", json!(999_999)), "PolicyIdNotExist");
    }
}
