//! Ids as types of their own, so that an account's id cannot be passed where a role's is meant.
//!
//! Each id is text, because every cloud has its own form of ids. Clones share the text, because every request clones
//! ids.

use std::sync::Arc;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
            pub struct $name(Arc<str>);

            impl $name {
                /// Returns the id as text.
                pub fn as_str(&self) -> &str {
                    &self.0
                }
            }

            impl<T: Into<Arc<str>>> From<T> for $name {
                fn from(text: T) -> $name {
                    $name(text.into())
                }
            }

            impl std::fmt::Display for $name {
                fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    formatter.write_str(&self.0)
                }
            }

            $crate::column!($name, String, $name::from);

            impl From<&$name> for $crate::store::Argument {
                fn from(id: &$name) -> $crate::store::Argument {
                    $crate::store::Argument::Text(id.0.clone())
                }
            }
        )*
    };
}

ids! {
    /// The id of an account and of its root.
    AccountId;
    /// The id of a sub-user.
    UserId;
    /// The id of a user group.
    GroupId;
    /// The id of a role.
    RoleId;
    /// The id of a policy, the account's own or a preset.
    PolicyId;
    /// The id of a key, permanent or temporary: its public half.
    SecretId;
}

/// A number that no other id of its cloud is made from.
#[derive(Clone, Copy, Debug)]
pub struct Number(pub(super) i64);

impl Number {
    /// Returns the number, which is at least 1.
    pub fn value(self) -> u64 {
        u64::try_from(self.0).unwrap_or(0)
    }
}

/// A role by id or by name. When a request gives both, the id is used.
#[derive(Clone, Debug)]
pub enum RoleRef {
    /// By id.
    Id(RoleId),
    /// By name.
    Name(String),
}

impl RoleRef {
    /// Returns the id or name, for messages.
    pub fn text(&self) -> &str {
        match self {
            RoleRef::Id(id) => id.as_str(),
            RoleRef::Name(name) => name,
        }
    }
}
