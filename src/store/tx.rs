//! Transactions: statements, their arguments, and the rows they return, on either driver.

use sqlx::FromRow;
use sqlx::postgres::{PgArguments, PgConnection, PgRow};
use sqlx::sqlite::{SqliteArguments, SqliteConnection, SqliteRow};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// A boxed future, as operations and jobs return it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Why a read or a write failed.
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
pub enum Argument {
    /// `TEXT`.
    Text(String),
    /// `BIGINT`.
    Int(i64),
    /// `BOOLEAN`.
    Bool(bool),
}

macro_rules! argument_from {
    ($($source:ty => |$it:ident| $value:expr;)*) => {
        $(impl From<$source> for Argument {
            fn from($it: $source) -> Argument {
                $value
            }
        })*
    };
}

argument_from! {
    String => |it| Argument::Text(it);
    &String => |it| Argument::Text(it.clone());
    &str => |it| Argument::Text(it.to_owned());
    Arc<str> => |it| Argument::Text(it.as_ref().to_owned());
    i64 => |it| Argument::Int(it);
    bool => |it| Argument::Bool(it);
}

/// Builds the arguments of a statement, in the order of `$1…$n`.
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::store::Argument::from($value)),*] };
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
    pub(super) touched: bool,
    /// A statement failed. PostgreSQL reports success for the commit of such a transaction, but rolls it back.
    pub(super) failed: bool,
}

impl<'c> Tx<'c> {
    pub(super) fn sqlite(connection: &'c mut SqliteConnection) -> Tx<'c> {
        Tx { connection: Connection::Sqlite(connection), touched: false, failed: false }
    }

    pub(super) fn postgres(connection: &'c mut PgConnection) -> Tx<'c> {
        Tx { connection: Connection::Postgres(connection), touched: false, failed: false }
    }

    /// Returns the first row, if there is one.
    pub async fn optional<T: Readable>(
        &mut self,
        sql: &'static str,
        arguments: Vec<Argument>,
    ) -> Result<Option<T>, Error> {
        self.first(question(sql)?, arguments).await
    }

    async fn first<T: Readable>(&mut self, sql: &'static str, arguments: Vec<Argument>) -> Result<Option<T>, Error> {
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
    pub async fn all<T: Readable>(&mut self, sql: &'static str, arguments: Vec<Argument>) -> Result<Vec<T>, Error> {
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

    /// Returns the result of `SELECT COUNT(*)` or of another query for one integer; 0 if there is no row.
    pub async fn number(&mut self, sql: &'static str, arguments: Vec<Argument>) -> Result<i64, Error> {
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
pub struct WriteTx<'c>(pub(super) Tx<'c>);

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
    pub(super) fn sqlite(connection: &'c mut SqliteConnection) -> WriteTx<'c> {
        WriteTx(Tx::sqlite(connection))
    }

    pub(super) fn postgres(connection: &'c mut PgConnection) -> WriteTx<'c> {
        WriteTx(Tx::postgres(connection))
    }

    /// Runs a statement that changes rows, and returns how many it changed.
    pub async fn execute(&mut self, sql: &'static str, arguments: Vec<Argument>) -> Result<u64, Error> {
        self.run(sql, arguments).await
    }

    /// Runs a statement that changes at most one row, and returns the row of its `RETURNING` clause.
    pub async fn returning<T: Readable>(
        &mut self,
        sql: &'static str,
        arguments: Vec<Argument>,
    ) -> Result<Option<T>, Error> {
        let row = self.0.first(sql, arguments).await?;
        self.0.touched |= row.is_some();
        Ok(row)
    }

    /// Like `execute`, but also accepts a statement that was assembled here.
    pub(super) async fn run(
        &mut self,
        sql: impl sqlx::SqlSafeStr + Send,
        arguments: Vec<Argument>,
    ) -> Result<u64, Error> {
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

    /// Increments an account's generation and returns the new one, or `None` if this incarnation of the account does
    /// not exist. On PostgreSQL the row lock lets only one writer per account proceed. This does not mark the
    /// transaction as changed, because a generation that is incremented without a change does no harm.
    pub async fn advance(&mut self, account: &str, incarnation: i64) -> Result<Option<i64>, Error> {
        let sql =
            "UPDATE accounts SET generation = generation + 1 WHERE id = $1 AND incarnation = $2 RETURNING generation";
        let row: Option<(i64,)> = self.0.first(sql, crate::args![account, incarnation]).await?;
        Ok(row.map(|(generation,)| generation))
    }
}

fn sqlite_arguments(values: Vec<Argument>) -> Result<SqliteArguments, Error> {
    let mut arguments = SqliteArguments::default();
    for value in values {
        match value {
            Argument::Text(text) => sqlx::Arguments::add(&mut arguments, text),
            Argument::Int(number) => sqlx::Arguments::add(&mut arguments, number),
            Argument::Bool(flag) => sqlx::Arguments::add(&mut arguments, flag),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

fn postgres_arguments(values: Vec<Argument>) -> Result<PgArguments, Error> {
    let mut arguments = PgArguments::default();
    for value in values {
        match value {
            Argument::Text(text) => sqlx::Arguments::add(&mut arguments, text),
            Argument::Int(number) => sqlx::Arguments::add(&mut arguments, number),
            Argument::Bool(flag) => sqlx::Arguments::add(&mut arguments, flag),
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
    pub values: Vec<Argument>,
}

impl Row {
    /// Returns one statement that inserts this row and `others`, with all their values. All must belong to the same
    /// table.
    pub(super) fn statement(&self, others: &[&Row]) -> (sqlx::AssertSqlSafe<String>, Vec<Argument>) {
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
