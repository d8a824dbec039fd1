//! Builds requests as bytes, signed beforehand, so that under load the client only writes and reads.

use camulator::dialect::tencent::tc3;
use camulator::env::{Env, Time};
use camulator::secret::Secret;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

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
    let now = Env::system().now();
    let scope = format!("{}/{service}/tc3_request", now.date());
    let signature = signature(key, &scope, now, host, body);
    let version = if *service == "sts" { "2018-08-13" } else { "2019-01-16" };
    let token = key.token.as_ref().map_or_else(String::new, |token| format!("X-TC-Token: {token}\r\n"));
    format!(
        "POST / HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nX-TC-Action: {action}\r\n\
         X-TC-Version: {version}\r\nX-TC-Region: ap-guangzhou\r\nX-TC-Timestamp: {}\r\n{token}\
         Authorization: TC3-HMAC-SHA256 Credential={}/{scope}, SignedHeaders=content-type;host, Signature={signature}\r\n\
         Content-Length: {}\r\n\r\n{body}",
        now.seconds(),
        key.id,
        body.len(),
    )
    .into_bytes()
}

fn signature(key: &Key, scope: &str, now: Time, host: &str, body: &str) -> String {
    let canonical = format!(
        "POST\n/\n\ncontent-type:application/json\nhost:{host}\n\ncontent-type;host\n{}",
        hex::encode(Sha256::digest(body))
    );
    let text =
        format!("TC3-HMAC-SHA256\n{}\n{scope}\n{}", now.seconds(), hex::encode(Sha256::digest(canonical.as_bytes())));
    hex::encode(hmac(&tc3::derive(&Secret::new(key.secret.clone()), scope), text.as_bytes()))
}

/// Returns the HMAC-SHA256 of a message.
pub fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    mac.update(message);
    mac.finalize().into_bytes().into()
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
