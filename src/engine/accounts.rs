//! Tenants: an account, its clock, and the root key that comes with it.

use super::clock::Clock;
use super::cx::{self, Cx};
use super::fault::{Fault, Internal, Kind};
use super::ids::{AccountId, SecretId};
use super::view::{Changed, Part, Tenant};
use super::{Engine, keys};
use crate::args;
use crate::env::{Env, Time};
use crate::secret::{Sealer, Secret};
use crate::store::{FromRow, Store, Tx, WriteTx};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::Mutex;

/// A tenant.
#[derive(Clone, Debug)]
pub struct Account {
    /// The root account's id.
    pub id: AccountId,
    /// Which cloud it belongs to: the name of a dialect.
    pub cloud: String,
    /// A name for people.
    pub name: String,
    /// The number that some resources are owned by: positive, and no other account's.
    pub app_id: i64,
    /// When it was made, by the emulator's clock.
    pub created_at: Time,
    /// Its own clock.
    pub clock: Clock,
    /// Random: an account that is deleted and made again is another account.
    pub incarnation: i64,
}

/// What a new tenant is to be; ids and keys that are given here are taken as they are.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// The root account's id.
    pub id: AccountId,
    /// The name of a dialect.
    pub cloud: String,
    /// A name for people.
    pub name: String,
    /// The number that some resources are owned by: positive, and no other account's.
    pub app_id: i64,
    /// The root key's public half.
    pub secret_id: SecretId,
    /// The root key's secret half.
    pub secret: Secret,
}

/// When a new tenant is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Whenever it is asked for.
    Always,
    /// By servers that may be starting at once on one database: one after the other.
    InTurn,
    /// The same, and only where there is no tenant yet.
    InTurnAsFirst,
}

impl Admission {
    /// Waits for the row that every server has from its start on, and looks at what is there then: whether the tenant
    /// may be made.
    async fn wait(self, tx: &mut WriteTx<'_>) -> Result<bool, Fault> {
        if self == Admission::Always {
            return Ok(true);
        }
        tx.execute("UPDATE meta SET value = value WHERE name = $1", args![MASTER_KEY]).await?;
        let known: Option<(String,)> = tx.optional("SELECT id FROM accounts LIMIT 1", args![]).await?;
        Ok(self == Admission::InTurn || known.is_none())
    }
}

#[derive(FromRow)]
struct AccountRow {
    id: String,
    cloud: String,
    name: String,
    app_id: i64,
    created_at: i64,
    clock_mode: String,
    clock_at: i64,
    incarnation: i64,
}

impl AccountRow {
    fn read(self) -> Result<Account, Fault> {
        let clock = Clock::restored(&self.clock_mode, self.clock_at).ok_or_else(|| Internal::Unreadable {
            what: format!("clock of account {}", self.id),
            why: format!("unknown mode {}", self.clock_mode),
        })?;
        Ok(Account {
            id: self.id.into(),
            cloud: self.cloud,
            name: self.name,
            app_id: self.app_id,
            created_at: Time(self.created_at),
            clock,
            incarnation: self.incarnation,
        })
    }
}

impl Engine {
    /// An account, from the view; none when it was deleted a moment ago.
    pub async fn account(&self, tenant: &Tenant) -> Result<Option<Arc<Account>>, Fault> {
        let id = tenant.account.clone();
        self.view
            .part(tenant, &self.view.accounts, &tenant.account, |tx| Box::pin(async move { lookup(tx, &id).await }))
            .await
    }
}

/// Makes a tenant and its root key. `Exists` names what is taken: its id, its application number or the key's id.
pub async fn create(engine: &Engine, new: NewAccount) -> Result<Account, Fault> {
    let id = new.id.to_string();
    create_admitted(engine, new, Admission::Always).await?.ok_or(Fault::Exists(Kind::Account, id))
}

/// The same, when it may be made; none where it is too late to be the first.
pub async fn create_admitted(engine: &Engine, new: NewAccount, admission: Admission) -> Result<Option<Account>, Fault> {
    let now = engine.server_clock().at(engine.env.now());
    let sealed = engine.sealer.seal(&engine.env, new.secret_id.as_str(), &new.secret)?;
    let incarnation = i64::from_le_bytes(engine.env.bytes());
    // Any number would do to begin with; this one tells a reader of the database when the account was made.
    let generation = engine.env.now().0;
    let account = Account {
        id: new.id.clone(),
        cloud: new.cloud.clone(),
        name: new.name.clone(),
        app_id: new.app_id,
        created_at: now,
        clock: Clock::Inherit,
        incarnation,
    };
    let made = engine
        .store
        .write(
            move |tx| {
                let (new, sealed) = (new.clone(), sealed.clone());
                Box::pin(async move {
                    if !admission.wait(tx).await? {
                        return Ok(false);
                    }
                    let made = tx
                        .execute(
                            "INSERT INTO accounts (id, cloud, name, app_id, generation, created_at, clock_mode, clock_at, \
                             incarnation) VALUES ($1, $2, $3, $4, $5, $6, 'inherit', 0, $7) ON CONFLICT DO NOTHING",
                            args![&new.id, &new.cloud, &new.name, new.app_id, generation, now.0, incarnation],
                        )
                        .await?;
                    if made == 0 {
                        return Err(match lookup(tx, &new.id).await? {
                            Some(_) => Fault::Exists(Kind::Account, new.id.to_string()),
                            None => Fault::Exists(Kind::AppId, new.app_id.to_string()),
                        });
                    }
                    let key = keys::row(&new.id, "", &new.secret_id, &sealed, "", now, generation);
                    if tx.execute(keys::INSERT, key).await? == 0 {
                        return Err(Fault::Exists(Kind::Key, new.secret_id.to_string()));
                    }
                    Ok(true)
                })
            },
            |_| (),
        )
        .await??;
    Ok(made.then_some(account))
}

/// Deletes a tenant with everything in it.
pub async fn delete(engine: &Arc<Engine>, id: &AccountId) -> Result<(), Fault> {
    let (wanted, gone, watcher) = (id.clone(), id.clone(), engine.clone());
    engine
        .store
        .write(
            move |tx| {
                let id = wanted.clone();
                Box::pin(async move {
                    match tx.execute("DELETE FROM accounts WHERE id = $1", args![&id]).await? {
                        0 => Err(Fault::NotFound(Kind::Account, id.to_string())),
                        _ => Ok(()),
                    }
                })
            },
            move |()| watcher.view.forget(&gone),
        )
        .await?
}

/// Every tenant, oldest first.
pub async fn list(engine: &Engine) -> Result<Vec<Account>, Fault> {
    let mut read = engine.store.read().await?;
    let rows: Vec<AccountRow> = read
        .tx()
        .all(
            "SELECT id, cloud, name, app_id, created_at, clock_mode, clock_at, incarnation FROM accounts \
             ORDER BY created_at, app_id, id",
            args![],
        )
        .await?;
    rows.into_iter().map(AccountRow::read).collect()
}

/// Sets an account's own clock.
pub async fn set_clock(cx: Cx, clock: Clock) -> Result<(), Fault> {
    cx::write(cx, move |write| {
        Box::pin(async move {
            let (mode, at) = clock.stored();
            let id = write.account().clone();
            let sql = "UPDATE accounts SET clock_mode = $2, clock_at = $3 WHERE id = $1";
            write.execute_only(Changed::only(Part::Account), sql, args![&id, mode, at]).await?;
            Ok(())
        })
    })
    .await
}

/// The oldest working key of an account's root, to be shown at start.
pub async fn root_key(engine: &Engine, id: &AccountId) -> Result<Option<(SecretId, Secret)>, Fault> {
    let row: Option<(String, String)> = engine
        .store
        .glance(
            "SELECT secret_id, sealed FROM access_keys WHERE account_id = $1 AND user_id = '' AND active AND NOT ended \
             ORDER BY seq, secret_id LIMIT 1",
            args![id],
        )
        .await?;
    let Some((secret_id, sealed)) = row else { return Ok(None) };
    let secret = engine.sealer.open(&secret_id, &sealed)?;
    Ok(Some((secret_id.into(), secret)))
}

/// Proofs that the store takes writes. One runs at a time, and counts for everybody who came before it began: asking
/// costs the writer the same however many ask.
#[derive(Default)]
pub(super) struct Proofs {
    begun: AtomicU64,
    /// The number of the last one, and whether it went well.
    last: Mutex<(u64, bool)>,
}

/// Whether the store can be read and written.
pub async fn ping(engine: &Engine) -> bool {
    let came = engine.proofs.begun.load(Ordering::Acquire);
    let mut last = engine.proofs.last.lock().await;
    if last.0 <= came {
        let number = engine.proofs.begun.fetch_add(1, Ordering::AcqRel) + 1;
        let proof = prove(engine).await;
        if let Err(error) = &proof {
            tracing::warn!(?error, "the store takes no writes");
        }
        *last = (number, proof.is_ok());
    }
    last.1
}

/// Reads a row, then adds one, removes it and commits, which moves no generation and leaves nothing. A full disk, a
/// read-only database and a writer that is gone show only in a commit.
async fn prove(engine: &Engine) -> Result<(), Fault> {
    meta(&engine.store, MASTER_KEY).await?;
    engine
        .store
        .write(
            |tx| {
                Box::pin(async move {
                    let sql = "INSERT INTO meta (name, value) VALUES ('ping', '') ON CONFLICT DO NOTHING";
                    tx.execute(sql, args![]).await?;
                    tx.execute("DELETE FROM meta WHERE name = 'ping'", args![]).await?;
                    Ok(())
                })
            },
            |()| (),
        )
        .await?
}

/// What the first start seals with the master key, and its name in `meta`.
const MASTER_KEY: &str = "master key";

/// The first start seals a mark with the master key; every later one must be able to open it. Of several that start at
/// once on an empty database one makes the mark, and every one of them opens what is there then.
pub(super) async fn check_master_key(store: &Store, env: &Env, sealer: &Sealer) -> Result<(), Fault> {
    if meta(store, MASTER_KEY).await?.is_none() {
        let sealed = sealer.seal(env, MASTER_KEY, &Secret::new("camulator".to_owned()))?;
        make_meta(store, MASTER_KEY, sealed).await?;
    }
    let sealed = meta(store, MASTER_KEY).await?.ok_or(Internal::MasterKey)?;
    sealer.open(MASTER_KEY, &sealed).map_err(|_| Internal::MasterKey)?;
    Ok(())
}

pub(super) async fn lookup(tx: &mut Tx<'_>, id: &AccountId) -> Result<Option<Account>, Fault> {
    let row: Option<AccountRow> = tx
        .optional(
            "SELECT id, cloud, name, app_id, created_at, clock_mode, clock_at, incarnation FROM accounts WHERE id = $1",
            args![id],
        )
        .await?;
    row.map(AccountRow::read).transpose()
}

async fn meta(store: &Store, name: &str) -> Result<Option<String>, Fault> {
    let row: Option<(String,)> = store.glance("SELECT value FROM meta WHERE name = $1", args![name]).await?;
    Ok(row.map(|(value,)| value))
}

/// Keeps what is there already.
async fn make_meta(store: &Store, name: &'static str, value: String) -> Result<(), Fault> {
    store
        .write(
            move |tx| {
                let value = value.clone();
                Box::pin(async move {
                    let sql = "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING";
                    tx.execute(sql, args![name, value]).await?;
                    Ok(())
                })
            },
            |()| (),
        )
        .await?
}
