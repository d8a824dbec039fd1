//! Counts requests to the server.

use crate::callgrind::{self, Counter};
use crate::common::program::Program;
use crate::common::sign::{self, Call};
use crate::common::tenants::{self, Operation, Site};
use crate::common::wire::Blocking;
use crate::{Figure, Outcome};
use serde_json::{Value, json};
use std::path::Path;

/// The figures in the order in which they are counted: the operation, and how many of its requests are sent before
/// counting starts, and then counted. Enough of the writes for several checkpoints of SQLite's log. The roles are the
/// 52nd to the 351st of their account.
const FIGURES: [(Operation, usize, usize); 5] = [
    (Operation::GetCallerIdentity, 50, 300),
    (Operation::GetRole, 50, 300),
    (Operation::ListPolicies, 3, 30),
    (Operation::AssumeRole, 50, 300),
    (Operation::CreateRole, 50, 300),
];

/// The policies that ListPolicies shows.
const POLICIES: usize = 200;

/// Counts the instructions per request of each operation.
pub fn count(server: &Path, directory: &Path) -> Outcome<Vec<Figure>> {
    let data = directory.join("data").display().to_string();
    // Counting starts later: setting up is five times as fast without it.
    let mut command = callgrind::command(directory, &["--instr-atstart=no"], server);
    command.args(["serve", "--listen", "127.0.0.1:0", "--log", "json", "--rate-limit", "off", "--data-dir", &data]);
    let site = Site::of(Program::start(&mut command)?)?;
    let tenant = tenants::one(&site.address, &site.admin_token)?;
    let mut connection = Blocking::open(&site.address)?;
    for number in 0..POLICIES {
        let body = json!({"PolicyName": format!("more-{number}"), "PolicyDocument": tenants::policy(0).to_string()});
        let call = Call { host: &site.address, service: "cam", action: "CreatePolicy", body: &body.to_string() };
        connection.ask(&sign::request(&tenant.root, &call))?;
    }
    let mut counter = Counter::start(site.program.id(), directory)?;
    let mut figures = Vec::new();
    for (operation, before, counted) in FIGURES {
        let requests: Vec<_> =
            (0..before + counted).map(|number| operation.request(&site.address, &tenant, number)).collect();
        let (before, counted) = requests.split_at(before);
        for request in before {
            let body = connection.ask(request)?;
            if operation == Operation::ListPolicies {
                let answer: Value = serde_json::from_slice(body)?;
                let rows = answer.pointer("/Response/List").and_then(Value::as_array).map_or(0, Vec::len);
                if rows != POLICIES {
                    return Err(format!("ListPolicies shows {rows} rows").into());
                }
            }
        }
        counter.take()?;
        for request in counted {
            connection.ask(request)?;
        }
        figures.push((operation.name(), counter.take()? / counted.len() as u64));
    }
    site.program.stop()?;
    Ok(figures)
}
