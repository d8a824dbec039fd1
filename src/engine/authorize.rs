//! The one place that asks the evaluator, and the only maker of [`Authorized`] and [`Right`].
//!
//! An operation takes `Authorized<Input>`, which cannot be made elsewhere: a route that was not authorised does not
//! compile. A function that gives or takes rights takes a `Right<…>` of what it does, so an operation that forgets to ask
//! for it does not compile either. The root account may do everything in its own account; everyone else has the
//! intersection of identity policies, permission boundary and session policy, and a matching deny anywhere wins.

use super::cx::Cx;
use super::evidence::{Asked, Deed, Deeds, Evidence, Rights};
use super::fault::{Denial, Fault};
use super::model::{Grants, Identity};
use crate::policy::{Attached, Reason};
use std::borrow::Cow;
use std::ops::Deref;
use std::sync::Arc;

/// Proof that the caller may do what its request is for. Only this module makes one.
pub struct Granted(Arc<Evidence>);

impl Granted {
    /// The question, and the policies that allowed it.
    pub fn evidence(&self) -> &Arc<Evidence> {
        &self.0
    }

    /// Ties the proof to the input that it was given for.
    pub fn seal<T>(self, input: T) -> Authorized<T> {
        Authorized { input, evidence: self.0 }
    }
}

/// An input whose caller has been found to be allowed to bring it.
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
    /// The question, and the policies that allowed it.
    pub fn evidence(&self) -> &Arc<Evidence> {
        &self.evidence
    }

    /// Demands the right to do what this input asks for.
    pub async fn demand<D: Demanding>(&self, cx: &Cx, deed: D) -> Result<Right<D>, Fault> {
        demand(cx, &self.evidence, deed).await
    }
}

/// Something that the engine does only for a caller with the right to it.
pub trait Demanding {
    /// Everything that it does and that needs a permission.
    fn deeds(&self) -> Vec<Deed>;
}

/// The right to do something. Only [`demand`] makes one, and the functions that do it take nothing else, so no operation
/// can forget to ask.
#[derive(Clone)]
pub struct Right<D>(D);

impl<D> Deref for Right<D> {
    type Target = D;

    fn deref(&self) -> &D {
        &self.0
    }
}

/// Asks whether the caller may do all of this. What the permission for its operation already covers is not asked again.
pub async fn demand<D: Demanding>(cx: &Cx, operation: &Evidence, deed: D) -> Result<Right<D>, Fault> {
    let Deeds { action, includes } = operation.asked.deeds;
    let mut asked: Vec<&str> = vec![&operation.asked.action];
    for wanted in deed.deeds() {
        let name = action(wanted);
        if asked.contains(&name) || includes(&operation.asked.action, wanted) {
            continue;
        }
        let question = Asked { action: Cow::Borrowed(name), resources: None, ..operation.asked.clone() };
        ask(cx, question).await?;
        asked.push(name);
    }
    Ok(Right(deed))
}

/// Gathers what a caller's rights to do this are decided from. A principal that is gone has none.
pub async fn gather(cx: &Cx, asked: Asked) -> Result<Arc<Evidence>, Fault> {
    let root = matches!(cx.caller.identity, Identity::Root | Identity::Federated { user: None, .. });
    let rights = Rights { grants: grants(cx).await?, session: cx.caller.session.clone(), root };
    Ok(Arc::new(Evidence::new(cx.request.clone(), asked, Some(rights))))
}

/// Asks whether the caller may do this.
pub async fn authorize(cx: &Cx, asked: Asked) -> Result<Granted, Fault> {
    ask(cx, asked).await.map(Granted)
}

async fn ask(cx: &Cx, asked: Asked) -> Result<Arc<Evidence>, Fault> {
    let evidence = gather(cx, asked).await?;
    let decision = evidence.decide();
    if decision.is_allow() { Ok(evidence) } else { Err(denied(evidence, decision.reason)) }
}

/// The answer for an operation that the cloud documents as needing no permission.
pub fn free(cx: &Cx, asked: Asked) -> Granted {
    Granted(Arc::new(Evidence::new(cx.request.clone(), asked, None)))
}

/// Asks a role's trust policy whether the caller may assume it; `evidence` is what its own side was decided from.
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
