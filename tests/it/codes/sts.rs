//! Refused requests about sessions.

use super::documents::allowing;
use super::scene::{Scene, Who};
use super::{Add, with};
use crate::support::allow;
use serde_json::{Value, json};

pub fn cases(scene: &Scene, add: &mut Add<'_>) {
    let root = scene.world.root.uin.as_str();
    let document = allow("cam:GetUser", "*").to_string();
    let arn = format!("qcs::cam::uin/{root}:roleName/ops");
    let assume = |name: &str, value: Value| with(json!({"RoleArn": arn, "RoleSessionName": "session"}), name, value);
    for wrong in ["", "ops", "qcs::cam::uin/:roleName/ops", "qcs::cam::uin/x:roleName/ops", "qcs::cam::uin/1:user/x"] {
        add(Who::Root, "AssumeRole", assume("RoleArn", json!(wrong)), "ParamError");
    }
    for name in ["", "s", "a b", "会话", &"s".repeat(129)] {
        add(Who::Root, "AssumeRole", assume("RoleSessionName", json!(name)), "ParamError");
        if !name.is_empty() {
            add(Who::Root, "AssumeRole", assume("ExternalId", json!(name)), "ParamError");
        }
    }
    for seconds in [0, 7201, 43_201] {
        add(Who::Root, "AssumeRole", assume("DurationSeconds", json!(seconds)), "OverTimeError");
    }
    for name in ["SerialNumber", "TokenCode"] {
        add(Who::Root, "AssumeRole", assume(name, json!("123456")), "ParamError");
    }
    let missing = assume("RoleArn", json!(format!("qcs::cam::uin/{root}:roleName/nobody")));
    add(Who::Root, "AssumeRole", missing, "InternalError.GetRoleError");
    let missing = assume("RoleArn", json!("qcs::cam::uin/999999999:roleName/ops"));
    add(Who::Root, "AssumeRole", missing, "InternalError.GetRoleError");
    add(Who::Full, "AssumeRole", assume("RoleSessionName", json!("full")), "UnauthorizedOperation");
    let federate = |document: &str| json!({"Name": "someone", "Policy": document});
    add(Who::Session, "GetFederationToken", federate(&document), "UnsupportedOperation");
    for name in ["", "a b", &"n".repeat(129)] {
        add(Who::Root, "GetFederationToken", with(federate(&document), "Name", json!(name)), "ParamError");
    }
    for (who, seconds) in [(Who::Root, 0), (Who::Root, 7201), (Who::Everyone, 129_601)] {
        let params = with(federate(&document), "DurationSeconds", json!(seconds));
        add(who, "GetFederationToken", params, "OverTimeError");
    }
    for (document, code) in [
        ("not json".to_owned(), "StrategyFormatError"),
        ("%7B%7".to_owned(), "StrategyFormatError"),
        (allowing(&json!({"notaction": "*"})), "StrategyFormatError"),
        (allowing(&json!({"effect": "permit"})), "StrategyInvalid"),
        (allowing(&json!({"action": "nosuchservice:Do"})), "StrategyInvalid"),
        (allowing(&json!({"condition": ["qcs:ip"]})), "StrategyInvalid"),
        (allowing(&json!({"action": vec!["cvm:DescribeInstances"; 300]})), "PolicyTooLong"),
        (allowing(&json!({"resource": "qcs::cvm:gz"})), "ResouceError"),
        (allowing(&json!({"resource": "qcs::cvm:moon::x"})), "ResouceError"),
        (allowing(&json!({"resource": "qcs::cvm:gz:uin/999999999:x/y"})), "GrantOtherResource"),
    ] {
        add(Who::Root, "AssumeRole", assume("Policy", json!(document)), code);
        add(Who::Root, "GetFederationToken", federate(&document), code);
    }
}
