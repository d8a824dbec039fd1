//! The limit programs, which camulator is compared with. They do the least work that can answer such a request.
//!
//! `bare` is axum with a constant reply. `verify` adds what every such server must do: it verifies the signature, parses
//! the body as JSON and writes the reply as JSON. `sqlite` and `postgres` also insert one row per request before they
//! answer ([`rows`]).

mod rows;

use crate::Outcome;
use crate::common::sign::{derive, hmac, seconds};
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::serve::ListenerExt;
use camulator::secret::same;
use http::HeaderMap;
use http::header::{CONTENT_TYPE, HeaderValue};
use rows::Rows;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Id of the key that the limit programs accept.
pub const KEY_ID: &str = "AKIDlimitlimitlimitlimitlimitlimitli";
/// Secret of that key.
pub const SECRET: &str = "limitlimitlimitlimitlimitlimitli";

const REPLY: &str = r#"{"Response":{"Arn":"qcs::cam::uin/100000000001:uin/100000000001","AccountId":"100000000001","UserId":"100000000001","PrincipalId":"100000000001","Type":"CAMUser","RequestId":"6ba7b810-9dad-41d1-80b4-00c04fd430c8"}}"#;

struct Limit {
    derived: Mutex<Option<(String, [u8; 32])>>,
    rows: Option<Rows>,
    requests: AtomicU64,
}

/// Runs a limit program: `bare`, `verify`, or `sqlite` or `postgres` with a database. Prints its address once it listens.
pub async fn serve(kind: &str, database: Option<&str>) -> Outcome<()> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    let listener = listener.tap_io(|stream| {
        // Fails only for a connection that is already closed.
        let _ = stream.set_nodelay(true);
    });
    let router = if kind == "bare" {
        Router::new().fallback(|| async { json(REPLY) })
    } else {
        let rows = match (kind, database) {
            ("sqlite", Some(path)) => Some(Rows::in_sqlite(path).await?),
            ("postgres", Some(address)) => Some(Rows::in_postgres(address).await?),
            _ => None,
        };
        let limit = Limit { derived: Mutex::default(), rows, requests: AtomicU64::new(0) };
        Router::new().fallback(receive).with_state(Arc::new(limit))
    };
    Ok(axum::serve(listener, router).await?)
}

fn json(body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Asked {
    role_name: Option<String>,
    policy_document: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Answer<'a> {
    response: Identity<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Identity<'a> {
    arn: String,
    account_id: &'a str,
    user_id: &'a str,
    principal_id: &'a str,
    r#type: &'a str,
    request_id: String,
}

async fn receive(State(limit): State<Arc<Limit>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, 10 << 20).await else { return json(r#"{"Error":"body"}"#) };
    if !verified(&limit, &parts.headers, &body) {
        return json(r#"{"Error":"signature"}"#);
    }
    let Ok(asked) = serde_json::from_slice::<Asked>(&body) else { return json(r#"{"Error":"json"}"#) };
    let number = limit.requests.fetch_add(1, Ordering::Relaxed);
    if let Some(rows) = &limit.rows
        && rows.insert(number, asked.policy_document.unwrap_or_default()).await.is_err()
    {
        return json(r#"{"Error":"database"}"#);
    }
    let user = asked.role_name.as_deref().unwrap_or("100000000001");
    let response = Identity {
        arn: format!("qcs::cam::uin/100000000001:uin/{user}"),
        account_id: "100000000001",
        user_id: user,
        principal_id: user,
        r#type: "CAMUser",
        request_id: format!("6ba7b810-9dad-41d1-80b4-{number:012x}"),
    };
    json(serde_json::to_vec(&Answer { response }).unwrap_or_default())
}

fn verified(limit: &Limit, headers: &HeaderMap, body: &[u8]) -> bool {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let timestamp = header("x-tc-timestamp");
    let fresh = timestamp.parse::<u64>().is_ok_and(|at| at.abs_diff(seconds()) <= 300);
    let authorization = header("authorization").strip_prefix("TC3-HMAC-SHA256 Credential=");
    let parts = authorization.and_then(|rest| {
        let (credential, rest) = rest.split_once(", SignedHeaders=")?;
        let (signed, signature) = rest.split_once(", Signature=")?;
        let (id, scope) = credential.split_once('/')?;
        Some((id, scope, signed, signature))
    });
    let Some((KEY_ID, scope, "content-type;host", signature)) = parts else { return false };
    let mut canonical = String::with_capacity(256);
    for part in [
        "POST\n/\n\ncontent-type:",
        header("content-type"),
        "\nhost:",
        header("host"),
        "\n\ncontent-type;host\n",
        &hex::encode(Sha256::digest(body)),
    ] {
        canonical.push_str(part);
    }
    let text = format!("TC3-HMAC-SHA256\n{timestamp}\n{scope}\n{}", hex::encode(Sha256::digest(&canonical)));
    let expected = hex::encode(hmac(&signing_key(limit, scope), text.as_bytes()));
    fresh && same(expected.as_bytes(), signature.as_bytes())
}

fn signing_key(limit: &Limit, scope: &str) -> [u8; 32] {
    let mut derived = limit.derived.lock().unwrap_or_else(PoisonError::into_inner);
    match derived.as_ref() {
        Some((known, key)) if known == scope => *key,
        _ => {
            let key = derive(SECRET, scope);
            *derived = Some((scope.to_owned(), key));
            key
        }
    }
}
