//! Authorization: decides requests by the evaluator, and is the only module that makes [`Authorized`] and [`Right`].
//!
//! An operation takes `Authorized<Input>`, which cannot be made elsewhere, so a route without authorization does not
//! compile. A function that gives or takes rights takes a `Right<…>` to do so, so an operation that forgets to demand
//! it does not compile either. The root account may do everything in its own account. Every other principal has the
//! intersection of its identity policies, permission boundary and session policy; an explicit deny anywhere wins.

use super::cx::Cx;
use super::evidence::{Asked, Conditions, Deed, Deeds, Evidence, Rights};
use super::fault::{Denial, Fault};
use super::model::{Grants, Identity};
use crate::policy::{Attached, Reason};
use std::borrow::Cow;
use std::ops::Deref;
use std::sync::Arc;

/// Proof that the caller may do what it requested. Only this module makes one.
pub struct Granted(Arc<Evidence>);

impl Granted {
    /// Returns the question and the policies that allowed it.
    pub fn evidence(&self) -> &Arc<Evidence> {
        &self.0
    }

    /// Ties the proof to the input of the operation.
    pub fn seal<T>(self, input: T) -> Authorized<T> {
        Authorized { input, evidence: self.0 }
    }
}

/// The input of an operation that its caller is allowed to perform.
pub struct Authorized<T> {
    input: T,
    evidence: Arc<Evidence>,
}

impl<T> Deref for Authorized<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.input
    }
}

impl<T> Authorized<T> {
    /// Returns the question and the policies that allowed it.
    pub fn evidence(&self) -> &Arc<Evidence> {
        &self.evidence
    }

    /// Checks that the caller has the permissions that this deed needs, and returns the right to do it.
    pub async fn demand<D: Demanding>(&self, cx: &Cx, deed: D) -> Result<Right<D>, Fault> {
        demand(cx, &self.evidence, deed).await
    }
}

/// Something that the engine does only for a caller who has the right to do it.
pub trait Demanding {
    /// Returns the deeds that it consists of. Each needs a permission.
    fn deeds(&self) -> Vec<Deed>;

    /// Returns what a deed is judged by in place of the condition keys of the whole operation: once for each of these,
    /// or like the operation if there is none.
    fn contexts(&self, _: Deed) -> Vec<Conditions> {
        Vec::new()
    }
}

/// The right to do something. Only [`demand`] makes one. Functions that do it require one, so no operation can forget
/// to demand it.
#[derive(Clone)]
pub struct Right<D>(D);

impl<D> Deref for Right<D> {
    type Target = D;

    fn deref(&self) -> &D {
        &self.0
    }
}

/// Checks that the caller has the permission for each deed, and returns the right to do it. A deed that the permission
/// for the operation includes is not checked again.
pub async fn demand<D: Demanding>(cx: &Cx, operation: &Evidence, deed: D) -> Result<Right<D>, Fault> {
    let Deeds { action, includes } = operation.asked.deeds;
    let mut asked: Vec<&str> = vec![&operation.asked.action];
    for wanted in deed.deeds() {
        let name = action(wanted);
        if asked.contains(&name) || includes(&operation.asked.action, wanted) {
            continue;
        }
        let mut contexts = deed.contexts(wanted);
        if contexts.is_empty() {
            contexts.push(operation.asked.context.clone());
        }
        for context in contexts {
            let question = Asked { action: Cow::Borrowed(name), resources: None, context, ..operation.asked.clone() };
            ask(cx, question).await?;
        }
        asked.push(name);
    }
    Ok(Right(deed))
}

/// Gathers the evidence for a decision. A principal that no longer exists has no policies.
pub async fn gather(cx: &Cx, asked: Asked) -> Result<Arc<Evidence>, Fault> {
    let root = matches!(cx.caller.identity, Identity::Root | Identity::Federated { user: None, .. });
    let rights = Rights { grants: grants(cx).await?, session: cx.caller.session.clone(), root };
    Ok(Arc::new(Evidence::new(cx.request.clone(), asked, Some(rights))))
}

/// Decides whether the caller may do this, and returns the proof.
pub async fn authorize(cx: &Cx, asked: Asked) -> Result<Granted, Fault> {
    ask(cx, asked).await.map(Granted)
}

async fn ask(cx: &Cx, asked: Asked) -> Result<Arc<Evidence>, Fault> {
    let evidence = gather(cx, asked).await?;
    let decision = evidence.decide();
    if decision.is_allow() { Ok(evidence) } else { Err(denied(evidence, decision.reason)) }
}

/// Returns the proof for an operation that, as the cloud documents, needs no permission.
pub fn free(cx: &Cx, asked: Asked) -> Granted {
    Granted(Arc::new(Evidence::new(cx.request.clone(), asked, None)))
}

/// Checks that a role's trust policy lets the caller assume the role. `evidence` is that of the caller's own policies.
pub fn trusted(evidence: &Arc<Evidence>, trust: Attached) -> Result<(), Fault> {
    if evidence.decide_trust(trust).is_allow() { Ok(()) } else { Err(denied(evidence.clone(), Reason::Trust)) }
}

fn denied(evidence: Arc<Evidence>, reason: Reason) -> Fault {
    Fault::Denied(Denial { evidence, reason })
}

async fn grants(cx: &Cx) -> Result<Option<Arc<Grants>>, Fault> {
    match cx.caller.holder() {
        Some(holder) => cx.engine.grants(&cx.tenant, &holder).await,
        None => Ok(None),
    }
}
