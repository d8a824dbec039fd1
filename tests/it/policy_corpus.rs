//! The decision corpus (`tests/policy/corpus/*.json`) against the evaluator, and through the server.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use self::played::{APP_ID, DocumentKind, Effect, OWNER, Request, Rule, USER, corpus};
use crate::support::{self, Test, in_memory};

#[path = "../policy/played.rs"]
mod played;

/// The account that has the documents on the wire: another number than [`OWNER`], which the harness has given away.
const TENANT: &str = "100000000011";

/// What can be set up from outside: identity policies of a user, and what a caller brings with a request.
fn is_for_the_wire(rule: &Rule, request: &Request) -> bool {
    let own = ["qcs:ip", "qcs:current_time", "qcs:uin", "qcs:owner_uin", "qcs:mfa"];
    let identity_only = request.boundary.is_none() && request.session.is_none() && !request.root;
    rule.kind == DocumentKind::Identity
        && rule.permission_sets.is_empty()
        && identity_only
        && request.caller.is_none()
        && request.resource.as_ref().is_none_or(|names| matches!(names.as_slice(), [name] if name.starts_with("qcs:")))
        // The server fills these in itself, and asks the trust policy as well when a role is assumed.
        && !request.action.contains("sts:")
        && !request.identity.iter().any(|name| own.iter().any(|key| rule.text(name).contains(key)))
}

#[test]
fn the_corpus_decides_alike_for_users_with_the_policies() {
    let (asked, called) = (AtomicUsize::new(0), AtomicUsize::new(0));
    for rule in corpus() {
        let requests: Vec<&Request> = rule.requests.iter().filter(|request| is_for_the_wire(&rule, request)).collect();
        if requests.is_empty() {
            continue;
        }
        in_memory(async |t| {
            let (by_question, by_call) = play(&t, &rule, &requests).await;
            asked.fetch_add(by_question, Ordering::Relaxed);
            called.fetch_add(by_call, Ordering::Relaxed);
        });
    }
    let (asked, called) = (asked.into_inner(), called.into_inner());
    assert!(asked >= 600 && called >= 150, "only {asked} decisions were asked and {called} made in calls");
}

/// Asks about, and where a stub can put the question calls, each request; how many of both.
async fn play(t: &Test, rule: &Rule, requests: &[&Request]) -> (usize, usize) {
    let made = t.admin("POST", "/accounts", json!({"id": TENANT, "app_id": APP_ID})).await.created();
    let key = &made["credentials"];
    let root = t.caller(TENANT, support::text(&key["secret_id"]), support::text(&key["secret_key"]));
    let mut policies: BTreeMap<&str, Option<u64>> = BTreeMap::new();
    let mut users: BTreeMap<&[String], support::Caller> = BTreeMap::new();
    let (mut asked, mut called) = (0, 0);
    for request in requests {
        for name in &request.identity {
            if !policies.contains_key(name.as_str()) {
                let document = rule.text(name).replace(OWNER, TENANT);
                let wanted = json!({"PolicyName": format!("p{}", policies.len()), "PolicyDocument": document});
                let reply = root.cam("CreatePolicy", wanted).await;
                // What only a stored text can be has no way in.
                policies.insert(name, reply.code().is_none().then(|| reply.ok()["PolicyId"].as_u64().unwrap()));
            }
        }
        let granted: Option<Vec<u64>> = request.identity.iter().map(|name| policies[name.as_str()]).collect();
        let Some(granted) = granted else { continue };
        if !users.contains_key(request.identity.as_slice()) {
            let user = root.user(&format!("u{}", users.len())).await;
            for policy in granted {
                root.cam("AttachUserPolicy", json!({"PolicyId": policy, "AttachUin": &user.uin})).await.ok();
            }
            users.insert(&request.identity, user);
        }
        let user = &users[request.identity.as_slice()];
        let here = |text: &str| text.replace(OWNER, TENANT).replace(USER, &user.uin);
        let resource = request.resource.as_ref().map(|names| here(&names[0]));
        let context: BTreeMap<&String, Vec<String>> = request
            .context
            .iter()
            .map(|(key, values)| (key, values.iter().map(|value| here(value)).collect()))
            .collect();
        let action = request.action.trim_start_matches("name/");
        let expected = json!([request.decision == Effect::Allow, request.reason]);
        let answer = |decision: &Value| json!([decision["decision"] == "allow", decision["reason"]]);
        let told = format!("{}: {}", rule.name, request.description);

        let mut question = json!({"secret_id": user.secret_id, "action": action, "context": context});
        // `*` asks about no single resource, which is what a name of one's own of that kind is not.
        if let Some(resource) = &resource {
            question["resource"] = json!(resource);
        }
        let decision = t.admin("POST", "/authorize", question).await.done();
        assert_eq!(answer(&decision), expected, "{told}");
        asked += 1;

        let Some(resource) = resource else { continue };
        let (service, operation) = action.split_once(':').unwrap();
        if service == "cam" || context.values().any(|values| values.len() > 1) {
            continue;
        }
        let context: BTreeMap<&String, &String> =
            context.iter().filter_map(|(key, values)| Some((*key, values.first()?))).collect();
        let stub = json!({"version": "2017-03-12", "resource": resource, "response": {}, "context": context});
        t.admin("PUT", &format!("/stubs/{service}/{operation}"), stub).await.done();
        let reply = user.call(service, "2017-03-12", operation, json!({})).send().await;
        let trace = t.trace(&reply.request_id()).await;
        assert_eq!(answer(&trace["decision"]), expected, "{told}");
        assert_eq!(reply.code().is_none(), request.decision == Effect::Allow, "{told}");
        called += 1;
    }
    (asked, called)
}
