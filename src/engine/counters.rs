//! Numbers for the ids that a cloud counts across all its accounts, such as those of roles.
//!
//! A server reserves a block of numbers in the database and gives them out from memory, so that a write costs no
//! statement more. A number is given out once and never again; a restart leaves a gap. The numbers of one server grow.

use super::Engine;
use super::cloud::Cloud;
use super::cx::{Cx, Write};
use super::fault::{Fault, Internal};
use super::view::Changed;
use crate::args;
use crate::store::Store;
use std::collections::HashMap;
use std::ops::Range;
use tokio::sync::Mutex;

/// The numbers that one message to the database reserves.
const BLOCK: i64 = 1000;

/// A number that nothing else of its cloud has.
#[derive(Clone, Copy, Debug)]
pub struct Number(i64);

impl Number {
    /// Returns the number, which is at least 1.
    pub fn value(self) -> u64 {
        u64::try_from(self.0).unwrap_or(0)
    }
}

/// The numbers that this server has reserved, by cloud.
#[derive(Default)]
pub(super) struct Counters(Mutex<HashMap<&'static str, Range<i64>>>);

impl Counters {
    async fn next(&self, store: &Store, cloud: &'static Cloud) -> Result<Number, Fault> {
        let mut reserved = self.0.lock().await;
        let block = reserved.entry(cloud.name).or_default();
        if block.is_empty() {
            let last = reserve(store, cloud.name).await?;
            *block = last - BLOCK + 1..last + 1;
        }
        block.next().map(Number).ok_or_else(|| Internal::Bug("a block of numbers is empty").into())
    }
}

impl Cx {
    /// Returns a new number of the account's cloud.
    pub async fn number(&self) -> Result<Number, Fault> {
        let Engine { counters, store, .. } = &*self.engine;
        counters.next(store, self.account.cloud).await
    }
}

const RESERVE: &str = "INSERT INTO counters (cloud, reserved) VALUES ($1, $2) \
                       ON CONFLICT (cloud) DO UPDATE SET reserved = counters.reserved + $2 RETURNING reserved";

/// Reserves a block, and returns its last number.
async fn reserve(store: &Store, cloud: &'static str) -> Result<i64, Fault> {
    let reserved = store
        .write(
            None,
            move |tx| {
                Box::pin(async move {
                    let row: Option<(i64,)> = tx.returning(RESERVE, args![cloud, BLOCK]).await?;
                    row.ok_or(Fault::Internal(Internal::Bug("a counter has no row")))
                })
            },
            |_: &(i64,)| (),
        )
        .await?;
    reserved.map(|(last,)| last)
}

/// Reserves one number within a write, which cannot wait for another one. Only for a write whose first number turned
/// out to be taken, by an id that was not counted.
pub(super) async fn another(write: &mut Write<'_, '_>) -> Result<Number, Fault> {
    let arguments = args![write.cx.account.cloud.name, 1];
    let row: Option<(i64,)> = write.returning_only(Changed::NOTHING, RESERVE, arguments).await?;
    row.map(|(last,)| Number(last)).ok_or_else(|| Internal::Bug("a counter has no row").into())
}
