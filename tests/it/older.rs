//! The older wires of Tencent Cloud: API 2.0 and the component interface.

use crate::support::{Call, Caller, Test, V1, allow, on_each_database, root_of, text, trust};
use serde_json::{Value, json};

/// A call of API 2.0.
fn api2(caller: &Caller, method: &'static str, action: &str, parameters: &[(&str, &str)]) -> V1 {
    let service = if action == "AssumeRole" { "sts" } else { "cam" };
    let call = caller.v1(method, action, "", parameters).without("Version");
    V1 { path: "/v2/index.php", signed_path: "/v2/index.php", ..call }
        .host("127.0.0.1:4580", &format!("{service}.api.qcloud.com"))
}

/// Returns the data of a successful answer of API 2.0.
async fn data(call: V1) -> Value {
    let reply = call.send().await;
    assert_eq!((reply.status, &reply.headers["content-type"]), (200, &"application/json".parse().unwrap()));
    let body: Value = serde_json::from_slice(&reply.body).unwrap();
    assert_eq!(
        (&body["code"], &body["message"], &body["codeDesc"]),
        (&json!(0), &json!(""), &json!("Success")),
        "{body}"
    );
    body["data"].clone()
}

/// Checks the number and the name of an error of API 2.0.
async fn error(call: V1, code: i64, name: &str) {
    let reply = call.send().await;
    let body: Value = serde_json::from_slice(&reply.body).unwrap();
    assert_eq!((reply.status, &body["code"], &body["codeDesc"]), (200, &json!(code), &json!(name)), "{body}");
    assert!(text(&body["message"]).starts_with(&format!("({code})")), "{body}");
    assert_eq!(body.get("data"), None);
}

#[test]
fn a_role_lives_on_api_2() {
    on_each_database(async |t| {
        let root = t.root();
        let document = trust(&[root_of(&root.uin)]);
        let role = [("roleName", "old"), ("policyDocument", document.as_str()), ("description", "d")];
        let made = data(api2(&root, "POST", "CreateRole", &role)).await;
        let id = text(&made["roleId"]).to_owned();
        error(api2(&root, "POST", "CreateRole", &role), 4000, "InvalidParameter.roleName.InUse").await;
        let shown = data(api2(&root, "GET", "GetRole", &[("roleName", "old")])).await;
        assert_eq!(
            (&shown["roleInfo"]["roleId"], &shown["roleInfo"]["policyDocument"]),
            (&json!(id), &json!(document))
        );
        let listed = data(api2(&root, "GET", "DescribeRoleList", &[("page", "1"), ("rp", "20")])).await;
        assert_eq!((&listed["totalNum"], &listed["list"][0]["roleName"]), (&json!(1), &json!("old")));
        let attach = [("policyId", "1"), ("attachRoleId", id.as_str())];
        assert_eq!(data(api2(&root, "POST", "AttachRolePolicy", &attach)).await, json!([]));
        let attached = data(api2(&root, "GET", "ListAttachedRolePolicies", &[("roleName", "old")])).await;
        assert_eq!(attached["list"][0]["policyName"], "AdministratorAccess");

        let arn = format!("qcs::cam::uin/{}:roleName/old", root.uin);
        let assume = [("roleArn", arn.as_str()), ("roleSessionName", "session")];
        let session = data(api2(&root, "POST", "AssumeRole", &assume)).await;
        assert_eq!(session["expiredTime"].as_i64().unwrap(), t.now().seconds() + 1800);
        let caller = Caller {
            secret_id: text(&session["credentials"]["tmpSecretId"]).to_owned(),
            secret_key: text(&session["credentials"]["tmpSecretKey"]).to_owned(),
            token: Some(text(&session["credentials"]["sessionToken"]).to_owned()),
            ..root.clone()
        };
        data(api2(&caller, "GET", "GetRole", &[("roleId", &id)])).await;
        let long = api2(&root, "POST", "AssumeRole", &assume).with("durationSeconds", "7201");
        error(long, 4000, "SetTimeOutOfTime").await;

        assert_eq!(data(api2(&root, "POST", "DeleteRole", &[("roleName", "old")])).await, json!([]));
        error(api2(&root, "GET", "GetRole", &[("roleName", "old")]), 4000, "InvalidParameter.role.NotExist").await;
        error(api2(&caller, "GET", "GetRole", &[("roleId", &id)]), 4100, "AuthFailure.TokenFailure").await;
    });
}

#[test]
fn api_2_refuses_what_it_should() {
    on_each_database(async |t| {
        let (root, user) = (t.root(), t.root().user("dev").await);
        let get = |caller: &Caller| api2(caller, "GET", "GetRole", &[("roleName", "x")]);
        error(get(&user), 4300, "AuthFailure.UnauthorizedOperation").await;
        error(get(&root).edit("roleName", Some("y")), 4100, "AuthFailure.SignatureFailure").await;
        error(get(&root.forged()), 4100, "AuthFailure.SignatureFailure").await;
        error(V1 { signed_path: "/", ..get(&root) }, 4100, "AuthFailure.SignatureFailure").await;
        let ago = |seconds: i64| get(&root).with("Timestamp", &(t.now().seconds() - seconds).to_string());
        error(ago(7200), 4000, "InvalidParameter.role.NotExist").await;
        error(ago(7201), 4200, "AuthFailure.SignatureExpire").await;
        error(get(&root).without("Nonce"), 4000, "MissingParameter").await;
        error(api2(&root, "GET", "Fly", &[]).host("cam.api.qcloud.com", "cam.api.qcloud.com"), 4000, "InvalidAction")
            .await;
        error(api2(&root, "GET", "GetRole", &[("rolename", "x")]), 4000, "UnknownParameter").await;
        let unsigned = get(&root).without("SecretId").edit("Signature", None);
        error(unsigned, 4000, "MissingParameter").await;
    });
}

/// A call of the component interface.
fn component(caller: &Caller, interface: &str, para: Value) -> Call {
    let body = json!({
        "version": 1, "componentName": "MC", "eventId": 123_456,
        "interface": {"interfaceName": interface, "para": para},
    });
    let call = caller.call("cam", "", "", json!({})).body(body.to_string());
    call.edit("x-tc-action", None).edit("x-tc-version", None).edit("x-tc-region", None)
}

/// Returns the answer's data after comparing the rest of it byte for byte.
async fn answered(call: Call) -> Value {
    let reply = call.send().await;
    let body = String::from_utf8(reply.body).unwrap();
    let begins = r#"{"version":1,"eventId":123456,"componentName":"CONSOLE_LOGICAL_SERVER","returnValue":0,"returnCode":0,"returnMessage":"OK","data":"#;
    assert!(body.starts_with(begins), "{body}");
    serde_json::from_str::<Value>(&body).unwrap()["data"].clone()
}

/// Checks the number of an error, and that its message has this code.
async fn refused(call: Call, number: i64, code: &str) {
    let reply = call.send().await;
    let body: Value = serde_json::from_slice(&reply.body).unwrap();
    assert_eq!((&body["version"], &body["eventId"]), (&json!(1), &json!(123_456)), "{body}");
    assert_eq!(body["componentName"], "CONSOLE_LOGICAL_SERVER");
    assert_eq!((&body["returnCode"], &body["returnValue"]), (&json!(number), &json!(number)), "{body}");
    assert!(text(&body["returnMessage"]).starts_with(&format!("({code})")), "{body}");
}

#[test]
fn strategies_live_on_the_component_interface() {
    on_each_database(async |t| {
        let (root, user, group) = (t.root(), t.root().user("dev").await, group(&t).await);
        let uin: i64 = user.uin.parse().unwrap();
        let list = async || user.cam("ListUsers", json!({})).await.code();
        let mut document = allow("name/cam:ListUsers", "*");
        document["principal"] = json!({"qcs": [
            format!("qcs::cam::uin/{}:uin/{uin}", root.uin), format!("qcs::cam::uin/{}:groupid/{group}", root.uin),
        ]});
        // As text and as an object, and attached at once to the principals that it names.
        for (place, info) in [json!(document.to_string()), document.clone()].into_iter().enumerate() {
            let name = format!("strategy{place}");
            let para = json!({"strategyName": name, "strategyInfo": info, "remark": "horace test"});
            let made = answered(component(&root, "CreateCamStrategy", para.clone())).await;
            let id = made["strategyId"].as_u64().unwrap();
            refused(component(&root, "CreateCamStrategy", para), 4000, "FailedOperation.PolicyNameInUse").await;
            assert_eq!(list().await, None);
            let operate = |group: i64, uin: i64, kind: i64| {
                let para = json!({"groupId": group, "relateUin": uin, "strategyId": id, "actionType": kind});
                component(&root, "OperateCamStrategy", para)
            };
            assert_eq!(answered(operate(-1, uin, 2)).await, json!({}));
            assert_eq!(answered(operate(group, -1, 2)).await, json!({}));
            assert!(list().await.is_some());
            let all = |kind: i64| json!({"strategyId": [id], "relateUin": [uin], "actionType": kind});
            answered(component(&root, "BatchOperateCamStrategy", all(1))).await;
            assert_eq!(list().await, None);
            answered(component(&root, "BatchOperateCamStrategy", all(2))).await;
            refused(operate(-1, -1, 1), 4000, "InvalidParameter.ParamError").await;

            let other = json!({"strategyId": id, "strategyInfo": allow("cam:ListGroups", "*"), "remark": "changed"});
            answered(component(&root, "UpdateCamStrategy", other)).await;
            let detail = answered(component(&root, "DescribeCamStrategyDetail", json!({"strategyId": id}))).await;
            assert_eq!((&detail["strategyName"], &detail["remark"]), (&json!(name), &json!("changed")));
            assert!(text(&detail["strategyInfo"]).contains("cam:ListGroups"));
            root.cam("DeletePolicy", json!({"PolicyId": [id]})).await.ok();
            refused(operate(-1, uin, 1), 4000, "ResourceNotFound.PolicyIdNotFound").await;
        }
    });
}

async fn group(t: &Test) -> i64 {
    t.root().cam("CreateGroup", json!({"GroupName": "g"})).await.ok()["GroupId"].as_i64().unwrap()
}

#[test]
fn the_component_interface_refuses_what_it_should() {
    on_each_database(async |t| {
        let (root, user) = (t.root(), t.root().user("dev").await);
        let detail = |caller: &Caller| component(caller, "DescribeCamStrategyDetail", json!({"strategyId": 1}));
        answered(detail(&root)).await;
        refused(detail(&user), 4300, "AuthFailure.UnauthorizedOperation").await;
        refused(detail(&root.forged()), 4100, "AuthFailure.SignatureFailure").await;
        let old = t.now().seconds() - 301;
        refused(detail(&root).at(old), 4200, "AuthFailure.SignatureExpire").await;
        // An operation that exists, but not here.
        refused(component(&root, "DeleteRole", json!({"roleName": "x"})), 4000, "InvalidAction").await;
        refused(component(&root, "DescribeCamStrategyDetail", json!([1])), 4000, "InvalidParameter").await;
        refused(component(&root, "DescribeCamStrategyDetail", json!({"strategy": 1})), 4000, "UnknownParameter").await;
        // Without an envelope it is a request of API 3.0 that lacks its action.
        detail(&root).body("{}").send().await.fault("MissingParameter");
        let version = json!({"version": 2, "eventId": 123_456, "interface": {"interfaceName": "CreateCamStrategy"}});
        let reply = detail(&root).body(version.to_string()).send().await;
        let body: Value = serde_json::from_slice(&reply.body).unwrap();
        assert_eq!((&body["version"], &body["returnCode"]), (&json!(2), &json!(4000)), "{body}");
    });
}
