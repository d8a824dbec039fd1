//! The emulator's main use: company A lets a user of company B assume a role and operate its machines.

use crate::support::{Caller, Test, allow, on_each_database, root_of, text, trust};
use serde_json::{Value, json};

const A: &str = "12345";
const B: &str = "67890";
const ROLE: &str = "qcs::cam::uin/12345:roleName/DevOpsRole";

struct Story {
    a: Caller,
    b: Caller,
    dev: Caller,
    /// What the role may do.
    policy: u64,
}

/// Creates the role in A and the user in B, who may assume it.
async fn with_role_and_user(t: &Test) -> Story {
    let a = t.tenant(A).await;
    let b = t.tenant(B).await;
    a.role("DevOpsRole", &[root_of(B)]).await;
    let policy = a.grant_role("DevOpsRole", "cvm-guangzhou", &allow("cvm:*", "qcs::cvm:ap-guangzhou::*")).await;
    let dev = b.user("DevB").await;
    b.grant(&dev, "assume", &allow("sts:AssumeRole", ROLE)).await;
    Story { a, b, dev, policy }
}

fn assume(caller: &Caller) -> impl Future<Output = crate::support::Reply> {
    caller.call("sts", "2018-08-13", "AssumeRole", wanted()).send()
}

fn wanted() -> Value {
    json!({"RoleArn": ROLE, "RoleSessionName": "DevBAssumeTheRole", "DurationSeconds": 7200})
}

#[test]
fn the_story() {
    on_each_database(async |t| {
        let a = t.tenant(A).await;
        let b = t.tenant(B).await;
        let c = t.tenant("11111").await;
        let role = a.role("DevOpsRole", &[root_of(B)]).await;
        let policy = a.grant_role("DevOpsRole", "cvm-guangzhou", &allow("cvm:*", "qcs::cvm:ap-guangzhou::*")).await;
        let dev = b.user("DevB").await;

        let message = assume(&dev).await.fault("AuthFailure.UnauthorizedOperation");
        assert!(message.contains("(sts:AssumeRole)\nresource (qcs::cam::uin/12345:roleName/DevOpsRole)"), "{message}");
        b.grant(&dev, "assume", &allow("sts:AssumeRole", ROLE)).await;
        let opened = assume(&dev).await.ok();
        assert_eq!(opened["ExpiredTime"], crate::support::START + 7200);
        assert_eq!(opened["Expiration"], "2026-01-01T02:00:00Z");
        let session = dev.session(&opened);

        session.describe_instances("ap-guangzhou").await.ok();
        let message = session.describe_instances("ap-shanghai").await.fault("AuthFailure.UnauthorizedOperation");
        assert!(
            message.contains("(cvm:DescribeInstances)\nresource (qcs:id/0:cvm:ap-shanghai:uin/12345:*)"),
            "{message}"
        );
        session.cam("GetRole", json!({"RoleName": "DevOpsRole"})).await.fault("AuthFailure.UnauthorizedOperation");
        let who = session.sts("GetCallerIdentity", json!({})).await.ok();
        assert_eq!(who["AccountId"], A);
        assert_eq!(who["Type"], "CAMRole");
        assert_eq!(who["UserId"], format!("{role}:DevBAssumeTheRole"));
        assert_eq!(who["PrincipalId"], dev.uin);
        assert_eq!(who["Arn"], format!("qcs::sts:{A}:assumed-role/{role}"));
        // Without the session the user may do none of this.
        dev.describe_instances("ap-guangzhou").await.fault("AuthFailure.UnauthorizedOperation");

        // Without the token, with another session's token, and with a wrong key.
        let second = dev.session(&assume(&dev).await.ok());
        let with = |token: Option<String>| Caller { token, ..session.clone() };
        with(None).describe_instances("ap-guangzhou").await.fault("AuthFailure.TokenFailure");
        with(second.token.clone()).describe_instances("ap-guangzhou").await.fault("AuthFailure.TokenFailure");
        session.forged().describe_instances("ap-guangzhou").await.fault("AuthFailure.SignatureFailure");

        // A caller who is not trusted is refused, even as a root. The root of the trusted account needs no policy.
        assume(&c).await.fault("UnauthorizedOperation");
        assume(&a).await.fault("UnauthorizedOperation");
        assume(&b).await.ok();

        a.cam("DeleteRole", json!({"RoleName": "DevOpsRole"})).await.ok();
        for session in [&session, &second] {
            session.describe_instances("ap-guangzhou").await.fault("AuthFailure.TokenFailure");
            session.sts("GetCallerIdentity", json!({})).await.fault("AuthFailure.TokenFailure");
        }
        assume(&dev).await.fault("InternalError.GetRoleError");
        // A role of the same name is another role.
        a.role("DevOpsRole", &[root_of(B)]).await;
        a.cam("AttachRolePolicy", json!({"PolicyId": policy, "AttachRoleName": "DevOpsRole"})).await.ok();
        session.describe_instances("ap-guangzhou").await.fault("AuthFailure.TokenFailure");
        dev.session(&assume(&dev).await.ok()).describe_instances("ap-guangzhou").await.ok();
    });
}

#[test]
fn a_session_expires_by_the_clock_of_the_roles_account() {
    on_each_database(async |t| {
        let Story { dev, .. } = with_role_and_user(&t).await;
        let session = dev.session(&assume(&dev).await.ok());
        let advance = |account: &'static str, seconds: i64| {
            let path = format!("/clock/advance?account={account}");
            let t = t.clone();
            async move { t.admin("POST", &path, json!({"seconds": seconds})).await.done() }
        };
        advance(B, 100_000).await;
        session.describe_instances("ap-guangzhou").await.ok();
        advance(A, 7199).await;
        session.describe_instances("ap-guangzhou").await.ok();
        advance(A, 1).await;
        session.describe_instances("ap-guangzhou").await.fault("AuthFailure.TokenFailure");
        dev.session(&assume(&dev).await.ok()).describe_instances("ap-guangzhou").await.ok();
    });
}

#[test]
fn a_session_expires_by_the_wall_clock() {
    on_each_database(async |t| {
        let Story { dev, .. } = with_role_and_user(&t).await;
        let session = dev.session(&assume(&dev).await.ok());
        t.advance(7199);
        session.describe_instances("ap-guangzhou").await.ok();
        t.advance(1);
        session.describe_instances("ap-guangzhou").await.fault("AuthFailure.TokenFailure");
    });
}

#[test]
fn what_the_role_loses_its_sessions_lose_at_once() {
    on_each_database(async |t| {
        let Story { a, dev, policy, .. } = with_role_and_user(&t).await;
        let session = dev.session(&assume(&dev).await.ok());
        let allowed = || async { session.describe_instances("ap-guangzhou").await.ok() };
        let denied =
            || async { session.describe_instances("ap-guangzhou").await.fault("AuthFailure.UnauthorizedOperation") };
        let document = |document: Value| {
            a.cam("UpdatePolicy", json!({"PolicyId": policy, "PolicyDocument": document.to_string()}))
        };
        let attach = || a.cam("AttachRolePolicy", json!({"PolicyId": policy, "AttachRoleName": "DevOpsRole"}));
        allowed().await;
        a.cam("DetachRolePolicy", json!({"PolicyId": policy, "DetachRoleName": "DevOpsRole"})).await.ok();
        denied().await;
        attach().await.ok();
        allowed().await;
        document(allow("cvm:*", "qcs::cvm:ap-shanghai::*")).await.ok();
        denied().await;
        session.describe_instances("ap-shanghai").await.ok();
        document(allow("cvm:*", "*")).await.ok();
        allowed().await;
        let deny = json!({"version": "2.0", "statement": [
            {"effect": "deny", "action": "cvm:DescribeInstances", "resource": "*"}]});
        let denying = a.grant_role("DevOpsRole", "deny", &deny).await;
        denied().await;
        a.cam("DeletePolicy", json!({"PolicyId": [denying]})).await.ok();
        allowed().await;
        a.cam("DeletePolicy", json!({"PolicyId": [policy]})).await.ok();
        denied().await;
    });
}

#[test]
fn what_the_user_loses_counts_from_its_next_request() {
    on_each_database(async |t| {
        let Story { a, b, dev, .. } = with_role_and_user(&t).await;
        let policies = b.cam("ListAttachedUserPolicies", json!({"TargetUin": &dev.uin})).await.ok();
        let policy = policies["List"][0]["PolicyId"].as_u64().unwrap();
        assume(&dev).await.ok();
        b.cam("DetachUserPolicy", json!({"PolicyId": policy, "DetachUin": &dev.uin})).await.ok();
        assume(&dev).await.fault("AuthFailure.UnauthorizedOperation");
        b.cam("AttachUserPolicy", json!({"PolicyId": policy, "AttachUin": &dev.uin})).await.ok();
        assume(&dev).await.ok();
        // The trust policy.
        let rewrite = |principals: &[String]| {
            a.cam("UpdateAssumeRolePolicy", json!({"RoleName": "DevOpsRole", "PolicyDocument": trust(principals)}))
        };
        rewrite(&[root_of(A)]).await.ok();
        assume(&dev).await.fault("UnauthorizedOperation");
        rewrite(&[format!("qcs::cam::uin/{B}:uin/{}", dev.uin)]).await.ok();
        assume(&dev).await.ok();
        assume(&b).await.fault("UnauthorizedOperation");
        // The user's key.
        let status = |status: &'static str| {
            b.cam("UpdateAccessKey", json!({"AccessKeyId": &dev.secret_id, "Status": status, "TargetUin": &dev.uin}))
        };
        status("Inactive").await.ok();
        assume(&dev).await.fault("AuthFailure.SecretIdNotFound");
        status("Active").await.ok();
        assume(&dev).await.ok();
    });
}

#[test]
fn a_session_lasts_as_long_as_role_and_request_allow() {
    on_each_database(async |t| {
        let Story { a, dev, .. } = with_role_and_user(&t).await;
        let opened = |seconds: Value| {
            let mut params = wanted();
            params["DurationSeconds"] = seconds;
            dev.call("sts", "2018-08-13", "AssumeRole", params).send()
        };
        let limit = |seconds: i64| {
            a.cam("UpdateRoleSessionDuration", json!({"RoleName": "DevOpsRole", "SessionDuration": seconds}))
        };
        let seconds = |reply: &Value| reply["ExpiredTime"].as_i64().unwrap() - crate::support::START;
        limit(3600).await.ok();
        assert_eq!(seconds(&opened(json!(3600)).await.ok()), 3600);
        assert_eq!(seconds(&opened(Value::Null).await.ok()), 3600);
        opened(json!(3601)).await.fault("InvalidParameter.OverTimeError");
        limit(43_200).await.ok();
        assert_eq!(seconds(&opened(json!("43200")).await.ok()), 43_200);
        assert_eq!(seconds(&opened(Value::Null).await.ok()), 7200);
        for wrong in [0, -1, 43_201] {
            opened(json!(wrong)).await.fault("InvalidParameter.OverTimeError");
        }
        assert_eq!(text(&opened(json!(1)).await.ok()["Expiration"]), "2026-01-01T00:00:01Z");
    });
}
