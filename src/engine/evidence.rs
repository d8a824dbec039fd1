//! The evidence of a decision: the question and the policies, kept so that it can be explained later.

use super::model::{Grants, HolderKind, Identity, Pinned, RequestContext, Session, TagKind};
use crate::policy::{
    self, Attached, ContextEntry, Decision, Explanation, Layers, PolicySet, Question, Reason, Requester,
    RequesterIdentity, Resource, Variables,
};
use std::borrow::Cow;
use std::cell::LazyCell;
use std::collections::HashSet;
use std::sync::{Arc, OnceLock};

/// The question whether a caller may perform an action, with names as the caller's cloud writes them.
#[derive(Clone)]
pub struct Asked {
    /// The action, as `service:Action`.
    pub action: Cow<'static, str>,
    /// All names of the one resource that the action works on, first the one that the caller wrote. `None` for an
    /// action that does not work on single resources.
    pub resources: Option<Vec<String>>,
    /// Condition keys and values specific to this request.
    pub context: Conditions,
    /// Whether the resource belongs to another account, which has no way to allow the action.
    pub foreign: bool,
    /// Computes the condition keys that every request has, from its context, the action and the caller's tags. Called
    /// only when a condition is evaluated.
    pub common: fn(&RequestContext, &str, &[(&str, &str)]) -> Conditions,
    /// How the caller's cloud names deeds as actions.
    pub deeds: Deeds,
}

/// Condition keys and values.
pub type Conditions = Vec<ContextEntry<'static>>;

impl Asked {
    /// Returns the resource's name for display; `*` for an action that does not work on single resources.
    pub fn resource(&self) -> &str {
        self.resources.as_ref().and_then(|names| names.first()).map_or("*", String::as_str)
    }
}

/// Something that needs its own permission in every operation that does it. It gives, takes or shows rights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// A policy is created.
    CreatePolicy,
    /// A policy is shown.
    ReadPolicy,
    /// A policy is changed.
    UpdatePolicy,
    /// A policy is attached.
    Attach(HolderKind),
    /// A policy is detached.
    Detach(HolderKind),
    /// A permanent key is created.
    CreateKey,
    /// A user's permanent keys are deleted with the user.
    DeleteKeys,
    /// A role's trust policy is replaced.
    UpdateTrust,
    /// A role's description is replaced.
    UpdateDescription,
    /// Console sign-in as a role is permitted or forbidden.
    UpdateConsoleLogin,
    /// A role's longest session is changed.
    UpdateSessionDuration,
    /// The account's roles are listed.
    ListRoles,
    /// Tags are set, which conditions can ask for.
    Tag(TagKind),
    /// Tags are removed.
    Untag(TagKind),
}

/// The actions that a cloud names deeds by.
#[derive(Clone, Copy)]
pub struct Deeds {
    /// Returns the action whose permission a deed needs.
    pub action: fn(Deed) -> &'static str,
    /// Returns whether the permission for an action includes a deed, as the cloud's documentation has it.
    pub includes: fn(&str, Deed) -> bool,
}

/// The input of a decision. It is enough to explain the decision later, so no explanation is computed in advance.
pub struct Evidence {
    /// The question.
    pub asked: Asked,
    request: RequestContext,
    /// The caller's own policies; `None` when the cloud documents that the operation needs no permission.
    own: Option<Rights>,
    /// The decision of the caller's own policies, once it was made.
    decided: OnceLock<Decision>,
    /// The trust policy of the role to be assumed, once it is known.
    trust: OnceLock<Attached>,
    /// The decision of the trust policy, once it was made.
    trusted: OnceLock<Decision>,
    /// The identity that a provider vouches for, once that was verified.
    vouched: OnceLock<Vouched>,
}

/// An identity outside every account, for which an identity provider vouches.
pub struct Vouched {
    /// The provider's name as a principal.
    pub provider: String,
    /// Condition keys and values that the proof gives.
    pub context: Conditions,
}

/// The policies whose intersection is a caller's rights.
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
}

impl Evidence {
    pub(super) fn new(request: RequestContext, asked: Asked, own: Option<Rights>) -> Evidence {
        let (decided, trust, trusted, vouched) = (OnceLock::new(), OnceLock::new(), OnceLock::new(), OnceLock::new());
        Evidence { asked, request, own, decided, trust, trusted, vouched }
    }

    /// Makes the requester of a trust policy the identity that a provider vouches for. Only for a proof that was
    /// verified, and before the trust policy is evaluated.
    pub fn vouch(&self, vouched: Vouched) {
        // A request carries one proof. If a second were added, the first would stay.
        let _ = self.vouched.set(vouched);
    }

    /// Returns the decision of the caller's own policies. Evaluates them on the first call only.
    pub fn decide(&self) -> Decision {
        *self.decided.get_or_init(|| match &self.own {
            None => Decision::allow(Reason::Allow, None),
            Some(rights) => self.question(|question| policy::decide(&rights.layers(self.asked.foreign), question)),
        })
    }

    /// Returns the whole decision, without an explanation. It is that of the caller's own policies if they deny,
    /// otherwise that of the trust policy, if one was evaluated.
    pub fn outcome(&self) -> Decision {
        let own = self.decide();
        if own.is_allow() { self.trusted.get().copied().unwrap_or(own) } else { own }
    }

    /// Returns its size in bytes, without the values in [`Evidence::pinned`].
    pub fn weight(&self) -> usize {
        let asked = &self.asked;
        let names = asked.resources.iter().flatten().map(|name| size_of::<String>() + name.len()).sum::<usize>();
        let entry = |(key, value): &ContextEntry<'_>| size_of::<ContextEntry<'_>>() + key.len() + value.len();
        let vouched = self.vouched.get().map_or(&[][..], |vouched| &vouched.context);
        let context = asked.context.iter().chain(vouched).map(entry).sum::<usize>();
        let provider = self.vouched.get().map_or(0, |vouched| vouched.provider.len());
        size_of::<Evidence>() + asked.action.len() + names + context + provider
    }

    /// Returns the shared values that it keeps alive.
    pub fn pinned(&self) -> impl Iterator<Item = Pinned> {
        let grants = self.grants().cloned().map(Pinned::Grants);
        let trust = self.trust.get().map(|trust| Pinned::Document(trust.document.clone()));
        [Pinned::Account(self.request.account.clone())].into_iter().chain(grants).chain(trust)
    }

    /// Explains each decision, with every statement that was considered: first the caller's own policies, then the
    /// trust policy of the role to be assumed, if there is one. When the operation needs no permission, the caller's
    /// own policies are left out.
    pub fn explain(&self) -> Vec<Explanation> {
        let own = self
            .own
            .as_ref()
            .map(|rights| self.question(|question| policy::explain(&rights.layers(self.asked.foreign), question)));
        let trust = self
            .trust
            .get()
            .map(|trust| self.requester(|who| self.question(|question| policy::explain_trust(trust, who, question))));
        own.into_iter().chain(trust).collect()
    }

    /// Evaluates the trust policy of the role to be assumed, and keeps the decision.
    pub(super) fn decide_trust(&self, trust: Attached) -> Decision {
        let decision =
            self.requester(|who| self.question(|question| policy::decide_trust(&trust.document, who, question)));
        let _ = self.trust.set(trust);
        *self.trusted.get_or_init(|| decision)
    }

    /// Adds the trust policy of the role to be assumed, for explanations only: it is not evaluated.
    pub fn add_trust(&self, trust: Attached) {
        // A request assumes at most one role. If a second were added, the first would stay.
        let _ = self.trust.set(trust);
    }

    fn grants(&self) -> Option<&Arc<Grants>> {
        self.own.as_ref()?.grants.as_ref()
    }

    /// Returns the caller's tags: those of its session, then those tags of its user or role whose keys the session
    /// does not have.
    fn tags(&self) -> Vec<(&str, &str)> {
        let of_session = self.request.caller.session.as_ref().map_or(&[][..], |session| &session.tags);
        let of_holder = self.grants().map_or(&[][..], |grants| &grants.tags);
        let others = of_holder.iter().filter(|(key, _)| of_session.iter().all(|(own, _)| own != key));
        of_session.iter().chain(others).map(|(key, value)| (key.as_str(), value.as_str())).collect()
    }

    /// Returns the condition keys of the request: those that it brings, and the common ones. A key that it brings
    /// replaces the common key of the same name.
    fn condition_keys(&self) -> Vec<ContextEntry<'_>> {
        let vouched = self.vouched.get().map_or(&[][..], |vouched| &vouched.context);
        let own = || self.asked.context.iter().chain(vouched);
        let brought: HashSet<&str> = own().map(|(key, _)| key.as_ref()).collect();
        let mut common = (self.asked.common)(&self.request, &self.asked.action, &self.tags());
        common.retain(|(key, _)| !brought.contains(key.as_ref()));
        let borrowed = own().map(|(key, value)| (Cow::Borrowed(key.as_ref()), value.borrowed()));
        borrowed.chain(common).collect()
    }

    /// Converts the question for the evaluator.
    fn question<T>(&self, ask: impl FnOnce(&Question<'_>) -> T) -> T {
        let context = LazyCell::new(|| self.condition_keys());
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

    /// Converts the caller into the principal that a trust policy is evaluated for.
    fn requester<T>(&self, ask: impl FnOnce(&Requester<'_>) -> T) -> T {
        if let Some(Vouched { provider, .. }) = self.vouched.get() {
            return ask(&Requester { account: "", identity: RequesterIdentity::Federated(provider), groups: &[] });
        }
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
