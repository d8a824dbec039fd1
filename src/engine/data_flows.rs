//! Accounts of databases and the like, whose passwords are lent to callers and change from period to period.

use super::cx::{self, Cx};
use super::fault::{Fault, Kind, Refusal, Required};
use super::view::Changed;
use crate::args;
use crate::env::Time;
use crate::secret::Secret;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// An account of a resource.
#[derive(Clone, Debug)]
pub struct DataFlow {
    /// The resource's id.
    pub resource: String,
    /// Its region.
    pub region: String,
    /// The account of the resource.
    pub account: String,
}

/// How long a password is good, in seconds.
pub const PERIOD: i64 = 43_200;

/// A password that is lent.
pub struct Lent {
    /// The password.
    pub password: String,
    /// When the period began.
    pub since: Time,
    /// When the next one begins.
    pub until: Time,
}

/// Opens or closes an account of a resource to callers, and draws its secret unless it is to have none.
pub async fn set(cx: Cx, flow: DataFlow, open: bool, has_secret: bool) -> Result<(), Fault> {
    let sealed = if has_secret {
        let drawn = Secret::new(cx.engine.env.alphanumeric(32));
        cx.engine.sealer.seal(&cx.engine.env, &owner(&cx, &flow), &drawn)?
    } else {
        String::new()
    };
    cx::write(cx, move |write| {
        let (flow, sealed) = (flow.clone(), sealed.clone());
        Box::pin(async move {
            let (account, now) = (write.account().clone(), write.cx.now);
            let sql = "INSERT INTO data_flows (account_id, resource_id, region, resource_account, is_open, sealed, \
                       created_at) VALUES ($1, $2, $3, $4, $5, $6, $7) \
                       ON CONFLICT (account_id, resource_id, region, resource_account) \
                       DO UPDATE SET is_open = excluded.is_open, sealed = excluded.sealed";
            let arguments = args![&account, &flow.resource, &flow.region, &flow.account, open, sealed, now];
            write.execute_only(Changed::NOTHING, sql, arguments).await
        })
    })
    .await
}

/// Lends the password of an account of a resource, by the account's clock.
pub async fn lend(cx: &Cx, flow: &DataFlow) -> Result<Lent, Fault> {
    let mut read = cx.engine.store.read().await?;
    let sql = "SELECT is_open, sealed FROM data_flows WHERE account_id = $1 AND resource_id = $2 AND region = $3 \
               AND resource_account = $4";
    let row: Option<(bool, String)> =
        read.tx().optional(sql, args![&cx.account.id, &flow.resource, &flow.region, &flow.account]).await?;
    let (open, sealed) = row.required(Kind::DataFlow, &flow.resource)?;
    if !open {
        return Err(Fault::Refused(Refusal::FlowClosed));
    }
    if sealed.is_empty() {
        return Err(Fault::Refused(Refusal::FlowWithoutSecret));
    }
    let secret = cx.engine.sealer.open(&owner(cx, flow), &sealed)?;
    let period = cx.now.seconds().div_euclid(PERIOD);
    let since = Time::from_seconds(period * PERIOD);
    Ok(Lent { password: password(&secret, period), since, until: since.plus_seconds(PERIOD) })
}

/// Returns the password of a period.
fn password(secret: &Secret, period: i64) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()) else { return String::new() };
    mac.update(&period.to_be_bytes());
    hex::encode(mac.finalize().into_bytes())
}

/// Returns the name that a secret is sealed for.
fn owner(cx: &Cx, flow: &DataFlow) -> String {
    format!("data flow of {} {} {} {}", cx.account.id, flow.region, flow.resource, flow.account)
}
