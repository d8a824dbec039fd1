//! How the limit programs insert a row, the least that a CreateRole must write.

use crate::Outcome;
use sqlx::Connection;
use sqlx::postgres::{PgPool, PgPoolOptions};
use tokio::sync::{mpsc, oneshot};

const TABLE: &str =
    "CREATE TABLE roles (id BIGINT NOT NULL PRIMARY KEY, account TEXT NOT NULL, document TEXT NOT NULL)";
const INSERT: &str = "INSERT INTO roles (id, account, document) VALUES ($1, $2, $3)";
const ACCOUNT: &str = "100000000001";

/// The most rows that share a commit in SQLite.
const GROUP: usize = 256;

/// The most connections to PostgreSQL, as many as camulator has.
const CONNECTIONS: u32 = 16;

/// A table of rows.
pub enum Rows {
    /// A SQLite file with `synchronous=FULL`. A single writer commits all waiting rows together.
    Sqlite(mpsc::Sender<(String, oneshot::Sender<()>)>),
    /// A PostgreSQL database. Each row is a statement, and so a transaction, of its own.
    Postgres(PgPool),
}

impl Rows {
    /// Creates the table in a SQLite file, and starts the writer.
    pub async fn in_sqlite(path: &str) -> Outcome<Rows> {
        let options = sqlx::sqlite::SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal)
            .synchronous(sqlx::sqlite::SqliteSynchronous::Full);
        let mut connection = sqlx::SqliteConnection::connect_with(&options).await?;
        sqlx::query(TABLE).execute(&mut connection).await?;
        let (sender, receiver) = mpsc::channel(4096);
        tokio::spawn(async move {
            if let Err(error) = write(connection, receiver).await {
                eprintln!("the writer of the limit program stopped: {error}");
            }
        });
        Ok(Rows::Sqlite(sender))
    }

    /// Creates the table in a PostgreSQL database, or empties it.
    pub async fn in_postgres(address: &str) -> Outcome<Rows> {
        let pool = PgPoolOptions::new().max_connections(CONNECTIONS).connect(address).await?;
        sqlx::query("DROP TABLE IF EXISTS roles").execute(&pool).await?;
        sqlx::query(TABLE).execute(&pool).await?;
        Ok(Rows::Postgres(pool))
    }

    /// Inserts a row, and waits for its commit.
    pub async fn insert(&self, id: u64, document: String) -> Outcome<()> {
        match self {
            Rows::Sqlite(writer) => {
                let (committed, done) = oneshot::channel();
                writer.send((document, committed)).await?;
                Ok(done.await?)
            }
            Rows::Postgres(pool) => {
                let id = i64::try_from(id)?;
                sqlx::query(INSERT).bind(id).bind(ACCOUNT).bind(document).execute(pool).await?;
                Ok(())
            }
        }
    }
}

async fn write(
    mut connection: sqlx::SqliteConnection,
    mut queue: mpsc::Receiver<(String, oneshot::Sender<()>)>,
) -> Result<(), sqlx::Error> {
    let mut id = 0_i64;
    while let Some(first) = queue.recv().await {
        let mut waiting = Vec::new();
        let mut next = Some(first);
        sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut connection).await?;
        while let Some((document, committed)) = next {
            id += 1;
            sqlx::query(INSERT).bind(id).bind(ACCOUNT).bind(document).execute(&mut connection).await?;
            waiting.push(committed);
            next = if waiting.len() < GROUP { queue.try_recv().ok() } else { None };
        }
        sqlx::raw_sql("COMMIT").execute(&mut connection).await?;
        for committed in waiting {
            // Fails if the client has disconnected.
            let _ = committed.send(());
        }
    }
    Ok(())
}
