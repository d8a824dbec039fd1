//! A write together with its waiting caller.

use super::ledger::Lock;
use super::queue::Row;
use super::tx::{BoxFuture, Error};
use super::work::{attempt, tell};
use super::write_tx::WriteTx;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// An entry of the queue.
pub(super) enum Queued {
    Job(Box<dyn Job>),
    /// Closes the connection and reports when that is done.
    Stop(oneshot::Sender<()>),
}

/// A write together with its waiting caller.
pub(super) trait Job: Send {
    /// Runs the work and keeps its outcome. Returns true if it may be committed.
    fn run<'t>(&'t mut self, tx: &'t mut WriteTx<'_>) -> BoxFuture<'t, bool>;

    /// Returns the account that it changes.
    fn lock(&self) -> Option<&Lock> {
        None
    }

    /// Returns the row to insert, if the job does nothing else.
    fn row(&self) -> Option<&Row> {
        None
    }

    /// Sends the caller the outcome of the last run, or the error of the transaction.
    fn finish(self: Box<Self>, transaction: Result<(), Error>);
}

struct Typed<T, E, W, C> {
    lock: Option<Lock>,
    work: W,
    committed: C,
    outcome: Option<Result<Result<T, E>, Error>>,
    reply: oneshot::Sender<Result<Result<T, E>, Error>>,
}

impl<T, E, W, C> Job for Typed<T, E, W, C>
where
    W: for<'t> Fn(&'t mut WriteTx<'_>) -> BoxFuture<'t, Result<T, E>> + Send + Sync,
    C: FnOnce(&T) + Send,
    T: Send,
    E: Send,
{
    fn run<'t>(&'t mut self, tx: &'t mut WriteTx<'_>) -> BoxFuture<'t, bool> {
        Box::pin(async move { matches!(self.outcome.insert(attempt(&self.work, tx).await), Ok(Ok(_))) })
    }

    fn lock(&self) -> Option<&Lock> {
        self.lock.as_ref()
    }

    fn finish(self: Box<Self>, transaction: Result<(), Error>) {
        let answer = match (transaction, self.outcome) {
            (Err(error), _) => Err(error),
            (Ok(()), None) => Err(Error::Closed),
            (Ok(()), Some(Ok(Ok(value)))) => tell(self.committed, &value).map(|()| Ok(value)),
            (Ok(()), Some(refused)) => refused,
        };
        // The caller's task may have ended, in which case nobody receives this; the commit stands all the same.
        let _ = self.reply.send(answer);
    }
}

struct Append {
    row: Row,
    outcome: Option<Error>,
    reply: oneshot::Sender<Result<(), Error>>,
}

impl Job for Append {
    fn run<'t>(&'t mut self, tx: &'t mut WriteTx<'_>) -> BoxFuture<'t, bool> {
        Box::pin(async move {
            self.outcome = match tx.insert(self.row.clone()).await {
                Ok(true) => None,
                Ok(false) => Some(Error::Unexpected { expected: 1, changed: 0 }),
                Err(error) => Some(error),
            };
            self.outcome.is_none()
        })
    }

    fn row(&self) -> Option<&Row> {
        Some(&self.row)
    }

    fn finish(self: Box<Self>, transaction: Result<(), Error>) {
        let Append { outcome, reply, .. } = *self;
        let _ = reply.send(transaction.and_then(|()| outcome.map_or(Ok(()), Err)));
    }
}

/// Queues a write and waits for its commit.
pub(super) async fn submit<T, E, W, C>(
    writer: &mpsc::Sender<Queued>,
    lock: Option<Lock>,
    work: W,
    committed: C,
) -> Result<Result<T, E>, Error>
where
    W: for<'t> Fn(&'t mut WriteTx<'_>) -> BoxFuture<'t, Result<T, E>> + Send + Sync + 'static,
    C: FnOnce(&T) + Send + 'static,
    T: Send + 'static,
    E: Send + 'static,
{
    let (reply, answer) = oneshot::channel();
    let job = Box::new(Typed { lock, work, committed, outcome: None, reply });
    writer.send(Queued::Job(job)).await.map_err(|_| Error::Closed)?;
    answer.await.map_err(|_| Error::Panicked)?
}

/// Queues a row and waits for its commit.
pub(super) async fn append(writer: &mpsc::Sender<Queued>, row: Row) -> Result<(), Error> {
    let (reply, answer) = oneshot::channel();
    let job = Box::new(Append { row, outcome: None, reply });
    writer.send(Queued::Job(job)).await.map_err(|_| Error::Closed)?;
    answer.await.map_err(|_| Error::Panicked)?
}

/// Sends a job's caller its outcome, and catches a panic in doing so.
pub(super) fn finish(job: Box<dyn Job>, transaction: Result<(), Error>) {
    if catch_unwind(AssertUnwindSafe(|| job.finish(transaction))).is_err() {
        tracing::error!("the end of a write panicked");
    }
}

/// Sends each job's caller its outcome.
pub(super) fn finish_all(group: impl IntoIterator<Item = Box<dyn Job>>, transaction: Result<(), Error>) {
    let transaction = transaction.map_err(Arc::new);
    for job in group {
        finish(job, transaction.clone().map_err(Error::Shared));
    }
}
