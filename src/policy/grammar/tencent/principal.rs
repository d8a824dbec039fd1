//! Principals: `"*"`, or an object of `qcs`, `service` and `federated` with one name or a list.

use super::cx::{Cx, Path};
use super::text::{is_number, one_or_many};
use crate::policy::document::{Defect, DocumentKind, PrincipalPattern, Written};
use crate::policy::json::{Content, Node};
use crate::policy::question::{Requester, RequesterIdentity};

pub(super) fn principals(cx: &mut Cx<'_>, node: &Node<'_>, path: &Path<'_>) -> Vec<Written> {
    let mut principals = Vec::new();
    match &node.content {
        Content::Text(text) if text == "*" => push(&mut principals, node, path, PrincipalPattern::Anyone),
        Content::Object(members) if !members.is_empty() => {
            for member in members {
                let path = path.name(&member.name);
                if !matches!(&*member.name, "qcs" | "service" | "federated") {
                    let message =
                        format!("`{}` is no kind of principal; there are `qcs`, `service`, `federated`", member.name);
                    cx.report(Defect::PrincipalForm, &path, member.range, message);
                    push(&mut principals, &member.node, &path, PrincipalPattern::Unreadable);
                    continue;
                }
                names(cx, &member.name, &member.node, &path, &mut principals);
            }
        }
        _ => {
            let message =
                "`principal` must be `\"*\"` or an object such as `{\"qcs\": \"qcs::cam::uin/100000000001:root\"}`";
            cx.report(Defect::PrincipalForm, path, node.range, message.into());
            push(&mut principals, node, path, PrincipalPattern::Unreadable);
        }
    }
    principals
}

fn push(principals: &mut Vec<Written>, node: &Node<'_>, path: &Path<'_>, pattern: PrincipalPattern) {
    principals.push(Written { range: node.range, path: path.to_string().into(), pattern });
}

fn names(cx: &mut Cx<'_>, key: &str, node: &Node<'_>, path: &Path<'_>, principals: &mut Vec<Written>) {
    let nodes = one_or_many(node);
    if nodes.is_empty() {
        cx.report(Defect::PrincipalForm, path, node.range, format!("`{key}` is empty; name at least one"));
        push(principals, node, path, PrincipalPattern::Unreadable);
    }
    for (index, entry) in nodes.iter().enumerate() {
        let path = path.entry(node, index);
        let pattern = match &entry.content {
            Content::Text(text) => name(cx.rules.kind, key, text),
            _ => Err((Defect::PrincipalForm, format!("`{key}` must be a text or a list of texts"))),
        };
        let pattern = pattern.unwrap_or_else(|(defect, message)| {
            cx.report(defect, &path, entry.range, message);
            PrincipalPattern::Unreadable
        });
        if let PrincipalPattern::Service(name) = &pattern
            && !is_known_service(name)
        {
            let message =
                format!("there is no service `{name}`; names of services end in `.qcloud.com` or `.tencent.com`");
            cx.report(Defect::PrincipalServiceUnknown, &path, entry.range, message);
        }
        push(principals, entry, &path, pattern);
    }
}

fn name(kind: DocumentKind, key: &str, text: &str) -> Result<PrincipalPattern, (Defect, String)> {
    let malformed =
        |example| (Defect::PrincipalName, format!("`{text}` names no principal; write it like `{example}`"));
    match key {
        "service" => service(text),
        "federated" => match identity(kind, text) {
            Some(provider @ PrincipalPattern::Federated(_)) => Ok(provider),
            _ => Err(malformed("qcs::cam::uin/100000000001:saml-provider/name")),
        },
        _ if text == "*" => Ok(PrincipalPattern::Anyone),
        _ if text == "qcs::cam::anonymous:anonymous" => Ok(PrincipalPattern::Anonymous),
        _ => identity(kind, text).ok_or_else(|| malformed("qcs::cam::uin/100000000001:root")),
    }
}

/// Parses `qcs::cam::uin/<account>:<rest>`.
fn identity(kind: DocumentKind, text: &str) -> Option<PrincipalPattern> {
    let (account, rest) = text.strip_prefix("qcs::cam::uin/")?.split_once(':')?;
    if !is_number(account) {
        return None;
    }
    let account = account.to_owned();
    if rest == "root" {
        return Some(PrincipalPattern::Account(account));
    }
    let (what, id) = rest.split_once('/')?;
    let some = (!id.is_empty()).then(|| id.to_owned())?;
    match what {
        "uin" => {
            // A strategy in the documentation names a user followed by a queue: `uin/3232/myqueue`.
            let user = if kind == DocumentKind::Strategy { id.split('/').next()? } else { id };
            let root = || PrincipalPattern::Root(account.clone());
            let user = is_number(user).then(|| user.to_owned())?;
            Some(if user == account { root() } else { PrincipalPattern::User { account, user } })
        }
        "groupid" if is_number(id) => Some(PrincipalPattern::Group { account, group: some }),
        "roleName" => Some(PrincipalPattern::RoleName { account, name: some }),
        "role" if is_number(id) => Some(PrincipalPattern::RoleId { account, id: some }),
        "saml-provider" | "oidc-provider" => Some(PrincipalPattern::Federated(text.to_owned())),
        _ => None,
    }
}

/// Parses the name of a service, which looks like a domain.
fn service(text: &str) -> Result<PrincipalPattern, (Defect, String)> {
    let label = |label: &str| {
        let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        !label.is_empty() && label.bytes().all(word)
    };
    if !text.contains('.') || !text.split('.').all(label) {
        let message = format!("`{text}` is no name of a service; write it like `cvm.qcloud.com`");
        return Err((Defect::PrincipalForm, message));
    }
    Ok(PrincipalPattern::Service(text.to_owned()))
}

/// Whether the name is under one of the cloud's two domains. Which names exist there is not published.
fn is_known_service(name: &str) -> bool {
    name.ends_with(".qcloud.com") || name.ends_with(".tencent.com")
}

/// Writes a requester as a principal of a trust policy.
pub(super) fn write_requester(who: &Requester<'_>) -> String {
    let account = who.account;
    match who.identity {
        RequesterIdentity::Root => format!("qcs::cam::uin/{account}:root"),
        RequesterIdentity::User(user) => format!("qcs::cam::uin/{account}:uin/{user}"),
        RequesterIdentity::Role { name, .. } => format!("qcs::cam::uin/{account}:roleName/{name}"),
        RequesterIdentity::Service(name) | RequesterIdentity::Federated(name) => name.to_owned(),
        RequesterIdentity::Anonymous => "anonymous".to_owned(),
    }
}
