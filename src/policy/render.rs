//! Renders an explanation as text, in the style of a compiler message.
//!
//! The text says what was asked and by whom, what decided, what came closest, and what would have to change.

use std::fmt::Write as _;

use super::document::Effect;
use super::evaluate::{Layer, Reason};
use super::explain::{Considered, Explanation, Failed};
use super::words::quote;

/// Renders the explanation in lines that all end with a line feed; `who` is the caller's name.
pub fn render(explanation: &Explanation, who: &str) -> String {
    let mut text = String::new();
    let verdict = if explanation.decision == Effect::Allow { "allowed" } else { "refused" };
    let _ = write!(text, "{verdict}: {}", quote(&explanation.action));
    if let Some(resource) = explanation.resources.first() {
        let _ = write!(text, " on {}", quote(resource));
    }
    let _ = writeln!(text, " for {}", quote(who));
    let deciding = explanation.deciding.and_then(|index| explanation.considered.get(index));
    let (reason, missing) = match explanation.reason {
        _ if explanation.ended.is_some() => ("it could not be decided, and what is not decided is refused", None),
        Reason::Root => ("the root of an account may do everything in it", None),
        Reason::Allow => ("a statement allows it, and none denies it", None),
        Reason::ExplicitDeny => ("a statement denies it", None),
        Reason::ImplicitDeny if explanation.foreign => {
            ("the resource belongs to another account, where nothing permits it", None)
        }
        Reason::ImplicitDeny => ("no policy of the caller allows it", Some(Layer::Identity)),
        Reason::Boundary => ("the caller's policies allow it, its permission boundary does not", Some(Layer::Boundary)),
        Reason::SessionPolicy => ("the policy given for this session does not allow it", Some(Layer::Session)),
        Reason::Trust => ("the trust policy of the role does not allow it", Some(Layer::Trust)),
    };
    let _ = writeln!(text, "  because: {reason}");
    if let Some(note) = explanation.note() {
        let _ = writeln!(text, "  note: {note}");
        let _ = writeln!(text, "  help: send fewer values, or have fewer and shorter conditions in the policies");
    }
    if let Some(considered) = deciding {
        let _ = writeln!(text, "  decided by: {}", place(considered));
        if considered.unreadable {
            let _ = writeln!(text, "  note: part of it cannot be read, and what cannot be read always denies");
        }
    }
    if explanation.reason == Reason::ExplicitDeny {
        let _ = writeln!(text, "  help: narrow or remove that statement; a deny wins over every allow");
    }
    if explanation.foreign && explanation.reason == Reason::ImplicitDeny && explanation.ended.is_none() {
        let _ = writeln!(
            text,
            "  help: no policy of one account can grant what another has; ask for a resource of the caller's own"
        );
    }
    if let Some(layer) = missing {
        closest(&mut text, explanation, layer);
    }
    if explanation.left_out > 0 {
        let _ = writeln!(text, "  note: {} more statements were looked at and are not shown", explanation.left_out);
    }
    text
}

/// Writes the place of a statement, such as ``policy `Dev` (group `devs`), statement 0, line 3``.
fn place(considered: &Considered) -> String {
    let Considered { policy, via, group, statement, line, .. } = considered;
    let via = group.as_ref().map_or((*via).to_owned(), |group| format!("{via} {}", quote(group)));
    format!("policy {} ({via}), statement {statement}, line {line}", quote(policy))
}

/// Writes the allow that got furthest before an element failed, and how to make it match.
fn closest(text: &mut String, explanation: &Explanation, layer: Layer) {
    let allows = explanation.considered.iter().filter(|c| c.layer == layer && c.effect == Effect::Allow);
    let candidates: Vec<_> = allows.filter_map(|considered| Some((considered, considered.failed.as_ref()?))).collect();
    if candidates.is_empty() {
        let _ = writeln!(text, "  help: {}", add_one(explanation, layer, "allows"));
        return;
    }
    // Of several that are equally close, the first is named.
    let far = |failed: &Failed| (progress(failed), failed.told.agreeing);
    let best = candidates.iter().rev().max_by_key(|(_, failed)| far(failed));
    let Some((considered, failed)) = best.filter(|(_, failed)| progress(failed) > 0) else {
        let _ = writeln!(text, "  help: {}", add_one(explanation, layer, "is about"));
        return;
    };
    let element = match failed.element.strip_prefix("condition.") {
        Some(condition) => format!("condition {}", quote(condition)),
        None => failed.element.clone(),
    };
    let differs = match (failed.told.differs.as_slice(), &failed.told.nearest) {
        ([], _) => String::new(),
        (differs, None) => format!(": {}", differs.join(", ")),
        (differs, Some(nearest)) => format!(", {nearest} nearest: {}", differs.join(", ")),
    };
    let _ = writeln!(text, "  closest: {}: its {element} does not fit{differs}", place(considered));
    let _ = writeln!(text, "    wanted: {}", failed.told.wanted);
    let _ = writeln!(text, "       met: {}", failed.told.met);
    if considered.unreadable {
        let _ = writeln!(text, "  note: part of it cannot be read, and what cannot be read never allows");
    }
    let _ = writeln!(text, "  help: {}", remedy(explanation, failed));
}

/// Returns the advice for an element that does not match.
fn remedy(explanation: &Explanation, failed: &Failed) -> String {
    let action = quote(&explanation.action);
    match (failed.element.as_str(), &failed.told.but_for_case) {
        ("principal", _) => "name the caller in its `principal`".to_owned(),
        ("action", Some(pattern)) => format!(
            "letter case counts: {pattern} would match {action} but for it; ask for the action in the case of the policy, \
             or correct the policy"
        ),
        ("action", None) => format!("add {action} to its `action`"),
        ("resource", _) if explanation.resources.is_empty() => {
            format!("{action} knows no single resources: allow it on `*`")
        }
        ("resource", _) => "widen its `resource` to cover what was asked for".to_owned(),
        _ if failed.actual.is_empty() => {
            "the request does not have this condition key; send what sets it, or relax the condition".to_owned()
        }
        _ => "the request must meet the condition, or the condition must be relaxed".to_owned(),
    }
}

/// Returns the advice for a layer in which no statement allows the action, or none is about it; `what` says which.
fn add_one(explanation: &Explanation, layer: Layer, what: &str) -> String {
    let action = quote(&explanation.action);
    let policy = explanation.considered.iter().find(|considered| considered.layer == layer);
    match layer {
        Layer::Identity if what == "allows" => format!("add a statement that allows {action}"),
        Layer::Identity => format!("no statement {what} {action}; add one that allows it"),
        Layer::Boundary => {
            let boundary = policy.map_or(String::new(), |considered| format!(" {}", quote(&considered.policy)));
            format!(
                "no statement of the boundary{boundary} {what} {action}; add one there that allows it, or remove the boundary"
            )
        }
        Layer::Session => format!(
            "no statement of the session policy {what} {action}; open the session with one there that allows it, or without \
             a session policy"
        ),
        Layer::Trust => {
            format!("no statement of the role's trust policy {what} {action}; add one there that allows it")
        }
    }
}

/// Ranks the element at which a statement failed; 0 if the statement is about actions of other services.
fn progress(failed: &Failed) -> u32 {
    match failed.element.as_str() {
        "principal" => 1,
        "action" => u32::from(failed.told.but_for_case.is_some() || failed.told.same_service) * 2,
        "resource" => 3,
        _ => 4,
    }
}
