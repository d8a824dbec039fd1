//! Explains a decision by the statements that were considered.
//!
//! For a statement that does not match, the explanation gives the first element that failed, what it expected and what
//! the request had. An explanation uses the functions that decide, so the two cannot disagree. It allocates freely,
//! because no request waits for it, but its size is bounded: what does not fit is counted as left out.

use serde::Serialize;

use super::budget::{Budget, STEPS};
use super::condition::{Condition, Operand};
use super::document::{ActionForm, Document, Effect, Statement};
use super::evaluate::{Attached, Deciding, Decision, Layer, Layers, Reason, Via, decide_within};
use super::json::Range;
use super::matching::{Element, Prepared, first_mismatch, is_unreadable};
use super::near::{but_for_case, nearest};
use super::question::{Question, Requester, Resource};
use super::trust::decide_trust_within;
use super::words::{Shown, join, one_of, quote, shorten, stood_for, wanted, write};

/// The maximum size of the statements shown, in bytes, for all layers together.
pub const LONGEST: usize = 64 * 1024;

/// A decision and the statements considered for it. It serialises in the form that the admin API returns.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    /// Whether it is allowed or denied.
    pub decision: Effect,
    /// The reason for the decision.
    pub reason: Reason,
    /// The statements of all documents, in the order of layers and documents, as far as there is room.
    pub considered: Vec<Considered>,
    /// How many more statements there are.
    #[serde(rename = "considered_left_out", skip_serializing_if = "is_zero")]
    pub left_out: usize,
    /// The requested action.
    #[serde(skip)]
    pub action: String,
    /// The names of the requested resource; empty for an operation-level action.
    #[serde(skip)]
    pub resources: Vec<String>,
    /// Index in `considered` of the statement that decided.
    #[serde(skip)]
    pub deciding: Option<usize>,
    /// The resource belongs to another account, so the question is denied whatever the statements say.
    #[serde(skip)]
    pub foreign: bool,
    /// The number of steps after which the evaluation was ended without an answer.
    #[serde(skip)]
    pub ended: Option<u64>,
    /// The number of steps that the explanation took.
    #[serde(skip)]
    pub steps: u64,
}

impl Explanation {
    /// Returns a sentence saying that the evaluation was ended without an answer, if it was.
    pub fn note(&self) -> Option<String> {
        self.ended.map(|steps| format!("the evaluation was ended after {steps} steps"))
    }
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// One statement that was considered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Considered {
    /// Name of the policy.
    pub policy: String,
    /// Id of the policy.
    pub policy_id: String,
    /// How the policy applies to the caller: `own`, `group`, `role`, `boundary`, `session`, `trust`.
    pub via: &'static str,
    /// The group through which it applies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Index of the statement in the policy, from 0.
    pub statement: usize,
    /// The line on which the statement begins.
    pub line: u32,
    /// What the statement does if it matches.
    pub effect: Effect,
    /// Whether it matches.
    pub matched: bool,
    /// The first element that does not match.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed: Option<Failed>,
    /// Whether the result depends on an unreadable part of the document or request. An allow then does not match, and a
    /// deny does.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unreadable: bool,
    /// The layer of the policy.
    #[serde(skip)]
    pub layer: Layer,
}

/// An element that does not match the question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failed {
    /// `principal`, `action`, `resource`, or `condition.<operator>.<key>`.
    pub element: String,
    /// The values in the statement as written; any one of them would match.
    pub expected: Vec<String>,
    /// How many more values the statement has.
    #[serde(skip_serializing_if = "is_zero")]
    pub expected_left_out: usize,
    /// The values found in the request; empty when the request has none.
    pub actual: Vec<String>,
    /// How many more values the request has.
    #[serde(skip_serializing_if = "is_zero")]
    pub actual_left_out: usize,
    /// The same in words, with the relation that the statement requires.
    #[serde(skip)]
    pub(super) told: Told,
}

/// An element that does not match, described in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// What the statement expected.
    pub(super) wanted: String,
    /// What the request had.
    pub(super) met: String,
    /// How many parts of a resource agree; for an action, 1 if it differs only in letter case. Of several statements
    /// that failed at the same element, the one with the higher number is closer.
    pub(super) agreeing: u32,
    /// The resource pattern that came closest, quoted; `None` if the statement has only one.
    pub(super) nearest: Option<String>,
    /// The parts that certainly differ, in words.
    pub(super) differs: Vec<String>,
    /// The action pattern that would match if letter case did not count, quoted.
    pub(super) but_for_case: Option<String>,
    /// Whether the statement names an action of the requested service.
    pub(super) same_service: bool,
}

/// Decides the question and explains the decision.
pub fn explain(layers: &Layers<'_>, question: &Question<'_>) -> Explanation {
    let budget = Budget::new(STEPS);
    let decision = decide_within(layers, question, &budget);
    let mut explanation = begin(decision, question, &budget);
    explanation.foreign = layers.foreign;
    let count = layers.present().count();
    for (layer, set) in layers.present() {
        // Each layer has a share, so that a long layer does not hide the next one.
        let (budget, mut room) = (Budget::new(STEPS / count as u64), LONGEST / count);
        let asked = set.asked(question, &budget);
        for (index, attached) in set.policies().iter().enumerate() {
            let decides = |deciding: &Deciding| (deciding.layer, deciding.policy) == (layer, index);
            consider(&mut explanation, attached, layer, decision.deciding.filter(decides), &asked, &mut room);
        }
        explanation.steps += budget.spent();
    }
    explanation
}

/// Decides the question by a role's trust policy, `attached`, and explains the decision.
pub fn explain_trust(attached: &Attached, who: &Requester<'_>, question: &Question<'_>) -> Explanation {
    let budget = Budget::new(STEPS);
    let decision = decide_trust_within(&attached.document, who, question, &budget);
    let mut explanation = begin(decision, question, &budget);
    let (budget, mut room) = (Budget::new(STEPS), LONGEST);
    let asked = Prepared::of_trust(question, attached.document.notation, who, &budget);
    consider(&mut explanation, attached, Layer::Trust, decision.deciding, &asked, &mut room);
    explanation.steps += budget.spent();
    explanation
}

/// Creates an explanation without statements.
fn begin(decision: Decision, question: &Question<'_>, budget: &Budget) -> Explanation {
    Explanation {
        decision: decision.effect,
        reason: decision.reason,
        considered: Vec::new(),
        left_out: 0,
        action: shorten(question.action),
        resources: match question.resource {
            Resource::Operation => Vec::new(),
            Resource::Named(names) => names.iter().map(|name| shorten(name)).collect(),
        },
        deciding: None,
        foreign: false,
        ended: decision.ended,
        steps: budget.spent(),
    }
}

/// Adds the statements of a document until room or steps run out; the deciding statement is always added.
fn consider(
    explanation: &mut Explanation,
    attached: &Attached,
    layer: Layer,
    deciding: Option<Deciding>,
    asked: &Prepared<'_>,
    room: &mut usize,
) {
    for (index, statement) in attached.document.statements.iter().enumerate() {
        let considered = if deciding.is_some_and(|deciding| deciding.statement == index) {
            explanation.deciding = Some(explanation.considered.len());
            // The decision reached it within `STEPS`; here it is evaluated twice, so three times as many are enough.
            let budget = Budget::new(3 * STEPS);
            Some(look_at(attached, layer, index, statement, &asked.within(&budget)))
        } else if *room > 0 && !asked.budget.is_out() {
            // A result is void once the budget is used up.
            Some(look_at(attached, layer, index, statement, asked)).filter(|_| !asked.budget.is_out())
        } else {
            None
        };
        match considered {
            Some(considered) => {
                *room = room.saturating_sub(considered.size());
                explanation.considered.push(considered);
            }
            None => explanation.left_out += 1,
        }
    }
}

fn look_at(attached: &Attached, layer: Layer, index: usize, statement: &Statement, asked: &Prepared<'_>) -> Considered {
    let document = &attached.document;
    let (via, group) = match &attached.via {
        Via::Own => ("own", None),
        Via::Group { name, .. } => ("group", Some(name)),
        Via::Role => ("role", None),
        Via::Boundary => ("boundary", None),
        Via::Session => ("session", None),
        Via::Trust => ("trust", None),
    };
    let mismatch = first_mismatch(statement, asked);
    // Finding the line means reading everything before the statement.
    asked.budget.read(statement.range.start as usize);
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
}

impl Considered {
    /// Returns roughly how many bytes it takes when shown.
    fn size(&self) -> usize {
        let texts = |texts: &[String]| texts.iter().map(|text| text.len() + 4).sum::<usize>();
        let failed = |failed: &Failed| failed.element.len() + texts(&failed.expected) + texts(&failed.actual) + 64;
        let named = self.policy.len() + self.policy_id.len() + self.group.as_ref().map_or(0, String::len);
        named + self.failed.as_ref().map_or(0, failed) + 128
    }
}

fn failed(document: &Document, statement: &Statement, element: Element, asked: &Prepared<'_>) -> Failed {
    let texts = |ranges: &mut dyn Iterator<Item = Range>| Shown::of(ranges, |range| document.source(range));
    let plain = |element: &str, expected: Shown, actual: Shown, told: Told| Failed {
        element: element.to_owned(),
        told: Told { wanted: one_of(&expected.quoted()), met: join(&actual.quoted(), "and"), ..told },
        expected: expected.texts,
        expected_left_out: expected.left_out,
        actual: actual.texts,
        actual_left_out: actual.left_out,
    };
    match element {
        Element::Principal => plain(
            "principal",
            texts(&mut statement.principals.iter().map(|written| written.range)),
            Shown::of(asked.requester, document.notation.write_requester),
            Told::default(),
        ),
        Element::Action => {
            let expected = texts(&mut statement.actions.iter().map(|action| action.range));
            let range = but_for_case(statement, asked);
            let but_for_case = range.map(|range| quote(&shorten(&document.source(range))));
            let same_service = statement.actions.iter().any(|action| {
                matches!(&action.form, ActionForm::Match { service: Some(service), .. } if **service == *asked.service)
            });
            let told = Told { agreeing: but_for_case.is_some().into(), but_for_case, same_service, ..Told::default() };
            plain("action", expected, Shown::of([asked.action], str::to_owned), told)
        }
        Element::Resource => {
            let expected = texts(&mut statement.resources.iter().map(|resource| resource.range));
            let told = match nearest(document, statement, asked) {
                Some(near) => Told {
                    agreeing: near.agreeing,
                    nearest: (statement.resources.len() > 1).then(|| quote(&shorten(&document.source(near.pattern)))),
                    differs: near.differs,
                    ..Told::default()
                },
                None => Told::default(),
            };
            match asked.question.resource {
                Resource::Operation => plain("resource", expected, Shown::of(["*"], str::to_owned), told),
                Resource::Named(names) => {
                    let actual = Shown::of(names, |name| (*name).to_owned());
                    let met = actual.quoted().join(", which is also ");
                    let failed = plain("resource", expected, actual, told);
                    Failed { told: Told { met, ..failed.told }, ..failed }
                }
            }
        }
        Element::Condition(index) => {
            let Some(condition) = statement.conditions.get(index) else {
                return plain("condition", Shown::default(), Shown::default(), Told::default());
            };
            asked.budget.spend(asked.question.context.size() / 4);
            let actual = Shown::of(asked.question.context.values(&condition.key), |value| write(document, value));
            let many = actual.texts.len() + actual.left_out > 1;
            let with_variables = |(range, operand): (&Range, Option<&Operand>)| {
                quote(&shorten(&document.source(*range))) + &stood_for(document, operand, asked)
            };
            let operands = condition.operands.iter().map(Some).chain(std::iter::repeat(None));
            let values = Shown::of(condition.values.iter().zip(operands), with_variables);
            let wanted = wanted(condition, &values.marked(), many);
            let expected = texts(&mut condition.values.iter().copied());
            let failed = plain(&name_condition(document, condition), expected, actual, Told::default());
            Failed { told: Told { wanted, ..failed.told }, ..failed }
        }
    }
}

/// Returns `condition.<operator>.<key>`; without the key for a condition that could not be read.
fn name_condition(document: &Document, condition: &Condition) -> String {
    let operator = shorten(&document.source(condition.name));
    if condition.key.is_empty() {
        format!("condition.{operator}")
    } else {
        format!("condition.{operator}.{}", shorten(&condition.key))
    }
}
