//! The same requests to a server with little in it and to one with much, in turn: what grows, and by how much.

use crate::client::{Load, Sample, drive};
use crate::common::sign::{self, Call, Key};
use crate::common::tenants::{self, Operation, Site, Tenant};
use crate::parts::start;
use crate::report::{Bound, number};
use crate::subject::{State, camulator, create_roles, make, policies, send};
use crate::{Outcome, Run, process};
use std::rc::Rc;
use std::time::{Duration, Instant};

/// The most CPU time with much, as a multiple of that with little.
const GROWTH: f64 = 1.2;
/// Accounts with a sub-user and a role, which the requests come from.
const FEW: usize = 30;
/// Accounts full of roles, beside those.
const FULL: usize = 100;
/// The most roles of an account, by the cloud's quota. Each has one already.
const QUOTA: usize = 1_000;
/// The most policies of an account, by the cloud's quota, without those that the sub-user has.
const POLICIES: usize = 1_500 - 10;

/// What is measured: the cloud's own operations, where sub-users of some accounts take turns, or given requests.
enum Work<'a> {
    Operation(Operation, &'a [Tenant]),
    Once(&'a [Key]),
}

/// One of the two servers of a comparison.
struct Side<'a> {
    site: &'a Site,
    work: Work<'a>,
    /// The number of the next role to create.
    next: usize,
}

impl<'a> Side<'a> {
    fn new(site: &'a Site, operation: Operation, tenants: &'a [Tenant], next: usize) -> Side<'a> {
        Side { site, work: Work::Operation(operation, tenants), next }
    }

    async fn measure(&mut self, run: &Run) -> Outcome<Sample> {
        let (address, connections) = (self.site.address.as_str(), run.options.connections);
        let mut time = Some(Duration::from_secs_f64(run.options.seconds));
        let requests = match self.work {
            Work::Operation(Operation::CreateRole, tenants) => {
                // All rounds together stay below the quota, and close to the number that the row names.
                let count = 90 * (FEW / tenants.len()).clamp(1, 10) / run.options.rounds;
                time = None;
                self.next += count;
                create_roles(address, tenants, self.next - count, count)
            }
            Work::Operation(operation, tenants) => {
                tenants.iter().map(|tenant| operation.request(address, tenant, 0)).collect()
            }
            Work::Once(keys) => {
                time = None;
                let call = Call { host: address, service: "sts", action: "GetCallerIdentity", body: "{}" };
                keys.iter().map(|key| sign::request(key, &call)).collect()
            }
        };
        let process = self.site.program.id();
        drive(Load { address, process, connections, requests: Rc::new(requests), time, keep: 0 }).await
    }
}

/// Measures both sides in every round, and judges the ratio of the least CPU times.
async fn compare(run: &mut Run, what: &str, mut few: Side<'_>, mut many: Side<'_>) -> Outcome<()> {
    let [mut little, mut much] = [f64::INFINITY; 2];
    for _ in 0..run.options.rounds {
        little = little.min(few.measure(run).await?.cpu);
        much = much.min(many.measure(run).await?.cpu);
    }
    let detail = format!(", {little:.1} and {much:.1} µs");
    run.report.judge(&format!("CPU time of {what}"), much / little, "×", Bound::Most(GROWTH), &detail);
    Ok(())
}

/// Runs the part.
pub async fn run(run: &mut Run) -> Outcome<()> {
    let few = camulator(run, &State::File, "few")?;
    let tenants = make(&few, FEW)?;
    roles(run, &few, &tenants).await?;
    accounts(run, &few, &tenants).await?;
    many_policies(run).await?;
    few.program.stop()
}

/// Compares CreateRole on two servers, in new accounts: its cost depends on the number of roles in the account.
async fn creations(run: &mut Run, what: &str, few: &Site, many: &Site) -> Outcome<()> {
    let (own, others) = (make(few, FEW)?, make(many, FEW)?);
    let side = |site, tenants| Side::new(site, Operation::CreateRole, tenants, 0);
    compare(run, &format!("CreateRole, {what}"), side(few, &own), side(many, &others)).await
}

async fn roles(run: &mut Run, few: &Site, tenants: &[Tenant]) -> Outcome<()> {
    let site = camulator(run, &State::File, "roles")?;
    let process = site.program.id();
    let before = process::memory(process)?.0;
    let (full, young) = (make(&site, FULL)?, make(&site, FEW)?);
    send(&site.address, process, create_roles(&site.address, &young, 0, 9), 0).await?;
    eprintln!("creating 900 roles in each of {FULL} accounts");
    fill(&site, &full, 0, 899).await?;
    let old = full.get(..FEW).unwrap_or_default();
    compare(
        run,
        "CreateRole in accounts with 10 and with 900 roles",
        Side::new(&site, Operation::CreateRole, &young, 9),
        Side::new(&site, Operation::CreateRole, old, 899),
    )
    .await?;
    // The others reach their quota, while those have about as many already.
    fill(&site, full.get(FEW..).unwrap_or_default(), 899, QUOTA - 900).await?;
    let roles = number((FULL * QUOTA) as f64, "");
    for operation in [Operation::GetRole, Operation::AssumeRole] {
        let what = format!("{}, with {FEW} and with {roles} roles in the file", operation.name());
        compare(run, &what, Side::new(few, operation, tenants, 0), Side::new(&site, operation, old, 0)).await?;
    }
    creations(run, &format!("with few and with {roles} roles in other accounts"), few, &site).await?;
    let after = process::memory(process)?.0;
    run.report.remark("resident memory of an empty server", before, "MB");
    run.report.remark(&format!("with {roles} roles in {FULL} accounts"), after, "MB");
    let key = full.first().ok_or("there is no tenant")?.user.clone();
    site.program.stop()?;
    let data = run.directory.path().join("roles");
    start::with_roles(run, &key, &data, &roles)
}

/// Creates roles in ten steps, so that signatures do not get old.
async fn fill(site: &Site, tenants: &[Tenant], from: usize, count: usize) -> Outcome<()> {
    for number in (from..from + count).step_by(90) {
        let requests = create_roles(&site.address, tenants, number, 90.min(from + count - number));
        let sample = send(&site.address, site.program.id(), requests, 0).await?;
        eprintln!("  from {number} roles an account on: {:.1} µs, {:.0}/s", sample.cpu, sample.rate);
    }
    Ok(())
}

async fn accounts(run: &mut Run, few: &Site, tenants: &[Tenant]) -> Outcome<()> {
    let site = camulator(run, &State::File, "accounts")?;
    let process = site.program.id();
    let own = make(&site, FEW)?;
    let before = process::memory(process)?.0;
    let count = run.options.tenants;
    let request = sign::admin(&site.address, &site.admin_token, "accounts", "{}");
    let requests = vec![request; count];
    let count = number(count as f64, "");
    eprintln!("creating {count} accounts");
    let begun = Instant::now();
    let made = send(&site.address, process, requests, run.options.tenants).await?;
    let took = begun.elapsed().as_secs_f64();
    run.report.remark(&format!("creating {count} accounts through the admin API"), took, "s");
    let keys = made.bodies.iter().map(|body| Ok(tenants::created(body)?.1)).collect::<Outcome<Vec<_>>>()?;
    let filled = process::memory(process)?.0;
    for operation in [Operation::GetRole, Operation::AssumeRole] {
        let what = format!("{}, with {FEW} and with {count} accounts", operation.name());
        compare(run, &what, Side::new(few, operation, tenants, 0), Side::new(&site, operation, &own, 0)).await?;
    }
    creations(run, &format!("with few and with {count} accounts"), few, &site).await?;
    let own: Vec<Key> = own.iter().map(|tenant| tenant.root.clone()).cycle().take(keys.len()).collect();
    let what = format!("GetCallerIdentity by the roots of {FEW} and of {count} accounts in turn");
    let side = |keys| Side { site: &site, work: Work::Once(keys), next: 0 };
    compare(run, &what, side(&own), side(&keys)).await?;
    let after = process::memory(process)?.0;
    run.report.remark(&format!("with {FEW} accounts"), before, "MB");
    run.report.remark(&format!("with {count} accounts"), filled, "MB");
    run.report.remark("after all of them were used", after, "MB");
    site.program.stop()
}

/// Compares an account with ten policies and one with as many as the quota allows.
async fn many_policies(run: &mut Run) -> Outcome<()> {
    let (few, many) = (camulator(run, &State::File, "ten")?, camulator(run, &State::File, "policies")?);
    let (ten, full) = (make(&few, 1)?, make(&many, 1)?);
    let (one, other) = (ten.first().ok_or("there is no tenant")?, full.first().ok_or("there is no tenant")?);
    // A page of 200 rows on both sides.
    policies(&few.address, few.program.id(), one, 200).await?;
    policies(&many.address, many.program.id(), other, POLICIES).await?;
    for operation in [Operation::GetRole, Operation::AssumeRole, Operation::CreateRole, Operation::ListPolicies] {
        let what = format!(
            "{}, with 210 and with {} policies in the account",
            operation.name(),
            number((POLICIES + 10) as f64, "")
        );
        compare(run, &what, Side::new(&few, operation, &ten, 0), Side::new(&many, operation, &full, 0)).await?;
    }
    few.program.stop()?;
    many.program.stop()
}
