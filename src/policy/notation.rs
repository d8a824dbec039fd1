//! How a policy language writes resource names, principals, actions and tags.

use super::question::{ContextValue, Requester};
use std::fmt;

/// The notation of a language.
pub struct Notation {
    /// Parses the name of a resource; `None` if it is malformed.
    pub read_name: ReadName,
    /// Returns an action as `service:Operation`, without the prefix that the language may write before it.
    pub read_action: fn(&str) -> &str,
    /// Parses a text as a value of a condition key (key, text). If the values of the key are tags, a text in the
    /// language's notation of a tag becomes a tag.
    pub read_value: for<'t> fn(&str, &'t str) -> ContextValue<'t>,
    /// Writes a tag (key, value) as one text.
    pub write_tag: fn(&str, &str) -> String,
    /// Writes a requester as a trust policy would name it; used in explanations.
    pub write_requester: fn(&Requester<'_>) -> String,
}

/// Parses the name of a resource; `None` if it is malformed.
pub type ReadName = fn(&str) -> Option<ResourceName<'_>>;

/// The account segment of a resource name or pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountSegment<T> {
    /// The caller's own account.
    Own,
    /// The account with this id.
    Id(T),
    /// The account with this application id.
    Application(u64),
}

/// The segments of a requested resource's name. A segment that the resource does not have is empty.
#[derive(Clone, Debug)]
pub struct ResourceName<'a> {
    /// The project.
    pub project: &'a str,
    /// The service.
    pub service: &'a str,
    /// The region.
    pub region: &'a str,
    /// The account.
    pub account: AccountSegment<&'a str>,
    /// The last segment, which names the resource within its service and account.
    pub item: &'a str,
}

impl fmt::Debug for Notation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Notation")
    }
}
