//! Access keys.

use super::Ids;
use crate::support::{allow, on_each_database, root_of, text};
use serde_json::json;

#[test]
fn a_key_is_created_disabled_enabled_and_deleted() {
    on_each_database(async |t| {
        let (root, ids) = (t.root(), Ids::default());
        let uin = root.cam("AddUser", json!({"Name": "dev"})).await.ok()["Uin"].clone();

        reply!(ids, root.cam("ListAccessKeys", json!({"TargetUin": uin})), @r#"{"AccessKeys": []}"#);
        let made = reply!(ids, root.cam("CreateAccessKey", json!({"TargetUin": uin, "Description": "laptop"})), @r#"
            {
              "AccessKey": {
                "AccessKeyId": "<AccessKeyId 1>", "CreateTime": "2026-01-01 08:00:00", "Description": "laptop",
                "SecretAccessKey": "<SecretAccessKey 1>", "Status": "Active"
              }
            }
        "#);
        let (id, secret) = (text(&made["AccessKey"]["AccessKeyId"]), text(&made["AccessKey"]["SecretAccessKey"]));
        let dev = t.caller(&uin.to_string(), id, secret);
        reply!(ids, dev.sts("GetCallerIdentity", json!({})), @r#"
            {
              "AccountId": "100000000001", "Arn": "qcs::cam:100000000001:uin/116955031916",
              "PrincipalId": "116955031916", "Type": "CAMUser", "UserId": "116955031916"
            }
        "#);
        reply!(ids, root.cam("ListAccessKeys", json!({"TargetUin": uin})), @r#"
            {
              "AccessKeys": [
                {
                  "AccessKeyId": "<AccessKeyId 1>", "CreateTime": "2026-01-01 08:00:00", "Description": "laptop",
                  "Status": "Active"
                }
              ]
            }
        "#);

        // A user has at most two keys.
        let second = root.cam("CreateAccessKey", json!({"TargetUin": uin})).await.ok();
        root.cam("CreateAccessKey", json!({"TargetUin": uin})).await.fault("OperationDenied.AccessKeyOverLimit");

        let status = |status: &str| {
            let params = json!({"AccessKeyId": id, "Status": status, "TargetUin": uin});
            root.call("cam", "2019-01-16", "UpdateAccessKey", params).send()
        };
        reply!(ids, status("Inactive"), @"{}");
        dev.sts("GetCallerIdentity", json!({})).await.fault("AuthFailure.SecretIdNotFound");
        reply!(ids, root.cam("ListAccessKeys", json!({"TargetUin": uin})), @r#"
            {
              "AccessKeys": [
                {
                  "AccessKeyId": "<AccessKeyId 1>", "CreateTime": "2026-01-01 08:00:00", "Description": "laptop",
                  "Status": "Inactive"
                },
                {"AccessKeyId": "<AccessKeyId 2>", "CreateTime": "2026-01-01 08:00:00", "Status": "Active"}
              ]
            }
        "#);
        reply!(ids, status("Active"), @"{}");
        dev.sts("GetCallerIdentity", json!({})).await.ok();

        reply!(ids, root.cam("DeleteAccessKey", json!({"AccessKeyId": id, "TargetUin": uin})), @"{}");
        dev.sts("GetCallerIdentity", json!({})).await.fault("AuthFailure.SecretIdNotFound");
        status("Active").await.fault("ResourceNotFound.SecretNotExist");
        root.cam("DeleteAccessKey", json!({"AccessKeyId": id, "TargetUin": uin}))
            .await
            .fault("ResourceNotFound.SecretNotExist");
        let left = root.cam("ListAccessKeys", json!({"TargetUin": uin})).await.ok();
        assert_eq!(left["AccessKeys"].as_array().map(Vec::len), Some(1));
        assert_eq!(left["AccessKeys"][0]["AccessKeyId"], second["AccessKey"]["AccessKeyId"]);
    });
}

#[test]
fn a_role_session_has_no_keys_of_its_own() {
    on_each_database(async |t| {
        let root = t.root();
        root.role("keys", &[root_of(&root.uin)]).await;
        root.cam("AttachRolePolicy", json!({"PolicyId": 1, "AttachRoleName": "keys"})).await.ok();
        let user = root.user("dev").await;
        root.grant(&user, "assume", &allow("sts:AssumeRole", "*")).await;
        let session = user.assume(&root.uin, "keys").await;
        for action in ["CreateAccessKey", "ListAccessKeys"] {
            session.cam(action, json!({})).await.fault("InvalidParameter.ParamError");
        }
        session.cam("ListAccessKeys", json!({"TargetUin": user.uin.parse::<u64>().unwrap()})).await.ok();
    });
}
