//! How a policy language writes what questions are about: names of resources and principals, actions, tags.

use super::question::{ContextValue, Requester};
use std::fmt;

/// The notation of a language.
pub struct Notation {
    /// Reads the name of a resource; none if it is not one.
    pub read_name: ReadName,
    /// Returns the action `service:Operation` that a question is about, without what the language may write before it.
    pub read_action: fn(&str) -> &str,
    /// Reads a value of a condition key that is given as text: for keys of tags, the language's notation of one.
    pub read_value: for<'t> fn(&str, &'t str) -> ContextValue<'t>,
    /// Writes a tag as one text.
    pub write_tag: fn(&str, &str) -> String,
    /// Writes a requester as a trust policy would name it.
    pub write_requester: fn(&Requester<'_>) -> String,
}

/// Reads the name of a resource; none if it is not one.
pub type ReadName = fn(&str) -> Option<ResourceName<'_>>;

/// The account in the name of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountSegment<T> {
    /// The account of whoever asks.
    Own,
    /// The account with this id.
    Id(T),
    /// The account with this second number.
    Application(u64),
}

/// A resource somebody asks about, by its parts; an empty part is one that the resource does not have.
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
    /// What it is within them.
    pub item: &'a str,
}

impl fmt::Debug for Notation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Notation")
    }
}
