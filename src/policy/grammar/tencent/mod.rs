//! Tencent Cloud's policy language: version 2.0, and version 1.0 where [`DocumentKind::Strategy`] allows it.
//!
//! The entry point is [`LANGUAGE`]. The sources are the CAM user guide on elements, syntax and conditions (598/10603,
//! 10604, 10608) and, for strategies, the CMQ notes on setting permissions through the API (406/8619). Where they are
//! silent, `docs/policy.md` lists the choices made.
//!
//! `notaction`, `notresource` and `notprincipal` are not documented, and deliberately absent here. So is any check of
//! whether a principal exists.
//!
//! What published documents contain beyond that grammar is accepted where it can have one meaning only: a single object
//! as `statement`, capital initials, an account or a project segment of `*`.

mod action;
mod catalogue;
mod condition;
mod cx;
mod length;
mod principal;
mod resource;
mod spelling;
mod tag;
mod text;
mod warn;

use std::sync::Arc;

pub use self::catalogue::{operations as operations_of, services};
use self::cx::{Cx, Path};
pub use self::length::LONGEST_TEXT;
use self::text::find;
use crate::policy::document::{Defect, Document, DocumentKind, Effect, Problem, Rules, Statement, Written};
use crate::policy::json::{self, Content, Member, Node, Range};
use crate::policy::language::Language;
use crate::policy::notation::Notation;
use crate::policy::weight::weighed;

/// The policy language of Tencent Cloud.
pub static LANGUAGE: Language = Language {
    name: "cam",
    longest: LONGEST_TEXT,
    too_long: length::too_long,
    read,
    warn: warn::warnings,
    notation: &NOTATION,
};

static NOTATION: Notation = Notation {
    read_name: resource::read_name,
    read_action: |action| action.strip_prefix("name/").unwrap_or(action),
    read_value: tag::read_value,
    write_tag: tag::write,
    write_requester: principal::write_requester,
};

fn read(text: &str, rules: &Rules<'_>) -> (Document, Vec<Problem>) {
    let mut cx = Cx::new(text, rules);
    let whole = Range { start: 0, len: u32::try_from(text.len()).unwrap_or(u32::MAX) };
    if let Some(message) = length::over_count(text) {
        cx.report(Defect::TooLong, &Path::Root, Range { start: 0, len: 0 }, message);
    }
    let body = match json::read(text) {
        Ok(mut node) => {
            spelling::lower(&mut node);
            body(&mut cx, &node)
        }
        Err(syntax) => {
            let place = Range { start: u32::try_from(syntax.at).unwrap_or(u32::MAX), len: 0 };
            cx.report(Defect::NotJson, &Path::Root, place, format!("the document is not JSON: {}", syntax.what));
            None
        }
    };
    let body = body.unwrap_or_else(|| Body { principals: Vec::new(), statements: vec![Statement::unreadable(whole)] });
    let document = weighed(Document {
        text: Arc::from(text),
        notation: &NOTATION,
        principals: body.principals.into(),
        statements: body.statements.into(),
        weight: 0,
    });
    (document, cx.into_problems())
}

struct Body {
    principals: Vec<Written>,
    statements: Vec<Statement>,
}

/// Parses the document; `None` if it is unreadable as a whole.
fn body(cx: &mut Cx<'_>, node: &Node<'_>) -> Option<Body> {
    let Content::Object(members) = &node.content else {
        cx.report(Defect::NotObject, &Path::Root, node.range, "the document must be an object".into());
        return None;
    };
    let mut readable = cx.report_duplicates(node, &Path::Root);
    let attaches = matches!(cx.rules.kind, DocumentKind::Identity | DocumentKind::Strategy);
    let known: &[&str] = if attaches { &["version", "principal", "statement"] } else { &["version", "statement"] };
    for member in members {
        match cx.rules.kind {
            DocumentKind::Trust if member.name == "principal" => {
                let message = "`principal` belongs inside each statement of a trust policy";
                cx.report(Defect::PrincipalNotAllowed, &Path::Root.name("principal"), member.range, message.into());
                readable = false;
            }
            // Ignored: a session policy applies to its own session, whoever is named.
            DocumentKind::Session if member.name == "principal" => {}
            _ => readable &= cx.require_known(member, known, &Path::Root),
        }
    }
    let version = version(cx, node, members);
    let principals = match find(members, "principal") {
        Some(principal) if attaches => principal::principals(cx, principal, &Path::Root.name("principal")),
        _ => Vec::new(),
    };
    let statements = statements(cx, node, members, version == Some(Version::One))?;
    (readable && version.is_some()).then_some(Body { principals, statements })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    One,
    Two,
}

fn version(cx: &mut Cx<'_>, document: &Node<'_>, members: &[Member<'_>]) -> Option<Version> {
    let path = Path::Root.name("version");
    let strategy = cx.rules.kind == DocumentKind::Strategy;
    let expected = if strategy { "`\"2.0\"` or `\"1.0\"`" } else { "`\"2.0\"`" };
    let node = find(members, "version");
    match node.map(|node| &node.content) {
        Some(Content::Text(version)) if version == "2.0" => return Some(Version::Two),
        Some(Content::Text(version)) if version == "1.0" && strategy => return Some(Version::One),
        _ => {}
    }
    let message = match node {
        Some(node) => format!("`version` is {}; it must be {expected}", cx.quote(node.range)),
        None => format!("`version` is missing; it must be {expected}"),
    };
    cx.report(Defect::Version, &path, node.unwrap_or(document).range, message);
    None
}

fn statements(cx: &mut Cx<'_>, document: &Node<'_>, members: &[Member<'_>], old: bool) -> Option<Vec<Statement>> {
    let path = Path::Root.name("statement");
    let Some(node) = find(members, "statement") else {
        cx.report(
            Defect::Statement,
            &path,
            document.range,
            "`statement` is missing; it must be a list of statements or one statement".into(),
        );
        return None;
    };
    match &node.content {
        Content::List(nodes) if nodes.is_empty() => {
            cx.report(
                Defect::Statement,
                &path,
                node.range,
                "`statement` is empty; it needs at least one statement".into(),
            );
            None
        }
        Content::List(nodes) => {
            Some(nodes.iter().enumerate().map(|(index, node)| statement(cx, node, &path.index(index), old)).collect())
        }
        Content::Object(_) => Some(vec![statement(cx, node, &path, old)]),
        _ => {
            let message = "`statement` must be a list of statements or one statement";
            cx.report(Defect::Statement, &path, node.range, message.into());
            None
        }
    }
}

fn statement(cx: &mut Cx<'_>, node: &Node<'_>, path: &Path<'_>, old: bool) -> Statement {
    let Content::Object(members) = &node.content else {
        cx.report(Defect::Statement, path, node.range, "a statement must be an object".into());
        return Statement::unreadable(node.range);
    };
    let (trust, session) = (cx.rules.kind == DocumentKind::Trust, cx.rules.kind == DocumentKind::Session);
    let known: &[&str] = if trust {
        &["effect", "principal", "action", "condition"]
    } else {
        &["effect", "action", "resource", "condition"]
    };
    let mut all_known = true;
    for member in members {
        match &*member.name {
            // Ignored, as it is beside the statements.
            "principal" if session => continue,
            "principal" if !trust => {
                let message = "a statement of this policy may not have a `principal`";
                cx.report(Defect::PrincipalNotAllowed, &path.name("principal"), member.range, message.into());
            }
            "resource" if trust => {
                let message = "a trust policy has no `resource`: it is about the role that carries it";
                cx.report(Defect::ResourceNotAllowed, &path.name("resource"), member.range, message.into());
            }
            _ => {
                all_known &= cx.require_known(member, known, path);
                continue;
            }
        }
        all_known = false;
    }
    let effect = effect(cx, node, members, path);
    let principals = match find(members, "principal") {
        Some(principal) if trust => principal::principals(cx, principal, &path.name("principal")),
        None if trust => {
            let message = "`principal` is missing; a trust policy must say whom it trusts";
            cx.report(Defect::PrincipalMissing, &path.name("principal"), node.range, message.into());
            Statement::unreadable(node.range).principals.into()
        }
        _ => Vec::new(),
    };
    let actions = action::actions(cx, node, find(members, "action"), &path.name("action"));
    let resources = if trust {
        Vec::new()
    } else {
        resource::resources(cx, node, find(members, "resource"), &path.name("resource"), &actions, old)
    };
    let conditions = match find(members, "condition") {
        Some(condition) => condition::conditions(cx, condition, &path.name("condition")),
        None => Vec::new(),
    };
    // An unknown element could have narrowed or widened the statement, which is therefore unreadable as a whole.
    let Some(effect) = effect.filter(|_| all_known) else {
        return Statement { effect: effect.unwrap_or(Effect::Deny), ..Statement::unreadable(node.range) };
    };
    Statement {
        range: node.range,
        effect,
        actions: actions.into(),
        resources: resources.into(),
        conditions: conditions.into(),
        principals: principals.into(),
    }
}

fn effect(cx: &mut Cx<'_>, statement: &Node<'_>, members: &[Member<'_>], path: &Path<'_>) -> Option<Effect> {
    let path = path.name("effect");
    let Some(node) = find(members, "effect") else {
        cx.report(Defect::Effect, &path, statement.range, "`effect` is missing; it must be `allow` or `deny`".into());
        return None;
    };
    match &node.content {
        Content::Text(effect) if effect == "allow" || effect == "Allow" => Some(Effect::Allow),
        Content::Text(effect) if effect == "deny" || effect == "Deny" => Some(Effect::Deny),
        _ => {
            let message = format!("`effect` is {}; it must be `allow` or `deny`", cx.quote(node.range));
            cx.report(Defect::Effect, &path, node.range, message);
            None
        }
    }
}
