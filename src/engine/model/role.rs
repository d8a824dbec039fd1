//! Roles.

use crate::engine::ids::{AccountId, RoleId, RoleRef};
use crate::env::Time;
use crate::policy::Document;
use std::sync::{Arc, OnceLock};

/// The kind of a service-linked role.
pub const SERVICE_LINKED: &str = "service_linked";

/// A role.
#[derive(Debug)]
pub struct Role {
    /// Its id.
    pub id: RoleId,
    /// Its name, unique in the account.
    pub name: String,
    /// `user`, or [`SERVICE_LINKED`].
    pub kind: String,
    /// The text of the trust policy, as written.
    pub document: String,
    /// Free text set by the account.
    pub description: String,
    /// Whether this role may sign in to a console.
    pub console_login: bool,
    /// The longest session, in seconds.
    pub session_duration: i64,
    /// When it was created.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
    /// Keys and values, in the order in which they were given.
    pub tags: Vec<(String, String)>,
    /// The compiled trust policy; see [`Role::trust_policy`].
    pub(in crate::engine) trust: OnceLock<Arc<Document>>,
}

impl Role {
    /// Returns whether it is a service-linked role, whose resource names have another form.
    pub fn is_service_linked(&self) -> bool {
        self.kind == SERVICE_LINKED
    }

    /// Returns the compiled trust policy. Calls `read` to compile it on first use.
    pub(in crate::engine) fn trust_policy(&self, read: impl FnOnce() -> Arc<Document>) -> Arc<Document> {
        self.trust.get_or_init(read).clone()
    }
}

/// A role as a resource name identifies it.
#[derive(Clone, Debug)]
pub struct NamedRole {
    /// The account that owns the role.
    pub account: AccountId,
    /// The role's name or id.
    pub role: RoleRef,
    /// Whether the resource name has the form for service-linked roles.
    pub service_linked: bool,
}
