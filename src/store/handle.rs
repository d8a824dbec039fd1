//! The open database: begins reads, runs writes, and closes it.
//!
//! What a driver needs while it waits takes kilobytes. It is boxed here, so that a request, whose future the runtime moves
//! several times and which mostly needs no database, does not carry the room for it.

use super::tx::{Argument, BoxFuture, Error, Readable, Row, Tx, WriteTx};
use super::{file, work, writer};
use sqlx::postgres::PgPool;
use sqlx::sqlite::{SqliteConnection, SqlitePool};
use sqlx::{Postgres, Sqlite, Transaction};
use std::sync::Arc;
use tokio::sync::{Mutex, OwnedMappedMutexGuard, OwnedMutexGuard, mpsc};

/// A consistent snapshot of the database. Later commits do not change what it shows.
pub struct Read(Look);

enum Look {
    Pooled(Transaction<'static, Sqlite>),
    Alone(OwnedMappedMutexGuard<writer::Held, SqliteConnection>),
    Postgres(Transaction<'static, Postgres>),
}

impl Read {
    /// Returns the connection to query.
    pub fn tx(&mut self) -> Tx<'_> {
        match &mut self.0 {
            Look::Pooled(transaction) => Tx::sqlite(transaction),
            Look::Alone(connection) => Tx::sqlite(connection),
            Look::Postgres(transaction) => Tx::postgres(transaction),
        }
    }
}

/// The open database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pub(super) backend: Backend,
    pub(super) description: Arc<str>,
    /// Held while the store lives, so that no second process opens the same file.
    pub(super) _claim: Option<Arc<file::Claim>>,
}

#[derive(Clone)]
pub(super) enum Backend {
    /// A file: concurrent readers, one writer.
    File {
        readers: SqlitePool,
        writer: mpsc::Sender<writer::Queued>,
    },
    /// In memory: one connection for everything, because a second one would see another database.
    Memory {
        held: Arc<Mutex<writer::Held>>,
        writer: mpsc::Sender<writer::Queued>,
    },
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

    /// Returns how many writes wait for this process's writer; 0 on PostgreSQL, where none wait.
    pub fn waiting(&self) -> usize {
        match &self.backend {
            Backend::File { writer, .. } | Backend::Memory { writer, .. } => writer.max_capacity() - writer.capacity(),
            Backend::Postgres(_) => 0,
        }
    }

    /// Begins a consistent snapshot.
    pub fn read(&self) -> BoxFuture<'_, Result<Read, Error>> {
        Box::pin(async move {
            Ok(Read(match &self.backend {
                Backend::File { readers, .. } => Look::Pooled(readers.begin().await?),
                Backend::Memory { held, .. } => {
                    let held = held.clone().lock_owned().await;
                    Look::Alone(OwnedMutexGuard::try_map(held, writer::Held::current).map_err(|_| Error::Lost)?)
                }
                Backend::Postgres(pool) => {
                    Look::Postgres(pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?)
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
        Box::pin(async move {
            match &self.backend {
                Backend::File { readers, .. } => {
                    let mut connection = readers.acquire().await?;
                    Tx::sqlite(&mut connection).optional(sql, arguments).await
                }
                Backend::Memory { held, .. } => {
                    let mut held = held.lock().await;
                    Tx::sqlite(held.current().ok_or(Error::Lost)?).optional(sql, arguments).await
                }
                Backend::Postgres(pool) => {
                    let mut connection = pool.acquire().await?;
                    Tx::postgres(&mut connection).optional(sql, arguments).await
                }
            }
        })
    }

    /// Runs `work` in a transaction and commits it on success; an `Err` or a panic leaves nothing behind. `committed`
    /// is called after the commit and before this returns, on SQLite in the order of the commits.
    ///
    /// `work` may run more than once: on SQLite a group is rolled back and repeated when one of its jobs fails. The
    /// future must be polled to completion, so callers spawn a task for it.
    pub async fn write<T, E, W, C>(&self, work: W, committed: C) -> Result<Result<T, E>, Error>
    where
        W: for<'t> Fn(&'t mut WriteTx<'_>) -> BoxFuture<'t, Result<T, E>> + Send + Sync + 'static,
        C: FnOnce(&T) + Send + 'static,
        T: Send + 'static,
        E: Send + 'static,
    {
        match &self.backend {
            Backend::File { writer, .. } | Backend::Memory { writer, .. } => {
                writer::submit(writer, work, committed).await
            }
            Backend::Postgres(pool) => {
                let write: BoxFuture<'_, _> = Box::pin(async move {
                    let mut connection = pool.acquire().await?;
                    let mut transaction = sqlx::Connection::begin(&mut *connection).await?;
                    let outcome = work::attempt(&work, &mut WriteTx::postgres(&mut transaction)).await;
                    let Ok(Ok(value)) = outcome else {
                        if transaction.rollback().await.is_err() {
                            connection.close_on_drop();
                        }
                        return outcome;
                    };
                    transaction.commit().await.map_err(Error::Commit)?;
                    work::tell(committed, &value)?;
                    Ok(Ok(value))
                });
                write.await
            }
        }
    }

    /// Inserts a row and commits it. On SQLite, waiting rows of the same table are inserted by one statement.
    pub async fn append(&self, row: Row) -> Result<(), Error> {
        match &self.backend {
            Backend::File { writer, .. } | Backend::Memory { writer, .. } => writer::append(writer, row).await,
            Backend::Postgres(pool) => {
                let write: BoxFuture<'_, _> = Box::pin(async move {
                    let mut connection = pool.acquire().await?;
                    let (sql, values) = row.statement(&[]);
                    WriteTx::postgres(&mut connection).run(sql, values).await.map(drop)
                });
                write.await
            }
        }
    }

    /// Closes the connections. On SQLite this also folds the write-ahead log into the file.
    pub async fn close(&self) {
        match &self.backend {
            Backend::File { readers, writer } => {
                readers.close().await;
                writer::stop(writer).await;
            }
            Backend::Memory { writer, .. } => writer::stop(writer).await,
            Backend::Postgres(pool) => pool.close().await,
        }
    }
}
