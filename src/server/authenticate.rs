//! From a claim to a verified caller: the key, its token, its session, its signature, in this order.

use super::App;
use crate::dialect::contract::{Claim, Dialect, Head, RawRequest};
use crate::engine::Account;
use crate::engine::cx::Caller;
use crate::engine::fault::{Fault, TokenFailure, Unauthenticated};
use crate::engine::view::Tenant;
use crate::env::Time;
use std::sync::Arc;

/// A claim that was found to be true.
pub struct Verified {
    /// Who is asking.
    pub caller: Arc<Caller>,
    /// Its account.
    pub account: Arc<Account>,
    /// The account in the view.
    pub tenant: Arc<Tenant>,
}

/// Reads a claim off a head. A key id that nobody has is found out here, before its body is read.
pub async fn claim(app: &App, dialect: &Dialect, head: &Head, now: Time) -> Result<Claim, Fault> {
    let claim = (dialect.claim)(head, now)?;
    if app.engine.knows_key(&claim.secret_id).await? { Ok(claim) } else { Err(unknown(&claim)) }
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
    if account.cloud != dialect.name {
        return Err(no_key());
    }
    let token = claim.token.as_ref().map(|token| token.expose());
    let caller = key.identify(&app.engine, &tenant, &account, token).await?;
    (dialect.verify)(raw, claim, &key)?;
    Ok(Verified { caller: Arc::new(caller), account, tenant })
}

/// A key that there is not. With a token it was a session's: one that ended so long ago that it is forgotten, or never was.
fn unknown(claim: &Claim) -> Fault {
    Fault::Unauthenticated(match claim.token {
        Some(_) => Unauthenticated::Token(TokenFailure::Foreign),
        None => Unauthenticated::UnknownKey,
    })
}
