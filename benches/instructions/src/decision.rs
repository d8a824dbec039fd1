//! Counts a decision of the evaluator on ten policies of five statements.
//!
//! The server's policy code is compiled into this program as it is into the server. This program runs itself under
//! `callgrind`, twice, with different numbers of decisions, and the difference has nothing but decisions in it.

use crate::common::tenants;
use crate::policy::grammar::tencent::LANGUAGE;
use crate::policy::{
    Attached, Context, DocumentKind, Layers, PolicyLabel, PolicySet, Question, Reason, Resource, Rules, Variables, Via,
    decide,
};
use crate::{Outcome, callgrind};
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;

/// The option that makes this program decide a number of times.
pub const FLAG: &str = "--decide";

/// One question for each answer.
const QUESTIONS: [(&str, Reason); 3] = [
    ("cam:GetRole", Reason::Allow),
    ("cam:DeleteUser", Reason::ExplicitDeny),
    ("cam:CreatePolicy", Reason::ImplicitDeny),
];

/// Returns the instructions per decision, the mean of an allow, an explicit deny and an implicit deny.
pub fn count(directory: &Path) -> Outcome<u64> {
    let program = std::env::current_exe()?;
    let total = |turns: u64| callgrind::whole(directory, &program, &[FLAG, &turns.to_string()]);
    let (few, many) = (total(1_000)?, total(5_000)?);
    Ok(many.saturating_sub(few) / (4_000 * QUESTIONS.len() as u64))
}

/// Decides every question this number of times.
pub fn repeat(turns: u64) -> Outcome<()> {
    const ACCOUNT: &str = "100000000001";
    let rules = Rules::new(DocumentKind::Identity, ACCOUNT, 1_250_000_001);
    let mut attached = Vec::new();
    for place in 0..10 {
        let document = LANGUAGE.parse(&tenants::policy(place).to_string(), &rules);
        let document = document.map_err(|problems| format!("policy {place}: {problems:?}"))?;
        let policy = PolicyLabel { id: place.to_string(), name: format!("load-{place}") };
        attached.push(Attached { policy, via: Via::Own, document: Arc::new(document) });
    }
    let set = PolicySet::compile(attached);
    let mut context = Context::new();
    for (key, value) in
        [("qcs:ip", "127.0.0.1"), ("qcs:current_time", "2026-01-01T00:00:00Z"), ("qcs:uin", "100000000002")]
    {
        context.add(key, value);
    }
    let caller = Variables { caller: "100000000002", account: ACCOUNT, application: 1_250_000_001 };
    for _ in 0..turns {
        for (action, expected) in &QUESTIONS {
            let question = Question { action, resource: Resource::Operation, context: &context, caller };
            let decision = decide(&Layers::of(black_box(&set)), black_box(&question));
            if black_box(decision).reason != *expected {
                return Err(format!("{action} was not decided as expected").into());
            }
        }
    }
    Ok(())
}
