//! Resident memory at rest and with many roles, and the size of the binary.

use crate::report::Bound;
use crate::subject::{State, camulator, create_roles, make, send};
use crate::{Outcome, Run, process};

/// The most MB at rest.
const IDLE: f64 = 12.0;
/// The most MB with 10,000 roles.
const ROLES: f64 = 60.0;
/// The most MB of the stripped binary.
const BINARY: f64 = 15.0;

/// Runs the part.
pub async fn run(run: &mut Run) -> Outcome<()> {
    let site = camulator(run, &State::File, "memory")?;
    let process = site.program.id();
    let judge = |run: &mut Run, what: &str, most| -> Outcome<()> {
        let (all, own) = process::memory(process)?;
        let detail = format!(", {own:.1} without the program file's pages");
        run.report.judge(what, all, "MB", Bound::Most(most), &detail);
        Ok(())
    };
    judge(run, "resident memory at rest", IDLE)?;
    let tenants = make(&site, 10)?;
    eprintln!("creating 10,000 roles");
    send(&site.address, process, create_roles(&site.address, &tenants, 0, 999), 0).await?;
    judge(run, "resident memory with 10,000 roles in ten accounts", ROLES)?;
    site.program.stop()?;
    let size = std::fs::metadata(&run.options.server)?.len() as f64 / 1e6;
    run.report.judge("stripped binary", size, "MB", Bound::Most(BINARY), "");
    Ok(())
}
