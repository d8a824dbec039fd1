//! The whole HTTP surface: the emulator's own paths, and everything else as a request to a cloud.

use crate::admin;
use crate::server::app::App;
use crate::server::failure::nothing_here;
use crate::server::receive;
use axum::Router;
use axum::routing::any;
use std::sync::Arc;

/// The routes of a server.
pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .nest("/_camulator", admin::router(app.clone()))
        .route("/_camulator/", any(nothing_here))
        .fallback(receive)
        .with_state(app)
}
