//! A million sessions, opened and used once each, then expired and deleted: does the memory come back?

use crate::common::sign::{self, Call};
use crate::common::tenants::{Operation, Site, Tenant};
use crate::report::{Bound, number};
use crate::subject::{State, admin, camulator, make, send, temporary};
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
    purge(run, &site, &data, &shown, tenant).await?;
    // New requests, so that the journal lets go of the old ones.
    send(address, process, vec![Operation::GetRole.request(address, tenant, 0); BATCH], 0).await?;
    let (expired, _) = process::memory(process)?;
    let what = format!("resident memory after {shown} sessions were used, expired and deleted, × before");
    let detail = format!(", {}", number(expired, "MB"));
    run.report.judge(&what, expired / before, "×", Bound::Most(BACK), &detail);
    site.program.stop()
}

/// Waits until the server has deleted the expired sessions, which it begins a minute after a clock was set. Measures how
/// long it takes, and how long writes wait for it.
async fn purge(run: &mut Run, site: &Site, data: &Path, count: &str, tenant: &Tenant) -> Outcome<()> {
    const PAUSE: Duration = Duration::from_millis(200);
    let (address, process) = (site.address.as_str(), site.program.id());
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(data.join("camulator.db")).read_only(true);
    let mut connection = sqlx::SqliteConnection::connect_with(&options).await?;
    let mut left = async || -> Outcome<i64> {
        Ok(sqlx::query_scalar("SELECT COUNT(*) FROM sessions").fetch_one(&mut connection).await?)
    };
    let all = left().await?;
    let waiting = Instant::now();
    while left().await? == all {
        if waiting.elapsed() > Duration::from_secs(120) {
            return Err("the sessions that expired are still there".into());
        }
        tokio::time::sleep(PAUSE).await;
    }
    let begun = Instant::now();
    let (mut longest, mut number_of_role) = (Duration::ZERO, 0);
    while left().await? > 0 {
        let asked = Instant::now();
        send(address, process, vec![Operation::CreateRole.request(address, tenant, number_of_role)], 0).await?;
        number_of_role += 1;
        longest = longest.max(asked.elapsed());
        if number_of_role > 900 {
            return Err("the deletion of expired sessions does not end".into());
        }
        tokio::time::sleep(PAUSE).await;
    }
    run.report.remark(&format!("deleting {count} expired sessions"), begun.elapsed().as_secs_f64(), "s");
    run.report.remark("the longest that a CreateRole took meanwhile", longest.as_secs_f64() * 1000.0, "ms");
    Ok(())
}
