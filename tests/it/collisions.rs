//! An id that is taken is replaced by another one, unnoticed by the caller.

use crate::support::{Test, allow, on_each_database, root_of, text};
use serde_json::{Value, json};
use std::time::Duration;

/// Creates two things for which the server first draws the same id, `base + 1`. Both must succeed, with different ids.
async fn twice(t: &Test, base: u64, action: &str, id: &str, params: impl Fn(usize) -> Value) {
    let root = t.root();
    let first = t.drawing(1, root.cam(action, params(1))).await.ok();
    let second = t.drawing(1, root.cam(action, params(2))).await.ok();
    let drawn = |made: &Value| made[id].to_string().trim_matches('"').parse::<u64>().unwrap() - base;
    assert_eq!(drawn(&first), 1, "{action}: the number was not drawn");
    assert_ne!(first, second, "{action}");
    // A taken name is still refused.
    root.cam(action, params(2)).await.code().expect("the name is taken");
}

#[test]
fn a_taken_id_is_drawn_again() {
    on_each_database(async |t| {
        twice(&t, 100_000, "CreateGroup", "GroupId", |place| json!({"GroupName": format!("g{place}")})).await;
        twice(&t, 100_000_000_000, "AddUser", "Uin", |place| json!({"Name": format!("u{place}")})).await;
    });
}

/// Sets the last number that was reserved, so that a server which has reserved none begins behind it.
async fn reserved(t: &Test, number: u64) {
    let number = i64::try_from(number).unwrap();
    t.execute("INSERT INTO counters (cloud, reserved) VALUES ('tencent', $1)", camulator::args![number]).await;
}

/// A database of an earlier version has ids that were not counted.
#[test]
fn a_taken_number_is_not_used() {
    on_each_database(async |t| {
        let (root, document) = (t.root(), trusted(&t));
        let role = |place: usize| {
            let tags = json!([{"Key": "k", "Value": "v"}]);
            root.cam("CreateRole", json!({"RoleName": format!("r{place}"), "PolicyDocument": document, "Tags": tags}))
        };
        let first = role(1).await.ok();
        let first: u64 = text(&first["RoleId"]).parse().unwrap();
        t.execute("DELETE FROM role_tags WHERE account_id = $1", camulator::args![&root.uin]).await;
        let taken = camulator::args![&root.uin, (first + 1).to_string()];
        t.execute("UPDATE roles SET id = $2 WHERE account_id = $1", taken).await;
        let second: u64 = text(&role(2).await.ok()["RoleId"]).parse().unwrap();
        let third: u64 = text(&role(3).await.ok()["RoleId"]).parse().unwrap();
        assert_eq!(third, first + 2, "the next number that was reserved");
        assert!(second > first + 2, "{second} is the number behind the reserved ones");
        role(3).await.fault("InvalidParameter.RoleNameInUse");
    });
}

/// Numbers grow, across accounts and restarts, and so do the ids that are made of them.
#[test]
fn ids_of_roles_and_policies_grow() {
    on_each_database(async |t| {
        let mut last = 0;
        for root in [t.root(), t.tenant("100000000002").await, t.root()] {
            let made = [
                text(
                    &root
                        .cam("CreateRole", json!({"RoleName": format!("r{last}"), "PolicyDocument": trusted(&t)}))
                        .await
                        .ok()["RoleId"],
                )
                .parse::<u64>()
                .unwrap()
                    - (1 << 62)
                    - 10_000_000,
                root.policy(&format!("p{last}"), &allow("cam:GetUser", "*")).await - 240_000_000,
            ];
            for number in made {
                assert!(number > last && number < 10_000_000, "{number} after {last}");
                last = number;
            }
        }
    });
}

fn trusted(t: &Test) -> String {
    crate::support::trust(&[root_of(&t.root().uin)])
}

/// The id of a preset is taken in every account.
#[test]
fn a_custom_policy_never_has_a_presets_id() {
    on_each_database(async |t| {
        let root = t.root();
        let presets = root.cam("ListPolicies", json!({"Scope": "QCS", "Rp": 200})).await.ok();
        let presets: Vec<u64> =
            presets["List"].as_array().unwrap().iter().map(|preset| preset["PolicyId"].as_u64().unwrap()).collect();
        let first = *presets.iter().find(|id| **id > 240_000_000).expect("a preset whose id can be counted");
        reserved(&t, first - 240_000_001).await;
        let document = allow("cam:GetUser", "*").to_string();
        for (action, name, body, id) in [
            ("CreatePolicy", "PolicyName", "PolicyDocument", "PolicyId"),
            ("CreateCamStrategy", "StrategyName", "StrategyInfo", "StrategyId"),
        ] {
            let params = json!({name: format!("of-{action}"), body: document});
            // A server that stored the row before it checked the presets would then find its own name taken, and retry
            // forever.
            let making = root.cam(action, params);
            let made = tokio::time::timeout(Duration::from_secs(60), making).await.expect("an answer").ok();
            assert!(!presets.contains(&made[id].as_u64().unwrap()), "{made}");
            let got = root.cam("GetPolicy", json!({"PolicyId": made[id]})).await.ok();
            assert_eq!(text(&got["PolicyName"]), format!("of-{action}"));
        }
        // One row for each action, and no more.
        assert_eq!(t.dump_of(&root.uin).await["policies"].len(), 2);
    });
}
