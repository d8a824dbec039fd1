//! What policies are attached to.

use crate::engine::ids::{GroupId, RoleId, RoleRef, UserId};

/// A principal that policies are attached to directly.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Holder {
    /// A sub-user, with what its groups add.
    User(UserId),
    /// A role.
    Role(RoleId),
    /// A user group; its policies count for its members, never for itself.
    Group(GroupId),
}

/// What policies are attached to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HolderKind {
    /// A sub-user.
    User,
    /// A user group.
    Group,
    /// A role.
    Role,
}

/// Who is to get or to lose a policy, as a request names it.
#[derive(Clone, Debug)]
pub enum HolderRef {
    /// A sub-user.
    User(UserId),
    /// A user group.
    Group(GroupId),
    /// A role.
    Role(RoleRef),
}

impl HolderRef {
    /// What it is.
    pub fn kind(&self) -> HolderKind {
        match self {
            HolderRef::User(_) => HolderKind::User,
            HolderRef::Group(_) => HolderKind::Group,
            HolderRef::Role(_) => HolderKind::Role,
        }
    }
}
