//! Conditions: operators, their qualifiers, and the test against what is known of a request.
//!
//! The rules where the cloud's documents are silent (missing keys, several values, negation) are in `docs/policy.md`; each
//! is one line here. A value that cannot be read makes the test unknown, never true or false.

use super::json::Range;
use super::pattern::{Glob, Tag, Template, Tri};
use super::question::{Context, Variables};
use super::value::{Address, Decimal, Instant, Network, read_binary};

/// One operator on one key: `string_equal` on `qcs:tag` with its values.
#[derive(Clone, Debug)]
pub(super) struct Condition {
    pub(super) qualifier: Qualifier,
    pub(super) operator: Operator,
    /// Where the operator's name stands.
    pub(super) name: Range,
    /// Where each value stands.
    pub(super) values: Box<[Range]>,
    /// Satisfied when the request does not have the key.
    pub(super) if_exist: bool,
    pub(super) key: Box<str>,
    pub(super) operands: Box<[Operand]>,
}

/// How several values of a request count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Qualifier {
    None,
    ForAllValue,
    ForAnyValue,
}

/// What is compared, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    /// A family of values and a relation between request and policy.
    Compare(Family, Relation),
    /// Whether the key is absent.
    Null,
    /// Not readable.
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

/// One value of the policy, read once.
#[derive(Clone, Debug)]
pub(super) enum Operand {
    Text(Box<str>),
    Like(Glob),
    Number(Decimal),
    Date(Instant),
    Bool(bool),
    Network(Network),
    /// Read when the caller is known.
    Template(Template),
    Unreadable,
}

impl Operand {
    /// Reads `text` as a value of the family.
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

    /// Where the caller's tags stand, if the value asks for one.
    fn tags(&self) -> Option<&'static str> {
        match self {
            Operand::Template(template) => template.tags(),
            Operand::Like(glob) => glob.tags(),
            _ => None,
        }
    }
}

/// One value of the request, read as the operator wants it.
enum Actual<'a> {
    Text(&'a str),
    Number(Decimal),
    Date(Instant),
    Bool(bool),
    Address(Address),
}

impl<'a> Actual<'a> {
    fn read(family: Family, text: &'a str) -> Option<Actual<'a>> {
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

fn read_bool(text: &str) -> Option<bool> {
    match text {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

impl Condition {
    /// Whether the request satisfies the condition.
    pub(super) fn test(&self, context: &Context<'_>, caller: &Variables<'_>) -> Tri {
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
        let negated = relation == Relation::NotEqual;
        let one = |value| {
            let Some(actual) = Actual::read(family, value) else {
                return Tri::Unknown;
            };
            let met = |operand: &Operand| match operand.tags() {
                None => compare(family, relation, &actual, operand, caller, None),
                Some(tags) => any_tag(context, tags, |tag| compare(family, relation, &actual, operand, caller, tag)),
            };
            let found = Tri::any(self.operands.iter().map(met));
            if negated { found.not() } else { found }
        };
        let each = context.values(&self.key).map(one);
        match self.qualifier {
            Qualifier::ForAllValue => Tri::all(each),
            Qualifier::None if negated => Tri::all(each),
            Qualifier::None | Qualifier::ForAnyValue => Tri::any(each),
        }
    }
}

/// Whether it holds for one of the caller's tags; unknown without any, and for what is no tag.
fn any_tag(context: &Context<'_>, tags: &str, holds: impl Fn(Option<Tag<'_>>) -> Tri) -> Tri {
    if context.values(tags).next().is_none() {
        return Tri::Unknown;
    }
    Tri::any(context.values(tags).map(|tag| holds(tag.split_once('&'))))
}

/// One value of the request against one of the policy. `NotEqual` is compared as `Equal`: the caller negates.
fn compare(
    family: Family,
    relation: Relation,
    actual: &Actual<'_>,
    operand: &Operand,
    caller: &Variables<'_>,
    tag: Option<Tag<'_>>,
) -> Tri {
    match (actual, operand) {
        (_, Operand::Template(template)) => match template.expand(caller, tag) {
            Some(text) => compare(family, relation, actual, &Operand::read(family, &text), caller, tag),
            None => Tri::Unknown,
        },
        (Actual::Text(actual), Operand::Like(glob)) => glob.matches_with(actual, caller, tag),
        (Actual::Text(actual), Operand::Text(text)) if family == Family::TextIgnoreCase => {
            lower(actual).eq(lower(text)).into()
        }
        (Actual::Text(actual), Operand::Text(text)) => (**text == **actual).into(),
        (Actual::Bool(actual), Operand::Bool(wanted)) => (actual == wanted).into(),
        (Actual::Address(actual), Operand::Network(network)) => network.contains(*actual).into(),
        (Actual::Number(actual), Operand::Number(bound)) => relation.holds(actual.compare(bound)).into(),
        (Actual::Date(actual), Operand::Date(bound)) => relation.holds(actual.cmp(bound)).into(),
        _ => Tri::Unknown,
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
