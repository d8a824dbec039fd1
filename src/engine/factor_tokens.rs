//! Sign-ins that wait for the account's own second factor, each known by a token.

use super::cx::{self, Cx, Write};
use super::fault::{Fault, Kind, Required};
use super::ids::UserId;
use super::protection::check;
use super::view::Changed;
use crate::args;
use crate::secret;
use crate::store::Tx;

/// How long a token is good, in seconds.
const GOOD_FOR: i64 = 300;

/// Begins a sign-in of a user or the root, and returns its token.
pub async fn begin(cx: Cx, user: Option<UserId>) -> Result<String, Fault> {
    let token = cx.engine.env.alphanumeric(64);
    let given = token.clone();
    cx::write(cx, move |write| {
        let (user, digest) = (user.clone(), secret::digest(&given));
        Box::pin(async move {
            let (account, now) = (write.account().clone(), write.cx.now);
            check(write.tx(), &account, user.as_ref()).await?;
            let old = "DELETE FROM factor_tokens WHERE account_id = $1 AND expires_at <= $2";
            write.execute_only(Changed::NOTHING, old, args![&account, now]).await?;
            let sql = "INSERT INTO factor_tokens (account_id, token_digest, user_id, expires_at) \
                       VALUES ($1, $2, $3, $4)";
            let user = user.as_ref().map_or("", UserId::as_str);
            let arguments = args![&account, digest, user, now.plus_seconds(GOOD_FOR)];
            write.execute_only(Changed::NOTHING, sql, arguments).await
        })
    })
    .await?;
    Ok(token)
}

/// Returns who signs in with a token: `None` is the root.
pub async fn get(cx: &Cx, token: &str) -> Result<Option<UserId>, Fault> {
    let mut read = cx.engine.store.read().await?;
    find(&mut read.tx(), cx, token).await
}

/// Takes a token: it is good for one sign-in.
pub async fn consume(write: &mut Write<'_, '_>, token: &str) -> Result<(), Fault> {
    let account = write.account().clone();
    let cx = write.cx;
    find(write.tx(), cx, token).await?;
    let sql = "DELETE FROM factor_tokens WHERE account_id = $1 AND token_digest = $2";
    write.execute_only(Changed::NOTHING, sql, args![&account, secret::digest(token)]).await
}

async fn find(tx: &mut Tx<'_>, cx: &Cx, token: &str) -> Result<Option<UserId>, Fault> {
    let sql = "SELECT user_id FROM factor_tokens WHERE account_id = $1 AND token_digest = $2 AND expires_at > $3";
    let row: Option<(String,)> = tx.optional(sql, args![&cx.account.id, secret::digest(token), cx.now]).await?;
    // The token itself is a secret, so no message repeats it.
    let (user,) = row.required(Kind::FactorToken, "…")?;
    Ok(if user.is_empty() { None } else { Some(user.into()) })
}
