//! Refused requests about the versions of a policy.

use super::Add;
use super::documents::policy_defects;
use super::scene::{Scene, Who};
use crate::support::allow;
use serde_json::{Value, json};

pub fn cases(scene: &Scene, add: &mut Add<'_>) {
    let root = scene.world.root.uin.as_str();
    let policy = scene.world.policy;
    let document = allow("cam:GetUser", "*").to_string();
    let version =
        |policy: Value, document: &str| json!({"PolicyId": policy, "PolicyDocument": document, "SetAsDefault": true});
    for (document, code) in policy_defects(root) {
        add(Who::Root, "CreatePolicyVersion", version(json!(policy), &document), code);
    }
    add(Who::Root, "CreatePolicyVersion", version(json!(999_999), &document), "PolicyIdNotExist");
    add(Who::Root, "CreatePolicyVersion", version(json!(1), &document), "ParamError");
    let sixth = version(json!(scene.spare), &document);
    add(Who::Full, "CreatePolicyVersion", sixth, "FailedOperation.PolicyVersionFull");
    for action in ["GetPolicyVersion", "DeletePolicyVersion", "SetDefaultPolicyVersion"] {
        let numbered = |number: u64| if action == "DeletePolicyVersion" { json!([number]) } else { json!(number) };
        let params = |policy: Value, number: u64| json!({"PolicyId": policy, "VersionId": numbered(number)});
        add(Who::Root, action, params(json!("x"), 1), "PolicyIdError");
        add(Who::Root, action, params(json!(999_999), 1), "ResourceNotFound.PolicyIdNotFound");
        add(Who::Root, action, params(json!(policy), 99), "PolicyVersionNotExists");
        if action != "GetPolicyVersion" {
            add(Who::Root, action, params(json!(policy), 1), "FailedOperation.PolicyVersionAlreadyDefault");
            add(Who::Root, action, params(json!(1), 1), "ParamError");
        }
    }
    add(Who::Root, "ListPolicyVersions", json!({"PolicyId": 999_999}), "ResourceNotFound.PolicyIdNotFound");
    add(Who::Root, "ListPolicyVersions", json!({"PolicyId": "x"}), "ParamError");
}
