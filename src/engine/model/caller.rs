//! Who is asking, and the session behind a temporary key.

use super::holder::Holder;
use crate::engine::ids::{AccountId, RoleId, SecretId, UserId};
use crate::env::Time;
use crate::policy::PolicySet;
use std::sync::Arc;

/// Who is asking, once it has been verified.
#[derive(Clone)]
pub struct Caller {
    /// The account that it acts in.
    pub account: AccountId,
    /// Which identity of that account.
    pub identity: Identity,
    /// The key that it signed with.
    pub secret_id: SecretId,
    /// The session that the key belongs to; none for a permanent key.
    pub session: Option<Arc<Session>>,
}

/// An identity of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// The account itself.
    Root,
    /// A sub-user.
    User(UserId),
    /// A session of a role.
    Role {
        /// The role.
        id: RoleId,
        /// The session's name.
        session: String,
        /// The id of the identity that opened it.
        origin: String,
    },
    /// A federation session: a user's, or the root account's, own rights, narrowed.
    Federated {
        /// The user, none for the root account.
        user: Option<UserId>,
        /// The session's name.
        session: String,
    },
    /// Nobody: the request came without a signature.
    Anonymous,
}

/// The session behind a temporary key.
pub struct Session {
    /// The role; none for a federation session.
    pub role: Option<RoleId>,
    /// The user of a federation session; none for one of the root account, and for a role's.
    pub user: Option<UserId>,
    /// The session's name.
    pub name: String,
    /// The id of the identity that opened it.
    pub origin: String,
    /// The SHA-256 of its token.
    pub token_digest: String,
    /// What it is narrowed to, if it is.
    pub narrowed: Option<PolicySet>,
    /// Its tags.
    pub tags: Vec<(String, String)>,
    /// Whom it was opened for, as its opener said.
    pub source_identity: String,
    /// When it ends by lapse of time, by the emulator's clock.
    pub expires_at: Time,
    /// Somebody called for its end, which no clock takes back.
    pub ended: bool,
}

impl Session {
    /// The identity that the session acts as.
    pub fn identity(&self) -> Identity {
        match &self.role {
            Some(id) => Identity::Role { id: id.clone(), session: self.name.clone(), origin: self.origin.clone() },
            None => Identity::Federated { user: self.user.clone(), session: self.name.clone() },
        }
    }
}

impl Caller {
    /// The id that the clouds put for "who": the user's own, or the account's.
    pub fn id(&self) -> &str {
        match &self.identity {
            Identity::Root | Identity::Federated { user: None, .. } => self.account.as_str(),
            Identity::User(id) | Identity::Federated { user: Some(id), .. } => id.as_str(),
            Identity::Role { origin, .. } => origin,
            Identity::Anonymous => "",
        }
    }

    /// The principal that its policies are attached to; none for the root account, which needs none, and for nobody.
    pub fn holder(&self) -> Option<Holder> {
        match &self.identity {
            Identity::Root | Identity::Anonymous | Identity::Federated { user: None, .. } => None,
            Identity::User(id) | Identity::Federated { user: Some(id), .. } => Some(Holder::User(id.clone())),
            Identity::Role { id, .. } => Some(Holder::Role(id.clone())),
        }
    }

    /// Whether it signs with a temporary key.
    pub fn is_temporary(&self) -> bool {
        matches!(self.identity, Identity::Role { .. } | Identity::Federated { .. })
    }
}
