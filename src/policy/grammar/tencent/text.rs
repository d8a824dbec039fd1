//! Small parsers that several elements share.

use super::cx::{Cx, Path};
use super::tag;
use crate::policy::document::Defect;
use crate::policy::json::{Content, Member, Node, Range};
use crate::policy::pattern::{Glob, Piece, Template, Variable};

/// Finds the first member with this name.
pub(super) fn find<'n, 't>(members: &'n [Member<'t>], name: &str) -> Option<&'n Node<'t>> {
    members.iter().find(|member| member.name == name).map(|member| &member.node)
}

/// Returns the entries of a list; a bare value counts as a list of one.
pub(super) fn one_or_many<'n, 't>(node: &'n Node<'t>) -> &'n [Node<'t>] {
    match &node.content {
        Content::List(nodes) => nodes,
        _ => std::slice::from_ref(node),
    }
}

/// Returns a required element, or reports that it is missing or empty and returns where it should be.
pub(super) fn required<'n, 't>(
    cx: &mut Cx<'_>,
    statement: &Node<'_>,
    node: Option<&'n Node<'t>>,
    path: &Path<'_>,
    defect: Defect,
    hint: &str,
) -> Result<&'n Node<'t>, Range> {
    let (what, range) = match node {
        None => ("missing", statement.range),
        Some(node) if one_or_many(node).is_empty() => ("empty", node.range),
        Some(node) => return Ok(node),
    };
    cx.report(defect, path, range, format!("`{path}` is {what}; {hint}"));
    Err(range)
}

/// The variables that an element may contain.
#[derive(Clone, Copy)]
pub(super) enum Variables {
    /// Those that stand for the caller and its account.
    Caller,
    /// Those, and the ones that stand for the caller's tags (guide on attribute-based access control, ABAC).
    CallerAndTags,
}

impl Variables {
    /// Lists the variables, for messages.
    pub(super) fn list(self) -> &'static str {
        match self {
            Variables::Caller => "`${uin}`, `${owner_uin}` and `${app_id}`",
            Variables::CallerAndTags => {
                "`${uin}`, `${owner_uin}`, `${app_id}`, `${qcs:principal_tag_key}` and `${qcs:principal_tag_value}`"
            }
        }
    }

    fn read(self, name: &str) -> Option<Variable> {
        match (name, self) {
            ("uin", _) => Some(Variable::Caller),
            ("owner_uin", _) => Some(Variable::Account),
            ("app_id", _) => Some(Variable::Application),
            ("qcs:principal_tag_key", Variables::CallerAndTags) => Some(Variable::TagKey(tag::OF_PRINCIPAL)),
            ("qcs:principal_tag_value", Variables::CallerAndTags) => Some(Variable::TagValue(tag::OF_PRINCIPAL)),
            _ => None,
        }
    }
}

/// Parses a wildcard pattern that may contain variables; `None` if a variable is not known.
pub(super) fn glob(text: &str, variables: Variables) -> Option<Glob> {
    if !text.contains("${") {
        return Some(Glob::new(text));
    }
    text.split('*').map(|part| template(part, variables)).collect::<Option<_>>().map(Glob::Templates)
}

/// Parses text that may contain variables; `None` if a variable is not known.
pub(super) fn template(text: &str, variables: Variables) -> Option<Template> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, after) = after.split_once('}')?;
        pieces.extend([Piece::Text(before.into()), Piece::Variable(variables.read(name)?)]);
        rest = after;
    }
    pieces.push(Piece::Text(rest.into()));
    Some(Template(pieces.into()))
}

pub(super) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
