//! The context of a request.

use super::account::Account;
use super::caller::Caller;
use crate::env::Time;
use std::net::IpAddr;
use std::sync::Arc;

/// The context of a request: the values that condition keys and policy variables are filled from.
#[derive(Clone)]
pub struct RequestContext {
    /// The principal.
    pub caller: Arc<Caller>,
    /// The account that the principal acts in.
    pub account: Arc<Account>,
    /// The time of the request, by the account's clock.
    pub now: Time,
    /// The client's address.
    pub peer: IpAddr,
}
