//! A cloud's policy language as a value: how its documents are read, and how it writes what questions are about.
//!
//! Nothing else outside [`grammar`](super::grammar) knows how a cloud writes anything. An account's documents are all in
//! the language of its cloud.

use super::document::{Document, Problem, Report, Rules, Warning};
use super::notation::Notation;
use std::fmt;

/// A policy language.
pub struct Language {
    /// Its name, which no other language has.
    pub name: &'static str,
    /// The longest text in bytes that is read at all.
    pub longest: usize,
    /// Tells that a text is too long, before anything of it is read.
    pub too_long: fn(&str) -> Option<Problem>,
    /// Reads a text, with every defect in the order of the text. A part that cannot be read must become one that lets no
    /// allow match and every deny.
    pub read: fn(&str, &Rules<'_>) -> (Document, Vec<Problem>),
    /// Finds what is legal in a document without defects, and surely not meant so.
    pub warn: fn(&Document, &Rules<'_>) -> Vec<Warning>,
    /// How it writes what questions are about.
    pub notation: &'static Notation,
}

impl Language {
    /// Reads a document that is being written. All its defects, in the order of the text, if it has any; the first is the
    /// one that the cloud would report.
    pub fn parse(&self, text: &str, rules: &Rules<'_>) -> Result<Document, Vec<Problem>> {
        let (document, problems) = (self.read)(text, rules);
        if problems.is_empty() { Ok(document) } else { Err(problems) }
    }

    /// Reads a document that was accepted before, perhaps under other rules. What cannot be read now fails closed.
    pub fn load(&self, text: &str, rules: &Rules<'_>) -> Document {
        (self.read)(text, rules).0
    }

    /// Finds everything that is wrong or suspicious about a text.
    pub fn check(&self, text: &str, rules: &Rules<'_>) -> Report {
        let (document, problems) = (self.read)(text, rules);
        let warnings = if problems.is_empty() { (self.warn)(&document, rules) } else { Vec::new() };
        Report { problems, warnings }
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Language").field(&self.name).finish()
    }
}
