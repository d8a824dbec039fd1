//! How explanations write what came from a request, a document or a database: between backticks, on one line, and with
//! the relation that a condition asks for.

use std::borrow::Cow;

use super::condition::{Condition, Family, Operand, Operator, Qualifier, Relation};
use super::pattern::{Glob, Tag, Template};
use super::question::Question;

/// The text on one line, as it can be shown on a terminal: whatever moves the cursor, begins a line, cannot be seen or turns
/// the direction of writing is escaped, such as `\n` and `\u{1b}`.
pub fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if is_hidden(letter) {
            escaped.extend(letter.escape_default());
        } else {
            escaped.push(letter);
        }
    }
    Cow::Owned(escaped)
}

fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The text between backticks.
pub(super) fn quote(text: &str) -> String {
    format!("`{}`", escape(text))
}

/// `` `a`, `b` and `c` `` of texts that are quoted already.
pub(super) fn join(quoted: &[String], word: &str) -> String {
    match quoted {
        [] => "nothing".to_owned(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} {word} {last}", first.join(", ")),
    }
}

/// One of several, quoted already.
pub(super) fn one_of(quoted: &[String]) -> String {
    choice("", "one of ", quoted)
}

/// With other words before one than before several.
fn choice(one: &str, several: &str, quoted: &[String]) -> String {
    match quoted {
        [] => "nothing".to_owned(),
        [only] => format!("{one}{only}"),
        _ => format!("{several}{}", quoted.join(", ")),
    }
}

/// What a condition wants; `values` are its own, quoted, and `many` says that the request has several.
pub(super) fn wanted(condition: &Condition, values: &[String], many: bool) -> String {
    let (family, relation) = match condition.operator {
        Operator::Compare(family, relation) => (family, relation),
        Operator::Null if condition.operands.iter().any(|operand| matches!(operand, Operand::Bool(true))) => {
            return "the key to be absent".to_owned();
        }
        Operator::Null => return "the key to be there, with any value".to_owned(),
        Operator::Unreadable => return one_of(values),
    };
    let order =
        |number: &str, date: &str| format!("{} {}", if family == Family::Date { date } else { number }, one_of(values));
    let relation_in_words = match (relation, family) {
        (Relation::Equal, Family::Like) => format!("a text like {}", one_of(values)),
        (Relation::Equal, Family::TextIgnoreCase) => format!("{}, letter case aside", one_of(values)),
        (Relation::Equal, _) => one_of(values),
        (Relation::NotEqual, Family::Like) => choice("no text like ", "no text like any of ", values),
        (Relation::NotEqual, Family::Ip) => choice("an address not in ", "an address in none of ", values),
        (Relation::NotEqual, Family::TextIgnoreCase) => {
            format!("{}, letter case aside", choice("anything but ", "none of ", values))
        }
        (Relation::NotEqual, _) => choice("anything but ", "none of ", values),
        (Relation::Less, _) => order("less than", "before"),
        (Relation::LessEqual, _) => order("at most", "no later than"),
        (Relation::Greater, _) => order("greater than", "later than"),
        (Relation::GreaterEqual, _) => order("at least", "no earlier than"),
    };
    match condition.qualifier {
        Qualifier::ForAllValue => format!("all of the values to be {relation_in_words}"),
        Qualifier::None if many && relation == Relation::NotEqual => {
            format!("all of the values to be {relation_in_words}")
        }
        Qualifier::ForAnyValue if many => format!("at least one of the values to be {relation_in_words}"),
        Qualifier::None | Qualifier::ForAnyValue => relation_in_words,
    }
}

/// What the variables in a value of a condition stood for, to be put behind it; empty if there are none.
pub(super) fn stood_for(operand: Option<&Operand>, question: &Question<'_>) -> String {
    let templates: &[Template] = match operand {
        Some(Operand::Template(template)) => std::slice::from_ref(template),
        Some(Operand::Like(Glob::Templates(templates))) => templates,
        _ => return String::new(),
    };
    let expand = |tag: Option<Tag<'_>>| {
        let parts: Option<Vec<String>> = templates.iter().map(|part| part.expand(&question.caller, tag)).collect();
        parts.map(|parts| quote(&parts.join("*")))
    };
    let texts: Vec<String> = match templates.iter().find_map(Template::tags) {
        None => expand(None).into_iter().collect(),
        Some(key) => question.context.values(key).filter_map(|tag| expand(tag.split_once('&'))).collect(),
    };
    if texts.is_empty() {
        " (which the caller has no value for)".into()
    } else {
        format!(" (here {})", join(&texts, "or"))
    }
}
