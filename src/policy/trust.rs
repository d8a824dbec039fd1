//! Decides who may assume a role, by the role's trust policy.
//!
//! Only the trust policy is evaluated here. [`decide`](super::decide) evaluates the caller's own policies, and the
//! engine knows which of the two a call needs (same account, other account, service, provider).

use super::budget::{Budget, STEPS};
use super::document::{Document, Effect};
use super::evaluate::{Deciding, Decision, Layer, Reason};
use super::matching::{Prepared, first_mismatch};
use super::question::{Question, Requester};

/// Decides whether the trust policy lets `who` assume the role by `question.action`.
///
/// The question's resource does not matter. The reason of a deny is `ExplicitDeny` if a statement denies, else `Trust`.
pub fn decide_trust(document: &Document, who: &Requester<'_>, question: &Question<'_>) -> Decision {
    decide_trust_within(document, who, question, &Budget::new(STEPS))
}

/// Decides the question by the trust policy, within the given budget.
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
