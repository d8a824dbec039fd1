//! Sets what is known of an account, and refuses what it forbids.

use super::cx::{self, Cx};
use super::fault::{Fault, Internal, Refusal};
use super::model::{Account, ManagedKind, Manager, Standing};
use super::view::{Changed, Part};
use crate::args;

/// Sets the facts about an account.
pub async fn set(cx: Cx, standing: &Standing) -> Result<(), Fault> {
    let text = serde_json::to_string(standing).map_err(|_| Internal::Bug("facts can always be written as JSON"))?;
    cx::write(cx, move |write| {
        let text = text.clone();
        Box::pin(async move {
            let id = write.account().clone();
            let sql = "UPDATE accounts SET standing = $2 WHERE id = $1";
            write.execute_only(Changed::only(Part::Account), sql, args![&id, text]).await
        })
    })
    .await
}

/// Fails if the account, or the owner of what it works on, is suspended.
pub(super) fn require_open(accounts: &[&Account]) -> Result<(), Fault> {
    if accounts.iter().any(|account| account.standing.suspended) {
        return Err(Fault::Refused(Refusal::Suspended));
    }
    Ok(())
}

/// Fails if the identity of the account's holder was not verified.
pub(super) fn require_verified(cx: &Cx) -> Result<(), Fault> {
    if cx.account.standing.verified { Ok(()) } else { Err(Fault::Refused(Refusal::Unverified)) }
}

/// Fails if somebody else decides about a thing of the account. Rules that grant by tag do not: they only limit what the
/// thing may contain.
pub fn require_own(cx: &Cx, kind: ManagedKind, id: &str) -> Result<(), Fault> {
    match cx.account.standing.manager(kind, id) {
        None | Some(Manager::Tags) => Ok(()),
        Some(manager) => Err(Fault::Refused(Refusal::Managed(kind, manager))),
    }
}
