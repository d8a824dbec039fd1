//! What was asked and why it was answered so: the server writes, the admin API reads.
//!
//! The last requests are kept in memory. No secret stands in an entry.

use crate::dialect::contract::{Answer, Body, Claim};
use crate::engine::Account;
use crate::engine::cx::{Caller, Identity};
use crate::engine::fault::{Fault, Unauthenticated};
use crate::env::Time;
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
    cloud: &'static str,
    begun: Time,
    ended: Time,
    service: String,
    action: String,
    secret_id: Option<String>,
    signed_headers: String,
    signature: Option<Unauthenticated>,
    caller: Option<Arc<Caller>>,
    decision: Option<Result<(), String>>,
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
    pub fn begin(now: Time, request_id: &str, cloud: &'static str) -> Trace {
        Trace {
            request_id: request_id.to_owned(),
            cloud,
            begun: now,
            ended: now,
            service: String::new(),
            action: String::new(),
            secret_id: None,
            signed_headers: String::new(),
            signature: None,
            caller: None,
            decision: None,
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

    /// Notes whether it is allowed.
    pub fn decided<T>(&mut self, verdict: Result<T, Fault>) -> Result<T, Fault> {
        self.decision = match &verdict {
            Ok(_) => Some(Ok(())),
            Err(Fault::Denied(denial)) => Some(Err(serde_json::to_value(denial.reason)
                .map_or_else(|_| String::new(), |reason| reason.as_str().unwrap_or_default().to_owned()))),
            Err(_) => None,
        };
        verdict
    }

    /// Notes how it ended.
    pub fn end(mut self, now: Time, _: &Result<Body, Fault>, answer: &Answer) -> Trace {
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
        let caller = self.caller.as_ref().map(|caller| {
            let kind = match caller.identity {
                Identity::Root => "root",
                Identity::User(_) => "user",
                Identity::Role { .. } => "role",
                Identity::Federated { .. } => "federated",
            };
            json!({"type": kind, "id": caller.id(), "secret_id": self.secret_id})
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
            signature["canonical_request"] = json!(canonical_request);
            signature["string_to_sign"] = json!(string_to_sign);
        }
        json!({
            "request_id": self.request_id,
            "time": self.begun.rfc3339(),
            "cloud": self.cloud,
            "dialect": self.cloud,
            "service": self.service,
            "action": self.action,
            "account": self.caller.as_ref().map(|caller| caller.account.as_str()),
            "caller": caller,
            "signature": signature,
            "decision": self.decision.as_ref().map(|decision| match decision {
                Ok(()) => json!({"decision": "allow"}),
                Err(reason) => json!({"decision": "deny", "reason": reason}),
            }),
            "outcome": {"code": self.code, "status": self.status},
            "duration_us": self.ended.0 - self.begun.0,
        })
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
