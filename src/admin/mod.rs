//! The emulator's own API, under `/_camulator`: health for everyone, the rest for the bearer of the admin token.
//!
//! JSON in and out; errors are `{"error":{"code","message"}}` with a fitting status. No cookies; a request with an
//! `Origin` is a browser's and is refused, so no page elsewhere can reach it. Times are RFC 3339 in UTC.

mod accounts;
mod authorize;
mod clock;
mod observe;

use crate::dialect::decode::Json;
use crate::engine::accounts::Admission;
use crate::engine::cx::Cx;
use crate::engine::fault::{Fault, Malformed};
use crate::engine::ids::{AccountId, SecretId};
use crate::secret;
use crate::server::admit::Unread;
use crate::server::app::App;
use crate::server::connection::Connection;
use crate::server::failure::{Answer, Failure, nothing_here};
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, FromRequestParts, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Extension, Router};
use http::StatusCode;
use http::header::{AUTHORIZATION, ORIGIN};
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// The routes below `/_camulator`.
pub fn router(app: Arc<App>) -> Router<Arc<App>> {
    let guarded = Router::new()
        .route("/accounts", post(accounts::create).get(accounts::list))
        .route("/accounts/{id}", get(accounts::show).delete(accounts::delete))
        .route("/clock", get(clock::show).put(clock::set))
        .route("/clock/advance", post(clock::advance))
        .route("/credentials/{secret_id}/expire", post(accounts::end_credential))
        .route("/credentials/{secret_id}/revoke", post(accounts::end_credential))
        .route("/requests", get(observe::requests))
        .route("/requests/{id}", get(observe::request))
        .route("/authorize", post(authorize::decide))
        .route("/stubs", get(observe::list_stubs))
        .route("/stubs/{service}/{action}", put(observe::put_stub).delete(observe::delete_stub))
        // The guard reads the body, within bounds of its own.
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(app, guard));
    Router::new()
        .route("/livez", get(|| async { Answer(StatusCode::OK, serde_json::json!({"status": "ok"})) }))
        .route("/readyz", get(ready))
        .nest("/v1", guarded)
        .fallback(nothing_here)
        .method_not_allowed_fallback(|| async {
            Failure::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "this path has other methods")
        })
}

/// The parameters after the question mark; a wrong one gets the same kind of answer as everything else.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut http::request::Parts, state: &S) -> Result<Query<T>, Failure> {
        match axum::extract::Query::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(value)) => Ok(Query(value)),
            Err(rejection) => Err(Failure::invalid(format!("the query is not as expected: {}", rejection.body_text()))),
        }
    }
}

/// Lets the bearer of the token pass, reads its body, and goes on in a task of its own so that a client that hangs up stops
/// nothing half-way.
async fn guard(
    State(app): State<Arc<App>>,
    Extension(connection): Extension<Arc<Connection>>,
    request: Request,
    next: Next,
) -> Response {
    if request.headers().contains_key(ORIGIN) {
        let message = "requests from web pages are refused";
        return Failure::new(StatusCode::FORBIDDEN, "foreign_origin", message).into_response();
    }
    let sent = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let token = sent.strip_prefix("Bearer ").unwrap_or_default();
    if !secret::same(token.as_bytes(), app.admin_token.expose().as_bytes()) {
        let message = "send the admin token as `Authorization: Bearer …`; it stands in the file admin-token of the data \
                       directory, or in CAMULATOR_ADMIN_TOKEN";
        return Failure::new(StatusCode::UNAUTHORIZED, "unauthorized", message).into_response();
    }
    if request.uri().to_string().contains("%00") {
        return Failure::invalid("the character U+0000 is not allowed in an address").into_response();
    }
    let (parts, body) = request.into_parts();
    let (body, held) = match Unread::new(body, connection).read(&app.bounds).await {
        Ok(read) => read,
        Err(fault) => return Failure::from(fault).into_response(),
    };
    let work = async move {
        let answer = next.run(Request::from_parts(parts, Body::from(body))).await;
        drop(held);
        answer
    };
    tokio::spawn(work).await.unwrap_or_else(|error| {
        tracing::error!(%error, "an admin request ended in a panic");
        Failure::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "an internal error occurred").into_response()
    })
}

async fn ready(State(app): State<Arc<App>>) -> Response {
    if app.is_ready().await {
        Answer(StatusCode::OK, serde_json::json!({"status": "ok", "store": app.engine.store.description()}))
            .into_response()
    } else {
        Failure::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "not_ready",
            "the store cannot be read and written; the log says why",
        )
        .into_response()
    }
}

/// Reads a body; the error names line and column.
fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, Failure> {
    // Strict first: no key twice, no character that a database cannot keep.
    if let Err(Fault::Malformed(Malformed::Json(why))) = Json::read(body) {
        return Err(Failure::invalid(format!("the body is not as expected: {why}")));
    }
    serde_json::from_slice(body).map_err(|error| Failure::invalid(format!("the body is not as expected: {error}")))
}

/// A context that acts as an account's root, for changes from outside.
async fn as_root(app: &App, account: &str) -> Result<Cx, Failure> {
    let cx = Cx::of_root(&app.engine, &AccountId::from(account)).await?;
    cx.ok_or_else(|| Failure::not_found("account", account))
}

/// Makes the account that a new server starts with; none when another server has made it in the meantime.
pub async fn make_account(
    engine: &crate::engine::Engine,
    id: Option<String>,
    key: Option<(String, secret::Secret)>,
) -> Result<Option<(crate::engine::model::Account, SecretId, secret::Secret)>, String> {
    let admission = if id.is_none() && key.is_none() { Admission::InTurnAsFirst } else { Admission::InTurn };
    let (secret_id, secret_key) = key.map(|(id, key)| (id, key.expose().to_owned())).unzip();
    let wanted = accounts::NewAccount { id, secret_id, secret_key, ..accounts::NewAccount::default() };
    match accounts::make(engine, wanted, admission).await {
        Ok(made) => Ok(made),
        Err(failure) if failure.status() == StatusCode::CONFLICT => Ok(None),
        Err(failure) => Err(format!("cannot make the first account: {}", failure.message())),
    }
}
