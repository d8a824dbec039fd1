//! Names of elements with a capital initial, such as `Statement`.
//!
//! The user guide wants lower case, but documents with capitals work in the cloud (the regression tests of Apache Doris
//! use them). Only the initial may differ, and only in the names of elements: operators and keys stay as they are.

use std::borrow::Cow;

use crate::policy::json::{Content, Node, Range};

/// The elements of a document, with a capital initial and as the guide has them.
const OF_DOCUMENT: &[(&str, &str)] = &[("Version", "version"), ("Principal", "principal"), ("Statement", "statement")];

/// The elements of a statement.
const OF_STATEMENT: &[(&str, &str)] = &[
    ("Effect", "effect"),
    ("Principal", "principal"),
    ("Action", "action"),
    ("Resource", "resource"),
    ("Condition", "condition"),
];

/// Renames elements to lower case, so that nothing else needs to know the other spelling. Two spellings of one name in
/// an object are then one name that is given twice.
pub(super) fn lower(document: &mut Node<'_>) {
    rename(document, OF_DOCUMENT);
    let Content::Object(members) = &mut document.content else { return };
    for member in members.iter_mut().filter(|member| member.name == "statement") {
        match &mut member.node.content {
            Content::List(statements) => statements.iter_mut().for_each(|one| rename(one, OF_STATEMENT)),
            _ => rename(&mut member.node, OF_STATEMENT),
        }
    }
}

fn rename(object: &mut Node<'_>, names: &'static [(&'static str, &'static str)]) {
    let Content::Object(members) = &mut object.content else { return };
    for member in members {
        if let Some((_, lower)) = names.iter().find(|(capital, _)| *capital == member.name) {
            member.name = Cow::Borrowed(lower);
        }
    }
}

/// A word with a capital initial, and its place.
pub(super) struct Capital {
    /// The path of the element, in lower case.
    pub(super) path: String,
    pub(super) range: Range,
    pub(super) written: String,
}

/// Finds the elements and effects with a capital initial, in the order of the text.
pub(super) fn capitals(document: &Node<'_>) -> Vec<Capital> {
    let mut found = Vec::new();
    note(document, "", OF_DOCUMENT, &mut found);
    let Content::Object(members) = &document.content else { return found };
    for member in members.iter().filter(|member| matches!(&*member.name, "statement" | "Statement")) {
        match &member.node.content {
            Content::List(statements) => {
                for (index, one) in statements.iter().enumerate() {
                    note(one, &format!("statement[{index}]."), OF_STATEMENT, &mut found);
                }
            }
            _ => note(&member.node, "statement.", OF_STATEMENT, &mut found),
        }
    }
    found.sort_by_key(|capital| capital.range.start);
    found
}

/// Whether `statement` is one object and not a list.
pub(super) fn has_single_statement(document: &Node<'_>) -> bool {
    let Content::Object(members) = &document.content else { return false };
    let statement = members.iter().find(|member| matches!(&*member.name, "statement" | "Statement"));
    statement.is_some_and(|member| matches!(member.node.content, Content::Object(_)))
}

fn note(object: &Node<'_>, path: &str, names: &[(&str, &str)], found: &mut Vec<Capital>) {
    let Content::Object(members) = &object.content else { return };
    for member in members {
        if let Some((capital, lower)) = names.iter().find(|(capital, _)| *capital == member.name) {
            let path = format!("{path}{lower}");
            found.push(Capital { path, range: member.range, written: (*capital).to_owned() });
        }
        if member.name.eq_ignore_ascii_case("effect")
            && let Content::Text(effect) = &member.node.content
            && effect.starts_with(|letter: char| letter.is_ascii_uppercase())
        {
            let range = member.node.range;
            found.push(Capital { path: format!("{path}effect"), range, written: effect.to_string() });
        }
    }
}
