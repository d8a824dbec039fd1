//! Sessions, opened by assuming a role or by federation, and what GetCallerIdentity says of every kind of caller.

use super::Ids;
use crate::support::{START, allow, on_each_database, root_of, text};
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
        dev.sts("AssumeRole", unknown).await.fault("InternalError.GetRoleError");
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
        dev.sts("AssumeRole", wanted).await.fault("InternalError.GetRoleError");
    });
}

/// Clients that forget to encode the key, or keep the token in 255 characters, must break here as on the cloud.
#[test]
fn session_credentials_have_the_shapes_of_the_clouds() {
    on_each_database(async |t| {
        let root = t.root();
        root.role("ops", &[root_of(&root.uin)]).await;
        let arn = format!("qcs::cam::uin/{}:roleName/ops", root.uin);
        let mut last = String::new();
        for _ in 0..20 {
            t.advance(1);
            let opened = root.sts("AssumeRole", json!({"RoleArn": arn, "RoleSessionName": "session"})).await.ok();
            let [id, key, token] =
                ["TmpSecretId", "TmpSecretKey", "Token"].map(|name| text(&opened["Credentials"][name]));
            let is_url_safe =
                |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
            assert!(id.len() == 68 && id.starts_with("AKID") && is_url_safe(id), "{id}");
            assert!(id[..11] > *last, "{id} after {last}: ids begin with the time");
            last = id[..11].to_owned();
            let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
            assert!(key.len() == 44 && key.ends_with('=') && key.bytes().all(is_base64), "{key}");
            let (letters, rest) = token.split_at(32);
            let (digits, tail) = rest.split_at(32);
            assert!(letters.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{token}");
            assert!(digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')), "{token}");
            assert!(token.len() == 640 && is_url_safe(tail), "{token}");
        }
    });
}

#[test]
fn a_role_without_a_limit_has_the_usual_one() {
    on_each_database(async |t| {
        let root = t.root();
        root.role("ops", &[root_of(&root.uin)]).await;
        let open = |seconds: u64| {
            let arn = format!("qcs::cam::uin/{}:roleName/ops", root.uin);
            root.sts("AssumeRole", json!({"RoleArn": arn, "RoleSessionName": "session", "DurationSeconds": seconds}))
        };
        open(7200).await.ok();
        let message = open(7201).await.fault("InvalidParameter.OverTimeError");
        assert!(message.starts_with("time set too long"), "{message}");
        for (limit, most) in [(43_200, 43_200), (3600, 3600), (0, 7200)] {
            root.cam("UpdateRoleSessionDuration", json!({"RoleName": "ops", "SessionDuration": limit})).await.ok();
            open(most).await.ok();
            open(most + 1).await.fault("InvalidParameter.OverTimeError");
        }
        let missing =
            json!({"RoleArn": format!("qcs::cam::uin/{}:roleName/none", root.uin), "RoleSessionName": "session"});
        assert_eq!(root.sts("AssumeRole", missing).await.fault("InternalError.GetRoleError"), "role not exist");
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
