//! A key or session that was ended through the admin API stays ended wherever a clock is set. A session that expired
//! follows the clock.

use crate::support::{Caller, Database, Reply, START, Test, allow, on, on_each_database, root_of, text};
use camulator::engine::sessions;
use camulator::limit::Rates;
use serde_json::{Value, json};

const TOKEN: &str = "AuthFailure.TokenFailure";
const UNKNOWN: &str = "AuthFailure.SecretIdNotFound";

fn on_every_database(test: impl AsyncFn(Test)) {
    on(&[Database::Memory, Database::File, Database::Postgres], Rates::Off, test);
}

fn who(caller: &Caller) -> impl Future<Output = Reply> {
    caller.call("sts", "2018-08-13", "GetCallerIdentity", json!({})).send()
}

/// Ends a key with `/expire` or `/revoke`; returns the status.
async fn end(t: &Test, secret_id: &str, word: &str) -> u16 {
    t.admin("POST", &format!("/credentials/{secret_id}/{word}"), Value::Null).await.status
}

/// Sets the first account's clock.
async fn set_clock(t: &Test, clock: &Value) {
    t.admin("PUT", &format!("/clock?account={}", t.root().uin), clock.clone()).await.done();
}

/// Settings of an account's clock: the wall clock, frozen around the start, behind and ahead.
fn clocks() -> Vec<Value> {
    vec![
        json!({"mode": "real"}),
        json!({"mode": "frozen", "now": "2025-12-31T23:00:00Z"}),
        json!({"mode": "frozen", "now": "2026-01-01T00:30:00Z"}),
        json!({"mode": "frozen", "now": "2026-01-03T00:00:00Z"}),
        json!({"mode": "offset", "offset_seconds": -86_400}),
        json!({"mode": "offset", "offset_seconds": 86_400}),
        json!({"mode": "offset", "offset_seconds": 60}),
    ]
}

#[test]
fn an_ended_session_stays_ended_wherever_the_clock_is_set() {
    on_every_database(async |t| {
        let root = t.root();
        root.role("ops", &[root_of(&root.uin)]).await;
        for (place, ended_at) in clocks().iter().enumerate() {
            set_clock(&t, &json!({"mode": "real"})).await;
            let (session, spared) = (root.assume(&root.uin, "ops").await, root.assume(&root.uin, "ops").await);
            // A session that was used is cached in the view; one that was not is read at its first request.
            if place % 2 == 0 {
                who(&session).await.ok();
            }
            who(&spared).await.ok();
            set_clock(&t, ended_at).await;
            let word = if place % 3 == 0 { "revoke" } else { "expire" };
            assert_eq!(end(&t, &session.secret_id, word).await, 204);
            let later = t.restarted().await;
            for clock in clocks() {
                set_clock(&t, &clock).await;
                who(&session).await.fault(TOKEN);
                let cold = t.restarted().await;
                who(&cold.seen(&session)).await.fault(TOKEN);
            }
            set_clock(&t, &json!({"mode": "real"})).await;
            who(&spared).await.ok();
            who(&later.seen(&session)).await.fault(TOKEN);
            assert_eq!(end(&t, &session.secret_id, word).await, 204, "again");
        }
    });
}

#[test]
fn an_expired_session_follows_the_clock() {
    on_every_database(async |t| {
        let root = t.root();
        root.role("ops", &[root_of(&root.uin)]).await;
        let session = root.assume(&root.uin, "ops").await;
        for (offset, alive) in [(7199, true), (7200, false), (0, true), (90_000, false), (-90_000, true), (7201, false)]
        {
            set_clock(&t, &json!({"mode": "offset", "offset_seconds": offset})).await;
            let cold = t.restarted().await;
            for caller in [session.clone(), cold.seen(&session)] {
                let code = who(&caller).await.code();
                assert_eq!(code.as_deref(), (!alive).then_some(TOKEN), "{offset} seconds later");
            }
        }
        // An account without its own clock follows the wall clock.
        set_clock(&t, &json!({"mode": "real"})).await;
        t.set_time(START + 7200);
        who(&session).await.fault(TOKEN);
        t.set_time(START + 7199);
        who(&session).await.ok();
    });
}

#[test]
fn an_ended_permanent_key_is_gone_and_its_id_stays_taken() {
    on_every_database(async |t| {
        let root = t.root();
        let user = root.user("dev").await;
        let uin: u64 = user.uin.parse().unwrap();
        let second = root.cam("CreateAccessKey", json!({"TargetUin": uin})).await.ok()["AccessKey"].clone();
        let second = t.caller(&user.uin, text(&second["AccessKeyId"]), text(&second["SecretAccessKey"]));
        let keys = async || {
            let listed = root.cam("ListAccessKeys", json!({"TargetUin": uin})).await.ok();
            listed["AccessKeys"]
                .as_array()
                .unwrap()
                .iter()
                .map(|key| text(&key["AccessKeyId"]).to_owned())
                .collect::<Vec<_>>()
        };
        who(&user).await.ok();
        assert_eq!(keys().await, [user.secret_id.clone(), second.secret_id.clone()]);
        assert_eq!(end(&t, &user.secret_id, "revoke").await, 204);
        let gone = async || {
            who(&user).await.fault(UNKNOWN);
            let cold = t.restarted().await;
            who(&cold.seen(&user)).await.fault(UNKNOWN);
        };
        gone().await;
        assert_eq!(keys().await, std::slice::from_ref(&second.secret_id));
        // As after DeleteAccessKey, no operation finds it again.
        for status in ["Active", "Inactive", "Active"] {
            let params = json!({"AccessKeyId": &user.secret_id, "Status": status, "TargetUin": uin});
            root.cam("UpdateAccessKey", params).await.fault("ResourceNotFound.SecretNotExist");
            gone().await;
        }
        let params = json!({"AccessKeyId": &user.secret_id, "TargetUin": uin});
        root.cam("DeleteAccessKey", params).await.fault("ResourceNotFound.SecretNotExist");
        for clock in clocks() {
            set_clock(&t, &clock).await;
            gone().await;
        }
        assert_eq!(end(&t, &user.secret_id, "expire").await, 204, "again");
        let taken = json!({"id": "100000000009", "secret_id": &user.secret_id, "secret_key": "secret-of-nine"});
        let reply = t.admin("POST", "/accounts", taken).await;
        assert_eq!(reply.status, 409);
        assert!(text(&reply.body["error"]["message"]).contains(&user.secret_id), "{}", reply.body);
        // It does not count towards the quota, and does not keep its user from being deleted.
        root.cam("CreateAccessKey", json!({"TargetUin": uin})).await.ok();
        root.cam("CreateAccessKey", json!({"TargetUin": uin})).await.fault("OperationDenied.AccessKeyOverLimit");
        for key in keys().await {
            assert_eq!(end(&t, &key, "revoke").await, 204);
        }
        who(&second).await.fault(UNKNOWN);
        root.cam("DeleteUser", json!({"Name": "dev"})).await.ok();
        gone().await;
        assert_eq!(end(&t, &user.secret_id, "revoke").await, 204, "after its user");
    });
}

#[test]
fn a_roots_key_can_be_ended_and_the_other_one_works() {
    on_every_database(async |t| {
        let root = t.root();
        let second = root.cam("CreateAccessKey", json!({})).await.ok()["AccessKey"].clone();
        let second = t.caller(&root.uin, text(&second["AccessKeyId"]), text(&second["SecretAccessKey"]));
        who(&second).await.ok();
        assert_eq!(end(&t, &root.secret_id, "expire").await, 204);
        who(&root).await.fault(UNKNOWN);
        who(&second).await.ok();
        let cold = t.restarted().await;
        who(&cold.seen(&root)).await.fault(UNKNOWN);
        who(&cold.seen(&second)).await.ok();
        // With a token it is refused as well.
        let with_token = Caller { token: Some("x".repeat(96)), ..root };
        who(&with_token).await.fault(TOKEN);
    });
}

/// An end that one server has answered counts for every later request to the other.
#[test]
fn an_end_on_one_server_holds_on_the_other() {
    on(&[Database::Postgres], Rates::Off, async |one| {
        let other = one.replica().await;
        let root = one.root();
        root.role("ops", &[root_of(&root.uin)]).await;
        let user = root.user("dev").await;
        let session = root.assume(&root.uin, "ops").await;
        for (caller, code) in [(&user, UNKNOWN), (&session, TOKEN)] {
            let there = other.seen(caller);
            who(caller).await.ok();
            who(&there).await.ok();
            assert_eq!(end(&other, &caller.secret_id, "revoke").await, 204);
            who(caller).await.fault(code);
            who(&there).await.fault(code);
        }
    });
}

/// If the view still had the session, it would be valid again once the clock is set back, and only on this server.
#[test]
fn a_purged_session_is_dropped_from_the_view_as_well() {
    on_each_database(async |t| {
        let root = t.root();
        root.role("ops", &[root_of(&root.uin)]).await;
        root.grant_role("ops", "list", &allow("cam:ListUsers", "*")).await;
        let session = root.assume(&root.uin, "ops").await;
        session.cam("ListUsers", json!({})).await.ok();
        set_clock(&t, &json!({"mode": "offset", "offset_seconds": 7200 + 86_400})).await;
        assert_eq!(sessions::purge(&t.app.engine).await.unwrap(), 0);
        set_clock(&t, &json!({"mode": "offset", "offset_seconds": 7201 + 86_400})).await;
        who(&session).await.fault(TOKEN);
        assert_eq!(sessions::purge(&t.app.engine).await.unwrap(), 1);
        set_clock(&t, &json!({"mode": "real"})).await;
        let cold = t.restarted().await;
        who(&cold.seen(&session)).await.fault(TOKEN);
        who(&session).await.fault(TOKEN);
    });
}
