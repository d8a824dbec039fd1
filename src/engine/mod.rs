//! Identities, policies and sessions: what the emulated services mean, and the SQL that keeps it.
//!
//! One file a noun. Each offers functions on a [`cx::Cx`] or, for changes, on a [`cx::Write`]; `lookup` returns an option,
//! `get` a [`fault::Fault`]. [`view`] is what the request path reads, [`authorize`] the one place that asks the evaluator.
//! Deliberately absent: HTTP, wire names, error codes, and any vendor's name.

pub mod accounts;
pub mod attachments;
pub mod authorize;
pub mod boundaries;
pub mod clock;
pub mod cx;
pub mod documents;
pub mod fault;
pub mod groups;
pub mod ids;
pub mod keys;
pub mod pinned;
pub mod policies;
pub mod roles;
pub mod service_linked;
pub mod sessions;
pub mod stubs;
pub mod users;
pub mod versions;
pub mod view;

pub use accounts::Account;
pub use attachments::Grants;
pub use keys::Key;
pub use policies::Policy;
pub use roles::Role;

use crate::env::{Env, Time};
use crate::secret::Sealer;
use crate::store::Store;
use clock::Clock;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// Everything that the operations of every tenant share.
pub struct Engine {
    /// The database.
    pub store: Store,
    /// The compiled tenants.
    pub view: view::View,
    /// Time and randomness.
    pub env: Env,
    /// Seals secrets for the database.
    pub sealer: Sealer,
    /// Compiled documents by their text.
    pub documents: documents::Documents,
    /// The policies that come with each cloud, by the cloud's name.
    pub presets: HashMap<&'static str, Vec<policies::Preset>>,
    /// Services that the emulator knows besides the clouds' own: those of stubs.
    extra_services: RwLock<Arc<[String]>>,
    /// The server's clock, for accounts that have none of their own.
    clock: RwLock<Clock>,
}

impl Engine {
    /// An engine on an open database; reads the server's clock from it, and makes sure that the master key is the one
    /// that the database was sealed with.
    pub async fn open(
        store: Store,
        env: Env,
        sealer: Sealer,
        presets: HashMap<&'static str, Vec<policies::Preset>>,
    ) -> Result<Engine, fault::Fault> {
        let engine = Engine {
            view: view::View::new(store.clone()),
            store,
            env,
            sealer,
            documents: documents::Documents::default(),
            presets,
            extra_services: RwLock::new(Arc::new([])),
            clock: RwLock::new(Clock::Real),
        };
        accounts::check_master_key(&engine).await?;
        let clock = accounts::stored_server_clock(&engine).await?;
        *engine.clock.write().unwrap_or_else(PoisonError::into_inner) = clock;
        Ok(engine)
    }

    /// The services that policies may name besides the clouds' own.
    pub fn extra_services(&self) -> Arc<[String]> {
        self.extra_services.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Makes services known to those who write policies.
    pub fn know_services(&self, services: Vec<String>) {
        *self.extra_services.write().unwrap_or_else(PoisonError::into_inner) = services.into();
    }

    /// The server's own clock.
    pub fn server_clock(&self) -> Clock {
        *self.clock.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set_server_clock(&self, clock: Clock) {
        *self.clock.write().unwrap_or_else(PoisonError::into_inner) = clock;
    }

    /// The time of an account by the emulator's clock.
    pub fn now(&self, account: &Account) -> Time {
        let clock = match account.clock {
            Clock::Inherit => self.server_clock(),
            own => own,
        };
        clock.at(self.env.now())
    }
}
