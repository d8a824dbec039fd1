//! What a decision is made from: the question and the policies, kept so that it can be explained later.

use super::model::{Grants, HolderKind, Identity, Pinned, RequestContext, Session};
use crate::policy::{
    self, Attached, Context, ContextValue, Decision, Explanation, Layers, PolicySet, Question, Reason, Requester,
    RequesterIdentity, Resource, Variables,
};
use std::borrow::Cow;
use std::collections::HashSet;
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
    pub common: fn(&RequestContext, &[(&str, &str)]) -> Conditions,
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

/// How a cloud names deeds as actions.
#[derive(Clone, Copy)]
pub struct Deeds {
    /// The action whose permission a deed needs.
    pub action: fn(Deed) -> &'static str,
    /// Whether the permission for an action includes a deed by the cloud's own documentation.
    pub includes: fn(&str, Deed) -> bool,
}

/// What a decision was made from: enough to explain it later, without anything of it having been worked out before.
pub struct Evidence {
    /// What was asked.
    pub asked: Asked,
    request: RequestContext,
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
pub(super) struct Rights {
    pub(super) grants: Option<Arc<Grants>>,
    pub(super) session: Option<Arc<Session>>,
    pub(super) root: bool,
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
    pub(super) fn new(request: RequestContext, asked: Asked, own: Option<Rights>) -> Evidence {
        Evidence { asked, request, own, decided: OnceLock::new(), trust: OnceLock::new(), trusted: OnceLock::new() }
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
        size_of::<Evidence>() + asked.action.len() + names + context + self.request.peer.len()
    }

    /// What it keeps alive and others have as well.
    pub fn pinned(&self) -> impl Iterator<Item = Pinned> {
        let grants = self.grants().cloned().map(Pinned::Grants);
        let trust = self.trust.get().map(|trust| Pinned::Document(trust.document.clone()));
        [Pinned::Account(self.request.account.clone())].into_iter().chain(grants).chain(trust)
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

    /// Asks the trust policy of the role to be assumed, and keeps the answer.
    pub(super) fn decide_trust(&self, trust: Attached) -> Decision {
        let decision = self.requester(|who| {
            let conditional = trust.document.is_conditional();
            self.question(conditional, |question| policy::decide_trust(&trust.document, who, question))
        });
        let _ = self.trust.set(trust);
        *self.trusted.get_or_init(|| decision)
    }

    /// Adds the trust policy of the role that was to be assumed, to be explained too.
    pub fn add_trust(&self, trust: Attached) {
        // There is one role at most; were there another, the first stays.
        let _ = self.trust.set(trust);
    }

    fn grants(&self) -> Option<&Arc<Grants>> {
        self.own.as_ref()?.grants.as_ref()
    }

    /// The caller's tags: those of its session, then those of its role that the session does not have otherwise.
    fn tags(&self) -> Vec<(&str, &str)> {
        let of_session = self.request.caller.session.as_ref().map_or(&[][..], |session| &session.tags);
        let of_role = self.grants().map_or(&[][..], |grants| &grants.tags);
        let others = of_role.iter().filter(|(key, _)| of_session.iter().all(|(own, _)| own != key));
        of_session.iter().chain(others).map(|(key, value)| (key.as_str(), value.as_str())).collect()
    }

    /// Puts the question into the evaluator's form; `conditional` when the answer can hang on conditions.
    fn question<T>(&self, conditional: bool, ask: impl FnOnce(&Question<'_>) -> T) -> T {
        let common = if conditional { (self.asked.common)(&self.request, &self.tags()) } else { Vec::new() };
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
                caller: self.request.caller.id(),
                account: self.request.account.id.as_str(),
                application: u64::try_from(self.request.account.application).unwrap_or(0),
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
            account: self.request.caller.account.as_str(),
            identity: match &self.request.caller.identity {
                Identity::Root | Identity::Federated { user: None, .. } => RequesterIdentity::Root,
                Identity::User(id) | Identity::Federated { user: Some(id), .. } => RequesterIdentity::User(id.as_str()),
                Identity::Role { id, .. } => RequesterIdentity::Role { id: id.as_str(), name },
                Identity::Anonymous => RequesterIdentity::Anonymous,
            },
            groups: &groups,
        })
    }
}
