//! The open database: begins reads, runs writes, and closes it.
//!
//! What a driver needs while it waits takes kilobytes. It is boxed here, so that a request, whose future the runtime moves
//! several times and which mostly needs no database, does not carry the room for it.

use super::argument::Argument;
use super::desk::Desk;
use super::ledger::Lock;
use super::pool::{is_lost, tested};
use super::queue::Row;
use super::tx::{BoxFuture, Connection, Error, Readable, Tx};
use super::write_tx::WriteTx;
use super::{file, job, writer};
use sqlx::postgres::PgPool;
use sqlx::sqlite::{SqliteConnection, SqlitePool};
use sqlx::{Postgres, SqlSafeStr, Sqlite, Transaction};
use std::sync::Arc;
use tokio::sync::{Mutex, OwnedMappedMutexGuard, OwnedMutexGuard, mpsc};

/// A consistent snapshot of the database. Later commits do not change what it shows.
pub struct Read(Look);

enum Look {
    Pooled(Transaction<'static, Sqlite>),
    Alone(OwnedMappedMutexGuard<Desk, SqliteConnection>),
    Postgres(Transaction<'static, Postgres>),
}

impl Read {
    /// Returns the connection to query.
    pub fn tx(&mut self) -> Tx<'_> {
        match &mut self.0 {
            Look::Pooled(transaction) => Tx::of(Connection::Sqlite(transaction)),
            Look::Alone(connection) => Tx::of(Connection::Sqlite(connection)),
            Look::Postgres(transaction) => Tx::of(Connection::Postgres(transaction)),
        }
    }
}

/// The open database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pub(super) backend: Backend,
    pub(super) writer: mpsc::Sender<job::Queued>,
    pub(super) description: Arc<str>,
    /// Held while the store lives, so that no second process opens the same file.
    pub(super) _claim: Option<Arc<file::Claim>>,
}

#[derive(Clone)]
pub(super) enum Backend {
    /// A file: concurrent readers beside the writer.
    File(SqlitePool),
    /// In memory: the writer's connection for everything, because a second one would see another database.
    Memory(Arc<Mutex<Desk>>),
    /// Concurrent readers beside the writer, and connections for writes that cannot share a transaction.
    Postgres(PgPool),
}

impl Store {
    /// Returns a description of where the state is stored: `memory`, the path of a file, or a PostgreSQL address
    /// without its password.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// Returns whether other processes may change the same state. If so, a cached part must be checked before each use.
    pub fn shared(&self) -> bool {
        matches!(self.backend, Backend::Postgres(_))
    }

    /// Returns how many writes wait for the writer.
    pub fn waiting(&self) -> usize {
        self.writer.max_capacity() - self.writer.capacity()
    }

    /// Begins a consistent snapshot.
    pub fn read(&self) -> BoxFuture<'_, Result<Read, Error>> {
        Box::pin(async move {
            Ok(Read(match &self.backend {
                Backend::File(readers) => Look::Pooled(readers.begin().await?),
                Backend::Memory(desk) => {
                    let desk = desk.clone().lock_owned().await;
                    Look::Alone(OwnedMutexGuard::try_map(desk, Desk::sqlite).map_err(|_| Error::Lost)?)
                }
                Backend::Postgres(pool) => {
                    let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
                    Look::Postgres(match pool.begin_with(begin).await {
                        Err(error) if is_lost(&error) => {
                            Transaction::begin(tested(pool).await?, Some(begin.into_sql_str())).await?
                        }
                        begun => begun?,
                    })
                }
            }))
        })
    }

    /// Runs one query outside any transaction and returns its first row: the cheapest way to read a committed row.
    pub fn glance<'s, T: Readable + 's>(
        &'s self,
        sql: &'static str,
        arguments: Vec<Argument>,
    ) -> BoxFuture<'s, Result<Option<T>, Error>> {
        Box::pin(async move { Ok(self.glances(sql, arguments).await?.into_iter().next()) })
    }

    /// Like [`Store::glance`], but returns every row.
    pub fn glances<'s, T: Readable + 's>(
        &'s self,
        sql: &'static str,
        arguments: Vec<Argument>,
    ) -> BoxFuture<'s, Result<Vec<T>, Error>> {
        Box::pin(async move {
            match &self.backend {
                Backend::File(readers) => {
                    let mut connection = readers.acquire().await?;
                    Tx::of(Connection::Sqlite(&mut connection)).all(sql, arguments).await
                }
                Backend::Memory(desk) => {
                    let mut desk = desk.lock().await;
                    Tx::of(Connection::Sqlite(desk.sqlite().ok_or(Error::Lost)?)).all(sql, arguments).await
                }
                Backend::Postgres(pool) => {
                    let mut connection = pool.acquire().await?;
                    match Tx::of(Connection::Postgres(&mut connection)).all(sql, arguments.clone()).await {
                        Err(Error::Driver(error)) if is_lost(&error) => {
                            connection.close_on_drop();
                            let mut connection = tested(pool).await?;
                            Tx::of(Connection::Postgres(&mut connection)).all(sql, arguments).await
                        }
                        outcome => outcome,
                    }
                }
            }
        })
    }

    /// Runs `work` in a transaction and commits it on success; an `Err` or a panic leaves nothing behind. `lock` is the
    /// account that it changes, whose ledger it then finds in the transaction. `committed` is called after the commit and
    /// before this returns, for the writes of an account in the order of their commits.
    ///
    /// `work` may run more than once: a group of writes is rolled back and repeated when one of them fails. The future
    /// must be polled to completion, so callers spawn a task for it.
    pub async fn write<T, E, W, C>(&self, lock: Option<Lock>, work: W, committed: C) -> Result<Result<T, E>, Error>
    where
        W: for<'t> Fn(&'t mut WriteTx<'_>) -> BoxFuture<'t, Result<T, E>> + Send + Sync + 'static,
        C: FnOnce(&T) + Send + 'static,
        T: Send + 'static,
        E: Send + 'static,
    {
        job::submit(&self.writer, lock, work, committed).await
    }

    /// Inserts a row and commits it. Waiting rows of the same table are inserted by one statement.
    pub async fn append(&self, row: Row) -> Result<(), Error> {
        job::append(&self.writer, row).await
    }

    /// Closes the connections. On SQLite this also folds the write-ahead log into the file.
    pub async fn close(&self) {
        // On SQLite the last connection to close removes the write-ahead log.
        if let Backend::File(readers) = &self.backend {
            readers.close().await;
        }
        writer::stop(&self.writer).await;
        if let Backend::Postgres(pool) = &self.backend {
            pool.close().await;
        }
    }
}
