//! The limits on the length of a document.

use crate::policy::document::{Defect, Problem, Span};

/// The longest document: 6144 characters, white space not counted (user guide, "limits" and "grammar" of December 2024).
const MAX_CHARS: usize = 6144;

/// The longest text in bytes, white space included. The guide sets no such limit; this one bounds memory.
pub const LONGEST_TEXT: usize = 65_536;

/// Returns the defect of a text that is too long, without parsing it: finding every defect of a long text is slow.
pub(super) fn too_long(text: &str) -> Option<Problem> {
    let message = over_count(text).or_else(|| {
        let length = text.len();
        let message = format!("the document has {length} bytes, spaces counted; at most {LONGEST_TEXT} are allowed");
        (length > LONGEST_TEXT).then_some(message)
    })?;
    let span = Span { line: 1, column: 1, offset: 0, len: 0 };
    Some(Problem { defect: Defect::TooLong, path: String::new(), span, message })
}

/// Returns the message about too many characters, if there are too many.
pub(super) fn over_count(text: &str) -> Option<String> {
    let counted = text.chars().filter(|letter| !matches!(letter, ' ' | '\t' | '\r' | '\n')).count();
    (counted > MAX_CHARS)
        .then(|| format!("the document has {counted} characters, spaces not counted; at most {MAX_CHARS} are allowed"))
}
