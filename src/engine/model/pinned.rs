//! Shared values that an entry of the journal keeps alive: accounts, sessions and compiled policies.

use super::account::Account;
use super::caller::Session;
use super::grants::Grants;
use super::key::{Key, Owner};
use super::role::Role;
use crate::engine::ids::GroupId;
use crate::policy::{Document, PolicySet};
use std::sync::Arc;

/// A shared value that is kept alive.
#[derive(Clone)]
pub enum Pinned {
    /// An account.
    Account(Arc<Account>),
    /// The policies of a principal.
    Grants(Arc<Grants>),
    /// The session of a temporary key.
    Session(Arc<Session>),
    /// A compiled document.
    Document(Arc<Document>),
}

impl Pinned {
    /// Returns the address of the shared value. It identifies the value as long as the value is kept alive.
    pub fn place(&self) -> usize {
        match self {
            Pinned::Account(account) => Arc::as_ptr(account).addr(),
            Pinned::Grants(grants) => Arc::as_ptr(grants).addr(),
            Pinned::Session(session) => Arc::as_ptr(session).addr(),
            Pinned::Document(document) => Arc::as_ptr(document).addr(),
        }
    }

    /// Returns its size in bytes, without its documents.
    pub fn weight(&self) -> usize {
        match self {
            Pinned::Account(account) => account.weight(),
            Pinned::Grants(grants) => grants.weight(),
            Pinned::Session(session) => session.weight(),
            Pinned::Document(document) => document.weight(),
        }
    }

    /// Returns the documents that it keeps alive. Other values may share them.
    pub fn documents(&self) -> impl Iterator<Item = Pinned> {
        let sets: [Option<&PolicySet>; 2] = match self {
            Pinned::Account(_) | Pinned::Document(_) => [None, None],
            Pinned::Grants(grants) => [Some(&grants.identity), grants.boundary.as_ref()],
            Pinned::Session(session) => [session.narrowed.as_ref(), None],
        };
        let policies = sets.into_iter().flatten().flat_map(PolicySet::policies);
        policies.map(|attached| Pinned::Document(attached.document.clone()))
    }
}

impl Account {
    /// Returns its size in bytes.
    pub fn weight(&self) -> usize {
        size_of::<Account>() + self.id.as_str().len() + self.name.len() + self.standing.weight()
    }
}

impl Key {
    /// Returns its size in bytes, including its session and the derived signing key.
    pub fn weight(&self) -> usize {
        let session = match &self.owner {
            Owner::Root | Owner::User(_) => 0,
            Owner::Session(session) => session.weight() + session.narrowed.as_ref().map_or(0, documents_weight),
        };
        size_of::<Key>() + 2 * self.secret_id.as_str().len() + self.secret.expose().len() + session
    }
}

impl Role {
    /// Returns its size in bytes. Includes an estimate of the compiled trust policy, which is larger than its text.
    pub fn weight(&self) -> usize {
        const COMPILED: usize = 6;
        let texts = self.id.as_str().len() + self.name.len() + self.kind.len() + self.description.len();
        size_of::<Role>() + texts + COMPILED * self.document.len() + weigh(&self.tags)
    }
}

/// Returns the size of the policies' documents in bytes.
fn documents_weight(policies: &PolicySet) -> usize {
    policies.policies().iter().map(|attached| attached.document.weight()).sum()
}

impl Grants {
    /// Returns the size of the documents in bytes. Other values may share them.
    pub fn documents_weight(&self) -> usize {
        documents_weight(&self.identity) + self.boundary.as_ref().map_or(0, documents_weight)
    }

    /// Returns the size in bytes, without the documents.
    pub fn weight(&self) -> usize {
        let sets = self.identity.weight() + self.boundary.as_ref().map_or(0, PolicySet::weight);
        let groups = self.groups.iter().map(|group| size_of::<GroupId>() + group.as_str().len()).sum::<usize>();
        size_of::<Grants>() + self.name.len() + sets + groups + weigh(&self.tags)
    }
}

impl Session {
    /// Returns its size in bytes, without the document of its session policy.
    pub fn weight(&self) -> usize {
        let texts = self.name.len() + self.origin.len() + self.token_digest.len() + self.source_identity.len();
        let narrowed = self.narrowed.as_ref().map_or(0, PolicySet::weight);
        size_of::<Session>() + texts + narrowed + weigh(&self.tags)
    }
}

/// Returns the size of tags in bytes.
fn weigh(tags: &[(String, String)]) -> usize {
    tags.iter().map(|(key, value)| size_of::<(String, String)>() + key.len() + value.len()).sum()
}
