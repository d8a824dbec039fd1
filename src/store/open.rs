//! Opens a database: finds it, checks that it is ours, and applies the migrations.
//!
//! Every failure is one clear sentence with a remedy. A file that is not ours is never changed.

use super::owner::{self, MIGRATIONS, Owner};
use super::{Engine, Store, file, writer};
use sqlx::Connection;
use sqlx::migrate::{Migrate, MigrateError};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// Where the state is kept.
#[derive(Clone, Debug)]
pub enum Location {
    /// In memory; gone when the process ends.
    Memory,
    /// A SQLite file.
    File(PathBuf),
    /// A PostgreSQL address, `postgres://…`.
    Postgres(String),
}

/// When a write may be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// After the fsync: the write survives a power cut.
    Full,
    /// Before the fsync: the write survives the process; a power cut may lose the latest writes, but not consistency.
    Fast,
}

/// Why a database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file or its lock file cannot be read or created.
    #[error("cannot open {path}: {source}")]
    File {
        /// Path of the file.
        path: String,
        /// Reason given by the operating system.
        source: std::io::Error,
    },
    /// Another process has it open.
    #[error("{0} is in use by another camulator; stop that one, or choose another --data-dir or --database")]
    Locked(String),
    /// The file has other names, and SQLite stores the latest changes in a log beside one of them.
    #[error(
        "{0} is one of several hard links to the same file, and SQLite would mix up their logs; copy it to a name of its \
         own, or choose another --data-dir or --database"
    )]
    Linked(String),
    /// The path of the lock file would be that of the database.
    #[error("{0} is the name of a lock file; choose another name with --database")]
    NamedLock(String),
    /// A directory, a pipe or a device.
    #[error("{0} is not a file; choose another --data-dir or --database")]
    NotAFile(String),
    /// Something that is not a SQLite database.
    #[error("{0} is not a SQLite database; choose another --data-dir or --database")]
    NotSqlite(String),
    /// A SQLite database of another program.
    #[error(
        "{0} is a SQLite database of another program, and is left as it is; choose another --data-dir or --database"
    )]
    Foreign(String),
    /// A PostgreSQL schema with tables of another program.
    #[error(
        "{0} holds tables of another program, and is left as it is; name an empty database or schema with --database"
    )]
    ForeignSchema(String),
    /// A later version of this program has migrated it.
    #[error("{0} was written by a newer camulator; start that version, or choose another --data-dir or --database")]
    Newer(String),
    /// Reason given by the driver.
    #[error("cannot use the database {0}: {1}")]
    Driver(String, sqlx::Error),
    /// The address cannot be parsed.
    #[error("the PostgreSQL address is not valid: {0}")]
    Address(sqlx::Error),
}

pub(super) async fn open(location: &Location, durability: Durability) -> Result<Store, OpenError> {
    match location {
        Location::Memory => open_memory().await,
        Location::File(path) => open_file(path, durability).await,
        Location::Postgres(address) => open_postgres(address, durability).await,
    }
}

async fn open_memory() -> Result<Store, OpenError> {
    let name = "memory".to_owned();
    let options = SqliteConnectOptions::new().in_memory(true).foreign_keys(true);
    let mut connection = sqlx::SqliteConnection::connect_with(&options).await.map_err(driver(&name))?;
    migrated(&name, MIGRATIONS.run_direct(None, &mut connection, false).await)?;
    let held = Arc::new(Mutex::new(writer::Held::new(connection, None)));
    let writer = writer::start(held.clone());
    Ok(Store { engine: Engine::Memory { held, writer }, description: name.into(), _claim: None })
}

async fn open_file(path: &Path, durability: Durability) -> Result<Store, OpenError> {
    let name = path.display().to_string();
    let claim = file::claim(path)?;
    mark(&claim.path, &name).await?;
    let options = SqliteConnectOptions::new()
        .filename(&claim.path)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(match durability {
            Durability::Full => SqliteSynchronous::Full,
            Durability::Fast => SqliteSynchronous::Normal,
        })
        .busy_timeout(Duration::from_secs(5));
    let mut connection = SqliteConnection::connect_with(&options).await.map_err(driver(&name))?;
    migrated(&name, MIGRATIONS.run_direct(None, &mut connection, false).await)?;
    let readers = SqlitePoolOptions::new()
        .min_connections(0)
        .max_connections(4)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_lazy_with(options.clone().read_only(true));
    let writer = writer::start(Arc::new(Mutex::new(writer::Held::new(connection, Some(options)))));
    Ok(Store { engine: Engine::File { readers, writer }, description: name.into(), _claim: Some(Arc::new(claim)) })
}

/// Checks that the file holds nothing of another program, and marks it as ours before anything of ours is in it.
async fn mark(path: &Path, name: &str) -> Result<(), OpenError> {
    let options = SqliteConnectOptions::new().filename(path);
    let mut connection = SqliteConnection::connect_with(&options).await.map_err(driver(name))?;
    let outcome = match owner::of_sqlite(&mut connection).await.map_err(driver(name))? {
        Owner::Us => Ok(()),
        Owner::LaterUs => Err(OpenError::Newer(name.to_owned())),
        Owner::Another => Err(OpenError::Foreign(name.to_owned())),
        // Marked before the write-ahead log exists, so that the mark is in the file itself however the process ends.
        Owner::Nobody => {
            let mark = sqlx::raw_sql("PRAGMA application_id = 1128353109").execute(&mut connection).await;
            mark.map(drop).map_err(driver(name))
        }
    };
    connection.close().await.map_err(driver(name))?;
    outcome
}

async fn open_postgres(address: &str, durability: Durability) -> Result<Store, OpenError> {
    let mut options = PgConnectOptions::from_str(address).map_err(OpenError::Address)?;
    if durability == Durability::Fast {
        options = options.options([("synchronous_commit", "off")]);
    }
    let name = format!(
        "postgres://{}:{}/{}",
        options.get_host(),
        options.get_port(),
        options.get_database().unwrap_or_else(|| options.get_username())
    );
    let pool = PgPoolOptions::new()
        .max_connections(16)
        .acquire_timeout(Duration::from_secs(2))
        .connect_with(options)
        .await
        .map_err(driver(&name))?;
    // Detached from the pool, so that the lock on the migrations ends with the connection, whatever happens.
    let mut connection = pool.acquire().await.map_err(driver(&name))?.detach();
    let outcome = migrate_postgres(&mut connection, &name).await;
    let _ = connection.close().await;
    outcome?;
    Ok(Store { engine: Engine::Postgres(pool), description: name.into(), _claim: None })
}

/// Checks the schema and migrates it, one server at a time; the others wait and find it done.
async fn migrate_postgres(connection: &mut PgConnection, name: &str) -> Result<(), OpenError> {
    migrated(name, connection.lock().await)?;
    match owner::of_postgres(connection).await.map_err(driver(name))? {
        Owner::Nobody | Owner::Us => migrated(name, MIGRATIONS.run_direct(None, connection, false).await),
        Owner::LaterUs => Err(OpenError::Newer(name.to_owned())),
        Owner::Another => Err(OpenError::ForeignSchema(name.to_owned())),
    }
}

fn driver(name: &str) -> impl FnOnce(sqlx::Error) -> OpenError + '_ {
    move |error| OpenError::Driver(name.to_owned(), error)
}

fn migrated(name: &str, outcome: Result<(), MigrateError>) -> Result<(), OpenError> {
    match outcome {
        Ok(()) => Ok(()),
        Err(MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..)) => {
            Err(OpenError::Newer(name.to_owned()))
        }
        Err(MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) => {
            Err(OpenError::Driver(name.to_owned(), error))
        }
        Err(other) => Err(OpenError::Driver(name.to_owned(), sqlx::Error::Migrate(Box::new(other)))),
    }
}
