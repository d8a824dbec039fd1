//! The same decision with its whole trace: every statement considered, and for those that do not match the first element
//! that fails, with what it wanted and what it met.
//!
//! An explanation is made from the functions that decide, so the two cannot disagree. It allocates freely: nobody asks for
//! it on the way of a request.

use serde::Serialize;

use super::condition::Condition;
use super::document::{Document, Effect, Statement};
use super::evaluate::{Attached, Deciding, Decision, Layer, Layers, Reason, Via, decide};
use super::json::Range;
use super::matching::{Asked, Element, first_mismatch, is_unreadable};
use super::near::{but_for_case, nearest};
use super::question::{Identity, Question, Requester, Resource};
use super::trust::decide_trust;
use super::words::{join, one_of, quote, stood_for, wanted};

/// A decision and everything it was made from. Serialises as the admin API shows it.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    /// Allowed or not.
    pub decision: Effect,
    /// Why.
    pub reason: Reason,
    /// Every statement of every document, in the order of layers and documents.
    pub considered: Vec<Considered>,
    /// What was asked.
    #[serde(skip)]
    pub action: String,
    /// On what; empty for an action without single resources.
    #[serde(skip)]
    pub resources: Vec<String>,
    /// Which of `considered` decided.
    #[serde(skip)]
    pub deciding: Option<usize>,
    /// What was asked for belongs to another account, which refuses whatever is considered.
    #[serde(skip)]
    pub foreign: bool,
}

/// One statement that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Considered {
    /// The policy's name.
    pub policy: String,
    /// The policy's id.
    pub policy_id: String,
    /// How the policy reached the caller: `own`, `group`, `role`, `boundary`, `session`, `trust`.
    pub via: &'static str,
    /// Through which group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Which statement of the policy, from 0.
    pub statement: usize,
    /// The line on which it begins.
    pub line: u32,
    /// What it does if it matches.
    pub effect: Effect,
    /// Whether it does.
    pub matched: bool,
    /// The first element that does not fit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed: Option<Failed>,
    /// Whether the answer hangs on something in the document or the request that cannot be read; an allow then does not
    /// match and a deny does.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unreadable: bool,
    /// In which layer.
    #[serde(skip)]
    pub layer: Layer,
}

/// An element that does not fit the question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failed {
    /// `principal`, `action`, `resource`, or `condition.<operator>.<key>`.
    pub element: String,
    /// What the statement wants, as written; any one of them.
    pub expected: Vec<String>,
    /// What was met; empty if the request has nothing of the kind.
    pub actual: Vec<String>,
    /// The same for people, with the relation between the two.
    #[serde(skip)]
    pub(super) told: Told,
}

/// What people are told of an element that does not fit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) wanted: String,
    pub(super) met: String,
    /// In how many parts a resource agrees, or whether an action does but for letter case: of several statements that got
    /// equally far the one with more is nearer.
    pub(super) agreeing: u32,
    /// Which of several resources came nearest, quoted.
    pub(super) nearest: Option<String>,
    /// What surely differs, in words.
    pub(super) differs: Vec<String>,
    /// The action that would match if letter case did not count, quoted.
    pub(super) but_for_case: Option<String>,
}

/// Decides and tells the whole trace.
pub fn explain(layers: &Layers<'_>, question: &Question<'_>) -> Explanation {
    let decision = decide(layers, question);
    let mut considered = Vec::new();
    for (layer, set) in layers.present() {
        let asked = set.asked(question);
        for attached in set.policies() {
            considered.extend(consider(attached, layer, &asked));
        }
    }
    let deciding = decision.deciding.and_then(|deciding| position(layers, &deciding));
    Explanation { foreign: layers.foreign, ..finish(decision, question, considered, deciding) }
}

/// The same for a trust policy; `attached` names the role whose it is.
pub fn explain_trust(attached: &Attached, who: &Requester<'_>, question: &Question<'_>) -> Explanation {
    let decision = decide_trust(&attached.document, who, question);
    let asked = Asked::of_trust(question, who);
    let considered = consider(attached, Layer::Trust, &asked).collect();
    finish(decision, question, considered, decision.deciding.map(|deciding| deciding.statement))
}

fn finish(
    decision: Decision,
    question: &Question<'_>,
    considered: Vec<Considered>,
    deciding: Option<usize>,
) -> Explanation {
    Explanation {
        decision: decision.effect,
        reason: decision.reason,
        considered,
        action: question.action.to_owned(),
        resources: match question.resource {
            Resource::Operation => Vec::new(),
            Resource::Named(names) => names.iter().map(|name| (*name).to_owned()).collect(),
        },
        deciding,
        foreign: false,
    }
}

/// Where the deciding statement stands among all considered.
fn position(layers: &Layers<'_>, deciding: &Deciding) -> Option<usize> {
    let mut before = 0;
    for (layer, set) in layers.present() {
        let counts = set.policies().iter().map(|attached| attached.document.statement_count());
        if layer == deciding.layer {
            return Some(before + counts.take(deciding.policy).sum::<usize>() + deciding.statement);
        }
        before += counts.sum::<usize>();
    }
    None
}

fn consider(attached: &Attached, layer: Layer, asked: &Asked<'_>) -> impl Iterator<Item = Considered> {
    let document = &attached.document;
    let (via, group) = match &attached.via {
        Via::Own => ("own", None),
        Via::Group { name, .. } => ("group", Some(name)),
        Via::Role => ("role", None),
        Via::Boundary => ("boundary", None),
        Via::Session => ("session", None),
        Via::Trust => ("trust", None),
    };
    document.statements.iter().enumerate().map(move |(index, statement)| {
        let mismatch = first_mismatch(statement, asked);
        Considered {
            policy: attached.policy.name.clone(),
            policy_id: attached.policy.id.clone(),
            via,
            group: group.cloned(),
            statement: index,
            line: document.span(statement.range).line,
            effect: statement.effect,
            matched: mismatch.is_none(),
            failed: mismatch.map(|mismatch| failed(document, statement, mismatch, asked)),
            unreadable: is_unreadable(statement, asked),
            layer,
        }
    })
}

fn failed(document: &Document, statement: &Statement, element: Element, asked: &Asked<'_>) -> Failed {
    let texts = |ranges: &mut dyn Iterator<Item = Range>| -> Vec<String> {
        let mut texts: Vec<String> = ranges.map(|range| document.source(range)).collect();
        texts.dedup();
        texts
    };
    let plain = |element: &str, expected: Vec<String>, actual: Vec<String>, told: Told| Failed {
        element: element.to_owned(),
        told: Told { wanted: one_of(&quoted(&expected)), met: join(&quoted(&actual), "and"), ..told },
        expected,
        actual,
    };
    match element {
        Element::Principal => plain(
            "principal",
            texts(&mut statement.principals.iter().map(|written| written.range)),
            asked.requester.map(describe).into_iter().collect(),
            Told::default(),
        ),
        Element::Action => {
            let expected = texts(&mut statement.actions.iter().map(|action| action.range));
            let range = but_for_case(statement, asked.action);
            let but_for_case = range.map(|range| quote(&document.source(range)));
            let told = Told { agreeing: but_for_case.is_some().into(), but_for_case, ..Told::default() };
            plain("action", expected, vec![asked.action.to_owned()], told)
        }
        Element::Resource => {
            let expected = texts(&mut statement.resources.iter().map(|resource| resource.range));
            let told = match nearest(document, statement, asked.question) {
                Some(near) => Told {
                    agreeing: near.agreeing,
                    nearest: (expected.len() > 1).then(|| quote(&document.source(near.pattern))),
                    differs: near.differs,
                    ..Told::default()
                },
                None => Told::default(),
            };
            match asked.question.resource {
                Resource::Operation => plain("resource", expected, vec!["*".into()], told),
                Resource::Named(names) => {
                    let actual: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
                    let met = quoted(&actual).join(", which is also ");
                    let failed = plain("resource", expected, actual, told);
                    Failed { told: Told { met, ..failed.told }, ..failed }
                }
            }
        }
        Element::Condition(index) => {
            let Some(condition) = statement.conditions.get(index) else {
                return plain("condition", Vec::new(), Vec::new(), Told::default());
            };
            let actual: Vec<String> = asked.question.context.values(&condition.key).map(str::to_owned).collect();
            let mut values: Vec<String> = Vec::new();
            for (index, range) in condition.values.iter().enumerate() {
                let here = stood_for(condition.operands.get(index), asked.question);
                values.push(quote(&document.source(*range)) + &here);
            }
            values.dedup();
            let wanted = wanted(condition, &values, actual.len() > 1);
            let expected = texts(&mut condition.values.iter().copied());
            let failed = plain(&name_condition(document, condition), expected, actual, Told::default());
            Failed { told: Told { wanted, ..failed.told }, ..failed }
        }
    }
}

fn quoted(texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| quote(text)).collect()
}

/// `condition.<operator>.<key>`; a condition that could not be read has only what stands there.
fn name_condition(document: &Document, condition: &Condition) -> String {
    let operator = document.source(condition.name);
    if condition.key.is_empty() {
        format!("condition.{operator}")
    } else {
        format!("condition.{operator}.{}", condition.key)
    }
}

/// A requester as a principal would name it.
fn describe(who: &Requester<'_>) -> String {
    let account = who.account;
    match who.identity {
        Identity::Root => format!("qcs::cam::uin/{account}:root"),
        Identity::User(user) => format!("qcs::cam::uin/{account}:uin/{user}"),
        Identity::Role { name, .. } => format!("qcs::cam::uin/{account}:roleName/{name}"),
        Identity::Service(name) | Identity::Federated(name) => name.to_owned(),
        Identity::Anonymous => "anonymous".to_owned(),
    }
}
