//! The neutral model of a policy document, its defects, and the rules under which it is parsed.
//!
//! Nothing here depends on how a cloud writes its documents. A document keeps its text byte for byte, because it is
//! returned as it was stored, and every element knows its place in the text.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use super::condition::Condition;
use super::json::{self, Content, Range};
use super::notation::{AccountSegment, Notation};
use super::pattern::Glob;

/// The kind of a document, which decides which elements are allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentKind {
    /// An identity policy: what an identity may do. Statements have actions and resources.
    Identity,
    /// A trust policy: who may assume a role. Statements have principals and actions, and no resources.
    Trust,
    /// A session policy: what a temporary credential may do at most. It is given with the request that creates the
    /// credential. Statements have actions and resources.
    Session,
    /// An identity policy of the older interface. It also accepts numbers of projects in resources, and version `1.0`.
    Strategy,
}

/// The rules under which a text is parsed.
#[derive(Clone, Debug)]
pub struct Rules<'a> {
    /// The kind of the document.
    pub kind: DocumentKind,
    /// The id of the account that owns the document; empty for documents that all accounts share (presets).
    pub owner: &'a str,
    /// The application id of that account, which some resource names contain instead of its id; 0 if it has none.
    pub application: u64,
    /// Service prefixes that are known in addition to the built-in list, such as those of stubs.
    pub extra_services: &'a [&'a str],
    /// The id and actions of each permission set, which documents name as `permid/<id>`. Other sets are refused.
    pub permission_sets: &'a [(&'a str, &'a [&'a str])],
    /// Tells whether an action such as `cam:CreateRole` is operation-level, that is, works on no single resource. With
    /// it, [`Language::check`](super::Language::check) warns about statements that never apply.
    pub operation_level: Option<fn(&str) -> bool>,
}

impl<'a> Rules<'a> {
    /// Creates rules with the built-in services only, no permission sets and no test for operation-level actions.
    pub fn new(kind: DocumentKind, owner: &'a str, application: u64) -> Rules<'a> {
        Rules { kind, owner, application, extra_services: &[], permission_sets: &[], operation_level: None }
    }
}

/// The kinds of defects in a document. A dialect maps each to the error codes of its operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Defect {
    /// The text is not JSON.
    NotJson,
    /// The text is JSON, but not an object.
    NotObject,
    /// A name that occurs twice in one object.
    DuplicateElement,
    /// The text is longer than allowed.
    TooLong,
    /// An element that the language does not have, or one in a letter case that it does not accept.
    UnknownElement,
    /// `version` is missing or not a known one.
    Version,
    /// `statement` is missing, empty, neither a list nor an object, or one of its entries is not an object.
    Statement,
    /// `effect` is missing, or neither `allow` nor `deny`.
    Effect,
    /// `action` is missing or an empty list.
    ActionMissing,
    /// An action that is not of the form `service:Operation`.
    ActionForm,
    /// A well-formed action that its service is known not to have.
    ActionUnknown,
    /// A well-formed action of an unknown service.
    ActionServiceUnknown,
    /// An action that is not allowed in this kind of document: a trust policy may name only those that assume a role.
    ActionNotAllowed,
    /// A permission set (`permid/…`) whose actions are not known.
    PermissionSetUnknown,
    /// `resource` is missing or an empty list.
    ResourceMissing,
    /// A resource that is not a text.
    ResourceForm,
    /// A resource that does not have six segments, or whose first segment is not the fixed one.
    ResourceSegments,
    /// A project segment that is malformed, or not allowed in this kind of document.
    ResourceProject,
    /// A resource of an unknown service.
    ResourceServiceUnknown,
    /// An unknown region.
    ResourceRegion,
    /// An account segment that is malformed, or names an account other than the owner where this is not allowed.
    ResourceOwner,
    /// A last segment that is empty or contains an unknown variable.
    ResourceContent,
    /// A `resource` where this kind of document must not have one.
    ResourceNotAllowed,
    /// `condition` is not an object.
    ConditionForm,
    /// An unknown operator.
    ConditionOperator,
    /// A condition key that is malformed or missing, or a value that the operator cannot read.
    ConditionContent,
    /// `principal` is missing where it is required.
    PrincipalMissing,
    /// A principal of the wrong form, such as an unknown key or a name that is not a text.
    PrincipalForm,
    /// A malformed name of an identity.
    PrincipalName,
    /// An unknown service as a principal.
    PrincipalServiceUnknown,
    /// A `principal` where this kind of document must not have one.
    PrincipalNotAllowed,
}

/// A place in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Span {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// Offset in bytes, from 0.
    pub offset: usize,
    /// Length in bytes.
    pub len: usize,
}

impl Span {
    pub(super) fn new(text: &str, range: Range) -> Span {
        let offset = range.start as usize;
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let count = |n: usize| u32::try_from(n + 1).unwrap_or(u32::MAX);
        Span {
            line: count(before.bytes().filter(|byte| *byte == b'\n').count()),
            column: count(before.get(line_start..).unwrap_or_default().chars().count()),
            offset,
            len: range.len as usize,
        }
    }
}

/// A defect, its place, and a message about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The kind of defect.
    pub defect: Defect,
    /// The path of the element, such as `statement[0].effect`; empty for the document as a whole.
    pub path: String,
    /// The place of the element; for a missing element, the object that should contain it.
    pub span: Span,
    /// What is wrong and what would be right, in words.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: ", self.span.line, self.span.column)?;
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)
    }
}

/// A legal part of a document that certainly does not do what it seems to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The path of the element, such as `statement[0].action`.
    pub path: String,
    /// The place of the element.
    pub span: Span,
    /// Why the element does not do what it seems to do, in words.
    pub message: String,
}

/// The defects and warnings of a text, as [`Language::check`](super::Language::check) returns them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The defects in the order of the text; empty if the text would be accepted.
    pub problems: Vec<Problem>,
    /// The warnings; empty if there are defects.
    pub warnings: Vec<Warning>,
}

/// What a statement does when it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Permits what the statement matches, unless another statement denies it.
    Allow,
    /// Denies what the statement matches, even if other statements allow it.
    Deny,
}

/// A parsed policy document.
#[derive(Clone, Debug)]
pub struct Document {
    pub(super) text: Arc<str>,
    /// The notation of the document's language.
    pub(super) notation: &'static Notation,
    /// The principals beside the statements. They decide nothing: the policy is attached to them when it is created.
    pub(super) principals: Box<[Written]>,
    pub(super) statements: Box<[Statement]>,
    /// Size in bytes, including the text.
    pub(super) weight: usize,
}

/// A statement of a document.
#[derive(Clone, Debug)]
pub struct Statement {
    pub(super) range: Range,
    pub(super) effect: Effect,
    pub(super) actions: Box<[ActionPattern]>,
    pub(super) resources: Box<[ResourcePattern]>,
    pub(super) conditions: Box<[Condition]>,
    pub(super) principals: Box<[Written]>,
}

/// A principal, and its place and path in the document.
#[derive(Clone, Debug)]
pub struct Written {
    pub(super) range: Range,
    pub(super) path: Box<str>,
    pub(super) pattern: PrincipalPattern,
}

/// A pattern for actions, and its place in the text.
#[derive(Clone, Debug)]
pub struct ActionPattern {
    pub(super) range: Range,
    pub(super) form: ActionForm,
}

#[derive(Clone, Debug)]
pub(super) enum ActionForm {
    /// A `service` of `None` is every service.
    Match {
        service: Option<Box<str>>,
        operation: Glob,
    },
    Unreadable,
}

/// A pattern for resources, and its place in the text.
#[derive(Clone, Debug)]
pub struct ResourcePattern {
    pub(super) range: Range,
    pub(super) form: ResourceForm,
}

#[derive(Clone, Debug)]
pub(super) enum ResourceForm {
    /// Every resource, and every operation-level action.
    Everything,
    Segments(Box<Segments>),
    Unreadable,
}

/// The segments of a resource pattern; `None` matches every value.
#[derive(Clone, Debug)]
pub(super) struct Segments {
    pub(super) project: Option<Box<str>>,
    pub(super) service: Option<Box<str>>,
    pub(super) region: Option<Box<str>>,
    pub(super) account: AccountSegment<Box<str>>,
    pub(super) item: Glob,
}

/// A principal that a document names. Accounts and users are named by their ids.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PrincipalPattern {
    /// Every identity of every account, but no service, no identity of a provider and no anonymous caller.
    Anyone,
    /// A caller without identity.
    Anonymous,
    /// Every identity of the account with this id: root, users and role sessions.
    Account(String),
    /// Only the root of the account with this id.
    Root(String),
    /// One user.
    User {
        /// The account's id.
        account: String,
        /// The user's id.
        user: String,
    },
    /// The users in a group.
    Group {
        /// The account's id.
        account: String,
        /// The group's id.
        group: String,
    },
    /// The sessions of a role, by the role's name.
    RoleName {
        /// The account's id.
        account: String,
        /// The role's name.
        name: String,
    },
    /// The sessions of a role, by the role's id.
    RoleId {
        /// The account's id.
        account: String,
        /// The role's id.
        id: String,
    },
    /// A service of the cloud, by its domain-style name.
    Service(String),
    /// The identities that a provider vouches for, by the provider's full name.
    Federated(String),
    /// A principal that could not be read. It never lets an allow match, and never keeps a deny from matching.
    Unreadable,
}

impl PrincipalPattern {
    /// Returns the id of the account in the principal, if it names one.
    pub fn account(&self) -> Option<&str> {
        match self {
            PrincipalPattern::Account(account)
            | PrincipalPattern::Root(account)
            | PrincipalPattern::User { account, .. }
            | PrincipalPattern::Group { account, .. }
            | PrincipalPattern::RoleName { account, .. }
            | PrincipalPattern::RoleId { account, .. } => Some(account),
            _ => None,
        }
    }
}

/// A principal with its path and place, for checks of whether it exists.
#[derive(Clone, Debug)]
pub struct WrittenPrincipal<'a> {
    /// The principal.
    pub pattern: &'a PrincipalPattern,
    /// The path of the element, such as `statement[0].principal.<kind>[1]`.
    pub path: &'a str,
    /// The place of the element.
    pub span: Span,
}

impl Document {
    /// Returns the size in bytes, including the text.
    pub fn weight(&self) -> usize {
        self.weight
    }

    /// Returns the text, byte for byte as it was given.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the number of statements.
    pub fn statement_count(&self) -> usize {
        self.statements.len()
    }

    /// Returns the principals: first those beside the statements, then those of each statement.
    pub fn principals(&self) -> impl Iterator<Item = &PrincipalPattern> {
        self.written().map(|written| &written.pattern)
    }

    /// Returns the same principals with their paths and places.
    pub fn written_principals(&self) -> impl Iterator<Item = WrittenPrincipal<'_>> {
        self.written().map(|written| WrittenPrincipal {
            pattern: &written.pattern,
            path: &written.path,
            span: self.span(written.range),
        })
    }

    fn written(&self) -> impl Iterator<Item = &Written> {
        self.principals.iter().chain(self.statements.iter().flat_map(|statement| &statement.principals))
    }

    pub(super) fn span(&self, range: Range) -> Span {
        Span::new(&self.text, range)
    }

    /// Returns the text at a place; a JSON string without its quotes and escapes.
    pub(super) fn source(&self, range: Range) -> String {
        let start = range.start as usize;
        let written = self.text.get(start..start + range.len as usize).unwrap_or_default();
        match json::read(written).map(|node| node.content) {
            Ok(Content::Text(text)) => text.into_owned(),
            _ => written.to_owned(),
        }
    }
}
