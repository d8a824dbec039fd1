//! Finds the operation of a request by action and version, because every service has the same host and port here.
//!
//! No action name occurs in two of the services that are served. The service in the signature's scope, or the first
//! label of the host, is only a hint: the Node and Java clients derive it from whatever the endpoint is.

use super::{headers, operations, tc3};
use crate::dialect::contract::{Claim, Head, Input, Named, Permission, RawRequest, Route};
use crate::dialect::decode::Json;
use crate::engine::fault::{Fault, Malformed, Unrouted};
use crate::env::Time;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use std::borrow::Cow;

/// Reads the claim, after refusing methods and content types that are not served.
pub fn claim(head: &Head, now: Time) -> Result<Option<Claim>, Fault> {
    if head.method != http::Method::POST {
        return Err(Fault::Malformed(Malformed::Method(head.method.to_string())));
    }
    // Every value of a repeated name counts.
    let is_any_repeated = head.headers.len() > head.headers.keys_len();
    for (name, value) in &head.headers {
        let name = name.as_str();
        let decides = matches!(name, "host" | "authorization" | "content-type") || name.starts_with("x-tc-");
        // A repeated header could be read as one value where it is verified and as another where it is used.
        if decides && is_any_repeated && head.headers.get_all(name).iter().nth(1).is_some() {
            return Err(Fault::Malformed(Malformed::RepeatedHeader(name.to_owned())));
        }
        // An unreadable header must not count as absent. `Authorization` has its own code and is checked later.
        if decides && name != "authorization" && std::str::from_utf8(value.as_bytes()).is_err() {
            return Err(Fault::Malformed(Malformed::UnreadableHeader(name.to_owned())));
        }
    }
    let content_type = head.header(CONTENT_TYPE).unwrap_or_default();
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/json") {
        return Err(Fault::Malformed(Malformed::ContentType(content_type.to_owned())));
    }
    if is_anonymous(head) { Ok(None) } else { tc3::claim(head, now).map(Some) }
}

/// Returns whether the request says that it is not signed, and its operation needs no signature.
fn is_anonymous(head: &Head) -> bool {
    let action = first_upper(head.header(&headers::ACTION).unwrap_or_default());
    let op = operations::find(head.header(&headers::VERSION).unwrap_or_default(), &action);
    head.header(AUTHORIZATION) == Some("SKIP") && op.is_some_and(|op| op.permission == Permission::Unsigned)
}

/// The action that a request asks for.
pub struct Target<'a> {
    /// The action, with its first letter in upper case, as the clients do with whatever name they are given.
    pub action: Cow<'a, str>,
    /// The version.
    pub version: &'a str,
    /// The region; empty when none is named.
    pub region: &'a str,
    head: &'a Head,
    scope: &'a str,
}

impl<'a> Target<'a> {
    /// Reads it from the headers and the signature's scope.
    pub fn of(request: &'a RawRequest, claim: Option<&'a Claim>) -> Target<'a> {
        let head = &*request.head;
        Target {
            action: first_upper(head.header(&headers::ACTION).unwrap_or_default()),
            version: head.header(&headers::VERSION).unwrap_or_default(),
            region: head.header(&headers::REGION).unwrap_or_default(),
            head,
            scope: claim.map_or("", |claim| &claim.scope),
        }
    }

    /// Returns the service, as far as it can be guessed.
    pub fn hint(&self) -> Option<&'a str> {
        hint(self.head, self.scope)
    }

    /// Checks the region. STS and the services behind stubs need one; CAM accepts and ignores one.
    pub fn check_region(&self, service: &str) -> Result<(), Fault> {
        if self.region.is_empty() && service != "cam" {
            return Err(Fault::Malformed(Malformed::MissingHeader("Region")));
        }
        if self.region.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-') {
            return Ok(());
        }
        Err(Fault::Malformed(Malformed::Header { name: "X-TC-Region", value: self.region.to_owned() }))
    }
}

/// Reads the parameters. An empty body has none.
pub fn parameters(request: &RawRequest) -> Result<Json, Fault> {
    let body = request.body.trim_ascii();
    if body.is_empty() { Ok(Json::Object(Vec::new())) } else { Json::read(body) }
}

/// Finds the operation and reads the parameters.
pub fn route(request: &RawRequest, claim: Option<&Claim>) -> Result<Route, Fault> {
    let target = Target::of(request, claim);
    let Some(op) = operations::find(target.version, &target.action) else { return Err(unrouted(target)) };
    target.check_region(op.service)?;
    Ok(Route {
        op,
        service: Cow::Borrowed(op.service),
        action: Cow::Borrowed(op.action),
        permission: Cow::Borrowed(op.permission_name),
        input: Input::Untyped(parameters(request)?),
    })
}

/// Reads what an unverified request says about itself, as far as it is readable.
pub fn named(head: &Head) -> Named {
    // A stranger may send texts of any length; the journal keeps no more of them than a name needs.
    let short = |text: &str| text.chars().take(128).collect::<String>();
    let action = head.header(&headers::ACTION).unwrap_or_default();
    let version = head.header(&headers::VERSION).unwrap_or_default();
    let authorization = head.header(AUTHORIZATION).unwrap_or_default();
    let signature = authorization.strip_prefix(tc3::ALGORITHM);
    let credential = signature.and_then(|rest| rest.split_once("Credential=")).map(|(_, rest)| rest);
    let credential = credential.and_then(|rest| rest.split(',').next()).unwrap_or_default();
    let (secret_id, scope) = credential.split_once('/').unwrap_or_default();
    let service = hint(head, scope).or_else(|| operations::service_of(version));
    Named {
        scheme: signature.map(|_| tc3::ALGORITHM),
        secret_id: if secret_id.is_empty() { None } else { Some(short(secret_id)) },
        service: short(service.unwrap_or_default()),
        action: short(action),
    }
}

fn first_upper(action: &str) -> Cow<'_, str> {
    let mut letters = action.chars();
    match letters.next() {
        Some(first) if first.is_ascii_lowercase() => {
            Cow::Owned(first.to_ascii_uppercase().to_string() + letters.as_str())
        }
        _ => Cow::Borrowed(action),
    }
}

/// Guesses the service: from the scope, unless that was derived from an address, or else from the host's first label.
fn hint<'a>(head: &'a Head, scope: &'a str) -> Option<&'a str> {
    let is_service = |text: &&str| {
        text.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase())
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
            && *text != "localhost"
    };
    let scope = scope.split('/').nth(1).filter(is_service);
    scope.or_else(|| head.header(HOST).and_then(|host| host.split('.').next()).filter(is_service))
}

fn unrouted(target: Target<'_>) -> Fault {
    let (hint, Target { action, version, .. }) = (target.hint(), target);
    let elsewhere = operations::ALL.iter().find(|op| op.action == action);
    let served = hint.and_then(operations::version_of);
    match (elsewhere, served) {
        (Some(op), _) => {
            Fault::Unrouted(Unrouted::Version { service: op.service.to_owned(), version: version.to_owned() })
        }
        (None, Some(known)) if known != version => {
            let service = hint.unwrap_or_default().to_owned();
            Fault::Unrouted(Unrouted::Version { service, version: version.to_owned() })
        }
        _ => Fault::Unrouted(Unrouted::Action {
            service: hint.or_else(|| operations::service_of(version)).map(str::to_owned),
            version: version.to_owned(),
            action: action.into_owned(),
        }),
    }
}
