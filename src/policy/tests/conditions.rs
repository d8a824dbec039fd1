//! Tests of condition operators, their qualifiers, and missing and multiple values.

use super::*;

/// Whether an allow under the condition matches; `pairs` is the context as `key=value`.
fn holds(condition: &str, pairs: &[&str]) -> bool {
    asked("allow", condition, pairs) == Reason::Allow
}

fn asked(effect: &str, condition: &str, pairs: &[&str]) -> Reason {
    let statement = format!(r#"{{"effect":"{effect}","action":"cvm:Do","resource":"*","condition":{condition}}}"#);
    let entries: Vec<(&str, &str)> = pairs.iter().map(|pair| pair.split_once('=').unwrap()).collect();
    reason(&set(&statement), "cvm:Do", "", &entries)
}

/// Tests `operator` with `values` (JSON) on the key `a:b`, for which the request has the values `actual`.
#[track_caller]
fn check(operator: &str, values: &str, actual: &[&str], expected: bool) {
    let pairs: Vec<String> = actual.iter().map(|value| format!("a:b={value}")).collect();
    let pairs: Vec<&str> = pairs.iter().map(String::as_str).collect();
    let condition = format!(r#"{{"{operator}":{{"a:b":{values}}}}}"#);
    assert_eq!(holds(&condition, &pairs), expected, "{condition} for {actual:?}");
    let denied = asked("deny", &condition, &pairs) == Reason::ExplicitDeny;
    assert_eq!(denied, expected, "deny under {condition} for {actual:?}");
}

/// Tests that the answer of the condition is unknown: an allow does not match and a deny does.
#[track_caller]
fn check_unknown(operator: &str, values: &str, actual: &[&str]) {
    let pairs: Vec<String> = actual.iter().map(|value| format!("a:b={value}")).collect();
    let pairs: Vec<&str> = pairs.iter().map(String::as_str).collect();
    let condition = format!(r#"{{"{operator}":{{"a:b":{values}}}}}"#);
    assert!(!holds(&condition, &pairs), "allow under {condition} for {actual:?}");
    assert_eq!(asked("deny", &condition, &pairs), Reason::ExplicitDeny, "deny under {condition} for {actual:?}");
}

#[test]
fn strings() {
    check("string_equal", r#""x""#, &["x"], true);
    check("string_equal", r#""x""#, &["X"], false);
    check("string_equal", r#"["x","y"]"#, &["y"], true);
    check("string_equal", r#""x*""#, &["xy"], false);
    check("string_not_equal", r#""x""#, &["y"], true);
    check("string_not_equal", r#""x""#, &["x"], false);
    check("string_equal_ignore_case", r#""straße Ä""#, &["STRAßE ä"], true);
    check("string_not_equal_ignore_case", r#""x""#, &["X"], false);
    check("string_like", r#""a*c""#, &["abbc"], true);
    check("string_like", r#""a*c""#, &["abbd"], false);
    check("string_like", r#""a?c""#, &["abc"], false);
    check("string_not_like", r#""a*c""#, &["abbd"], true);
}

#[test]
fn a_negated_operator_means_none_of_its_values() {
    check("string_not_equal", r#"["x","y"]"#, &["x"], false);
    check("string_not_equal", r#"["x","y"]"#, &["z"], true);
    check("ip_not_equal", r#"["10.0.0.0/8","11.0.0.0/8"]"#, &["10.1.1.1"], false);
}

#[test]
fn numbers_are_exact() {
    check("numeric_equal", "1.10", &["1.1"], true);
    check("numeric_equal", r#""007""#, &["7"], true);
    check("numeric_equal", "1e3", &["1000.0"], true);
    check("numeric_equal", "9007199254740993", &["9007199254740992"], false);
    check("numeric_equal", "123456789012345678901234567890", &["123456789012345678901234567890.0"], true);
    check("numeric_not_equal", "0.1", &["0.10000000000000000000000001"], true);
    check("numeric_less_than", "10", &["9"], true);
    check("numeric_less_than", "10", &["10"], false);
    check("numeric_less_than", "-1", &["-1.5"], true);
    check("numeric_less_than_equal", "10", &["10"], true);
    check("numeric_greater_than", "0.05", &["0.5"], true);
    check("numeric_greater_than", "0", &["-0"], false);
    check("numeric_greater_than_equal", "[5, 100]", &["7"], true);
    check_unknown("numeric_equal", "1", &["one"]);
    check_unknown("numeric_not_equal", "1", &["one"]);
}

#[test]
fn dates_are_instants() {
    check("date_equal", r#""2022-05-31T00:00:00Z""#, &["2022-05-31T08:00:00+08:00"], true);
    check("date_less_than", r#""2022-05-31T00:00:00Z""#, &["2022-05-30T23:59:59.999Z"], true);
    check("date_less_than_equal", r#""2022-05-31T00:00:00Z""#, &["2022-05-31T00:00:00.001Z"], false);
    check("date_greater_than", r#""2022-05-31T00:00:00Z""#, &["2022-06-01T00:00:00Z"], true);
    check("date_greater_than_equal", r#""2024-02-29T00:00:00Z""#, &["2024-02-29T00:00:00Z"], true);
    check("date_not_equal", r#""2022-05-31T00:00:00Z""#, &["2022-05-31T00:00:01Z"], true);
    check_unknown("date_less_than", r#""2022-05-31T00:00:00Z""#, &["yesterday"]);
}

#[test]
fn a_date_without_zone_is_utc() {
    check("date_equal", r#""2022-05-31 00:00:00""#, &["2022-05-31T00:00:00Z"], true);
    check("date_equal", r#""2022-05-31T00:00:00Z""#, &["2022-05-31 00:00:00"], true);
}

#[test]
fn addresses_and_ranges() {
    check("ip_equal", r#""10.0.0.0/8""#, &["10.255.0.1"], true);
    check("ip_equal", r#""10.0.0.0/8""#, &["11.0.0.1"], false);
    check("ip_equal", r#""192.0.2.1""#, &["192.0.2.1"], true);
    check("ip_equal", r#""0.0.0.0/0""#, &["192.0.2.1"], true);
    check("ip_equal", r#""2001:db8::/32""#, &["2001:db8:1::1"], true);
    check("ip_equal", r#""2001:DB8::1""#, &["2001:db8:0:0::1"], true);
    check("ip_not_equal", r#""10.0.0.0/8""#, &["11.0.0.1"], true);
    check_unknown("ip_equal", r#""10.0.0.0/8""#, &["10.0.0.0/8"]);
    check_unknown("ip_not_equal", r#""10.0.0.0/8""#, &["localhost"]);
}

#[test]
fn host_bits_of_a_range_are_ignored() {
    check("ip_equal", r#""10.217.182.3/24""#, &["10.217.182.77"], true);
}

#[test]
fn a_mapped_address_is_the_ipv4_address() {
    check("ip_equal", r#""10.0.0.0/8""#, &["::ffff:10.1.2.3"], true);
    check("ip_equal", r#""::ffff:10.0.0.0/104""#, &["10.1.2.3"], true);
    check("ip_equal", r#""::/0""#, &["10.1.2.3"], false);
    check("ip_equal", r#""0.0.0.0/0""#, &["::1"], false);
}

#[test]
fn booleans_and_bytes() {
    check("bool_equal", "true", &["true"], true);
    check("bool_equal", r#""false""#, &["true"], false);
    check_unknown("bool_equal", "true", &["TRUE"]);
    check("binary_equal", r#""aGk=""#, &["aGk"], true);
    check("binary_equal", r#""aGk=""#, &["aGo="], false);
    check_unknown("binary_equal", r#""aGk=""#, &["a!"]);
}

#[test]
fn null_equal_asks_whether_the_key_is_absent() {
    check("null_equal", "true", &[], true);
    check("null_equal", "true", &["x"], false);
    check("null_equal", r#""false""#, &["x"], true);
    check("null_equal", "false", &[], false);
}

#[test]
fn a_missing_key_satisfies_nothing() {
    for operator in ["string_equal", "string_not_equal", "string_not_like", "string_not_equal_ignore_case"] {
        for qualifier in ["", "for_any_value:"] {
            check(&format!("{qualifier}{operator}"), r#""x""#, &[], false);
        }
    }
    check("numeric_not_equal", "1", &[], false);
    check("date_not_equal", r#""2022-05-31T00:00:00Z""#, &[], false);
    check("ip_not_equal", r#""10.0.0.0/8""#, &[], false);
}

#[test]
fn for_all_value_on_a_missing_key_is_not_satisfied() {
    check("for_all_value:string_equal", r#""x""#, &[], false);
    check("for_all_value:string_not_equal", r#""x""#, &[], false);
}

#[test]
fn if_exist_is_satisfied_by_a_missing_key() {
    for operator in ["string_equal", "string_not_equal", "for_all_value:string_like", "for_any_value:string_equal"] {
        check(&format!("{operator}_if_exist"), r#""x""#, &[], true);
    }
    check("string_equal_if_exist", r#""x""#, &["y"], false);
    check("string_not_equal_if_exist", r#""x""#, &["y"], true);
}

#[test]
fn for_all_value_wants_every_value_within_the_policys() {
    check("for_all_value:string_equal", r#"["x","y"]"#, &["x", "y"], true);
    check("for_all_value:string_equal", r#"["x","y"]"#, &["x", "z"], false);
    check("for_all_value:string_not_equal", r#"["x","y"]"#, &["z", "w"], true);
    check("for_all_value:string_not_equal", r#"["x","y"]"#, &["z", "x"], false);
}

#[test]
fn for_any_value_wants_one() {
    check("for_any_value:string_equal", r#"["x","y"]"#, &["z", "y"], true);
    check("for_any_value:string_equal", r#"["x","y"]"#, &["z", "w"], false);
    check("for_any_value:string_not_equal", r#"["x","y"]"#, &["x", "z"], true);
    check("for_any_value:string_not_equal", r#"["x","y"]"#, &["x", "y"], false);
}

#[test]
fn without_qualifier_several_values_are_any_or_none() {
    check("string_equal", r#""x""#, &["z", "x"], true);
    check("string_not_equal", r#""x""#, &["z", "x"], false);
    check("string_not_equal", r#""x""#, &["z", "w"], true);
}

#[test]
fn an_unreadable_value_counts_only_where_it_decides() {
    check("numeric_equal", "1", &["one", "1"], true);
    check("for_all_value:numeric_equal", "1", &["one", "2"], false);
    check_unknown("for_all_value:numeric_equal", "1", &["one", "1"]);
    check_unknown("for_any_value:numeric_equal", "1", &["one", "2"]);
}

#[test]
fn keys_and_operators_are_joined_by_and() {
    let two = r#"{"string_equal":{"a:b":"x","c:d":"y"},"bool_equal":{"e:f":true}}"#;
    assert!(holds(two, &["a:b=x", "c:d=y", "e:f=true"]));
    assert!(!holds(two, &["a:b=x", "c:d=y", "e:f=false"]));
    assert!(!holds(two, &["a:b=x", "c:d=z", "e:f=true"]));
    assert!(holds("{}", &[]));
}

#[test]
fn keys_are_case_sensitive() {
    assert!(!holds(r#"{"string_equal":{"a:B":"x"}}"#, &["a:b=x"]));
}

#[test]
fn variables_in_values_are_the_callers() {
    check("string_equal", r#""u-${uin}""#, &["u-100000000002"], true);
    check("string_like", r#""*/${owner_uin}/*""#, &["a/100000000001/b"], true);
    check("numeric_equal", r#""${app_id}""#, &["1250000000"], true);
    check("string_not_equal", r#""${uin}""#, &["100000000002"], false);
    check_unknown("ip_equal", r#""${uin}""#, &["10.0.0.1"]);
}

/// Tests the condition on `a:b` with the caller's tags, under an allow and under a deny.
#[track_caller]
fn check_tags(operator: &str, value: &str, actual: &str, tags: &[&str], allowed: bool, denied: bool) {
    let condition = format!(r#"{{"{operator}":{{"a:b":"{value}"}}}}"#);
    let pairs: Vec<String> = [format!("a:b={actual}")]
        .into_iter()
        .chain(tags.iter().map(|tag| format!("qcs:principal_tag={tag}")))
        .collect();
    let pairs: Vec<&str> = pairs.iter().map(String::as_str).collect();
    assert_eq!(holds(&condition, &pairs), allowed, "allow under {condition} for {pairs:?}");
    let deny = asked("deny", &condition, &pairs) == Reason::ExplicitDeny;
    assert_eq!(deny, denied, "deny under {condition} for {pairs:?}");
}

#[test]
fn variables_of_tags_stand_for_each_tag_of_the_caller() {
    let (key, value) = ("p-${qcs:principal_tag_key}", "p-${qcs:principal_tag_value}");
    check_tags("string_equal", key, "p-team", &["team&web"], true, true);
    check_tags("string_equal", value, "p-web", &["team&web"], true, true);
    check_tags("string_equal", value, "p-team", &["team&web"], false, false);
    check_tags("string_equal", value, "p-b", &["x&a", "y&b"], true, true);
    check_tags("string_equal", value, "p-a&b", &["x&a&b"], true, true);
    check_tags("string_equal", value, "p-", &["x&"], true, true);
    check_tags("string_not_equal", value, "p-b", &["x&a", "y&b"], false, false);
    check_tags("string_not_equal", value, "p-c", &["x&a", "y&b"], true, true);
    check_tags("numeric_less_than", "${qcs:principal_tag_value}", "7", &["x&5", "y&8"], true, true);
}

#[test]
fn key_and_value_are_of_the_same_tag() {
    let both = "${qcs:principal_tag_key}=${qcs:principal_tag_value}";
    check_tags("string_equal", both, "x=a", &["x&a", "y&b"], true, true);
    check_tags("string_equal", both, "x=b", &["x&a", "y&b"], false, false);
}

#[test]
fn a_tag_brings_no_wildcards() {
    check_tags("string_like", "*/${qcs:principal_tag_value}/*", "a/web/b", &["x&web"], true, true);
    check_tags("string_like", "*/${qcs:principal_tag_value}/*", "a/web/b", &["x&*"], false, false);
    check_tags("string_not_like", "*/${qcs:principal_tag_value}/*", "a/web/b", &["x&*", "y&app"], true, true);
}

#[test]
fn a_caller_without_tags_is_unknown() {
    for operator in ["string_equal", "string_not_equal", "string_like", "string_equal_ignore_case"] {
        check_tags(operator, "${qcs:principal_tag_value}", "web", &[], false, true);
        check_tags(operator, "${qcs:principal_tag_value}", "web", &["no tag"], false, true);
    }
    // Another value that is a tag can still decide.
    check_tags("string_equal", "${qcs:principal_tag_value}", "web", &["no tag", "x&web"], true, true);
}

#[test]
fn tags_are_key_and_value() {
    let condition = r#"{"for_any_value:string_equal":{"qcs:resource_tag":["env&test","env&dev"]}}"#;
    assert!(holds(condition, &["qcs:resource_tag=team&a", "qcs:resource_tag=env&dev"]));
    assert!(!holds(condition, &["qcs:resource_tag=env&prod"]));
}

/// Every operator, with every qualifier and suffix, on a key that is present, absent and multiple.
#[test]
fn every_operator_is_read_and_decides() {
    let families = [
        (
            "string",
            &["equal", "not_equal", "equal_ignore_case", "not_equal_ignore_case", "like", "not_like"][..],
            "a",
            "b",
        ),
        (
            "numeric",
            &["equal", "not_equal", "less_than", "less_than_equal", "greater_than", "greater_than_equal"][..],
            "1",
            "2",
        ),
        (
            "date",
            &["equal", "not_equal", "less_than", "less_than_equal", "greater_than", "greater_than_equal"][..],
            "2022-05-31T00:00:00Z",
            "2022-06-01T00:00:00Z",
        ),
        ("bool", &["equal"][..], "false", "true"),
        ("binary", &["equal"][..], "aGk=", "aGo="),
        ("ip", &["equal", "not_equal"][..], "10.0.0.1", "10.0.0.2"),
    ];
    for (family, relations, low, high) in families {
        for relation in relations {
            let (below, same, above) = match *relation {
                "equal" | "equal_ignore_case" | "like" => (false, true, false),
                "not_equal" | "not_equal_ignore_case" | "not_like" => (true, false, true),
                "less_than" => (true, false, false),
                "less_than_equal" => (true, true, false),
                "greater_than" => (false, false, true),
                _ => (false, true, true),
            };
            for qualifier in ["", "for_all_value:", "for_any_value:"] {
                for suffix in ["", "_if_exist"] {
                    let operator = format!("{qualifier}{family}_{relation}{suffix}");
                    check(&operator, &format!("\"{high}\""), &[low], below);
                    check(&operator, &format!("\"{high}\""), &[high], same);
                    check(&operator, &format!("\"{low}\""), &[high], above);
                    check(&operator, &format!("\"{low}\""), &[], suffix == "_if_exist");
                    let all = qualifier == "for_all_value:" || qualifier.is_empty() && relation.starts_with("not");
                    let expected = if all { below && same } else { below || same };
                    check(&operator, &format!("\"{high}\""), &[low, high], expected);
                }
            }
        }
    }
}
