//! How the sign-in and the risky actions of an identity are protected: its checks, and the device that shows its codes.

use super::cx::{self, Cx, Write};
use super::fault::{Fault, Kind, Refusal};
use super::ids::{AccountId, UserId};
use super::model::Identity;
use super::users::{self, UserRef};
use super::view::Changed;
use super::{standing, totp};
use crate::args;
use crate::env::Env;
use crate::secret::Secret;
use crate::store::Tx;

/// What is asked of an identity before it may sign in or do something risky.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checks {
    /// A code that is sent to its telephone.
    pub phone: bool,
    /// A code that its device shows.
    pub device: bool,
    /// A confirmation in its messenger.
    pub chat: bool,
}

impl Checks {
    fn bits(self) -> i64 {
        i64::from(self.phone) + 2 * i64::from(self.device) + 4 * i64::from(self.chat)
    }

    fn of(bits: i64) -> Checks {
        Checks { phone: bits & 1 != 0, device: bits & 2 != 0, chat: bits & 4 != 0 }
    }

    fn is_none(self) -> bool {
        self == Checks::default()
    }
}

/// How an identity is protected.
#[derive(Clone, Debug, Default)]
pub struct Protection {
    /// Asked at sign-in.
    pub sign_in: Checks,
    /// Asked before risky actions.
    pub actions: Checks,
    /// Whether a messenger is bound.
    pub chat_bound: bool,
    /// The sealed seed of its device; empty if no device is bound.
    seed: String,
}

impl Protection {
    /// Returns whether a device is bound.
    pub fn has_device(&self) -> bool {
        !self.seed.is_empty()
    }
}

/// What is bound to an identity. `None` leaves it unchanged.
#[derive(Clone, Debug, Default)]
pub struct Bindings {
    /// Whether a messenger is bound.
    pub chat: Option<bool>,
    /// The seed of a device in base32; an inner `None` takes the device away.
    pub device: Option<Option<String>>,
}

/// Returns the user whose identity a caller acts with: `None` for the root. Fails for a role, which nobody signs in as.
pub fn user_of(identity: &Identity) -> Result<Option<UserId>, Fault> {
    match identity {
        Identity::Root | Identity::Federated { user: None, .. } => Ok(None),
        Identity::User(id) | Identity::Federated { user: Some(id), .. } => Ok(Some(id.clone())),
        Identity::Role { id, .. } => Err(Fault::NotFound(Kind::User, id.to_string())),
        Identity::Anonymous => Err(Fault::NotFound(Kind::User, String::new())),
    }
}

/// Returns how a user, or the root, is protected. Fails if the user does not exist.
pub async fn get(cx: &Cx, user: Option<&UserId>) -> Result<Protection, Fault> {
    let mut read = cx.engine.store.read().await?;
    let mut tx = read.tx();
    check(&mut tx, &cx.account.id, user).await?;
    load(&mut tx, &cx.account.id, user).await
}

/// Sets the checks of a user or the root. `None` leaves them unchanged. What a check needs must be there.
pub async fn set_checks(
    write: &mut Write<'_, '_>,
    user: Option<&UserId>,
    sign_in: Option<Checks>,
    actions: Option<Checks>,
) -> Result<(), Fault> {
    let account = write.account().clone();
    let has_phone = match user {
        Some(id) => !users::require(write.tx(), &account, &UserRef::Id(id.clone())).await?.phone.is_empty(),
        // Whoever verified the root's identity has its telephone number.
        None => standing::require_verified(write.cx).map(|()| true)?,
    };
    let mut protection = load(write.tx(), &account, user).await?;
    for wanted in [sign_in, actions].into_iter().flatten() {
        let refusal = match wanted {
            Checks { phone: true, .. } if !has_phone => Refusal::NoPhone,
            Checks { chat: true, .. } if !protection.chat_bound => Refusal::NoChat,
            none if none.is_none() && write.cx.account.standing.requires_second_factor => Refusal::FactorRequired,
            _ => continue,
        };
        return Err(Fault::Refused(refusal));
    }
    protection.sign_in = sign_in.unwrap_or(protection.sign_in);
    protection.actions = actions.unwrap_or(protection.actions);
    store(write, user, &protection).await
}

/// Binds a messenger or a device to a user or the root, or takes them away, for the admin API. Returns false if the seed is
/// not one.
pub async fn bind(cx: Cx, user: Option<UserId>, bindings: Bindings) -> Result<bool, Fault> {
    if let Some(Some(seed)) = &bindings.device
        && totp::read(seed).is_none()
    {
        return Ok(false);
    }
    cx::write(cx, move |write| {
        let (user, bindings) = (user.clone(), bindings.clone());
        Box::pin(async move {
            let (user, account) = (user.as_ref(), write.account().clone());
            check(write.tx(), &account, user).await?;
            let mut protection = load(write.tx(), &account, user).await?;
            protection.chat_bound = bindings.chat.unwrap_or(protection.chat_bound);
            if !protection.chat_bound {
                (protection.sign_in.chat, protection.actions.chat) = (false, false);
            }
            match bindings.device {
                None => {}
                Some(None) => {
                    protection.seed = String::new();
                    (protection.sign_in.device, protection.actions.device) = (false, false);
                }
                Some(Some(seed)) => {
                    let engine = &write.cx.engine;
                    protection.seed = engine.sealer.seal(&engine.env, &owner_of(&account, user), &Secret::new(seed))?;
                }
            }
            store(write, user, &protection).await?;
            Ok(true)
        })
    })
    .await
}

/// Draws the seed of a new device, in base32.
pub fn draw_seed(env: &Env) -> String {
    totp::write(&env.bytes())
}

/// Checks a code of the caller's device, by the account's clock.
pub async fn check_code(cx: &Cx, code: &str) -> Result<(), Fault> {
    let wrong = || Fault::Refused(Refusal::WrongCode);
    let user = user_of(&cx.caller.identity).map_err(|_| wrong())?;
    let mut read = cx.engine.store.read().await?;
    let sealed = load(&mut read.tx(), &cx.account.id, user.as_ref()).await?.seed;
    if sealed.is_empty() {
        return Err(wrong());
    }
    let seed = cx.engine.sealer.open(&owner_of(&cx.account.id, user.as_ref()), &sealed)?;
    let seed = totp::read(seed.expose()).ok_or_else(wrong)?;
    if totp::is_code(&seed, cx.now, code) { Ok(()) } else { Err(wrong()) }
}

/// Returns the name that a seed is sealed for.
fn owner_of(account: &AccountId, user: Option<&UserId>) -> String {
    format!("device of {account} {}", user.map_or("", UserId::as_str))
}

/// Fails if the user does not exist; the root always does.
pub(super) async fn check(tx: &mut Tx<'_>, account: &AccountId, user: Option<&UserId>) -> Result<(), Fault> {
    match user {
        Some(user) => users::require(tx, account, &UserRef::Id(user.clone())).await.map(|_| ()),
        None => Ok(()),
    }
}

async fn load(tx: &mut Tx<'_>, account: &AccountId, user: Option<&UserId>) -> Result<Protection, Fault> {
    let sql = "SELECT sign_in, actions, chat_bound, seed FROM protections WHERE account_id = $1 AND user_id = $2";
    let row: Option<(i64, i64, bool, String)> =
        tx.optional(sql, args![account, user.map_or("", UserId::as_str)]).await?;
    Ok(row.map_or_else(Protection::default, |(sign_in, actions, chat_bound, seed)| Protection {
        sign_in: Checks::of(sign_in),
        actions: Checks::of(actions),
        chat_bound,
        seed,
    }))
}

async fn store(write: &mut Write<'_, '_>, user: Option<&UserId>, protection: &Protection) -> Result<(), Fault> {
    let account = write.account().clone();
    let sql = "INSERT INTO protections (account_id, user_id, sign_in, actions, chat_bound, seed) \
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (account_id, user_id) DO UPDATE SET \
               sign_in = excluded.sign_in, actions = excluded.actions, chat_bound = excluded.chat_bound, \
               seed = excluded.seed";
    let arguments = args![
        &account,
        user.map_or("", UserId::as_str),
        protection.sign_in.bits(),
        protection.actions.bits(),
        protection.chat_bound,
        &protection.seed
    ];
    write.execute_only(Changed::NOTHING, sql, arguments).await
}
