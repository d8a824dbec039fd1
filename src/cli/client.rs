//! A client for the admin API of a running server.

use crate::server::tls::provider;
use clap::Args;
use serde_json::Value;
use std::fmt::Display;
use std::time::Duration;
use ureq::tls::{PemItem, RootCerts, TlsConfig, TlsProvider, parse_pem};

/// Where the server is, and the token for its admin API.
#[derive(Args, Clone, Debug)]
pub struct Server {
    /// Address of the server
    #[arg(long, env = "CAMULATOR_URL", default_value = "http://127.0.0.1:4580", global = true)]
    pub url: String,
    /// Token of its admin API
    #[arg(long, env = "CAMULATOR_ADMIN_TOKEN", hide_env_values = true, value_name = "TOKEN", global = true)]
    pub admin_token: Option<String>,
}

/// Calls the admin API and returns the JSON of its answer, or `Null` if there is none. An error is one sentence.
pub fn call(server: &Server, method: &str, path: &str, body: Option<&Value>) -> Result<Value, String> {
    let token = server.admin_token.as_deref().ok_or(
        "an admin token is required; set CAMULATOR_ADMIN_TOKEN or give --admin-token (`camulator serve` prints it)",
    )?;
    let url = format!("{}/_camulator/v1{path}", base(&server.url)?);
    let request = http::Request::builder()
        .method(method)
        .uri(&url)
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .body(body.map(Value::to_string).unwrap_or_default())
        .map_err(|error| format!("`{url}` is not a valid address: {error}"))?;
    let mut response = agent(&url, false)?.run(request).map_err(|error| unreachable(&server.url, &error))?;
    let status = response.status();
    let text = response.body_mut().read_to_string().map_err(|error| unreachable(&server.url, &error))?;
    let value: Value = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap_or(Value::Null) };
    if status.is_success() {
        return Ok(value);
    }
    let said = |pointer| value.pointer(pointer).and_then(Value::as_str);
    match (said("/error/code"), said("/error/message")) {
        (Some("unauthorized"), _) => Err(format!(
            "the server at {} does not accept the token from --admin-token or CAMULATOR_ADMIN_TOKEN; \
             `camulator serve` printed the right one when it started",
            server.url
        )),
        (_, Some(message)) => Err(message.to_owned()),
        (_, None) => Err(format!("{} answered with status {status}; is that a camulator?", server.url)),
    }
}

/// Checks that the server reports itself ready.
pub fn is_ready(url: &str) -> Result<(), String> {
    let target = format!("{}/_camulator/readyz", base(url)?);
    let response = agent(&target, true)?.get(&target).call().map_err(|error| unreachable(url, &error))?;
    if response.status().is_success() {
        Ok(())
    } else {
        Err(format!("{url} is not ready: status {}", response.status()))
    }
}

/// Checks a server's address and removes slashes from its end.
fn base(url: &str) -> Result<&str, String> {
    match url.strip_prefix("http://").or_else(|| url.strip_prefix("https://")) {
        Some(rest) if !rest.trim_matches('/').is_empty() => Ok(url.trim_end_matches('/')),
        _ => {
            Err(format!("`{url}` is not a server's address such as http://127.0.0.1:4580; set CAMULATOR_URL or --url"))
        }
    }
}

/// Prepares a call. Over TLS, `SSL_CERT_FILE` names the certificates to trust. Only `careless` calls, which carry no
/// secret, do without: a container's health check need not know the certificate of its own server.
fn agent(url: &str, careless: bool) -> Result<ureq::Agent, String> {
    let trusted = std::env::var_os("SSL_CERT_FILE").filter(|file| !file.is_empty());
    let mut tls = TlsConfig::builder().provider(TlsProvider::Rustls).unversioned_rustls_crypto_provider(provider());
    match trusted {
        _ if !url.starts_with("https://") => {}
        Some(file) => {
            let file = std::path::Path::new(&file);
            let failed = |why: &dyn Display| format!("SSL_CERT_FILE {}: {why}", file.display());
            let text = std::fs::read(file).map_err(|error| failed(&error))?;
            let items: Result<Vec<_>, _> = parse_pem(&text).collect();
            let items = items.map_err(|error| failed(&error))?.into_iter();
            let certificates: Vec<_> = items
                .filter_map(|item| if let PemItem::Certificate(certificate) = item { Some(certificate) } else { None })
                .collect();
            tls = tls.root_certs(RootCerts::from(certificates));
        }
        None if careless => tls = tls.disable_verification(true),
        None => {
            return Err("https:// needs SSL_CERT_FILE, which names the file of the certificate to trust".to_owned());
        }
    }
    let config = ureq::Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(10)))
        .http_status_as_error(false)
        .proxy(None)
        .tls_config(tls.build())
        .build();
    Ok(config.into())
}

fn unreachable(url: &str, error: &ureq::Error) -> String {
    format!("no server answers at {url} ({error}); start one with `camulator serve`, or set CAMULATOR_URL")
}
