//! From a claim to a verified caller: the key, its token, its session, its signature, in this order.

use super::app::App;
use crate::dialect::contract::{Call, Claim, Dialect, Head, RawRequest};
use crate::engine::fault::{Fault, Kind, TokenFailure, Unauthenticated};
use crate::engine::ids::SecretId;
use crate::engine::model::{Account, Caller, Identity};
use crate::engine::view::Tenant;
use crate::env::Time;
use std::sync::Arc;

/// A verified claim.
pub struct Verified {
    /// The caller.
    pub caller: Arc<Caller>,
    /// The caller's account.
    pub account: Arc<Account>,
    /// The account in the view.
    pub tenant: Arc<Tenant>,
}

/// Reads the claim from a request's head. An unknown key id is rejected here, before the body is read.
pub async fn claim(app: &App, dialect: &Dialect, head: &Head, now: Time) -> Result<Option<Claim>, Fault> {
    let Some(claim) = (dialect.claim)(head, now)? else { return Ok(None) };
    if app.engine.knows_key(&claim.secret_id).await? { Ok(Some(claim)) } else { Err(unknown(&claim)) }
}

/// Finds the account that an unsigned request acts in, and lets it in as nobody. An operation that must be signed is
/// refused.
pub async fn unsigned(app: &App, dialect: &Dialect, call: &dyn Call, head: &Head) -> Result<Verified, Fault> {
    let unsigned = || Fault::Unauthenticated(Unauthenticated::Unsigned);
    let id = call.account(&app.engine, head).ok_or_else(unsigned)?.await?;
    let missing = || Fault::NotFound(Kind::Account, id.to_string());
    let tenant = app.engine.tenant(&id).await?.ok_or_else(missing)?;
    let account = app.engine.account(&tenant).await?.ok_or_else(missing)?;
    if account.cloud.name != dialect.cloud.name {
        return Err(missing());
    }
    let caller =
        Caller { account: id.clone(), identity: Identity::Anonymous, secret_id: SecretId::from(""), session: None };
    Ok(Verified { caller: Arc::new(caller), account, tenant })
}

/// Verifies a claim. A key of another cloud's account is as unknown as one that does not exist, and so is a key that
/// everybody knows where everybody can come.
pub async fn authenticate(app: &App, dialect: &Dialect, raw: &RawRequest, claim: &Claim) -> Result<Verified, Fault> {
    let no_key = || Fault::Unauthenticated(Unauthenticated::UnknownKey);
    let Some((tenant, key)) = app.engine.key(&claim.secret_id).await? else { return Err(unknown(claim)) };
    let is_published = |half| (dialect.is_published)(half);
    if app.exposed && (is_published(key.secret_id.as_str()) || is_published(key.secret.expose())) {
        return Err(no_key());
    }
    let account = app.engine.account(&tenant).await?.ok_or_else(no_key)?;
    if account.cloud.name != dialect.cloud.name {
        return Err(no_key());
    }
    let token = claim.token.as_ref().map(|token| token.expose());
    let caller = key.identify(&app.engine, &tenant, &account, token).await?;
    (dialect.verify)(raw, claim, &key)?;
    Ok(Verified { caller: Arc::new(caller), account, tenant })
}

/// Returns the fault for an unknown key. With a token, the key belonged to a session: one that was deleted long after
/// it ended, or one that never existed.
fn unknown(claim: &Claim) -> Fault {
    Fault::Unauthenticated(match claim.token {
        Some(_) => Unauthenticated::Token(TokenFailure::Foreign),
        None => Unauthenticated::UnknownKey,
    })
}
