//! Actions: `cam:CreateRole`, `name/cam:CreateRole`, `cos:*Bucket*`, `*`, `permid/1`.

use super::catalogue;
use super::cx::{Cx, Path, did_you_mean};
use super::text::{one_or_many, required};
use crate::policy::document::{ActionForm, ActionPattern, Defect, DocumentKind};
use crate::policy::json::{Content, Node, Range};
use crate::policy::pattern::Glob;

/// The actions that a trust policy may name.
const ASSUMING: [&str; 3] = ["sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"];

pub(super) fn actions(
    cx: &mut Cx<'_>,
    statement: &Node<'_>,
    node: Option<&Node<'_>>,
    path: &Path<'_>,
) -> Vec<ActionPattern> {
    let unreadable = |range| ActionPattern { range, form: ActionForm::Unreadable };
    let hint = "name at least one, such as `cam:GetRole`";
    let node = match required(cx, statement, node, path, Defect::ActionMissing, hint) {
        Ok(node) => node,
        Err(range) => return vec![unreadable(range)],
    };
    let mut patterns = Vec::new();
    for (index, entry) in one_or_many(node).iter().enumerate() {
        let path = path.entry(node, index);
        let range = entry.range;
        match &entry.content {
            Content::Text(text) => action(cx, text, range, &path, &mut patterns),
            _ => {
                let message = format!("an action must be a text such as `\"cam:GetRole\"`, not {}", cx.quote(range));
                cx.report(Defect::ActionForm, &path, range, message);
                patterns.push(unreadable(range));
            }
        }
    }
    patterns
}

/// Parses one action; a permission set adds several patterns.
fn action(cx: &mut Cx<'_>, text: &str, range: Range, path: &Path<'_>, patterns: &mut Vec<ActionPattern>) {
    let Some(set) = text.strip_prefix("permid/") else {
        let form = form(cx, text, range, path);
        patterns.push(ActionPattern { range, form });
        return;
    };
    let Some((_, members)) = cx.rules.permission_sets.iter().find(|(id, _)| *id == set) else {
        let message = format!("the content of the permission set `{text}` is not known; name its actions instead");
        cx.report(Defect::PermissionSetUnknown, path, range, message);
        patterns.push(ActionPattern { range, form: ActionForm::Unreadable });
        return;
    };
    if cx.rules.kind == DocumentKind::Trust {
        not_for_trust(cx, text, range, path);
        patterns.push(ActionPattern { range, form: ActionForm::Unreadable });
        return;
    }
    for member in *members {
        let form = form(cx, member, range, path);
        patterns.push(ActionPattern { range, form });
    }
}

fn not_for_trust(cx: &mut Cx<'_>, text: &str, range: Range, path: &Path<'_>) {
    let message = format!("`{text}` has no place in a trust policy; allowed are `{}`", ASSUMING.join("`, `"));
    cx.report(Defect::ActionNotAllowed, path, range, message);
}

fn form(cx: &mut Cx<'_>, text: &str, range: Range, path: &Path<'_>) -> ActionForm {
    let action = text.strip_prefix("name/").unwrap_or(text);
    if cx.rules.kind == DocumentKind::Trust && !ASSUMING.contains(&action) {
        not_for_trust(cx, text, range, path);
        return ActionForm::Unreadable;
    }
    let (service, operation) = match action.split_once(':') {
        _ if action == "*" => ("*", "*"),
        Some((service, operation)) if is_service(catalogue::service(service)) && is_operation(operation) => {
            (catalogue::service(service), operation)
        }
        _ => {
            let message = format!("`{text}` is no action; write `service:Operation`, such as `cam:GetRole`, or `*`");
            cx.report(Defect::ActionForm, path, range, message);
            return ActionForm::Unreadable;
        }
    };
    if cx.rules.kind != DocumentKind::Trust {
        require_known(cx, service, operation, range, path);
    }
    let service = (service != "*").then(|| service.into());
    ActionForm::Match { service, operation: Glob::new(operation) }
}

fn require_known(cx: &mut Cx<'_>, service: &str, operation: &str, range: Range, path: &Path<'_>) {
    if service == "*" || cx.rules.extra_services.contains(&service) {
        return;
    }
    if !catalogue::is_service(service) {
        let hint = did_you_mean(service, catalogue::services());
        let message = format!("there is no service `{service}`{hint}");
        cx.report(Defect::ActionServiceUnknown, path, range, message);
        return;
    }
    let Some(operations) = catalogue::operations(service) else {
        return;
    };
    if operation.contains('*') || operations.contains(&operation) {
        return;
    }
    let hint = did_you_mean(operation, operations.iter().copied());
    let message = format!("the service `{service}` has no operation `{operation}`{hint}");
    cx.report(Defect::ActionUnknown, path, range, message);
}

fn is_service(text: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'-';
    text == "*" || !text.is_empty() && text.bytes().all(word)
}

fn is_operation(text: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'*');
    !text.is_empty() && text.bytes().all(word)
}
