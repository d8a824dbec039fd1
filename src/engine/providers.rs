//! Identity providers that vouch for identities outside the account: those whose identities may assume roles.
//!
//! What a provider's metadata or keys are worth is checked before they get here; this module stores them as they were
//! sent. No part of the view contains a provider. Deleting one ends no session.

use super::cx::{Cx, Write};
use super::fault::{Fault, Internal, Kind, Limit, Required};
use super::ids::AccountId;
use super::model::ManagedKind;
use super::standing;
use super::view::Changed;
use crate::args;
use crate::env::Time;
use crate::store::{FromRow, Row, Tx};

/// The protocols of providers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// SAML 2.0.
    Saml,
    /// OpenID Connect.
    Oidc,
}

impl Protocol {
    pub(super) fn word(self) -> &'static str {
        match self {
            Protocol::Saml => "saml",
            Protocol::Oidc => "oidc",
        }
    }
}

/// The attributes of a new provider.
pub struct NewProvider {
    /// Its protocol.
    pub protocol: Protocol,
    /// Its name, unique among the account's providers of this protocol.
    pub name: String,
    /// What it is.
    pub about: AboutProvider,
}

/// The attributes of a provider that can be changed.
#[derive(Clone)]
pub struct AboutProvider {
    /// Free text set by the account.
    pub description: String,
    /// The issuer of its tokens; empty for SAML.
    pub url: String,
    /// The clients that its tokens may be for; empty for SAML.
    pub clients: Vec<String>,
    /// Its metadata or keys, as they were sent.
    pub material: String,
    /// Whether the account wants its keys to be kept current. Nothing is ever fetched, so this is only shown.
    pub rotates: bool,
}

/// A provider.
pub struct Provider {
    /// Its name.
    pub name: String,
    /// What it is.
    pub about: AboutProvider,
    /// When it was created.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
}

#[derive(FromRow)]
struct ProviderRow {
    name: String,
    description: String,
    url: String,
    clients: String,
    material: String,
    rotates: bool,
    created_at: Time,
    updated_at: Time,
}

impl ProviderRow {
    fn read(self) -> Result<Provider, Fault> {
        let clients = serde_json::from_str(&self.clients).map_err(|error| Internal::Unreadable {
            what: format!("clients of identity provider {}", self.name),
            why: error.to_string(),
        })?;
        let (description, url, material, rotates) = (self.description, self.url, self.material, self.rotates);
        Ok(Provider {
            name: self.name,
            about: AboutProvider { description, url, clients, material, rotates },
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}

fn list_of(clients: &[String]) -> Result<String, Fault> {
    Ok(serde_json::to_string(clients).map_err(|_| Internal::Bug("a list of texts can be written as JSON"))?)
}

/// Creates a provider.
pub async fn create(write: &mut Write<'_, '_>, new: &NewProvider) -> Result<(), Fault> {
    let (account, kind, about) = (write.account().clone(), new.protocol.word(), &new.about);
    let most = write.quotas().providers;
    let count = "SELECT COUNT(*) FROM identity_providers WHERE account_id = $1 AND kind = $2";
    let is_full = write.tx().number(count, args![&account, kind]).await? >= most;
    let row = Row {
        insert: "INSERT INTO identity_providers (account_id, kind, name, description, url, clients, material, rotates, \
                 created_at, updated_at, seq)",
        values: args![
            &account,
            kind,
            &new.name,
            &about.description,
            &about.url,
            list_of(&about.clients)?,
            &about.material,
            about.rotates,
            write.cx.now.0,
            write.cx.now.0,
            write.ledger.generation
        ],
    };
    if !is_full && write.insert(row).await? {
        return Ok(());
    }
    match lookup(write.tx(), &account, new.protocol, &new.name).await? {
        Some(_) => Err(Fault::Exists(Kind::Provider, new.name.clone())),
        None => Err(Fault::Quota(Limit::Providers, most.unsigned_abs())),
    }
}

/// Changes a provider: `change` gets its attributes as they are.
pub async fn update(
    write: &mut Write<'_, '_>,
    protocol: Protocol,
    name: &str,
    change: impl FnOnce(&mut AboutProvider) + Send,
) -> Result<(), Fault> {
    let account = write.account().clone();
    let mut about = require(write.tx(), &account, protocol, name).await?.about;
    standing::require_own(write.cx, ManagedKind::Provider, name)?;
    change(&mut about);
    let sql = "UPDATE identity_providers SET description = $4, url = $5, clients = $6, material = $7, rotates = $8, \
               updated_at = $9 WHERE account_id = $1 AND kind = $2 AND name = $3";
    let arguments = args![
        &account,
        protocol.word(),
        name,
        about.description,
        about.url,
        list_of(&about.clients)?,
        about.material,
        about.rotates,
        write.cx.now.0
    ];
    write.execute_only(Changed::NOTHING, sql, arguments).await
}

/// Deletes a provider. Sessions that it vouched for go on.
pub async fn delete(write: &mut Write<'_, '_>, protocol: Protocol, name: &str) -> Result<(), Fault> {
    let account = write.account().clone();
    require(write.tx(), &account, protocol, name).await?;
    standing::require_own(write.cx, ManagedKind::Provider, name)?;
    let sql = "DELETE FROM identity_providers WHERE account_id = $1 AND kind = $2 AND name = $3";
    write.execute_only(Changed::NOTHING, sql, args![&account, protocol.word(), name]).await
}

/// Returns a provider of the account.
pub async fn get(cx: &Cx, protocol: Protocol, name: &str) -> Result<Provider, Fault> {
    let mut read = cx.engine.store.read().await?;
    require(&mut read.tx(), &cx.account.id, protocol, name).await
}

/// Returns the account's providers of this protocol, newest first.
pub async fn list(cx: &Cx, protocol: Protocol) -> Result<Vec<Provider>, Fault> {
    let mut read = cx.engine.store.read().await?;
    let rows: Vec<ProviderRow> = read
        .tx()
        .all(
            "SELECT name, description, url, clients, material, rotates, created_at, updated_at FROM identity_providers \
             WHERE account_id = $1 AND kind = $2 ORDER BY seq DESC, kind, name",
            args![&cx.account.id, protocol.word()],
        )
        .await?;
    rows.into_iter().map(ProviderRow::read).collect()
}

async fn require(tx: &mut Tx<'_>, account: &AccountId, protocol: Protocol, name: &str) -> Result<Provider, Fault> {
    lookup(tx, account, protocol, name).await?.required(Kind::Provider, name)
}

async fn lookup(
    tx: &mut Tx<'_>,
    account: &AccountId,
    protocol: Protocol,
    name: &str,
) -> Result<Option<Provider>, Fault> {
    let sql = "SELECT name, description, url, clients, material, rotates, created_at, updated_at \
               FROM identity_providers WHERE account_id = $1 AND kind = $2 AND name = $3";
    let row: Option<ProviderRow> = tx.optional(sql, args![account, protocol.word(), name]).await?;
    row.map(ProviderRow::read).transpose()
}
