//! What something that is kept for later keeps alive besides itself: compiled policies, which requests share.

use super::account::Account;
use super::caller::Session;
use super::grants::Grants;
use super::key::{Key, Owner};
use super::role::Role;
use crate::engine::ids::GroupId;
use crate::policy::{Document, PolicySet};
use std::sync::Arc;

/// Something shared that is kept alive.
#[derive(Clone)]
pub enum Pinned {
    /// A tenant.
    Account(Arc<Account>),
    /// What a principal may do.
    Grants(Arc<Grants>),
    /// The session of a temporary key.
    Session(Arc<Session>),
    /// A document.
    Document(Arc<Document>),
}

impl Pinned {
    /// Which one it is: the same for every holder of it, and no other's while it is held.
    pub fn place(&self) -> usize {
        match self {
            Pinned::Account(account) => Arc::as_ptr(account).addr(),
            Pinned::Grants(grants) => Arc::as_ptr(grants).addr(),
            Pinned::Session(session) => Arc::as_ptr(session).addr(),
            Pinned::Document(document) => Arc::as_ptr(document).addr(),
        }
    }

    /// How many bytes it takes, without its documents.
    pub fn weight(&self) -> usize {
        match self {
            Pinned::Account(account) => account.weight(),
            Pinned::Grants(grants) => grants.weight(),
            Pinned::Session(session) => session.weight(),
            Pinned::Document(document) => document.weight(),
        }
    }

    /// The documents that it keeps alive itself, which others may have as well.
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
    /// How many bytes it takes.
    pub fn weight(&self) -> usize {
        size_of::<Account>() + self.id.as_str().len() + self.name.len()
    }
}

impl Key {
    /// How many bytes it takes, with its session and the signing key that is kept for it.
    pub fn weight(&self) -> usize {
        let session = match &self.owner {
            Owner::Root | Owner::User(_) => 0,
            Owner::Session(session) => session.weight() + session.narrowed.as_ref().map_or(0, documents_weight),
        };
        size_of::<Key>() + 2 * self.secret_id.as_str().len() + self.secret.expose().len() + session
    }
}

impl Role {
    /// How many bytes it takes. Its trust policy is compiled at the first use, into some times its text.
    pub fn weight(&self) -> usize {
        const COMPILED: usize = 6;
        let texts = self.id.as_str().len() + self.name.len() + self.kind.len() + self.description.len();
        size_of::<Role>() + texts + COMPILED * self.document.len() + weigh(&self.tags)
    }
}

/// How many bytes the documents of policies take.
fn documents_weight(policies: &PolicySet) -> usize {
    policies.policies().iter().map(|attached| attached.document.weight()).sum()
}

impl Grants {
    /// How many bytes their documents take, which others may have as well.
    pub fn documents_weight(&self) -> usize {
        documents_weight(&self.identity) + self.boundary.as_ref().map_or(0, documents_weight)
    }

    /// How many bytes they take, without the documents.
    pub fn weight(&self) -> usize {
        let sets = self.identity.weight() + self.boundary.as_ref().map_or(0, PolicySet::weight);
        let groups = self.groups.iter().map(|group| size_of::<GroupId>() + group.as_str().len()).sum::<usize>();
        size_of::<Grants>() + self.name.len() + sets + groups + weigh(&self.tags)
    }
}

impl Session {
    /// How many bytes it takes, without the document that it is narrowed to.
    pub fn weight(&self) -> usize {
        let texts = self.name.len() + self.origin.len() + self.token_digest.len() + self.source_identity.len();
        let narrowed = self.narrowed.as_ref().map_or(0, PolicySet::weight);
        size_of::<Session>() + texts + narrowed + weigh(&self.tags)
    }
}

/// How many bytes tags take.
fn weigh(tags: &[(String, String)]) -> usize {
    tags.iter().map(|(key, value)| size_of::<(String, String)>() + key.len() + value.len()).sum()
}
