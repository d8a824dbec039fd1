//! Tencent's API 3.0: callers, requests that they sign with TC3, and replies in their envelope.

use super::surface::peer;
use super::{Answer, Clouds, Database, Key, Questions, Surface, Test, on_with, text};
use crate::tc3::{self, ToSign};
use camulator::dialect::Dialects;
use camulator::dialect::contract::{Mode as Access, Op};
use camulator::dialect::tencent::operations;
use camulator::limit::Rates;
use http::header::HeaderValue;
use serde_json::{Value, json};
use std::net::SocketAddr;

/// The account that every test begins with; [`Test::root`] is its root.
pub const ROOT: &str = "100000000001";

/// The clouds that come with the program.
const CLOUDS: Clouds = Clouds { dialects: Dialects::BUILT_IN, questions: &[("tencent", QUESTIONS)] };

/// The actions that are decided for Tencent's principals to compare a warm engine with a cold one.
pub const QUESTIONS: Questions = Questions {
    rights: &[
        ("cam:GetRole", None),
        ("cam:ListUsers", None),
        ("cam:CreatePolicy", None),
        ("sts:AssumeRole", None),
        ("cvm:DescribeInstances", Some("qcs::cvm:ap-guangzhou:uin/%:instance/ins-1")),
    ],
    assuming: "sts:AssumeRole",
};

/// Runs a test on SQLite in memory and, where one is given, on PostgreSQL.
#[track_caller]
pub fn on_each_database(test: impl AsyncFn(Test)) {
    on(&[Database::Memory, Database::Postgres], Rates::Off, test);
}

/// Runs a test that does not depend on the database.
#[track_caller]
pub fn in_memory(test: impl AsyncFn(Test)) {
    on(&[Database::Memory], Rates::Off, test);
}

/// Runs a test on these databases; PostgreSQL only where one is given.
pub fn on(databases: &[Database], rates: Rates, test: impl AsyncFn(Test)) {
    on_with(databases, rates, CLOUDS, &json!({"id": ROOT}), test);
}

/// The operations of the registry.
pub fn operations() -> impl Iterator<Item = &'static Op> {
    operations::ALL.iter()
}

/// An operation by its action.
#[track_caller]
pub fn operation(action: &str) -> &'static Op {
    operations().find(|op| op.action == action).unwrap_or_else(|| panic!("no operation {action}"))
}

/// The version under which clients call an operation.
pub fn version(op: &Op) -> &'static str {
    operations::version_of(op.service).unwrap()
}

impl Test {
    /// The root of the first account.
    pub fn root(&self) -> Caller {
        self.holder(self.first.clone())
    }

    /// Creates another account, and returns its root.
    pub async fn tenant(&self, uin: &str) -> Caller {
        self.holder(self.account(&json!({"cloud": "tencent", "id": uin})).await)
    }

    /// The caller with this key.
    pub fn caller(&self, uin: &str, secret_id: &str, secret_key: &str) -> Caller {
        let (account, secret_id, secret_key) = (uin.to_owned(), secret_id.to_owned(), secret_key.to_owned());
        self.holder(Key { account, secret_id, secret_key })
    }

    /// The same caller, sending its requests to this server.
    pub fn seen(&self, caller: &Caller) -> Caller {
        Caller { surface: self.surface.clone(), ..caller.clone() }
    }

    fn holder(&self, Key { account: uin, secret_id, secret_key }: Key) -> Caller {
        Caller { surface: self.surface.clone(), uin, secret_id, secret_key, token: None }
    }
}

/// An identity with a key, and the server that it calls.
#[derive(Clone)]
pub struct Caller {
    pub surface: Surface,
    /// Its own uin.
    pub uin: String,
    pub secret_id: String,
    pub secret_key: String,
    pub token: Option<String>,
}

impl Caller {
    /// Calls an action of CAM.
    pub async fn cam(&self, action: &str, params: Value) -> Reply {
        self.call("cam", operations::CAM, action, params).send().await
    }

    /// Calls an action of STS.
    pub async fn sts(&self, action: &str, params: Value) -> Reply {
        self.call("sts", operations::STS, action, params).send().await
    }

    /// Calls an operation of the registry.
    pub async fn ask(&self, op: &Op, params: Value) -> Reply {
        self.call(op.service, version(op), op.action, params).send().await
    }

    /// Calls DescribeInstances of CVM, which a stub answers.
    pub async fn describe_instances(&self, region: &str) -> Reply {
        self.call("cvm", "2017-03-12", "DescribeInstances", json!({})).region(region).send().await
    }

    /// The server that it calls.
    pub fn surface(&self) -> &Surface {
        &self.surface
    }

    /// A request that can be changed before it is signed and after.
    pub fn call(&self, service: &str, version: &str, action: &str, params: Value) -> Call {
        let host = format!("{service}.tencentcloudapi.com");
        Call {
            surface: self.surface.clone(),
            caller: self.clone(),
            method: "POST".to_owned(),
            target: "/".to_owned(),
            service: service.to_owned(),
            host,
            signed_host: None,
            content_type: "application/json".to_owned(),
            signed_content_type: None,
            timestamp: self.surface.now().seconds(),
            headers: vec![
                ("x-tc-action".to_owned(), action.to_owned()),
                ("x-tc-version".to_owned(), version.to_owned()),
                ("x-tc-region".to_owned(), "ap-guangzhou".to_owned()),
            ],
            also_signed: Vec::new(),
            body: params.to_string().into_bytes(),
            payload: None,
            edits: Vec::new(),
            repeats: Vec::new(),
            peer: peer(),
        }
    }

    /// Creates a sub-user with a key, and returns it.
    pub async fn user(&self, name: &str) -> Caller {
        let made = self.cam("AddUser", json!({"Name": name, "UseApi": 1})).await.ok();
        Caller {
            uin: made["Uin"].to_string(),
            secret_id: text(&made["SecretId"]).to_owned(),
            secret_key: text(&made["SecretKey"]).to_owned(),
            token: None,
            ..self.clone()
        }
    }

    /// Creates a role that these principals may assume, and returns its id.
    pub async fn role(&self, name: &str, principals: &[String]) -> String {
        let trust = trust(principals);
        let made = self.cam("CreateRole", json!({"RoleName": name, "PolicyDocument": trust})).await.ok();
        text(&made["RoleId"]).to_owned()
    }

    /// Creates a policy, and returns its id.
    pub async fn policy(&self, name: &str, document: &Value) -> u64 {
        let made = self.cam("CreatePolicy", json!({"PolicyName": name, "PolicyDocument": document.to_string()}));
        made.await.ok()["PolicyId"].as_u64().unwrap()
    }

    /// Creates a policy, attaches it to a user, and returns its id.
    pub async fn grant(&self, user: &Caller, name: &str, document: &Value) -> u64 {
        let policy = self.policy(name, document).await;
        self.cam("AttachUserPolicy", json!({"PolicyId": policy, "AttachUin": &user.uin})).await.ok();
        policy
    }

    /// Creates a policy, attaches it to a role, and returns its id.
    pub async fn grant_role(&self, role: &str, name: &str, document: &Value) -> u64 {
        let policy = self.policy(name, document).await;
        self.cam("AttachRolePolicy", json!({"PolicyId": policy, "AttachRoleName": role})).await.ok();
        policy
    }

    /// Assumes a role, and returns the session.
    pub async fn assume(&self, owner: &str, role: &str) -> Caller {
        let arn = format!("qcs::cam::uin/{owner}:roleName/{role}");
        let opened = self.sts("AssumeRole", json!({"RoleArn": arn, "RoleSessionName": "session"})).await.ok();
        self.session(&opened)
    }

    /// The caller with the credentials of a reply.
    pub fn session(&self, reply: &Value) -> Caller {
        let credentials = &reply["Credentials"];
        Caller {
            secret_id: text(&credentials["TmpSecretId"]).to_owned(),
            secret_key: text(&credentials["TmpSecretKey"]).to_owned(),
            token: Some(text(&credentials["Token"]).to_owned()),
            ..self.clone()
        }
    }

    /// The same key with another secret.
    pub fn forged(&self) -> Caller {
        Caller { secret_key: "x".repeat(32), ..self.clone() }
    }
}

/// A trust policy that trusts principals, given by their resource names.
pub fn trust(principals: &[String]) -> String {
    let statement = json!([{"action": "name/sts:AssumeRole", "effect": "allow", "principal": {"qcs": principals}}]);
    json!({"version": "2.0", "statement": statement}).to_string()
}

/// A policy with one statement that allows.
pub fn allow(action: &str, resource: &str) -> Value {
    json!({"version": "2.0", "statement": [{"effect": "allow", "action": action, "resource": resource}]})
}

/// The name of an account's root as a principal.
pub fn root_of(uin: &str) -> String {
    format!("qcs::cam::uin/{uin}:root")
}

/// A request that [`Call::send`] signs and sends. What is set before is part of what is signed, unless a method says
/// otherwise.
#[derive(Clone)]
pub struct Call {
    surface: Surface,
    caller: Caller,
    method: String,
    target: String,
    service: String,
    host: String,
    signed_host: Option<String>,
    content_type: String,
    signed_content_type: Option<String>,
    timestamp: i64,
    headers: Vec<(String, String)>,
    also_signed: Vec<String>,
    body: Vec<u8>,
    payload: Option<String>,
    edits: Vec<(String, Option<Vec<u8>>)>,
    repeats: Vec<(String, Vec<u8>)>,
    peer: SocketAddr,
}

impl Call {
    pub fn method(mut self, method: &str) -> Call {
        self.method = method.to_owned();
        self
    }

    pub fn target(mut self, target: &str) -> Call {
        self.target = target.to_owned();
        self
    }

    /// Sets the service in the signature's scope.
    pub fn scope(mut self, service: &str) -> Call {
        self.service = service.to_owned();
        self
    }

    /// Sets the `Host` that is sent, and the host that is signed.
    pub fn host(mut self, sent: &str, signed: &str) -> Call {
        self.host = sent.to_owned();
        self.signed_host = Some(signed.to_owned());
        self
    }

    /// Sets the `Content-Type` that is sent, and the one that is signed.
    pub fn content_type(mut self, sent: &str, signed: &str) -> Call {
        self.content_type = sent.to_owned();
        self.signed_content_type = Some(signed.to_owned());
        self
    }

    /// Sets the time of signing.
    pub fn at(mut self, timestamp: i64) -> Call {
        self.timestamp = timestamp;
        self
    }

    pub fn region(self, region: &str) -> Call {
        self.header("x-tc-region", region)
    }

    pub fn language(self, language: &str) -> Call {
        self.header("x-tc-language", language)
    }

    /// Sets a header, in place of one of the same name.
    pub fn header(mut self, name: &str, value: &str) -> Call {
        self.headers.retain(|(known, _)| known != name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Signs this header as well.
    pub fn signing(mut self, name: &str) -> Call {
        self.also_signed.push(name.to_owned());
        self
    }

    /// Sets the body.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Call {
        self.body = body.into();
        self
    }

    /// Sets what is signed in place of the body's digest.
    pub fn payload(mut self, digest: &str) -> Call {
        self.payload = Some(digest.to_owned());
        self
    }

    /// Sets, changes or (`None`) removes a header after signing.
    pub fn edit(mut self, name: &str, value: Option<&[u8]>) -> Call {
        self.edits.push((name.to_owned(), value.map(<[u8]>::to_vec)));
        self
    }

    /// Adds a header after signing, beside those of the same name.
    pub fn repeat(mut self, name: &str, value: &[u8]) -> Call {
        self.repeats.push((name.to_owned(), value.to_vec()));
        self
    }

    pub fn from(mut self, peer: &str) -> Call {
        self.peer = SocketAddr::new(peer.parse().unwrap(), 50_000);
        self
    }

    /// The signature that [`Call::send`] would make.
    pub fn signed(&self) -> tc3::Signed {
        let content_type = self.signed_content_type.as_ref().unwrap_or(&self.content_type);
        let host = self.signed_host.as_ref().unwrap_or(&self.host);
        let mut headers = vec![("content-type", content_type.to_lowercase()), ("host", host.clone())];
        if self.signed_content_type.is_some() {
            headers[0].1.clone_from(content_type);
        }
        for name in &self.also_signed {
            let (_, value) = self.headers.iter().find(|(known, _)| known == name).expect("a header that is sent");
            headers.push((name, value.trim().to_lowercase()));
        }
        headers.sort();
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let payload = self.payload.clone().unwrap_or_else(|| tc3::digest(&self.body));
        let date = tc3::date(self.timestamp);
        let query = if self.method == "GET" { self.target.split_once('?').map_or("", |(_, query)| query) } else { "" };
        ToSign {
            secret_key: &self.caller.secret_key,
            method: &self.method,
            query,
            headers: &headers,
            payload: &payload,
            timestamp: self.timestamp,
            date: &date,
            service: &self.service,
        }
        .sign()
    }

    /// The `Authorization` that [`Call::send`] would send.
    pub fn authorization(&self) -> String {
        let signed = self.signed();
        format!(
            "TC3-HMAC-SHA256 Credential={}/{}, SignedHeaders={}, Signature={}",
            self.caller.secret_id, signed.scope, signed.signed_headers, signed.signature
        )
    }

    /// Signs the request, and then applies the edits.
    pub fn request(&self) -> http::Request<Vec<u8>> {
        let mut request = http::Request::builder()
            .method(self.method.as_str())
            .uri(self.target.as_str())
            .header("host", &self.host)
            .header("content-type", &self.content_type)
            .header("x-tc-timestamp", self.timestamp.to_string())
            .header("authorization", self.authorization());
        if let Some(token) = &self.caller.token {
            request = request.header("x-tc-token", token);
        }
        for (name, value) in &self.headers {
            request = request.header(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        let mut request = request.body(self.body.clone()).unwrap();
        for (name, value) in &self.edits {
            let name = http::HeaderName::from_bytes(name.as_bytes()).unwrap();
            match value {
                Some(value) => drop(request.headers_mut().insert(name, HeaderValue::from_bytes(value).unwrap())),
                None => drop(request.headers_mut().remove(name)),
            }
        }
        for (name, value) in &self.repeats {
            let name = http::HeaderName::from_bytes(name.as_bytes()).unwrap();
            request.headers_mut().append(name, HeaderValue::from_bytes(value).unwrap());
        }
        request
    }

    /// The request as it stands on the wire, without its body and its length.
    pub fn head(&self) -> Vec<u8> {
        let request = self.request();
        let mut bytes = format!("{} {} HTTP/1.1\r\n", self.method, self.target).into_bytes();
        for (name, value) in request.headers() {
            bytes.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
        }
        bytes
    }

    /// The request as it stands on the wire.
    pub fn wire(&self) -> Vec<u8> {
        let length = format!("content-length: {}\r\n\r\n", self.body.len());
        [self.head(), length.into_bytes(), self.body.clone()].concat()
    }

    /// Signs the request and sends it.
    pub async fn send(self) -> Reply {
        let asked = format!(
            "{} {}",
            self.headers.iter().find(|(name, _)| name == "x-tc-action").map_or("?", |(_, action)| action),
            String::from_utf8_lossy(&self.body[..self.body.len().min(2000)])
        );
        let changes = self.headers.iter().any(|(name, action)| {
            name == "x-tc-action" && operations::ALL.iter().any(|op| op.action == action && op.mode == Access::Write)
        });
        let Answer { status, headers, body } = self.surface.send_from(self.peer, self.request()).await;
        if changes {
            self.surface.assert_current_for(&self.caller.secret_id, &asked).await;
        }
        Reply { asked, status, headers, body }
    }
}

/// The reply to an API call.
pub struct Reply {
    pub(super) asked: String,
    pub status: u16,
    pub headers: http::HeaderMap,
    pub body: Vec<u8>,
}

impl Reply {
    /// Asserts that the call succeeded; returns the reply's members without `RequestId`.
    #[track_caller]
    pub fn ok(&self) -> Value {
        let mut response = self.response();
        if let Some(error) = response.get("Error") {
            panic!("{} was refused: {error}", self.asked);
        }
        response.as_object_mut().unwrap().remove("RequestId");
        response
    }

    /// Asserts that the call was refused with this code; returns the message.
    #[track_caller]
    pub fn fault(&self, code: &str) -> String {
        let response = self.response();
        let error = response.get("Error").unwrap_or_else(|| panic!("{} succeeded: {response}", self.asked));
        assert_eq!(error["Code"], code, "{}: {}", self.asked, error["Message"]);
        assert_eq!(response.as_object().unwrap().len(), 2, "{response}");
        text(&error["Message"]).to_owned()
    }

    /// The error code, if it is an error.
    #[track_caller]
    pub fn code(&self) -> Option<String> {
        self.response().get("Error").map(|error| text(&error["Code"]).to_owned())
    }

    /// The request id.
    #[track_caller]
    pub fn request_id(&self) -> String {
        text(&self.response()["RequestId"]).to_owned()
    }

    /// Returns the reply, after checking everything that its envelope must have.
    #[track_caller]
    fn response(&self) -> Value {
        let shown = String::from_utf8_lossy(&self.body);
        assert_eq!(self.status, 200, "{}: {shown}", self.asked);
        assert_eq!(self.headers["content-type"], "application/json", "{}", self.asked);
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {shown}"));
        let envelope = body.as_object().expect("an object");
        assert_eq!(envelope.keys().collect::<Vec<_>>(), ["Response"], "{shown}");
        let id = text(&envelope["Response"]["RequestId"]);
        assert_eq!(self.headers["x-camulator-request"], id);
        let form: Vec<usize> = id.split('-').map(str::len).collect();
        assert_eq!(form, [8, 4, 4, 4, 12], "{id}");
        envelope["Response"].clone()
    }
}
