//! The component interface: an envelope in JSON that names the interface, signed with the headers of TC3.
//!
//! The page "Setting permission through API" of CMQ shows the envelope and calls two of the interfaces; the others are
//! known by name. A request has no `X-TC-Action`: that is how it is told from one of API 3.0.

use super::{codes, headers, legacy, messages, operations, reply, route, tc3};
use crate::dialect::contract::{Answer, Body, Claimed, Dialect, Head, Named, Op, RawRequest, Route};
use crate::dialect::decode::Json;
use crate::engine::fault::{Fault, Malformed, Parameter, Unrouted, Why};
use http::Method;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use serde::Serialize;

/// The wire of the component interface.
pub static DIALECT: Dialect = Dialect {
    name: "tencent-component",
    detect,
    claim: |head, _| {
        route::check_head(head)?;
        Ok(Claimed::InBody { most: LARGEST })
    },
    claim_in_body: |request, now| tc3::claim(&request.head, now).map(Some),
    verify: tc3::verify,
    // Action, version and region are in the body, or nowhere.
    free: |head, claim| {
        let free = tc3::free(head, claim).into_iter();
        free.filter(|name| !matches!(*name, "x-tc-action" | "x-tc-version" | "x-tc-region")).collect()
    },
    named,
    route,
    encode,
    stubs: None,
    ..super::COMMON
};

/// The most bytes of an envelope. The limit is ours: a policy document, the longest parameter, is much shorter.
const LARGEST: usize = 256 * 1024;

/// The interfaces. Each is an operation of the registry.
const INTERFACES: [&str; 5] = [
    "CreateCamStrategy",
    "DescribeCamStrategyDetail",
    "UpdateCamStrategy",
    "OperateCamStrategy",
    "BatchOperateCamStrategy",
];

/// The component that answers, as the documentation's sample has it.
const COMPONENT: &str = "CONSOLE_LOGICAL_SERVER";

/// Returns whether a request is in this dialect, unless its body shows otherwise.
pub fn detect(head: &Head) -> bool {
    head.path == "/"
        && head.method == Method::POST
        && !head.headers.contains_key(&headers::ACTION)
        && head.header(&AUTHORIZATION).is_some_and(|value| value.starts_with(tc3::ALGORITHM))
}

/// The parts of an envelope that name something.
struct Envelope {
    body: Json,
}

impl Envelope {
    /// Returns `None` for a body that is no envelope. It is then a request of API 3.0 that names no action.
    fn of(request: &RawRequest) -> Option<Envelope> {
        let body = Json::read(&request.body).ok()?;
        body.get("interface").is_some().then_some(Envelope { body })
    }

    fn interface(&self) -> Option<&str> {
        match self.body.at("interface.interfaceName") {
            Some(Json::Text(name)) => Some(name),
            _ => None,
        }
    }

    /// A number or text that the answer repeats; `null` when it is missing or anything else.
    fn repeated(&self, name: &str) -> Json {
        match self.body.get(name) {
            Some(value @ (Json::Int(_) | Json::Text(_))) => value.clone(),
            _ => Json::Null,
        }
    }
}

fn named(request: &RawRequest) -> Named {
    let named = route::named(request);
    let interface = Envelope::of(request).and_then(|envelope| envelope.interface().map(str::to_owned));
    let action = interface.unwrap_or_default().chars().take(128).collect();
    Named { action, ..named }
}

fn route(request: &RawRequest) -> Result<Route, Fault> {
    let wrong = |path: &str, why| Fault::Parameter(Parameter { path: path.to_owned(), why });
    let envelope = Envelope::of(request).ok_or(Fault::Malformed(Malformed::MissingHeader("Action")))?;
    if envelope.body.get("version") != Some(&Json::Int(1)) {
        return Err(wrong("version", Why::Illegal("1".to_owned())));
    }
    let Some(interface) = envelope.interface() else { return Err(wrong("interface.interfaceName", Why::Missing)) };
    let op = operations::named(interface).filter(|op| INTERFACES.contains(&op.action));
    let Some(op) = op else {
        let (service, version, action) = (Some("cam".to_owned()), "1".to_owned(), interface.to_owned());
        return Err(Fault::Unrouted(Unrouted::Action { service, version, action }));
    };
    let parameters = match envelope.body.at("interface.para") {
        Some(parameters @ Json::Object(_)) => legacy::upper(parameters.clone()),
        None => Json::Object(Vec::new()),
        Some(_) => return Err(wrong("interface.para", Why::Type("object"))),
    };
    Ok(Route::to(op, parameters))
}

fn encode(request: &RawRequest, op: Option<&Op>, outcome: &Result<Body, Fault>, request_id: &str) -> Answer {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Reply<'a> {
        version: Json,
        event_id: Json,
        component_name: &'a str,
        return_value: i64,
        return_code: i64,
        return_message: &'a str,
        data: Json,
    }
    let Some(envelope) = Envelope::of(request) else { return reply::encode(request, op, outcome, request_id) };
    let (data, code, message) = match outcome {
        Ok(body) => (legacy::lower(Json::read(body.as_bytes()).unwrap_or(Json::Null)), None, "OK".to_owned()),
        Err(fault) => {
            let code = codes::code(fault, op);
            let message = messages::message(fault, code, request_id, reply::locale(request));
            (Json::Object(Vec::new()), Some(code), format!("({code}){message}"))
        }
    };
    let number = code.map_or(0, legacy::number);
    let reply = Reply {
        version: envelope.repeated("version"),
        event_id: envelope.repeated("eventId"),
        component_name: COMPONENT,
        return_value: number,
        return_code: number,
        return_message: &message,
        data,
    };
    Answer {
        status: 200,
        headers: vec![(CONTENT_TYPE, HeaderValue::from_static("application/json"))],
        body: serde_json::to_vec(&reply).unwrap_or_default(),
        code,
    }
}
