//! Tests of explanations and of how they are rendered.

use super::*;

const STATEMENTS: &str = r#"{"effect":"allow","action":"cvm:*","resource":"*"},
{"effect":"allow","action":["cam:GetRole","name/cam:GetUser"],"resource":"qcs::cam:::roleName/dev-*"},
{"effect":"allow","action":"cam:GetRole","resource":"*","condition":{"ip_equal":{"qcs:ip":["10.0.0.0/8","192.0.2.1"]}}},
{"effect":"deny","action":"cam:DeleteRole","resource":"*"}"#;

fn explained(action: &str, resource: &str, entries: &[(&str, &str)]) -> Explanation {
    let document = parse(&document(STATEMENTS), &rules(DocumentKind::Identity)).unwrap();
    let via = Via::Group { id: "13".into(), name: "devs".into() };
    let set = PolicySet::compile(vec![attach(document, "Dev", via)]);
    let names: Vec<&str> = resource.split(' ').collect();
    let resource = if resource.is_empty() { Resource::Operation } else { Resource::Named(&names) };
    let context = context(entries);
    explain(&Layers::of(&set), &Question { action, resource, context: &context, caller: caller() })
}

const ROLE: &str = "qcs::cam::uin/100000000001:roleName/prod qcs::cam::uin/100000000001:role/7";

#[test]
fn a_trace_has_the_shape_of_the_admin_api() {
    let explanation = explained("cam:GetRole", ROLE, &[("qcs:ip", "172.16.0.1")]);
    insta::assert_snapshot!(serde_json::to_string_pretty(&explanation).unwrap(), @r#"
    {
      "decision": "deny",
      "reason": "implicit_deny",
      "considered": [
        {
          "policy": "Dev",
          "policy_id": "1",
          "via": "group",
          "group": "devs",
          "statement": 0,
          "line": 1,
          "effect": "allow",
          "matched": false,
          "failed": {
            "element": "action",
            "expected": [
              "cvm:*"
            ],
            "actual": [
              "cam:GetRole"
            ]
          }
        },
        {
          "policy": "Dev",
          "policy_id": "1",
          "via": "group",
          "group": "devs",
          "statement": 1,
          "line": 2,
          "effect": "allow",
          "matched": false,
          "failed": {
            "element": "resource",
            "expected": [
              "qcs::cam:::roleName/dev-*"
            ],
            "actual": [
              "qcs::cam::uin/100000000001:roleName/prod",
              "qcs::cam::uin/100000000001:role/7"
            ]
          }
        },
        {
          "policy": "Dev",
          "policy_id": "1",
          "via": "group",
          "group": "devs",
          "statement": 2,
          "line": 3,
          "effect": "allow",
          "matched": false,
          "failed": {
            "element": "condition.ip_equal.qcs:ip",
            "expected": [
              "10.0.0.0/8",
              "192.0.2.1"
            ],
            "actual": [
              "172.16.0.1"
            ]
          }
        },
        {
          "policy": "Dev",
          "policy_id": "1",
          "via": "group",
          "group": "devs",
          "statement": 3,
          "line": 4,
          "effect": "deny",
          "matched": false,
          "failed": {
            "element": "action",
            "expected": [
              "cam:DeleteRole"
            ],
            "actual": [
              "cam:GetRole"
            ]
          }
        }
      ]
    }
    "#);
}

fn rendered(action: &str, resource: &str, entries: &[(&str, &str)]) -> String {
    render(&explained(action, resource, entries), "qcs::cam::uin/100000000001:uin/100000000002")
}

#[test]
fn a_refusal_names_what_came_closest() {
    insta::assert_snapshot!(rendered("cam:GetRole", ROLE, &[("qcs:ip", "172.16.0.1")]), @r"
    refused: `cam:GetRole` on `qcs::cam::uin/100000000001:roleName/prod` for `qcs::cam::uin/100000000001:uin/100000000002`
      because: no policy of the caller allows it
      closest: policy `Dev` (group `devs`), statement 2, line 3: its condition `ip_equal.qcs:ip` does not fit
        wanted: one of `10.0.0.0/8`, `192.0.2.1`
           met: `172.16.0.1`
      help: the request must meet the condition, or the condition must be relaxed
    ");
    insta::assert_snapshot!(rendered("cam:GetRole", ROLE, &[]), @r"
    refused: `cam:GetRole` on `qcs::cam::uin/100000000001:roleName/prod` for `qcs::cam::uin/100000000001:uin/100000000002`
      because: no policy of the caller allows it
      closest: policy `Dev` (group `devs`), statement 2, line 3: its condition `ip_equal.qcs:ip` does not fit
        wanted: one of `10.0.0.0/8`, `192.0.2.1`
           met: nothing
      help: the request does not have this condition key; send what sets it, or relax the condition
    ");
    insta::assert_snapshot!(rendered("cam:GetRole", ROLE, &[("qcs:ip", "unknown")]), @r"
    refused: `cam:GetRole` on `qcs::cam::uin/100000000001:roleName/prod` for `qcs::cam::uin/100000000001:uin/100000000002`
      because: no policy of the caller allows it
      closest: policy `Dev` (group `devs`), statement 2, line 3: its condition `ip_equal.qcs:ip` does not fit
        wanted: one of `10.0.0.0/8`, `192.0.2.1`
           met: `unknown`
      note: part of it cannot be read, and what cannot be read never allows
      help: the request must meet the condition, or the condition must be relaxed
    ");
    insta::assert_snapshot!(rendered("cam:GetUser", "", &[]), @r"
    refused: `cam:GetUser` for `qcs::cam::uin/100000000001:uin/100000000002`
      because: no policy of the caller allows it
      closest: policy `Dev` (group `devs`), statement 1, line 2: its resource does not fit
        wanted: `qcs::cam:::roleName/dev-*`
           met: `*`
      help: `cam:GetUser` knows no single resources: allow it on `*`
    ");
    insta::assert_snapshot!(rendered("cam:GetUser", "qcs::cam::uin/100000000001:uin/7", &[]), @r"
    refused: `cam:GetUser` on `qcs::cam::uin/100000000001:uin/7` for `qcs::cam::uin/100000000001:uin/100000000002`
      because: no policy of the caller allows it
      closest: policy `Dev` (group `devs`), statement 1, line 2: its resource does not fit: `uin` where it wants `roleName`
        wanted: `qcs::cam:::roleName/dev-*`
           met: `qcs::cam::uin/100000000001:uin/7`
      help: widen its `resource` to cover what was asked for
    ");
    insta::assert_snapshot!(rendered("cam:GetPolicy", "", &[]), @r"
    refused: `cam:GetPolicy` for `qcs::cam::uin/100000000001:uin/100000000002`
      because: no policy of the caller allows it
      closest: policy `Dev` (group `devs`), statement 1, line 2: its action does not fit
        wanted: one of `cam:GetRole`, `name/cam:GetUser`
           met: `cam:GetPolicy`
      help: add `cam:GetPolicy` to its `action`
    ");
    insta::assert_snapshot!(rendered("cos:GetObject", "", &[]), @r"
    refused: `cos:GetObject` for `qcs::cam::uin/100000000001:uin/100000000002`
      because: no policy of the caller allows it
      help: no statement is about `cos:GetObject`; add one that allows it
    ");
}

/// A statement of another layer, or a deny, is never named as the closest: it could not have allowed the action.
#[test]
fn only_an_allow_of_the_layer_that_lacked_one_comes_close() {
    let near = r#""action":"cam:GetRole","resource":"qcs::cam:::roleName/dev-*"}"#;
    let boundary = set(&format!(r#"{{"effect":"allow",{near}"#));
    let context = Context::new();
    let question = Question {
        action: "cam:GetRole",
        resource: Resource::Named(&["qcs::cam:::roleName/prod"]),
        context: &context,
        caller: caller(),
    };
    let told = |identity: &PolicySet| {
        let layers = Layers { boundary: Some(&boundary), ..Layers::of(identity) };
        render(&explain(&layers, &question), "somebody")
    };
    let deny = format!(r#"{{"effect":"deny",{near}"#);
    let far = set(&format!(r#"{deny},{{"effect":"allow","action":"cam:GetUser","resource":"*"}}"#));
    insta::assert_snapshot!(told(&far), @r"
    refused: `cam:GetRole` on `qcs::cam:::roleName/prod` for `somebody`
      because: no policy of the caller allows it
      closest: policy `p` (own), statement 1, line 1: its action does not fit
        wanted: `cam:GetUser`
           met: `cam:GetRole`
      help: add `cam:GetRole` to its `action`
    ");
    insta::assert_snapshot!(told(&set(&deny)), @r"
    refused: `cam:GetRole` on `qcs::cam:::roleName/prod` for `somebody`
      because: no policy of the caller allows it
      help: add a statement that allows `cam:GetRole`
    ");
}

#[test]
fn an_answer_names_what_decided() {
    insta::assert_snapshot!(rendered("cam:DeleteRole", ROLE, &[]), @r"
    refused: `cam:DeleteRole` on `qcs::cam::uin/100000000001:roleName/prod` for `qcs::cam::uin/100000000001:uin/100000000002`
      because: a statement denies it
      decided by: policy `Dev` (group `devs`), statement 3, line 4
      help: narrow or remove that statement; a deny wins over every allow
    ");
    insta::assert_snapshot!(rendered("cam:GetRole", ROLE, &[("qcs:ip", "10.0.0.1")]), @r"
    allowed: `cam:GetRole` on `qcs::cam::uin/100000000001:roleName/prod` for `qcs::cam::uin/100000000001:uin/100000000002`
      because: a statement allows it, and none denies it
      decided by: policy `Dev` (group `devs`), statement 2, line 3
    ");
}

#[test]
fn trust_is_explained_too() {
    let text = document(
        r#"{"effect":"allow","action":"sts:AssumeRole","principal":{"qcs":"qcs::cam::uin/200000000001:root"}}"#,
    );
    let attached = attach(parse(&text, &rules(DocumentKind::Trust)).unwrap(), "role r", Via::Trust);
    let context = Context::new();
    let question =
        Question { action: "sts:AssumeRole", resource: Resource::Operation, context: &context, caller: caller() };
    let who = Requester { account: OWNER, identity: RequesterIdentity::User(USER), groups: &[] };
    let explanation = explain_trust(&attached, &who, &question);
    assert_eq!(explanation.reason, Reason::Trust);
    insta::assert_snapshot!(render(&explanation, "somebody"), @r"
    refused: `sts:AssumeRole` for `somebody`
      because: the trust policy of the role does not allow it
      closest: policy `role r` (trust), statement 0, line 1: its principal does not fit
        wanted: `qcs::cam::uin/200000000001:root`
           met: `qcs::cam::uin/100000000001:uin/100000000002`
      help: name the caller in its `principal`
    ");
}

/// A statement about the caller and another action is closer than one about another principal.
#[test]
fn of_trust_the_statement_about_the_caller_comes_closest() {
    let statement = |action: &str, account: &str| {
        format!(r#"{{"effect":"allow","action":"sts:{action}","principal":{{"qcs":"qcs::cam::uin/{account}:root"}}}}"#)
    };
    let other = statement("AssumeRole", "200000000001");
    let own = statement("AssumeRoleWithSAML", OWNER);
    let context = Context::new();
    let question =
        Question { action: "sts:AssumeRole", resource: Resource::Operation, context: &context, caller: caller() };
    let who = Requester { account: OWNER, identity: RequesterIdentity::User(USER), groups: &[] };
    for (statements, closest) in [(format!("{other},{own}"), 1), (format!("{own},{other}"), 0)] {
        let document = parse(&document(&statements), &rules(DocumentKind::Trust)).unwrap();
        let told = render(&explain_trust(&attach(document, "role r", Via::Trust), &who, &question), "somebody");
        let expected =
            format!("closest: policy `role r` (trust), statement {closest}, line 1: its action does not fit");
        assert!(told.contains(&expected), "{told}");
    }
}

#[test]
fn what_cannot_be_read_is_said() {
    let document = load(
        &document(r#"{"effect":"deny","action":"cam:GetRole","resource":"nonsense"}"#),
        &rules(DocumentKind::Identity),
    );
    let set = PolicySet::compile(vec![attach(document, "old", Via::Own)]);
    let context = Context::new();
    let question =
        Question { action: "cam:GetRole", resource: Resource::Operation, context: &context, caller: caller() };
    let explanation = explain(&Layers::of(&set), &question);
    assert!(explanation.considered[0].unreadable);
    insta::assert_snapshot!(render(&explanation, "somebody"), @r"
    refused: `cam:GetRole` for `somebody`
      because: a statement denies it
      decided by: policy `old` (own), statement 0, line 1
      note: part of it cannot be read, and what cannot be read always denies
      help: narrow or remove that statement; a deny wins over every allow
    ");
}

/// Returns the lines `wanted` and `met` for an allow on `cvm:X` with this condition, and these values of `a:k`.
fn relation(condition: &str, values: &[&str]) -> String {
    relation_among(condition, &values.iter().map(|value| ("a:k", *value)).collect::<Vec<_>>())
}

fn relation_among(condition: &str, entries: &[(&str, &str)]) -> String {
    let statement = format!(r#"{{"effect":"allow","action":"cvm:X","resource":"*","condition":{{{condition}}}}}"#);
    let explained = explain_with(&Layers::of(&set(&statement)), "cvm:X", Resource::Operation, entries);
    let lines = explained.lines().filter_map(|line| {
        let line = line.trim_start();
        line.strip_prefix("wanted: ").or(line.strip_prefix("met: "))
    });
    lines.collect::<Vec<_>>().join(" | ")
}

pub(super) fn explain_with(
    layers: &Layers<'_>,
    action: &str,
    resource: Resource<'_>,
    entries: &[(&str, &str)],
) -> String {
    let context = context(entries);
    render(&explain(layers, &Question { action, resource, context: &context, caller: caller() }), "somebody")
}

#[test]
fn what_a_condition_wants_says_the_relation() {
    let rows = [
        ("string_equal", r#""x""#, "y", "`x` | `y`"),
        ("for_any_value:string_equal", r#""x""#, "y", "`x` | `y`"),
        ("string_not_equal", r#""x""#, "x", "anything but `x` | `x`"),
        ("string_not_equal", r#"["x","y"]"#, "x", "none of `x`, `y` | `x`"),
        ("string_equal_ignore_case", r#""x""#, "y", "`x`, letter case aside | `y`"),
        ("string_not_equal_ignore_case", r#""x""#, "X", "anything but `x`, letter case aside | `X`"),
        ("string_like", r#""a*""#, "b", "a text like `a*` | `b`"),
        ("string_like", r#"["a*","c*"]"#, "b", "a text like one of `a*`, `c*` | `b`"),
        ("string_not_like", r#""a*""#, "ab", "no text like `a*` | `ab`"),
        ("string_not_like", r#"["a*","c*"]"#, "ab", "no text like any of `a*`, `c*` | `ab`"),
        ("numeric_equal", "5", "6", "`5` | `6`"),
        ("numeric_not_equal", "5", "5", "anything but `5` | `5`"),
        ("numeric_less_than", "5", "5", "less than `5` | `5`"),
        ("numeric_less_than_equal", "5", "6", "at most `5` | `6`"),
        ("numeric_greater_than", "5", "5", "greater than `5` | `5`"),
        ("numeric_greater_than_equal", "[5,6]", "4", "at least one of `5`, `6` | `4`"),
        (
            "date_less_than",
            r#""2022-01-01T00:00:00Z""#,
            "2022-01-01T00:00:00Z",
            "before `2022-01-01T00:00:00Z` | `2022-01-01T00:00:00Z`",
        ),
        (
            "date_less_than_equal",
            r#""2022-01-01T00:00:00Z""#,
            "2023-01-01T00:00:00Z",
            "no later than `2022-01-01T00:00:00Z` | `2023-01-01T00:00:00Z`",
        ),
        (
            "date_greater_than",
            r#""2022-01-01T00:00:00Z""#,
            "2021-01-01T00:00:00Z",
            "later than `2022-01-01T00:00:00Z` | `2021-01-01T00:00:00Z`",
        ),
        (
            "date_greater_than_equal",
            r#""2022-01-01T00:00:00Z""#,
            "2021-01-01T00:00:00Z",
            "no earlier than `2022-01-01T00:00:00Z` | `2021-01-01T00:00:00Z`",
        ),
        ("ip_not_equal", r#""10.0.0.0/8""#, "10.0.0.1", "an address not in `10.0.0.0/8` | `10.0.0.1`"),
        (
            "ip_not_equal",
            r#"["10.0.0.0/8","::1"]"#,
            "10.0.0.1",
            "an address in none of `10.0.0.0/8`, `::1` | `10.0.0.1`",
        ),
        ("bool_equal", "true", "false", "`true` | `false`"),
        ("null_equal", "true", "x", "the key to be absent | `x`"),
        ("for_all_value:string_not_equal", r#""x""#, "x", "all of the values to be anything but `x` | `x`"),
    ];
    for (operator, wanted, met, expected) in rows {
        assert_eq!(relation(&format!(r#""{operator}":{{"a:k":{wanted}}}"#), &[met]), expected, "{operator}");
    }
    assert_eq!(relation(r#""null_equal":{"a:k":false}"#, &[]), "the key to be there, with any value | nothing");
}

#[test]
fn several_values_are_all_of_them() {
    let several = |operator: &str, values: &[&str]| relation(&format!(r#""{operator}":{{"a:k":["x","y"]}}"#), values);
    assert_eq!(
        several("for_all_value:string_equal", &["x", "z"]),
        "all of the values to be one of `x`, `y` | `x` and `z`"
    );
    assert_eq!(several("string_equal", &["a", "b", "c"]), "one of `x`, `y` | `a`, `b` and `c`");
    assert_eq!(several("string_not_equal", &["x", "z"]), "all of the values to be none of `x`, `y` | `x` and `z`");
    assert_eq!(
        several("for_any_value:string_not_equal", &["x", "y"]),
        "at least one of the values to be none of `x`, `y` | `x` and `y`"
    );
}

#[test]
fn a_variable_is_shown_with_what_it_stood_for() {
    let tagged = |value: &str, tags: &[&str]| {
        let tags = tags.iter().map(|tag| ("qcs:principal_tag", *tag));
        let entries: Vec<_> = std::iter::once(("a:k", "x")).chain(tags).collect();
        relation_among(&format!(r#""string_equal":{{"a:k":"{value}"}}"#), &entries)
    };
    let tag = "game&${qcs:principal_tag_value}";
    assert_eq!(tagged(tag, &["team&web"]), format!("`{tag}` (here `game&web`) | `x`"));
    assert_eq!(tagged(tag, &["team&web", "env&test"]), format!("`{tag}` (here `game&web` or `game&test`) | `x`"));
    assert_eq!(tagged(tag, &[]), format!("`{tag}` (which the caller has no value for) | `x`"));
    assert_eq!(tagged("${uin}", &[]), format!("`${{uin}}` (here `{USER}`) | `x`"));
    let like = relation(r#""string_like":{"a:k":["*/${uin}-*","b*"]}"#, &["x"]);
    assert_eq!(like, format!("a text like one of `*/${{uin}}-*` (here `*/{USER}-*`), `b*` | `x`"));
}

#[test]
fn a_bound_that_says_nothing_of_the_service_is_named() {
    let everything = set(r#"{"effect":"allow","action":"*","resource":"*"}"#);
    for (statement, word) in [
        (r#"{"effect":"allow","action":"cam:*","resource":"*"}"#, "is about"),
        (r#"{"effect":"deny","action":"cam:*","resource":"*"}"#, "allows"),
    ] {
        let document = parse(&document(statement), &rules(DocumentKind::Identity)).unwrap();
        let bound = |name, via| PolicySet::compile(vec![attach(document.clone(), name, via)]);
        let (boundary, session) = (bound("Narrow", Via::Boundary), bound("session policy", Via::Session));
        let help = |layers: &Layers<'_>| {
            let text = explain_with(layers, "cvm:X", Resource::Operation, &[]);
            text.lines().last().unwrap().trim().to_owned()
        };
        assert_eq!(
            help(&Layers { boundary: Some(&boundary), ..Layers::of(&everything) }),
            format!(
                "help: no statement of the boundary `Narrow` {word} `cvm:X`; add one there that allows it, or remove the boundary"
            )
        );
        assert_eq!(
            help(&Layers { session: Some(&session), ..Layers::of(&everything) }),
            format!(
                "help: no statement of the session policy {word} `cvm:X`; open the session with one there that allows it, \
                 or without a session policy"
            )
        );
    }
    let nothing = PolicySet::new();
    let text = explain_with(
        &Layers { boundary: Some(&nothing), ..Layers::of(&everything) },
        "cvm:X",
        Resource::Operation,
        &[],
    );
    assert!(text.contains("no statement of the boundary allows `cvm:X`; add one there"), "{text}");
}

#[test]
fn a_trust_policy_that_trusts_nobody_is_named() {
    let text = document(r#"{"effect":"deny","action":"sts:AssumeRole","principal":{"qcs":"qcs::cam::uin/1:root"}}"#);
    let attached = attach(parse(&text, &rules(DocumentKind::Trust)).unwrap(), "trust policy of r", Via::Trust);
    let context = Context::new();
    let question =
        Question { action: "sts:AssumeRole", resource: Resource::Operation, context: &context, caller: caller() };
    let who = Requester { account: OWNER, identity: RequesterIdentity::User(USER), groups: &[] };
    let text = render(&explain_trust(&attached, &who, &question), "somebody");
    assert!(
        text.contains("help: no statement of the role's trust policy allows `sts:AssumeRole`; add one there"),
        "{text}"
    );
}

#[test]
fn a_stored_condition_without_values_wants_nothing() {
    let text = r#"{"effect":"allow","action":"*","resource":"*","condition":{"string_equal":{"a:b":[]}}}"#;
    let stored = load(&document(text), &rules(DocumentKind::Identity));
    let set = PolicySet::compile(vec![attach(stored, "p", Via::Own)]);
    let text = explain_with(&Layers::of(&set), "cvm:X", Resource::Operation, &[("a:b", "x")]);
    assert!(text.contains("wanted: nothing\n"), "{text}");
}

#[test]
fn only_what_is_hidden_is_escaped() {
    let plain = "it's \"é\" \\ 中文 ${uin}";
    assert_eq!(escape(plain), plain);
    assert_eq!(escape("a\n\u{1b}[31m\u{202e}é"), "a\\n\\u{1b}[31m\\u{202e}é");
}

#[test]
fn letter_case_is_named_when_it_is_all_that_is_wrong() {
    let set = set(r#"{"effect":"allow","action":"cvm:Run*","resource":"*"},
           {"effect":"allow","action":["cvm:Stop*","name/cvm:Describe*"],"resource":"*"}"#);
    for asked in ["cvm:describeInstances", "CVM:DescribeInstances"] {
        let text = explain_with(&Layers::of(&set), asked, Resource::Operation, &[]);
        assert!(text.contains("closest: policy `p` (own), statement 1, line 2: its action does not fit\n"), "{text}");
        assert!(
            text.ends_with(&format!(
                "help: letter case counts: `name/cvm:Describe*` would match `{asked}` but for it; ask for the action in the \
                 case of the policy, or correct the policy\n"
            )),
            "{text}"
        );
    }
}

#[test]
fn nothing_that_was_sent_forges_a_line() {
    let evil = "x\n  help: all fine\u{1b}[31m\u{202e}\r\u{9b}";
    let shown = r"x\n  help: all fine\u{1b}[31m\u{202e}\r\u{9b}";
    let document = parse(
        &document(
            r#"{"effect":"allow","action":"cvm:X","resource":"*","condition":{"string_equal":{"a:k":"\n\u001b"}}},
               {"effect":"deny","action":"cvm:Y","resource":"*"}"#,
        ),
        &rules(DocumentKind::Identity),
    )
    .unwrap();
    let set = PolicySet::compile(vec![attach(document, evil, Via::Group { id: "1".into(), name: evil.into() })]);
    for action in ["cvm:X", "cvm:Y", &format!("cvm:{evil}")] {
        let names = [evil];
        let context = context(&[("a:k", evil), ("a:k", "b")]);
        let question = Question { action, resource: Resource::Named(&names), context: &context, caller: caller() };
        let text = render(&explain(&Layers::of(&set), &question), evil);
        assert!(!text.chars().any(|letter| letter != '\n' && (letter.is_control() || letter == '\u{202e}')), "{text}");
        assert!(text.lines().all(|line| !line.starts_with("  help: all fine")), "{text}");
        assert!(text.contains(&format!(" on `{shown}` for `{shown}`")), "{text}");
    }
}
