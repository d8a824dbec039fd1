//! Refused requests about attachments to users, groups and roles, and about their lists.

use super::scene::{Scene, Who};
use super::{Add, WRONG_PAGES, number};
use serde_json::{Value, json};

pub fn cases(scene: &Scene, add: &mut Add<'_>) {
    let (policy, group) = (scene.world.policy, scene.world.group);
    let (user, laden) = (number(&scene.world.user), number(&scene.laden));
    for (page, rows) in WRONG_PAGES {
        add(Who::Root, "ListAttachedRolePolicies", json!({"Page": page, "Rp": rows}), "ParamError");
    }
    add(Who::Root, "ListAttachedRolePolicies", json!({"Page": 1, "Rp": 20, "RoleName": "nobody"}), "ParamError");
    add(Who::Root, "ListAttachedUserPolicies", json!({"TargetUin": 999_999}), "ParamError");
    let all = |user: u64, kind: u64| json!({"TargetUin": user, "Page": 1, "Rp": 20, "AttachType": kind});
    add(Who::Root, "ListAttachedUserAllPolicies", all(user, 3), "ParamError");
    add(Who::Root, "ListAttachedUserAllPolicies", all(999_999, 0), "ResourceNotFound.UserNotExist");
    let who = |policy: Value, filter: &str| json!({"PolicyId": policy, "EntityFilter": filter});
    add(Who::Root, "ListEntitiesForPolicy", who(json!(policy), "Users"), "EntityFilterError");
    add(Who::Root, "ListEntitiesForPolicy", who(json!("x"), "All"), "PolicyIdError");
    add(Who::Root, "ListEntitiesForPolicy", who(json!(999_999), "All"), "ParamError");
    add(Who::Root, "ListAttachedUserPolicies", json!({"TargetUin": user, "Rp": 0}), "ParamError");

    for (action, id, name) in
        [("AttachRolePolicy", "AttachRoleId", "AttachRoleName"), ("DetachRolePolicy", "DetachRoleId", "DetachRoleName")]
    {
        add(Who::Root, action, json!({"PolicyId": policy}), "ParamError");
        add(Who::Root, action, json!({name: "ops"}), "ParamError");
        add(Who::Root, action, json!({"PolicyId": policy, name: "nobody"}), "RoleNotExist");
        add(Who::Root, action, json!({"PolicyId": policy, id: "4611686018427387999"}), "RoleNotExist");
        add(Who::Root, action, json!({"PolicyId": 999_999, name: "ops"}), "PolicyIdNotExist");
        add(Who::Root, action, json!({"PolicyName": "none", name: "ops"}), "PolicyIdNotExist");
    }
    add(Who::Full, "AttachRolePolicy", json!({"PolicyId": scene.spare, "AttachRoleName": "laden"}), "AttachmentFull");
    for (action, uin) in [("AttachUserPolicy", "AttachUin"), ("DetachUserPolicy", "DetachUin")] {
        add(Who::Root, action, json!({"PolicyId": "x", uin: user}), "InvalidParameter.PolicyIdError");
        add(Who::Root, action, json!({"PolicyId": policy, uin: "x"}), "ParamError");
        add(Who::Root, action, json!({"PolicyId": 999_999, uin: user}), "ResourceNotFound.PolicyIdNotFound");
        add(Who::Root, action, json!({"PolicyId": policy, uin: 999_999}), "ResourceNotFound.UserNotExist");
    }
    add(Who::Full, "AttachUserPolicy", json!({"PolicyId": scene.spare, "AttachUin": laden}), "AttachmentFull");
    for (action, name) in [("AttachGroupPolicy", "AttachGroupId"), ("DetachGroupPolicy", "DetachGroupId")] {
        add(Who::Root, action, json!({"PolicyId": "x", name: group}), "PolicyIdError");
        add(Who::Root, action, json!({"PolicyId": policy, name: "x"}), "ParamError");
        add(Who::Root, action, json!({"PolicyId": policy, name: 99}), "ResourceNotFound.GroupNotExist");
    }
    let unknown = json!({"PolicyId": 999_999, "AttachGroupId": group});
    add(Who::Root, "AttachGroupPolicy", unknown, "ResourceNotFound.PolicyIdNotFound");
    let unknown = json!({"PolicyId": 999_999, "DetachGroupId": group});
    add(Who::Root, "DetachGroupPolicy", unknown, "PolicyIdNotExist");
    add(Who::Full, "AttachGroupPolicy", json!({"PolicyId": scene.spare, "AttachGroupId": 2}), "AttachmentFull");
    add(Who::Root, "ListAttachedGroupPolicies", json!({"TargetGroupId": group, "Rp": 0}), "ParamError");
    add(Who::Root, "ListAttachedGroupPolicies", json!({"TargetGroupId": 99}), "ParamError");
    let keyword = json!({"TargetGroupId": group, "Keyword": "k".repeat(257)});
    add(Who::Root, "ListAttachedGroupPolicies", keyword, "SearchKeywordLengthError");
}
