//! What one evaluation may cost, counted in steps and not in time, so that the same question ends the same way everywhere.
//!
//! A step is a few nanoseconds: half a comparison of two short texts. Statements, patterns and values each count, and of a
//! text every sixteen bytes that are looked at. Once the steps are used up nothing more is compared, and whatever
//! was found by then is void: the one who asked [`Budget::is_out`] refuses, so that a deny that was not reached is not passed
//! over.

use std::cell::Cell;

/// How many steps an evaluation has: less than a tenth of a second on two busy cores. Two hundred policies of nothing but
/// conditions on tags take half of it for a request with fifty of them, five sixths where they are patterns.
pub const STEPS: u64 = 10_000_000;

/// The steps of one evaluation.
pub(super) struct Budget {
    given: u64,
    left: Cell<u64>,
}

impl Budget {
    /// All of these steps.
    pub(super) fn new(steps: u64) -> Budget {
        Budget { given: steps, left: Cell::new(steps) }
    }

    /// Takes steps away.
    #[inline]
    pub(super) fn spend(&self, steps: usize) {
        self.left.set(self.left.get().saturating_sub(steps as u64));
    }

    /// Takes away what a look at a text of this length costs.
    #[inline]
    pub(super) fn read(&self, bytes: usize) {
        self.spend(1 + bytes / 16);
    }

    /// Whether no step is left.
    #[inline]
    pub(super) fn is_out(&self) -> bool {
        self.left.get() == 0
    }

    /// How many steps were taken.
    pub(super) fn spent(&self) -> u64 {
        self.given - self.left.get()
    }

    /// The answers to these, one after the other, for as long as there are steps.
    #[inline]
    pub(super) fn each<I: IntoIterator, T>(&self, of: I, answer: impl Fn(I::Item) -> T) -> impl Iterator<Item = T> {
        of.into_iter().map_while(move |one| (!self.is_out()).then(|| answer(one)))
    }
}
