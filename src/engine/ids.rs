//! Names of things, as types: an account's id cannot be passed where a role's is meant.
//!
//! Every id is text, because each cloud has its own form; it is shared, because the same one travels with every request.

use std::sync::Arc;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
            pub struct $name(Arc<str>);

            impl $name {
                /// The text of the id.
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
                    $crate::store::Argument::Text(id.0.as_ref().to_owned())
                }
            }
        )*
    };
}

ids! {
    /// A tenant: the root account's own id.
    AccountId;
    /// A sub-user.
    UserId;
    /// A user group.
    GroupId;
    /// A role.
    RoleId;
    /// A policy, the tenant's own or a preset one.
    PolicyId;
    /// The public half of a key, permanent or temporary.
    SecretId;
}

/// A role by id or by name; the id counts when both are given.
#[derive(Clone, Debug)]
pub enum RoleRef {
    /// By id.
    Id(RoleId),
    /// By name.
    Name(String),
}

impl RoleRef {
    /// What it was called by.
    pub fn text(&self) -> &str {
        match self {
            RoleRef::Id(id) => id.as_str(),
            RoleRef::Name(name) => name,
        }
    }
}
