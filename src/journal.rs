//! What was asked and why it was answered so: the server writes, the admin API reads.
//!
//! The last requests are kept in memory. No secret stands in an entry.

use crate::dialect::contract::{Answer, Body, Claim, Dialect};
use crate::engine::Account;
use crate::engine::authorize::Evidence;
use crate::engine::cx::{Caller, Identity};
use crate::engine::fault::{Fault, Unauthenticated};
use crate::env::Time;
use crate::policy;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// How many entries are kept.
const KEPT: usize = 10_000;

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
    service: String,
    action: String,
    secret_id: Option<String>,
    signed_headers: String,
    signature: Option<Unauthenticated>,
    caller: Option<Arc<Caller>>,
    evidence: Option<Arc<Evidence>>,
    code: Option<&'static str>,
    status: u16,
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
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.iter().rev().filter(|entry| keep(entry)).take(limit).cloned().collect()
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
            service: String::new(),
            action: String::new(),
            secret_id: None,
            signed_headers: String::new(),
            signature: None,
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
                self.secret_id = Some(claim.secret_id.to_string());
                self.signed_headers.clone_from(&claim.signed_headers);
                self.action.clone_from(&claim.action);
            }
            Err(Fault::Unauthenticated(how)) => self.signature = Some(how.clone()),
            Err(_) => {}
        }
        claim
    }

    /// Notes whether it was believed.
    pub fn verified(
        &mut self,
        verdict: Result<(Arc<Caller>, Arc<Account>), Fault>,
    ) -> Result<(Arc<Caller>, Arc<Account>), Fault> {
        match &verdict {
            Ok((caller, _)) => self.caller = Some(caller.clone()),
            Err(Fault::Unauthenticated(how)) => self.signature = Some(how.clone()),
            Err(_) => {}
        }
        verdict
    }

    /// Notes what it is for.
    pub fn routed(&mut self, service: &str, action: &str) {
        service.clone_into(&mut self.service);
        action.clone_into(&mut self.action);
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
        let claimed = || self.secret_id.as_ref().map(|id| json!({"type": "unverified", "secret_id": id}));
        let caller = self.caller.as_ref().map(|caller| {
            let kind = match caller.identity {
                Identity::Root => "root",
                Identity::User(_) => "user",
                Identity::Role { .. } => "role",
                Identity::Federated { .. } => "federated",
            };
            json!({"type": kind, "arn": who, "secret_id": self.secret_id})
        });
        let mut signature = json!({
            "verdict": match (&self.signature, &self.caller) {
                (Some(how), _) => verdict(how),
                (None, Some(_)) => "valid",
                (None, None) => "not checked",
            },
            "signed_headers": self.signed_headers,
        });
        if let Some(Unauthenticated::Signature { canonical_request, string_to_sign }) = &self.signature {
            put(&mut signature, "canonical_request", json!(canonical_request));
            put(&mut signature, "string_to_sign", json!(string_to_sign));
        }
        json!({
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
        })
    }
}

/// A decision with every statement that was considered, and the same as text for people; `who` names the caller.
pub fn explained(evidence: &Evidence, who: &str) -> Value {
    let Some(explanation) = evidence.explain() else { return json!({"decision": "allow", "reason": "free"}) };
    let mut shown = serde_json::to_value(&explanation).unwrap_or_default();
    put(&mut shown, "action", json!(evidence.asked.action));
    put(&mut shown, "resource", json!(evidence.asked.resource()));
    put(&mut shown, "explanation", json!(policy::render(&explanation, who)));
    shown
}

/// Sets a member of an object.
pub fn put(object: &mut Value, member: &str, value: Value) {
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
