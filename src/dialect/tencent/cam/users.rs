//! Sub-users: AddUser, GetUser, UpdateUser, DeleteUser, ListUsers.
//!
//! There is no console to sign in to: a password is kept only to tell whether one is used again.

use super::Done;
use crate::dialect::decode::even_empty;
use crate::dialect::tencent::params::{Contact, Flag, Name, Password, Remark, UserName};
use crate::dialect::tencent::shown::{country_code, integer, local_time};
use crate::engine::authorize::{Authorized, Right};
use crate::engine::cx::{Cx, Write};
use crate::engine::fault::{Fault, Refusal};
use crate::engine::keys::{self, NewKey};
use crate::engine::members::Member;
use crate::engine::passwords;
use crate::engine::users::{self, DeletingKeys, Profile, User, UserRef};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AddUser {
    name: UserName,
    remark: Option<Remark>,
    console_login: Option<Flag>,
    use_api: Option<Flag>,
    password: Option<Password>,
    #[serde(rename = "NeedResetPassword")]
    _need_reset_password: Option<Flag>,
    phone_num: Option<Contact>,
    country_code: Option<Contact>,
    email: Option<Contact>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AddedUser {
    uin: u64,
    name: String,
    password: String,
    secret_id: String,
    secret_key: String,
    uid: i64,
    phone_num_verify_link: String,
}

/// Demands the right to create a key when `UseApi` asks for one.
pub async fn reads(cx: &Cx, input: Authorized<AddUser>) -> Result<(Authorized<AddUser>, Option<Right<NewKey>>), Fault> {
    check_password(input.password.as_deref())?;
    let key = match input.use_api {
        Some(Flag(true)) => Some(input.demand(cx, NewKey::default()).await?),
        Some(Flag(false)) | None => None,
    };
    Ok((input, key))
}

pub async fn add(
    write: &mut Write<'_, '_>,
    (input, key): &(Authorized<AddUser>, Option<Right<NewKey>>),
) -> Result<AddedUser, Fault> {
    let console_login = input.console_login.is_some_and(|flag| flag.0);
    let profile = Profile {
        remark: input.remark.as_deref().map(str::to_owned),
        console_login: Some(console_login),
        phone: input.phone_num.as_deref().map(str::to_owned),
        country_code: input.country_code.as_deref().map(str::to_owned),
        email: input.email.as_deref().map(str::to_owned),
    };
    if key.is_some() && console_login && write.cx.account.standing.guarded {
        return Err(Fault::Refused(Refusal::Risky));
    }
    let user = users::create(write, &input.name, &profile).await?;
    let (secret_id, secret_key) = match key {
        Some(new) => {
            let (key, secret) = keys::create(write, Some(&user.id), new).await?;
            (key.secret_id.to_string(), secret.expose().to_owned())
        }
        None => Default::default(),
    };
    let password = match (&input.password, console_login) {
        (Some(password), _) => password.to_string(),
        // Of every kind, and as long as a password may be, so that it keeps any rule.
        (None, true) => write.cx.engine.env.alphanumeric(28) + "aA1!",
        (None, false) => String::new(),
    };
    if !password.is_empty() {
        passwords::set(write, &user.id, &password).await?;
    }
    Ok(AddedUser {
        uin: integer(user.id.as_str()),
        name: user.name,
        // Whoever gave a password knows it.
        password: if input.password.is_some() { String::new() } else { password },
        secret_id,
        secret_key,
        uid: user.uid,
        phone_num_verify_link: String::new(),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct GetUser {
    name: Name,
}

#[derive(Serialize)]
pub struct ShownUser {
    #[serde(rename = "Uin")]
    uin: u64,
    #[serde(rename = "Name")]
    name: String,
    #[serde(rename = "Uid")]
    uid: i64,
    #[serde(rename = "Remark")]
    remark: String,
    #[serde(rename = "ConsoleLogin")]
    console_login: u64,
    #[serde(rename = "PhoneNum")]
    phone_num: String,
    #[serde(rename = "CountryCode")]
    country_code: String,
    #[serde(rename = "Email")]
    email: String,
    #[serde(rename = "RecentlyLoginIP")]
    recently_login_ip: String,
    #[serde(rename = "RecentlyLoginTime")]
    recently_login_time: String,
}

pub async fn get(cx: &Cx, input: Authorized<GetUser>) -> Result<ShownUser, Fault> {
    // Nobody can sign in to a console, so the last sign-in is always empty.
    let user = users::get(cx, &UserRef::Name(input.name.to_string())).await?;
    Ok(ShownUser {
        uin: integer(user.id.as_str()),
        name: user.name,
        uid: user.uid,
        remark: user.remark,
        console_login: u64::from(user.console_login),
        phone_num: user.phone,
        country_code: country_code(user.country_code),
        email: user.email,
        recently_login_ip: String::new(),
        recently_login_time: String::new(),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct UpdateUser {
    name: Name,
    #[serde(default, deserialize_with = "even_empty")]
    remark: Option<Remark>,
    console_login: Option<Flag>,
    password: Option<Password>,
    #[serde(rename = "NeedResetPassword")]
    _need_reset_password: Option<Flag>,
    #[serde(default, deserialize_with = "even_empty")]
    phone_num: Option<Contact>,
    country_code: Option<Contact>,
    #[serde(default, deserialize_with = "even_empty")]
    email: Option<Contact>,
}

pub async fn update(write: &mut Write<'_, '_>, input: &Authorized<UpdateUser>) -> Result<Done, Fault> {
    check_password(input.password.as_deref())?;
    let profile = Profile {
        remark: input.remark.as_deref().map(str::to_owned),
        console_login: input.console_login.map(|flag| flag.0),
        phone: input.phone_num.as_deref().map(str::to_owned),
        country_code: input.country_code.as_deref().map(str::to_owned),
        email: input.email.as_deref().map(str::to_owned),
    };
    let user = users::update(write, &UserRef::Name(input.name.to_string()), &profile).await?;
    if let Some(password) = input.password.as_deref().filter(|password| !password.is_empty()) {
        passwords::set(write, &user, password).await?;
    }
    Ok(Done {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DeleteUser {
    name: Name,
    force: Option<Flag>,
}

/// Demands the permission to delete keys when there are some to be deleted.
pub async fn reads_doomed(
    cx: &Cx,
    input: Authorized<DeleteUser>,
) -> Result<(UserRef, Option<Right<DeletingKeys>>), Fault> {
    let user = UserRef::Name(input.name.to_string());
    let is_forced = input.force.is_some_and(|flag| flag.0);
    let right = match is_forced && users::has_keys(cx, &user).await? {
        true => Some(input.demand(cx, DeletingKeys).await?),
        false => None,
    };
    Ok((user, right))
}

pub async fn delete(
    write: &mut Write<'_, '_>,
    (user, keys_too): &(UserRef, Option<Right<DeletingKeys>>),
) -> Result<Done, Fault> {
    users::delete(write, user, keys_too.as_ref()).await?;
    Ok(Done {})
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListUsers {}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListedUsers {
    data: Vec<SubAccountInfo>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct SubAccountInfo {
    uin: u64,
    name: String,
    uid: i64,
    remark: String,
    console_login: u64,
    phone_num: String,
    country_code: String,
    email: String,
    create_time: String,
    nick_name: String,
}

impl SubAccountInfo {
    /// Shows a person who is not a sub-user.
    pub fn of_member(member: Member) -> SubAccountInfo {
        SubAccountInfo {
            uin: integer(&member.id),
            create_time: local_time(member.created_at),
            nick_name: member.name.clone(),
            name: member.name,
            uid: member.uid,
            remark: member.remark,
            console_login: u64::from(member.console_login),
            phone_num: member.phone,
            country_code: member.country_code,
            email: member.email,
        }
    }
}

pub async fn list(cx: &Cx, _: Authorized<ListUsers>) -> Result<ListedUsers, Fault> {
    let shown = |user: User| SubAccountInfo {
        uin: integer(user.id.as_str()),
        create_time: local_time(user.created_at),
        nick_name: user.name.clone(),
        name: user.name,
        uid: user.uid,
        remark: user.remark,
        console_login: u64::from(user.console_login),
        phone_num: user.phone,
        country_code: country_code(user.country_code),
        email: user.email,
    };
    Ok(ListedUsers { data: users::list(cx).await?.into_iter().map(shown).collect() })
}

/// Checks the default password rules: 8 to 32 characters, of at least three kinds.
fn check_password(password: Option<&str>) -> Result<(), Fault> {
    let Some(password) = password else { return Ok(()) };
    let kinds: [fn(char) -> bool; 4] = [
        |letter| letter.is_ascii_lowercase(),
        |letter| letter.is_ascii_uppercase(),
        |letter| letter.is_ascii_digit(),
        |letter| letter.is_ascii_punctuation(),
    ];
    let used = kinds.iter().filter(|kind| password.chars().any(kind)).count();
    if (8..=32).contains(&password.chars().count()) && used >= 3 {
        return Ok(());
    }
    Err(Fault::illegal(
        "Password",
        "8 to 32 characters, of at least three kinds out of lower case, upper case, digits and punctuation",
    ))
}
