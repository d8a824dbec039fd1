//! The same decision with its whole trace: every statement considered, and for those that do not match the first element
//! that fails, with what it wanted and what it met.
//!
//! An explanation is made from the functions that decide, so the two cannot disagree. It allocates freely, because nobody
//! asks for it on the way of a request, and within bounds: of what would be too much it says how much is left out.

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

/// How many bytes of statements are shown, all layers together.
pub const LONGEST: usize = 64 * 1024;

/// A decision and everything it was made from. Serialises as the admin API shows it.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    /// Allowed or not.
    pub decision: Effect,
    /// Why.
    pub reason: Reason,
    /// Every statement of every document, in the order of layers and documents, as far as there is room.
    pub considered: Vec<Considered>,
    /// How many more there are.
    #[serde(rename = "considered_left_out", skip_serializing_if = "is_zero")]
    pub left_out: usize,
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
    /// The evaluation was ended before there was an answer, after this many steps.
    #[serde(skip)]
    pub ended: Option<u64>,
    /// How many steps the explanation took.
    #[serde(skip)]
    pub steps: u64,
}

impl Explanation {
    /// Why there is less than an answer, if there is.
    pub fn note(&self) -> Option<String> {
        self.ended.map(|steps| format!("the evaluation was ended after {steps} steps"))
    }
}

fn is_zero(count: &usize) -> bool {
    *count == 0
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
    /// How much more it wants.
    #[serde(skip_serializing_if = "is_zero")]
    pub expected_left_out: usize,
    /// What was met; empty if the request has nothing of the kind.
    pub actual: Vec<String>,
    /// How much more was met.
    #[serde(skip_serializing_if = "is_zero")]
    pub actual_left_out: usize,
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
    /// Whether an action of the service asked about is named.
    pub(super) same_service: bool,
}

/// Decides and tells the whole trace.
pub fn explain(layers: &Layers<'_>, question: &Question<'_>) -> Explanation {
    let budget = Budget::new(STEPS);
    let decision = decide_within(layers, question, &budget);
    let mut explanation = begin(decision, question, &budget);
    explanation.foreign = layers.foreign;
    let count = layers.present().count();
    for (layer, set) in layers.present() {
        // Each layer has a share, so that a long one does not hide what the next one says.
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

/// The same for a trust policy; `attached` is the policy of the role.
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

/// An explanation with nothing considered.
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

/// Adds the statements of a document, as far as there is room and there are steps; the one that decided in any case.
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
            // It was found within the steps of a decision, and is looked at twice.
            let budget = Budget::new(3 * STEPS);
            Some(look_at(attached, layer, index, statement, &asked.within(&budget)))
        } else if *room > 0 && !asked.budget.is_out() {
            // What is found without steps is void.
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
    // For the line, everything before it is looked through.
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
    /// How many bytes it takes when it is shown, about.
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

/// `condition.<operator>.<key>`; a condition that could not be read has only what stands there.
fn name_condition(document: &Document, condition: &Condition) -> String {
    let operator = shorten(&document.source(condition.name));
    if condition.key.is_empty() {
        format!("condition.{operator}")
    } else {
        format!("condition.{operator}.{}", shorten(&condition.key))
    }
}
