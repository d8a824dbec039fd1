//! Measures how close a pattern that does not match came to matching.
//!
//! Of a resource it finds the parts that agree; of an action, whether it differs only in letter case. This helps to
//! explain a decision and never makes one.

use super::budget::Budget;
use super::document::{ActionForm, Document, ResourceForm, Segments, Statement};
use super::json::Range;
use super::matching::{Prepared, match_account};
use super::notation::ResourceName;
use super::pattern::{Glob, Piece, Tri};
use super::question::{Resource, Variables};
use super::words::{quote, shorten};

/// The resource pattern of a statement that came closest to the requested resource.
pub(super) struct Near {
    /// Place of the pattern.
    pub(super) pattern: Range,
    /// How many parts certainly agree with the resource. A part that is unknown neither agrees nor differs.
    pub(super) agreeing: u32,
    /// The parts that certainly differ, in words.
    pub(super) differs: Vec<String>,
}

/// Finds the statement's pattern that is closest to one of the requested names.
///
/// Returns `None` if there is no name and pattern that can be compared part by part.
pub(super) fn nearest(document: &Document, statement: &Statement, asked: &Prepared<'_>) -> Option<Near> {
    let (question, budget) = (asked.question, asked.budget);
    let Resource::Named(names) = question.resource else { return None };
    let mut best: Option<Near> = None;
    for name in names.iter().filter_map(|name| (document.notation.read_name)(name)) {
        for resource in budget.each(&statement.resources, |resource| resource) {
            let ResourceForm::Segments(segments) = &resource.form else { continue };
            let (agreeing, differs) = compare(segments, &name, &question.caller, budget);
            if best.as_ref().is_none_or(|best| best.agreeing < agreeing) {
                best = Some(Near { pattern: resource.range, agreeing, differs });
            }
        }
    }
    best
}

fn compare(pattern: &Segments, name: &ResourceName<'_>, caller: &Variables<'_>, budget: &Budget) -> (u32, Vec<String>) {
    budget.spend(32);
    let mut differs = Vec::new();
    let mut agreeing = 0;
    let mut part = |agrees: bool, otherwise: Option<String>| {
        agreeing += u32::from(agrees);
        differs.extend(otherwise.filter(|_| !agrees));
    };
    let fits = |pattern: &Option<Box<str>>, name: &str| pattern.as_deref().is_none_or(|pattern| pattern == name);
    part(name.project.is_empty() || fits(&pattern.project, name.project), Some("another project".into()));
    part(fits(&pattern.service, name.service), Some("another service".into()));
    let region = if name.region.is_empty() { "no region is asked for" } else { "another region" };
    part(fits(&pattern.region, name.region), Some(region.into()));
    part(match_account(&pattern.account, &name.account, caller), Some("another account".into()));
    let whole = pattern.item.matches(name.item, caller, budget);
    let wanted = beginning(&pattern.item);
    let of_name = kind(name.item);
    let same_kind = if wanted.contains('/') { kind(wanted) == of_name } else { name.item.starts_with(wanted) };
    if whole == Tri::Yes || name.item == "*" || same_kind {
        part(true, None);
        let otherwise = if name.item == "*" { "all of them are asked for" } else { "another name" };
        part(whole == Tri::Yes, Some(otherwise.into()).filter(|_| whole == Tri::No));
    } else if wanted.contains('/') && name.item.contains('/') {
        part(false, Some(format!("{} where it wants {}", quote(&shorten(of_name)), quote(&shorten(kind(wanted))))));
    } else {
        part(false, Some("another name".into()));
    }
    (agreeing, differs)
}

/// Returns the part before the first `/`.
fn kind(item: &str) -> &str {
    item.split('/').next().unwrap_or(item)
}

/// Returns the text of a pattern before its first star or variable.
fn beginning(glob: &Glob) -> &str {
    match glob {
        Glob::Any => "",
        Glob::Exact(text) => text,
        Glob::Parts(parts) => parts.first().map_or("", |part| part),
        Glob::Templates(templates) => match templates.first().and_then(|template| template.0.first()) {
            Some(Piece::Text(text)) => text,
            _ => "",
        },
    }
}

/// Finds the action of the statement that would match if letter case did not count.
pub(super) fn but_for_case(statement: &Statement, asked: &Prepared<'_>) -> Option<Range> {
    let (service, operation) = asked.action.split_once(':')?;
    let operation = operation.to_ascii_lowercase();
    let fits = |form: &ActionForm| match form {
        ActionForm::Match { service: of_pattern, operation: pattern } => {
            of_pattern.as_deref().is_none_or(|of_pattern| of_pattern.eq_ignore_ascii_case(service))
                && lower(pattern, asked.budget).matches(&operation, &Variables::default(), asked.budget) == Tri::Yes
        }
        ActionForm::Unreadable => false,
    };
    asked.budget.each(&statement.actions, |action| action).find(|action| fits(&action.form)).map(|action| action.range)
}

fn lower(glob: &Glob, budget: &Budget) -> Glob {
    budget.spend(16);
    let lower = |text: &str| text.to_ascii_lowercase().into_boxed_str();
    match glob {
        Glob::Exact(text) => Glob::Exact(lower(text)),
        Glob::Parts(parts) => Glob::Parts(parts.iter().map(|part| lower(part)).collect()),
        Glob::Any | Glob::Templates(_) => glob.clone(),
    }
}
