//! Proofs of identity from outside: SAML 2.0 responses, OIDC tokens, and the keys that verify them.
//!
//! The module is pure: it takes the proof, the provider's stored keys and the time, and returns what was proven. It
//! fetches nothing. A [`Flaw`] says why a proof or a provider's document is not accepted; it quotes nothing secret.

pub mod keys;
pub mod metadata;
pub mod saml;
mod signature;
pub mod token;
mod xml;

/// Why a proof, or a document of a provider, is not accepted: a clause in English.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw(pub String);

impl<T: Into<String>> From<T> for Flaw {
    fn from(why: T) -> Flaw {
        Flaw(why.into())
    }
}

/// Decodes standard base64 with padding. White space is ignored, because command line tools break long lines.
pub fn decode_base64(text: &str) -> Result<Vec<u8>, Flaw> {
    use base64::Engine as _;
    let compact: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    base64::engine::general_purpose::STANDARD.decode(compact).map_err(|_| Flaw::from("it is not base64"))
}

/// Decodes base64 that contains a UTF-8 text.
pub fn decode_text(text: &str) -> Result<String, Flaw> {
    String::from_utf8(decode_base64(text)?).map_err(|_| Flaw::from("what it encodes is not UTF-8"))
}
