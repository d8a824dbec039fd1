//! The engine itself: everything that the operations of every account share.

use super::clock::Clock;
use super::cloud::Clouds;
use super::documents::{self, Documents};
use super::fault::Fault;
use super::globals::{self, Globals};
use super::ids::AccountId;
use super::meta::{self, Proofs};
use super::model::Account;
use super::view::{Tenant, View};
use crate::args;
use crate::env::{Env, Time};
use crate::policy::{Document, Kind};
use crate::secret::Sealer;
use crate::store::{BoxFuture, Store, WriteTx};
use std::sync::{Arc, PoisonError, RwLock};

/// Everything that the operations of every tenant share.
pub struct Engine {
    /// The database.
    pub store: Store,
    /// The compiled tenants.
    pub view: View,
    /// Time and randomness.
    pub env: Env,
    /// Seals secrets for the database.
    pub sealer: Arc<Sealer>,
    /// Compiled documents by their text.
    pub documents: Arc<Documents>,
    /// The clouds of its accounts.
    pub clouds: Clouds,
    /// Services that the emulator knows besides the clouds' own: those of stubs.
    extra_services: RwLock<Arc<[String]>>,
    /// What every tenant depends on.
    globals: Arc<globals::Known>,
    /// Whether the store takes writes.
    proofs: Proofs,
}

impl Engine {
    /// Opens an engine on a database, after making sure that the master key is the one that the database was sealed with.
    pub async fn open(store: Store, env: Env, sealer: Sealer, clouds: Clouds) -> Result<Engine, Fault> {
        meta::check_master_key(&store, &env, &sealer).await?;
        let globals = globals::load(&mut store.read().await?.tx()).await?;
        Ok(Engine {
            view: View::new(store.clone()),
            store,
            env,
            sealer: Arc::new(sealer),
            documents: Arc::default(),
            clouds,
            extra_services: RwLock::new(Arc::new([])),
            globals: Arc::new(globals::Known::new(globals)),
            proofs: Proofs::default(),
        })
    }

    /// Another engine on the same store, which has looked at nothing yet: what a restart would find. What can never be
    /// outdated is shared, documents by their texts above all.
    pub async fn cold(&self) -> Result<Engine, Fault> {
        let globals = globals::load(&mut self.store.read().await?.tx()).await?;
        Ok(Engine {
            store: self.store.clone(),
            view: View::new(self.store.clone()),
            env: self.env.clone(),
            sealer: self.sealer.clone(),
            documents: self.documents.clone(),
            clouds: self.clouds.clone(),
            extra_services: RwLock::new(self.extra_services()),
            globals: Arc::new(globals::Known::new(globals)),
            proofs: Proofs::default(),
        })
    }

    /// Returns a tenant whose state is current, and makes sure that what every tenant depends on is. None when there is
    /// no such account.
    pub async fn tenant(&self, account: &AccountId) -> Result<Option<Arc<Tenant>>, Fault> {
        let Some((tenant, globals)) = self.view.tenant(account).await? else { return Ok(None) };
        if let Some(generation) = globals {
            self.reach_globals(generation).await?;
        }
        Ok(Some(tenant))
    }

    /// Reads a document that is being written. The first defect is the answer.
    pub fn written(&self, account: &Account, kind: Kind, text: &str) -> Result<Arc<Document>, Fault> {
        documents::written(account, kind, text, &self.extra_services())
    }

    /// Reads a stored document. Parts that can no longer be read let no allow match, and every deny.
    pub fn stored(&self, account: &Account, kind: Kind, text: &str) -> Arc<Document> {
        self.documents.stored(account, kind, text)
    }

    /// The services that policies may name besides the clouds' own.
    pub fn extra_services(&self) -> Arc<[String]> {
        self.extra_services.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Makes services known to those who write policies.
    pub fn know_services(&self, services: Vec<String>) {
        *self.extra_services.write().unwrap_or_else(PoisonError::into_inner) = services.into();
    }

    /// The globals as they were last read. [`Engine::tenant`] and [`Engine::current_globals`] make sure that they are
    /// current.
    pub fn globals(&self) -> Arc<Globals> {
        self.globals.get()
    }

    /// The generation of [`Engine::globals`], which costs less to ask for.
    pub fn globals_generation(&self) -> i64 {
        self.globals.generation()
    }

    /// The globals as they stand in the database, which is asked only where other servers may have changed them.
    pub async fn current_globals(&self) -> Result<Arc<Globals>, Fault> {
        if self.store.shared() {
            let row: Option<(i64,)> = self.store.glance("SELECT generation FROM globals WHERE id = 1", args![]).await?;
            self.reach_globals(row.map_or(0, |(generation,)| generation)).await?;
        }
        Ok(self.globals())
    }

    /// Reads the globals again when they are not of this generation.
    async fn reach_globals(&self, generation: i64) -> Result<(), Fault> {
        if self.globals_generation() != generation {
            let mut read = self.store.read().await?;
            self.globals.publish(globals::load(&mut read.tx()).await?);
        }
        Ok(())
    }

    /// Changes the globals in one transaction that no other change of them overlaps.
    pub(super) async fn change_globals<T, W>(&self, work: W) -> Result<T, Fault>
    where
        T: Send + 'static,
        W: for<'t> Fn(&'t mut WriteTx<'_>) -> BoxFuture<'t, Result<T, Fault>> + Send + Sync + 'static,
    {
        globals::change(&self.store, &self.globals, work).await
    }

    /// The server's own clock.
    pub fn server_clock(&self) -> Clock {
        self.globals().clock
    }

    /// Sets the server's clock, which every account without its own follows.
    pub async fn set_clock(&self, clock: Clock) -> Result<(), Fault> {
        globals::set_clock(&self.store, &self.globals, clock).await
    }

    /// The time of an account by the emulator's clock.
    pub fn now(&self, account: &Account) -> Time {
        let clock = match account.clock {
            Clock::Inherit => self.server_clock(),
            own => own,
        };
        clock.at(self.env.now())
    }

    /// Whether the store can be read and written.
    pub async fn is_ready(&self) -> bool {
        self.proofs.ask(&self.store).await
    }
}
