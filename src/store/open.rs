//! Opens a database: checks that it is ours, and applies the migrations.
//!
//! Every error is one sentence that says what to do. A file that is not ours is never changed.

use super::desk::{Again, Desk, Line};
use super::handle::{Backend, Store};
use super::location::{Durability, Location, OpenError};
use super::owner::{self, MIGRATIONS, Owner};
use super::{file, pool, writer};
use sqlx::Connection;
use sqlx::migrate::{Migrate, MigrateError};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

impl Store {
    /// Opens the database, applies the migrations and starts the writer. Must be called inside a Tokio runtime.
    pub async fn open(location: &Location, durability: Durability) -> Result<Store, OpenError> {
        match location {
            Location::Memory => open_memory().await,
            Location::File(path) => open_file(path, durability).await,
            Location::Postgres(address) => open_postgres(address, durability).await,
        }
    }
}

async fn open_memory() -> Result<Store, OpenError> {
    let name = "memory".to_owned();
    let options = SqliteConnectOptions::new().in_memory(true).foreign_keys(true);
    let mut connection = sqlx::SqliteConnection::connect_with(&options).await.map_err(driver(&name))?;
    migrated(&name, MIGRATIONS.run_direct(None, &mut connection, false).await)?;
    let desk = Arc::new(Mutex::new(Desk::new(Some(Line::Sqlite(connection)), Again::Never)));
    let writer = writer::start(desk.clone(), None);
    Ok(Store { backend: Backend::Memory(desk), writer, description: name.into(), _claim: None })
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
        // Pages (of 4 KB) in the write-ahead log before it is folded into the file. SQLite's thousand would be folded
        // every few hundred writes, although most of their pages change again soon.
        .pragma("wal_autocheckpoint", "4000")
        .busy_timeout(Duration::from_secs(5));
    let mut connection = SqliteConnection::connect_with(&options).await.map_err(driver(&name))?;
    migrated(&name, MIGRATIONS.run_direct(None, &mut connection, false).await)?;
    let readers = SqlitePoolOptions::new()
        .min_connections(0)
        .max_connections(4)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_lazy_with(options.clone().read_only(true));
    let desk = Desk::new(Some(Line::Sqlite(connection)), Again::Sqlite(options));
    let writer = writer::start(Arc::new(Mutex::new(desk)), None);
    Ok(Store { backend: Backend::File(readers), writer, description: name.into(), _claim: Some(Arc::new(claim)) })
}

/// Checks that the file does not belong to another program, and marks an empty one as ours before anything else is
/// written to it.
async fn mark(path: &Path, name: &str) -> Result<(), OpenError> {
    let options = SqliteConnectOptions::new().filename(path);
    let mut connection = SqliteConnection::connect_with(&options).await.map_err(driver(name))?;
    let outcome = match owner::of_sqlite(&mut connection).await.map_err(driver(name))? {
        Owner::Us => Ok(()),
        Owner::LaterUs => Err(OpenError::Newer(name.to_owned())),
        Owner::Another => Err(OpenError::Foreign(name.to_owned())),
        // Marked before there is a write-ahead log, so that the mark is in the file itself however the process ends.
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
    let pool = pool::options().connect_with(options.clone()).await.map_err(driver(&name))?;
    // Detached from the pool, so that closing the connection always releases the lock on the migrations.
    let mut connection = pool.acquire().await.map_err(driver(&name))?.detach();
    let outcome = migrate_postgres(&mut connection, &name).await;
    let _ = connection.close().await;
    outcome?;
    let desk = Desk::new(None, Again::Postgres(options));
    let writer = writer::start(Arc::new(Mutex::new(desk)), Some(pool.clone()));
    Ok(Store { backend: Backend::Postgres(pool), writer, description: name.into(), _claim: None })
}

/// Checks the schema and migrates it. A lock lets one server do this at a time; the others then find nothing to do.
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
