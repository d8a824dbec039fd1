//! Roles: who may assume them, what they are called, and their tags.

use super::Ids;
use crate::support::{on_each_database, root_of, trust};
use serde_json::json;

#[test]
fn a_role_is_created_changed_and_deleted() {
    on_each_database(async |t| {
        let (root, ids) = (t.root(), Ids::default());
        let own = trust(&[root_of(&root.uin)]);
        let service = own.replace("qcs::cam::uin/100000000001:root", "cls.cloud.tencent.com").replace("qcs", "service");

        reply!(ids, root.cam("DescribeRoleList", json!({"Page": 1, "Rp": 20})), @r#"{"List": [], "TotalNum": 0}"#);
        let created = json!({"RoleName": "ops", "PolicyDocument": own, "Description": "operations"});
        let made = reply!(ids, root.cam("CreateRole", created.clone()), @r#"{"RoleId": "<RoleId 1>"}"#);
        root.cam("CreateRole", created).await.fault("InvalidParameter.RoleNameInUse");
        reply!(ids, root.cam("GetRole", json!({"RoleName": "ops"})), @r#"
            {
              "RoleInfo": {
                "AddTime": "2026-01-01 08:00:00", "ConsoleLogin": 0, "DeletionTaskId": null,
                "Description": "operations",
                "PolicyDocument": `{"statement":[{"action":"name/sts:AssumeRole","effect":"allow","principal":{"qcs":["qcs::cam::uin/100000000001:root"]}}],"version":"2.0"}`,
                "RoleArn": "qcs::cam::uin/100000000001:roleName/ops", "RoleId": "<RoleId 1>", "RoleName": "ops",
                "RoleType": "user", "SessionDuration": 0, "Tags": [], "UpdateTime": "2026-01-01 08:00:00"
              }
            }
        "#);

        // Each property has an operation of its own.
        t.advance(60);
        reply!(ids, root.cam("UpdateAssumeRolePolicy", json!({"RoleName": "ops", "PolicyDocument": service})), @"{}");
        reply!(ids, root.cam("UpdateRoleDescription", json!({"RoleName": "ops", "Description": "logs"})), @"{}");
        reply!(ids, root.cam("UpdateRoleConsoleLogin", json!({"RoleName": "ops", "ConsoleLogin": 1})), @"{}");
        reply!(ids, root.cam("UpdateRoleSessionDuration", json!({"RoleName": "ops", "SessionDuration": 3600})), @"{}");
        root.cam("UpdateAssumeRolePolicy", json!({"RoleName": "ops", "PolicyDocument": "{}"}))
            .await
            .fault("InvalidParameter.VersionError");
        reply!(ids, root.cam("GetRole", json!({"RoleId": made["RoleId"]})), @r#"
            {
              "RoleInfo": {
                "AddTime": "2026-01-01 08:00:00", "ConsoleLogin": 1, "DeletionTaskId": null,
                "Description": "logs",
                "PolicyDocument": `{"statement":[{"action":"name/sts:AssumeRole","effect":"allow","principal":{"service":["cls.cloud.tencent.com"]}}],"version":"2.0"}`,
                "RoleArn": "qcs::cam::uin/100000000001:roleName/ops", "RoleId": "<RoleId 1>", "RoleName": "ops",
                "RoleType": "user", "SessionDuration": 3600, "Tags": [], "UpdateTime": "2026-01-01 08:01:00"
              }
            }
        "#);

        root.cam("CreateRole", json!({"RoleName": "web", "PolicyDocument": own})).await.ok();
        reply!(ids, root.cam("DescribeRoleList", json!({"Page": 1, "Rp": 1})), @r#"
            {
              "List": [
                {
                  "AddTime": "2026-01-01 08:01:00", "ConsoleLogin": 0, "DeletionTaskId": null, "Description": "",
                  "PolicyDocument": `{"statement":[{"action":"name/sts:AssumeRole","effect":"allow","principal":{"qcs":["qcs::cam::uin/100000000001:root"]}}],"version":"2.0"}`,
                  "RoleArn": "qcs::cam::uin/100000000001:roleName/web", "RoleId": "<RoleId 2>",
                  "RoleName": "web", "RoleType": "user", "SessionDuration": 0, "Tags": [],
                  "UpdateTime": "2026-01-01 08:01:00"
                }
              ],
              "TotalNum": 2
            }
        "#);

        reply!(ids, root.cam("DeleteRole", json!({"RoleName": "ops"})), @"{}");
        root.cam("GetRole", json!({"RoleName": "ops"})).await.fault("InvalidParameter.RoleNotExist");
        root.cam("GetRole", json!({"RoleId": made["RoleId"]})).await.fault("InvalidParameter.RoleNotExist");
        root.cam("DeleteRole", json!({"RoleName": "ops"})).await.fault("InvalidParameter.RoleNotExist");
    });
}

#[test]
fn a_role_is_tagged_and_found_by_its_tags() {
    on_each_database(async |t| {
        let (root, ids) = (t.root(), Ids::default());
        let tags = |tags: &[(&str, &str)]| {
            tags.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect::<serde_json::Value>()
        };
        let tagged = async |wanted: &[(&str, &str)]| {
            root.cam("DescribeRoleList", json!({"Page": 1, "Rp": 20, "Tags": tags(wanted)})).await.ok()["TotalNum"]
                .clone()
        };
        let created = json!({
            "RoleName": "ops", "PolicyDocument": trust(&[root_of(&root.uin)]), "Tags": tags(&[("env", "prod")]),
        });
        root.cam("CreateRole", created).await.ok();
        root.role("web", &[root_of(&root.uin)]).await;
        assert_eq!(tagged(&[("env", "prod")]).await, 1);

        let changed = json!({"RoleName": "ops", "Tags": tags(&[("env", "test"), ("team", "a")])});
        reply!(ids, root.cam("TagRole", changed), @"{}");
        let role = root.cam("GetRole", json!({"RoleName": "ops"})).await.ok();
        shown!(ids, &role["RoleInfo"]["Tags"], @r#"[{"Key": "env", "Value": "test"}, {"Key": "team", "Value": "a"}]"#);
        assert_eq!(tagged(&[("env", "prod")]).await, 0);
        assert_eq!(tagged(&[("env", "test"), ("team", "a")]).await, 1);

        let twice = tags(&[("env", "a"), ("env", "b")]);
        root.cam("TagRole", json!({"RoleName": "ops", "Tags": twice})).await.fault("InvalidParameter.TagParamError");

        reply!(ids, root.cam("UntagRole", json!({"RoleName": "ops", "TagKeys": ["env", "unknown"]})), @"{}");
        let role = root.cam("GetRole", json!({"RoleName": "ops"})).await.ok();
        shown!(ids, &role["RoleInfo"]["Tags"], @r#"[{"Key": "team", "Value": "a"}]"#);
        assert_eq!(tagged(&[("env", "test")]).await, 0);

        root.cam("DeleteRole", json!({"RoleName": "ops"})).await.ok();
        assert_eq!(tagged(&[("team", "a")]).await, 0);
        let gone = json!({"RoleName": "ops", "Tags": tags(&[("team", "a")])});
        root.cam("TagRole", gone).await.fault("InvalidParameter.RoleNotExist");
    });
}
