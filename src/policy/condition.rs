//! Conditions: operators, their qualifiers, and the test against the context of a request.
//!
//! `docs/policy.md` gives the rules on which the cloud's documentation is silent (missing keys, several values,
//! negation); each is one line here. Comparing a value that cannot be read is unknown, never true or false.

use super::budget::Budget;
use super::json::Range;
use super::pattern::{Glob, Tag, Template, Tri};
use super::question::{ConditionKeys, ContextValue, Variables};
use super::value::{Address, Decimal, Instant, Network, read_binary};

/// One operator on one key, such as `string_equal` on a tag, with its values.
#[derive(Clone, Debug)]
pub(super) struct Condition {
    pub(super) qualifier: Qualifier,
    pub(super) operator: Operator,
    /// The place of the operator's name.
    pub(super) name: Range,
    /// The place of each value.
    pub(super) values: Box<[Range]>,
    /// Whether the condition is satisfied when the request does not have the key (the suffix `_if_exist`).
    pub(super) if_exist: bool,
    pub(super) key: Box<str>,
    pub(super) operands: Box<[Operand]>,
}

/// How the results for several values of a request are combined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Qualifier {
    None,
    ForAllValue,
    ForAnyValue,
}

/// The test that a condition makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    /// Compares values of a kind: the request's value must be in this relation to the policy's value.
    Compare(Family, Relation),
    /// Tests whether the key is absent.
    Null,
    /// An operator that could not be read.
    Unreadable,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Text,
    TextIgnoreCase,
    Like,
    Number,
    Date,
    Bool,
    Binary,
    Ip,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

/// One value of the policy, parsed once.
#[derive(Clone, Debug)]
pub(super) enum Operand {
    Text(Box<str>),
    Like(Glob),
    Number(Decimal),
    Date(Instant),
    Bool(bool),
    Network(Network),
    /// Text with variables. Parsed after they have been filled in for a caller.
    Template(Template),
    /// The key and the value of a tag. Each is compared with its counterpart in the request's tag.
    Pair(Box<[Operand; 2]>),
    Unreadable,
}

impl Operand {
    /// Parses `text` as a value of the family.
    pub(super) fn read(family: Family, text: &str) -> Operand {
        let read = match family {
            Family::Text | Family::TextIgnoreCase => Some(Operand::Text(text.into())),
            Family::Like => Some(Operand::Like(Glob::new(text))),
            Family::Number => Decimal::read(text).map(Operand::Number),
            Family::Date => Instant::read(text).map(Operand::Date),
            Family::Bool => read_bool(text).map(Operand::Bool),
            Family::Binary => read_binary(text).map(|canonical| Operand::Text(canonical.into())),
            Family::Ip => Network::read(text).map(Operand::Network),
        };
        read.unwrap_or(Operand::Unreadable)
    }

    /// Returns the condition key of the caller's tags, if the value contains a variable for them.
    pub(super) fn tags(&self) -> Option<&'static str> {
        match self {
            Operand::Template(template) => template.tags(),
            Operand::Like(glob) => glob.tags(),
            Operand::Pair(halves) => halves.iter().find_map(Operand::tags),
            _ => None,
        }
    }

    /// Whether the value contains variables, so that it may differ between requests.
    pub(super) fn is_open(&self) -> bool {
        match self {
            Operand::Template(_) | Operand::Like(Glob::Templates(_)) => true,
            Operand::Pair(halves) => halves.iter().any(Operand::is_open),
            _ => false,
        }
    }

    /// Returns the value with its variables filled in, in both halves of a tag.
    ///
    /// Returns `None` if the caller has no value for one of the variables.
    pub(super) fn filled(
        &self,
        caller: &Variables<'_>,
        tag: Option<Tag<'_>>,
        budget: &Budget,
    ) -> Option<ContextValue<'static>> {
        let text = |operand: &Operand| match operand {
            Operand::Text(text) => Some(text.to_string()),
            Operand::Template(template) => template.expand(caller, tag, budget),
            Operand::Like(glob) => glob.written(caller, tag, budget),
            _ => None,
        };
        match self {
            Operand::Pair(halves) => {
                let [key, value] = &**halves;
                Some(ContextValue::from((text(key)?, text(value)?)))
            }
            single => text(single).map(ContextValue::from),
        }
    }
}

/// One value of the request, parsed as the operator requires.
enum Actual<'a> {
    Text(&'a str),
    Pair(Tag<'a>),
    Number(Decimal),
    Date(Instant),
    Bool(bool),
    Address(Address),
}

impl<'a> Actual<'a> {
    fn read(family: Family, value: &'a ContextValue<'_>) -> Option<Actual<'a>> {
        let text = match value {
            ContextValue::Text(text) => &**text,
            ContextValue::Pair(key, value) => return family.is_text().then_some(Actual::Pair((key, value))),
        };
        match family {
            Family::Text | Family::TextIgnoreCase | Family::Like => Some(Actual::Text(text)),
            Family::Number => Decimal::read(text).map(Actual::Number),
            Family::Date => Instant::read(text).map(Actual::Date),
            Family::Bool => read_bool(text).map(Actual::Bool),
            Family::Binary => read_binary(text).map(Actual::Text),
            Family::Ip => Address::read(text).map(Actual::Address),
        }
    }
}

impl Family {
    /// Whether values are compared as text, without being parsed. Only these families compare tags.
    pub(super) fn is_text(self) -> bool {
        matches!(self, Family::Text | Family::TextIgnoreCase | Family::Like)
    }
}

fn read_bool(text: &str) -> Option<bool> {
    match text {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

impl Condition {
    /// Whether the request satisfies the condition.
    pub(super) fn test(&self, context: &dyn ConditionKeys, caller: &Variables<'_>, budget: &Budget) -> Tri {
        budget.spend(1 + context.size());
        let absent = context.values(&self.key).next().is_none();
        let (family, relation) = match self.operator {
            Operator::Unreadable => return Tri::Unknown,
            Operator::Null => {
                return Tri::any(self.operands.iter().map(|operand| match operand {
                    Operand::Bool(wanted) => (*wanted == absent).into(),
                    _ => Tri::Unknown,
                }));
            }
            Operator::Compare(..) if absent => return self.if_exist.into(),
            Operator::Compare(family, relation) => (family, relation),
        };
        let tags = self.operands.iter().find_map(Operand::tags).map_or(Vec::new(), |key| tags_of(context, key, budget));
        let negated = relation == Relation::NotEqual;
        let compare = Comparison { family, relation, caller, budget };
        let one = |value: &ContextValue<'_>| {
            budget.read(value.len());
            if !family.is_text() {
                budget.spend(PARSING + value.len() / 4);
            }
            let Some(actual) = Actual::read(family, value) else {
                return Tri::Unknown;
            };
            let met = |operand: &Operand| match operand.tags() {
                None => compare.holds(&actual, operand, None),
                Some(_) if tags.is_empty() => Tri::Unknown,
                Some(_) => Tri::any(budget.each(&tags, |tag| compare.holds(&actual, operand, *tag))),
            };
            let found = Tri::any(budget.each(&self.operands, met));
            if negated { found.not() } else { found }
        };
        let each = budget.each(context.values(&self.key), one);
        match self.qualifier {
            Qualifier::ForAllValue => Tri::all(each),
            Qualifier::None if negated => Tri::all(each),
            Qualifier::None | Qualifier::ForAnyValue => Tri::any(each),
        }
    }
}

/// Returns the caller's tags: the question's values for this key. A value that is not a tag becomes `None`.
fn tags_of<'c>(context: &'c dyn ConditionKeys, key: &'c str, budget: &Budget) -> Vec<Option<Tag<'c>>> {
    budget.spend(context.size());
    context.values(key).map(ContextValue::as_pair).collect()
}

/// Steps for parsing a number, a time or an address, in addition to those for its length.
const PARSING: usize = 24;

/// A comparison of two values.
struct Comparison<'a> {
    family: Family,
    relation: Relation,
    caller: &'a Variables<'a>,
    budget: &'a Budget,
}

impl Comparison<'_> {
    /// Compares one value of the request with one of the policy. `NotEqual` is compared as `Equal`: the caller negates.
    fn holds(&self, actual: &Actual<'_>, operand: &Operand, tag: Option<Tag<'_>>) -> Tri {
        self.budget.spend(2);
        let [key, value] = match operand {
            Operand::Pair(halves) => &**halves,
            single => return self.compare(actual, single, tag),
        };
        self.budget.spend(1);
        match actual {
            Actual::Pair((actual, of_actual)) => match self.compare(&Actual::Text(actual), key, tag) {
                // Without variables, the value cannot make the result unknown.
                Tri::No if !value.is_open() => Tri::No,
                of_key => Tri::both(of_key, self.compare(&Actual::Text(of_actual), value, tag)),
            },
            // A value that is not a tag never equals one, but a variable without a value makes the result unknown.
            single => Tri::both(Tri::both(self.compare(single, key, tag), self.compare(single, value, tag)), Tri::No),
        }
    }

    fn compare(&self, actual: &Actual<'_>, operand: &Operand, tag: Option<Tag<'_>>) -> Tri {
        let Comparison { family, relation, caller, budget } = *self;
        match (actual, operand) {
            (_, Operand::Template(template)) => match template.expand(caller, tag, budget) {
                Some(text) => {
                    if !family.is_text() {
                        budget.spend(PARSING + text.len() / 4);
                    }
                    self.compare(actual, &Operand::read(family, &text), tag)
                }
                None => Tri::Unknown,
            },
            (Actual::Pair(pair), Operand::Like(glob)) => glob.matches_pair(*pair, caller, tag, budget),
            (Actual::Pair(_), Operand::Text(_)) => Tri::No,
            (Actual::Text(actual), Operand::Like(glob)) => glob.matches_with(actual, caller, tag, budget),
            (Actual::Text(actual), Operand::Text(text)) if family == Family::TextIgnoreCase => {
                let both = actual.len().min(text.len());
                if actual.is_ascii() && text.is_ascii() {
                    budget.spend(both / 4);
                    actual.eq_ignore_ascii_case(text).into()
                } else {
                    budget.spend(both * 4);
                    lower(actual).eq(lower(text)).into()
                }
            }
            (Actual::Text(actual), Operand::Text(text)) => {
                budget.spend(actual.len().min(text.len()) / 64);
                (**text == **actual).into()
            }
            (Actual::Bool(actual), Operand::Bool(wanted)) => (actual == wanted).into(),
            (Actual::Address(actual), Operand::Network(network)) => network.contains(*actual).into(),
            (Actual::Number(actual), Operand::Number(bound)) => relation.holds(actual.compare(bound)).into(),
            (Actual::Date(actual), Operand::Date(bound)) => relation.holds(actual.cmp(bound)).into(),
            _ => Tri::Unknown,
        }
    }
}

impl Relation {
    fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Relation::Equal | Relation::NotEqual => order.is_eq(),
            Relation::Less => order.is_lt(),
            Relation::LessEqual => order.is_le(),
            Relation::Greater => order.is_gt(),
            Relation::GreaterEqual => order.is_ge(),
        }
    }
}

fn lower(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().flat_map(char::to_lowercase)
}
