//! The state shared by all requests.

use super::bounds::Bounds;
use crate::dialect::Dialects;
use crate::dialect::contract::{Dialect, RawRequest, Route, Stubs};
use crate::engine::Engine;
use crate::engine::fault::Fault;
use crate::journal::Journal;
use crate::limit::Limiter;
use crate::secret::Secret;
use std::sync::Arc;
use tokio::sync::Notify;

/// Holds the state shared by all requests.
pub struct App {
    /// The clouds that are served.
    pub dialects: Dialects,
    /// Identities, policies, sessions.
    pub engine: Arc<Engine>,
    /// The stubs, and the dialect that they are in; `None` when no dialect has any.
    pub stubs: Option<(&'static Dialect, Box<dyn Stubs>)>,
    /// Requests per second.
    pub limiter: Limiter,
    /// The record of requests and the reasons for their answers.
    pub journal: Journal,
    /// Opens the admin API.
    pub admin_token: Secret,
    /// The certificate of the local authority in PEM form, if there is one.
    pub authority: Option<String>,
    /// What is granted to those whom nobody knows yet.
    pub bounds: Bounds,
    /// Tells [`housekeeping`](super::housekeeping) that a clock was set.
    pub clock_was_set: Notify,
    /// Whether other machines can reach this server: keys that the clouds' documents print then open nothing.
    pub exposed: bool,
    /// Whether a signature must cover everything that affects the result.
    pub strict: bool,
}

impl App {
    /// Loads the stubs that this server or another one has set since the last call.
    pub fn refresh_stubs(&self) {
        let Some((_, stubs)) = &self.stubs else { return };
        if stubs.generation() != self.engine.globals_generation() && stubs.load(&self.engine.globals()) {
            self.engine.know_services(stubs.services());
        }
    }

    /// Finds the operation of a request. What is for none of the dialect's operations may be for one of its stubs.
    pub fn route(&self, dialect: &'static Dialect, raw: &RawRequest) -> Result<Route, Fault> {
        // Policies may name the services of stubs, so that every request needs the newest.
        self.refresh_stubs();
        let routed = (dialect.route)(raw);
        match &self.stubs {
            Some((of, stubs)) if matches!(routed, Err(Fault::Unrouted(_))) && std::ptr::eq(*of, dialect) => {
                stubs.route(raw).unwrap_or(routed)
            }
            _ => routed,
        }
    }

    /// Whether the store can be read and written. A client that hangs up does not end the write.
    pub async fn is_ready(&self) -> bool {
        let engine = self.engine.clone();
        tokio::spawn(async move { engine.is_ready().await }).await.unwrap_or(false)
    }
}
