//! TLS: a certificate from files, or certificates of the local authority, one for each host that a client asks for.

pub mod authority;

pub use authority::provider;

use authority::Authority;
use std::path::Path;
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::ResolvesServerCert;
use tokio_rustls::rustls::sign::{CertifiedKey, SingleCertAndKey};
use tokio_rustls::rustls::{Error, InconsistentKeys, ServerConfig};

/// TLS with the certificate chain and the key in these PEM files. An error is one sentence that names the file.
pub fn from_files(certificate: &Path, key: &Path) -> Result<TlsAcceptor, String> {
    let of_certificate = |why: String| format!("--tls-cert {}: {why}", certificate.display());
    let of_key = |why: String| format!("--tls-key {}: {why}", key.display());
    let chain = CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let chain = chain.map_err(|error| of_certificate(unreadable(error, "certificate")))?;
    if chain.is_empty() {
        return Err(of_certificate(unreadable(pem::Error::NoItemsFound, "certificate")));
    }
    let private = PrivateKeyDer::from_pem_file(key);
    let private = private.map_err(|error| of_key(unreadable(error, "unencrypted private key")))?;
    let certified = CertifiedKey::from_der(chain, private, &provider()).map_err(|error| match error {
        Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
            of_key(format!("this is not the key of the first certificate in {}", certificate.display()))
        }
        Error::InvalidCertificate(why) => of_certificate(format!("the first certificate cannot be read: {why}")),
        other => of_key(format!("the key cannot be used: {other}")),
    })?;
    acceptor(Arc::new(SingleCertAndKey::from(certified)))
}

/// TLS with certificates of the local authority.
pub fn from_authority(authority: Authority) -> Result<TlsAcceptor, String> {
    acceptor(Arc::new(authority))
}

fn unreadable(error: pem::Error, wanted: &str) -> String {
    match error {
        pem::Error::Io(error) => format!("cannot be read: {error}"),
        pem::Error::NoItemsFound => format!("there is no {wanted} in PEM form in it"),
        other => format!("is not in PEM form: {other}"),
    }
}

fn acceptor(certificates: Arc<dyn ResolvesServerCert>) -> Result<TlsAcceptor, String> {
    let config = ServerConfig::builder_with_provider(provider()).with_safe_default_protocol_versions();
    let config = config.map_err(|error| format!("cannot set up TLS: {error}"))?;
    let mut config = config.with_no_client_auth().with_cert_resolver(certificates);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
