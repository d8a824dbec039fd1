//! The harness: a whole server in the test's process, its callers, and what they get back.

mod call;
mod dump;
mod hold;
mod process;
mod raw;
mod twin;

pub use call::{Call, Caller, Reply, allow, root_of, text, trust};
pub use dump::{Dump, assert_same, columns};
pub use hold::Hold;
pub use process::Process;
pub use raw::Raw;
pub use twin::Twin;

use axum::Router;
use axum::body::Body;
use camulator::dialect::Dialects;
use camulator::dialect::contract::Op;
use camulator::dialect::stubs::Stubs;
use camulator::dialect::tencent::DIALECT;
use camulator::dialect::tencent::operations;
use camulator::engine::Engine;
use camulator::engine::ids::SecretId;
use camulator::env::{Clock, Entropy, Env, Time};
use camulator::journal::Journal;
use camulator::limit::{Limiter, Mode};
use camulator::secret::{Sealer, Secret};
use camulator::server::app::App;
use camulator::server::bounds::Bounds;
use camulator::store::{Argument, Durability, Location, Store};
use camulator::surface::router;
use http::header::HeaderValue;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sqlx::Connection;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use tower::ServiceExt;

/// The version under which Tencent's clients call an operation.
pub fn version(op: &Op) -> &'static str {
    operations::version_of(op.service).unwrap()
}

/// When every test begins: 2026-01-01T00:00:00Z.
pub const START: i64 = 1_767_225_600;
/// The account whose root a test calls as first of all.
pub const ROOT: &str = "100000000001";
/// Opens the admin API of every test.
pub const ADMIN_TOKEN: &str = "admin-token-of-the-tests";

/// Where a test keeps its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    /// SQLite in memory.
    Memory,
    /// A SQLite file, with its readers beside the writer.
    File,
    /// A schema of a PostgreSQL database.
    Postgres,
}

/// Runs a test on every database that there is.
#[track_caller]
pub fn on_each_database(test: impl AsyncFn(Test)) {
    on(&[Database::Memory, Database::Postgres], Mode::Off, test);
}

/// Runs a test of which the database is no part.
#[track_caller]
pub fn in_memory(test: impl AsyncFn(Test)) {
    on(&[Database::Memory], Mode::Off, test);
}

/// Runs a test on these databases; PostgreSQL only where one is given.
pub fn on(databases: &[Database], rates: Mode, test: impl AsyncFn(Test)) {
    on_with(databases, rates, Dialects::BUILT_IN, test);
}

/// The same with these clouds.
pub fn on_with(databases: &[Database], rates: Mode, dialects: Dialects, test: impl AsyncFn(Test)) {
    on_places(databases, async |place| test(Test::open(place, rates, dialects).await).await);
}

/// Runs a test on these databases while they are still empty, without a server.
pub fn on_places(databases: &[Database], test: impl AsyncFn(&Place)) {
    for database in databases {
        if *database == Database::Postgres && postgres().is_none() {
            continue;
        }
        eprintln!("on {database:?}");
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let place = runtime.block_on(Place::make(*database));
        let outcome = catch_unwind(AssertUnwindSafe(|| runtime.block_on(test(&place))));
        runtime.block_on(place.remove());
        if let Err(panic) = outcome {
            resume_unwind(panic);
        }
    }
}

fn postgres() -> Option<String> {
    std::env::var("CAMULATOR_TEST_POSTGRES").ok().filter(|address| !address.is_empty())
}

/// Where the state of one test is, until it is removed.
pub struct Place {
    pub location: Location,
    schema: Option<String>,
    directory: Option<PathBuf>,
}

impl Place {
    async fn make(database: Database) -> Place {
        static MADE: AtomicU64 = AtomicU64::new(0);
        let name = format!("it_{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        match database {
            Database::Memory => Place { location: Location::Memory, schema: None, directory: None },
            Database::File => {
                let directory = std::env::temp_dir().join(&name);
                std::fs::create_dir(&directory).unwrap();
                let location = Location::File(directory.join("camulator.db"));
                Place { location, schema: None, directory: Some(directory) }
            }
            Database::Postgres => {
                administer(format!("CREATE SCHEMA {name}")).await;
                let address = postgres().unwrap();
                let mark = if address.contains('?') { '&' } else { '?' };
                let location = Location::Postgres(format!(
                    "{address}{mark}application_name={name}&options=-csearch_path%3D{name}"
                ));
                Place { location, schema: Some(name), directory: None }
            }
        }
    }

    async fn remove(self) {
        if let Some(schema) = self.schema {
            administer(format!("SET client_min_messages = warning; DROP SCHEMA {schema} CASCADE")).await;
        }
        if let Some(directory) = self.directory {
            let _ = std::fs::remove_dir_all(directory);
        }
    }
}

async fn administer(sql: String) {
    let mut connection = sqlx::PgConnection::connect(&postgres().unwrap()).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

/// The wall clock of a test: it stands until it is moved.
pub struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Time {
        Time(self.0.load(Ordering::SeqCst))
    }
}

/// Bytes that are the same in every run.
pub struct Seeded {
    next: AtomicU64,
    /// What the next numbers are to be, and how many of them.
    repeated: Mutex<(u64, usize)>,
}

impl Seeded {
    fn new(seed: u64) -> Seeded {
        Seeded { next: AtomicU64::new(seed), repeated: Mutex::new((0, 0)) }
    }

    fn repeated(&self) -> Option<u64> {
        let mut repeated = self.repeated.lock().unwrap();
        repeated.1 = repeated.1.checked_sub(1)?;
        Some(repeated.0)
    }
}

impl Entropy for Seeded {
    fn fill(&self, buffer: &mut [u8]) {
        // A number is drawn as 16 bytes.
        if buffer.len() == 16
            && let Some(number) = self.repeated()
        {
            buffer.copy_from_slice(&u128::from(number).to_le_bytes());
            return;
        }
        for chunk in buffer.chunks_mut(32) {
            let block = Sha256::digest(self.next.fetch_add(1, Ordering::SeqCst).to_le_bytes());
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    }
}

/// A server of a test's own.
#[derive(Clone)]
pub struct Test {
    pub app: Arc<App>,
    entropy: Arc<Seeded>,
    surface: Surface,
    root: Option<Caller>,
    location: Location,
}

/// What requests are sent to.
#[derive(Clone)]
pub struct Surface {
    router: Router,
    clock: Arc<TestClock>,
    app: Arc<App>,
    twin: Arc<Twin>,
}

impl Test {
    async fn open(place: &Place, rates: Mode, dialects: Dialects) -> Test {
        let clock = Arc::new(TestClock(AtomicI64::new(START * 1_000_000)));
        let mut t = Test::serve(&place.location, rates, dialects, clock, 0, Arc::default()).await;
        t.root = Some(t.tenant(ROOT).await);
        t
    }

    /// Another server on the same database and clock. Only PostgreSQL has room for two.
    pub async fn replica(&self) -> Test {
        let (clock, twin) = (self.surface.clock.clone(), self.surface.twin.clone());
        let other = Test::serve(&self.location, Mode::Off, self.app.dialects, clock, 1 << 32, twin).await;
        let root = self.root();
        Test { root: Some(other.seen(&root)), ..other }
    }

    /// Another server on the same engine, with these bounds, that other machines can or cannot reach.
    pub fn with(&self, bounds: Bounds, exposed: bool) -> Test {
        let (engine, journal) = (self.app.engine.clone(), Journal::default());
        let stubs = Stubs::new(DIALECT.cloud.language, (DIALECT.stubs)());
        let (limiter, admin_token) = (Limiter::new(Mode::Off), self.app.admin_token.clone());
        let dialects = self.app.dialects;
        let app = Arc::new(App { dialects, engine, stubs, limiter, journal, admin_token, bounds, exposed });
        let (clock, twin) = (self.surface.clock.clone(), self.surface.twin.clone());
        let surface = Surface { router: router(app.clone()), clock, app: app.clone(), twin };
        let root = self.root.as_ref().map(|root| Caller { surface: surface.clone(), ..root.clone() });
        Test { app, surface, root, location: self.location.clone(), entropy: self.entropy.clone() }
    }

    /// A connection of its own to the database of this server.
    pub async fn raw_connection(&self) -> Raw {
        Raw::to(&self.location).await
    }

    /// The same caller, asking this server.
    pub fn seen(&self, caller: &Caller) -> Caller {
        Caller { surface: self.surface.clone(), ..caller.clone() }
    }

    /// A server that knows no more than what the database says, as after a restart.
    pub async fn restarted(&self) -> Test {
        let engine = self.app.engine.cold().await.unwrap();
        let (clock, twin) = (self.surface.clock.clone(), self.surface.twin.clone());
        let other =
            Test::around(engine, self.app.dialects, &self.location, Mode::Off, clock, self.entropy.clone(), twin);
        let root = self.root();
        Test { root: Some(other.seen(&root)), ..other }
    }

    async fn serve(
        location: &Location,
        rates: Mode,
        dialects: Dialects,
        clock: Arc<TestClock>,
        seed: u64,
        twin: Arc<Twin>,
    ) -> Test {
        let entropy = Arc::new(Seeded::new(seed));
        let env = Env { clock: clock.clone(), entropy: entropy.clone() };
        let store = Store::open(location, Durability::Fast).await.unwrap();
        let engine = Engine::open(store, env, Sealer::new(&[7; 32]), dialects.clouds()).await.unwrap();
        Test::around(engine, dialects, location, rates, clock, entropy, twin)
    }

    fn around(
        engine: Engine,
        dialects: Dialects,
        location: &Location,
        rates: Mode,
        clock: Arc<TestClock>,
        entropy: Arc<Seeded>,
        twin: Arc<Twin>,
    ) -> Test {
        let app = Arc::new(App {
            dialects,
            engine: Arc::new(engine),
            stubs: Stubs::new(DIALECT.cloud.language, (DIALECT.stubs)()),
            limiter: Limiter::new(rates),
            journal: Journal::default(),
            admin_token: Secret::new(ADMIN_TOKEN.to_owned()),
            bounds: Bounds::default(),
            exposed: false,
        });
        let surface = Surface { router: router(app.clone()), clock, app: app.clone(), twin };
        Test { app, surface, root: None, location: location.clone(), entropy }
    }

    /// What the server will draw, `blocks` of 32 bytes from now.
    pub fn ahead(&self, blocks: u64) -> Env {
        let drawn = self.entropy.next.load(Ordering::SeqCst);
        Env { clock: self.surface.clock.clone(), entropy: Arc::new(Seeded::new(drawn + blocks)) }
    }

    /// The root of the first account.
    pub fn root(&self) -> Caller {
        self.root.clone().unwrap()
    }

    /// Makes another account, and calls as its root.
    pub async fn tenant(&self, uin: &str) -> Caller {
        let made = self.admin("POST", "/accounts", json!({"id": uin})).await.created();
        let credentials = &made["credentials"];
        self.caller(uin, text(&credentials["secret_id"]), text(&credentials["secret_key"]))
    }

    /// Whoever has this key.
    pub fn caller(&self, uin: &str, secret_id: &str, secret_key: &str) -> Caller {
        Caller {
            surface: self.surface.clone(),
            uin: uin.to_owned(),
            secret_id: secret_id.to_owned(),
            secret_key: secret_key.to_owned(),
            token: None,
        }
    }

    /// A call to the emulator's own API, `path` being what follows `/_camulator/v1`.
    pub async fn admin(&self, method: &str, path: &str, body: Value) -> AdminReply {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let request = http::Request::builder()
            .method(method)
            .uri(format!("/_camulator/v1{path}"))
            .header("authorization", format!("Bearer {ADMIN_TOKEN}"))
            .body(Body::from(body))
            .unwrap();
        let (status, _, body) = self.surface.exchange(request, peer()).await;
        if method != "GET" {
            self.surface.assert_current(path).await;
        }
        AdminReply { status, body: serde_json::from_slice(&body).unwrap_or(Value::Null) }
    }

    /// Sends these very bytes; the status, the headers and the body that come back.
    pub async fn raw(
        &self,
        method: &str,
        target: &str,
        headers: &[(String, String)],
        body: &str,
    ) -> (u16, Vec<(String, String)>, String) {
        let mut request = http::Request::builder().method(method).uri(target);
        for (name, value) in headers {
            request = request.header(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let (status, headers, body) = self.surface.exchange(request, peer()).await;
        let headers =
            headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
        (status, headers, String::from_utf8(body).unwrap())
    }

    /// Compares what this server knows with what one that is opened cold finds.
    pub async fn assert_current(&self, after: &str) {
        self.surface.assert_current(after).await;
    }

    /// The wall clock.
    pub fn now(&self) -> Time {
        self.surface.clock.now()
    }

    /// Compares nothing from now on, so that nothing is known to this server but what the test itself asks for.
    pub fn leave_cold(&self) {
        self.surface.twin.disturbed.store(true, Ordering::SeqCst);
    }

    /// Moves the wall clock on, by which signatures are judged as well.
    pub fn advance(&self, seconds: i64) {
        self.surface.clock.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }

    /// Sets the wall clock.
    pub fn set_time(&self, seconds: i64) {
        self.surface.clock.0.store(seconds * 1_000_000, Ordering::SeqCst);
    }

    /// Lets the next numbers that are drawn at random all be this one: so many that whatever `work` makes gets it, and
    /// draws it a few more times when it is taken. The id of a request is such a number as well.
    pub async fn drawing<T>(&self, number: u64, work: impl Future<Output = T>) -> T {
        *self.entropy.repeated.lock().unwrap() = (number, 6);
        let made = work.await;
        *self.entropy.repeated.lock().unwrap() = (0, 0);
        made
    }

    /// The journal's entry of a request.
    pub async fn trace(&self, request_id: &str) -> Value {
        self.admin("GET", &format!("/requests/{request_id}"), Value::Null).await.done()
    }

    /// Every row of every table, as text: what the tests compare to see that nothing was left behind.
    pub async fn dump(&self) -> Dump {
        let mut read = self.app.engine.store.read().await.unwrap();
        let mut tables = BTreeMap::new();
        for (table, sql) in dump::dump_statements() {
            let rows: Vec<(String,)> = read.tx().all(sql, Vec::new()).await.unwrap();
            let mut rows: Vec<String> = rows.into_iter().map(|(row,)| row).collect();
            rows.sort();
            tables.insert(*table, rows);
        }
        tables
    }

    /// What [`Test::dump`] says of one account.
    pub async fn dump_of(&self, account: &str) -> Dump {
        let mut tables = self.dump().await;
        for rows in tables.values_mut() {
            rows.retain(|row| {
                row.contains(&format!("account_id={account} ")) || row.starts_with(&format!("id={account} "))
            });
        }
        tables
    }

    /// Runs a statement behind the server's back, to fill a tenant to its limits.
    pub async fn execute(&self, sql: &'static str, arguments: Vec<Argument>) {
        self.surface.twin.disturbed.store(true, Ordering::SeqCst);
        self.app
            .engine
            .store
            .write(
                move |tx| {
                    let arguments = arguments.clone();
                    Box::pin(async move { tx.execute(sql, arguments).await })
                },
                |_| (),
            )
            .await
            .unwrap()
            .unwrap();
    }
}

fn peer() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 50_000))
}

impl Surface {
    /// Compares what this server knows with what one that is opened cold finds.
    async fn assert_current(&self, after: &str) {
        if !self.twin.disturbed.load(Ordering::SeqCst) {
            let accounts = twin::latest(&self.app.engine).await;
            self.twin.assert_same(&self.app.engine, accounts, after).await;
        }
    }

    /// The same for the account of a key.
    async fn assert_current_for(&self, secret_id: &str, after: &str) {
        if !self.twin.disturbed.load(Ordering::SeqCst)
            && let Some((tenant, _)) = self.app.engine.key(&SecretId::from(secret_id)).await.unwrap()
        {
            let account = tenant.account.to_string();
            self.twin.assert_same(&self.app.engine, vec![account], after).await;
        }
    }

    async fn exchange(&self, mut request: http::Request<Body>, peer: SocketAddr) -> (u16, http::HeaderMap, Vec<u8>) {
        let _under_way = self.twin.quiet.read().await;
        request.extensions_mut().insert(Arc::new(camulator::server::connection::Connection::new(peer)));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        (parts.status.as_u16(), parts.headers, body.to_vec())
    }
}

/// What the emulator's own API answered.
#[derive(Debug)]
pub struct AdminReply {
    pub status: u16,
    pub body: Value,
}

impl AdminReply {
    #[track_caller]
    pub fn created(self) -> Value {
        assert_eq!(self.status, 201, "{}", self.body);
        self.body
    }

    #[track_caller]
    pub fn done(self) -> Value {
        assert!(matches!(self.status, 200 | 204), "{}: {}", self.status, self.body);
        self.body
    }
}

/// The files below a directory.
pub fn files_below(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut waiting = vec![directory.to_owned()];
    while let Some(next) = waiting.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { waiting.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files
}

/// The operations of the registry.
pub fn operations() -> impl Iterator<Item = &'static Op> {
    operations::ALL.iter()
}

/// An operation by its action.
#[track_caller]
pub fn operation(action: &str) -> &'static Op {
    operations().find(|op| op.action == action).unwrap_or_else(|| panic!("no operation {action}"))
}
