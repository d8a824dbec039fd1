//! What every part of the grammar needs: the rules, the path of an element, and the list of problems.

use crate::policy::document::{Defect, Problem, Rules, Span};
use crate::policy::json::{Content, Member, Node, Range};

/// The state of parsing one document.
pub(super) struct Cx<'a> {
    text: &'a str,
    pub(super) rules: &'a Rules<'a>,
    problems: Vec<Problem>,
}

/// The path of the element being parsed; formatted only when a problem is reported.
pub(super) enum Path<'p> {
    Root,
    Name(&'p Path<'p>, &'p str),
    Index(&'p Path<'p>, usize),
}

impl<'p> Path<'p> {
    pub(super) fn name(&'p self, name: &'p str) -> Path<'p> {
        Path::Name(self, name)
    }

    pub(super) fn index(&'p self, index: usize) -> Path<'p> {
        Path::Index(self, index)
    }

    /// The path of an entry of `list`; the path itself if the element is not a list.
    pub(super) fn entry(&'p self, list: &Node<'_>, index: usize) -> Path<'p> {
        match (&list.content, self) {
            (Content::List(_), _) => Path::Index(self, index),
            (_, Path::Root) => Path::Root,
            (_, Path::Name(parent, name)) => Path::Name(parent, name),
            (_, Path::Index(parent, at)) => Path::Index(parent, *at),
        }
    }
}

impl std::fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Path::Root => Ok(()),
            Path::Name(Path::Root, name) => f.write_str(name),
            Path::Name(parent, name) => write!(f, "{parent}.{name}"),
            Path::Index(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

impl<'a> Cx<'a> {
    pub(super) fn new(text: &'a str, rules: &'a Rules<'a>) -> Cx<'a> {
        Cx { text, rules, problems: Vec::new() }
    }

    pub(super) fn report(&mut self, defect: Defect, path: &Path<'_>, range: Range, message: String) {
        let span = Span::new(self.text, range);
        self.problems.push(Problem { defect, path: path.to_string(), span, message });
    }

    /// Reports names that occur twice in one object, at any depth. Returns whether there were none.
    pub(super) fn report_duplicates(&mut self, node: &Node<'_>, path: &Path<'_>) -> bool {
        let mut none = true;
        match &node.content {
            Content::Object(members) => {
                for (index, member) in members.iter().enumerate() {
                    let path = path.name(&member.name);
                    if members.iter().take(index).any(|earlier| earlier.name == member.name) {
                        let message = format!("`{}` is given twice", member.name);
                        self.report(Defect::DuplicateElement, &path, member.range, message);
                        none = false;
                    }
                    none &= self.report_duplicates(&member.node, &path);
                }
            }
            Content::List(nodes) => {
                for (index, node) in nodes.iter().enumerate() {
                    none &= self.report_duplicates(node, &path.index(index));
                }
            }
            _ => {}
        }
        none
    }

    /// Reports an element that is not among the known ones. Returns whether it is known.
    pub(super) fn require_known(&mut self, member: &Member<'_>, known: &[&str], path: &Path<'_>) -> bool {
        if known.contains(&&*member.name) {
            return true;
        }
        let name = &member.name;
        let message = match suggest(name, known.iter().copied()) {
            Some(meant) if meant.eq_ignore_ascii_case(name) => {
                format!("`{name}` must be written in lower case: `{meant}`")
            }
            Some(meant) => format!("there is no element `{name}`; did you mean `{meant}`?"),
            None => format!("there is no element `{name}` here; known are `{}`", known.join("`, `")),
        };
        self.report(Defect::UnknownElement, &path.name(name), member.range, message);
        false
    }

    /// Quotes the text at a place, for a message.
    pub(super) fn quote(&self, range: Range) -> String {
        let start = range.start as usize;
        let written = self.text.get(start..start + range.len as usize).unwrap_or_default();
        match written.char_indices().nth(60) {
            Some((cut, _)) => format!("`{}…`", written.get(..cut).unwrap_or_default()),
            None => format!("`{written}`"),
        }
    }

    /// Returns the problems in the order of the text.
    pub(super) fn into_problems(mut self) -> Vec<Problem> {
        self.problems.sort_by_key(|problem| problem.span.offset);
        self.problems
    }
}

/// Returns the end of a message about an unknown word; empty if no known word is close.
pub(super) fn did_you_mean<'k>(wrong: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    suggest(wrong, known).map_or(String::new(), |meant| format!("; did you mean `{meant}`?"))
}

/// Finds the known word that was probably meant, ignoring letter case.
///
/// A known word is close if it has the same letters in another order, or differs by one letter, or by two if the wrong
/// word has more than four. It must not differ by as many letters as the wrong word has.
pub(super) fn suggest<'k>(wrong: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    if wrong.len() > 64 {
        return None;
    }
    let wrong = wrong.to_ascii_lowercase();
    let (distance, word) = known
        .into_iter()
        .map(|word| {
            let lower = word.to_ascii_lowercase();
            (if letters(&wrong) == letters(&lower) { 0 } else { distance(&wrong, &lower) }, word)
        })
        .min_by_key(|(distance, _)| *distance)?;
    let length = wrong.chars().count();
    (distance < length && distance <= if length > 4 { 2 } else { 1 }).then_some(word)
}

fn letters(word: &str) -> Vec<char> {
    let mut letters: Vec<char> = word.chars().collect();
    letters.sort_unstable();
    letters
}

/// Returns how many letters must be added, dropped or changed to turn one word into the other.
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.chars().count()).collect();
    for (index, l) in left.chars().enumerate() {
        let mut previous = index;
        let mut west = index + 1;
        for (cell, r) in row.iter_mut().skip(1).zip(right.chars()) {
            let changed = previous + usize::from(l != r);
            previous = *cell;
            west = changed.min(previous + 1).min(west + 1);
            *cell = west;
        }
        if let Some(first) = row.first_mut() {
            *first = index + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition of the distance: the cost of the first letters, plus that of the rest.
    fn naive(left: &[char], right: &[char]) -> usize {
        match (left, right) {
            ([], rest) | (rest, []) => rest.len(),
            ([l, left_rest @ ..], [r, right_rest @ ..]) => {
                let changed = naive(left_rest, right_rest) + usize::from(l != r);
                changed.min(naive(left_rest, right) + 1).min(naive(left, right_rest) + 1)
            }
        }
    }

    #[test]
    fn the_distance_is_as_defined() {
        let mut words = vec![String::new()];
        for length in 0..4 {
            let longer = words.iter().filter(|word| word.len() == length);
            let longer: Vec<String> =
                longer.flat_map(|word| ['a', 'b'].map(|letter| format!("{word}{letter}"))).collect();
            words.extend(longer);
        }
        assert_eq!(words.len(), 31);
        let chars = |word: &String| word.chars().collect::<Vec<_>>();
        for left in &words {
            for right in &words {
                assert_eq!(distance(left, right), naive(&chars(left), &chars(right)), "{left:?} {right:?}");
            }
        }
    }

    #[test]
    fn only_a_near_word_is_suggested() {
        for (wrong, known, near) in [
            ("axcd", "abcd", true),
            ("axxd", "abcd", false),
            ("axxde", "abcde", true),
            ("axxxe", "abcde", false),
            // Swapped letters, and letter case.
            ("dcba", "abcd", true),
            ("ABCD", "abcd", true),
            ("abcd", "ABCD", true),
        ] {
            assert_eq!(suggest(wrong, [known]), near.then_some(known), "{wrong}");
        }
        assert_eq!(suggest("abcx", ["wxyz", "axyx", "abcd", "abce"]), Some("abcd"));
        assert_eq!(suggest("abcd", []), None);
        // A long text is not compared: with every known word that would be slow, and such a text is not a typing error.
        for (length, near) in [(64, true), (65, false), (66, false)] {
            let known = "a".repeat(length);
            let wrong = format!("{}b", "a".repeat(length - 1));
            assert_eq!(suggest(&wrong, [known.as_str()]), near.then_some(known.as_str()), "{length}");
        }
    }
}
