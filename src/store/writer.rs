//! The writer: a task that commits all waiting writes together.
//!
//! A commit costs an fsync, a statement a message to the database. Writes that arrive while one group is at work
//! therefore share the next transaction, and its statements: see [`WriteTx`]. Every write is still answered after its
//! commit.
//!
//! A write that fails affects no other. If it has changed nothing, the group goes on without it. Otherwise the group is
//! rolled back and repeated in a safer way, in which every statement runs at once; see [`Way`]. So no write is answered
//! with a result that was rolled back.
//!
//! On PostgreSQL other servers may have locked an account. A group never waits for them: such writes, and those of a group
//! that failed, run on connections of their own, as in [`apart`].
//!
//! The task never ends on an error: a panic becomes the error of its write, and a connection that cannot be rolled back
//! is closed and opened again.

use super::desk::Desk;
use super::job::{Job, Queued, finish, finish_all};
use super::ledger::{Ledgers, Lock, Locking};
use super::queue::{Row, Statement};
use super::tx::{Connection, Error};
use super::work::caught;
use super::write_tx::WriteTx;
use sqlx::postgres::{PgConnection, PgPool};
use std::sync::Arc;
use tokio::sync::{Mutex, mpsc, oneshot};

/// The most writes that share a commit: enough to make the fsync cheap, few enough to keep the first one's wait short.
const GROUP: usize = 256;

/// Starts the writer's task. `pool` has the connections for writes that cannot be in a group; SQLite has none.
pub(super) fn start(desk: Arc<Mutex<Desk>>, pool: Option<PgPool>) -> mpsc::Sender<Queued> {
    let (sender, receiver) = mpsc::channel(4096);
    tokio::spawn(run(desk, pool, receiver));
    sender
}

/// Lets the writer finish the queued writes and close its connection.
pub(super) async fn stop(writer: &mpsc::Sender<Queued>) {
    let (sender, done) = oneshot::channel();
    if writer.send(Queued::Stop(sender)).await.is_ok() {
        let _ = done.await;
    }
}

async fn run(desk: Arc<Mutex<Desk>>, pool: Option<PgPool>, mut queue: mpsc::Receiver<Queued>) {
    let mut ledgers = Ledgers::default();
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
        let mut desk = desk.lock().await;
        // Panics of a write are caught where it runs. One that gets here is a bug in the writer itself: it costs this
        // group, whose replies are dropped, but not the writer.
        if caught(carry_out(&mut desk, pool.as_ref(), &mut ledgers, group)).await.is_err() {
            tracing::error!("the writer lost a group of writes; it goes on with the next one");
            ledgers.clear();
            desk.give_up().await;
        }
        if let Some(done) = stop {
            desk.close().await;
            queue.close();
            let _ = done.send(());
        }
    }
}

/// The ways in which the writes of a transaction are isolated from each other, from the fastest to the safest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// Not at all: their statements wait and are run together.
    Together,
    /// With a savepoint around each.
    Guarded,
    /// The transaction has only one.
    Alone,
}

/// Why a transaction was rolled back.
enum Undone {
    /// The database did not begin a transaction.
    NotBegun(Error),
    /// A write failed, or what it took for granted was wrong.
    ByJob,
    /// A statement of the transaction itself failed.
    ByDatabase(Error),
    /// The connection was lost during the commit, so nobody knows whether it took place.
    Unknown(Error),
}

type Group = Vec<Box<dyn Job>>;

async fn carry_out(desk: &mut Desk, pool: Option<&PgPool>, ledgers: &mut Ledgers, mut group: Group) {
    if pool.is_some() {
        // Other servers change the accounts as well.
        ledgers.clear();
    }
    let ways: &[Way] = match (pool, group.len()) {
        (Some(_), _) | (None, 1) => &[Way::Together],
        (None, _) => &[Way::Together, Way::Guarded],
    };
    for way in ways {
        match transaction(desk, pool, ledgers, &mut group, *way).await {
            Ok(()) => return finish_all(group, Ok(())),
            Err(Undone::NotBegun(error) | Undone::Unknown(error)) => return finish_all(group, Err(error)),
            Err(Undone::ByJob) => {}
            Err(Undone::ByDatabase(_)) => break,
        }
    }
    let mut rest = group.into_iter();
    while let Some(job) = rest.next() {
        if let Some(pool) = pool {
            tokio::spawn(apart(pool.clone(), job));
            continue;
        }
        let mut one = vec![job];
        match transaction(desk, pool, ledgers, &mut one, Way::Alone).await {
            Ok(()) | Err(Undone::ByJob) => finish_all(one, Ok(())),
            Err(Undone::ByDatabase(error) | Undone::Unknown(error)) => finish_all(one, Err(error)),
            Err(Undone::NotBegun(error)) => return finish_all(one.into_iter().chain(rest), Err(error)),
        }
    }
}

/// Runs the writes and commits them, or rolls everything back.
async fn transaction(
    desk: &mut Desk,
    pool: Option<&PgPool>,
    ledgers: &mut Ledgers,
    group: &mut Group,
    way: Way,
) -> Result<(), Undone> {
    let mut tx = desk.begin().await.map_err(Undone::NotBegun)?;
    let done = match way {
        Way::Together => together(&mut tx, pool, ledgers, group).await,
        Way::Guarded | Way::Alone => one_by_one(&mut tx, ledgers, group, way).await,
    };
    let done = match done {
        Ok(()) => desk.say("COMMIT").await.map_err(|error| uncommitted(error, pool.is_some())),
        undone => undone,
    };
    if done.is_err() {
        ledgers.clear();
        desk.roll_back().await;
    }
    done
}

/// Runs the writes so that their statements are put together.
async fn together(
    tx: &mut WriteTx<'_>,
    pool: Option<&PgPool>,
    ledgers: &mut Ledgers,
    group: &mut Group,
) -> Result<(), Undone> {
    let locking = if pool.is_some() { Locking::Skipping } else { Locking::None };
    let locks: Vec<Lock> = group.iter().filter_map(|job| job.lock().cloned()).collect();
    ledgers.load(tx, &locks, locking).await.map_err(Undone::ByDatabase)?;
    if let Some(pool) = pool {
        // The account is locked by another server, or does not exist.
        let is_missing = |job: &mut Box<dyn Job>| job.lock().is_some_and(|lock| ledgers.next(lock).is_none());
        for job in group.extract_if(.., is_missing) {
            tokio::spawn(apart(pool.clone(), job));
        }
    }
    for job in &mut *group {
        tx.begin_job();
        if let Some(row) = job.row() {
            tx.queue.push(Statement::Insert(Row::clone(row)));
            continue;
        }
        tx.ledger = job.lock().and_then(|lock| ledgers.next(lock));
        let is_done = job.run(tx).await;
        if tx.failed || (!is_done && tx.touched) {
            return Err(Undone::ByJob);
        }
        if !is_done {
            tx.queue.drop_own();
        } else if let (Some(lock), Some(ledger)) = (job.lock(), tx.ledger) {
            ledgers.put(lock, ledger);
        }
    }
    // If a row cannot be inserted (because its account is gone, say), the next way finds out which.
    tx.settle().await.map_err(|_| Undone::ByJob)?;
    let changes = ledgers.take_changes(tx.marks());
    tx.run_all(changes).await.map_err(|_| Undone::ByJob)?;
    if group.iter().any(|job| job.lock().is_none() && job.row().is_none()) {
        // A write that locks no account may have changed any account's row.
        ledgers.clear();
    }
    Ok(())
}

/// Runs the writes with every statement at once.
async fn one_by_one(tx: &mut WriteTx<'_>, ledgers: &mut Ledgers, group: &mut Group, way: Way) -> Result<(), Undone> {
    for job in group {
        if way == Way::Guarded {
            tx.say("SAVEPOINT job").await.map_err(Undone::ByDatabase)?;
        }
        let is_done = run_at_once(tx, ledgers, job, Locking::None).await.map_err(Undone::ByDatabase)?;
        match way {
            Way::Guarded if is_done => tx.say("RELEASE job").await.map_err(Undone::ByDatabase)?,
            Way::Guarded => tx.say("ROLLBACK TO job; RELEASE job").await.map_err(Undone::ByDatabase)?,
            _ if is_done => {}
            _ => return Err(Undone::ByJob),
        }
    }
    Ok(())
}

/// Runs one write with every statement at once. Returns whether it may be committed; an error is not the write's fault.
async fn run_at_once(
    tx: &mut WriteTx<'_>,
    ledgers: &mut Ledgers,
    job: &mut Box<dyn Job>,
    locking: Locking,
) -> Result<bool, Error> {
    tx.at_once = true;
    tx.begin_job();
    ledgers.clear();
    ledgers.load(tx, job.lock().cloned().as_slice(), locking).await?;
    tx.ledger = job.lock().and_then(|lock| ledgers.next(lock));
    let is_done = job.run(tx).await;
    if is_done && let (Some(lock), Some(ledger)) = (job.lock(), tx.ledger) {
        ledgers.put(lock, ledger);
        let changes = ledgers.take_changes(tx.marks());
        tx.run_all(changes).await?;
    }
    Ok(is_done)
}

/// Runs a write on a connection of its own, on which it may wait for other servers without holding up other writes.
async fn apart(pool: PgPool, mut job: Box<dyn Job>) {
    let outcome = caught(async {
        let mut connection = pool.acquire().await.map_err(|error| Undone::NotBegun(error.into()))?;
        let outcome = alone(&mut connection, &mut job).await;
        if outcome.is_err() && WriteTx::of(Connection::Postgres(&mut connection)).say("ROLLBACK").await.is_err() {
            connection.close_on_drop();
        }
        outcome
    })
    .await
    .unwrap_or_else(|panicked| Err(Undone::ByDatabase(panicked)));
    finish(
        job,
        match outcome {
            Ok(()) | Err(Undone::ByJob) => Ok(()),
            Err(Undone::NotBegun(error) | Undone::ByDatabase(error) | Undone::Unknown(error)) => Err(error),
        },
    );
}

async fn alone(connection: &mut PgConnection, job: &mut Box<dyn Job>) -> Result<(), Undone> {
    let mut tx = WriteTx::of(Connection::Postgres(connection));
    tx.say("BEGIN").await.map_err(Undone::NotBegun)?;
    let is_done = run_at_once(&mut tx, &mut Ledgers::default(), job, Locking::Waiting).await;
    if !is_done.map_err(Undone::ByDatabase)? {
        return Err(Undone::ByJob);
    }
    tx.say("COMMIT").await.map_err(|error| uncommitted(error, true))
}

/// Returns why a transaction was not committed. A server that could not say so before its connection was lost may have
/// committed it.
fn uncommitted(error: Error, by_server: bool) -> Undone {
    match error {
        Error::Driver(error @ sqlx::Error::Database(_)) => Undone::ByDatabase(Error::Commit(error)),
        Error::Driver(error) if by_server => Undone::Unknown(Error::Commit(error)),
        Error::Driver(error) => Undone::ByDatabase(Error::Commit(error)),
        other => Undone::ByDatabase(other),
    }
}
