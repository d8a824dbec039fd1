//! Roles.

use crate::engine::ids::{AccountId, RoleId, RoleRef};
use crate::env::Time;
use crate::policy::Document;
use std::sync::{Arc, OnceLock};

/// The kind of a role that was made for a service.
pub const SERVICE_LINKED: &str = "service_linked";

/// A role.
#[derive(Debug)]
pub struct Role {
    /// Its id.
    pub id: RoleId,
    /// Its name, unique in the account.
    pub name: String,
    /// `user`, or what a service made it for.
    pub kind: String,
    /// The trust policy as it was written.
    pub document: String,
    /// A text of the account's.
    pub description: String,
    /// Whether a console may be entered as this role.
    pub console_login: bool,
    /// The longest session in seconds.
    pub session_duration: i64,
    /// When it was made.
    pub created_at: Time,
    /// When it was changed last.
    pub updated_at: Time,
    /// Key and value, in the order in which they were given.
    pub tags: Vec<(String, String)>,
    /// The compiled trust policy; see [`Role::trust_policy`].
    pub(in crate::engine) trust: OnceLock<Arc<Document>>,
}

impl Role {
    /// Whether it was made for a service, which gives it names of another form.
    pub fn is_service_linked(&self) -> bool {
        self.kind == SERVICE_LINKED
    }

    /// The trust policy, which `read` compiles at the first use.
    pub(in crate::engine) fn trust_policy(&self, read: impl FnOnce() -> Arc<Document>) -> Arc<Document> {
        self.trust.get_or_init(read).clone()
    }
}

/// A role as a resource's name means it: of which account, and of which kind besides.
#[derive(Clone, Debug)]
pub struct NamedRole {
    /// The account.
    pub account: AccountId,
    /// Which of its roles.
    pub role: RoleRef,
    /// The name is that of a role that was made for a service.
    pub service_linked: bool,
}
