//! OIDC tokens: JSON Web Tokens in compact form, signed with one of the provider's stored keys.
//!
//! By hand rather than with a JWT library, because those compare times with the clock of the machine; what is left,
//! splitting three parts and reading two JSON objects, is less than adapting one. The cryptography is `ring`'s.

use super::Flaw;
use super::keys::{Algorithm, SetKey};
use crate::env::Time;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

/// What a token proves.
#[derive(Debug, PartialEq, Eq)]
pub struct Claims {
    /// The provider.
    pub issuer: String,
    /// The subject.
    pub subject: String,
    /// The clients that it is for.
    pub audiences: Vec<String>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct WrittenClaims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: f64,
    nbf: Option<f64>,
    iat: Option<f64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// Verifies a token's signature and its times, and returns its claims. Who it must be from and for, the caller checks.
pub fn verify(token: &str, keys: &[SetKey], now: Time) -> Result<Claims, Flaw> {
    let mut parts = token.split('.');
    let (Some(header), Some(claims), Some(signature), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(Flaw::from("the token must have three parts with points between them"));
    };
    let read: Header = part(header, "header")?;
    // An extension that must be understood is not.
    if read.crit.is_some() {
        return Err(Flaw::from("the header has `crit`, which is not understood"));
    }
    let algorithm = Algorithm::named(&read.alg).ok_or_else(|| {
        Flaw::from("`alg` is not accepted; sign with RS256, RS384, RS512, PS256, PS384, PS512, ES256 or ES384")
    })?;
    let key = keys.iter().find(|key| key.id == read.kid && key.algorithm.is_none_or(|only| only == algorithm));
    let key = key.ok_or_else(|| Flaw::from("none of the provider's keys has the token's `kid` and `alg`"))?;
    let signed = token.get(..header.len() + 1 + claims.len()).unwrap_or_default();
    if !key.key.verifies(algorithm, signed.as_bytes(), &decode(signature, "signature")?) {
        return Err(Flaw::from("the signature does not match"));
    }

    let claims: WrittenClaims = part(claims, "payload")?;
    let now = now.seconds() as f64;
    if now >= claims.exp {
        return Err(Flaw::from("the token has expired (`exp`)"));
    }
    if claims.nbf.is_some_and(|from| now < from.floor()) {
        return Err(Flaw::from("the token is not valid yet (`nbf`)"));
    }
    if claims.iat.is_some_and(|at| now < at.floor()) {
        return Err(Flaw::from("the token was issued in the future (`iat`)"));
    }
    if claims.sub.is_empty() || claims.sub.len() > 256 {
        return Err(Flaw::from("`sub` must have 1 to 256 bytes"));
    }
    let audiences = match claims.aud {
        Audience::One(one) => vec![one],
        Audience::Many(many) => many,
    };
    Ok(Claims { issuer: claims.iss, subject: claims.sub, audiences })
}

fn decode(part: &str, name: &str) -> Result<Vec<u8>, Flaw> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| Flaw(format!("the {name} of the token is not base64url")))
}

fn part<T: DeserializeOwned>(part: &str, name: &str) -> Result<T, Flaw> {
    serde_json::from_slice(&decode(part, name)?)
        .map_err(|_| Flaw(format!("the {name} of the token cannot be read, or something that it needs is missing")))
}
