//! When permanent keys were last used.
//!
//! Every request uses a key, so a use costs no statement: it is noted in memory, once per second and key, and all that
//! was noted is written every few seconds. A crash loses what was not written. Writing it neither locks the account nor
//! increments its generation, because it changes nobody's rights.

use super::Engine;
use super::cx::Cx;
use super::fault::{Fault, Kind, Required};
use super::ids::{AccountId, SecretId};
use super::model::{Account, Key, Owner};
use crate::args;
use crate::env::Time;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The uses that were not written yet. In order of keys, so that two servers lock rows in the same order.
#[derive(Default)]
pub(super) struct Uses(Mutex<BTreeMap<SecretId, (AccountId, Time)>>);

impl Uses {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<SecretId, (AccountId, Time)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The most keys that one transaction writes, so that other writes do not wait for long.
const WRITTEN: usize = 500;

impl Engine {
    /// Notes that a key has signed a request.
    pub fn note_use(&self, account: &Account, key: &Key) {
        if let Owner::Root | Owner::User(_) = key.owner {
            let now = self.now(account);
            if key.is_news(now.seconds()) {
                self.uses.lock().insert(key.secret_id.clone(), (account.id.clone(), now));
            }
        }
    }

    /// Writes the uses that were noted. What cannot be written stays noted.
    pub async fn write_uses(&self) -> Result<(), Fault> {
        let noted: Vec<(SecretId, (AccountId, Time))> =
            self.uses.lock().iter().map(|(key, noted)| (key.clone(), noted.clone())).collect();
        for some in noted.chunks(WRITTEN) {
            let some: Arc<[(SecretId, (AccountId, Time))]> = some.into();
            let written = some.clone();
            self.store
                .write(
                    None,
                    move |tx| {
                        let some = some.clone();
                        Box::pin(async move {
                            for (key, (account, at)) in some.iter() {
                                let sql =
                                    "UPDATE access_keys SET used_at = $3 WHERE account_id = $1 AND secret_id = $2";
                                tx.execute(sql, args![account, key, *at]).await?;
                            }
                            Ok::<(), Fault>(())
                        })
                    },
                    |()| (),
                )
                .await??;
            // A later use that was noted meanwhile stays.
            let mut noted = self.uses.lock();
            for (key, what) in written.iter() {
                if noted.get(key) == Some(what) {
                    noted.remove(key);
                }
            }
        }
        Ok(())
    }
}

/// Returns when each of these keys was last used, in their order; `None` for one that never was. Fails if one of them is
/// not a permanent key of the account.
pub async fn last(cx: &Cx, keys: &[SecretId]) -> Result<Vec<Option<Time>>, Fault> {
    let mut read = cx.engine.store.read().await?;
    let mut tx = read.tx();
    let mut found = Vec::new();
    for key in keys {
        let sql = "SELECT used_at FROM access_keys WHERE account_id = $1 AND secret_id = $2 AND NOT ended";
        let row: Option<(Time,)> = tx.optional(sql, args![&cx.account.id, key]).await?;
        let (written,) = row.required(Kind::Key, key.as_str())?;
        let noted = cx.engine.uses.lock().get(key).map(|(_, at)| *at);
        found.push(noted.or(Some(written).filter(|at| at.0 != 0)));
    }
    Ok(found)
}
