//! The program: reads its arguments and hands over.

use std::process::ExitCode;

fn main() -> ExitCode {
    camulator::cli::run()
}
