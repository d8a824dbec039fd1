//! Verifies TC3-HMAC-SHA256 signatures.
//!
//! The module is pure: it takes the request, the key and the time, and returns a verdict. Tencent's page "Signature v3"
//! describes the algorithm. Tencent's own clients disagree on what they sign, and each tolerance below names the client
//! that needs it. Clients leave action, version, region and token unsigned; these are used as sent, and [`free`] lists
//! them.

use super::headers;
use crate::dialect::contract::{Claim, Head, RawRequest};
use crate::engine::fault::{Fault, Malformed, Unauthenticated};
use crate::engine::model::Key;
use crate::env::Time;
use crate::secret::{self, Secret};
use hmac::{Hmac, KeyInit, Mac};
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderName};
use sha2::{Digest, Sha256};
use std::borrow::Cow;

/// How far the signing time may differ from the wall clock, in seconds.
pub const WINDOW: i64 = 300;

/// The algorithm, as `Authorization` names it.
pub const ALGORITHM: &str = "TC3-HMAC-SHA256";

/// The most headers that a request may sign. Clients sign two, the samples in the documentation three.
pub const MOST_SIGNED: usize = 32;

/// The longest key id and the longest service in a scope, in bytes. No key has a longer id.
pub const LONGEST_NAME: usize = 128;

/// How much of a canonical request or a string to sign the journal keeps, in bytes.
pub const LONGEST_SHOWN: usize = 4096;

/// Reads the claim of a request and checks its timestamp.
pub fn claim(head: &Head, now: Time) -> Result<Claim, Fault> {
    let required =
        |name, header: &HeaderName| head.header(header).ok_or(Fault::Malformed(Malformed::MissingHeader(name)));
    let timestamp = required("Timestamp", &headers::TIMESTAMP)?;
    let invalid = |why: &str| Fault::Unauthenticated(Unauthenticated::Claim(why.to_owned()));
    if head.headers.get(AUTHORIZATION).is_some_and(|value| std::str::from_utf8(value.as_bytes()).is_err()) {
        return Err(invalid("`Authorization` not valid"));
    }
    let authorization = required("Authorization", &AUTHORIZATION)?;
    // Written in the one way in which it is signed.
    let is_number =
        timestamp.bytes().all(|byte| byte.is_ascii_digit()) && (timestamp == "0" || !timestamp.starts_with('0'));
    let signed_at: i64 = match timestamp.parse() {
        Ok(seconds) if is_number => seconds,
        _ => return Err(Fault::Malformed(Malformed::Header { name: "Timestamp", value: timestamp.to_owned() })),
    };
    let host = head.header(HOST).unwrap_or_default();
    let claim = parse(authorization, signed_at, head.header(&headers::TOKEN), host).map_err(invalid)?;
    let seconds = now.seconds().saturating_sub(signed_at);
    if seconds.abs() > WINDOW {
        return Err(Fault::Unauthenticated(Unauthenticated::Stale { seconds }));
    }
    Ok(claim)
}

/// Reads `TC3-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`.
fn parse(authorization: &str, signed_at: i64, token: Option<&str>, host: &str) -> Result<Claim, &'static str> {
    let rest = authorization.strip_prefix(ALGORITHM).ok_or("`Algorithm` not valid")?;
    let rest = rest.strip_prefix(' ').ok_or("`Algorithm` not valid")?;
    let (mut credential, mut signed_headers, mut signature) = (None, None, None);
    for part in rest.split(',') {
        let (name, value) = part.trim().split_once('=').ok_or("`Authorization` not valid")?;
        let slot = match name {
            "Credential" => &mut credential,
            "SignedHeaders" => &mut signed_headers,
            "Signature" => &mut signature,
            _ => return Err("`Authorization` not valid"),
        };
        if slot.replace(value).is_some() {
            return Err("`Authorization` not valid");
        }
    }
    let credential = credential.ok_or("`Credential` not valid")?;
    let (secret_id, scope) = credential.split_once('/').ok_or("`Credential` not valid")?;
    let mut parts = scope.split('/');
    let (Some(date), Some(service), Some("tc3_request"), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err("`Credential` not valid");
    };
    if secret_id.is_empty() || secret_id.len() > LONGEST_NAME {
        return Err("`SecretId` in Credential not valid");
    }
    if date != Time::from_seconds(signed_at).date() {
        return Err("`Date` in Credential not valid");
    }
    // Only a host of the cloud itself says which service is meant; the first label of any other host means nothing.
    if service.is_empty() || service.len() > LONGEST_NAME || service_of(host).is_some_and(|meant| meant != service) {
        return Err("`Service` in Credential not valid");
    }
    let signed_headers = signed_headers.ok_or("`SignedHeaders` not valid")?;
    if !are_signable(signed_headers) {
        return Err("`SignedHeaders` not valid");
    }
    let signature = signature.ok_or("`Signature` not valid")?;
    if signature.len() != 64 || !signature.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err("`Signature` not valid");
    }
    Ok(Claim {
        scheme: ALGORITHM,
        secret_id: secret_id.into(),
        token: token.map(|token| Secret::new(token.to_owned())),
        signed_at,
        scope: scope.to_owned(),
        signed_headers: signed_headers.into(),
        signature: signature.to_ascii_lowercase(),
    })
}

/// Returns whether these can be signed headers: at most [`MOST_SIGNED`], each once and in lower case, `host` and
/// `content-type` among them.
///
/// This bounds the hashing: no header is hashed more than once for each form of host and content type.
fn are_signable(signed_headers: &str) -> bool {
    let names: Vec<&str> = signed_headers.split(';').take(MOST_SIGNED + 1).collect();
    let is_letter = |byte: u8| byte.is_ascii_graphic() && !byte.is_ascii_uppercase();
    let is_name = |name: &str| !name.is_empty() && name.bytes().all(is_letter);
    let is_first = |place: usize, name: &str| !names.iter().take(place).any(|other| *other == name);
    names.len() <= MOST_SIGNED
        && names.iter().enumerate().all(|(place, name)| is_name(name) && is_first(place, name))
        && names.contains(&"host")
        && names.contains(&"content-type")
}

/// Returns the service that a host of the cloud stands for: `cam.tencentcloudapi.com`, `cam.ap-guangzhou.…`, `cam.intl.…`.
fn service_of(host: &str) -> Option<Cow<'_, str>> {
    let name = without_port(without_scheme(host));
    let (service, domain) = name.strip_suffix('.').unwrap_or(name).split_once('.')?;
    let domain = lower(domain);
    let is_clouds = domain == DOMAIN || domain.strip_suffix(DOMAIN).is_some_and(|region| region.ends_with('.'));
    is_clouds.then(|| lower(service))
}

/// The domain of the cloud's hosts.
pub const DOMAIN: &str = "tencentcloudapi.com";

/// Checks the signature against the key.
pub fn verify(request: &RawRequest, claim: &Claim, key: &Key) -> Result<(), Fault> {
    let head = &*request.head;
    let signing_key = key.signing_key(&claim.scope, |secret| derive(secret, &claim.scope));
    let Some(signed) = Signed::of(request, claim) else {
        let why = "`SignedHeaders` names a header that the request does not have".to_owned();
        return Err(Fault::Unauthenticated(Unauthenticated::Claim(why)));
    };
    let host = head.header(HOST).unwrap_or_default();
    let content_type = head.header(CONTENT_TYPE).unwrap_or_default();
    for host in hosts(host, claim.scope.split('/').nth(1).unwrap_or_default(), DOMAIN) {
        for content_type in content_types(content_type) {
            let text = string_to_sign(claim, &signed.digest(&host, &content_type));
            let expected = Digits::of(&hmac(&signing_key, text.as_bytes()));
            if secret::same(expected.as_str().as_bytes(), claim.signature.as_bytes()) {
                return Ok(());
            }
        }
    }
    // The most likely form, shown to whoever looks for the mistake.
    let (host, content_type) = (lower(host), lower(content_type));
    let string_to_sign = string_to_sign(claim, &signed.digest(&host, &content_type));
    let canonical_request = signed.concealed().text(&host, &content_type);
    Err(Fault::Unauthenticated(Unauthenticated::Signature { canonical_request, string_to_sign }))
}

/// The parts of the canonical request, which is hashed often and written as text only for the journal.
struct Signed<'a> {
    method: &'a str,
    query: &'a str,
    /// Ordered by name.
    headers: Vec<(&'a str, SignedValue<'a>)>,
    names: &'a str,
    payload: Digits,
}

/// The value of a signed header.
enum SignedValue<'a> {
    Host,
    ContentType,
    Other(Cow<'a, str>),
}

impl<'a> Signed<'a> {
    /// Returns `None` when a signed header is missing from the request.
    fn of(request: &'a RawRequest, claim: &'a Claim) -> Option<Signed<'a>> {
        let head = &*request.head;
        let value = |name| match name {
            "host" => Some(SignedValue::Host),
            "content-type" => Some(SignedValue::ContentType),
            _ => head.header(name).map(|value| SignedValue::Other(lower(value))),
        };
        let headers = claim.signed_headers.split(';').map(|name| value(name).map(|value| (name, value)));
        let mut headers: Vec<(&str, SignedValue<'_>)> = headers.collect::<Option<_>>()?;
        headers.sort_unstable_by_key(|(name, _)| *name);
        let query = if head.method == http::Method::GET { head.query.as_str() } else { "" };
        Some(Signed {
            method: head.method.as_str(),
            query,
            headers,
            names: &claim.signed_headers,
            payload: payload_digest(request),
        })
    }

    /// Passes the canonical request to `part`, piece by piece.
    fn canonical(&self, host: &str, content_type: &str, mut part: impl FnMut(&str)) {
        part(self.method);
        part("\n/\n");
        part(self.query);
        part("\n");
        for (name, value) in &self.headers {
            part(name);
            part(":");
            part(match value {
                SignedValue::Host => host,
                SignedValue::ContentType => content_type,
                SignedValue::Other(value) => value,
            });
            part("\n");
        }
        part("\n");
        part(self.names);
        part("\n");
        part(self.payload.as_str());
    }

    fn digest(&self, host: &str, content_type: &str) -> Digits {
        let mut hash = Sha256::new();
        self.canonical(host, content_type, |part| hash.update(part));
        Digits::of(&hash.finalize())
    }

    /// Returns a copy for display, without the values of headers that TC3 does not define: any of them may carry a
    /// secret. The session token is left out too.
    fn concealed(mut self) -> Signed<'a> {
        for (name, value) in &mut self.headers {
            if *name == "x-tc-token" {
                *value = SignedValue::Other(Cow::Borrowed("(the token, not shown)"));
            } else if matches!(value, SignedValue::Other(_)) && !SHOWN.contains(name) {
                *value = SignedValue::Other(Cow::Borrowed("(not shown)"));
            }
        }
        if !self.query.is_empty() {
            self.query = "(not shown)";
        }
        self
    }

    /// Writes the canonical request, cut off at [`LONGEST_SHOWN`].
    fn text(&self, host: &str, content_type: &str) -> String {
        let (mut text, mut is_cut) = (String::with_capacity(256), false);
        self.canonical(host, content_type, |part| {
            let room = if is_cut { 0 } else { part.floor_char_boundary(LONGEST_SHOWN.saturating_sub(text.len())) };
            is_cut |= room < part.len();
            text.push_str(part.get(..room).unwrap_or_default());
        });
        if is_cut {
            text.push_str(" (cut off)");
        }
        text
    }
}

/// The signed headers, besides host and content type, whose values may be shown when a signature is wrong.
const SHOWN: [&str; 8] = [
    "x-tc-action",
    "x-tc-content-sha256",
    "x-tc-language",
    "x-tc-region",
    "x-tc-requestclient",
    "x-tc-timestamp",
    "x-tc-traceid",
    "x-tc-version",
];

/// Returns the elements that affect the result but are not signed.
///
/// Host, content type, time, and the scope's date and service are always signed. So is the body, unless the client
/// declares it unsigned.
pub fn free(head: &Head, claim: &Claim) -> Vec<&'static str> {
    // The older signature covers everything.
    if claim.scheme != ALGORITHM {
        return Vec::new();
    }
    static DECIDING: [&HeaderName; 5] =
        [&headers::ACTION, &headers::VERSION, &headers::REGION, &headers::TOKEN, &headers::LANGUAGE];
    let is_signed = |name: &str| claim.signed_headers.split(';').any(|signed| signed == name);
    let mut free = Vec::with_capacity(DECIDING.len() + 1);
    if is_payload_unsigned(head) {
        free.push("body");
    }
    let deciding = DECIDING.iter().filter(|name| head.header(**name).is_some());
    free.extend(deciding.map(|name| name.as_str()).filter(|name| !is_signed(name)));
    free
}

/// Derives the signing key for a scope `date/service/tc3_request`.
pub fn derive(secret: &Secret, scope: &str) -> [u8; 32] {
    let mut key = zeroize::Zeroizing::new(format!("TC3{}", secret.expose()).into_bytes());
    for part in scope.split('/') {
        *key = hmac(&key, part.as_bytes()).to_vec();
    }
    let mut signing_key = [0; 32];
    signing_key.copy_from_slice(&key);
    signing_key
}

fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    // HMAC takes a key of any length, so this branch is never taken; its result would match no signature.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// The lower-case hexadecimal digits of a digest.
struct Digits([u8; 64]);

impl Digits {
    fn of(digest: &[u8]) -> Digits {
        let mut digits = [0; 64];
        // Fails only for a digest of another length; the result would then match no signature.
        let _ = hex::encode_to_slice(digest, &mut digits);
        Digits(digits)
    }

    fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// Hashes the body. For an unsigned one it is the SHA-256 of `UNSIGNED-PAYLOAD`, not that word itself (seen in the Python,
/// Go and Java clients).
fn payload_digest(request: &RawRequest) -> Digits {
    if is_payload_unsigned(&request.head) {
        Digits::of(&Sha256::digest(UNSIGNED_PAYLOAD))
    } else if request.head.method == http::Method::GET {
        Digits::of(&Sha256::digest(""))
    } else {
        Digits::of(&Sha256::digest(&request.body))
    }
}

const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

fn is_payload_unsigned(head: &Head) -> bool {
    head.header(&headers::CONTENT_SHA256) == Some(UNSIGNED_PAYLOAD)
}

fn string_to_sign(claim: &Claim, digest: &Digits) -> String {
    [ALGORITHM, &claim.signed_at.to_string(), &claim.scope, digest.as_str()].join("\n")
}

/// Returns what a client may have signed as its host, the most likely form first.
///
/// The header in lower case, as the documentation asks; the header as sent; without the scheme (the command line adds
/// one); without the port (Node); and the service's public name, which the COS clients sign wherever they connect to.
pub fn hosts<'a>(received: &'a str, service: &'a str, domain: &'static str) -> impl Iterator<Item = Cow<'a, str>> {
    let bare = without_scheme(received);
    let without_port = without_port(bare);
    // Computed one by one: the first is nearly always the right one.
    (0..6).map(move |form| match form {
        0 => lower(received),
        1 => Cow::Borrowed(received),
        2 => lower(bare),
        3 => lower(without_port),
        4 => Cow::Borrowed(without_port),
        _ => Cow::Owned(format!("{service}.{domain}")),
    })
}

fn without_scheme(host: &str) -> &str {
    host.split_once("://").map_or(host, |(_, rest)| rest)
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

/// Returns what a client may have signed as its content type: in lower case, as the documentation asks, or as sent.
fn content_types(received: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let lower = lower(received);
    let is_lower = lower == received;
    std::iter::once(lower).chain(if is_lower { None } else { Some(Cow::Borrowed(received)) })
}

fn lower(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase() || !byte.is_ascii()) {
        Cow::Owned(text.to_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}

/// Returns whether a text is a key id or a secret that the documentation prints: one marked as an example, one with
/// asterisks, or the pair in the worked example of the older signature.
pub fn is_published(key: &str) -> bool {
    const OLDER: [&str; 2] = ["AKIDz8krbsJ5yKBZQpn74WFkmLPx3gnPhESA", "Gu5t9xGARNpq86cd98joQYCN3Cozk1qA"];
    key.contains("EXAMPLE") || key.contains("*****") || OLDER.contains(&key)
}

/// Returns a command line to paste that calls GetCallerIdentity, signed as a client would sign it, below a line that says
/// so.
pub fn example(url: &str, secret_id: &str, secret: &Secret, now: Time) -> String {
    let address = url.split_once("://").map_or(url, |(_, address)| address);
    let scope = format!("{}/sts/tc3_request", now.date());
    let canonical = format!(
        "POST\n/\n\ncontent-type:application/json\nhost:{address}\n\ncontent-type;host\n{}",
        hex::encode(Sha256::digest("{}"))
    );
    let text = format!("{ALGORITHM}\n{}\n{scope}\n{}", now.seconds(), hex::encode(Sha256::digest(canonical)));
    let signature = hex::encode(hmac(&derive(secret, &scope), text.as_bytes()));
    format!(
        "A first call, signed and valid for five minutes (later: tccli sts GetCallerIdentity --endpoint \
         {url}):\n\n  \
         curl {url}/ -d '{{}}' -H 'Content-Type: application/json' \\\n    \
         -H 'X-TC-Action: GetCallerIdentity' -H 'X-TC-Version: 2018-08-13' -H 'X-TC-Region: ap-guangzhou' \\\n    \
         -H 'X-TC-Timestamp: {}' \\\n    \
         -H 'Authorization: {ALGORITHM} Credential={secret_id}/{scope}, SignedHeaders=content-type;host, \
         Signature={signature}'",
        now.seconds()
    )
}
