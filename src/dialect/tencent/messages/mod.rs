//! The sentences that go with error codes: one file a language, each with a sentence for every situation.
//!
//! The sentences of the gateway (authentication, parameters, rates) are Tencent's own as its users quote them; those of
//! the services are ours, but for the few that were seen. A new situation does not compile without one in each file.

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

/// The sentence for a fault with this code.
///
/// Where the words of the service itself are known, they come first, in English in every language, and what is wrong
/// follows.
pub fn message(fault: &Fault, code: &str, request_id: &str, locale: Locale) -> String {
    let own = match code {
        "InternalError.GetRoleError" => return "role not exist".to_owned(),
        "InvalidParameter.OverTimeError" => "time set too long",
        "InvalidParameter.StrategyFormatError" => "strategy is not json",
        "InvalidParameter.ResouceError" => "resource error",
        // The space at the end is the service's.
        "InvalidParameter.GrantOtherResource" => "cant grant other resource ",
        "InvalidParameter.RoleNameInUse" => "role name in use",
        _ => "",
    };
    let (colon, what) = match locale {
        Locale::English => (": ", en::message(fault, request_id)),
        Locale::Chinese => ("：", zh::message(fault, request_id)),
    };
    if own.is_empty() { what } else { [own, colon, &what].concat() }
}

#[cfg(test)]
mod tests;
