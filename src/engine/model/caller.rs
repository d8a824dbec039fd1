//! The principal of a request, and the session behind a temporary key.

use super::holder::Holder;
use crate::engine::ids::{AccountId, RoleId, SecretId, UserId};
use crate::env::Time;
use crate::policy::PolicySet;
use std::sync::Arc;

/// The verified principal of a request.
#[derive(Clone)]
pub struct Caller {
    /// The account that it acts in.
    pub account: AccountId,
    /// The identity in that account.
    pub identity: Identity,
    /// The key that it signed with.
    pub secret_id: SecretId,
    /// The session that the key belongs to; `None` for a permanent key.
    pub session: Option<Arc<Session>>,
}

/// An identity of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// The root account.
    Root,
    /// A sub-user.
    User(UserId),
    /// A session of a role.
    Role {
        /// The role.
        id: RoleId,
        /// The session's name.
        session: String,
        /// The id of the principal that opened it.
        origin: String,
    },
    /// A federation session: the rights of a user or the root account, narrowed by a session policy.
    Federated {
        /// The user; `None` for the root account.
        user: Option<UserId>,
        /// The session's name.
        session: String,
    },
    /// No identity: the request was not signed.
    Anonymous,
}

/// The session behind a temporary key.
pub struct Session {
    /// The role; `None` for a federation session.
    pub role: Option<RoleId>,
    /// The user of a federation session; `None` for one of the root account, and for a role session.
    pub user: Option<UserId>,
    /// The session's name.
    pub name: String,
    /// The id of the principal that opened it.
    pub origin: String,
    /// The SHA-256 of its token.
    pub token_digest: String,
    /// The session policy, if one was given.
    pub narrowed: Option<PolicySet>,
    /// Its tags.
    pub tags: Vec<(String, String)>,
    /// The source identity given when it was opened; empty when none was given.
    pub source_identity: String,
    /// When it expires, by the account's clock.
    pub expires_at: Time,
    /// Whether it was ended before it expired. Turning the clock back never undoes this.
    pub ended: bool,
    /// Whether it was opened with a code of a second factor.
    pub second_factor: bool,
}

impl Session {
    /// Returns the identity that the session acts as.
    pub fn identity(&self) -> Identity {
        match &self.role {
            Some(id) => Identity::Role { id: id.clone(), session: self.name.clone(), origin: self.origin.clone() },
            None => Identity::Federated { user: self.user.clone(), session: self.name.clone() },
        }
    }
}

impl Caller {
    /// Returns the id that clouds report for the principal. It is that of the user or the account or, for a role
    /// session, of the principal that opened it.
    pub fn id(&self) -> &str {
        match &self.identity {
            Identity::Root | Identity::Federated { user: None, .. } => self.account.as_str(),
            Identity::User(id) | Identity::Federated { user: Some(id), .. } => id.as_str(),
            Identity::Role { origin, .. } => origin,
            Identity::Anonymous => "",
        }
    }

    /// Returns the user or role that the principal's policies are attached to. Returns `None` for the root account,
    /// which needs no policies, and for an anonymous request.
    pub fn holder(&self) -> Option<Holder> {
        match &self.identity {
            Identity::Root | Identity::Anonymous | Identity::Federated { user: None, .. } => None,
            Identity::User(id) | Identity::Federated { user: Some(id), .. } => Some(Holder::User(id.clone())),
            Identity::Role { id, .. } => Some(Holder::Role(id.clone())),
        }
    }

    /// Returns whether it signs with a temporary key.
    pub fn is_temporary(&self) -> bool {
        matches!(self.identity, Identity::Role { .. } | Identity::Federated { .. })
    }
}
