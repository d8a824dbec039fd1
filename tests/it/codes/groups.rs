//! Refused requests about user groups and their members.

use super::scene::{Scene, Who};
use super::{Add, number};
use serde_json::json;

pub fn cases(scene: &Scene, add: &mut Add<'_>) {
    let (world, group, laden) = (&scene.world, scene.world.group, number(&scene.laden));
    for name in ["", &"g".repeat(129)] {
        add(Who::Root, "CreateGroup", json!({"GroupName": name}), "ParamError");
        if !name.is_empty() {
            add(Who::Root, "UpdateGroup", json!({"GroupId": group, "GroupName": name}), "ParamError");
        }
    }
    add(Who::Root, "CreateGroup", json!({"GroupName": "crew"}), "GroupNameInUse");
    add(Who::Full, "CreateGroup", json!({"GroupName": "one-more"}), "GroupFull");
    add(Who::Full, "UpdateGroup", json!({"GroupId": 1, "GroupName": "full-2"}), "GroupNameInUse");
    for action in ["GetGroup", "DeleteGroup"] {
        add(Who::Root, action, json!({"GroupId": 99}), "ResourceNotFound.UserNotExist");
    }
    for action in ["UpdateGroup", "ListUsersForGroup"] {
        add(Who::Root, action, json!({"GroupId": 99}), "ResourceNotFound.GroupNotExist");
    }
    let member = |group: u64, uid: u64| json!({"Info": [{"GroupId": group, "Uid": uid}]});
    for action in ["AddUserToGroup", "RemoveUserFromGroup"] {
        add(Who::Nobody, action, member(group, world.uid), "AuthFailure.UnauthorizedOperation");
        add(Who::Root, action, member(group, 99), "ResourceNotFound.UserNotExist");
        add(Who::Root, action, json!({"Info": [{"GroupId": group}]}), "UserUinAndUinNotAllNull");
    }
    add(Who::Root, "AddUserToGroup", member(99, world.uid), "GroupNotExist");
    add(Who::Full, "AddUserToGroup", json!({"Info": [{"GroupId": 1, "Uin": laden}]}), "GroupUserFull");
    add(Who::Full, "AddUserToGroup", json!({"Info": [{"GroupId": 12, "Uin": laden}]}), "UserGroupFull");
    let half = json!({"Info": [{"GroupId": 2, "Uin": 500}, {"GroupId": 1, "Uin": 501}]});
    add(Who::Full, "AddUserToGroup", half, "GroupUserFull");
    add(Who::Nobody, "ListGroupsForUser", json!({"Uid": world.uid}), "AuthFailure.UnauthorizedOperation");
    add(Who::Root, "ListGroupsForUser", json!({"Uid": 99}), "ResourceNotFound.UserNotExist");
}
