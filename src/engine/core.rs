//! The engine: the state that operations of all accounts share.

use super::clock::Clock;
use super::cloud::Clouds;
use super::counters::Counters;
use super::documents::{self, Documents};
use super::fault::Fault;
use super::globals::{self, Globals};
use super::ids::AccountId;
use super::meta::{self, Proofs};
use super::model::{Account, Key, Owner};
use super::uses::Uses;
use super::view::{Tenant, View};
use crate::args;
use crate::env::{Env, Time};
use crate::policy::{Document, DocumentKind};
use crate::secret::Sealer;
use crate::store::{BoxFuture, Store, WriteTx};
use std::sync::{Arc, PoisonError, RwLock};

/// The state that operations of all accounts share.
pub struct Engine {
    /// The database.
    pub store: Store,
    /// The cache of compiled accounts.
    pub view: View,
    /// The source of time and randomness.
    pub env: Env,
    /// Seals secrets for the database.
    pub sealer: Arc<Sealer>,
    /// Compiled documents, keyed by their text.
    pub documents: Arc<Documents>,
    /// The clouds whose accounts this server has.
    pub clouds: Clouds,
    /// The services of stubs, which policies may name besides the clouds' own.
    extra_services: RwLock<Arc<[String]>>,
    /// The state that all accounts depend on: the server's clock and the stored stubs.
    globals: Arc<globals::Known>,
    /// The numbers that are reserved for ids.
    pub(super) counters: Counters,
    /// The checks of whether the store can be read and written.
    proofs: Proofs,
    /// The uses of keys that were not written yet.
    pub(super) uses: Uses,
}

impl Engine {
    /// Opens an engine on a database. Fails when the database was sealed with another master key.
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
            counters: Counters::default(),
            proofs: Proofs::default(),
            uses: Uses::default(),
        })
    }

    /// Returns an engine on the same store with an empty view, as after a restart. Shares what can never be outdated,
    /// such as compiled documents.
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
            counters: Counters::default(),
            proofs: Proofs::default(),
            uses: Uses::default(),
        })
    }

    /// Returns the current state of an account, or `None` when there is no such account. Also brings the globals up to
    /// date.
    pub async fn tenant(&self, account: &AccountId) -> Result<Option<Arc<Tenant>>, Fault> {
        let Some((tenant, globals)) = self.view.tenant(account).await? else { return Ok(None) };
        if let Some(generation) = globals {
            self.reach_globals(generation).await?;
        }
        Ok(Some(tenant))
    }

    /// Compiles a document that a request wants to store. Fails with its first defect.
    pub fn written(&self, account: &Account, kind: DocumentKind, text: &str) -> Result<Arc<Document>, Fault> {
        documents::written(account, kind, text, &self.extra_services())
    }

    /// Compiles a stored document. Where a part can no longer be read, an allow never matches and a deny always does.
    pub fn stored(&self, account: &Account, kind: DocumentKind, text: &str) -> Arc<Document> {
        self.documents.stored(account, kind, text)
    }

    /// Returns the services that policies may name besides the clouds' own.
    pub fn extra_services(&self) -> Arc<[String]> {
        self.extra_services.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Sets the services that policies may name besides the clouds' own.
    pub fn know_services(&self, services: Vec<String>) {
        *self.extra_services.write().unwrap_or_else(PoisonError::into_inner) = services.into();
    }

    /// Returns the globals as last read. [`Engine::tenant`] and [`Engine::current_globals`] bring them up to date.
    pub fn globals(&self) -> Arc<Globals> {
        self.globals.get()
    }

    /// Returns the generation of [`Engine::globals`], at a lower cost than the globals themselves.
    pub fn globals_generation(&self) -> i64 {
        self.globals.generation()
    }

    /// Returns the current globals. Asks the database only when other servers may have changed them.
    pub async fn current_globals(&self) -> Result<Arc<Globals>, Fault> {
        if self.store.shared() {
            let row: Option<(i64,)> = self.store.glance("SELECT generation FROM globals WHERE id = 1", args![]).await?;
            self.reach_globals(row.map_or(0, |(generation,)| generation)).await?;
        }
        Ok(self.globals())
    }

    /// Reads the globals again unless they already have this generation.
    async fn reach_globals(&self, generation: i64) -> Result<(), Fault> {
        if self.globals_generation() != generation {
            let mut read = self.store.read().await?;
            self.globals.publish(globals::load(&mut read.tx()).await?);
        }
        Ok(())
    }

    /// Changes the globals in one transaction. No other change of the globals may overlap it.
    pub(super) async fn change_globals<T, W>(&self, work: W) -> Result<T, Fault>
    where
        T: Send + 'static,
        W: for<'t> Fn(&'t mut WriteTx<'_>) -> BoxFuture<'t, Result<T, Fault>> + Send + Sync + 'static,
    {
        globals::change(&self.store, &self.globals, work).await
    }

    /// Returns the server's own clock.
    pub fn server_clock(&self) -> Clock {
        self.globals().clock
    }

    /// Sets the server's clock, which every account without its own clock follows.
    pub async fn set_clock(&self, clock: Clock) -> Result<(), Fault> {
        globals::set_clock(&self.store, &self.globals, clock).await
    }

    /// Returns the current time of an account, by its own clock or the server's.
    pub fn now(&self, account: &Account) -> Time {
        let clock = match account.clock {
            Clock::Inherit => self.server_clock(),
            own => own,
        };
        clock.at(self.env.now())
    }

    /// Notes that a key of this account has signed a request. Sessions have no last use.
    pub fn note_use(&self, account: &Account, key: &Key) {
        if !matches!(key.owner, Owner::Session(_)) {
            self.uses.note(key, self.now(account));
        }
    }

    /// Writes when keys were last used, as far as that was not written yet.
    pub async fn write_uses(&self) -> Result<(), Fault> {
        self.uses.write(&self.store).await
    }

    /// Returns whether the store can be read and written.
    pub async fn is_ready(&self) -> bool {
        self.proofs.ask(&self.store).await
    }
}
