//! The command line, one file per command. A failed start is one line on standard error and exit code 2.

mod account;
mod client;
mod health;
mod kept;
mod policy;
mod serve;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// A local emulator of Tencent Cloud's identity services, CAM and STS. It verifies every signature, evaluates every
/// policy and expires every credential.
///
/// Start it with `camulator serve`: it prints a root key, the variables to export and a first call to paste.
#[derive(Parser)]
#[command(name = "camulator", version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server
    ///
    /// Every option can also be set by an environment variable (`--rate-limit` is `CAMULATOR_RATE_LIMIT`) or by a key
    /// in the file given with `--config`. `CAMULATOR_MASTER_KEY` (64 hexadecimal digits) replaces the master key that
    /// is otherwise generated in the data directory. `CAMULATOR_LOG_FILTER` selects what is logged on standard error,
    /// for example `camulator=debug`.
    #[command(after_long_help = serve::EXAMPLES)]
    Serve(Box<crate::config::Flags>),
    /// Create, list and delete accounts on a running server
    Account(account::AccountArgs),
    /// Check policy documents and explain decisions
    Policy(policy::PolicyArgs),
    /// Exit with 0 if the server at CAMULATOR_URL is ready, else with 1
    Health(health::Health),
}

/// Runs the program.
pub fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return refuse(&error),
    };
    let outcome = match arguments.command {
        Command::Serve(flags) => serve::run(*flags),
        Command::Account(account) => account::run(account),
        Command::Policy(policy) => return policy::run(policy),
        Command::Health(health) => return health::run(&health),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("camulator: {message}");
            ExitCode::from(2)
        }
    }
}

/// Prints help or version on standard output, or reports a wrong argument in one line that says what to do.
fn refuse(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() || error.kind() == clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        let _ = error.print();
        return if error.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS };
    }
    let text = error.to_string();
    let said: Vec<&str> = text
        .lines()
        .map(str::trim)
        .take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more information"))
        .filter(|line| !line.is_empty())
        .collect();
    let said = said.join(" ").replace(" tip: ", "; ");
    eprintln!("camulator: {}; see `camulator --help`", said.strip_prefix("error: ").unwrap_or(&said));
    ExitCode::from(2)
}
