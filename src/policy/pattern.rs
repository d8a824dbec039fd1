//! Text patterns: wildcards, variables, and the three-valued answer every match gives.
//!
//! `*` stands for any run of characters, also an empty one, also one with `/` or `:` in it. `?` is an ordinary character.
//! There is no regular expression here on purpose: matching takes time linear in pattern and text.

use super::question::Variables;

/// The answer of one test. `Unknown` means that something could not be read: it stays unknown through negation, and the
/// effect of the statement decides at the end (an allow then does not match, a deny does).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tri {
    No,
    Unknown,
    Yes,
}

impl Tri {
    /// At least one of the answers is yes; stops at the first.
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

    /// All answers are yes; stops at the first no.
    pub(super) fn all(answers: impl IntoIterator<Item = Tri>) -> Tri {
        Tri::any(answers.into_iter().map(Tri::not)).not()
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

/// What a policy may leave open until somebody asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Variable {
    Caller,
    Account,
    Application,
    /// The key of one of the caller's tags, which are the values that the question has for this condition key.
    TagKey(&'static str),
    /// Its value.
    TagValue(&'static str),
}

impl Variable {
    /// Where the caller's tags stand, if it is about them.
    fn tags(self) -> Option<&'static str> {
        match self {
            Variable::TagKey(tags) | Variable::TagValue(tags) => Some(tags),
            Variable::Caller | Variable::Account | Variable::Application => None,
        }
    }
}

/// One tag of the caller: key and value.
pub(super) type Tag<'a> = (&'a str, &'a str);

#[derive(Clone, Debug)]
pub(super) enum Piece {
    Text(Box<str>),
    Variable(Variable),
}

/// Text with variables in it.
#[derive(Clone, Debug)]
pub(super) struct Template(pub(super) Box<[Piece]>);

impl Template {
    /// Where the caller's tags stand, if it asks for one.
    pub(super) fn tags(&self) -> Option<&'static str> {
        self.0.iter().find_map(|piece| match piece {
            Piece::Variable(variable) => variable.tags(),
            Piece::Text(_) => None,
        })
    }

    /// The text for this caller and this tag of it; nothing if the caller lacks one of the values.
    pub(super) fn expand(&self, caller: &Variables<'_>, tag: Option<Tag<'_>>) -> Option<String> {
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(part) => text.push_str(part),
                Piece::Variable(Variable::Caller) if !caller.uin.is_empty() => text.push_str(caller.uin),
                Piece::Variable(Variable::Account) if !caller.owner_uin.is_empty() => text.push_str(caller.owner_uin),
                Piece::Variable(Variable::Application) if caller.app_id != 0 => {
                    text.push_str(&caller.app_id.to_string())
                }
                Piece::Variable(Variable::TagKey(_)) => text.push_str(tag?.0),
                Piece::Variable(Variable::TagValue(_)) => text.push_str(tag?.1),
                Piece::Variable(_) => return None,
            }
        }
        Some(text)
    }
}

/// A wildcard pattern, cut at its stars.
#[derive(Clone, Debug)]
pub(super) enum Glob {
    /// A star alone.
    Any,
    /// No star, no variable.
    Exact(Box<str>),
    /// A star between any two neighbours.
    Parts(Box<[Box<str>]>),
    /// The same, some with variables. What a variable brings is taken literally, stars included.
    Templates(Box<[Template]>),
}

impl Glob {
    /// Cuts `text` at its stars.
    pub(super) fn new(text: &str) -> Glob {
        if !text.contains('*') {
            Glob::Exact(text.into())
        } else if text.bytes().all(|byte| byte == b'*') {
            Glob::Any
        } else {
            Glob::Parts(text.split('*').map(Box::from).collect())
        }
    }

    /// Whether it matches every text.
    pub(super) fn is_any(&self) -> bool {
        matches!(self, Glob::Any)
    }

    /// Where the caller's tags stand, if it asks for one.
    pub(super) fn tags(&self) -> Option<&'static str> {
        match self {
            Glob::Templates(templates) => templates.iter().find_map(Template::tags),
            Glob::Any | Glob::Exact(_) | Glob::Parts(_) => None,
        }
    }

    pub(super) fn matches(&self, text: &str, caller: &Variables<'_>) -> Tri {
        self.matches_with(text, caller, None)
    }

    /// The same where a tag of the caller may be asked for.
    pub(super) fn matches_with(&self, text: &str, caller: &Variables<'_>, tag: Option<Tag<'_>>) -> Tri {
        match self {
            Glob::Any => Tri::Yes,
            Glob::Exact(exact) => (**exact == *text).into(),
            Glob::Parts(parts) => matches_parts(parts, text).into(),
            Glob::Templates(templates) => {
                let parts: Option<Vec<String>> =
                    templates.iter().map(|template| template.expand(caller, tag)).collect();
                parts.map_or(Tri::Unknown, |parts| matches_parts(&parts, text).into())
            }
        }
    }
}

/// Leftmost-first search for each inner part is enough, because a star may swallow anything; each byte of `text` is passed
/// once, so the whole is linear.
fn matches_parts<S: AsRef<str>>(parts: &[S], text: &str) -> bool {
    let (first, middle, last) = match parts {
        [] => return text.is_empty(),
        [only] => return only.as_ref() == text,
        [first, middle @ .., last] => (first.as_ref(), middle, last.as_ref()),
    };
    let Some(mut rest) = text.strip_prefix(first).and_then(|rest| rest.strip_suffix(last)) else {
        return false;
    };
    for part in middle {
        match rest.split_once(part.as_ref()) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The definition, exponential and obvious.
    fn naive(pattern: &[char], text: &[char]) -> bool {
        match (pattern.first(), text.first()) {
            (None, None) => true,
            (Some('*'), _) => naive(&pattern[1..], text) || !text.is_empty() && naive(pattern, &text[1..]),
            (Some(p), Some(t)) => p == t && naive(&pattern[1..], &text[1..]),
            _ => false,
        }
    }

    fn matches(pattern: &str, text: &str) -> bool {
        Glob::new(pattern).matches(text, &Variables::default()) == Tri::Yes
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]
        #[test]
        fn a_glob_matches_as_defined(pattern in "[ab*é]{0,8}", text in "[abé]{0,8}") {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            prop_assert_eq!(matches(&pattern, &text), naive(&chars(&pattern), &chars(&text)));
        }
    }

    #[test]
    fn prefix_and_suffix_do_not_overlap() {
        assert!(!matches("aba*ba", "aba"));
        assert!(!matches("a*a", "a"));
        assert!(matches("a*a", "aa"));
    }

    /// 6 KB of `*a` against 2 KB; the bound is generous for a debug build on a busy machine.
    #[test]
    fn many_stars_cost_little() {
        let (glob, texts) =
            (Glob::new(&"*a".repeat(3_000)), ["a".repeat(2_000), "b".repeat(2_000), "ab".repeat(1_000)]);
        for text in &texts {
            assert_eq!(glob.matches(text, &Variables::default()), Tri::No);
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
