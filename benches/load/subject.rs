//! A program under load: starts it anew for every measurement, prepares it, and measures it.

use crate::client::{Connection, Load, Sample, drive};
use crate::common::program::Program;
use crate::common::sign::{self, Call, Key};
use crate::common::tenants::{self, Operation, Site, Tenant};
use crate::{Outcome, Run, limits};
use serde_json::json;
use sqlx::Connection as _;
use std::path::Path;
use std::process::Command;
use std::rc::Rc;
use std::time::Duration;

/// Where camulator keeps its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// A SQLite file.
    File,
    /// In memory: `--ephemeral`.
    Memory,
    /// PostgreSQL: an administrative address, and to start camulator, that of its database.
    Postgres(String),
}

/// A limit program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Answers with a constant.
    Bare,
    /// Verifies a signature, reads and writes JSON.
    Verify,
    /// Also inserts a row into a SQLite file, in groups.
    Insert,
    /// Also inserts a row into PostgreSQL, one statement per request. It has an administrative address.
    Postgres(String),
}

/// What is measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A limit program.
    Limit(Limit),
    /// An operation of camulator.
    Camulator(Operation, State),
}

impl Subject {
    /// Returns the name of its row.
    pub fn name(&self) -> String {
        match self {
            Subject::Limit(Limit::Bare) => "bare axum, constant JSON".to_owned(),
            Subject::Limit(Limit::Verify) => "axum + TC3 + JSON".to_owned(),
            Subject::Limit(Limit::Insert) => "axum + TC3 + JSON + grouped INSERT".to_owned(),
            Subject::Limit(Limit::Postgres(_)) => "axum + TC3 + JSON + INSERT into PostgreSQL".to_owned(),
            Subject::Camulator(operation, state) => {
                let rows = if *operation == Operation::ListPolicies { ", 200 rows" } else { "" };
                let state = match state {
                    State::File => "",
                    State::Memory => ", `--ephemeral`",
                    State::Postgres(_) => ", PostgreSQL",
                };
                format!("{}{rows}{state}", operation.name())
            }
        }
    }
}

/// The number of accounts that CreateRole is spread over, and of the roles that each of them gets at most.
const CREATORS: (usize, usize) = (20, 300);

/// Measures a subject in a new process, so that none inherits another's tables and caches. `most` bounds the number of
/// roles that are created.
pub async fn measure(run: &Run, subject: &Subject, connections: usize, most: usize) -> Outcome<Sample> {
    let time = Some(Duration::from_secs_f64(run.options.seconds));
    match subject {
        Subject::Limit(limit) => {
            let database = match limit {
                Limit::Postgres(administrative) => new_database(administrative).await?,
                _ => String::new(),
            };
            let (program, address) = start_limit(run, limit, &database)?;
            let key = Key { id: limits::KEY_ID.to_owned(), secret: limits::SECRET.to_owned(), token: None };
            let body = match limit {
                Limit::Bare | Limit::Verify => "{}".to_owned(),
                Limit::Insert | Limit::Postgres(_) => tenants::create_role("100000000001", 0),
            };
            let call = Call { host: &address, service: "sts", action: "GetCallerIdentity", body: &body };
            let requests = Rc::new(vec![sign::request(&key, &call)]);
            drive(Load { address: &address, process: program.id(), connections, requests, time, keep: 0 }).await
        }
        Subject::Camulator(operation, state) => {
            let state = match state {
                State::Postgres(administrative) => State::Postgres(new_database(administrative).await?),
                other => other.clone(),
            };
            let site = camulator(run, &state, "load")?;
            let (address, process) = (site.address.as_str(), site.program.id());
            if *operation == Operation::CreateRole {
                let tenants = make(&site, CREATORS.0)?;
                let mut requests = create_roles(address, &tenants, 0, CREATORS.1);
                requests.truncate(most);
                let requests = Rc::new(requests);
                return drive(Load { address, process, connections, requests, time: None, keep: 0 }).await;
            }
            let tenants = make(&site, 1)?;
            let tenant = tenants.first().ok_or("there is no tenant")?;
            if *operation == Operation::ListPolicies {
                policies(address, process, tenant, 200).await?;
            }
            let requests = Rc::new(vec![operation.request(address, tenant, 0)]);
            drive(Load { address, process, connections, requests, time, keep: 0 }).await
        }
    }
}

/// Creates an empty database, and drops that of an earlier measurement. Returns its address.
async fn new_database(administrative: &str) -> Outcome<String> {
    drop_database(administrative).await?;
    let mut connection = sqlx::PgConnection::connect(administrative).await?;
    sqlx::raw_sql("CREATE DATABASE camulator_load").execute(&mut connection).await?;
    connection.close().await?;
    let (server, query) =
        administrative.split_once('?').map_or((administrative, ""), |(server, query)| (server, query));
    let (server, _) = server.rsplit_once('/').ok_or("the address has no database")?;
    Ok(if query.is_empty() { format!("{server}/camulator_load") } else { format!("{server}/camulator_load?{query}") })
}

/// Drops the database of the last measurement.
pub async fn drop_database(administrative: &str) -> Outcome<()> {
    let mut connection = sqlx::PgConnection::connect(administrative).await?;
    sqlx::raw_sql("DROP DATABASE IF EXISTS camulator_load WITH (FORCE)").execute(&mut connection).await?;
    Ok(connection.close().await?)
}

/// Starts camulator without any state. `name` is that of its data directory.
pub fn camulator(run: &Run, state: &State, name: &str) -> Outcome<Site> {
    let data = run.directory.path().join(name);
    if data.exists() {
        std::fs::remove_dir_all(&data)?;
    }
    reopen(run, state, &data)
}

/// Starts camulator with the state that it finds.
pub fn reopen(run: &Run, state: &State, data: &Path) -> Outcome<Site> {
    let mut command = Command::new(&run.options.server);
    command.args(["serve", "--listen", "127.0.0.1:0", "--log", "json", "--rate-limit", "off", "--durability", "full"]);
    match state {
        State::Memory => command.arg("--ephemeral"),
        State::File => command.arg("--data-dir").arg(data),
        State::Postgres(address) => command.arg("--data-dir").arg(data).args(["--database", address]),
    };
    Site::of(Program::start(command.env("CAMULATOR_LOG_FILTER", "error"))?)
}

fn start_limit(run: &Run, limit: &Limit, database: &str) -> Outcome<(Program, String)> {
    let file = run.directory.path().join("limit.db").display().to_string();
    for end in ["", "-wal", "-shm"] {
        // The file does not exist the first time.
        let _ = std::fs::remove_file(format!("{file}{end}"));
    }
    let mut command = Command::new(std::env::current_exe()?);
    match limit {
        Limit::Bare => command.args(["--limit", "bare"]),
        Limit::Verify => command.args(["--limit", "verify"]),
        Limit::Insert => command.args(["--limit", "sqlite", "--limit-database", &file]),
        Limit::Postgres(_) => command.args(["--limit", "postgres", "--limit-database", database]),
    };
    let program = Program::start(&mut command)?;
    let address = program.line.trim().to_owned();
    Ok((program, address))
}

/// Creates accounts, eight at a time.
pub fn make(site: &Site, count: usize) -> Outcome<Vec<Tenant>> {
    let mut tenants = Vec::new();
    while tenants.len() < count {
        let made: Vec<_> = std::thread::scope(|scope| {
            let makers: Vec<_> = (tenants.len()..count.min(tenants.len() + 8))
                .map(|_| scope.spawn(|| tenants::one(&site.address, &site.admin_token)))
                .collect();
            makers.into_iter().map(|maker| maker.join().unwrap_or_else(|_| Err("a thread panicked".into()))).collect()
        });
        for tenant in made {
            tenants.push(tenant?);
        }
    }
    Ok(tenants)
}

/// Returns requests that create this many roles in every account, from a number on. Accounts take turns, so that
/// neighbours in a group of writes belong to different accounts.
pub fn create_roles(host: &str, tenants: &[Tenant], from: usize, count: usize) -> Vec<Vec<u8>> {
    (from..from + count)
        .flat_map(|number| tenants.iter().map(move |tenant| (tenant, number)))
        .map(|(tenant, number)| Operation::CreateRole.request(host, tenant, number))
        .collect()
}

/// Gives an account more policies.
pub async fn policies(address: &str, process: u32, tenant: &Tenant, count: usize) -> Outcome<()> {
    let document = tenants::policy(0).to_string();
    let requests = (0..count).map(|number| {
        let body = json!({"PolicyName": format!("more-{number}"), "PolicyDocument": document}).to_string();
        sign::request(&tenant.root, &Call { host: address, service: "cam", action: "CreatePolicy", body: &body })
    });
    send(address, process, requests.collect(), 0).await.map(drop)
}

/// Sends each request once.
pub async fn send(address: &str, process: u32, requests: Vec<Vec<u8>>, keep: usize) -> Outcome<Sample> {
    let connections = 64.min(requests.len());
    drive(Load { address, process, connections, requests: Rc::new(requests), time: None, keep }).await
}

/// Calls the admin API.
pub async fn admin(site: &Site, path: &str, body: &str) -> Outcome<()> {
    let mut connection = Connection::open(&site.address).await?;
    connection.ask(&sign::admin(&site.address, &site.admin_token, path, body)).await.map(drop)
}

/// Returns the keys in a reply to AssumeRole.
pub fn temporary(body: &[u8]) -> Outcome<Key> {
    let answer: serde_json::Value = serde_json::from_slice(body)?;
    let part = |name: &str| tenants::text(&answer, &format!("/Response/Credentials/{name}"));
    Ok(Key { id: part("TmpSecretId")?, secret: part("TmpSecretKey")?, token: Some(part("Token")?) })
}
