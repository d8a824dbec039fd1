//! Compares the policy evaluator with `cedar-policy`'s `is_authorized` on the same questions in one run.
//!
//! Run it with `cargo run --release` in this directory. The same policies are written in both languages ([`corpus`]).
//! Before anything is timed, both must give the same answer to every timed question and many more, with a deciding
//! statement that both name. Then short batches of the two alternate, and each cell is the median of its batches in CPU
//! time of the thread, so that other work on the machine affects both alike. Requests are built beforehand on both
//! sides. The run fails if ten policies take longer than [`LIMIT`] or if anything is slower than Cedar.

mod cedar;
mod corpus;
mod ours;
#[path = "../../../src/policy/mod.rs"]
#[expect(dead_code, unused_imports, reason = "checking and explaining documents is not used here")]
mod policy;

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Duration;

use cedar::Cedar;
use corpus::{Answer, Shape};
use ours::Ours;

/// The result of every function that can fail. The first error ends the run.
pub type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// The most nanoseconds for a decision on ten policies of five statements.
const LIMIT: f64 = 2_000.0;
/// The most questions in a cell.
const QUESTIONS: usize = 16;
/// Roughly how many questions are compared for one set of policies.
const COMPARED: usize = 1_000;
/// The CPU time that a batch takes, roughly.
const BATCH: Duration = Duration::from_millis(2);

fn main() -> Outcome<()> {
    let rounds: usize = std::env::args().nth(1).map_or(Ok(21), |text| text.parse())?;
    let mut run = Run { rounds: rounds.max(1), compared: 0, missed: Vec::new() };
    println!("| policies × statements | answer | ours, ns | cedar, ns | cedar / ours |");
    println!("| --- | --- | --- | --- | --- |");
    for (shape, name, counts) in [
        (Shape::Duties, "", &[1, 10, 100, 1_000][..]),
        (Shape::ConditionalDuties, ", conditions", &[1, 10, 100]),
        (Shape::OneAction, ", all on `cvm:*`", &[1, 10, 100]),
        (Shape::ConditionalOneAction, ", all on `cvm:*`, conditions", &[1, 10, 100]),
        (Shape::OwnOperation, ", an operation each", &[1, 100, 1_000]),
    ] {
        for count in counts {
            run.set(shape, name, *count)?;
        }
    }
    println!("\n{} questions were answered alike by both.", run.compared);
    if run.missed.is_empty() { Ok(()) } else { Err(run.missed.join("; ").into()) }
}

struct Run {
    rounds: usize,
    compared: usize,
    missed: Vec<String>,
}

impl Run {
    /// Compares and then times one set of policies; prints a row for each answer.
    fn set(&mut self, shape: Shape, name: &str, count: usize) -> Outcome<()> {
        let policies = corpus::policies(shape, count);
        let questions = corpus::questions(shape, count);
        let (ours, cedar) = (Ours::new(&policies)?, Cedar::new(&policies)?);
        // The step is odd because the numbers of items, regions and contexts are even, so that all of them are covered.
        let step = (questions.len() / COMPARED) | 1;
        let mut by_answer: BTreeMap<Answer, Vec<(ours::Asked, cedar::Asked)>> = BTreeMap::new();
        for question in questions.iter().step_by(step) {
            let (mine, theirs) = (Ours::ask(question), cedar.ask(question)?);
            let answer = same(&ours, &cedar, question, &mine, &theirs)?;
            by_answer.entry(answer).or_default().push((mine, theirs));
            self.compared += 1;
        }
        for answer in [Answer::Allow, Answer::ExplicitDeny, Answer::ImplicitDeny] {
            let found = by_answer.get(&answer).map(Vec::as_slice).unwrap_or_default();
            if found.is_empty() {
                return Err(format!("no question of {count} policies{name} is answered with {answer:?}").into());
            }
            let spread = found.len().div_ceil(QUESTIONS);
            let timed: Vec<_> = found.iter().step_by(spread).collect();
            let [mine, theirs, ratio] = self.time(&ours, &cedar, &timed);
            println!("| {count} × 5{name} | {} | {mine:.0} | {theirs:.0} | {ratio:.1} |", title(answer));
            if count == 10 && mine > LIMIT {
                self.missed.push(format!("{count} policies{name}, {answer:?}: {mine:.0} ns is above {LIMIT} ns"));
            }
            if ratio < 1.0 {
                self.missed.push(format!("{count} policies{name}, {answer:?}: slower than Cedar"));
            }
        }
        Ok(())
    }

    /// Returns medians over the rounds: ours, Cedar's, and the ratio within a round.
    fn time(&self, ours: &Ours, cedar: &Cedar, asked: &[&(ours::Asked, cedar::Asked)]) -> [f64; 3] {
        let mine = || {
            for (mine, _) in asked {
                black_box(ours.decide(black_box(mine)));
            }
        };
        let theirs = || {
            for (_, theirs) in asked {
                black_box(cedar.decide(black_box(theirs)));
            }
        };
        let (turns, their_turns) = (turns(&mine), turns(&theirs));
        let (mut all, mut all_theirs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..self.rounds {
            let (a, b) = if round % 2 == 0 {
                let a = batch(&mine, turns);
                (a, batch(&theirs, their_turns))
            } else {
                let b = batch(&theirs, their_turns);
                (batch(&mine, turns), b)
            };
            all.push(a / asked.len() as f64);
            all_theirs.push(b / asked.len() as f64);
            ratios.push(b / a);
        }
        [median(all), median(all_theirs), median(ratios)]
    }
}

/// Returns the answer if both give the same one, with a deciding statement that both name.
fn same(
    ours: &Ours,
    cedar: &Cedar,
    question: &corpus::Question,
    mine: &ours::Asked,
    theirs: &cedar::Asked,
) -> Outcome<Answer> {
    let ((answer, deciding), (their_answer, reasons)) = (ours.answer(mine)?, cedar.answer(theirs)?);
    let named = deciding.is_none_or(|(policy, statement)| reasons.contains(&cedar::id(policy, statement)));
    if answer == their_answer && named {
        return Ok(answer);
    }
    Err(format!(
        "{} on {} with {:?}: {answer:?} by {deciding:?}, Cedar {their_answer:?} by {reasons:?}",
        question.action,
        question.place.name(),
        question.context
    )
    .into())
}

fn title(answer: Answer) -> &'static str {
    match answer {
        Answer::Allow => "allow",
        Answer::ExplicitDeny => "explicit deny",
        Answer::ImplicitDeny => "implicit deny",
    }
}

/// Returns how many turns of `work` fit into a batch, after a warm-up.
fn turns(work: &impl Fn()) -> u32 {
    let mut turns = 1;
    while batch(work, turns) * f64::from(turns) < BATCH.as_nanos() as f64 / 2.0 {
        turns *= 2;
    }
    turns
}

/// Returns the CPU time of one turn in nanoseconds.
fn batch(work: &impl Fn(), turns: u32) -> f64 {
    let start = processor_time();
    (0..turns).for_each(|_| work());
    (processor_time() - start) / f64::from(turns)
}

fn processor_time() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
