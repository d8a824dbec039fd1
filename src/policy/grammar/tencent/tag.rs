//! Tags written as text: `<key>&<value>`.
//!
//! The text is split at its first `&`, so no text can stand for a tag whose key contains `&`. A policy can still test
//! such a tag by its own condition key, `qcs:resource_tag/<key>`.

use crate::policy::question::ContextValue;

/// The condition keys whose values are tags.
const TAGS: [&str; 4] = ["qcs:resource_tag", "qcs:request_tag", "qcs:principal_tag", "qcs:tag"];

/// The condition key of the caller's tags.
pub(super) const OF_PRINCIPAL: &str = "qcs:principal_tag";

/// Splits the value of a condition key into the key and value of a tag.
///
/// Returns `None` if the values of that condition key are not tags, or the text has no `&`.
pub(super) fn halves<'t>(key: &str, text: &'t str) -> Option<(&'t str, &'t str)> {
    if TAGS.contains(&key) { text.split_once('&') } else { None }
}

/// Parses a text as a value of a condition key.
pub(super) fn read_value<'t>(key: &str, text: &'t str) -> ContextValue<'t> {
    halves(key, text).map_or(ContextValue::from(text), ContextValue::from)
}

pub(super) fn write(key: &str, value: &str) -> String {
    format!("{key}&{value}")
}
