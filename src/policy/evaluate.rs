//! Decides whether a caller may perform an action under its policies.
//!
//! Documents are compiled once into a [`PolicySet`], indexed by action, so that a caller with five hundred statements
//! costs little more than one with five. Permissions are the intersection of the layers (identity policies, permission
//! boundary, session policy); a matching deny in any layer wins. Evaluation avoids allocation and cannot fail.
//!
//! This module deliberately does not know who is root, who is in which group, which role is assumed, or whether two
//! accounts are involved. The engine composes the layers accordingly.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Serialize;

use super::budget::{Budget, STEPS};
use super::document::{ActionForm, Document, Effect, Statement};
use super::matching::{Prepared, first_mismatch};
use super::pattern::Glob;
use super::question::Question;

/// A policy's identity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PolicyLabel {
    /// Id within the account.
    pub id: String,
    /// Name shown in explanations.
    pub name: String,
}

/// How a policy applies to the caller.
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
    /// Attached to the role that the caller has assumed.
    Role,
    /// The caller's permission boundary.
    Boundary,
    /// The session policy, given when the temporary credential was created.
    Session,
    /// The trust policy of the requested role.
    Trust,
}

/// A document and how it applies to the caller.
#[derive(Clone, Debug)]
pub struct Attached {
    /// The policy that has this document.
    pub policy: PolicyLabel,
    /// How the policy applies to the caller.
    pub via: Via,
    /// Its current content.
    pub document: Arc<Document>,
}

/// Documents compiled for evaluation. An empty set allows nothing and denies nothing.
#[derive(Clone, Debug, Default)]
pub struct PolicySet {
    policies: Vec<Attached>,
    /// All statements in order: policy, and index within it.
    statements: Vec<(u32, u32)>,
    /// Statements on exactly one `service:Operation`.
    exact: BTreeMap<Box<str>, Candidates>,
    /// Statements with a wildcard among the operations of one service.
    service: BTreeMap<Box<str>, Candidates>,
    /// Statements on any service, and unreadable ones.
    any: Candidates,
    /// Size in bytes, without the documents.
    weight: usize,
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
    /// Creates a set without documents.
    pub const fn new() -> PolicySet {
        PolicySet {
            policies: Vec::new(),
            statements: Vec::new(),
            exact: BTreeMap::new(),
            service: BTreeMap::new(),
            any: Candidates { allow: Vec::new(), deny: Vec::new() },
            weight: size_of::<PolicySet>(),
        }
    }

    /// Indexes the documents. Their order only decides which of several matching statements is named.
    pub fn compile(policies: Vec<Attached>) -> PolicySet {
        let mut set = PolicySet::new();
        for (policy, attached) in (0..).zip(&policies) {
            for (index, statement) in (0..).zip(&attached.document.statements) {
                let position = u32::try_from(set.statements.len()).unwrap_or(u32::MAX);
                set.statements.push((policy, index));
                set.add(statement, position);
            }
        }
        set.policies = policies;
        set.weight = set.weigh();
        set
    }

    /// Adds a statement to the widest lists that its actions require and to no narrower one.
    ///
    /// No question therefore evaluates a statement twice.
    fn add(&mut self, statement: &Statement, position: u32) {
        let effect = statement.effect;
        let forms = || statement.actions.iter().map(|action| &action.form);
        if forms().any(|form| matches!(form, ActionForm::Match { service: None, .. } | ActionForm::Unreadable)) {
            return self.any.add(effect, position);
        }
        let mut whole: BTreeSet<&str> = BTreeSet::new();
        for form in forms() {
            if let ActionForm::Match { service: Some(service), operation } = form
                && !matches!(operation, Glob::Exact(_))
            {
                whole.insert(service);
                self.service.entry(service.clone()).or_default().add(effect, position);
            }
        }
        for form in forms() {
            if let ActionForm::Match { service: Some(service), operation: Glob::Exact(operation) } = form
                && !whole.contains(&**service)
            {
                let name = format!("{service}:{operation}").into();
                self.exact.entry(name).or_default().add(effect, position);
            }
        }
    }

    /// Returns the documents in the order given.
    pub fn policies(&self) -> &[Attached] {
        &self.policies
    }

    /// Prepares the question in the notation of this set's documents.
    pub(super) fn asked<'a>(&self, question: &'a Question<'a>, budget: &'a Budget) -> Prepared<'a> {
        Prepared::of_policies(question, self.policies.first().map(|attached| attached.document.notation), budget)
    }

    /// Returns the size in bytes, without the documents, which are shared.
    pub fn weight(&self) -> usize {
        self.weight
    }

    fn weigh(&self) -> usize {
        let positions = |list: &Candidates| size_of::<u32>() * (list.allow.capacity() + list.deny.capacity());
        let index = |index: &BTreeMap<Box<str>, Candidates>| {
            let entries =
                index.iter().map(|(name, list)| 2 * size_of::<(Box<str>, Candidates)>() + name.len() + positions(list));
            entries.sum::<usize>()
        };
        let named = |attached: &Attached| {
            let group = match &attached.via {
                Via::Group { id, name } => id.len() + name.len(),
                _ => 0,
            };
            size_of::<Attached>() + attached.policy.id.len() + attached.policy.name.len() + group
        };
        size_of::<PolicySet>()
            + self.policies.iter().map(named).sum::<usize>()
            + size_of::<(u32, u32)>() * self.statements.capacity()
            + index(&self.exact)
            + index(&self.service)
            + positions(&self.any)
    }

    /// Returns the statements that may match the action.
    fn candidates(&self, asked: &Prepared<'_>) -> [&Candidates; 3] {
        static NONE: Candidates = Candidates { allow: Vec::new(), deny: Vec::new() };
        let exact = self.exact.get(asked.action).unwrap_or(&NONE);
        [exact, self.service.get(asked.service).unwrap_or(&NONE), &self.any]
    }

    /// Finds the first candidate with this effect that matches, in the order of the documents.
    fn first(&self, effect: Effect, candidates: [&Candidates; 3], asked: &Prepared<'_>) -> Option<(u32, u32)> {
        let mut best: Option<u32> = None;
        for list in candidates {
            let end = best.unwrap_or(u32::MAX);
            let earlier = list.of(effect).iter().take_while(|position| **position < end);
            let matches = |position: &u32| self.matches(*position, asked).then_some(*position);
            best = asked.budget.each(earlier, matches).flatten().next().or(best);
        }
        best.and_then(|position| self.statements.get(position as usize).copied())
    }

    fn matches(&self, position: u32, asked: &Prepared<'_>) -> bool {
        let found = self
            .statements
            .get(position as usize)
            .and_then(|&(policy, index)| self.policies.get(policy as usize)?.document.statements.get(index as usize));
        found.is_some_and(|statement| first_mismatch(statement, asked).is_none())
    }
}

/// The documents that limit a caller. An action must be allowed by every layer that is present.
#[derive(Clone, Copy, Debug)]
pub struct Layers<'a> {
    /// The identity policies: the caller's own, its groups' or its role's.
    pub identity: &'a PolicySet,
    /// The permission boundary, if there is one.
    pub boundary: Option<&'a PolicySet>,
    /// The session policy, if there is one.
    pub session: Option<&'a PolicySet>,
    /// Whether the caller is the root of the account. It needs no allow in the identity layer, but denies and the other
    /// layers still apply.
    pub root: bool,
    /// Whether the resource belongs to another account. That account has no way to permit the action, so it is denied
    /// whatever the policies say.
    pub foreign: bool,
}

impl<'a> Layers<'a> {
    /// Creates layers of identity policies, with neither permission boundary nor session policy.
    pub fn of(identity: &'a PolicySet) -> Layers<'a> {
        Layers { identity, boundary: None, session: None, root: false, foreign: false }
    }

    /// Creates the layers of the root of an account.
    pub fn root() -> Layers<'a> {
        static NONE: PolicySet = PolicySet::new();
        Layers { identity: &NONE, boundary: None, session: None, root: true, foreign: false }
    }

    pub(super) fn present(&self) -> impl Iterator<Item = (Layer, &'a PolicySet)> {
        let boundary = self.boundary.map(|set| (Layer::Boundary, set));
        let session = self.session.map(|set| (Layer::Session, set));
        std::iter::once((Layer::Identity, self.identity)).chain(boundary).chain(session)
    }
}

/// The layer of a deciding statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// The identity policies: the caller's own, its groups' or its role's.
    Identity,
    /// The permission boundary.
    Boundary,
    /// The session policy.
    Session,
    /// The trust policy of a role.
    Trust,
}

/// The reason for a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The caller is the root of the account.
    Root,
    /// Every layer has a statement that allows.
    Allow,
    /// A statement denies.
    ExplicitDeny,
    /// No identity policy allows.
    ImplicitDeny,
    /// The identity policies allow, the permission boundary does not.
    Boundary,
    /// Identity policies and permission boundary allow, the session policy does not.
    SessionPolicy,
    /// The role's trust policy does not allow.
    Trust,
}

/// The statement that decided: the first that matches, in the order of the documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deciding {
    /// The layer of the statement.
    pub layer: Layer,
    /// Index of the document in the layer's set.
    pub policy: usize,
    /// Index of the statement in the document, from 0.
    pub statement: usize,
}

impl Deciding {
    fn new(layer: Layer, (policy, statement): (u32, u32)) -> Deciding {
        Deciding { layer, policy: policy as usize, statement: statement as usize }
    }
}

/// The result of an evaluation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Whether it is allowed or denied.
    pub effect: Effect,
    /// The reason for the effect.
    pub reason: Reason,
    /// The statement that denies, or the one that allows in the first layer that needed one.
    ///
    /// It is `None` if no statement allows, or if the root needs none.
    pub deciding: Option<Deciding>,
    /// The number of steps after which the evaluation was ended without an answer. The decision is then a deny.
    pub ended: Option<u64>,
}

impl Decision {
    /// Whether it is allowed.
    pub fn is_allow(&self) -> bool {
        self.effect == Effect::Allow
    }

    /// Creates an allow.
    pub fn allow(reason: Reason, deciding: Option<Deciding>) -> Decision {
        Decision { effect: Effect::Allow, reason, deciding, ended: None }
    }

    pub(super) fn deny(reason: Reason, deciding: Option<Deciding>) -> Decision {
        Decision { effect: Effect::Deny, reason, deciding, ended: None }
    }

    /// Returns the decision if the budget sufficed, else a deny without a deciding statement.
    ///
    /// An allow may have been found only because a deny was not reached.
    pub(super) fn unless_ended(self, budget: &Budget, reason: Reason) -> Decision {
        if budget.is_out() { Decision { ended: Some(budget.spent()), ..Decision::deny(reason, None) } } else { self }
    }
}

/// Decides the question by the layers, within [`STEPS`].
pub fn decide(layers: &Layers<'_>, question: &Question<'_>) -> Decision {
    decide_within(layers, question, &Budget::new(STEPS))
}

/// Decides the question by the layers, within the given budget.
pub(super) fn decide_within(layers: &Layers<'_>, question: &Question<'_>, budget: &Budget) -> Decision {
    judge(layers, question, budget).unless_ended(budget, Reason::ImplicitDeny)
}

fn judge(layers: &Layers<'_>, question: &Question<'_>, budget: &Budget) -> Decision {
    let first = layers.present().map(|(_, set)| set).find(|set| !set.policies.is_empty());
    let asked = first.unwrap_or(layers.identity).asked(question, budget);
    let mut candidates = [[&layers.identity.any; 3]; 3];
    for ((layer, set), candidates) in layers.present().zip(&mut candidates) {
        *candidates = set.candidates(&asked);
        if let Some(found) = set.first(Effect::Deny, *candidates, &asked) {
            return Decision::deny(Reason::ExplicitDeny, Some(Deciding::new(layer, found)));
        }
    }
    if layers.foreign {
        return Decision::deny(Reason::ImplicitDeny, None);
    }
    let mut deciding = None;
    for ((layer, set), candidates) in layers.present().zip(candidates) {
        let reason = match layer {
            Layer::Identity if layers.root => continue,
            Layer::Identity => Reason::ImplicitDeny,
            Layer::Boundary => Reason::Boundary,
            Layer::Session => Reason::SessionPolicy,
            Layer::Trust => Reason::Trust,
        };
        let Some(found) = set.first(Effect::Allow, candidates, &asked) else { return Decision::deny(reason, None) };
        deciding = deciding.or(Some(Deciding::new(layer, found)));
    }
    Decision::allow(if layers.root { Reason::Root } else { Reason::Allow }, deciding)
}
