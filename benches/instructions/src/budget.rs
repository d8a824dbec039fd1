//! The budget: a file with a line `name = instructions` for each figure.

use crate::{Figure, Outcome};

/// How far a figure may be from its budget, as a part of it.
const MARGIN: f64 = 0.03;

/// Prints the figures beside their budgets, and what is wrong with them. Returns whether all are within.
pub fn show(figures: &[Figure], text: &str) -> Outcome<bool> {
    println!("| instructions | counted | budget | |\n| --- | --- | --- | --- |");
    let mut remarks = Vec::new();
    let mut held = true;
    for (name, counted) in figures {
        let Some(budget) = budget(text, name)? else {
            println!("| {name} | {} | | |", grouped(*counted));
            remarks.push(format!("{name} has no budget; `--write` sets one."));
            held = false;
            continue;
        };
        let apart = *counted as f64 / budget as f64 - 1.0;
        println!("| {name} | {} | {} | {:+.1} % |", grouped(*counted), grouped(budget), apart * 100.0);
        if apart > MARGIN {
            held = false;
            remarks.push(format!(
                "{name} is {:.1} % above its budget, which is more than {:.0} %: make it cheaper, or raise its line in \
                 budget.toml in a commit that says why.",
                apart * 100.0,
                MARGIN * 100.0
            ));
        } else if apart < -MARGIN {
            remarks.push(format!("{name} is {:.1} % below its budget: lower it with `--write`.", -apart * 100.0));
        }
    }
    if !remarks.is_empty() {
        println!("\n{}", remarks.join("\n"));
    }
    Ok(held)
}

/// Returns the text with the figures as budgets. Comments stay.
pub fn with(text: &str, figures: &[Figure]) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for (name, counted) in figures {
        let line = format!("{name} = {}", grouped(*counted).replace(',', "_"));
        match lines.iter_mut().find(|line| named(line, name).is_some()) {
            Some(old) => *old = line,
            None => lines.push(line),
        }
    }
    lines.join("\n") + "\n"
}

fn budget(text: &str, name: &str) -> Outcome<Option<u64>> {
    let Some(value) = text.lines().find_map(|line| named(line, name)) else { return Ok(None) };
    let number = value.replace('_', "").parse();
    number.map(Some).map_err(|error| format!("budget.toml: {name} = {value}: {error}").into())
}

/// Returns the value of a line if it has this name.
fn named<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let (found, value) = line.split_once('=')?;
    (found.trim() == name).then(|| value.trim())
}

/// Writes a number with a comma after every three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
