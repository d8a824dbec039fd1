//! Enveloped XML signatures, in the one form that SAML allows (SAML core, 5.4).
//!
//! A signature is verified together with the element that contains it: it must refer to that element by its `ID`, and
//! the digest is that of that very node. Nothing is looked up by `ID`, so no second element with the same one can be
//! put in its place. Whatever else XML signatures can do (other transforms, several references, objects, keys of their
//! own, HMAC, SHA-1) is refused before anything is computed.

use super::keys::{Algorithm, PublicKey};
use super::xml::{self, DSIG, Name};
use super::{Flaw, decode_base64};
use bergshamra_c14n::{C14nMode, canonicalize_doc};
use bergshamra_xml::NodeSet;
use ring::digest;
use uppsala::{Document, NodeId};

const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

const ALGORITHMS: &[(&str, Algorithm)] = &[
    ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", Algorithm::Rs256),
    ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha384", Algorithm::Rs384),
    ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha512", Algorithm::Rs512),
    ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", Algorithm::Es256),
    ("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384", Algorithm::Es384),
];

fn digest_named(uri: &str) -> Option<&'static digest::Algorithm> {
    match uri {
        "http://www.w3.org/2001/04/xmlenc#sha256" => Some(&digest::SHA256),
        "http://www.w3.org/2001/04/xmldsig-more#sha384" => Some(&digest::SHA384),
        "http://www.w3.org/2001/04/xmlenc#sha512" => Some(&digest::SHA512),
        _ => None,
    }
}

/// Checks the signature that is a child of `signed`. Returns whether there is one; one that is wrong is a flaw.
pub(super) fn verify(doc: &Document<'_>, signed: NodeId, keys: &[PublicKey]) -> Result<bool, Flaw> {
    let Some(signature) = xml::optional(doc, signed, (DSIG, "Signature"))? else { return Ok(false) };
    let parts = parts(doc, signature, &["SignedInfo", "SignatureValue"], &["KeyInfo"])?;
    let [info, value] = parts.as_slice() else { return Err(form()) };
    let inner = self::parts(doc, *info, &["CanonicalizationMethod", "SignatureMethod", "Reference"], &[])?;
    let [canonicalization, method, reference] = inner.as_slice() else { return Err(form()) };

    let id = xml::required(doc, signed, "ID")?;
    if id.is_empty() || xml::attribute(doc, *reference, "URI").and_then(|uri| uri.strip_prefix('#')) != Some(id) {
        return Err(Flaw::from("a signature refers to another element than the one that contains it"));
    }
    check_digest(doc, signed, signature, *reference)?;

    let algorithm = xml::required(doc, *method, "Algorithm")?;
    let known = ALGORITHMS.iter().find(|(uri, _)| *uri == algorithm);
    let (_, algorithm) = known.ok_or_else(|| {
        Flaw::from("the signature algorithm is not accepted; RSA and ECDSA with SHA-256, SHA-384 or SHA-512 are")
    })?;
    if xml::required(doc, *canonicalization, "Algorithm")? != EXCLUSIVE {
        return Err(Flaw::from("the signature is not over exclusive canonical XML"));
    }
    let message = canonical(doc, NodeSet::tree_without_comments(*info, doc), &prefixes(doc, *canonicalization)?)?;
    let value = decode_base64(&xml::text(doc, *value)?)?;
    if keys.iter().any(|key| key.verifies(*algorithm, &message, &value)) {
        Ok(true)
    } else {
        Err(Flaw::from("a signature does not match any of the provider's signing certificates"))
    }
}

fn check_digest(doc: &Document<'_>, signed: NodeId, signature: NodeId, reference: NodeId) -> Result<(), Flaw> {
    let parts = parts(doc, reference, &["Transforms", "DigestMethod", "DigestValue"], &[])?;
    let [transforms, method, value] = parts.as_slice() else { return Err(form()) };
    let transforms = self::parts(doc, *transforms, &["Transform", "Transform"], &[])?;
    let [enveloped, exclusive] = transforms.as_slice() else { return Err(form()) };
    if xml::required(doc, *enveloped, "Algorithm")? != ENVELOPED
        || !xml::elements(doc, *enveloped).is_empty()
        || xml::required(doc, *exclusive, "Algorithm")? != EXCLUSIVE
    {
        return Err(Flaw::from("a signature must have the transforms enveloped-signature and exclusive canonical XML"));
    }
    let all = NodeSet::tree_without_comments(signed, doc);
    let covered = all.subtract(&NodeSet::tree_with_comments(signature, doc));
    let content = canonical(doc, covered, &prefixes(doc, *exclusive)?)?;
    let name = xml::required(doc, *method, "Algorithm")?;
    let algorithm = digest_named(name)
        .ok_or_else(|| Flaw::from("the digest algorithm is not accepted; SHA-256, SHA-384 and SHA-512 are"))?;
    let sent = decode_base64(&xml::text(doc, *value)?)?;
    if digest::digest(algorithm, &content).as_ref() == sent.as_slice() {
        Ok(())
    } else {
        Err(Flaw::from("the content of a signed element is not what was signed"))
    }
}

/// The most prefixes in a list. Providers list two or three.
const MOST_PREFIXES: usize = 16;

/// Returns the prefixes that an `InclusiveNamespaces` child lists, the only child that is allowed.
fn prefixes(doc: &Document<'_>, node: NodeId) -> Result<Vec<String>, Flaw> {
    const INCLUSIVE: Name = (EXCLUSIVE, "InclusiveNamespaces");
    match xml::elements(doc, node).as_slice() {
        [] => Ok(Vec::new()),
        [list] if xml::is(doc, *list, INCLUSIVE) => {
            let prefixes = xml::required(doc, *list, "PrefixList")?.split_whitespace();
            let listed: Vec<String> = prefixes.take(MOST_PREFIXES + 1).map(str::to_owned).collect();
            if listed.len() > MOST_PREFIXES { Err(form()) } else { Ok(listed) }
        }
        _ => Err(form()),
    }
}

fn canonical(doc: &Document<'_>, nodes: NodeSet, prefixes: &[String]) -> Result<Vec<u8>, Flaw> {
    canonicalize_doc(doc, C14nMode::Exclusive, Some(&nodes), prefixes)
        .map_err(|_| Flaw::from("a signed element cannot be canonicalized"))
}

/// Returns the child elements, which must be exactly these in this order; those in `more` may follow, each once.
fn parts(doc: &Document<'_>, node: NodeId, names: &[&'static str], more: &[&'static str]) -> Result<Vec<NodeId>, Flaw> {
    let mut found = xml::elements(doc, node);
    let rest = found.split_off(names.len().min(found.len()));
    let fits = |nodes: &[NodeId], names: &[&'static str]| {
        nodes.iter().zip(names).all(|(node, name)| xml::is(doc, *node, (DSIG, name)))
    };
    if found.len() == names.len() && fits(&found, names) && rest.len() <= more.len() && fits(&rest, more) {
        Ok(found)
    } else {
        Err(form())
    }
}

fn form() -> Flaw {
    Flaw::from("a signature has another form than SAML allows")
}
