//! The closed set of dialects: one cloud's wire each. What a dialect is, is in [`contract`].

pub mod contract;
pub mod decode;
pub mod stubs;
pub mod tencent;

use contract::{Dialect, RawRequest};

/// Every dialect, in the order in which a request is offered to them; the last takes what nobody else does.
pub static DIALECTS: &[&Dialect] = &[&tencent::DIALECT];

/// The dialect that a request is written in.
pub fn detect(request: &RawRequest) -> &'static Dialect {
    DIALECTS.iter().copied().find(|dialect| (dialect.detect)(request)).unwrap_or(&tencent::DIALECT)
}
