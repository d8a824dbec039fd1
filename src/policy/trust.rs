//! Who may assume a role, by the one document the role carries.
//!
//! This is only the role's side. Whether the caller's own policies permit the call is [`decide`](super::decide)'s matter,
//! and which of the two sides are needed (same account, other account, service, provider) is the engine's.

use super::document::{Document, Effect, PrincipalPattern};
use super::evaluate::{Asked, Deciding, Decision, Layer, Question, Reason, first_mismatch};
use super::pattern::Tri;

/// Who asks to assume a role.
#[derive(Clone, Copy, Debug)]
pub struct Requester<'a> {
    /// The account the identity belongs to; empty for services, providers and anonymous callers.
    pub account: &'a str,
    /// Who it is within the account.
    pub identity: Identity<'a>,
    /// Ids of the groups a user is in.
    pub groups: &'a [&'a str],
}

/// An identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity<'a> {
    /// The root of the account.
    Root,
    /// A user, also through a federation token, by its uin.
    User(&'a str),
    /// A session of a role.
    Role {
        /// The role's id.
        id: &'a str,
        /// The role's name.
        name: &'a str,
    },
    /// A service of the cloud, by its domain-style name.
    Service(&'a str),
    /// Somebody a provider vouches for, by the provider's full name.
    Federated(&'a str),
    /// Nobody known.
    Anonymous,
}

impl Requester<'_> {
    pub(super) fn is_named_by(&self, pattern: &PrincipalPattern) -> Tri {
        let in_account = matches!(self.identity, Identity::Root | Identity::User(_) | Identity::Role { .. });
        let named = match pattern {
            PrincipalPattern::Unreadable => return Tri::Unknown,
            PrincipalPattern::Anyone => in_account,
            PrincipalPattern::Anonymous => self.identity == Identity::Anonymous,
            PrincipalPattern::Service(service) => self.identity == Identity::Service(service),
            PrincipalPattern::Federated(provider) => self.identity == Identity::Federated(provider),
            in_one if !in_account || in_one.account() != Some(self.account) => false,
            PrincipalPattern::Account(_) => true,
            PrincipalPattern::Root(_) => self.identity == Identity::Root,
            PrincipalPattern::User { user, .. } => self.identity == Identity::User(user),
            PrincipalPattern::Group { group, .. } => {
                matches!(self.identity, Identity::User(_)) && self.groups.contains(&group.as_str())
            }
            PrincipalPattern::RoleName { name, .. } => {
                matches!(self.identity, Identity::Role { name: own, .. } if own == name)
            }
            PrincipalPattern::RoleId { id, .. } => matches!(self.identity, Identity::Role { id: own, .. } if own == id),
        };
        named.into()
    }
}

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
