//! A random id that is taken is drawn again, unnoticed by the caller.

use crate::support::{Test, allow, on_each_database, root_of, text};
use serde_json::{Value, json};
use std::time::Duration;

/// Creates two things for which the server first draws the same id, `base + 1`, to which a role's id adds the time (in
/// multiples of 1024). Both must succeed, with different ids.
async fn twice(t: &Test, base: u64, action: &str, id: &str, params: impl Fn(usize) -> Value) {
    let root = t.root();
    let first = t.drawing(1, root.cam(action, params(1))).await.ok();
    let second = t.drawing(1, root.cam(action, params(2))).await.ok();
    let drawn = |made: &Value| made[id].to_string().trim_matches('"').parse::<u64>().unwrap() - base;
    let (first, second) = (drawn(&first), drawn(&second));
    assert_eq!(first % 1024, 1, "{action}: the number was not drawn");
    if action == "CreateRole" {
        assert_eq!(first / 1024, second / 1024, "another time, and so another number");
    }
    assert_ne!(first, second, "{action}");
    // A taken name is still refused.
    root.cam(action, params(2)).await.code().expect("the name is taken");
}

#[test]
fn a_taken_id_is_drawn_again() {
    on_each_database(async |t| {
        let document = trusted(&t);
        twice(&t, 1 << 62, "CreateRole", "RoleId", |place| {
            json!({"RoleName": format!("r{place}"), "PolicyDocument": document, "Tags": [{"Key": "k", "Value": "v"}]})
        })
        .await;
        let document = allow("cam:GetUser", "*").to_string();
        twice(&t, 100_000_000, "CreatePolicy", "PolicyId", |place| {
            json!({"PolicyName": format!("p{place}"), "PolicyDocument": document, "Tags": [{"Key": "k", "Value": "v"}]})
        })
        .await;
        twice(&t, 100_000, "CreateGroup", "GroupId", |place| json!({"GroupName": format!("g{place}")})).await;
        twice(&t, 100_000_000_000, "AddUser", "Uin", |place| json!({"Name": format!("u{place}")})).await;
    });
}

fn trusted(t: &Test) -> String {
    crate::support::trust(&[root_of(&t.root().uin)])
}

/// A full account is reported as full, and a taken name as taken, also when the drawn id is taken.
#[test]
fn a_taken_id_in_a_full_account_changes_no_code() {
    on_each_database(async |t| {
        let root = t.root();
        let create = |name: &str| root.cam("CreateRole", json!({"RoleName": name, "PolicyDocument": trusted(&t)}));
        t.drawing(7, create("taken")).await.ok();
        t.execute(
            "INSERT INTO roles (account_id, id, name, kind, document, description, console_login, session_duration, \
             boundary_id, created_at, updated_at, seq, written) \
             WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < 999) \
             SELECT $1, CAST(i AS TEXT), 'full-' || CAST(i AS TEXT), 'user', '{}', '', $2, 7200, '', 0, 0, i, 'full-' || CAST(i AS TEXT) FROM n",
            camulator::args![&root.uin, false],
        )
        .await;
        t.drawing(7, create("another")).await.fault("InvalidParameter.RoleFull");
        t.drawing(7, create("taken")).await.fault("InvalidParameter.RoleNameInUse");
    });
}

/// The id of a preset is taken in every account.
#[test]
fn a_custom_policy_never_has_a_presets_id() {
    on_each_database(async |t| {
        let root = t.root();
        let presets = root.cam("ListPolicies", json!({"Scope": "QCS", "Rp": 200})).await.ok();
        let presets: Vec<u64> =
            presets["List"].as_array().unwrap().iter().map(|preset| preset["PolicyId"].as_u64().unwrap()).collect();
        let first = *presets.iter().find(|id| **id > 100_000_000).expect("a preset whose id can be drawn");
        let document = allow("cam:GetUser", "*").to_string();
        for (action, name, body, id) in [
            ("CreatePolicy", "PolicyName", "PolicyDocument", "PolicyId"),
            ("CreateCamStrategy", "StrategyName", "StrategyInfo", "StrategyId"),
        ] {
            let params = json!({name: format!("of-{action}"), body: document});
            // A server that stored the row before it checked the presets would then find its own name taken, and retry
            // forever.
            let making = t.drawing(first - 100_000_000, root.cam(action, params));
            let made = tokio::time::timeout(Duration::from_secs(60), making).await.expect("an answer").ok();
            assert!(!presets.contains(&made[id].as_u64().unwrap()), "{made}");
            let got = root.cam("GetPolicy", json!({"PolicyId": made[id]})).await.ok();
            assert_eq!(text(&got["PolicyName"]), format!("of-{action}"));
        }
        // One row for each action, and no more.
        assert_eq!(t.dump_of(&root.uin).await["policies"].len(), 2);
    });
}
