//! Finds the operation of a request by action and version, because every service has the same host and port here.
//!
//! No action name occurs in two of the services that are served. The service in the signature's scope, or the first
//! label of the host, is only a hint: the Node and Java clients derive it from whatever the endpoint is.

use super::fields::Fields;
use super::{headers, multipart, operations, tc3, v1};
use crate::dialect::contract::{Claim, Claimed, Head, Named, Permission, RawRequest, Route};
use crate::dialect::decode::Json;
use crate::engine::fault::{Fault, Malformed, Unrouted};
use crate::engine::model::Key;
use crate::env::Time;
use http::Method;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderName};
use std::borrow::Cow;

/// Where a request has its common parameters: action, version, region, time, key and signature.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Carrier {
    /// In headers, signed with TC3.
    Headers,
    /// In the query, signed with the older signature.
    Query,
    /// In the form that is the body, signed with the older signature.
    Form,
}

impl Carrier {
    fn of(head: &Head) -> Carrier {
        if head.headers.contains_key(AUTHORIZATION) || head.headers.contains_key(&headers::ACTION) {
            Carrier::Headers
        } else if head.method == Method::GET {
            Carrier::Query
        } else {
            Carrier::Form
        }
    }
}

/// Reads the claim, after refusing methods and content types that are not served.
pub fn claim(head: &Head, now: Time) -> Result<Claimed, Fault> {
    check_head(head)?;
    let carrier = Carrier::of(head);
    check_kind(head, carrier)?;
    match carrier {
        Carrier::Headers => {
            for (name, header) in [("Action", &headers::ACTION), ("Version", &headers::VERSION)] {
                head.header(header).ok_or(Fault::Malformed(Malformed::MissingHeader(name)))?;
            }
            if is_anonymous(head) { Ok(Claimed::Nobody) } else { tc3::claim(head, now).map(Claimed::By) }
        }
        Carrier::Query => {
            let claim = signed(&Fields::read(head.query.as_bytes())?, now)?;
            Ok(claim.map_or(Claimed::Nobody, Claimed::By))
        }
        Carrier::Form => Ok(Claimed::InBody { most: v1::LARGEST_FORM }),
    }
}

/// Returns whether the request says that it is not signed, and its operation needs no signature.
fn is_anonymous(head: &Head) -> bool {
    head.header(&AUTHORIZATION) == Some("SKIP")
        && needs_no_signature(
            head.header(&headers::VERSION).unwrap_or_default(),
            head.header(&headers::ACTION).unwrap_or_default(),
        )
}

fn needs_no_signature(version: &str, action: &str) -> bool {
    operations::find(version, &first_upper(action)).is_some_and(|op| op.permission == Permission::Unsigned)
}

/// Reads the claim of a form.
pub fn claim_in_body(request: &RawRequest, now: Time) -> Result<Option<Claim>, Fault> {
    // JSON without any of the headers that should come with it.
    if request.body.trim_ascii_start().starts_with(b"{") {
        return Err(Fault::Malformed(Malformed::MissingHeader("Action")));
    }
    signed(&Fields::read(&request.body)?, now)
}

/// Reads the older signature's claim. Nobody may have signed only what needs no signature.
fn signed(fields: &Fields<'_>, now: Time) -> Result<Option<Claim>, Fault> {
    let claim = v1::claim(fields, &v1::API3, now)?;
    let named = |name| fields.get(name).unwrap_or_default();
    if claim.is_none() && !needs_no_signature(named("Version"), named("Action")) {
        return Err(Fault::Malformed(Malformed::MissingHeader("SecretId")));
    }
    Ok(claim)
}

/// Refuses methods that are not served, and headers that could be read in two ways.
pub fn check_head(head: &Head) -> Result<(), Fault> {
    if head.method != Method::POST && head.method != Method::GET {
        return Err(Fault::Malformed(Malformed::Method(head.method.to_string())));
    }
    if head.query.len() > v1::LARGEST_QUERY {
        return Err(Fault::Malformed(Malformed::TooLarge { limit: v1::LARGEST_QUERY }));
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
    Ok(())
}

/// How the parameters of an operation are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Json,
    Octets,
    Form,
    Multipart,
}

fn kind(head: &Head) -> Option<Kind> {
    let content_type = head.header(CONTENT_TYPE).unwrap_or_default();
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    let is = |known: &str| kind.eq_ignore_ascii_case(known);
    match kind {
        _ if is("application/json") => Some(Kind::Json),
        _ if is("application/octet-stream") => Some(Kind::Octets),
        _ if is("application/x-www-form-urlencoded") => Some(Kind::Form),
        _ if is("multipart/form-data") => Some(Kind::Multipart),
        _ => None,
    }
}

/// Refuses a content type that does not go with method and signature, as the table of "Request structure" has it.
fn check_kind(head: &Head, carrier: Carrier) -> Result<(), Fault> {
    let is_served = match (carrier, kind(head)) {
        // A link that somebody opens has no content type.
        (Carrier::Query, None) => !head.headers.contains_key(CONTENT_TYPE),
        (Carrier::Query, kind) => kind == Some(Kind::Form),
        // `@tencent-sdk/capi` sends a form under the name of JSON.
        (Carrier::Form, kind) => matches!(kind, Some(Kind::Form | Kind::Json)),
        (Carrier::Headers, kind) if head.method == Method::GET => kind == Some(Kind::Form),
        (Carrier::Headers, kind) => matches!(kind, Some(Kind::Json | Kind::Octets | Kind::Multipart)),
    };
    if is_served {
        return Ok(());
    }
    let content_type = head.header(CONTENT_TYPE).unwrap_or_default();
    Err(Fault::Malformed(Malformed::ContentType(content_type.to_owned())))
}

/// Checks the signature against the key.
pub fn verify(request: &RawRequest, claim: &Claim, key: &Key) -> Result<(), Fault> {
    let verify = |fields: Fields<'_>| {
        let version = fields.get("Version").unwrap_or_default();
        let op = operations::find(version, &first_upper(fields.get("Action").unwrap_or_default()));
        let service = op.map(|op| op.service).or_else(|| hint(&request.head, ""));
        v1::verify(&request.head, &fields, &v1::API3, service, claim, key)
    };
    match Carrier::of(&request.head) {
        Carrier::Headers => tc3::verify(request, claim, key),
        Carrier::Query => verify(Fields::read(request.head.query.as_bytes())?),
        Carrier::Form => verify(Fields::read(&request.body)?),
    }
}

/// The common parameters of a request, as they were sent.
pub struct Common<'a> {
    /// The action.
    pub action: Cow<'a, str>,
    /// The version.
    pub version: Cow<'a, str>,
    /// The region; empty when none is named.
    pub region: Cow<'a, str>,
    /// The language of messages; empty when none is named.
    pub language: Cow<'a, str>,
}

impl<'a> Common<'a> {
    /// Reads them, as far as they are readable.
    pub fn of(request: &'a RawRequest) -> Common<'a> {
        let head = &*request.head;
        if Carrier::of(head) == Carrier::Headers {
            let get = |name: &HeaderName| Cow::Borrowed(head.header(name).unwrap_or_default());
            return Common {
                action: get(&headers::ACTION),
                version: get(&headers::VERSION),
                region: get(&headers::REGION),
                language: get(&headers::LANGUAGE),
            };
        }
        let fields = fields(request);
        let get = |name| Cow::Owned(field(&fields, name).to_owned());
        Common { action: get("Action"), version: get("Version"), region: get("Region"), language: get("Language") }
    }
}

/// Reads the fields of a query or form.
fn fields(request: &RawRequest) -> Result<Fields<'_>, Fault> {
    let is_query = Carrier::of(&request.head) == Carrier::Query;
    Fields::read(if is_query { request.head.query.as_bytes() } else { &request.body })
}

fn field<'f>(fields: &'f Result<Fields<'_>, Fault>, name: &str) -> &'f str {
    fields.as_ref().ok().and_then(|fields| fields.get(name)).unwrap_or_default()
}

/// What a request says of its signature: the algorithm, the key id, and the service of the scope, if it has one.
fn signed_with(request: &RawRequest) -> (Option<&'static str>, Cow<'_, str>, &str) {
    let head = &*request.head;
    if Carrier::of(head) != Carrier::Headers {
        let fields = fields(request);
        let is_signed = !field(&fields, "Signature").is_empty();
        let scheme = is_signed.then(|| v1::scheme(field(&fields, "SignatureMethod")));
        return (scheme, Cow::Owned(field(&fields, "SecretId").to_owned()), "");
    }
    let signature = head.header(&AUTHORIZATION).unwrap_or_default().strip_prefix(tc3::ALGORITHM);
    let credential = signature.and_then(|rest| rest.split_once("Credential=")).map(|(_, rest)| rest);
    let credential = credential.and_then(|rest| rest.split(',').next()).unwrap_or_default();
    let (secret_id, scope) = credential.split_once('/').unwrap_or_default();
    (signature.map(|_| tc3::ALGORITHM), Cow::Borrowed(secret_id), scope.split('/').nth(1).unwrap_or_default())
}

/// The action that a request asks for.
pub struct Target<'a> {
    /// The action, with its first letter in upper case, as the clients do with whatever name they are given.
    pub action: Cow<'a, str>,
    /// The version.
    pub version: Cow<'a, str>,
    /// The region; empty when none is named.
    pub region: Cow<'a, str>,
    request: &'a RawRequest,
}

impl<'a> Target<'a> {
    /// Reads it from a request.
    pub fn of(request: &'a RawRequest) -> Target<'a> {
        let Common { action, version, region, .. } = Common::of(request);
        Target { action: first_upper_of(action), version, region, request }
    }

    /// Returns the service, as far as it can be guessed.
    pub fn hint(&self) -> Option<&'a str> {
        let (_, _, scope) = signed_with(self.request);
        hint(&self.request.head, scope)
    }

    /// Checks the region. STS and the services behind stubs need one; CAM and TAG accept and ignore one.
    pub fn check_region(&self, service: &str) -> Result<(), Fault> {
        if self.region.is_empty() && !matches!(service, "cam" | "tag") {
            return Err(Fault::Malformed(Malformed::MissingHeader("Region")));
        }
        if self.region.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-') {
            return Ok(());
        }
        Err(Fault::Malformed(Malformed::Header { name: "X-TC-Region", value: self.region.to_string() }))
    }
}

/// Reads the parameters of the operation. An empty body has none.
pub fn parameters(request: &RawRequest) -> Result<Json, Fault> {
    let head = &*request.head;
    match (Carrier::of(head), kind(head)) {
        (Carrier::Query, _) => Fields::read(head.query.as_bytes())?.object(v1::is_common),
        (Carrier::Form, _) => Fields::read(&request.body)?.object(v1::is_common),
        (Carrier::Headers, _) if head.method == Method::GET => Fields::read(head.query.as_bytes())?.object(|_| false),
        (Carrier::Headers, Some(Kind::Multipart)) => multipart::object(request),
        // Octets are read as JSON too.
        (Carrier::Headers, _) if request.body.trim_ascii().is_empty() => Ok(Json::Object(Vec::new())),
        (Carrier::Headers, _) => Json::read(&request.body),
    }
}

/// Finds the operation and reads the parameters.
pub fn route(request: &RawRequest) -> Result<Route, Fault> {
    let target = Target::of(request);
    let Some(op) = operations::find(&target.version, &target.action) else { return Err(unrouted(target)) };
    target.check_region(op.service)?;
    Ok(Route::to(op, parameters(request)?))
}

/// Reads what an unverified request says about itself, as far as it is readable.
pub fn named(request: &RawRequest) -> Named {
    // A stranger may send texts of any length; the journal keeps no more of them than a name needs.
    let short = |text: &str| text.chars().take(128).collect::<String>();
    let Common { action, version, .. } = Common::of(request);
    let (scheme, secret_id, scope) = signed_with(request);
    let found = || operations::find(&version, &first_upper(&action)).map(|op| op.service);
    let service = hint(&request.head, scope).or_else(found).or_else(|| operations::service_of(&version));
    Named {
        scheme,
        secret_id: if secret_id.is_empty() { None } else { Some(short(&secret_id)) },
        service: short(service.unwrap_or_default()),
        action: short(&action),
    }
}

/// Writes the first letter of an action in upper case.
pub fn first_upper(action: &str) -> Cow<'_, str> {
    let mut letters = action.chars();
    match letters.next() {
        Some(first) if first.is_ascii_lowercase() => {
            Cow::Owned(first.to_ascii_uppercase().to_string() + letters.as_str())
        }
        _ => Cow::Borrowed(action),
    }
}

fn first_upper_of(action: Cow<'_, str>) -> Cow<'_, str> {
    match action {
        Cow::Borrowed(action) => first_upper(action),
        Cow::Owned(action) => Cow::Owned(first_upper(&action).into_owned()),
    }
}

/// Guesses the service: from the scope, unless that was derived from an address, or else from the host's first label.
fn hint<'a>(head: &'a Head, service: &'a str) -> Option<&'a str> {
    let is_service = |text: &&str| {
        text.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase())
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
            && *text != "localhost"
    };
    Some(service)
        .filter(is_service)
        .or_else(|| head.header(HOST).and_then(|host| host.split('.').next()).filter(is_service))
}

fn unrouted(target: Target<'_>) -> Fault {
    let (hint, Target { action, version, .. }) = (target.hint(), target);
    let elsewhere = operations::ALL.iter().find(|op| op.action == action);
    let served = hint.and_then(operations::version_of);
    match (elsewhere, served) {
        (Some(op), _) => {
            Fault::Unrouted(Unrouted::Version { service: op.service.to_owned(), version: version.into_owned() })
        }
        (None, Some(known)) if known != version => {
            let service = hint.unwrap_or_default().to_owned();
            Fault::Unrouted(Unrouted::Version { service, version: version.into_owned() })
        }
        _ => Fault::Unrouted(Unrouted::Action {
            service: hint.or_else(|| operations::service_of(&version)).map(str::to_owned),
            version: version.into_owned(),
            action: action.into_owned(),
        }),
    }
}
