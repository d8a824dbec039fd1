//! Versions of a policy, of which one is the default.

use super::Ids;
use crate::support::{allow, on_each_database};
use serde_json::json;

#[test]
fn a_version_is_created_made_the_default_and_deleted() {
    on_each_database(async |t| {
        let (root, ids) = (t.root(), Ids::default());
        let policy = root.policy("reader", &allow("cam:GetUser", "*")).await;
        let created = |action: &str, default: bool| json!({"PolicyId": policy, "PolicyDocument": allow(action, "*").to_string(), "SetAsDefault": default});
        let version = |version: u64| json!({"PolicyId": policy, "VersionId": version});

        reply!(ids, root.cam("ListPolicyVersions", json!({"PolicyId": policy})),
            @r#"{"Versions": [{"CreateDate": "2026-01-01T00:00:00Z", "IsDefaultVersion": 1, "VersionId": 1}]}"#);
        t.advance(60);
        reply!(ids, root.cam("CreatePolicyVersion", created("cam:ListUsers", false)), @r#"{"VersionId": 2}"#);
        reply!(ids, root.cam("CreatePolicyVersion", created("cam:GetRole", true)), @r#"{"VersionId": 3}"#);
        reply!(ids, root.cam("ListPolicyVersions", json!({"PolicyId": policy})), @r#"
            {
              "Versions": [
                {"CreateDate": "2026-01-01T00:00:00Z", "IsDefaultVersion": 0, "VersionId": 1},
                {"CreateDate": "2026-01-01T00:01:00Z", "IsDefaultVersion": 0, "VersionId": 2},
                {"CreateDate": "2026-01-01T00:01:00Z", "IsDefaultVersion": 1, "VersionId": 3}
              ]
            }
        "#);
        reply!(ids, root.cam("GetPolicyVersion", version(2)), @r#"
            {
              "PolicyVersion": {
                "CreateDate": "2026-01-01T00:01:00Z",
                "Document": `{"statement":[{"action":"cam:ListUsers","effect":"allow","resource":"*"}],"version":"2.0"}`,
                "IsDefaultVersion": 0, "VersionId": 2
              }
            }
        "#);

        reply!(ids, root.cam("SetDefaultPolicyVersion", version(2)), @"{}");
        let got = root.cam("GetPolicy", json!({"PolicyId": policy})).await.ok();
        assert_eq!(got["PolicyDocument"], allow("cam:ListUsers", "*").to_string());
        root.cam("SetDefaultPolicyVersion", version(2)).await.fault("FailedOperation.PolicyVersionAlreadyDefault");
        root.cam("SetDefaultPolicyVersion", version(9)).await.fault("InvalidParameter.PolicyVersionNotExists");

        root.cam("DeletePolicyVersion", json!({"PolicyId": policy, "VersionId": [2]}))
            .await
            .fault("FailedOperation.PolicyVersionAlreadyDefault");
        reply!(ids, root.cam("DeletePolicyVersion", json!({"PolicyId": policy, "VersionId": [1, 3]})), @"{}");
        root.cam("GetPolicyVersion", version(1)).await.fault("InvalidParameter.PolicyVersionNotExists");
        // Version numbers are not reused.
        reply!(ids, root.cam("CreatePolicyVersion", created("cam:GetRole", false)), @r#"{"VersionId": 4}"#);
        reply!(ids, root.cam("ListPolicyVersions", json!({"PolicyId": policy})), @r#"
            {
              "Versions": [
                {"CreateDate": "2026-01-01T00:01:00Z", "IsDefaultVersion": 1, "VersionId": 2},
                {"CreateDate": "2026-01-01T00:01:00Z", "IsDefaultVersion": 0, "VersionId": 4}
              ]
            }
        "#);

        root.cam("DeletePolicy", json!({"PolicyId": [policy]})).await.ok();
        root.cam("ListPolicyVersions", json!({"PolicyId": policy})).await.fault("ResourceNotFound.PolicyIdNotFound");
    });
}
