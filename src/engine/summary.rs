//! How much of each kind an account has.

use super::cx::Cx;
use super::fault::{Fault, Kind, Required};
use crate::args;
use crate::store::FromRow;

/// The numbers of things that an account has.
#[derive(Clone, Copy, Debug, FromRow)]
pub struct Summary {
    /// Its own policies.
    pub policies: i64,
    /// Roles.
    pub roles: i64,
    /// Sub-users.
    pub users: i64,
    /// User groups.
    pub groups: i64,
    /// Memberships of users in groups.
    pub memberships: i64,
    /// Identity providers.
    pub providers: i64,
}

/// Returns the numbers of things that the account has.
pub async fn get(cx: &Cx) -> Result<Summary, Fault> {
    let mut read = cx.engine.store.read().await?;
    let summary: Option<Summary> = read
        .tx()
        .optional(
            "SELECT policy_count AS policies, role_count AS roles, user_count AS users, group_count AS groups, \
             (SELECT COUNT(*) FROM group_members m WHERE m.account_id = a.id) AS memberships, \
             (SELECT COUNT(*) FROM identity_providers p WHERE p.account_id = a.id) AS providers \
             FROM accounts a WHERE a.id = $1",
            args![&cx.account.id],
        )
        .await?;
    summary.required(Kind::Account, cx.account.id.as_str())
}
