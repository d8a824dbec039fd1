//! Holds up every write of a server, so that a test decides which requests run at the same time.

use super::{Raw, Test};
use camulator::engine::fault::Fault;
use camulator::store::Location;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// While this is held, writes wait for the writer, or for the rows of their accounts. In memory nothing is held up,
/// because reads would wait as well and so never see the state between two writes.
pub enum Hold {
    Nothing,
    Writer { t: Test, gate: JoinHandle<()>, open: Arc<Notify> },
    Rows(Raw),
}

impl Hold {
    /// Locks the rows of all accounts, as another server on the same PostgreSQL database does.
    pub async fn rows(t: &Test) -> Hold {
        let mut raw = t.raw_connection().await;
        raw.run("BEGIN; SELECT id FROM accounts FOR UPDATE").await;
        Hold::Rows(raw)
    }

    /// Holds up this server's writer.
    pub async fn of(t: &Test) -> Hold {
        if matches!(t.location, Location::Memory) {
            return Hold::Nothing;
        }
        let (entered, open) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (store, entering, opened) = (t.app.engine.store.clone(), entered.clone(), open.clone());
        let gate = tokio::spawn(async move {
            let held = store.write(
                None,
                move |_| {
                    let (entering, opened) = (entering.clone(), opened.clone());
                    Box::pin(async move {
                        entering.notify_one();
                        opened.notified().await;
                        Ok::<(), Fault>(())
                    })
                },
                |()| (),
            );
            held.await.unwrap().unwrap();
        });
        entered.notified().await;
        Hold::Writer { t: t.clone(), gate, open }
    }

    /// Waits until this many writes wait.
    pub async fn until_waiting(&mut self, count: usize) {
        match self {
            Hold::Nothing => {}
            Hold::Rows(raw) => raw.until_waiting(i64::try_from(count).unwrap()).await,
            Hold::Writer { t, .. } => {
                let waiting = async {
                    while t.app.engine.store.waiting() < count {
                        tokio::time::sleep(Duration::from_millis(1)).await;
                    }
                };
                tokio::time::timeout(Duration::from_secs(60), waiting).await.expect("nobody waits for the writer");
            }
        }
    }

    /// Lets all writes proceed.
    pub async fn release(self) {
        match self {
            Hold::Nothing => {}
            Hold::Rows(mut raw) => raw.run("COMMIT").await,
            Hold::Writer { gate, open, .. } => {
                open.notify_one();
                gate.await.unwrap();
            }
        }
    }
}
