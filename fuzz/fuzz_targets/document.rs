//! Reads any text as a document of each kind. Nothing panics, defects lie within the text and in order, and an accepted
//! document means the same when it is loaded as a stored one.
#![no_main]

use std::sync::Arc;

use camulator_fuzz::policy::{
    self, Attached, Context, DocumentKind, Layers, PolicyLabel, PolicySet, Question, Resource, Rules, Variables, Via,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for kind in [DocumentKind::Identity, DocumentKind::Trust, DocumentKind::Session, DocumentKind::Strategy] {
        let rules = Rules::new(kind, "100000000001", 1_300_000_001);
        let stored = policy::grammar::tencent::LANGUAGE.load(text, &rules);
        assert_eq!(stored.text(), text);
        match policy::grammar::tencent::LANGUAGE.parse(text, &rules) {
            Ok(document) => {
                assert_eq!(document.text(), text);
                assert_eq!(decide(document), decide(stored));
            }
            Err(problems) => {
                assert!(!problems.is_empty());
                assert!(problems.windows(2).all(|pair| pair[0].span.offset <= pair[1].span.offset));
                assert!(problems.iter().all(|problem| text.get(problem.span.offset..).is_some()));
                decide(stored);
            }
        }
        policy::grammar::tencent::LANGUAGE.check(text, &rules);
    }
});

fn decide(document: policy::Document) -> policy::Decision {
    let attached = Attached {
        policy: PolicyLabel { id: "1".to_owned(), name: "p".to_owned() },
        via: Via::Own,
        document: Arc::new(document),
    };
    let set = PolicySet::compile(vec![attached]);
    let context = Context::new().with("qcs:ip", "10.0.0.1").with("k:v", "1").with("k:v", "x");
    let question = Question {
        action: "cvm:RunInstances",
        resource: Resource::Named(&["qcs::cvm:ap-guangzhou:uin/100000000001:instance/i-1"]),
        context: &context,
        caller: Variables { caller: "100000000002", account: "100000000001", application: 1_300_000_001 },
    };
    let decision = policy::decide(&Layers::of(&set), &question);
    assert_eq!(decision.reason, policy::explain(&Layers::of(&set), &question).reason);
    decision
}
