//! A tenant as the request path sees it: compiled, cached, and good exactly while it is current.
//!
//! The view is built in parts (a key, a role, one principal's policies), each loaded when it is first asked for, so a
//! tenant of a hundred thousand roles costs nothing at start and a change in it costs nothing elsewhere. A part remembers
//! the generation at which it was loaded. A write moves the generation on and names the parts it touched; what it does
//! not name, it touches: forgetting to name a change costs time, never truth. Where other processes write to the same
//! database, one primary-key read per request tells whether the generation is still the known one.
//!
//! Deliberately absent: any expiry by time, and a cache of things that do not exist.

use super::fault::Fault;
use super::ids::{AccountId, GroupId, RoleId, RoleRef, SecretId, UserId};
use super::{Account, Grants, Key, Role};
use crate::args;
use crate::store::{BoxFuture, Store, Tx};
use moka::sync::Cache;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// A principal that policies are attached to directly.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Holder {
    /// A sub-user, with what its groups add.
    User(UserId),
    /// A role.
    Role(RoleId),
    /// A user group; its policies count for its members, never for itself.
    Group(GroupId),
}

/// What policies are attached to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HolderKind {
    /// A sub-user.
    User,
    /// A user group.
    Group,
    /// A role.
    Role,
}

/// Who is to get or to lose a policy, as a request names it.
#[derive(Clone, Debug)]
pub enum HolderRef {
    /// A sub-user.
    User(UserId),
    /// A user group.
    Group(GroupId),
    /// A role.
    Role(RoleRef),
}

impl HolderRef {
    /// What it is.
    pub fn kind(&self) -> HolderKind {
        match self {
            HolderRef::User(_) => HolderKind::User,
            HolderRef::Group(_) => HolderKind::Group,
            HolderRef::Role(_) => HolderKind::Role,
        }
    }
}

/// A part of the view that a write changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// The account itself: its name or clock.
    Account,
    /// A permanent key.
    Key(SecretId),
    /// A role's own data; the name is the one it had.
    Role(RoleId, String),
    /// What a principal may do.
    Grants(Holder),
}

/// What a write may have changed of the view. Changes form a join: a narrow one and a wide one are a wide one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changed {
    /// Any part of the account.
    Anything,
    /// These parts and no others.
    Parts(Vec<Part>),
}

impl Changed {
    /// No part: rows that none is made of, or new rows that none can have been made of.
    pub const NOTHING: Changed = Changed::Parts(Vec::new());

    /// This part and no other.
    pub fn only(part: Part) -> Changed {
        Changed::Parts(vec![part])
    }

    /// A principal's own policies, boundary, groups or tags. A group's count for all of its members, who are not named
    /// one by one.
    pub fn grants(holder: &Holder) -> Changed {
        match holder {
            Holder::Group(_) => Changed::Anything,
            Holder::User(_) | Holder::Role(_) => Changed::only(Part::Grants(holder.clone())),
        }
    }

    /// Adds what another statement changes.
    pub fn join(&mut self, other: Changed) {
        match (&mut *self, other) {
            (Changed::Parts(parts), Changed::Parts(more)) => parts.extend(more),
            _ => *self = Changed::Anything,
        }
    }
}

/// One tenant's version. `floor` is the generation below which no cached part is good.
pub struct Tenant {
    generation: AtomicI64,
    floor: AtomicI64,
    publishing: Mutex<()>,
}

impl Tenant {
    fn new(generation: i64) -> Tenant {
        Tenant { generation: AtomicI64::new(generation), floor: AtomicI64::new(generation), publishing: Mutex::new(()) }
    }

    fn generation(&self) -> i64 {
        self.generation.load(Ordering::Acquire)
    }

    fn is_good(&self, loaded_at: i64) -> bool {
        loaded_at >= self.floor.load(Ordering::Acquire)
    }

    /// Puts a part on its shelf, unless the tenant has moved on since it was read.
    fn publish(&self, loaded_at: i64, put: impl FnOnce()) {
        let _publishing = self.publishing.lock().unwrap_or_else(PoisonError::into_inner);
        if self.generation() == loaded_at {
            put();
        }
    }
}

pub(super) struct Kept<V> {
    loaded_at: i64,
    pub(super) value: Arc<V>,
}

impl<V> Clone for Kept<V> {
    fn clone(&self) -> Kept<V> {
        Kept { loaded_at: self.loaded_at, value: self.value.clone() }
    }
}

type Shelf<K, V> = Cache<K, Kept<V>>;

/// The cached parts of every tenant.
pub struct View {
    store: Store,
    tenants: RwLock<HashMap<AccountId, Arc<Tenant>>>,
    pub(super) accounts: Shelf<AccountId, Account>,
    pub(super) keys: Shelf<SecretId, Key>,
    pub(super) roles: Shelf<(AccountId, RoleId), Role>,
    pub(super) role_names: Shelf<(AccountId, String), RoleId>,
    pub(super) grants: Shelf<(AccountId, Holder), Grants>,
}

impl View {
    /// An empty view of a store.
    pub fn new(store: Store) -> View {
        View {
            store,
            tenants: RwLock::default(),
            accounts: Cache::new(20_000),
            keys: Cache::new(20_000),
            roles: Cache::new(20_000),
            role_names: Cache::new(20_000),
            grants: Cache::new(20_000),
        }
    }

    /// The tenant's version as known, or as read at the first sight of it; none when there is no such account.
    pub async fn tenant(&self, account: &AccountId) -> Result<Option<Arc<Tenant>>, Fault> {
        if let Some(tenant) = self.known(account) {
            return Ok(Some(tenant));
        }
        let Some(generation) = self.generation(account).await? else { return Ok(None) };
        let mut tenants = self.tenants.write().unwrap_or_else(PoisonError::into_inner);
        Ok(Some(tenants.entry(account.clone()).or_insert_with(|| Arc::new(Tenant::new(generation))).clone()))
    }

    /// Whether the account is known to exist without asking: only where no other process can have deleted it.
    pub(super) fn knows(&self, account: &AccountId) -> bool {
        !self.store.shared() && self.known(account).is_some()
    }

    /// As [`View::tenant`], and certain to be current: where other processes write, the database is asked.
    pub async fn current(&self, account: &AccountId) -> Result<Option<Arc<Tenant>>, Fault> {
        if self.store.shared() {
            match self.generation(account).await? {
                Some(generation) => self.reached(account, generation),
                None => self.forget(account),
            }
        }
        self.tenant(account).await
    }

    /// A part, from its shelf or loaded.
    pub(super) async fn part<K, V>(
        &self,
        tenant: &Tenant,
        shelf: &Shelf<K, V>,
        key: &K,
        load: impl for<'t> FnOnce(&'t mut Tx<'_>) -> BoxFuture<'t, Result<Option<V>, Fault>>,
    ) -> Result<Option<Arc<V>>, Fault>
    where
        K: Hash + Eq + Clone + Send + Sync + 'static,
        V: Send + Sync + 'static,
    {
        if let Some(kept) = shelf.get(key)
            && tenant.is_good(kept.loaded_at)
        {
            return Ok(Some(kept.value));
        }
        let loaded_at = tenant.generation();
        let mut read = self.store.read().await?;
        let loaded = load(&mut read.tx()).await?;
        drop(read);
        let Some(value) = loaded.map(Arc::new) else { return Ok(None) };
        tenant.publish(loaded_at, || shelf.insert(key.clone(), Kept { loaded_at, value: value.clone() }));
        Ok(Some(value))
    }

    /// A committed write of this process: the new generation, and what it changed.
    pub(super) fn committed(&self, account: &AccountId, generation: i64, changed: &Changed) {
        let Some(tenant) = self.known(account) else { return };
        let _publishing = tenant.publishing.lock().unwrap_or_else(PoisonError::into_inner);
        let known = tenant.generation.fetch_max(generation, Ordering::AcqRel);
        let alone = !self.store.shared() || generation == known + 1;
        match changed {
            Changed::Parts(parts) if alone => parts.iter().for_each(|part| self.drop_part(account, part)),
            _ => {
                tenant.floor.fetch_max(generation, Ordering::AcqRel);
            }
        }
    }

    /// Another process has written: nothing that was loaded before counts.
    fn reached(&self, account: &AccountId, generation: i64) {
        let Some(tenant) = self.known(account) else { return };
        if tenant.generation() < generation {
            let _publishing = tenant.publishing.lock().unwrap_or_else(PoisonError::into_inner);
            tenant.generation.fetch_max(generation, Ordering::AcqRel);
            tenant.floor.fetch_max(generation, Ordering::AcqRel);
        }
    }

    /// The account is gone; a new one of the same id starts at a later generation.
    pub(super) fn forget(&self, account: &AccountId) {
        let gone = self.tenants.write().unwrap_or_else(PoisonError::into_inner).remove(account);
        if let Some(tenant) = gone {
            let _publishing = tenant.publishing.lock().unwrap_or_else(PoisonError::into_inner);
            tenant.generation.store(i64::MAX, Ordering::Release);
            tenant.floor.store(i64::MAX, Ordering::Release);
            // Where the wall clock went back, a new account of the same id begins below what was read of the old one,
            // which must not count then. Accounts are deleted rarely, so everything goes.
            self.accounts.invalidate_all();
            self.keys.invalidate_all();
            self.roles.invalidate_all();
            self.role_names.invalidate_all();
            self.grants.invalidate_all();
        }
    }

    fn drop_part(&self, account: &AccountId, part: &Part) {
        match part {
            Part::Account => self.accounts.invalidate(account),
            Part::Key(secret_id) => self.keys.invalidate(secret_id),
            Part::Role(id, name) => {
                self.roles.invalidate(&(account.clone(), id.clone()));
                self.role_names.invalidate(&(account.clone(), name.clone()));
            }
            Part::Grants(holder) => self.grants.invalidate(&(account.clone(), holder.clone())),
        }
    }

    fn known(&self, account: &AccountId) -> Option<Arc<Tenant>> {
        self.tenants.read().unwrap_or_else(PoisonError::into_inner).get(account).cloned()
    }

    async fn generation(&self, account: &AccountId) -> Result<Option<i64>, Fault> {
        let row: Option<(i64,)> =
            self.store.glance("SELECT generation FROM accounts WHERE id = $1", args![account]).await?;
        Ok(row.map(|(generation,)| generation))
    }
}
