//! A second connection to a server's database: it sees what other processes see, and can hold locks.

use camulator::store::Location;
use sqlx::postgres::PgConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection};
use std::time::Duration;

/// A second connection. In memory there is none: it would see another database.
pub enum Raw {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Raw {
    pub async fn to(location: &Location) -> Raw {
        match location {
            Location::Memory => panic!("an in-memory database has one connection"),
            Location::File(path) => {
                let options = SqliteConnectOptions::new().filename(path).create_if_missing(true).foreign_keys(true);
                Raw::Sqlite(SqliteConnection::connect_with(&options).await.unwrap())
            }
            Location::Postgres(address) => Raw::Postgres(PgConnection::connect(address).await.unwrap()),
        }
    }

    /// Runs any statements.
    pub async fn run(&mut self, sql: impl Into<String>) {
        let sql = sqlx::raw_sql(AssertSqlSafe(sql.into()));
        match self {
            Raw::Sqlite(connection) => drop(sql.execute(connection).await.unwrap()),
            Raw::Postgres(connection) => drop(sql.execute(connection).await.unwrap()),
        }
    }

    /// Returns the single integer that a query selects.
    pub async fn number(&mut self, sql: impl Into<String>) -> i64 {
        let sql = AssertSqlSafe(sql.into());
        match self {
            Raw::Sqlite(connection) => sqlx::query_scalar(sql).fetch_one(connection).await.unwrap(),
            Raw::Postgres(connection) => sqlx::query_scalar(sql).fetch_one(connection).await.unwrap(),
        }
    }

    /// Returns the texts of the single column that a query selects.
    pub async fn texts(&mut self, sql: impl Into<String>) -> Vec<String> {
        let sql = AssertSqlSafe(sql.into());
        match self {
            Raw::Sqlite(connection) => sqlx::query_scalar(sql).fetch_all(connection).await.unwrap(),
            Raw::Postgres(connection) => sqlx::query_scalar(sql).fetch_all(connection).await.unwrap(),
        }
    }

    /// Waits until at least this many connections of this test wait for locks of PostgreSQL.
    pub async fn until_waiting(&mut self, count: i64) {
        let waiting = async {
            let count_now = "SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' \
                             AND application_name = current_setting('application_name')";
            while self.number(count_now).await < count {
                // Inside a transaction PostgreSQL would return its first snapshot again.
                self.run("SELECT pg_stat_clear_snapshot(), pg_sleep(0.005)").await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), waiting).await.expect("nobody waits for the lock");
    }

    pub async fn close(self) {
        match self {
            Raw::Sqlite(connection) => connection.close().await.unwrap(),
            Raw::Postgres(connection) => connection.close().await.unwrap(),
        }
    }
}
