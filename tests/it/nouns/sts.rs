//! Sessions, opened by assuming a role or by federation, and what GetCallerIdentity says of every kind of caller.

use super::Ids;
use crate::support::{START, allow, on_each_database, root_of};
use serde_json::json;

const TOKEN: &str = "AuthFailure.TokenFailure";

#[test]
fn a_role_is_assumed_until_the_session_ends() {
    on_each_database(async |t| {
        let (root, ids) = (t.root(), Ids::default());
        let role = root.role("ops", &[root_of(&root.uin)]).await;
        root.grant_role("ops", "list", &allow("cam:ListUsers", "*")).await;
        let dev = root.user("dev").await;
        let wanted = json!({
            "RoleArn": format!("qcs::cam::uin/{}:roleName/ops", root.uin), "RoleSessionName": "session",
            "DurationSeconds": 1800,
        });
        dev.sts("AssumeRole", wanted.clone()).await.fault("AuthFailure.UnauthorizedOperation");
        root.grant(&dev, "assume", &allow("sts:AssumeRole", "*")).await;

        let opened = reply!(ids, dev.sts("AssumeRole", wanted.clone()), @r#"
            {
              "Credentials": {"TmpSecretId": "<TmpSecretId 1>", "TmpSecretKey": "<TmpSecretKey 1>", "Token": "<Token 1>"},
              "Expiration": "2026-01-01T00:30:00Z", "ExpiredTime": 1767227400
            }
        "#);
        assert_eq!(opened["ExpiredTime"], START + 1800);
        let session = dev.session(&opened);
        let who = session.sts("GetCallerIdentity", json!({})).await.ok();
        let arn = format!("qcs::sts:{}:assumed-role/{role}", root.uin);
        assert_eq!(
            who,
            json!({
                "Arn": arn, "AccountId": root.uin, "UserId": format!("{role}:session"), "PrincipalId": dev.uin,
                "Type": "CAMRole",
            })
        );
        session.cam("ListUsers", json!({})).await.ok();
        session.cam("GetUser", json!({"Name": "dev"})).await.fault("AuthFailure.UnauthorizedOperation");

        // A role that does not exist, and a time that is too long.
        let mut unknown = wanted.clone();
        unknown["RoleArn"] = json!(format!("qcs::cam::uin/{}:roleName/none", root.uin));
        dev.sts("AssumeRole", unknown).await.fault("ResourceNotFound.RoleNotFound");
        let mut long = wanted.clone();
        long["DurationSeconds"] = json!(43_201);
        dev.sts("AssumeRole", long).await.fault("InvalidParameter.OverTimeError");

        t.advance(1799);
        session.cam("ListUsers", json!({})).await.ok();
        t.advance(1);
        session.cam("ListUsers", json!({})).await.fault(TOKEN);

        // A session ends with its role.
        let session = dev.session(&dev.sts("AssumeRole", wanted.clone()).await.ok());
        session.cam("ListUsers", json!({})).await.ok();
        root.cam("DeleteRole", json!({"RoleName": "ops"})).await.ok();
        session.cam("ListUsers", json!({})).await.fault(TOKEN);
        dev.sts("AssumeRole", wanted).await.fault("ResourceNotFound.RoleNotFound");
    });
}

#[test]
fn a_federated_session_is_limited_by_its_policy() {
    on_each_database(async |t| {
        let (root, ids) = (t.root(), Ids::default());
        let policy = allow("cam:ListUsers", "*").to_string();
        let wanted = json!({"Name": "someone", "Policy": policy, "DurationSeconds": 1800});

        let opened = reply!(ids, root.sts("GetFederationToken", wanted), @r#"
            {
              "Credentials": {"TmpSecretId": "<TmpSecretId 1>", "TmpSecretKey": "<TmpSecretKey 1>", "Token": "<Token 1>"},
              "Expiration": "2026-01-01T00:30:00Z", "ExpiredTime": 1767227400
            }
        "#);
        let session = root.session(&opened);
        session.cam("ListUsers", json!({})).await.ok();
        session.cam("ListGroups", json!({})).await.fault("AuthFailure.UnauthorizedOperation");
        root.sts("GetFederationToken", json!({"Name": "someone", "Policy": "{"}))
            .await
            .fault("InvalidParameter.StrategyFormatError");
        t.advance(1800);
        session.cam("ListUsers", json!({})).await.fault(TOKEN);
    });
}

#[test]
fn everybody_is_told_who_they_are() {
    on_each_database(async |t| {
        let root = t.root();
        let user = root.user("dev").await;
        let role = root.role("ops", &[root_of(&root.uin)]).await;
        let session = root.assume(&root.uin, "ops").await;
        let federated = json!({"Name": "someone", "Policy": allow("*", "*").to_string()});
        let federated = root.session(&root.sts("GetFederationToken", federated).await.ok());
        let uin = root.uin.as_str();
        for (caller, kind, id, principal, arn) in [
            (&root, "CAMUser", uin.to_owned(), uin, format!("qcs::cam:{uin}:uin/{uin}")),
            (&user, "CAMUser", user.uin.clone(), &*user.uin, format!("qcs::cam:{uin}:uin/{}", user.uin)),
            (&session, "CAMRole", format!("{role}:session"), uin, format!("qcs::sts:{uin}:assumed-role/{role}")),
            (&federated, "CAMUser", format!("{uin}:someone"), uin, format!("qcs::sts:{uin}:federated-user/{uin}")),
        ] {
            let who = caller.sts("GetCallerIdentity", json!({})).await.ok();
            assert_eq!(
                who,
                json!({"Arn": arn, "AccountId": uin, "UserId": id, "PrincipalId": principal, "Type": kind}),
            );
        }
    });
}
