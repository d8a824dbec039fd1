//! The one place that asks the evaluator, and the only maker of [`Authorized`] and [`Right`].
//!
//! An operation takes `Authorized<Input>`, which cannot be made elsewhere: a route that was not authorised does not
//! compile. A function that gives or takes rights takes a `Right<…>` of what it does, so an operation that forgets to ask
//! for it does not compile either. The root account may do everything in its own account; everyone else has the
//! intersection of identity policies, permission boundary and session policy, and a matching deny anywhere wins.

use super::cx::{Cx, Identity, Session};
use super::fault::{Denial, Fault};
use super::pinned::Pinned;
use super::view::HolderKind;
use super::{Engine, Grants};
use crate::policy::{
    self, Attached, Context, ContextValue, Decision, Explanation, Layers, PolicySet, Question, Reason, Requester,
    Resource, Variables,
};
use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

/// What is asked, in the words of the caller's cloud.
#[derive(Clone)]
pub struct Asked {
    /// `service:Action`.
    pub action: Cow<'static, str>,
    /// The one resource that it works on, under all its names, the first as the caller wrote it; none for an action that
    /// knows no single resources.
    pub resources: Option<Vec<String>>,
    /// Condition keys and values that this request brings.
    pub context: Conditions,
    /// The resource belongs to another account, and there is no way for that one to permit it.
    pub foreign: bool,
    /// The condition keys that every request has, with the caller's tags; worked out when a document has conditions at all.
    pub common: fn(&Cx, &[(&str, &str)]) -> Conditions,
    /// How the caller's cloud names what else may be asked.
    pub deeds: Deeds,
}

/// Condition keys and values.
pub type Conditions = Vec<(Cow<'static, str>, ContextValue<'static>)>;

impl Asked {
    /// The resource as it is shown: `*` for an operation as a whole.
    pub fn resource(&self) -> &str {
        self.resources.as_ref().and_then(|names| names.first()).map_or("*", String::as_str)
    }
}

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

/// Something that needs a permission of its own, whichever operation does it: it gives, takes or shows rights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// A policy is made.
    CreatePolicy,
    /// A policy is attached.
    Attach(HolderKind),
    /// A policy is detached.
    Detach(HolderKind),
    /// A permanent key is made.
    CreateKey,
    /// A role's trust policy is replaced.
    UpdateTrust,
    /// A role's description is replaced.
    UpdateDescription,
    /// It is decided whether a console may be entered as a role.
    UpdateConsoleLogin,
    /// A role's longest session is changed.
    UpdateSessionDuration,
    /// The account's roles are listed.
    ListRoles,
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

/// How a cloud names deeds as actions.
#[derive(Clone, Copy)]
pub struct Deeds {
    /// The action whose permission a deed needs.
    pub action: fn(Deed) -> &'static str,
    /// Whether the permission for an action includes a deed by the cloud's own documentation.
    pub includes: fn(&str, Deed) -> bool,
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

/// What a decision was made from: enough to explain it later, without anything of it having been worked out before.
pub struct Evidence {
    /// What was asked.
    pub asked: Asked,
    cx: Cx,
    /// The caller's own policies; none when the cloud documents the operation as needing no permission.
    own: Option<Rights>,
    /// What they decided.
    decided: OnceLock<Decision>,
    /// The trust policy of the role, once it is known that one is meant to be assumed.
    trust: OnceLock<Attached>,
    /// What it decided.
    trusted: OnceLock<Decision>,
}

/// The policies that a caller's rights are the intersection of.
struct Rights {
    grants: Option<Arc<Grants>>,
    session: Option<Arc<Session>>,
    root: bool,
}

impl Rights {
    fn layers(&self, foreign: bool) -> Layers<'_> {
        static NOTHING: PolicySet = PolicySet::new();
        Layers {
            identity: self.grants.as_ref().map_or(&NOTHING, |grants| &grants.identity),
            boundary: self.grants.as_ref().and_then(|grants| grants.boundary.as_ref()),
            session: self.session.as_ref().and_then(|session| session.narrowed.as_ref()),
            root: self.root,
            foreign,
        }
    }

    fn is_conditional(&self) -> bool {
        let Layers { identity, boundary, session, .. } = self.layers(false);
        identity.is_conditional()
            || boundary.is_some_and(PolicySet::is_conditional)
            || session.is_some_and(PolicySet::is_conditional)
    }
}

impl Evidence {
    fn new(cx: &Cx, asked: Asked, own: Option<Rights>) -> Evidence {
        Evidence {
            asked,
            cx: cx.clone(),
            own,
            decided: OnceLock::new(),
            trust: OnceLock::new(),
            trusted: OnceLock::new(),
        }
    }

    /// What the caller's own policies decide; asked once.
    pub fn decide(&self) -> Decision {
        *self.decided.get_or_init(|| match &self.own {
            None => Decision::allow(Reason::Allow, None),
            Some(rights) => self.question(rights.is_conditional(), |question| {
                policy::decide(&rights.layers(self.asked.foreign), question)
            }),
        })
    }

    /// What was decided, by the first side that refuses if one does, without an explanation.
    pub fn outcome(&self) -> Decision {
        let own = self.decide();
        if own.is_allow() { self.trusted.get().copied().unwrap_or(own) } else { own }
    }

    /// How many bytes it takes, without what is pinned.
    pub fn weight(&self) -> usize {
        let asked = &self.asked;
        let names = asked.resources.iter().flatten().map(|name| size_of::<String>() + name.len()).sum::<usize>();
        let entry = |(key, value): &(Cow<'_, str>, ContextValue<'_>)| {
            size_of::<(Cow<'_, str>, ContextValue<'_>)>() + key.len() + value.len()
        };
        let context = asked.context.iter().map(entry).sum::<usize>();
        size_of::<Evidence>() + asked.action.len() + names + context + self.cx.peer.len()
    }

    /// What it keeps alive and others have as well.
    pub fn pinned(&self) -> impl Iterator<Item = Pinned> {
        let grants = self.grants().cloned().map(Pinned::Grants);
        let trust = self.trust.get().map(|trust| Pinned::Document(trust.document.clone()));
        [Pinned::Account(self.cx.account.clone())].into_iter().chain(grants).chain(trust)
    }

    /// Each side's decision with every statement that was considered: the caller's own, and the role's when one is meant
    /// to be assumed. Nothing when no permission is needed.
    pub fn explain(&self) -> Vec<Explanation> {
        let own = self.own.as_ref().map(|rights| {
            self.question(rights.is_conditional(), |question| {
                policy::explain(&rights.layers(self.asked.foreign), question)
            })
        });
        let trust = self.trust.get().map(|trust| {
            self.requester(|who| {
                self.question(trust.document.is_conditional(), |question| policy::explain_trust(trust, who, question))
            })
        });
        own.into_iter().chain(trust).collect()
    }

    /// Adds the side of the role that is meant to be assumed, to be explained too.
    pub fn add_trust(&self, trust: Attached) {
        // There is one role at most; were there another, the first stays.
        let _ = self.trust.set(trust);
    }

    /// Where what was asked about is kept.
    pub fn engine(&self) -> &Arc<Engine> {
        &self.cx.engine
    }

    fn grants(&self) -> Option<&Arc<Grants>> {
        self.own.as_ref()?.grants.as_ref()
    }

    fn denial(self: &Arc<Evidence>, reason: Reason) -> Fault {
        Fault::Denied(Denial { evidence: self.clone(), reason })
    }

    /// The caller's tags: those of its session, then those of its role that the session does not have otherwise.
    fn tags(&self) -> Vec<(&str, &str)> {
        let of_session = self.cx.caller.session.as_ref().map_or(&[][..], |session| &session.tags);
        let of_role = self.grants().map_or(&[][..], |grants| &grants.tags);
        let others = of_role.iter().filter(|(key, _)| of_session.iter().all(|(own, _)| own != key));
        of_session.iter().chain(others).map(|(key, value)| (key.as_str(), value.as_str())).collect()
    }

    /// Puts the question into the evaluator's form; `conditional` when the answer can hang on conditions.
    fn question<T>(&self, conditional: bool, ask: impl FnOnce(&Question<'_>) -> T) -> T {
        let common = if conditional { (self.asked.common)(&self.cx, &self.tags()) } else { Vec::new() };
        let mut context = Context::new();
        // What the request itself brings stands in place of what every request has.
        let brought: HashSet<&str> = self.asked.context.iter().map(|(key, _)| key.as_ref()).collect();
        let others = common.iter().filter(|(key, _)| !brought.contains(key.as_ref()));
        for (key, value) in self.asked.context.iter().chain(others) {
            context.add(key.as_ref(), value.borrowed());
        }
        let names: Vec<&str> = self.asked.resources.iter().flatten().map(String::as_str).collect();
        ask(&Question {
            action: &self.asked.action,
            resource: match self.asked.resources {
                Some(_) => Resource::Named(&names),
                None => Resource::Operation,
            },
            context: &context,
            caller: Variables {
                uin: self.cx.caller.id(),
                owner_uin: self.cx.account.id.as_str(),
                app_id: u64::try_from(self.cx.account.app_id).unwrap_or(0),
            },
        })
    }

    /// Puts the caller into the form in which a trust policy is asked about it.
    fn requester<T>(&self, ask: impl FnOnce(&Requester<'_>) -> T) -> T {
        let grants = self.grants();
        let name = grants.map_or("", |grants| grants.name.as_str());
        let groups: Vec<&str> =
            grants.iter().flat_map(|grants| grants.groups.iter().map(|group| group.as_str())).collect();
        ask(&Requester {
            account: self.cx.caller.account.as_str(),
            identity: match &self.cx.caller.identity {
                Identity::Root | Identity::Federated { user: None, .. } => policy::Identity::Root,
                Identity::User(id) | Identity::Federated { user: Some(id), .. } => policy::Identity::User(id.as_str()),
                Identity::Role { id, .. } => policy::Identity::Role { id: id.as_str(), name },
            },
            groups: &groups,
        })
    }
}

/// Gathers what a caller's rights to do this are decided from. A principal that is gone has none.
pub async fn gather(cx: &Cx, asked: Asked) -> Result<Arc<Evidence>, Fault> {
    let root = matches!(cx.caller.identity, Identity::Root | Identity::Federated { user: None, .. });
    let rights = Rights { grants: grants(cx).await?, session: cx.caller.session.clone(), root };
    Ok(Arc::new(Evidence::new(cx, asked, Some(rights))))
}

/// Asks whether the caller may do this.
pub async fn authorize(cx: &Cx, asked: Asked) -> Result<Granted, Fault> {
    ask(cx, asked).await.map(Granted)
}

async fn ask(cx: &Cx, asked: Asked) -> Result<Arc<Evidence>, Fault> {
    let evidence = gather(cx, asked).await?;
    let decision = evidence.decide();
    if decision.is_allow() { Ok(evidence) } else { Err(evidence.denial(decision.reason)) }
}

/// The answer for an operation that the cloud documents as needing no permission.
pub fn free(cx: &Cx, asked: Asked) -> Granted {
    Granted(Arc::new(Evidence::new(cx, asked, None)))
}

/// Asks a role's trust policy whether the caller may assume it; `evidence` is what its own side was decided from.
pub fn trusted(evidence: &Arc<Evidence>, trust: Attached) -> Result<(), Fault> {
    let decision = evidence.requester(|who| {
        let conditional = trust.document.is_conditional();
        evidence.question(conditional, |question| policy::decide_trust(&trust.document, who, question))
    });
    let _ = evidence.trust.set(trust);
    let _ = evidence.trusted.set(decision);
    if decision.is_allow() { Ok(()) } else { Err(evidence.denial(Reason::Trust)) }
}

async fn grants(cx: &Cx) -> Result<Option<Arc<Grants>>, Fault> {
    match cx.caller.holder() {
        Some(holder) => cx.engine.grants(&cx.tenant, &holder).await,
        None => Ok(None),
    }
}
