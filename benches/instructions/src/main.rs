//! Counts the instructions that requests cost the release server, which other work on the machine does not change.
//!
//! `cargo build --release` at the root, then in this directory:
//!
//! ```sh
//! cargo run --release              # prints the figures beside their budgets
//! cargo run --release -- --check   # also fails if one is more than 3 % above its budget
//! cargo run --release -- --write   # makes the figures the budgets
//! ```
//!
//! The server runs under valgrind's `callgrind` with one worker thread, on a SQLite file. The requests are real and
//! signed, on one connection, from a sub-user with ten policies of five statements. Instructions are counted in all
//! threads, from just before the first measured request until just after the last answer. The decision of the evaluator
//! is counted by itself, in this program ([`decision`]). `--server` takes another binary. Status 77 means that nothing
//! could be counted on this machine.
//!
//! It is a package of its own, and not a bench of the server's, for the reason in its `Cargo.toml`. A crate such as
//! `gungraun` (once `iai-callgrind`) would count whole processes that it starts itself, and needs a runner of the
//! same version to be installed; here a part of the life of a server is counted.

mod budget;
mod callgrind;
#[path = "../../common/mod.rs"]
mod common;
mod decision;
#[path = "../../../src/policy/mod.rs"]
#[expect(dead_code, unused_imports, reason = "checking and explaining documents is not used here")]
mod policy;
mod server;

use callgrind::Directory;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The result of every function that can fail. The first error ends the run.
pub type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// A counted figure: its name, and instructions per request.
pub type Figure = (&'static str, u64);

/// What to do with the figures.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Show,
    Check,
    Write,
}

fn main() -> Outcome<ExitCode> {
    let mut server = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/release/camulator");
    let mut mode = Mode::Show;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--check" => mode = Mode::Check,
            "--write" => mode = Mode::Write,
            "--server" => server = arguments.next().map(PathBuf::from).ok_or("--server needs a path")?,
            decision::FLAG => {
                decision::repeat(arguments.next().ok_or("a number is missing")?.parse()?)?;
                return Ok(ExitCode::SUCCESS);
            }
            other => return Err(format!("{other} is not one of --check, --write, --server PATH").into()),
        }
    }
    if let Some(why) = callgrind::unusable() {
        println!("not run: {why}");
        return Ok(ExitCode::from(77));
    }
    if !server.exists() {
        return Err(format!("{} does not exist; run `cargo build --release` at the root", server.display()).into());
    }
    let directory = Directory::new()?;
    let mut figures = server::count(&server, directory.path())?;
    figures.push(("decision", decision::count(directory.path())?));
    println!("{}, {}\n", callgrind::version()?, server.display());
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("budget.toml");
    let text = std::fs::read_to_string(&file)?;
    let held = budget::show(&figures, &text)?;
    match mode {
        Mode::Show => {}
        Mode::Check if held => println!("\nEvery figure is within its budget."),
        Mode::Check => return Ok(ExitCode::FAILURE),
        Mode::Write => {
            std::fs::write(&file, budget::with(&text, &figures))?;
            println!("\nThese figures are the budgets now.");
        }
    }
    Ok(ExitCode::SUCCESS)
}
