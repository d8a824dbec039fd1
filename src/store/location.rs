//! Where the state is stored, how durably, and why it could not be opened.

use std::path::PathBuf;

/// Where the state is stored.
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
