//! API 2.0, at `/v2/index.php`: the actions of CAM and STS under their older names, with the older signature.
//!
//! The pages "Return results" and "Error codes" of CAM's API 2.0, which is retired, describe the wire. An action answers
//! what it answers on API 3.0, with the names of members in lower case.

use super::fields::Fields;
use super::route::{self, first_upper};
use super::v1::{self, Generation};
use super::{codes, documented, legacy, messages, operations, reply};
use crate::dialect::contract::{Answer, Body, Claim, Claimed, Dialect, Head, Named, Op, Permission, RawRequest, Route};
use crate::dialect::decode::Json;
use crate::engine::fault::{Fault, Malformed, Unrouted};
use crate::engine::model::Key;
use crate::env::Time;
use http::Method;
use http::header::{CONTENT_TYPE, HeaderValue};
use serde::Serialize;

/// The wire of API 2.0.
pub static DIALECT: Dialect = Dialect {
    name: "tencent-api2",
    detect: |head| head.path == GENERATION.path,
    claim,
    claim_in_body: |request, now| signed(&Fields::read(&request.body)?, now),
    verify,
    free: |_, _| Vec::new(),
    named,
    route,
    encode,
    stubs: None,
    ..super::COMMON
};

static GENERATION: Generation = Generation {
    path: "/v2/index.php",
    domain: "api.qcloud.com",
    window: 7200,
    required: &["Action", "Timestamp", "Nonce"],
};

fn fields(request: &RawRequest) -> Result<Fields<'_>, Fault> {
    let is_get = request.head.method == Method::GET;
    Fields::read(if is_get { request.head.query.as_bytes() } else { &request.body })
}

fn operation(fields: &Fields<'_>) -> Option<&'static Op> {
    let op = operations::named(&first_upper(fields.get("Action").unwrap_or_default()))?;
    // TAG and the extensions came later.
    (op.service != "tag" && !documented::is_extension(op)).then_some(op)
}

fn claim(head: &Head, now: Time) -> Result<Claimed, Fault> {
    route::check_head(head)?;
    if head.method != Method::GET {
        return Ok(Claimed::InBody { most: v1::LARGEST_FORM });
    }
    let claim = signed(&Fields::read(head.query.as_bytes())?, now)?;
    Ok(claim.map_or(Claimed::Nobody, Claimed::By))
}

fn signed(fields: &Fields<'_>, now: Time) -> Result<Option<Claim>, Fault> {
    let claim = v1::claim(fields, &GENERATION, now)?;
    if claim.is_none() && operation(fields).is_none_or(|op| op.permission != Permission::Unsigned) {
        return Err(Fault::Malformed(Malformed::MissingHeader("SecretId")));
    }
    Ok(claim)
}

fn verify(request: &RawRequest, claim: &Claim, key: &Key) -> Result<(), Fault> {
    let fields = fields(request)?;
    let service = operation(&fields).map(|op| op.service);
    v1::verify(&request.head, &fields, &GENERATION, service, claim, key)
}

fn named(request: &RawRequest) -> Named {
    let fields = fields(request);
    let get = |name| fields.as_ref().ok().and_then(|fields| fields.get(name)).unwrap_or_default();
    let short = |name| get(name).chars().take(128).collect::<String>();
    Named {
        scheme: (!get("Signature").is_empty()).then(|| v1::scheme(get("SignatureMethod"))),
        secret_id: Some(short("SecretId")).filter(|id| !id.is_empty()),
        service: fields.as_ref().ok().and_then(operation).map_or("", |op| op.service).to_owned(),
        action: short("Action"),
    }
}

fn route(request: &RawRequest) -> Result<Route, Fault> {
    let fields = fields(request)?;
    let Some(op) = operation(&fields) else {
        let action = fields.get("Action").unwrap_or_default().to_owned();
        return Err(Fault::Unrouted(Unrouted::Action { service: None, version: "2.0".to_owned(), action }));
    };
    let mut parameters = legacy::upper(fields.object(v1::is_common)?);
    let is_too_long = |text: &str| text.parse::<i64>().is_ok_and(|seconds| seconds > LONGEST_SESSION);
    if op.service == "sts" && matches!(parameters.get("DurationSeconds"), Some(Json::Text(text)) if is_too_long(text)) {
        return Err(Fault::illegal("DurationSeconds", format!("at most {LONGEST_SESSION} seconds")));
    }
    if let Json::Object(members) = &mut parameters {
        for (name, value) in defaults(op.action) {
            if !members.iter().any(|(known, _)| known == name) {
                members.push(((*name).to_owned(), Json::Int((*value).into())));
            }
        }
    }
    Ok(Route::to(op, parameters))
}

/// The longest session of API 2.0, in seconds.
const LONGEST_SESSION: i64 = 7200;

/// Values that API 2.0 documents for parameters that are not sent, where API 3.0 has others or none.
fn defaults(action: &str) -> &'static [(&'static str, i64)] {
    match action {
        "AssumeRole" | "GetFederationToken" => &[("DurationSeconds", 1800)],
        "ListAttachedRolePolicies" => &[("Page", 1), ("Rp", 20)],
        _ => &[],
    }
}

/// `{"code":0,"message":"","codeDesc":"Success","data":{…}}`; an empty result is an empty list.
fn encode(request: &RawRequest, op: Option<&Op>, outcome: &Result<Body, Fault>, request_id: &str) -> Answer {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Envelope<'a> {
        code: i64,
        message: &'a str,
        code_desc: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        data: Option<Json>,
    }
    let (envelope, code, message);
    match outcome {
        Ok(body) => {
            let data = legacy::lower(Json::read(body.as_bytes()).unwrap_or(Json::Null));
            let is_empty = matches!(&data, Json::Object(members) if members.is_empty());
            let data = if is_empty { Json::List(Vec::new()) } else { data };
            envelope = Envelope { code: 0, message: "", code_desc: "Success", data: Some(data) };
            code = None;
        }
        Err(fault) => {
            // What is wrong with a parameter may be found before the operation is entered.
            let op = op.or_else(|| fields(request).ok().as_ref().and_then(operation));
            let name = codes::code(fault, op);
            let number = legacy::number(name);
            message = format!("({number}){}", messages::message(fault, name, request_id, reply::locale(request)));
            envelope = Envelope { code: number, message: &message, code_desc: legacy::name(name), data: None };
            code = Some(legacy::name(name));
        }
    }
    Answer {
        status: 200,
        headers: vec![(CONTENT_TYPE, HeaderValue::from_static("application/json"))],
        body: serde_json::to_vec(&envelope).unwrap_or_default(),
        code,
    }
}
