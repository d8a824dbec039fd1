//! What a policy document is, once read: the neutral model, its defects, and the rules under which it is read.
//!
//! Nothing here knows how a cloud writes its documents. The original text stays with the document byte for byte, because
//! it is given back as it was stored, and every element knows its place in it.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use super::condition::Condition;
use super::json::{self, Content, Range};
use super::notation::{AccountSegment, Notation};
use super::pattern::Glob;

/// Which document a text is meant to be; it decides which elements are allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What an identity may do: action and resource, no principal.
    Identity,
    /// Who may assume a role: principal and action in every statement, no resource.
    Trust,
    /// What a temporary credential may do at most: like `Identity`; given with the request that makes the credential.
    Session,
    /// An identity policy of the interface that also takes `principal` beside `statement`, the project segment of
    /// resources, and the older version `1.0` with a single statement that is not in a list.
    Strategy,
}

/// Under which rules a text is read.
#[derive(Clone, Debug)]
pub struct Rules<'a> {
    /// Which document it is.
    pub kind: Kind,
    /// The account that owns the document; empty for documents that every account shares (presets).
    pub owner: &'a str,
    /// The account's second number, under which some of its resources are named; 0 if there is none.
    pub application: u64,
    /// Service prefixes known besides the built-in list, for instance those that stubs serve.
    pub extra_services: &'a [&'a str],
    /// What `permid/<id>` stands for: id and actions. Sets that are not listed are refused.
    pub permission_sets: &'a [(&'a str, &'a [&'a str])],
    /// Tells for an action such as `cam:CreateRole` that it knows no single resources, so that [`Language::check`](super::Language::check) can
    /// warn about statements that never apply.
    pub operation_level: Option<fn(&str) -> bool>,
}

impl<'a> Rules<'a> {
    /// Rules with nothing beyond the built-in services.
    pub fn new(kind: Kind, owner: &'a str, application: u64) -> Rules<'a> {
        Rules { kind, owner, application, extra_services: &[], permission_sets: &[], operation_level: None }
    }
}

/// What is wrong with a document: situations, not error codes. A dialect maps them to the codes of its operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Defect {
    /// Not JSON at all.
    NotJson,
    /// JSON, but not an object.
    NotObject,
    /// An element given twice.
    DuplicateElement,
    /// Longer than allowed.
    TooLong,
    /// An element that the language does not have, wrong letter case included.
    UnknownElement,
    /// `version` missing or not a known one.
    Version,
    /// `statement` missing, not a list, empty, or one entry that is not an object.
    Statement,
    /// `effect` missing or neither `allow` nor `deny`.
    Effect,
    /// `action` missing or an empty list.
    ActionMissing,
    /// An action that is not of the form `service:Operation`.
    ActionForm,
    /// A well-formed action that the (known) service does not have.
    ActionUnknown,
    /// A well-formed action of a service that does not exist.
    ActionServiceUnknown,
    /// An action that has no place in this kind of document (a trust policy is about assuming the role only).
    ActionNotAllowed,
    /// A permission set (`permid/…`) whose content is not known.
    PermissionSetUnknown,
    /// `resource` missing or an empty list.
    ResourceMissing,
    /// A resource that is not a text.
    ResourceForm,
    /// A resource that does not have six segments beginning with the constant one.
    ResourceSegments,
    /// A wrong project segment.
    ResourceProject,
    /// A resource of a service that does not exist.
    ResourceServiceUnknown,
    /// A region that does not exist.
    ResourceRegion,
    /// An owner segment that is malformed, or another account than the owner of the document.
    ResourceOwner,
    /// A wrong last segment: empty, or with an unknown variable.
    ResourceContent,
    /// A resource where the document may not have one.
    ResourceNotAllowed,
    /// `condition` is not an object.
    ConditionForm,
    /// An operator that the language does not have.
    ConditionOperator,
    /// A condition key that is malformed, or values that the operator cannot read.
    ConditionContent,
    /// `principal` missing where it is required.
    PrincipalMissing,
    /// A principal of the wrong form: not an object of known keys with texts.
    PrincipalForm,
    /// A name of an identity that is malformed.
    PrincipalName,
    /// A service that does not exist as a principal.
    PrincipalServiceUnknown,
    /// A principal where the document may not have one.
    PrincipalNotAllowed,
}

/// A place in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Span {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// Bytes before it.
    pub offset: usize,
    /// Its length in bytes.
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

/// One defect with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What situation it is.
    pub defect: Defect,
    /// Which element: `statement[0].effect`; empty for the document as a whole.
    pub path: String,
    /// Where it stands; for an element that is missing, the object that should have it.
    pub span: Span,
    /// What is wrong and what would be right.
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

/// Something legal that is surely not meant so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Which element.
    pub path: String,
    /// Where it stands.
    pub span: Span,
    /// Why it is suspicious.
    pub message: String,
}

/// Everything that can be said about a text: the answer of [`Language::check`](super::Language::check).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Why it would be refused; empty if it would be accepted.
    pub problems: Vec<Problem>,
    /// What is suspicious in it.
    pub warnings: Vec<Warning>,
}

/// What a statement does when it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Permit, unless something denies.
    Allow,
    /// Refuse, whatever permits.
    Deny,
}

/// A document read from its text.
#[derive(Clone, Debug)]
pub struct Document {
    pub(super) text: Arc<str>,
    /// How its language writes what questions are about.
    pub(super) notation: &'static Notation,
    pub(super) principals: Box<[Written]>,
    pub(super) statements: Box<[Statement]>,
    /// How many bytes it takes, with its text.
    pub(super) weight: usize,
}

/// One statement.
#[derive(Clone, Debug)]
pub struct Statement {
    pub(super) range: Range,
    pub(super) effect: Effect,
    pub(super) actions: Box<[ActionPattern]>,
    pub(super) resources: Box<[ResourcePattern]>,
    pub(super) conditions: Box<[Condition]>,
    pub(super) principals: Box<[Written]>,
}

/// A principal and where it was written.
#[derive(Clone, Debug)]
pub struct Written {
    pub(super) range: Range,
    pub(super) path: Box<str>,
    pub(super) pattern: PrincipalPattern,
}

/// Which actions a statement is about.
#[derive(Clone, Debug)]
pub struct ActionPattern {
    pub(super) range: Range,
    pub(super) form: ActionForm,
}

#[derive(Clone, Debug)]
pub(super) enum ActionForm {
    /// `None` is every service.
    Match {
        service: Option<Box<str>>,
        operation: Glob,
    },
    Unreadable,
}

/// Which resources a statement is about.
#[derive(Clone, Debug)]
pub struct ResourcePattern {
    pub(super) range: Range,
    pub(super) form: ResourceForm,
}

#[derive(Clone, Debug)]
pub(super) enum ResourceForm {
    /// Every resource, and actions that know no single resources.
    Everything,
    Segments(Box<Segments>),
    Unreadable,
}

/// A resource by its parts. `None` is any.
#[derive(Clone, Debug)]
pub(super) struct Segments {
    pub(super) project: Option<Box<str>>,
    pub(super) service: Option<Box<str>>,
    pub(super) region: Option<Box<str>>,
    pub(super) account: AccountSegment<Box<str>>,
    pub(super) item: Glob,
}

/// Who is named by a document. Accounts and users are named by their ids.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PrincipalPattern {
    /// Every identity of every account; not services, not identities of other providers, not anonymous callers.
    Anyone,
    /// A caller without identity.
    Anonymous,
    /// Every identity of the account: root, users, roles.
    Account(String),
    /// The account's root only.
    Root(String),
    /// One user.
    User {
        /// The account.
        account: String,
        /// The user's id.
        user: String,
    },
    /// The users in a group.
    Group {
        /// The account.
        account: String,
        /// The group's id.
        group: String,
    },
    /// Sessions of a role, by its name.
    RoleName {
        /// The account.
        account: String,
        /// The role's name.
        name: String,
    },
    /// Sessions of a role, by its id.
    RoleId {
        /// The account.
        account: String,
        /// The role's id.
        id: String,
    },
    /// A service of the cloud, by its domain-style name.
    Service(String),
    /// Identities of a provider, by the provider's full name.
    Federated(String),
    /// Could not be read. Never lets an allow match.
    Unreadable,
}

impl PrincipalPattern {
    /// The account it names, if it names one.
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

/// A principal as it stands in a document, for checks that need to know what exists.
#[derive(Clone, Debug)]
pub struct WrittenPrincipal<'a> {
    /// Who is named.
    pub pattern: &'a PrincipalPattern,
    /// Which element: such as `statement[0].principal.<kind>[1]`.
    pub path: &'a str,
    /// Where it stands.
    pub span: Span,
}

impl Document {
    /// How many bytes it takes, with its text.
    pub fn weight(&self) -> usize {
        self.weight
    }

    /// The text, byte for byte as it was given.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether a statement has conditions.
    pub fn is_conditional(&self) -> bool {
        self.statements.iter().any(|statement| !statement.conditions.is_empty())
    }

    /// How many statements there are.
    pub fn statement_count(&self) -> usize {
        self.statements.len()
    }

    /// Everybody named, beside the statements first, then statement by statement.
    pub fn principals(&self) -> impl Iterator<Item = &PrincipalPattern> {
        self.written().map(|written| &written.pattern)
    }

    /// The same with their places.
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

    /// What stands at a place, texts without their quotes and escapes.
    pub(super) fn source(&self, range: Range) -> String {
        let start = range.start as usize;
        let written = self.text.get(start..start + range.len as usize).unwrap_or_default();
        match json::read(written).map(|node| node.content) {
            Ok(Content::Text(text)) => text.into_owned(),
            _ => written.to_owned(),
        }
    }
}
