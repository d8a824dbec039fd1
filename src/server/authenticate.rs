//! From a claim to a verified caller: the key, its token, its session, its signature, in this order.

use super::App;
use crate::dialect::contract::{Claim, Dialect, RawRequest};
use crate::engine::Account;
use crate::engine::cx::Caller;
use crate::engine::fault::{Fault, TokenFailure, Unauthenticated};
use crate::engine::view::Tenant;
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

/// Verifies a claim. A key of another cloud's account is as unknown as one that does not exist.
pub async fn authenticate(app: &App, dialect: &Dialect, raw: &RawRequest, claim: &Claim) -> Result<Verified, Fault> {
    let unknown = || Fault::Unauthenticated(Unauthenticated::UnknownKey);
    let Some((tenant, key)) = app.engine.key(&claim.secret_id).await? else {
        // With a token it was a session's key: one that ended so long ago that it is forgotten, or never was.
        let session = Fault::Unauthenticated(Unauthenticated::Token(TokenFailure::Foreign));
        return Err(if claim.token.is_some() { session } else { unknown() });
    };
    let account = app.engine.account(&tenant).await?.ok_or_else(unknown)?;
    if account.cloud != dialect.name {
        return Err(unknown());
    }
    let token = claim.token.as_ref().map(|token| token.expose());
    let caller = key.identify(&app.engine, &tenant, &account, token).await?;
    (dialect.verify)(raw, claim, &key)?;
    Ok(Verified { caller: Arc::new(caller), account, tenant })
}
