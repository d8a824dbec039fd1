//! The closed set of dialects: one cloud's wire each. What a dialect is, is in [`contract`].

pub mod contract;
pub mod decode;
pub mod stubs;
pub mod template;
pub mod tencent;

use contract::{Dialect, Head};

/// Every dialect, in the order in which a request is offered to them.
pub static DIALECTS: &[&Dialect] = &[&tencent::DIALECT];

/// The dialect that a request is written in; none for a path that no client of any cloud asks for.
pub fn detect(request: &Head) -> Option<&'static Dialect> {
    DIALECTS.iter().copied().find(|dialect| (dialect.detect)(request))
}

/// Whether a text is half of a key that some cloud's documents print.
pub fn is_published(key: &str) -> bool {
    DIALECTS.iter().any(|dialect| (dialect.is_published)(key))
}
