//! Verifies signatures of version 1: HmacSHA1 and HmacSHA256 over the parameters of a query or a form.
//!
//! The page "Signature v1" of API 3.0 describes the algorithm, and API 2.0 had it before. Everything in the request is
//! signed: method, host, path and every parameter, decoded and in order of name. Clients disagree on the host, as they do
//! in [`tc3`](super::tc3).

use super::fields::Fields;
use super::tc3::{LONGEST_NAME, LONGEST_SHOWN, hosts};
use crate::dialect::contract::{Claim, Head};
use crate::engine::fault::{Fault, Malformed, Unauthenticated};
use crate::engine::model::Key;
use crate::env::Time;
use crate::secret::{self, Secret};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::Sha256;
use std::borrow::Cow;

/// The most bytes of a form: the documentation says 1 MB.
pub const LARGEST_FORM: usize = 1024 * 1024;

/// The most bytes of a query: the documentation says 32 KB for the whole request.
pub const LARGEST_QUERY: usize = 32 * 1024;

const SHA1: &str = "HmacSHA1";
const SHA256: &str = "HmacSHA256";

/// What differs between the two generations of the API that are signed in this way.
pub struct Generation {
    /// The path that is signed.
    pub path: &'static str,
    /// The domain of the cloud's own hosts, which some clients sign wherever they connect to.
    pub domain: &'static str,
    /// How far the time of signing may differ from the wall clock, in seconds.
    pub window: i64,
    /// The common parameters that must be there, besides those that name the key.
    pub required: &'static [&'static str],
}

/// API 3.0.
pub static API3: Generation = Generation {
    path: "/",
    domain: super::tc3::DOMAIN,
    window: super::tc3::WINDOW,
    required: &["Action", "Version", "Timestamp", "Nonce"],
};

/// Returns whether a parameter belongs to every request and not to the operation.
pub fn is_common(name: &str) -> bool {
    matches!(
        name,
        "Action"
            | "Version"
            | "Region"
            | "Timestamp"
            | "Nonce"
            | "SecretId"
            | "Signature"
            | "SignatureMethod"
            | "Token"
            | "Language"
            | "RequestClient"
    )
}

/// Reads the claim and checks its timestamp; `None` when nobody claims to have signed.
pub fn claim(fields: &Fields<'_>, generation: &Generation, now: Time) -> Result<Option<Claim>, Fault> {
    let required = |name: &'static str| fields.get(name).ok_or(Fault::Malformed(Malformed::MissingHeader(name)));
    for name in generation.required {
        required(name)?;
    }
    let number = |name: &'static str| {
        let text = required(name)?;
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
        let wrong = || Fault::Malformed(Malformed::Header { name, value: text.chars().take(128).collect() });
        text.parse::<u64>().ok().filter(|_| is_number).and_then(|number| i64::try_from(number).ok()).ok_or_else(wrong)
    };
    number("Nonce")?;
    let signed_at = number("Timestamp")?;
    if fields.get("SecretId").is_none() && fields.get("Signature").is_none() {
        return Ok(None);
    }
    let (secret_id, signature) = (required("SecretId")?, required("Signature")?);
    if secret_id.len() > LONGEST_NAME {
        let why = "`SecretId` not valid".to_owned();
        return Err(Fault::Unauthenticated(Unauthenticated::Claim(why)));
    }
    let seconds = now.seconds().saturating_sub(signed_at);
    if seconds.abs() > generation.window {
        return Err(Fault::Unauthenticated(Unauthenticated::Stale { seconds }));
    }
    Ok(Some(Claim {
        scheme: scheme(fields.get("SignatureMethod").unwrap_or_default()),
        secret_id: secret_id.into(),
        token: fields.get("Token").map(|token| Secret::new(token.to_owned())),
        signed_at,
        scope: String::new(),
        signed_headers: "".into(),
        signature: signature.to_owned(),
    }))
}

/// Returns the algorithm that a `SignatureMethod` selects: SHA-256 by its name, and SHA-1 by any other or none, as the
/// documentation has it.
pub fn scheme(method: &str) -> &'static str {
    if method == SHA256 { SHA256 } else { SHA1 }
}

/// Checks the signature against the key. `service` is the one that the request is for, as far as it is known.
pub fn verify(
    head: &Head,
    fields: &Fields<'_>,
    generation: &Generation,
    service: Option<&str>,
    claim: &Claim,
    key: &Key,
) -> Result<(), Fault> {
    let host = head.header(http::header::HOST).unwrap_or_default();
    let sent = Signed::of(head, fields, generation, false);
    let has_underscore = fields.iter().any(|(name, _)| name.contains('_'));
    // The Python clients sign `_` in a name as `.`.
    let dotted = has_underscore.then(|| Signed::of(head, fields, generation, true));
    let mut tried: Vec<Cow<'_, str>> = Vec::new();
    for host in hosts(host, service.unwrap_or_default(), generation.domain) {
        if tried.contains(&host) {
            continue;
        }
        for signed in std::iter::once(&sent).chain(&dotted) {
            if secret::same(signed.signature(&host, claim.scheme, &key.secret).as_bytes(), claim.signature.as_bytes()) {
                return Ok(());
            }
        }
        tried.push(host);
    }
    let string_to_sign = sent.shown(host);
    Err(Fault::Unauthenticated(Unauthenticated::Signature { canonical_request: String::new(), string_to_sign }))
}

/// The parts of the string to sign.
struct Signed<'a> {
    method: &'a str,
    path: &'static str,
    /// In order of name.
    fields: Vec<(Cow<'a, str>, &'a str)>,
}

impl<'a> Signed<'a> {
    fn of(head: &'a Head, fields: &'a Fields<'_>, generation: &Generation, dotted: bool) -> Signed<'a> {
        let named = |name: &'a str| if dotted { Cow::Owned(name.replace('_', ".")) } else { Cow::Borrowed(name) };
        let mut fields: Vec<(Cow<'_, str>, &str)> =
            fields.iter().filter(|(name, _)| *name != "Signature").map(|(name, value)| (named(name), value)).collect();
        fields.sort();
        Signed { method: head.method.as_str(), path: generation.path, fields }
    }

    /// Passes the string to sign to `part`, piece by piece.
    fn string(&self, host: &str, mut part: impl FnMut(&str)) {
        part(self.method);
        part(host);
        part(self.path);
        for (place, (name, value)) in self.fields.iter().enumerate() {
            part(if place == 0 { "?" } else { "&" });
            part(name);
            part("=");
            part(value);
        }
    }

    fn signature(&self, host: &str, scheme: &str, secret: &Secret) -> String {
        let digest = match scheme {
            SHA256 => self.digest::<Hmac<Sha256>>(host, secret),
            _ => self.digest::<Hmac<Sha1>>(host, secret),
        };
        STANDARD.encode(digest)
    }

    fn digest<M: Mac + KeyInit>(&self, host: &str, secret: &Secret) -> Vec<u8> {
        // HMAC takes a key of any length, so this branch is never taken; its result would match no signature.
        let Ok(mut mac) = <M as KeyInit>::new_from_slice(secret.expose().as_bytes()) else { return Vec::new() };
        self.string(host, |part| mac.update(part.as_bytes()));
        mac.finalize().into_bytes().to_vec()
    }

    /// Writes the string to sign for display, cut off at [`LONGEST_SHOWN`], without the values that may be secret.
    fn shown(&self, host: &str) -> String {
        let is_shown = |name: &str| is_common(name) && name != "Token";
        let fields =
            self.fields.iter().map(|(name, value)| (name.clone(), if is_shown(name) { *value } else { "(not shown)" }));
        let concealed = Signed { method: self.method, path: self.path, fields: fields.collect() };
        let mut text = String::new();
        concealed.string(host, |part| {
            let room = LONGEST_SHOWN.saturating_sub(text.len());
            text.push_str(part.get(..part.floor_char_boundary(room)).unwrap_or_default());
        });
        text
    }
}
