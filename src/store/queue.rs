//! Statements that wait to be run together, so that a group of writes takes few messages to the database.
//!
//! A message to SQLite costs two changes of threads, one to PostgreSQL a round trip. Rows of one table therefore share
//! an `INSERT`, also those of different jobs.

use super::argument::Argument;
use std::fmt::Write as _;

/// The most rows that one statement inserts or updates. SQLite takes 32,766 values in a statement, PostgreSQL 65,535.
pub(super) const MERGED: usize = 64;

/// How a statement marks the places of its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Marks {
    /// `?`, for SQLite: the driver looks a numbered place up by its name, in a list of all of them.
    Plain,
    /// `$1`, for PostgreSQL, which has no others.
    Numbered,
}

/// A row to insert, unless one with the same unique columns is there.
#[derive(Clone, Debug)]
pub struct Row {
    /// `INSERT INTO table (columns)`.
    pub insert: &'static str,
    /// The values of the columns.
    pub values: Vec<Argument>,
}

/// A statement that changes rows.
#[derive(Debug)]
pub(super) enum Statement {
    /// Inserts a row, and must insert it.
    Insert(Row),
    /// Changes this many rows; any number if `expected` is `None`.
    Other { sql: &'static str, values: Vec<Argument>, expected: Option<u64> },
}

/// A statement that is ready to be run.
pub(super) struct Ready {
    pub(super) sql: sqlx::AssertSqlSafe<String>,
    pub(super) values: Vec<Argument>,
    pub(super) expected: Option<u64>,
}

/// The statements that wait, each with the number of its job.
#[derive(Default)]
pub(super) struct Queue {
    waiting: Vec<(usize, Statement)>,
    /// The number of the current job.
    job: usize,
}

impl Queue {
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Begins the next job.
    pub(super) fn begin_job(&mut self) {
        self.job += 1;
    }

    /// Returns whether a statement of the current job waits.
    pub(super) fn has_own(&self) -> bool {
        self.waiting.last().is_some_and(|(job, _)| *job == self.job)
    }

    pub(super) fn push(&mut self, statement: Statement) {
        self.waiting.push((self.job, statement));
    }

    /// Drops the statements of the current job.
    pub(super) fn drop_own(&mut self) {
        self.waiting.retain(|(job, _)| *job != self.job);
    }

    /// Takes the waiting statements, with the rows of each table put together.
    ///
    /// The order within a job is kept: a row refers to earlier rows of its own job or to rows that are there already.
    /// Nothing is moved across a statement that is not an `INSERT`.
    pub(super) fn take(&mut self, marks: Marks) -> Vec<Ready> {
        enum Batch {
            Rows { insert: &'static str, rows: Vec<Vec<Argument>> },
            Other(Ready),
        }
        let mut batches: Vec<Batch> = Vec::new();
        // The first batch that a row of the current job may join.
        let (mut current, mut earliest, mut barrier) = (0, 0, 0);
        for (job, statement) in self.waiting.drain(..) {
            if job != current {
                (current, earliest) = (job, barrier);
            }
            let Row { insert, values } = match statement {
                Statement::Insert(row) => row,
                Statement::Other { sql, values, expected } => {
                    batches.push(Batch::Other(Ready { sql: sqlx::AssertSqlSafe(sql.to_owned()), values, expected }));
                    barrier = batches.len();
                    earliest = barrier;
                    continue;
                }
            };
            let joined = batches.iter_mut().enumerate().skip(earliest).find_map(|(place, batch)| match batch {
                Batch::Rows { insert: table, rows } if *table == insert => Some((place, rows)),
                Batch::Rows { .. } | Batch::Other(_) => None,
            });
            match joined {
                Some((place, rows)) => {
                    rows.push(values);
                    earliest = place;
                }
                None => {
                    batches.push(Batch::Rows { insert, rows: vec![values] });
                    earliest = batches.len() - 1;
                }
            }
        }
        let mut ready = Vec::with_capacity(batches.len());
        for batch in batches {
            match batch {
                Batch::Other(statement) => ready.push(statement),
                Batch::Rows { insert, rows } => {
                    merge(rows, marks, &mut ready, |values| format!("{insert} VALUES {values} ON CONFLICT DO NOTHING"))
                }
            }
        }
        ready
    }
}

impl Row {
    /// Returns the statement that inserts this row alone.
    pub(super) fn ready(self, marks: Marks) -> Ready {
        let sql = format!("{} VALUES {} ON CONFLICT DO NOTHING", self.insert, places(1, self.values.len(), marks));
        Ready { sql: sqlx::AssertSqlSafe(sql), values: self.values, expected: Some(1) }
    }
}

/// Makes statements for many rows of values. Each takes a number of rows that is a power of two, so that there are few
/// different statements to prepare. `sql` receives the places of the values: `($1, $2), ($3, $4)`.
pub(super) fn merge(rows: Vec<Vec<Argument>>, marks: Marks, ready: &mut Vec<Ready>, sql: impl Fn(&str) -> String) {
    let columns = rows.first().map_or(0, Vec::len);
    let (mut left, mut rows) = (rows.len(), rows.into_iter());
    while left > 0 {
        let count = 1 << left.min(MERGED).ilog2();
        left -= count;
        ready.push(Ready {
            sql: sqlx::AssertSqlSafe(sql(&places(count, columns, marks))),
            values: rows.by_ref().take(count).flatten().collect(),
            expected: Some(count as u64),
        });
    }
}

fn places(rows: usize, columns: usize, marks: Marks) -> String {
    let mut text = String::with_capacity(rows * (columns * 6 + 4));
    for place in 0..rows * columns {
        text.push_str(match (place, place % columns) {
            (0, _) => "(",
            (_, 0) => "), (",
            _ => ", ",
        });
        // Writing to a text cannot fail.
        let _ = match marks {
            Marks::Plain => text.write_char('?'),
            Marks::Numbered => write!(text, "${}", place + 1),
        };
    }
    text.push(')');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args;

    const PARENTS: &str = "INSERT INTO parents (id)";
    const CHILDREN: &str = "INSERT INTO children (id, parent)";

    fn row(insert: &'static str, values: &[&str]) -> Statement {
        Statement::Insert(Row { insert, values: values.iter().map(|value| Argument::from(*value)).collect() })
    }

    fn other(sql: &'static str) -> Statement {
        Statement::Other { sql, values: args![], expected: None }
    }

    /// Returns the texts that these jobs come to, each with its first value.
    fn texts(jobs: Vec<Vec<Statement>>) -> Vec<String> {
        let mut queue = Queue::default();
        for job in jobs {
            queue.begin_job();
            job.into_iter().for_each(|statement| queue.push(statement));
        }
        let ready = queue.take(Marks::Numbered);
        assert!(queue.is_empty());
        ready.into_iter().map(|ready| format!("{} {:?}", ready.sql.0, ready.values)).collect()
    }

    fn check(jobs: Vec<Vec<Statement>>, expected: &[&str]) {
        let texts = texts(jobs);
        let same =
            texts.len() == expected.len() && texts.iter().zip(expected).all(|(text, start)| text.starts_with(start));
        assert!(same, "{texts:#?}");
    }

    #[test]
    fn rows_of_several_jobs_share_a_statement() {
        let job = |name: &'static str| vec![row(PARENTS, &[name]), row(CHILDREN, &["c", name])];
        check(
            vec![job("a"), job("b")],
            &[
                "INSERT INTO parents (id) VALUES ($1), ($2) ON",
                "INSERT INTO children (id, parent) VALUES ($1, $2), ($3, $4) ON",
            ],
        );
    }

    #[test]
    fn no_row_comes_before_an_earlier_one_of_its_job() {
        let child = vec![row(CHILDREN, &["c", "there already"])];
        let both = vec![row(PARENTS, &["a"]), row(CHILDREN, &["d", "a"])];
        check(vec![child, both], &["INSERT INTO children", "INSERT INTO parents", "INSERT INTO children"]);
    }

    #[test]
    fn nothing_moves_across_another_statement() {
        let jobs = vec![vec![row(PARENTS, &["a"])], vec![other("DELETE FROM parents")], vec![row(PARENTS, &["a"])]];
        check(jobs, &["INSERT INTO parents", "DELETE", "INSERT INTO parents"]);
    }

    #[test]
    fn each_database_has_its_own_marks() {
        assert_eq!(places(2, 2, Marks::Plain), "(?, ?), (?, ?)");
        assert_eq!(places(2, 2, Marks::Numbered), "($1, $2), ($3, $4)");
    }

    #[test]
    fn statements_take_powers_of_two() {
        let jobs: Vec<_> = (0..203).map(|_| vec![row(PARENTS, &["a"])]).collect();
        let counts: Vec<usize> = texts(jobs).iter().map(|text| text.matches('$').count()).collect();
        assert_eq!(counts, [64, 64, 64, 8, 2, 1]);
    }
}
