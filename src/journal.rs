//! What was asked and why it was answered so: the server writes, the admin API reads.
//!
//! The last requests are kept in memory. No secret stands in an entry.

use crate::dialect::contract::{Answer, Body, Claim, Dialect, Named, Route};
use crate::engine::authorize::Evidence;
use crate::engine::cx::{Caller, Identity};
use crate::engine::fault::{Fault, Unauthenticated};
use crate::engine::ids::SecretId;
use crate::env::Time;
use crate::policy::{self, Effect};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// How many entries are kept.
pub const KEPT: usize = 10_000;

/// The journal.
#[derive(Default)]
pub struct Journal {
    entries: Mutex<VecDeque<Arc<Trace>>>,
}

/// One request's way through the straight line.
pub struct Trace {
    request_id: String,
    dialect: &'static Dialect,
    begun: Time,
    ended: Time,
    service: Cow<'static, str>,
    action: Cow<'static, str>,
    secret_id: Option<SecretId>,
    scheme: Option<&'static str>,
    signed_headers: String,
    /// What decides and was not signed; none when the signature was not looked at.
    free: Option<Vec<&'static str>>,
    signature: Option<Unauthenticated>,
    rate: Option<Rate>,
    caller: Option<Arc<Caller>>,
    evidence: Option<Arc<Evidence>>,
    code: Option<&'static str>,
    status: u16,
}

/// What the limit of an account's action had to say about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rate {
    /// There is none.
    Off,
    /// It may come.
    Within {
        /// How many may come in a second.
        limit: u64,
        /// How many more could come at once.
        remaining: u64,
    },
    /// It is one too many.
    Exceeded {
        /// How many may come in a second.
        limit: u64,
        /// How many came in this one.
        seen: u64,
    },
}

impl Journal {
    /// Adds an entry; the oldest goes when there are too many.
    pub fn record(&self, trace: Trace) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() == KEPT {
            entries.pop_front();
        }
        entries.push_back(Arc::new(trace));
    }

    /// The entry of a request.
    pub fn find(&self, request_id: &str) -> Option<Arc<Trace>> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.iter().rev().find(|entry| entry.request_id == request_id).cloned()
    }

    /// The entries that `keep` lets pass, newest first, at most `limit`.
    pub fn list(&self, limit: usize, keep: impl Fn(&Trace) -> bool) -> Vec<Arc<Trace>> {
        // Looked through outside the lock, because every request waits for it.
        let entries: Vec<Arc<Trace>> =
            self.entries.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect();
        entries.into_iter().rev().filter(|entry| keep(entry)).take(limit).collect()
    }
}

impl Trace {
    /// A request has come.
    pub fn begin(now: Time, request_id: &str, dialect: &'static Dialect) -> Trace {
        Trace {
            request_id: request_id.to_owned(),
            dialect,
            begun: now,
            ended: now,
            service: Cow::Borrowed(""),
            action: Cow::Borrowed(""),
            secret_id: None,
            scheme: None,
            signed_headers: String::new(),
            free: None,
            signature: None,
            rate: None,
            caller: None,
            evidence: None,
            code: None,
            status: 0,
        }
    }

    /// Notes what it claims.
    pub fn claimed(&mut self, claim: Result<Claim, Fault>) -> Result<Claim, Fault> {
        match &claim {
            Ok(claim) => {
                self.secret_id = Some(claim.secret_id.clone());
                self.scheme = Some(claim.scheme);
                // Nothing of it is believed yet: no more is kept than a request of the clients' has.
                let names = &claim.signed_headers;
                names.get(..names.floor_char_boundary(512)).unwrap_or_default().clone_into(&mut self.signed_headers);
            }
            Err(Fault::Unauthenticated(how)) => self.signature = Some(how.clone()),
            Err(_) => {}
        }
        claim
    }

    /// Notes whether it was believed; `free` tells what the signature does not cover, if it came to that.
    pub fn verified(&mut self, verdict: Result<&Arc<Caller>, &Fault>, free: impl FnOnce() -> Vec<&'static str>) {
        match verdict {
            Ok(caller) => {
                self.caller = Some(caller.clone());
                self.free = Some(free());
            }
            Err(Fault::Unauthenticated(how)) => {
                self.signature = Some(how.clone());
                if let Unauthenticated::Signature { .. } = how {
                    self.free = Some(free());
                }
            }
            Err(_) => {}
        }
    }

    /// Notes what it is for.
    pub fn routed(&mut self, route: &Route) {
        self.service = route.service.clone();
        self.action = route.action.clone();
    }

    /// Notes what it says of itself, when it did not get as far as to an operation.
    pub fn unrouted(&mut self, named: Named) {
        self.service = named.service.into();
        self.action = named.action.into();
        self.scheme = named.scheme;
        if self.secret_id.is_none() {
            self.secret_id = named.secret_id.map(SecretId::from);
        }
    }

    /// Notes what the limiter said.
    pub fn limited(&mut self, verdict: Result<Rate, Fault>) -> Result<(), Fault> {
        self.rate = match &verdict {
            Ok(rate) => Some(*rate),
            Err(Fault::RateLimited { seen, limit }) => Some(Rate::Exceeded { limit: *limit, seen: *seen }),
            Err(_) => None,
        };
        verdict.map(|_| ())
    }

    /// Notes that it is allowed, and by what.
    pub fn allowed(&mut self, evidence: &Arc<Evidence>) {
        self.evidence = Some(evidence.clone());
    }

    /// Notes how it ended.
    pub fn end(mut self, now: Time, outcome: &Result<Body, Fault>, answer: &Answer) -> Trace {
        if let Err(Fault::Denied(denial)) = outcome {
            self.evidence = Some(denial.evidence.clone());
        }
        self.ended = now;
        self.code = answer.code;
        self.status = answer.status;
        self
    }

    /// Whether it was about an account.
    pub fn is_of(&self, account: &str) -> bool {
        self.caller.as_ref().is_some_and(|caller| caller.account.as_str() == account)
    }

    /// Whether it came from a caller of this name, or was signed with the key of this id.
    pub fn is_from(&self, caller: &str) -> bool {
        self.secret_id.as_ref().is_some_and(|id| id.as_str() == caller)
            || self.caller.as_ref().is_some_and(|known| (self.dialect.arn)(known) == caller)
    }

    /// When it came.
    pub fn time(&self) -> Time {
        self.begun
    }

    /// Its service.
    pub fn service(&self) -> &str {
        &self.service
    }

    /// Its action.
    pub fn action(&self) -> &str {
        &self.action
    }

    /// Its error code; none when it went well.
    pub fn code(&self) -> Option<&str> {
        self.code
    }

    /// As the admin API shows it.
    pub fn shown(&self) -> Value {
        let arn = self.caller.as_ref().map(|caller| (self.dialect.arn)(caller));
        let who = arn.as_deref().unwrap_or_default();
        let secret_id = self.secret_id.as_ref().map(SecretId::as_str);
        let claimed = || secret_id.map(|id| json!({"type": "unverified", "secret_id": id}));
        let caller = self.caller.as_ref().map(|caller| {
            let kind = match caller.identity {
                Identity::Root => "root",
                Identity::User(_) => "user",
                Identity::Role { .. } => "role",
                Identity::Federated { .. } => "federated",
            };
            json!({"type": kind, "arn": who, "secret_id": secret_id})
        });
        let mut signature = json!({
            "verdict": match (&self.signature, &self.caller) {
                (Some(how), _) => verdict(how),
                (None, Some(_)) => "valid",
                (None, None) => "not checked",
            },
            "signed_headers": self.signed_headers,
        });
        if let Some(scheme) = self.scheme {
            put(&mut signature, "scheme", json!(scheme));
        }
        if let Some(free) = &self.free {
            put(&mut signature, "free", json!(free));
        }
        if let Some(Unauthenticated::Signature { canonical_request, string_to_sign }) = &self.signature {
            put(&mut signature, "canonical_request", json!(canonical_request));
            put(&mut signature, "string_to_sign", json!(string_to_sign));
        }
        let mut shown = json!({
            "request_id": self.request_id,
            "time": self.begun.rfc3339(),
            "cloud": self.dialect.name,
            "dialect": self.dialect.name,
            "service": self.service,
            "action": self.action,
            "account": self.caller.as_ref().map(|caller| caller.account.as_str()),
            "caller": caller.or_else(claimed),
            "signature": signature,
            "decision": self.evidence.as_ref().map(|evidence| explained(evidence, who)),
            "outcome": {"code": self.code, "status": self.status},
            "duration_us": self.ended.0 - self.begun.0,
        });
        if let Some(rate) = self.rate {
            put(&mut shown, "rate_limit", rate.shown());
        }
        shown
    }
}

impl Rate {
    fn shown(self) -> Value {
        match self {
            Rate::Off => json!({"mode": "off"}),
            Rate::Within { limit, remaining } => json!({"limit": limit, "remaining": remaining, "exceeded": false}),
            Rate::Exceeded { limit, seen } => json!({"limit": limit, "remaining": 0, "exceeded": true, "seen": seen}),
        }
    }
}

/// A decision with every statement that was considered on each side, and the same as text for people; `who` names the
/// caller. For assuming a role both sides must allow it: of two that refuse the caller's own decides, being asked first.
pub fn explained(evidence: &Evidence, who: &str) -> Value {
    let sides = evidence.explain();
    let refusing = sides.iter().find(|side| side.decision == Effect::Deny);
    let Some(deciding) = refusing.or_else(|| sides.first()) else {
        return json!({"decision": "allow", "reason": "allow", "considered": [], "note": "no permission is needed"});
    };
    let text: String = match refusing {
        Some(side) => policy::render(side, who),
        None => sides.iter().map(|side| policy::render(side, who)).collect(),
    };
    json!({
        "decision": deciding.decision,
        "reason": deciding.reason,
        "considered": sides.iter().flat_map(|side| &side.considered).collect::<Vec<_>>(),
        "action": evidence.asked.action,
        "resource": evidence.asked.resource(),
        "explanation": text,
    })
}

/// Sets a member of an object.
fn put(object: &mut Value, member: &str, value: Value) {
    if let Value::Object(members) = object {
        members.insert(member.to_owned(), value);
    }
}

fn verdict(how: &Unauthenticated) -> &'static str {
    match how {
        Unauthenticated::Claim(_) => "unreadable",
        Unauthenticated::Stale { .. } => "stale",
        Unauthenticated::UnknownKey => "unknown key",
        Unauthenticated::Token(_) => "token",
        Unauthenticated::Signature { .. } => "wrong",
    }
}
