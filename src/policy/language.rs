//! A cloud's policy language as a value: how its documents are parsed, and its notation.
//!
//! Code outside [`grammar`](super::grammar) knows how a cloud writes its policies only through this value. All
//! documents of an account are in the language of its cloud.

use super::document::{Document, Problem, Report, Rules, Warning};
use super::notation::Notation;
use std::fmt;

/// A policy language.
pub struct Language {
    /// The name of the language; unique among the languages.
    pub name: &'static str,
    /// The longest text in bytes that is parsed at all.
    pub longest: usize,
    /// Returns the defect of a text that is too long, without parsing the text.
    pub too_long: fn(&str) -> Option<Problem>,
    /// Parses a text and returns its defects in the order of the text. An unreadable part must never let an allow
    /// match, and must never keep a deny from matching.
    pub read: fn(&str, &Rules<'_>) -> (Document, Vec<Problem>),
    /// Finds the warnings for a document without defects.
    pub warn: fn(&Document, &Rules<'_>) -> Vec<Warning>,
    /// How the language writes resource names, principals, actions and tags.
    pub notation: &'static Notation,
}

impl Language {
    /// Parses a document that is being written, or returns all its defects in the order of the text.
    ///
    /// The first defect is the one that the cloud would report.
    pub fn parse(&self, text: &str, rules: &Rules<'_>) -> Result<Document, Vec<Problem>> {
        let (document, problems) = (self.read)(text, rules);
        if problems.is_empty() { Ok(document) } else { Err(problems) }
    }

    /// Parses a stored document, which may have been accepted under other rules. Unreadable parts fail closed.
    pub fn load(&self, text: &str, rules: &Rules<'_>) -> Document {
        (self.read)(text, rules).0
    }

    /// Finds all defects of a text, or its warnings if it has no defects.
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
