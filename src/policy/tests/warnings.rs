//! Tests of warnings, which are given only for what certainly does not do what it seems to do.

use super::*;

#[test]
fn warnings_are_few_and_sure() {
    let warnings = |statements: &str| {
        let rules =
            Rules { operation_level: Some(|action| action == "cam:CreateRole"), ..rules(DocumentKind::Identity) };
        let report = check_text(&document(statements), &rules);
        assert_eq!(report.problems, []);
        report.warnings.iter().map(|w| format!("{} {}", w.path, w.message)).collect::<Vec<_>>()
    };
    assert_eq!(warnings(r#"{"effect":"allow","action":["cam:CreateRole","cam:GetRole"],"resource":"*"}"#), [""; 0]);
    assert_eq!(
        warnings(r#"{"effect":"allow","action":["cam:CreateRole","cam:GetRole"],"resource":"qcs::cam:::roleName/x"}"#),
        [
            "statement[0].resource `cam:CreateRole` knows no single resources, so this statement never applies to it; use `*`"
        ]
    );
    assert_eq!(
        warnings(
            r#"{"effect":"allow","action":"cam:Creat*Rolle","resource":"*","condition":{"bool_equal":{"qcs:MFA":true}}}"#
        ),
        [
            "statement[0].action `cam:Creat*Rolle` matches no operation",
            "statement[0].condition no request has a condition key `qcs:MFA`"
        ]
    );
    assert_eq!(
        warnings(
            r#"{"effect":"allow","action":["cam:Get*","cam:PassRole"],"resource":"*"},
               {"effect":"allow","action":"cvm:X","resource":"*"},
               {"effect":"deny","action":"cam:*","resource":"*"}"#
        ),
        ["statement[0] this statement has no effect: statement 2 denies everything it allows"]
    );
}

/// Each of these documents resembles one that has a warning.
#[test]
fn no_warning_where_the_text_may_do_what_it_seems_to() {
    let rules = Rules { operation_level: Some(|action| action == "cam:CreateRole"), ..rules(DocumentKind::Identity) };
    let warned = |statements: &str| {
        let report = check_text(&document(statements), &rules);
        assert_eq!(report.problems, []);
        report.warnings.into_iter().map(|warning| warning.path).collect::<Vec<_>>()
    };
    // Keys that requests or tags have, and keys of services, about which nothing is known.
    for key in ["qcs:ip", "qcs:tag", "qcs:resource_tag/team", "cvm:anything"] {
        let condition = format!(r#"{{"string_equal":{{"{key}":"x"}}}}"#);
        let statement = format!(r#"{{"effect":"allow","action":"*","resource":"*","condition":{condition}}}"#);
        assert_eq!(warned(&statement), [""; 0], "{key}");
    }
    // Resources that cover everything of the service, and some that do not, for an operation-level action.
    for (resource, expected) in [
        ("qcs::cam:::*", &[][..]),
        ("qcs::::uin/100000000001:*", &[]),
        ("qcs::cvm:::*", &["statement[0].resource"]),
        ("qcs::cam:gz::*", &["statement[0].resource"]),
        ("qcs::cam:::roleName/*", &["statement[0].resource"]),
    ] {
        let statement = format!(r#"{{"effect":"allow","action":"cam:CreateRole","resource":"{resource}"}}"#);
        assert_eq!(warned(&statement), expected, "{resource}");
    }
    // A deny that covers the whole allow, or leaves a part of it.
    let allowed = |action: &str, denied: &str| {
        let deny = format!(r#"{{"effect":"deny","action":"{denied}","resource":"*"}}"#);
        warned(&format!(r#"{{"effect":"allow","action":"{action}","resource":"*"}},{deny}"#)).is_empty()
    };
    for (action, denied, something_left) in [
        ("cam:GetRole", "cam:GetRole", false),
        ("cam:GetRole", "cam:Get*", false),
        ("cam:GetRole", "*:Get*", false),
        ("cam:Get*", "*", false),
        ("cam:GetRole", "cam:List*", true),
        ("cam:GetRole", "sts:*", true),
        ("cam:Get*", "cam:Get*Role", true),
        ("*", "cam:*", true),
    ] {
        assert_eq!(allowed(action, denied), something_left, "{action} under {denied}");
    }
}

fn check_text(text: &str, rules: &Rules<'_>) -> Report {
    LANGUAGE.check(text, rules)
}
