//! Actions that this emulator adds, under names that older clients and other clouds use.

use super::Ids;
use crate::support::{allow, on_each_database, root_of, trust};
use serde_json::json;

const DENIED: &str = "AuthFailure.UnauthorizedOperation";

#[test]
fn roles_are_listed_and_updated_in_one_call() {
    on_each_database(async |t| {
        let (root, ids) = (t.root(), Ids::default());
        root.role("ops", &[root_of(&root.uin)]).await;
        root.role("web", &[root_of(&root.uin)]).await;
        let two = trust(&[root_of(&root.uin), root_of(&t.tenant("100000000002").await.uin)]);

        reply!(ids, root.cam("ListRoles", json!({"Keyword": "op"})), @r#"
            {
              "List": [
                {
                  "AddTime": "2026-01-01 08:00:00", "ConsoleLogin": 0, "DeletionTaskId": null, "Description": "",
                  "PolicyDocument": `{"statement":[{"action":"name/sts:AssumeRole","effect":"allow","principal":{"qcs":["qcs::cam::uin/100000000001:root"]}}],"version":"2.0"}`,
                  "RoleArn": "qcs::cam::uin/100000000001:roleName/ops", "RoleId": "<RoleId 1>",
                  "RoleName": "ops", "RoleType": "user", "SessionDuration": 0, "Tags": [],
                  "UpdateTime": "2026-01-01 08:00:00"
                }
              ],
              "TotalNum": 1
            }
        "#);
        t.advance(60);
        let changed = json!({
            "RoleName": "ops", "PolicyDocument": two, "Description": "other", "ConsoleLogin": 1,
            "SessionDuration": 3600,
        });
        reply!(ids, root.cam("UpdateRole", changed), @"{}");
        reply!(ids, root.cam("GetRole", json!({"RoleName": "ops"})), @r#"
            {
              "RoleInfo": {
                "AddTime": "2026-01-01 08:00:00", "ConsoleLogin": 1, "DeletionTaskId": null,
                "Description": "other",
                "PolicyDocument": `{"statement":[{"action":"name/sts:AssumeRole","effect":"allow","principal":{"qcs":["qcs::cam::uin/100000000001:root","qcs::cam::uin/100000000002:root"]}}],"version":"2.0"}`,
                "RoleArn": "qcs::cam::uin/100000000001:roleName/ops", "RoleId": "<RoleId 1>", "RoleName": "ops",
                "RoleType": "user", "SessionDuration": 3600, "Tags": [], "UpdateTime": "2026-01-01 08:01:00"
              }
            }
        "#);
        // Fields that are not given stay as they are.
        reply!(ids, root.cam("UpdateRole", json!({"RoleName": "ops", "Description": ""})), @"{}");
        reply!(ids, root.cam("ListRoles", json!({"Keyword": "op"})), @r#"
            {
              "List": [
                {
                  "AddTime": "2026-01-01 08:00:00", "ConsoleLogin": 1, "DeletionTaskId": null, "Description": "",
                  "PolicyDocument": `{"statement":[{"action":"name/sts:AssumeRole","effect":"allow","principal":{"qcs":["qcs::cam::uin/100000000001:root","qcs::cam::uin/100000000002:root"]}}],"version":"2.0"}`,
                  "RoleArn": "qcs::cam::uin/100000000001:roleName/ops", "RoleId": "<RoleId 1>",
                  "RoleName": "ops", "RoleType": "user", "SessionDuration": 3600, "Tags": [],
                  "UpdateTime": "2026-01-01 08:01:00"
                }
              ],
              "TotalNum": 1
            }
        "#);
        root.cam("UpdateRole", json!({"RoleName": "nobody", "Description": "x"}))
            .await
            .fault("InvalidParameter.RoleNotExist");
    });
}

/// A strategy whose document names principals is attached to them at once.
#[test]
fn a_strategy_is_created_detached_and_attached_again() {
    on_each_database(async |t| {
        let (root, ids) = (t.root(), Ids::default());
        let user = root.user("dev").await;
        ids.name("Uin", user.uin.clone());
        let uin: i64 = user.uin.parse().unwrap();
        let list = async || user.cam("ListUsers", json!({})).await;
        let mut document = allow("cam:ListUsers", "*");
        document["principal"] = json!({"qcs": [format!("qcs::cam::uin/{}:uin/{uin}", root.uin)]});

        list().await.fault(DENIED);
        let created = json!({"strategyName": "s", "strategyInfo": document});
        let made = reply!(ids, root.cam("CreateCamStrategy", created.clone()), @r#"{"StrategyId": <StrategyId 1>}"#);
        root.cam("CreateCamStrategy", created).await.fault("FailedOperation.PolicyNameInUse");
        list().await.ok();
        let operate = |group: i64, uin: i64, kind: u64| {
            let params = json!({
                "groupId": group, "relateUin": uin, "strategyId": made["StrategyId"], "actionType": kind,
            });
            root.call("cam", "2019-01-16", "OperateCamStrategy", params).send()
        };
        reply!(ids, operate(-1, uin, 2), @"{}");
        list().await.fault(DENIED);
        reply!(ids, operate(-1, uin, 1), @"{}");
        list().await.ok();
        operate(-1, -1, 1).await.fault("InvalidParameter.ParamError");
        operate(99, -1, 1).await.fault("ResourceNotFound.GroupNotExist");

        // A strategy is a policy.
        reply!(ids, root.cam("GetPolicy", json!({"PolicyId": made["StrategyId"]})), @r#"
            {
              "AddTime": "2026-01-01 08:00:00", "Description": "", "IsServiceLinkedRolePolicy": 0,
              "PolicyDocument": `{"principal":{"qcs":["qcs::cam::uin/100000000001:uin/<Uin 1>"]},"statement":[{"action":"cam:ListUsers","effect":"allow","resource":"*"}],"version":"2.0"}`,
              "PolicyName": "s", "PresetAlias": null, "Tags": [], "Type": 1, "UpdateTime": "2026-01-01 08:00:00"
            }
        "#);
        root.cam("DeletePolicy", json!({"PolicyId": [made["StrategyId"]]})).await.ok();
        list().await.fault(DENIED);
        operate(-1, uin, 1).await.fault("ResourceNotFound.PolicyIdNotFound");
    });
}
