//! Policies attached to users, groups and roles.

use super::Ids;
use crate::support::{allow, on_each_database, root_of, trust};
use serde_json::{Value, json};

#[test]
fn a_policy_is_attached_to_each_kind_of_holder_and_detached() {
    on_each_database(async |t| {
        let (root, ids) = (t.root(), Ids::default());
        let user = reply!(ids, root.cam("AddUser", json!({"Name": "dev"})), @r#"
            {
              "Name": "dev", "Password": "", "PhoneNumVerifyLink": "", "SecretId": "", "SecretKey": "",
              "Uid": <Uid 1>, "Uin": <Uin 1>
            }
        "#);
        let group = reply!(ids, root.cam("CreateGroup", json!({"GroupName": "crew"})), @r#"{"GroupId": <GroupId 1>}"#);
        let role = json!({"RoleName": "ops", "PolicyDocument": trust(&[root_of(&root.uin)])});
        reply!(ids, root.cam("CreateRole", role), @r#"{"RoleId": "<RoleId 1>"}"#);
        let shared = json!({"PolicyName": "shared", "PolicyDocument": allow("cam:ListUsers", "*").to_string()});
        let made = reply!(ids, root.cam("CreatePolicy", shared), @r#"{"PolicyId": <PolicyId 1>}"#);
        let (uin, group, policy) = (&user["Uin"], &group["GroupId"], &made["PolicyId"]);

        // A user.
        reply!(ids, root.cam("AttachUserPolicy", json!({"PolicyId": policy, "AttachUin": uin})), @"{}");
        reply!(ids, root.cam("ListAttachedUserPolicies", json!({"TargetUin": uin})), @r#"
            {
              "List": [
                {
                  "AddTime": "2026-01-01 08:00:00", "CreateMode": 2, "Deactived": 0, "DeactivedDetail": [],
                  "OperateOwnerUin": null, "OperateUin": null, "OperateUinType": null, "PolicyId": <PolicyId 1>,
                  "PolicyName": "shared", "PolicyType": "User", "Remark": ""
                }
              ],
              "TotalNum": 1
            }
        "#);
        // A group, which has a preset attached as well.
        root.cam("AddUserToGroup", json!({"Info": [{"Uin": uin, "GroupId": group}]})).await.ok();
        reply!(ids, root.cam("AttachGroupPolicy", json!({"PolicyId": policy, "AttachGroupId": group})), @"{}");
        root.cam("AttachGroupPolicy", json!({"PolicyId": 1, "AttachGroupId": group})).await.ok();
        reply!(ids, root.cam("ListAttachedGroupPolicies", json!({"TargetGroupId": group})), @r#"
            {
              "List": [
                {
                  "AddTime": "2026-01-01 08:00:00", "CreateMode": 2, "Deactived": 0, "DeactivedDetail": [],
                  "OperateOwnerUin": null, "OperateUin": null, "OperateUinType": null, "PolicyId": 1,
                  "PolicyName": "AdministratorAccess", "PolicyType": "QCS",
                  "Remark": "Everything in the account: users and their rights, finance and all resources"
                },
                {
                  "AddTime": "2026-01-01 08:00:00", "CreateMode": 2, "Deactived": 0, "DeactivedDetail": [],
                  "OperateOwnerUin": null, "OperateUin": null, "OperateUinType": null, "PolicyId": <PolicyId 1>,
                  "PolicyName": "shared", "PolicyType": "User", "Remark": ""
                }
              ],
              "TotalNum": 2
            }
        "#);
        // A role.
        reply!(ids, root.cam("AttachRolePolicy", json!({"PolicyId": policy, "AttachRoleName": "ops"})), @"{}");
        reply!(ids, root.cam("ListAttachedRolePolicies", json!({"Page": 1, "Rp": 20, "RoleName": "ops"})), @r#"
            {
              "List": [
                {
                  "AddTime": "2026-01-01 08:00:00", "CreateMode": 2, "Deactived": 0, "DeactivedDetail": [],
                  "Description": "", "PolicyId": <PolicyId 1>, "PolicyName": "shared", "PolicyType": "User"
                }
              ],
              "TotalNum": 1
            }
        "#);
        root.cam("AttachUserPolicy", json!({"PolicyId": 999_999, "AttachUin": uin}))
            .await
            .fault("ResourceNotFound.PolicyIdNotFound");
        root.cam("AttachRolePolicy", json!({"PolicyId": policy, "AttachRoleName": "nobody"}))
            .await
            .fault("InvalidParameter.RoleNotExist");

        // Everybody to whom the policy is attached.
        let all = json!({"PolicyId": policy, "EntityFilter": "All"});
        let everybody = reply!(ids, root.cam("ListEntitiesForPolicy", all), @r#"
            {
              "List": [
                {
                  "AttachmentTime": "2026-01-01 08:00:00", "Id": "<RoleId 1>", "Name": "ops", "RelatedType": 3,
                  "Uin": 0
                },
                {
                  "AttachmentTime": "2026-01-01 08:00:00", "Id": "<GroupId 1>", "Name": "crew", "RelatedType": 2,
                  "Uin": 0
                },
                {
                  "AttachmentTime": "2026-01-01 08:00:00", "Id": "<Uid 1>", "Name": "dev", "RelatedType": 1,
                  "Uin": <Uin 1>
                }
              ],
              "TotalNum": 3
            }
        "#);
        for (place, kind) in ["Role", "Group", "User"].into_iter().enumerate() {
            let filtered = json!({"PolicyId": policy, "EntityFilter": kind});
            let listed = root.cam("ListEntitiesForPolicy", filtered).await.ok();
            assert_eq!(listed, json!({"List": [everybody["List"][place]], "TotalNum": 1}));
        }

        // The user's policies, its own and those of its group.
        let all = |more: Value| {
            let mut params = json!({"TargetUin": uin, "Page": 1, "Rp": 20, "AttachType": 0});
            params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            root.call("cam", "2019-01-16", "ListAttachedUserAllPolicies", params).send()
        };
        reply!(ids, all(json!({})), @r#"
            {
              "PolicyList": [
                {
                  "AddTime": "2026-01-01 08:00:00", "CreateMode": "2", "Deactived": 0, "DeactivedDetail": [],
                  "Description": "", "Groups": [{"GroupId": <GroupId 1>, "GroupName": "crew"}],
                  "PolicyId": "<PolicyId 1>", "PolicyName": "shared", "StrategyType": "1"
                },
                {
                  "AddTime": "2026-01-01 08:00:00", "CreateMode": "2", "Deactived": 0, "DeactivedDetail": [],
                  "Description": "Everything in the account: users and their rights, finance and all resources",
                  "Groups": [{"GroupId": <GroupId 1>, "GroupName": "crew"}], "PolicyId": "1",
                  "PolicyName": "AdministratorAccess", "StrategyType": "2"
                }
              ],
              "TotalNum": 2
            }
        "#);
        let has = async |more: Value| {
            let listed = all(more).await.ok();
            let policies = listed["PolicyList"].as_array().unwrap();
            assert_eq!(listed["TotalNum"], policies.len());
            let groups = |policy: &Value| policy["Groups"].as_array().unwrap().len();
            let shown = |policy: &Value| json!([policy["PolicyName"], policy["StrategyType"], groups(policy)]);
            policies.iter().map(shown).collect::<Vec<_>>()
        };
        let (own, preset) = (json!(["shared", "1", 1]), json!(["AdministratorAccess", "2", 1]));
        assert_eq!(has(json!({"AttachType": 1})).await, std::slice::from_ref(&own));
        assert_eq!(has(json!({"AttachType": 2})).await, [own.clone(), preset.clone()]);
        assert_eq!(has(json!({"StrategyType": 2})).await, std::slice::from_ref(&preset));
        // 0 means both, as if it was left out.
        assert_eq!(has(json!({"StrategyType": 0})).await, [own.clone(), preset.clone()]);
        assert_eq!(has(json!({"Keyword": "har"})).await, [own]);

        reply!(ids, root.cam("DetachUserPolicy", json!({"PolicyId": policy, "DetachUin": uin})), @"{}");
        reply!(ids, root.cam("DetachGroupPolicy", json!({"PolicyId": policy, "DetachGroupId": group})), @"{}");
        reply!(ids, root.cam("DetachRolePolicy", json!({"PolicyId": policy, "DetachRoleName": "ops"})), @"{}");
        reply!(ids, root.cam("ListEntitiesForPolicy", json!({"PolicyId": policy})), @r#"{"List": [], "TotalNum": 0}"#);
        assert_eq!(has(json!({})).await, [preset]);

        // Deleting a policy detaches it from everybody.
        root.cam("AttachUserPolicy", json!({"PolicyId": policy, "AttachUin": uin})).await.ok();
        root.cam("DeletePolicy", json!({"PolicyId": [policy]})).await.ok();
        reply!(ids, root.cam("ListAttachedUserPolicies", json!({"TargetUin": uin})), @r#"{"List": [], "TotalNum": 0}"#);
    });
}
