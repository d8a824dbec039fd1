//! Measures what requests cost the release server, next to programs that do only the least work for such a request.
//!
//! `cargo bench --bench load` starts `camulator serve` on a SQLite file with `--durability full`, prepares accounts
//! with signed calls, and measures four operations over keep-alive connections. The limit programs ([`limits`]) run in
//! the same rounds, so that other work on the machine affects all alike. Then it measures cold start, memory and the
//! size of the binary. A reply that is not a success ends the run. `--help` lists the options; `docs/performance.md`
//! has the last results.

mod client;
mod limits;
mod process;
mod sign;
mod tenants;

use clap::Parser;
use client::{Load, Sample, drive};
use process::Program;
use sign::{Call, Key};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;
use tenants::{ROLE, Site, Tenant};

/// The result of every function that can fail. The first error ends the run.
pub type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Measure the release server under load.
#[derive(Parser, Clone)]
struct Options {
    /// Seconds of each measurement
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
    /// Rounds; each figure is from the round with the least CPU time, as the least disturbed one
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Numbers of connections
    #[arg(long, value_delimiter = ',', default_value = "32,64")]
    connections: Vec<usize>,
    /// Number of accounts that CreateRole is spread over; each can have 1,000 roles
    #[arg(long, default_value_t = 20)]
    tenants: usize,
    /// Number of sessions in the memory measurement
    #[arg(long, default_value_t = 100_000)]
    sessions: usize,
    /// Only this part: `load`, `start`, `memory`, or `growth`, which runs only with this option
    #[arg(long)]
    only: Option<String>,
    /// Only operations whose name contains this
    #[arg(long, default_value = "")]
    operation: String,
    /// The program to measure
    #[arg(long, default_value = env!("CARGO_BIN_EXE_camulator"))]
    server: PathBuf,
    /// Database of that program, instead of a SQLite file
    #[arg(long)]
    database: Option<String>,
    /// Run a limit program instead
    #[arg(long, hide = true)]
    limit: Option<String>,
    /// Database of the limit program
    #[arg(long, hide = true)]
    limit_database: Option<String>,
    /// Given by cargo
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Outcome<()> {
    let options = Options::parse();
    if let Some(kind) = &options.limit {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        return runtime.block_on(limits::serve(kind, options.limit_database.as_deref()));
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let directory = Directory::new()?;
        let part = |name: &str| options.only.as_deref().is_none_or(|only| only == name);
        println!("{}", process::machine());
        println!("write of 4 KB with fsync: {} µs (median)\n", process::fsync(&directory.0)?.as_micros());
        if part("load") {
            load(&options, &directory.0).await?;
        }
        if part("start") {
            start(&options, &directory.0)?;
        }
        if part("memory") {
            memory(&options, &directory.0).await?;
        }
        if options.only.as_deref() == Some("growth") {
            growth(&options, &directory.0).await?;
        }
        let size = std::fs::metadata(&options.server)?.len();
        println!("binary: {:.1} MB", size as f64 / 1e6);
        Ok(())
    })
}

/// A directory for this run, removed at its end.
struct Directory(PathBuf);

impl Directory {
    fn new() -> Outcome<Directory> {
        let path = std::env::temp_dir().join(format!("camulator-load-{}", std::process::id()));
        std::fs::create_dir_all(&path)?;
        Ok(Directory(path))
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        // A directory that cannot be removed stays among the system's temporary files.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Starts camulator with an empty data directory.
fn camulator(options: &Options, data: &Path) -> Outcome<Site> {
    if data.exists() {
        std::fs::remove_dir_all(data)?;
    }
    let data = data.display().to_string();
    let mut arguments = vec!["serve", "--listen", "127.0.0.1:0", "--log", "json", "--rate-limit", "off"];
    arguments.extend(["--durability", "full", "--data-dir", &data]);
    arguments.extend(options.database.iter().flat_map(|database| ["--database", database]));
    Site::of(Program::start(&options.server, &arguments)?)
}

fn limit(kind: &str, database: &Path) -> Outcome<(Program, String)> {
    let database = database.display().to_string();
    let mut arguments = vec!["--limit", kind];
    if kind == "insert" {
        arguments.extend(["--limit-database", &database]);
    }
    let program = Program::start(&std::env::current_exe()?, &arguments)?;
    let address = program.line.trim().to_owned();
    Ok((program, address))
}

/// The rows of the table, in order.
const ROWS: [&str; 7] = [
    "bare axum, constant JSON",
    "axum + TC3 + JSON",
    "axum + TC3 + JSON + grouped INSERT",
    "GetCallerIdentity",
    "GetRole, ten policies",
    "AssumeRole",
    "CreateRole",
];

async fn load(options: &Options, directory: &Path) -> Outcome<()> {
    let mut samples: Vec<(usize, &str, Sample)> = Vec::new();
    for round in 1..=options.rounds {
        for connections in &options.connections {
            eprintln!("round {round} of {}, {connections} connections", options.rounds);
            for row in ROWS.iter().filter(|row| row.contains(&options.operation) || row.contains("axum")) {
                // A new process for every measurement, so that none inherits another's tables and caches.
                let sample = measure(options, directory, row, *connections).await?;
                eprintln!("  {row}: {:.1} µs, {:.0}/s", sample.cpu, sample.rate);
                samples.push((*connections, row, sample));
            }
        }
    }
    for connections in &options.connections {
        println!("{connections} connections:\n");
        println!("| | CPU µs/request | × bare | × limit | requests/s | × bare | p50 ms | p99 ms | client CPU µs |");
        println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        let of = |row: &str| {
            let mut of: Vec<&Sample> =
                samples.iter().filter(|it| it.0 == *connections && it.1 == row).map(|it| &it.2).collect();
            of.sort_by(|left, right| left.cpu.total_cmp(&right.cpu));
            of.first().copied().cloned().unwrap_or_default()
        };
        let [bare, tc3, insert, ..] = ROWS;
        let (bare, tc3, insert) = (of(bare), of(tc3), of(insert));
        for row in ROWS {
            let sample = of(row);
            if sample.replies == 0 {
                continue;
            }
            let limit = match row {
                "AssumeRole" | "CreateRole" => format!("{:.2}", sample.cpu / insert.cpu),
                _ if row.starts_with("Get") => format!("{:.2}", sample.cpu / tc3.cpu),
                _ => String::new(),
            };
            println!(
                "| {row} | {:.1} | {:.2} | {limit} | {:.0} | {:.2} | {:.2} | {:.2} | {:.1} |",
                sample.cpu,
                sample.cpu / bare.cpu,
                sample.rate,
                sample.rate / bare.rate,
                sample.p50 / 1000.0,
                sample.p99 / 1000.0,
                sample.client,
            );
        }
        println!();
    }
    Ok(())
}

async fn measure(options: &Options, directory: &Path, row: &str, connections: usize) -> Outcome<Sample> {
    let time = Some(Duration::from_secs_f64(options.seconds));
    let kind = match row {
        "bare axum, constant JSON" => "bare",
        "axum + TC3 + JSON" => "tc3",
        "axum + TC3 + JSON + grouped INSERT" => "insert",
        _ => {
            let site = camulator(options, &directory.join("data"))?;
            let many = if row == "CreateRole" { options.tenants } else { 1 };
            let tenants = tenants::make(&site, many).await?;
            let requests = Rc::new(requests(&site.address, &tenants, row)?);
            let time = time.filter(|_| row != "CreateRole");
            let process = site.program.id();
            let load = Load { address: &site.address, process, connections, requests, time, keep: 0 };
            return drive(load).await;
        }
    };
    let database = directory.join("limit.db");
    for end in ["", "-wal", "-shm"] {
        // The file does not exist the first time.
        let _ = std::fs::remove_file(format!("{}{end}", database.display()));
    }
    let (program, address) = limit(kind, &database)?;
    let key = Key { id: limits::KEY_ID.to_owned(), secret: limits::SECRET.to_owned(), token: None };
    let body = if kind == "insert" { create_role("100000000001", 0) } else { "{}".to_owned() };
    let call = Call { host: &address, service: "sts", action: "GetCallerIdentity", body: &body };
    let requests = Rc::new(vec![sign::request(&key, &call)]);
    drive(Load { address: &address, process: program.id(), connections, requests, time, keep: 0 }).await
}

fn create_role(account: &str, number: usize) -> String {
    serde_json::json!({
        "RoleName": format!("role-{number}"),
        "PolicyDocument": tenants::trust(account),
        "Description": "made under load",
    })
    .to_string()
}

/// Returns the requests of a row, signed by sub-users.
fn requests(host: &str, tenants: &[Tenant], row: &str) -> Outcome<Vec<Vec<u8>>> {
    let tenant = tenants.first().ok_or("there is no tenant")?;
    let one =
        |service, action, body: String| vec![sign::request(&tenant.user, &Call { host, service, action, body: &body })];
    Ok(match row {
        "GetCallerIdentity" => one("sts", "GetCallerIdentity", "{}".to_owned()),
        "GetRole, ten policies" => one("cam", "GetRole", format!(r#"{{"RoleName":"{ROLE}"}}"#)),
        "AssumeRole" => {
            let arn = format!("qcs::cam::uin/{}:roleName/{ROLE}", tenant.account);
            one("sts", "AssumeRole", serde_json::json!({"RoleArn": arn, "RoleSessionName": "load"}).to_string())
        }
        // Accounts take turns, so that neighbours in a group of writes belong to different accounts.
        _ => (0..999)
            .flat_map(|number| tenants.iter().map(move |tenant| (tenant, number)))
            .map(|(tenant, number)| {
                let body = create_role(&tenant.account, number);
                sign::request(&tenant.user, &Call { host, service: "cam", action: "CreateRole", body: &body })
            })
            .collect(),
    })
}

/// Measures the time from the start of the process to the first answer.
fn start(options: &Options, directory: &Path) -> Outcome<()> {
    let key = Key { id: "AKIDstart".to_owned(), secret: "startstartstart".to_owned(), token: None };
    let show = |name: &str, arguments: &[&str]| -> Outcome<()> {
        let mut times = Vec::new();
        for _ in 0..20 {
            let address = process::free_address()?;
            let call = Call { host: &address, service: "sts", action: "GetCallerIdentity", body: "{}" };
            let all: Vec<&str> = ["serve", "--listen", &address].into_iter().chain(arguments.iter().copied()).collect();
            times.push(process::cold_start(&options.server, &all, &address, &sign::request(&key, &call))?);
        }
        times.sort_unstable();
        let at = |place: usize| times.get(place).map_or(0.0, |time| time.as_secs_f64() * 1000.0);
        println!(
            "cold start, {name}: {:.1} ms at best, {:.1} ms median of {}",
            at(0),
            at(times.len() / 2),
            times.len()
        );
        Ok(())
    };
    let root = ["--root-uin", "100000000001", "--root-secret-id", &key.id, "--root-secret-key", &key.secret];
    show("--ephemeral", &[&["--ephemeral"], root.as_slice()].concat())?;
    let data = directory.join("start").display().to_string();
    // The first of the twenty runs creates the file, the others open it.
    show("existing SQLite file", &[&["--data-dir", &data], root.as_slice()].concat())?;
    println!();
    Ok(())
}

/// Measures a request with 100,000 roles in a hundred accounts, next to the same server with a hundred roles; then a
/// start with that file.
async fn growth(options: &Options, directory: &Path) -> Outcome<()> {
    let data = directory.join("growth");
    let site = camulator(options, &data)?;
    let (process, address) = (site.program.id(), site.address.as_str());
    let tenants = tenants::make(&site, 100).await?;
    let measure = async |when: &str| -> Outcome<()> {
        for row in ["GetRole, ten policies", "AssumeRole"] {
            let requests = Rc::new(requests(address, &tenants, row)?);
            let time = Some(Duration::from_secs_f64(options.seconds));
            let sample = drive(Load { address, process, connections: 64, requests, time, keep: 0 }).await?;
            println!("{row} with {when}: {:.1} µs, {:.0}/s", sample.cpu, sample.rate);
        }
        Ok(())
    };
    measure("100 roles").await?;
    let mut create = requests(address, &tenants, "CreateRole")?;
    while !create.is_empty() {
        // In ten parts, to see whether the last one costs more than the first.
        let requests = Rc::new(create.drain(..create.len().min(10_000)).collect::<Vec<_>>());
        let sample = drive(Load { address, process, connections: 64, requests, time: None, keep: 0 }).await?;
        println!("CreateRole, the next 10,000: {:.1} µs, {:.0}/s", sample.cpu, sample.rate);
    }
    measure("100,000 roles").await?;
    let (key, restarted) = (tenants.first().ok_or("there is no tenant")?.user.clone(), data.display().to_string());
    site.program.stop()?;
    let mut times = Vec::new();
    for _ in 0..20 {
        let address = process::free_address()?;
        let call = Call { host: &address, service: "sts", action: "GetCallerIdentity", body: "{}" };
        let arguments = ["serve", "--listen", &address, "--data-dir", &restarted];
        times.push(process::cold_start(&options.server, &arguments, &address, &sign::request(&key, &call))?);
    }
    times.sort_unstable();
    let at = |place: usize| times.get(place).map_or(0.0, |time| time.as_secs_f64() * 1000.0);
    println!("cold start with 100,000 roles: {:.1} ms at best, {:.1} ms median of {}\n", at(0), at(10), times.len());
    Ok(())
}

/// Measures memory at rest, with many roles, and with many sessions.
async fn memory(options: &Options, directory: &Path) -> Outcome<()> {
    let site = camulator(options, &directory.join("memory"))?;
    let process = site.program.id();
    let show = |when: &str| -> Outcome<()> {
        let (all, own) = process::memory(process)?;
        println!("memory {when}: {all:.1} MB resident, {own:.1} MB of it without the program file's pages");
        Ok(())
    };
    show("idle")?;
    let tenants = tenants::make(&site, 10).await?;
    let send = async |requests: Vec<Vec<u8>>, keep: usize| {
        let (address, requests) = (site.address.as_str(), Rc::new(requests));
        drive(Load { address, process, connections: 32, requests, time: None, keep }).await
    };
    send(requests(&site.address, &tenants, "CreateRole")?, 0).await?;
    show("with 10,000 roles in ten accounts")?;
    let assume = requests(&site.address, &tenants, "AssumeRole")?;
    let assume: Vec<Vec<u8>> = assume.iter().cycle().take(options.sessions).cloned().collect();
    let opened = send(assume, 20_000).await?;
    show(&format!("after {} sessions were opened", options.sessions))?;
    let call = Call { host: &site.address, service: "sts", action: "GetCallerIdentity", body: "{}" };
    let keys = opened.bodies.iter().map(|body| Ok(sign::request(&tenants::temporary(body)?, &call)));
    send(keys.collect::<Outcome<Vec<_>>>()?, 0).await?;
    show(&format!("after {} of them were used once", opened.bodies.len()))?;
    println!();
    site.program.stop()
}
