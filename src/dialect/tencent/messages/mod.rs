//! The sentences that go with error codes: one file a language, each with a sentence for every situation.
//!
//! The sentences of the gateway (authentication, parameters, rates) are Tencent's own as its users quote them; those of
//! the services are ours, since only the codes are published. A new situation does not compile without one in each file.

mod en;
mod quoted;
mod zh;

use crate::engine::fault::Fault;

/// The languages of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Locale {
    /// `en-US`, and whatever else is not Chinese.
    English,
    /// `zh-CN`.
    Chinese,
}

/// The sentence for a fault.
pub fn message(fault: &Fault, request_id: &str, locale: Locale) -> String {
    match locale {
        Locale::English => en::message(fault, request_id),
        Locale::Chinese => zh::message(fault, request_id),
    }
}

#[cfg(test)]
mod tests;
