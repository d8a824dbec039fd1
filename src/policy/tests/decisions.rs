//! Tests of decisions: actions, resources, effects and layers.

use super::*;
use std::cell::{Cell, LazyCell};

/// Tests whether the action pattern matches, in an allow on every resource.
#[track_caller]
fn check_action(pattern: &str, action: &str, expected: bool) {
    let set = set(&format!(r#"{{"effect":"allow","action":"{pattern}","resource":"*"}}"#));
    assert_eq!(reason(&set, action, "", &[]) == Reason::Allow, expected, "`{pattern}` on `{action}`");
}

/// Tests whether the resource pattern matches, in an allow and in a deny. An empty `resource` is no single resource.
#[track_caller]
fn check_resource(pattern: &str, resource: &str, expected: bool) {
    check_resource_of(DocumentKind::Identity, pattern, resource, expected);
}

#[track_caller]
fn check_resource_of(kind: DocumentKind, pattern: &str, resource: &str, expected: bool) {
    for (effect, matched) in [("allow", Reason::Allow), ("deny", Reason::ExplicitDeny)] {
        let text = document(&format!(r#"{{"effect":"{effect}","action":"cvm:Do","resource":"{pattern}"}}"#));
        let set = PolicySet::compile(vec![attach(parse(&text, &rules(kind)).unwrap(), "p", Via::Own)]);
        let reason = reason(&set, "cvm:Do", resource, &[]);
        assert_eq!(reason == matched, expected, "{effect} on `{pattern}` for `{resource}`: {reason:?}");
    }
}

#[test]
fn an_action_is_its_service_and_its_operation() {
    check_action("cam:GetRole", "cam:GetRole", true);
    check_action("cam:GetRole", "cam:GetUser", false);
    check_action("cam:GetRole", "cvm:GetRole", false);
}

#[test]
fn the_prefix_name_means_nothing() {
    check_action("name/cam:GetRole", "cam:GetRole", true);
    check_action("cam:GetRole", "name/cam:GetRole", true);
    check_action("name/*", "cam:GetRole", true);
}

#[test]
fn a_star_stands_for_any_run_of_an_operation() {
    check_action("*", "cam:GetRole", true);
    check_action("*:*", "cam:GetRole", true);
    check_action("*:Get*", "cam:GetRole", true);
    check_action("*:Get*", "cam:ListUsers", false);
    check_action("cam:*", "cam:GetRole", true);
    check_action("cam:*", "cvm:GetRole", false);
    check_action("cam:Get*", "cam:GetRole", true);
    check_action("cam:*Role", "cam:GetRole", true);
    check_action("cam:*et*ol*", "cam:GetRole", true);
    check_action("cam:*User", "cam:GetRole", false);
}

#[test]
fn letter_case_of_actions_matters() {
    check_action("cvm:describeinstances", "cvm:DescribeInstances", false);
    check_action("cvm:Describe*", "cvm:describeInstances", false);
}

#[test]
fn a_question_mark_is_a_question_mark() {
    check_resource("qcs::cvm:::instance/a?c", "qcs::cvm::uin/100000000001:instance/abc", false);
    check_resource("qcs::cvm:::instance/a?c", "qcs::cvm::uin/100000000001:instance/a?c", true);
}

#[test]
fn a_permission_set_stands_for_its_actions() {
    let sets: &[(&str, &[&str])] = &[("7", &["cvm:A", "name/cvm:B*"])];
    let rules = Rules { permission_sets: sets, ..rules(DocumentKind::Identity) };
    let text = document(r#"{"effect":"allow","action":"permid/7","resource":"*"}"#);
    let set = PolicySet::compile(vec![attach(parse(&text, &rules).unwrap(), "p", Via::Own)]);
    assert_eq!(reason(&set, "cvm:A", "", &[]), Reason::Allow);
    assert_eq!(reason(&set, "cvm:Bx", "", &[]), Reason::Allow);
    assert_eq!(reason(&set, "cvm:C", "", &[]), Reason::ImplicitDeny);
}

#[test]
fn the_last_segment_is_matched_with_stars() {
    let name = "qcs::cvm:ap-guangzhou:uin/100000000001:instance/ins-1/disk:2";
    check_resource("*", name, true);
    check_resource("qcs::cvm:::*", name, true);
    check_resource("qcs::cvm:::*/*", name, true);
    check_resource("qcs::cvm:::instance/*", name, true);
    check_resource("qcs::cvm:::instance/ins-1/disk:2", name, true);
    check_resource("qcs::cvm:::*disk*", name, true);
    check_resource("qcs::cvm:::instance/ins-1", name, false);
    check_resource("qcs::cvm:::Instance/*", name, false);
}

#[test]
fn star_slash_star_is_star() {
    check_resource("qcs::cam:::*/*", "qcs::cam::uin/100000000001:root", true);
    check_resource("qcs::cam:::*/*x", "qcs::cam::uin/100000000001:root", false);
}

#[test]
fn an_empty_service_is_every_service() {
    check_resource("qcs::::uin/100000000001:instance/*", "qcs::cvm::uin/100000000001:instance/1", true);
    check_resource("qcs::*:::instance/*", "qcs::cvm::uin/100000000001:instance/1", true);
    check_resource("qcs::cbs:::instance/*", "qcs::cvm::uin/100000000001:instance/1", false);
}

#[test]
fn a_region_has_a_long_and_a_short_name() {
    let long = "qcs::cvm:ap-guangzhou:uin/100000000001:instance/1";
    let short = "qcs::cvm:gz:uin/100000000001:instance/1";
    for name in [long, short] {
        check_resource("qcs::cvm:ap-guangzhou::instance/1", name, true);
        check_resource("qcs::cvm:gz::instance/1", name, true);
        check_resource("qcs::cvm:::instance/1", name, true);
        check_resource("qcs::cvm:*::instance/1", name, true);
        check_resource("qcs::cvm:bj::instance/1", name, false);
    }
}

#[test]
fn a_resource_without_region_lies_in_none() {
    check_resource("qcs::cam:gz::roleName/a", "qcs::cam::uin/100000000001:roleName/a", false);
}

#[test]
fn an_account_is_a_uin_or_an_application() {
    for pattern in ["", "*", "uin/-1", "uin/100000000001", "uid/1250000000"] {
        for name in ["", "uin/100000000001", "uid/1250000000"] {
            check_resource(&format!("qcs::cos::{pattern}:b/*"), &format!("qcs::cos::{name}:b/1"), true);
        }
        for name in ["uin/100000000009", "uid/1250000009", "uin/1250000000", "uid/100000000001"] {
            check_resource(&format!("qcs::cos::{pattern}:b/*"), &format!("qcs::cos::{name}:b/1"), false);
        }
    }
}

#[test]
fn project_zero_is_the_default_when_granting_and_any_when_asked() {
    let check = |pattern, name, expected| check_resource_of(DocumentKind::Strategy, pattern, name, expected);
    for pattern in
        ["qcs::cvm:::i/1", "qcs:id/0:cvm:::i/1", "qcs:id/*:cvm:::i/1", "qcs:*:cvm:::i/1", "qcs:id/5:cvm:::i/1"]
    {
        check(pattern, "qcs::cvm::uin/100000000001:i/1", true);
    }
    check("qcs::cvm:::i/1", "qcs:id/5:cvm::uin/100000000001:i/1", false);
    check("qcs::cvm:::i/1", "qcs:id/0:cvm::uin/100000000001:i/1", true);
    check("qcs:id/5:cvm:::i/1", "qcs:id/5:cvm::uin/100000000001:i/1", true);
    check("qcs:id/*:cvm:::i/1", "qcs:id/5:cvm::uin/100000000001:i/1", true);
}

#[test]
fn variables_in_the_last_segment_are_the_callers() {
    check_resource("qcs::cvm:::u/${uin}/*", "qcs::cvm::uin/100000000001:u/100000000002/x", true);
    check_resource("qcs::cvm:::u/${uin}/*", "qcs::cvm::uin/100000000001:u/100000000003/x", false);
    check_resource("qcs::cvm:::${owner_uin}-${app_id}", "qcs::cvm::uin/100000000001:100000000001-1250000000", true);
}

/// If the caller has no value for a variable, the test is unknown, even where no value could match.
#[test]
fn a_variable_without_value_fails_closed() {
    for (variable, caller) in [
        ("uin", Variables { caller: "", ..caller() }),
        ("owner_uin", Variables { account: "", ..caller() }),
        ("app_id", Variables { application: 0, ..caller() }),
    ] {
        for (name, value) in [("qcs::cvm:::u/x", "1"), ("qcs::cvm:::u/", ""), ("qcs::cvm:::u/0", "0")] {
            let context = Context::new().with("a:b", value);
            let question = Question { action: "cvm:Do", resource: Resource::Named(&[name]), context: &context, caller };
            let mut elements = vec![format!(r#""resource":"qcs::cvm:::u/${{{variable}}}""#)];
            for operator in ["string_equal", "string_not_equal", "string_like", "numeric_equal"] {
                let condition = format!(r#"{{"{operator}":{{"a:b":"${{{variable}}}"}}}}"#);
                elements.push(format!(r#""resource":"*","condition":{condition}"#));
            }
            for element in elements {
                let text = |effect: &str| format!(r#"{{"effect":"{effect}","action":"cvm:Do",{element}}}"#);
                let ask = |set: &PolicySet| decide(&Layers::of(set), &question).reason;
                assert_eq!(ask(&set(&text("allow"))), Reason::ImplicitDeny, "{element} for {value:?}");
                assert_eq!(ask(&set(&text("deny"))), Reason::ExplicitDeny, "{element} for {value:?}");
            }
        }
    }
}

#[test]
fn stars_that_a_variable_brings_are_literal() {
    let set = set(r#"{"effect":"allow","action":"cvm:Do","resource":"qcs::cvm:::u/${uin}"}"#);
    let context = Context::new();
    let question = |names| Question {
        action: "cvm:Do",
        resource: Resource::Named(names),
        context: &context,
        caller: Variables { caller: "*", ..caller() },
    };
    assert_eq!(decide(&Layers::of(&set), &question(&["qcs::cvm:::u/x"])).reason, Reason::ImplicitDeny);
    assert_eq!(decide(&Layers::of(&set), &question(&["qcs::cvm:::u/*"])).reason, Reason::Allow);
    let like = self::set(
        r#"{"effect":"allow","action":"cvm:Do","resource":"*","condition":{"string_like":{"a:b":"${uin}/*"}}}"#,
    );
    for (value, expected) in [("*/x", Reason::Allow), ("y/x", Reason::ImplicitDeny)] {
        let context = Context::new().with("a:b", value);
        let question = Question { context: &context, ..question(&[]) };
        assert_eq!(decide(&Layers::of(&like), &question).reason, expected, "{value}");
    }
}

#[test]
fn a_name_that_cannot_be_read_fails_closed() {
    for name in ["nonsense", "qcs::cvm", "qcs::cvm::account/1:x", "qcs::cvm::uid/x:x"] {
        let allow = set(r#"{"effect":"allow","action":"cvm:Do","resource":"qcs::cvm:::*"}"#);
        assert_eq!(reason(&allow, "cvm:Do", name, &[]), Reason::ImplicitDeny, "{name}");
        let deny = set(r#"{"effect":"deny","action":"cvm:Do","resource":"qcs::cvm:::x"}"#);
        assert_eq!(reason(&deny, "cvm:Do", name, &[]), Reason::ExplicitDeny, "{name}");
        let all = set(r#"{"effect":"allow","action":"cvm:Do","resource":"*"}"#);
        assert_eq!(reason(&all, "cvm:Do", name, &[]), Reason::Allow, "{name}");
    }
}

#[test]
fn one_of_several_names_is_enough() {
    let names =
        "qcs::cam::uin/100000000001:roleName/a qcs::cam::uin/100000000001:role/7 qcs::cam::uin/100000000001:x/y";
    let on = |item| set(&format!(r#"{{"effect":"allow","action":"cam:GetRole","resource":"qcs::cam:::{item}"}}"#));
    for item in ["roleName/a", "role/7", "x/y"] {
        assert_eq!(reason(&on(item), "cam:GetRole", names, &[]), Reason::Allow, "{item}");
    }
    assert_eq!(reason(&on("role/8"), "cam:GetRole", names, &[]), Reason::ImplicitDeny);
}

/// If the question names no resource, only a statement on everything of the service applies.
#[test]
fn operation_level_needs_everything() {
    check_resource("*", "", true);
    check_resource("qcs::cvm:::*", "", true);
    check_resource("qcs::::uin/100000000001:*", "", true);
    check_resource("qcs::cvm:::*/*", "", true);
    check_resource("qcs::cvm:::instance/*", "", false);
    check_resource("qcs::cvm:gz::*", "", false);
    check_resource("qcs::cbs:::*", "", false);
}

/// A deny on one resource does not apply either, because the question has no resource to compare it with.
#[test]
fn a_concrete_deny_on_an_operation_level_action_does_not_apply() {
    let set = set(r#"{"effect":"allow","action":"cam:*","resource":"*"},
           {"effect":"deny","action":"cam:CreateRole","resource":"qcs::cam:::roleName/a"}"#);
    assert_eq!(reason(&set, "cam:CreateRole", "", &[]), Reason::Allow);
}

#[test]
fn a_role_of_another_account_can_be_granted() {
    let other =
        set(r#"{"effect":"allow","action":"sts:AssumeRole","resource":"qcs::cam::uin/100000000009:roleName/r*"}"#);
    assert_eq!(reason(&other, "sts:AssumeRole", "qcs::cam::uin/100000000009:roleName/r1", &[]), Reason::Allow);
    assert_eq!(reason(&other, "sts:AssumeRole", "qcs::cam::uin/100000000001:roleName/r1", &[]), Reason::ImplicitDeny);
    let own = set(r#"{"effect":"allow","action":"sts:AssumeRole","resource":"qcs::cam:::roleName/r*"}"#);
    assert_eq!(reason(&own, "sts:AssumeRole", "qcs::cam::uin/100000000009:roleName/r1", &[]), Reason::ImplicitDeny);
}

#[test]
fn deny_wins() {
    let set = set(
        r#"{"effect":"allow","action":"*","resource":"*"},{"effect":"deny","action":"cam:GetRole","resource":"*"}"#,
    );
    assert_eq!(reason(&set, "cam:GetRole", "", &[]), Reason::ExplicitDeny);
    assert_eq!(reason(&set, "cam:GetUser", "", &[]), Reason::Allow);
}

#[test]
fn nothing_allows_nothing() {
    assert_eq!(reason(&PolicySet::new(), "cam:GetRole", "", &[]), Reason::ImplicitDeny);
}

#[test]
fn the_first_matching_statement_is_named() {
    let set = set(r#"{"effect":"allow","action":"cam:GetUser","resource":"*"},
           {"effect":"allow","action":"cam:*","resource":"*"},
           {"effect":"allow","action":["cam:GetRole","cam:Get*"],"resource":"*"}"#);
    let context = Context::new();
    let question =
        Question { action: "cam:GetRole", resource: Resource::Operation, context: &context, caller: caller() };
    let deciding = decide(&Layers::of(&set), &question).deciding.unwrap();
    assert_eq!((deciding.layer, deciding.policy, deciding.statement), (Layer::Identity, 0, 1));
    assert!(decide(&Layers::of(&set), &question).is_allow());
    assert!(!decide(&Layers::of(&PolicySet::new()), &question).is_allow());
}

#[test]
fn every_layer_must_allow_and_none_deny() {
    let (all, none) = (set(r#"{"effect":"allow","action":"*","resource":"*"}"#), PolicySet::new());
    let deny = set(r#"{"effect":"deny","action":"*","resource":"*"}"#);
    let context = Context::new();
    let question =
        Question { action: "cam:GetRole", resource: Resource::Operation, context: &context, caller: caller() };
    let ask =
        |identity, boundary, session| decide(&Layers { boundary, session, ..Layers::of(identity) }, &question).reason;
    assert_eq!(ask(&all, Some(&all), Some(&all)), Reason::Allow);
    assert_eq!(ask(&none, Some(&all), Some(&all)), Reason::ImplicitDeny);
    assert_eq!(ask(&all, Some(&none), Some(&all)), Reason::Boundary);
    assert_eq!(ask(&all, Some(&all), Some(&none)), Reason::SessionPolicy);
    assert_eq!(ask(&all, Some(&deny), None), Reason::ExplicitDeny);
    assert_eq!(ask(&none, None, Some(&deny)), Reason::ExplicitDeny);
}

#[test]
fn root_is_bound_by_its_session_only() {
    let context = Context::new();
    let question =
        Question { action: "cam:GetRole", resource: Resource::Operation, context: &context, caller: caller() };
    assert_eq!(decide(&Layers::root(), &question).reason, Reason::Root);
    let session = set(r#"{"effect":"allow","action":"cam:GetUser","resource":"*"}"#);
    let bound = Layers { session: Some(&session), ..Layers::root() };
    assert_eq!(decide(&bound, &question).reason, Reason::SessionPolicy);
    assert_eq!(decide(&bound, &Question { action: "cam:GetUser", ..question }).reason, Reason::Root);
}

#[test]
fn what_is_another_accounts_is_for_nobody() {
    let all = set(r#"{"effect":"allow","action":"*","resource":"*"}"#);
    let deny = set(r#"{"effect":"deny","action":"cvm:*","resource":"*"}"#);
    let (context, names) = (Context::new(), ["qcs::cvm::uin/5:instance/i-1"]);
    let question =
        Question { action: "cvm:Do", resource: Resource::Named(&names), context: &context, caller: caller() };
    for layers in [Layers::of(&all), Layers::root()] {
        assert!(decide(&layers, &question).is_allow());
        assert_eq!(decide(&Layers { foreign: true, ..layers }, &question).reason, Reason::ImplicitDeny);
        let text = render(&explain(&Layers { foreign: true, ..layers }, &question), "somebody");
        assert!(text.contains("because: the resource belongs to another account"), "{text}");
        assert!(text.contains("help: no policy of one account can grant what another has"), "{text}");
    }
    let denied = decide(&Layers { foreign: true, ..Layers::of(&deny) }, &question);
    assert_eq!(denied.reason, Reason::ExplicitDeny);
}

/// The server need not compute the condition keys of a request that no condition asks about.
#[test]
fn condition_keys_are_computed_for_a_condition_alone() {
    let by_mfa = r#","condition":{"bool_equal":{"qcs:mfa":true}}"#;
    for (action, condition, expected) in [
        ("cvm:Do", "", (Reason::ExplicitDeny, false)),
        ("cvm:Do", r#","condition":{}"#, (Reason::ExplicitDeny, false)),
        ("cvm:Do", by_mfa, (Reason::ExplicitDeny, true)),
        // Another action's condition is not evaluated.
        ("cvm:Other", by_mfa, (Reason::Allow, false)),
    ] {
        let last = format!(r#"{{"effect":"deny","action":"cvm:Do","resource":"*"{condition}}}"#);
        let text = document(&format!(r#"{{"effect":"allow","action":"*","resource":"*"}},{last}"#));
        let policy = parse(&text, &rules(DocumentKind::Identity)).unwrap();
        let set = PolicySet::compile(vec![attach(policy, "p", Via::Own)]);
        let computed = Cell::new(false);
        let context = LazyCell::new(|| {
            computed.set(true);
            vec![("qcs:mfa".into(), "true".into())]
        });
        let question = Question { action, resource: Resource::Operation, context: &context, caller: caller() };
        let reason = decide(&Layers::of(&set), &question).reason;
        assert_eq!((reason, computed.get()), expected, "{action} {condition}");
    }
}

/// The texts stand for documents that were stored under other rules.
#[test]
fn what_cannot_be_loaded_denies_and_never_allows() {
    let ask = |text: &str| {
        let document = load(text, &rules(DocumentKind::Identity));
        let all = parse(&document_of_all(), &rules(DocumentKind::Identity)).unwrap();
        let set = PolicySet::compile(vec![attach(all, "all", Via::Own), attach(document, "p", Via::Own)]);
        reason(&set, "cvm:Do", "", &[])
    };
    let harmless = r#"[{"effect":"allow","action":"cvm:Other","resource":"*"}]"#;
    for (text, expected) in [
        ("", Reason::ExplicitDeny),
        ("[]", Reason::ExplicitDeny),
        ("{}", Reason::ExplicitDeny),
        (r#"{"version":"2.0","statement":[]}"#, Reason::ExplicitDeny),
        (r#"{"version":"2.0","statement":[7]}"#, Reason::ExplicitDeny),
        (&format!(r#"{{"version":"2.0","statement":{harmless}}}"#), Reason::Allow),
        (&format!(r#"{{"version":"9","statement":{harmless}}}"#), Reason::ExplicitDeny),
        (&format!(r#"{{"version":"2.0","x":1,"statement":{harmless}}}"#), Reason::ExplicitDeny),
        // The principals to whom the policy was attached when it was created decide nothing.
        (&format!(r#"{{"version":"2.0","principal":7,"statement":{harmless}}}"#), Reason::Allow),
        (&format!(r#"{{"version":"2.0","version":"2.0","statement":{harmless}}}"#), Reason::ExplicitDeny),
    ] {
        assert_eq!(ask(text), expected, "{text}");
    }
    let one = |statement: &str| ask(&document(statement));
    assert_eq!(one(r#"{"effect":"deny","action":"cvm:Do","resource":"nonsense"}"#), Reason::ExplicitDeny);
    assert_eq!(one(r#"{"effect":"deny","action":"cvm:Other","resource":"nonsense"}"#), Reason::Allow);
    assert_eq!(one(r#"{"effect":"DENY","action":"cvm:Other","resource":"*"}"#), Reason::ExplicitDeny);
    assert_eq!(one(r#"{"effect":"deny","notaction":"cvm:Other","resource":"*"}"#), Reason::ExplicitDeny);
    let out_of_place = r#"{"effect":"deny","principal":"*","action":"cvm:Other","resource":"*"}"#;
    assert_eq!(one(out_of_place), Reason::ExplicitDeny);
    assert_eq!(one(r#"{"effect":"allow","action":"cvm:Do","resource":"nonsense"}"#), Reason::Allow);
    for condition in [
        r#"7"#,
        r#"{"nonsense":{"a:b":"1"}}"#,
        r#"{"string_equal":7}"#,
        r#"{"string_equal":{"ab":"2"}}"#,
        r#"{"string_equal":{"a:b":[]}}"#,
        r#"{"null_equal":{"a:b":"yes"}}"#,
    ] {
        let with =
            |effect| format!(r#"{{"effect":"{effect}","action":"cvm:Do","resource":"*","condition":{condition}}}"#);
        let context = [("a:b", "1"), ("ab", "1")];
        let loaded = |effect| load(&document(&with(effect)), &rules(DocumentKind::Identity));
        let ask =
            |effect| reason(&PolicySet::compile(vec![attach(loaded(effect), "p", Via::Own)]), "cvm:Do", "", &context);
        assert_eq!((ask("allow"), ask("deny")), (Reason::ImplicitDeny, Reason::ExplicitDeny), "{condition}");
    }
    let alone =
        load(&document(r#"{"effect":"allow","action":"*","resource":"*","sid":"x"}"#), &rules(DocumentKind::Identity));
    let set = PolicySet::compile(vec![attach(alone, "p", Via::Own)]);
    assert_eq!(reason(&set, "cvm:Do", "", &[]), Reason::ImplicitDeny);
}

#[test]
fn an_action_that_cannot_be_loaded_matches_denies_only() {
    for action in [r#""nonsense""#, "7", "[]", r#""permid/1""#, r#"["cvm:Other","x"]"#] {
        let ask = |effect: &str| {
            let statement = format!(r#"{{"effect":"{effect}","action":{action},"resource":"*"}}"#);
            let document = load(&document(&statement), &rules(DocumentKind::Identity));
            reason(&PolicySet::compile(vec![attach(document, "p", Via::Own)]), "cvm:Do", "", &[])
        };
        assert_eq!((ask("allow"), ask("deny")), (Reason::ImplicitDeny, Reason::ExplicitDeny), "{action}");
    }
}

/// An unreadable resource matches only in a deny, whatever resource is requested.
#[test]
fn a_resource_that_cannot_be_loaded_matches_denies_only() {
    for resource in [
        "nonsense",
        "",
        "qcs::cvm:::",
        "qcs::cvm:::${nobody}",
        "qcs::cvm::uin/100000000009:*",
        "qcs::cvm::nonsense:*",
        "qcs:id/1:cvm:::*",
    ] {
        for name in ["", "qcs::cvm::uin/100000000001:x/y", "qcs::cvm::uin/100000000009:x/y"] {
            let ask = |effect: &str| {
                let statement = format!(r#"{{"effect":"{effect}","action":"cvm:Do","resource":"{resource}"}}"#);
                let document = load(&document(&statement), &rules(DocumentKind::Identity));
                reason(&PolicySet::compile(vec![attach(document, "p", Via::Own)]), "cvm:Do", name, &[])
            };
            assert_eq!((ask("allow"), ask("deny")), (Reason::ImplicitDeny, Reason::ExplicitDeny), "{resource} {name}");
        }
    }
}

/// A service that is no longer known and a region that is not yet known are compared as written.
#[test]
fn what_is_only_unknown_is_still_loaded() {
    let text = document(r#"{"effect":"allow","action":"gone:Do","resource":"qcs::gone:xx-new::a/*"}"#);
    let set = PolicySet::compile(vec![attach(load(&text, &rules(DocumentKind::Identity)), "p", Via::Own)]);
    assert_eq!(reason(&set, "gone:Do", "qcs::gone:xx-new:uin/100000000001:a/1", &[]), Reason::Allow);
}

fn document_of_all() -> String {
    document(r#"{"effect":"allow","action":"*","resource":"*"}"#)
}

#[test]
fn a_strategy_of_version_1_is_one_statement() {
    let text = r#"{"version":"1.0","statement":{"effect":"allow","action":"cos:*","resource":["qcs::cos:uin/100000000001:b/*","qcs::cos:uin/100000000001:d:e:*"]}}"#;
    let document = parse(text, &rules(DocumentKind::Strategy)).unwrap();
    let set = PolicySet::compile(vec![attach(document, "p", Via::Own)]);
    assert_eq!(reason(&set, "cos:GetObject", "qcs::cos:gz:uid/1250000000:b/x", &[]), Reason::Allow);
    assert_eq!(reason(&set, "cos:GetObject", "qcs::cos:gz:uid/1250000000:d:e:f", &[]), Reason::Allow);
    assert_eq!(reason(&set, "cos:GetObject", "qcs::cos:gz:uid/1250000000:c/x", &[]), Reason::ImplicitDeny);
}

#[test]
fn an_empty_resource_of_a_strategy_is_everything() {
    check_resource_of(DocumentKind::Strategy, "", "", true);
    check_resource_of(DocumentKind::Strategy, "", "qcs::cvm::uin/100000000001:x/y", true);
}
