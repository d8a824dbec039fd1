//! TC3-HMAC-SHA256, as the server must verify it.
//!
//! Pure: what was sent, the key and the wall clock come in, a verdict goes out. The algorithm is that of Tencent's page
//! "Signature v3"; the tolerances are those that its own clients need, because they disagree on what they sign (each is
//! named where it stands). What the clients leave unsigned (action, version, region, token) is no matter of the signature:
//! it is authorised as it arrives, and [`free`] names it.

use crate::dialect::contract::{Claim, Head, RawRequest};
use crate::engine::fault::{Fault, Malformed, Unauthenticated};
use crate::engine::model::Key;
use crate::env::Time;
use crate::secret::{self, Secret};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::borrow::Cow;

/// How far the time of signing may lie from the wall clock, in seconds.
pub const WINDOW: i64 = 300;

/// The name of the algorithm.
pub const ALGORITHM: &str = "TC3-HMAC-SHA256";

/// How many headers a request may sign. The clients sign two, the documents' samples three.
pub const MOST_SIGNED: usize = 32;

/// The longest key id and the longest service of a scope, in bytes: no key's id is longer.
pub const LONGEST_NAME: usize = 128;

/// How much of a canonical request or a string to sign the journal keeps, in bytes.
pub const LONGEST_SHOWN: usize = 4096;

/// Reads the claim of a request and judges its time.
pub fn claim(head: &Head, now: Time) -> Result<Claim, Fault> {
    let required = |name, header| head.header(header).ok_or(Fault::Malformed(Malformed::MissingHeader(name)));
    required("Action", "x-tc-action")?;
    required("Version", "x-tc-version")?;
    let timestamp = required("Timestamp", "x-tc-timestamp")?;
    let invalid = |why: &str| Fault::Unauthenticated(Unauthenticated::Claim(why.to_owned()));
    if head.headers.get("authorization").is_some_and(|value| std::str::from_utf8(value.as_bytes()).is_err()) {
        return Err(invalid("`Authorization` not valid"));
    }
    let authorization = required("Authorization", "authorization")?;
    let signed_at: i64 = match timestamp.parse() {
        Ok(seconds) if timestamp.bytes().all(|byte| byte.is_ascii_digit()) => seconds,
        _ => return Err(Fault::Malformed(Malformed::Header { name: "Timestamp", value: timestamp.to_owned() })),
    };
    let host = head.header("host").unwrap_or_default();
    let claim = parse(authorization, signed_at, head.header("x-tc-token"), host).map_err(invalid)?;
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
    // One of the cloud's own hosts says which service is meant; any other host says nothing, whatever its first label is.
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
        signed_headers: signed_headers.to_owned(),
        signature: signature.to_ascii_lowercase(),
    })
}

/// Whether these can be the names of signed headers: not too many, each once, `host` and `content-type` among them. So
/// that no header is hashed more than once for each form of host and content type.
fn are_signable(signed_headers: &str) -> bool {
    let names: Vec<&str> = signed_headers.split(';').take(MOST_SIGNED + 1).collect();
    let is_name = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic());
    let is_first = |place: usize, name: &str| !names.iter().take(place).any(|other| other.eq_ignore_ascii_case(name));
    names.len() <= MOST_SIGNED
        && names.iter().enumerate().all(|(place, name)| is_name(name) && is_first(place, name))
        && names.contains(&"host")
        && names.contains(&"content-type")
}

/// The service that a host of the cloud's own stands for: `cam.tencentcloudapi.com`, `cam.ap-guangzhou.…`, `cam.intl.…`.
fn service_of(host: &str) -> Option<Cow<'_, str>> {
    let name = without_port(without_scheme(host));
    let (service, domain) = name.strip_suffix('.').unwrap_or(name).split_once('.')?;
    let domain = lower(domain);
    let is_clouds = domain == DOMAIN || domain.strip_suffix(DOMAIN).is_some_and(|region| region.ends_with('.'));
    is_clouds.then(|| lower(service))
}

const DOMAIN: &str = "tencentcloudapi.com";

/// Checks the signature against the key.
pub fn verify(request: &RawRequest, claim: &Claim, key: &Key) -> Result<(), Fault> {
    let head = &*request.head;
    let signing_key = key.signing_key(&claim.scope, |secret| derive(secret, &claim.scope));
    let Some(signed) = Signed::of(request, claim) else {
        let why = "`SignedHeaders` names a header that the request does not have".to_owned();
        return Err(Fault::Unauthenticated(Unauthenticated::Claim(why)));
    };
    let host = head.header("host").unwrap_or_default();
    let content_type = head.header("content-type").unwrap_or_default();
    for host in hosts(host, &claim.scope) {
        for content_type in content_types(content_type) {
            let text = string_to_sign(claim, signed.digest(&host, &content_type));
            let expected = hexadecimal(&hmac(&signing_key, text.as_bytes()));
            if secret::same(expected.as_bytes(), claim.signature.as_bytes()) {
                return Ok(());
            }
        }
    }
    // The likeliest form, to be shown to whoever looks for the mistake.
    let (host, content_type) = (lower(host), lower(content_type));
    let string_to_sign = string_to_sign(claim, signed.digest(&host, &content_type));
    let canonical_request = signed.concealed().text(&host, &content_type);
    Err(Fault::Unauthenticated(Unauthenticated::Signature { canonical_request, string_to_sign }))
}

/// What a request signed, in parts: its canonical request is hashed and seldom written.
struct Signed<'a> {
    method: &'a str,
    query: &'a str,
    /// By ascending name.
    headers: Vec<(&'a str, SignedValue<'a>)>,
    names: &'a str,
    payload: String,
}

/// The value of a signed header.
enum SignedValue<'a> {
    Host,
    ContentType,
    Other(Cow<'a, str>),
}

impl<'a> Signed<'a> {
    /// None when a header is named that the request does not have.
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

    /// Hands over the canonical request, part by part.
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
        part(&self.payload);
    }

    fn digest(&self, host: &str, content_type: &str) -> String {
        let mut hash = Sha256::new();
        self.canonical(host, content_type, |part| hash.update(part));
        hexadecimal(&hash.finalize())
    }

    /// The same, to be shown: of headers that are none of this signature's own no value is, because any of them may
    /// carry a secret. A session's token is one.
    fn concealed(mut self) -> Signed<'a> {
        for (name, value) in &mut self.headers {
            if name.eq_ignore_ascii_case("x-tc-token") {
                *value = SignedValue::Other(Cow::Borrowed("(the token, not shown)"));
            } else if matches!(value, SignedValue::Other(_))
                && !SHOWN.iter().any(|shown| shown.eq_ignore_ascii_case(name))
            {
                *value = SignedValue::Other(Cow::Borrowed("(not shown)"));
            }
        }
        if !self.query.is_empty() {
            self.query = "(not shown)";
        }
        self
    }

    /// The canonical request, cut off where it is longer than the journal keeps.
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

/// Signed headers whose values are shown when a signature is wrong, besides host and content type.
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

/// What decides and is not signed. Host, content type, time, date and service of the scope always are; the body is unless
/// the client says that it is not.
pub fn free(head: &Head, claim: &Claim) -> Vec<&'static str> {
    const DECIDING: [&str; 5] = ["x-tc-action", "x-tc-version", "x-tc-region", "x-tc-token", "x-tc-language"];
    let is_signed = |name: &str| claim.signed_headers.split(';').any(|signed| signed.eq_ignore_ascii_case(name));
    let mut free = Vec::with_capacity(DECIDING.len() + 1);
    if is_payload_unsigned(head) {
        free.push("body");
    }
    free.extend(DECIDING.iter().filter(|name| head.header(name).is_some() && !is_signed(name)));
    free
}

/// The signing key for a scope `date/service/tc3_request`.
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
    // A key of any length is legal for HMAC; the empty output of the impossible branch equals no signature.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// As lower-case hexadecimal digits. `hex::encode` makes its text letter by letter, which is most of its cost.
fn hexadecimal(bytes: &[u8]) -> String {
    let mut digits = vec![0; 2 * bytes.len()];
    // Fails only for room of another length; what was left then equals no signature.
    let _ = hex::encode_to_slice(bytes, &mut digits);
    String::from_utf8(digits).unwrap_or_default()
}

/// The hash of the body, or of the words that stand for an unsigned one: the SHA-256 of `UNSIGNED-PAYLOAD`, not the
/// words themselves (seen in the Python, Go and Java clients).
fn payload_digest(request: &RawRequest) -> String {
    if is_payload_unsigned(&request.head) {
        hexadecimal(&Sha256::digest(UNSIGNED_PAYLOAD))
    } else if request.head.method == http::Method::GET {
        hexadecimal(&Sha256::digest(""))
    } else {
        hexadecimal(&Sha256::digest(&request.body))
    }
}

const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

fn is_payload_unsigned(head: &Head) -> bool {
    head.header("x-tc-content-sha256") == Some(UNSIGNED_PAYLOAD)
}

fn string_to_sign(claim: &Claim, digest: String) -> String {
    format!("{ALGORITHM}\n{}\n{}\n{digest}", claim.signed_at, claim.scope)
}

/// What a client may have signed as its host, the likeliest first. The header as it came, lower-cased as the documents
/// ask for; as it was; without the port (Node); without a scheme (the command line puts one in); and the service's public
/// name, which the COS clients sign whatever they connect to.
fn hosts<'a>(received: &'a str, scope: &'a str) -> impl Iterator<Item = Cow<'a, str>> {
    let bare = without_scheme(received);
    let without_port = without_port(bare);
    // Worked out one by one: the first is nearly always the right one.
    (0..6).map(move |form| match form {
        0 => lower(received),
        1 => Cow::Borrowed(received),
        2 => lower(bare),
        3 => lower(without_port),
        4 => Cow::Borrowed(without_port),
        _ => Cow::Owned(format!("{}.{DOMAIN}", scope.split('/').nth(1).unwrap_or_default())),
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

/// What a client may have signed as its content type: lower-cased, as the documents ask for, or as it was sent.
fn content_types(received: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let is_lower = !received.bytes().any(|byte| byte.is_ascii_uppercase());
    std::iter::once(lower(received)).chain(if is_lower { None } else { Some(Cow::Borrowed(received)) })
}

fn lower(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(text.to_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}

/// Whether a text is half of a key that the cloud's documents print: an example, one with asterisks, or the pair that the
/// older signature's page computes with.
pub fn is_published(key: &str) -> bool {
    const OLDER: [&str; 2] = ["AKIDz8krbsJ5yKBZQpn74WFkmLPx3gnPhESA", "Gu5t9xGARNpq86cd98joQYCN3Cozk1qA"];
    key.contains("EXAMPLE") || key.contains("*****") || OLDER.contains(&key)
}

/// A GetCallerIdentity call of a key as a command line to paste: the signature that a client would make.
pub fn example(address: std::net::SocketAddr, secret_id: &str, secret: &Secret, now: Time) -> String {
    let scope = format!("{}/sts/tc3_request", now.date());
    let canonical = format!(
        "POST\n/\n\ncontent-type:application/json\nhost:{address}\n\ncontent-type;host\n{}",
        hex::encode(Sha256::digest("{}"))
    );
    let text = format!("{ALGORITHM}\n{}\n{scope}\n{}", now.seconds(), hex::encode(Sha256::digest(canonical)));
    let signature = hex::encode(hmac(&derive(secret, &scope), text.as_bytes()));
    format!(
        "  curl http://{address}/ -d '{{}}' -H 'Content-Type: application/json' \\\n    \
         -H 'X-TC-Action: GetCallerIdentity' -H 'X-TC-Version: 2018-08-13' -H 'X-TC-Region: ap-guangzhou' \\\n    \
         -H 'X-TC-Timestamp: {}' \\\n    \
         -H 'Authorization: {ALGORITHM} Credential={secret_id}/{scope}, SignedHeaders=content-type;host, \
         Signature={signature}'",
        now.seconds()
    )
}
