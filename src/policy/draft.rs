//! What a front end makes a document of.
//!
//! The grammars of this program build the parts of a document directly. These constructors are the same for a front end
//! that stands elsewhere, as the toy cloud of the tests does. Patterns may have `*` for any run of characters.

use super::document::{
    ActionForm, ActionPattern, Document, Effect, PrincipalPattern, ResourceForm, ResourcePattern, Segments, Statement,
    Written,
};
use super::json::Range;
use super::notation::{AccountSegment, Notation};
use super::pattern::Glob;
use super::weight::weighed;
use std::sync::Arc;

impl Range {
    /// A stretch of a text, in bytes.
    pub fn new(start: usize, len: usize) -> Range {
        let narrow = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Range { start: narrow(start), len: narrow(len) }
    }
}

impl Document {
    /// A document with its text, byte for byte, and what was read of it.
    pub fn new(text: &str, notation: &'static Notation, statements: Vec<Statement>) -> Document {
        let (principals, statements) = (Box::default(), statements.into());
        weighed(Document { text: Arc::from(text), notation, principals, statements, weight: 0 })
    }
}

impl Statement {
    /// A statement without conditions.
    pub fn new(
        range: Range,
        effect: Effect,
        actions: Vec<ActionPattern>,
        resources: Vec<ResourcePattern>,
    ) -> Statement {
        Statement {
            range,
            effect,
            actions: actions.into(),
            resources: resources.into(),
            conditions: Box::default(),
            principals: Box::default(),
        }
    }

    /// The same statement about these principals alone: one of a trust policy.
    #[must_use]
    pub fn by(self, principals: Vec<Written>) -> Statement {
        Statement { principals: principals.into(), ..self }
    }

    /// What a text that cannot be read is taken for: it denies everything.
    pub fn unreadable(range: Range) -> Statement {
        let actions = vec![ActionPattern { range, form: ActionForm::Unreadable }];
        let resources = vec![ResourcePattern { range, form: ResourceForm::Unreadable }];
        let nobody = Written { range, path: "".into(), pattern: PrincipalPattern::Unreadable };
        Statement::new(range, Effect::Deny, actions, resources).by(vec![nobody])
    }
}

impl Written {
    /// A principal that stands there, with the path of its element.
    pub fn new(range: Range, path: &str, pattern: PrincipalPattern) -> Written {
        Written { range, path: path.into(), pattern }
    }
}

impl ActionPattern {
    /// Operations of a service, or of every service, by a pattern.
    pub fn new(range: Range, service: Option<&str>, operation: &str) -> ActionPattern {
        let form = ActionForm::Match { service: service.map(Box::from), operation: Glob::new(operation) };
        ActionPattern { range, form }
    }
}

impl ResourcePattern {
    /// Every resource, and actions that know no single resources.
    pub fn everything(range: Range) -> ResourcePattern {
        ResourcePattern { range, form: ResourceForm::Everything }
    }

    /// Things of a service in the account of whoever asks, by a pattern of their last part.
    pub fn of_service(range: Range, service: &str, item: &str) -> ResourcePattern {
        let segments = Segments {
            project: None,
            service: Some(service.into()),
            region: None,
            account: AccountSegment::Own,
            item: Glob::new(item),
        };
        ResourcePattern { range, form: ResourceForm::Segments(Box::new(segments)) }
    }
}
