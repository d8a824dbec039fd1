//! `camulator health`: a health check for containers without a shell.

use super::client;
use clap::Args;
use std::process::ExitCode;

/// Which server to ask.
#[derive(Args)]
pub struct Health {
    /// Address of the server
    #[arg(long, env = "CAMULATOR_URL", default_value = "http://127.0.0.1:4580")]
    url: String,
}

/// Asks whether the server is ready.
pub fn run(health: &Health) -> ExitCode {
    match client::is_ready(&health.url) {
        Ok(()) => {
            println!("ready");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("camulator: {message}");
            ExitCode::FAILURE
        }
    }
}
