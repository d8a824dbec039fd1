//! Opening a database: where it is, whether it is ours, and the migrations.
//!
//! Every reason for not opening is one clear sentence with a remedy; nothing is changed in a file that is not ours.

use super::{Engine, Store, writer};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, migrate::MigrateError};
use std::io::{Read as _, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// Marks a SQLite file as this program's: "CAMU" in the header's application id.
const APPLICATION_ID: u32 = 0x4341_4d55;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!();

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

/// When an answer to a write may leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// After the fsync: it survives a power cut.
    Full,
    /// After the write: it survives the process, and a power cut may take the last moments, never consistency.
    Fast,
}

/// Why a database was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file or its lock file cannot be read or made.
    #[error("cannot open {path}: {source}")]
    File {
        /// The file.
        path: String,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// Another process has it.
    #[error("{0} is in use by another camulator; stop that one, or choose another --data-dir")]
    Locked(String),
    /// Something that is no SQLite database.
    #[error("{0} is not a SQLite database; choose another --data-dir or --database")]
    NotSqlite(String),
    /// A SQLite database of another program.
    #[error(
        "{0} is a SQLite database of another program, and is left as it is; choose another --data-dir or --database"
    )]
    Foreign(String),
    /// A later version of this program has migrated it.
    #[error("{0} was written by a newer camulator; start that version, or choose another --data-dir or --database")]
    Newer(String),
    /// The driver's reason.
    #[error("cannot use the database {0}: {1}")]
    Driver(String, sqlx::Error),
    /// The address makes no sense.
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
    let connection = Arc::new(Mutex::new(connection));
    let writer = writer::start(connection.clone());
    Ok(Store { engine: Engine::Memory { connection, writer }, description: name.into(), _lock: None })
}

async fn open_file(path: &Path, durability: Durability) -> Result<Store, OpenError> {
    let name = path.display().to_string();
    let lock = lock(path)?;
    if is_new(path)? {
        // Before the write-ahead log exists, so that the mark is in the file itself however the process ends.
        // It holds sealed keys and who trusts whom: nobody else's business. SQLite gives its side files the same mode.
        let private = std::fs::OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path);
        private.map_err(|source| OpenError::File { path: name.clone(), source })?;
        let options = SqliteConnectOptions::new().filename(path);
        let mut connection = sqlx::SqliteConnection::connect_with(&options).await.map_err(driver(&name))?;
        sqlx::raw_sql("PRAGMA application_id = 1128353109").execute(&mut connection).await.map_err(driver(&name))?;
        connection.close().await.map_err(driver(&name))?;
    }
    let options = SqliteConnectOptions::new()
        .filename(path)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(match durability {
            Durability::Full => SqliteSynchronous::Full,
            Durability::Fast => SqliteSynchronous::Normal,
        })
        .busy_timeout(Duration::from_secs(5));
    let mut connection = sqlx::SqliteConnection::connect_with(&options).await.map_err(driver(&name))?;
    migrated(&name, MIGRATIONS.run_direct(None, &mut connection, false).await)?;
    let readers = SqlitePoolOptions::new()
        .min_connections(0)
        .max_connections(4)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_lazy_with(options.read_only(true));
    let writer = writer::start(Arc::new(Mutex::new(connection)));
    Ok(Store { engine: Engine::File { readers, writer }, description: name.into(), _lock: Some(Arc::new(lock)) })
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
    let mut connection = pool.acquire().await.map_err(driver(&name))?;
    migrated(&name, MIGRATIONS.run_direct(None, &mut *connection, false).await)?;
    drop(connection);
    Ok(Store { engine: Engine::Postgres(pool), description: name.into(), _lock: None })
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

/// Takes the lock beside the database, which the operating system releases however the process ends.
fn lock(path: &Path) -> Result<std::fs::File, OpenError> {
    let path = path.with_extension("lock");
    let failed = |source| OpenError::File { path: path.display().to_string(), source };
    let file =
        std::fs::OpenOptions::new().create(true).write(true).truncate(false).mode(0o600).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => {
            Err(OpenError::Locked(path.parent().unwrap_or(&path).display().to_string()))
        }
        Err(std::fs::TryLockError::Error(source)) => Err(failed(source)),
    }
}

/// Whether there is nothing at the path yet; an error when there is something that is not ours.
fn is_new(path: &Path) -> Result<bool, OpenError> {
    let name = path.display().to_string();
    let failed = |source| OpenError::File { path: path.display().to_string(), source };
    let mut file = match std::fs::OpenOptions::new().read(true).write(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(true),
        Err(error) => return Err(failed(error)),
    };
    if file.metadata().map_err(failed)?.len() == 0 {
        return Ok(true);
    }
    let mut magic = [0; 16];
    let mut id = [0; 4];
    let header = file
        .read_exact(&mut magic)
        .and_then(|()| file.seek(SeekFrom::Start(68)))
        .and_then(|_| file.read_exact(&mut id));
    if header.is_err() || &magic != b"SQLite format 3\0" {
        return Err(OpenError::NotSqlite(name));
    }
    if u32::from_be_bytes(id) != APPLICATION_ID {
        return Err(OpenError::Foreign(name));
    }
    Ok(false)
}
