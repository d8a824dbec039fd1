//! The budget of one evaluation, counted in steps.
//!
//! Steps are counted instead of time, so that the same question ends the same way on every machine. A step takes a few
//! nanoseconds; comparing two short texts takes two steps. Every statement, pattern and value counts, and so do every
//! sixteen bytes of text that are read. When the budget is used up, nothing more is compared and the result so far is
//! void: once [`Budget::is_out`], the evaluation must deny, because a matching deny may not have been reached.

use std::cell::Cell;

/// The steps of one evaluation: less than a tenth of a second on two busy cores.
///
/// Two hundred policies of maximal length, full of conditions on tags, use less than four fifths of them for a request
/// with fifty tags; the test `the_largest_legitimate_case_passes` holds this.
pub const STEPS: u64 = 10_000_000;

/// The remaining steps of one evaluation.
pub(super) struct Budget {
    given: u64,
    left: Cell<u64>,
}

impl Budget {
    /// Starts with this many steps.
    pub(super) fn new(steps: u64) -> Budget {
        Budget { given: steps, left: Cell::new(steps) }
    }

    /// Takes steps from the budget.
    #[inline]
    pub(super) fn spend(&self, steps: usize) {
        self.left.set(self.left.get().saturating_sub(steps as u64));
    }

    /// Takes the steps for reading a text of this length.
    #[inline]
    pub(super) fn read(&self, bytes: usize) {
        self.spend(1 + bytes / 16);
    }

    /// Whether the budget is used up.
    #[inline]
    pub(super) fn is_out(&self) -> bool {
        self.left.get() == 0
    }

    /// Returns the number of steps taken so far.
    pub(super) fn spent(&self) -> u64 {
        self.given - self.left.get()
    }

    /// Maps the items in order, and ends early when the budget is used up.
    #[inline]
    pub(super) fn each<I: IntoIterator, T>(&self, of: I, answer: impl Fn(I::Item) -> T) -> impl Iterator<Item = T> {
        of.into_iter().map_while(move |one| (!self.is_out()).then(|| answer(one)))
    }
}
