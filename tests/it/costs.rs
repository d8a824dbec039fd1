//! Limits on the cost of a decision, on its explanation, and on what is kept of both.

use crate::support::{Caller, allow, in_memory, on_each_database, root_of, text};
use camulator::engine::documents;
use camulator::journal;
use serde_json::{Value, json};

const DENIED: &str = "AuthFailure.UnauthorizedOperation";

/// A policy that allows everything, with a deny that is costly: it compares every tag of the resource with every tag of
/// the caller, many times.
fn costly() -> Value {
    let tag = |number: usize| format!("${{qcs:principal_tag_key}}&${{qcs:principal_tag_value}}{number}");
    let tags: Vec<String> = (0..40).map(tag).collect();
    json!({"version": "2.0", "statement": [
        {"effect": "allow", "action": "*", "resource": "*"},
        {"effect": "deny", "action": "*", "resource": "*", "condition": {"for_any_value:string_equal": {"qcs:resource_tag": tags}}},
    ]})
}

/// A request can bring thousands of tags. When the evaluation reaches its limit, the request is denied.
#[test]
fn a_decision_that_costs_too_much_is_a_denial_that_says_so() {
    on_each_database(async |t| {
        let stub = json!({"version": "2017-03-12", "context": {"qcs:resource_tag": "{{Tags}}"}, "response": {}});
        t.admin("PUT", "/stubs/cvm/StartInstances", stub).await.done();
        let root = t.root();
        root.role("ops", &[root_of(&root.uin)]).await;
        root.grant_role("ops", "costly", &costly()).await;
        let tags: Vec<Value> = (0..50).map(|number| json!({"Key": format!("k{number}"), "Value": "v"})).collect();
        let arn = format!("qcs::cam::uin/{}:roleName/ops", root.uin);
        let params = json!({"RoleArn": arn, "RoleSessionName": "session", "Tags": tags});
        let session = root.session(&root.sts("AssumeRole", params).await.ok());
        let start = |count: usize| {
            let tags: Vec<String> = (0..count).map(|number| format!("name{number}&value")).collect();
            session.call("cvm", "2017-03-12", "StartInstances", json!({"Tags": tags})).send()
        };
        start(20).await.ok();
        let reply = start(4_000).await;
        reply.fault(DENIED);

        let before = t.app.journal.weight();
        let first = t.trace(&reply.request_id()).await["decision"].clone();
        assert_eq!((text(&first["decision"]), text(&first["reason"])), ("deny", "implicit_deny"));
        assert_eq!(first["note"], "the evaluation was ended after 10000000 steps");
        assert!(text(&first["explanation"]).contains("the evaluation was ended after 10000000 steps"), "{first}");
        // It is explained once. From then on the entry keeps the explanation instead of the evidence.
        let explained = t.app.journal.weight();
        assert!(explained < before - 4_000 * "name0".len(), "{before} bytes, {explained} with the explanation");
        assert_eq!(t.trace(&reply.request_id()).await["decision"], first);
        let listed = t.admin("GET", "/requests?limit=1", Value::Null).await.done();
        assert_eq!(listed["requests"][0]["decision"], first);
        assert_eq!(t.app.journal.weight(), explained);

        // `/authorize` decides the same. The root account is limited only by a session policy.
        let tags: Vec<String> = (0..4_000).map(|number| format!("name{number}&value")).collect();
        let ask = async |caller: &Caller| {
            let mut question = json!({
                "secret_id": caller.secret_id, "action": "cvm:StartInstances",
                "context": {"qcs:resource_tag": tags, "qcs:principal_tag": tags},
            });
            if let Some(token) = &caller.token {
                question["token"] = json!(token);
            }
            t.admin("POST", "/authorize", question).await.done()
        };
        let answer = ask(&session).await;
        assert_eq!((&answer["decision"], &answer["note"]), (&first["decision"], &first["note"]));
        let answer = ask(&root).await;
        assert_eq!(answer["reason"], "root", "nothing could deny it");
        let narrowed = json!({"Name": "narrowed", "Policy": costly().to_string()});
        let narrowed = root.session(&root.sts("GetFederationToken", narrowed).await.ok());
        let answer = ask(&narrowed).await;
        assert_eq!((&answer["reason"], &answer["note"]), (&json!("implicit_deny"), &first["note"]));
    });
}

/// A list bounds its explanations together, not only each of them.
#[test]
fn a_list_explains_only_its_newest_entries() {
    in_memory(async |t| {
        let root = t.root();
        let user = root.user("dev").await;
        let statement = json!({"effect": "allow", "action": "cam:GetUser", "resource": format!("qcs::cam:::user/{}", "x".repeat(40))});
        let many = json!({"version": "2.0", "statement": vec![statement; 35]});
        for number in 0..12 {
            root.grant(&user, &format!("many{number}"), &many).await;
        }
        let mut last = String::new();
        for _ in 0..100 {
            let reply = user.cam("ListUsers", json!({})).await;
            reply.fault(DENIED);
            last = reply.request_id();
        }
        let list = async || t.admin("GET", "/requests?action=ListUsers", Value::Null).await.done()["requests"].clone();
        let listed = list().await;
        let size = listed.to_string().len();
        assert!(size < 8 * 1024 * 1024, "{size}");
        let listed = listed.as_array().unwrap();
        let is_brief = |entry: &&Value| entry["decision"]["note"].is_string();
        let brief = listed.iter().filter(is_brief).count();
        assert!((10..90).contains(&brief), "{brief} of {}", listed.len());
        assert!(listed.iter().rev().take(brief).all(|entry| is_brief(&entry)), "the newest are explained");
        for entry in listed {
            assert_eq!(
                (&entry["decision"]["decision"], &entry["decision"]["reason"]),
                (&json!("deny"), &json!("implicit_deny"))
            );
        }
        // Asked for by its id, an entry has its own explanation, which is cut when it is too long.
        let oldest = text(&listed[99]["request_id"]);
        let alone = t.trace(oldest).await["decision"].clone();
        assert_eq!(alone["considered"].as_array().unwrap().len() + number(&alone["considered_left_out"]), 12 * 35);
        assert!(alone.to_string().len() < 160 * 1024, "{}", alone.to_string().len());
        assert!(text(&alone["explanation"]).contains("more statements were looked at and are not shown"), "{alone}");
        // A second read explains no more entries.
        assert_eq!(list().await.as_array().unwrap().iter().filter(is_brief).count(), brief);
        assert_eq!(text(&listed[0]["request_id"]), last);
    });
}

fn number(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

/// Each version of a long policy is in the cache of documents, and the journal entries that refer to it keep it alive.
#[test]
fn kept_documents_are_bounded_in_bytes() {
    in_memory(async |t| {
        let root = t.root();
        let user = root.user("dev").await;
        let document = |number: usize| {
            let actions = vec!["*"; 900];
            let name = format!("qcs::cam:::user/{number}");
            let statement = json!([{"effect": "deny", "action": actions, "resource": name}]);
            json!({"version": "2.0", "statement": statement}).to_string() + &" ".repeat(50_000)
        };
        let policy = root.grant(&user, "long", &allow("cam:*", "*")).await;
        let (mut most, mut asked) = (0, 0);
        for number in 0..400 {
            root.cam("UpdatePolicy", json!({"PolicyId": policy, "PolicyDocument": document(number)})).await.ok();
            user.cam("ListUsers", json!({})).await.fault(DENIED);
            asked += 2;
            let kept = t.app.journal.weight();
            assert!(kept <= journal::KEPT_BYTES, "{kept} bytes after {asked} requests");
            most = most.max(kept);
        }
        assert!(most > journal::KEPT_BYTES * 9 / 10, "the journal was never full: {most} bytes");
        let listed = t.admin("GET", "/requests?action=ListUsers&limit=10000", Value::Null).await.done();
        let left = listed["requests"].as_array().unwrap().len();
        assert!((50..400).contains(&left), "{left} entries");
        assert!(t.app.engine.documents.weight() <= documents::KEPT_BYTES);
    });
}
