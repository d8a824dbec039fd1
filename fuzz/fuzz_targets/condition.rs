//! Evaluates a condition, given as JSON after a line with a value of the request. Nothing panics, and whenever an allow
//! with the condition matches, a deny with it matches too.
#![no_main]

use std::sync::Arc;

use camulator_fuzz::policy::{
    self, Attached, Context, DocumentKind, Layers, PolicyLabel, PolicySet, Question, Reason, Resource, Rules, Variables, Via,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let (value, condition) = text.split_once('\n').unwrap_or(("", text));
    // Must be a single value, so that it cannot end the statement around it.
    if serde_json::from_str::<serde_json::Value>(condition).is_err() {
        return;
    }
    let allows = decide("allow", condition, value) == Reason::Allow;
    let denies = decide("deny", condition, value) == Reason::ExplicitDeny;
    // The reverse does not hold: where a condition cannot be read, only a deny matches.
    assert!(!allows || denies, "{condition}");
});

fn decide(effect: &str, condition: &str, value: &str) -> Reason {
    let text = format!(
        r#"{{"version":"2.0","statement":[{{"effect":"{effect}","action":"*","resource":"*","condition":{condition}}}]}}"#
    );
    let rules = Rules::new(DocumentKind::Identity, "100000000001", 1_300_000_001);
    let attached = Attached {
        policy: PolicyLabel { id: "1".to_owned(), name: "p".to_owned() },
        via: Via::Own,
        document: Arc::new(policy::grammar::tencent::LANGUAGE.load(&text, &rules)),
    };
    let set = PolicySet::compile(vec![attached]);
    let context = Context::new().with("k:v", value).with("qcs:ip", value).with("qcs:ip", "10.0.0.1");
    let question = Question {
        action: "cvm:RunInstances",
        resource: Resource::Operation,
        context: &context,
        caller: Variables { caller: "100000000002", account: "100000000001", application: 1_300_000_001 },
    };
    policy::decide(&Layers::of(&set), &question).reason
}
