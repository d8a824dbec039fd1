//! Text patterns: wildcards, variables, and the three-valued answer of every match.
//!
//! `*` matches any run of characters, including an empty one and one with `/` or `:`. `?` is an ordinary character.
//! Regular expressions are deliberately absent: matching takes time linear in pattern and text.

use super::budget::Budget;
use super::question::Variables;

/// The answer of one test. `Unknown` means that something could not be read; its negation is also `Unknown`. An element
/// with this answer matches in a deny and does not match in an allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tri {
    No,
    Unknown,
    Yes,
}

impl Tri {
    /// Whether at least one answer is yes; stops at the first yes.
    pub(super) fn any(answers: impl IntoIterator<Item = Tri>) -> Tri {
        let mut result = Tri::No;
        for answer in answers {
            match answer {
                Tri::Yes => return Tri::Yes,
                Tri::Unknown => result = Tri::Unknown,
                Tri::No => {}
            }
        }
        result
    }

    /// Whether all answers are yes; stops at the first no.
    pub(super) fn all(answers: impl IntoIterator<Item = Tri>) -> Tri {
        Tri::any(answers.into_iter().map(Tri::not)).not()
    }

    /// Whether both answers are yes. If either is unknown the result is unknown, even if the other is no.
    pub(super) fn both(one: Tri, other: Tri) -> Tri {
        match (one, other) {
            (Tri::Unknown, _) | (_, Tri::Unknown) => Tri::Unknown,
            (Tri::Yes, Tri::Yes) => Tri::Yes,
            _ => Tri::No,
        }
    }

    pub(super) fn not(self) -> Tri {
        match self {
            Tri::No => Tri::Yes,
            Tri::Unknown => Tri::Unknown,
            Tri::Yes => Tri::No,
        }
    }
}

impl From<bool> for Tri {
    fn from(yes: bool) -> Tri {
        if yes { Tri::Yes } else { Tri::No }
    }
}

/// A variable in a policy, filled in for each question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Variable {
    Caller,
    Account,
    Application,
    /// The key of one of the caller's tags. The tags are the question's values for this condition key.
    TagKey(&'static str),
    /// The value of the same tag.
    TagValue(&'static str),
}

impl Variable {
    /// Returns the condition key of the caller's tags, if the variable stands for a part of one.
    fn tags(self) -> Option<&'static str> {
        match self {
            Variable::TagKey(tags) | Variable::TagValue(tags) => Some(tags),
            Variable::Caller | Variable::Account | Variable::Application => None,
        }
    }
}

/// A tag: key and value.
pub(super) type Tag<'a> = (&'a str, &'a str);

#[derive(Clone, Debug)]
pub(super) enum Piece {
    Text(Box<str>),
    Variable(Variable),
}

/// Text that contains variables.
#[derive(Clone, Debug)]
pub(super) struct Template(pub(super) Box<[Piece]>);

impl Template {
    /// Returns the condition key of the caller's tags, if a variable stands for a part of one.
    pub(super) fn tags(&self) -> Option<&'static str> {
        self.0.iter().find_map(|piece| match piece {
            Piece::Variable(variable) => variable.tags(),
            Piece::Text(_) => None,
        })
    }

    /// Fills in the variables for this caller and tag; `None` if the caller has no value for one of them.
    pub(super) fn expand(&self, caller: &Variables<'_>, tag: Option<Tag<'_>>, budget: &Budget) -> Option<String> {
        let mut text = String::new();
        budget.spend(8 * self.0.len());
        for piece in &self.0 {
            match piece {
                Piece::Text(part) => text.push_str(part),
                Piece::Variable(Variable::Caller) if !caller.caller.is_empty() => text.push_str(caller.caller),
                Piece::Variable(Variable::Account) if !caller.account.is_empty() => text.push_str(caller.account),
                Piece::Variable(Variable::Application) if caller.application != 0 => {
                    text.push_str(&caller.application.to_string())
                }
                Piece::Variable(Variable::TagKey(_)) => text.push_str(tag?.0),
                Piece::Variable(Variable::TagValue(_)) => text.push_str(tag?.1),
                Piece::Variable(_) => return None,
            }
        }
        budget.read(text.len());
        Some(text)
    }
}

/// A wildcard pattern, split at its stars.
#[derive(Clone, Debug)]
pub(super) enum Glob {
    /// One or more stars and nothing else.
    Any,
    /// Text without star or variable.
    Exact(Box<str>),
    /// Parts with a star between each two; the first and the last may be empty.
    Parts(Box<[Box<str>]>),
    /// The same with variables in some parts. What a variable inserts is literal; a star in it is not a wildcard.
    Templates(Box<[Template]>),
}

impl Glob {
    /// Splits `text` at its stars.
    pub(super) fn new(text: &str) -> Glob {
        if !text.contains('*') {
            Glob::Exact(text.into())
        } else if text.bytes().all(|byte| byte == b'*') {
            Glob::Any
        } else {
            // Adjacent stars are one star.
            let last = text.matches('*').count();
            let parts = text.split('*').enumerate().filter(|(at, part)| *at == 0 || *at == last || !part.is_empty());
            Glob::Parts(parts.map(|(_, part)| Box::from(part)).collect())
        }
    }

    /// Whether the pattern matches every text.
    pub(super) fn is_any(&self) -> bool {
        matches!(self, Glob::Any)
    }

    /// Returns the condition key of the caller's tags, if a variable stands for a part of one.
    pub(super) fn tags(&self) -> Option<&'static str> {
        match self {
            Glob::Templates(templates) => templates.iter().find_map(Template::tags),
            Glob::Any | Glob::Exact(_) | Glob::Parts(_) => None,
        }
    }

    pub(super) fn matches(&self, text: &str, caller: &Variables<'_>, budget: &Budget) -> Tri {
        self.matches_with(text, caller, None, budget)
    }

    /// Whether the pattern matches the text, with one of the caller's tags filled in for the variables.
    pub(super) fn matches_with(
        &self,
        text: &str,
        caller: &Variables<'_>,
        tag: Option<Tag<'_>>,
        budget: &Budget,
    ) -> Tri {
        budget.read(text.len());
        match self {
            Glob::Any => Tri::Yes,
            Glob::Exact(exact) => (**exact == *text).into(),
            Glob::Parts(parts) => {
                budget.spend(parts.len());
                matches_parts(parts, text).into()
            }
            Glob::Templates(templates) => match expand_all(templates, caller, tag, budget) {
                Some(parts) => matches_parts(&parts, text).into(),
                None => Tri::Unknown,
            },
        }
    }

    /// Whether the pattern matches a tag. It must be possible to cut the pattern at one of its stars, so that what ends
    /// with the star matches the key and what begins with it matches the value.
    pub(super) fn matches_pair(
        &self,
        pair: Tag<'_>,
        caller: &Variables<'_>,
        tag: Option<Tag<'_>>,
        budget: &Budget,
    ) -> Tri {
        budget.read(pair.0.len() + pair.1.len());
        match self {
            Glob::Any => Tri::Yes,
            Glob::Exact(_) => Tri::No,
            Glob::Parts(parts) => {
                budget.spend(parts.len());
                spans_pair(parts, pair).into()
            }
            Glob::Templates(templates) => match expand_all(templates, caller, tag, budget) {
                Some(parts) => spans_pair(&parts, pair).into(),
                None => Tri::Unknown,
            },
        }
    }

    /// Writes the pattern with its variables filled in; `None` if the caller has no value for one of them.
    pub(super) fn written(&self, caller: &Variables<'_>, tag: Option<Tag<'_>>, budget: &Budget) -> Option<String> {
        match self {
            Glob::Any => Some("*".to_owned()),
            Glob::Exact(text) => Some(text.to_string()),
            Glob::Parts(parts) => Some(parts.join("*")),
            Glob::Templates(templates) => Some(expand_all(templates, caller, tag, budget)?.join("*")),
        }
    }
}

fn expand_all(
    templates: &[Template],
    caller: &Variables<'_>,
    tag: Option<Tag<'_>>,
    budget: &Budget,
) -> Option<Vec<String>> {
    templates.iter().map(|template| template.expand(caller, tag, budget)).collect()
}

/// Whether the parts occur in this order, the first at the start and the last at the end. Searching each inner part
/// leftmost-first is enough, because a star may match anything; each byte of `text` is passed once, so the time is
/// linear.
fn matches_parts<S: AsRef<str>>(parts: &[S], text: &str) -> bool {
    let (first, middle, last) = match parts {
        [] => return text.is_empty(),
        [only] => return only.as_ref() == text,
        [first, middle @ .., last] => (first.as_ref(), middle, last.as_ref()),
    };
    let Some(mut rest) = text.strip_prefix(first).and_then(|rest| rest.strip_suffix(last)) else {
        return false;
    };
    middle.iter().all(|part| pass(&mut rest, part.as_ref()))
}

/// Moves `rest` past the first occurrence of a part; false if there is none.
fn pass(rest: &mut &str, part: &str) -> bool {
    // Preparing a search takes time proportional to the part, so a part that is longer than the text is not searched.
    let found = if part.len() <= rest.len() { rest.split_once(part) } else { None };
    *rest = found.map_or(*rest, |(_, after)| after);
    found.is_some()
}

/// Whether the parts occur in this order in a tag, each within the key or within the value. As many inner parts as
/// possible are found in the key, which leaves the fewest to be found in the value.
fn spans_pair<S: AsRef<str>>(parts: &[S], (left, right): Tag<'_>) -> bool {
    let [first, middle @ .., last] = parts else { return false };
    let (Some(mut left), Some(mut right)) = (left.strip_prefix(first.as_ref()), right.strip_suffix(last.as_ref()))
    else {
        return false;
    };
    let mut middle = middle.iter().skip_while(|part| pass(&mut left, part.as_ref()));
    middle.all(|part| pass(&mut right, part.as_ref()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The definition of a match, obvious and in exponential time.
    fn naive(pattern: &[char], text: &[char]) -> bool {
        match (pattern.first(), text.first()) {
            (None, None) => true,
            (Some('*'), _) => naive(&pattern[1..], text) || !text.is_empty() && naive(pattern, &text[1..]),
            (Some(p), Some(t)) => p == t && naive(&pattern[1..], &text[1..]),
            _ => false,
        }
    }

    fn matches(pattern: &str, text: &str) -> bool {
        Glob::new(pattern).matches(text, &Variables::default(), &Budget::new(u64::MAX)) == Tri::Yes
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]
        #[test]
        fn a_glob_matches_as_defined(pattern in "[ab*é]{0,8}", text in "[abé]{0,8}") {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            prop_assert_eq!(matches(&pattern, &text), naive(&chars(&pattern), &chars(&text)));
        }

        #[test]
        fn a_glob_spans_a_pair_as_defined(pattern in "[ab*é]{0,8}", key in "[abé]{0,5}", value in "[abé]{0,5}") {
            // The pattern is cut at one of its stars, which then ends the first half and begins the second.
            let cuts = pattern.match_indices('*').map(|(at, _)| (&pattern[..=at], &pattern[at..]));
            let defined = cuts.into_iter().any(|(left, right)| matches(left, &key) && matches(right, &value));
            let found = Glob::new(&pattern).matches_pair((&key, &value), &Variables::default(), None, &Budget::new(u64::MAX));
            prop_assert_eq!(found == Tri::Yes, defined);
        }
    }

    #[test]
    fn prefix_and_suffix_do_not_overlap() {
        assert!(!matches("aba*ba", "aba"));
        assert!(!matches("a*a", "a"));
        assert!(matches("a*a", "aa"));
    }

    /// 6 KB of `*a` against 2 KB of text, which a matcher that backtracks would not finish.
    #[test]
    fn many_stars_cost_little() {
        let (glob, texts) =
            (Glob::new(&"*a".repeat(3_000)), ["a".repeat(2_000), "b".repeat(2_000), "ab".repeat(1_000)]);
        for text in &texts {
            assert_eq!(glob.matches(text, &Variables::default(), &Budget::new(u64::MAX)), Tri::No);
        }
    }

    #[test]
    fn unknown_stays_unknown() {
        use Tri::{No, Unknown, Yes};
        assert_eq!(Tri::any([No, Unknown]), Unknown);
        assert_eq!(Tri::any([Unknown, Yes]), Yes);
        assert_eq!(Tri::all([Yes, Unknown]), Unknown);
        assert_eq!(Tri::all([Unknown, No]), No);
        assert_eq!(Tri::any([]), No);
        assert_eq!(Tri::all([]), Yes);
        assert_eq!(Unknown.not(), Unknown);
    }
}
