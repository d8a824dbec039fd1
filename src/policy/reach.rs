//! What a document is about: the services and actions that its allow statements name, and whether it tests tags.
//!
//! Nothing is decided here: resources, conditions and deny statements are left aside.

use super::budget::{Budget, STEPS};
use super::document::{ActionForm, Document, Effect};
use super::pattern::Tri;
use super::question::{ContextValue, Variables};

impl Document {
    /// Returns whether an allow statement names the service, or every service.
    pub fn reaches_service(&self, service: &str) -> bool {
        self.allowed().any(|form| match form {
            ActionForm::Match { service: named, .. } => named.as_deref().is_none_or(|named| named == service),
            ActionForm::Unreadable => false,
        })
    }

    /// Returns whether an allow statement names an operation of a service.
    pub fn reaches(&self, service: &str, operation: &str) -> bool {
        let (caller, budget) = (Variables::default(), Budget::new(STEPS));
        self.allowed().any(|form| match form {
            ActionForm::Match { service: named, operation: pattern } => {
                named.as_deref().is_none_or(|named| named == service)
                    && pattern.matches(operation, &caller, &budget) == Tri::Yes
            }
            ActionForm::Unreadable => false,
        })
    }

    /// Returns whether a condition is on tags.
    pub fn tests_tags(&self) -> bool {
        let keys = self.statements.iter().flat_map(|statement| &statement.conditions).map(|condition| &condition.key);
        keys.into_iter().any(|key| {
            let key = key.split('/').next().unwrap_or_default();
            matches!((self.notation.read_value)(key, "key&value"), ContextValue::Pair(..))
        })
    }

    fn allowed(&self) -> impl Iterator<Item = &ActionForm> {
        let statements = self.statements.iter().filter(|statement| statement.effect == Effect::Allow);
        statements.flat_map(|statement| &statement.actions).map(|action| &action.form)
    }
}
