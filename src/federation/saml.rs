//! SAML 2.0 responses, and what their assertion proves.
//!
//! A response must have one assertion, as a child of its root, and no other anywhere; every signature must be a child
//! of the response or of that assertion, and one of them must cover the assertion. So there is only one element that
//! can be read, and it is the one that was signed.

use super::metadata::Metadata;
use super::xml::{self, ASSERTION, DSIG, PROTOCOL};
use super::{Flaw, signature};
use crate::env::Time;
use uppsala::{Document, NodeId};

/// What the receiver of a response expects of it.
pub struct Expected<'a> {
    /// The provider's metadata.
    pub metadata: &'a Metadata,
    /// The address that the response must be for.
    pub recipient: &'a str,
    /// The names of the receiver; the assertion must be for one of them.
    pub audiences: &'a [&'a str],
    /// The time.
    pub now: Time,
}

/// What an assertion proves.
#[derive(Debug, PartialEq, Eq)]
pub struct Proven {
    /// The provider.
    pub issuer: String,
    /// The name of the subject.
    pub subject: String,
    /// The format of that name: `persistent`, `transient`, or the whole URI of another one.
    pub format: String,
    /// The attributes with their values.
    pub attributes: Vec<(String, Vec<String>)>,
}

const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";
const BEARER: &str = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
const FORMAT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:";
const UNSPECIFIED: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";

/// The longest name of a subject, in bytes.
const LONGEST_SUBJECT: usize = 256;

/// Verifies a response, and returns what its assertion proves.
pub fn verify(text: &str, expected: &Expected<'_>) -> Result<Proven, Flaw> {
    let doc = &xml::parse(text)?;
    let response = xml::root(doc, (PROTOCOL, "Response"))?;
    if !xml::everywhere(doc, (ASSERTION, "EncryptedAssertion")).is_empty() {
        return Err(Flaw::from("an encrypted assertion is not accepted"));
    }
    let assertion = match xml::everywhere(doc, (ASSERTION, "Assertion")).as_slice() {
        [one] if doc.parent(*one) == Some(response) => *one,
        _ => return Err(Flaw::from("the response must have exactly one assertion, as a child of its root")),
    };
    let placed = |node: &NodeId| [Some(response), Some(assertion)].contains(&doc.parent(*node));
    if !xml::everywhere(doc, (DSIG, "Signature")).iter().all(placed) {
        return Err(Flaw::from("a signature is neither the response's nor the assertion's"));
    }
    // Both are checked when both are there.
    let keys = &expected.metadata.keys;
    let signed = [signature::verify(doc, response, keys)?, signature::verify(doc, assertion, keys)?];
    if !signed.contains(&true) {
        return Err(Flaw::from("the assertion is not signed"));
    }

    for node in [response, assertion] {
        if xml::required(doc, node, "Version")? != "2.0" {
            return Err(Flaw::from("the version of SAML must be 2.0"));
        }
    }
    if xml::attribute(doc, response, "Destination").is_some_and(|address| address != expected.recipient) {
        return Err(Flaw::from("`Destination` is another address than that of this service"));
    }
    let status = xml::one(doc, xml::one(doc, response, (PROTOCOL, "Status"))?, (PROTOCOL, "StatusCode"))?;
    if xml::required(doc, status, "Value")? != SUCCESS {
        return Err(Flaw::from("the status of the response is not success"));
    }
    let issuer = xml::text(doc, xml::one(doc, assertion, (ASSERTION, "Issuer"))?)?;
    let other = xml::optional(doc, response, (ASSERTION, "Issuer"))?.map(|node| xml::text(doc, node)).transpose()?;
    if issuer != expected.metadata.entity || other.is_some_and(|other| other != issuer) {
        return Err(Flaw::from("`Issuer` is not the `entityID` of the provider's metadata"));
    }
    let (subject, format) = subject(doc, assertion, expected)?;
    conditions(doc, assertion, expected)?;
    for statement in xml::children(doc, assertion, (ASSERTION, "AuthnStatement")) {
        until(doc, statement, "SessionNotOnOrAfter", expected.now)?;
    }
    Ok(Proven { issuer, subject, format, attributes: attributes(doc, assertion)? })
}

fn subject(doc: &Document<'_>, assertion: NodeId, expected: &Expected<'_>) -> Result<(String, String), Flaw> {
    let subject = xml::one(doc, assertion, (ASSERTION, "Subject"))?;
    let name = xml::one(doc, subject, (ASSERTION, "NameID"))?;
    let format = xml::attribute(doc, name, "Format").unwrap_or(UNSPECIFIED);
    let format = match format.strip_prefix(FORMAT) {
        Some(short @ ("persistent" | "transient")) => short,
        _ => format,
    };
    let text = xml::text(doc, name)?;
    if text.is_empty() || text.len() > LONGEST_SUBJECT {
        return Err(Flaw(format!("`NameID` must have 1 to {LONGEST_SUBJECT} bytes")));
    }
    let mut why = Flaw::from("there is no bearer confirmation of the subject");
    for confirmation in xml::children(doc, subject, (ASSERTION, "SubjectConfirmation")) {
        if xml::attribute(doc, confirmation, "Method") == Some(BEARER) {
            match confirmed(doc, confirmation, expected) {
                Ok(()) => return Ok((text, format.to_owned())),
                Err(flaw) => why = flaw,
            }
        }
    }
    Err(why)
}

fn confirmed(doc: &Document<'_>, confirmation: NodeId, expected: &Expected<'_>) -> Result<(), Flaw> {
    let data = xml::one(doc, confirmation, (ASSERTION, "SubjectConfirmationData"))?;
    if xml::required(doc, data, "Recipient")? != expected.recipient {
        return Err(Flaw::from("`Recipient` is another address than that of this service"));
    }
    xml::required(doc, data, "NotOnOrAfter")?;
    within(doc, data, expected.now)
}

fn conditions(doc: &Document<'_>, assertion: NodeId, expected: &Expected<'_>) -> Result<(), Flaw> {
    let conditions = xml::one(doc, assertion, (ASSERTION, "Conditions"))?;
    within(doc, conditions, expected.now)?;
    let mut is_for_us = false;
    for condition in xml::elements(doc, conditions) {
        if xml::is(doc, condition, (ASSERTION, "AudienceRestriction")) {
            let mut names = Vec::new();
            for audience in xml::children(doc, condition, (ASSERTION, "Audience")) {
                names.push(xml::text(doc, audience)?);
            }
            // Every restriction must be met.
            if !names.iter().any(|name| expected.audiences.contains(&name.as_str())) {
                return Err(Flaw::from("`Audience` is not this service"));
            }
            is_for_us = true;
        } else if !["OneTimeUse", "ProxyRestriction"].iter().any(|name| xml::is(doc, condition, (ASSERTION, name))) {
            return Err(Flaw::from("the assertion has a condition that is not understood"));
        }
    }
    if is_for_us { Ok(()) } else { Err(Flaw::from("`AudienceRestriction` is missing")) }
}

/// Checks `NotBefore` and `NotOnOrAfter`, where they are given.
fn within(doc: &Document<'_>, node: NodeId, now: Time) -> Result<(), Flaw> {
    if time(doc, node, "NotBefore")?.is_some_and(|from| now < from) {
        return Err(Flaw::from("the assertion is not valid yet (`NotBefore`)"));
    }
    until(doc, node, "NotOnOrAfter", now)
}

fn until(doc: &Document<'_>, node: NodeId, name: &str, now: Time) -> Result<(), Flaw> {
    match time(doc, node, name)? {
        Some(end) if now >= end => Err(Flaw(format!("the assertion has expired (`{name}`)"))),
        _ => Ok(()),
    }
}

fn time(doc: &Document<'_>, node: NodeId, name: &str) -> Result<Option<Time>, Flaw> {
    let read = |text: &str| Time::parse_rfc3339(text).ok_or_else(|| Flaw(format!("`{name}` is not a time")));
    xml::attribute(doc, node, name).map(read).transpose()
}

fn attributes(doc: &Document<'_>, assertion: NodeId) -> Result<Vec<(String, Vec<String>)>, Flaw> {
    let mut attributes = Vec::new();
    for statement in xml::children(doc, assertion, (ASSERTION, "AttributeStatement")) {
        for attribute in xml::children(doc, statement, (ASSERTION, "Attribute")) {
            let mut values = Vec::new();
            for value in xml::children(doc, attribute, (ASSERTION, "AttributeValue")) {
                values.push(xml::text(doc, value)?);
            }
            attributes.push((xml::required(doc, attribute, "Name")?.to_owned(), values));
        }
    }
    Ok(attributes)
}
