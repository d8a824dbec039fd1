//! New accounts, with the root key that comes with each.

use super::clock::Clock;
use super::cloud::Cloud;
use super::fault::{Fault, Kind};
use super::ids::{AccountId, SecretId};
use super::meta::MASTER_KEY;
use super::model::Account;
use super::{Engine, accounts, keys};
use crate::args;
use crate::secret::Secret;
use crate::store::WriteTx;

/// What a new tenant is to be; ids and keys that are given here are taken as they are.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// The root account's id.
    pub id: AccountId,
    /// The cloud that it belongs to.
    pub cloud: &'static Cloud,
    /// A name for people.
    pub name: String,
    /// Its second number: positive, and no other account's.
    pub application: i64,
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
        cloud: new.cloud,
        name: new.name.clone(),
        application: new.application,
        created_at: now,
        clock: Clock::Inherit,
        incarnation,
    };
    let clouds = engine.clouds.clone();
    let made = engine
        .store
        .write(
            move |tx| {
                let (new, sealed, clouds) = (new.clone(), sealed.clone(), clouds.clone());
                Box::pin(async move {
                    if !admission.wait(tx).await? {
                        return Ok(false);
                    }
                    let made = tx
                        .execute(
                            "INSERT INTO accounts (id, cloud, name, application, generation, created_at, clock_mode, clock_at, \
                             incarnation) VALUES ($1, $2, $3, $4, $5, $6, 'inherit', 0, $7) ON CONFLICT DO NOTHING",
                            args![&new.id, new.cloud.name, &new.name, new.application, generation, now.0, incarnation],
                        )
                        .await?;
                    if made == 0 {
                        return Err(match accounts::lookup(tx, &clouds, &new.id).await? {
                            Some(_) => Fault::Exists(Kind::Account, new.id.to_string()),
                            None => Fault::Exists(Kind::Application, new.application.to_string()),
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
