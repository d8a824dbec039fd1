//! Accounts: looks them up, lists and deletes them, and sets their clocks.

use super::Engine;
use super::clock::Clock;
use super::cloud::Clouds;
use super::cx::{self, Cx};
use super::fault::{Fault, Internal, Kind};
use super::ids::AccountId;
use super::model::{Account, Standing};
use super::view::{Changed, Part, Tenant};
use crate::args;
use crate::env::Time;
use crate::store::{FromRow, Tx};
use std::sync::Arc;

#[derive(FromRow)]
struct AccountRow {
    id: AccountId,
    cloud: String,
    name: String,
    application: i64,
    created_at: Time,
    clock_mode: String,
    clock_at: i64,
    incarnation: i64,
    standing: String,
}

impl AccountRow {
    fn read(self, clouds: &Clouds) -> Result<Account, Fault> {
        let cloud = clouds.named(&self.cloud).ok_or_else(|| Internal::Unreadable {
            what: format!("account {}", self.id),
            why: format!("this server does not serve its cloud {}", self.cloud),
        })?;
        let clock = Clock::restored(&self.clock_mode, self.clock_at).ok_or_else(|| Internal::Unreadable {
            what: format!("clock of account {}", self.id),
            why: format!("unknown mode {}", self.clock_mode),
        })?;
        let standing: Standing = serde_json::from_str(&self.standing).map_err(|error| Internal::Unreadable {
            what: format!("facts about account {}", self.id),
            why: error.to_string(),
        })?;
        Ok(Account {
            id: self.id,
            cloud,
            name: self.name,
            application: self.application,
            created_at: self.created_at,
            clock,
            incarnation: self.incarnation,
            standing,
        })
    }
}

impl Engine {
    /// Returns an account from the view, or `None` when it has been deleted in the meantime.
    pub async fn account(&self, tenant: &Tenant) -> Result<Option<Arc<Account>>, Fault> {
        self.view
            .part(tenant, &self.view.accounts, &tenant.account, |tx| {
                let (id, clouds) = (tenant.account.clone(), self.clouds.clone());
                Box::pin(async move { lookup(tx, &clouds, &id).await })
            })
            .await
    }
}

/// Deletes an account with everything in it.
pub async fn delete(engine: &Arc<Engine>, id: &AccountId) -> Result<(), Fault> {
    let (wanted, gone, watcher) = (id.clone(), id.clone(), engine.clone());
    engine
        .store
        .write(
            None,
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

/// Returns all accounts, oldest first.
pub async fn list(engine: &Engine) -> Result<Vec<Account>, Fault> {
    let mut read = engine.store.read().await?;
    let rows: Vec<AccountRow> = read
        .tx()
        .all(
            "SELECT id, cloud, name, application, created_at, clock_mode, clock_at, incarnation, standing FROM accounts \
             ORDER BY created_at, application, id",
            args![],
        )
        .await?;
    rows.into_iter().map(|row| row.read(&engine.clouds)).collect()
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

pub(super) async fn lookup(tx: &mut Tx<'_>, clouds: &Clouds, id: &AccountId) -> Result<Option<Account>, Fault> {
    let row: Option<AccountRow> = tx
        .optional(
            "SELECT id, cloud, name, application, created_at, clock_mode, clock_at, incarnation, standing \
             FROM accounts WHERE id = $1",
            args![id],
        )
        .await?;
    row.map(|row| row.read(clouds)).transpose()
}
