//! Checks of the database as a whole: that the master key fits, and that rows can be read and written.

use super::fault::{Fault, Internal};
use crate::args;
use crate::env::Env;
use crate::secret::{Sealer, Secret};
use crate::store::Store;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::Mutex;

/// Checks of whether the store can be read and written. Only one runs at a time, and its result answers everyone who
/// asked before it began, so the cost does not grow with the number of those who ask.
#[derive(Default)]
pub(super) struct Proofs {
    /// The number of checks that were begun.
    begun: AtomicU64,
    /// The number of the last check, and whether it succeeded.
    last: Mutex<(u64, bool)>,
}

impl Proofs {
    /// Returns whether the store can be read and written.
    pub(super) async fn ask(&self, store: &Store) -> bool {
        let came = self.begun.load(Ordering::Acquire);
        let mut last = self.last.lock().await;
        if last.0 <= came {
            let number = self.begun.fetch_add(1, Ordering::AcqRel) + 1;
            let proof = prove(store).await;
            if let Err(error) = &proof {
                tracing::warn!(?error, "the store cannot be read and written");
            }
            *last = (number, proof.is_ok());
        }
        last.1
    }
}

/// Reads a row, then inserts one, deletes it and commits. This leaves nothing behind and increments no generation. Only
/// a commit shows that the disk is full, the database is read-only or the writer has stopped.
async fn prove(store: &Store) -> Result<(), Fault> {
    meta(store, MASTER_KEY).await?;
    store
        .write(
            None,
            |tx| {
                Box::pin(async move {
                    let sql = "INSERT INTO meta (name, value) VALUES ('ping', '') ON CONFLICT DO NOTHING";
                    tx.execute(sql, args![]).await?;
                    tx.execute("DELETE FROM meta WHERE name = 'ping'", args![]).await?;
                    Ok(())
                })
            },
            |()| (),
        )
        .await?
}

/// The name in `meta` of the text that is sealed with the master key.
pub(super) const MASTER_KEY: &str = "master key";

/// Checks that the database was sealed with this master key. The first start seals a text with it, and every later
/// start must be able to open that text. If several servers start at once on an empty database, one of them stores the
/// text and each of them opens the stored one.
pub(super) async fn check_master_key(store: &Store, env: &Env, sealer: &Sealer) -> Result<(), Fault> {
    if meta(store, MASTER_KEY).await?.is_none() {
        let sealed = sealer.seal(env, MASTER_KEY, &Secret::new("camulator".to_owned()))?;
        make_meta(store, MASTER_KEY, sealed).await?;
    }
    let sealed = meta(store, MASTER_KEY).await?.ok_or(Internal::MasterKey)?;
    sealer.open(MASTER_KEY, &sealed).map_err(|_| Internal::MasterKey)?;
    Ok(())
}

async fn meta(store: &Store, name: &str) -> Result<Option<String>, Fault> {
    let row: Option<(String,)> = store.glance("SELECT value FROM meta WHERE name = $1", args![name]).await?;
    Ok(row.map(|(value,)| value))
}

/// Inserts a row of `meta`, unless there is one with that name already.
async fn make_meta(store: &Store, name: &'static str, value: String) -> Result<(), Fault> {
    store
        .write(
            None,
            move |tx| {
                let value = value.clone();
                Box::pin(async move {
                    let sql = "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING";
                    tx.execute(sql, args![name, value]).await?;
                    Ok(())
                })
            },
            |()| (),
        )
        .await?
}
