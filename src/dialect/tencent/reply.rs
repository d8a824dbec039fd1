//! The envelope of API 3.0: `{"Response":{…,"RequestId":"…"}}`, always status 200 and exactly `application/json`.
//!
//! The Python client takes an error for a success under any other content type, and every client takes another status for
//! a failure of the network.

use super::codes;
use super::messages::{self, Locale};
use super::route::Common;
use crate::dialect::contract::{Answer, Body, Op, RawRequest};
use crate::engine::fault::Fault;
use http::header::{CONTENT_TYPE, HeaderValue};
use serde::Serialize;

/// The language that a request asks its messages in.
pub fn locale(request: &RawRequest) -> Locale {
    let is_chinese = Common::of(request).language.to_ascii_lowercase().starts_with("zh");
    if is_chinese { Locale::Chinese } else { Locale::English }
}

/// Writes the answer.
pub fn encode(request: &RawRequest, op: Option<&Op>, outcome: &Result<Body, Fault>, request_id: &str) -> Answer {
    let (body, code) = match outcome {
        Ok(body) => {
            let members = body.strip_suffix('}').unwrap_or(body);
            let comma = if members.len() > 1 { "," } else { "" };
            let parts = [r#"{"Response":"#, members, comma, r#""RequestId":""#, request_id, r#""}}"#];
            (parts.concat(), None)
        }
        Err(fault) => {
            let code = codes::code(fault, op);
            let message = messages::message(fault, code, request_id, locale(request));
            (failure(code, &message, request_id), Some(code))
        }
    };
    Answer {
        status: 200,
        headers: vec![(CONTENT_TYPE, HeaderValue::from_static("application/json"))],
        body: body.into_bytes(),
        code,
    }
}

fn failure(code: &str, message: &str, request_id: &str) -> String {
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Error<'a> {
        code: &'a str,
        message: &'a str,
    }
    let error = serde_json::to_string(&Error { code, message }).unwrap_or_default();
    format!(r#"{{"Response":{{"Error":{error},"RequestId":"{request_id}"}}}}"#)
}
