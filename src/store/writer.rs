//! The SQLite writer: a task that owns the writing connection and commits all waiting jobs together.
//!
//! A commit costs an fsync, a statement does not. Jobs that arrive while one group is at work therefore share the next
//! commit, and every job is still answered after its commit. A statement costs two thread switches, since sqlx runs
//! SQLite on a thread of its own; so rows that need no reads are inserted together.
//!
//! A job that fails affects no other job. If it has changed nothing, the group simply goes on. If it has changed
//! something, or has panicked, the group is rolled back and repeated with a savepoint around every job; if that fails
//! too, each job gets a transaction of its own. So no job is answered with a result that was rolled back. Such failures
//! are rare, because operations read before they write.
//!
//! The task never ends on an error: a panic becomes the error of its job, and a connection that cannot be rolled back
//! is closed and opened again.

use super::tx::{Argument, BoxFuture, Error, Row, WriteTx};
use super::work::{attempt, caught, tell};
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use tokio::sync::{Mutex, mpsc, oneshot};

/// The most jobs that share a commit: enough to make the fsync cheap, few enough to keep the first job's wait short.
const GROUP: usize = 256;

/// The most rows that one statement inserts. SQLite takes 32,766 values.
const MERGED: usize = 64;

/// An entry of the queue.
pub(super) enum Queued {
    Job(Box<dyn Job>),
    /// Closes the connection and reports when that is done.
    Stop(oneshot::Sender<()>),
}

/// A piece of work together with its waiting caller.
pub(super) trait Job: Send {
    /// Runs the work and keeps its outcome. Returns true if it may be committed.
    fn run<'t>(&'t mut self, tx: &'t mut WriteTx<'_>) -> BoxFuture<'t, bool>;

    /// Returns the row to insert, if the job does nothing else.
    fn row(&self) -> Option<&Row> {
        None
    }

    /// Sends the caller the outcome of the last run, or the error of the transaction.
    fn finish(self: Box<Self>, transaction: Result<(), Error>);
}

struct Typed<T, E, W, C> {
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
            let (sql, values) = self.row.statement(&[]);
            self.outcome = tx.run(sql, values).await.err();
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

/// The writing connection.
pub(super) struct Held {
    connection: Option<SqliteConnection>,
    /// The options to open it again; `None` in memory, where that would open another, empty database.
    again: Option<SqliteConnectOptions>,
}

impl Held {
    pub(super) fn new(connection: SqliteConnection, again: Option<SqliteConnectOptions>) -> Held {
        Held { connection: Some(connection), again }
    }

    /// Returns the current connection, or `None` if it was lost.
    pub(super) fn current(&mut self) -> Option<&mut SqliteConnection> {
        self.connection.as_mut()
    }

    /// Begins a transaction, on a new connection if the old one was given up.
    async fn begin(&mut self) -> Result<(), Error> {
        if self.connection.is_none() {
            let again = self.again.as_ref().ok_or(Error::Lost)?;
            self.connection = Some(SqliteConnection::connect_with(again).await?);
        }
        let begun = self.say("BEGIN IMMEDIATE").await;
        if begun.is_err() {
            self.give_up().await;
        }
        begun
    }

    async fn say(&mut self, sql: &'static str) -> Result<(), Error> {
        sqlx::raw_sql(sql).execute(self.current().ok_or(Error::Lost)?).await?;
        Ok(())
    }

    async fn roll_back(&mut self) {
        if self.say("ROLLBACK").await.is_err() {
            self.give_up().await;
        }
    }

    /// Closes a connection that may or may not have an open transaction. In memory the connection is the database, so
    /// it is kept if no transaction turns out to be open: SQLite rolls back by itself after some errors.
    async fn give_up(&mut self) {
        if self.again.is_some() {
            if let Some(connection) = self.connection.take() {
                let _ = connection.close().await;
            }
            return;
        }
        let _ = self.say("ROLLBACK").await;
        if self.say("BEGIN; ROLLBACK").await.is_err() {
            tracing::error!("the in-memory database is lost; start the server again");
            self.connection = None;
        }
    }
}

/// Starts the writer task.
pub(super) fn start(held: Arc<Mutex<Held>>) -> mpsc::Sender<Queued> {
    let (sender, receiver) = mpsc::channel(4096);
    tokio::spawn(run(held, receiver));
    sender
}

/// Queues a job and waits for its commit.
pub(super) async fn submit<T, E, W, C>(
    writer: &mpsc::Sender<Queued>,
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
    let job = Box::new(Typed { work, committed, outcome: None, reply });
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

/// Lets the writer finish the queued jobs and close its connection.
pub(super) async fn stop(writer: &mpsc::Sender<Queued>) {
    let (sender, done) = oneshot::channel();
    if writer.send(Queued::Stop(sender)).await.is_ok() {
        let _ = done.await;
    }
}

async fn run(held: Arc<Mutex<Held>>, mut queue: mpsc::Receiver<Queued>) {
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
        let mut held = held.lock().await;
        // Panics of a job are caught where the job runs. One that gets here is a bug in the writer itself: it costs
        // this group, whose replies are dropped, but not the writer.
        if caught(carry_out(&mut held, group)).await.is_err() {
            tracing::error!("the writer lost a group of writes; it goes on with the next one");
            held.give_up().await;
        }
        if let Some(done) = stop {
            // Folds the write-ahead log into the file, so that a stopped server leaves a single file to copy.
            let _ = held.say("PRAGMA wal_checkpoint(TRUNCATE)").await;
            queue.close();
            let _ = done.send(());
        }
    }
}

/// The ways in which the jobs of a transaction are isolated from each other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Not at all; rows of one table share a statement.
    Together,
    /// With a savepoint around every job.
    Guarded,
    /// The transaction has only one job.
    Alone,
}

/// Why a transaction was rolled back.
enum Undone {
    /// The database did not begin a transaction.
    NotBegun(Error),
    /// A job failed.
    ByJob,
    /// A statement of the transaction itself failed.
    ByDatabase(Error),
}

async fn carry_out(held: &mut Held, mut group: Vec<Box<dyn Job>>) {
    let ways: &[Way] = if group.len() > 1 { &[Way::Together, Way::Guarded] } else { &[] };
    for way in ways {
        match transaction(held, &mut group, *way).await {
            Ok(()) => return finish_all(group, Ok(())),
            Err(Undone::NotBegun(error)) => return finish_all(group, Err(error)),
            Err(Undone::ByJob) => {}
            Err(Undone::ByDatabase(_)) => break,
        }
    }
    let mut rest = group.into_iter();
    while let Some(mut job) = rest.next() {
        match transaction(held, std::slice::from_mut(&mut job), Way::Alone).await {
            Ok(()) | Err(Undone::ByJob) => finish(job, Ok(())),
            Err(Undone::ByDatabase(error)) => finish(job, Err(error)),
            Err(Undone::NotBegun(error)) => return finish_all(std::iter::once(job).chain(rest), Err(error)),
        }
    }
}

/// Runs the jobs and commits them, or rolls everything back.
async fn transaction(held: &mut Held, group: &mut [Box<dyn Job>], way: Way) -> Result<(), Undone> {
    held.begin().await.map_err(Undone::NotBegun)?;
    let mut outcome = run_all(held, group, way).await;
    if outcome.is_ok() {
        let commit = sqlx::raw_sql("COMMIT");
        outcome = match held.current() {
            Some(connection) => {
                commit.execute(connection).await.map(drop).map_err(|why| Undone::ByDatabase(Error::Commit(why)))
            }
            None => Err(Undone::ByDatabase(Error::Lost)),
        };
    }
    if outcome.is_err() {
        held.roll_back().await;
    }
    outcome
}

async fn run_all(held: &mut Held, group: &mut [Box<dyn Job>], way: Way) -> Result<(), Undone> {
    if way == Way::Together {
        let mut tx = WriteTx::sqlite(held.current().ok_or(Undone::ByDatabase(Error::Lost))?);
        for (sql, values) in rows_of(group) {
            // If one of them fails (because its account is gone, say), the next way finds out which.
            tx.run(sql, values).await.map_err(|_| Undone::ByJob)?;
        }
    }
    for job in group {
        if way == Way::Together && job.row().is_some() {
            continue;
        }
        if way == Way::Guarded {
            held.say("SAVEPOINT job").await.map_err(Undone::ByDatabase)?;
        }
        let mut tx = WriteTx::sqlite(held.current().ok_or(Undone::ByDatabase(Error::Lost))?);
        let failed = !job.run(&mut tx).await && tx.touched;
        match way {
            Way::Guarded if failed => held.say("ROLLBACK TO job; RELEASE job").await.map_err(Undone::ByDatabase)?,
            Way::Guarded => held.say("RELEASE job").await.map_err(Undone::ByDatabase)?,
            Way::Together | Way::Alone if failed => return Err(Undone::ByJob),
            Way::Together | Way::Alone => {}
        }
    }
    Ok(())
}

/// A statement assembled here, with its values.
type Statement = (sqlx::AssertSqlSafe<String>, Vec<Argument>);

/// Groups the rows into statements. Their sizes are powers of two, so that there are few different statements to
/// prepare.
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

/// Sends a job's caller its outcome, and catches a panic in doing so.
fn finish(job: Box<dyn Job>, transaction: Result<(), Error>) {
    if catch_unwind(AssertUnwindSafe(|| job.finish(transaction))).is_err() {
        tracing::error!("the end of a write panicked");
    }
}

fn finish_all(group: impl IntoIterator<Item = Box<dyn Job>>, transaction: Result<(), Error>) {
    let transaction = transaction.map_err(Arc::new);
    for job in group {
        finish(job, transaction.clone().map_err(Error::Shared));
    }
}
