//! The decision: may this caller do this, by the documents it has?
//!
//! Documents are compiled once into a [`PolicySet`], indexed by action, so that a caller with five hundred statements costs
//! little more than one with five. Rights are the intersection of the layers (identity, boundary, session); a matching deny
//! in any layer wins. Allocation is avoided on the way, and nothing can fail.
//!
//! Deliberately absent: who is root, who is in which group, which role is assumed, whether two accounts are involved. The
//! caller of this module composes the layers accordingly.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use super::document::{
    Account, ActionForm, ActionPattern, Document, Effect, ResourceForm, ResourceName, ResourcePattern, Segments,
    Statement,
};
use super::pattern::{Glob, Tri};

/// A policy's identity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PolicyRef {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// How a policy reached the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Via {
    /// Attached to the caller itself.
    Own,
    /// Attached to a group the caller is in.
    Group {
        /// The group's id.
        id: String,
        /// The group's name.
        name: String,
    },
    /// Attached to the role whose session the caller is.
    Role,
    /// The caller's permission boundary.
    Boundary,
    /// Given when the temporary credential was made.
    Session,
    /// The trust policy of the role asked for.
    Trust,
}

/// A document as the caller has it.
#[derive(Clone, Debug)]
pub struct Attached {
    /// Which policy.
    pub policy: PolicyRef,
    /// How it got here.
    pub via: Via,
    /// Its current content.
    pub document: Arc<Document>,
}

/// Documents compiled for deciding. An empty set allows nothing and denies nothing.
#[derive(Clone, Debug, Default)]
pub struct PolicySet {
    policies: Vec<Attached>,
    /// All statements in order: policy and index within it.
    statements: Vec<(u32, u32)>,
    /// Statements on exactly this `service:Operation`.
    exact: BTreeMap<Box<str>, Candidates>,
    /// Statements with a wildcard among the operations of this service.
    service: BTreeMap<Box<str>, Candidates>,
    /// Statements on any service, and unreadable ones.
    any: Candidates,
}

/// Positions in `statements`, ascending.
#[derive(Clone, Debug, Default)]
struct Candidates {
    allow: Vec<u32>,
    deny: Vec<u32>,
}

impl Candidates {
    fn of(&self, effect: Effect) -> &[u32] {
        match effect {
            Effect::Allow => &self.allow,
            Effect::Deny => &self.deny,
        }
    }

    fn add(&mut self, effect: Effect, position: u32) {
        let list = match effect {
            Effect::Allow => &mut self.allow,
            Effect::Deny => &mut self.deny,
        };
        if list.last() != Some(&position) {
            list.push(position);
        }
    }
}

impl PolicySet {
    /// The set without documents.
    pub const fn new() -> PolicySet {
        PolicySet {
            policies: Vec::new(),
            statements: Vec::new(),
            exact: BTreeMap::new(),
            service: BTreeMap::new(),
            any: Candidates { allow: Vec::new(), deny: Vec::new() },
        }
    }

    /// Indexes the documents. Their order only decides which of several matching statements is named.
    pub fn compile(policies: Vec<Attached>) -> PolicySet {
        let mut set = PolicySet::new();
        for (policy, attached) in (0..).zip(&policies) {
            for (index, statement) in (0..).zip(&attached.document.statements) {
                let position = u32::try_from(set.statements.len()).unwrap_or(u32::MAX);
                set.statements.push((policy, index));
                for action in &statement.actions {
                    let candidates = match &action.form {
                        ActionForm::Match { service: Some(service), operation: Glob::Exact(operation) } => {
                            set.exact.entry(format!("{service}:{operation}").into()).or_default()
                        }
                        ActionForm::Match { service: Some(service), .. } => {
                            set.service.entry(service.clone()).or_default()
                        }
                        ActionForm::Match { service: None, .. } | ActionForm::Unreadable => &mut set.any,
                    };
                    candidates.add(statement.effect, position);
                }
            }
        }
        set.policies = policies;
        set
    }

    /// The documents, in the order given.
    pub fn policies(&self) -> &[Attached] {
        &self.policies
    }

    /// The question with its names read as the documents of this set write them.
    pub(super) fn asked<'a>(&self, question: &'a Question<'a>) -> Asked<'a> {
        Asked::new(question, self.policies.first().map(|attached| attached.document.read_name))
    }

    /// The first statement of the effect that matches, in the order of the documents.
    fn first(&self, effect: Effect, asked: &Asked<'_>) -> Option<(u32, u32)> {
        let exact = self.exact.get(asked.action).map(|candidates| candidates.of(effect)).unwrap_or_default();
        let service = self.service.get(asked.service).map(|candidates| candidates.of(effect)).unwrap_or_default();
        let mut best: Option<u32> = None;
        for list in [exact, service, self.any.of(effect)] {
            for &position in list {
                if best.is_some_and(|best| best <= position) {
                    break;
                }
                if self.matches(position, asked) {
                    best = Some(position);
                    break;
                }
            }
        }
        best.and_then(|position| self.statements.get(position as usize).copied())
    }

    fn matches(&self, position: u32, asked: &Asked<'_>) -> bool {
        let found = self
            .statements
            .get(position as usize)
            .and_then(|&(policy, index)| self.policies.get(policy as usize)?.document.statements.get(index as usize));
        found.is_some_and(|statement| first_mismatch(statement, asked).is_none())
    }
}

/// The documents that bound a caller's rights. A permission needs every layer that is present.
#[derive(Clone, Copy, Debug)]
pub struct Layers<'a> {
    /// What the caller's own, its groups' or its role's policies say.
    pub identity: &'a PolicySet,
    /// The permission boundary, if one is set.
    pub boundary: Option<&'a PolicySet>,
    /// The session policy, if the credential has one.
    pub session: Option<&'a PolicySet>,
    /// The caller is the root of the account: allowed everything without a statement; a deny and the other layers still
    /// hold.
    pub root: bool,
}

impl<'a> Layers<'a> {
    /// An identity with neither boundary nor session policy.
    pub fn of(identity: &'a PolicySet) -> Layers<'a> {
        Layers { identity, boundary: None, session: None, root: false }
    }

    /// The root of an account.
    pub fn root() -> Layers<'a> {
        static NONE: PolicySet = PolicySet::new();
        Layers { identity: &NONE, boundary: None, session: None, root: true }
    }

    pub(super) fn present(&self) -> impl Iterator<Item = (Layer, &'a PolicySet)> {
        let boundary = self.boundary.map(|set| (Layer::Boundary, set));
        let session = self.session.map(|set| (Layer::Session, set));
        std::iter::once((Layer::Identity, self.identity)).chain(boundary).chain(session)
    }
}

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// `cam:CreateRole`.
    pub action: &'a str,
    /// On what.
    pub resource: Resource<'a>,
    /// What is known of the request.
    pub context: &'a Context<'a>,
    /// Who asks, for variables in the documents and for resources without an account.
    pub caller: Variables<'a>,
}

/// On what an action works.
#[derive(Clone, Copy, Debug)]
pub enum Resource<'a> {
    /// The action knows no single resources: only statements about everything match, allow and deny alike.
    Operation,
    /// One resource under all its equivalent names; a statement that matches one of them matches.
    Named(&'a [&'a str]),
}

/// The caller's values for `${…}` in documents; an empty text or 0 is none.
#[derive(Clone, Copy, Debug, Default)]
pub struct Variables<'a> {
    /// The caller's own uin.
    pub uin: &'a str,
    /// The uin of its account.
    pub owner_uin: &'a str,
    /// The application id of its account.
    pub app_id: u64,
}

/// Condition keys and their values. Keys are case-sensitive; a key given several times has several values; a key without
/// values does not exist.
#[derive(Clone, Debug, Default)]
pub struct Context<'a> {
    entries: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

impl<'a> Context<'a> {
    /// Nothing known.
    pub fn new() -> Context<'a> {
        Context::default()
    }

    /// Adds one value to a key.
    pub fn add(&mut self, key: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) {
        self.entries.push((key.into(), value.into()));
    }

    /// The same, for chains.
    #[must_use]
    pub fn with(mut self, key: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) -> Context<'a> {
        self.add(key, value);
        self
    }

    /// The values of a key, in the order added.
    pub fn values<'k>(&'k self, key: &'k str) -> impl Iterator<Item = &'k str> {
        self.entries.iter().filter(move |(name, _)| name == key).map(|(_, value)| &**value)
    }
}

/// Which documents a deciding statement came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// The caller's, its groups' or its role's policies.
    Identity,
    /// The permission boundary.
    Boundary,
    /// The session policy.
    Session,
    /// The trust policy of a role.
    Trust,
}

/// Why the answer is what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The caller is the root of the account.
    Root,
    /// A statement allows, in every layer.
    Allow,
    /// A statement denies.
    ExplicitDeny,
    /// No identity policy allows.
    ImplicitDeny,
    /// The identity policies allow, the boundary does not.
    Boundary,
    /// Identity policies and boundary allow, the session policy does not.
    SessionPolicy,
    /// The trust policy of the role does not allow.
    Trust,
}

/// The statement that decided: the first that matches, in the order of the documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deciding {
    /// In which layer.
    pub layer: Layer,
    /// Which document of the layer's set.
    pub policy: usize,
    /// Which statement of the document, from 0.
    pub statement: usize,
}

impl Deciding {
    fn new(layer: Layer, (policy, statement): (u32, u32)) -> Deciding {
        Deciding { layer, policy: policy as usize, statement: statement as usize }
    }
}

/// The answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Allowed or not.
    pub effect: Effect,
    /// Why.
    pub reason: Reason,
    /// The statement that denies, or the one of the identity layer that allows; nothing for root and when no statement
    /// allows.
    pub deciding: Option<Deciding>,
}

impl Decision {
    /// Whether the answer is yes.
    pub fn is_allow(&self) -> bool {
        self.effect == Effect::Allow
    }

    pub(super) fn deny(reason: Reason, deciding: Option<Deciding>) -> Decision {
        Decision { effect: Effect::Deny, reason, deciding }
    }
}

/// Decides the question by the layers.
pub fn decide(layers: &Layers<'_>, question: &Question<'_>) -> Decision {
    let first = layers.present().map(|(_, set)| set).find(|set| !set.policies.is_empty());
    let asked = first.unwrap_or(layers.identity).asked(question);
    for (layer, set) in layers.present() {
        if let Some(found) = set.first(Effect::Deny, &asked) {
            return Decision::deny(Reason::ExplicitDeny, Some(Deciding::new(layer, found)));
        }
    }
    let mut deciding = None;
    for (layer, set) in layers.present() {
        let reason = match layer {
            Layer::Identity if layers.root => continue,
            Layer::Identity => Reason::ImplicitDeny,
            Layer::Boundary => Reason::Boundary,
            Layer::Session => Reason::SessionPolicy,
            Layer::Trust => Reason::Trust,
        };
        let Some(found) = set.first(Effect::Allow, &asked) else { return Decision::deny(reason, None) };
        deciding = deciding.or(Some(Deciding::new(layer, found)));
    }
    Decision { effect: Effect::Allow, reason: if layers.root { Reason::Root } else { Reason::Allow }, deciding }
}

/// A question with its names read once.
pub(super) struct Asked<'a> {
    pub(super) action: &'a str,
    service: &'a str,
    operation: &'a str,
    pub(super) question: &'a Question<'a>,
    names: Names<'a>,
    /// For documents that name who they are about.
    pub(super) requester: Option<&'a super::trust::Requester<'a>>,
}

/// The equivalent names of one resource; most have one or two, which need no allocation. `None` is a name that cannot be
/// read.
#[derive(Default)]
struct Names<'a> {
    first: [Option<ResourceName<'a>>; 2],
    rest: Vec<Option<ResourceName<'a>>>,
    count: usize,
}

impl<'a> Names<'a> {
    fn read(names: &'a [&'a str], read: fn(&str) -> Option<ResourceName<'_>>) -> Names<'a> {
        let mut result = Names { count: names.len(), ..Names::default() };
        let mut names = names.iter();
        for (slot, name) in result.first.iter_mut().zip(&mut names) {
            *slot = read(name);
        }
        result.rest = names.map(|name| read(name)).collect();
        result
    }

    fn iter(&self) -> impl Iterator<Item = Option<&ResourceName<'a>>> {
        self.first.iter().chain(&self.rest).take(self.count).map(Option::as_ref)
    }
}

impl<'a> Asked<'a> {
    /// For a trust policy, which is about its role and names no resource.
    pub(super) fn of_trust(question: &'a Question<'a>, who: &'a super::trust::Requester<'a>) -> Asked<'a> {
        Asked { requester: Some(who), ..Asked::new(question, None) }
    }

    fn new(question: &'a Question<'a>, read: Option<fn(&str) -> Option<ResourceName<'_>>>) -> Asked<'a> {
        let action = question.action.strip_prefix("name/").unwrap_or(question.action);
        let (service, operation) = action.split_once(':').unwrap_or(("", action));
        let names = match (question.resource, read) {
            (Resource::Named(names), Some(read)) => Names::read(names, read),
            _ => Names::default(),
        };
        Asked { action, service, operation, question, names, requester: None }
    }
}

/// An element of a statement that does not fit the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mismatch {
    Principal,
    Action,
    Resource,
    /// Which of the conditions.
    Condition(usize),
}

/// The first element of the statement that does not fit, in the order principal, action, resource, condition; nothing if
/// the statement matches. What is unknown fits a deny and does not fit an allow.
pub(super) fn first_mismatch(statement: &Statement, asked: &Asked<'_>) -> Option<Mismatch> {
    let fits = |answer: Tri| match statement.effect {
        Effect::Allow => answer == Tri::Yes,
        Effect::Deny => answer != Tri::No,
    };
    let caller = &asked.question.caller;
    if let Some(requester) = asked.requester
        && !fits(Tri::any(statement.principals.iter().map(|written| requester.is_named_by(&written.pattern))))
    {
        return Some(Mismatch::Principal);
    }
    if !fits(Tri::any(statement.actions.iter().map(|action| match_action(action, asked)))) {
        return Some(Mismatch::Action);
    }
    // A trust policy has no resources: it is about its role.
    let has_resource = asked.requester.is_none();
    if has_resource && !fits(Tri::any(statement.resources.iter().map(|pattern| match_resource(pattern, asked)))) {
        return Some(Mismatch::Resource);
    }
    let unfit = statement.conditions.iter().position(|condition| !fits(condition.test(asked.question.context, caller)));
    unfit.map(Mismatch::Condition)
}

fn match_action(pattern: &ActionPattern, asked: &Asked<'_>) -> Tri {
    match &pattern.form {
        ActionForm::Unreadable => Tri::Unknown,
        ActionForm::Match { service: Some(service), .. } if **service != *asked.service => Tri::No,
        ActionForm::Match { operation, .. } => operation.matches(asked.operation, &asked.question.caller),
    }
}

fn match_resource(pattern: &ResourcePattern, asked: &Asked<'_>) -> Tri {
    let segments = match &pattern.form {
        ResourceForm::Everything => return Tri::Yes,
        ResourceForm::Unreadable => return Tri::Unknown,
        ResourceForm::Segments(segments) => segments,
    };
    match asked.question.resource {
        Resource::Operation => covers_service(segments, asked).into(),
        Resource::Named(_) => Tri::any(asked.names.iter().map(|name| match name {
            Some(name) => match_name(segments, name, &asked.question.caller),
            None => Tri::Unknown,
        })),
    }
}

/// Whether the pattern stands for everything the service of the action has in the caller's own account.
fn covers_service(segments: &Segments, asked: &Asked<'_>) -> bool {
    let caller = &asked.question.caller;
    segments.service.as_deref().is_none_or(|service| service == asked.service)
        && segments.region.is_none()
        && match_account(&segments.account, &Account::Own, caller)
        && segments.item.is_any()
}

fn match_name(segments: &Segments, name: &ResourceName<'_>, caller: &Variables<'_>) -> Tri {
    let project = name.project.is_empty() || segments.project.as_deref().is_none_or(|project| project == name.project);
    let service = segments.service.as_deref().is_none_or(|service| service == name.service);
    let region = segments.region.as_deref().is_none_or(|region| region == name.region);
    if project && service && region && match_account(&segments.account, &name.account, caller) {
        segments.item.matches(name.item, caller)
    } else {
        Tri::No
    }
}

/// Whether both mean the same account. An account has an id and an application id; the caller's own pair is known.
fn match_account(pattern: &Account<Box<str>>, name: &Account<&str>, caller: &Variables<'_>) -> bool {
    let is_own = |account: &Account<&str>| match account {
        Account::Own => true,
        Account::Id(id) => *id == caller.owner_uin,
        Account::Application(id) => *id == caller.app_id && caller.app_id != 0,
    };
    let pattern = match pattern {
        Account::Own => Account::Own,
        Account::Id(id) => Account::Id(&**id),
        Account::Application(id) => Account::Application(*id),
    };
    pattern == *name || is_own(&pattern) && is_own(name)
}
