//! Verifies the claim of a request: the key, its token and session, and the signature, in this order.

use super::app::App;
use crate::dialect::contract::{Call, Claim, Dialect, Head, RawRequest};
use crate::engine::fault::{Fault, Kind, TokenFailure, Unauthenticated};
use crate::engine::ids::SecretId;
use crate::engine::model::{Account, Caller, Identity};
use crate::engine::view::Tenant;
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

/// Refuses a claim to an unknown key. When the head has the claim, this comes before the body is read.
pub async fn known(app: &App, claim: Result<Option<Claim>, Fault>) -> Result<Option<Claim>, Fault> {
    match claim? {
        Some(claim) if !app.engine.knows_key(&claim.secret_id).await? => Err(unknown(&claim)),
        claim => Ok(claim),
    }
}

/// Finds the account that an unsigned request acts in. Its caller is anonymous. Fails if the operation must be signed.
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

/// Verifies a claim. The key of another cloud's account counts as unknown. So does an example key from the cloud's
/// documentation, if other machines can reach the server.
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
    app.engine.note_use(&account, &key);
    Ok(Verified { caller: Arc::new(caller), account, tenant })
}

/// Returns the fault for an unknown key. If the claim has a token, the key is a session's: the session has been purged,
/// or it never existed.
fn unknown(claim: &Claim) -> Fault {
    Fault::Unauthenticated(match claim.token {
        Some(_) => Unauthenticated::Token(TokenFailure::Foreign),
        None => Unauthenticated::UnknownKey,
    })
}
