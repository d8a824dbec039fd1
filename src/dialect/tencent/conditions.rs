//! Condition keys: what a policy of Tencent's can ask about a request.
//!
//! A tag `game: web` is known as a value of `qcs:resource_tag`, `qcs:request_tag` or `qcs:principal_tag`, which policies write
//! `game&web`, and as the value `web` of `qcs:resource_tag/game` and so on (the guides 598/47827 and 598/58347). Resources are those of
//! actions that work on a single one: the role of AssumeRole, and what a stub says of its own.

use super::params::Tag;
use super::principal;
use crate::dialect::contract::Subject;
use crate::engine::evidence::Conditions;
use crate::engine::ids::AccountId;
use crate::engine::model::{RequestContext, Role};
use crate::policy::ContextValue;
use std::borrow::Cow;

/// Tags of what the action works on; `qcs:tag` is the older name.
pub const RESOURCE: &[&str] = &["qcs:resource_tag", "qcs:tag"];

/// Tags that the request brings.
pub const REQUEST: &[&str] = &["qcs:request_tag"];

/// Tags of who asks: of its session, and of its role.
const PRINCIPAL: &[&str] = &["qcs:principal_tag"];

/// The keys that every request has; `tags` are the caller's. Nobody signs in with a second factor here.
pub fn common(cx: &RequestContext, tags: &[(&str, &str)]) -> Conditions {
    let mut conditions: Conditions = vec![
        (Cow::Borrowed("qcs:ip"), cx.peer.to_string().into()),
        (Cow::Borrowed("qcs:current_time"), cx.now.rfc3339().into()),
        (Cow::Borrowed("qcs:uin"), cx.caller.id().to_owned().into()),
        (Cow::Borrowed("qcs:owner_uin"), cx.account.id.to_string().into()),
        (Cow::Borrowed("qcs:mfa"), "false".into()),
    ];
    for (key, value) in tags {
        conditions.extend(tag(PRINCIPAL, key, value));
    }
    let source = cx.caller.session.as_ref().map_or("", |session| session.source_identity.as_str());
    conditions.extend(source_identity(source));
    conditions
}

/// Who a session is opened for, or was, as its opener said.
pub fn source_identity(source: &str) -> Option<(Cow<'static, str>, ContextValue<'static>)> {
    (!source.is_empty()).then(|| (Cow::Borrowed("sts:source_identity"), source.to_owned().into()))
}

/// Returns a role as what an action works on: under each of its names, with its tags.
pub fn on_role(account: &AccountId, role: &Role) -> Subject {
    Subject {
        resources: Some(principal::role_names(account, role).to_vec()),
        context: role.tags.iter().flat_map(|(key, value)| tag(RESOURCE, key, value)).collect(),
    }
}

/// Tags that a request brings.
pub fn request_tags(tags: &[Tag]) -> Conditions {
    tags.iter().flat_map(|one| tag(REQUEST, &one.key, &one.value)).collect()
}

/// One tag, under each of the names.
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
