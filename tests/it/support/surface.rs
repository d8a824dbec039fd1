//! Sends requests to the router and returns the responses, for every cloud alike.

use super::{ADMIN_TOKEN, AdminReply, TestClock, Twin, twin};
use axum::Router;
use axum::body::Body;
use camulator::engine::ids::SecretId;
use camulator::env::{Time, TimeSource};
use camulator::server::app::App;
use camulator::server::connection::Connection;
use camulator::surface::router;
use http::{HeaderMap, Request};
use serde_json::Value;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// A key, with which a cloud's requests are signed, and the account it belongs to.
#[derive(Clone)]
pub struct Key {
    pub account: String,
    pub secret_id: String,
    pub secret_key: String,
}

/// A response, as it is on the wire.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// The router of a server, with what a test needs around it.
#[derive(Clone)]
pub struct Surface {
    pub(super) router: Router,
    pub(super) clock: Arc<TestClock>,
    pub(super) app: Arc<App>,
    pub(super) twin: Arc<Twin>,
}

/// The address that requests come from unless a test says otherwise.
pub fn peer() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 50_000))
}

impl Surface {
    pub(super) fn new(app: &Arc<App>, clock: Arc<TestClock>, twin: Arc<Twin>) -> Surface {
        Surface { router: router(app.clone()), clock, app: app.clone(), twin }
    }

    /// Returns the time of the wall clock.
    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// Returns the time of the server's own clock, which a test can set apart from the wall clock.
    pub fn server_time(&self) -> Time {
        self.app.engine.server_clock().at(self.clock.now())
    }

    /// Sends a request that comes from this address.
    pub async fn send_from(&self, peer: SocketAddr, request: Request<impl Into<Body>>) -> Answer {
        let _under_way = self.twin.quiet.read().await;
        let mut request = request.map(Into::into);
        request.extensions_mut().insert(Arc::new(Connection::new(peer)));
        let response = tower::ServiceExt::oneshot(self.router.clone(), request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        Answer { status: parts.status.as_u16(), headers: parts.headers, body: body.to_vec() }
    }

    /// Sends a request.
    pub async fn send(&self, request: Request<impl Into<Body>>) -> Answer {
        self.send_from(peer(), request).await
    }

    /// A call to the emulator's own API, `path` being what follows `/_camulator/v1`.
    pub async fn admin(&self, method: &str, path: &str, body: Value) -> AdminReply {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let request = Request::builder()
            .method(method)
            .uri(format!("/_camulator/v1{path}"))
            .header("authorization", format!("Bearer {ADMIN_TOKEN}"))
            .body(body)
            .unwrap();
        let Answer { status, body, .. } = self.send(request).await;
        if method != "GET" {
            self.assert_current(path).await;
        }
        AdminReply { status, body: serde_json::from_slice(&body).unwrap_or(Value::Null) }
    }

    /// Asserts that this server agrees with one opened cold on the accounts that changed last.
    pub async fn assert_current(&self, after: &str) {
        if !self.twin.disturbed.load(Ordering::SeqCst) {
            let accounts = twin::latest(&self.app.engine).await;
            self.twin.assert_same(&self.app.engine, accounts, after).await;
        }
    }

    /// The same for the account of a key.
    pub async fn assert_current_for(&self, secret_id: &str, after: &str) {
        if !self.twin.disturbed.load(Ordering::SeqCst)
            && let Some((tenant, _)) = self.app.engine.key(&SecretId::from(secret_id)).await.unwrap()
        {
            let account = tenant.account.to_string();
            self.twin.assert_same(&self.app.engine, vec![account], after).await;
        }
    }
}
