//! What `camulator serve` keeps in its data directory besides the database: secrets, and the local authority.

use crate::env::Env;
use crate::secret::Secret;
use crate::server::tls::authority::Authority;
use std::fs::{File, OpenOptions, Permissions};
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The certificate that clients trust.
const CERTIFICATE: &str = "tls-authority.pem";
/// The key of the authority, with its certificates: one file, so that they always belong together.
const KEY: &str = "tls-authority.key";

/// Reads a secret from the data directory, or generates it with mode 0600. Returns whether it was generated.
pub fn kept(path: &Path, make: impl FnOnce() -> Result<Secret, String>) -> Result<(Secret, bool), String> {
    let _turn = turn(path);
    match read(path)? {
        Some(secret) => Ok((secret, false)),
        None => {
            let secret = make()?;
            create(path, secret.expose(), 0o600)
                .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
            Ok((secret, true))
        }
    }
}

/// The local authority of a server, and the file that holds its certificate.
pub struct LocalAuthority {
    /// Signs the certificates.
    pub authority: Authority,
    /// The certificate to trust; `None` when nothing is written to disk.
    pub file: Option<PathBuf>,
}

/// Reads the authority from the data directory or makes one. It is replaced within the last year of its validity, and
/// when the clouds have domains that it does not know.
pub fn local_authority(dir: Option<&Path>, env: &Env, domains: &[&'static str]) -> Result<LocalAuthority, String> {
    let make = || Authority::make(env, domains);
    let Some(dir) = dir else {
        return Ok(LocalAuthority { authority: Authority::read(&make()?, env, domains)?, file: None });
    };
    let (key, certificate) = (dir.join(KEY), dir.join(CERTIFICATE));
    let _turn = turn(&key);
    let mut authority = match read(&key)? {
        Some(text) => Some(Authority::read(&text, env, domains).map_err(|why| {
            format!("{}: {why}; restore the file, or delete it to get a new authority", key.display())
        })?),
        None => None,
    };
    if let Some(why) = authority.as_ref().and_then(|authority| authority.check().err()) {
        tracing::warn!("the local authority is replaced, and clients must trust the new one: {why}");
        authority = None;
    }
    let authority = match authority {
        Some(authority) => authority,
        None => {
            let text = make()?;
            replace(&key, text.expose(), 0o600)?;
            Authority::read(&text, env, domains)?
        }
    };
    if std::fs::read_to_string(&certificate).ok().as_deref() != Some(authority.root_pem()) {
        replace(&certificate, authority.root_pem().trim_end(), 0o644)?;
    }
    let file = std::path::absolute(&certificate).unwrap_or(certificate);
    Ok(LocalAuthority { authority, file: Some(file) })
}

/// Servers that share the directory (with their state in PostgreSQL) may start at once: the lock lets one of them write
/// a file and the others read it. Where directories cannot be locked, a secret is still written only once.
fn turn(path: &Path) -> Option<File> {
    path.parent().and_then(|dir| File::open(dir).ok()).filter(|dir| dir.lock().is_ok())
}

fn read(path: &Path) -> Result<Option<Secret>, String> {
    match std::fs::read_to_string(path) {
        Ok(text) if !text.trim().is_empty() => Ok(Some(Secret::new(text.trim().to_owned()))),
        Ok(_) => Err(format!("{} is empty; restore it, or start with another --data-dir", path.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("cannot read {}: {error}", path.display())),
    }
}

/// Writes a new file with this mode.
fn create(path: &Path, text: &str, mode: u32) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
    // The process may mask bits of the mode.
    file.set_permissions(Permissions::from_mode(mode))?;
    file.write_all(text.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()
}

/// Writes a whole file with this mode, or leaves what was there.
fn replace(path: &Path, text: &str, mode: u32) -> Result<(), String> {
    let unfinished = path.with_added_extension("new");
    let _ = std::fs::remove_file(&unfinished);
    let written = create(&unfinished, text, mode).and_then(|()| std::fs::rename(&unfinished, path));
    written.map_err(|error| format!("cannot write {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::{Time, TimeSource};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};

    struct Steered(AtomicI64);

    impl TimeSource for Steered {
        fn now(&self) -> Time {
            Time::from_seconds(self.0.load(Ordering::SeqCst))
        }
    }

    fn mode(path: &Path) -> u32 {
        path.metadata().unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn an_authority_is_kept_and_replaced_in_its_last_year() {
        let dir = std::env::temp_dir().join(format!("camulator-kept-{}", std::process::id()));
        std::fs::create_dir(&dir).unwrap();
        let clock = Arc::new(Steered(AtomicI64::new(1_767_225_600)));
        let env = Env { clock: clock.clone(), ..Env::system() };
        let open = |domains: &[&'static str]| local_authority(Some(&dir), &env, domains);
        let first = open(&["cloud.example"]).unwrap();
        assert_eq!((mode(&dir.join(KEY)), mode(&dir.join(CERTIFICATE))), (0o600, 0o644));
        let root = first.authority.root_pem().to_owned();
        assert_eq!(std::fs::read_to_string(first.file.unwrap()).unwrap(), root);
        let years = |years: i64| clock.0.store(1_767_225_600 + years * 365 * 24 * 3600, Ordering::SeqCst);
        for year in [0, 3, 8] {
            years(year);
            assert_eq!(open(&["cloud.example"]).unwrap().authority.root_pem(), root, "year {year}");
        }
        // A lost certificate is written again, and a wider umask or a stranger's edit does not last.
        std::fs::remove_file(dir.join(CERTIFICATE)).unwrap();
        open(&["cloud.example"]).unwrap();
        assert_eq!(std::fs::read_to_string(dir.join(CERTIFICATE)).unwrap(), root);
        years(10);
        let renewed = open(&["cloud.example"]).unwrap();
        assert_ne!(renewed.authority.root_pem(), root);
        renewed.authority.check().unwrap();
        assert_eq!(mode(&dir.join(KEY)), 0o600);
        let wider = open(&["cloud.example", "another.example"]).unwrap();
        assert_ne!(wider.authority.root_pem(), renewed.authority.root_pem());
        assert_eq!(
            open(&["cloud.example", "another.example"]).unwrap().authority.root_pem(),
            wider.authority.root_pem()
        );
        // A file that is something else is named, not replaced, and not repeated.
        for wrong in ["-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----", "secret", " "] {
            std::fs::write(dir.join(KEY), wrong).unwrap();
            let error = open(&["cloud.example"]).err().unwrap();
            assert!(
                error.contains("tls-authority.key") && !error.contains("secret") && !error.contains('\n'),
                "{error}"
            );
            assert_eq!(std::fs::read_to_string(dir.join(KEY)).unwrap(), wrong);
        }
        let left: Vec<_> = std::fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left.len(), 2, "{left:?}");
        std::fs::remove_dir_all(&dir).unwrap();
    }

    #[test]
    fn a_secret_is_made_once_and_read_back() {
        let path = std::env::temp_dir().join(format!("camulator-secret-{}", std::process::id()));
        let make = || Ok(Secret::new("hush".to_owned()));
        assert!(kept(&path, || Err("no".to_owned())).is_err());
        assert!(kept(&path, make).unwrap().1);
        let (secret, made) = kept(&path, || Err("it was made".to_owned())).unwrap();
        assert_eq!((secret.expose(), made, mode(&path)), ("hush", false, 0o600));
        std::fs::remove_file(&path).unwrap();
    }
}
