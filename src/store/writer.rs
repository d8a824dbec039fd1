//! The one SQLite writer: a task that owns the writing connection and commits whatever is waiting together.
//!
//! A commit costs an fsync, a statement does not; so the jobs that arrive while one group is at work share the next
//! commit, and every answer still leaves after it. A statement costs two changes of threads, since sqlx runs SQLite on
//! one of its own; so rows that need nothing looked at go in together. A job that fails without having changed anything costs the others
//! nothing. One that fails half-way is rare (operations look before they write): then the group is rolled back and
//! repeated without it, which needs no savepoint around every job.

use super::{BoxFuture, Error, Row, Value, WriteTx};
use sqlx::sqlite::SqliteConnection;
use std::sync::Arc;
use tokio::sync::{Mutex, mpsc, oneshot};

/// How many jobs share a commit at most: enough to make the fsync cheap, few enough to keep the first one's wait short.
const GROUP: usize = 256;

/// How many rows go into one statement at most. SQLite takes 32,766 values.
const MERGED: usize = 64;

/// What waits in the queue.
pub(super) enum Queued {
    Job(Box<dyn Job>),
    /// Close the connection and say when it is done.
    Stop(oneshot::Sender<()>),
}

/// A piece of work and whoever waits for it.
pub(super) trait Job: Send {
    /// Runs the work and keeps its outcome. True when it ended well.
    fn run<'t>(&'t mut self, tx: &'t mut WriteTx<'_>) -> BoxFuture<'t, bool>;

    /// The row, if the work is to add one and no more.
    fn row(&self) -> Option<&Row> {
        None
    }

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
    W: for<'t> Fn(&'t mut WriteTx<'_>) -> BoxFuture<'t, Result<T, E>> + Send,
    C: FnOnce(&T) + Send,
    T: Send,
    E: Send,
{
    fn run<'t>(&'t mut self, tx: &'t mut WriteTx<'_>) -> BoxFuture<'t, bool> {
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

struct Append {
    row: Row,
    outcome: Option<Error>,
    reply: oneshot::Sender<Result<(), Error>>,
}

impl Job for Append {
    fn run<'t>(&'t mut self, tx: &'t mut WriteTx<'_>) -> BoxFuture<'t, bool> {
        Box::pin(async move {
            let (sql, values) = self.row.statement(&[]);
            self.outcome = tx.run(sql, values).await.err();
            self.outcome.is_none()
        })
    }

    fn row(&self) -> Option<&Row> {
        Some(&self.row)
    }

    fn finish(self: Box<Self>, committed: Result<(), Error>) {
        let _ = self.reply.send(self.outcome.map_or(committed, Err));
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
    W: for<'t> Fn(&'t mut WriteTx<'_>) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
    C: FnOnce(&T) + Send + 'static,
    T: Send + 'static,
    E: Send + 'static,
{
    let (reply, answer) = oneshot::channel();
    let job = Box::new(Typed { work, committed, outcome: None, reply });
    writer.send(Queued::Job(job)).await.map_err(|_| Error::Closed)?;
    answer.await.map_err(|_| Error::Closed)?
}

/// Queues a row and waits for its commit.
pub(super) async fn append(writer: &mpsc::Sender<Queued>, row: Row) -> Result<(), Error> {
    let (reply, answer) = oneshot::channel();
    let job = Box::new(Append { row, outcome: None, reply });
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
    let mut together = true;
    while !group.is_empty() {
        if let Err(error) = sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut *connection).await {
            return finish_all(group, &Err(error));
        }
        let rows = if together { rows_of(&group) } else { Vec::new() };
        if add(connection, rows).await.is_err() {
            // One of them cannot go in (its account is gone, say): each by itself then, to find out which.
            roll_back(connection).await;
            together = false;
            continue;
        }
        let Some(spoiler) = run_all(connection, &mut group, together).await else {
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

/// A statement that was put together here, with its values.
type Statement = (sqlx::AssertSqlSafe<String>, Vec<Value>);

/// The rows of the group, in statements of so many that there are few different ones to prepare.
fn rows_of(group: &[Box<dyn Job>]) -> Vec<Statement> {
    let mut rows: Vec<&Row> = group.iter().filter_map(|job| job.row()).collect();
    rows.sort_by_key(|row| row.insert);
    let mut statements = Vec::new();
    for mut rows in rows.chunk_by(|one, other| one.insert == other.insert) {
        while let Some((first, others)) = rows.split_first() {
            let (with_it, after) = others.split_at((1 << rows.len().min(MERGED).ilog2()) - 1);
            statements.push(first.statement(with_it));
            rows = after;
        }
    }
    statements
}

async fn add(connection: &mut SqliteConnection, statements: Vec<Statement>) -> Result<(), Error> {
    let mut tx = WriteTx::sqlite(connection);
    for (sql, values) in statements {
        tx.run(sql, values).await?;
    }
    Ok(())
}

/// Runs every job of the group, without those whose rows are in already; the place of the first that failed after changing
/// something, if any.
async fn run_all(connection: &mut SqliteConnection, group: &mut [Box<dyn Job>], rows_are_in: bool) -> Option<usize> {
    for (place, job) in group.iter_mut().enumerate() {
        if rows_are_in && job.row().is_some() {
            continue;
        }
        let mut tx = WriteTx::sqlite(&mut *connection);
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
