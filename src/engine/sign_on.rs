//! User sign-on: the provider whose identities sign in to the console as sub-users.
//!
//! There is at most one configuration of each protocol, and at most one of them is enabled. A disabled one is kept, so
//! that it can be shown and enabled again; a new one takes its place.

use super::cx::{Cx, Write};
use super::fault::{Fault, Kind, Limit, Required};
use super::ids::AccountId;
use super::providers::Protocol;
use super::view::Changed;
use crate::args;
use crate::store::{FromRow, Row, Tx};

/// A configuration of user sign-on.
#[derive(Clone, Debug, FromRow)]
pub struct SignOn {
    /// Whether it is in use.
    pub enabled: bool,
    /// The provider's own name; empty where the protocol has it in the material.
    pub name: String,
    /// The provider's metadata or keys, as they were sent.
    pub material: String,
    /// What only the cloud's wire knows, in its own form.
    pub settings: String,
}

/// Creates a configuration and enables it, which disables that of the other protocol.
pub async fn create(write: &mut Write<'_, '_>, protocol: Protocol, new: &SignOn) -> Result<(), Fault> {
    let account = write.account().clone();
    match lookup(write.tx(), &account, protocol).await? {
        Some(old) if old.enabled && old.name == new.name => {
            return Err(Fault::Exists(Kind::Provider, new.name.clone()));
        }
        Some(old) if old.enabled => return Err(Fault::Quota(Limit::SignOns, 1)),
        _ => {}
    }
    let sql = "DELETE FROM user_sign_on WHERE account_id = $1 AND kind = $2";
    write.execute_only(Changed::NOTHING, sql, args![&account, protocol.word()]).await?;
    disable(write).await?;
    let row = Row {
        insert: "INSERT INTO user_sign_on (account_id, kind, enabled, name, material, settings)",
        values: args![&account, protocol.word(), true, &new.name, &new.material, &new.settings],
    };
    write.insert_new(row).await
}

/// Changes a configuration: `change` gets it as it is. Enabling it disables that of the other protocol.
pub async fn update(
    write: &mut Write<'_, '_>,
    protocol: Protocol,
    change: impl FnOnce(&mut SignOn) -> Result<(), Fault> + Send,
) -> Result<(), Fault> {
    let account = write.account().clone();
    let mut new = lookup(write.tx(), &account, protocol).await?.required(Kind::Provider, protocol.word())?;
    let was_enabled = new.enabled;
    change(&mut new)?;
    if new.enabled && !was_enabled {
        disable(write).await?;
    }
    let sql = "UPDATE user_sign_on SET enabled = $3, name = $4, material = $5, settings = $6 \
               WHERE account_id = $1 AND kind = $2";
    let arguments = args![&account, protocol.word(), new.enabled, new.name, new.material, new.settings];
    write.execute_only(Changed::NOTHING, sql, arguments).await
}

/// Disables user sign-on. Does nothing if it is disabled.
pub async fn disable(write: &mut Write<'_, '_>) -> Result<(), Fault> {
    let account = write.account().clone();
    let sql = "UPDATE user_sign_on SET enabled = FALSE WHERE account_id = $1";
    write.execute_only(Changed::NOTHING, sql, args![&account]).await
}

/// Returns the configuration of a protocol; `None` when there is none.
pub async fn get(cx: &Cx, protocol: Protocol) -> Result<Option<SignOn>, Fault> {
    let mut read = cx.engine.store.read().await?;
    lookup(&mut read.tx(), &cx.account.id, protocol).await
}

async fn lookup(tx: &mut Tx<'_>, account: &AccountId, protocol: Protocol) -> Result<Option<SignOn>, Fault> {
    let sql = "SELECT enabled, name, material, settings FROM user_sign_on WHERE account_id = $1 AND kind = $2";
    Ok(tx.optional(sql, args![account, protocol.word()]).await?)
}
