//! Judges signed requests by the dialects' own functions, in the order in which the server calls them, without a server:
//! the claim, the key, its token, the signature.
//!
//! What the server asks its database is asked here of the given keys, so that a temporary key may have any token.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;

use camulator::dialect::Dialects;
use camulator::dialect::contract::{Claim, Claimed, Head, RawRequest};
use camulator::dialect::tencent::codes;
use camulator::engine::Engine;
use camulator::engine::admission::{self, NewAccount};
use camulator::engine::fault::{Fault, Malformed, TokenFailure, Unauthenticated};
use camulator::engine::model::Key;
use camulator::env::{Env, Time};
use camulator::secret::{Sealer, Secret, same};
use camulator::store::{Durability, Location, Store};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::Deserialize;

/// A key as a caller has it.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    pub secret_key: String,
    pub token: Option<String>,
}

/// A request as it is sent.
pub struct Sent<'a> {
    pub method: &'a str,
    pub target: &'a str,
    pub headers: &'a [(String, Vec<u8>)],
    pub body: Vec<u8>,
}

/// The keys that it knows, each the root key of an account of its own.
pub struct Judge(BTreeMap<String, (Arc<Key>, Option<String>)>);

impl Judge {
    pub async fn new(given: &BTreeMap<String, Given>) -> Result<Judge, String> {
        let shown = |fault: Fault| format!("{fault:?}");
        let store = Store::open(&Location::Memory, Durability::Fast).await.map_err(|error| error.to_string())?;
        let clouds = Dialects::BUILT_IN.clouds();
        let engine = Engine::open(store, Env::system(), Sealer::new(&[7; 32]), clouds).await;
        let engine = Arc::new(engine.map_err(|error| format!("{error:?}"))?);
        let mut keys = BTreeMap::new();
        for (place, (id, key)) in (100_000_000_001_i64..).zip(given) {
            let new = NewAccount {
                id: place.to_string().into(),
                cloud: Dialects::DEFAULT.cloud,
                name: place.to_string(),
                application: place,
                secret_id: id.as_str().into(),
                secret: Secret::new(key.secret_key.clone()),
            };
            admission::create(&engine, new).await.map_err(shown)?;
            let (_, loaded) = engine.key(&id.as_str().into()).await.map_err(shown)?.ok_or("a key is missing")?;
            keys.insert(id.clone(), (loaded, key.token.clone()));
        }
        Ok(Judge(keys))
    }

    /// Returns `ok`, or the code of the refusal.
    pub fn verdict(&self, sent: &Sent<'_>, now: i64) -> &'static str {
        match self.judge(sent, now) {
            Ok(()) => "ok",
            Err(Some(fault)) => codes::code(&fault, None),
            Err(None) => "NotFound",
        }
    }

    /// Returns the fault; `None` in its place when no dialect knows the path.
    pub fn judge(&self, sent: &Sent<'_>, now: i64) -> Result<(), Option<Fault>> {
        let mut raw = RawRequest { head: Arc::new(head(sent)), body: Vec::new() };
        let dialect = Dialects::BUILT_IN.detect(&raw.head).ok_or(None)?;
        let now = Time::from_seconds(now);
        let claim = match (dialect.claim)(&raw.head, now)? {
            Claimed::By(claim) => {
                raw.body = sent.body.clone();
                claim
            }
            Claimed::InBody { most } => {
                if sent.body.len() > most {
                    return Err(Some(Fault::Malformed(Malformed::TooLarge { limit: most })));
                }
                raw.body = sent.body.clone();
                (dialect.claim_in_body)(&raw, now)?.ok_or_else(unsigned)?
            }
            Claimed::Nobody => return Err(Some(unsigned())),
        };
        let key = self.key(&claim)?;
        Ok((dialect.verify)(&raw, &claim, key)?)
    }

    fn key(&self, claim: &Claim) -> Result<&Key, Fault> {
        let (token, wrong) =
            (claim.token.as_ref(), || Fault::Unauthenticated(Unauthenticated::Token(TokenFailure::Foreign)));
        match self.0.get(claim.secret_id.as_str()) {
            None if token.is_some() => Err(wrong()),
            None => Err(Fault::Unauthenticated(Unauthenticated::UnknownKey)),
            Some((key, expected)) => {
                let is_same = match (token, expected) {
                    (Some(token), Some(expected)) => same(token.expose().as_bytes(), expected.as_bytes()),
                    (token, expected) => token.is_none() && expected.is_none(),
                };
                if is_same { Ok(key) } else { Err(wrong()) }
            }
        }
    }
}

fn unsigned() -> Fault {
    Fault::Unauthenticated(Unauthenticated::Unsigned)
}

/// Builds the head as the server reads it from a socket. What no socket would let through is left out.
pub fn head(sent: &Sent<'_>) -> Head {
    let mut headers = HeaderMap::new();
    for (name, value) in sent.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_bytes(value)) {
            headers.append(name, value);
        }
    }
    let (path, query) = sent.target.split_once('?').unwrap_or((sent.target, ""));
    Head {
        method: Method::from_bytes(sent.method.as_bytes()).unwrap_or_default(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers,
        peer: Ipv4Addr::LOCALHOST.into(),
    }
}
