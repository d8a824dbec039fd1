//! Tenants.

use crate::engine::clock::Clock;
use crate::engine::cloud::Cloud;
use crate::engine::ids::AccountId;
use crate::env::Time;

/// A tenant.
#[derive(Clone, Debug)]
pub struct Account {
    /// The root account's id.
    pub id: AccountId,
    /// The cloud that it belongs to.
    pub cloud: &'static Cloud,
    /// A name for people.
    pub name: String,
    /// Its second number, under which some of its resources are named: positive, and no other account's.
    pub application: i64,
    /// When it was made, by the emulator's clock.
    pub created_at: Time,
    /// Its own clock.
    pub clock: Clock,
    /// Random: an account that is deleted and made again is another account.
    pub incarnation: i64,
}
