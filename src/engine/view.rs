//! The cache of compiled accounts that requests read. It never serves outdated data.
//!
//! The view consists of parts (a key, a role, one principal's policies). Each is loaded on first use, so an account
//! with a hundred thousand roles costs nothing at start, and a change in it costs other accounts nothing. Each part
//! records the generation at which it was loaded. Every write increments the account's generation. Each statement of a
//! write declares the parts that it outdates, which are then dropped; a statement without a declaration outdates the
//! whole account. Where other processes write to the same database, every request first reads the account's incarnation
//! and generation by primary key and compares them with the known ones. No request can reach a part without this check.
//!
//! Deliberately absent: expiry by time, and caching of the fact that something does not exist.

use super::fault::Fault;
use super::ids::{AccountId, RoleId, SecretId};
use super::looks::{Looks, Version};
use super::model::{Account, Grants, Holder, Key, Role};
use crate::args;
use crate::store::{BoxFuture, Store, Tx};
use moka::sync::Cache;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// A part of the view that a write can outdate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// The account itself: its name or clock.
    Account,
    /// A key, permanent or temporary.
    Key(SecretId),
    /// A role's own data. The name is the folded name before the write.
    Role(RoleId, String),
    /// The policies of a principal.
    Grants(Holder),
}

/// The parts of the view that a write may have outdated. Joining a narrow change with a wide one gives the wide one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changed {
    /// Any part of the account.
    Anything,
    /// Only these parts.
    Parts(Vec<Part>),
}

impl Changed {
    /// No part. For rows that no part contains, and for new rows that no cached part can contain yet.
    pub const NOTHING: Changed = Changed::Parts(Vec::new());

    /// Returns the change of this part only.
    pub fn only(part: Part) -> Changed {
        Changed::Parts(vec![part])
    }

    /// Returns the change of a holder's policies, permission boundary, groups or tags. A group's policies count for all
    /// its members, who are not listed one by one, so its change is [`Changed::Anything`].
    pub fn grants(holder: &Holder) -> Changed {
        match holder {
            Holder::Group(_) => Changed::Anything,
            Holder::User(_) | Holder::Role(_) => Changed::only(Part::Grants(holder.clone())),
        }
    }

    /// Adds the change of another statement.
    pub fn join(&mut self, other: Changed) {
        match (&mut *self, other) {
            (Changed::Parts(parts), Changed::Parts(more)) => parts.extend(more),
            _ => *self = Changed::Anything,
        }
    }
}

/// One incarnation of an account in the view. Each request must get it anew from
/// [`Engine::tenant`](super::Engine::tenant), which makes sure that it is current.
pub struct Tenant {
    /// The account.
    pub account: AccountId,
    /// A random number drawn when the account is created. Must be compared for equality only, never for order.
    pub incarnation: i64,
    generation: AtomicI64,
    /// The oldest generation at which a usable part can have been loaded.
    floor: AtomicI64,
    publishing: Mutex<()>,
}

impl Tenant {
    fn new(account: &AccountId, incarnation: i64, generation: i64) -> Tenant {
        Tenant {
            account: account.clone(),
            incarnation,
            generation: AtomicI64::new(generation),
            floor: AtomicI64::new(generation),
            publishing: Mutex::new(()),
        }
    }

    fn generation(&self) -> i64 {
        self.generation.load(Ordering::Acquire)
    }

    /// Returns whether nothing that this part depends on has changed since it was loaded.
    pub(super) fn is_good<V>(&self, kept: &Kept<V>) -> bool {
        kept.incarnation == self.incarnation && kept.loaded_at >= self.floor.load(Ordering::Acquire)
    }

    /// Advances to a generation whose changes are unknown, and outdates every part loaded before it. Another process
    /// wrote this generation, or the account was deleted.
    fn reach(&self, generation: i64) {
        if self.generation() < generation {
            let _publishing = self.publishing.lock().unwrap_or_else(PoisonError::into_inner);
            self.generation.fetch_max(generation, Ordering::AcqRel);
            self.floor.fetch_max(generation, Ordering::AcqRel);
        }
    }

    /// Puts a part on its shelf, unless the account's generation has changed since the part was read.
    fn publish(&self, loaded_at: i64, put: impl FnOnce()) {
        let _publishing = self.publishing.lock().unwrap_or_else(PoisonError::into_inner);
        if self.generation() == loaded_at {
            put();
        }
    }
}

pub(super) struct Kept<V> {
    incarnation: i64,
    loaded_at: i64,
    pub(super) value: Arc<V>,
}

impl<V> Clone for Kept<V> {
    fn clone(&self) -> Kept<V> {
        Kept { incarnation: self.incarnation, loaded_at: self.loaded_at, value: self.value.clone() }
    }
}

type Shelf<K, V> = Cache<K, Kept<V>>;

/// The cached parts of all accounts.
pub struct View {
    store: Store,
    /// Looks at what other processes have changed; `None` where there are none.
    looks: Option<Looks>,
    tenants: RwLock<Tenants>,
    pub(super) accounts: Shelf<AccountId, Account>,
    pub(super) keys: Shelf<SecretId, Key>,
    pub(super) roles: Shelf<(AccountId, RoleId), Role>,
    pub(super) role_names: Shelf<(AccountId, String), RoleId>,
    pub(super) grants: Shelf<(AccountId, Holder), Grants>,
}

/// Creates a shelf of at most `most` MiB. Data that several parts share counts once for each of them.
fn shelf<K, V>(most: u64, weight: fn(&V) -> usize) -> Shelf<K, V>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    /// The estimated size of an entry in bytes, without its value: its key and the cache's own records.
    const ENTRY: usize = 300;
    Cache::builder()
        .max_capacity(most << 20)
        .weigher(move |_: &K, kept: &Kept<V>| u32::try_from(ENTRY + weight(&kept.value)).unwrap_or(u32::MAX))
        .build()
}

#[derive(Default)]
struct Tenants {
    known: HashMap<AccountId, Arc<Tenant>>,
    /// The number of deletions so far. A row that was read before a deletion must not be remembered after it.
    deletions: u64,
}

impl View {
    /// Returns an empty view of a store.
    pub fn new(store: Store) -> View {
        View {
            looks: store.shared().then(|| Looks::start(store.clone())),
            store,
            tenants: RwLock::default(),
            accounts: shelf(64, |account: &Account| account.weight()),
            keys: shelf(64, |key: &Key| key.weight()),
            roles: shelf(64, |role: &Role| role.weight()),
            role_names: shelf(16, |id: &RoleId| id.as_str().len()),
            grants: shelf(128, |grants: &Grants| grants.weight() + grants.documents_weight()),
        }
    }

    /// Returns the current tenant, or `None` when there is no such account. Where other processes write, this asks the
    /// database every time, and also returns the generation of the globals.
    pub(super) async fn tenant(&self, account: &AccountId) -> Result<Option<(Arc<Tenant>, Option<i64>)>, Fault> {
        let shared = self.store.shared();
        loop {
            let (known, deletions) = self.known(account);
            if let Some(tenant) = known.as_ref().filter(|_| !shared) {
                return Ok(Some((tenant.clone(), None)));
            }
            let Some(Version { generation, incarnation, globals }) = self.version(account).await? else {
                if known.is_some() {
                    self.forget(account);
                }
                return Ok(None);
            };
            if let Some(tenant) = known.filter(|tenant| tenant.incarnation == incarnation) {
                tenant.reach(generation);
                return Ok(Some((tenant, Some(globals))));
            }
            if let Some(tenant) = self.remember(account, incarnation, generation, deletions) {
                return Ok(Some((tenant, shared.then_some(globals))));
            }
        }
    }

    /// Remembers an account whose row was read after `deletions` deletions. Returns `None` when another deletion
    /// happened since: it may have deleted this account, so the row must be read again.
    fn remember(&self, account: &AccountId, incarnation: i64, generation: i64, deletions: u64) -> Option<Arc<Tenant>> {
        let mut tenants = self.tenants.write().unwrap_or_else(PoisonError::into_inner);
        if tenants.deletions != deletions {
            return None;
        }
        let tenant = match tenants.known.get(account) {
            Some(tenant) if tenant.incarnation == incarnation => tenant.clone(),
            _ => Arc::new(Tenant::new(account, incarnation, generation)),
        };
        tenants.known.insert(account.clone(), tenant.clone());
        drop(tenants);
        tenant.reach(generation);
        Some(tenant)
    }

    /// Returns a part from its shelf, or loads it.
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
            && tenant.is_good(&kept)
        {
            return Ok(Some(kept.value));
        }
        let loaded_at = tenant.generation();
        let mut read = self.store.read().await?;
        let loaded = load(&mut read.tx()).await?;
        drop(read);
        let Some(value) = loaded.map(Arc::new) else { return Ok(None) };
        let kept = Kept { incarnation: tenant.incarnation, loaded_at, value: value.clone() };
        tenant.publish(loaded_at, || shelf.insert(key.clone(), kept));
        Ok(Some(value))
    }

    /// Applies a committed write of this process: its new generation and the parts that it outdates.
    pub(super) fn committed(&self, account: &AccountId, incarnation: i64, generation: i64, changed: &Changed) {
        let Some(tenant) = self.known(account).0.filter(|tenant| tenant.incarnation == incarnation) else { return };
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

    /// Forgets a deleted account. Its cached parts never count for another incarnation.
    pub(super) fn forget(&self, account: &AccountId) {
        let mut tenants = self.tenants.write().unwrap_or_else(PoisonError::into_inner);
        tenants.deletions += 1;
        if let Some(tenant) = tenants.known.remove(account) {
            tenant.reach(i64::MAX);
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

    fn known(&self, account: &AccountId) -> (Option<Arc<Tenant>>, u64) {
        let tenants = self.tenants.read().unwrap_or_else(PoisonError::into_inner);
        (tenants.known.get(account).cloned(), tenants.deletions)
    }

    async fn version(&self, account: &AccountId) -> Result<Option<Version>, Fault> {
        if let Some(looks) = &self.looks {
            return looks.at(account).await;
        }
        let sql =
            "SELECT a.generation, a.incarnation, g.generation FROM accounts a CROSS JOIN globals g WHERE a.id = $1";
        let row: Option<(i64, i64, i64)> = self.store.glance(sql, args![account]).await?;
        Ok(row.map(|(generation, incarnation, globals)| Version { generation, incarnation, globals }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Durability, Location};

    const ACCOUNT: &str = "100000000001";

    async fn view() -> (View, Arc<Tenant>) {
        let view = View::new(Store::open(&Location::Memory, Durability::Fast).await.unwrap());
        let tenant = view.remember(&ACCOUNT.into(), 5, 10, 0).unwrap();
        (view, tenant)
    }

    /// Reads a part that is loaded as `value`. `meanwhile` runs after the load starts and before the part is published.
    async fn part(view: &View, tenant: &Tenant, value: &str, meanwhile: impl FnOnce() + Send + 'static) -> RoleId {
        let key = (AccountId::from(ACCOUNT), "ops".to_owned());
        let loaded = RoleId::from(value);
        let part = view.part(tenant, &view.role_names, &key, |_| {
            Box::pin(async move {
                meanwhile();
                Ok(Some(loaded))
            })
        });
        RoleId::clone(&part.await.unwrap().unwrap())
    }

    #[tokio::test]
    async fn a_part_that_was_outdated_while_it_was_loaded_is_not_kept() {
        let (view, tenant) = view().await;
        let view = Arc::new(view);
        // A write of another part counts too: it is unknown at which generation this part was read.
        for changed in [Changed::Anything, Changed::only(Part::Account)] {
            let (other, generation) = (view.clone(), tenant.generation() + 1);
            let commit = move || other.committed(&ACCOUNT.into(), 5, generation, &changed);
            assert_eq!(part(&view, &tenant, "old", commit).await.as_str(), "old");
            assert_eq!(part(&view, &tenant, "new", || ()).await.as_str(), "new");
            assert_eq!(part(&view, &tenant, "later", || ()).await.as_str(), "new", "a part that is good is kept");
            view.committed(&ACCOUNT.into(), 5, tenant.generation() + 1, &Changed::Anything);
        }
        // Another process has written.
        let other = tenant.clone();
        assert_eq!(part(&view, &tenant, "old", move || other.reach(100)).await.as_str(), "old");
        assert_eq!(part(&view, &tenant, "new", || ()).await.as_str(), "new");
        // The account was deleted and created again.
        let other = view.clone();
        let replaced = move || {
            other.forget(&ACCOUNT.into());
            other.remember(&ACCOUNT.into(), 6, 1, 1).unwrap();
        };
        view.committed(&ACCOUNT.into(), 5, 200, &Changed::Anything);
        assert_eq!(part(&view, &tenant, "of the old one", replaced).await.as_str(), "of the old one");
        let again = view.known(&ACCOUNT.into()).0.unwrap();
        assert_eq!(part(&view, &again, "of the new one", || ()).await.as_str(), "of the new one");
    }

    #[tokio::test]
    async fn what_is_kept_of_one_incarnation_counts_for_no_other() {
        let (view, tenant) = view().await;
        assert_eq!(part(&view, &tenant, "old", || ()).await.as_str(), "old");
        view.forget(&ACCOUNT.into());
        // Below and above the previous incarnation's generation: generations of two incarnations are not comparable.
        for (incarnation, generation) in [(6, 1), (7, 10), (8, 1_000_000)] {
            let deletions = view.known(&ACCOUNT.into()).1;
            let again = view.remember(&ACCOUNT.into(), incarnation, generation, deletions).unwrap();
            let value = format!("of {incarnation}");
            assert_eq!(part(&view, &again, &value, || ()).await.as_str(), value);
        }
    }

    #[tokio::test]
    async fn an_account_that_was_read_before_its_deletion_is_not_remembered_after_it() {
        let (view, _) = view().await;
        let deletions = view.known(&ACCOUNT.into()).1;
        view.forget(&ACCOUNT.into());
        assert!(view.remember(&ACCOUNT.into(), 5, 11, deletions).is_none());
        assert!(view.known(&ACCOUNT.into()).0.is_none());
    }

    #[test]
    fn a_narrow_change_cannot_silence_a_wide_one() {
        let narrow = || Changed::only(Part::Account);
        for (one, other) in [(narrow(), Changed::Anything), (Changed::Anything, narrow())] {
            let mut joined = one;
            joined.join(other);
            assert_eq!(joined, Changed::Anything);
        }
        let mut joined = Changed::NOTHING;
        joined.join(narrow());
        joined.join(Changed::NOTHING);
        assert_eq!(joined, narrow());
        assert_eq!(Changed::grants(&Holder::Group("7".into())), Changed::Anything);
    }
}
