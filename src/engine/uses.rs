//! When permanent keys were last used.
//!
//! Every request uses a key, so a use costs no statement: it is noted in memory, once per second and key, and all that
//! was noted is written every few seconds. A crash loses what was not written. Writing it neither locks the account nor
//! increments its generation, because it changes nobody's rights.

use super::fault::Fault;
use super::ids::{AccountId, SecretId};
use super::model::Key;
use crate::args;
use crate::env::Time;
use crate::store::Store;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The uses that were not written yet. In order of keys, so that two servers lock rows in the same order.
#[derive(Default)]
pub(super) struct Uses(Mutex<BTreeMap<SecretId, (AccountId, Time)>>);

/// The most keys that one transaction writes, so that other writes do not wait for long.
const WRITTEN: usize = 500;

impl Uses {
    /// Notes that a key has signed a request.
    pub(super) fn note(&self, key: &Key, now: Time) {
        if key.is_news(now.seconds()) {
            self.lock().insert(key.secret_id.clone(), (key.account.clone(), now));
        }
    }

    /// Returns the last use of a key that was not written yet.
    pub(super) fn of(&self, key: &SecretId) -> Option<Time> {
        self.lock().get(key).map(|(_, at)| *at)
    }

    /// Writes what was noted. What cannot be written stays noted.
    pub(super) async fn write(&self, store: &Store) -> Result<(), Fault> {
        let noted: Vec<(SecretId, (AccountId, Time))> =
            self.lock().iter().map(|(key, noted)| (key.clone(), noted.clone())).collect();
        for some in noted.chunks(WRITTEN) {
            let some: Arc<[(SecretId, (AccountId, Time))]> = some.into();
            let written = some.clone();
            let write = store.write(
                None,
                move |tx| {
                    let some = some.clone();
                    Box::pin(async move {
                        for (key, (account, at)) in some.iter() {
                            let sql = "UPDATE access_keys SET used_at = $3 WHERE account_id = $1 AND secret_id = $2";
                            tx.execute(sql, args![account, key, *at]).await?;
                        }
                        Ok::<(), Fault>(())
                    })
                },
                |()| (),
            );
            write.await??;
            // A later use that was noted meanwhile stays.
            let mut noted = self.lock();
            for (key, what) in written.iter() {
                if noted.get(key) == Some(what) {
                    noted.remove(key);
                }
            }
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<SecretId, (AccountId, Time)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
