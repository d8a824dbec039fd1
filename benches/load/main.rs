//! Measures what requests cost the release server, next to programs that do only the least work for such a request.
//!
//! `cargo bench --bench load` starts `camulator serve` with `--durability full`, prepares accounts with signed calls,
//! and measures operations over keep-alive connections. The limit programs run in the same rounds, so that other work on
//! the machine affects all alike. A reply that is not a success ends the run. It prints Markdown for
//! `docs/performance.md`: a table, and the targets with what was measured. Progress goes to standard error.
//!
//! | file | what it is |
//! | --- | --- |
//! | `../common` | signatures, accounts and operations, which other benches use too |
//! | `client.rs` | the client: connections, and the loop that sends a load and takes the times |
//! | `limits.rs`, `limits/rows.rs` | the limit programs, and how they insert a row |
//! | `subject.rs` | a program under load: starts it, prepares it, measures it |
//! | `process.rs` | CPU time, memory, the time to the first answer; the machine |
//! | `report.rs` | the table of the load, and the list of targets |
//! | `parts/` | a file for each part of a run |
//! | `plot.rs` | the picture of the part `curve` |

mod client;
#[path = "../common/mod.rs"]
mod common;
mod limits;
mod parts;
mod plot;
mod process;
mod report;
mod subject;

use clap::{Parser, ValueEnum};
use report::Report;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The result of every function that can fail. The first error ends the run.
pub type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// A part of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// CPU time, rate and latency, next to the limit programs
    Load,
    /// The time from the start of the process to the first answer
    Start,
    /// Resident memory, and the size of the binary
    Memory,
    /// The same requests with few and with many roles, accounts and policies
    Growth,
    /// A million sessions, opened, used, expired and deleted
    Sessions,
    /// The load on PostgreSQL, next to SQLite and to a bare INSERT
    Postgres,
    /// Latency against rate with more and more connections; writes docs/latency.svg
    Curve,
}

/// Measure the release server under load.
#[derive(Parser, Clone)]
pub struct Options {
    /// Only these parts; without this option, load, start and memory
    #[arg(long, value_delimiter = ',')]
    only: Vec<Part>,
    /// Seconds of each measurement
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
    /// Rounds; each figure is from the best of them, as the least disturbed one
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Number of connections
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// Number of accounts in the part `growth`
    #[arg(long, default_value_t = 100_000)]
    tenants: usize,
    /// Number of sessions in the part `sessions`
    #[arg(long, default_value_t = 1_000_000)]
    sessions: usize,
    /// Only rows whose name contains this, and the limit programs
    #[arg(long, default_value = "")]
    row: String,
    /// The program to measure, instead of a new release build
    #[arg(long, default_value_os_t = PathBuf::from(env!("CARGO_BIN_EXE_camulator")))]
    server: PathBuf,
    /// Administrative postgres:// address, where databases are created and dropped, instead of a throwaway cluster
    #[arg(long)]
    database: Option<String>,
    /// Where the part `curve` writes its picture
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/latency.svg"))]
    picture: PathBuf,
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

/// What every part of a run needs.
pub struct Run {
    options: Options,
    directory: Directory,
    report: Report,
}

fn main() -> Outcome<()> {
    let options = Options::parse();
    if let Some(kind) = &options.limit {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        return runtime.block_on(limits::serve(kind, options.limit_database.as_deref()));
    }
    if options.server.as_path() == Path::new(env!("CARGO_BIN_EXE_camulator")) {
        build()?;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut run = Run { options, directory: Directory::new()?, report: Report::default() };
        println!("{}", process::machine());
        println!("write of 4 KB with fsync: {} µs (median)\n", process::fsync(run.directory.path())?.as_micros());
        let parts = if run.options.only.is_empty() {
            vec![Part::Load, Part::Start, Part::Memory]
        } else {
            run.options.only.clone()
        };
        for part in parts {
            match part {
                Part::Load => parts::load::run(&mut run).await?,
                Part::Start => parts::start::run(&mut run)?,
                Part::Memory => parts::memory::run(&mut run).await?,
                Part::Growth => parts::growth::run(&mut run).await?,
                Part::Sessions => parts::sessions::run(&mut run).await?,
                Part::Postgres => parts::postgres::run(&mut run).await?,
                Part::Curve => parts::curve::run(&mut run).await?,
            }
        }
        run.report.print();
        Ok(())
    })
}

/// Builds the released server. For a bench cargo has just built another one, with the features that the test
/// dependencies ask of shared crates, at the same place.
fn build() -> Outcome<()> {
    eprintln!("building the release server");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--release", "--locked", "--quiet"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()?;
    if built.success() { Ok(()) } else { Err("there is no release build to measure".into()) }
}

/// A directory for this run, removed at its end.
struct Directory(PathBuf);

impl Directory {
    fn new() -> Outcome<Directory> {
        let path = std::env::temp_dir().join(format!("camulator-load-{}", std::process::id()));
        std::fs::create_dir_all(&path)?;
        Ok(Directory(path))
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        // A directory that cannot be removed stays among the system's temporary files.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
