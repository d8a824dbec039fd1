//! The users, groups and roles that policies are attached to.

use crate::engine::ids::{GroupId, RoleId, RoleRef, UserId};

/// A user, role or group that policies can be attached to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Holder {
    /// A sub-user. Its groups' policies count for it as well.
    User(UserId),
    /// A role.
    Role(RoleId),
    /// A user group. Its policies count for its members; the group itself is never a principal.
    Group(GroupId),
}

/// The users, groups and roles that policies are attached to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HolderKind {
    /// A sub-user.
    User,
    /// A user group.
    Group,
    /// A role.
    Role,
}

/// A user, group or role as a request names it, to attach a policy to it or detach one.
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
    /// Returns whether it is a user, a group or a role.
    pub fn kind(&self) -> HolderKind {
        match self {
            HolderRef::User(_) => HolderKind::User,
            HolderRef::Group(_) => HolderKind::Group,
            HolderRef::Role(_) => HolderKind::Role,
        }
    }
}
