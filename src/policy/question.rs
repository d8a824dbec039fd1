//! What is asked, by whom, and what is known about it.

use std::borrow::Cow;

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// `cam:CreateRole`.
    pub action: &'a str,
    /// On what.
    pub resource: Resource<'a>,
    /// What is known of the request.
    pub context: &'a Context<'a>,
    /// Who asks, for variables in the documents and for resources without an account.
    pub caller: Variables<'a>,
}

/// On what an action works.
#[derive(Clone, Copy, Debug)]
pub enum Resource<'a> {
    /// The action knows no single resources: only statements about everything match, allow and deny alike.
    Operation,
    /// One resource under all its equivalent names; a statement that matches one of them matches.
    Named(&'a [&'a str]),
}

/// The caller's values for `${…}` in documents; an empty text or 0 is none.
#[derive(Clone, Copy, Debug, Default)]
pub struct Variables<'a> {
    /// The caller's own id.
    pub caller: &'a str,
    /// The id of its account.
    pub account: &'a str,
    /// The second number of its account.
    pub application: u64,
}

/// One value of a condition key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContextValue<'a> {
    /// A text; numbers, times and addresses are read from it.
    Text(Cow<'a, str>),
    /// A tag, its key and its value. The two stay apart: no part of one can pass for a part of the other.
    Pair(Cow<'a, str>, Cow<'a, str>),
}

impl ContextValue<'_> {
    /// The same value without a copy of it.
    pub fn borrowed(&self) -> ContextValue<'_> {
        match self {
            ContextValue::Text(text) => ContextValue::Text(Cow::Borrowed(text)),
            ContextValue::Pair(key, value) => ContextValue::Pair(Cow::Borrowed(key), Cow::Borrowed(value)),
        }
    }

    /// The same value with its texts copied.
    pub fn into_owned(self) -> ContextValue<'static> {
        match self {
            ContextValue::Text(text) => ContextValue::from(text.into_owned()),
            ContextValue::Pair(key, value) => ContextValue::from((key.into_owned(), value.into_owned())),
        }
    }

    /// Its two halves, if it is a pair.
    pub(super) fn as_pair(&self) -> Option<(&str, &str)> {
        match self {
            ContextValue::Text(_) => None,
            ContextValue::Pair(key, value) => Some((key, value)),
        }
    }

    /// How many bytes of text it has.
    pub fn len(&self) -> usize {
        match self {
            ContextValue::Text(text) => text.len(),
            ContextValue::Pair(key, value) => key.len() + value.len(),
        }
    }

    /// Whether it has no text at all.
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

/// Condition keys and their values. Keys are case-sensitive; a key given several times has several values; a key without
/// values does not exist.
#[derive(Clone, Debug, Default)]
pub struct Context<'a> {
    entries: Vec<(Cow<'a, str>, ContextValue<'a>)>,
}

impl<'a> Context<'a> {
    /// Nothing known.
    pub fn new() -> Context<'a> {
        Context::default()
    }

    /// Adds one value to a key.
    pub fn add(&mut self, key: impl Into<Cow<'a, str>>, value: impl Into<ContextValue<'a>>) {
        self.entries.push((key.into(), value.into()));
    }

    /// The same, for chains.
    #[must_use]
    pub fn with(mut self, key: impl Into<Cow<'a, str>>, value: impl Into<ContextValue<'a>>) -> Context<'a> {
        self.add(key, value);
        self
    }

    /// The values of a key, in the order added.
    pub fn values<'k>(&'k self, key: &'k str) -> impl Iterator<Item = &'k ContextValue<'k>> {
        self.entries.iter().filter(move |(name, _)| name == key).map(|(_, value)| value)
    }

    /// How many values all keys have together.
    pub(super) fn size(&self) -> usize {
        self.entries.len()
    }
}

/// Who asks to assume a role.
#[derive(Clone, Copy, Debug)]
pub struct Requester<'a> {
    /// The account the identity belongs to; empty for services, providers and anonymous callers.
    pub account: &'a str,
    /// Who it is within the account.
    pub identity: RequesterIdentity<'a>,
    /// Ids of the groups a user is in.
    pub groups: &'a [&'a str],
}

/// Who asks, within its account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequesterIdentity<'a> {
    /// The root of the account.
    Root,
    /// A user, also through a federation token, by its id.
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
