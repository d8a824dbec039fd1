//! A million sessions, opened and used once each, then expired and deleted: does the memory come back?

use crate::common::sign::{self, Call};
use crate::common::tenants::{Operation, Tenant};
use crate::report::{Bound, number};
use crate::subject::{State, admin, camulator, make, reopen, send, temporary};
use crate::{Outcome, Run, process};
use sqlx::Connection;
use std::path::Path;
use std::time::{Duration, Instant};

/// How many sessions are opened before they are used.
const BATCH: usize = 20_000;
/// Until when an expired session is kept: two hours, a day, and a minute.
const GONE: u64 = 7_200 + 86_400 + 60;
/// The most memory afterwards, as a multiple of that before.
const BACK: f64 = 1.1;

/// Runs the part.
pub async fn run(run: &mut Run) -> Outcome<()> {
    let site = camulator(run, &State::File, "sessions")?;
    let data = run.directory.path().join("sessions");
    let (address, process) = (site.address.as_str(), site.program.id());
    let tenants = make(&site, 10)?;
    // The journal keeps the last 10,000 requests, whatever they are.
    let tenant = tenants.first().ok_or("there is no tenant")?;
    send(address, process, vec![Operation::GetRole.request(address, tenant, 0); BATCH], 0).await?;
    let (before, _) = process::memory(process)?;
    run.report.remark("resident memory before any session", before, "MB");
    let count = run.options.sessions;
    let begun = Instant::now();
    let mut opened = 0;
    while opened < count {
        let batch = BATCH.min(count - opened);
        let open: Vec<_> = tenants.iter().map(|tenant| Operation::AssumeRole.request(address, tenant, 0)).collect();
        let made = send(address, process, open.into_iter().cycle().take(batch).collect(), batch).await?;
        let call = Call { host: address, service: "sts", action: "GetCallerIdentity", body: "{}" };
        let keys = made.bodies.iter().map(|body| Ok(sign::request(&temporary(body)?, &call)));
        let used = send(address, process, keys.collect::<Outcome<Vec<_>>>()?, 0).await?;
        opened += batch;
        if opened % 100_000 < batch || opened == count {
            let (memory, _) = process::memory(process)?;
            eprintln!(
                "  {opened} sessions after {:.0} s: opened for {:.1} µs each, used for {:.1} µs; {memory:.1} MB",
                begun.elapsed().as_secs_f64(),
                made.cpu,
                used.cpu
            );
        }
    }
    let shown = number(count as f64, "");
    let (used, _) = process::memory(process)?;
    run.report.remark(&format!("after {shown} sessions were opened and used once"), used, "MB");
    admin(&site, "clock/advance", &format!(r#"{{"seconds":{GONE}}}"#)).await?;
    // New requests, so that the server can notice.
    send(address, process, vec![Operation::GetRole.request(address, tenant, 0); BATCH], 0).await?;
    let (expired, _) = process::memory(process)?;
    let what = format!("resident memory after {shown} sessions were used and expired, × before");
    let detail = format!(", {}", number(expired, "MB"));
    run.report.judge(&what, expired / before, "×", Bound::Most(BACK), &detail);
    site.program.stop()?;
    purge(run, &data, &shown, tenant).await
}

/// Starts the server again. It deletes old sessions at once, and else every hour: measures how long the deletion takes,
/// and how long writes wait for it.
async fn purge(run: &mut Run, data: &Path, count: &str, tenant: &Tenant) -> Outcome<()> {
    let file = data.join("camulator.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&file).read_only(true);
    let begun = Instant::now();
    let site = reopen(run, &State::File, data)?;
    let (address, process) = (site.address.as_str(), site.program.id());
    let mut connection = sqlx::SqliteConnection::connect_with(&options).await?;
    let (mut longest, mut number_of_role) = (Duration::ZERO, 0);
    loop {
        let asked = Instant::now();
        send(address, process, vec![Operation::CreateRole.request(address, tenant, number_of_role)], 0).await?;
        number_of_role += 1;
        longest = longest.max(asked.elapsed());
        let left: Option<(i64,)> =
            sqlx::query_as("SELECT 1 FROM sessions LIMIT 1").fetch_optional(&mut connection).await?;
        if left.is_none() {
            break;
        }
        if begun.elapsed() > Duration::from_secs(300) || number_of_role > 900 {
            return Err("the sessions that expired are still there".into());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let what = format!("deleting {count} expired sessions at the next start");
    run.report.remark(&what, begun.elapsed().as_secs_f64(), "s");
    run.report.remark("the longest that a CreateRole took meanwhile", longest.as_secs_f64() * 1000.0, "ms");
    run.report.remark("resident memory after that", process::memory(process)?.0, "MB");
    site.program.stop()
}
