//! Service-linked roles: created for a service, and deleted by a task.

use super::Ids;
use crate::support::{on_each_database, text};
use serde_json::json;

#[test]
fn a_service_linked_role_is_created_and_deleted_by_a_task() {
    on_each_database(async |t| {
        let (root, ids) = (t.root(), Ids::default());
        let created = json!({
            "QCSServiceName": ["cvm.qcloud.com"], "CustomSuffix": "Diagnostic", "Description": "checks",
            "Tags": [{"Key": "env", "Value": "test"}],
        });

        let made = reply!(ids, root.cam("CreateServiceLinkedRole", created.clone()), @r#"{"RoleId": "<RoleId 1>"}"#);
        root.cam("CreateServiceLinkedRole", created).await.fault("InvalidParameter.RoleNameInUse");
        root.cam("CreateServiceLinkedRole", json!({"QCSServiceName": ["cvm.example.com"]}))
            .await
            .fault("InvalidParameter.PrincipalServiceNotExist");
        let got = reply!(ids, root.cam("GetRole", json!({"RoleId": made["RoleId"]})), @r#"
            {
              "RoleInfo": {
                "AddTime": "2026-01-01 08:00:00", "ConsoleLogin": 0, "DeletionTaskId": null,
                "Description": "checks",
                "PolicyDocument": `{"statement":[{"action":"sts:AssumeRole","effect":"allow","principal":{"service":["cvm.qcloud.com"]}}],"version":"2.0"}`,
                "RoleArn": "qcs::cam::uin/100000000001:role/tencentcloudServiceRoleName/CVM_QCSLinkedRoleInCVM_Diagnostic",
                "RoleId": "<RoleId 1>", "RoleName": "CVM_QCSLinkedRoleInCVM_Diagnostic",
                "RoleType": "service_linked", "SessionDuration": 43200,
                "Tags": [{"Key": "env", "Value": "test"}], "UpdateTime": "2026-01-01 08:00:00"
              }
            }
        "#);
        let name = text(&got["RoleInfo"]["RoleName"]);

        // It cannot be deleted or bounded like an ordinary role.
        root.cam("DeleteRole", json!({"RoleName": name})).await.fault("InvalidParameter.ParamError");
        root.cam("PutRolePermissionsBoundary", json!({"RoleName": name, "PolicyId": 1}))
            .await
            .fault("InvalidParameter.ServiceLinkedRoleCantUsePermissionBoundary");

        let gone = reply!(ids, root.cam("DeleteServiceLinkedRole", json!({"RoleName": name})),
            @r#"{"DeletionTaskId": "<DeletionTaskId 1>"}"#);
        let task = json!({"DeletionTaskId": gone["DeletionTaskId"]});
        reply!(ids, root.cam("GetServiceLinkedRoleDeletionStatus", task),
            @r#"{"Reason": "ok", "ServiceName": "cvm.qcloud.com", "ServiceType": "cvm", "Status": "SUCCEEDED"}"#);
        root.cam("GetServiceLinkedRoleDeletionStatus", json!({"DeletionTaskId": "none"}))
            .await
            .fault("InvalidParameter.DeletionTaskNotExist");
        root.cam("GetRole", json!({"RoleName": name})).await.fault("InvalidParameter.RoleNotExist");
        root.cam("DeleteServiceLinkedRole", json!({"RoleName": name})).await.fault("InvalidParameter.RoleNotExist");
    });
}
