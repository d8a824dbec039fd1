//! The budget of one evaluation, counted in steps and not in time, so that the same question ends the same way
//! everywhere.
//!
//! A step takes a few nanoseconds, half a comparison of two short texts. Statements, patterns and values each count,
//! and every sixteen bytes of text that are read. When the budget is used up nothing more is compared, and everything
//! found until then is void: whoever sees [`Budget::is_out`] denies, so that a deny that was not reached is not
//! ignored.

use std::cell::Cell;

/// Steps of one evaluation: less than a tenth of a second on two busy cores. Two hundred policies full of conditions on
/// tags use half of them for a request with fifty tags, and five sixths if the conditions are patterns.
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

    /// Returns how many steps were taken.
    pub(super) fn spent(&self) -> u64 {
        self.given - self.left.get()
    }

    /// Maps the items one after the other, for as long as there are steps.
    #[inline]
    pub(super) fn each<I: IntoIterator, T>(&self, of: I, answer: impl Fn(I::Item) -> T) -> impl Iterator<Item = T> {
        of.into_iter().map_while(move |one| (!self.is_out()).then(|| answer(one)))
    }
}
