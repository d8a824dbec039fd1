//! Permission boundaries: policies that limit the rights of a user or role.

use super::cx::{Cx, Write};
use super::fault::{Fault, Internal, Kind, Refusal, Required};
use super::ids::{PolicyId, RoleRef};
use super::model::{Holder, ManagedKind, Manager, SERVICE_LINKED};
use super::policies::{self, Policy, PolicyRef};
use super::roles;
use super::users::{self, UserRef};
use super::view::Changed;
use crate::args;

/// Sets the permission boundary of a user or role. Replaces the previous one.
pub async fn put(write: &mut Write<'_, '_>, holder: &Holder, policy: &PolicyId) -> Result<(), Fault> {
    policies::require(write.cx, write.tx(), &PolicyRef::Id(policy.clone())).await?;
    // A service changes its own policies as it needs, so they bound nobody.
    if write.cx.account.standing.manager(ManagedKind::Policy, policy.as_str()) == Some(Manager::Service) {
        return Err(Fault::Refused(Refusal::Managed(ManagedKind::Policy, Manager::Service)));
    }
    set(write, holder, policy.as_str()).await
}

/// Removes the permission boundary of a user or role. Does nothing if it has none.
pub async fn delete(write: &mut Write<'_, '_>, holder: &Holder) -> Result<(), Fault> {
    set(write, holder, "").await
}

/// Returns the permission boundary of a user or role, if it has one.
pub async fn get(cx: &Cx, holder: &Holder) -> Result<Option<Policy>, Fault> {
    let mut read = cx.engine.store.read().await?;
    let mut tx = read.tx();
    let (sql, id, kind) = match holder {
        Holder::User(id) => {
            ("SELECT boundary_id FROM users WHERE account_id = $1 AND id = $2", id.as_str(), Kind::User)
        }
        Holder::Role(id) => {
            ("SELECT boundary_id FROM roles WHERE account_id = $1 AND id = $2", id.as_str(), Kind::Role)
        }
        Holder::Group(_) => return Err(Internal::Bug("a group has no boundary").into()),
    };
    let row: Option<(String,)> = tx.optional(sql, args![&cx.account.id, id]).await?;
    let (boundary,) = row.required(kind, id)?;
    if boundary.is_empty() {
        return Ok(None);
    }
    policies::require(cx, &mut tx, &PolicyRef::Id(boundary.into())).await.map(Some)
}

async fn set(write: &mut Write<'_, '_>, holder: &Holder, policy: &str) -> Result<(), Fault> {
    let account = write.account().clone();
    let (sql, id) = match holder {
        Holder::User(id) => {
            users::require(write.tx(), &account, &UserRef::Id(id.clone())).await?;
            ("UPDATE users SET boundary_id = $3 WHERE account_id = $1 AND id = $2", id.as_str())
        }
        Holder::Role(id) => {
            let role = roles::changeable(write, &RoleRef::Id(id.clone())).await?;
            if role.kind == SERVICE_LINKED {
                return Err(Fault::Refused(Refusal::ServiceLinkedRole));
            }
            ("UPDATE roles SET boundary_id = $3 WHERE account_id = $1 AND id = $2", id.as_str())
        }
        Holder::Group(_) => return Err(Internal::Bug("a group has no boundary").into()),
    };
    write.execute_only(Changed::grants(holder), sql, args![&account, id, policy]).await?;
    Ok(())
}
