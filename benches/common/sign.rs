//! Builds requests as bytes, signed beforehand, so that under load the client only writes and reads.
//!
//! It signs by itself and not with the server's code, so that this needs none of the server's crates.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::time::{SystemTime, UNIX_EPOCH};

/// A key that signs requests.
#[derive(Clone)]
pub struct Key {
    /// Id of the key.
    pub id: String,
    /// Secret of the key.
    pub secret: String,
    /// Token of a temporary key.
    pub token: Option<String>,
}

/// The operation to call.
pub struct Call<'a> {
    /// Host and port of the server.
    pub host: &'a str,
    /// `cam` or `sts`.
    pub service: &'a str,
    /// Name of the action.
    pub action: &'a str,
    /// Body in JSON.
    pub body: &'a str,
}

/// Returns a signed request as bytes. The system's clock must be right, since a signature is valid for five minutes.
pub fn request(key: &Key, call: &Call<'_>) -> Vec<u8> {
    let Call { host, service, action, body } = call;
    let now = seconds();
    let scope = format!("{}/{service}/tc3_request", date(now));
    let signature = signature(key, &scope, now, host, body);
    let version = if *service == "sts" { "2018-08-13" } else { "2019-01-16" };
    let token = key.token.as_ref().map_or_else(String::new, |token| format!("X-TC-Token: {token}\r\n"));
    format!(
        "POST / HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nX-TC-Action: {action}\r\n\
         X-TC-Version: {version}\r\nX-TC-Region: ap-guangzhou\r\nX-TC-Timestamp: {now}\r\n{token}\
         Authorization: TC3-HMAC-SHA256 Credential={}/{scope}, SignedHeaders=content-type;host, Signature={signature}\r\n\
         Content-Length: {}\r\n\r\n{body}",
        key.id,
        body.len(),
    )
    .into_bytes()
}

fn signature(key: &Key, scope: &str, now: u64, host: &str, body: &str) -> String {
    let canonical = format!(
        "POST\n/\n\ncontent-type:application/json\nhost:{host}\n\ncontent-type;host\n{}",
        hex::encode(Sha256::digest(body))
    );
    let text = format!("TC3-HMAC-SHA256\n{now}\n{scope}\n{}", hex::encode(Sha256::digest(canonical.as_bytes())));
    hex::encode(hmac(&derive(&key.secret, scope), text.as_bytes()))
}

/// Derives the key that signs the requests of a scope: `date/service/tc3_request`.
pub fn derive(secret: &str, scope: &str) -> [u8; 32] {
    let mut parts = scope.split('/');
    let first = hmac(format!("TC3{secret}").as_bytes(), parts.next().unwrap_or_default().as_bytes());
    parts.fold(first, |key, part| hmac(&key, part.as_bytes()))
}

/// Returns the HMAC-SHA256 of a message.
pub fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// Returns the seconds since 1970.
#[expect(clippy::disallowed_methods, reason = "a client has a clock of its own")]
pub fn seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Returns the UTC date, such as `2026-01-01`.
fn date(seconds: u64) -> String {
    // Counts from 0000-03-01, so that a leap day is the last day of its year; 146,097 days are 400 years.
    let days = seconds / 86_400 + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (day, month_from_january) = (day - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    let year = era * 400 + year + u64::from(month_from_january <= 2);
    format!("{year:04}-{month_from_january:02}-{day:02}")
}

/// Returns a request to the admin API as bytes.
pub fn admin(host: &str, token: &str, path: &str, body: &str) -> Vec<u8> {
    format!(
        "POST /_camulator/v1/{path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
