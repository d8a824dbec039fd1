//! `camulator serve`: assembles the server, prints how to reach it, and runs until it is told to stop.

use super::kept::{kept, local_authority};
use crate::admin::make_account;
use crate::config::{Config, Flags, check_admin_token};
use crate::dialect::Dialects;
use crate::engine::fault::{Fault, Internal};
use crate::engine::ids::SecretId;
use crate::engine::model::Account;
use crate::engine::{Engine, accounts, admission, keys};
use crate::env::Env;
use crate::journal::Journal;
use crate::limit::Limiter;
use crate::secret::{Sealer, Secret, same};
use crate::server::app::App;
use crate::server::bounds::Bounds;
use crate::server::{housekeeping, listen, note_uses, tls};
use crate::store::{Durability, Location, Store};
use crate::surface::router;
use std::io::Write as _;
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Shown by `--help` below the options.
pub const EXAMPLES: &str = "\
Examples:
  camulator serve                                   state in ./camulator-data, at http://127.0.0.1:4580
  camulator serve --ephemeral --listen 127.0.0.1:0  nothing on disk, a free port: for one test run
  camulator serve --rate-limit off                  without the limit of 2 CreateRole calls per second
  camulator serve --root-uin 100000000001 --root-secret-id AKIDlocal0001 --root-secret-key local-secret
                                                    a root key known in advance, for a compose file
  camulator serve --tls-listen 127.0.0.1:443 --tls-local-ca
                                                    also over TLS, under the clouds' own host names

Stop it with Ctrl-C or SIGTERM: open requests are answered first.";

/// How long open requests may take after the signal to stop.
const DRAIN: Duration = Duration::from_secs(10);

/// Runs the server.
pub fn run(flags: Flags) -> Result<(), String> {
    let config = Config::read(flags)?;
    start_log(config.json)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("cannot start the runtime: {error}"))?;
    runtime.block_on(serve(config))
}

async fn serve(config: Config) -> Result<(), String> {
    // Read the files and bind the ports first: a server that cannot listen must leave nothing on disk.
    let tls = config.tls_files.as_ref().map(|(certificate, key)| tls::from_files(certificate, key)).transpose()?;
    let (listener, address) = bind("--listen", config.listen).await?;
    let tls_port = match config.tls_listen {
        Some(address) => Some(bind("--tls-listen", address).await?),
        None => None,
    };
    let env = Env::system();
    if let Some(dir) = &config.data_dir {
        make_dir(dir)?;
    }
    let had_state =
        matches!(&config.location, Location::File(path) if path.metadata().is_ok_and(|file| file.len() > 0));
    let store = Store::open(&config.location, config.durability).await.map_err(|error| error.to_string())?;
    let (sealer, made) = sealer(&config, &env, had_state)?;
    let dialects = Dialects::BUILT_IN;
    let engine = Engine::open(store, env.clone(), sealer, dialects.clouds()).await.map_err(|fault| {
        if let (Fault::Internal(Internal::MasterKey), Some(path)) = (&fault, made) {
            // This key cannot open the database, and would only take the place of the right one.
            let _ = std::fs::remove_file(path);
        }
        match fault {
            Fault::Internal(cause) => format!("cannot use the database: {cause}"),
            other => format!("cannot use the database: {other:?}"),
        }
    })?;
    let engine = Arc::new(engine);
    let admin_token = admin_token(&config, &env)?;
    let (account, secret_id, secret) = first_account(&engine, &config).await?;
    if config.is_exposed() && (dialects.is_published(secret_id.as_str()) || dialects.is_published(secret.expose())) {
        return Err(format!(
            "the server can be reached from other machines, and the key of account {} is an example from the \
             documentation; name another account with --root-uin, or listen on 127.0.0.1",
            account.id
        ));
    }
    let local = match &tls_port {
        Some(_) => Some(local_authority(config.data_dir.as_deref(), &env, &dialects.domains())?),
        None => None,
    };
    let app = Arc::new(App {
        dialects,
        engine,
        stubs: dialects.stubs(),
        limiter: Limiter::new(config.rate_limit),
        journal: Journal::default(),
        admin_token,
        authority: local.as_ref().map(|local| local.authority.root_pem().to_owned()),
        bounds: Bounds::default(),
        clock_was_set: Default::default(),
        exposed: config.is_exposed(),
        strict: config.strict,
    });
    app.refresh_stubs();
    let stop = Stop::catch()?;
    let url = format!("{}://{address}", if tls.is_some() { "https" } else { "http" });
    let trusted = match (&tls_port, &local) {
        (Some((_, address)), Some(local)) => Some((format!("https://{address}"), local.file.clone())),
        _ => None,
    };
    announce(&config, &app, &url, trusted, &account, &secret_id, &secret);
    tokio::spawn(housekeeping(app.clone()));
    tokio::spawn(note_uses(app.clone()));
    let mut ports = vec![(listener, tls)];
    if let (Some((listener, _)), Some(local)) = (tls_port, local) {
        ports.push((listener, Some(tls::from_authority(local.authority)?)));
    }
    let (stopping, mut stopped) = tokio::sync::watch::channel(false);
    let mut servers = tokio::task::JoinSet::new();
    for (listener, tls) in ports {
        let mut stopped = stopped.clone();
        let until = async move { drop(stopped.wait_for(|stopped| *stopped).await) };
        servers.spawn(listen(listener, tls, router(app.clone()), app.bounds.deadlines, until));
    }
    let ended = async {
        while let Some(ended) = servers.join_next().await {
            ended.map_err(|error| format!("the server stopped: {error}"))?;
        }
        Ok::<(), String>(())
    };
    let drained = async {
        // The drain time starts with the signal, and a connection that never ends does not delay the stop.
        let _ = stopped.wait_for(|stopped| *stopped).await;
        tokio::time::sleep(DRAIN).await;
    };
    let signalled = tokio::spawn(async move {
        stop.wait().await;
        stopping.send_replace(true);
    });
    tokio::select! {
        ended = ended => ended?,
        () = drained => tracing::warn!("some connections were still open and are closed now"),
    }
    signalled.abort();
    if let Err(error) = app.engine.write_uses().await {
        tracing::warn!(?error, "could not write when keys were last used");
    }
    app.engine.store.close().await;
    Ok(())
}

async fn bind(option: &str, address: SocketAddr) -> Result<(TcpListener, SocketAddr), String> {
    let bound = async {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        Ok::<_, std::io::Error>((listener, address))
    };
    bound.await.map_err(|error| {
        format!("cannot listen on {address}: {error}; choose another address with {option} (port 0 picks a free one)")
    })
}

/// The signals that stop the server. They are caught from creation on, so one that comes before `wait` is not lost.
struct Stop {
    terminate: Signal,
    interrupt: Signal,
}

impl Stop {
    fn catch() -> Result<Stop, String> {
        let catch =
            |kind| signal(kind).map_err(|error| format!("cannot catch the signals that stop the server: {error}"));
        Ok(Stop { terminate: catch(SignalKind::terminate())?, interrupt: catch(SignalKind::interrupt())? })
    }

    async fn wait(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

fn start_log(json: bool) -> Result<(), String> {
    const FILTER: &str = "CAMULATOR_LOG_FILTER";
    let wanted = match std::env::var(FILTER) {
        Ok(wanted) if !wanted.is_empty() => wanted,
        Ok(_) | Err(std::env::VarError::NotPresent) => "warn,camulator=info".to_owned(),
        Err(error) => return Err(format!("{FILTER} cannot be read: {error}")),
    };
    let filter = tracing_subscriber::EnvFilter::try_new(&wanted)
        .map_err(|error| format!("{FILTER} `{wanted}` is not a filter ({error}); write it like camulator=debug"))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if json {
        builder.json().init()
    } else {
        builder.init()
    }
    Ok(())
}

fn make_dir(dir: &Path) -> Result<(), String> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(|error| {
        format!("cannot create the data directory {}: {error}; choose another --data-dir", dir.display())
    })
}

/// Returns the sealer, and the path of the master key if it was generated just now.
fn sealer(config: &Config, env: &Env, had_state: bool) -> Result<(Sealer, Option<PathBuf>), String> {
    let mut made = None;
    let digits = match (&config.master_key, &config.data_dir) {
        (Some(key), _) => key.clone(),
        (None, Some(dir)) => {
            let path = dir.join("master.key");
            if had_state && !path.exists() {
                return Err(format!(
                    "{} is missing, and the database was sealed with it; restore the file, set CAMULATOR_MASTER_KEY, or \
                     start with another --data-dir",
                    path.display()
                ));
            }
            let (digits, is_new) = kept(&path, || Ok(Secret::new(hex::encode(env.bytes::<32>()))))?;
            made = is_new.then_some(path);
            digits
        }
        (None, None) => Secret::new(hex::encode(env.bytes::<32>())),
    };
    let sealer = Sealer::from_hex(digits.expose()).map_err(|error| match &config.data_dir {
        _ if config.master_key.is_some() => format!("CAMULATOR_MASTER_KEY: {error}"),
        Some(dir) => format!("{}: {error}", dir.join("master.key").display()),
        None => error.to_string(),
    })?;
    Ok((sealer, made))
}

fn admin_token(config: &Config, env: &Env) -> Result<Secret, String> {
    match (&config.admin_token, &config.data_dir) {
        (Some(token), _) => Ok(token.clone()),
        (None, Some(dir)) => {
            let path = dir.join("admin-token");
            let (token, _) = kept(&path, || Ok(Secret::new(env.alphanumeric(40))))?;
            check_admin_token(&token)
                .map_err(|why| format!("the token in {} {why}; delete the file to get a new one", path.display()))?;
            Ok(token)
        }
        (None, None) => Ok(Secret::new(env.alphanumeric(40))),
    }
}

/// Returns the account whose key is shown: the one that the options name, else the oldest, else a new one. If several
/// servers start at once on one database, one of them creates it.
async fn first_account(engine: &Arc<Engine>, config: &Config) -> Result<(Account, SecretId, Secret), String> {
    if let Some(found) = known_account(engine, config).await? {
        return Ok(found);
    }
    if let Some(made) = make_account(engine, config.root_uin.clone(), config.root_key.clone()).await? {
        return Ok(made);
    }
    let found = known_account(engine, config).await?;
    found.ok_or_else(|| "cannot create the first account: its id or its key is taken; choose another one".to_owned())
}

async fn known_account(engine: &Arc<Engine>, config: &Config) -> Result<Option<(Account, SecretId, Secret)>, String> {
    let failed = |fault| format!("cannot read the accounts: {fault:?}");
    let known = accounts::list(engine).await.map_err(failed)?;
    if let Some((id, secret)) = &config.root_key
        && let Some((_, key)) = engine.key(&SecretId::from(id.as_str())).await.map_err(failed)?
    {
        if !same(key.secret.expose().as_bytes(), secret.expose().as_bytes()) {
            return Err(format!("--root-secret-id {id} exists with another secret key; give that one, or another id"));
        }
        if let Some(uin) = config.root_uin.as_ref().filter(|uin| uin.as_str() != key.account.as_str()) {
            return Err(format!("--root-secret-id {id} belongs to account {}, not to --root-uin {uin}", key.account));
        }
        let account = known.into_iter().find(|account| account.id == key.account);
        let account = account.ok_or_else(|| format!("--root-secret-id {id} has no account"))?;
        return Ok(Some((account, key.secret_id.clone(), secret.clone())));
    }
    if let Some((id, _)) = &config.root_key
        && keys::is_ended(engine, &SecretId::from(id.as_str())).await.map_err(failed)?
    {
        return Err(format!("--root-secret-id {id} was revoked; give another id, or leave it out"));
    }
    let wanted = match &config.root_uin {
        Some(uin) => known.into_iter().find(|account| account.id.as_str() == uin),
        None if config.root_key.is_some() => None,
        None => known.into_iter().next(),
    };
    if let Some(account) = wanted {
        if config.root_key.is_some() {
            return Err(format!(
                "account {} exists with other keys; leave --root-secret-id out, or choose another --root-uin",
                account.id
            ));
        }
        if let Some((secret_id, secret)) = admission::root_key(engine, &account.id).await.map_err(failed)? {
            return Ok(Some((account, secret_id, secret)));
        }
        // Its keys were revoked or deleted, which must not lock out the owner of the database.
        return match keys::create_for_root(engine, &account.id).await {
            Ok((secret_id, secret)) => Ok(Some((account, secret_id, secret))),
            Err(Fault::Quota(..)) => Err(format!(
                "the root of account {} has no active key; name another account with --root-uin",
                account.id
            )),
            Err(fault) => Err(failed(fault)),
        };
    }
    Ok(None)
}

fn announce(
    config: &Config,
    app: &App,
    url: &str,
    trusted: Option<(String, Option<PathBuf>)>,
    account: &Account,
    secret_id: &SecretId,
    secret: &Secret,
) {
    let state = app.engine.store.description();
    let token = app.admin_token.expose();
    if config.json {
        let mut ready = serde_json::json!({
            "event": "camulator ready", "url": url, "state": state, "account": account.id.as_str(),
            "secret_id": secret_id.as_str(), "secret_key": secret.expose(), "admin_token": token,
        });
        if let (Some((tls_url, file)), Some(members)) = (trusted, ready.as_object_mut()) {
            members.insert("tls_url".to_owned(), tls_url.into());
            members.insert("tls_authority".to_owned(), file.map(|file| file.display().to_string()).into());
        }
        say(format_args!("{ready}"));
        return;
    }
    let durability = match (config.durability, &config.location) {
        (_, Location::Memory) => "gone when the server stops",
        (Durability::Full, _) => "writes are answered after the fsync",
        (Durability::Fast, _) => "a power cut may lose the latest writes",
    };
    let Some(dialect) = app.dialects.of(account.cloud.name) else { return };
    let example = (dialect.example)(url, secret_id.as_str(), secret, app.engine.env.now());
    let variables = (dialect.variables)(secret_id.as_str(), secret.expose());
    let exports: String = variables.iter().map(|(name, value)| format!("  export {name}={value}\n")).collect();
    let tls_url = trusted.as_ref().map(|(tls_url, _)| format!(" tls_url={tls_url}")).unwrap_or_default();
    let hosts = trusted.map(|(tls_url, file)| how_to_trust(app, url, &tls_url, file)).unwrap_or_default();
    say(format_args!(
        "camulator ready url={url}{tls_url} account={account} state={state}\n\n\
         State: {state} ({durability})\n\
         Root key of account {account}, and the variables that the clients read:\n\n\
         {exports}  \
         export CAMULATOR_URL={url}\n  \
         export CAMULATOR_ADMIN_TOKEN={token}\n\n\
         {hosts}{example}\n",
        account = account.id,
    ));
}

/// Tells how clients come to trust the local authority.
fn how_to_trust(app: &App, url: &str, tls_url: &str, file: Option<PathBuf>) -> String {
    let hosts: Vec<_> = app.dialects.domains().iter().map(|domain| format!("*.{domain}")).collect();
    let fetched = "tls-authority.pem";
    let (fetch, file) = match file {
        Some(file) => (String::new(), quoted(&file.display().to_string())),
        None => (format!("  curl -o {fetched} {url}/_camulator/{fetched}\n"), fetched.to_owned()),
    };
    format!(
        "For clients whose host cannot be set, {tls_url} answers as {}.\n\
         Its authority is trusted through one of these, the first two instead of every other authority:\n\n\
         {fetch}  \
         export SSL_CERT_FILE={file}        # Go, OpenSSL, Python's ssl\n  \
         export REQUESTS_CA_BUNDLE={file}   # Python's requests\n  \
         export NODE_EXTRA_CA_CERTS={file}  # Node\n\n",
        hosts.join(", "),
    )
}

/// Quotes a path for a shell, where that is needed.
fn quoted(path: &str) -> String {
    if path.chars().all(|letter| letter.is_alphanumeric() || "/._-".contains(letter)) {
        return path.to_owned();
    }
    format!("'{}'", path.replace('\'', "'\\''"))
}

/// Prints a line. A reader that closes the pipe after the first line must not end the server.
fn say(line: std::fmt::Arguments<'_>) {
    let _ = writeln!(std::io::stdout(), "{line}");
}
