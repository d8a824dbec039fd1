//! Refused requests about policies: their names, documents and lists.

use super::documents::policy_defects;
use super::scene::{Scene, Who};
use super::{Add, LONG, with};
use crate::support::allow;
use serde_json::json;

pub fn cases(scene: &Scene, add: &mut Add<'_>) {
    let root = scene.world.root.uin.as_str();
    let spare = scene.world.spare;
    let document = allow("cam:GetUser", "*").to_string();
    let create = |name: &str, document: &str| json!({"PolicyName": name, "PolicyDocument": document});
    for name in ["", "a b", "策略", &"p".repeat(129)] {
        add(Who::Root, "CreatePolicy", create(name, &document), "PolicyNameError");
        if !name.is_empty() {
            add(Who::Root, "UpdatePolicy", json!({"PolicyId": spare, "PolicyName": name}), "PolicyNameError");
        }
    }
    add(Who::Root, "CreatePolicy", create("reader", &document), "FailedOperation.PolicyNameInUse");
    add(Who::Root, "CreatePolicy", create("AdministratorAccess", &document), "FailedOperation.PolicyNameInUse");
    add(Who::Full, "CreatePolicy", create("one-more", &document), "FailedOperation.PolicyFull");
    let described = |name: &str| with(create("p", &document), name, json!(*LONG));
    add(Who::Root, "CreatePolicy", described("Description"), "DescriptionLengthOverlimit");
    add(Who::Root, "UpdatePolicy", json!({"PolicyId": spare, "Description": *LONG}), "DescriptionLengthOverlimit");
    let tagged = with(create("p", &document), "Tags", json!([{"Key": "", "Value": ""}]));
    add(Who::Root, "CreatePolicy", tagged, "ParamError");
    for (document, code) in policy_defects(root) {
        add(Who::Root, "CreatePolicy", create("p", &document), code);
        add(Who::Root, "UpdatePolicy", json!({"PolicyId": spare, "PolicyDocument": document}), code);
    }
    let laid_on = json!({"qcs": [format!("qcs::cam::uin/{root}:uin/{}", scene.heavy.uin)]});
    let mut to_heavy = allow("cam:GetUser", "*");
    to_heavy["principal"] = laid_on;
    add(Who::Root, "CreatePolicy", create("p", &to_heavy.to_string()), "AttachmentFull");
    let twice = json!([{"Key": "a", "Value": "b"}, {"Key": "a", "Value": "b"}]);
    add(Who::Root, "CreatePolicy", with(create("p", &document), "Tags", twice), "ParamError");
    add(Who::Root, "ListPolicies", json!({"Page": 201}), "ParamError");
    add(Who::Root, "UpdatePolicy", json!({"Description": "x"}), "ParamError");
    add(Who::Root, "UpdatePolicy", json!({"PolicyId": 1, "Description": "x"}), "ParamError");
    let renamed = json!({"PolicyId": spare, "PolicyName": "reader"});
    add(Who::Root, "UpdatePolicy", renamed, "FailedOperation.PolicyNameInUse");
    for action in ["GetPolicy", "UpdatePolicy"] {
        add(Who::Root, action, json!({"PolicyId": "x"}), "PolicyIdError");
        add(Who::Root, action, json!({"PolicyId": 999_999}), "ResourceNotFound.PolicyIdNotFound");
    }
    add(Who::Root, "DeletePolicy", json!({"PolicyId": []}), "ParamError");
    add(Who::Root, "DeletePolicy", json!({"PolicyId": [1]}), "ParamError");
    add(Who::Root, "DeletePolicy", json!({"PolicyId": ["x"]}), "PolicyIdError");
    add(Who::Root, "DeletePolicy", json!({"PolicyId": [spare, 999_999]}), "ResourceNotFound.PolicyIdNotFound");
    add(Who::Root, "ListPolicies", json!({"Rp": 0}), "ParamError");
    add(Who::Root, "ListPolicies", json!({"Scope": "Mine"}), "ScopeError");
    add(Who::Root, "ListPolicies", json!({"Keyword": "k".repeat(257)}), "SearchKeywordLengthError");
}
