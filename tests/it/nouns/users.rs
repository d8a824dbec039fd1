//! Sub-users.

use super::Ids;
use crate::support::on_each_database;
use serde_json::json;

#[test]
fn a_user_is_added_changed_and_deleted() {
    on_each_database(async |t| {
        let (root, ids) = (t.root(), Ids::default());

        reply!(ids, root.cam("ListUsers", json!({})), @r#"{"Data": []}"#);
        let added = json!({
            "Name": "carol", "Remark": "first", "ConsoleLogin": 1, "Password": "Passw0rd!x", "NeedResetPassword": 0,
            "PhoneNum": "13800000000", "CountryCode": "86", "Email": "carol@example.com",
        });
        let carol = reply!(ids, root.cam("AddUser", added.clone()), @r#"
            {
              "Name": "carol", "Password": "", "PhoneNumVerifyLink": "", "SecretId": "", "SecretKey": "",
              "Uid": <Uid 1>, "Uin": <Uin 1>
            }
        "#);
        root.cam("AddUser", added).await.fault("InvalidParameter.SubUserNameInUse");
        reply!(ids, root.cam("GetUser", json!({"Name": "carol"})), @r#"
            {
              "ConsoleLogin": 1, "CountryCode": "86", "Email": "carol@example.com", "Name": "carol",
              "PhoneNum": "13800000000", "RecentlyLoginIP": "", "RecentlyLoginTime": "", "Remark": "first",
              "Uid": <Uid 1>, "Uin": <Uin 1>
            }
        "#);

        // With a key from the start.
        reply!(ids, root.cam("AddUser", json!({"Name": "dave", "UseApi": 1})), @r#"
            {
              "Name": "dave", "Password": "", "PhoneNumVerifyLink": "", "SecretId": "<SecretId 1>",
              "SecretKey": "<SecretKey 1>", "Uid": <Uid 2>, "Uin": <Uin 2>
            }
        "#);

        let changed = json!({"Name": "carol", "Remark": "other", "Email": "c@example.com", "ConsoleLogin": 0});
        reply!(ids, root.cam("UpdateUser", changed), @"{}");
        reply!(ids, root.cam("ListUsers", json!({})), @r#"
            {
              "Data": [
                {
                  "ConsoleLogin": 0, "CountryCode": "86", "CreateTime": "2026-01-01 08:00:00",
                  "Email": "c@example.com", "Name": "carol", "NickName": "carol", "PhoneNum": "13800000000",
                  "Remark": "other", "Uid": <Uid 1>, "Uin": <Uin 1>
                },
                {
                  "ConsoleLogin": 0, "CountryCode": "86", "CreateTime": "2026-01-01 08:00:00", "Email": "",
                  "Name": "dave", "NickName": "dave", "PhoneNum": "", "Remark": "", "Uid": <Uid 2>,
                  "Uin": <Uin 2>
                }
              ]
            }
        "#);
        root.cam("UpdateUser", json!({"Name": "nobody", "Remark": "x"})).await.fault("ResourceNotFound.UserNotExist");

        // A user with a key is deleted by force alone.
        root.cam("DeleteUser", json!({"Name": "dave"})).await.fault("OperationDenied.HaveKeys");
        reply!(ids, root.cam("DeleteUser", json!({"Name": "dave", "Force": 1})), @"{}");
        reply!(ids, root.cam("DeleteUser", json!({"Name": "carol"})), @"{}");
        root.cam("GetUser", json!({"Name": "carol"})).await.fault("ResourceNotFound.UserNotExist");
        root.cam("DeleteUser", json!({"Name": "carol"})).await.fault("ResourceNotFound.UserNotExist");
        let again = root.cam("AddUser", json!({"Name": "carol"})).await.ok();
        assert_ne!(again["Uin"], carol["Uin"], "a user of the same name is another user");
    });
}
