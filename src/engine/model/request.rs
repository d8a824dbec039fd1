//! What is known of a request besides its parameters.

use super::account::Account;
use super::caller::Caller;
use crate::env::Time;
use std::sync::Arc;

/// The context of a request: what condition keys and variables of policies can be filled from.
#[derive(Clone)]
pub struct RequestContext {
    /// The principal.
    pub caller: Arc<Caller>,
    /// The account that the principal acts in.
    pub account: Arc<Account>,
    /// The account's time when the request came, by the emulator's clock.
    pub now: Time,
    /// The client's address, as text.
    pub peer: Arc<str>,
}
