//! Refused requests about permanent keys.

use super::scene::{Scene, Who};
use super::{Add, number, with};
use serde_json::json;

pub fn cases(scene: &Scene, add: &mut Add<'_>) {
    let (world, root) = (&scene.world, scene.world.root.uin.as_str());
    let (user, laden) = (number(&world.user), number(&scene.laden));
    add(Who::Root, "CreateAccessKey", json!({"Description": "a b"}), "ParamError");
    add(Who::Full, "CreateAccessKey", json!({"TargetUin": laden}), "OperationDenied.AccessKeyOverLimit");
    for (action, more) in [
        ("CreateAccessKey", json!({})),
        ("ListAccessKeys", json!({})),
        ("UpdateAccessKey", json!({"AccessKeyId": world.user.secret_id, "Status": "Active"})),
        ("DeleteAccessKey", json!({"AccessKeyId": world.user.secret_id})),
    ] {
        add(Who::Root, action, with(more.clone(), "TargetUin", json!("x")), "ParamError");
        add(Who::Root, action, with(more.clone(), "TargetUin", json!(999_999)), "UserNotExist");
        let of_root = with(more.clone(), "TargetUin", json!(root));
        add(Who::Everyone, action, of_root, "OperationDenied.SubUin");
        add(Who::Nobody, action, more, "AuthFailure.UnauthorizedOperation");
    }
    for (action, more) in [("UpdateAccessKey", json!({"Status": "Active"})), ("DeleteAccessKey", json!({}))] {
        let params = with(with(more.clone(), "AccessKeyId", json!(scene.nobody.secret_id)), "TargetUin", json!(user));
        add(Who::Root, action, params, "OperationDenied.UinNotMatch");
        for (key, uin) in [("AKIDnone", user), (scene.laden.secret_id.as_str(), user)] {
            let params = with(with(more.clone(), "AccessKeyId", json!(key)), "TargetUin", json!(uin));
            add(Who::Root, action, params, "ResourceNotFound.SecretNotExist");
        }
    }
    let status = json!({"AccessKeyId": world.user.secret_id, "Status": "Asleep", "TargetUin": user});
    add(Who::Root, "UpdateAccessKey", status, "ParamError");
}
