//! The rows of every table as text, to compare before and after.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::OnceLock;

/// The rows of every table as text.
pub type Dump = BTreeMap<&'static str, Vec<String>>;

/// Asserts that two dumps are equal; the message lists the rows that only one of them has.
#[track_caller]
pub fn assert_same(after: &Dump, before: &Dump, what: &str) {
    if after == before {
        return;
    }
    let mut differences = Vec::new();
    for (table, rows) in before {
        let other = after.get(table).cloned().unwrap_or_default();
        differences.extend(rows.iter().filter(|row| !other.contains(row)).map(|row| format!("- {table}: {row}")));
        differences.extend(other.iter().filter(|row| !rows.contains(row)).map(|row| format!("+ {table}: {row}")));
    }
    panic!("{what}:\n{}", differences.join("\n"));
}

/// One `SELECT` per table, made from the migrations, that returns every row as one text.
pub fn dump_statements() -> &'static [(&'static str, &'static str)] {
    static STATEMENTS: OnceLock<Vec<(&'static str, &'static str)>> = OnceLock::new();
    STATEMENTS.get_or_init(|| {
        columns()
            .into_iter()
            // Numbers are reserved for whatever comes later.
            .filter(|(table, _)| table != "counters")
            .map(|(table, columns)| {
                // The generation is not content: a write that fails before it changes anything may increment it.
                let shown: Vec<String> = columns
                    .iter()
                    .filter(|(column, _)| column != "generation")
                    .map(|(column, kind)| match kind.as_str() {
                        "TEXT" => format!("'{column}=' || {column}"),
                        "BOOLEAN" => format!("'{column}=' || CASE WHEN {column} THEN 'true' ELSE 'false' END"),
                        _ => format!("'{column}=' || CAST({column} AS TEXT)"),
                    })
                    .collect();
                let sql = format!("SELECT {} AS line FROM {table}", shown.join(" || ' ' || "));
                (&*table.leak(), &*sql.leak())
            })
            .collect()
    })
}

/// The tables of the migrations with their columns and types.
pub fn columns() -> BTreeMap<String, Vec<(String, String)>> {
    let mut tables: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    let mut files: Vec<PathBuf> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    for file in files {
        let sql: String = std::fs::read_to_string(file)
            .unwrap()
            .lines()
            .map(|line| line.split("--").next().unwrap_or_default().to_owned() + "\n")
            .collect();
        for statement in sql.split(';') {
            let words: Vec<&str> = statement.split_whitespace().collect();
            match words.as_slice() {
                ["CREATE", "TABLE", name, ..] => {
                    let body = &statement[statement.find('(').unwrap() + 1..statement.rfind(')').unwrap()];
                    let mut columns = Vec::new();
                    let mut depth = 0;
                    for part in body.split_inclusive(|letter: char| {
                        depth += i32::from(letter == '(') - i32::from(letter == ')');
                        letter == ',' && depth == 0
                    }) {
                        let mut words = part.split_whitespace();
                        let (Some(column), Some(kind)) = (words.next(), words.next()) else { continue };
                        if !matches!(column, "PRIMARY" | "UNIQUE" | "FOREIGN" | "CHECK" | "CONSTRAINT") {
                            columns.push((column.to_owned(), kind.trim_end_matches(',').to_owned()));
                        }
                    }
                    tables.insert((*name).to_owned(), columns);
                }
                ["ALTER", "TABLE", name, "ADD", "COLUMN", column, kind, ..] => {
                    let columns = tables.get_mut(*name).expect("a table that exists");
                    columns.push(((*column).to_owned(), (*kind).to_owned()));
                }
                ["ALTER", "TABLE", name, "RENAME", "COLUMN", old, "TO", new] => {
                    let columns = tables.get_mut(*name).expect("a table that exists");
                    columns
                        .iter_mut()
                        .filter(|(column, _)| column == old)
                        .for_each(|(column, _)| *column = (*new).to_owned());
                }
                ["DROP", "TABLE", name] => {
                    tables.remove(*name);
                }
                _ => {}
            }
        }
    }
    tables
}
