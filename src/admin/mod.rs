//! The admin API, under `/_camulator`: health checks and the certificate of the local authority for everyone,
//! everything else only with the admin token.
//!
//! Requests and answers are JSON. An error is `{"error":{"code","message"}}` with a fitting status. Times are RFC 3339
//! in UTC. There are no cookies, and a request with an `Origin` header is refused, so no web page can use the API.

mod accounts;
mod authorize;
mod clock;
mod failures;
mod input;
mod observe;
mod people;

pub use accounts::make_account;

use crate::secret;
use crate::server::admit::Unread;
use crate::server::app::App;
use crate::server::bounds::LARGEST_BODY;
use crate::server::connection::Connection;
use crate::server::failure::{Failure, JsonReply, nothing_here};
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post, put};
use axum::{Extension, Router};
use http::StatusCode;
use http::header::{AUTHORIZATION, CONTENT_TYPE, ORIGIN};
use std::sync::Arc;

/// Returns the routes below `/_camulator`.
pub fn router(app: Arc<App>) -> Router<Arc<App>> {
    let guarded = Router::new()
        .route("/accounts", post(accounts::create).get(accounts::list))
        .route("/accounts/{id}", get(accounts::show).delete(accounts::delete))
        .route("/accounts/{id}/state", get(people::state).put(people::set_state))
        .route("/accounts/{id}/members", post(people::add_member).get(people::list_members))
        .route("/accounts/{id}/members/{kind}/{name}", delete(people::remove_member))
        .route("/accounts/{id}/users/{user}/security", get(people::security).put(people::set_security))
        .route("/accounts/{id}/users/{user}/mfa-tokens", post(people::begin_sign_in))
        .route("/accounts/{id}/sign-in-policy", get(people::sign_in_policy))
        .route("/accounts/{id}/data-flows", put(people::set_data_flow))
        .route("/clock", get(clock::show).put(clock::set))
        .route("/clock/advance", post(clock::advance))
        .route("/credentials/{secret_id}/expire", post(accounts::end_credential))
        .route("/credentials/{secret_id}/revoke", post(accounts::end_credential))
        .route("/requests", get(observe::requests))
        .route("/requests/{id}", get(observe::request))
        .route("/authorize", post(authorize::decide))
        .route("/stubs", get(observe::list_stubs))
        .route("/stubs/{service}/{action}", put(observe::put_stub).delete(observe::delete_stub))
        // `guard` reads the body within the server's bounds.
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(app, guard));
    Router::new()
        .route("/livez", get(|| async { JsonReply(StatusCode::OK, serde_json::json!({"status": "ok"})) }))
        .route("/readyz", get(ready))
        .route("/tls-authority.pem", get(authority))
        .nest("/v1", guarded)
        .fallback(nothing_here)
        .method_not_allowed_fallback(|| async {
            Failure::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "this path does not have that method")
        })
}

/// Checks the admin token, reads the body, and runs the request in a task of its own, so that a client that hangs up
/// does not stop it half-way.
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
        let message = "send the admin token as `Authorization: Bearer …`; it is in the file admin-token of the data \
                       directory, or in CAMULATOR_ADMIN_TOKEN";
        return Failure::new(StatusCode::UNAUTHORIZED, "unauthorized", message).into_response();
    }
    if request.uri().to_string().contains("%00") {
        return Failure::invalid("the character U+0000 is not allowed in an address").into_response();
    }
    let (parts, body) = request.into_parts();
    let (body, held) = match Unread::new(body, connection).read(&app.bounds, LARGEST_BODY).await {
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

/// The certificate to trust. It is public, and a container that has no other way to it can fetch it here.
async fn authority(State(app): State<Arc<App>>) -> Response {
    match &app.authority {
        Some(pem) => ([(CONTENT_TYPE, "application/x-pem-file")], pem.clone()).into_response(),
        None => {
            let message = "there is no local authority; start the server with --tls-listen and --tls-local-ca";
            Failure::new(StatusCode::NOT_FOUND, "not_found", message).into_response()
        }
    }
}

async fn ready(State(app): State<Arc<App>>) -> Response {
    if app.is_ready().await {
        JsonReply(StatusCode::OK, serde_json::json!({"status": "ok", "store": app.engine.store.description()}))
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
