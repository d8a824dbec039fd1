//! The load on PostgreSQL, next to the same on SQLite and to a program that does a bare INSERT.

use crate::common::tenants::Operation;
use crate::parts::load::rounds;
use crate::report::{Bound, number};
use crate::subject::{Limit, State, Subject, drop_database};
use crate::{Outcome, Run};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The least rate of reads, as a multiple of SQLite's.
const READS: f64 = 0.5;
/// The least rate of writes, as a multiple of the bare INSERT's.
const WRITES: f64 = 0.7;
/// The most milliseconds that 99 of 100 writes take.
const WRITES_P99: f64 = 20.0;

/// Runs the part.
pub async fn run(run: &mut Run) -> Outcome<()> {
    let cluster = match run.options.database {
        Some(_) => None,
        None => Some(Cluster::start(&run.directory.path().join("cluster"))?),
    };
    let given = run.options.database.clone();
    let address = given.or_else(|| cluster.as_ref().map(|cluster| cluster.address.clone())).unwrap_or_default();
    let bare = Subject::Limit(Limit::Postgres(address.clone()));
    let mut rows = vec![bare.clone()];
    let operations = [Operation::GetCallerIdentity, Operation::GetRole, Operation::AssumeRole, Operation::CreateRole];
    for operation in operations {
        rows.push(Subject::Camulator(operation, State::File));
        rows.push(Subject::Camulator(operation, State::Postgres(address.clone())));
    }
    let samples = rounds(run, &rows).await?;
    let of = |row: &Subject| {
        let found = samples.iter().find(|(known, _)| known == row);
        found.map(|(_, sample)| sample.clone()).unwrap_or_default()
    };
    let bare = of(&bare);
    for (row, sample) in &samples {
        let (mut limit, mut rate) = (String::new(), number(sample.rate, ""));
        let mut p99 = number(sample.p99 / 1000.0, "");
        let name = row.name();
        match row {
            // The part `load` has its row; here it is what PostgreSQL is compared with.
            Subject::Camulator(_, State::File) => continue,
            Subject::Camulator(operation @ (Operation::AssumeRole | Operation::CreateRole), _) => {
                limit = number(sample.cpu / bare.cpu, "×");
                let what = format!("{name}, latency, p99");
                p99 = run.report.judge(&what, sample.p99 / 1000.0, "ms", Bound::Most(WRITES_P99), "");
                let what = format!("{name}, requests per second, × bare INSERT");
                let detail = format!(", {} and {}", number(sample.rate, ""), number(bare.rate, ""));
                let apart = run.report.judge(&what, sample.rate / bare.rate, "×", Bound::Least(WRITES), &detail);
                let sqlite = of(&Subject::Camulator(*operation, State::File));
                rate = format!("{rate}, {apart}, {} SQLite's", number(sample.rate / sqlite.rate, "×"));
            }
            Subject::Camulator(operation, _) => {
                let sqlite = of(&Subject::Camulator(*operation, State::File));
                let what = format!("{name}, requests per second, × SQLite");
                let detail = format!(", {} and {}", number(sample.rate, ""), number(sqlite.rate, ""));
                let apart = run.report.judge(&what, sample.rate / sqlite.rate, "×", Bound::Least(READS), &detail);
                rate = format!("{rate}, {apart}");
            }
            Subject::Limit(_) => {}
        }
        run.report.row(&name, sample, &limit, &rate, &p99);
    }
    drop_database(&address).await
}

/// A throwaway cluster, which does not wait for the disk. Stopped when dropped.
struct Cluster {
    directory: PathBuf,
    address: String,
}

impl Cluster {
    fn start(directory: &Path) -> Outcome<Cluster> {
        eprintln!("starting a PostgreSQL cluster");
        let output = script().arg("start").arg(directory).output()?;
        if !output.status.success() {
            return Err(format!("no cluster: {}", String::from_utf8_lossy(&output.stderr).trim()).into());
        }
        let address = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        Ok(Cluster { directory: directory.to_owned(), address })
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // A cluster that cannot be stopped is named by its directory in the list of processes.
        let _ = script().arg("stop").arg(&self.directory).status();
    }
}

fn script() -> Command {
    Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/postgres/cluster"))
}
