//! Tests of tags, which are compared as pairs: key with key and value with value.

use super::*;

const KEY: &str = "${qcs:principal_tag_key}";
const VALUE: &str = "${qcs:principal_tag_value}";

/// Returns the answer of the condition, found from an allow and a deny under it.
fn outcome(operator: &str, written: &str, of_resource: &[ContextValue<'_>], of_caller: &[ContextValue<'_>]) -> Outcome {
    let decided = |effect: &str| {
        let written = serde_json::to_string(written).unwrap();
        let statement = format!(
            r#"{{"effect":"{effect}","action":"*","resource":"*","condition":{{"{operator}":{{"qcs:resource_tag":{written}}}}}}}"#
        );
        let mut context = Context::new();
        of_resource.iter().for_each(|tag| context.add("qcs:resource_tag", tag.clone()));
        of_caller.iter().for_each(|tag| context.add("qcs:principal_tag", tag.clone()));
        let question =
            Question { action: "cvm:Do", resource: Resource::Operation, context: &context, caller: caller() };
        decide(&Layers::of(&set(&statement)), &question).reason
    };
    match (decided("allow"), decided("deny")) {
        (Reason::Allow, Reason::ExplicitDeny) => Outcome::Yes,
        (Reason::ImplicitDeny, Reason::ExplicitDeny) => Outcome::Unknown,
        (Reason::ImplicitDeny, Reason::ImplicitDeny) => Outcome::No,
        other => panic!("{operator} {written}: {other:?}"),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Yes,
    No,
    Unknown,
}
use Outcome::{No, Unknown, Yes};

/// A tag of the resource.
fn tag(key: &'static str, value: &'static str) -> ContextValue<'static> {
    ContextValue::from((key, value))
}

#[track_caller]
fn check(operator: &str, written: &str, tag: ContextValue<'_>, expected: Outcome) {
    assert_eq!(outcome(operator, written, std::slice::from_ref(&tag), &[]), expected, "{operator} {written} {tag:?}");
}

/// A tag in a policy is split at its first `&`; a tag of a resource is already a pair.
#[test]
fn a_tag_is_equal_in_both_halves() {
    for (written, tag, expected) in [
        ("dept&fin", tag("dept", "fin"), Yes),
        ("dept&fin", tag("dept", "ops"), No),
        ("dept&fin", tag("team", "fin"), No),
        ("dept&fin&x", tag("dept", "fin&x"), Yes),
        ("dept&fin&x", tag("dept&fin", "x"), No),
        ("&fin", tag("", "fin"), Yes),
        ("dept&", tag("dept", ""), Yes),
        ("&", tag("", ""), Yes),
        ("&&", tag("", "&"), Yes),
        ("&&", tag("&", ""), No),
        // A text without `&` is not a tag.
        ("dept", tag("dept", ""), No),
        ("", tag("", ""), No),
        ("deptfin", tag("dept", "fin"), No),
    ] {
        check("string_equal", written, tag.clone(), expected);
        check("string_equal_ignore_case", &written.to_uppercase(), tag.clone(), expected);
        let not = if expected == Yes { No } else { Yes };
        check("string_not_equal", written, tag.clone(), not);
        check("for_any_value:string_equal", written, tag.clone(), expected);
        check("for_all_value:string_equal_if_exist", written, tag.clone(), expected);
        // A pattern without stars behaves like a text.
        check("string_like", written, tag, expected);
    }
    check("string_equal", "dept&fin", tag("Dept", "fin"), No);
    check("string_equal", "dept&fin", tag("dept", "Fin"), No);
}

#[test]
fn a_pattern_matches_half_by_half() {
    for (written, tag, expected) in [
        ("dept&*", tag("dept", "fin"), Yes),
        ("dept&*", tag("dept&fin", "x"), No),
        ("dept*&*", tag("dept&fin", "x"), Yes),
        ("*&fin", tag("dept", "fin"), Yes),
        ("*&fin", tag("dept", "x&fin"), No),
        ("*&*fin", tag("dept", "x&fin"), Yes),
        ("d*t&f*n", tag("dept", "fin"), Yes),
        ("d*t&f*n", tag("d", "t&fin"), No),
        ("*&*", tag("", ""), Yes),
        // In a pattern without `&`, one of the stars also stands for the `&`.
        ("*", tag("dept", "fin"), Yes),
        ("**", tag("", ""), Yes),
        ("dept*", tag("dept", "fin"), Yes),
        ("dept*", tag("dept&fin", "x"), Yes),
        ("dept*", tag("dep", "t"), No),
        ("*fin", tag("dept", "fin"), Yes),
        ("*fin", tag("dept", "xfin"), Yes),
        ("*fin", tag("fin", ""), No),
        ("d*n", tag("dept", "fin"), Yes),
        ("*ep*in", tag("dept", "fin"), Yes),
        ("*fi*", tag("dept", "fin"), Yes),
        ("*de*", tag("dept", "fin"), Yes),
        ("*tf*", tag("dept", "fin"), No),
        ("*pt*pt*", tag("dept", "fin"), No),
        ("*e*e*", tag("dept", "e"), Yes),
    ] {
        check("string_like", written, tag.clone(), expected);
        check("string_not_like", written, tag, if expected == Yes { No } else { Yes });
    }
}

/// A request value that is a text equals no tag, and is compared with a text as usual.
#[test]
fn a_text_is_no_tag() {
    for (operator, written, text, expected) in [
        ("string_equal", "dept&fin", "deptfin", No),
        ("string_equal", "dept", "dept", Yes),
        ("string_like", "*&*", "dept", No),
        ("string_like", "*", "dept", Yes),
        ("string_like", "de*", "dept", Yes),
        ("numeric_equal", "1", "1", Yes),
    ] {
        check(operator, written, ContextValue::from(text), expected);
    }
    // An operator of another family cannot read a tag, even if it could read the tag's key.
    for (operator, written) in
        [("numeric_equal", "1"), ("bool_equal", "true"), ("ip_equal", "10.0.0.1"), ("binary_equal", "AAAA")]
    {
        check(operator, written, tag(written_half(written), ""), Unknown);
    }
}

fn written_half(written: &str) -> &'static str {
    ["1", "true", "10.0.0.1", "AAAA"].into_iter().find(|half| *half == written).unwrap()
}

/// The key and value of one tag of the caller are compared with those of the resource's tag.
#[test]
fn the_callers_tags_are_pairs_too() {
    let both = format!("{KEY}&{VALUE}");
    let mine = [tag("dept&fin", "x"), tag("env", "prod")];
    let found = |written: &str, resource: ContextValue<'_>| outcome("string_equal", written, &[resource], &mine);
    assert_eq!(found(&both, tag("dept&fin", "x")), Yes);
    assert_eq!(found(&both, tag("dept", "fin&x")), No);
    assert_eq!(found(&both, tag("env", "prod")), Yes);
    assert_eq!(found(&both, tag("env", "x")), No);
    assert_eq!(found(&format!("env&{VALUE}"), tag("env", "x")), Yes);
    assert_eq!(found(&format!("{KEY}&x"), tag("env", "x")), Yes);
    // The text is split at an `&` written in the policy, never at one that a variable inserts.
    assert_eq!(found(KEY, tag("dept", "fin")), No);
    assert_eq!(found(&format!("{KEY}{VALUE}"), tag("dept", "finx")), No);
    let like = |written: &str, resource| outcome("string_like", written, &[resource], &mine);
    assert_eq!(like(&format!("{KEY}*"), tag("dept", "fin")), No);
    assert_eq!(like(&format!("{KEY}*"), tag("dept&fin", "y")), Yes);
    assert_eq!(like(&format!("*{VALUE}"), tag("y", "x")), Yes);
    assert_eq!(like(&format!("*{VALUE}*"), tag("prod", "")), Yes);
    // For a caller without tags, the answer is unknown.
    for written in [both.as_str(), &format!("env&{VALUE}"), &format!("{KEY}&x"), &format!("{KEY}*")] {
        for operator in ["string_equal", "string_like", "string_equal_ignore_case"] {
            for resource in [tag("env", "x"), tag("other", "y"), ContextValue::from("env")] {
                assert_eq!(outcome(operator, written, &[resource], &[]), Unknown, "{operator} {written}");
            }
        }
        assert_eq!(outcome("string_equal", written, &[tag("a", "b")], &[ContextValue::from("env")]), Unknown);
    }
}

/// Only condition keys whose values are tags have pairs; the values of any other key are texts.
#[test]
fn other_keys_have_no_tags() {
    for (key, expected) in [
        ("qcs:resource_tag", ContextValue::from(("a", "b&c"))),
        ("qcs:request_tag", ContextValue::from(("a", "b&c"))),
        ("qcs:principal_tag", ContextValue::from(("a", "b&c"))),
        ("qcs:tag", ContextValue::from(("a", "b&c"))),
        ("qcs:resource_tag/a", ContextValue::from("a&b&c")),
        ("cvm:tag", ContextValue::from("a&b&c")),
    ] {
        assert_eq!((LANGUAGE.notation.read_value)(key, "a&b&c"), expected, "{key}");
    }
    assert_eq!((LANGUAGE.notation.read_value)("qcs:tag", "abc"), ContextValue::from("abc"));
    let condition = r#"{"string_like":{"a:b":"*b&c"}}"#;
    let statement = format!(r#"{{"effect":"allow","action":"*","resource":"*","condition":{condition}}}"#);
    assert_eq!(reason(&set(&statement), "cvm:Do", "", &[("a:b", "a&b&c")]), Reason::Allow);
}

#[test]
fn a_tag_is_shown_as_policies_write_it() {
    let statement = format!(
        r#"{{"effect":"allow","action":"*","resource":"*","condition":{{"string_equal":{{"qcs:resource_tag":["dept&fin","{KEY}&{VALUE}"]}}}}}}"#
    );
    let context = Context::new()
        .with("qcs:resource_tag", ("dept&fin", "x"))
        .with("qcs:resource_tag", "text")
        .with("qcs:principal_tag", ("env", "prod"));
    let question = Question { action: "cvm:Do", resource: Resource::Operation, context: &context, caller: caller() };
    let explanation = explain(&Layers::of(&set(&statement)), &question);
    let failed = explanation.considered[0].failed.clone().unwrap();
    assert_eq!(failed.actual, ["dept&fin&x", "text"]);
    assert_eq!(failed.expected, ["dept&fin".to_owned(), format!("{KEY}&{VALUE}")]);
    let text = render(&explanation, "me");
    assert!(text.contains(&format!("one of `dept&fin`, `{KEY}&{VALUE}` (here `env&prod`)\n")), "{text}");
}
