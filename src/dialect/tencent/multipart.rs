//! Parameters as the parts of a `multipart/form-data` body. Clients write a list or an object as JSON, and anything else as
//! text.

use crate::dialect::contract::RawRequest;
use crate::dialect::decode::Json;
use crate::engine::fault::{Fault, Malformed};
use futures_util::FutureExt;
use futures_util::stream;
use http::header::CONTENT_TYPE;
use multer::{Constraints, Multipart};
use std::convert::Infallible;

/// The most parts. No operation has more parameters.
const MOST_PARTS: usize = 64;

/// Reads the parts as an object.
pub fn object(request: &RawRequest) -> Result<Json, Fault> {
    // The Python client sends nothing at all when there are no parameters.
    if request.body.is_empty() {
        return Ok(Json::Object(Vec::new()));
    }
    let content_type = request.head.header(CONTENT_TYPE).unwrap_or_default();
    let boundary = multer::parse_boundary(content_type).map_err(|_| broken())?;
    let body = stream::iter([Ok::<_, Infallible>(request.body.clone())]);
    // The whole body is there, so that nothing is waited for.
    let read = read(Multipart::with_constraints(body, boundary, Constraints::new())).now_or_never();
    read.unwrap_or_else(|| Err(broken()))
}

async fn read(mut parts: Multipart<'_>) -> Result<Json, Fault> {
    let mut members: Vec<(String, Json)> = Vec::new();
    while let Some(part) = parts.next_field().await.map_err(|_| broken())? {
        let name = part.name().unwrap_or_default().to_owned();
        // Every part has a name of its own.
        if members.len() == MOST_PARTS || name.is_empty() || members.iter().any(|(known, _)| *known == name) {
            return Err(broken());
        }
        let is_json = part.content_type().is_some_and(|kind| kind.essence_str() == "application/json");
        let bytes = part.bytes().await.map_err(|_| broken())?;
        let value = if is_json { Json::read(&bytes)? } else { text(&bytes)? };
        members.push((name, value));
    }
    Ok(Json::Object(members))
}

fn text(bytes: &[u8]) -> Result<Json, Fault> {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => Ok(Json::Text(text.to_owned())),
        _ => Err(broken()),
    }
}

fn broken() -> Fault {
    Fault::Malformed(Malformed::Multipart)
}
