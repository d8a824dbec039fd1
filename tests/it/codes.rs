//! Every documented business error that can be provoked, and the list of those that cannot:
//! `tests/data/not_reached.txt`.
//!
//! The cases are in the modules below, one file per noun.

mod attachments;
mod boundaries;
mod documents;
mod extensions;
mod groups;
mod keys;
mod policies;
mod providers;
mod roles;
mod scene;
mod service_linked;
mod sts;
mod tag;
mod users;
mod versions;

use crate::catalogue;
use crate::support::{Caller, Database, assert_same, in_memory, on, operation, operations};
use crate::world::World;
use camulator::args;
use camulator::dialect::tencent::documented::{self, documents as is_documented, is_extension};
use camulator::limit::Rates;
use scene::{Scene, Who};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// A request that is refused: who sends it, action, parameters, code.
struct Case {
    who: Who,
    action: &'static str,
    params: Value,
    code: String,
}

/// Adds a case. A code without a family belongs to `InvalidParameter`, as most do.
type Add<'a> = dyn FnMut(Who, &'static str, Value, &str) + 'a;

fn cases(scene: &Scene) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut add = |who: Who, action: &'static str, params: Value, code: &str| {
        let whole = code.contains('.') || PUBLIC.contains(&code) || is_documented(operation(action), code);
        let code = if whole { code.to_owned() } else { format!("InvalidParameter.{code}") };
        cases.push(Case { who, action, params, code });
    };
    for noun in [
        roles::cases,
        attachments::cases,
        groups::cases,
        boundaries::cases,
        service_linked::cases,
        versions::cases,
        users::cases,
        keys::cases,
        policies::cases,
        providers::cases,
        extensions::cases,
        sts::cases,
        tag::cases,
    ] {
        noun(scene, &mut add);
    }
    cases
}

/// Codes that any action may give.
const PUBLIC: &[&str] =
    &["InvalidParameterValue", "LimitExceeded", "MissingParameter", "ResourceNotFound", "UnsupportedOperation"];

/// Longer than any description may be.
static LONG: LazyLock<String> = LazyLock::new(|| "d".repeat(301));

/// Invalid pairs of a page and a number of rows.
const WRONG_PAGES: [(i64, i64); 4] = [(0, 20), (-1, 20), (1, 0), (1, 201)];

/// Operations that read nothing from the store after their caller was admitted.
const WITHOUT_THE_STORE: &[&str] = &["GetCallerIdentity"];

/// One tag more than a role may have.
fn many_tags() -> Vec<Value> {
    (0..51).map(|place| json!({"Key": format!("k{place}"), "Value": ""})).collect()
}

/// The same parameters with another value for one of them.
fn with(mut params: Value, name: &str, value: Value) -> Value {
    params[name] = value;
    params
}

fn number(caller: &Caller) -> u64 {
    caller.uin.parse().unwrap()
}

/// The list of codes that no test provokes: action, code, reason.
fn not_reached() -> Vec<(&'static str, &'static str, &'static str)> {
    include_str!("../data/not_reached.txt")
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| {
            let mut parts = line.splitn(3, ' ');
            let mut next = || parts.next().unwrap_or_else(|| panic!("not `action code reason`: {line}")).trim();
            (next(), next(), next())
        })
        .collect()
}

#[test]
fn every_case_gives_its_code_and_leaves_nothing_behind() {
    on(&[Database::Memory, Database::Postgres], Rates::Off, async |t| {
        let scene = Scene::set(&t).await;
        let before = t.dump().await;
        let mut wrong = Vec::new();
        for case in cases(&scene) {
            let code = scene.caller(case.who).ask(operation(case.action), case.params.clone()).await.code();
            if code.as_deref() != Some(&case.code) {
                let params: String = case.params.to_string().chars().take(300).collect();
                wrong.push(format!("{} {params}: {code:?} and not {}", case.action, case.code));
            }
        }
        assert!(wrong.is_empty(), "{} cases are wrong:\n{}", wrong.len(), wrong.join("\n"));
        assert_same(&t.dump().await, &before, "something was left behind");
    });
}

/// With its tables gone every operation fails internally, and the message does not reveal why.
#[test]
fn a_broken_store_is_an_internal_error() {
    in_memory(async |t| {
        t.leave_cold();
        let world = World::of(&t).await;
        t.execute("ALTER TABLE accounts RENAME TO accounts_gone", args![]).await;
        for table in crate::support::columns().keys().filter(|table| *table != "accounts") {
            t.execute(format!("ALTER TABLE {table} RENAME TO {table}_gone").leak(), args![]).await;
        }
        for op in operations().filter(|op| !WITHOUT_THE_STORE.contains(&op.action)) {
            let expected = if is_documented(op, "InternalError.SystemError") {
                "InternalError.SystemError"
            } else {
                "InternalError"
            };
            let reply = world.root.ask(op, world.sample(op)).await;
            let message = reply.fault(expected);
            assert_eq!(
                message,
                format!(
                    "an internal error occurred; the server's log has the cause under request id {}",
                    reply.request_id()
                ),
            );
        }
    });
}

#[test]
fn every_documented_code_is_provoked_or_listed() {
    in_memory(async |t| {
        let scene = Scene::set(&t).await;
        let mut provoked: BTreeSet<(String, String)> =
            cases(&scene).into_iter().map(|case| (case.action.to_owned(), case.code)).collect();
        let reads = operations().filter(|op| !WITHOUT_THE_STORE.contains(&op.action));
        for op in reads.filter(|op| is_documented(op, "InternalError.SystemError")) {
            provoked.insert((op.action.to_owned(), "InternalError.SystemError".to_owned()));
        }
        // `rates.rs` and `sso.rs` exceed the rates.
        for op in operations().filter(|op| is_documented(op, "RequestLimitExceeded")) {
            provoked.insert((op.action.to_owned(), "RequestLimitExceeded".to_owned()));
        }
        let documented: BTreeSet<(String, String)> = operations()
            .flat_map(|op| documented::codes(op).map(|code| (op.action.to_owned(), code.to_owned())))
            .collect();
        let listed: BTreeSet<(String, String)> =
            not_reached().iter().map(|(action, code, _)| ((*action).to_owned(), (*code).to_owned())).collect();
        let show = |codes: Vec<&(String, String)>| {
            codes.iter().map(|(action, code)| format!("{action} {code}")).collect::<Vec<_>>().join("\n")
        };
        let open: Vec<_> =
            documented.iter().filter(|code| !provoked.contains(code) && !listed.contains(code)).collect();
        assert!(
            open.is_empty(),
            "neither provoked in tests/it/codes.rs nor in tests/data/not_reached.txt:\n{}",
            show(open)
        );
        let reached: Vec<_> = listed.iter().filter(|code| provoked.contains(code)).collect();
        assert!(reached.is_empty(), "provoked, so remove them from tests/data/not_reached.txt:\n{}", show(reached));
        let unknown: Vec<_> = listed.iter().filter(|code| !documented.contains(code)).collect();
        assert!(unknown.is_empty(), "listed in tests/data/not_reached.txt but not documented:\n{}", show(unknown));
        let is_published = |(action, _): &&(String, String)| !is_extension(operation(action));
        let (all, reached) = (
            documented.iter().filter(is_published).count(),
            documented.iter().filter(|code| provoked.contains(code)).filter(is_published).count(),
        );
        let served = operations().filter(|op| !is_extension(op)).count();
        let services = catalogue::catalogue()["services"].as_object().unwrap().values();
        let published: usize = services.map(|service| service["actions"].as_object().unwrap().len()).sum();
        let line = format!(
            "Served: {served} of {published} documented actions. Of the {all} documented pairs of action and error \
             code, tests provoke {reached};"
        );
        println!("{line}");
        let readme = include_str!("../../README.md").replace('\n', " ");
        assert!(readme.contains(&line), "README.md must say `{line}`");
        assert!(
            not_reached().iter().all(|(_, _, reason)| reason.len() > 10),
            "every entry of tests/data/not_reached.txt needs a reason"
        );
    });
}
