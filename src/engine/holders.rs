//! Checks that the users, groups and roles that policies are attached to exist.

use super::cx::Write;
use super::fault::{Fault, Kind, Required};
use super::ids::AccountId;
use super::model::{Holder, HolderRef};
use super::users::UserRef;
use super::{groups, roles, users};
use crate::args;
use crate::store::Tx;

/// Returns the holder that a request names, or a fault when there is none.
pub(super) async fn require(write: &mut Write<'_, '_>, wanted: &HolderRef) -> Result<Holder, Fault> {
    let holder = match wanted {
        HolderRef::User(id) => Holder::User(id.clone()),
        HolderRef::Group(id) => Holder::Group(id.clone()),
        HolderRef::Role(wanted) => return Ok(Holder::Role(roles::require(write, wanted).await?.id)),
    };
    let account = write.account().clone();
    check(write.tx(), &account, &holder).await?;
    Ok(holder)
}

/// Fails if a holder does not exist.
pub(super) async fn check(tx: &mut Tx<'_>, account: &AccountId, holder: &Holder) -> Result<(), Fault> {
    match holder {
        Holder::User(id) => users::require(tx, account, &UserRef::Id(id.clone())).await.map(|_| ()),
        Holder::Group(id) => groups::require(tx, account, id).await.map(|_| ()),
        Holder::Role(id) => {
            let sql = "SELECT id FROM roles WHERE account_id = $1 AND id = $2";
            let role: Option<(String,)> = tx.optional(sql, args![account, id]).await?;
            role.required(Kind::Role, id.as_str()).map(|_| ())
        }
    }
}
