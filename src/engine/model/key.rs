//! Keys, permanent and temporary.

use super::caller::Session;
use crate::engine::ids::{AccountId, SecretId, UserId};
use crate::secret::Secret;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// A key and its owner.
pub struct Key {
    /// The account that it acts in.
    pub account: AccountId,
    /// The public half.
    pub secret_id: SecretId,
    /// The secret half.
    pub secret: Secret,
    /// The owner of the key.
    pub owner: Owner,
    /// The scope and value of the signing key derived last. It is stored here so that a key loaded with a changed
    /// secret starts without it.
    derived: Mutex<Option<(String, [u8; 32])>>,
    /// The second in which a use was noted last.
    noted: AtomicI64,
}

/// The owner of a key.
pub enum Owner {
    /// The root account.
    Root,
    /// A sub-user.
    User(UserId),
    /// A session, which owns a temporary key.
    Session(Arc<Session>),
}

impl Key {
    pub(in crate::engine) fn new(account: AccountId, secret_id: SecretId, secret: Secret, owner: Owner) -> Key {
        Key { account, secret_id, secret, owner, derived: Mutex::new(None), noted: AtomicI64::new(i64::MIN) }
    }

    /// Returns whether no use was noted in this second yet, and notes one.
    pub(in crate::engine) fn is_news(&self, second: i64) -> bool {
        self.noted.load(Ordering::Relaxed) != second && self.noted.swap(second, Ordering::Relaxed) != second
    }

    /// Returns the signing key for a scope. Derives it only when the last call was for another scope.
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
