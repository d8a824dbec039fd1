//! Latency against rate, with more and more connections.

use crate::common::tenants::Operation;
use crate::plot::{Curve, Point, svg};
use crate::subject::{Limit, State, Subject, measure};
use crate::{Outcome, Run, process};

const CONNECTIONS: [usize; 8] = [1, 2, 4, 8, 16, 32, 64, 128];

const CURVES: [(Subject, &str); 5] = [
    (Subject::Limit(Limit::Verify), "limit, reads"),
    (Subject::Camulator(Operation::GetRole, State::File), "GetRole"),
    (Subject::Limit(Limit::Insert), "limit, writes"),
    (Subject::Camulator(Operation::AssumeRole, State::File), "AssumeRole"),
    (Subject::Camulator(Operation::CreateRole, State::File), "CreateRole"),
];

/// Runs the part. Of all rounds, each point is from the one with the highest rate.
pub async fn run(run: &mut Run) -> Outcome<()> {
    let mut curves: Vec<Curve> =
        CURVES.iter().map(|(subject, name)| Curve::new(name, matches!(subject, Subject::Limit(_)))).collect();
    for round in 1..=run.options.rounds {
        for connections in CONNECTIONS {
            eprintln!("round {round} of {}, {connections} connections", run.options.rounds);
            for ((subject, name), curve) in CURVES.iter().zip(&mut curves) {
                // About as many roles as fit into the time, or the measurement would end with idle connections.
                let sample = measure(run, subject, connections, (250 * connections).min(6_000)).await?;
                let [p50, p99] = [sample.p50, sample.p99].map(|micros| (micros / 1000.0).max(0.001));
                eprintln!("  {name}: {:.0}/s, p50 {p50:.2} ms, p99 {p99:.2} ms", sample.rate);
                curve.add(Point { connections, rate: sample.rate, p50, p99 });
            }
        }
    }
    let caption = format!("dots along a line: 1, 2, 4, 8, 16, 32, 64, 128 connections; {} cores", process::cores());
    std::fs::write(&run.options.picture, svg(&curves, &caption))?;
    eprintln!("{} is written", run.options.picture.display());
    Ok(())
}
