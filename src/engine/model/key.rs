//! Keys, permanent and temporary.

use super::caller::Session;
use crate::engine::ids::{AccountId, SecretId, UserId};
use crate::secret::Secret;
use std::sync::{Arc, Mutex, PoisonError};

/// What a key id stands for.
pub struct Key {
    /// The account it acts in.
    pub account: AccountId,
    /// The public half.
    pub secret_id: SecretId,
    /// The secret half.
    pub secret: Secret,
    /// Whose it is.
    pub owner: Owner,
    /// The last signing key that was derived from the secret, under the scope that it was derived for. It lives and
    /// dies with this entry, so a changed secret cannot meet an old derivation.
    derived: Mutex<Option<(String, [u8; 32])>>,
}

/// Whose a key is.
pub enum Owner {
    /// The account's own.
    Root,
    /// A sub-user's.
    User(UserId),
    /// A session's.
    Session(Arc<Session>),
}

impl Key {
    pub(in crate::engine) fn new(account: AccountId, secret_id: SecretId, secret: Secret, owner: Owner) -> Key {
        Key { account, secret_id, secret, owner, derived: Mutex::new(None) }
    }

    /// The signing key for a scope, derived at most once in a row for the same scope.
    pub fn signing_key(&self, scope: &str, derive: impl FnOnce(&Secret) -> [u8; 32]) -> [u8; 32] {
        let mut derived = self.derived.lock().unwrap_or_else(PoisonError::into_inner);
        match derived.as_ref() {
            Some((known, key)) if known == scope => *key,
            _ => {
                let key = derive(&self.secret);
                *derived = Some((scope.to_owned(), key));
                key
            }
        }
    }
}
