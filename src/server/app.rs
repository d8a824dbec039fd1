//! The state shared by all requests.

use super::bounds::Bounds;
use crate::dialect::Dialects;
use crate::dialect::stubs::Stubs;
use crate::engine::Engine;
use crate::journal::Journal;
use crate::limit::Limiter;
use crate::secret::Secret;
use std::sync::Arc;

/// Holds the state shared by all requests.
pub struct App {
    /// The clouds that are served.
    pub dialects: Dialects,
    /// Identities, policies, sessions.
    pub engine: Arc<Engine>,
    /// Answers for other services' actions.
    pub stubs: Stubs,
    /// Requests per second.
    pub limiter: Limiter,
    /// The record of requests and the reasons for their answers.
    pub journal: Journal,
    /// Opens the admin API.
    pub admin_token: Secret,
    /// What is granted to those whom nobody knows yet.
    pub bounds: Bounds,
    /// Whether other machines can reach this server: keys that the clouds' documents print then open nothing.
    pub exposed: bool,
}

impl App {
    /// Loads the stubs that this server or another one has set since the last call.
    pub fn refresh_stubs(&self) {
        if self.stubs.generation() != self.engine.globals_generation() && self.stubs.reach(&self.engine.globals()) {
            self.engine.know_services(self.stubs.services());
        }
    }

    /// Whether the store can be read and written. A client that hangs up does not end the write.
    pub async fn is_ready(&self) -> bool {
        let engine = self.engine.clone();
        tokio::spawn(async move { engine.is_ready().await }).await.unwrap_or(false)
    }
}
