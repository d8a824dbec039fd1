//! Constructors of documents for a front end outside this module.
//!
//! The grammars in this module build the parts of a document directly. A front end elsewhere, such as the toy cloud of
//! the tests (`tests/it/toy/language.rs`), uses these constructors. In a pattern, `*` is any run of characters.

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
    /// Creates a range from its first byte and its length in bytes.
    pub fn new(start: usize, len: usize) -> Range {
        let narrow = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Range { start: narrow(start), len: narrow(len) }
    }
}

impl Document {
    /// Creates a document from its text, which is kept byte for byte, and the statements parsed from it.
    pub fn new(text: &str, notation: &'static Notation, statements: Vec<Statement>) -> Document {
        let (principals, statements) = (Box::default(), statements.into());
        weighed(Document { text: Arc::from(text), notation, principals, statements, weight: 0 })
    }
}

impl Statement {
    /// Creates a statement without conditions and principals.
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

    /// Sets the principals, for a statement of a trust policy.
    #[must_use]
    pub fn by(self, principals: Vec<Written>) -> Statement {
        Statement { principals: principals.into(), ..self }
    }

    /// Creates the statement that replaces an unreadable text: a deny that always matches.
    pub fn unreadable(range: Range) -> Statement {
        let actions = vec![ActionPattern { range, form: ActionForm::Unreadable }];
        let resources = vec![ResourcePattern { range, form: ResourceForm::Unreadable }];
        let nobody = Written { range, path: "".into(), pattern: PrincipalPattern::Unreadable };
        Statement::new(range, Effect::Deny, actions, resources).by(vec![nobody])
    }
}

impl Written {
    /// Creates a principal from its place in the text and the path of its element.
    pub fn new(range: Range, path: &str, pattern: PrincipalPattern) -> Written {
        Written { range, path: path.into(), pattern }
    }
}

impl ActionPattern {
    /// Creates a pattern for the operations of a service; `None` is every service.
    pub fn new(range: Range, service: Option<&str>, operation: &str) -> ActionPattern {
        let form = ActionForm::Match { service: service.map(Box::from), operation: Glob::new(operation) };
        ActionPattern { range, form }
    }
}

impl ResourcePattern {
    /// Creates the pattern that covers everything, including operation-level actions.
    pub fn everything(range: Range) -> ResourcePattern {
        ResourcePattern { range, form: ResourceForm::Everything }
    }

    /// Creates a pattern for resources of a service in the caller's own account; `item` matches the last segment.
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
