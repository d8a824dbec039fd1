//! What a dialect is: a struct of functions that turn bytes into (who, which operation, typed input) and results back
//! into bytes. `server::handle` calls them, always in the same order.

use super::decode::{self, Json};
use crate::engine::Engine;
use crate::engine::authorize::{Authorized, Granted};
use crate::engine::cloud::Cloud;
use crate::engine::cx::{Cx, Opened, Write};
use crate::engine::evidence::{Conditions, Deeds};
use crate::engine::fault::{Fault, Internal};
use crate::engine::globals::Globals;
use crate::engine::ids::{AccountId, SecretId};
use crate::engine::model::{Account, Caller, Key, NamedRole, RequestContext, Role};
use crate::env::Time;
use crate::policy;
use crate::secret::Secret;
use http::header::{AsHeaderName, HeaderName, HeaderValue};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::borrow::Cow;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;

/// A boxed future, as operations return it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A request without its body: enough to find the dialect and the claim, so that no stranger's body need be read.
#[derive(Clone, Debug)]
pub struct Head {
    /// The method.
    pub method: http::Method,
    /// The path, still encoded.
    pub path: String,
    /// The query, still encoded; empty when there is none.
    pub query: String,
    /// The headers. `host` is replaced by the authority of an absolute target (RFC 9112, 3.2.2).
    pub headers: http::HeaderMap,
    /// The address that sent it.
    pub peer: IpAddr,
}

/// A whole request as plain data.
#[derive(Clone, Debug)]
pub struct RawRequest {
    /// The part before the body.
    pub head: Arc<Head>,
    /// The whole body.
    pub body: Vec<u8>,
}

impl Head {
    /// Returns a header's value as text; `None` when it is absent, empty or not UTF-8. A name that is a
    /// [`HeaderName`] is found faster than text, which has to be read as one first.
    pub fn header(&self, name: impl AsHeaderName) -> Option<&str> {
        let value = std::str::from_utf8(self.headers.get(name)?.as_bytes()).ok()?.trim();
        if value.is_empty() { None } else { Some(value) }
    }
}

/// Where a request says who sent it.
pub enum Claimed {
    /// In its head: it is signed with a key.
    By(Claim),
    /// In its head: nobody signed it, and the operation that it names needs no signature.
    Nobody,
    /// In its body, which may have at most this many bytes.
    InBody {
        /// The limit in bytes.
        most: usize,
    },
}

/// The key that a request claims to be signed with, and its proof.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The algorithm of the signature.
    pub scheme: &'static str,
    /// The key id.
    pub secret_id: SecretId,
    /// The session token, if the request has one.
    pub token: Option<Secret>,
    /// The time of signing, in seconds since the epoch, as it was sent.
    pub signed_at: i64,
    /// The scope that the signing key is derived for.
    pub scope: String,
    /// The list of signed headers as it was sent.
    pub signed_headers: Arc<str>,
    /// The signature.
    pub signature: String,
}

/// What a request says about itself, for the journal. None of it is verified.
#[derive(Clone, Debug, Default)]
pub struct Named {
    /// The algorithm of the signature.
    pub scheme: Option<&'static str>,
    /// The key id.
    pub secret_id: Option<String>,
    /// The service.
    pub service: String,
    /// The action.
    pub action: String,
}

/// The operation that a request is for.
pub struct Route {
    /// The entry in the registry.
    pub op: &'static Op,
    /// The service. That of a stub is not in the registry.
    pub service: Cow<'static, str>,
    /// The action. That of a stub is not in the registry.
    pub action: Cow<'static, str>,
    /// The action as policies name it.
    pub permission: Cow<'static, str>,
    /// The parameters.
    pub input: Input,
}

impl Route {
    /// Returns the route to an operation of the registry.
    pub fn to(op: &'static Op, parameters: Json) -> Route {
        Route {
            op,
            service: Cow::Borrowed(op.service),
            action: Cow::Borrowed(op.action),
            permission: Cow::Borrowed(op.permission_name),
            input: Input::Untyped(parameters),
        }
    }
}

/// An operation's parameters.
pub enum Input {
    /// As they were sent.
    Untyped(Json),
    /// Decoded.
    Decoded(Box<dyn Call>),
}

impl Input {
    /// Decodes the parameters unless they are decoded already.
    pub fn decode(self, op: &Op) -> Result<Box<dyn Call>, Fault> {
        match self {
            Input::Untyped(value) => (op.decode)(&value),
            Input::Decoded(call) => Ok(call),
        }
    }
}

/// The body of a successful answer, in the dialect's own form.
pub type Body = String;

/// Writes an operation's result as JSON.
pub fn answer<T: Serialize>(reply: &T) -> Result<Body, Fault> {
    let mut json = Vec::with_capacity(1024);
    let unwritable = || Internal::Bug("a reply cannot be written as JSON");
    serde_json::to_writer(&mut json, reply).map_err(|_| unwritable())?;
    Ok(String::from_utf8(json).map_err(|_| unwritable())?)
}

/// The permission that an operation needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// None, as the cloud documents.
    Free,
    /// Permission on the operation as a whole.
    Operation,
    /// Permission on a resource that its input names.
    Resource,
    /// None, and no signature either: the input itself carries the proof.
    Unsigned,
}

/// How an operation runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It reads, from the view or in a read transaction of its own.
    Read,
    /// It changes its account, in one transaction under the account's lock.
    Write,
    /// It reads, and returns a row to commit before the answer leaves. The row changes nobody's rights.
    Open,
}

/// A decoded request, which `server::handle` authorises and then runs.
pub trait Call: Send + Sync {
    /// Finds the account of an unsigned operation; `None` for one that must be signed.
    fn account<'a>(
        &'a self,
        engine: &'a Arc<Engine>,
        head: &'a Head,
    ) -> Option<BoxFuture<'a, Result<AccountId, Fault>>>;

    /// Finds the subject; `None` for an operation as a whole without condition keys of its own.
    fn subject<'a>(&'a self, cx: &'a Cx) -> Option<BoxFuture<'a, Result<Subject, Fault>>>;

    /// Runs the part that needs no transaction: parsing, and asking for further permissions.
    fn run(self: Box<Self>, cx: Cx, granted: Granted) -> BoxFuture<'static, Result<Step, Fault>>;
}

/// What remains to be done for a call.
pub enum Step {
    /// Nothing: the answer is ready.
    Done(Body),
    /// Change the account, in one transaction. The job may run more than once.
    Write(WriteJob),
    /// Commit a row, and then answer.
    Open(Opened<Body>),
}

/// The changes of a call.
pub type WriteJob = Box<dyn for<'w> Fn(&'w mut Write<'_, '_>) -> BoxFuture<'w, Result<Body, Fault>> + Send + Sync>;

impl Step {
    /// Makes a change that takes only what was made ready before the transaction.
    pub fn write<R: Send + Sync + 'static>(
        ready: R,
        run: for<'w> fn(&'w mut Write<'_, '_>, &'w R) -> BoxFuture<'w, Result<Body, Fault>>,
    ) -> Step {
        let ready = Arc::new(ready);
        Step::Write(Box::new(move |write| {
            let ready = ready.clone();
            Box::pin(async move { run(write, &ready).await })
        }))
    }
}

/// Finds the subject of an input.
pub type Asks<T> = for<'a> fn(&'a Cx, &'a T) -> BoxFuture<'a, Result<Subject, Fault>>;

/// Finds the account of an unsigned input.
pub type Finds<T> = for<'a> fn(&'a Arc<Engine>, &'a Head, &'a T) -> BoxFuture<'a, Result<AccountId, Fault>>;

/// The functions of an operation, as a line of the registry expands to.
pub struct Functions<T> {
    /// Finds the account; `None` for an operation that must be signed.
    pub finds: Option<Finds<T>>,
    /// Finds the subject; `None` for an operation as a whole without condition keys of its own.
    pub asks: Option<Asks<T>>,
    /// Runs it.
    pub run: fn(Cx, Authorized<T>) -> BoxFuture<'static, Result<Step, Fault>>,
}

/// The one implementation of [`Call`]: an input with the functions of its operation.
pub struct Typed<T> {
    /// The decoded parameters.
    pub input: T,
    /// The functions of their operation.
    pub functions: Functions<T>,
}

impl<T: DeserializeOwned + Send + Sync + 'static> Typed<T> {
    /// Decodes the parameters of an operation.
    pub fn decode(value: &Json, functions: Functions<T>) -> Result<Box<dyn Call>, Fault> {
        Ok(Box::new(Typed { input: decode::decode(value)?, functions }))
    }
}

impl<T: Send + Sync> Call for Typed<T> {
    fn account<'a>(
        &'a self,
        engine: &'a Arc<Engine>,
        head: &'a Head,
    ) -> Option<BoxFuture<'a, Result<AccountId, Fault>>> {
        self.functions.finds.map(|finds| finds(engine, head, &self.input))
    }

    fn subject<'a>(&'a self, cx: &'a Cx) -> Option<BoxFuture<'a, Result<Subject, Fault>>> {
        self.functions.asks.map(|asks| asks(cx, &self.input))
    }

    fn run(self: Box<Self>, cx: Cx, granted: Granted) -> BoxFuture<'static, Result<Step, Fault>> {
        (self.functions.run)(cx, granted.seal(self.input))
    }
}

/// The resource that an operation works on, and the condition keys that its input adds.
#[derive(Default)]
pub struct Subject {
    /// One resource under all its names; `None` for an operation as a whole.
    pub resources: Option<Vec<String>>,
    /// Condition keys and values.
    pub context: Conditions,
}

/// One operation of a registry. [`operations!`](crate::operations) makes them.
pub struct Op {
    /// The service.
    pub service: &'static str,
    /// The action.
    pub action: &'static str,
    /// Service and action as policies name them: `service:Action`.
    pub permission_name: &'static str,
    /// Its method and path, such as `GET` and `/v1/role/{name}`; `None` in a cloud whose requests name the action.
    pub path: Option<(&'static str, &'static str)>,
    /// Requests per second for each account.
    pub rate: u64,
    /// The permission that it needs.
    pub permission: Permission,
    /// How it runs.
    pub mode: Mode,
    /// Decodes the parameters.
    pub decode: fn(&Json) -> Result<Box<dyn Call>, Fault>,
}

/// An answer as plain data.
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers, the content type among them.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The whole body.
    pub body: Vec<u8>,
    /// The error code in the body, if it is an error.
    pub code: Option<&'static str>,
}

/// The stubs of a dialect: actions of other services that only check permissions and return a fixed response. They are set
/// through the admin API and stored in the globals; how one is written is the dialect's.
pub trait Stubs: Send + Sync {
    /// Finds the stub for a request that is for none of the operations; `None` when there is none.
    fn route(&self, request: &RawRequest) -> Option<Result<Route, Fault>>;

    /// Returns the generation of the globals that the stubs were loaded from.
    fn generation(&self) -> i64;

    /// Loads the stubs of these globals, besides those that come with the program. Returns whether they were not loaded yet.
    fn load(&self, globals: &Globals) -> bool;

    /// Reads a stub that is being put, as JSON text, and returns it as it is stored and shown. The error says what is wrong.
    fn read(&self, service: &str, action: &str, body: &[u8]) -> Result<serde_json::Value, String>;

    /// Returns every stub as it is shown, ordered by action.
    fn list(&self) -> Vec<serde_json::Value>;

    /// Returns the services that have a stub, which policies may name.
    fn services(&self) -> Vec<String>;

    /// Returns whether a stub for this service and action comes with the program.
    fn is_built_in(&self, service: &str, action: &str) -> bool;
}

/// One wire of a cloud.
pub struct Dialect {
    /// The name of the dialect, for the journal.
    pub name: &'static str,
    /// The profile of the cloud.
    pub cloud: &'static Cloud,
    /// The domains below which the cloud's clients look for it. They are names of whole labels, without a leading dot.
    pub domains: &'static [&'static str],
    /// Whether a request is in this dialect.
    pub detect: fn(&Head) -> bool,
    /// Reads the claim and checks its signing time against the wall clock. An unsigned request for an operation that must
    /// be signed is refused here if the head shows it, because the server reads the body next.
    pub claim: fn(&Head, Time) -> Result<Claimed, Fault>,
    /// Does the same for a request whose claim is in its body. Returns `None` for an unsigned request for an operation
    /// that needs no signature.
    pub claim_in_body: fn(&RawRequest, Time) -> Result<Option<Claim>, Fault>,
    /// Checks the signature against the key.
    pub verify: fn(&RawRequest, &Claim, &Key) -> Result<(), Fault>,
    /// The elements that affect the result but are not signed, in a fixed order.
    pub free: fn(&Head, &Claim) -> Vec<&'static str>,
    /// Reads what a request says about itself, however malformed it is.
    pub named: fn(&RawRequest) -> Named,
    /// Finds the operation and reads the parameters.
    pub route: fn(&RawRequest) -> Result<Route, Fault>,
    /// The condition keys that every request has. The second argument is the action, the third holds the caller's tags.
    pub conditions: fn(&RequestContext, &str, &[(&str, &str)]) -> Conditions,
    /// The permissions that the cloud asks for what an operation does besides its main purpose.
    pub deeds: Deeds,
    /// The role to be assumed, when the action is the one that assumes roles and the resource is a role.
    pub assumes: fn(&str, &str) -> Option<NamedRole>,
    /// Whether a resource belongs to another account and is not of a kind that one account can open to another.
    pub is_foreign: fn(&Account, &str, &str) -> bool,
    /// A role as the subject of an action: all its names, and its condition keys.
    pub on_role: fn(&AccountId, &Role) -> Subject,
    /// Writes the answer. The body of the request is empty if it was refused before its body was read.
    pub encode: fn(&RawRequest, Option<&Op>, &Result<Body, Fault>, &str) -> Answer,
    /// Makes the stubs of other services' actions; `None` in a dialect that has no stubs.
    pub stubs: Option<fn() -> Box<dyn Stubs>>,
    /// Whether a text is a key id or a secret that the cloud's documentation prints, and so known to everybody.
    pub is_published: fn(&str) -> bool,
    /// Reads the name of a principal.
    pub principal: fn(&str) -> Option<Caller>,
    /// The name of a caller as a principal.
    pub arn: fn(&Caller) -> String,
    /// Whether `service:Action` is an operation whose permission is on the operation as a whole.
    pub is_operation_level: fn(&str) -> bool,
    /// The environment variables that the cloud's clients read, for a key id and its secret.
    pub variables: fn(&str, &str) -> Vec<(&'static str, String)>,
    /// A first call for a new user to paste: what it is, and a signed command line, made from the server's URL, a key and
    /// the time.
    pub example: fn(&str, &str, &Secret, Time) -> String,
    /// The error code for a defect in a policy document of this kind.
    pub defect_code: fn(policy::DocumentKind, &policy::Problem) -> &'static str,
    /// The operations.
    pub operations: &'static [Op],
}
