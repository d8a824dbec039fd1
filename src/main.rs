//! The program: hands over to `camulator::cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    camulator::cli::run()
}
