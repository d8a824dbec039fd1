//! Warns about legal text that certainly does not do what it seems to do, and about capitals, which the documentation
//! does not allow.

use super::catalogue;
use super::spelling::{self, Capital};
use crate::policy::budget::{Budget, STEPS};
use crate::policy::document::{
    ActionForm, ActionPattern, Document, DocumentKind, Effect, ResourceForm, ResourcePattern, Rules, Statement, Warning,
};
use crate::policy::json::{self, Range};
use crate::policy::pattern::{Glob, Tri};
use crate::policy::question::Variables;

/// The condition keys that belong to no service, in the user guide (598/10608) or in published policies, and the keys of
/// tags.
const GLOBAL_KEYS: &[&str] = &[
    "qcs:ip",
    "qcs:current_time",
    "qcs:resource_tag",
    "qcs:request_tag",
    "qcs:uin",
    "qcs:owner_uin",
    "qcs:create_uin",
    "qcs:mfa",
    "qcs:read_only_action",
    "qcs:vpc",
    "qcs:tag",
    "qcs:principal_tag",
];

/// The prefixes of condition keys that contain the key of a tag and have the value of the tag (598/58347).
const TAG_KEYS: &[&str] = &["qcs:resource_tag/", "qcs:request_tag/", "qcs:principal_tag/", "qcs:tag/"];

pub(super) fn warnings(document: &Document, rules: &Rules<'_>) -> Vec<Warning> {
    let written = json::read(&document.text).ok();
    let mut warnings: Vec<Warning> = written
        .iter()
        .flat_map(spelling::capitals)
        .map(|capital| {
            let Capital { path, range, written } = capital;
            let lower = written.to_ascii_lowercase();
            let message = format!("write `{lower}` for `{written}`: the documentation knows lower case only");
            Warning { path, span: document.span(range), message }
        })
        .collect();
    let single = written.as_ref().is_some_and(spelling::has_single_statement);
    for (index, statement) in document.statements.iter().enumerate() {
        let mut warn = |element: &str, range: Range, message: String| {
            let path = if single { format!("statement{element}") } else { format!("statement[{index}]{element}") };
            warnings.push(Warning { path, span: document.span(range), message });
        };
        for action in &statement.actions {
            if matches_nothing(action, rules) {
                let message = format!("`{}` matches no operation", document.source(action.range));
                warn(".action", action.range, message);
            }
            if let Some(name) = exact(action)
                && rules.operation_level.is_some_and(|is_operation_level| is_operation_level(&name))
                && rules.kind != DocumentKind::Trust
                && !statement.resources.iter().any(|resource| is_everything(resource, action))
            {
                let message =
                    format!("`{name}` knows no single resources, so this statement never applies to it; use `*`");
                warn(".resource", action.range, message);
            }
        }
        for condition in &statement.conditions {
            let key = &*condition.key;
            let known = GLOBAL_KEYS.contains(&key) || TAG_KEYS.iter().any(|prefix| key.starts_with(prefix));
            if key.starts_with("qcs:") && !known {
                let message = format!("no request has a condition key `{key}`");
                warn(".condition", condition.name, message);
            }
        }
        let shadow = document.statements.iter().position(|deny| shadows(deny, statement));
        if let Some(deny) = shadow {
            let message = format!("this statement has no effect: statement {deny} denies everything it allows");
            warn("", statement.range, message);
        }
    }
    warnings
}

/// Returns the action that a pattern without wildcard matches.
fn exact(action: &ActionPattern) -> Option<String> {
    match &action.form {
        ActionForm::Match { service: Some(service), operation: Glob::Exact(operation) } => {
            Some(format!("{service}:{operation}"))
        }
        _ => None,
    }
}

fn matches_nothing(action: &ActionPattern, rules: &Rules<'_>) -> bool {
    let ActionForm::Match { service: Some(service), operation } = &action.form else {
        return false;
    };
    let Some(operations) = catalogue::operations(service) else {
        return false;
    };
    let nobody = Variables::default();
    !rules.extra_services.contains(&&**service)
        && operations.iter().all(|name| operation.matches(name, &nobody, &Budget::new(STEPS)) == Tri::No)
}

/// Whether the resource applies to an operation-level action, as in the evaluator. The account is not compared, because
/// a pattern for everything can name only the document's own account.
fn is_everything(resource: &ResourcePattern, action: &ActionPattern) -> bool {
    let ActionForm::Match { service: Some(of_action), .. } = &action.form else {
        return true;
    };
    match &resource.form {
        ResourceForm::Everything | ResourceForm::Unreadable => true,
        ResourceForm::Segments(segments) => {
            let service = segments.service.as_ref().is_none_or(|service| service == of_action);
            service && segments.region.is_none() && segments.item.is_any()
        }
    }
}

/// Whether `deny` certainly matches whenever `allow` does.
fn shadows(deny: &Statement, allow: &Statement) -> bool {
    deny.effect == Effect::Deny
        && allow.effect == Effect::Allow
        && deny.conditions.is_empty()
        && deny.principals.is_empty()
        && deny.resources.iter().any(|resource| matches!(resource.form, ResourceForm::Everything))
        && allow.actions.iter().all(|allowed| deny.actions.iter().any(|denied| covers(denied, allowed)))
}

fn covers(denied: &ActionPattern, allowed: &ActionPattern) -> bool {
    let (ActionForm::Match { service: d, operation: denied }, ActionForm::Match { service: a, operation: allowed }) =
        (&denied.form, &allowed.form)
    else {
        return false;
    };
    let same_service = d.is_none() || d == a;
    let operation = match allowed {
        Glob::Exact(allowed) => denied.matches(allowed, &Variables::default(), &Budget::new(STEPS)) == Tri::Yes,
        _ => denied.is_any(),
    };
    same_service && operation
}
