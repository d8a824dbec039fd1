//! What the real cloud answered to calls that were recorded in public in October 2022: the names of the members, their
//! order, their types, and which of them are null. Members that its interface got later stand behind those.

use crate::support::{Caller, Reply, allow, in_memory, operations, text};
use camulator::dialect::decode::Json;
use serde_json::{Value, json};

/// The recorded shapes, by action. A member is `name:kind`; of a list the items have the shape that stands in it.
const RECORDED: &[(&str, &str)] = &[
    (
        "ListUsers",
        "{Data:[{Uin:int Name:text Uid:int Remark:text ConsoleLogin:int PhoneNum:text CountryCode:text Email:text \
         CreateTime:time NickName:text}] RequestId:text}",
    ),
    ("ListAccessKeys", "{AccessKeys:[{AccessKeyId:text Status:text CreateTime:time}] RequestId:text}"),
    ("GetSecurityLastUsed", "{SecretIdLastUsedRows:[{SecretId:text LastUsedDate:null}] RequestId:text}"),
    (
        "DescribeSubAccounts",
        "{SubAccounts:[{Uid:int Uin:int Name:text UserType:int Remark:text CreateTime:time LastLoginIp:any \
         LastLoginTime:any}] RequestId:text}",
    ),
    (
        "DescribeSafeAuthFlagColl",
        "{LoginFlag:{Phone:int Token:int Stoken:int Wechat:int Custom:int} \
         ActionFlag:{Phone:int Token:int Stoken:int Wechat:int Custom:int} \
         OffsiteFlag:{VerifyFlag:int NotifyPhone:int NotifyEmail:int NotifyWechat:int Tips:int} RequestId:text}",
    ),
    (
        "ListGroupsForUser",
        "{TotalNum:int GroupInfo:[{GroupId:int GroupName:text CreateTime:time Remark:text}] RequestId:text}",
    ),
    (
        "ListPolicies",
        "{ServiceTypeList:[] List:[{PolicyId:int PolicyName:text Type:int Description:text CreateMode:int \
         Attachments:int ServiceType:text IsAttached:null IsServiceLinkedPolicy:int AttachEntityCount:int \
         AttachEntityBoundaryCount:int AddTime:time UpdateTime:time Deactived:int DeactivedDetail:[]}] TotalNum:int \
         RequestId:text}",
    ),
    (
        "GetPolicy",
        "{PolicyDocument:text UpdateTime:time AddTime:time PolicyName:text Description:text Type:int PresetAlias:null \
         IsServiceLinkedRolePolicy:int RequestId:text}",
    ),
    (
        "GetResources",
        "{PaginationToken:text ResourceTagMappingList:[{Resource:text Tags:[{TagKey:text TagValue:text}]}] \
         RequestId:text}",
    ),
    ("TagResources", "{FailedResources:[] RequestId:text}"),
];

/// Members that are younger than the recordings.
const LATER: &[&str] =
    &["Tags", "PermissionLevel", "Category", "Mail", "U2FToken", "Passkey", "LastSecretUsedDate", "PromptTrust"];

/// Values of any kind: nobody signs in to a console here.
const ANY: &[&str] = &["LastLoginIp", "LastLoginTime"];

/// Writes the shape of a value as [`RECORDED`] has it, and puts what is wrong with it in itself into `wrong`.
fn shape(value: &Json, wrong: &mut Vec<String>) -> String {
    match value {
        Json::Null => "null".to_owned(),
        Json::Bool(_) => "bool".to_owned(),
        Json::Int(_) => "int".to_owned(),
        Json::Float(_) | Json::LongList => "?".to_owned(),
        Json::Text(text) => {
            let is_time = text.len() == 19 && text.as_bytes()[10] == b' ' && text.as_bytes()[4] == b'-';
            if is_time { "time" } else { "text" }.to_owned()
        }
        Json::List(items) => {
            let mut shapes: Vec<String> = items.iter().map(|item| shape(item, wrong)).collect();
            shapes.dedup();
            if shapes.len() > 1 {
                wrong.push(format!("the items differ: {shapes:?}"));
            }
            format!("[{}]", shapes.first().map_or("", String::as_str))
        }
        Json::Object(members) => {
            // `Tags` is younger as a list of `Key` and `Value`; TAG had it from the beginning.
            let is_later = |name: &String, value: &Json| {
                let of_tag = matches!(value, Json::List(items) if items.iter().any(|tag| tag.get("TagKey").is_some()));
                LATER.contains(&name.as_str()) && !of_tag
            };
            let mut shown = Vec::new();
            let mut behind = false;
            for (name, value) in members {
                let kind = if ANY.contains(&name.as_str()) { "any".to_owned() } else { shape(value, wrong) };
                if is_later(name, value) {
                    behind = true;
                    continue;
                }
                if behind && name != "RequestId" {
                    wrong.push(format!("{name} stands behind a younger member"));
                }
                shown.push(format!("{name}:{kind}"));
            }
            format!("{{{}}}", shown.join(" "))
        }
    }
}

/// Asserts that a reply has the recorded shape, and returns it.
#[track_caller]
fn as_recorded(action: &str, reply: &Reply) -> Value {
    let members = reply.ok();
    let body = Json::read(&reply.body).unwrap();
    let (_, expected) = RECORDED.iter().find(|(recorded, _)| *recorded == action).unwrap();
    let mut wrong = Vec::new();
    let found = shape(body.get("Response").unwrap(), &mut wrong);
    assert_eq!(found, *expected, "{action}");
    assert!(wrong.is_empty(), "{action}: {wrong:?}");
    members
}

/// Calls an action of CAM that was recorded.
async fn call(caller: &Caller, action: &str, params: Value) -> Value {
    as_recorded(action, &caller.cam(action, params).await)
}

async fn tag(caller: &Caller, action: &str, params: Value) -> Value {
    as_recorded(action, &caller.call("tag", "2018-08-13", action, params).send().await)
}

#[test]
fn users_keys_and_groups_are_as_recorded() {
    in_memory(async |t| {
        let root = t.root();
        let first = json!({
            "Name": "sub-account-1", "Remark": "图床", "PhoneNum": "13800000000", "CountryCode": "86",
            "Email": "someone@example.com", "UseApi": 1,
        });
        let first = root.cam("AddUser", first).await.ok();
        t.advance(60);
        let second = root.cam("AddUser", json!({"Name": "demo", "ConsoleLogin": 1, "UseApi": 1})).await.ok();

        // Users and keys come oldest first. The country code is there without a telephone number.
        let users = call(&root, "ListUsers", json!({})).await["Data"].clone();
        assert_eq!((&users[0]["Uin"], &users[1]["Uin"]), (&first["Uin"], &second["Uin"]));
        assert_eq!((&users[1]["PhoneNum"], &users[1]["CountryCode"]), (&json!(""), &json!("86")));
        assert_eq!(users[1]["NickName"], "demo");
        t.advance(60);
        let made = root.cam("CreateAccessKey", json!({"TargetUin": first["Uin"]})).await.ok();
        let keys = call(&root, "ListAccessKeys", json!({"TargetUin": first["Uin"]})).await["AccessKeys"].clone();
        assert_eq!(keys[0]["AccessKeyId"], first["SecretId"]);
        assert_eq!(
            (&keys[1]["AccessKeyId"], &keys[1]["Status"]),
            (&made["AccessKey"]["AccessKeyId"], &json!("Active"))
        );
        let inactive = json!({"AccessKeyId": second["SecretId"], "Status": "Inactive", "TargetUin": second["Uin"]});
        root.cam("UpdateAccessKey", inactive).await.ok();
        let keys = call(&root, "ListAccessKeys", json!({"TargetUin": second["Uin"]})).await["AccessKeys"].clone();
        assert_eq!(keys[0]["Status"], "Inactive");

        // The rows of an empty list have no shape.
        let none = root.cam("ListGroupsForUser", json!({"Rp": 100, "SubUin": first["Uin"]})).await.ok();
        assert_eq!(none, json!({"TotalNum": 0, "GroupInfo": []}));
        let group = root.cam("CreateGroup", json!({"GroupName": "demo"})).await.ok()["GroupId"].clone();
        let member = json!({"Info": [{"GroupId": group, "Uin": second["Uin"]}]});
        root.cam("AddUserToGroup", member).await.ok();
        let groups = call(&root, "ListGroupsForUser", json!({"Rp": 300, "SubUin": second["Uin"]})).await;
        assert_eq!((&groups["TotalNum"], &groups["GroupInfo"][0]["Remark"]), (&json!(1), &json!("")));

        for (action, params) in [
            ("GetSecurityLastUsed", json!({"SecretIdList": [first["SecretId"], made["AccessKey"]["AccessKeyId"]]})),
            ("DescribeSubAccounts", json!({"FilterSubAccountUin": [second["Uin"]]})),
            ("DescribeSafeAuthFlagColl", json!({"SubUin": second["Uin"]})),
        ] {
            if operations().any(|op| op.action == action) {
                call(&root, action, params).await;
            }
        }
    });
}

#[test]
fn policies_are_as_recorded_and_newest_first() {
    in_memory(async |t| {
        let root = t.root();
        let mut made = Vec::new();
        for name in ["demo", "demo-admin", "demo-admin-2"] {
            made.push(root.policy(name, &allow("*", "*")).await);
            t.advance(60);
        }
        let wanted = json!({"Page": 1, "Rp": 200, "Scope": "Local"});
        let listed = call(&root, "ListPolicies", wanted).await["List"].as_array().unwrap().clone();
        let ids: Vec<u64> = listed.iter().map(|policy| policy["PolicyId"].as_u64().unwrap()).collect();
        assert_eq!(ids, made.iter().rev().copied().collect::<Vec<_>>());
        assert!(ids.is_sorted_by(|one, next| one > next), "{ids:?}");
        let times: Vec<&str> = listed.iter().map(|policy| text(&policy["AddTime"])).collect();
        assert!(times.is_sorted_by(|one, next| one > next), "{times:?}");
        for policy in &listed {
            assert_eq!((&policy["ServiceType"], &policy["UpdateTime"]), (&json!(""), &policy["AddTime"]));
            assert_eq!((&policy["Type"], &policy["CreateMode"]), (&json!(1), &json!(2)));
        }
        let got = call(&root, "GetPolicy", json!({"PolicyId": made[0]})).await;
        assert_eq!((&got["UpdateTime"], &got["Description"]), (&got["AddTime"], &json!("")));
    });
}

#[test]
fn tags_are_as_recorded() {
    in_memory(async |t| {
        let root = t.root();
        let users = [root.user("first").await, root.user("second").await, root.user("third").await];
        let named = |region: &str, user: &Caller| format!("qcs::cam:{region}:uin/{}:uin/{}", root.uin, user.uin);
        let until = "Resource does not meet policy: remove-keys@2022-11-18T10:55:00+00:00";
        for user in &users[..2] {
            let tags = json!([{"TagKey": "access-key-unused", "TagValue": until}]);
            let params = json!({"ResourceList": [named("ap-singapore", user)], "Tags": tags});
            assert_eq!(tag(&root, "TagResources", params).await, json!({"FailedResources": []}));
        }
        // Asked for with a region or without, resources are named without; one without tags is left out.
        for region in ["ap-singapore", ""] {
            let wanted: Vec<String> = users.iter().map(|user| named(region, user)).collect();
            let found = tag(&root, "GetResources", json!({"ResourceList": wanted})).await;
            assert_eq!(found["PaginationToken"], "");
            let rows = found["ResourceTagMappingList"].as_array().unwrap();
            let names: Vec<&str> = rows.iter().map(|row| text(&row["Resource"])).collect();
            assert_eq!(names, [named("", &users[0]), named("", &users[1])]);
            assert_eq!(rows[0]["Tags"][0]["TagValue"], until);
        }
    });
}
