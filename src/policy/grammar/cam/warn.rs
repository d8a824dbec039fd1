//! Warnings: few, and only where it is sure that the text cannot mean what it says.

use crate::policy::document::{Document, Rules, Warning};

pub(super) fn warnings(_document: &Document, _rules: &Rules<'_>) -> Vec<Warning> {
    Vec::new()
}
