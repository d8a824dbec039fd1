//! What a dialect is: a struct of functions that turn bytes into (who, which operation, typed input) and results back
//! into bytes. `server::handle` calls them in its one order.

use super::decode::Value;
use super::stubs::{Stub, Stubs};
use crate::engine::Account;
use crate::engine::authorize::{Authorized, Conditions, Deeds, Granted};
use crate::engine::cx::{Caller, Cx, Opened, Write};
use crate::engine::fault::Fault;
use crate::engine::ids::{AccountId, SecretId};
use crate::engine::keys::Key;
use crate::engine::policies::Preset;
use crate::engine::roles::{NamedRole, Role};
use crate::env::{Env, Time};
use crate::policy::ContextValue;
use crate::secret::Secret;
use crate::store::BoxFuture;
use std::borrow::Cow;
use std::net::IpAddr;
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
    /// What came with it.
    pub params: Params,
}

impl Route {
    /// The action as policies name it.
    pub fn permission_name(&self) -> Cow<'static, str> {
        match &self.params.stub {
            None => Cow::Borrowed(self.op.permission_name),
            Some(stub) => Cow::Owned(format!("{}:{}", stub.written.service, stub.written.action)),
        }
    }
}

/// An operation's parameters before they are typed.
pub struct Params {
    /// The body.
    pub value: Value,
    /// The region that the request names; empty without one.
    pub region: String,
    /// The stub that answers, for an operation of another service.
    pub stub: Option<Arc<Stub>>,
}

/// The body of an answer that went well, in the dialect's own form.
pub type Body = String;

/// What permission an operation needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// None: the cloud documents it so.
    Free,
    /// One on the operation as a whole.
    Operation,
    /// One on a resource that its input names.
    Resource,
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

/// The one implementation of [`Call`]: an input with the functions of its operation.
pub struct Typed<T> {
    /// The decoded parameters.
    pub input: T,
    /// Finds its subject; none for an operation as a whole without conditions of its own.
    pub asks: Option<Asks<T>>,
    /// Carries it out.
    pub run: fn(Cx, Authorized<T>) -> BoxFuture<'static, Result<Step, Fault>>,
}

impl<T: Send + Sync> Call for Typed<T> {
    fn subject<'a>(&'a self, cx: &'a Cx) -> Option<BoxFuture<'a, Result<Subject, Fault>>> {
        self.asks.map(|asks| asks(cx, &self.input))
    }

    fn run(self: Box<Self>, cx: Cx, granted: Granted) -> BoxFuture<'static, Result<Step, Fault>> {
        (self.run)(cx, granted.seal(self.input))
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

/// One operation of a registry.
pub struct Op {
    /// The service.
    pub service: &'static str,
    /// The service's version.
    pub version: &'static str,
    /// The action.
    pub action: &'static str,
    /// Service and action as policies name them: `service:Action`.
    pub permission_name: &'static str,
    /// Requests a second that an account may make.
    pub rate: u64,
    /// What permission it needs.
    pub permission: Permission,
    /// How it is carried out.
    pub mode: Mode,
    /// Types the parameters.
    pub decode: fn(&Params) -> Result<Box<dyn Call>, Fault>,
}

/// An answer as plain data.
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Its type; no other header is the dialect's.
    pub content_type: &'static str,
    /// The whole body.
    pub body: Vec<u8>,
    /// The error code in it, if it is one.
    pub code: Option<&'static str>,
}

/// One cloud's wire.
pub struct Dialect {
    /// Its name, also the cloud of the accounts that it serves.
    pub name: &'static str,
    /// Whether a request is written in it.
    pub detect: fn(&Head) -> bool,
    /// Reads who the request claims to be from; judges the time of signing by the wall clock.
    pub claim: fn(&Head, Time) -> Result<Claim, Fault>,
    /// Checks the signature against the key.
    pub verify: fn(&RawRequest, &Claim, &Key) -> Result<(), Fault>,
    /// The elements that decide what is done and that the signature does not cover, in an order of their own.
    pub free: fn(&Head, &Claim) -> Vec<&'static str>,
    /// What a request says of itself, however wrong it is.
    pub named: fn(&Head) -> Named,
    /// Finds the operation and reads the parameters.
    pub route: fn(&RawRequest, &Claim, &Stubs) -> Result<Route, Fault>,
    /// The condition keys that the cloud knows for every request; the caller's tags are given.
    pub conditions: fn(&Cx, &[(&str, &str)]) -> Conditions,
    /// How the cloud names what an operation may do besides what it is called for.
    pub deeds: Deeds,
    /// Reads a condition key's value that somebody gives as text.
    pub condition: fn(&str, &str) -> ContextValue<'static>,
    /// The role that is meant to be assumed, when the action is the cloud's one for that and the resource is a role.
    pub assumes: fn(&str, &str) -> Option<NamedRole>,
    /// Whether a resource belongs to another account than the given one, and is none that one account can open to another.
    pub is_foreign: fn(&Account, &str, &str) -> bool,
    /// A role as what an action works on: every name of it, and what conditions can ask about it.
    pub on_role: fn(&AccountId, &Role) -> Subject,
    /// Writes the answer.
    pub encode: fn(&Head, Option<&Op>, &Result<Body, Fault>, &str) -> Answer,
    /// The cloud's preset policies.
    pub presets: fn() -> Vec<Preset>,
    /// An id and an application number for a new account that names none.
    pub new_account_id: fn(&Env) -> (String, i64),
    /// Whether a text is half of a key that the cloud's documents print, and so everybody's.
    pub is_published: fn(&str) -> bool,
    /// Whether a text can be the id of an account.
    pub is_account_id: fn(&str) -> bool,
    /// Reads the name of a principal.
    pub principal: fn(&str) -> Option<Caller>,
    /// The name of a caller as a principal.
    pub arn: fn(&Caller) -> String,
    /// The code that a defect of a policy document gets when the document is written as the named kind.
    pub defect_code: fn(crate::policy::Kind, &crate::policy::Problem) -> &'static str,
    /// The operations.
    pub operations: &'static [Op],
}
