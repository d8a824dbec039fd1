//! From a socket to a [`RawRequest`] and back: sizes capped, nothing interpreted.

use crate::dialect::contract::{Answer, RawRequest};
use crate::engine::fault::{Fault, Malformed};
use axum::body::Body;
use axum::body::HttpBody;
use axum::extract::Request;
use axum::response::Response;
use http::header::{CONTENT_TYPE, HeaderValue};
use std::net::IpAddr;

/// The largest body in bytes: Tencent's documented limit for `POST` with JSON.
pub const LARGEST_BODY: usize = 10 * 1024 * 1024;

/// Reads a request. One whose body is too large, or was cut off, comes with that fault and without its body.
pub async fn read(request: Request, peer: IpAddr) -> (RawRequest, Result<(), Fault>) {
    let (parts, body) = request.into_parts();
    let too_large = || (Vec::new(), Err(Fault::Malformed(Malformed::TooLarge { limit: LARGEST_BODY })));
    // A length that is announced as too large is not waited for.
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    let (body, whole) = match announced {
        0..=LARGEST_BODY => match axum::body::to_bytes(body, LARGEST_BODY).await {
            Ok(body) => (body.to_vec(), Ok(())),
            Err(_) => too_large(),
        },
        _ => too_large(),
    };
    let raw = RawRequest {
        method: parts.method,
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        body,
        peer: match peer {
            IpAddr::V6(address) => address.to_canonical(),
            v4 @ IpAddr::V4(_) => v4,
        },
    };
    (raw, whole)
}

/// Writes an answer. Its request id leads to the trace.
pub fn write(answer: Answer, request_id: &str) -> Response {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() =
        http::StatusCode::from_u16(answer.status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(answer.content_type));
    if let Ok(id) = HeaderValue::from_str(request_id) {
        response.headers_mut().insert("x-camulator-request", id);
    }
    response
}
