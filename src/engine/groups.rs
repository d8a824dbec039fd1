//! User groups and their members.

use super::cx::{Cx, Write};
use super::fault::{Fault, Kind, Limit, Required};
use super::ids::{AccountId, GroupId};
use super::model::Holder;
use super::users::{self, User, UserRef};
use super::view::Changed;
use crate::args;
use crate::env::Time;
use crate::store::{FromRow, Row, Tx};

/// A user group.
#[derive(Clone, Debug, FromRow)]
pub struct Group {
    /// Its id.
    pub id: GroupId,
    /// Its name, unique in the account.
    pub name: String,
    /// Free text set by the account.
    pub remark: String,
    /// When it was created.
    pub created_at: Time,
}

/// Creates a group.
pub async fn create(write: &mut Write<'_, '_>, name: &str, remark: &str) -> Result<GroupId, Fault> {
    let account = write.account().clone();
    let most = write.quotas().groups;
    let is_full = write.ledger.groups >= most;
    loop {
        let id = GroupId::from((write.cx.account.cloud.ids.group)(&write.cx.engine.env));
        let row = Row {
            insert: "INSERT INTO user_groups (account_id, id, name, remark, created_at, seq)",
            values: args![&account, &id, name, remark, write.cx.now.0, write.ledger.generation],
        };
        if !is_full && write.insert(row).await? {
            write.ledger.groups += 1;
            return Ok(id);
        }
        require_free(write.tx(), &account, name).await?;
        if is_full {
            return Err(Fault::Quota(Limit::Groups, most.unsigned_abs()));
        }
        // The random id is taken: the loop draws another one.
    }
}

/// Changes the given attributes of a group.
pub async fn update(
    write: &mut Write<'_, '_>,
    id: &GroupId,
    name: Option<&str>,
    remark: Option<&str>,
) -> Result<(), Fault> {
    let account = write.account().clone();
    let old = require(write.tx(), &account, id).await?;
    if let Some(name) = name
        && name != old.name
    {
        require_free(write.tx(), &account, name).await?;
    }
    // The members' grants contain the group's name for explanations, so they are outdated.
    write
        .execute(
            "UPDATE user_groups SET name = $3, remark = $4 WHERE account_id = $1 AND id = $2",
            args![&account, id, name.unwrap_or(&old.name), remark.unwrap_or(&old.remark)],
        )
        .await?;
    Ok(())
}

/// Deletes a group with its memberships and attachments.
pub async fn delete(write: &mut Write<'_, '_>, id: &GroupId) -> Result<(), Fault> {
    let account = write.account().clone();
    require(write.tx(), &account, id).await?;
    for sql in [
        "DELETE FROM attachments WHERE account_id = $1 AND holder_kind = 'group' AND holder_id = $2",
        "DELETE FROM user_groups WHERE account_id = $1 AND id = $2",
    ] {
        write.execute(sql, args![&account, id]).await?;
    }
    write.ledger.groups -= 1;
    Ok(())
}

/// Adds a user to a group. Does nothing if the user is already a member.
pub async fn add(write: &mut Write<'_, '_>, id: &GroupId, user: &UserRef) -> Result<(), Fault> {
    let account = write.account().clone();
    require(write.tx(), &account, id).await?;
    let user = users::require(write.tx(), &account, user).await?.id;
    let there = "SELECT COUNT(*) FROM group_members WHERE account_id = $1 AND group_id = $2 AND user_id = $3";
    if write.tx().number(there, args![&account, id, &user]).await? > 0 {
        return Ok(());
    }
    let members = "SELECT COUNT(*) FROM group_members WHERE account_id = $1 AND group_id = $2";
    let most = write.quotas().group_members;
    if write.tx().number(members, args![&account, id]).await? >= most {
        return Err(Fault::Quota(Limit::GroupMembers, most.unsigned_abs()));
    }
    let groups = "SELECT COUNT(*) FROM group_members WHERE account_id = $1 AND user_id = $2";
    let most = write.quotas().user_groups;
    if write.tx().number(groups, args![&account, &user]).await? >= most {
        return Err(Fault::Quota(Limit::UserGroups, most.unsigned_abs()));
    }
    let sql = "INSERT INTO group_members (account_id, group_id, user_id, seq) VALUES ($1, $2, $3, $4)";
    let arguments = args![&account, id, &user, write.ledger.generation];
    write.execute_only(Changed::grants(&Holder::User(user)), sql, arguments).await?;
    Ok(())
}

/// Removes a user from a group. Does nothing if the user is not a member.
pub async fn remove(write: &mut Write<'_, '_>, id: &GroupId, user: &UserRef) -> Result<(), Fault> {
    let account = write.account().clone();
    require(write.tx(), &account, id).await?;
    let user = users::require(write.tx(), &account, user).await?.id;
    let sql = "DELETE FROM group_members WHERE account_id = $1 AND group_id = $2 AND user_id = $3";
    let arguments = args![&account, id, &user];
    write.execute_only(Changed::grants(&Holder::User(user)), sql, arguments).await?;
    Ok(())
}

/// Returns a group of the caller's account with its members, oldest membership first.
pub async fn get(cx: &Cx, id: &GroupId) -> Result<(Group, Vec<User>), Fault> {
    let mut read = cx.engine.store.read().await?;
    let mut tx = read.tx();
    let group = require(&mut tx, &cx.account.id, id).await?;
    let members = tx
        .all(
            "SELECT u.id, u.uid, u.name, u.remark, u.console_login, u.phone, u.country_code, u.email, u.created_at \
             FROM group_members m JOIN users u ON u.account_id = m.account_id AND u.id = m.user_id \
             WHERE m.account_id = $1 AND m.group_id = $2 ORDER BY m.seq, u.id",
            args![&cx.account.id, id],
        )
        .await?;
    Ok((group, members))
}

/// Returns the groups whose name contains the keyword, newest first.
pub async fn list(cx: &Cx, keyword: &str) -> Result<Vec<Group>, Fault> {
    let mut read = cx.engine.store.read().await?;
    let mut groups: Vec<Group> = read
        .tx()
        .all(
            "SELECT id, name, remark, created_at FROM user_groups WHERE account_id = $1 ORDER BY seq DESC, id DESC",
            args![&cx.account.id],
        )
        .await?;
    groups.retain(|group| group.name.contains(keyword));
    Ok(groups)
}

/// Returns the groups of a user, newest membership first.
pub async fn of_user(cx: &Cx, user: &UserRef) -> Result<Vec<Group>, Fault> {
    let mut read = cx.engine.store.read().await?;
    let mut tx = read.tx();
    let user = users::require(&mut tx, &cx.account.id, user).await?.id;
    let groups = tx
        .all(
            "SELECT g.id, g.name, g.remark, g.created_at FROM group_members m \
             JOIN user_groups g ON g.account_id = m.account_id AND g.id = m.group_id \
             WHERE m.account_id = $1 AND m.user_id = $2 ORDER BY m.seq DESC, g.id DESC",
            args![&cx.account.id, &user],
        )
        .await?;
    Ok(groups)
}

/// Returns the group as this transaction sees it, or a fault when there is none.
pub(super) async fn require(tx: &mut Tx<'_>, account: &AccountId, id: &GroupId) -> Result<Group, Fault> {
    let sql = "SELECT id, name, remark, created_at FROM user_groups WHERE account_id = $1 AND id = $2";
    let group: Option<Group> = tx.optional(sql, args![account, id]).await?;
    group.required(Kind::Group, id.as_str())
}

async fn require_free(tx: &mut Tx<'_>, account: &AccountId, name: &str) -> Result<(), Fault> {
    let sql = "SELECT COUNT(*) FROM user_groups WHERE account_id = $1 AND name = $2";
    match tx.number(sql, args![account, name]).await? {
        0 => Ok(()),
        _ => Err(Fault::Exists(Kind::Group, name.to_owned())),
    }
}
