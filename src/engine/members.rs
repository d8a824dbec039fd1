//! People of an account who are not its sub-users: receivers of messages, collaborators and colleagues.

use super::cx::{Cx, Write};
use super::fault::{Fault, Kind, Limit, Required};
use super::standing;
use super::users::{self, Profile, UserRef};
use super::view::Changed;
use crate::args;
use crate::env::Time;
use crate::store::{FromRow, Row};

/// The kinds of people of an account who are not its sub-users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberKind {
    /// Someone who only receives messages.
    Receiver,
    /// Another account that works in this one.
    Collaborator,
    /// Someone of the company's messenger.
    Colleague,
}

impl MemberKind {
    /// Every kind.
    pub const ALL: [MemberKind; 3] = [MemberKind::Receiver, MemberKind::Collaborator, MemberKind::Colleague];

    /// Returns the word that stands for the kind in the database and in the admin API.
    pub fn word(self) -> &'static str {
        match self {
            MemberKind::Receiver => "receiver",
            MemberKind::Collaborator => "collaborator",
            MemberKind::Colleague => "colleague",
        }
    }

    /// Returns the kind of a word.
    pub fn of(word: &str) -> Option<MemberKind> {
        MemberKind::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// A person of an account who is not a sub-user.
#[derive(Clone, Debug, FromRow)]
pub struct Member {
    /// The word of its kind; see [`MemberKind::word`].
    pub kind: String,
    /// Its id.
    pub id: String,
    /// Its second, shorter id.
    pub uid: i64,
    /// Its name, unique among those of its kind.
    pub name: String,
    /// Free text set by the account.
    pub remark: String,
    /// Telephone number.
    pub phone: String,
    /// Country code of the telephone number.
    pub country_code: String,
    /// E-mail address.
    pub email: String,
    /// Whether it may sign in to a console.
    pub console_login: bool,
    /// Its id outside the cloud, such as in the company's messenger; may be empty.
    pub outside_id: String,
    /// When it was created.
    pub created_at: Time,
}

/// The attributes of a new member.
#[derive(Clone, Debug)]
pub struct NewMember {
    /// Its kind.
    pub kind: MemberKind,
    /// Its id; drawn if it is `None`.
    pub id: Option<String>,
    /// Its name.
    pub name: String,
    /// Its other attributes.
    pub profile: Profile,
    /// Its id outside the cloud; may be empty.
    pub outside_id: String,
}

/// Adds a receiver of messages. The account's holder must be verified.
pub async fn create_receiver(write: &mut Write<'_, '_>, name: &str, profile: &Profile) -> Result<Member, Fault> {
    standing::require_verified(write.cx)?;
    let account = write.account().clone();
    if users::find(write.tx(), &account, &UserRef::Name(name.to_owned())).await?.is_some() {
        return Err(Fault::Exists(Kind::User, name.to_owned()));
    }
    let receivers = "SELECT COUNT(*) FROM members WHERE account_id = $1 AND kind = 'receiver'";
    let receivers = write.tx().number(receivers, args![&account]).await?;
    let quotas = write.quotas();
    if receivers >= quotas.receivers {
        return Err(Fault::Quota(Limit::Receivers, quotas.receivers.unsigned_abs()));
    }
    // A receiver counts among the identities of its account.
    if receivers + write.ledger.users >= quotas.users {
        return Err(Fault::Quota(Limit::Identities, quotas.users.unsigned_abs()));
    }
    let new = NewMember {
        kind: MemberKind::Receiver,
        id: None,
        name: name.to_owned(),
        profile: profile.clone(),
        outside_id: String::new(),
    };
    create(write, &new).await
}

/// Adds a member. Fails if its id or its name is taken.
pub async fn create(write: &mut Write<'_, '_>, new: &NewMember) -> Result<Member, Fault> {
    let account = write.account().clone();
    let (drawn, uid) = (write.cx.account.cloud.ids.user)(&write.cx.engine.env);
    let text = |part: &Option<String>| part.clone().unwrap_or_default();
    let member = Member {
        kind: new.kind.word().to_owned(),
        id: new.id.clone().unwrap_or(drawn),
        uid,
        name: new.name.clone(),
        remark: text(&new.profile.remark),
        phone: text(&new.profile.phone),
        country_code: text(&new.profile.country_code),
        email: text(&new.profile.email),
        console_login: new.profile.console_login.unwrap_or(false),
        outside_id: new.outside_id.clone(),
        created_at: write.cx.now,
    };
    let row = Row {
        insert: "INSERT INTO members (account_id, kind, id, uid, name, remark, phone, country_code, email, \
                 console_login, outside_id, created_at, seq)",
        values: args![
            &account,
            &member.kind,
            &member.id,
            member.uid,
            &member.name,
            &member.remark,
            &member.phone,
            &member.country_code,
            &member.email,
            member.console_login,
            &member.outside_id,
            member.created_at,
            write.ledger.generation
        ],
    };
    if write.insert(row).await? { Ok(member) } else { Err(Fault::Exists(Kind::Member, new.name.clone())) }
}

/// Returns the members of one kind, or of every kind, oldest first.
pub async fn list(cx: &Cx, kind: Option<MemberKind>) -> Result<Vec<Member>, Fault> {
    let mut read = cx.engine.store.read().await?;
    let members = read
        .tx()
        .all(
            "SELECT kind, id, uid, name, remark, phone, country_code, email, console_login, outside_id, created_at \
             FROM members WHERE account_id = $1 AND ($2 = '' OR kind = $2) ORDER BY seq, id",
            args![&cx.account.id, kind.map_or("", MemberKind::word)],
        )
        .await?;
    Ok(members)
}

/// Removes a member by its name. Fails if there is none.
pub async fn delete(write: &mut Write<'_, '_>, kind: MemberKind, name: &str) -> Result<(), Fault> {
    let account = write.account().clone();
    let sql = "SELECT id FROM members WHERE account_id = $1 AND kind = $2 AND name = $3";
    let row: Option<(String,)> = write.tx().optional(sql, args![&account, kind.word(), name]).await?;
    row.required(Kind::Member, name)?;
    let sql = "DELETE FROM members WHERE account_id = $1 AND kind = $2 AND name = $3";
    write.execute_only(Changed::NOTHING, sql, args![&account, kind.word(), name]).await
}
