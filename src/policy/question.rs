//! Questions to the evaluator: an action, a resource, the context and the caller.

use std::borrow::Cow;
use std::cell::LazyCell;
use std::fmt::Debug;

/// Asks whether the caller may perform an action on a resource.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The action, such as `cam:CreateRole`.
    pub action: &'a str,
    /// The resource of the action.
    pub resource: Resource<'a>,
    /// The condition keys of the request, with their values.
    pub context: &'a dyn ConditionKeys,
    /// The caller, for variables in documents and for resource names without an account.
    pub caller: Variables<'a>,
}

/// The resource of an action.
#[derive(Clone, Copy, Debug)]
pub enum Resource<'a> {
    /// No single resource: the action is operation-level. Only statements that cover everything of its service match,
    /// whether allow or deny.
    Operation,
    /// One resource, by all its equivalent names. A statement that matches one of the names matches the resource.
    Named(&'a [&'a str]),
}

/// The caller's values for `${…}` in documents; an empty text or 0 means that it has no value.
#[derive(Clone, Copy, Debug, Default)]
pub struct Variables<'a> {
    /// The caller's own id.
    pub caller: &'a str,
    /// The id of the caller's account.
    pub account: &'a str,
    /// The application id of the caller's account.
    pub application: u64,
}

/// One value of a condition key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContextValue<'a> {
    /// A text, which an operator may parse as a number, a time or an address.
    Text(Cow<'a, str>),
    /// A tag: its key and its value. They are kept apart, so that no part of one can be mistaken for one of the other.
    Pair(Cow<'a, str>, Cow<'a, str>),
}

impl ContextValue<'_> {
    /// Borrows the value.
    pub fn borrowed(&self) -> ContextValue<'_> {
        match self {
            ContextValue::Text(text) => ContextValue::Text(Cow::Borrowed(text)),
            ContextValue::Pair(key, value) => ContextValue::Pair(Cow::Borrowed(key), Cow::Borrowed(value)),
        }
    }

    /// Copies what is borrowed, so that the value owns its text.
    pub fn into_owned(self) -> ContextValue<'static> {
        match self {
            ContextValue::Text(text) => ContextValue::from(text.into_owned()),
            ContextValue::Pair(key, value) => ContextValue::from((key.into_owned(), value.into_owned())),
        }
    }

    /// Returns the key and value of a tag; `None` for a text.
    pub(super) fn as_pair(&self) -> Option<(&str, &str)> {
        match self {
            ContextValue::Text(_) => None,
            ContextValue::Pair(key, value) => Some((key, value)),
        }
    }

    /// Returns the length in bytes; of a tag, that of key and value together.
    pub fn len(&self) -> usize {
        match self {
            ContextValue::Text(text) => text.len(),
            ContextValue::Pair(key, value) => key.len() + value.len(),
        }
    }

    /// Whether the length is 0.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<'a> From<&'a str> for ContextValue<'a> {
    fn from(text: &'a str) -> ContextValue<'a> {
        ContextValue::Text(Cow::Borrowed(text))
    }
}

impl From<String> for ContextValue<'_> {
    fn from(text: String) -> Self {
        ContextValue::Text(Cow::Owned(text))
    }
}

impl<'a> From<(&'a str, &'a str)> for ContextValue<'a> {
    fn from((key, value): (&'a str, &'a str)) -> ContextValue<'a> {
        ContextValue::Pair(Cow::Borrowed(key), Cow::Borrowed(value))
    }
}

impl From<(String, String)> for ContextValue<'_> {
    fn from((key, value): (String, String)) -> Self {
        ContextValue::Pair(Cow::Owned(key), Cow::Owned(value))
    }
}

/// A condition key and one of its values.
pub type ContextEntry<'a> = (Cow<'a, str>, ContextValue<'a>);

/// The condition keys of a request. The evaluator asks for them only when it meets a condition, or a variable that
/// stands for one, so a [`LazyCell`] can compute them then.
///
/// Keys are case-sensitive. A key may have several values; a key without values is missing.
pub trait ConditionKeys: Debug {
    /// Returns every value with its key.
    fn entries(&self) -> &[ContextEntry<'_>];
}

impl<'a, F: FnOnce() -> Vec<ContextEntry<'a>>> ConditionKeys for LazyCell<Vec<ContextEntry<'a>>, F> {
    fn entries(&self) -> &[ContextEntry<'_>] {
        self
    }
}

impl dyn ConditionKeys + '_ {
    /// Returns the values of a key, in the order in which they were added.
    pub fn values<'k>(&'k self, key: &'k str) -> impl Iterator<Item = &'k ContextValue<'k>> {
        self.entries().iter().filter(move |(name, _)| name == key).map(|(_, value)| value)
    }

    /// Returns the number of values of all keys together.
    pub(super) fn size(&self) -> usize {
        self.entries().len()
    }
}

/// Condition keys whose values are known.
#[derive(Clone, Debug, Default)]
pub struct Context<'a> {
    entries: Vec<ContextEntry<'a>>,
}

impl ConditionKeys for Context<'_> {
    fn entries(&self) -> &[ContextEntry<'_>] {
        &self.entries
    }
}

impl<'a> Context<'a> {
    /// Creates a context without condition keys.
    pub fn new() -> Context<'a> {
        Context::default()
    }

    /// Adds a value to a key.
    pub fn add(&mut self, key: impl Into<Cow<'a, str>>, value: impl Into<ContextValue<'a>>) {
        self.entries.push((key.into(), value.into()));
    }

    /// Adds a value to a key and returns the context.
    #[must_use]
    pub fn with(mut self, key: impl Into<Cow<'a, str>>, value: impl Into<ContextValue<'a>>) -> Context<'a> {
        self.add(key, value);
        self
    }
}

/// The principal that asks to assume a role.
#[derive(Clone, Copy, Debug)]
pub struct Requester<'a> {
    /// The id of the identity's account; empty for services, providers and anonymous callers.
    pub account: &'a str,
    /// The identity within the account.
    pub identity: RequesterIdentity<'a>,
    /// The ids of the groups that a user is in.
    pub groups: &'a [&'a str],
}

/// The identity of a requester.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequesterIdentity<'a> {
    /// The root of the account.
    Root,
    /// A user, by its id; also when it uses a federation token.
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
    /// An identity that a provider vouches for, by the provider's full name.
    Federated(&'a str),
    /// A caller without identity.
    Anonymous,
}
