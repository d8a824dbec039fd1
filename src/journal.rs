//! The journal: a record of the last requests and the reasons for their answers.
//!
//! The server writes it and the admin API reads it. It is kept in memory, bounded in number and in bytes. An entry
//! never contains a secret. A decision is explained when an entry is read for the first time; the explanation then
//! replaces the evidence it was made from.

mod ring;

use crate::dialect::contract::{Answer, Body, Claim, Dialect, Named, Route};
use crate::engine::evidence::Evidence;
use crate::engine::fault::{Fault, Unauthenticated};
use crate::engine::ids::SecretId;
use crate::engine::model::Pinned;
use crate::engine::model::{Caller, Identity};
use crate::env::Time;
use crate::limit::Verdict;
use crate::policy::{self, Effect};
use ring::{Ring, Weight};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The most entries that are kept.
pub const KEPT: usize = 10_000;

/// The most bytes that all entries take, including policies that only they keep alive.
pub const KEPT_BYTES: usize = 32 * 1024 * 1024;

/// The last requests.
pub struct Journal {
    entries: Mutex<Ring<Trace>>,
}

/// The rest of a reader's budget for explanations.
pub struct Reading {
    steps: u64,
    bytes: usize,
}

/// The record of one request, filled in as it passes through the steps of `server::handle`.
pub struct Trace {
    /// The entry's place in the journal.
    place: u64,
    request_id: Arc<str>,
    dialect: &'static Dialect,
    begun: Time,
    ended: Time,
    service: Cow<'static, str>,
    action: Cow<'static, str>,
    secret_id: Option<SecretId>,
    scheme: Option<&'static str>,
    signed_headers: Arc<str>,
    /// Parts of the request that matter but were not signed; `None` if the signature was not checked.
    free: Option<Vec<&'static str>>,
    signature: Option<Unauthenticated>,
    rate: Option<Verdict>,
    caller: Option<Arc<Caller>>,
    decision: Mutex<Option<Decision>>,
    code: Option<&'static str>,
    status: u16,
}

/// Why a request was allowed or denied.
enum Decision {
    /// The evidence, not yet explained.
    Unexplained(Arc<Evidence>),
    /// The explanation as JSON.
    Explained(Arc<str>),
}

impl Default for Journal {
    fn default() -> Journal {
        Journal { entries: Mutex::new(Ring::new(KEPT, KEPT_BYTES)) }
    }
}

impl Journal {
    /// Adds an entry and drops the oldest ones until all bounds hold.
    pub fn record(&self, mut trace: Trace) {
        let weight = trace.weight();
        let mut entries = self.entries();
        trace.place = entries.next();
        entries.push(Arc::new(trace), weight);
    }

    /// Finds the entry of a request.
    pub fn find(&self, request_id: &str) -> Option<Arc<Trace>> {
        self.entries().iter().rev().find(|entry| *entry.request_id == *request_id).cloned()
    }

    /// Returns at most `limit` entries that `keep` accepts, newest first.
    pub fn list(&self, limit: usize, keep: impl Fn(&Trace) -> bool) -> Vec<Arc<Trace>> {
        // Filters outside the lock, because every request waits for it.
        let entries: Vec<Arc<Trace>> = self.entries().iter().cloned().collect();
        entries.into_iter().rev().filter(|entry| keep(entry)).take(limit).collect()
    }

    /// Shows an entry as the admin API does, explained as far as the reader's budget allows.
    pub fn show(&self, entry: &Trace, reading: &mut Reading) -> Value {
        let (shown, explained) = entry.shown(reading);
        if explained {
            let weight = entry.weight();
            self.entries().weigh(entry.place, weight);
        }
        shown
    }

    /// Returns the bytes that the entries take, including what they keep alive.
    pub fn weight(&self) -> usize {
        self.entries().bytes()
    }

    fn entries(&self) -> MutexGuard<'_, Ring<Trace>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reading {
    /// Returns the budget for a single entry. It is unlimited, because the cost of one explanation is bounded.
    pub fn one() -> Reading {
        Reading { steps: u64::MAX, bytes: usize::MAX }
    }

    /// Returns the budget for a list: as many steps as one decision may take, and 4 MB of explanations.
    pub fn list() -> Reading {
        Reading { steps: policy::STEPS, bytes: 4 * 1024 * 1024 }
    }

    fn is_over(&self) -> bool {
        self.steps == 0 || self.bytes == 0
    }
}

impl Trace {
    /// Starts the record of a request that has arrived.
    pub fn begin(now: Time, request_id: Arc<str>, dialect: &'static Dialect) -> Trace {
        Trace {
            place: 0,
            request_id,
            dialect,
            begun: now,
            ended: now,
            service: Cow::Borrowed(""),
            action: Cow::Borrowed(""),
            secret_id: None,
            scheme: None,
            signed_headers: Arc::default(),
            free: None,
            signature: None,
            rate: None,
            caller: None,
            decision: Mutex::new(None),
            code: None,
            status: 0,
        }
    }

    /// Records the key that the request claims to be signed with, or why the claim is refused.
    pub fn claimed(&mut self, claim: Result<Option<Claim>, Fault>) -> Result<Option<Claim>, Fault> {
        match &claim {
            Ok(None) => {}
            Ok(Some(claim)) => {
                self.secret_id = Some(claim.secret_id.clone());
                self.scheme = Some(claim.scheme);
                // The claim is not verified yet, so no more is kept than a genuine client sends.
                let names = &claim.signed_headers;
                self.signed_headers = match names.get(..names.floor_char_boundary(512)) {
                    Some(short) if short.len() < names.len() => short.into(),
                    _ => names.clone(),
                };
            }
            Err(Fault::Unauthenticated(how)) => self.signature = Some(how.clone()),
            Err(_) => {}
        }
        claim
    }

    /// Records the result of verification. `free` lists what the signature does not cover, if it was checked.
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

    /// Records an unsigned request's anonymous caller.
    pub fn unsigned(&mut self, caller: &Arc<Caller>) {
        self.caller = Some(caller.clone());
    }

    /// Records the operation.
    pub fn routed(&mut self, route: &Route) {
        self.service = route.service.clone();
        self.action = route.action.clone();
    }

    /// Records the service and action that the request names, if it was not routed to an operation.
    pub fn unrouted(&mut self, named: Named) {
        self.service = named.service.into();
        self.action = named.action.into();
        self.scheme = named.scheme;
        if self.secret_id.is_none() {
            self.secret_id = named.secret_id.map(SecretId::from);
        }
    }

    /// Records the limiter's verdict.
    pub fn limited(&mut self, verdict: Verdict) -> Result<(), Fault> {
        self.rate = Some(verdict);
        match verdict {
            Verdict::Exceeded { limit, seen } => Err(Fault::RateLimited { seen, limit }),
            Verdict::Off | Verdict::Within { .. } => Ok(()),
        }
    }

    /// Records that the request is allowed, with the evidence.
    pub fn allowed(&mut self, evidence: &Arc<Evidence>) {
        self.decided(evidence);
    }

    fn decided(&mut self, evidence: &Arc<Evidence>) {
        *self.decision.get_mut().unwrap_or_else(PoisonError::into_inner) =
            Some(Decision::Unexplained(evidence.clone()));
    }

    /// Records the outcome and the answer.
    pub fn end(mut self, now: Time, outcome: &Result<Body, Fault>, answer: &Answer) -> Trace {
        if let Err(Fault::Denied(denial)) = outcome {
            self.decided(&denial.evidence);
        }
        self.ended = now;
        self.code = answer.code;
        self.status = answer.status;
        self
    }

    /// Returns whether the caller acted in this account.
    pub fn is_of(&self, account: &str) -> bool {
        self.caller.as_ref().is_some_and(|caller| caller.account.as_str() == account)
    }

    /// Returns whether the caller has this name, or the request names the key with this id.
    pub fn is_from(&self, caller: &str) -> bool {
        self.secret_id.as_ref().is_some_and(|id| id.as_str() == caller)
            || self.caller.as_ref().is_some_and(|known| (self.dialect.arn)(known) == caller)
    }

    /// Returns the time when the request arrived.
    pub fn time(&self) -> Time {
        self.begun
    }

    /// Returns the service that the request was for.
    pub fn service(&self) -> &str {
        &self.service
    }

    /// Returns the action that the request was for.
    pub fn action(&self) -> &str {
        &self.action
    }

    /// Returns the error code; `None` on success.
    pub fn code(&self) -> Option<&str> {
        self.code
    }

    /// Returns the entry's own size in bytes, and the shared values that it keeps alive.
    fn weight(&self) -> Weight {
        let decision = self.decision.lock().unwrap_or_else(PoisonError::into_inner);
        let (decided, evidence) = match &*decision {
            Some(Decision::Unexplained(evidence)) => (evidence.weight(), Some(evidence)),
            Some(Decision::Explained(explanation)) => (explanation.len(), None),
            None => (0, None),
        };
        let signature = match &self.signature {
            Some(Unauthenticated::Signature { canonical_request, string_to_sign }) => {
                canonical_request.len() + string_to_sign.len()
            }
            Some(Unauthenticated::Claim(why)) => why.len(),
            Some(
                Unauthenticated::Unsigned
                | Unauthenticated::Uncovered(_)
                | Unauthenticated::Stale { .. }
                | Unauthenticated::UnknownKey
                | Unauthenticated::Token(_),
            )
            | None => 0,
        };
        let session = self.caller.as_ref().and_then(|caller| caller.session.clone());
        let caller = self.caller.as_ref().map_or(0, |caller| size_of::<Caller>() + name_of_session(caller).len());
        let named = self.request_id.len() + self.service.len() + self.action.len() + self.signed_headers.len();
        let secret_id = self.secret_id.as_ref().map_or(0, |id| id.as_str().len());
        let free = self.free.as_ref().map_or(0, |free| size_of_val::<[_]>(free));
        Weight {
            bytes: size_of::<Trace>() + named + secret_id + free + signature + caller + decided,
            pinned: evidence
                .iter()
                .flat_map(|evidence| evidence.pinned())
                .chain(session.map(Pinned::Session))
                .collect(),
        }
    }

    /// Returns the decision with its explanation, and whether the explanation was made just now.
    fn explained(&self, who: &str, reading: &mut Reading) -> (Value, bool) {
        let mut decision = self.decision.lock().unwrap_or_else(PoisonError::into_inner);
        let (explanation, made) = match &*decision {
            None => return (Value::Null, false),
            Some(Decision::Unexplained(evidence)) if reading.is_over() => return (brief(evidence), false),
            Some(Decision::Unexplained(evidence)) => {
                let (explanation, steps) = explained(evidence, who);
                reading.steps = reading.steps.saturating_sub(steps);
                (Arc::from(explanation.to_string()), true)
            }
            Some(Decision::Explained(explanation)) => (explanation.clone(), false),
        };
        if made {
            *decision = Some(Decision::Explained(explanation.clone()));
        }
        drop(decision);
        let shown = serde_json::from_str(&explanation).unwrap_or_default();
        if reading.bytes == 0 {
            return (only_outcome(&shown), made);
        }
        reading.bytes = reading.bytes.saturating_sub(explanation.len());
        (shown, made)
    }

    /// Returns the entry as the admin API shows it, and whether its explanation was made just now.
    fn shown(&self, reading: &mut Reading) -> (Value, bool) {
        let arn = self.caller.as_ref().map(|caller| (self.dialect.arn)(caller));
        let who = arn.as_deref().unwrap_or_default();
        let (decision, explained) = self.explained(who, reading);
        let secret_id = self.secret_id.as_ref().map(SecretId::as_str);
        let claimed = || secret_id.map(|id| json!({"type": "unverified", "secret_id": id}));
        let caller = self.caller.as_ref().map(|caller| {
            let kind = match caller.identity {
                Identity::Root => "root",
                Identity::User(_) => "user",
                Identity::Role { .. } => "role",
                Identity::Federated { .. } => "federated",
                Identity::Anonymous => "anonymous",
            };
            json!({"type": kind, "arn": who, "secret_id": secret_id})
        });
        let mut signature = json!({
            "verdict": match (&self.signature, &self.caller) {
                (Some(how), _) => verdict(how),
                (None, Some(caller)) if matches!(caller.identity, Identity::Anonymous) => "unsigned",
                (None, Some(_)) => "valid",
                (None, None) => "not checked",
            },
            "signed_headers": &*self.signed_headers,
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
            "request_id": &*self.request_id,
            "time": self.begun.rfc3339(),
            "cloud": self.dialect.cloud.name,
            "dialect": self.dialect.name,
            "service": self.service,
            "action": self.action,
            "account": self.caller.as_ref().map(|caller| caller.account.as_str()),
            "caller": caller.or_else(claimed),
            "signature": signature,
            "decision": decision,
            "outcome": {"code": self.code, "status": self.status},
            "duration_us": self.ended.0 - self.begun.0,
        });
        if let Some(rate) = self.rate {
            put(&mut shown, "rate_limit", rate.shown());
        }
        (shown, explained)
    }
}

impl Verdict {
    fn shown(self) -> Value {
        match self {
            Verdict::Off => json!({"mode": "off"}),
            Verdict::Within { limit, remaining } => json!({"limit": limit, "remaining": remaining, "exceeded": false}),
            Verdict::Exceeded { limit, seen } => {
                json!({"limit": limit, "remaining": 0, "exceeded": true, "seen": seen})
            }
        }
    }
}

/// Explains a decision as JSON, with a text for people in it. Also returns the number of steps that this took. `who` is
/// the caller's name. Assuming a role must be allowed by the caller's own policies and by the role's trust policy; if
/// both deny, the decision is that of the caller's own policies, because they are evaluated first.
pub fn explained(evidence: &Evidence, who: &str) -> (Value, u64) {
    let sides = evidence.explain();
    let refusing = sides.iter().find(|side| side.decision == Effect::Deny);
    let Some(deciding) = refusing.or_else(|| sides.first()) else {
        let free = json!({"decision": "allow", "reason": "allow", "considered": [], "note": "no permission is needed"});
        return (free, 0);
    };
    let text: String = match refusing {
        Some(side) => policy::render(side, who),
        None => sides.iter().map(|side| policy::render(side, who)).collect(),
    };
    let mut explained = json!({
        "decision": deciding.decision,
        "reason": deciding.reason,
        "considered": sides.iter().flat_map(|side| &side.considered).collect::<Vec<_>>(),
        "action": evidence.asked.action,
        "resource": evidence.asked.resource(),
        "explanation": text,
    });
    let left_out: usize = sides.iter().map(|side| side.left_out).sum();
    if left_out > 0 {
        put(&mut explained, "considered_left_out", json!(left_out));
    }
    if let Some(note) = deciding.note() {
        put(&mut explained, "note", json!(note));
    }
    (explained, sides.iter().map(|side| side.steps).sum())
}

/// Replaces an explanation in a list whose budget is used up.
const ASK: &str = "the explanation is omitted from this list; ask for the request by its id";

/// Returns the decision without an explanation.
fn brief(evidence: &Evidence) -> Value {
    let outcome = evidence.outcome();
    json!({"decision": outcome.effect, "reason": outcome.reason, "considered": [], "note": ASK})
}

/// Returns the decision from an explanation that was made earlier, without the explanation.
fn only_outcome(explained: &Value) -> Value {
    let member = |name| explained.get(name).cloned().unwrap_or_default();
    json!({"decision": member("decision"), "reason": member("reason"), "considered": [], "note": ASK})
}

/// Returns the session name of a caller, a text that the caller chose; empty when there is none.
fn name_of_session(caller: &Caller) -> &str {
    match &caller.identity {
        Identity::Root | Identity::User(_) | Identity::Anonymous => "",
        Identity::Role { session, .. } | Identity::Federated { session, .. } => session,
    }
}

/// Sets a member of an object.
fn put(object: &mut Value, member: &str, value: Value) {
    if let Value::Object(members) = object {
        members.insert(member.to_owned(), value);
    }
}

fn verdict(how: &Unauthenticated) -> &'static str {
    match how {
        Unauthenticated::Unsigned => "missing",
        Unauthenticated::Claim(_) => "unreadable",
        Unauthenticated::Uncovered(_) => "not covered",
        Unauthenticated::Stale { .. } => "stale",
        Unauthenticated::UnknownKey => "unknown key",
        Unauthenticated::Token(_) => "token",
        Unauthenticated::Signature { .. } => "wrong",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::tencent::DIALECT;

    fn forged(number: usize, length: usize) -> Trace {
        let mut trace = Trace::begin(Time(0), number.to_string().into(), &DIALECT);
        let canonical_request = "x".repeat(length);
        let how = Unauthenticated::Signature { canonical_request, string_to_sign: "y".to_owned() };
        let _ = trace.claimed(Err(Fault::Unauthenticated(how)));
        trace
    }

    #[test]
    fn what_strangers_send_is_bounded_in_bytes() {
        let journal = Journal::default();
        for number in 0..1_500 {
            journal.record(forged(number, 60_000));
            assert!(journal.weight() <= KEPT_BYTES);
        }
        let kept = journal.list(KEPT, |_| true).len();
        assert!((300..600).contains(&kept), "{kept}");
        assert!(journal.find("1499").is_some() && journal.find("0").is_none());
    }

    #[test]
    fn short_entries_are_bounded_in_number() {
        let journal = Journal::default();
        for number in 0..KEPT + 10 {
            journal.record(forged(number, 10));
        }
        assert_eq!(journal.list(usize::MAX, |_| true).len(), KEPT);
        assert!(journal.weight() < KEPT_BYTES);
    }
}
