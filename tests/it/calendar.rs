//! The end of the calendar: wherever the clock is set, no reply contains a year of five digits.

use crate::support::{Test, allow, in_memory, on_each_database, operations, root_of, text};
use crate::world::World;
use camulator::args;
use camulator::dialect::contract::Mode;
use serde_json::{Value, json};

/// The latest time that a clock shows.
const LATEST: &str = "9999-12-30T00:00:00Z";
/// The last second of the year 9999.
const END: i64 = 253_402_300_799;

/// Asserts that no date in the text has a year of five digits or more.
#[track_caller]
fn assert_readable(what: &str, text: &str) {
    let bytes = text.as_bytes();
    let digits =
        |range: std::ops::Range<usize>| bytes.get(range).is_some_and(|part| part.iter().all(u8::is_ascii_digit));
    for at in 5..bytes.len() {
        let is_date = bytes[at] == b'-' && digits(at + 1..at + 3) && bytes.get(at + 3) == Some(&b'-');
        assert!(!(is_date && digits(at - 5..at)), "{what}: {text}");
    }
}

async fn frozen(t: &Test, path: &str, now: &str) -> u16 {
    t.admin("PUT", path, json!({"mode": "frozen", "now": now})).await.status
}

#[test]
fn a_clock_can_only_be_set_within_the_calendar() {
    on_each_database(async |t| {
        for path in ["/clock", "/clock?account=100000000001"] {
            for (now, status) in [
                (LATEST, 200),
                ("9999-12-30T00:00:01Z", 400),
                ("9999-12-31T23:59:59Z", 400),
                ("9999-12-31T23:59:59-12:00", 400),
                ("1970-01-01T00:00:00Z", 200),
                ("1969-12-31T23:59:59Z", 400),
                ("9999-12-29T23:59:59Z", 200),
            ] {
                assert_eq!(frozen(&t, path, now).await, status, "{path} {now}");
            }
            let (moved, by) = path.split_once('?').map_or((path, ""), |(path, by)| (path, by));
            let advance = async |seconds: i64| {
                t.admin("POST", &format!("{moved}/advance?{by}"), json!({"seconds": seconds})).await.status
            };
            assert_eq!(advance(2).await, 400);
            assert_eq!(advance(i64::MAX).await, 400);
            assert_eq!(advance(i64::MIN).await, 400);
            assert_eq!(advance(1).await, 200);
            for (offset, status) in [(i64::MAX, 400), (i64::MIN, 400), (END, 400), (7_973_000_000 * 30, 200)] {
                let body = json!({"mode": "offset", "offset_seconds": offset});
                assert_eq!(t.admin("PUT", path, body).await.status, status, "{path} {offset}");
            }
            let refused = t.admin("PUT", path, json!({"mode": "offset", "now": "9999-12-31T00:00:00Z"})).await;
            assert_eq!(refused.status, 400);
            let message = text(&refused.body["error"]["message"]);
            assert!(message.contains(LATEST), "{message}");
        }
    });
}

/// The longest sessions, and a time of creation in local time (UTC+8).
#[test]
fn times_after_the_latest_time_are_shown() {
    on_each_database(async |t| {
        assert_eq!(frozen(&t, "/clock", LATEST).await, 200);
        let root = t.root();
        let user = root.user("dev").await;
        root.grant(&user, "all", &allow("*", "*")).await;
        let document = crate::support::trust(&[root_of(&root.uin)]);
        let role = json!({"RoleName": "ops", "PolicyDocument": document, "SessionDuration": 43_200});
        root.cam("CreateRole", role).await.ok();
        let got = root.cam("GetRole", json!({"RoleName": "ops"})).await.ok();
        assert_eq!(got["RoleInfo"]["AddTime"], "9999-12-30 08:00:00");
        let arn = format!("qcs::cam::uin/{}:roleName/ops", root.uin);
        let params = json!({"RoleArn": arn, "RoleSessionName": "session", "DurationSeconds": 43_200});
        let opened = root.sts("AssumeRole", params).await.ok();
        assert_eq!(opened["Expiration"], "9999-12-30T12:00:00Z");
        assert_eq!(opened["ExpiredTime"], END + 1 - 36 * 3600);
        root.session(&opened).sts("GetCallerIdentity", json!({})).await.ok();
        let policy = allow("cam:*", "*").to_string();
        let params = json!({"Name": "session", "Policy": policy, "DurationSeconds": 129_600});
        let opened = user.sts("GetFederationToken", params).await.ok();
        assert_eq!(opened["Expiration"], "9999-12-31T12:00:00Z");
        user.session(&opened).sts("GetCallerIdentity", json!({})).await.ok();
    });
}

/// An earlier version may have stored later times.
#[test]
fn a_stored_time_past_the_end_is_shown_as_the_end() {
    on_each_database(async |t| {
        t.leave_cold();
        let root = t.root();
        root.role("ops", &[root_of(&root.uin)]).await;
        t.execute("UPDATE roles SET created_at = $2 WHERE account_id = $1", args![&root.uin, i64::MAX]).await;
        let got = root.cam("GetRole", json!({"RoleName": "ops"})).await.ok();
        assert_eq!(got["RoleInfo"]["AddTime"], "9999-12-31 23:59:59");
    });
}

#[test]
fn every_reply_has_years_of_four_digits() {
    in_memory(async |t| {
        // A clock frozen at the latest time, one that has run past it, and a wall clock at the end of the calendar.
        for (uin, case) in [("800000001", "frozen"), ("800000002", "run past"), ("800000003", "wall")] {
            match case {
                "frozen" => assert_eq!(frozen(&t, "/clock", LATEST).await, 200),
                "run past" => {
                    let body = json!({"mode": "offset", "now": LATEST});
                    t.admin("PUT", "/clock", body).await.done();
                    t.advance(400 * 24 * 3600);
                    let shown = t.admin("GET", "/clock", Value::Null).await.done();
                    assert_eq!(shown["now"], LATEST);
                }
                _ => {
                    t.admin("PUT", "/clock", json!({"mode": "real"})).await.done();
                    t.set_time(END);
                }
            }
            let world = World::below(t.tenant(uin).await).await;
            for op in operations().filter(|op| op.mode != Mode::Write || op.action == "CreateAccessKey") {
                let reply = world.root.ask(op, world.sample(op)).await;
                reply.ok();
                assert_readable(op.action, &String::from_utf8_lossy(&reply.body));
                assert_readable(op.action, &t.trace(&reply.request_id()).await.to_string());
            }
            assert_readable(case, &t.admin("GET", "/accounts", Value::Null).await.done().to_string());
            assert_readable(case, &t.admin("GET", "/clock", Value::Null).await.done().to_string());
        }
    });
}
