//! Refused requests about the tags of resources. The published model of TAG has no codes, so these are public ones.

use super::scene::{Scene, Who};
use super::{Add, with};
use serde_json::{Value, json};

pub fn cases(scene: &Scene, add: &mut Add<'_>) {
    let role = format!("qcs::cam::uin/{}:roleName/ops", scene.world.root.uin);
    let name = |what: &str| format!("qcs::cam::uin/{}:{what}", scene.world.root.uin);
    let tags =
        |count: usize| (0..count).map(|at| json!({"TagKey": format!("k{at}"), "TagValue": ""})).collect::<Value>();
    let modify = json!({"Resource": role, "ReplaceTags": tags(1)});
    for wrong in ["", "ops", "qcs::cvm::uin/:instance/ins-1", "qcs::cam::uin/999999999:role/1", "qcs::cam::uin/:role/"]
    {
        add(Who::Root, "ModifyResourceTags", with(modify.clone(), "Resource", json!(wrong)), "InvalidParameterValue");
    }
    for missing in ["roleName/nobody", "role/46", "uin/404", "policyid/404"] {
        let params = with(modify.clone(), "Resource", json!(name(missing)));
        add(Who::Root, "ModifyResourceTags", params, "ResourceNotFound");
    }
    let preset = with(modify.clone(), "Resource", json!(name("policyid/1")));
    add(Who::Root, "ModifyResourceTags", preset, "UnsupportedOperation");
    add(Who::Root, "ModifyResourceTags", json!({"Resource": role}), "MissingParameter");
    let twice = with(modify.clone(), "DeleteTags", json!([{"TagKey": "k0"}]));
    add(Who::Root, "ModifyResourceTags", twice, "InvalidParameterValue");
    // The role has a tag already.
    add(Who::Root, "ModifyResourceTags", with(modify, "ReplaceTags", tags(50)), "LimitExceeded");
    for wrong in [
        json!([{"TagKey": "", "TagValue": "v"}]),
        json!([{"TagKey": "k".repeat(128), "TagValue": "v"}]),
        json!([{"TagKey": "k", "TagValue": "v".repeat(256)}]),
        json!([{"TagKey": "k", "TagValue": "1"}, {"TagKey": "k", "TagValue": "2"}]),
        json!([{"TagKey": "k", "TagValue": "v", "Category": "System"}]),
        tags(51),
    ] {
        let params = json!({"Resource": role, "ReplaceTags": wrong});
        add(Who::Root, "ModifyResourceTags", params, "InvalidParameterValue");
        let params = json!({"ResourceList": [role], "Tags": wrong});
        add(Who::Root, "TagResources", params, "InvalidParameterValue");
    }
    add(Who::Root, "UnTagResources", json!({"ResourceList": [role], "TagKeys": [""]}), "InvalidParameterValue");
    for (action, params) in [
        ("ModifyResourceTags", json!({"Resource": role, "DeleteTags": [{"TagKey": "env"}]})),
        ("TagResources", json!({"ResourceList": [role], "Tags": tags(1)})),
        ("UnTagResources", json!({"ResourceList": [role], "TagKeys": ["env"]})),
        ("GetResources", json!({})),
    ] {
        add(Who::Nobody, action, params, "AuthFailure.UnauthorizedOperation");
    }
    for (name, wrong) in [
        ("ResourceList", json!(["ops"])),
        ("PaginationToken", json!("x")),
        ("PaginationToken", json!("from--1")),
        ("MaxResults", json!(0)),
        ("MaxResults", json!(201)),
    ] {
        add(Who::Root, "GetResources", json!({name: wrong}), "InvalidParameterValue");
    }
}
