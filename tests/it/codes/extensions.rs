//! Refused requests for the actions that Tencent does not have.

use super::documents::policy_defects;
use super::scene::{Scene, Who};
use super::{Add, LONG, number, with};
use crate::support::allow;
use serde_json::{Value, json};

pub fn cases(scene: &Scene, add: &mut Add<'_>) {
    let (root, policy) = (scene.world.root.uin.as_str(), scene.world.policy);
    let (user, laden) = (number(&scene.world.user), number(&scene.laden));
    let document = allow("cam:GetUser", "*").to_string();
    let strategy = |name: &str, document: Value| json!({"StrategyName": name, "StrategyInfo": document});
    add(Who::Root, "CreateCamStrategy", strategy("a b", json!(document)), "ParamError");
    add(Who::Root, "CreateCamStrategy", strategy("s", json!(7)), "ParamError");
    add(Who::Root, "CreateCamStrategy", strategy("reader", json!(document)), "FailedOperation.PolicyNameInUse");
    add(Who::Full, "CreateCamStrategy", strategy("s", json!(document)), "FailedOperation.PolicyFull");
    let remark = with(strategy("s", json!(document)), "Remark", json!(*LONG));
    add(Who::Root, "CreateCamStrategy", remark, "ParamError");
    for (document, code) in policy_defects(root) {
        add(Who::Root, "CreateCamStrategy", strategy("s", json!(document)), code);
    }

    let mut named: Value = serde_json::from_str(&document).unwrap();
    named["principal"] = json!({"qcs": format!("qcs::cam::uin/{root}:uin/{}", scene.heavy.uin)});
    add(Who::Root, "CreateCamStrategy", strategy("s", named), "AttachmentFull");
    let operate = |group: i64, uin: i64, strategy: u64, kind: i64| json!({"GroupId": group, "RelateUin": uin, "StrategyId": strategy, "ActionType": kind});
    let signed = i64::try_from(user).unwrap();
    add(Who::Root, "OperateCamStrategy", operate(-1, -1, policy, 1), "ParamError");
    add(Who::Root, "OperateCamStrategy", operate(1, signed, policy, 1), "ParamError");
    add(Who::Root, "OperateCamStrategy", operate(-1, signed, policy, 3), "ParamError");
    add(Who::Root, "OperateCamStrategy", operate(-1, 999_999, policy, 1), "ResourceNotFound.UserNotExist");
    add(Who::Root, "OperateCamStrategy", operate(99, -1, policy, 1), "ResourceNotFound.GroupNotExist");
    add(Who::Root, "OperateCamStrategy", operate(-1, signed, 999_999, 1), "ResourceNotFound.PolicyIdNotFound");
    let full = operate(-1, i64::try_from(laden).unwrap(), scene.spare, 1);
    add(Who::Full, "OperateCamStrategy", full, "AttachmentFull");
    let batch =
        |policy: u64, uin: u64, kind: i64| json!({"StrategyId": [policy], "RelateUin": [uin], "ActionType": kind});
    add(Who::Root, "BatchOperateCamStrategy", batch(policy, user, 3), "ParamError");
    add(Who::Root, "BatchOperateCamStrategy", batch(policy, 999_999, 1), "ResourceNotFound.UserNotExist");
    add(Who::Root, "BatchOperateCamStrategy", batch(999_999, user, 1), "ResourceNotFound.PolicyIdNotFound");
    add(Who::Full, "BatchOperateCamStrategy", batch(scene.spare, laden, 1), "AttachmentFull");
    add(Who::Root, "DescribeCamStrategyDetail", json!({"StrategyId": 999_999}), "ResourceNotFound.PolicyIdNotFound");
    let update = |policy: u64, more: Value| with(more, "StrategyId", json!(policy));
    add(Who::Root, "UpdateCamStrategy", update(999_999, json!({})), "ResourceNotFound.PolicyIdNotFound");
    let renamed = update(scene.world.spare, json!({"StrategyName": "reader"}));
    add(Who::Root, "UpdateCamStrategy", renamed, "FailedOperation.PolicyNameInUse");
    add(Who::Root, "UpdateCamStrategy", update(1, json!({"Remark": "x"})), "ParamError");
    add(Who::Root, "UpdateCamStrategy", update(policy, json!({"Remark": *LONG})), "ParamError");
    for (document, code) in policy_defects(root) {
        add(Who::Root, "UpdateCamStrategy", update(policy, json!({"StrategyInfo": document})), code);
    }
    add(Who::Root, "ListRoles", json!({"Rp": 201}), "ParamError");
}
