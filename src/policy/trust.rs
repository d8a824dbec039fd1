//! Who may assume a role, by the one document the role carries.
//!
//! This is only the role's side. Whether the caller's own policies permit the call is [`decide`](super::decide)'s matter,
//! and which of the two sides are needed (same account, other account, service, provider) is the engine's.

use super::document::{Document, Effect};
use super::evaluate::{Deciding, Decision, Layer, Reason};
use super::matching::{Asked, first_mismatch};
use super::question::{Question, Requester};

/// Decides whether the document lets `who` do `question.action` (one of the ways to assume a role). The resource of the
/// question plays no part. A refusal has the reason `Trust`, or `ExplicitDeny` if a statement denies.
pub fn decide_trust(document: &Document, who: &Requester<'_>, question: &Question<'_>) -> Decision {
    let asked = Asked::of_trust(question, who);
    let first = |effect| {
        let matches = |statement: &super::document::Statement| {
            statement.effect == effect && first_mismatch(statement, &asked).is_none()
        };
        let index = document.statements.iter().position(matches)?;
        Some(Deciding { layer: Layer::Trust, policy: 0, statement: index })
    };
    if let Some(deny) = first(Effect::Deny) {
        return Decision::deny(Reason::ExplicitDeny, Some(deny));
    }
    match first(Effect::Allow) {
        Some(allow) => Decision { effect: Effect::Allow, reason: Reason::Allow, deciding: Some(allow) },
        None => Decision::deny(Reason::Trust, None),
    }
}
