//! Numbers for the ids that a cloud counts across all its accounts, such as those of roles.
//!
//! A server reserves a block of numbers in the database and gives them out from memory, so that a write costs no
//! statement more. A number is given out once and never again; a restart leaves a gap. The numbers of one server grow.

use super::fault::{Fault, Internal};
use super::ids::Number;
use crate::args;
use crate::store::Store;
use std::collections::HashMap;
use std::ops::Range;
use tokio::sync::Mutex;

/// The numbers that one message to the database reserves.
const BLOCK: i64 = 1000;

/// The numbers that this server has reserved, by cloud.
#[derive(Default)]
pub(super) struct Counters(Mutex<HashMap<&'static str, Range<i64>>>);

impl Counters {
    /// Returns the next number of a cloud.
    pub(super) async fn next(&self, store: &Store, cloud: &'static str) -> Result<Number, Fault> {
        let mut reserved = self.0.lock().await;
        let block = reserved.entry(cloud).or_default();
        if block.is_empty() {
            let last = reserve(store, cloud).await?;
            *block = last - BLOCK + 1..last + 1;
        }
        block.next().map(Number).ok_or_else(|| Internal::Bug("a block of numbers is empty").into())
    }
}

/// Reserves the next `$2` numbers of the cloud `$1`, and returns the last of them.
pub(super) const RESERVE: &str = "INSERT INTO counters (cloud, reserved) VALUES ($1, $2) \
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
