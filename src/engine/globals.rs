//! The globals: the state that all accounts depend on, which is the server's clock and the stored stubs.
//!
//! The globals have a generation of their own. Where several servers share a database, each request reads this
//! generation together with the account's, so a change made on one server applies to the next request on every other.

use super::clock::Clock;
use super::fault::{Fault, Internal};
use crate::args;
use crate::store::{BoxFuture, Store, Tx, WriteTx};
use std::sync::{Arc, PoisonError, RwLock};

/// The globals as of one generation.
#[derive(Clone, Debug)]
pub struct Globals {
    /// Incremented by every change.
    pub generation: i64,
    /// The server's clock, for accounts without a clock of their own.
    pub clock: Clock,
    /// The stored stubs, ordered by service and action.
    pub stubs: Vec<StubText>,
}

/// A stored stub, as text that only the dialect reads.
#[derive(Clone, Debug, PartialEq, Eq, crate::store::FromRow)]
pub struct StubText {
    /// The service of its action.
    pub service: String,
    /// The action that it stands in for.
    pub action: String,
    /// Its text; [`REMOVED`](super::stubs::REMOVED) for a built-in stub that was deleted.
    pub body: String,
}

/// The globals as this process last read them.
pub(super) struct Known(RwLock<Arc<Globals>>);

impl Known {
    pub(super) fn new(globals: Globals) -> Known {
        Known(RwLock::new(Arc::new(globals)))
    }

    pub(super) fn get(&self) -> Arc<Globals> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn generation(&self) -> i64 {
        self.0.read().unwrap_or_else(PoisonError::into_inner).generation
    }

    pub(super) fn publish(&self, loaded: Globals) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.generation < loaded.generation {
            *known = Arc::new(loaded);
        }
    }
}

/// Reads the globals.
pub(super) async fn load(tx: &mut Tx<'_>) -> Result<Globals, Fault> {
    let generation = tx.number("SELECT generation FROM globals WHERE id = 1", args![]).await?;
    let clock: Option<(String,)> = tx.optional("SELECT value FROM meta WHERE name = 'clock'", args![]).await?;
    let clock = match clock {
        None => Clock::Real,
        Some((text,)) => text
            .split_once(' ')
            .and_then(|(mode, at)| Clock::restored(mode, at.parse().ok()?))
            .ok_or_else(|| Internal::Unreadable { what: "the server's clock".to_owned(), why: text })?,
    };
    let stubs = tx.all("SELECT service, action, body FROM stubs ORDER BY service, action", args![]).await?;
    Ok(Globals { generation, clock, stubs })
}

/// Changes the globals in one transaction and returns the result of `work`. No other change of them can overlap it: the
/// generation is incremented first, which locks its row.
pub(super) async fn change<T, W>(store: &Store, known: &Arc<Known>, work: W) -> Result<T, Fault>
where
    T: Send + 'static,
    W: for<'t> Fn(&'t mut WriteTx<'_>) -> BoxFuture<'t, Result<T, Fault>> + Send + Sync + 'static,
{
    let watcher = known.clone();
    let work = Arc::new(work);
    store
        .write(
            None,
            move |tx| {
                let work = work.clone();
                Box::pin(async move {
                    tx.execute("UPDATE globals SET generation = generation + 1 WHERE id = 1", args![]).await?;
                    let value = work(tx).await?;
                    Ok((value, load(tx).await?))
                })
            },
            move |(_, changed): &(T, Globals)| watcher.publish(changed.clone()),
        )
        .await?
        .map(|(value, _)| value)
}

/// Sets the server's clock, which every account without its own follows.
pub(super) async fn set_clock(store: &Store, known: &Arc<Known>, clock: Clock) -> Result<(), Fault> {
    let (mode, at) = clock.stored();
    let value = format!("{mode} {at}");
    change(store, known, move |tx| {
        let arguments = args![&value];
        Box::pin(async move {
            let sql = "INSERT INTO meta (name, value) VALUES ('clock', $1) \
                       ON CONFLICT (name) DO UPDATE SET value = excluded.value";
            tx.execute(sql, arguments).await?;
            Ok(())
        })
    })
    .await
}
