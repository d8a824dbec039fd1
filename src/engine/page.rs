//! Parts of lists.

/// Which part of a list is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// How many items are passed over.
    pub offset: usize,
    /// How many items are wanted at most.
    pub limit: usize,
}

/// A part of a list, and how many items the whole has.
#[derive(Debug)]
pub struct Paged<T> {
    /// The items of the part.
    pub items: Vec<T>,
    /// The number of items of the whole list.
    pub total: usize,
}

impl Window {
    /// Returns this part of a list.
    pub fn of<T>(self, all: Vec<T>) -> Paged<T> {
        let total = all.len();
        Paged { items: all.into_iter().skip(self.offset).take(self.limit).collect(), total }
    }

    /// The part as arguments of `LIMIT` and `OFFSET`.
    pub(super) fn bounds(self) -> (i64, i64) {
        let number = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        (number(self.limit), number(self.offset))
    }
}

impl<T> Paged<T> {
    /// Returns the same part with each item shown in another way.
    pub fn map<U>(self, show: impl FnMut(T) -> U) -> Paged<U> {
        Paged { items: self.items.into_iter().map(show).collect(), total: self.total }
    }
}
