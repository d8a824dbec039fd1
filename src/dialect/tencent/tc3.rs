//! TC3-HMAC-SHA256, as the server must verify it.
//!
//! Pure: what was sent, the key and the wall clock come in, a verdict goes out. The algorithm is that of Tencent's page
//! "Signature v3"; the tolerances are those that its own clients need, because they disagree on what they sign (each is
//! named where it stands). What the clients leave unsigned (action, version, region, token) is no matter of the signature:
//! it is authorised as it arrives, and [`free`] names it.

use crate::dialect::contract::{Claim, RawRequest};
use crate::engine::fault::{Fault, Malformed, Unauthenticated};
use crate::engine::keys::Key;
use crate::env::Time;
use crate::secret::{self, Secret};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::borrow::Cow;

/// How far the time of signing may lie from the wall clock, in seconds.
pub const WINDOW: i64 = 300;

/// The name of the algorithm.
pub const ALGORITHM: &str = "TC3-HMAC-SHA256";

/// Reads the claim of a request and judges its time.
pub fn claim(request: &RawRequest, now: Time) -> Result<Claim, Fault> {
    let required = |name, header| request.header(header).ok_or(Fault::Malformed(Malformed::MissingHeader(name)));
    required("Action", "x-tc-action")?;
    required("Version", "x-tc-version")?;
    let timestamp = required("Timestamp", "x-tc-timestamp")?;
    let authorization = required("Authorization", "authorization")?;
    let signed_at: i64 = match timestamp.parse() {
        Ok(seconds) if timestamp.bytes().all(|byte| byte.is_ascii_digit()) => seconds,
        _ => return Err(Fault::Malformed(Malformed::Header { name: "Timestamp", value: timestamp.to_owned() })),
    };
    let claim = parse(authorization, signed_at, request.header("x-tc-token"))
        .map_err(|why| Fault::Unauthenticated(Unauthenticated::Claim(why.to_owned())))?;
    let seconds = now.seconds().saturating_sub(signed_at);
    if seconds.abs() > WINDOW {
        return Err(Fault::Unauthenticated(Unauthenticated::Stale { seconds }));
    }
    Ok(claim)
}

/// Reads `TC3-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`.
fn parse(authorization: &str, signed_at: i64, token: Option<&str>) -> Result<Claim, &'static str> {
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
    if secret_id.is_empty() {
        return Err("`SecretId` in Credential not valid");
    }
    if date != Time::from_seconds(signed_at).date() {
        return Err("`Date` in Credential not valid");
    }
    if service.is_empty() {
        return Err("`Service` in Credential not valid");
    }
    let signed_headers = signed_headers.ok_or("`SignedHeaders` not valid")?;
    let names = || signed_headers.split(';');
    let is_name = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic());
    if !names().all(is_name) || !names().any(|name| name == "host") || !names().any(|name| name == "content-type") {
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

/// Checks the signature against the key.
pub fn verify(request: &RawRequest, claim: &Claim, key: &Key) -> Result<(), Fault> {
    let signing_key = key.signing_key(&claim.scope, |secret| derive(secret, &claim.scope));
    let payload = payload_digest(request);
    let mut first = None;
    let host = request.header("host").unwrap_or_default();
    let content_type = request.header("content-type").unwrap_or_default();
    for host in hosts(host, &claim.scope) {
        for content_type in content_types(content_type) {
            let Some(canonical) = canonical_request(request, claim, &host, &content_type, &payload) else {
                let why = "`SignedHeaders` names a header that the request does not have".to_owned();
                return Err(Fault::Unauthenticated(Unauthenticated::Claim(why)));
            };
            let text = string_to_sign(claim, &canonical);
            let expected = hexadecimal(&hmac(&signing_key, text.as_bytes()));
            if secret::same(expected.as_bytes(), claim.signature.as_bytes()) {
                return Ok(());
            }
            first.get_or_insert((canonical, text));
        }
    }
    let (canonical_request, string_to_sign) = first.unwrap_or_default();
    let canonical_request = conceal_token(canonical_request);
    Err(Fault::Unauthenticated(Unauthenticated::Signature { canonical_request, string_to_sign }))
}

/// A canonical request to be shown: a token that was signed is a secret all the same.
fn conceal_token(canonical: String) -> String {
    const TOKEN: &str = "\nx-tc-token:";
    match canonical.split_once(TOKEN) {
        Some((before, after)) => {
            let after = after.split_once('\n').map_or("", |(_, after)| after);
            format!("{before}{TOKEN}(the token, not shown)\n{after}")
        }
        None => canonical,
    }
}

/// What decides and is not signed. Host, content type, time, date and service of the scope always are; the body is unless
/// the client says that it is not.
pub fn free(request: &RawRequest, claim: &Claim) -> Vec<&'static str> {
    const DECIDING: [&str; 5] = ["x-tc-action", "x-tc-version", "x-tc-region", "x-tc-token", "x-tc-language"];
    let is_signed = |name: &str| claim.signed_headers.split(';').any(|signed| signed.eq_ignore_ascii_case(name));
    let mut free = Vec::with_capacity(DECIDING.len() + 1);
    if is_payload_unsigned(request) {
        free.push("body");
    }
    free.extend(DECIDING.iter().filter(|name| request.header(name).is_some() && !is_signed(name)));
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
    if is_payload_unsigned(request) {
        hexadecimal(&Sha256::digest(UNSIGNED_PAYLOAD))
    } else if request.method == http::Method::GET {
        hexadecimal(&Sha256::digest(""))
    } else {
        hexadecimal(&Sha256::digest(&request.body))
    }
}

const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

fn is_payload_unsigned(request: &RawRequest) -> bool {
    request.header("x-tc-content-sha256") == Some(UNSIGNED_PAYLOAD)
}

fn canonical_request(
    request: &RawRequest,
    claim: &Claim,
    host: &str,
    content_type: &str,
    payload: &str,
) -> Option<String> {
    let mut canonical = String::with_capacity(256);
    canonical.push_str(request.method.as_str());
    canonical.push_str("\n/\n");
    if request.method == http::Method::GET {
        canonical.push_str(&request.query);
    }
    canonical.push('\n');
    let mut names: Vec<&str> = claim.signed_headers.split(';').collect();
    names.sort_unstable();
    for name in names {
        canonical.push_str(name);
        canonical.push(':');
        match name {
            "host" => canonical.push_str(host),
            "content-type" => canonical.push_str(content_type),
            _ => canonical.push_str(&request.header(name)?.to_lowercase()),
        }
        canonical.push('\n');
    }
    canonical.push('\n');
    canonical.push_str(&claim.signed_headers);
    canonical.push('\n');
    canonical.push_str(payload);
    Some(canonical)
}

fn string_to_sign(claim: &Claim, canonical: &str) -> String {
    format!("{ALGORITHM}\n{}\n{}\n{}", claim.signed_at, claim.scope, hexadecimal(&Sha256::digest(canonical)))
}

/// What a client may have signed as its host, the likeliest first. The header as it came, lower-cased as the documents
/// ask for; as it was; without the port (Node); without a scheme (the command line puts one in); and the service's public
/// name, which the COS clients sign whatever they connect to.
fn hosts<'a>(received: &'a str, scope: &'a str) -> impl Iterator<Item = Cow<'a, str>> {
    let bare = received.split_once("://").map_or(received, |(_, rest)| rest);
    let without_port = match bare.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => bare,
    };
    // Worked out one by one: the first is nearly always the right one.
    (0..6).map(move |form| match form {
        0 => lower(received),
        1 => Cow::Borrowed(received),
        2 => lower(bare),
        3 => lower(without_port),
        4 => Cow::Borrowed(without_port),
        _ => Cow::Owned(format!("{}.tencentcloudapi.com", scope.split('/').nth(1).unwrap_or_default())),
    })
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
