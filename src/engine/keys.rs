//! Permanent keys, and the lookup of the key that a request names.

use super::Engine;
use super::authorize::{Demanding, Right};
use super::cx::{self, Cx, Write};
use super::evidence::Deed;
use super::fault::{Fault, Kind, Limit, Refusal, Required, TokenFailure, Unauthenticated};
use super::ids::{AccountId, SecretId, UserId};
use super::model::{Account, Caller, Identity, Key, Owner};
use super::sessions;
use super::users::{self, UserRef};
use super::view::{Changed, Part, Tenant};
use crate::args;
use crate::env::Time;
use crate::secret::{self, Secret};
use crate::store::{FromRow, Row, Tx};
use std::sync::Arc;

impl Key {
    /// Returns the principal that uses the key. Fails if the request's token is not the one of this key, the session
    /// has ended, or the user or role no longer exists.
    pub async fn identify(
        &self,
        engine: &Arc<Engine>,
        tenant: &Tenant,
        account: &Account,
        token: Option<&str>,
    ) -> Result<Caller, Fault> {
        let token_failure = |failure| Err(Fault::Unauthenticated(Unauthenticated::Token(failure)));
        let session = match (&self.owner, token) {
            (Owner::Session(_), None) => return token_failure(TokenFailure::Missing),
            (Owner::Session(session), Some(token)) => {
                if !secret::same(secret::digest(token).as_bytes(), session.token_digest.as_bytes()) {
                    return token_failure(TokenFailure::Foreign);
                }
                if session.ended || engine.now(account) >= session.expires_at {
                    return token_failure(TokenFailure::Expired);
                }
                Some(session)
            }
            (_, Some(_)) => return token_failure(TokenFailure::Foreign),
            (_, None) => None,
        };
        let identity = match (&self.owner, session) {
            (Owner::Root, _) => Identity::Root,
            (Owner::User(id), _) => Identity::User(id.clone()),
            (Owner::Session(session), _) => session.identity(),
        };
        let caller = Caller {
            account: self.account.clone(),
            identity,
            secret_id: self.secret_id.clone(),
            session: session.cloned(),
        };
        if let Some(holder) = caller.holder()
            && engine.grants(tenant, &holder).await?.is_none()
        {
            return match self.owner {
                Owner::Session(_) => token_failure(TokenFailure::Orphaned),
                _ => Err(Fault::Unauthenticated(Unauthenticated::UnknownKey)),
            };
        }
        Ok(caller)
    }
}

/// A permanent key as lists show it.
#[derive(Clone, Debug, FromRow)]
pub struct KeyInfo {
    /// The public half.
    pub secret_id: SecretId,
    /// Whether it is enabled. A disabled key counts as unknown.
    pub active: bool,
    /// Free text set by the account.
    pub description: String,
    /// When it was created.
    pub created_at: Time,
}

impl Engine {
    /// Returns whether a key with this id may exist. This costs less than [`Engine::key`] but can be outdated, so it
    /// must decide nothing except whether the rest of a request is read.
    pub async fn knows_key(&self, secret_id: &SecretId) -> Result<bool, Fault> {
        Ok(self.view.keys.contains_key(secret_id) || owner(self, secret_id).await?.is_some())
    }

    /// Returns a key and its account from the view, or `None` when the key is unknown, disabled, revoked or deleted.
    /// The key of an ended session is returned until the session is purged: [`Key::identify`] refuses it.
    pub async fn key(self: &Arc<Engine>, secret_id: &SecretId) -> Result<Option<(Arc<Tenant>, Arc<Key>)>, Fault> {
        let mut tenant = None;
        if let Some(kept) = self.view.keys.get(secret_id) {
            tenant = self.tenant(&kept.value.account).await?;
            if let Some(tenant) = tenant.as_ref().filter(|tenant| tenant.is_good(&kept)) {
                return Ok(Some((tenant.clone(), kept.value)));
            }
        }
        // The key is not cached, or its account is gone and the same id may now belong to another account.
        if tenant.is_none()
            && let Some(account) = owner(self, secret_id).await?
        {
            tenant = self.tenant(&account).await?;
        }
        let Some(tenant) = tenant else { return Ok(None) };
        let key = self
            .view
            .part(&tenant, &self.view.keys, secret_id, |tx| {
                let (engine, wanted) = (self.clone(), secret_id.clone());
                Box::pin(async move { load(&engine, tx, wanted).await })
            })
            .await?;
        // Between the two queries the id may have moved to another account.
        Ok(key.filter(|key| key.account == tenant.account).map(|key| (tenant, key)))
    }
}

async fn load(engine: &Arc<Engine>, tx: &mut Tx<'_>, secret_id: SecretId) -> Result<Option<Key>, Fault> {
    #[derive(FromRow)]
    struct KeyRow {
        account_id: String,
        user_id: String,
        sealed: String,
    }
    let row: Option<KeyRow> = tx
        .optional(
            "SELECT account_id, user_id, sealed FROM access_keys WHERE secret_id = $1 AND active AND NOT ended",
            args![&secret_id],
        )
        .await?;
    let Some(row) = row else { return sessions::load(engine, tx, secret_id).await };
    let secret = engine.sealer.open(secret_id.as_str(), &row.sealed)?;
    let owner = if row.user_id.is_empty() { Owner::Root } else { Owner::User(row.user_id.into()) };
    Ok(Some(Key::new(row.account_id.into(), secret_id, secret, owner)))
}

/// The attributes of a new key.
#[derive(Default)]
pub struct NewKey {
    /// Free text set by the account.
    pub description: String,
}

impl Demanding for NewKey {
    fn deeds(&self) -> Vec<Deed> {
        vec![Deed::CreateKey]
    }
}

/// Creates a key for a user, or for the root account if `user` is `None`.
pub async fn create(
    write: &mut Write<'_, '_>,
    user: Option<&UserId>,
    new: &Right<NewKey>,
) -> Result<(KeyInfo, Secret), Fault> {
    make(write, user, &new.description).await
}

async fn make(write: &mut Write<'_, '_>, user: Option<&UserId>, description: &str) -> Result<(KeyInfo, Secret), Fault> {
    let account = write.account().clone();
    check_owner(write.tx(), &account, user).await?;
    if let (Some(id), true) = (user, write.cx.account.standing.guarded)
        && users::require(write.tx(), &account, &UserRef::Id(id.clone())).await?.console_login
    {
        return Err(Fault::Refused(Refusal::Risky));
    }
    let owner = user.map_or("", UserId::as_str);
    let sql = "SELECT COUNT(*) FROM access_keys WHERE account_id = $1 AND user_id = $2 AND NOT ended";
    let most = write.quotas().keys;
    if write.tx().number(sql, args![&account, owner]).await? >= most {
        return Err(Fault::Quota(Limit::Keys, most.unsigned_abs()));
    }
    let (env, ids) = (&write.cx.engine.env, &write.cx.account.cloud.ids);
    let secret_id = SecretId::from((ids.key)(env));
    let secret = Secret::new((ids.secret)(env));
    let sealed = write.cx.engine.sealer.seal(env, secret_id.as_str(), &secret)?;
    let row = row(&account, owner, &secret_id, &sealed, description, write.cx.now, write.ledger.generation);
    if !write.insert(row).await? {
        return Err(Fault::Exists(Kind::Key, secret_id.to_string()));
    }
    let info = KeyInfo { secret_id, active: true, description: description.to_owned(), created_at: write.cx.now };
    Ok((info, secret))
}

/// Creates a key for an account's root without authorization. For the start of the server only, when the root has no
/// enabled key: whoever starts the server has access to the database anyway.
pub async fn create_for_root(engine: &Arc<Engine>, account: &AccountId) -> Result<(SecretId, Secret), Fault> {
    let missing = || Fault::NotFound(Kind::Account, account.to_string());
    let cx = Cx::of_root(engine, account).await?.ok_or_else(missing)?;
    let made = cx::write(cx, |write| Box::pin(async move { make(write, None, "").await })).await;
    made.map(|(key, secret)| (key.secret_id, secret))
}

/// Returns the keys of a user or the root account, oldest first. Fails if the user does not exist.
pub async fn list(cx: &Cx, user: Option<&UserId>) -> Result<Vec<KeyInfo>, Fault> {
    let mut read = cx.engine.store.read().await?;
    let mut tx = read.tx();
    check_owner(&mut tx, &cx.account.id, user).await?;
    let keys = tx
        .all(
            "SELECT secret_id, active, description, created_at FROM access_keys \
             WHERE account_id = $1 AND user_id = $2 AND NOT ended ORDER BY seq, secret_id",
            args![&cx.account.id, user.map_or("", UserId::as_str)],
        )
        .await?;
    Ok(keys)
}

/// Returns when each of these keys was last used, in their order; `None` for one that never was. Fails if one of them is
/// not a permanent key of the account.
pub async fn last_uses(cx: &Cx, keys: &[SecretId]) -> Result<Vec<Option<Time>>, Fault> {
    let mut read = cx.engine.store.read().await?;
    let mut tx = read.tx();
    let mut found = Vec::new();
    for key in keys {
        let sql = "SELECT used_at FROM access_keys WHERE account_id = $1 AND secret_id = $2 AND NOT ended";
        let row: Option<(Time,)> = tx.optional(sql, args![&cx.account.id, key]).await?;
        let (written,) = row.required(Kind::Key, key.as_str())?;
        found.push(cx.engine.uses.of(key).or(Some(written).filter(|at| at.0 != 0)));
    }
    Ok(found)
}

/// Enables or disables a key of a user or the root account.
pub async fn set_active(
    write: &mut Write<'_, '_>,
    user: Option<&UserId>,
    secret_id: &SecretId,
    active: bool,
) -> Result<(), Fault> {
    let sql = "UPDATE access_keys SET active = $4 \
               WHERE account_id = $1 AND user_id = $2 AND secret_id = $3 AND NOT ended";
    let arguments = args![write.account(), user.map_or("", UserId::as_str), secret_id, active];
    touched_one(write, user, secret_id, sql, arguments).await
}

/// Deletes a key of a user or the root account.
pub async fn delete(write: &mut Write<'_, '_>, user: Option<&UserId>, secret_id: &SecretId) -> Result<(), Fault> {
    let sql = "DELETE FROM access_keys WHERE account_id = $1 AND user_id = $2 AND secret_id = $3 AND NOT ended";
    let arguments = args![write.account(), user.map_or("", UserId::as_str), secret_id];
    touched_one(write, user, secret_id, sql, arguments).await
}

/// Ends a permanent key or a session for good, wherever the clock is set later. A permanent key then counts as deleted
/// in every operation, but its row stays, so that its id cannot be used again. Returns false if there is no such key.
pub async fn end(engine: &Arc<Engine>, secret_id: &SecretId) -> Result<bool, Fault> {
    let Some(account) = owner(engine, secret_id).await? else { return Ok(false) };
    let Some(cx) = Cx::of_root(engine, &account).await? else { return Ok(false) };
    let secret_id = secret_id.clone();
    cx::write(cx, move |write| {
        let secret_id = secret_id.clone();
        Box::pin(async move {
            let mut ended = 0;
            for sql in ["UPDATE access_keys SET ended = TRUE WHERE account_id = $1 AND secret_id = $2", sessions::END] {
                let arguments = args![write.account(), &secret_id];
                ended += write.execute_counted(Changed::only(Part::Key(secret_id.clone())), sql, arguments).await?;
            }
            Ok(ended > 0)
        })
    })
    .await
}

/// Returns whether a permanent key was ended by [`end`].
pub async fn is_ended(engine: &Engine, secret_id: &SecretId) -> Result<bool, Fault> {
    let sql = "SELECT ended FROM access_keys WHERE secret_id = $1";
    let row: Option<(bool,)> = engine.store.glance(sql, args![secret_id]).await?;
    Ok(row.is_some_and(|(ended,)| ended))
}

/// Fails if the owner of keys does not exist. The root account always exists.
async fn check_owner(tx: &mut Tx<'_>, account: &AccountId, user: Option<&UserId>) -> Result<(), Fault> {
    match user {
        Some(user) => users::require(tx, account, &UserRef::Id(user.clone())).await.map(|_| ()),
        None => Ok(()),
    }
}

async fn touched_one(
    write: &mut Write<'_, '_>,
    user: Option<&UserId>,
    secret_id: &SecretId,
    sql: &'static str,
    arguments: Vec<crate::store::Argument>,
) -> Result<(), Fault> {
    let account = write.account().clone();
    check_owner(write.tx(), &account, user).await?;
    let changed = Changed::only(Part::Key(secret_id.clone()));
    if !write.execute_one(changed, sql, arguments).await? {
        let others = "SELECT COUNT(*) FROM access_keys WHERE account_id = $1 AND secret_id = $2 AND NOT ended";
        return Err(match write.tx().number(others, args![&account, secret_id]).await? {
            0 => Fault::NotFound(Kind::Key, secret_id.to_string()),
            _ => Fault::Refused(Refusal::KeyOfOther),
        });
    }
    Ok(())
}

/// Returns the row of a new key.
pub(super) fn row(
    account: &AccountId,
    user: &str,
    secret_id: &SecretId,
    sealed: &str,
    description: &str,
    now: Time,
    generation: i64,
) -> Row {
    Row {
        insert: "INSERT INTO access_keys (secret_id, account_id, user_id, sealed, active, description, created_at, seq)",
        values: args![secret_id, account, user, sealed, true, description, now.0, generation],
    }
}

async fn owner(engine: &Engine, secret_id: &SecretId) -> Result<Option<AccountId>, Fault> {
    let row: Option<(AccountId,)> = engine
        .store
        .glance(
            "SELECT account_id FROM access_keys WHERE secret_id = $1 \
             UNION ALL SELECT account_id FROM sessions WHERE secret_id = $1",
            args![secret_id],
        )
        .await?;
    Ok(row.map(|(account,)| account))
}
