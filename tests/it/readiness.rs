//! A server is ready when its database can be read and written. Only a commit proves that it can be written.

use crate::support::{Database, Process, Raw, Test, on, on_places};
use camulator::args;
use camulator::dialect::Dialects;
use camulator::engine::Engine;
use camulator::env::Env;
use camulator::limit::Rates;
use camulator::secret::Sealer;
use camulator::store::{Durability, Location, Store};
use serde_json::json;
use std::future::poll_fn;
use std::task::Poll;

const EVERYWHERE: &[Database] = &[Database::Memory, Database::File, Database::Postgres];

async fn ready(t: &Test) -> u16 {
    t.raw("GET", "/_camulator/readyz", &[], "").await.0
}

async fn generations(t: &Test) -> Vec<(i64,)> {
    let mut read = t.app.engine.store.read().await.unwrap();
    let mut found: Vec<(i64,)> = read.tx().all("SELECT generation FROM accounts ORDER BY id", args![]).await.unwrap();
    found.extend(read.tx().all::<(i64,)>("SELECT generation FROM globals", args![]).await.unwrap());
    found
}

#[test]
fn a_readiness_check_changes_nothing() {
    on(EVERYWHERE, Rates::Off, async |t| {
        let before = (t.dump().await, generations(&t).await);
        for _ in 0..3 {
            assert_eq!(ready(&t).await, 200);
        }
        assert_eq!((t.dump().await, generations(&t).await), before);
    });
}

/// Every statement succeeds, and no commit of a check does.
#[test]
fn a_database_that_commits_nothing_is_not_ready() {
    on(EVERYWHERE, Rates::Off, async |t| {
        t.execute("CREATE TABLE late (id TEXT NOT NULL REFERENCES meta (name) DEFERRABLE INITIALLY DEFERRED)", args![])
            .await;
        if t.app.engine.store.shared() {
            t.execute(
                "CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS \
                 'BEGIN INSERT INTO late (id) VALUES (''nobody''); RETURN NULL; END'",
                args![],
            )
            .await;
            t.execute("CREATE TRIGGER filling AFTER INSERT ON meta FOR EACH ROW EXECUTE FUNCTION fill()", args![])
                .await;
        } else {
            let trigger =
                "CREATE TRIGGER filling AFTER INSERT ON meta BEGIN INSERT INTO late (id) VALUES ('nobody'); END";
            t.execute(trigger, args![]).await;
        }
        assert_eq!(ready(&t).await, 503);
        t.root().cam("ListUsers", json!({})).await.ok();
        let drop_it = if t.app.engine.store.shared() { "DROP TRIGGER filling ON meta" } else { "DROP TRIGGER filling" };
        t.execute(drop_it, args![]).await;
        assert_eq!(ready(&t).await, 200);
    });
}

#[test]
fn a_database_that_can_only_be_read_is_not_ready() {
    on(&[Database::Memory], Rates::Off, async |t| {
        t.execute("PRAGMA query_only = 1", args![]).await;
        assert_eq!(ready(&t).await, 503);
        t.root().cam("AddUser", json!({"Name": "late"})).await.fault("InternalError");
        assert_eq!(t.root().cam("ListUsers", json!({})).await.ok()["Data"], json!([]));
    });
    // The writer's connection to a file is opened anew, and can write again.
    on(&[Database::File], Rates::Off, async |t| {
        t.execute("PRAGMA query_only = 1", args![]).await;
        assert_eq!(ready(&t).await, 200);
        t.root().cam("AddUser", json!({"Name": "late"})).await.ok();
    });
}

/// As after a failover to a read-only server.
#[test]
fn a_standby_is_not_ready() {
    on_places(&[Database::Postgres], async |place| {
        let Location::Postgres(address) = &place.location else { unreachable!() };
        let name = format!("{}_standby", address.rsplit("%3D").next().unwrap());
        let (server, _) = address.rsplit_once('/').unwrap();
        let mut raw = Raw::to(&place.location).await;
        raw.run(format!("CREATE DATABASE {name}")).await;
        let store = Store::open(&Location::Postgres(format!("{server}/{name}")), Durability::Full).await.unwrap();
        let engine =
            Engine::open(store, Env::system(), Sealer::new(&[1; 32]), Dialects::BUILT_IN.clouds()).await.unwrap();
        assert!(engine.is_ready().await);
        for (mode, ready) in [("on", false), ("off", true)] {
            raw.run(format!("ALTER DATABASE {name} SET default_transaction_read_only = {mode}")).await;
            let end = "SELECT CAST(pg_terminate_backend(pid, 10000) AS TEXT) FROM pg_stat_activity WHERE datname";
            assert!(raw.texts(format!("{end} = '{name}'")).await.iter().all(|ended| ended == "true"));
            assert_eq!(engine.is_ready().await, ready, "read only: {mode}");
        }
        engine.store.close().await;
        raw.run(format!("DROP DATABASE {name} WITH (FORCE)")).await;
    });
}

/// The check needs no key, so the writer's work must not grow with the number of checks.
#[test]
fn many_checks_at_once_cost_two_writes() {
    on(&[Database::File], Rates::Off, async |t| {
        t.execute("CREATE TABLE proofs (n BIGINT)", args![]).await;
        t.execute("CREATE TRIGGER counting AFTER INSERT ON meta BEGIN INSERT INTO proofs (n) VALUES (1); END", args![])
            .await;
        let mut raw = t.raw_connection().await;
        raw.run("BEGIN IMMEDIATE").await;
        let mut asking: Vec<_> =
            (0..100).map(|_| Box::pin(tokio::task::unconstrained(t.app.engine.is_ready()))).collect();
        for ask in &mut asking {
            poll_fn(|context| {
                assert!(ask.as_mut().poll(context).is_pending());
                Poll::Ready(())
            })
            .await;
        }
        raw.run("COMMIT").await;
        for ask in asking {
            assert!(ask.await);
        }
        assert_eq!(raw.number("SELECT COUNT(*) FROM proofs").await, 2);
    });
}

/// The files cannot grow any more: writes fail, reads still succeed, and the server says that it is not ready.
#[test]
fn a_full_disk_is_not_ready() {
    on_places(&[Database::File], async |place| {
        let Location::File(path) = &place.location else { unreachable!() };
        let home = path.with_file_name("home");
        let mut server = Process::serve_on_full_disk(1200, &home, &["--durability", "fast"]);
        let said = server.ready().unwrap();
        let url = said["url"].as_str().unwrap();
        let status = |method: &str, path: &str| {
            let request = http::Request::builder()
                .method(method)
                .uri(format!("{url}/_camulator{path}"))
                .header("authorization", format!("Bearer {}", said["admin_token"].as_str().unwrap()))
                .body(String::new())
                .unwrap();
            let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
            agent.run(request).unwrap().status().as_u16()
        };
        assert_eq!(status("GET", "/readyz"), 200);
        let made = (0..1000).take_while(|_| status("POST", "/v1/accounts") == 201).count();
        assert!(made > 0 && made < 1000, "{made} accounts");
        // A check takes less room than an account, so some checks may still succeed.
        let still = (0..1000).take_while(|_| status("GET", "/readyz") == 200).count();
        assert!(still < 1000);
        for _ in 0..3 {
            assert_eq!(status("GET", "/readyz"), 503);
        }
        assert_eq!(status("POST", "/v1/accounts"), 500);
        assert_eq!(status("GET", "/v1/accounts"), 200);
    });
}
