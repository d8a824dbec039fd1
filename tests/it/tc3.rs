//! A second implementation of TC3-HMAC-SHA256, written from the documentation and not from `src`. The tests sign with
//! it.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// A signature with every intermediate value.
pub struct Signed {
    pub canonical: String,
    pub scope: String,
    pub string_to_sign: String,
    pub secret_date: String,
    pub secret_service: String,
    pub secret_signing: String,
    pub signed_headers: String,
    pub signature: String,
}

/// The input of a signature.
pub struct ToSign<'a> {
    pub secret_key: &'a str,
    pub method: &'a str,
    pub query: &'a str,
    /// Lower-case names in ascending order, values as they enter the canonical request.
    pub headers: &'a [(&'a str, &'a str)],
    /// The SHA-256 of the body in hexadecimal.
    pub payload: &'a str,
    pub timestamp: i64,
    pub date: &'a str,
    pub service: &'a str,
}

impl ToSign<'_> {
    pub fn sign(&self) -> Signed {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| *name).collect();
        let signed_headers = names.join(";");
        let headers: String = self.headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let canonical =
            [self.method, "/", self.query, headers.as_str(), signed_headers.as_str(), self.payload].join("\n");
        let scope = format!("{}/{}/tc3_request", self.date, self.service);
        let string_to_sign = format!("TC3-HMAC-SHA256\n{}\n{scope}\n{}", self.timestamp, digest(canonical.as_bytes()));
        let secret_date = mac(format!("TC3{}", self.secret_key).as_bytes(), self.date);
        let secret_service = mac(&secret_date, self.service);
        let secret_signing = mac(&secret_service, "tc3_request");
        let signature = hex::encode(mac(&secret_signing, &string_to_sign));
        Signed {
            canonical,
            scope,
            string_to_sign,
            secret_date: hex::encode(secret_date),
            secret_service: hex::encode(secret_service),
            secret_signing: hex::encode(secret_signing),
            signed_headers,
            signature,
        }
    }
}

/// SHA-256 in hexadecimal.
pub fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// The UTC day of a time in seconds.
pub fn date(timestamp: i64) -> String {
    chrono::DateTime::from_timestamp(timestamp, 0).unwrap().format("%Y-%m-%d").to_string()
}

fn mac(key: &[u8], message: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().to_vec()
}
