//! Who may assume a role, by the one document the role carries.
//!
//! This is only the role's side. Whether the caller's own policies permit the call is [`decide`](super::decide)'s matter,
//! and which of the two sides are needed (same account, other account, service, provider) is the engine's.

use super::budget::{Budget, STEPS};
use super::document::{Document, Effect};
use super::evaluate::{Deciding, Decision, Layer, Reason};
use super::matching::{Prepared, first_mismatch};
use super::question::{Question, Requester};

/// Decides whether the document lets `who` do `question.action` (one of the ways to assume a role). The resource of the
/// question plays no part. A refusal has the reason `Trust`, or `ExplicitDeny` if a statement denies.
pub fn decide_trust(document: &Document, who: &Requester<'_>, question: &Question<'_>) -> Decision {
    decide_trust_within(document, who, question, &Budget::new(STEPS))
}

/// The same with as many steps as are given.
pub(super) fn decide_trust_within(
    document: &Document,
    who: &Requester<'_>,
    question: &Question<'_>,
    budget: &Budget,
) -> Decision {
    let asked = Prepared::of_trust(question, document.notation, who, budget);
    let first = |effect| {
        let matches = |statement: &super::document::Statement| {
            statement.effect == effect && first_mismatch(statement, &asked).is_none()
        };
        let index = budget.each(&*document.statements, matches).position(|matches| matches)?;
        Some(Deciding { layer: Layer::Trust, policy: 0, statement: index })
    };
    let decision = match first(Effect::Deny) {
        Some(deny) => Decision::deny(Reason::ExplicitDeny, Some(deny)),
        None => match first(Effect::Allow) {
            Some(allow) => Decision::allow(Reason::Allow, Some(allow)),
            None => Decision::deny(Reason::Trust, None),
        },
    };
    decision.unless_ended(budget, Reason::Trust)
}
