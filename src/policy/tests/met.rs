//! Tests of documents as they are met in public, each class in documents of our own: what the guide does not show and is
//! accepted, and what stays refused beside it. `tests/policy/corpus/as_met.json` has what they decide.

use super::*;

/// Returns the defects of a text without their places.
fn defects(kind: DocumentKind, text: &str) -> Vec<String> {
    let describe = |problem: &Problem| format!("{:?} {}", problem.defect, problem.path);
    parse(text, &rules(kind)).map_or_else(|problems| problems.iter().map(describe).collect(), |_| Vec::new())
}

#[track_caller]
fn accepted(text: &str) {
    assert_eq!(defects(DocumentKind::Identity, text), [""; 0], "{text}");
}

#[track_caller]
fn refused(text: &str, expected: &[&str]) {
    assert_eq!(defects(DocumentKind::Identity, text), expected, "{text}");
}

fn on(resource: &str) -> String {
    document(&format!(r#"{{"effect":"allow","action":"*","resource":"{resource}"}}"#))
}

fn of(action: &str) -> String {
    document(&format!(r#"{{"effect":"allow","action":"{action}","resource":"*"}}"#))
}

#[test]
fn a_statement_may_stand_without_a_list() {
    let text = r#"{"version":"2.0","statement":{"effect":"allow","action":"cdb:Describe*","resource":"*"}}"#;
    for kind in [DocumentKind::Identity, DocumentKind::Session, DocumentKind::Strategy] {
        assert_eq!(defects(kind, text), [""; 0]);
    }
    let trust = r#"{"version":"2.0","statement":{"effect":"allow","action":"sts:AssumeRole","principal":"*"}}"#;
    assert_eq!(defects(DocumentKind::Trust, trust), [""; 0]);
    // Its path has no number.
    refused(&text.replace("cdb", "cbd"), &["ActionServiceUnknown statement.action"]);
    refused(r#"{"version":"2.0","statement":"*"}"#, &["Statement statement"]);
}

#[test]
fn elements_and_effects_may_have_a_capital_initial() {
    accepted(
        r#"{"Version":"2.0","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{}}],"Principal":"*"}"#,
    );
    let trust = r#"{"Statement":{"Action":"name/sts:AssumeRole","Effect":"Allow","Principal":{"qcs":"*"},"condition":{}},"Version":"2.0"}"#;
    assert_eq!(defects(DocumentKind::Trust, trust), [""; 0]);
    let with = |effect: &str| document(&format!(r#"{{{effect},"action":"*","resource":"*"}}"#));
    refused(&with(r#""EFFECT":"allow""#), &["Effect statement[0].effect", "UnknownElement statement[0].EFFECT"]);
    refused(&with(r#""effect":"ALLOW""#), &["Effect statement[0].effect"]);
    refused(&with(r#""effect":"allow","Sid":"x""#), &["UnknownElement statement[0].Sid"]);
    // Two spellings are one name.
    refused(&with(r#""effect":"deny","Effect":"allow""#), &["DuplicateElement statement[0].effect"]);
    refused(
        &with(r#""effect":"allow","condition":{"String_equal":{"a:b":"1"}}"#),
        &["ConditionOperator statement[0].condition.String_equal"],
    );
}

#[test]
fn capitals_are_warned_of() {
    let text = r#"{"Version":"2.0","statement":{"Effect":"Allow","action":"cam:Nothing*","Resource":"*"}}"#;
    let report = LANGUAGE.check(text, &rules(DocumentKind::Identity));
    assert_eq!(report.problems, []);
    let said = |warning: &Warning| format!("{} {}: {}", warning.span.column, warning.path, warning.message);
    assert_eq!(
        report.warnings.iter().map(said).collect::<Vec<_>>(),
        [
            "2 version: write `version` for `Version`: the documentation knows lower case only",
            "31 statement.effect: write `effect` for `Effect`: the documentation knows lower case only",
            "40 statement.effect: write `allow` for `Allow`: the documentation knows lower case only",
            "72 statement.resource: write `resource` for `Resource`: the documentation knows lower case only",
            "57 statement.action: `cam:Nothing*` matches no operation",
        ]
    );
}

#[test]
fn a_star_as_the_account_is_the_own_one() {
    accepted(&on("qcs::tcr:ap-guangzhou:*:repo/team/*"));
    for account in ["uin/*", "uid/*", "**", "uin/-2"] {
        refused(&on(&format!("qcs::tcr:ap-guangzhou:{account}:repo/team/*")), &["ResourceOwner statement[0].resource"]);
    }
}

#[test]
fn every_document_may_name_project_0_or_all() {
    for project in ["id/0", "id/*", "*"] {
        accepted(&on(&format!("qcs:{project}:cvm:gz::instance/*")));
    }
    refused(&on("qcs:id/7:cvm:gz::instance/*"), &["ResourceProject statement[0].resource"]);
}

#[test]
fn an_empty_list_of_conditions_is_none() {
    accepted(&document(r#"{"effect":"allow","action":"*","resource":"*","condition":[]}"#));
}

#[test]
fn services_and_operations_that_policies_name_are_known() {
    for service in [
        "im",
        "sls",
        "tpns",
        "httpdns",
        "tic",
        "consolesms",
        "consolevod",
        "cwpp",
        "gpm",
        "mgobe",
        "bgpip",
        "dmc",
        "tbase",
        "tdapg",
        "csg",
        "cdw",
        "tcv",
        "snova",
        "cbm",
        "shield",
        "trade",
        "voucher",
        "SMS",
    ] {
        accepted(&of(&format!("name/{service}:Describe*")));
        accepted(&on(&format!("qcs::{service}:::x/*")));
    }
    accepted(&of("cam:DescribeSubAccountContacts"));
    accepted(&on("qcs::cos:cn-east:uid/1250000000:prefix//1250000000/bucket/*"));
    // Misspelt in published documents too.
    refused(&of("camqueue:*"), &["ActionServiceUnknown statement[0].action"]);
    for form in ["cdb: DescribeAuditRules", "emr\u{ff1a}Describe", "clb.DescribeLoadBalancers", "Cvm:*", "CVM:*"] {
        refused(&of(form), &["ActionForm statement[0].action"]);
    }
}

#[test]
fn what_is_a_template_or_wrong_stays_refused() {
    for (resource, expected) in [
        ("qcs::as:ap-guangzhou:$account:auto-scaling-group/*", "ResourceOwner"),
        ("qcs::cam::uin/${OwnerUin}:roleName/x", "ResourceOwner"),
        ("qcs::cdb::uin/326xxx46:instanceId/x", "ResourceOwner"),
        ("qcs::cvm:gz:instance:ins-1", "ResourceOwner"),
        ("qcs::batch:${region}::job/*", "ResourceRegion"),
        ("qcs::sls:::appname/${appname}", "ResourceContent"),
        ("qcs:clb:*:*:*/*", "ResourceSegments"),
        ("qcs::monitor:uin/100000000001:policy/x", "ResourceSegments"),
    ] {
        refused(&on(resource), &[&format!("{expected} statement[0].resource")]);
    }
    refused(&document(r#"{"effect":"allow","action":"*","resource":[]}"#), &["ResourceMissing statement[0].resource"]);
    for operator in ["null", "for_all_value"] {
        let condition = format!(r#"{{"{operator}":{{"a:b":"true"}}}}"#);
        let text = document(&format!(r#"{{"effect":"allow","action":"*","resource":"*","condition":{condition}}}"#));
        refused(&text, &[&format!("ConditionOperator statement[0].condition.{operator}")]);
    }
    for version in ["1", "1.0", "3.0"] {
        refused(&of("*").replace("2.0", version), &["Version version"]);
    }
}

/// The library of the cloud's own upload service sends one with every session policy.
#[test]
fn a_principal_in_a_session_policy_is_ignored() {
    for principal in [r#""*""#, r#"{"qcs":["*"]}"#, "7", r#"{"nobody":[]}"#] {
        let all = r#""effect":"allow","action":"*","resource":"*""#;
        let inside = document(&format!(r#"{{{all},"principal":{principal}}}"#));
        let beside = format!(r#"{{"version":"2.0","Principal":{principal},"statement":[{{{all}}}]}}"#);
        for text in [inside, beside] {
            let document = parse(&text, &rules(DocumentKind::Session)).unwrap();
            assert_eq!(document.principals().count(), 0, "{text}");
        }
    }
}

#[test]
fn services_of_published_trust_policies_are_principals() {
    for service in ["cvm", "scf", "ccs", "ccslinked", "apigateway", "mariadb", "cdb"]
        .map(|name| format!("{name}.qcloud.com"))
        .into_iter()
        .chain(
            [
                "cvm",
                "cls",
                "cloudaudit",
                "sls",
                "as",
                "msp",
                "tcb",
                "blueking",
                "command.tat",
                "cvmsmartdiagnostic.cvm",
            ]
            .map(|name| format!("{name}.cloud.tencent.com")),
        )
    {
        let principal = format!(r#"{{"qcs":"qcs::cam::uin/{OWNER}:root","service":["{service}"]}}"#);
        let text = document(&format!(r#"{{"effect":"allow","action":"name/sts:AssumeRole","principal":{principal}}}"#));
        let read = parse(&text, &rules(DocumentKind::Trust)).unwrap();
        let expected = [PrincipalPattern::Account(OWNER.into()), PrincipalPattern::Service(service)];
        assert!(read.principals().eq(&expected), "{text}");
    }
}
