//! Accounts.

use super::standing::Standing;
use crate::engine::clock::Clock;
use crate::engine::cloud::Cloud;
use crate::engine::ids::AccountId;
use crate::env::Time;

/// An account of a cloud: the owner of users, roles and policies.
#[derive(Clone, Debug)]
pub struct Account {
    /// The root account's id.
    pub id: AccountId,
    /// The cloud that it belongs to.
    pub cloud: &'static Cloud,
    /// A display name.
    pub name: String,
    /// Its second number, which some resource names contain. Always positive and unique among accounts.
    pub application: i64,
    /// When it was created, by the server's clock.
    pub created_at: Time,
    /// Its own clock, or [`Clock::Inherit`] to follow the server's.
    pub clock: Clock,
    /// A random number that tells this account from an earlier, deleted one with the same id.
    pub incarnation: i64,
    /// What is known of it besides what its own API can change.
    pub standing: Standing,
}
