//! What is printed: the table of the load, the list of targets with what was measured, and figures without a target.

use crate::client::Sample;

/// Collects rows and verdicts during a run.
#[derive(Default)]
pub struct Report {
    rows: Vec<String>,
    targets: Vec<String>,
    remarks: Vec<String>,
}

/// A figure and the bound that is its target.
#[derive(Clone, Copy)]
pub enum Bound {
    /// At most this.
    Most(f64),
    /// At least this.
    Least(f64),
}

impl Bound {
    fn holds(self, value: f64) -> bool {
        match self {
            Bound::Most(bound) => value <= bound,
            Bound::Least(bound) => value >= bound,
        }
    }

    fn text(self, unit: &str) -> String {
        match self {
            Bound::Most(bound) => format!("≤ {}", number(bound, unit)),
            Bound::Least(bound) => format!("≥ {}", number(bound, unit)),
        }
    }
}

impl Report {
    /// Compares a figure with its target, and keeps the verdict for the list, with further figures in `detail`. Returns
    /// the text that stands in the table.
    pub fn judge(&mut self, what: &str, value: f64, unit: &str, bound: Bound, detail: &str) -> String {
        let verdict = if bound.holds(value) { "met" } else { "missed" };
        let (value, target) = (number(value, unit), bound.text(unit));
        let text = format!("{value} ({target}: {verdict})");
        eprintln!("  {what}: {text}{detail}");
        self.targets.push(format!("| {what} | {target} | {value}{detail} | {verdict} |"));
        text
    }

    /// Keeps a figure that has no target.
    pub fn remark(&mut self, what: &str, value: f64, unit: &str) {
        let text = format!("{what}: {}", number(value, unit));
        eprintln!("  {text}");
        self.remarks.push(format!("- {text}"));
    }

    /// Adds a row to the table of the load. `limit` and `rate` are the texts of their columns.
    pub fn row(&mut self, name: &str, sample: &Sample, limit: &str, rate: &str, p99: &str) {
        self.rows.push(format!(
            "| {name} | {} | {limit} | {rate} | {:.2} | {p99} | {:.1} |",
            number(sample.cpu, ""),
            sample.p50 / 1000.0,
            sample.client,
        ));
    }

    /// Prints everything.
    pub fn print(&self) {
        if !self.rows.is_empty() {
            println!("| | CPU µs/request | × limit | requests/s | p50 ms | p99 ms | client CPU µs |");
            println!("| --- | --- | --- | --- | --- | --- | --- |\n{}\n", self.rows.join("\n"));
        }
        if !self.targets.is_empty() {
            println!("| what | target | measured | |\n| --- | --- | --- | --- |\n{}\n", self.targets.join("\n"));
        }
        if !self.remarks.is_empty() {
            println!("{}", self.remarks.join("\n"));
        }
    }
}

/// Writes a number with its unit: thousands with a comma, small ones with two digits.
pub fn number(value: f64, unit: &str) -> String {
    let text = if value >= 1000.0 {
        let whole = format!("{value:.0}");
        let mut grouped = String::new();
        for (place, digit) in whole.chars().enumerate() {
            if place > 0 && (whole.len() - place).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        grouped
    } else if unit == "×" || value < 1.0 {
        format!("{value:.2}")
    } else {
        format!("{value:.1}").trim_end_matches(".0").to_owned()
    };
    if unit.is_empty() { text } else { format!("{text} {unit}") }
}
