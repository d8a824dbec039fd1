//! Public keys of providers, out of certificates and key sets, and the signatures that they verify.

use super::Flaw;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512,
    RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::Deserialize;
use x509_cert::Certificate;
use x509_cert::der::asn1::{ObjectIdentifier, UintRef};
use x509_cert::der::{Decode, Encode, Reader, SliceReader};

/// The most keys of one provider.
pub const MOST_KEYS: usize = 32;

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");

/// A public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicKey {
    /// Modulus and exponent, big-endian, without leading zeros.
    Rsa(Vec<u8>, Vec<u8>),
    /// An uncompressed point on P-256.
    P256(Vec<u8>),
    /// An uncompressed point on P-384.
    P384(Vec<u8>),
}

/// A signature algorithm. SHA-1, symmetric algorithms and `none` are deliberately absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// RSA, PKCS#1 v1.5, with SHA-256.
    Rs256,
    /// RSA, PKCS#1 v1.5, with SHA-384.
    Rs384,
    /// RSA, PKCS#1 v1.5, with SHA-512.
    Rs512,
    /// RSA-PSS with SHA-256.
    Ps256,
    /// RSA-PSS with SHA-384.
    Ps384,
    /// RSA-PSS with SHA-512.
    Ps512,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// ECDSA on P-384 with SHA-384.
    Es384,
}

impl Algorithm {
    /// Returns the algorithm with this name in a token's header (RFC 7518, 3.1).
    pub fn named(name: &str) -> Option<Algorithm> {
        Some(match name {
            "RS256" => Algorithm::Rs256,
            "RS384" => Algorithm::Rs384,
            "RS512" => Algorithm::Rs512,
            "PS256" => Algorithm::Ps256,
            "PS384" => Algorithm::Ps384,
            "PS512" => Algorithm::Ps512,
            "ES256" => Algorithm::Es256,
            "ES384" => Algorithm::Es384,
            _ => return None,
        })
    }
}

impl PublicKey {
    /// Returns whether the signature over the message is this key's. False when the key is of another kind than the
    /// algorithm needs.
    pub fn verifies(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        let rsa = match algorithm {
            Algorithm::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
            Algorithm::Rs384 => &RSA_PKCS1_2048_8192_SHA384,
            Algorithm::Rs512 => &RSA_PKCS1_2048_8192_SHA512,
            Algorithm::Ps256 => &RSA_PSS_2048_8192_SHA256,
            Algorithm::Ps384 => &RSA_PSS_2048_8192_SHA384,
            Algorithm::Ps512 => &RSA_PSS_2048_8192_SHA512,
            Algorithm::Es256 | Algorithm::Es384 => return self.verifies_ecdsa(algorithm, message, signature),
        };
        match self {
            PublicKey::Rsa(n, e) => RsaPublicKeyComponents { n, e }.verify(rsa, message, signature).is_ok(),
            PublicKey::P256(_) | PublicKey::P384(_) => false,
        }
    }

    fn verifies_ecdsa(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        let (curve, point) = match (algorithm, self) {
            (Algorithm::Es256, PublicKey::P256(point)) => (&ECDSA_P256_SHA256_FIXED, point),
            (Algorithm::Es384, PublicKey::P384(point)) => (&ECDSA_P384_SHA384_FIXED, point),
            _ => return false,
        };
        UnparsedPublicKey::new(curve, point).verify(message, signature).is_ok()
    }

    /// Reads the key of an X.509 certificate in DER. `None` when the certificate is fine but its key is of a kind or
    /// size that nothing here verifies with.
    pub fn of_certificate(der: &[u8]) -> Result<Option<PublicKey>, Flaw> {
        let certificate = Certificate::from_der(der).map_err(|_| Flaw::from("a certificate cannot be read"))?;
        let info = certificate.tbs_certificate().subject_public_key_info();
        let bits = info.subject_public_key.raw_bytes();
        if info.algorithm.oid == RSA {
            let (n, e) = rsa_parts(bits).map_err(|_| Flaw::from("the key of a certificate cannot be read"))?;
            return Ok(PublicKey::rsa(&n, &e));
        }
        if info.algorithm.oid != EC {
            return Ok(None);
        }
        let curve = info.algorithm.parameters.as_ref().and_then(|parameters| parameters.to_der().ok());
        let curve = curve.and_then(|der| ObjectIdentifier::from_der(&der).ok());
        Ok(match (curve, bits.first(), bits.len()) {
            (Some(P256), Some(4), 65) => Some(PublicKey::P256(bits.to_vec())),
            (Some(P384), Some(4), 97) => Some(PublicKey::P384(bits.to_vec())),
            _ => None,
        })
    }

    /// Returns an RSA key of 2048 to 8192 bits; others are not verified with.
    fn rsa(n: &[u8], e: &[u8]) -> Option<PublicKey> {
        let trimmed = |number: &[u8]| number.iter().copied().skip_while(|byte| *byte == 0).collect::<Vec<u8>>();
        let (n, e) = (trimmed(n), trimmed(e));
        let bits = n.first().map_or(0, |first| n.len() * 8 - usize::try_from(first.leading_zeros()).unwrap_or(0));
        ((2048..=8192).contains(&bits) && (1..=4).contains(&e.len())).then_some(PublicKey::Rsa(n, e))
    }
}

/// Reads `RSAPublicKey` (RFC 8017, A.1.1).
fn rsa_parts(der: &[u8]) -> x509_cert::der::Result<(Vec<u8>, Vec<u8>)> {
    let mut reader = SliceReader::new(der)?;
    let parts = reader.sequence(|inner| {
        let n = UintRef::decode(inner)?;
        let e = UintRef::decode(inner)?;
        x509_cert::der::Result::Ok((n.as_bytes().to_vec(), e.as_bytes().to_vec()))
    })?;
    reader.finish()?;
    Ok(parts)
}

/// A key of a key set (RFC 7517).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetKey {
    /// Its id, if it has one.
    pub id: Option<String>,
    /// The algorithm that it is restricted to.
    pub algorithm: Option<Algorithm>,
    /// The key.
    pub key: PublicKey,
}

#[derive(Deserialize)]
struct WrittenSet {
    keys: Vec<WrittenKey>,
}

#[derive(Deserialize)]
struct WrittenKey {
    kty: String,
    #[serde(rename = "use")]
    purpose: Option<String>,
    kid: Option<String>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
    /// Only private and symmetric keys have these. Whoever sends one has published a secret.
    d: Option<serde::de::IgnoredAny>,
    k: Option<serde::de::IgnoredAny>,
}

/// Reads the keys of a key set that can verify signatures. Other keys are skipped; at least one must be left.
pub fn key_set(text: &str) -> Result<Vec<SetKey>, Flaw> {
    let set: WrittenSet =
        serde_json::from_str(text).map_err(|_| Flaw::from("what it encodes is not a JSON Web Key Set"))?;
    if set.keys.len() > MOST_KEYS {
        return Err(Flaw(format!("at most {MOST_KEYS} keys are allowed")));
    }
    let mut keys: Vec<SetKey> = Vec::new();
    for written in &set.keys {
        if written.d.is_some() || written.k.is_some() {
            return Err(Flaw::from("the set contains a private or symmetric key; only public keys are allowed"));
        }
        let algorithm = written.alg.as_deref().map(Algorithm::named);
        if algorithm == Some(None) || written.purpose.as_deref().is_some_and(|purpose| purpose != "sig") {
            continue;
        }
        let Some(key) = public_key(written)? else { continue };
        if written.kid.is_some() && keys.iter().any(|other| other.id == written.kid) {
            return Err(Flaw::from("two keys of the set have the same `kid`"));
        }
        keys.push(SetKey { id: written.kid.clone(), algorithm: algorithm.flatten(), key });
    }
    if keys.is_empty() {
        return Err(Flaw::from(
            "the set has no RSA key of at least 2048 bits and no key on P-256 or P-384 for signatures",
        ));
    }
    Ok(keys)
}

fn public_key(written: &WrittenKey) -> Result<Option<PublicKey>, Flaw> {
    let number = |name: &str, value: &Option<String>| {
        let bytes = value.as_deref().map(|text| URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')));
        bytes.and_then(Result::ok).ok_or_else(|| Flaw(format!("`{name}` of a key of the set cannot be read")))
    };
    let point = |length: usize| -> Result<Vec<u8>, Flaw> {
        let (x, y) = (number("x", &written.x)?, number("y", &written.y)?);
        if x.len() != length || y.len() != length {
            return Err(Flaw::from("`x` or `y` of a key of the set has another length than its curve needs"));
        }
        Ok([&[4], x.as_slice(), y.as_slice()].concat())
    };
    Ok(match (written.kty.as_str(), written.crv.as_deref()) {
        ("RSA", _) => PublicKey::rsa(&number("n", &written.n)?, &number("e", &written.e)?),
        ("EC", Some("P-256")) => Some(PublicKey::P256(point(32)?)),
        ("EC", Some("P-384")) => Some(PublicKey::P384(point(48)?)),
        _ => None,
    })
}
