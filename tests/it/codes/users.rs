//! Refused requests about sub-users.

use super::Add;
use super::scene::{Scene, Who};
use serde_json::json;

pub fn cases(_: &Scene, add: &mut Add<'_>) {
    for name in ["", "a b", "用户", "a/b", &"u".repeat(65)] {
        add(Who::Root, "AddUser", json!({"Name": name}), "UserNameIllegal");
    }
    add(Who::Root, "AddUser", json!({"Name": "carol"}), "SubUserNameInUse");
    add(Who::Full, "AddUser", json!({"Name": "one-more"}), "SubUserFull");
    add(Who::Root, "AddUser", json!({"Name": "u", "UseApi": 2}), "ParamError");
    for password in ["short", "alllowercase", "NoDigitsButLetters", &"Aa1!".repeat(9)] {
        add(Who::Root, "AddUser", json!({"Name": "u", "Password": password}), "PasswordViolatedRules");
        add(Who::Root, "UpdateUser", json!({"Name": "carol", "Password": password}), "PasswordViolatedRules");
    }
    add(Who::Root, "UpdateUser", json!({"Name": "carol", "ConsoleLogin": "x"}), "InvalidParameter");
    for action in ["GetUser", "UpdateUser", "DeleteUser"] {
        add(Who::Root, action, json!({"Name": "nobody-at-all"}), "ResourceNotFound.UserNotExist");
        add(Who::Root, action, json!({"Name": ""}), "ResourceNotFound.UserNotExist");
    }
    add(Who::Root, "DeleteUser", json!({"Name": "carol"}), "OperationDenied.HaveKeys");
    add(Who::Root, "DeleteUser", json!({"Name": "carol", "Force": 0}), "OperationDenied.HaveKeys");
    add(Who::Deleter, "DeleteUser", json!({"Name": "carol", "Force": 1}), "UnauthorizedOperation.DeleteApiKey");
    for action in ["AddUser", "GetUser", "UpdateUser", "DeleteUser"] {
        add(Who::Nobody, action, json!({"Name": "carol"}), "AuthFailure.UnauthorizedOperation");
    }
}
