//! An identity provider: it signs SAML responses and tokens.
//!
//! What it writes is canonical XML as it stands (attributes in order, no white space, every namespace declared where it
//! is first used), so that it needs no library to sign it. `tests/data/sso` has the keys; `golden.xml` there was signed
//! by another program.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use camulator::env::Time;
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::rsa::PublicKeyComponents;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};

/// The address that a response must be for.
pub const RECIPIENT: &str = "https://cloud.tencent.com/login/saml";
/// The issuer of every token.
pub const ISSUER: &str = "https://oidc.example.com/cluster";
const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";

enum Signing {
    Rsa(RsaKeyPair),
    Ec(EcdsaKeyPair),
}

pub struct Idp {
    signing: Signing,
    certificate: &'static str,
    /// The name that its assertions give as their issuer.
    pub entity: String,
    /// The id of its key.
    pub kid: &'static str,
}

pub fn base64(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode(bytes)
}

fn url64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What a response says. Every field can be made a lie.
#[derive(Clone)]
pub struct Says {
    pub id: &'static str,
    pub issuer: String,
    pub subject: String,
    pub format: &'static str,
    pub recipient: &'static str,
    pub audience: &'static str,
    pub from: String,
    pub until: String,
    pub roles: String,
    pub status: &'static str,
}

impl Idp {
    pub fn rsa() -> Idp {
        Idp::of_rsa(include_bytes!("../../data/sso/rsa.p8"), include_str!("../../data/sso/rsa.cert"), "rsa-1")
    }

    /// Another key than that of [`Idp::rsa`], under the same names.
    pub fn impostor() -> Idp {
        Idp::of_rsa(include_bytes!("../../data/sso/other.p8"), include_str!("../../data/sso/other.cert"), "rsa-1")
    }

    pub fn ec() -> Idp {
        let key = include_bytes!("../../data/sso/ec.p8");
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, key, &SystemRandom::new()).unwrap();
        let certificate = include_str!("../../data/sso/ec.cert");
        Idp { signing: Signing::Ec(key), certificate, entity: "https://idp.example.com/saml".to_owned(), kid: "ec-1" }
    }

    fn of_rsa(key: &[u8], certificate: &'static str, kid: &'static str) -> Idp {
        let signing = Signing::Rsa(RsaKeyPair::from_pkcs8(key).unwrap());
        Idp { signing, certificate, entity: "https://idp.example.com/saml".to_owned(), kid }
    }

    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.signing {
            Signing::Rsa(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).unwrap();
                signature
            }
            Signing::Ec(key) => key.sign(&random, message).unwrap().as_ref().to_vec(),
        }
    }

    /// Its metadata, as a parameter carries it.
    pub fn metadata(&self) -> String {
        base64(metadata(&self.entity, &[self.certificate]))
    }

    /// Its key set, as a parameter carries it.
    pub fn key_set(&self) -> String {
        base64(json!({"keys": [self.jwk()]}).to_string())
    }

    pub fn jwk(&self) -> Value {
        match &self.signing {
            Signing::Rsa(key) => {
                let parts = PublicKeyComponents::<Vec<u8>>::from(key.public());
                json!({"kty": "RSA", "use": "sig", "kid": self.kid, "n": url64(parts.n), "e": url64(parts.e)})
            }
            Signing::Ec(key) => {
                let point = key.public_key().as_ref();
                let (x, y) = (url64(&point[1..33]), url64(&point[33..]));
                json!({"kty": "EC", "crv": "P-256", "kid": self.kid, "alg": "ES256", "x": x, "y": y})
            }
        }
    }

    /// A token with this header and these claims.
    pub fn token_of(&self, header: &Value, claims: &Value) -> String {
        let signed = format!("{}.{}", url64(header.to_string()), url64(claims.to_string()));
        let signature = self.sign(signed.as_bytes());
        format!("{signed}.{}", url64(signature))
    }

    /// A token with these claims.
    pub fn token(&self, claims: &Value) -> String {
        let algorithm = if matches!(self.signing, Signing::Rsa(_)) { "RS256" } else { "ES256" };
        self.token_of(&json!({"alg": algorithm, "kid": self.kid, "typ": "JWT"}), claims)
    }

    /// What an honest response says to this role by this provider, for the five minutes after `now`.
    pub fn says(&self, account: &str, role: &str, provider: &str, now: Time) -> Says {
        Says {
            id: "_assertion",
            issuer: self.entity.clone(),
            subject: "zoe@example.com".to_owned(),
            format: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
            recipient: RECIPIENT,
            audience: "cloud.tencent.com",
            from: now.rfc3339(),
            until: now.plus_seconds(300).rfc3339(),
            roles: format!("qcs::cam::uin/{account}:roleName/{role},qcs::cam::uin/{account}:saml-provider/{provider}"),
            status: "urn:oasis:names:tc:SAML:2.0:status:Success",
        }
    }

    /// The element with a signature as its second child, after the issuer.
    pub fn signed(&self, element: &str, id: &str) -> String {
        let after = element.find("</saml:Issuer>").unwrap() + "</saml:Issuer>".len();
        format!("{}{}{}", &element[..after], self.signature(element, id), &element[after..])
    }

    /// The signature of an element with this id.
    pub fn signature(&self, element: &str, id: &str) -> String {
        let info = self.signed_info(element, id);
        self.around(&info)
    }

    pub fn signed_info(&self, element: &str, id: &str) -> String {
        let method = if matches!(self.signing, Signing::Rsa(_)) { "rsa" } else { "ecdsa" };
        let digest = base64(digest(&SHA256, element.as_bytes()));
        format!(
            "<ds:SignedInfo xmlns:ds=\"{DSIG}\"><ds:CanonicalizationMethod \
             Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"></ds:CanonicalizationMethod><ds:SignatureMethod \
             Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#{method}-sha256\"></ds:SignatureMethod><ds:Reference \
             URI=\"#{id}\"><ds:Transforms><ds:Transform \
             Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"></ds:Transform><ds:Transform \
             Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"></ds:Transform></ds:Transforms><ds:DigestMethod \
             Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"></ds:DigestMethod><ds:DigestValue>{digest}</ds:DigestValue>\
             </ds:Reference></ds:SignedInfo>"
        )
    }

    /// A signature of this canonical `SignedInfo`.
    pub fn around(&self, info: &str) -> String {
        let value = base64(self.sign(info.as_bytes()));
        // Canonical XML declares a namespace once.
        let info = info.replacen(&format!(" xmlns:ds=\"{DSIG}\""), "", 1);
        format!("<ds:Signature xmlns:ds=\"{DSIG}\">{info}<ds:SignatureValue>{value}</ds:SignatureValue></ds:Signature>")
    }

    /// A response with a signed assertion, as a parameter carries it.
    pub fn response(&self, says: &Says) -> String {
        base64(says.response(&self.signed(&says.assertion(), says.id)))
    }

    /// A signed response with an assertion that has no signature of its own, as a parameter carries it.
    pub fn signed_response(&self, says: &Says) -> String {
        base64(self.signed(&says.response(&says.assertion()), "_response"))
    }
}

impl Says {
    pub fn assertion(&self) -> String {
        let Says { id, issuer, subject, format, recipient, audience, from, until, roles, .. } = self;
        format!(
            "<saml:Assertion xmlns:saml=\"{ASSERTION}\" ID=\"{id}\" IssueInstant=\"{from}\" Version=\"2.0\">\
             <saml:Issuer>{issuer}</saml:Issuer><saml:Subject><saml:NameID Format=\"{format}\">{subject}</saml:NameID>\
             <saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\"><saml:SubjectConfirmationData \
             NotOnOrAfter=\"{until}\" Recipient=\"{recipient}\"></saml:SubjectConfirmationData></saml:SubjectConfirmation>\
             </saml:Subject><saml:Conditions NotBefore=\"{from}\" NotOnOrAfter=\"{until}\"><saml:AudienceRestriction>\
             <saml:Audience>{audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions>\
             <saml:AttributeStatement><saml:Attribute Name=\"https://cloud.tencent.com/SAML/Attributes/Role\">\
             <saml:AttributeValue>{roles}</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>\
             </saml:Assertion>"
        )
    }

    /// A response that contains this.
    pub fn response(&self, content: &str) -> String {
        let Says { issuer, from, status, .. } = self;
        format!(
            "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" Destination=\"{RECIPIENT}\" \
             ID=\"_response\" IssueInstant=\"{from}\" Version=\"2.0\"><saml:Issuer xmlns:saml=\"{ASSERTION}\">{issuer}\
             </saml:Issuer><samlp:Status><samlp:StatusCode Value=\"{status}\"></samlp:StatusCode></samlp:Status>{content}\
             </samlp:Response>"
        )
    }
}

/// A metadata document with these certificates.
pub fn metadata(entity: &str, certificates: &[&str]) -> String {
    let keys: String = certificates
        .iter()
        .map(|certificate| {
            format!(
                "<md:KeyDescriptor use=\"signing\"><ds:KeyInfo xmlns:ds=\"{DSIG}\"><ds:X509Data><ds:X509Certificate>\
                 {certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
            )
        })
        .collect();
    format!(
        "<?xml version=\"1.0\"?><md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" \
         entityID=\"{entity}\"><md:IDPSSODescriptor \
         protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">{keys}<md:SingleSignOnService \
         Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" Location=\"{entity}/sso\"/></md:IDPSSODescriptor>\
         </md:EntityDescriptor>"
    )
}

/// The certificate of a key of 1024 bits.
pub const SMALL: &str = include_str!("../../data/sso/small.cert");

/// The trust policy of a role that both of an account's providers may vouch for.
pub fn federated_trust(account: &str, condition: &Value) -> String {
    let statement = json!([{
        "effect": "allow",
        "action": ["name/sts:AssumeRoleWithSAML", "name/sts:AssumeRoleWithWebIdentity"],
        "principal": {"federated": [
            format!("qcs::cam::uin/{account}:saml-provider/corp"),
            format!("qcs::cam::uin/{account}:oidc-provider/cluster"),
        ]},
        "condition": condition,
    }]);
    let mut document = json!({"version": "2.0", "statement": statement});
    if condition.is_null() {
        document["statement"][0].as_object_mut().unwrap().remove("condition");
    }
    document.to_string()
}
