//! From which addresses the users of an account may sign in to a console.
//!
//! Nobody can sign in to a console here, so a policy is checked, kept and shown, and nothing asks it.

use super::cx::{Cx, Write};
use super::fault::{Fault, Internal, Refusal};
use super::ids::{AccountId, UserId};
use super::users::{self, UserRef};
use super::view::Changed;
use crate::args;
use crate::store::Tx;
use serde::{Deserialize, Serialize};

/// The policy of an account for signing in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInPolicy {
    /// Addresses and what happens to them.
    pub rules: Vec<SignInRule>,
    /// The users who may let somebody in all the same, by their ids.
    pub approvers: Vec<String>,
    /// Whether the rules do not count at the moment.
    pub disabled: bool,
    /// Whether a sign-in from an unusual place is verified.
    pub verifies_unusual: bool,
}

/// What happens to a sign-in from an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInRule {
    /// An address, a network or a range.
    pub address: String,
    /// Whether it is allowed or denied.
    pub allow: bool,
}

/// A change of the policy. `None` leaves a part unchanged.
#[derive(Clone, Debug, Default)]
pub struct SignInPatch {
    /// The rules.
    pub rules: Option<Vec<SignInRule>>,
    /// The approvers.
    pub approvers: Option<Vec<UserId>>,
    /// Whether the rules do not count.
    pub disabled: Option<bool>,
    /// Whether a sign-in from an unusual place is verified.
    pub verifies_unusual: Option<bool>,
}

/// Returns the policy of the account.
pub async fn get(cx: &Cx) -> Result<SignInPolicy, Fault> {
    let mut read = cx.engine.store.read().await?;
    load(&mut read.tx(), &cx.account.id).await
}

/// Changes the policy. An approver must be a user with a telephone number, which the questions go to.
pub async fn update(write: &mut Write<'_, '_>, patch: &SignInPatch) -> Result<(), Fault> {
    let account = write.account().clone();
    for id in patch.approvers.iter().flatten() {
        if users::require(write.tx(), &account, &UserRef::Id(id.clone())).await?.phone.is_empty() {
            return Err(Fault::Refused(Refusal::NoPhone));
        }
    }
    let old = load(write.tx(), &account).await?;
    let approvers = patch.approvers.as_ref().map(|ids| ids.iter().map(UserId::to_string).collect());
    let policy = SignInPolicy {
        rules: patch.rules.clone().unwrap_or(old.rules),
        approvers: approvers.unwrap_or(old.approvers),
        disabled: patch.disabled.unwrap_or(old.disabled),
        verifies_unusual: patch.verifies_unusual.unwrap_or(old.verifies_unusual),
    };
    let text = serde_json::to_string(&policy).map_err(|_| Internal::Bug("a policy can always be written as JSON"))?;
    let sql = "INSERT INTO sign_in_policies (account_id, policy, updated_at) VALUES ($1, $2, $3) \
               ON CONFLICT (account_id) DO UPDATE SET policy = excluded.policy, updated_at = excluded.updated_at";
    let now = write.cx.now;
    write.execute_only(Changed::NOTHING, sql, args![&account, text, now]).await
}

async fn load(tx: &mut Tx<'_>, account: &AccountId) -> Result<SignInPolicy, Fault> {
    let sql = "SELECT policy FROM sign_in_policies WHERE account_id = $1";
    let row: Option<(String,)> = tx.optional(sql, args![account]).await?;
    let Some((text,)) = row else { return Ok(SignInPolicy::default()) };
    Ok(serde_json::from_str(&text).map_err(|error| Internal::Unreadable {
        what: format!("sign-in policy of account {account}"),
        why: error.to_string(),
    })?)
}
