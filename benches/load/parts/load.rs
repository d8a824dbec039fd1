//! CPU time, rate and latency of operations, next to the limit programs.

use crate::client::Sample;
use crate::common::tenants::Operation;
use crate::report::{Bound, number};
use crate::subject::{Limit, State, Subject, measure};
use crate::{Outcome, Run};

const ROWS: [Subject; 11] = [
    Subject::Limit(Limit::Bare),
    Subject::Limit(Limit::Verify),
    Subject::Limit(Limit::Insert),
    Subject::Camulator(Operation::GetCallerIdentity, State::File),
    Subject::Camulator(Operation::GetRole, State::File),
    Subject::Camulator(Operation::ListPolicies, State::File),
    Subject::Camulator(Operation::AssumeRole, State::File),
    Subject::Camulator(Operation::CreateRole, State::File),
    Subject::Camulator(Operation::GetRole, State::Memory),
    Subject::Camulator(Operation::AssumeRole, State::Memory),
    Subject::Camulator(Operation::CreateRole, State::Memory),
];

/// The most CPU time of a read, as a multiple of the limit program that verifies.
const READ: f64 = 1.5;
/// The most CPU time of a write, as a multiple of the limit program that commits.
const WRITE: f64 = 1.25;
/// The least rate of a read, as a multiple of bare axum's.
const READS: f64 = 0.6;
/// The least rate of writes that are on the disk.
const WRITES: f64 = 20_000.0;
/// The most milliseconds that 99 of 100 of them take.
const WRITES_P99: f64 = 10.0;

/// Runs the part.
pub async fn run(run: &mut Run) -> Outcome<()> {
    let rows: Vec<Subject> = ROWS
        .into_iter()
        .filter(|row| matches!(row, Subject::Limit(_)) || row.name().contains(&run.options.row))
        .collect();
    let samples = rounds(run, &rows).await?;
    let of = |limit: Limit| {
        let row = samples.iter().find(|(row, _)| *row == Subject::Limit(limit.clone()));
        row.map(|(_, sample)| sample.clone()).unwrap_or_default()
    };
    let (bare, verify, insert) = (of(Limit::Bare), of(Limit::Verify), of(Limit::Insert));
    for (row, sample) in &samples {
        let name = row.name();
        let (mut limit, mut rate) = (String::new(), number(sample.rate, ""));
        let mut p99 = number(sample.p99 / 1000.0, "");
        match row {
            Subject::Camulator(Operation::GetCallerIdentity | Operation::GetRole, State::File) => {
                let what = format!("{name}, CPU time, × the limit program that verifies");
                limit = run.report.judge(&what, sample.cpu / verify.cpu, "×", Bound::Most(READ), "");
                let what = format!("{name}, requests per second, × bare axum");
                let apart = run.report.judge(&what, sample.rate / bare.rate, "×", Bound::Least(READS), "");
                rate = format!("{rate}, {apart}");
            }
            Subject::Camulator(Operation::AssumeRole | Operation::CreateRole, State::File) => {
                let what = format!("{name}, CPU time, × the limit program that commits");
                limit = run.report.judge(&what, sample.cpu / insert.cpu, "×", Bound::Most(WRITE), "");
                let what = format!("{name}, per second, on the disk");
                rate = run.report.judge(&what, sample.rate, "", Bound::Least(WRITES), "");
                let what = format!("{name}, latency, p99");
                p99 = run.report.judge(&what, sample.p99 / 1000.0, "ms", Bound::Most(WRITES_P99), "");
            }
            _ => {}
        }
        run.report.row(&name, sample, &limit, &rate, &p99);
    }
    Ok(())
}

/// Measures all subjects in every round. Other work on the machine only ever adds, so of each subject this returns the
/// least CPU time, and rate and latencies of the round with the highest rate.
pub async fn rounds(run: &Run, rows: &[Subject]) -> Outcome<Vec<(Subject, Sample)>> {
    let mut best: Vec<(Subject, Sample)> = Vec::new();
    for round in 1..=run.options.rounds {
        eprintln!("round {round} of {}, {} connections", run.options.rounds, run.options.connections);
        for row in rows {
            let sample = measure(run, row, run.options.connections, usize::MAX).await?;
            eprintln!("  {}: {:.1} µs, {:.0}/s, p99 {:.1} ms", row.name(), sample.cpu, sample.rate, sample.p99 / 1e3);
            match best.iter_mut().find(|(known, _)| known == row) {
                Some((_, known)) => {
                    let (cpu, client) = (known.cpu.min(sample.cpu), known.client.min(sample.client));
                    if sample.rate > known.rate {
                        *known = sample;
                    }
                    (known.cpu, known.client) = (cpu, client);
                }
                None => best.push((row.clone(), sample)),
            }
        }
    }
    Ok(best)
}
