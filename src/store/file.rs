//! A SQLite file on disk: checks what is at its path, and locks out other processes.
//!
//! There are two locks, which the operating system releases however the process ends. One is on a file beside the
//! database, after links are resolved; earlier versions know only this one. The other is on the database itself, which
//! may have several names. SQLite's own locks are of another kind and do not conflict with these.

use super::location::OpenError;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek, SeekFrom};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Marks a SQLite file as this program's: "CAMU" in the header's application id.
const APPLICATION_ID: u32 = 0x4341_4d55;

/// A database file that no other process has open.
pub(super) struct Claim {
    /// The path with links resolved.
    pub(super) path: PathBuf,
    /// Held until dropped. The handle on the database must stay open: closing any handle of a file drops SQLite's own
    /// locks.
    _locks: [File; 2],
}

/// Claims the file at `path`, and creates it if it does not exist. Fails if the file is not ours. Never writes to a
/// file that has contents.
pub(super) fn claim(path: &Path) -> Result<Claim, OpenError> {
    let name = || path.display().to_string();
    let failed = |source| OpenError::File { path: name(), source };
    match std::fs::metadata(path) {
        Ok(there) if !there.is_file() => return Err(OpenError::NotAFile(name())),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            // The file will contain sealed keys and trust policies, so no other user may read it. SQLite gives its own
            // additional files the same mode.
            OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path).map_err(failed)?;
        }
        Err(error) => return Err(failed(error)),
    }
    let real = path.canonicalize().map_err(failed)?;
    let beside = real.with_extension("lock");
    if beside == real {
        return Err(OpenError::NamedLock(name()));
    }
    let beside_failed = |source| OpenError::File { path: beside.display().to_string(), source };
    let open = OpenOptions::new().create(true).write(true).truncate(false).mode(0o600).open(&beside);
    let beside = lock(open.map_err(beside_failed)?, path)?;
    let mut itself = lock(OpenOptions::new().read(true).write(true).open(&real).map_err(failed)?, path)?;
    let metadata = itself.metadata().map_err(failed)?;
    if metadata.nlink() > 1 {
        return Err(OpenError::Linked(name()));
    }
    if metadata.len() > 0 {
        check_header(&mut itself, path)?;
    }
    Ok(Claim { path: real, _locks: [beside, itself] })
}

fn lock(file: File, path: &Path) -> Result<File, OpenError> {
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::Locked(path.display().to_string())),
        Err(TryLockError::Error(source)) => Err(OpenError::File { path: path.display().to_string(), source }),
    }
}

fn check_header(file: &mut File, path: &Path) -> Result<(), OpenError> {
    let mut magic = [0; 16];
    let mut id = [0; 4];
    let header = file
        .read_exact(&mut magic)
        .and_then(|()| file.seek(SeekFrom::Start(68)))
        .and_then(|_| file.read_exact(&mut id));
    if header.is_err() || &magic != b"SQLite format 3\0" {
        return Err(OpenError::NotSqlite(path.display().to_string()));
    }
    if u32::from_be_bytes(id) != APPLICATION_ID {
        return Err(OpenError::Foreign(path.display().to_string()));
    }
    Ok(())
}
