//! The database as a whole: whether its secrets can be opened, and whether it takes writes.

use super::fault::{Fault, Internal};
use crate::args;
use crate::env::Env;
use crate::secret::{Sealer, Secret};
use crate::store::Store;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::Mutex;

/// Proofs that the store takes writes. One runs at a time, and counts for everybody who came before it began: asking
/// costs the writer the same however many ask.
#[derive(Default)]
pub(super) struct Proofs {
    begun: AtomicU64,
    /// The number of the last one, and whether it went well.
    last: Mutex<(u64, bool)>,
}

impl Proofs {
    /// Whether the store can be read and written.
    pub(super) async fn ask(&self, store: &Store) -> bool {
        let came = self.begun.load(Ordering::Acquire);
        let mut last = self.last.lock().await;
        if last.0 <= came {
            let number = self.begun.fetch_add(1, Ordering::AcqRel) + 1;
            let proof = prove(store).await;
            if let Err(error) = &proof {
                tracing::warn!(?error, "the store takes no writes");
            }
            *last = (number, proof.is_ok());
        }
        last.1
    }
}

/// Reads a row, then adds one, removes it and commits, which moves no generation and leaves nothing. A full disk, a
/// read-only database and a writer that is gone show only in a commit.
async fn prove(store: &Store) -> Result<(), Fault> {
    meta(store, MASTER_KEY).await?;
    store
        .write(
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

/// What the first start seals with the master key, and its name in `meta`.
pub(super) const MASTER_KEY: &str = "master key";

/// The first start seals a mark with the master key; every later one must be able to open it. Of several that start at
/// once on an empty database one makes the mark, and every one of them opens what is there then.
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

/// Keeps what is there already.
async fn make_meta(store: &Store, name: &'static str, value: String) -> Result<(), Fault> {
    store
        .write(
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
