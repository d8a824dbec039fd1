//! Policies, the tenant's own and the presets.

use super::Ids;
use crate::support::{allow, on_each_database, text};
use serde_json::json;

#[test]
fn a_policy_is_created_changed_and_deleted() {
    on_each_database(async |t| {
        let (root, ids) = (t.root(), Ids::default());
        let document = allow("cvm:*", "*").to_string();

        reply!(ids, root.cam("ListPolicies", json!({"Scope": "Local"})),
            @r#"{"List": [], "ServiceTypeList": [], "TotalNum": 0}"#);
        let created = json!({
            "PolicyName": "reader", "PolicyDocument": document, "Description": "reads",
            "Tags": [{"Key": "env", "Value": "prod"}],
        });
        let made = reply!(ids, root.cam("CreatePolicy", created.clone()), @r#"{"PolicyId": <PolicyId 1>}"#);
        let policy = &made["PolicyId"];
        root.cam("CreatePolicy", created).await.fault("FailedOperation.PolicyNameInUse");
        reply!(ids, root.cam("GetPolicy", json!({"PolicyId": policy})), @r#"
            {
              "AddTime": "2026-01-01 08:00:00", "Description": "reads", "IsServiceLinkedRolePolicy": 0,
              "PolicyDocument": `{"statement":[{"action":"cvm:*","effect":"allow","resource":"*"}],"version":"2.0"}`,
              "PolicyName": "reader", "PresetAlias": null, "Tags": [{"Key": "env", "Value": "prod"}], "Type": 1,
              "UpdateTime": "2026-01-01 08:00:00"
            }
        "#);
        reply!(ids, root.cam("ListPolicies", json!({"Scope": "Local"})), @r#"
            {
              "List": [
                {
                  "AddTime": "2026-01-01 08:00:00", "AttachEntityBoundaryCount": 0, "AttachEntityCount": 0,
                  "Attachments": 0, "CreateMode": 2, "Deactived": 0, "DeactivedDetail": [],
                  "Description": "reads", "IsAttached": null, "IsServiceLinkedPolicy": 0, "PermissionLevel": "",
                  "PolicyId": <PolicyId 1>, "PolicyName": "reader", "ServiceType": "",
                  "Tags": [{"Key": "env", "Value": "prod"}], "Type": 1, "UpdateTime": "2026-01-01 08:00:00"
                }
              ],
              "ServiceTypeList": [], "TotalNum": 1
            }
        "#);

        t.advance(60);
        let other = allow("cam:GetUser", "*").to_string();
        let changed = json!({"PolicyId": policy, "Description": "reads users", "PolicyDocument": other});
        reply!(ids, root.cam("UpdatePolicy", changed), @r#"{"PolicyId": <PolicyId 1>}"#);
        reply!(ids, root.cam("GetPolicy", json!({"PolicyId": policy})), @r#"
            {
              "AddTime": "2026-01-01 08:00:00", "Description": "reads users", "IsServiceLinkedRolePolicy": 0,
              "PolicyDocument": `{"statement":[{"action":"cam:GetUser","effect":"allow","resource":"*"}],"version":"2.0"}`,
              "PolicyName": "reader", "PresetAlias": null, "Tags": [{"Key": "env", "Value": "prod"}], "Type": 1,
              "UpdateTime": "2026-01-01 08:01:00"
            }
        "#);
        let wrong = json!({"PolicyId": policy, "PolicyDocument": allow("nonsense", "*").to_string()});
        root.cam("UpdatePolicy", wrong).await.fault("InvalidParameter.ActionError");

        reply!(ids, root.cam("DeletePolicy", json!({"PolicyId": [policy]})), @"{}");
        root.cam("GetPolicy", json!({"PolicyId": policy})).await.fault("ResourceNotFound.PolicyIdNotFound");
        root.cam("DeletePolicy", json!({"PolicyId": [policy]})).await.fault("ResourceNotFound.PolicyIdNotFound");
        reply!(ids, root.cam("ListPolicies", json!({"Scope": "Local"})),
            @r#"{"List": [], "ServiceTypeList": [], "TotalNum": 0}"#);
    });
}

#[test]
fn a_preset_is_read_and_never_changed() {
    on_each_database(async |t| {
        let (root, ids) = (t.root(), Ids::default());
        reply!(ids, root.cam("GetPolicy", json!({"PolicyId": 1})), @r#"
            {
              "AddTime": "2016-06-02 19:40:09",
              "Description": "Everything in the account: users and their rights, finance and all resources",
              "IsServiceLinkedRolePolicy": 0,
              "PolicyDocument": `{"statement":[{"action":"*","effect":"allow","resource":"*"}],"version":"2.0"}`,
              "PolicyName": "AdministratorAccess", "PresetAlias": "", "Tags": [], "Type": 2,
              "UpdateTime": "2016-06-02 19:40:09"
            }
        "#);
        let document = allow("cvm:*", "*").to_string();
        root.cam("UpdatePolicy", json!({"PolicyId": 1, "PolicyDocument": document}))
            .await
            .fault("InvalidParameter.ParamError");
        root.cam("DeletePolicy", json!({"PolicyId": [1]})).await.fault("InvalidParameter.ParamError");
    });
}

#[test]
fn presets_are_listed_as_the_cloud_lists_them() {
    on_each_database(async |t| {
        let listed = t.root().cam("ListPolicies", json!({"Scope": "QCS", "Rp": 200})).await.ok();
        let listed = listed["List"].as_array().unwrap();
        let ids: Vec<u64> = listed.iter().take(4).map(|preset| preset["PolicyId"].as_u64().unwrap()).collect();
        assert_eq!(ids, [1, 400_411, 2, 3]);
        let names: Vec<String> =
            listed.iter().skip(4).map(|preset| text(&preset["PolicyName"]).to_lowercase()).collect();
        assert!(names.is_sorted(), "{names:?}");
        for (name, id, service) in [
            ("ReadOnlyAccess", 400_411, "cooperator"),
            ("QcloudAAIFullAccess", 534_810, "aai"),
            ("QcloudAccessForBAASRole", 3_915_863, "cvm"),
            ("QcloudAccessForCARole", 18_150_187, "cooperator"),
            ("QcloudCamReadOnlyAccess", 596_170, "cam"),
            ("QcloudTCRFullAccess", 30_100_465, "tcr"),
        ] {
            let preset = listed.iter().find(|preset| preset["PolicyName"] == name).unwrap();
            assert_eq!((&preset["PolicyId"], &preset["ServiceType"]), (&json!(id), &json!(service)), "{name}");
        }
    });
}

#[test]
fn a_document_is_read_back_byte_for_byte() {
    on_each_database(async |t| {
        let root = t.root();
        let document = "{ \"statement\" : [ {\"resource\":\"*\",\n\t\"action\":[\"cvm:*\"], \"effect\":\"allow\"} ],\r\n \"version\":\"2.0\" }";
        let made = root.cam("CreatePolicy", json!({"PolicyName": "p", "PolicyDocument": document})).await.ok();
        let got = root.cam("GetPolicy", json!({"PolicyId": made["PolicyId"]})).await.ok();
        assert_eq!(text(&got["PolicyDocument"]), document);
    });
}
