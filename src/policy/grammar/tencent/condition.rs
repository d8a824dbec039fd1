//! Conditions: `{"<operator>": {"<key>": "value" | ["value", …]}}`.

use super::cx::{Cx, Path, suggest};
use super::tag;
use super::text::{Variables, glob, one_or_many, template};
use crate::policy::condition::{Condition, Family, Operand, Operator, Qualifier, Relation};
use crate::policy::document::Defect;
use crate::policy::json::{Content, Member, Node, Range};

/// The operators of the user guide (598/10608), without qualifier and suffix.
const OPERATORS: &[(&str, Operator)] = &[
    ("string_equal", Operator::Compare(Family::Text, Relation::Equal)),
    ("string_not_equal", Operator::Compare(Family::Text, Relation::NotEqual)),
    ("string_equal_ignore_case", Operator::Compare(Family::TextIgnoreCase, Relation::Equal)),
    ("string_not_equal_ignore_case", Operator::Compare(Family::TextIgnoreCase, Relation::NotEqual)),
    ("string_like", Operator::Compare(Family::Like, Relation::Equal)),
    ("string_not_like", Operator::Compare(Family::Like, Relation::NotEqual)),
    ("numeric_equal", Operator::Compare(Family::Number, Relation::Equal)),
    ("numeric_not_equal", Operator::Compare(Family::Number, Relation::NotEqual)),
    ("numeric_less_than", Operator::Compare(Family::Number, Relation::Less)),
    ("numeric_less_than_equal", Operator::Compare(Family::Number, Relation::LessEqual)),
    ("numeric_greater_than", Operator::Compare(Family::Number, Relation::Greater)),
    ("numeric_greater_than_equal", Operator::Compare(Family::Number, Relation::GreaterEqual)),
    ("date_equal", Operator::Compare(Family::Date, Relation::Equal)),
    ("date_not_equal", Operator::Compare(Family::Date, Relation::NotEqual)),
    ("date_less_than", Operator::Compare(Family::Date, Relation::Less)),
    ("date_less_than_equal", Operator::Compare(Family::Date, Relation::LessEqual)),
    ("date_greater_than", Operator::Compare(Family::Date, Relation::Greater)),
    ("date_greater_than_equal", Operator::Compare(Family::Date, Relation::GreaterEqual)),
    ("bool_equal", Operator::Compare(Family::Bool, Relation::Equal)),
    ("binary_equal", Operator::Compare(Family::Binary, Relation::Equal)),
    ("ip_equal", Operator::Compare(Family::Ip, Relation::Equal)),
    ("ip_not_equal", Operator::Compare(Family::Ip, Relation::NotEqual)),
    ("null_equal", Operator::Null),
];

/// An operator as it is written in a policy: with a qualifier and a suffix.
#[derive(Clone, Copy)]
struct Written {
    qualifier: Qualifier,
    operator: Operator,
    if_exist: bool,
}

pub(super) fn conditions(cx: &mut Cx<'_>, node: &Node<'_>, path: &Path<'_>) -> Vec<Condition> {
    // An empty list is an empty object to a program that writes JSON without telling them apart. The cloud's own pages
    // show one.
    if matches!(&node.content, Content::List(nodes) if nodes.is_empty()) {
        return Vec::new();
    }
    let Content::Object(operators) = &node.content else {
        let message =
            "`condition` must be an object of operators, such as `{\"ip_equal\": {\"qcs:ip\": \"10.0.0.0/8\"}}`";
        cx.report(Defect::ConditionForm, path, node.range, message.into());
        return vec![unreadable(node.range)];
    };
    let mut conditions = Vec::new();
    for member in operators {
        operator(cx, member, &path.name(&member.name), &mut conditions);
    }
    conditions
}

fn unreadable(range: Range) -> Condition {
    Condition {
        name: range,
        values: [].into(),
        qualifier: Qualifier::None,
        operator: Operator::Unreadable,
        if_exist: false,
        key: "".into(),
        operands: [].into(),
    }
}

fn operator(cx: &mut Cx<'_>, member: &Member<'_>, path: &Path<'_>, conditions: &mut Vec<Condition>) {
    let written = read_operator(&member.name);
    if written.is_none() {
        let message = operator_message(&member.name);
        cx.report(Defect::ConditionOperator, path, member.range, message);
    }
    let keys = match &member.node.content {
        Content::Object(keys) if !keys.is_empty() => keys,
        _ => {
            let message = format!("`{}` must be an object of condition keys and values", member.name);
            cx.report(Defect::ConditionContent, path, member.node.range, message);
            conditions.push(unreadable(member.range));
            return;
        }
    };
    for key in keys {
        let path = path.name(&key.name);
        let is_key = is_key(&key.name);
        if !is_key {
            let message = format!("`{}` is no condition key; keys look like `qcs:ip`", key.name);
            cx.report(Defect::ConditionContent, &path, key.range, message);
        }
        let operator = written.map(|written| written.operator);
        let operands = operands(cx, operator, &member.name, key, &path);
        let Some(Written { qualifier, operator, if_exist }) = written.filter(|_| is_key) else {
            conditions.push(unreadable(key.range));
            continue;
        };
        conditions.push(Condition {
            name: member.range,
            values: one_or_many(&key.node).iter().map(|node| node.range).collect(),
            qualifier,
            operator,
            if_exist,
            key: (&*key.name).into(),
            operands,
        });
    }
}

fn read_operator(name: &str) -> Option<Written> {
    let (qualifier, rest) = match name.split_once(':') {
        Some(("for_all_value", rest)) => (Qualifier::ForAllValue, rest),
        Some(("for_any_value", rest)) => (Qualifier::ForAnyValue, rest),
        Some(_) => return None,
        None => (Qualifier::None, name),
    };
    let (base, if_exist) = rest.strip_suffix("_if_exist").map_or((rest, false), |base| (base, true));
    let (_, operator) = OPERATORS.iter().find(|(known, _)| *known == base)?;
    let plain = qualifier == Qualifier::None && !if_exist;
    (plain || *operator != Operator::Null).then_some(Written { qualifier, operator: *operator, if_exist })
}

fn operator_message(name: &str) -> String {
    let base = name.rsplit(':').next().unwrap_or(name);
    let base = base.strip_suffix("_if_exist").unwrap_or(base);
    if base == "null_equal" {
        return format!("`{name}` does not exist: `null_equal` has neither qualifier nor `_if_exist`");
    }
    if OPERATORS.iter().any(|(known, _)| *known == base) {
        return format!("`{name}` does not exist; qualifiers are `for_all_value:` and `for_any_value:`");
    }
    match suggest(base, OPERATORS.iter().map(|(known, _)| *known)) {
        Some(meant) => format!("there is no operator `{name}`; did you mean `{meant}`?"),
        None => format!("there is no operator `{name}`; operators look like `string_equal`"),
    }
}

/// Whether the text is a prefix, a colon and a name.
fn is_key(text: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    text.split_once(':').is_some_and(|(prefix, name)| {
        !prefix.is_empty() && prefix.bytes().all(word) && !name.is_empty() && !name.chars().any(char::is_control)
    })
}

/// Parses the values of a key. If the operator is not known, only values that no operator accepts are reported.
fn operands(
    cx: &mut Cx<'_>,
    operator: Option<Operator>,
    name: &str,
    key: &Member<'_>,
    path: &Path<'_>,
) -> Box<[Operand]> {
    let node = &key.node;
    let nodes = one_or_many(node);
    if nodes.is_empty() {
        let message = "a condition key needs at least one value";
        cx.report(Defect::ConditionContent, path, node.range, message.into());
        return [Operand::Unreadable].into();
    }
    let mut operands = Vec::new();
    for (index, entry) in nodes.iter().enumerate() {
        let operand = match &entry.content {
            Content::Text(text) => operand(operator, &key.name, text),
            Content::Number(digits) => operand(operator, &key.name, digits),
            Content::Bool(value) => operand(operator, &key.name, if *value { "true" } else { "false" }),
            Content::Null | Content::List(_) | Content::Object(_) => Operand::Unreadable,
        };
        if matches!(operand, Operand::Unreadable) {
            let message = format!("`{name}` cannot read {}: {}", cx.quote(entry.range), expected(operator));
            cx.report(Defect::ConditionContent, &path.entry(node, index), entry.range, message);
        }
        operands.push(operand);
    }
    operands.into()
}

fn operand(operator: Option<Operator>, key: &str, text: &str) -> Operand {
    let family = match operator {
        Some(Operator::Compare(family, _)) => family,
        Some(Operator::Null) => {
            return if text.contains("${") { Operand::Unreadable } else { Operand::read(Family::Bool, text) };
        }
        Some(Operator::Unreadable) | None => return Operand::Text(text.into()),
    };
    match tag::halves(key, text).filter(|_| family.is_text()) {
        Some((key, value)) => match [single(family, key), single(family, value)] {
            [Operand::Unreadable, _] | [_, Operand::Unreadable] => Operand::Unreadable,
            halves => Operand::Pair(Box::new(halves)),
        },
        None => single(family, text),
    }
}

/// Parses a value that is not a pair, or one half of a pair.
fn single(family: Family, text: &str) -> Operand {
    match (text.contains("${"), family) {
        (false, _) => Operand::read(family, text),
        (true, Family::Like) => glob(text, Variables::CallerAndTags).map_or(Operand::Unreadable, Operand::Like),
        (true, _) => template(text, Variables::CallerAndTags).map_or(Operand::Unreadable, Operand::Template),
    }
}

/// Describes the values that an operator accepts.
fn expected(operator: Option<Operator>) -> String {
    let family = match operator {
        Some(Operator::Compare(family, _)) => family,
        Some(Operator::Null) => Family::Bool,
        Some(Operator::Unreadable) | None => return "write a text, a number, `true` or `false`".into(),
    };
    match family {
        Family::Text | Family::TextIgnoreCase | Family::Like => {
            format!("write a text; variables in it are {}", Variables::CallerAndTags.list())
        }
        Family::Number => "write a number such as `10` or `-1.5`".into(),
        Family::Date => "write a time such as `2022-05-31T00:00:00Z`".into(),
        Family::Bool => "write `true` or `false`".into(),
        Family::Binary => "write base64".into(),
        Family::Ip => "write an address or a range such as `10.0.0.0/8`".into(),
    }
}
