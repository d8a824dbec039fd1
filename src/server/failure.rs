//! The emulator's own answers: JSON, and for a failure `{"error":{"code","message"}}` with a fitting status.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde::Serialize;

/// Renders a result as JSON.
pub struct JsonReply<T>(pub StatusCode, pub T);

impl<T: Serialize> IntoResponse for JsonReply<T> {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self.1).unwrap_or_default();
        (self.0, [(CONTENT_TYPE, "application/json")], body).into_response()
    }
}

/// The reason why a request to the admin API failed.
#[derive(Debug)]
pub struct Failure {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl Failure {
    /// Creates a failure from its code and message.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Failure {
        Failure { status, code, message: message.into() }
    }

    /// Returns the failure for a request that is wrong in itself.
    pub fn invalid(message: impl Into<String>) -> Failure {
        Failure::new(StatusCode::BAD_REQUEST, "invalid_request", message)
    }

    /// Returns the HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the message.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Returns the failure for a named thing that does not exist.
    pub fn not_found(what: &str, name: &str) -> Failure {
        Failure::new(StatusCode::NOT_FOUND, "not_found", format!("{what} `{name}` does not exist"))
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let body = serde_json::json!({"error": {"code": self.code, "message": self.message}});
        JsonReply(self.status, body).into_response()
    }
}

/// Answers a request to an unknown path of the emulator's own API.
pub async fn nothing_here() -> Failure {
    Failure::new(StatusCode::NOT_FOUND, "not_found", "there is nothing at this path")
}
