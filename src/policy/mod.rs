//! Policy documents: reading them, deciding by them, and saying why.
//!
//! A cloud's own text is read by its front end in [`grammar`] into one neutral [`Document`]; everything after that knows
//! no vendor. The order in which a document meets the files: [`grammar::cam`] over `json` reads the text and reports every
//! [`Defect`] with its place; `evaluate` indexes the documents a caller has and decides; `trust` decides by the one
//! document of a role who may assume it; `explain` repeats a decision with the whole trace, `near` and `words` say what
//! was missing, `render` writes it for people. The language as it is
//! implemented, with the choices made where the cloud's documents are silent, is in `docs/policy.md`.
//!
//! Deliberately absent: clocks, I/O, async, HTTP, error codes of any wire, and whether an account, user or group that is
//! named really exists. Evaluation cannot fail: what cannot be read never lets an allow match and always lets a deny match.

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
mod render;
mod trust;
mod value;
mod weight;
mod words;

pub use budget::STEPS;
pub use document::{
    ActionPattern, Defect, Document, Effect, Kind, PrincipalPattern, Problem, Report, ResourcePattern, Rules, Span,
    Statement, Warning, Written, WrittenPrincipal,
};
pub use evaluate::{Attached, Deciding, Decision, Layer, Layers, PolicyLabel, PolicySet, Reason, Via, decide};
pub use explain::{Considered, Explanation, Failed, explain, explain_trust};
pub use json::Range;
pub use language::Language;
pub use notation::{AccountSegment, Notation, ResourceName};
pub use question::{Context, ContextValue, Question, Requester, RequesterIdentity, Resource, Variables};
pub use render::render;
pub use trust::decide_trust;
pub use words::escape;

#[cfg(test)]
mod tests;
