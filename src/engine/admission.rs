//! Creates accounts, each with a first key for its root.

use super::clock::Clock;
use super::cloud::Cloud;
use super::fault::{Fault, Kind};
use super::ids::{AccountId, SecretId};
use super::meta::MASTER_KEY;
use super::model::{Account, Standing};
use super::{Engine, accounts, keys};
use crate::args;
use crate::secret::Secret;
use crate::store::{Row, WriteTx};

/// The attributes of a new account. Ids and keys are stored as they are, without a check of their form.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// The root account's id.
    pub id: AccountId,
    /// The cloud that it belongs to.
    pub cloud: &'static Cloud,
    /// A display name.
    pub name: String,
    /// Its second number. Must be positive, and different from that of every other account.
    pub application: i64,
    /// The root key's public half.
    pub secret_id: SecretId,
    /// The root key's secret half.
    pub secret: Secret,
}

/// The condition under which a new account is created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Always.
    Always,
    /// Always, but by one server at a time, for servers that start at once on the same database.
    InTurn,
    /// Like `InTurn`, but only if there is no account yet.
    InTurnAsFirst,
}

impl Admission {
    /// Waits for this server's turn and returns whether the account may be created. The row of the master key serves as
    /// the lock, because every server writes it, or finds it there, before it creates accounts.
    async fn wait(self, tx: &mut WriteTx<'_>) -> Result<bool, Fault> {
        if self == Admission::Always {
            return Ok(true);
        }
        tx.execute("UPDATE meta SET value = value WHERE name = $1", args![MASTER_KEY]).await?;
        let known: Option<(String,)> = tx.optional("SELECT id FROM accounts LIMIT 1", args![]).await?;
        Ok(self == Admission::InTurn || known.is_none())
    }
}

/// Creates an account and its root key. A [`Fault::Exists`] names what is taken: the account's id, its application
/// number or the key's id.
pub async fn create(engine: &Engine, new: NewAccount) -> Result<Account, Fault> {
    let id = new.id.to_string();
    create_admitted(engine, new, Admission::Always).await?.ok_or(Fault::Exists(Kind::Account, id))
}

/// Like [`create`], if `admission` allows it. Returns `None` if it does not, because there is an account already.
pub async fn create_admitted(engine: &Engine, new: NewAccount, admission: Admission) -> Result<Option<Account>, Fault> {
    let now = engine.server_clock().at(engine.env.now());
    let sealed = engine.sealer.seal(&engine.env, new.secret_id.as_str(), &new.secret)?;
    let incarnation = i64::from_le_bytes(engine.env.bytes());
    // Any number would do as the first generation. The time shows a reader of the database when the account was
    // created.
    let generation = engine.env.now().0;
    let account = Account {
        id: new.id.clone(),
        cloud: new.cloud,
        name: new.name.clone(),
        application: new.application,
        created_at: now,
        clock: Clock::Inherit,
        incarnation,
        standing: Standing::default(),
    };
    let clouds = engine.clouds.clone();
    let made = engine
        .store
        .write(
            None,
            move |tx| {
                let (new, sealed, clouds) = (new.clone(), sealed.clone(), clouds.clone());
                Box::pin(async move {
                    if !admission.wait(tx).await? {
                        return Ok(false);
                    }
                    let row = Row {
                        insert: "INSERT INTO accounts (id, cloud, name, application, generation, created_at, clock_mode, \
                                 clock_at, incarnation)",
                        values: args![
                            &new.id,
                            new.cloud.name,
                            &new.name,
                            new.application,
                            generation,
                            now.0,
                            "inherit",
                            0,
                            incarnation
                        ],
                    };
                    if !tx.insert(row).await? {
                        return Err(match accounts::lookup(tx, &clouds, &new.id).await? {
                            Some(_) => Fault::Exists(Kind::Account, new.id.to_string()),
                            None => Fault::Exists(Kind::Application, new.application.to_string()),
                        });
                    }
                    let key = keys::row(&new.id, "", &new.secret_id, &sealed, "", now, generation);
                    if !tx.insert(key).await? {
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

/// Returns the oldest enabled key of an account's root, to print it when the server starts.
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
