//! Transactions: statements, their arguments, and the rows they return, on either driver.

use super::argument::Argument;
use super::queue::{Marks, Queue, Ready};
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
    /// A statement changed another number of rows than its job takes for granted.
    #[error("a statement changed {changed} rows instead of {expected}")]
    Unexpected {
        /// The number that it had to change.
        expected: u64,
        /// The number that it changed.
        changed: u64,
    },
}

/// A type that both drivers can read from a row.
pub trait Readable: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}

impl<T> Readable for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}

pub(super) enum Connection<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

/// A connection inside a transaction, for statements that only read.
pub struct Tx<'c> {
    connection: Connection<'c>,
    /// Statements of a [`WriteTx`](super::WriteTx) that have not been run. Every query runs them first.
    pub(super) queue: Queue,
    /// A row changed or a statement failed: if the job ends in an error, its changes must be rolled back.
    pub(super) touched: bool,
    /// A statement failed. PostgreSQL reports success for the commit of such a transaction, but rolls it back.
    pub(super) failed: bool,
}

impl<'c> Tx<'c> {
    pub(super) fn of(connection: Connection<'c>) -> Tx<'c> {
        Tx { connection, queue: Queue::default(), touched: false, failed: false }
    }

    /// Returns the first row, if there is one.
    pub async fn optional<T: Readable>(
        &mut self,
        sql: &'static str,
        arguments: Vec<Argument>,
    ) -> Result<Option<T>, Error> {
        self.first(question(sql)?, arguments).await
    }

    pub(super) async fn first<T: Readable>(
        &mut self,
        sql: &'static str,
        arguments: Vec<Argument>,
    ) -> Result<Option<T>, Error> {
        self.settle().await?;
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
        self.every(question(sql)?, arguments).await
    }

    pub(super) async fn every<T: Readable>(
        &mut self,
        sql: impl sqlx::SqlSafeStr + Send,
        arguments: Vec<Argument>,
    ) -> Result<Vec<T>, Error> {
        self.settle().await?;
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

    /// Runs the statements that wait. Fails if one of them changes another number of rows than its job took for granted.
    pub(super) async fn settle(&mut self) -> Result<(), Error> {
        if self.queue.is_empty() {
            return Ok(());
        }
        // What other jobs change is not this job's, if it ends in an error.
        let touched = self.touched || self.queue.has_own();
        let statements = self.queue.take(self.marks());
        let outcome = self.run_all(statements).await;
        self.touched = touched || outcome.is_err();
        outcome
    }

    /// Returns how the database marks the places of values.
    pub(super) fn marks(&self) -> Marks {
        match self.connection {
            Connection::Sqlite(_) => Marks::Plain,
            Connection::Postgres(_) => Marks::Numbered,
        }
    }

    /// Runs statements. Fails if one of them changes another number of rows than is expected.
    pub(super) async fn run_all(&mut self, statements: Vec<Ready>) -> Result<(), Error> {
        for Ready { sql, values, expected } in statements {
            let changed = self.change(sql, values).await?;
            if let Some(expected) = expected
                && expected != changed
            {
                self.failed = true;
                return Err(Error::Unexpected { expected, changed });
            }
        }
        Ok(())
    }

    /// Begins the next job of a transaction.
    pub(super) fn begin_job(&mut self) {
        (self.touched, self.failed) = (false, false);
        self.queue.begin_job();
    }

    /// Runs a statement that changes rows, without those that wait. Returns how many it changed.
    pub(super) async fn change(
        &mut self,
        sql: impl sqlx::SqlSafeStr + Send,
        arguments: Vec<Argument>,
    ) -> Result<u64, Error> {
        let outcome = match &mut self.connection {
            Connection::Sqlite(connection) => sqlx::query_with(sql, sqlite_arguments(arguments)?)
                .execute(&mut **connection)
                .await
                .map(|done| done.rows_affected()),
            Connection::Postgres(connection) => sqlx::query_with(sql, postgres_arguments(arguments)?)
                .execute(&mut **connection)
                .await
                .map(|done| done.rows_affected()),
        };
        let changed = self.noted(outcome)?;
        self.touched |= changed > 0;
        Ok(changed)
    }

    /// Runs a statement without arguments, such as `SAVEPOINT`.
    pub(super) async fn say(&mut self, sql: &'static str) -> Result<(), Error> {
        match &mut self.connection {
            Connection::Sqlite(connection) => sqlx::raw_sql(sql).execute(&mut **connection).await.map(drop)?,
            Connection::Postgres(connection) => sqlx::raw_sql(sql).execute(&mut **connection).await.map(drop)?,
        }
        Ok(())
    }

    /// Records a failed statement: PostgreSQL has then aborted the transaction, and SQLite may have, so nothing may be
    /// committed.
    fn noted<T>(&mut self, outcome: Result<T, sqlx::Error>) -> Result<T, Error> {
        self.touched |= outcome.is_err();
        self.failed |= outcome.is_err();
        Ok(outcome?)
    }
}

/// Rejects statements that change rows: they must go through a [`WriteTx`](super::WriteTx), whose caller declares what
/// changes.
fn question(sql: &'static str) -> Result<&'static str, Error> {
    if sql.starts_with("SELECT") { Ok(sql) } else { Err(Error::NotAQuestion(sql)) }
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
            Argument::Text(text) => sqlx::Arguments::add(&mut arguments, &*text),
            Argument::Int(number) => sqlx::Arguments::add(&mut arguments, number),
            Argument::Bool(flag) => sqlx::Arguments::add(&mut arguments, flag),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}
