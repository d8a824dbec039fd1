//! The connection of a writer, which is opened again after it is lost.

use super::tx::{Connection, Error};
use super::write_tx::WriteTx;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Connection as _, Executor};
use std::time::Duration;

/// How long PostgreSQL may take to accept a connection.
const PATIENCE: Duration = Duration::from_secs(2);

/// The connection of a writer.
pub(super) struct Desk {
    line: Option<Line>,
    again: Again,
}

pub(super) enum Line {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// How a lost connection is opened again.
pub(super) enum Again {
    /// Not at all: in memory, that would open another, empty database.
    Never,
    Sqlite(SqliteConnectOptions),
    Postgres(PgConnectOptions),
}

impl Desk {
    /// Creates a desk. Without a connection, the first write opens one.
    pub(super) fn new(line: Option<Line>, again: Again) -> Desk {
        Desk { line, again }
    }

    /// Returns the SQLite connection, or `None` if it was lost.
    pub(super) fn sqlite(&mut self) -> Option<&mut SqliteConnection> {
        match &mut self.line {
            Some(Line::Sqlite(connection)) => Some(connection),
            Some(Line::Postgres(_)) | None => None,
        }
    }

    /// Returns whether other processes write to the same database.
    pub(super) fn is_shared(&self) -> bool {
        matches!(self.again, Again::Postgres(_))
    }

    /// Begins a transaction. A connection that turns out to be lost is opened again.
    pub(super) async fn begin(&mut self) -> Result<WriteTx<'_>, Error> {
        let begin = if self.is_shared() { "BEGIN" } else { "BEGIN IMMEDIATE" };
        let is_old = self.line.is_some();
        let mut begun = self.open_and_say(begin).await;
        if begun.is_err() && is_old {
            self.give_up().await;
            if !matches!(self.again, Again::Never) {
                begun = self.open_and_say(begin).await;
            }
        }
        begun?;
        self.tx()
    }

    fn tx(&mut self) -> Result<WriteTx<'_>, Error> {
        match &mut self.line {
            Some(Line::Sqlite(connection)) => Ok(WriteTx::of(Connection::Sqlite(connection))),
            Some(Line::Postgres(connection)) => Ok(WriteTx::of(Connection::Postgres(connection))),
            None => Err(Error::Lost),
        }
    }

    async fn open_and_say(&mut self, sql: &'static str) -> Result<(), Error> {
        if self.line.is_none() {
            self.line = Some(match &self.again {
                Again::Never => return Err(Error::Lost),
                Again::Sqlite(options) => Line::Sqlite(SqliteConnection::connect_with(options).await?),
                Again::Postgres(options) => {
                    let connected = tokio::time::timeout(PATIENCE, PgConnection::connect_with(options)).await;
                    Line::Postgres(connected.map_err(|_| sqlx::Error::PoolTimedOut)??)
                }
            });
        }
        self.say(sql).await
    }

    /// Runs a statement without arguments, such as `COMMIT`.
    pub(super) async fn say(&mut self, sql: &'static str) -> Result<(), Error> {
        self.tx()?.say(sql).await
    }

    /// Undoes the transaction.
    pub(super) async fn roll_back(&mut self) {
        if self.say("ROLLBACK").await.is_err() {
            self.give_up().await;
        }
    }

    /// Closes a connection that may or may not have an open transaction. In memory the connection is the database, so
    /// it is kept if no transaction turns out to be open: SQLite rolls back by itself after some errors.
    pub(super) async fn give_up(&mut self) {
        if !matches!(self.again, Again::Never) {
            match self.line.take() {
                Some(Line::Sqlite(connection)) => _ = connection.close().await,
                // Closing says good-bye to a server that may not be there; dropping only closes the socket.
                Some(Line::Postgres(connection)) => drop(connection),
                None => {}
            }
            return;
        }
        let _ = self.say("ROLLBACK").await;
        if self.say("BEGIN; ROLLBACK").await.is_err() {
            tracing::error!("the in-memory database is lost; start the server again");
            self.line = None;
        }
    }

    /// Ends the connection. Folds the write-ahead log of a file into it, so that a stopped server leaves a single file.
    pub(super) async fn close(&mut self) {
        match self.line.take() {
            Some(Line::Sqlite(mut connection)) => {
                let _ = connection.execute(sqlx::raw_sql("PRAGMA wal_checkpoint(TRUNCATE)")).await;
                self.line = Some(Line::Sqlite(connection));
            }
            Some(Line::Postgres(connection)) => _ = connection.close().await,
            None => {}
        }
    }
}
