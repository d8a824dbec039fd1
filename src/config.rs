//! Configuration of the server from flags, environment and file, checked once.
//!
//! A flag overrides the environment, and the environment overrides the file. Each error is one sentence.

use crate::dialect::Dialects;
use crate::limit::Rates;
use crate::secret::Secret;
use crate::store::{Durability, Location};
use clap::Args;
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::PathBuf;

/// The flags of `camulator serve`.
#[derive(Args, Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Flags {
    /// Address and port to listen on; port 0 takes a free port and prints it [default: 127.0.0.1:4580]
    #[arg(long, env = "CAMULATOR_LISTEN", value_name = "ADDRESS")]
    pub listen: Option<String>,
    /// Directory for the database, the master key and the admin token [default: ./camulator-data]
    #[arg(long, env = "CAMULATOR_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Write nothing to disk: state and generated keys are gone when the server stops
    #[arg(long, env = "CAMULATOR_EPHEMERAL", num_args = 0..=1, default_missing_value = "true", value_name = "BOOL")]
    pub ephemeral: Option<bool>,
    /// Database: sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME [default: a file in the data directory]
    #[arg(long, env = "CAMULATOR_DATABASE", value_name = "URL", hide_env_values = true)]
    pub database: Option<String>,
    /// When to answer a write: `full` after the fsync, `fast` before it [default: full]
    #[arg(long, env = "CAMULATOR_DURABILITY", value_name = "MODE")]
    pub durability: Option<String>,
    /// Id of the first account's root key [default: generated and kept]
    #[arg(long, env = "CAMULATOR_ROOT_SECRET_ID", value_name = "ID")]
    pub root_secret_id: Option<String>,
    /// Root key of the first account [default: generated and kept]
    #[arg(long, env = "CAMULATOR_ROOT_SECRET_KEY", value_name = "KEY", hide_env_values = true)]
    pub root_secret_key: Option<String>,
    /// Id (uin) of the first account [default: generated and kept]
    #[arg(long, env = "CAMULATOR_ROOT_UIN", value_name = "UIN")]
    pub root_uin: Option<String>,
    /// Token of the admin API [default: generated, in the file admin-token of the data directory]
    #[arg(long, env = "CAMULATOR_ADMIN_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    pub admin_token: Option<String>,
    /// Rate limits: `documented`, `off`, or a factor for the documented ones [default: documented]
    #[arg(long, env = "CAMULATOR_RATE_LIMIT", value_name = "MODE")]
    pub rate_limit: Option<String>,
    /// Signatures: `faithful` accepts what the cloud accepts, `strict` wants all that affects the result to be signed
    /// [default: faithful]
    #[arg(long, env = "CAMULATOR_SIGNATURE", value_name = "MODE")]
    pub signature: Option<String>,
    /// Allow listening on an address that other machines can reach
    #[arg(long, env = "CAMULATOR_ALLOW_PUBLIC", num_args = 0..=1, default_missing_value = "true", value_name = "BOOL")]
    pub allow_public: Option<bool>,
    /// Certificate chain of the listener, a PEM file: it then speaks TLS and nothing else
    #[arg(long, env = "CAMULATOR_TLS_CERT", value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,
    /// Private key of the first certificate of --tls-cert, a PEM file
    #[arg(long, env = "CAMULATOR_TLS_KEY", value_name = "FILE")]
    pub tls_key: Option<PathBuf>,
    /// Address of a second listener, which speaks TLS with certificates of --tls-local-ca
    #[arg(long, env = "CAMULATOR_TLS_LISTEN", value_name = "ADDRESS")]
    pub tls_listen: Option<String>,
    /// Make a local authority, kept in the data directory, for clients whose host is one of a cloud's and cannot be set
    #[arg(long, env = "CAMULATOR_TLS_LOCAL_CA", num_args = 0..=1, default_missing_value = "true", value_name = "BOOL")]
    pub tls_local_ca: Option<bool>,
    /// Format of the output: `text` or `json` [default: text]
    #[arg(long, env = "CAMULATOR_LOG", value_name = "FORM")]
    pub log: Option<String>,
    /// TOML file with any of these options as keys
    #[arg(long, env = "CAMULATOR_CONFIG", value_name = "FILE")]
    #[serde(skip)]
    pub config: Option<PathBuf>,
}

/// A checked configuration.
#[derive(Debug)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// The certificate chain and the key with which that listener speaks TLS, if it does.
    pub tls_files: Option<(PathBuf, PathBuf)>,
    /// Where to listen for TLS with certificates of the local authority, if anywhere.
    pub tls_listen: Option<SocketAddr>,
    /// Where keys and tokens are stored; `None` when nothing is written to disk.
    pub data_dir: Option<PathBuf>,
    /// Where the database is.
    pub location: Location,
    /// When a write may be answered.
    pub durability: Durability,
    /// The first account's root key, if one was given.
    pub root_key: Option<(String, Secret)>,
    /// The first account's id, if one was given.
    pub root_uin: Option<String>,
    /// The admin token, if one was given.
    pub admin_token: Option<Secret>,
    /// The master key in hexadecimal, if `CAMULATOR_MASTER_KEY` was set. Never a flag: other users could read it.
    pub master_key: Option<Secret>,
    /// Which rate limits apply.
    pub rate_limit: Rates,
    /// Whether a signature must cover everything that affects the result.
    pub strict: bool,
    /// Whether lines on standard output are JSON.
    pub json: bool,
}

impl Config {
    /// Adds the options from the file of `--config`, and checks them all.
    pub fn read(flags: Flags) -> Result<Config, String> {
        let file = match &flags.config {
            None => Flags::default(),
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .map_err(|error| format!("cannot read the file of --config, {}: {error}", path.display()))?;
                toml::from_str(&text).map_err(|error| {
                    format!("{} is not a valid configuration: {}", path.display(), one_line(&error.to_string()))
                })?
            }
        };
        let flags = flags.or(file);
        let listen = address("--listen", flags.listen.as_deref().unwrap_or("127.0.0.1:4580"))?;
        let tls_files = match (flags.tls_cert, flags.tls_key) {
            (Some(certificate), Some(key)) => Some((certificate, key)),
            (None, None) => None,
            (Some(_), None) => return Err("--tls-cert needs --tls-key".to_owned()),
            (None, Some(_)) => return Err("--tls-key needs --tls-cert".to_owned()),
        };
        let tls_listen = match (&flags.tls_listen, flags.tls_local_ca.unwrap_or(false)) {
            (Some(listen), true) => Some(address("--tls-listen", listen)?),
            (None, false) => None,
            (Some(_), false) => {
                return Err("--tls-listen needs --tls-local-ca; for a certificate of your own, use --listen with \
                            --tls-cert"
                    .to_owned());
            }
            (None, true) => return Err("--tls-local-ca needs --tls-listen, such as 127.0.0.1:443".to_owned()),
        };
        let ephemeral = flags.ephemeral.unwrap_or(false);
        // A container's environment may name a directory: `--ephemeral` overrides it.
        let data_dir =
            if ephemeral { None } else { Some(flags.data_dir.unwrap_or_else(|| PathBuf::from("camulator-data"))) };
        let location = location(flags.database.as_deref(), data_dir.as_ref())?;
        let durability = match flags.durability.as_deref().unwrap_or("full") {
            "full" => Durability::Full,
            "fast" => Durability::Fast,
            other => return Err(format!("--durability `{other}` is neither full nor fast")),
        };
        let root_key = match (flags.root_secret_id, flags.root_secret_key) {
            (Some(id), Some(key)) => Some((id, Secret::new(key))),
            (None, None) => None,
            (Some(_), None) => return Err("--root-secret-id needs --root-secret-key".to_owned()),
            (None, Some(_)) => return Err("--root-secret-key needs --root-secret-id".to_owned()),
        };
        for (option, address) in [("--listen", Some(listen)), ("--tls-listen", tls_listen)] {
            let Some(address) = address else { continue };
            check_exposure(option, &address, flags.allow_public.unwrap_or(false), root_key.as_ref())?;
        }
        let ids = &Dialects::DEFAULT.cloud.ids;
        if let Some(uin) = flags.root_uin.as_ref().filter(|uin| !(ids.is_account)(uin)) {
            return Err(format!("--root-uin `{uin}` is not an account id; give {}", ids.account_form));
        }
        let rate_limit =
            flags.rate_limit.as_deref().unwrap_or("documented").parse().map_err(|why| format!("--rate-limit {why}"))?;
        let strict = match flags.signature.as_deref().unwrap_or("faithful") {
            "faithful" => false,
            "strict" => true,
            other => return Err(format!("--signature `{other}` is neither faithful nor strict")),
        };
        let json = match flags.log.as_deref().unwrap_or("text") {
            "text" => false,
            "json" => true,
            other => return Err(format!("--log `{other}` is neither text nor json")),
        };
        let admin_token = flags.admin_token.map(Secret::new);
        if let Some(token) = &admin_token {
            check_admin_token(token).map_err(|why| format!("--admin-token {why}"))?;
        }
        Ok(Config {
            listen,
            tls_files,
            tls_listen,
            data_dir,
            location,
            durability,
            root_key,
            root_uin: flags.root_uin,
            admin_token,
            master_key: std::env::var("CAMULATOR_MASTER_KEY").ok().map(Secret::new),
            rate_limit,
            strict,
            json,
        })
    }
}

impl Config {
    /// Returns whether other machines can reach the server.
    pub fn is_exposed(&self) -> bool {
        [Some(self.listen), self.tls_listen].iter().flatten().any(|address| !address.ip().is_loopback())
    }
}

/// Checks that a token survives being sent in a header unchanged. The error never repeats the token.
pub fn check_admin_token(token: &Secret) -> Result<(), &'static str> {
    let token = token.expose();
    if token.len() < 8 {
        return Err("has fewer than 8 characters");
    }
    if !token.bytes().all(|byte| matches!(byte, b' '..=b'~')) || token.trim() != token {
        return Err("cannot be sent in a header; use visible ASCII characters, without spaces around them");
    }
    Ok(())
}

impl Flags {
    fn or(self, file: Flags) -> Flags {
        Flags {
            listen: self.listen.or(file.listen),
            data_dir: self.data_dir.or(file.data_dir),
            ephemeral: self.ephemeral.or(file.ephemeral),
            database: self.database.or(file.database),
            durability: self.durability.or(file.durability),
            root_secret_id: self.root_secret_id.or(file.root_secret_id),
            root_secret_key: self.root_secret_key.or(file.root_secret_key),
            root_uin: self.root_uin.or(file.root_uin),
            admin_token: self.admin_token.or(file.admin_token),
            rate_limit: self.rate_limit.or(file.rate_limit),
            signature: self.signature.or(file.signature),
            allow_public: self.allow_public.or(file.allow_public),
            tls_cert: self.tls_cert.or(file.tls_cert),
            tls_key: self.tls_key.or(file.tls_key),
            tls_listen: self.tls_listen.or(file.tls_listen),
            tls_local_ca: self.tls_local_ca.or(file.tls_local_ca),
            log: self.log.or(file.log),
            config: self.config,
        }
    }
}

fn address(option: &str, text: &str) -> Result<SocketAddr, String> {
    text.replace("localhost:", "127.0.0.1:")
        .parse()
        .map_err(|_| format!("{option} `{text}` is not an address with a port, such as 127.0.0.1:4580 or [::1]:0"))
}

fn location(database: Option<&str>, data_dir: Option<&PathBuf>) -> Result<Location, String> {
    match (database, data_dir) {
        (None, None) => Ok(Location::Memory),
        (None, Some(dir)) => Ok(Location::File(dir.join("camulator.db"))),
        (Some(url), _) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
            Ok(Location::Postgres(url.to_owned()))
        }
        (Some(_), None) => {
            Err("--ephemeral keeps nothing on disk, so --database can only be a postgres:// address".to_owned())
        }
        (Some(url), Some(_)) => match url.strip_prefix("sqlite:") {
            Some(path) if !path.trim_start_matches('/').is_empty() => {
                // `sqlite://relative` and `sqlite:///absolute` are as common as `sqlite:path`.
                Ok(Location::File(PathBuf::from(path.strip_prefix("//").unwrap_or(path))))
            }
            _ => {
                // The address may contain a password, so only its scheme is repeated.
                let scheme = url.split(':').next().unwrap_or_default();
                Err(format!("--database `{scheme}:…` is neither sqlite:PATH nor postgres://…"))
            }
        },
    }
}

/// Refuses an address that other machines can reach, unless it is allowed and the root key is not an example from the
/// clouds' documentation.
fn check_exposure(
    option: &str,
    listen: &SocketAddr,
    allowed: bool,
    root_key: Option<&(String, Secret)>,
) -> Result<(), String> {
    if listen.ip().is_loopback() {
        return Ok(());
    }
    if !allowed {
        return Err(format!(
            "{option} {listen} can be reached from other machines; add --allow-public if you want that, or listen on \
             127.0.0.1"
        ));
    }
    match root_key {
        Some((id, key)) if Dialects::BUILT_IN.is_published(id) || Dialects::BUILT_IN.is_published(key.expose()) => {
            Err(format!(
                "{option} {listen} can be reached from other machines, and the root key is an example from the \
                 documentation; choose another one"
            ))
        }
        _ => Ok(()),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
