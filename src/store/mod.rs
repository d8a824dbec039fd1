//! The seam to SQLite and PostgreSQL, and the only place that names a database driver.
//!
//! A [`Tx`] queries either database with [`args!`](crate::args) and returns any struct that derives [`FromRow`]; a
//! [`WriteTx`] can also change rows. A [`Read`] is a consistent snapshot. A write goes through [`Store::write`]: on
//! SQLite to one task that commits all waiting writes together (`writer`), on PostgreSQL in a transaction of its own.
//!
//! Deliberately absent: SQL text (it belongs to `engine`), repository traits and mocks (an in-memory SQLite store opens
//! in milliseconds), and `sqlx::Any` (it has open bugs with booleans, times and null types).

mod file;
mod open;
mod owner;
#[cfg(test)]
mod tests;
mod work;
mod writer;

pub use open::{Durability, Location, OpenError};
pub use sqlx::FromRow;

use sqlx::postgres::{PgArguments, PgConnection, PgPool, PgRow};
use sqlx::sqlite::{SqliteArguments, SqliteConnection, SqlitePool, SqliteRow};
use sqlx::{Postgres, Sqlite, Transaction};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use tokio::sync::{Mutex, OwnedMappedMutexGuard, OwnedMutexGuard, mpsc};

/// A boxed future, as operations and jobs return it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Why the database did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The driver reported an error.
    #[error("the database refused or could not be reached: {0}")]
    Driver(#[from] sqlx::Error),
    /// The writer has stopped because the server is shutting down.
    #[error("the store is closed; start the server again")]
    Closed,
    /// The transaction did not commit.
    #[error("the commit failed: {0}")]
    Commit(sqlx::Error),
    /// The connection to the in-memory database is unusable, and the state is lost with it.
    #[error("the in-memory database is lost; start the server again")]
    Lost,
    /// The work panicked and was rolled back.
    #[error("a bug in camulator: a write ended in a panic")]
    Panicked,
    /// The work reported success although one of its statements failed; it was rolled back.
    #[error("a bug in camulator: a write went on after a failed statement")]
    WentOn,
    /// An error shared by every write of a group.
    #[error(transparent)]
    Shared(Arc<Error>),
    /// A statement that changes rows was given where only a query is allowed.
    #[error("a bug in camulator: not a query: {0}")]
    NotAQuestion(&'static str),
}

/// One argument of a statement.
#[derive(Clone, Debug)]
pub enum Value {
    /// `TEXT`.
    Text(String),
    /// `BIGINT`.
    Int(i64),
    /// `BOOLEAN`.
    Bool(bool),
}

macro_rules! value_from {
    ($($source:ty => |$it:ident| $value:expr;)*) => {
        $(impl From<$source> for Value {
            fn from($it: $source) -> Value {
                $value
            }
        })*
    };
}

value_from! {
    String => |it| Value::Text(it);
    &String => |it| Value::Text(it.clone());
    &str => |it| Value::Text(it.to_owned());
    Arc<str> => |it| Value::Text(it.as_ref().to_owned());
    i64 => |it| Value::Int(it);
    bool => |it| Value::Bool(it);
}

/// Builds the arguments of a statement, in the order of `$1…$n`.
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::store::Value::from($value)),*] };
}

/// A type that both drivers can read from a row.
pub trait Readable: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}

impl<T> Readable for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}

enum Connection<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

/// A connection inside a transaction, for statements that only read.
pub struct Tx<'c> {
    connection: Connection<'c>,
    /// A row changed or a statement failed: if the job ends in an error, its changes must be rolled back.
    touched: bool,
    /// A statement failed. PostgreSQL reports success for the commit of such a transaction, but rolls it back.
    failed: bool,
}

impl<'c> Tx<'c> {
    fn sqlite(connection: &'c mut SqliteConnection) -> Tx<'c> {
        Tx { connection: Connection::Sqlite(connection), touched: false, failed: false }
    }

    fn postgres(connection: &'c mut PgConnection) -> Tx<'c> {
        Tx { connection: Connection::Postgres(connection), touched: false, failed: false }
    }

    /// Returns the first row, if there is one.
    pub async fn optional<T: Readable>(
        &mut self,
        sql: &'static str,
        arguments: Vec<Value>,
    ) -> Result<Option<T>, Error> {
        self.first(question(sql)?, arguments).await
    }

    async fn first<T: Readable>(&mut self, sql: &'static str, arguments: Vec<Value>) -> Result<Option<T>, Error> {
        let outcome = match &mut self.connection {
            Connection::Sqlite(connection) => {
                sqlx::query_as_with(sql, sqlite_arguments(arguments)?).fetch_optional(&mut **connection).await
            }
            Connection::Postgres(connection) => {
                sqlx::query_as_with(sql, postgres_arguments(arguments)?).fetch_optional(&mut **connection).await
            }
        };
        self.noted(outcome)
    }

    /// Returns every row.
    pub async fn all<T: Readable>(&mut self, sql: &'static str, arguments: Vec<Value>) -> Result<Vec<T>, Error> {
        let sql = question(sql)?;
        let outcome = match &mut self.connection {
            Connection::Sqlite(connection) => {
                sqlx::query_as_with(sql, sqlite_arguments(arguments)?).fetch_all(&mut **connection).await
            }
            Connection::Postgres(connection) => {
                sqlx::query_as_with(sql, postgres_arguments(arguments)?).fetch_all(&mut **connection).await
            }
        };
        self.noted(outcome)
    }

    /// Returns the number from `SELECT COUNT(*)`, or any single integer; 0 if there is no row.
    pub async fn number(&mut self, sql: &'static str, arguments: Vec<Value>) -> Result<i64, Error> {
        let row: Option<(i64,)> = self.optional(sql, arguments).await?;
        Ok(row.map_or(0, |(number,)| number))
    }

    /// Records a failed statement: PostgreSQL has then aborted the transaction, and SQLite may have, so nothing may be
    /// committed.
    fn noted<T>(&mut self, outcome: Result<T, sqlx::Error>) -> Result<T, Error> {
        self.touched |= outcome.is_err();
        self.failed |= outcome.is_err();
        Ok(outcome?)
    }
}

/// Rejects statements that change rows: they must go through a [`WriteTx`], whose caller declares what changes.
fn question(sql: &'static str) -> Result<&'static str, Error> {
    if sql.starts_with("SELECT") { Ok(sql) } else { Err(Error::NotAQuestion(sql)) }
}

/// A connection inside a transaction that changes rows. Code that only reads takes the [`Tx`] inside it.
pub struct WriteTx<'c>(Tx<'c>);

impl<'c> std::ops::Deref for WriteTx<'c> {
    type Target = Tx<'c>;

    fn deref(&self) -> &Tx<'c> {
        &self.0
    }
}

impl std::ops::DerefMut for WriteTx<'_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl<'c> WriteTx<'c> {
    fn sqlite(connection: &'c mut SqliteConnection) -> WriteTx<'c> {
        WriteTx(Tx::sqlite(connection))
    }

    fn postgres(connection: &'c mut PgConnection) -> WriteTx<'c> {
        WriteTx(Tx::postgres(connection))
    }

    /// Runs a statement that changes rows, and returns how many it changed.
    pub async fn execute(&mut self, sql: &'static str, arguments: Vec<Value>) -> Result<u64, Error> {
        self.run(sql, arguments).await
    }

    /// Runs a statement that changes at most one row, and returns the row of its `RETURNING` clause.
    pub async fn returning<T: Readable>(
        &mut self,
        sql: &'static str,
        arguments: Vec<Value>,
    ) -> Result<Option<T>, Error> {
        let row = self.0.first(sql, arguments).await?;
        self.0.touched |= row.is_some();
        Ok(row)
    }

    /// Like `execute`, but also accepts a statement that was assembled here.
    async fn run(&mut self, sql: impl sqlx::SqlSafeStr + Send, arguments: Vec<Value>) -> Result<u64, Error> {
        let outcome = match &mut self.0.connection {
            Connection::Sqlite(connection) => sqlx::query_with(sql, sqlite_arguments(arguments)?)
                .execute(&mut **connection)
                .await
                .map(|done| done.rows_affected()),
            Connection::Postgres(connection) => sqlx::query_with(sql, postgres_arguments(arguments)?)
                .execute(&mut **connection)
                .await
                .map(|done| done.rows_affected()),
        };
        let changed = self.0.noted(outcome)?;
        self.0.touched |= changed > 0;
        Ok(changed)
    }

    /// Increments an account's generation and returns the new one; none if this incarnation of the account does not
    /// exist. On PostgreSQL its row lock lets only one writer per account proceed. It does not count as a change,
    /// because a generation that moved for nothing is harmless.
    pub async fn advance(&mut self, account: &str, incarnation: i64) -> Result<Option<i64>, Error> {
        let sql =
            "UPDATE accounts SET generation = generation + 1 WHERE id = $1 AND incarnation = $2 RETURNING generation";
        let row: Option<(i64,)> = self.0.first(sql, crate::args![account, incarnation]).await?;
        Ok(row.map(|(generation,)| generation))
    }
}

fn sqlite_arguments(values: Vec<Value>) -> Result<SqliteArguments, Error> {
    let mut arguments = SqliteArguments::default();
    for value in values {
        match value {
            Value::Text(text) => sqlx::Arguments::add(&mut arguments, text),
            Value::Int(number) => sqlx::Arguments::add(&mut arguments, number),
            Value::Bool(flag) => sqlx::Arguments::add(&mut arguments, flag),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

fn postgres_arguments(values: Vec<Value>) -> Result<PgArguments, Error> {
    let mut arguments = PgArguments::default();
    for value in values {
        match value {
            Value::Text(text) => sqlx::Arguments::add(&mut arguments, text),
            Value::Int(number) => sqlx::Arguments::add(&mut arguments, number),
            Value::Bool(flag) => sqlx::Arguments::add(&mut arguments, flag),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

/// A row that can be inserted without reading anything first.
#[derive(Clone, Debug)]
pub struct Row {
    /// `INSERT INTO table (columns)`.
    pub insert: &'static str,
    /// The values of the columns.
    pub values: Vec<Value>,
}

impl Row {
    /// Returns one statement that inserts this row and `others`, with all their values. All must belong to the same
    /// table.
    fn statement(&self, others: &[&Row]) -> (sqlx::AssertSqlSafe<String>, Vec<Value>) {
        let columns = self.values.len();
        let places = |row: usize| {
            let places: Vec<String> = (1..=columns).map(|column| format!("${}", row * columns + column)).collect();
            format!("({})", places.join(", "))
        };
        let rows: Vec<String> = (0..=others.len()).map(places).collect();
        let values = self.values.iter().chain(others.iter().flat_map(|row| &row.values)).cloned();
        let sql = format!("{} VALUES {}", self.insert, rows.join(", "));
        (sqlx::AssertSqlSafe(sql), values.collect())
    }
}

/// A consistent snapshot of the database: what it shows does not change until it is dropped.
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
    engine: Engine,
    description: Arc<str>,
    /// Held while the store lives, so that no second process opens the same file.
    _claim: Option<Arc<file::Claim>>,
}

#[derive(Clone)]
enum Engine {
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
    /// Opens the database, applies the migrations and starts the writer. Must be called inside a Tokio runtime.
    pub async fn open(location: &Location, durability: Durability) -> Result<Store, OpenError> {
        open::open(location, durability).await
    }

    /// Describes where the state lives, for people: `memory`, the path of a file, or a PostgreSQL address without its
    /// password.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// Whether other processes may change the same state; if so, a cached view must be checked before it is used.
    pub fn shared(&self) -> bool {
        matches!(self.engine, Engine::Postgres(_))
    }

    /// Returns how many writes wait for this process's writer; 0 on PostgreSQL, where none wait.
    pub fn waiting(&self) -> usize {
        match &self.engine {
            Engine::File { writer, .. } | Engine::Memory { writer, .. } => writer.max_capacity() - writer.capacity(),
            Engine::Postgres(_) => 0,
        }
    }

    /// Begins a consistent snapshot.
    pub async fn read(&self) -> Result<Read, Error> {
        Ok(Read(match &self.engine {
            Engine::File { readers, .. } => Look::Pooled(readers.begin().await?),
            Engine::Memory { held, .. } => {
                let held = held.clone().lock_owned().await;
                Look::Alone(OwnedMutexGuard::try_map(held, writer::Held::current).map_err(|_| Error::Lost)?)
            }
            Engine::Postgres(pool) => {
                Look::Postgres(pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?)
            }
        }))
    }

    /// Runs one query outside any transaction: the cheapest way to see a single committed row.
    pub async fn glance<T: Readable>(&self, sql: &'static str, arguments: Vec<Value>) -> Result<Option<T>, Error> {
        match &self.engine {
            Engine::File { readers, .. } => {
                let mut connection = readers.acquire().await?;
                Tx::sqlite(&mut connection).optional(sql, arguments).await
            }
            Engine::Memory { held, .. } => {
                let mut held = held.lock().await;
                Tx::sqlite(held.current().ok_or(Error::Lost)?).optional(sql, arguments).await
            }
            Engine::Postgres(pool) => {
                let mut connection = pool.acquire().await?;
                Tx::postgres(&mut connection).optional(sql, arguments).await
            }
        }
    }

    /// Runs `work` in a transaction and commits it on success; an `Err` or a panic leaves nothing behind. `committed`
    /// is called after the commit and before this returns, on SQLite in the order of the commits.
    ///
    /// `work` may run more than once: on SQLite a group is rolled back and repeated when one of its jobs fails. The
    /// future must be driven to completion, so callers spawn a task for it.
    pub async fn write<T, E, W, C>(&self, work: W, committed: C) -> Result<Result<T, E>, Error>
    where
        W: for<'t> Fn(&'t mut WriteTx<'_>) -> BoxFuture<'t, Result<T, E>> + Send + Sync + 'static,
        C: FnOnce(&T) + Send + 'static,
        T: Send + 'static,
        E: Send + 'static,
    {
        match &self.engine {
            Engine::File { writer, .. } | Engine::Memory { writer, .. } => {
                writer::submit(writer, work, committed).await
            }
            Engine::Postgres(pool) => {
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
            }
        }
    }

    /// Inserts a row and commits it. On SQLite, waiting rows of the same table are inserted by one statement.
    pub async fn append(&self, row: Row) -> Result<(), Error> {
        match &self.engine {
            Engine::File { writer, .. } | Engine::Memory { writer, .. } => writer::append(writer, row).await,
            Engine::Postgres(pool) => {
                let mut connection = pool.acquire().await?;
                let (sql, values) = row.statement(&[]);
                WriteTx::postgres(&mut connection).run(sql, values).await.map(drop)
            }
        }
    }

    /// Closes the connections. On SQLite this also folds the write-ahead log into the file.
    pub async fn close(&self) {
        match &self.engine {
            Engine::File { readers, writer } => {
                readers.close().await;
                writer::stop(writer).await;
            }
            Engine::Memory { writer, .. } => writer::stop(writer).await,
            Engine::Postgres(pool) => pool.close().await,
        }
    }
}
