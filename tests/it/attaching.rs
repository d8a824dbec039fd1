//! Policy documents that name principals: the policy is attached to all of them, or nothing is created.

use crate::support::{Reply, Test, allow, assert_same, on_each_database, root_of, text};
use serde_json::{Value, json};

/// Creates a policy whose document names these principals, once with each of the two actions.
async fn made_for(t: &Test, name: &str, principal: &Value) -> [Reply; 2] {
    let root = t.root();
    let mut document = allow("cam:ListUsers", "*");
    document["principal"] = principal.clone();
    let document = document.to_string();
    [
        root.cam("CreatePolicy", json!({"PolicyName": name, "PolicyDocument": document})).await,
        root.cam("CreateCamStrategy", json!({"StrategyName": format!("{name}-s"), "StrategyInfo": document})).await,
    ]
}

#[test]
fn a_policy_is_attached_to_the_principals_it_names() {
    on_each_database(async |t| {
        let root = t.root();
        let users = [root.user("one").await.uin, root.user("two").await.uin];
        let mut uids = Vec::new();
        for name in ["one", "two"] {
            uids.push(root.cam("GetUser", json!({"Name": name})).await.ok()["Uid"].to_string());
        }
        let group = root.cam("CreateGroup", json!({"GroupName": "crew"})).await.ok()["GroupId"].to_string();
        let name = |place: String| format!("qcs::cam::uin/{}:{place}", root.uin);
        let names = [
            name(format!("uin/{}", users[0])),
            name(format!("uin/{}", users[1])),
            name(format!("groupid/{group}")),
            // A user who is named twice has the policy once.
            name(format!("uin/{}", users[0])),
        ];
        for (made, id) in made_for(&t, "p", &json!({"qcs": names})).await.iter().zip(["PolicyId", "StrategyId"]) {
            let entities = root.cam("ListEntitiesForPolicy", json!({"PolicyId": made.ok()[id]})).await.ok();
            // The id of a user is its uid.
            let id = |entity: &Value| text(&entity["Id"]).to_owned();
            let mut listed: Vec<String> = entities["List"].as_array().unwrap().iter().map(id).collect();
            listed.sort_unstable();
            let mut expected = vec![uids[0].as_str(), &uids[1], &group];
            expected.sort_unstable();
            assert_eq!(listed, expected);
        }
    });
}

/// The principal may exist or not, and may be named alone or beside one of the own account.
#[test]
fn a_principal_of_another_account_cannot_be_named() {
    on_each_database(async |t| {
        let root = t.root();
        let own = format!("qcs::cam::uin/{}:uin/{}", root.uin, root.user("dev").await.uin);
        let other = t.tenant("100000000002").await;
        let user = other.user("dev").await.uin;
        let group = other.cam("CreateGroup", json!({"GroupName": "crew"})).await.ok()["GroupId"].to_string();
        let role = other.role("ops", &[root_of(&other.uin)]).await;
        let foreign = |account: &str, place: &str| format!("qcs::cam::uin/{account}:{place}");
        let named = [
            format!("uin/{user}"),
            "uin/999999".to_owned(),
            format!("uin/{}", other.uin),
            format!("groupid/{group}"),
            "groupid/99".to_owned(),
            "roleName/ops".to_owned(),
            format!("role/{role}"),
            "root".to_owned(),
        ];
        let before = t.dump().await;
        for place in &named {
            for account in [other.uin.as_str(), "100000000099"] {
                for qcs in [json!(foreign(account, place)), json!([own, foreign(account, place)])] {
                    for reply in made_for(&t, "p", &json!({"qcs": qcs})).await {
                        let message = reply.fault("InvalidParameter.PrincipalQcsNotExist");
                        // The message is the same for an account that exists and for one that does not.
                        assert_eq!(message, format!("principal `{account}` does not exist"), "{qcs}");
                    }
                }
            }
        }
        assert_same(&t.dump().await, &before, "something was created");
    });
}

#[test]
fn a_principal_that_cannot_have_policies_cannot_be_named() {
    on_each_database(async |t| {
        let root = t.root();
        let user = root.user("dev").await.uin;
        let role = root.role("ops", &[root_of(&root.uin)]).await;
        let own = |place: &str| format!("qcs::cam::uin/{}:{place}", root.uin);
        let before = t.dump().await;
        for principal in [
            json!("*"),
            json!({"qcs": "*"}),
            json!({"qcs": "qcs::cam::anonymous:anonymous"}),
            json!({"qcs": own("root")}),
            json!({"qcs": own(&format!("uin/{}", root.uin))}),
            json!({"qcs": own("roleName/ops")}),
            json!({"qcs": own(&format!("role/{role}"))}),
            json!({"qcs": [own(&format!("uin/{user}")), own("root")]}),
            json!({"service": "cvm.qcloud.com"}),
            json!({"qcs": own(&format!("uin/{user}")), "service": ["cvm.qcloud.com"]}),
            json!({"federated": own("saml-provider/corp")}),
        ] {
            for reply in made_for(&t, "p", &principal).await {
                let message = reply.fault("InvalidParameter.PrincipalError");
                assert!(message.contains("users and groups"), "{principal}: {message}");
            }
        }
        assert_same(&t.dump().await, &before, "something was created");
    });
}
