//! Documents with one defect each, and the error code of each.

use crate::support::root_of;
use serde_json::{Value, json};

/// A trust policy with one statement: a valid one in which these members are replaced or, by `null`, removed.
pub fn trusting(account: &str, changed: &Value) -> String {
    let mut statement =
        json!({"effect": "allow", "action": "name/sts:AssumeRole", "principal": {"qcs": root_of(account)}});
    change(&mut statement, changed);
    json!({"version": "2.0", "statement": [statement]}).to_string()
}

/// A policy with one statement: a valid one in which these members are replaced or, by `null`, removed.
pub fn allowing(changed: &Value) -> String {
    let mut statement = json!({"effect": "allow", "action": "cvm:*", "resource": "*"});
    change(&mut statement, changed);
    json!({"version": "2.0", "statement": [statement]}).to_string()
}

fn change(statement: &mut Value, changed: &Value) {
    for (name, value) in changed.as_object().unwrap() {
        match value {
            Value::Null => drop(statement.as_object_mut().unwrap().remove(name)),
            value => statement[name] = value.clone(),
        }
    }
}

/// Conditions that are invalid in every kind of document.
pub fn wrong_conditions() -> Vec<(Value, &'static str)> {
    vec![
        (json!("x"), "ConditionError"),
        (json!(["qcs:ip"]), "ConditionError"),
        (json!({"string_equals": {"qcs:ip": "1"}}), "ConditionTypeError"),
        (json!({"ip_equal": {"qcs:ip": "somewhere"}}), "ConditionContentError"),
        (json!({"numeric_equal": {"qcs:x": "many"}}), "ConditionContentError"),
        (json!({"ip_equal": {}}), "ConditionContentError"),
    ]
}

/// Trust policies with one defect each.
pub fn trust_defects(account: &str) -> Vec<(String, &'static str)> {
    let document = |changed: Value| trusting(account, &changed);
    let named = |qcs: String| document(json!({"principal": {"qcs": qcs}}));
    let mut defects = vec![
        (document(json!({"effect": "permit"})), "EffectError"),
        (document(json!({"effect": null})), "EffectError"),
        (document(json!({"action": null})), "ActionError"),
        (document(json!({"action": "AssumeRole"})), "ActionMiss"),
        (document(json!({"action": "cam:GetRole"})), "ActionMiss"),
        (document(json!({"principal": null})), "PrincipalError"),
        (document(json!({"principal": {"who": "x"}})), "PrincipalError"),
        (named("qcs::cam::somebody".to_owned()), "PrincipalQcsError"),
        (named(root_of("999999999999")), "PrincipalQcsNotExist"),
        (named(format!("qcs::cam::uin/{account}:groupid/99")), "PrincipalQcsNotExist"),
        (named(format!("qcs::cam::uin/{account}:uin/999999")), "UserNotExist"),
        (document(json!({"principal": {"service": "cvm.example.com"}})), "PrincipalServiceNotExist"),
        (document(json!({"resource": "*"})), "StatementError"),
        (json!({"version": "2.0", "statement": []}).to_string(), "StatementError"),
        (json!({"version": "2.0"}).to_string(), "StatementError"),
        (trusting(account, &json!({})).replace("2.0", "1.0"), "VersionError"),
    ];
    for (condition, code) in wrong_conditions() {
        defects.push((document(json!({"condition": condition})), code));
    }
    defects
}

/// Policies with one defect each; `account` is the account that creates them.
pub fn policy_defects(account: &str) -> Vec<(String, &'static str)> {
    let document = |changed: Value| allowing(&changed);
    let resource = |resource: &str| allowing(&json!({"resource": resource}));
    let named = |key: &str, name: String| {
        let mut document: Value = serde_json::from_str(&allowing(&json!({}))).unwrap();
        document["principal"] = json!({key: [name]});
        document.to_string()
    };
    let mut defects = vec![
        ("{".to_owned(), "PolicyDocumentError"),
        ("[]".to_owned(), "PolicyDocumentError"),
        (r#"{"version":"2.0","version":"2.0","statement":[]}"#.to_owned(), "PolicyDocumentError"),
        (document(json!({"notaction": "*"})), "PolicyDocumentError"),
        (allowing(&json!({"action": vec!["cvm:DescribeInstances"; 400]})), "PolicyDocumentLengthOverLimit"),
        (allowing(&json!({})).replace("2.0", "3.0"), "VersionError"),
        (json!({"version": "2.0"}).to_string(), "StatementError"),
        (document(json!({"effect": "permit"})), "EffectError"),
        (document(json!({"action": null})), "ActionError"),
        (document(json!({"action": "GetRole"})), "ActionError"),
        (document(json!({"action": "cam:CreatRole"})), "ActionNotExist"),
        (document(json!({"action": "permid/1"})), "ActionNotExist"),
        (document(json!({"action": "nosuchservice:Do"})), "ActionServiceNotExist"),
        (document(json!({"resource": null})), "ResourceError"),
        (document(json!({"resource": 7})), "ResourceError"),
        (resource("qcs::cvm:gz:x/y"), "ResourceQcsError"),
        (resource("qcs:x:cvm:gz::x/y"), "ResourceProjectError"),
        (resource("qcs::nosuchservice:gz::x/y"), "ResourceServiceNotExist"),
        (resource("qcs::cvm:moon::x/y"), "ResourceRegionError"),
        (resource("qcs::cvm:gz:uin/999999999:x/y"), "ResourceUinError"),
        (resource("qcs::cvm:gz::"), "ResourceContentError"),
        (document(json!({"principal": {"qcs": "*"}})), "PrincipalError"),
        (named("who", "x".to_owned()), "PrincipalError"),
        (named("service", "cvm".to_owned()), "PrincipalError"),
        (named("qcs", "somebody".to_owned()), "PrincipalQcsError"),
        (named("qcs", root_of("999999999999")), "PrincipalQcsNotExist"),
        (named("service", "cvm.example.com".to_owned()), "PrincipalServiceNotExist"),
        (named("qcs", format!("qcs::cam::uin/{account}:uin/999999")), "UserNotExist"),
        (named("qcs", format!("qcs::cam::uin/{account}:groupid/99")), "ResourceNotFound.GroupNotExist"),
    ];
    for (condition, code) in wrong_conditions() {
        defects.push((document(json!({"condition": condition})), code));
    }
    defects
}
