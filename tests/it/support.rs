//! The harness: a whole server in the test's process, on every database, with a clock and a randomness of its own.
//!
//! Nothing here knows a cloud, nor do the modules below, except [`tencent`]: its callers, signatures and replies.

mod dump;
mod hold;
pub mod idp;
mod process;
mod raw;
mod surface;
mod tencent;
mod twin;
mod v1;

pub use dump::{Dump, assert_same, columns};
pub use hold::Hold;
pub use process::Process;
pub use raw::Raw;
pub use surface::{Answer, Key, Surface};
pub use tencent::{
    Call, Caller, QUESTIONS, ROOT, Reply, allow, in_memory, on, on_each_database, operation, operations, root_of,
    trust, version,
};
pub use twin::{Questions, Twin};
pub use v1::V1;

use camulator::dialect::Dialects;
use camulator::engine::Engine;
use camulator::env::{Entropy, Env, Time, TimeSource};
use camulator::journal::Journal;
use camulator::limit::{Limiter, Rates};
use camulator::secret::{Sealer, Secret};
use camulator::server::app::App;
use camulator::server::bounds::Bounds;
use camulator::store::{Argument, Durability, Error, Location, Store};
use http::header::HeaderValue;
use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::Connection;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// When every test begins: 2026-01-01T00:00:00Z.
pub const START: i64 = 1_767_225_600;
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

/// The clouds that a test's server speaks.
#[derive(Clone, Copy)]
pub struct Clouds {
    pub dialects: Dialects,
    /// What is asked of each cloud's principals to compare a warm engine with a cold one, by the name of the cloud.
    pub questions: &'static [(&'static str, Questions)],
}

/// Runs a test on these databases with these clouds; PostgreSQL only where one is given. The test begins with one account,
/// which `first` describes as the admin API reads it.
pub fn on_with(databases: &[Database], rates: Rates, clouds: Clouds, first: &Value, test: impl AsyncFn(Test)) {
    on_places(databases, async |place| test(Test::open(place, rates, clouds, first).await).await);
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

impl TimeSource for TestClock {
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
    pub surface: Surface,
    /// The root key of the account that the test began with.
    pub first: Key,
    clouds: Clouds,
    entropy: Arc<Seeded>,
    location: Location,
}

impl Test {
    async fn open(place: &Place, rates: Rates, clouds: Clouds, first: &Value) -> Test {
        let clock = Arc::new(TestClock(AtomicI64::new(START * 1_000_000)));
        let nobody = Key { account: String::new(), secret_id: String::new(), secret_key: String::new() };
        let twin = Arc::new(Twin::new(clouds));
        let t = Test::serve(&place.location, rates, clouds, clock, 0, twin, nobody).await;
        let first = t.account(first).await;
        Test { first, ..t }
    }

    /// Another server on the same database and clock. Only PostgreSQL has room for two.
    pub async fn replica(&self) -> Test {
        let (clock, twin) = (self.surface.clock.clone(), self.surface.twin.clone());
        Test::serve(&self.location, Rates::Off, self.clouds, clock, 1 << 32, twin, self.first.clone()).await
    }

    /// Another server on the same engine, with these bounds, that other machines can or cannot reach.
    pub fn with(&self, bounds: Bounds, exposed: bool) -> Test {
        self.around(self.app.engine.clone(), Limiter::new(Rates::Off), bounds, Manner { exposed, strict: false })
    }

    /// Another server on the same engine that wants everything to be signed.
    pub fn strict(&self) -> Test {
        let manner = Manner { exposed: false, strict: true };
        self.around(self.app.engine.clone(), Limiter::new(Rates::Off), Bounds::default(), manner)
    }

    /// A server that knows no more than what the database says, as after a restart.
    pub async fn restarted(&self) -> Test {
        let engine = Arc::new(self.app.engine.cold().await.unwrap());
        self.around(engine, Limiter::new(Rates::Off), Bounds::default(), Manner::default())
    }

    /// A connection of its own to the database of this server.
    pub async fn raw_connection(&self) -> Raw {
        Raw::to(&self.location).await
    }

    async fn serve(
        location: &Location,
        rates: Rates,
        clouds: Clouds,
        clock: Arc<TestClock>,
        seed: u64,
        twin: Arc<Twin>,
        first: Key,
    ) -> Test {
        let entropy = Arc::new(Seeded::new(seed));
        let env = Env { clock: clock.clone(), entropy: entropy.clone() };
        let store = Store::open(location, Durability::Fast).await.unwrap();
        let engine = Engine::open(store, env, Sealer::new(&[7; 32]), clouds.dialects.clouds()).await.unwrap();
        let app = app(clouds.dialects, Arc::new(engine), Limiter::new(rates), Bounds::default(), Manner::default());
        let surface = Surface::new(&app, clock, twin);
        Test { app, surface, first, clouds, entropy, location: location.clone() }
    }

    /// Another server around this engine, everything else being this one's.
    fn around(&self, engine: Arc<Engine>, limiter: Limiter, bounds: Bounds, manner: Manner) -> Test {
        let app = app(self.clouds.dialects, engine, limiter, bounds, manner);
        let surface = Surface::new(&app, self.surface.clock.clone(), self.surface.twin.clone());
        Test { app, surface, ..self.clone() }
    }

    /// What the server will draw, `blocks` of 32 bytes from now.
    pub fn ahead(&self, blocks: u64) -> Env {
        let drawn = self.entropy.next.load(Ordering::SeqCst);
        Env { clock: self.surface.clock.clone(), entropy: Arc::new(Seeded::new(drawn + blocks)) }
    }

    /// Makes an account that the admin API is told of like this; its root's key.
    pub async fn account(&self, described: &Value) -> Key {
        let made = self.admin("POST", "/accounts", described.clone()).await.created();
        let of_root = |name: &str| text(&made["credentials"][name]).to_owned();
        let account = text(&made["account"]["id"]).to_owned();
        Key { account, secret_id: of_root("secret_id"), secret_key: of_root("secret_key") }
    }

    /// A call to the emulator's own API, `path` being what follows `/_camulator/v1`.
    pub async fn admin(&self, method: &str, path: &str, body: Value) -> AdminReply {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let request = http::Request::builder()
            .method(method)
            .uri(format!("/_camulator/v1{path}"))
            .header("authorization", format!("Bearer {ADMIN_TOKEN}"))
            .body(body)
            .unwrap();
        let Answer { status, body, .. } = self.surface.send(request).await;
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
        let Answer { status, headers, body } = self.surface.send(request.body(body.to_owned()).unwrap()).await;
        let headers =
            headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
        (status, headers, String::from_utf8(body).unwrap())
    }

    /// The wall clock.
    pub fn now(&self) -> Time {
        self.surface.now()
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
                None,
                move |tx| {
                    let arguments = arguments.clone();
                    Box::pin(async move {
                        let changed = tx.execute(sql, arguments).await?;
                        if COUNTED.iter().any(|insert| sql.starts_with(insert)) {
                            tx.execute(RECOUNT, camulator::args![]).await?;
                        }
                        Ok::<u64, Error>(changed)
                    })
                },
                |_| (),
            )
            .await
            .unwrap()
            .unwrap();
    }
}

/// Statements whose rows the ledgers count.
const COUNTED: [&str; 4] =
    ["INSERT INTO roles ", "INSERT INTO users ", "INSERT INTO user_groups ", "INSERT INTO policies "];

/// Sets the ledgers of the accounts to what their tables have.
const RECOUNT: &str = "UPDATE accounts SET \
     role_count = (SELECT COUNT(*) FROM roles WHERE account_id = accounts.id), \
     user_count = (SELECT COUNT(*) FROM users WHERE account_id = accounts.id), \
     group_count = (SELECT COUNT(*) FROM user_groups WHERE account_id = accounts.id), \
     policy_count = (SELECT COUNT(*) FROM policies WHERE account_id = accounts.id)";

/// How a server deals with strangers and signatures.
#[derive(Clone, Copy, Default)]
struct Manner {
    exposed: bool,
    strict: bool,
}

fn app(dialects: Dialects, engine: Arc<Engine>, limiter: Limiter, bounds: Bounds, manner: Manner) -> Arc<App> {
    let stubs = dialects.stubs();
    let (journal, admin_token) = (Journal::default(), Secret::new(ADMIN_TOKEN.to_owned()));
    let (authority, clock_was_set) = (None, Default::default());
    let Manner { exposed, strict } = manner;
    Arc::new(App {
        dialects,
        engine,
        stubs,
        limiter,
        journal,
        admin_token,
        authority,
        bounds,
        clock_was_set,
        exposed,
        strict,
    })
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

/// The text in a reply.
#[track_caller]
pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}
