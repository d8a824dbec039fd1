//! Changes signed requests, one element at a time. What is signed or bound must be refused; what is free must be
//! accepted and be what the server acts on.
//!
//! ```sh
//! CAMULATOR_FORGERIES=1000000 cargo test --test it forgeries:: -- --nocapture
//! ```

use crate::support::{Caller, START, Test, allow, in_memory, root_of};
use crate::tc3::{ToSign, date, digest};
use camulator::dialect::contract::{Claimed, Head, Input, RawRequest};
use camulator::dialect::decode::Json;
use camulator::engine::fault::Fault;
use camulator::env::Time;
use camulator::server::app::App;
use camulator::server::authenticate::{authenticate, known};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;

const HOST: &str = "127.0.0.1:4580";
const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
const CAM: &str = "2019-01-16";

/// How many are made when nobody says.
const FEW: u64 = 20_000;

/// How an element is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    /// It is part of what was signed.
    Signed,
    /// It must match something else that is signed or known: key and token, date and time.
    Bound,
    /// Anybody on the way may change it.
    Free,
}
use Class::{Bound, Free, Signed};

/// Decoded names and values, in the order in which they are sent.
type Fields = Vec<(String, String)>;

/// A signed request.
#[derive(Clone)]
struct Base {
    wire: &'static str,
    head: Head,
    body: Vec<u8>,
    /// The fields of the older signature, decoded, with the signature.
    fields: Fields,
    /// Whether the action, version and region are signed too.
    covers: bool,
    unsigned: bool,
    token: Option<String>,
}

/// What a change is, and what the server must act on if it is accepted.
struct Change {
    element: &'static str,
    class: Class,
    request: RawRequest,
    acts: Acts,
}

enum Acts {
    AsBefore,
    On { action: String },
    OnRole(String),
    Refuses,
}

/// SplitMix64: fast, and the same in every run.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// A text that differs in one place, not only in the case of a letter, and not at its ends, where white space is
    /// not counted.
    fn changed(&mut self, text: &str) -> String {
        const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789-_./:";
        let mut bytes = text.as_bytes().to_vec();
        if bytes.is_empty() {
            return "x".to_owned();
        }
        let (place, letter) = (self.below(bytes.len()), *self.pick(LETTERS));
        match self.below(3) {
            0 if !bytes[place].eq_ignore_ascii_case(&letter) => bytes[place] = letter,
            1 if bytes.len() > 1 => {
                bytes.remove(place);
            }
            _ => bytes.insert(place, letter),
        }
        String::from_utf8(bytes).unwrap()
    }

    /// The same for bytes, of which each counts.
    fn altered(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        if bytes.is_empty() {
            return vec![b'x'];
        }
        let place = self.below(bytes.len());
        match self.below(3) {
            0 => bytes[place] ^= 1 << self.below(8),
            1 => {
                bytes.remove(place);
            }
            _ => bytes.push(self.next() as u8),
        }
        bytes
    }
}

fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap());
    }
    headers
}

fn head(method: Method, path: &str, query: &str, headers: HeaderMap) -> Head {
    Head { method, path: path.to_owned(), query: query.to_owned(), headers, peer: Ipv4Addr::LOCALHOST.into() }
}

/// A request with TC3.
fn newer(wire: &'static str, caller: &Caller, method: Method, covers: bool, unsigned: bool) -> Base {
    let is_get = method == Method::GET;
    let (query, body) = if is_get { ("RoleName=reader&Page=1", "") } else { ("", r#"{"RoleName":"reader"}"#) };
    let kind = if is_get { FORM } else { JSON };
    let stamp = START.to_string();
    let mut sent = vec![
        ("content-type", kind),
        ("host", HOST),
        ("x-tc-action", "GetRole"),
        ("x-tc-region", "ap-guangzhou"),
        ("x-tc-timestamp", &stamp),
        ("x-tc-version", CAM),
    ];
    if unsigned {
        sent.push(("x-tc-content-sha256", "UNSIGNED-PAYLOAD"));
    }
    if let Some(token) = &caller.token {
        sent.push(("x-tc-token", token));
    }
    let mut signed: Vec<(&str, &str)> = vec![("content-type", kind), ("host", HOST)];
    if covers {
        signed.extend([("x-tc-action", "getrole"), ("x-tc-region", "ap-guangzhou"), ("x-tc-version", CAM)]);
    }
    let payload = digest(if unsigned { b"UNSIGNED-PAYLOAD" } else { body.as_bytes() });
    let made = ToSign {
        secret_key: &caller.secret_key,
        method: method.as_str(),
        query,
        headers: &signed,
        payload: &payload,
        timestamp: START,
        date: &date(START),
        service: "cam",
    };
    let made = made.sign();
    let authorization = format!(
        "TC3-HMAC-SHA256 Credential={}/{}, SignedHeaders={}, Signature={}",
        caller.secret_id, made.scope, made.signed_headers, made.signature
    );
    sent.push(("authorization", &authorization));
    let head = head(method, "/", query, headers(&sent));
    Base { wire, head, body: body.into(), fields: Vec::new(), covers, unsigned, token: caller.token.clone() }
}

/// A request with the older signature.
fn older(wire: &'static str, caller: &Caller, method: &'static str, algorithm: Option<&str>, api2: bool) -> Base {
    let name = if api2 { "roleName" } else { "RoleName" };
    let mut made = caller.v1(method, "GetRole", CAM, &[(name, "reader")]).host(HOST, HOST);
    if api2 {
        made = made.without("Version");
        (made.path, made.signed_path) = ("/v2/index.php", "/v2/index.php");
    }
    if let Some(algorithm) = algorithm {
        made = made.with("SignatureMethod", algorithm);
    }
    let mut fields = made.fields.clone();
    fields.push(("Signature".to_owned(), made.signature()));
    let sent = if method == "POST" { vec![("content-type", FORM), ("host", HOST)] } else { vec![("host", HOST)] };
    let head = head(method.parse().unwrap(), made.path, "", headers(&sent));
    Base { wire, head, body: Vec::new(), fields, covers: false, unsigned: false, token: caller.token.clone() }
}

fn encoded(fields: &[(String, String)], all: bool) -> String {
    let write = |text: &str| {
        let every = || text.bytes().map(|byte| format!("%{byte:02x}")).collect::<String>();
        if all { every() } else { utf8_percent_encode(text, NON_ALPHANUMERIC).to_string() }
    };
    let pairs: Vec<String> = fields.iter().map(|(name, value)| format!("{}={}", write(name), write(value))).collect();
    pairs.join("&")
}

impl Base {
    /// The request with these fields, if it has any.
    fn request(&self, head: Head, fields: &[(String, String)], every_letter: bool) -> RawRequest {
        let (mut head, mut body) = (head, self.body.clone());
        if !fields.is_empty() {
            let text = encoded(fields, every_letter);
            if self.head.method == Method::GET { head.query = text } else { body = text.into_bytes() }
        }
        RawRequest { head: Arc::new(head), body }
    }

    fn with_header(&self, name: &'static str, value: Option<&str>) -> RawRequest {
        let mut head = self.head.clone();
        match value {
            Some(value) => drop(head.headers.insert(name, HeaderValue::from_bytes(value.as_bytes()).unwrap())),
            None => drop(head.headers.remove(name)),
        }
        self.request(head, &self.fields, false)
    }

    fn header(&self, name: &str) -> &str {
        self.head.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Changes the request in one place. `others` are key ids and tokens that exist, and are not this request's.
    fn change(&self, dice: &mut Dice, others: &[(String, Option<String>)]) -> Change {
        let of = |element, class, request| Change { element, class, request, acts: Acts::AsBefore };
        match dice.below(16) {
            0 => {
                let mut head = self.head.clone();
                head.method = if head.method == Method::GET { Method::POST } else { Method::GET };
                let mut request = self.request(self.head.clone(), &self.fields, false);
                head.query = request.head.query.clone();
                request.head = Arc::new(head);
                of("method", Signed, request)
            }
            1 => of("host", Signed, self.with_header("host", Some(&dice.changed(HOST)))),
            2 => {
                let name = dice.pick(&["x-more", "x-tc-traceid", "x-tc-requestclient", "accept", "x-forwarded-host"]);
                let value = dice.changed("something");
                of("other header", Free, self.with_header(name, Some(&value)))
            }
            3 => {
                let mut request = self.request(self.head.clone(), &self.fields, false);
                let mut head = (*request.head).clone();
                let names = ["host", "authorization", "content-type", "x-tc-action", "x-tc-token", "x-tc-timestamp"];
                let name = *dice.pick(&names);
                head.headers.append(name, HeaderValue::from_static("again"));
                head.headers.append(name, HeaderValue::from_static("again"));
                request.head = Arc::new(head);
                of("repeated header", Signed, request)
            }
            _ if self.fields.is_empty() => self.change_newer(dice, others),
            _ => self.change_older(dice, others),
        }
    }

    fn change_newer(&self, dice: &mut Dice, others: &[(String, Option<String>)]) -> Change {
        let of = |element, class, request| Change { element, class, request, acts: Acts::AsBefore };
        let is_get = self.head.method == Method::GET;
        let authorization = self.header("authorization");
        let replaced = |old: &str, new: &str| {
            assert!(authorization.contains(old), "{authorization} has no {old}");
            self.with_header("authorization", Some(&authorization.replacen(old, new, 1)))
        };
        let key_id = || authorization["TC3-HMAC-SHA256 Credential=".len()..].split('/').next().unwrap();
        match dice.below(13) {
            0 => {
                let request = self.with_header("content-type", Some(&dice.changed(self.header("content-type"))));
                of("content type", Signed, request)
            }
            1 => {
                let mut request = self.request(self.head.clone(), &[], false);
                request.body = dice.altered(&self.body);
                if self.unsigned && !is_get {
                    let role = format!("r{}", dice.next());
                    request.body = format!(r#"{{"RoleName":"{role}"}}"#).into();
                    return Change { acts: Acts::OnRole(role), ..of("body", Free, request) };
                }
                of("body", if is_get { Free } else { Signed }, request)
            }
            2 => {
                let mut head = self.head.clone();
                head.query = dice.changed(&head.query);
                of("query", if is_get { Signed } else { Free }, self.request(head, &[], false))
            }
            3 => {
                let later = START + 1 + dice.below(290) as i64;
                of("timestamp", Signed, self.with_header("x-tc-timestamp", Some(&later.to_string())))
            }
            4 => {
                let earlier = START - 1 - dice.below(290) as i64;
                of("timestamp", Bound, self.with_header("x-tc-timestamp", Some(&earlier.to_string())))
            }
            5 => {
                let other = date(START + 86_400 * (1 + dice.below(1000) as i64));
                of("scope's date", Bound, replaced(&date(START), &other))
            }
            6 => of("scope's service", Signed, replaced("/cam/", &format!("/{}/", dice.changed("cam")))),
            7 => {
                let changed = dice.changed(key_id());
                let other = if dice.below(2) == 0 { &dice.pick(others).0 } else { &changed };
                of("key id", Bound, replaced(key_id(), other))
            }
            8 => {
                let signature = &authorization[authorization.len() - 64..];
                let mut digits = signature.as_bytes().to_vec();
                let place = dice.below(64);
                let digit = *dice.pick(b"0123456789abcdef");
                digits[place] = match digits[place] == digit {
                    false => digit,
                    true if digit == b'0' => b'1',
                    true => b'0',
                };
                of("signature", Signed, replaced(signature, std::str::from_utf8(&digits).unwrap()))
            }
            9 => {
                let names = authorization.split("SignedHeaders=").nth(1).unwrap().split(',').next().unwrap();
                let more = format!("{names};x-tc-timestamp");
                let changed = dice.changed(names);
                let new = *dice.pick(&["host;content-type", "content-type", "host", &more, &changed]);
                of("names of signed headers", Signed, replaced(names, new))
            }
            10 => self.change_token(dice, others, |token| self.with_header("x-tc-token", token)),
            11 => {
                let value = if self.unsigned { None } else { Some("UNSIGNED-PAYLOAD") };
                of("digest's header", Signed, self.with_header("x-tc-content-sha256", value))
            }
            _ => self.change_target(dice),
        }
    }

    fn change_token(
        &self,
        dice: &mut Dice,
        others: &[(String, Option<String>)],
        with: impl Fn(Option<&str>) -> RawRequest,
    ) -> Change {
        let others: Vec<&str> = others.iter().filter_map(|(_, token)| token.as_deref()).collect();
        let changed = dice.changed(self.token.as_deref().unwrap_or("x"));
        let new = match dice.below(3) {
            0 if self.token.is_some() => None,
            1 => Some(*dice.pick(&others)),
            _ => Some(changed.as_str()),
        };
        Change { element: "token", class: Bound, request: with(new), acts: Acts::AsBefore }
    }

    /// Changes what the request asks for.
    fn change_target(&self, dice: &mut Dice) -> Change {
        let of = |element, class, request, acts| Change { element, class, request, acts };
        let class = if self.covers { Signed } else { Free };
        match dice.below(5) {
            0 => {
                let action = *dice.pick(&["ListUsers", "DeleteRole", "AssumeRole", "Nothing"]);
                let acts = Acts::On { action: action.to_owned() };
                of("action", class, self.with_header("x-tc-action", Some(action)), acts)
            }
            1 => {
                let version = dice.changed(CAM);
                of("version", class, self.with_header("x-tc-version", Some(&version)), Acts::Refuses)
            }
            2 => of("region", class, self.with_header("x-tc-region", Some("ap-shanghai")), Acts::AsBefore),
            3 => of("region", class, self.with_header("x-tc-region", Some("AP SHANGHAI")), Acts::Refuses),
            _ => of("language", Free, self.with_header("x-tc-language", Some("zh-CN")), Acts::AsBefore),
        }
    }

    fn change_older(&self, dice: &mut Dice, others: &[(String, Option<String>)]) -> Change {
        let of = |element, class, request| Change { element, class, request, acts: Acts::AsBefore };
        let edited = |edit: &mut dyn FnMut(&mut Fields)| {
            let mut fields = self.fields.clone();
            edit(&mut fields);
            self.request(self.head.clone(), &fields, false)
        };
        let with = |name: &str, value: Option<&str>| {
            edited(&mut |fields| {
                let place = fields.iter().position(|(known, _)| known == name);
                match (place, value) {
                    (Some(place), Some(value)) => fields[place].1 = value.to_owned(),
                    (Some(place), None) => drop(fields.remove(place)),
                    (None, Some(value)) => fields.push((name.to_owned(), value.to_owned())),
                    (None, None) => {}
                }
            })
        };
        let place = dice.below(self.fields.len());
        let (name, value) = &self.fields[place];
        match dice.below(8) {
            0 | 1 => {
                let (bound, changed) = (matches!(&**name, "SecretId" | "Token"), dice.changed(value));
                of("value of a field", if bound { Bound } else { Signed }, with(name, Some(&changed)))
            }
            2 => of("removed field", if name == "Token" { Bound } else { Signed }, with(name, None)),
            3 => {
                let changed = loop {
                    let changed = dice.changed(name);
                    if self.fields.iter().all(|(known, _)| *known != changed) {
                        break changed;
                    }
                };
                of("name of a field", Signed, edited(&mut |fields| fields[place].0.clone_from(&changed)))
            }
            4 => of("further field", Signed, with(&format!("New{}", dice.next()), Some("1"))),
            5 => match dice.below(2) {
                0 => of("key id", Bound, with("SecretId", Some(&dice.pick(others).0))),
                _ => self.change_token(dice, others, |token| with("Token", token)),
            },
            6 => {
                let mut fields = self.fields.clone();
                let (one, other) = (dice.below(fields.len()), dice.below(fields.len()));
                fields.swap(one, other);
                of("order of fields", Free, self.request(self.head.clone(), &fields, false))
            }
            _ => of("encoding of fields", Free, self.request(self.head.clone(), &self.fields, true)),
        }
    }
}

/// Judges a request as the server does, up to the authenticated caller.
async fn judge(app: &App, request: &RawRequest) -> Result<(), Fault> {
    let nobody = || Fault::Unauthenticated(camulator::engine::fault::Unauthenticated::Unsigned);
    // A path that no dialect knows opens nothing.
    let dialect = app.dialects.detect(&request.head).ok_or_else(nobody)?;
    let now = Time::from_seconds(START);
    let claim = match (dialect.claim)(&request.head, now)? {
        Claimed::By(claim) => Some(claim),
        Claimed::Nobody => None,
        Claimed::InBody { .. } => (dialect.claim_in_body)(request, now)?,
    };
    let claim = known(app, Ok(claim)).await?.ok_or_else(nobody)?;
    authenticate(app, dialect, request, &claim).await.map(drop)
}

/// Checks what the server would do for a request that it accepted.
fn acts(app: &App, change: &Change) -> bool {
    let dialect = app.dialects.detect(&change.request.head).unwrap();
    let role = |expected: &str| match app.route(dialect, &change.request).map(|route| (route.op.action, route.input)) {
        Ok(("GetRole", Input::Untyped(json))) => json.get("RoleName") == Some(&Json::Text(expected.to_owned())),
        _ => false,
    };
    match &change.acts {
        Acts::AsBefore => role("reader"),
        Acts::OnRole(name) => role(name),
        Acts::On { action } => (dialect.named)(&change.request).action == *action,
        Acts::Refuses => app.route(dialect, &change.request).is_err(),
    }
}

type Counts = BTreeMap<(Class, &'static str, &'static str), (u64, u64)>;

async fn run(
    app: Arc<App>,
    bases: Arc<Vec<Base>>,
    keys: Arc<Vec<(String, Option<String>)>>,
    seed: u64,
    count: u64,
) -> Counts {
    let (mut dice, mut counts) = (Dice(seed), Counts::new());
    for _ in 0..count {
        let base = dice.pick(&bases);
        let own = |id: &str| {
            base.header("authorization").contains(&format!("={id}/"))
                || base.fields.iter().any(|(_, value)| value == id)
        };
        let others: Vec<(String, Option<String>)> = keys.iter().filter(|(id, _)| !own(id)).cloned().collect();
        let change = base.change(&mut dice, &others);
        let verdict = judge(&app, &change.request).await;
        let shown = || format!("{}: {} of {:?}: {:?}", base.wire, change.element, change.request, verdict);
        assert!(!matches!(verdict, Err(Fault::Internal(_))), "{}", shown());
        match change.class {
            Signed | Bound => assert!(verdict.is_err(), "accepted: {}", shown()),
            Free => assert!(verdict.is_ok() && acts(&app, &change), "not acted upon as sent: {}", shown()),
        }
        let counted = counts.entry((change.class, change.element, base.wire)).or_default();
        counted.0 += 1;
        counted.1 += u64::from(verdict.is_ok());
    }
    counts
}

async fn bases(t: &Test) -> (Vec<Base>, Vec<(String, Option<String>)>) {
    let root = t.root();
    let user = root.user("anna").await;
    root.grant(&user, "all", &allow("*", "*")).await;
    root.role("reader", &[root_of(&root.uin)]).await;
    let (session, other) = (root.assume(&root.uin, "reader").await, root.assume(&root.uin, "reader").await);
    let mut bases = Vec::new();
    for caller in [&root, &user, &session] {
        for (method, covers) in [(Method::POST, false), (Method::POST, true), (Method::GET, false), (Method::GET, true)]
        {
            let wire = if method == Method::GET { "TC3, query" } else { "TC3, body" };
            bases.push(newer(wire, caller, method, covers, false));
        }
        bases.push(newer("TC3, body not signed", caller, Method::POST, false, true));
        for method in ["GET", "POST"] {
            let wire = if method == "GET" { "version 1, query" } else { "version 1, form" };
            for algorithm in [None, Some("HmacSHA1"), Some("HmacSHA256")] {
                bases.push(older(wire, caller, method, algorithm, false));
            }
            bases.push(older("API 2.0", caller, method, Some("HmacSHA256"), true));
        }
    }
    let keys = [root, user, session, other].into_iter().map(|caller| (caller.secret_id, caller.token)).collect();
    (bases, keys)
}

#[test]
fn no_forgery_is_accepted() {
    let count = std::env::var("CAMULATOR_FORGERIES").map_or(FEW, |count| count.parse().unwrap());
    in_memory(async |t| {
        let (bases, keys) = bases(&t).await;
        for base in &bases {
            let request = base.request(base.head.clone(), &base.fields, false);
            judge(&t.app, &request).await.unwrap_or_else(|fault| panic!("{}: {fault:?}", base.wire));
        }
        let (bases, keys, workers) = (Arc::new(bases), Arc::new(keys), 2);
        let running: Vec<_> = (0..workers)
            .map(|seed| tokio::spawn(run(t.app.clone(), bases.clone(), keys.clone(), seed, count.div_ceil(workers))))
            .collect();
        let mut counts = Counts::new();
        for worker in running {
            for (what, (made, accepted)) in worker.await.unwrap() {
                let total = counts.entry(what).or_default();
                *total = (total.0 + made, total.1 + accepted);
            }
        }
        for class in [Signed, Bound, Free] {
            let mut elements: BTreeMap<&str, u64> = BTreeMap::new();
            let (mut made, mut accepted) = (0, 0);
            for ((_, element, _), (some, ok)) in counts.iter().filter(|((of, ..), _)| *of == class) {
                *elements.entry(element).or_default() += some;
                (made, accepted) = (made + some, accepted + ok);
            }
            let elements: Vec<String> = elements.iter().map(|(element, some)| format!("{element} {some}")).collect();
            println!("{class:?}: {made} changes, {accepted} accepted ({})", elements.join(", "));
        }
    });
}
