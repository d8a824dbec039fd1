//! Tests of every defect and the place at which it is reported.

use super::*;

/// Returns the defects of the text as `Defect path line:column`.
fn defects(kind: DocumentKind, text: &str) -> Vec<String> {
    let describe = |problem: &Problem| {
        format!("{:?} {} {}:{}", problem.defect, problem.path, problem.span.line, problem.span.column)
    };
    parse(text, &rules(kind)).map_or_else(|problems| problems.iter().map(describe).collect(), |_| Vec::new())
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    assert_eq!(defects(DocumentKind::Identity, text), expected, "{text}");
}

/// Checks one statement against the expected defects, without their places.
#[track_caller]
fn check_statement(kind: DocumentKind, statement: &str, expected: &[&str]) {
    let found = defects(kind, &document(statement));
    let found: Vec<&str> = found.iter().map(|defect| defect.rsplit_once(' ').unwrap().0).collect();
    assert_eq!(found, expected, "{statement}");
}

#[track_caller]
fn check_action(action: &str, expected: &[&str]) {
    check_statement(
        DocumentKind::Identity,
        &format!(r#"{{"effect":"allow","action":{action},"resource":"*"}}"#),
        expected,
    );
}

#[track_caller]
fn check_resource(kind: DocumentKind, resource: &str, expected: &[&str]) {
    check_statement(kind, &format!(r#"{{"effect":"allow","action":"cvm:Do","resource":{resource}}}"#), expected);
}

#[track_caller]
fn check_condition(condition: &str, expected: &[&str]) {
    let statement = format!(r#"{{"effect":"allow","action":"*","resource":"*","condition":{condition}}}"#);
    check_statement(DocumentKind::Identity, &statement, expected);
}

#[test]
fn not_json() {
    check("", &["NotJson  1:1"]);
    check("{", &["NotJson  1:2"]);
    check("{\n  \"version\": \"2.0\",\n}", &["NotJson  3:1"]);
    check("\u{feff}{}", &["NotJson  1:1"]);
    check("{\"é\": nul}", &["NotJson  1:7"]);
    check(&"[".repeat(100_000), &["TooLong  1:1", "NotJson  1:33"]);
}

#[test]
fn not_an_object() {
    for text in ["[]", "\"x\"", "1", "null"] {
        check(text, &["NotObject  1:1"]);
    }
}

#[test]
fn all_defects_in_the_order_of_the_text() {
    let text = "{\n \"version\": \"3.0\",\n \"statement\": [\n  {\"effect\": \"ALLOW\", \"action\": \"cam:CreatRole\",\n   \"resource\": \"x\"},\n  7\n ]\n}";
    check(
        text,
        &[
            "Version version 2:13",
            "Effect statement[0].effect 4:14",
            "ActionUnknown statement[0].action 4:33",
            "ResourceSegments statement[0].resource 5:16",
            "Statement statement[1] 6:3",
        ],
    );
}

#[test]
fn columns_count_characters() {
    check("{\"version\":\"二\",\"statement\":[]}", &["Version version 1:12", "Statement statement 1:28"]);
}

#[test]
fn version_and_statement() {
    check("{}", &["Version version 1:1", "Statement statement 1:1"]);
    for version in ["\"1.0\"", "\"2\"", "2.0", "null"] {
        let all = r#"{"effect":"allow","action":"*","resource":"*"}"#;
        check(&format!(r#"{{"statement":[{all}],"version":{version}}}"#), &["Version version 1:73"]);
    }
    check(r#"{"version":"2.0","statement":[]}"#, &["Statement statement 1:30"]);
    check(r#"{"version":"2.0","statement":"x"}"#, &["Statement statement 1:30"]);
}

#[test]
fn version_1_is_for_strategies() {
    let text = r#"{"version":"1.0","statement":{"effect":"allow","action":"*","resource":"*"}}"#;
    assert_eq!(defects(DocumentKind::Strategy, text), Vec::<String>::new());
    check(text, &["Version version 1:12"]);
}

#[test]
fn elements_are_known() {
    let all = r#"{"EFFECT":"allow","action":"*","resource":"*","notaction":"*"}"#;
    check_statement(
        DocumentKind::Identity,
        all,
        &["Effect statement[0].effect", "UnknownElement statement[0].EFFECT", "UnknownElement statement[0].notaction"],
    );
    check(r#"{"version":"2.0","id":1,"statement":[]}"#, &["UnknownElement id 1:18", "Statement statement 1:37"]);
}

#[test]
fn no_name_twice() {
    check_statement(
        DocumentKind::Identity,
        r#"{"effect":"deny","effect":"allow","action":"*","resource":"*"}"#,
        &["DuplicateElement statement[0].effect"],
    );
    check_condition(
        r#"{"string_equal":{"a:b":"1","a:b":"2"}}"#,
        &["DuplicateElement statement[0].condition.string_equal.a:b"],
    );
}

#[test]
fn spaces_do_not_count_towards_the_length() {
    let with =
        |filler: &str| document(&format!(r#"{{"effect":"allow","action":"*","resource":"qcs::cvm:::{filler}"}}"#));
    let rules = rules(DocumentKind::Identity);
    let exact = with(&"é".repeat(6144 - with("").len()));
    assert_eq!(exact.chars().count(), 6144);
    assert!(parse(&exact, &rules).is_ok());
    assert!(parse(&exact.replace(",", " \t\r\n,"), &rules).is_ok());
    let problems = parse(&exact.replace("cvm:::", "cvm:::x"), &rules).unwrap_err();
    assert_eq!(problems[0].defect, Defect::TooLong);
    assert_eq!(problems.len(), 1);
}

#[test]
fn effects() {
    for effect in ["\"ALLOW\"", "\"aLlow\"", "\"\"", "true", "[\"allow\"]"] {
        let statement = format!(r#"{{"effect":{effect},"action":"*","resource":"*"}}"#);
        check_statement(DocumentKind::Identity, &statement, &["Effect statement[0].effect"]);
    }
}

#[test]
fn actions() {
    check_statement(
        DocumentKind::Identity,
        r#"{"effect":"allow","resource":"*"}"#,
        &["ActionMissing statement[0].action"],
    );
    check_action("[]", &["ActionMissing statement[0].action"]);
    for form in [
        "\"\"",
        "\"cam\"",
        "\"cam:\"",
        "\":Get\"",
        "\"cam:Get Role\"",
        "\"c*m:Get\"",
        "\"CAM:Get\"",
        "\"cam:Get?\"",
        "7",
    ] {
        check_action(form, &["ActionForm statement[0].action"]);
    }
    check_action(r#"["cam:GetRole","x"]"#, &["ActionForm statement[0].action[1]"]);
    check_action(r#""permid/1""#, &["PermissionSetUnknown statement[0].action"]);
}

#[test]
fn a_misspelt_action_of_a_known_service_is_refused() {
    check_action(r#""cam:CreatRole""#, &["ActionUnknown statement[0].action"]);
    check_action(r#""name/sts:assumeRole""#, &["ActionUnknown statement[0].action"]);
    check_action(r#"["cam:ListRoles","cam:PassRole","cam:CreateCamStrategy","cam:Creat*"]"#, &[]);
    check_action(r#""cvm:AnythingAtAll""#, &[]);
}

#[test]
fn a_service_that_nobody_knows_is_refused_unless_a_stub_brings_it() {
    for service in ["foo", "foo-1", "foo_2"] {
        check_action(&format!(r#""{service}:Do""#), &["ActionServiceUnknown statement[0].action"]);
    }
    let text = document(r#"{"effect":"allow","action":"foo:Do","resource":"qcs::foo:::x/*"}"#);
    assert!(parse(&text, &Rules { extra_services: &["foo"], ..rules(DocumentKind::Identity) }).is_ok());
}

#[test]
fn resources() {
    check_statement(
        DocumentKind::Identity,
        r#"{"effect":"allow","action":"*"}"#,
        &["ResourceMissing statement[0].resource"],
    );
    let check = |resource: &str, expected: &str| {
        let expected = format!("{expected} statement[0].resource");
        check_resource(DocumentKind::Identity, resource, &[&expected]);
    };
    check("[]", "ResourceMissing");
    check("7", "ResourceForm");
    check(r#""""#, "ResourceSegments");
    check(r#""qcs::cvm:gz:x/y""#, "ResourceSegments");
    check(r#""acs::cvm:gz::x/y""#, "ResourceSegments");
    for project in ["id/7", "id/", "id/00", "7", "**"] {
        check(&format!(r#""qcs:{project}:cvm:gz::x/y""#), "ResourceProject");
    }
    check(r#""qcs::nope:gz::x/y""#, "ResourceServiceUnknown");
    check(r#""qcs::cvm:gx::x/y""#, "ResourceRegion");
    check(r#""qcs::cvm:ap-*::x/y""#, "ResourceRegion");
    check(r#""qcs::cvm:gz:100000000001:x/y""#, "ResourceOwner");
    for account in ["uin/*", "uin/", "uin/1x", "uid/x", "uid/12345678901234567890", "uid/0", "uin/1250000000", "x/1"] {
        check(&format!(r#""qcs::cvm:gz:{account}:x/y""#), "ResourceOwner");
    }
    check(r#""qcs::cvm:gz:uin/${uin}:x/y""#, "ResourceOwner");
    check(r#""qcs::cvm:gz:uin/100000000009:x/y""#, "ResourceOwner");
    check(r#""qcs::cvm:gz:uid/1250000009:x/y""#, "ResourceOwner");
    check(r#""qcs::cvm:gz::""#, "ResourceContent");
    check(r#""qcs::cvm:gz::x/${user}""#, "ResourceContent");
    check(r#""qcs::cvm:gz::x/${uin""#, "ResourceContent");
    check_resource(
        DocumentKind::Identity,
        r#"["*","qcs::cvm:gx:uin/9:"]"#,
        &[
            "ResourceRegion statement[0].resource[1]",
            "ResourceOwner statement[0].resource[1]",
            "ResourceContent statement[0].resource[1]",
        ],
    );
}

/// The short names listed in the CMQ notes.
#[test]
fn published_short_regions_are_known() {
    for region in ["gz", "st", "tj", "sh", "hk", "ca", "shjr", "bj"] {
        check_resource(DocumentKind::Identity, &format!(r#""qcs::cvm:{region}::x/y""#), &[]);
    }
}

#[test]
fn strategies_may_name_any_project() {
    for project in ["id/0", "id/17", "id/*", "*", ""] {
        check_resource(DocumentKind::Strategy, &format!(r#""qcs:{project}:cvm:gz::x/y""#), &[]);
    }
    check_resource(DocumentKind::Strategy, r#""qcs:p:cvm:gz::x/y""#, &["ResourceProject statement[0].resource"]);
}

/// A resource of another account must be a role, and all actions must belong to `sts`.
#[test]
fn resources_of_others_are_roles_to_assume() {
    let check = |action: &str, item: &str, expected: &[&str]| {
        let statement =
            format!(r#"{{"effect":"allow","action":{action},"resource":"qcs::cam::uin/100000000009:{item}"}}"#);
        check_statement(DocumentKind::Identity, &statement, expected);
        check_statement(DocumentKind::Session, &statement, expected);
    };
    let refused = &["ResourceOwner statement[0].resource"];
    check(r#""sts:AssumeRole""#, "roleName/x", &[]);
    check(r#"["name/sts:AssumeRole","sts:*"]"#, "role/7", &[]);
    check(r#"["sts:AssumeRole","cam:GetRole"]"#, "roleName/x", refused);
    check(r#""*""#, "roleName/x", refused);
    check(r#""sts:AssumeRole""#, "*", refused);
    check(r#""sts:AssumeRole""#, "uin/1", refused);
}

/// Where another account is allowed, the segment must still name an account.
#[test]
fn the_account_of_a_role_to_assume_is_a_number() {
    for (account, expected) in [
        ("uin/100000000009", &[][..]),
        ("uid/1250000009", &[]),
        ("uid/9999999999999999999", &[]),
        ("uid/10000000000000000000", &["ResourceOwner statement[0].resource"]),
        ("uin/", &["ResourceOwner statement[0].resource"]),
        ("uin/x", &["ResourceOwner statement[0].resource"]),
        ("uid/", &["ResourceOwner statement[0].resource"]),
        ("uid/x", &["ResourceOwner statement[0].resource"]),
        ("x/1", &["ResourceOwner statement[0].resource"]),
    ] {
        let statement =
            format!(r#"{{"effect":"allow","action":"sts:AssumeRole","resource":"qcs::cam::{account}:roleName/x"}}"#);
        check_statement(DocumentKind::Identity, &statement, expected);
    }
}

#[test]
fn conditions() {
    check_condition(r#"["qcs:ip"]"#, &["ConditionForm statement[0].condition"]);
    check_condition("{}", &[]);
    for operator in [
        "string_equals",
        "String_equal",
        "for_some_value:string_equal",
        "null_equal_if_exist",
        "for_any_value:null_equal",
    ] {
        let expected = format!("ConditionOperator statement[0].condition.{operator}");
        check_condition(&format!(r#"{{"{operator}":{{"a:b":"true"}}}}"#), &[&expected]);
    }
    for keys in ["{}", "7", "[\"a:b\"]"] {
        check_condition(&format!(r#"{{"ip_equal":{keys}}}"#), &["ConditionContent statement[0].condition.ip_equal"]);
    }
    check_condition(r#"{"string_equal":{"a_b-1:c d:é":"1"}}"#, &[]);
    check_condition(
        r#"{"string_equal":{"a:b\u0001c":"1"}}"#,
        &["ConditionContent statement[0].condition.string_equal.a:b\u{1}c"],
    );
    for key in ["ip", ":ip", "qcs:", "q cs:ip"] {
        let expected = format!("ConditionContent statement[0].condition.string_equal.{key}");
        check_condition(&format!(r#"{{"string_equal":{{"{key}":"1"}}}}"#), &[&expected]);
    }
}

#[test]
fn what_is_wrong_below_another_defect_is_reported_too() {
    check_condition(
        r#"{"string_equals":{"ip":"1","a:b":[],"a:c":["x",null,[]],"a:d":1}}"#,
        &[
            "ConditionOperator statement[0].condition.string_equals",
            "ConditionContent statement[0].condition.string_equals.ip",
            "ConditionContent statement[0].condition.string_equals.a:b",
            "ConditionContent statement[0].condition.string_equals.a:c[1]",
            "ConditionContent statement[0].condition.string_equals.a:c[2]",
        ],
    );
    check_condition(
        r#"{"ip_equal":{"ip":["10.0.0.1","ten"]}}"#,
        &[
            "ConditionContent statement[0].condition.ip_equal.ip",
            "ConditionContent statement[0].condition.ip_equal.ip[1]",
        ],
    );
}

#[test]
fn variables_of_tags_stand_in_conditions_only() {
    for variable in ["${qcs:principal_tag_key}", "${qcs:principal_tag_value}"] {
        check_condition(
            &format!(r#"{{"string_like":{{"a:b":"*{variable}*"}},"bool_equal":{{"a:b":"{variable}"}}}}"#),
            &[],
        );
        let resource = format!(r#""qcs::cvm:::instance/{variable}""#);
        check_resource(DocumentKind::Identity, &resource, &["ResourceContent statement[0].resource"]);
    }
    for value in ["${qcs:principal_tag}", "${qcs:uin}", "${principal_tag_key}"] {
        let expected = "ConditionContent statement[0].condition.string_equal.a:b";
        check_condition(&format!(r#"{{"string_equal":{{"a:b":"{value}"}}}}"#), &[expected]);
    }
}

#[test]
fn values_that_an_operator_cannot_read_are_refused() {
    for (operator, values) in [
        ("string_equal", "[]"),
        ("string_equal", "null"),
        ("string_equal", r#"{"x":1}"#),
        ("string_equal", r#""${user}""#),
        ("string_like", r#""${uin*}""#),
        ("null_equal", r#""${uin}""#),
        ("null_equal", r#""${qcs:principal_tag_key}""#),
        ("null_equal", r#""yes""#),
        ("bool_equal", "1"),
        ("binary_equal", r#""aGl""#),
        ("binary_equal", r#""aGk==""#),
        ("binary_equal", r#""a""#),
    ] {
        let expected = format!("ConditionContent statement[0].condition.{operator}.a:b");
        check_condition(&format!(r#"{{"{operator}":{{"a:b":{values}}}}}"#), &[&expected]);
    }
    for number in ["1,5", "+1", ".5", "5.", "1e", "1e1234567", "0x1", "", "--1", "NaN"] {
        check_condition(
            &format!(r#"{{"numeric_equal":{{"a:b":["1","{number}"]}}}}"#),
            &["ConditionContent statement[0].condition.numeric_equal.a:b[1]"],
        );
    }
    for date in [
        "2022-05-31",
        "2022-02-29T00:00:00Z",
        "2022-13-01T00:00:00Z",
        "2022-05-31T24:00:00Z",
        "2022-05-31T23:59:60Z",
        "2022-05-31t00:00:00z",
        "2022-05-31T00:00:00+8",
        "2022-05-31T00:00:00.Z",
        "2022-05-31  00:00:00",
        "1653955200",
        "31.05.2022",
    ] {
        check_condition(
            &format!(r#"{{"date_equal":{{"a:b":"{date}"}}}}"#),
            &["ConditionContent statement[0].condition.date_equal.a:b"],
        );
    }
    for ip in ["10.0.0", "10.0.0.0/33", "10.0.0.0/08", "10.0.0.0/", "010.0.0.1", "10.0.0.*", "::1/129", "fe80::1%eth0"]
    {
        check_condition(
            &format!(r#"{{"ip_equal":{{"a:b":"{ip}"}}}}"#),
            &["ConditionContent statement[0].condition.ip_equal.a:b"],
        );
    }
}

#[test]
fn principals_have_their_place() {
    let with = |principal: &str| {
        format!(r#"{{"effect":"allow","action":"sts:AssumeRole","resource":"*","principal":{principal}}}"#)
    };
    for kind in [DocumentKind::Identity, DocumentKind::Strategy] {
        check_statement(kind, &with("\"*\""), &["PrincipalNotAllowed statement[0].principal"]);
    }
    check_statement(DocumentKind::Trust, &with("\"*\""), &["ResourceNotAllowed statement[0].resource"]);
    check_statement(
        DocumentKind::Trust,
        r#"{"effect":"allow","action":"sts:AssumeRole"}"#,
        &["PrincipalMissing statement[0].principal"],
    );
    let text = r#"{"version":"2.0","principal":"*","statement":[{"effect":"allow","action":"*","resource":"*"}]}"#;
    assert!(defects(DocumentKind::Trust, text).contains(&"PrincipalNotAllowed principal 1:18".to_owned()));
    for kind in [DocumentKind::Identity, DocumentKind::Strategy, DocumentKind::Session] {
        assert_eq!(defects(kind, text), Vec::<String>::new());
    }
}

/// A misplaced `principal` is not parsed, because reporting that it is also malformed would help nobody.
#[test]
fn a_principal_out_of_place_is_one_defect() {
    let all = r#""effect":"allow","action":"*","resource":"*""#;
    for kind in [DocumentKind::Identity, DocumentKind::Strategy] {
        let statement = format!(r#"{{{all},"principal":7}}"#);
        check_statement(kind, &statement, &["PrincipalNotAllowed statement[0].principal"]);
    }
}

#[test]
fn a_principal_out_of_place_is_told_where_it_belongs() {
    let text = r#"{"version":"2.0","principal":"*","statement":[]}"#;
    let problems = parse(text, &rules(DocumentKind::Trust)).unwrap_err();
    assert_eq!(problems[0].message, "`principal` belongs inside each statement of a trust policy");
}

#[test]
fn principals_of_the_wrong_form() {
    let check = |principal: &str, expected: &[&str]| {
        let statement = format!(r#"{{"effect":"allow","action":"sts:AssumeRole","principal":{principal}}}"#);
        check_statement(DocumentKind::Trust, &statement, expected);
    };
    for form in ["{}", "[]", "\"x\"", "7"] {
        check(form, &["PrincipalForm statement[0].principal"]);
    }
    check(r#"{"aws":"x"}"#, &["PrincipalForm statement[0].principal.aws"]);
    check(r#"{"qcs":[]}"#, &["PrincipalForm statement[0].principal.qcs"]);
    check(r#"{"qcs":[7]}"#, &["PrincipalForm statement[0].principal.qcs[0]"]);
    for name in [
        "",
        "100000000001",
        "qcs::cam::uin/x:root",
        "qcs::cam::uin/1:roots",
        "qcs::cam::uin/1:uin/x",
        "qcs::cam::uin/1:groupid/x",
        "qcs::cam::uin/1:role/x",
        "qcs::cam::uin/1:roleName/",
        "qcs::cos::uin/1:root",
    ] {
        check(&format!(r#"{{"qcs":"{name}"}}"#), &["PrincipalName statement[0].principal.qcs"]);
    }
    check(r#"{"federated":"qcs::cam::uin/1:root"}"#, &["PrincipalName statement[0].principal.federated"]);
    check(r#"{"service":"a_1-b.qcloud.com","qcs":"qcs::cam::uin/1:uin/2"}"#, &[]);
    check(r#"{"qcs":"qcs::cam::uin/1x:root"}"#, &["PrincipalName statement[0].principal.qcs"]);
    for name in ["", "cvm", "cvm..qcloud.com", "*.qcloud.com", "c vm.qcloud.com"] {
        check(&format!(r#"{{"service":"{name}"}}"#), &["PrincipalForm statement[0].principal.service"]);
    }
    check(r#"{"service":"cvm.example.com"}"#, &["PrincipalServiceUnknown statement[0].principal.service"]);
}

#[test]
fn trust_is_about_assuming_only() {
    for action in ["cam:GetRole", "sts:*", "*", "sts:GetFederationToken"] {
        let statement = format!(r#"{{"effect":"allow","action":"{action}","principal":"*"}}"#);
        check_statement(DocumentKind::Trust, &statement, &["ActionNotAllowed statement[0].action"]);
    }
}

#[test]
fn a_permission_set_has_no_place_in_trust_whatever_its_actions() {
    let sets: &[(&str, &[&str])] = &[("1", &["sts:AssumeRole"]), ("2", &["cam:GetRole", "cvm:*"]), ("3", &[])];
    let rules = Rules { permission_sets: sets, ..rules(DocumentKind::Trust) };
    for (set, _) in sets {
        let text = document(&format!(r#"{{"effect":"allow","action":"permid/{set}","principal":"*"}}"#));
        let problems = parse(&text, &rules).unwrap_err();
        assert_eq!(problems.iter().map(|problem| problem.defect).collect::<Vec<_>>(), [Defect::ActionNotAllowed]);
    }
}

#[test]
fn messages_say_what_would_be_right() {
    let message = |statement: &str| {
        let problems = parse(&document(statement), &rules(DocumentKind::Identity)).unwrap_err();
        problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    let first =
        r#"{"effect":"ALLOW","action":["cam:CreatRole","cmv:X","GetRole"],"resource":"qcs::cam:ap-guangzou::x/y","#;
    let second = r#""conditon":{},"condition":{"string_equals":{"a:b":"1"},"date_equal":{"a:b":"today"}}}"#;
    insta::assert_snapshot!(
        message(&format!("{first}\n{second}")),
        @r#"
        1:41: statement[0].effect: `effect` is `"ALLOW"`; it must be `allow` or `deny`
        1:59: statement[0].action[0]: the service `cam` has no operation `CreatRole`; did you mean `CreateRole`?
        1:75: statement[0].action[1]: there is no service `cmv`; did you mean `cvm`?
        1:83: statement[0].action[2]: `GetRole` is no action; write `service:Operation`, such as `cam:GetRole`, or `*`
        1:105: statement[0].resource: there is no region `ap-guangzou`; leave it empty for all; did you mean `ap-guangzhou`?
        2:1: statement[0].conditon: there is no element `conditon`; did you mean `condition`?
        2:28: statement[0].condition.string_equals: there is no operator `string_equals`; did you mean `string_equal`?
        2:76: statement[0].condition.date_equal.a:b: `date_equal` cannot read `"today"`: write a time such as `2022-05-31T00:00:00Z`
        "#
    );
}

#[test]
fn messages_about_elements_know_the_difference() {
    let message = |element: &str| {
        let statement = format!(r#"{{"effect":"allow","action":"*","resource":"*","{element}":1}}"#);
        parse(&document(&statement), &rules(DocumentKind::Identity)).unwrap_err()[0].message.clone()
    };
    assert_eq!(message("EFFECT"), "`EFFECT` must be written in lower case: `effect`");
    assert_eq!(message("efect"), "there is no element `efect`; did you mean `effect`?");
    assert_eq!(
        message("notaction"),
        "there is no element `notaction` here; known are `effect`, `action`, `resource`, `condition`"
    );
}

#[test]
fn messages_about_operators_know_the_difference() {
    let message = |operator: &str| {
        let condition = format!(r#"{{"{operator}":{{"a:b":"1"}}}}"#);
        let statement = format!(r#"{{"effect":"allow","action":"*","resource":"*","condition":{condition}}}"#);
        parse(&document(&statement), &rules(DocumentKind::Identity)).unwrap_err()[0].message.clone()
    };
    assert!(message("for_some_value:string_equal").ends_with("qualifiers are `for_all_value:` and `for_any_value:`"));
    assert!(message("null_equal_if_exist").ends_with("`null_equal` has neither qualifier nor `_if_exist`"));
    assert!(message("string_equl").ends_with("did you mean `string_equal`?"));
    assert!(message("nonsense").ends_with("operators look like `string_equal`"));
}

#[test]
fn messages_name_the_variables_that_there_are() {
    let message = |element: &str| {
        let statement = format!(r#"{{"effect":"allow","action":"*",{element}}}"#);
        parse(&document(&statement), &rules(DocumentKind::Identity)).unwrap_err()[0].message.clone()
    };
    assert_eq!(
        message(r#""resource":"qcs::cvm:::${nobody}""#),
        "`${nobody}` has a variable that is not known; there are `${uin}`, `${owner_uin}` and `${app_id}`"
    );
    assert_eq!(
        message(r#""resource":"*","condition":{"string_equal":{"a:b":"${nobody}"}}"#),
        "`string_equal` cannot read `\"${nobody}\"`: write a text; variables in it are `${uin}`, `${owner_uin}`, \
         `${app_id}`, `${qcs:principal_tag_key}` and `${qcs:principal_tag_value}`"
    );
}

#[test]
fn the_text_is_kept_byte_for_byte() {
    let text = format!(" {}\n", document(r#"{"effect":"allow","action":"name\/cam:*","resource":"*"}"#));
    assert_eq!(parse(&text, &rules(DocumentKind::Identity)).unwrap().text(), text);
}
