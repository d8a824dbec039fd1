//! Pages of lists.

/// The page of a list that a request asks for.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// The number of items before the page.
    pub offset: usize,
    /// The most items on the page.
    pub limit: usize,
}

/// One page of a list.
#[derive(Debug)]
pub struct Paged<T> {
    /// The items on the page.
    pub items: Vec<T>,
    /// The number of items in the whole list.
    pub total: usize,
}

impl Window {
    /// Returns this page of a list.
    pub fn of<T>(self, all: Vec<T>) -> Paged<T> {
        let total = all.len();
        Paged { items: all.into_iter().skip(self.offset).take(self.limit).collect(), total }
    }

    /// Returns the arguments of `LIMIT` and `OFFSET`.
    pub(super) fn bounds(self) -> (i64, i64) {
        let number = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        (number(self.limit), number(self.offset))
    }
}

impl<T> Paged<T> {
    /// Returns the same page with every item converted by `show`.
    pub fn map<U>(self, show: impl FnMut(T) -> U) -> Paged<U> {
        Paged { items: self.items.into_iter().map(show).collect(), total: self.total }
    }
}
