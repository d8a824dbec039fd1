//! The headers of API 3.0, as names that need not be read again for each request.

use http::header::HeaderName;

/// The action.
pub static ACTION: HeaderName = HeaderName::from_static("x-tc-action");
/// `UNSIGNED-PAYLOAD` when the body is not signed.
pub static CONTENT_SHA256: HeaderName = HeaderName::from_static("x-tc-content-sha256");
/// The language of messages.
pub static LANGUAGE: HeaderName = HeaderName::from_static("x-tc-language");
/// The region.
pub static REGION: HeaderName = HeaderName::from_static("x-tc-region");
/// The time of signing.
pub static TIMESTAMP: HeaderName = HeaderName::from_static("x-tc-timestamp");
/// The token of a session.
pub static TOKEN: HeaderName = HeaderName::from_static("x-tc-token");
/// The version of the service.
pub static VERSION: HeaderName = HeaderName::from_static("x-tc-version");
