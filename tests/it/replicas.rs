//! Two servers on one PostgreSQL database: what one has answered holds for every request that the other starts later.

use crate::support::{Database, Hold, Test, allow, on, root_of};
use camulator::server::limit::Mode;
use serde_json::{Value, json};

fn on_two_servers(test: impl AsyncFn(Test, Test)) {
    on(&[Database::Postgres], Mode::Off, async |one| {
        let other = one.replica().await;
        test(one, other).await;
    });
}

#[test]
fn a_revocation_on_one_counts_on_the_other_at_once() {
    on_two_servers(async |one, other| {
        let root = one.root();
        let user = root.user("dev").await;
        let there = other.seen(&user);
        let policy = root.grant(&user, "list", &allow("cam:ListUsers", "*")).await;
        for _ in 0..5 {
            there.cam("ListUsers", json!({})).await.ok();
            root.cam("DetachUserPolicy", json!({"PolicyId": policy, "DetachUin": &user.uin})).await.ok();
            there.cam("ListUsers", json!({})).await.fault("AuthFailure.UnauthorizedOperation");
            other.root().cam("AttachUserPolicy", json!({"PolicyId": policy, "AttachUin": &user.uin})).await.ok();
            user.cam("ListUsers", json!({})).await.ok();
        }
        let status = |status: &str| json!({"AccessKeyId": &user.secret_id, "Status": status, "TargetUin": &user.uin});
        other.root().cam("UpdateAccessKey", status("Inactive")).await.ok();
        user.cam("ListUsers", json!({})).await.fault("AuthFailure.SecretIdNotFound");
        root.cam("UpdateAccessKey", status("Active")).await.ok();
        there.cam("ListUsers", json!({})).await.ok();
    });
}

#[test]
fn a_session_of_one_is_known_to_the_other_and_ends_on_both() {
    on_two_servers(async |one, other| {
        let root = one.root();
        root.role("ops", &[root_of(&root.uin)]).await;
        root.grant_role("ops", "list", &allow("cam:ListUsers", "*")).await;
        let session = root.assume(&root.uin, "ops").await;
        let there = other.seen(&session);
        session.cam("ListUsers", json!({})).await.ok();
        there.cam("ListUsers", json!({})).await.ok();
        other.root().cam("DeleteRole", json!({"RoleName": "ops"})).await.ok();
        for caller in [&session, &there] {
            caller.cam("ListUsers", json!({})).await.fault("AuthFailure.TokenFailure");
        }
        one.admin("DELETE", &format!("/accounts/{}", root.uin), Value::Null).await.done();
        other.root().sts("GetCallerIdentity", json!({})).await.fault("AuthFailure.SecretIdNotFound");
    });
}

/// Ended by hand, a session must be over on every server.
#[test]
fn a_session_that_was_expired_by_hand_is_over_on_both() {
    on_two_servers(async |one, other| {
        let root = one.root();
        root.role("ops", &[root_of(&root.uin)]).await;
        let session = root.assume(&root.uin, "ops").await;
        let there = other.seen(&session);
        there.sts("GetCallerIdentity", json!({})).await.ok();
        one.admin("POST", &format!("/credentials/{}/expire", session.secret_id), Value::Null).await.done();
        session.sts("GetCallerIdentity", json!({})).await.fault("AuthFailure.TokenFailure");
        there.sts("GetCallerIdentity", json!({})).await.fault("AuthFailure.TokenFailure");
    });
}

/// Each has found the name free when the first one gets it: the account's row is held until all of them wait for it.
#[test]
fn of_16_roles_on_two_servers_one_is_made() {
    on_two_servers(async |one, other| {
        let params = json!({
            "RoleName": "one", "PolicyDocument": crate::support::trust(&[root_of(&one.root().uin)])});
        let mut hold = Hold::of(&one).await;
        let running: Vec<_> = (0..16)
            .map(|place| if place % 2 == 0 { one.root() } else { other.root() })
            .map(|root| tokio::spawn(root.call("cam", "2019-01-16", "CreateRole", params.clone()).send()))
            .collect();
        hold.until_waiting(16).await;
        hold.release().await;
        let mut made = 0;
        for request in running {
            match request.await.unwrap().code() {
                None => made += 1,
                Some(code) => assert_eq!(code, "InvalidParameter.RoleNameInUse"),
            }
        }
        assert_eq!(made, 1);
    });
}
