//! Matches a document's resource, the first line, against a requested resource, the second. Nothing panics, and a
//! resource without stars and variables matches a name that is written the same.
#![no_main]

use std::sync::Arc;

use camulator_fuzz::policy::{
    self, Attached, Context, DocumentKind, Layers, PolicyLabel, PolicySet, Question, Resource, Rules, Variables, Via,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let (written, name) = text.split_once('\n').unwrap_or((text, text));
    let quoted = quote(written);
    let text = format!(r#"{{"version":"2.0","statement":[{{"effect":"allow","action":"*","resource":{quoted}}}]}}"#);
    let rules = Rules::new(DocumentKind::Identity, "100000000001", 1_300_000_001);
    let accepted = policy::grammar::tencent::LANGUAGE.parse(&text, &rules).is_ok();
    let attached = Attached {
        policy: PolicyLabel { id: "1".to_owned(), name: "p".to_owned() },
        via: Via::Own,
        document: Arc::new(policy::grammar::tencent::LANGUAGE.load(&text, &rules)),
    };
    let set = PolicySet::compile(vec![attached]);
    let context = Context::new();
    let caller = Variables { caller: "100000000002", account: "100000000001", application: 1_300_000_001 };
    for resource in [Resource::Operation, Resource::Named(&[name])] {
        let question = Question { action: "cvm:RunInstances", resource, context: &context, caller };
        let decision = policy::decide(&Layers::of(&set), &question);
        let literal = written == name && !written.contains(['*', '$']) && !written.contains("uin/-1");
        if accepted && literal && matches!(resource, Resource::Named(_)) {
            assert!(decision.is_allow(), "{written}");
        }
    }
});

fn quote(text: &str) -> String {
    let escape = |c: char| match c {
        '"' | '\\' => format!("\\{c}"),
        c if c < ' ' => format!("\\u{:04x}", u32::from(c)),
        c => c.to_string(),
    };
    format!("\"{}\"", text.chars().map(escape).collect::<String>())
}
