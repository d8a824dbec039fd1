//! The purge of expired sessions: each account's sessions are judged by that account's clock.

use crate::support::{Caller, Test, on_each_database, root_of};
use camulator::engine::sessions;
use serde_json::json;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// Sets an account's clock and opens a session of two hours.
async fn opened(t: &Test, root: &Caller, offset: i64) -> Caller {
    set_offset(t, root, offset).await;
    root.assume(&root.uin, "ops").await
}

async fn set_offset(t: &Test, root: &Caller, seconds: i64) {
    let path = format!("/clock?account={}", root.uin);
    t.admin("PUT", &path, json!({"mode": "offset", "offset_seconds": seconds})).await.done();
}

async fn tenant(t: &Test, uin: &str) -> Caller {
    let root = t.tenant(uin).await;
    root.role("ops", &[root_of(&root.uin)]).await;
    root
}

/// The number of the account's sessions in the database.
async fn kept(t: &Test, root: &Caller) -> usize {
    t.dump_of(&root.uin).await["sessions"].len()
}

async fn purge(t: &Test) -> u64 {
    sessions::purge(&t.app.engine).await.unwrap()
}

#[test]
fn a_session_survives_while_its_accounts_clock_is_behind() {
    on_each_database(async |t| {
        let behind = tenant(&t, "100000000002").await;
        let session = opened(&t, &behind, -10 * DAY).await;
        // By the server's clock it expired more than nine days ago.
        assert_eq!(purge(&t).await, 0);
        session.sts("GetCallerIdentity", json!({})).await.ok();
        assert_eq!(kept(&t, &behind).await, 1);
        // It has expired, but is kept until a whole day has passed.
        set_offset(&t, &behind, -9 * DAY + 2 * HOUR).await;
        assert_eq!(purge(&t).await, 0);
        session.sts("GetCallerIdentity", json!({})).await.fault("AuthFailure.TokenFailure");
        set_offset(&t, &behind, -9 * DAY + 2 * HOUR + 1).await;
        assert_eq!(purge(&t).await, 1);
        assert_eq!(kept(&t, &behind).await, 0);
    });
}

#[test]
fn a_session_is_purged_once_its_accounts_clock_is_ahead() {
    on_each_database(async |t| {
        let ahead = tenant(&t, "100000000002").await;
        let session = opened(&t, &ahead, 10 * DAY).await;
        assert_eq!(purge(&t).await, 0);
        session.sts("GetCallerIdentity", json!({})).await.ok();
        // By the server's clock the session has not even begun.
        set_offset(&t, &ahead, 11 * DAY + 2 * HOUR + 1).await;
        assert_eq!(purge(&t).await, 1);
        assert_eq!(kept(&t, &ahead).await, 0);
    });
}

/// Sessions are deleted in portions, each with its part of the view.
#[test]
fn every_session_that_has_ended_goes() {
    on_each_database(async |t| {
        let root = tenant(&t, "100000000002").await;
        let used = opened(&t, &root, 0).await;
        used.sts("GetCallerIdentity", json!({})).await.ok();
        t.execute(
            "INSERT INTO sessions (secret_id, account_id, role_id, user_id, name, origin, sealed, token_digest, policy, \
             tags, source_identity, created_at, expires_at, incarnation) \
             WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < 1234) \
             SELECT 'old-' || CAST(i AS TEXT), account_id, role_id, '', 'old', origin, '', '', '', '[]', '', created_at, \
             expires_at - i % 3, incarnation FROM n, sessions WHERE secret_id = $1",
            camulator::args![&used.secret_id],
        )
        .await;
        set_offset(&t, &root, DAY + 2 * HOUR + 1).await;
        let young = opened(&t, &root, DAY + 2 * HOUR + 1).await;
        assert_eq!(purge(&t).await, 1235);
        assert_eq!(kept(&t, &root).await, 1);
        young.sts("GetCallerIdentity", json!({})).await.ok();
        // It has not expired by this clock, but it is gone from the view too.
        set_offset(&t, &root, 0).await;
        used.sts("GetCallerIdentity", json!({})).await.fault("AuthFailure.TokenFailure");
    });
}

#[test]
fn each_account_is_purged_by_its_own_clock() {
    on_each_database(async |t| {
        let root = t.root();
        root.role("ops", &[root_of(&root.uin)]).await;
        let (behind, ahead) = (tenant(&t, "100000000002").await, tenant(&t, "100000000003").await);
        for (account, seconds) in [(&behind, -DAY), (&ahead, DAY)] {
            opened(&t, account, seconds).await;
        }
        root.assume(&root.uin, "ops").await;
        t.advance(DAY + 2 * HOUR + 1);
        assert_eq!(purge(&t).await, 3, "all three have expired by their accounts' clocks");
        for (account, seconds) in [(&behind, -2 * DAY), (&ahead, 2 * DAY)] {
            opened(&t, account, seconds).await;
        }
        root.assume(&root.uin, "ops").await;
        set_offset(&t, &ahead, 4 * DAY).await;
        assert_eq!(purge(&t).await, 1, "time has passed only for the account ahead");
        assert_eq!((kept(&t, &root).await, kept(&t, &behind).await, kept(&t, &ahead).await), (1, 1, 0));
        // An account without a clock of its own follows the server's.
        t.admin("PUT", "/clock", json!({"mode": "offset", "offset_seconds": 2 * DAY})).await.done();
        assert_eq!(purge(&t).await, 1, "time has passed for the account that follows the server");
        assert_eq!((kept(&t, &root).await, kept(&t, &behind).await), (0, 1));
    });
}
