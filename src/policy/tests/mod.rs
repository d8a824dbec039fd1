//! Tests of the policy language as defined in `docs/policy.md`.
//!
//! Every row of its table *What the documentation leaves open* names the test that holds it; most of them are here.

mod budgets;
mod conditions;
mod decisions;
mod defects;
mod explanations;
mod laws;
mod met;
mod nearest;
mod principals;
mod tags;
mod warnings;

use std::sync::Arc;

use super::grammar::tencent::LANGUAGE;
use super::*;

const OWNER: &str = "100000000001";
const USER: &str = "100000000002";
const APP: u64 = 1_250_000_000;

fn rules(kind: DocumentKind) -> Rules<'static> {
    Rules::new(kind, OWNER, APP)
}

fn parse(text: &str, rules: &Rules<'_>) -> Result<Document, Vec<Problem>> {
    LANGUAGE.parse(text, rules)
}

fn load(text: &str, rules: &Rules<'_>) -> Document {
    LANGUAGE.load(text, rules)
}

fn caller() -> Variables<'static> {
    Variables { caller: USER, account: OWNER, application: APP }
}

/// Wraps statements in a document of version 2.0.
fn document(statements: &str) -> String {
    format!(r#"{{"version":"2.0","statement":[{statements}]}}"#)
}

fn attach(document: Document, name: &str, via: Via) -> Attached {
    Attached { policy: PolicyLabel { id: "1".into(), name: name.into() }, via, document: Arc::new(document) }
}

fn set(statements: &str) -> PolicySet {
    let document = parse(&document(statements), &rules(DocumentKind::Identity)).unwrap();
    PolicySet::compile(vec![attach(document, "p", Via::Own)])
}

fn context<'a>(entries: &[(&'a str, &'a str)]) -> Context<'a> {
    let mut context = Context::new();
    for (key, value) in entries {
        context.add(*key, (LANGUAGE.notation.read_value)(key, value));
    }
    context
}

/// Asks a set one question and returns the reason. `resource` is the names of the resource, separated by spaces, or
/// empty for no single resource.
fn reason(set: &PolicySet, action: &str, resource: &str, entries: &[(&str, &str)]) -> Reason {
    let names: Vec<&str> = resource.split(' ').collect();
    let resource = if resource.is_empty() { Resource::Operation } else { Resource::Named(&names) };
    let context = context(entries);
    decide(&Layers::of(set), &Question { action, resource, context: &context, caller: caller() }).reason
}
