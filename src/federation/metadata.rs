//! The metadata of a SAML identity provider: its name and its signing keys.

use super::keys::{MOST_KEYS, PublicKey};
use super::xml::{self, DSIG, METADATA};
use super::{Flaw, decode_base64};

/// What the metadata of an identity provider says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// The provider's name, which its assertions give as their issuer.
    pub entity: String,
    /// The keys of its signing certificates.
    pub keys: Vec<PublicKey>,
}

/// Parses the metadata document of one identity provider. The dates of its certificates are not checked: the document
/// itself says which keys are trusted.
pub fn parse(text: &str) -> Result<Metadata, Flaw> {
    let doc = xml::parse(text)?;
    let root = xml::root(&doc, (METADATA, "EntityDescriptor"))?;
    let entity = xml::required(&doc, root, "entityID")?.trim().to_owned();
    if entity.is_empty() || entity.len() > 1024 {
        return Err(Flaw::from("`entityID` must have 1 to 1024 bytes"));
    }
    let descriptor = xml::one(&doc, root, (METADATA, "IDPSSODescriptor"))?;
    let mut keys = Vec::new();
    for key in xml::children(&doc, descriptor, (METADATA, "KeyDescriptor")) {
        if xml::attribute(&doc, key, "use").is_some_and(|purpose| purpose != "signing") {
            continue;
        }
        let info = xml::one(&doc, key, (DSIG, "KeyInfo"))?;
        for data in xml::children(&doc, info, (DSIG, "X509Data")) {
            for certificate in xml::children(&doc, data, (DSIG, "X509Certificate")) {
                let der = decode_base64(&xml::text(&doc, certificate)?)
                    .map_err(|_| Flaw::from("a certificate is not base64"))?;
                keys.extend(PublicKey::of_certificate(&der)?);
            }
        }
    }
    match keys.len() {
        0 => Err(Flaw::from(
            "there is no signing certificate with an RSA key of at least 2048 bits or a key on P-256 or P-384",
        )),
        1..=MOST_KEYS => Ok(Metadata { entity, keys }),
        _ => Err(Flaw(format!("at most {MOST_KEYS} signing certificates are allowed"))),
    }
}
