//! Writes text from requests, documents and the database into explanations.
//!
//! Such text is shown in backticks and on one line. Values of a condition are shown with the relation that it requires.

use std::borrow::Cow;

use super::condition::{Condition, Family, Operand, Operator, Qualifier, Relation};
use super::document::Document;
use super::matching::Prepared;
use super::question::ContextValue;

/// The maximum number of bytes shown of a list of texts.
const LIST: usize = 4096;
/// The maximum number of bytes shown of one text.
const TEXT: usize = 512;

/// The first texts of a list, as many as fit.
#[derive(Default)]
pub(super) struct Shown {
    pub(super) texts: Vec<String>,
    /// How many more texts the list has.
    pub(super) left_out: usize,
}

impl Shown {
    /// Writes the texts until the room is used up, and counts the rest.
    pub(super) fn of<T>(all: impl IntoIterator<Item = T>, write: impl Fn(T) -> String) -> Shown {
        let (mut texts, mut room) = (Vec::new(), LIST);
        let mut all = all.into_iter();
        while room > 0 {
            let Some(text) = all.next().map(&write) else { break };
            let text = shorten(&text);
            room = room.saturating_sub(text.len() + 1);
            texts.push(text);
        }
        texts.dedup();
        Shown { texts, left_out: all.count() }
    }

    /// Returns the texts in backticks, and the number omitted.
    pub(super) fn quoted(&self) -> Vec<String> {
        self.marked_by(quote)
    }

    /// Returns the texts as they are, and the number omitted.
    pub(super) fn marked(&self) -> Vec<String> {
        self.marked_by(str::to_owned)
    }

    fn marked_by(&self, mark: impl Fn(&str) -> String) -> Vec<String> {
        let more = (self.left_out > 0).then(|| format!("{} more", self.left_out));
        self.texts.iter().map(|text| mark(text)).chain(more).collect()
    }
}

/// Cuts a long text and marks the cut with `…`.
pub(super) fn shorten(text: &str) -> String {
    if text.len() <= TEXT {
        return text.to_owned();
    }
    format!("{}…", text.get(..text.floor_char_boundary(TEXT)).unwrap_or_default())
}

/// Writes a text on one line that is safe for a terminal.
///
/// Characters that move the cursor, begin a line, are invisible or change the writing direction are escaped, such as
/// `\n` and `\u{1b}`.
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

/// Puts a text in backticks.
pub(super) fn quote(text: &str) -> String {
    format!("`{}`", escape(text))
}

/// Joins texts that are already quoted: `` `a`, `b` and `c` ``.
pub(super) fn join(quoted: &[String], word: &str) -> String {
    match quoted {
        [] => "nothing".to_owned(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} {word} {last}", first.join(", ")),
    }
}

/// Lists alternatives that are already quoted; `one of` precedes several.
pub(super) fn one_of(quoted: &[String]) -> String {
    choice("", "one of ", quoted)
}

/// Uses one wording before a single text and another before several.
fn choice(one: &str, several: &str, quoted: &[String]) -> String {
    match quoted {
        [] => "nothing".to_owned(),
        [only] => format!("{one}{only}"),
        _ => format!("{several}{}", quoted.join(", ")),
    }
}

/// Says what a condition requires. `values` are its values, quoted; `many` means that the request has several values.
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

/// Says what the variables in a condition's value stand for, to be appended to the value; empty if it has none.
pub(super) fn stood_for(document: &Document, operand: Option<&Operand>, asked: &Prepared<'_>) -> String {
    let Some(operand) = operand.filter(|operand| operand.is_open()) else { return String::new() };
    let (question, budget) = (asked.question, asked.budget);
    let filled = |tag| operand.filled(&question.caller, tag, budget).map(|value| write(document, &value));
    let shown = match operand.tags() {
        None => Shown::of(filled(None), |text| text),
        Some(key) => {
            let tags = budget.each(question.context.values(key), ContextValue::as_pair);
            Shown::of(tags.filter_map(filled), |text| text)
        }
    };
    if shown.texts.is_empty() {
        " (which the caller has no value for)".into()
    } else {
        format!(" (here {})", join(&shown.quoted(), "or"))
    }
}

/// Writes a value in the notation of the document's language.
pub(super) fn write(document: &Document, value: &ContextValue<'_>) -> String {
    match value {
        ContextValue::Text(text) => text.to_string(),
        ContextValue::Pair(key, value) => (document.notation.write_tag)(key, value),
    }
}
