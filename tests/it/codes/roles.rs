//! Refused requests about roles: their names, trust policies and tags.

use super::documents::{trust_defects, trusting};
use super::scene::{Scene, Who};
use super::{Add, LONG, WRONG_PAGES, many_tags, with};
use crate::support::{root_of, trust};
use serde_json::json;

pub fn cases(scene: &Scene, add: &mut Add<'_>) {
    let root = scene.world.root.uin.as_str();
    let good = trust(&[root_of(root)]);
    let many_tags = many_tags();
    let role = |name: &str| json!({"RoleName": name, "PolicyDocument": good});
    for name in ["", "a b", "角色", "a/b", "a:b", &"r".repeat(129)] {
        add(Who::Root, "CreateRole", role(name), "RoleNameError");
    }
    add(Who::Root, "CreateRole", role("ops"), "RoleNameInUse");
    add(Who::Full, "CreateRole", role("one-more"), "RoleFull");
    add(Who::Root, "CreateRole", with(role("r"), "Description", json!(*LONG)), "DescriptionLengthOverlimit");
    add(Who::Root, "CreateRole", with(role("r"), "Description", json!("角".repeat(101))), "DescriptionLengthOverlimit");
    for wrong in [-1, 43_201] {
        add(Who::Root, "CreateRole", with(role("r"), "SessionDuration", json!(wrong)), "ParamError");
    }
    add(Who::Root, "CreateRole", with(role("r"), "ConsoleLogin", json!(2)), "ParamError");
    add(Who::Root, "CreateRole", with(role("r"), "PolicyDocument", json!("not json")), "ParamError");
    add(Who::Root, "CreateRole", with(role("r"), "PolicyDocument", json!("x".repeat(5000))), "ParamError");
    add(Who::Root, "CreateRole", with(role("r"), "Tags", json!(many_tags)), "TagLimitExceeded");
    for tags in [
        json!([{"Key": "", "Value": "v"}]),
        json!([{"Key": "k".repeat(128), "Value": "v"}]),
        json!([{"Key": "k", "Value": "v".repeat(256)}]),
        json!([{"Key": "k", "Value": "1"}, {"Key": "k", "Value": "2"}]),
    ] {
        add(Who::Root, "CreateRole", with(role("r"), "Tags", tags.clone()), "TagParamError");
        add(Who::Root, "TagRole", json!({"RoleName": "ops", "Tags": tags}), "TagParamError");
    }
    for (document, code) in trust_defects(root) {
        add(Who::Root, "CreateRole", with(role("r"), "PolicyDocument", json!(document)), code);
        add(Who::Root, "UpdateAssumeRolePolicy", json!({"RoleName": "ops", "PolicyDocument": document}), code);
        add(Who::Root, "UpdateRole", json!({"RoleName": "ops", "PolicyDocument": document, "Description": "x"}), code);
    }
    for action in ["UpdateAssumeRolePolicy", "UpdateRole"] {
        let document = trusting(root, &json!({"action": vec!["name/sts:AssumeRole"; 300]}));
        let params = json!({"RoleName": "ops", "PolicyDocument": document});
        add(Who::Root, action, params, "PolicyDocumentLengthOverLimit");
    }

    // Every action on one role refuses a request without an id and a name, and one with an unknown id or name.
    for (action, more) in [
        ("GetRole", json!({})),
        ("DeleteRole", json!({})),
        ("UpdateAssumeRolePolicy", json!({"PolicyDocument": good})),
        ("UpdateRoleDescription", json!({"Description": "x"})),
        ("UpdateRoleConsoleLogin", json!({"ConsoleLogin": 0})),
        ("UpdateRoleSessionDuration", json!({"SessionDuration": 1})),
        ("TagRole", json!({"Tags": []})),
        ("UntagRole", json!({"TagKeys": []})),
        ("UpdateRole", json!({"Description": "x"})),
    ] {
        add(Who::Root, action, more.clone(), "ParamError");
        add(Who::Root, action, with(more.clone(), "RoleName", json!("")), "ParamError");
        add(Who::Root, action, with(more.clone(), "RoleName", json!("nobody")), "RoleNotExist");
        add(Who::Root, action, with(more.clone(), "RoleId", json!("4611686018427387999")), "RoleNotExist");
        add(Who::Root, action, with(more.clone(), "RoleId", json!(4_611_686_018_427_387_999_u64)), "RoleNotExist");
        add(Who::Root, action, with(more, "RoleId", json!("x")), "ParamError");
    }
    for action in ["UpdateRoleDescription", "UpdateRole"] {
        add(Who::Root, action, json!({"RoleName": "ops", "Description": *LONG}), "DescriptionLengthOverlimit");
    }
    add(Who::Root, "TagRole", json!({"RoleName": "ops", "Tags": many_tags}), "TagLimitExceeded");
    for action in ["TagRole", "UntagRole"] {
        let list = if action == "TagRole" { "Tags" } else { "TagKeys" };
        add(Who::Nobody, action, json!({"RoleName": "ops", list: []}), "AuthFailure.UnauthorizedOperation");
        add(Who::Root, action, json!({"RoleName": "ops", list: "x"}), "InvalidParameter");
    }
    for (page, rows) in WRONG_PAGES {
        add(Who::Root, "DescribeRoleList", json!({"Page": page, "Rp": rows}), "ParamError");
    }
}
