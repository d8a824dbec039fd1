//! The local authority, whose certificates let clients reach this server under a cloud's host names.
//!
//! It consists of two certificates. Clients trust the root. Its key signs the issuer and is then forgotten, so nothing
//! else can ever be signed by it. The issuer's key is kept, and the issuer's name constraints are critical: a
//! certificate for any name but the clouds' and this machine's own does not verify, even if the key is stolen. Two,
//! because clients may ignore the constraints of a root (Java does), but not those of an issuer.

use crate::env::{Env, Time};
use crate::secret::Secret;
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, NameConstraints, SanType, SerialNumber,
};
use sha2::{Digest, Sha256};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use time::OffsetDateTime;
use tokio_rustls::rustls::RootCertStore;
use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::client::danger::ServerCertVerifier;
use tokio_rustls::rustls::crypto::ring::sign::any_ecdsa_type;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::{CertifiedKey, SigningKey};

const DAY: i64 = 24 * 3600;
/// How long an authority is valid, in days.
const VALID: i64 = 3650;
/// How many days before its end an authority is replaced, so that a server can run on for as long.
const RENEWED: i64 = 365;
/// How long the certificate of a host is valid, in days. Each handshake gets a new one.
const HOST_VALID: i64 = 30;
/// The name of this machine, and the end of names for it.
const LOCAL: &str = "localhost";

/// The primitives of every TLS connection, also of the client commands.
pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// Signs certificates for hosts of the clouds and for this machine.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    issuer_certificate: CertificateDer<'static>,
    root: CertificateDer<'static>,
    root_pem: String,
    /// The key of every host's certificate. It is never written anywhere.
    host_key: KeyPair,
    host_signer: Arc<dyn SigningKey>,
    domains: Vec<&'static str>,
    env: Env,
}

impl Authority {
    /// Makes an authority for these domains: the text to keep, with the issuer's key and both certificates.
    pub fn make(env: &Env, domains: &[&str]) -> Result<Secret, String> {
        let make = || {
            let (root_key, key) = (KeyPair::generate()?, KeyPair::generate()?);
            let root = authority(env, domains, "authority", &key, 1);
            let root_certificate = root.self_signed(&root_key)?;
            let mut issuer = authority(env, domains, "issuer", &key, 0);
            issuer.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
            let issuer = issuer.signed_by(&key, &Issuer::new(root, &root_key))?;
            Ok::<_, rcgen::Error>(Secret::new(key.serialize_pem() + &issuer.pem() + &root_certificate.pem()))
        };
        make().map_err(|error| format!("cannot make the local authority: {error}"))
    }

    /// Reads the text that [`Authority::make`] returned. An error never repeats it.
    pub fn read(text: &Secret, env: &Env, domains: &[&'static str]) -> Result<Authority, String> {
        let unreadable = "this is not the key and the two certificates of a local authority";
        let pem = text.expose();
        let key = PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| unreadable)?;
        let key = KeyPair::try_from(&key).map_err(|_| unreadable)?;
        let certificates = CertificateDer::pem_slice_iter(pem.as_bytes()).collect::<Result<Vec<_>, _>>();
        let Ok([issuer_certificate, root]) = <[_; 2]>::try_from(certificates.map_err(|_| unreadable)?) else {
            return Err(unreadable.to_owned());
        };
        let root_pem = pem.rfind("-----BEGIN").and_then(|start| pem.get(start..)).unwrap_or_default();
        let failed = |error: &dyn std::fmt::Display| format!("cannot make the key of the hosts: {error}");
        let host_key = KeyPair::generate().map_err(|error| failed(&error))?;
        let host_signer = any_ecdsa_type(&PrivateKeyDer::Pkcs8(host_key.serialize_der().into()));
        Ok(Authority {
            root_pem: format!("{}\n", root_pem.trim_end()),
            issuer: Issuer::new(authority(env, domains, "issuer", &key, 0), key),
            issuer_certificate,
            root,
            host_signer: host_signer.map_err(|error| failed(&error))?,
            host_key,
            domains: domains.to_vec(),
            env: env.clone(),
        })
    }

    /// Returns the certificate to trust, in PEM form.
    pub fn root_pem(&self) -> &str {
        &self.root_pem
    }

    /// Checks that clients that trust the root accept a certificate for every domain, today and for the next year. The
    /// clouds' domains may have grown since the authority was made.
    pub fn check(&self) -> Result<(), String> {
        let mut roots = RootCertStore::empty();
        roots.add(self.root.clone()).map_err(|error| error.to_string())?;
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider()).build();
        let verifier = verifier.map_err(|error| error.to_string())?;
        let later = self.env.now().plus_seconds(RENEWED * DAY).seconds();
        let later = UnixTime::since_unix_epoch(std::time::Duration::from_secs(later.try_into().unwrap_or_default()));
        for domain in self.domains.iter().chain(&[LOCAL]) {
            let host = format!("any.{domain}");
            let certificate = self.sign(vec![dns(&host)?], RENEWED + HOST_VALID)?;
            let name = ServerName::try_from(host).map_err(|error| error.to_string())?;
            let issuer = [self.issuer_certificate.clone()];
            let verified = verifier.verify_server_cert(&certificate, &issuer, &name, &[], later);
            verified.map_err(|error| format!("it cannot speak for {domain} for another year: {error}"))?;
        }
        Ok(())
    }

    /// Returns a certificate for a host, or for this machine when the client names none, as it does for an address.
    /// `None` for a host that is nobody's here.
    pub fn certificate(&self, host: Option<&str>) -> Option<Arc<CertifiedKey>> {
        let names = match host {
            None => {
                let local = [IpAddr::from(Ipv4Addr::LOCALHOST), IpAddr::from(Ipv6Addr::LOCALHOST)];
                dns(LOCAL).map(|name| std::iter::once(name).chain(local.map(SanType::IpAddress)).collect())
            }
            Some(host) if self.speaks_for(host) => dns(host).map(|name| vec![name]),
            Some(host) => {
                tracing::debug!(host, "a TLS client asked for a host that is not served");
                return None;
            }
        };
        match names.and_then(|names| self.sign(names, HOST_VALID)) {
            Ok(certificate) => {
                let chain = vec![certificate, self.issuer_certificate.clone()];
                Some(Arc::new(CertifiedKey::new(chain, self.host_signer.clone())))
            }
            Err(error) => {
                tracing::warn!(error, "cannot make the certificate of a host");
                None
            }
        }
    }

    fn speaks_for(&self, host: &str) -> bool {
        let below =
            |domain: &str| host.strip_suffix(domain).is_some_and(|label| label.len() > 1 && label.ends_with('.'));
        host == LOCAL || below(LOCAL) || self.domains.iter().any(|domain| below(domain))
    }

    fn sign(&self, names: Vec<SanType>, days: i64) -> Result<CertificateDer<'static>, String> {
        let mut host = certificate(&self.env, days, "camulator");
        host.subject_alt_names = names;
        host.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        host.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let signed = host.signed_by(&self.host_key, &self.issuer).map_err(|error| error.to_string())?;
        Ok(signed.der().clone())
    }
}

impl ResolvesServerCert for Authority {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.certificate(hello.server_name())
    }
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Authority(…)")
    }
}

fn dns(name: &str) -> Result<SanType, String> {
    name.try_into().map(SanType::DnsName).map_err(|error: rcgen::Error| error.to_string())
}

/// A certificate that begins a day ago, because the clocks of containers and virtual machines differ.
fn certificate(env: &Env, days: i64, name: &str) -> CertificateParams {
    let now = env.now();
    let mut made = CertificateParams::default();
    made.distinguished_name = Default::default();
    made.distinguished_name.push(DnType::OrganizationName, "camulator");
    made.distinguished_name.push(DnType::CommonName, name);
    made.not_before = moment(now.plus_seconds(-DAY));
    made.not_after = moment(now.plus_seconds(days * DAY));
    // The default depends on the key alone, and some clients refuse two certificates with one number.
    made.serial_number = Some(SerialNumber::from_slice(&env.bytes::<16>()));
    made.use_authority_key_identifier_extension = true;
    made
}

/// One of the two certificates of an authority, named after the key, so that two authorities never share a name.
fn authority(env: &Env, domains: &[&str], kind: &str, key: &KeyPair, below: u8) -> CertificateParams {
    let mark: String = hex::encode(Sha256::digest(key.public_key_raw())).chars().take(8).collect();
    let mut made = certificate(env, VALID, &format!("camulator local {kind} {mark}"));
    made.is_ca = IsCa::Ca(BasicConstraints::Constrained(below));
    made.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let names = domains.iter().chain(&[LOCAL]).map(|domain| GeneralSubtree::DnsName((*domain).to_owned()));
    let loopback = [
        CidrSubnet::from_addr_prefix(Ipv4Addr::new(127, 0, 0, 0).into(), 8),
        CidrSubnet::from_addr_prefix(Ipv6Addr::LOCALHOST.into(), 128),
    ];
    made.name_constraints = Some(NameConstraints {
        permitted_subtrees: names.chain(loopback.map(GeneralSubtree::IpAddress)).collect(),
        excluded_subtrees: Vec::new(),
    });
    made
}

fn moment(at: Time) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(at.seconds()).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}
