//! The one place that asks the evaluator, and the only maker of [`Authorized`].
//!
//! An operation takes `Authorized<Input>`, which cannot be made elsewhere: a route that was not authorised does not
//! compile. The root account may do everything in its own account; everyone else has the intersection of identity
//! policies, permission boundary and session policy, and a matching deny anywhere wins.

use super::cx::{Caller, Cx, Identity};
use super::fault::{Denial, Fault};
use super::roles::Role;
use super::view::Holder;
use super::{Account, Engine, Grants};
use crate::policy::{self, Context, Decision, Layers, Question, Reason, Requester, Resource, Variables};
use std::any::Any;
use std::borrow::Cow;
use std::ops::Deref;
use std::sync::Arc;

/// What is asked, in the words of the caller's cloud.
#[derive(Clone, Debug)]
pub struct Asked {
    /// `service:Action`.
    pub action: Cow<'static, str>,
    /// The one resource that it works on, under all its names, the first as the caller wrote it; none for an action that
    /// knows no single resources.
    pub resources: Option<Vec<String>>,
    /// Condition keys and values.
    pub context: Vec<(Cow<'static, str>, String)>,
}

impl Asked {
    /// The resource as it is shown: `*` for an operation as a whole.
    pub fn resource(&self) -> &str {
        self.resources.as_ref().and_then(|names| names.first()).map_or("*", String::as_str)
    }
}

/// An input whose caller has been found to be allowed to bring it.
pub struct Authorized<T: ?Sized> {
    input: Arc<T>,
    asked: Arc<Asked>,
}

impl<T: ?Sized> Clone for Authorized<T> {
    fn clone(&self) -> Authorized<T> {
        Authorized { input: self.input.clone(), asked: self.asked.clone() }
    }
}

impl<T: ?Sized> Deref for Authorized<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.input
    }
}

impl<T: ?Sized> Authorized<T> {
    /// The question that was answered with yes.
    pub fn asked(&self) -> &Asked {
        &self.asked
    }
}

impl Authorized<dyn Any + Send + Sync> {
    /// The same permission for the input's own type; none when it is another type, which is a mistake in a registry.
    pub fn narrow<T: Any + Send + Sync>(&self) -> Option<Authorized<T>> {
        let input = self.input.clone().downcast::<T>().ok()?;
        Some(Authorized { input, asked: self.asked.clone() })
    }
}

/// The policies that a caller's rights are the intersection of, kept alive for an explanation.
#[derive(Clone)]
pub struct Rights {
    grants: Option<Arc<Grants>>,
    narrowed: Option<Arc<policy::PolicySet>>,
    root: bool,
}

impl Rights {
    /// Looks up what a caller has. A principal that is gone has nothing.
    pub async fn of(engine: &Arc<Engine>, caller: &Caller) -> Result<Rights, Fault> {
        let holder = match &caller.identity {
            Identity::Root | Identity::Federated { user: None, .. } => None,
            Identity::User(id) | Identity::Federated { user: Some(id), .. } => Some(Holder::User(id.clone())),
            Identity::Role { id, .. } => Some(Holder::Role(id.clone())),
        };
        let grants = match &holder {
            Some(holder) => engine.grants(&caller.account, holder).await?,
            None => None,
        };
        Ok(Rights { grants, narrowed: caller.narrowed.clone(), root: holder.is_none() })
    }

    /// Decides a question by these rights.
    pub fn decide(&self, question: &Question<'_>) -> Decision {
        policy::decide(&self.layers(), question)
    }

    /// The layers as the evaluator takes them.
    pub fn layers(&self) -> Layers<'_> {
        static NOTHING: policy::PolicySet = policy::PolicySet::new();
        Layers {
            identity: self.grants.as_ref().map_or(&NOTHING, |grants| &grants.identity),
            boundary: self.grants.as_ref().and_then(|grants| grants.boundary.as_ref()),
            session: self.narrowed.as_deref(),
            root: self.root,
        }
    }
}

/// Asks whether the caller may do this, and seals the input when it may.
pub async fn authorize(
    cx: &Cx,
    asked: Asked,
    input: Arc<dyn Any + Send + Sync>,
) -> Result<Authorized<dyn Any + Send + Sync>, Fault> {
    let rights = Rights::of(&cx.engine, &cx.caller).await?;
    let decision = with_question(cx, &asked, |question| rights.decide(question));
    if decision.is_allow() {
        Ok(Authorized { input, asked: Arc::new(asked) })
    } else {
        Err(denied(&asked, decision.reason))
    }
}

/// Seals the input of an operation that the cloud documents as needing no permission.
pub fn free(asked: Asked, input: Arc<dyn Any + Send + Sync>) -> Authorized<dyn Any + Send + Sync> {
    Authorized { input, asked: Arc::new(asked) }
}

/// Asks a role's trust policy whether the caller may assume it.
pub async fn trusted(cx: &Cx, asked: &Asked, owner: &Account, role: &Role) -> Result<(), Fault> {
    let document = role.trust(&cx.engine, owner)?;
    let grants = match &cx.caller.identity {
        Identity::User(id) | Identity::Federated { user: Some(id), .. } => {
            cx.engine.grants(&cx.caller.account, &Holder::User(id.clone())).await?
        }
        Identity::Role { id, .. } => cx.engine.grants(&cx.caller.account, &Holder::Role(id.clone())).await?,
        _ => None,
    };
    let groups: Vec<&str> = grants.iter().flat_map(|grants| grants.groups.iter().map(|group| group.as_str())).collect();
    let who = Requester {
        account: cx.caller.account.as_str(),
        identity: match &cx.caller.identity {
            Identity::Root | Identity::Federated { user: None, .. } => policy::Identity::Root,
            Identity::User(id) | Identity::Federated { user: Some(id), .. } => policy::Identity::User(id.as_str()),
            Identity::Role { id, .. } => policy::Identity::Role {
                id: id.as_str(),
                name: grants.as_ref().map_or("", |grants| grants.name.as_str()),
            },
        },
        groups: &groups,
    };
    let decision = with_question(cx, asked, |question| policy::decide_trust(&document, &who, question));
    if decision.is_allow() { Ok(()) } else { Err(denied(asked, Reason::Trust)) }
}

fn denied(asked: &Asked, reason: Reason) -> Fault {
    Fault::Denied(Box::new(Denial {
        action: asked.action.clone().into_owned(),
        resource: asked.resource().to_owned(),
        reason,
    }))
}

/// Puts a question into the evaluator's form.
fn with_question<T>(cx: &Cx, asked: &Asked, ask: impl FnOnce(&Question<'_>) -> T) -> T {
    let mut context = Context::new();
    for (key, value) in &asked.context {
        context.add(key.as_ref(), value.as_str());
    }
    let names: Vec<&str> = asked.resources.iter().flatten().map(String::as_str).collect();
    ask(&Question {
        action: &asked.action,
        resource: match asked.resources {
            Some(_) => Resource::Named(&names),
            None => Resource::Operation,
        },
        context: &context,
        caller: Variables {
            uin: cx.caller.id(),
            owner_uin: cx.account.id.as_str(),
            app_id: u64::try_from(cx.account.app_id).unwrap_or(0),
        },
    })
}
