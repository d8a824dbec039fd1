//! Things that have tags.

use crate::engine::ids::{PolicyId, RoleRef, UserId};

/// The kinds of things that have tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TagKind {
    /// A role.
    Role,
    /// A sub-user.
    User,
    /// A policy of the account's own.
    Policy,
}

/// A thing that has tags, as a request names it.
#[derive(Clone, Debug)]
pub enum Taggable {
    /// A role.
    Role(RoleRef),
    /// A sub-user.
    User(UserId),
    /// A policy of the account's own.
    Policy(PolicyId),
}

impl Taggable {
    /// Returns whether it is a role, a user or a policy.
    pub fn kind(&self) -> TagKind {
        match self {
            Taggable::Role(_) => TagKind::Role,
            Taggable::User(_) => TagKind::User,
            Taggable::Policy(_) => TagKind::Policy,
        }
    }
}
