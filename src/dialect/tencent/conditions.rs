//! Condition keys: what a Tencent policy can ask about a request.
//!
//! A tag `game: web` is a value of `qcs:resource_tag`, `qcs:request_tag` or `qcs:principal_tag`, which policies write
//! `game&web`. It is also the value `web` of `qcs:resource_tag/game` and its like (the guides 598/47827 and 598/58347).
//! Only actions that work on a single resource have resource tags: AssumeRole has those of the role, CreateAccessKey those
//! of the user, a stub's action those that the stub names.

use super::params::Tag;
use super::principal;
use crate::dialect::contract::Subject;
use crate::engine::evidence::Conditions;
use crate::engine::ids::AccountId;
use crate::engine::model::{RequestContext, Role};
use crate::policy::ContextValue;
use std::borrow::Cow;

/// Keys of the tags of the resource; `qcs:tag` is the older name.
pub const RESOURCE: &[&str] = &["qcs:resource_tag", "qcs:tag"];

/// Keys of the tags in the request.
pub const REQUEST: &[&str] = &["qcs:request_tag"];

/// Keys of the tags of the principal: those of its session and of its user or role.
const PRINCIPAL: &[&str] = &["qcs:principal_tag"];

/// Returns the condition keys of every request; `tags` are the caller's. `qcs:mfa` says whether the
/// caller's session was opened with a code of a second factor.
pub fn common(cx: &RequestContext, tags: &[(&str, &str)]) -> Conditions {
    let with_factor = cx.caller.session.as_ref().is_some_and(|session| session.second_factor);
    let mut conditions: Conditions = vec![
        (Cow::Borrowed("qcs:ip"), cx.peer.to_string().into()),
        (Cow::Borrowed("qcs:current_time"), cx.now.rfc3339().into()),
        (Cow::Borrowed("qcs:uin"), cx.caller.id().to_owned().into()),
        (Cow::Borrowed("qcs:owner_uin"), cx.account.id.to_string().into()),
        (Cow::Borrowed("qcs:mfa"), with_factor.to_string().into()),
    ];
    for (key, value) in tags {
        conditions.extend(tag(PRINCIPAL, key, value));
    }
    let source = cx.caller.session.as_ref().map_or("", |session| session.source_identity.as_str());
    conditions.extend(source_identity(source));
    conditions
}

/// Returns the condition key for a source identity, unless it is empty.
pub fn source_identity(source: &str) -> Option<(Cow<'static, str>, ContextValue<'static>)> {
    (!source.is_empty()).then(|| (Cow::Borrowed("sts:source_identity"), source.to_owned().into()))
}

/// Returns a role as the subject of an action: under each of its names, with its tags.
pub fn on_role(account: &AccountId, role: &Role) -> Subject {
    Subject {
        resources: Some(principal::role_names(account, role).to_vec()),
        context: role.tags.iter().flat_map(|(key, value)| tag(RESOURCE, key, value)).collect(),
    }
}

/// Returns the condition keys for the tags in a request.
pub fn request_tags(tags: &[Tag]) -> Conditions {
    tags.iter().flat_map(|one| tag(REQUEST, &one.key, &one.value)).collect()
}

/// Returns one tag under each of the keys.
pub fn tag(
    names: &'static [&'static str],
    key: &str,
    value: &str,
) -> impl Iterator<Item = (Cow<'static, str>, ContextValue<'static>)> {
    names.iter().flat_map(move |name| {
        [
            (Cow::Borrowed(*name), (key.to_owned(), value.to_owned()).into()),
            (Cow::Owned(format!("{name}/{key}")), value.to_owned().into()),
        ]
    })
}
