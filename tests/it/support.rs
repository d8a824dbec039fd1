//! The harness: a whole server in the test's process, its callers, and what they get back.

use crate::tc3::{self, ToSign};
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use camulator::dialect::stubs::Stubs;
use camulator::dialect::tencent::operations;
use camulator::dialect::tencent::stub;
use camulator::dialect::{DIALECTS, contract::Op};
use camulator::engine::Engine;
use camulator::env::{Clock, Entropy, Env, Time};
use camulator::journal::Journal;
use camulator::secret::{Sealer, Secret};
use camulator::server::limit::{Limiter, Mode};
use camulator::server::{self, App};
use camulator::store::{Durability, Location, Store, Value as Argument};
use http::header::HeaderValue;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sqlx::Connection;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use tower::ServiceExt;

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
    for database in databases {
        if *database == Database::Postgres && postgres().is_none() {
            continue;
        }
        eprintln!("on {database:?}");
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let place = runtime.block_on(Place::make(*database));
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            runtime.block_on(async {
                let t = Test::open(&place, rates).await;
                test(t).await;
            });
        }));
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
    location: Location,
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
                let location = Location::Postgres(format!("{address}{mark}options=-csearch_path%3D{name}"));
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
struct Seeded(AtomicU64);

impl Entropy for Seeded {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(32) {
            let block = Sha256::digest(self.0.fetch_add(1, Ordering::SeqCst).to_le_bytes());
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    }
}

/// The rows of every table as text.
pub type Dump = BTreeMap<&'static str, Vec<String>>;

/// A server of a test's own.
#[derive(Clone)]
pub struct Test {
    pub app: Arc<App>,
    surface: Surface,
    root: Option<Caller>,
}

/// What requests are sent to.
#[derive(Clone)]
pub struct Surface {
    router: Router,
    clock: Arc<TestClock>,
}

impl Test {
    async fn open(place: &Place, rates: Mode) -> Test {
        let clock = Arc::new(TestClock(AtomicI64::new(START * 1_000_000)));
        let env = Env { clock: clock.clone(), entropy: Arc::new(Seeded(AtomicU64::new(0))) };
        let store = Store::open(&place.location, Durability::Fast).await.unwrap();
        let presets = DIALECTS.iter().map(|dialect| (dialect.name, (dialect.presets)())).collect();
        let engine = Engine::open(store, env, Sealer::new(&[7; 32]), presets).await.unwrap();
        let stubs = Stubs::default();
        stub::built_in().into_iter().for_each(|stub| stubs.put(stub));
        let app = Arc::new(App {
            engine: Arc::new(engine),
            stubs,
            limiter: Limiter::new(rates),
            journal: Journal::default(),
            admin_token: Secret::new(ADMIN_TOKEN.to_owned()),
        });
        let mut t = Test { surface: Surface { router: server::router(app.clone()), clock }, app, root: None };
        t.root = Some(t.tenant(ROOT).await);
        t
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

    /// Moves the wall clock on, by which signatures are judged as well.
    pub fn advance(&self, seconds: i64) {
        self.surface.clock.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }

    /// Sets the wall clock.
    pub fn set_time(&self, seconds: i64) {
        self.surface.clock.0.store(seconds * 1_000_000, Ordering::SeqCst);
    }

    /// The journal's entry of a request.
    pub async fn trace(&self, request_id: &str) -> Value {
        self.admin("GET", &format!("/requests/{request_id}"), Value::Null).await.done()
    }

    /// Every row of every table, as text: what the tests compare to see that nothing was left behind.
    pub async fn dump(&self) -> Dump {
        let mut read = self.app.engine.store.read().await.unwrap();
        let mut tables = BTreeMap::new();
        for (table, sql) in dump_statements() {
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

/// The rows that are only in one of two dumps, for a message.
#[track_caller]
pub fn assert_same(after: &Dump, before: &Dump, what: &str) {
    let mut differences = Vec::new();
    for (table, rows) in before {
        let other = after.get(table).cloned().unwrap_or_default();
        differences.extend(rows.iter().filter(|row| !other.contains(row)).map(|row| format!("- {table}: {row}")));
        differences.extend(other.iter().filter(|row| !rows.contains(row)).map(|row| format!("+ {table}: {row}")));
    }
    assert!(differences.is_empty() && after == before, "{what}:\n{}", differences.join("\n"));
}

fn peer() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 50_000))
}

impl Surface {
    async fn exchange(&self, mut request: http::Request<Body>, peer: SocketAddr) -> (u16, http::HeaderMap, Vec<u8>) {
        request.extensions_mut().insert(ConnectInfo(peer));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        (parts.status.as_u16(), parts.headers, body.to_vec())
    }
}

/// One `SELECT` a table, made from the migrations, that gives every row as one text.
fn dump_statements() -> &'static [(&'static str, &'static str)] {
    static STATEMENTS: OnceLock<Vec<(&'static str, &'static str)>> = OnceLock::new();
    STATEMENTS.get_or_init(|| {
        columns()
            .into_iter()
            .map(|(table, columns)| {
                // The generation is no content: a write that fails before it changes anything may move it on.
                let shown: Vec<String> = columns
                    .iter()
                    .filter(|(column, _)| column != "generation")
                    .map(|(column, kind)| match kind.as_str() {
                        "TEXT" => format!("'{column}=' || {column}"),
                        "BOOLEAN" => format!("'{column}=' || CASE WHEN {column} THEN 'true' ELSE 'false' END"),
                        _ => format!("'{column}=' || CAST({column} AS TEXT)"),
                    })
                    .collect();
                let sql = format!("SELECT {} AS line FROM {table}", shown.join(" || ' ' || "));
                (&*table.leak(), &*sql.leak())
            })
            .collect()
    })
}

/// The tables of the migrations with their columns and types.
pub fn columns() -> BTreeMap<String, Vec<(String, String)>> {
    let mut tables: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    let mut files: Vec<PathBuf> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    for file in files {
        let sql: String = std::fs::read_to_string(file)
            .unwrap()
            .lines()
            .map(|line| line.split("--").next().unwrap_or_default().to_owned() + "\n")
            .collect();
        for statement in sql.split(';') {
            let words: Vec<&str> = statement.split_whitespace().collect();
            match words.as_slice() {
                ["CREATE", "TABLE", name, ..] => {
                    let body = &statement[statement.find('(').unwrap() + 1..statement.rfind(')').unwrap()];
                    let mut columns = Vec::new();
                    let mut depth = 0;
                    for part in body.split_inclusive(|letter: char| {
                        depth += i32::from(letter == '(') - i32::from(letter == ')');
                        letter == ',' && depth == 0
                    }) {
                        let mut words = part.split_whitespace();
                        let (Some(column), Some(kind)) = (words.next(), words.next()) else { continue };
                        if !matches!(column, "PRIMARY" | "UNIQUE" | "FOREIGN" | "CHECK" | "CONSTRAINT") {
                            columns.push((column.to_owned(), kind.trim_end_matches(',').to_owned()));
                        }
                    }
                    tables.insert((*name).to_owned(), columns);
                }
                ["ALTER", "TABLE", name, "ADD", "COLUMN", column, kind, ..] => {
                    let columns = tables.get_mut(*name).expect("a table that exists");
                    columns.push(((*column).to_owned(), (*kind).to_owned()));
                }
                ["DROP", "TABLE", name] => {
                    tables.remove(*name);
                }
                _ => {}
            }
        }
    }
    tables
}

/// Somebody with a key.
#[derive(Clone)]
pub struct Caller {
    pub surface: Surface,
    /// Its own uin.
    pub uin: String,
    pub secret_id: String,
    pub secret_key: String,
    pub token: Option<String>,
}

impl Caller {
    /// Calls an action of CAM.
    pub async fn cam(&self, action: &str, params: Value) -> Reply {
        self.call("cam", operations::CAM, action, params).send().await
    }

    /// Calls an action of STS.
    pub async fn sts(&self, action: &str, params: Value) -> Reply {
        self.call("sts", operations::STS, action, params).send().await
    }

    /// Calls an operation of the registry.
    pub async fn ask(&self, op: &Op, params: Value) -> Reply {
        self.call(op.service, op.version, op.action, params).send().await
    }

    /// Calls DescribeInstances of CVM, which a stub answers.
    pub async fn describe_instances(&self, region: &str) -> Reply {
        self.call("cvm", "2017-03-12", "DescribeInstances", json!({})).region(region).send().await
    }

    /// A request that can be changed before it is signed and after.
    pub fn call(&self, service: &str, version: &str, action: &str, params: Value) -> Call {
        let host = format!("{service}.tencentcloudapi.com");
        Call {
            surface: self.surface.clone(),
            caller: self.clone(),
            method: "POST".to_owned(),
            target: "/".to_owned(),
            service: service.to_owned(),
            host,
            signed_host: None,
            content_type: "application/json".to_owned(),
            signed_content_type: None,
            timestamp: self.surface.clock.now().seconds(),
            headers: vec![
                ("x-tc-action".to_owned(), action.to_owned()),
                ("x-tc-version".to_owned(), version.to_owned()),
                ("x-tc-region".to_owned(), "ap-guangzhou".to_owned()),
            ],
            also_signed: Vec::new(),
            body: params.to_string().into_bytes(),
            payload: None,
            edits: Vec::new(),
            peer: peer(),
        }
    }

    /// Makes a sub-user with a key, and calls as it.
    pub async fn user(&self, name: &str) -> Caller {
        let made = self.cam("AddUser", json!({"Name": name, "UseApi": 1})).await.ok();
        Caller {
            uin: made["Uin"].to_string(),
            secret_id: text(&made["SecretId"]).to_owned(),
            secret_key: text(&made["SecretKey"]).to_owned(),
            token: None,
            ..self.clone()
        }
    }

    /// Makes a role that these principals may assume; its id.
    pub async fn role(&self, name: &str, principals: &[String]) -> String {
        let trust = trust(principals);
        let made = self.cam("CreateRole", json!({"RoleName": name, "PolicyDocument": trust})).await.ok();
        text(&made["RoleId"]).to_owned()
    }

    /// Makes a policy; its id.
    pub async fn policy(&self, name: &str, document: &Value) -> u64 {
        let made = self.cam("CreatePolicy", json!({"PolicyName": name, "PolicyDocument": document.to_string()}));
        made.await.ok()["PolicyId"].as_u64().unwrap()
    }

    /// Makes a policy and attaches it to a user; its id.
    pub async fn grant(&self, user: &Caller, name: &str, document: &Value) -> u64 {
        let policy = self.policy(name, document).await;
        self.cam("AttachUserPolicy", json!({"PolicyId": policy, "AttachUin": &user.uin})).await.ok();
        policy
    }

    /// Makes a policy and attaches it to a role; its id.
    pub async fn grant_role(&self, role: &str, name: &str, document: &Value) -> u64 {
        let policy = self.policy(name, document).await;
        self.cam("AttachRolePolicy", json!({"PolicyId": policy, "AttachRoleName": role})).await.ok();
        policy
    }

    /// Assumes a role, and calls as it.
    pub async fn assume(&self, owner: &str, role: &str) -> Caller {
        let arn = format!("qcs::cam::uin/{owner}:roleName/{role}");
        let opened = self.sts("AssumeRole", json!({"RoleArn": arn, "RoleSessionName": "session"})).await.ok();
        self.session(&opened)
    }

    /// Whoever has the credentials of a reply.
    pub fn session(&self, reply: &Value) -> Caller {
        let credentials = &reply["Credentials"];
        Caller {
            secret_id: text(&credentials["TmpSecretId"]).to_owned(),
            secret_key: text(&credentials["TmpSecretKey"]).to_owned(),
            token: Some(text(&credentials["Token"]).to_owned()),
            ..self.clone()
        }
    }

    /// The same key with another secret.
    pub fn forged(&self) -> Caller {
        Caller { secret_key: "x".repeat(32), ..self.clone() }
    }
}

/// A trust policy for principals by their resource names.
pub fn trust(principals: &[String]) -> String {
    let statement = json!([{"action": "name/sts:AssumeRole", "effect": "allow", "principal": {"qcs": principals}}]);
    json!({"version": "2.0", "statement": statement}).to_string()
}

/// A policy with one statement that allows.
pub fn allow(action: &str, resource: &str) -> Value {
    json!({"version": "2.0", "statement": [{"effect": "allow", "action": action, "resource": resource}]})
}

/// The name of an account's root as a principal.
pub fn root_of(uin: &str) -> String {
    format!("qcs::cam::uin/{uin}:root")
}

/// A text of a reply.
#[track_caller]
pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

/// A request on its way: what is set before [`Call::send`] is signed unless it says otherwise.
#[derive(Clone)]
pub struct Call {
    surface: Surface,
    caller: Caller,
    method: String,
    target: String,
    service: String,
    host: String,
    signed_host: Option<String>,
    content_type: String,
    signed_content_type: Option<String>,
    timestamp: i64,
    headers: Vec<(String, String)>,
    also_signed: Vec<String>,
    body: Vec<u8>,
    payload: Option<String>,
    edits: Vec<(String, Option<Vec<u8>>)>,
    peer: SocketAddr,
}

impl Call {
    pub fn method(mut self, method: &str) -> Call {
        self.method = method.to_owned();
        self
    }

    /// The service in the signature's scope.
    pub fn scope(mut self, service: &str) -> Call {
        self.service = service.to_owned();
        self
    }

    /// The `Host` that is sent, and what is signed as the host.
    pub fn host(mut self, sent: &str, signed: &str) -> Call {
        self.host = sent.to_owned();
        self.signed_host = Some(signed.to_owned());
        self
    }

    /// The `Content-Type` that is sent, and what is signed as it.
    pub fn content_type(mut self, sent: &str, signed: &str) -> Call {
        self.content_type = sent.to_owned();
        self.signed_content_type = Some(signed.to_owned());
        self
    }

    /// The time of signing.
    pub fn at(mut self, timestamp: i64) -> Call {
        self.timestamp = timestamp;
        self
    }

    pub fn region(self, region: &str) -> Call {
        self.header("x-tc-region", region)
    }

    pub fn language(self, language: &str) -> Call {
        self.header("x-tc-language", language)
    }

    /// A header, in place of one of the same name.
    pub fn header(mut self, name: &str, value: &str) -> Call {
        self.headers.retain(|(known, _)| known != name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A header that is signed as well.
    pub fn signing(mut self, name: &str) -> Call {
        self.also_signed.push(name.to_owned());
        self
    }

    /// The body as bytes.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Call {
        self.body = body.into();
        self
    }

    /// What is signed in place of the body's digest.
    pub fn payload(mut self, digest: &str) -> Call {
        self.payload = Some(digest.to_owned());
        self
    }

    /// A header that is set, changed or (`None`) removed after signing.
    pub fn edit(mut self, name: &str, value: Option<&[u8]>) -> Call {
        self.edits.push((name.to_owned(), value.map(<[u8]>::to_vec)));
        self
    }

    pub fn from(mut self, peer: &str) -> Call {
        self.peer = SocketAddr::new(peer.parse().unwrap(), 50_000);
        self
    }

    /// The signature that [`Call::send`] would make.
    pub fn signed(&self) -> tc3::Signed {
        let content_type = self.signed_content_type.as_ref().unwrap_or(&self.content_type);
        let host = self.signed_host.as_ref().unwrap_or(&self.host);
        let mut headers = vec![("content-type", content_type.to_lowercase()), ("host", host.clone())];
        if self.signed_content_type.is_some() {
            headers[0].1.clone_from(content_type);
        }
        for name in &self.also_signed {
            let (_, value) = self.headers.iter().find(|(known, _)| known == name).expect("a header that is sent");
            headers.push((name, value.trim().to_lowercase()));
        }
        headers.sort();
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let payload = self.payload.clone().unwrap_or_else(|| tc3::digest(&self.body));
        let date = tc3::date(self.timestamp);
        let query = if self.method == "GET" { self.target.split_once('?').map_or("", |(_, query)| query) } else { "" };
        ToSign {
            secret_key: &self.caller.secret_key,
            method: &self.method,
            query,
            headers: &headers,
            payload: &payload,
            timestamp: self.timestamp,
            date: &date,
            service: &self.service,
        }
        .sign()
    }

    /// The `Authorization` that [`Call::send`] would send.
    pub fn authorization(&self) -> String {
        let signed = self.signed();
        format!(
            "TC3-HMAC-SHA256 Credential={}/{}, SignedHeaders={}, Signature={}",
            self.caller.secret_id, signed.scope, signed.signed_headers, signed.signature
        )
    }

    /// Signs the request and sends it.
    pub async fn send(self) -> Reply {
        let authorization = self.authorization();
        let asked = format!(
            "{} {}",
            self.headers.iter().find(|(name, _)| name == "x-tc-action").map_or("?", |(_, action)| action),
            String::from_utf8_lossy(&self.body[..self.body.len().min(2000)])
        );
        let mut request = http::Request::builder()
            .method(self.method.as_str())
            .uri(self.target.as_str())
            .header("host", &self.host)
            .header("content-type", &self.content_type)
            .header("x-tc-timestamp", self.timestamp.to_string())
            .header("authorization", authorization);
        if let Some(token) = &self.caller.token {
            request = request.header("x-tc-token", token);
        }
        for (name, value) in &self.headers {
            request = request.header(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        let mut request = request.body(Body::from(self.body)).unwrap();
        for (name, value) in self.edits {
            let name = http::HeaderName::from_bytes(name.as_bytes()).unwrap();
            match value {
                Some(value) => drop(request.headers_mut().insert(name, HeaderValue::from_bytes(&value).unwrap())),
                None => drop(request.headers_mut().remove(name)),
            }
        }
        let (status, headers, body) = self.surface.exchange(request, self.peer).await;
        Reply { asked, status, headers, body }
    }
}

/// What an API call got back.
pub struct Reply {
    asked: String,
    pub status: u16,
    pub headers: http::HeaderMap,
    pub body: Vec<u8>,
}

impl Reply {
    /// The members of a success besides `RequestId`; the envelope must be right to the letter.
    #[track_caller]
    pub fn ok(&self) -> Value {
        let mut response = self.response();
        if let Some(error) = response.get("Error") {
            panic!("{} was refused: {error}", self.asked);
        }
        response.as_object_mut().unwrap().remove("RequestId");
        response
    }

    /// A refusal with this code; its message.
    #[track_caller]
    pub fn fault(&self, code: &str) -> String {
        let response = self.response();
        let error = response.get("Error").unwrap_or_else(|| panic!("{} went well: {response}", self.asked));
        assert_eq!(error["Code"], code, "{}: {}", self.asked, error["Message"]);
        assert_eq!(response.as_object().unwrap().len(), 2, "{response}");
        text(&error["Message"]).to_owned()
    }

    /// The error code, if it is an error.
    #[track_caller]
    pub fn code(&self) -> Option<String> {
        self.response().get("Error").map(|error| text(&error["Code"]).to_owned())
    }

    /// The request id.
    #[track_caller]
    pub fn request_id(&self) -> String {
        text(&self.response()["RequestId"]).to_owned()
    }

    #[track_caller]
    fn response(&self) -> Value {
        let shown = String::from_utf8_lossy(&self.body);
        assert_eq!(self.status, 200, "{}: {shown}", self.asked);
        assert_eq!(self.headers["content-type"], "application/json", "{}", self.asked);
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {shown}"));
        let envelope = body.as_object().expect("an object");
        assert_eq!(envelope.keys().collect::<Vec<_>>(), ["Response"], "{shown}");
        let id = text(&envelope["Response"]["RequestId"]);
        assert_eq!(self.headers["x-camulator-request"], id);
        let form: Vec<usize> = id.split('-').map(str::len).collect();
        assert_eq!(form, [8, 4, 4, 4, 12], "{id}");
        envelope["Response"].clone()
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

/// The operations of the registry.
pub fn operations() -> impl Iterator<Item = &'static Op> {
    operations::ALL.iter()
}

/// An operation by its action.
#[track_caller]
pub fn operation(action: &str) -> &'static Op {
    operations().find(|op| op.action == action).unwrap_or_else(|| panic!("no operation {action}"))
}
