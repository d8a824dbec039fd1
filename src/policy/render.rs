//! An explanation in words, like a good compiler message: what was asked and by whom, what decided, what came closest,
//! what would have to change.

use std::fmt::Write as _;

use super::document::Effect;
use super::evaluate::{Layer, Reason};
use super::explain::{Considered, Explanation, Failed};

/// Writes the explanation for people; `who` is the caller's name. Lines, the last one ended too.
pub fn render(explanation: &Explanation, who: &str) -> String {
    let mut text = String::new();
    let verdict = if explanation.decision == Effect::Allow { "allowed" } else { "refused" };
    let _ = write!(text, "{verdict}: `{}`", explanation.action);
    if let Some(resource) = explanation.resources.first() {
        let _ = write!(text, " on `{resource}`");
    }
    let _ = writeln!(text, " for `{who}`");
    let deciding = explanation.deciding.and_then(|index| explanation.considered.get(index));
    let (reason, missing) = match explanation.reason {
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
    if let Some(considered) = deciding {
        let _ = writeln!(text, "  decided by: {}", place(considered));
        if considered.unreadable {
            let _ = writeln!(text, "  note: part of it cannot be read, and what cannot be read always denies");
        }
    }
    if explanation.reason == Reason::ExplicitDeny {
        let _ = writeln!(text, "  help: narrow or remove that statement; a deny wins over every allow");
    }
    if let Some(layer) = missing {
        closest(&mut text, explanation, layer);
    }
    text
}

/// `policy "Dev" (group "devs"), statement 0, line 3`.
fn place(considered: &Considered) -> String {
    let Considered { policy, via, group, statement, line, .. } = considered;
    let via = group.as_ref().map_or((*via).to_owned(), |group| format!("{via} `{group}`"));
    format!("policy `{policy}` ({via}), statement {statement}, line {line}")
}

/// The allow that got furthest before an element failed, and what would make it fit.
fn closest(text: &mut String, explanation: &Explanation, layer: Layer) {
    let mut allows = explanation.considered.iter().filter(|c| c.layer == layer && c.effect == Effect::Allow).peekable();
    let action = &explanation.action;
    if allows.peek().is_none() {
        let _ = writeln!(text, "  help: add a statement that allows `{action}`");
        return;
    }
    let candidates = allows.filter_map(|considered| Some((considered, considered.failed.as_ref()?)));
    // Of several that got equally far the first is named.
    let best = candidates.rev().max_by_key(|(_, failed)| progress(failed, action));
    let Some((considered, failed)) = best.filter(|(_, failed)| progress(failed, action) > 0) else {
        let _ = writeln!(text, "  help: no statement is about `{action}`; add one that allows it");
        return;
    };
    let element = match failed.element.strip_prefix("condition.") {
        Some(condition) => format!("condition `{condition}`"),
        None => failed.element.clone(),
    };
    let _ = writeln!(text, "  closest: {}: its {element} does not fit", place(considered));
    let _ = writeln!(text, "    wanted: {}", list(&failed.expected));
    let _ = writeln!(
        text,
        "       met: {}",
        if failed.actual.is_empty() { "nothing".into() } else { list(&failed.actual) }
    );
    if considered.unreadable {
        let _ = writeln!(text, "  note: part of it cannot be read, and what cannot be read never allows");
    }
    let help = match failed.element.as_str() {
        "principal" => "name the caller in its `principal`".to_owned(),
        "action" => format!("add `{action}` to its `action`"),
        "resource" if explanation.resources.is_empty() => {
            format!("`{action}` knows no single resources: allow it on `*`")
        }
        "resource" => "widen its `resource` to cover what was asked for".to_owned(),
        _ if failed.actual.is_empty() => {
            "the request does not have this condition key; send what sets it, or relax the condition".to_owned()
        }
        _ => "the request must meet the condition, or the condition must be relaxed".to_owned(),
    };
    let _ = writeln!(text, "  help: {help}");
}

/// How far a statement got. One about quite other actions did not get anywhere.
fn progress(failed: &Failed, action: &str) -> u32 {
    let service = action.split(':').next().unwrap_or(action);
    let about = |pattern: &String| {
        let pattern = pattern.strip_prefix("name/").unwrap_or(pattern);
        pattern.strip_prefix(service).is_some_and(|rest| rest.starts_with(':'))
    };
    match failed.element.as_str() {
        "principal" => 1,
        "action" => u32::from(failed.expected.iter().any(about)) * 2,
        "resource" => 3,
        _ => 4,
    }
}

fn list(texts: &[String]) -> String {
    match texts {
        [] => "nothing".to_owned(),
        [only] => format!("`{only}`"),
        several => format!("one of `{}`", several.join("`, `")),
    }
}
