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
pub mod globals;
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
use ids::AccountId;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use view::Tenant;

/// Everything that the operations of every tenant share.
pub struct Engine {
    /// The database.
    pub store: Store,
    /// The compiled tenants.
    pub view: view::View,
    /// Time and randomness.
    pub env: Env,
    /// Seals secrets for the database.
    pub sealer: Arc<Sealer>,
    /// Compiled documents by their text.
    pub documents: Arc<documents::Documents>,
    /// The policies that come with each cloud, by the cloud's name.
    pub presets: Arc<HashMap<&'static str, Vec<policies::Preset>>>,
    /// Services that the emulator knows besides the clouds' own: those of stubs.
    extra_services: RwLock<Arc<[String]>>,
    /// What every tenant depends on.
    globals: RwLock<Arc<globals::Globals>>,
    /// Whether the store takes writes.
    proofs: accounts::Proofs,
}

impl Engine {
    /// An engine on an open database; makes sure that the master key is the one that the database was sealed with.
    pub async fn open(
        store: Store,
        env: Env,
        sealer: Sealer,
        presets: HashMap<&'static str, Vec<policies::Preset>>,
    ) -> Result<Engine, fault::Fault> {
        accounts::check_master_key(&store, &env, &sealer).await?;
        let globals = globals::load(&mut store.read().await?.tx()).await?;
        Ok(Engine {
            view: view::View::new(store.clone()),
            store,
            env,
            sealer: Arc::new(sealer),
            documents: Arc::default(),
            presets: Arc::new(presets),
            extra_services: RwLock::new(Arc::new([])),
            globals: RwLock::new(Arc::new(globals)),
            proofs: accounts::Proofs::default(),
        })
    }

    /// Another engine on the same store, which has looked at nothing yet: what a restart would find. What can never be
    /// outdated is shared, documents by their texts above all.
    pub async fn cold(&self) -> Result<Engine, fault::Fault> {
        Ok(Engine {
            store: self.store.clone(),
            view: view::View::new(self.store.clone()),
            env: self.env.clone(),
            sealer: self.sealer.clone(),
            documents: self.documents.clone(),
            presets: self.presets.clone(),
            extra_services: RwLock::new(self.extra_services()),
            globals: RwLock::new(Arc::new(globals::load(&mut self.store.read().await?.tx()).await?)),
            proofs: accounts::Proofs::default(),
        })
    }

    /// Returns a tenant whose state is current, and makes sure that what every tenant depends on is. None when there is
    /// no such account.
    pub async fn tenant(&self, account: &AccountId) -> Result<Option<Arc<Tenant>>, fault::Fault> {
        let Some((tenant, globals)) = self.view.tenant(account).await? else { return Ok(None) };
        if let Some(generation) = globals {
            self.reach_globals(generation).await?;
        }
        Ok(Some(tenant))
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
        self.globals.read().unwrap_or_else(PoisonError::into_inner).clock
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
