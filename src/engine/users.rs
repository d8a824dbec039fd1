//! Sub-users.

use super::authorize::{Demanding, Right};
use super::cx::{Cx, Write};
use super::evidence::Deed;
use super::fault::{Fault, Kind, Limit, Refusal, Required};
use super::ids::{AccountId, SecretId, UserId};
use super::model::{Holder, ManagedKind};
use super::standing;
use super::view::{Changed, Part};
use crate::args;
use crate::env::Time;
use crate::store::{FromRow, Row, Tx};

/// A sub-user.
#[derive(Clone, Debug, FromRow)]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// Its second, shorter id.
    pub uid: i64,
    /// Its name, unique in the account.
    pub name: String,
    /// Free text set by the account.
    pub remark: String,
    /// Whether it may sign in to a console.
    pub console_login: bool,
    /// Telephone number.
    pub phone: String,
    /// Country code of the telephone number.
    pub country_code: String,
    /// E-mail address.
    pub email: String,
    /// When it was created.
    pub created_at: Time,
}

/// A user by its name or one of its two ids.
#[derive(Clone, Debug)]
pub enum UserRef {
    /// By its id.
    Id(UserId),
    /// By its second id.
    Uid(i64),
    /// By its name.
    Name(String),
}

impl UserRef {
    /// Returns the id or name, for messages.
    fn text(&self) -> String {
        match self {
            UserRef::Id(id) => id.to_string(),
            UserRef::Uid(number) => number.to_string(),
            UserRef::Name(name) => name.clone(),
        }
    }
}

/// Attributes of a user to set or change. `None` leaves an attribute unchanged, or empty in a new user.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    /// Free text set by the account.
    pub remark: Option<String>,
    /// Whether it may sign in to a console.
    pub console_login: Option<bool>,
    /// Telephone number.
    pub phone: Option<String>,
    /// Country code of the telephone number.
    pub country_code: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
}

/// Creates a sub-user.
pub async fn create(write: &mut Write<'_, '_>, name: &str, profile: &Profile) -> Result<User, Fault> {
    let account = write.account().clone();
    require_room(write, &account).await?;
    let most = write.quotas().users;
    let is_full = write.ledger.users >= most;
    let text = |part: &Option<String>| part.clone().unwrap_or_default();
    loop {
        let (id, uid) = (write.cx.account.cloud.ids.user)(&write.cx.engine.env);
        let user = User {
            id: UserId::from(id),
            uid,
            name: name.to_owned(),
            remark: text(&profile.remark),
            console_login: profile.console_login.unwrap_or(false),
            phone: text(&profile.phone),
            country_code: text(&profile.country_code),
            email: text(&profile.email),
            created_at: write.cx.now,
        };
        let row = Row {
            insert: "INSERT INTO users (account_id, id, uid, name, remark, console_login, phone, country_code, email, \
                     boundary_id, created_at, seq)",
            values: args![
                &account,
                &user.id,
                user.uid,
                &user.name,
                &user.remark,
                user.console_login,
                &user.phone,
                &user.country_code,
                &user.email,
                "",
                user.created_at,
                write.ledger.generation
            ],
        };
        if !is_full && write.insert(row).await? {
            write.ledger.users += 1;
            return Ok(user);
        }
        if find(write.tx(), &account, &UserRef::Name(name.to_owned())).await?.is_some() {
            return Err(Fault::Exists(Kind::User, name.to_owned()));
        }
        if is_full {
            return Err(Fault::Quota(Limit::Users, most.unsigned_abs()));
        }
        // A random id is taken: the loop draws others.
    }
}

/// Fails if the account may not create sub-users, or created as many today as one may whose holder is not verified.
async fn require_room(write: &mut Write<'_, '_>, account: &AccountId) -> Result<(), Fault> {
    if !write.cx.account.standing.creates_users {
        return Err(Fault::Refused(Refusal::NoNewUsers));
    }
    if !write.cx.account.standing.verified {
        let most = write.quotas().unverified_users_per_day;
        let sql = "SELECT COUNT(*) FROM users WHERE account_id = $1 AND created_at > $2";
        let yesterday = write.cx.now.plus_seconds(-86_400);
        if write.tx().number(sql, args![account, yesterday]).await? >= most {
            return Err(Fault::Quota(Limit::UsersPerDay, most.unsigned_abs()));
        }
    }
    Ok(())
}

/// Returns a user of the caller's account.
pub async fn get(cx: &Cx, wanted: &UserRef) -> Result<User, Fault> {
    let mut read = cx.engine.store.read().await?;
    require(&mut read.tx(), &cx.account.id, wanted).await
}

/// Returns all users of the account, oldest first.
pub async fn list(cx: &Cx) -> Result<Vec<User>, Fault> {
    let mut read = cx.engine.store.read().await?;
    let rows = read
        .tx()
        .all(
            "SELECT id, uid, name, remark, console_login, phone, country_code, email, created_at FROM users \
             WHERE account_id = $1 ORDER BY seq, id",
            args![&cx.account.id],
        )
        .await?;
    Ok(rows)
}

/// Returns the users with these ids, in their order. Leaves out those that do not exist.
pub async fn some(cx: &Cx, ids: &[UserId]) -> Result<Vec<User>, Fault> {
    let mut read = cx.engine.store.read().await?;
    let mut tx = read.tx();
    let mut found = Vec::new();
    for id in ids {
        found.extend(find(&mut tx, &cx.account.id, &UserRef::Id(id.clone())).await?);
    }
    Ok(found)
}

/// Changes the given attributes of a user.
pub async fn update(write: &mut Write<'_, '_>, wanted: &UserRef, profile: &Profile) -> Result<UserId, Fault> {
    let account = write.account().clone();
    let old = require(write.tx(), &account, wanted).await?;
    standing::require_own(write.cx, ManagedKind::User, old.id.as_str())?;
    let keys = "SELECT COUNT(*) FROM access_keys WHERE account_id = $1 AND user_id = $2 AND NOT ended";
    if write.cx.account.standing.guarded
        && profile.console_login == Some(true)
        && write.tx().number(keys, args![&account, &old.id]).await? > 0
    {
        return Err(Fault::Refused(Refusal::Risky));
    }
    let text = |part: &Option<String>, old: String| part.clone().unwrap_or(old);
    // No part of the view contains any of these columns.
    write
        .execute_only(
            Changed::NOTHING,
            "UPDATE users SET remark = $3, console_login = $4, phone = $5, country_code = $6, email = $7 \
             WHERE account_id = $1 AND id = $2",
            args![
                &account,
                &old.id,
                text(&profile.remark, old.remark),
                profile.console_login.unwrap_or(old.console_login),
                text(&profile.phone, old.phone),
                text(&profile.country_code, old.country_code),
                text(&profile.email, old.email)
            ],
        )
        .await?;
    Ok(old.id)
}

/// The deed of deleting a user's keys together with the user.
pub struct DeletingKeys;

impl Demanding for DeletingKeys {
    fn deeds(&self) -> Vec<Deed> {
        vec![Deed::DeleteKeys]
    }
}

/// Returns whether the user has permanent keys. A user who does not exist has none.
pub async fn has_keys(cx: &Cx, wanted: &UserRef) -> Result<bool, Fault> {
    let mut read = cx.engine.store.read().await?;
    let mut tx = read.tx();
    let Some(user) = find(&mut tx, &cx.account.id, wanted).await? else { return Ok(false) };
    let sql = "SELECT COUNT(*) FROM access_keys WHERE account_id = $1 AND user_id = $2 AND NOT ended";
    Ok(tx.number(sql, args![&cx.account.id, &user.id]).await? > 0)
}

/// Deletes a user with its attachments. Fails if the user has keys, unless there is a right to delete them too.
pub async fn delete(
    write: &mut Write<'_, '_>,
    wanted: &UserRef,
    keys_too: Option<&Right<DeletingKeys>>,
) -> Result<(), Fault> {
    let account = write.account().clone();
    let user = require(write.tx(), &account, wanted).await?;
    standing::require_own(write.cx, ManagedKind::User, user.id.as_str())?;
    let keys: Vec<(SecretId,)> = write
        .tx()
        .all(
            "SELECT secret_id FROM access_keys WHERE account_id = $1 AND user_id = $2 AND NOT ended",
            args![&account, &user.id],
        )
        .await?;
    if !keys.is_empty() && keys_too.is_none() {
        return Err(Fault::Refused(Refusal::UserHasKeys));
    }
    let mut gone = Changed::grants(&Holder::User(user.id.clone()));
    for (secret_id,) in keys {
        gone.join(Changed::only(Part::Key(secret_id)));
    }
    for sql in [
        "DELETE FROM access_keys WHERE account_id = $1 AND user_id = $2 AND NOT ended",
        "DELETE FROM attachments WHERE account_id = $1 AND holder_kind = 'user' AND holder_id = $2",
        "DELETE FROM protections WHERE account_id = $1 AND user_id = $2",
        "DELETE FROM factor_tokens WHERE account_id = $1 AND user_id = $2",
        "DELETE FROM users WHERE account_id = $1 AND id = $2",
    ] {
        write.execute_only(gone.clone(), sql, args![&account, &user.id]).await?;
    }
    write.ledger.users -= 1;
    Ok(())
}

/// Returns the user as this transaction sees it, or a fault when there is none.
pub(super) async fn require(tx: &mut Tx<'_>, account: &AccountId, wanted: &UserRef) -> Result<User, Fault> {
    find(tx, account, wanted).await?.required(Kind::User, &wanted.text())
}

/// Returns the user as this transaction sees it.
pub(super) async fn find(tx: &mut Tx<'_>, account: &AccountId, wanted: &UserRef) -> Result<Option<User>, Fault> {
    Ok(match wanted {
        UserRef::Id(id) => {
            let sql = "SELECT id, uid, name, remark, console_login, phone, country_code, email, created_at FROM users \
                       WHERE account_id = $1 AND id = $2";
            tx.optional(sql, args![account, id]).await?
        }
        UserRef::Uid(number) => {
            let sql = "SELECT id, uid, name, remark, console_login, phone, country_code, email, created_at FROM users \
                       WHERE account_id = $1 AND uid = $2";
            tx.optional(sql, args![account, *number]).await?
        }
        UserRef::Name(name) => {
            let sql = "SELECT id, uid, name, remark, console_login, phone, country_code, email, created_at FROM users \
                       WHERE account_id = $1 AND name = $2";
            tx.optional(sql, args![account, name]).await?
        }
    })
}
