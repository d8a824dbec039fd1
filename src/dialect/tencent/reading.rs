//! Which actions only read: the condition key `qcs:read_only_action`, on which policies grant reading alone.

use super::{conditions, operations};
use crate::dialect::contract::Mode;
use crate::engine::evidence::Conditions;
use crate::engine::model::RequestContext;
use std::borrow::Cow;

/// Returns the condition keys of every request for an action; `tags` are the caller's.
pub fn conditions(cx: &RequestContext, action: &str, tags: &[(&str, &str)]) -> Conditions {
    let mut conditions = conditions::common(cx, tags);
    conditions.push((Cow::Borrowed("qcs:read_only_action"), if only_reads(action) { "1" } else { "0" }.into()));
    conditions
}

/// Returns whether an action, as `service:Action`, only reads: as the registry has it and, for the actions of other
/// services, by the name. Actions that open sessions do not only read, whatever their names are.
pub fn only_reads(action: &str) -> bool {
    let action = action.strip_prefix("name/").unwrap_or(action);
    let (service, name) = action.split_once(':').unwrap_or_default();
    match operations::named(name).filter(|op| op.service == service) {
        Some(op) => op.mode == Mode::Read,
        None => service != "sts" && ["Describe", "List", "Get"].iter().any(|verb| name.starts_with(verb)),
    }
}
