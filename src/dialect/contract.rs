//! What a dialect is: a struct of functions that turn bytes into (who, which operation, typed input) and results back
//! into bytes. `server::handle` calls them in its one order.

use super::decode::{self, Json};
use super::stubs::{Stubs, WrittenStub};
use crate::engine::Engine;
use crate::engine::authorize::{Authorized, Granted};
use crate::engine::cloud::Cloud;
use crate::engine::cx::{Cx, Opened, Write};
use crate::engine::evidence::{Conditions, Deeds};
use crate::engine::fault::{Fault, Internal};
use crate::engine::ids::{AccountId, SecretId};
use crate::engine::model::{Account, Caller, Key, NamedRole, RequestContext, Role};
use crate::env::Time;
use crate::policy;
use crate::secret::Secret;
use crate::store::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// What a request says before its body: enough to tell the dialect and the claim, so that no stranger's body is read.
#[derive(Clone, Debug)]
pub struct Head {
    /// The method.
    pub method: http::Method,
    /// The path, still encoded.
    pub path: String,
    /// What follows the question mark, still encoded; empty without one.
    pub query: String,
    /// The headers. `host` is the target's authority where the target has one (RFC 9112, 3.2.2).
    pub headers: http::HeaderMap,
    /// Who sent it.
    pub peer: IpAddr,
}

/// A whole request as plain data.
#[derive(Clone, Debug)]
pub struct RawRequest {
    /// What stands before the body.
    pub head: Arc<Head>,
    /// The whole body.
    pub body: Vec<u8>,
}

impl Head {
    /// A header's value as text: none when it is absent, empty or not readable as UTF-8.
    pub fn header(&self, name: &str) -> Option<&str> {
        let value = std::str::from_utf8(self.headers.get(name)?.as_bytes()).ok()?.trim();
        if value.is_empty() { None } else { Some(value) }
    }
}

/// Who a request claims to be from, and the proof that it offers.
#[derive(Clone, Debug)]
pub struct Claim {
    /// How it is signed.
    pub scheme: &'static str,
    /// The key id.
    pub secret_id: SecretId,
    /// The session token, if one came along.
    pub token: Option<Secret>,
    /// The time of signing, in seconds since the epoch, as it was sent.
    pub signed_at: i64,
    /// What the signing key is derived for.
    pub scope: String,
    /// The signed headers, joined as they were sent.
    pub signed_headers: String,
    /// The signature.
    pub signature: String,
}

/// What a request says of itself, for the journal: nothing of it has been checked.
#[derive(Clone, Debug, Default)]
pub struct Named {
    /// How it is signed.
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
    /// The registry's entry.
    pub op: &'static Op,
    /// The service, which for a stub is not the entry's.
    pub service: Cow<'static, str>,
    /// The action, likewise.
    pub action: Cow<'static, str>,
    /// The action as policies name it.
    pub permission: Cow<'static, str>,
    /// The parameters.
    pub input: Input,
}

/// An operation's parameters.
pub enum Input {
    /// As they came.
    Untyped(Json),
    /// Decoded.
    Decoded(Box<dyn Call>),
}

impl Input {
    /// Types the parameters, unless they are typed already.
    pub fn decode(self, op: &Op) -> Result<Box<dyn Call>, Fault> {
        match self {
            Input::Untyped(value) => (op.decode)(&value),
            Input::Decoded(call) => Ok(call),
        }
    }
}

/// The body of an answer that went well, in the dialect's own form.
pub type Body = String;

/// Writes an operation's result as JSON.
pub fn answer<T: Serialize>(reply: &T) -> Result<Body, Fault> {
    Ok(serde_json::to_string(reply).map_err(|_| Internal::Bug("a reply cannot be written as JSON"))?)
}

/// What permission an operation needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// None: the cloud documents it so.
    Free,
    /// One on the operation as a whole.
    Operation,
    /// One on a resource that its input names.
    Resource,
    /// None, and no signature either: what its input brings is the proof.
    Unsigned,
}

/// How an operation is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It reads: from the view, or in a read transaction of its own.
    Read,
    /// It changes its account: in one transaction under the account's lock.
    Write,
    /// It reads, and adds a row that changes nobody's rights, which is committed before the answer leaves.
    Open,
}

/// A decoded request: what `server::handle` asks the permission for, and then has carried out.
pub trait Call: Send + Sync {
    /// Finds the account that an operation without a signature acts in; none for one that must be signed.
    fn account<'a>(
        &'a self,
        engine: &'a Arc<Engine>,
        head: &'a Head,
    ) -> Option<BoxFuture<'a, Result<AccountId, Fault>>>;

    /// On what it works; none for an operation as a whole without conditions of its own.
    fn subject<'a>(&'a self, cx: &'a Cx) -> Option<BoxFuture<'a, Result<Subject, Fault>>>;

    /// Carries it out as far as that goes without a transaction: whatever parses, or asks for further permissions.
    fn run(self: Box<Self>, cx: Cx, granted: Granted) -> BoxFuture<'static, Result<Step, Fault>>;
}

/// What remains to be done about a call.
pub enum Step {
    /// Nothing: it has read.
    Done(Body),
    /// To change the account, in one transaction. It may be run more than once.
    Write(WriteJob),
    /// To commit a row, and then to answer.
    Open(Opened<Body>),
}

/// The changes of a call.
pub type WriteJob = Box<dyn for<'w> Fn(&'w mut Write<'_, '_>) -> BoxFuture<'w, Result<Body, Fault>> + Send + Sync>;

impl Step {
    /// A change that needs no more than what is ready.
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

/// How the subject of an input is found.
pub type Asks<T> = for<'a> fn(&'a Cx, &'a T) -> BoxFuture<'a, Result<Subject, Fault>>;

/// How the account of an unsigned input is found.
pub type Finds<T> = for<'a> fn(&'a Arc<Engine>, &'a Head, &'a T) -> BoxFuture<'a, Result<AccountId, Fault>>;

/// What an operation does with its input: what a line of a registry expands to.
pub struct Functions<T> {
    /// Finds the account; none for an operation that must be signed.
    pub finds: Option<Finds<T>>,
    /// Finds the subject; none for an operation as a whole without conditions of its own.
    pub asks: Option<Asks<T>>,
    /// Carries it out.
    pub run: fn(Cx, Authorized<T>) -> BoxFuture<'static, Result<Step, Fault>>,
}

/// The one implementation of [`Call`]: an input with the functions of its operation.
pub struct Typed<T> {
    /// The decoded parameters.
    pub input: T,
    /// What is done with them.
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

/// On what an operation works, and what its input says for conditions.
#[derive(Default)]
pub struct Subject {
    /// One resource under all its names; none for an operation as a whole.
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
    /// The method and the path that stand for it, such as `GET` and `/v1/role/{name}`; none where clouds name the action.
    pub path: Option<(&'static str, &'static str)>,
    /// Requests per second that an account may make.
    pub rate: u64,
    /// What permission it needs.
    pub permission: Permission,
    /// How it is carried out.
    pub mode: Mode,
    /// Types the parameters.
    pub decode: fn(&Json) -> Result<Box<dyn Call>, Fault>,
}

/// An answer as plain data.
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers, its content type among them.
    pub headers: Vec<(&'static str, String)>,
    /// The whole body.
    pub body: Vec<u8>,
    /// The error code in it, if it is one.
    pub code: Option<&'static str>,
}

/// One cloud's wire.
pub struct Dialect {
    /// The profile of the cloud.
    pub cloud: &'static Cloud,
    /// Whether a request is written in it.
    pub detect: fn(&Head) -> bool,
    /// Reads who the request claims to be from; judges the time of signing by the wall clock. None for a request that may
    /// come unsigned.
    pub claim: fn(&Head, Time) -> Result<Option<Claim>, Fault>,
    /// Checks the signature against the key.
    pub verify: fn(&RawRequest, &Claim, &Key) -> Result<(), Fault>,
    /// The elements that decide what is done and that the signature does not cover, in an order of their own.
    pub free: fn(&Head, &Claim) -> Vec<&'static str>,
    /// What a request says of itself, however wrong it is.
    pub named: fn(&Head) -> Named,
    /// Finds the operation and reads the parameters.
    pub route: fn(&RawRequest, Option<&Claim>, &Stubs) -> Result<Route, Fault>,
    /// The condition keys that the cloud knows for every request; the caller's tags are given.
    pub conditions: fn(&RequestContext, &[(&str, &str)]) -> Conditions,
    /// How the cloud names what an operation may do besides what it is called for.
    pub deeds: Deeds,
    /// The role that is meant to be assumed, when the action is the cloud's one for that and the resource is a role.
    pub assumes: fn(&str, &str) -> Option<NamedRole>,
    /// Whether a resource belongs to another account than the given one, and is none that one account can open to another.
    pub is_foreign: fn(&Account, &str, &str) -> bool,
    /// A role as what an action works on: every name of it, and what conditions can ask about it.
    pub on_role: fn(&AccountId, &Role) -> Subject,
    /// Writes the answer.
    pub encode: fn(&Head, Option<&Op>, &Result<Body, Fault>, &str) -> Answer,
    /// The stubs of other services' actions that come with the program.
    pub stubs: fn() -> Vec<WrittenStub>,
    /// Whether a text is half of a key that the cloud's documents print, and so everybody's.
    pub is_published: fn(&str) -> bool,
    /// Reads the name of a principal.
    pub principal: fn(&str) -> Option<Caller>,
    /// The name of a caller as a principal.
    pub arn: fn(&Caller) -> String,
    /// Whether `service:Action` is served, needs a permission, and knows no single resources.
    pub is_operation_level: fn(&str) -> bool,
    /// A signed call for a new user to paste: from the server's address, a key, and the time.
    pub example: fn(SocketAddr, &str, &Secret, Time) -> String,
    /// The code that a defect of a policy document gets when the document is written as the named kind.
    pub defect_code: fn(policy::Kind, &policy::Problem) -> &'static str,
    /// The operations.
    pub operations: &'static [Op],
}
