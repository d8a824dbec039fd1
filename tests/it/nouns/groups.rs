//! User groups and their members.

use super::Ids;
use crate::support::on_each_database;
use serde_json::json;

#[test]
fn a_group_is_created_filled_emptied_and_deleted() {
    on_each_database(async |t| {
        let (root, ids) = (t.root(), Ids::default());
        let carol = root.cam("AddUser", json!({"Name": "carol"})).await.ok();
        let dave = root.cam("AddUser", json!({"Name": "dave"})).await.ok();

        reply!(ids, root.cam("ListGroups", json!({})), @r#"{"GroupInfo": [], "TotalNum": 0}"#);
        let made = reply!(ids, root.cam("CreateGroup", json!({"GroupName": "crew", "Remark": "all hands"})),
            @r#"{"GroupId": <GroupId 1>}"#);
        let group = &made["GroupId"];
        root.cam("CreateGroup", json!({"GroupName": "crew"})).await.fault("InvalidParameter.GroupNameInUse");
        reply!(ids, root.cam("GetGroup", json!({"GroupId": group})), @r#"
            {
              "CreateTime": "2026-01-01 08:00:00", "GroupId": <GroupId 1>, "GroupName": "crew", "GroupNum": 0,
              "Remark": "all hands", "UserInfo": []
            }
        "#);

        // A member is named by its uid or by its uin.
        let members = json!([{"GroupId": group, "Uid": carol["Uid"]}, {"GroupId": group, "Uin": dave["Uin"]}]);
        reply!(ids, root.cam("AddUserToGroup", json!({"Info": members})), @"{}");
        reply!(ids, root.cam("ListUsersForGroup", json!({"GroupId": group})), @r#"
            {
              "TotalNum": 2,
              "UserInfo": [
                {
                  "CountryCode": "86", "CreateTime": "2026-01-01 08:00:00", "Email": "", "EmailFlag": 0,
                  "IsReceiverOwner": 0, "Name": "dave", "PhoneFlag": 0, "PhoneNum": "", "Remark": "",
                  "Uid": <Uid 1>, "Uin": <Uin 1>, "UserType": 0
                },
                {
                  "CountryCode": "86", "CreateTime": "2026-01-01 08:00:00", "Email": "", "EmailFlag": 0,
                  "IsReceiverOwner": 0, "Name": "carol", "PhoneFlag": 0, "PhoneNum": "", "Remark": "",
                  "Uid": <Uid 2>, "Uin": <Uin 2>, "UserType": 0
                }
              ]
            }
        "#);
        reply!(ids, root.cam("ListGroupsForUser", json!({"Uid": carol["Uid"]})), @r#"
            {
              "GroupInfo": [
                {
                  "CreateTime": "2026-01-01 08:00:00", "GroupId": <GroupId 1>, "GroupName": "crew",
                  "Remark": "all hands"
                }
              ],
              "TotalNum": 1
            }
        "#);
        let unknown = json!({"Info": [{"GroupId": group, "Uid": 99}]});
        root.cam("AddUserToGroup", unknown).await.fault("ResourceNotFound.UserNotExist");

        reply!(ids, root.cam("UpdateGroup", json!({"GroupId": group, "GroupName": "team", "Remark": "some"})), @"{}");
        reply!(ids, root.cam("GetGroup", json!({"GroupId": group})), @r#"
            {
              "CreateTime": "2026-01-01 08:00:00", "GroupId": <GroupId 1>, "GroupName": "team", "GroupNum": 2,
              "Remark": "some",
              "UserInfo": [
                {
                  "CountryCode": "86", "CreateTime": "2026-01-01 08:00:00", "Email": "", "EmailFlag": 0,
                  "IsReceiverOwner": 0, "Name": "dave", "PhoneFlag": 0, "PhoneNum": "", "Remark": "",
                  "Uid": <Uid 1>, "Uin": <Uin 1>, "UserType": 0
                },
                {
                  "CountryCode": "86", "CreateTime": "2026-01-01 08:00:00", "Email": "", "EmailFlag": 0,
                  "IsReceiverOwner": 0, "Name": "carol", "PhoneFlag": 0, "PhoneNum": "", "Remark": "",
                  "Uid": <Uid 2>, "Uin": <Uin 2>, "UserType": 0
                }
              ]
            }
        "#);

        let member = json!({"Info": [{"GroupId": group, "Uid": carol["Uid"]}]});
        reply!(ids, root.cam("RemoveUserFromGroup", member), @"{}");
        reply!(ids, root.cam("ListGroupsForUser", json!({"Uid": carol["Uid"]})),
            @r#"{"GroupInfo": [], "TotalNum": 0}"#);
        reply!(ids, root.cam("ListGroups", json!({"Keyword": "tea"})), @r#"
            {
              "GroupInfo": [
                {
                  "CreateTime": "2026-01-01 08:00:00", "GroupId": <GroupId 1>, "GroupName": "team",
                  "Remark": "some"
                }
              ],
              "TotalNum": 1
            }
        "#);

        // Its members are not deleted with it.
        reply!(ids, root.cam("DeleteGroup", json!({"GroupId": group})), @"{}");
        root.cam("GetGroup", json!({"GroupId": group})).await.fault("ResourceNotFound.UserNotExist");
        root.cam("ListUsersForGroup", json!({"GroupId": group})).await.fault("ResourceNotFound.GroupNotExist");
        reply!(ids, root.cam("ListGroupsForUser", json!({"SubUin": dave["Uin"]})),
            @r#"{"GroupInfo": [], "TotalNum": 0}"#);
        root.cam("GetUser", json!({"Name": "dave"})).await.ok();
    });
}
