//! The one SQLite writer: a task that owns the writing connection and commits whatever is waiting together.
//!
//! A commit costs an fsync, a statement does not; so the jobs that arrive while one group is at work share the next
//! commit, and every answer still leaves after it. A job that fails without having changed anything costs the others
//! nothing. One that fails half-way is rare (operations look before they write): then the group is rolled back and
//! repeated without it, which needs no savepoint around every job.

use super::{BoxFuture, Error, Tx};
use sqlx::sqlite::SqliteConnection;
use std::sync::Arc;
use tokio::sync::{Mutex, mpsc, oneshot};

/// How many jobs share a commit at most: enough to make the fsync cheap, few enough to keep the first one's wait short.
const GROUP: usize = 256;

/// What waits in the queue.
pub(super) enum Queued {
    Job(Box<dyn Job>),
    /// Close the connection and say when it is done.
    Stop(oneshot::Sender<()>),
}

/// A piece of work and whoever waits for it.
pub(super) trait Job: Send {
    /// Runs the work and keeps its outcome. True when it ended well.
    fn run<'t>(&'t mut self, tx: &'t mut Tx<'_>) -> BoxFuture<'t, bool>;

    /// Tells whoever waits; `committed` says whether the group's commit went through.
    fn finish(self: Box<Self>, committed: Result<(), Error>);
}

struct Typed<T, E, W, C> {
    work: W,
    committed: C,
    outcome: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<Result<T, E>, Error>>,
}

impl<T, E, W, C> Job for Typed<T, E, W, C>
where
    W: for<'t> Fn(&'t mut Tx<'_>) -> BoxFuture<'t, Result<T, E>> + Send,
    C: FnOnce(&T) + Send,
    T: Send,
    E: Send,
{
    fn run<'t>(&'t mut self, tx: &'t mut Tx<'_>) -> BoxFuture<'t, bool> {
        let work = (self.work)(tx);
        let outcome = &mut self.outcome;
        Box::pin(async move { outcome.insert(work.await).is_ok() })
    }

    fn finish(self: Box<Self>, committed: Result<(), Error>) {
        let answer = match (self.outcome, committed) {
            (Some(Ok(value)), Ok(())) => {
                (self.committed)(&value);
                Ok(Ok(value))
            }
            (Some(Err(error)), _) => Ok(Err(error)),
            (Some(Ok(_)), Err(error)) => Err(error),
            (None, Err(error)) => Err(error),
            (None, Ok(())) => Err(Error::Closed),
        };
        // Nobody waits any more when the caller's task was ended; the commit stands all the same.
        let _ = self.reply.send(answer);
    }
}

/// Starts the writer on its connection.
pub(super) fn start(connection: Arc<Mutex<SqliteConnection>>) -> mpsc::Sender<Queued> {
    let (sender, receiver) = mpsc::channel(4096);
    tokio::spawn(run(connection, receiver));
    sender
}

/// Queues a job and waits for its commit.
pub(super) async fn submit<T, E, W, C>(
    writer: &mpsc::Sender<Queued>,
    work: W,
    committed: C,
) -> Result<Result<T, E>, Error>
where
    W: for<'t> Fn(&'t mut Tx<'_>) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
    C: FnOnce(&T) + Send + 'static,
    T: Send + 'static,
    E: Send + 'static,
{
    let (reply, answer) = oneshot::channel();
    let job = Box::new(Typed { work, committed, outcome: None, reply });
    writer.send(Queued::Job(job)).await.map_err(|_| Error::Closed)?;
    answer.await.map_err(|_| Error::Closed)?
}

/// Lets the writer finish what is queued and close its connection.
pub(super) async fn stop(writer: &mpsc::Sender<Queued>) {
    let (sender, done) = oneshot::channel();
    if writer.send(Queued::Stop(sender)).await.is_ok() {
        let _ = done.await;
    }
}

async fn run(connection: Arc<Mutex<SqliteConnection>>, mut queue: mpsc::Receiver<Queued>) {
    while let Some(first) = queue.recv().await {
        let mut stop = None;
        let mut group: Vec<Box<dyn Job>> = Vec::new();
        let mut next = Some(first);
        while let Some(queued) = next {
            match queued {
                Queued::Job(job) => group.push(job),
                Queued::Stop(done) => {
                    stop = Some(done);
                    break;
                }
            }
            next = if group.len() < GROUP { queue.try_recv().ok() } else { None };
        }
        let mut connection = connection.lock().await;
        commit_together(&mut connection, group).await;
        if let Some(done) = stop {
            // Folds the write-ahead log into the file, so that a stopped server leaves one file that can be copied.
            let _ = sqlx::raw_sql("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut *connection).await;
            queue.close();
            let _ = done.send(());
        }
    }
}

async fn commit_together(connection: &mut SqliteConnection, mut group: Vec<Box<dyn Job>>) {
    while !group.is_empty() {
        if let Err(error) = sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut *connection).await {
            return finish_all(group, &Err(error));
        }
        let Some(spoiler) = run_all(connection, &mut group).await else {
            let outcome = sqlx::raw_sql("COMMIT").execute(&mut *connection).await.map(|_| ());
            if outcome.is_err() {
                roll_back(connection).await;
            }
            return finish_all(group, &outcome);
        };
        roll_back(connection).await;
        let failed = group.remove(spoiler);
        failed.finish(Ok(()));
    }
}

/// Runs every job of the group; the place of the first that failed after changing something, if any.
async fn run_all(connection: &mut SqliteConnection, group: &mut [Box<dyn Job>]) -> Option<usize> {
    for (place, job) in group.iter_mut().enumerate() {
        let mut tx = Tx::sqlite(&mut *connection);
        if !job.run(&mut tx).await && tx.touched {
            return Some(place);
        }
    }
    None
}

async fn roll_back(connection: &mut SqliteConnection) {
    // SQLite has rolled back by itself after some errors (a full disk, say) and then answers that there is nothing to do.
    let _ = sqlx::raw_sql("ROLLBACK").execute(connection).await;
}

fn finish_all(group: Vec<Box<dyn Job>>, outcome: &Result<(), sqlx::Error>) {
    let failure = match outcome {
        Ok(()) => None,
        Err(error) => Some(Arc::new(sqlx::Error::Protocol(error.to_string()))),
    };
    for job in group {
        job.finish(match &failure {
            None => Ok(()),
            Some(error) => Err(Error::Commit(error.clone())),
        });
    }
}
