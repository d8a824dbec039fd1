//! The rules of an account's passwords, and the passwords that its users have had.
//!
//! There is no console to sign in to. Passwords are kept, sealed, only to tell whether one is used again.

use super::cx::{Cx, Write};
use super::fault::{Fault, Internal, PasswordFlaw, Refusal};
use super::ids::{AccountId, UserId};
use super::view::Changed;
use crate::args;
use crate::env::Time;
use crate::secret::{self, Secret};
use crate::store::Tx;
use serde::{Deserialize, Serialize};

/// The rules of an account's passwords, beside those that its cloud has for everybody.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordRules {
    /// The least number of characters; 0 if only the cloud's own rule counts.
    pub minimum_length: i64,
    /// A password must have a character of the kind of each of these.
    pub must_contain: String,
    /// After how many days a password must be changed; 0 for never.
    pub change_after_days: i64,
    /// How many of the last passwords must not be used again.
    pub reuse_limit: i64,
    /// After how many wrong passwords an hour sign-in is locked; 0 for never.
    pub retry_limit: i64,
    /// Whether a password that is too old can no longer be used to sign in.
    pub expired_is_invalid: bool,
}

/// The rules with who set them and when.
pub struct SetRules {
    /// The rules.
    pub rules: PasswordRules,
    /// The id of who set them; the account's own if nobody did.
    pub modifier: String,
    /// When they were set; when the account was created if they never were.
    pub updated_at: Time,
}

/// The most of a user's last passwords that are kept.
pub const KEPT: i64 = 24;

/// Returns the rules of the account.
pub async fn rules(cx: &Cx) -> Result<SetRules, Fault> {
    let mut read = cx.engine.store.read().await?;
    let (id, created_at) = (&cx.account.id, cx.account.created_at);
    let set = load(&mut read.tx(), id).await?;
    let unset = || SetRules { rules: PasswordRules::default(), modifier: id.to_string(), updated_at: created_at };
    Ok(set.unwrap_or_else(unset))
}

/// Sets the rules of the account. They count for every password that is set from now on.
pub async fn set_rules(write: &mut Write<'_, '_>, rules: &PasswordRules) -> Result<(), Fault> {
    let account = write.account().clone();
    let text = serde_json::to_string(rules).map_err(|_| Internal::Bug("rules can always be written as JSON"))?;
    let sql = "INSERT INTO password_rules (account_id, rules, modifier, updated_at) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (account_id) DO UPDATE SET rules = excluded.rules, modifier = excluded.modifier, \
               updated_at = excluded.updated_at";
    let arguments = args![&account, text, write.cx.caller.id(), write.cx.now];
    write.execute_only(Changed::NOTHING, sql, arguments).await
}

/// Sets the password of a user. It must keep the account's rules.
pub async fn set(write: &mut Write<'_, '_>, user: &UserId, password: &str) -> Result<(), Fault> {
    let account = write.account().clone();
    let rules = load(write.tx(), &account).await?.map(|set| set.rules).unwrap_or_default();
    let flawed = |flaw| Err(Fault::Refused(Refusal::Password(flaw)));
    if i64::try_from(password.chars().count()).unwrap_or(i64::MAX) < rules.minimum_length {
        return flawed(PasswordFlaw::TooShort(rules.minimum_length));
    }
    if rules.must_contain.chars().any(|wanted| !password.chars().any(|letter| kind(letter) == kind(wanted))) {
        return flawed(PasswordFlaw::Lacks(rules.must_contain));
    }
    let sql = "SELECT version, sealed FROM passwords WHERE account_id = $1 AND user_id = $2 ORDER BY version";
    let had: Vec<(i64, String)> = write.tx().all(sql, args![&account, user]).await?;
    let owner = format!("password of {account} {user}");
    let engine = write.cx.engine.clone();
    for (_, sealed) in had.iter().rev().take(usize::try_from(rules.reuse_limit).unwrap_or(0)) {
        if secret::same(engine.sealer.open(&owner, sealed)?.expose().as_bytes(), password.as_bytes()) {
            return flawed(PasswordFlaw::UsedBefore(rules.reuse_limit));
        }
    }
    let version = had.last().map_or(1, |(last, _)| last + 1);
    let sealed = engine.sealer.seal(&engine.env, &owner, &Secret::new(password.to_owned()))?;
    let sql = "INSERT INTO passwords (account_id, user_id, version, sealed, created_at) VALUES ($1, $2, $3, $4, $5)";
    let now = write.cx.now;
    write.execute_only(Changed::NOTHING, sql, args![&account, user, version, sealed, now]).await?;
    let sql = "DELETE FROM passwords WHERE account_id = $1 AND user_id = $2 AND version <= $3";
    write.execute_only(Changed::NOTHING, sql, args![&account, user, version - KEPT]).await
}

/// Returns the kind of a character: upper case, lower case, digit, or anything else.
fn kind(letter: char) -> u8 {
    match letter {
        upper if upper.is_uppercase() => 0,
        lower if lower.is_lowercase() => 1,
        digit if digit.is_ascii_digit() => 2,
        _ => 3,
    }
}

async fn load(tx: &mut Tx<'_>, account: &AccountId) -> Result<Option<SetRules>, Fault> {
    let sql = "SELECT rules, modifier, updated_at FROM password_rules WHERE account_id = $1";
    let row: Option<(String, String, Time)> = tx.optional(sql, args![account]).await?;
    let Some((rules, modifier, updated_at)) = row else { return Ok(None) };
    let rules = serde_json::from_str(&rules).map_err(|error| Internal::Unreadable {
        what: format!("password rules of account {account}"),
        why: error.to_string(),
    })?;
    Ok(Some(SetRules { rules, modifier, updated_at }))
}
