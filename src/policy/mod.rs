//! Policy documents: parsing them, evaluating them, and explaining the decisions.
//!
//! A front end in [`grammar`] parses a cloud's policy text into a neutral [`Document`]; the other files depend on no
//! vendor. [`grammar::tencent`] parses the text, with the JSON parser in `json`, and reports every [`Defect`] with its
//! place. `evaluate` indexes the documents that apply to a caller and decides by them; `trust` decides by the trust
//! policy of a role who may assume it. `explain` repeats a decision and lists the statements considered, `near` and
//! `words` describe what did not match, and `render` writes the explanation as text. `docs/policy.md` defines the
//! language as implemented, with the choices made where the cloud's documentation is silent.
//!
//! This module deliberately has no clock, I/O, async code, HTTP or wire error codes, and does not check whether an
//! account, user or group named in a document exists. Evaluation cannot fail: an unreadable part never lets an allow
//! match, and never keeps a deny from matching.

mod budget;
mod condition;
mod document;
mod draft;
mod evaluate;
mod explain;
pub mod grammar;
mod json;
mod language;
mod matching;
mod near;
mod notation;
mod pattern;
mod question;
mod reach;
mod render;
mod trust;
mod value;
mod weight;
mod words;

pub use budget::STEPS;
pub use document::{
    ActionPattern, Defect, Document, DocumentKind, Effect, PrincipalPattern, Problem, Report, ResourcePattern, Rules,
    Span, Statement, Warning, Written, WrittenPrincipal,
};
pub use evaluate::{Attached, Deciding, Decision, Layer, Layers, PolicyLabel, PolicySet, Reason, Via, decide};
pub use explain::{Considered, Explanation, Failed, explain, explain_trust};
pub use json::Range;
pub use language::Language;
pub use notation::{AccountSegment, Notation, ResourceName};
pub use question::{
    ConditionKeys, Context, ContextEntry, ContextValue, Question, Requester, RequesterIdentity, Resource, Variables,
};
pub use render::render;
pub use trust::decide_trust;
pub use words::escape;

#[cfg(test)]
mod tests;
