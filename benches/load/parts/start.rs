//! The time from the start of the process to the first answer.

use crate::common::sign::{self, Call, Key};
use crate::report::Bound;
use crate::{Outcome, Run, process};
use std::path::Path;

/// How often each start is measured.
const TIMES: usize = 20;

/// The most milliseconds to the first answer with `--ephemeral`.
const EPHEMERAL: f64 = 25.0;
/// The most milliseconds to the first answer with 100,000 roles in a SQLite file.
const FULL: f64 = 100.0;

/// Runs the part.
pub fn run(run: &mut Run) -> Outcome<()> {
    let key = Key { id: "AKIDstart".to_owned(), secret: "startstartstart".to_owned(), token: None };
    let root = ["--root-uin", "100000000001", "--root-secret-id", &key.id, "--root-secret-key", &key.secret];
    eprintln!("starting {TIMES} times with --ephemeral, and {TIMES} times with a file");
    let times = times(run, &key, &[&["--ephemeral"], root.as_slice()].concat())?;
    judge(run, "first answer with `--ephemeral`, median", times, EPHEMERAL);
    let data = run.directory.path().join("start").display().to_string();
    // The first start creates the file, the others open it.
    let [_, median] = self::times(run, &key, &[&["--data-dir", &data], root.as_slice()].concat())?;
    run.report.remark("first answer with a small SQLite file, median", median, "ms");
    Ok(())
}

/// Measures starts with a file of 100,000 roles.
pub fn with_roles(run: &mut Run, key: &Key, data: &Path, roles: &str) -> Outcome<()> {
    let data = data.display().to_string();
    let times = times(run, key, &["--data-dir", &data])?;
    judge(run, &format!("first answer with {roles} roles in a SQLite file, median"), times, FULL);
    Ok(())
}

fn judge(run: &mut Run, what: &str, [best, median]: [f64; 2], most: f64) {
    run.report.judge(what, median, "ms", Bound::Most(most), &format!(", {best:.1} at best"));
}

/// Returns the best and the median time in milliseconds.
fn times(run: &Run, key: &Key, arguments: &[&str]) -> Outcome<[f64; 2]> {
    let mut times = Vec::new();
    for _ in 0..TIMES {
        let address = process::free_address()?;
        let call = Call { host: &address, service: "sts", action: "GetCallerIdentity", body: "{}" };
        let all: Vec<&str> = ["serve", "--listen", &address].into_iter().chain(arguments.iter().copied()).collect();
        times.push(process::cold_start(&run.options.server, &all, &address, &sign::request(key, &call))?);
    }
    times.sort_unstable();
    let at = |place: usize| times.get(place).map_or(0.0, |time| time.as_secs_f64() * 1000.0);
    Ok([at(0), at(times.len() / 2)])
}
