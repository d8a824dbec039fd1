//! Judges signed requests, one JSON line each, so that another verifier can be compared with this one.
//!
//! The first line holds the keys: `{"<id>": {"secret_key": …, "token"?: …}}`. Each further line `{"now": seconds,
//! "method": …, "target": …, "headers": [[name, value]], "body": …}` is answered by a line with the verdict: `ok`, or
//! the error code. Values and body are in base64. Requests are generated and compared in `differential.py`.

mod judge;

use std::collections::BTreeMap;
use std::io::{BufRead, BufWriter, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use judge::{Given, Judge, Sent};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    now: i64,
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: String,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut lines = std::io::stdin().lock().lines();
    let keys: BTreeMap<String, Given> = serde_json::from_str(&lines.next().unwrap_or(Ok(String::new()))?)?;
    let runtime = tokio::runtime::Runtime::new()?;
    let judge = runtime.block_on(Judge::new(&keys))?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    for line in lines {
        let line: Line = serde_json::from_str(&line?)?;
        let mut headers = Vec::with_capacity(line.headers.len());
        for (name, value) in line.headers {
            headers.push((name, STANDARD.decode(value)?));
        }
        let body = STANDARD.decode(line.body)?;
        let sent = Sent { method: &line.method, target: &line.target, headers: &headers, body };
        writeln!(out, "{}", judge.verdict(&sent, line.now))?;
        out.flush()?;
    }
    Ok(())
}
