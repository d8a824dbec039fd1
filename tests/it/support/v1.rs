//! Requests with the older signature: parameters in a query or a form.

use super::surface::peer;
use super::{Answer, Caller, Reply, Surface};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};

/// A request that [`V1::send`] signs and sends.
#[derive(Clone)]
pub struct V1 {
    pub surface: Surface,
    pub secret_key: String,
    pub method: &'static str,
    /// The target without a query.
    pub path: &'static str,
    pub signed_path: &'static str,
    pub host: String,
    pub signed_host: String,
    pub content_type: Option<&'static str>,
    /// Decoded, in the order in which they are sent.
    pub fields: Vec<(String, String)>,
    /// Applied to the fields once they are signed.
    pub edits: Vec<(String, Option<String>)>,
    /// Whether `_` in a name is signed as `.`.
    pub dotted: bool,
}

impl Caller {
    /// A request over `GET` or `POST` with these parameters of its operation, `Name=value` each.
    pub fn v1(&self, method: &'static str, action: &str, version: &str, parameters: &[(&str, &str)]) -> V1 {
        let service = if version == "2018-08-13" { "sts" } else { "cam" };
        let host = format!("{service}.tencentcloudapi.com");
        let request = V1 {
            surface: self.surface().clone(),
            secret_key: self.secret_key.clone(),
            method,
            path: "/",
            signed_path: "/",
            signed_host: host.clone(),
            host,
            content_type: (method == "POST").then_some("application/x-www-form-urlencoded"),
            fields: Vec::new(),
            edits: Vec::new(),
            dotted: false,
        };
        let timestamp = self.surface().now().seconds().to_string();
        let common = [
            ("Action", action),
            ("Version", version),
            ("Region", "ap-guangzhou"),
            ("Timestamp", &timestamp),
            ("Nonce", "11886"),
            ("SecretId", &self.secret_id),
        ];
        let token = self.token.as_deref().map(|token| ("Token", token));
        common
            .into_iter()
            .chain(token)
            .chain(parameters.iter().copied())
            .fold(request, |request, (name, value)| request.with(name, value))
    }
}

impl V1 {
    /// Sets a field that is signed.
    pub fn with(mut self, name: &str, value: &str) -> V1 {
        self.fields.retain(|(known, _)| known != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Leaves a field out.
    pub fn without(mut self, name: &str) -> V1 {
        self.fields.retain(|(known, _)| known != name);
        self
    }

    /// Changes a field after signing, or adds or removes it.
    pub fn edit(mut self, name: &str, value: Option<&str>) -> V1 {
        self.edits.push((name.to_owned(), value.map(str::to_owned)));
        self
    }

    /// The host that is sent, and the one that is signed.
    pub fn host(mut self, sent: &str, signed: &str) -> V1 {
        (self.host, self.signed_host) = (sent.to_owned(), signed.to_owned());
        self
    }

    pub fn string_to_sign(&self) -> String {
        let name = |name: &str| if self.dotted { name.replace('_', ".") } else { name.to_owned() };
        let mut fields: Vec<(String, &str)> =
            self.fields.iter().map(|(known, value)| (name(known), value.as_str())).collect();
        fields.sort();
        let fields: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("{}{}{}?{}", self.method, self.signed_host, self.signed_path, fields.join("&"))
    }

    pub fn signature(&self) -> String {
        let (key, text) = (self.secret_key.as_bytes(), self.string_to_sign());
        let is_256 = self.fields.iter().any(|(name, value)| name == "SignatureMethod" && value == "HmacSHA256");
        if is_256 {
            let mut mac = Hmac::<sha2::Sha256>::new_from_slice(key).unwrap();
            mac.update(text.as_bytes());
            STANDARD.encode(mac.finalize().into_bytes())
        } else {
            let mut mac = Hmac::<sha1::Sha1>::new_from_slice(key).unwrap();
            mac.update(text.as_bytes());
            STANDARD.encode(mac.finalize().into_bytes())
        }
    }

    /// Signs the request and sends it.
    pub async fn send(self) -> Reply {
        let mut fields = self.fields.clone();
        fields.push(("Signature".to_owned(), self.signature()));
        for (name, value) in &self.edits {
            fields.retain(|(known, _)| known != name);
            fields.extend(value.clone().map(|value| (name.clone(), value)));
        }
        let encoded = encoded(&fields);
        let (target, body) = match self.method {
            "GET" => (format!("{}?{encoded}", self.path), String::new()),
            _ => (self.path.to_owned(), encoded),
        };
        let mut request = http::Request::builder().method(self.method).uri(target).header("host", &self.host);
        if let Some(kind) = self.content_type {
            request = request.header("content-type", kind);
        }
        let asked = format!("{} {:?}", self.method, self.fields);
        let Answer { status, headers, body } = self.surface.send_from(peer(), request.body(body).unwrap()).await;
        Reply { asked, status, headers, body }
    }
}

/// Writes fields as a query or a form.
pub fn encoded(fields: &[(String, String)]) -> String {
    let encode = |text: &str| {
        text.bytes().fold(String::new(), |encoded, byte| match byte {
            b' ' => encoded + "+",
            _ if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) => encoded + &char::from(byte).to_string(),
            _ => encoded + &format!("%{byte:02X}"),
        })
    };
    fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect::<Vec<_>>().join("&")
}
