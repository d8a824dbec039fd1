//! Permission boundaries of users and roles.

use super::Ids;
use crate::support::{allow, on_each_database, root_of, trust};
use serde_json::json;

#[test]
fn a_boundary_is_put_replaced_and_deleted() {
    on_each_database(async |t| {
        let (root, ids) = (t.root(), Ids::default());
        let made = reply!(ids, root.cam("AddUser", json!({"Name": "dev"})), @r#"
            {
              "Name": "dev", "Password": "", "PhoneNumVerifyLink": "", "SecretId": "", "SecretKey": "",
              "Uid": <Uid 1>, "Uin": <Uin 1>
            }
        "#);
        let uin = &made["Uin"];
        let role = json!({"RoleName": "ops", "PolicyDocument": trust(&[root_of(&root.uin)])});
        let role = reply!(ids, root.cam("CreateRole", role), @r#"{"RoleId": "<RoleId 1>"}"#);
        let tags = json!([{"Key": "team", "Value": "web"}, {"Key": "env", "Value": "prod"}]);
        let document = allow("cam:GetUser", "*").to_string();
        let policy = json!({"PolicyName": "bound", "PolicyDocument": document, "Tags": tags});
        let made = reply!(ids, root.cam("CreatePolicy", policy), @r#"{"PolicyId": <PolicyId 1>}"#);
        let policy = &made["PolicyId"];
        root.policy("other", &allow("cam:GetUser", "*")).await;

        // A user.
        reply!(ids, root.cam("GetUserPermissionBoundary", json!({"TargetUin": uin})), @r#"
            {
              "CreateMode": null, "PolicyDocument": null, "PolicyId": null, "PolicyName": null,
              "PolicyType": null
            }
        "#);
        reply!(ids, root.cam("PutUserPermissionsBoundary", json!({"TargetUin": uin, "PolicyId": 1})), @"{}");
        reply!(ids, root.cam("PutUserPermissionsBoundary", json!({"TargetUin": uin, "PolicyId": policy})), @"{}");
        reply!(ids, root.cam("GetUserPermissionBoundary", json!({"TargetUin": uin})), @r#"
            {
              "CreateMode": 2,
              "PolicyDocument": `{"statement":[{"action":"cam:GetUser","effect":"allow","resource":"*"}],"version":"2.0"}`,
              "PolicyId": <PolicyId 1>, "PolicyName": "bound", "PolicyType": 1
            }
        "#);
        root.cam("PutUserPermissionsBoundary", json!({"TargetUin": uin, "PolicyId": 999_999}))
            .await
            .fault("InvalidParameter.PolicyIdNotExist");

        // A role.
        reply!(ids, root.cam("PutRolePermissionsBoundary", json!({"RoleName": "ops", "PolicyId": policy})), @"{}");
        reply!(ids, root.cam("GetRolePermissionBoundary", json!({"RoleId": role["RoleId"]})), @r#"
            {
              "CreateMode": 2,
              "PolicyDocument": `{"statement":[{"action":"cam:GetUser","effect":"allow","resource":"*"}],"version":"2.0"}`,
              "PolicyId": <PolicyId 1>, "PolicyName": "bound", "PolicyType": 1
            }
        "#);
        root.cam("PutRolePermissionsBoundary", json!({"RoleName": "nobody", "PolicyId": policy}))
            .await
            .fault("InvalidParameter.RoleNotExist");

        // A policy shows how many users and roles have it as their boundary.
        let bounded = async || {
            let listed = root.cam("ListPolicies", json!({"Scope": "Local"})).await.ok();
            [0, 1].map(|place| {
                let policy = &listed["List"][place];
                json!([policy["PolicyName"], policy["Tags"], policy["AttachEntityBoundaryCount"]])
            })
        };
        assert_eq!(bounded().await, [json!(["other", [], 0]), json!(["bound", tags, 2])]);

        reply!(ids, root.cam("DeleteUserPermissionsBoundary", json!({"TargetUin": uin})), @"{}");
        reply!(ids, root.cam("DeleteRolePermissionsBoundary", json!({"RoleName": "ops"})), @"{}");
        reply!(ids, root.cam("GetUserPermissionBoundary", json!({"TargetUin": uin})), @r#"
            {
              "CreateMode": null, "PolicyDocument": null, "PolicyId": null, "PolicyName": null,
              "PolicyType": null
            }
        "#);
        reply!(ids, root.cam("GetRolePermissionBoundary", json!({"RoleId": role["RoleId"]})), @r#"
            {
              "CreateMode": null, "PolicyDocument": null, "PolicyId": null, "PolicyName": null,
              "PolicyType": null
            }
        "#);
        assert_eq!(bounded().await, [json!(["other", [], 0]), json!(["bound", tags, 0])]);
    });
}
