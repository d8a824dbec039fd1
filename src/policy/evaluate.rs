//! The decision: may this caller do this, by the documents it has?
//!
//! Documents are compiled once into a [`PolicySet`], indexed by action, so that a caller with five hundred statements costs
//! little more than one with five. Rights are the intersection of the layers (identity, boundary, session); a matching deny
//! in any layer wins. Allocation is avoided on the way, and nothing can fail.
//!
//! Deliberately absent: who is root, who is in which group, which role is assumed, whether two accounts are involved. The
//! caller of this module composes the layers accordingly.

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
    pub policy: PolicyLabel,
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
    /// Some statement has conditions.
    conditional: bool,
    /// How many bytes it takes, without the documents.
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
    /// The set without documents.
    pub const fn new() -> PolicySet {
        PolicySet {
            policies: Vec::new(),
            statements: Vec::new(),
            exact: BTreeMap::new(),
            service: BTreeMap::new(),
            any: Candidates { allow: Vec::new(), deny: Vec::new() },
            conditional: false,
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
        set.conditional = policies.iter().any(|attached| attached.document.is_conditional());
        set.policies = policies;
        set.weight = set.weigh();
        set
    }

    /// Puts a statement into the widest lists that its actions ask for and into no narrower one, so that no question meets it
    /// twice.
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

    /// Whether a statement has conditions: without any, the context of a question plays no part.
    pub fn is_conditional(&self) -> bool {
        self.conditional
    }

    /// The documents, in the order given.
    pub fn policies(&self) -> &[Attached] {
        &self.policies
    }

    /// The question with its names read as the documents of this set write them.
    pub(super) fn asked<'a>(&self, question: &'a Question<'a>, budget: &'a Budget) -> Prepared<'a> {
        Prepared::of_policies(question, self.policies.first().map(|attached| attached.document.notation), budget)
    }

    /// How many bytes it takes, without the documents, which others have too.
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

    /// The statements that may be about the action.
    fn candidates(&self, asked: &Prepared<'_>) -> [&Candidates; 3] {
        static NONE: Candidates = Candidates { allow: Vec::new(), deny: Vec::new() };
        let exact = self.exact.get(asked.action).unwrap_or(&NONE);
        [exact, self.service.get(asked.service).unwrap_or(&NONE), &self.any]
    }

    /// The first candidate of the effect that matches, in the order of the documents.
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
    /// What is asked for belongs to another account, which has no way to permit it: nobody may, whatever his policies say.
    pub foreign: bool,
}

impl<'a> Layers<'a> {
    /// An identity with neither boundary nor session policy.
    pub fn of(identity: &'a PolicySet) -> Layers<'a> {
        Layers { identity, boundary: None, session: None, root: false, foreign: false }
    }

    /// The root of an account.
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
    /// The statement that denies, or the one that allows in the first layer that needed one; nothing if no statement
    /// allows, or if root needs none.
    pub deciding: Option<Deciding>,
    /// The evaluation was ended before there was an answer, after this many steps, and refuses therefore.
    pub ended: Option<u64>,
}

impl Decision {
    /// Whether the answer is yes.
    pub fn is_allow(&self) -> bool {
        self.effect == Effect::Allow
    }

    /// A yes.
    pub fn allow(reason: Reason, deciding: Option<Deciding>) -> Decision {
        Decision { effect: Effect::Allow, reason, deciding, ended: None }
    }

    pub(super) fn deny(reason: Reason, deciding: Option<Deciding>) -> Decision {
        Decision { effect: Effect::Deny, reason, deciding, ended: None }
    }

    /// This decision, if there were steps enough for it. What was found without them may be wrong, an allow because a deny
    /// was not reached: so it is refused, and nothing is said to have decided.
    pub(super) fn unless_ended(self, budget: &Budget, reason: Reason) -> Decision {
        if budget.is_out() { Decision { ended: Some(budget.spent()), ..Decision::deny(reason, None) } } else { self }
    }
}

/// Decides the question by the layers, within [`STEPS`].
pub fn decide(layers: &Layers<'_>, question: &Question<'_>) -> Decision {
    decide_within(layers, question, &Budget::new(STEPS))
}

/// The same with as many steps as are given.
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
