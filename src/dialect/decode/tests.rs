//! Strict reading, the tolerances of decoding, and failures that name their place.

use super::*;
use serde::Deserialize;

#[test]
fn a_long_list_is_refused_by_its_path_wherever_it_stands() {
    let list = |items: usize| vec!["0"; items].join(",");
    let read = |text: String| Json::read(text.as_bytes()).unwrap();
    assert_eq!(read(format!("[{}]", list(LONGEST_LIST))).long_list(), None);
    let long = read(format!(r#"{{"a":[1,{{"b":[{}]}}],"c":[]}}"#, list(LONGEST_LIST + 1)));
    assert_eq!(long.long_list().as_deref(), Some("a.1.b"));
    assert!(serde_json::to_string(&long).is_err());
    let path = |fault: Fault| match fault {
        Fault::Parameter(Parameter { path, why }) => format!("{path}: {why:?}"),
        other => format!("{other:?}"),
    };
    #[derive(Deserialize, Debug)]
    #[expect(dead_code, reason = "read and never looked at")]
    struct Lists {
        a: Option<List<u8, 3>>,
        any: Option<Vec<u8>>,
    }
    let long = |name: &str| read(format!(r#"{{"{name}":[{}]}}"#, list(LONGEST_LIST + 1)));
    assert_eq!(path(decode::<Lists>(&long("a")).unwrap_err()), "a: TooMany(3)");
    assert_eq!(path(decode::<Lists>(&long("any")).unwrap_err()), "any: TooMany(4096)");
    // What is not stored is still read: it must be JSON.
    assert!(Json::read(format!("[{},x]", list(2 * LONGEST_LIST)).as_bytes()).is_err());
}

#[test]
fn a_key_given_twice_is_found_among_few_and_many() {
    for members in [1, FEW - 1, FEW, FEW + 1, 1000] {
        let keys: Vec<String> = (0..members).map(|key| format!(r#""k{key}":0"#)).collect();
        assert!(Json::read(format!("{{{}}}", keys.join(",")).as_bytes()).is_ok());
        for twice in [0, members / 2, members - 1] {
            let text = format!(r#"{{{},"k{twice}":0}}"#, keys.join(","));
            assert!(Json::read(text.as_bytes()).is_err(), "k{twice} among {members}");
        }
    }
}

#[derive(Deserialize, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
struct Sample {
    #[serde(rename = "Name")]
    name: String,
    #[serde(rename = "Count")]
    count: Option<u64>,
    #[serde(rename = "Tags", default)]
    tags: Vec<Tag>,
}

#[derive(Deserialize, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
struct Tag {
    #[serde(rename = "Key")]
    key: String,
}

fn check(json: &str, expected: &str) {
    let outcome = match Json::read(json.as_bytes()).and_then(|value| decode::<Sample>(&value)) {
        Ok(sample) => format!("{sample:?}"),
        Err(Fault::Parameter(Parameter { path, why })) => format!("{path}: {why:?}"),
        Err(Fault::Malformed(Malformed::Json(why))) => why,
        Err(other) => format!("{other:?}"),
    };
    assert_eq!(outcome, expected, "{json}");
}

#[test]
fn integers_arrive_as_text_and_beyond_two_to_the_fifty_third() {
    check(r#"{"Name":"a","Count":"7"}"#, r#"Sample { name: "a", count: Some(7), tags: [] }"#);
    check(
        r#"{"Name":"a","Count":4611686018427397919}"#,
        r#"Sample { name: "a", count: Some(4611686018427397919), tags: [] }"#,
    );
}

#[test]
fn an_empty_text_for_an_optional_parameter_is_absent_unless_it_clears() {
    #[derive(Deserialize, Debug)]
    #[expect(dead_code, reason = "only shown")]
    struct Optional {
        count: Option<u64>,
        name: Option<Text<4>>,
        #[serde(default, deserialize_with = "even_empty")]
        remark: Option<Text<4>>,
    }
    for (json, expected) in [
        (r#"{"count":"","name":"","remark":""}"#, r#"Optional { count: None, name: None, remark: Some(Text("")) }"#),
        (r#"{"remark":null}"#, "Optional { count: None, name: None, remark: None }"),
        ("{}", "Optional { count: None, name: None, remark: None }"),
    ] {
        let read = decode::<Optional>(&Json::read(json.as_bytes()).unwrap()).unwrap();
        assert_eq!(format!("{read:?}"), expected, "{json}");
    }
    check(r#"{"Name":"","Count":""}"#, r#"Sample { name: "", count: None, tags: [] }"#);
}

#[test]
fn every_failure_names_its_place() {
    check(r#"{"Count":1}"#, "Name: Missing");
    check(r#"{"Name":null}"#, "Name: Missing");
    check(r#"{"Name":1}"#, r#"Name: Type("string")"#);
    check(r#"{"Name":"a","Count":"x"}"#, r#"Count: Type("integer")"#);
    check(r#"{"Name":"a","Count":1.5}"#, r#"Count: Type("integer")"#);
    check(r#"{"Name":"a","Count":-1}"#, r#"Count: Illegal("out of range")"#);
    check(r#"{"Name":"a","Other":1}"#, "Other: Unknown");
    check(r#"{"Name":"a","Tags":[{"Key":"k"},{"Value":"v"}]}"#, "Tags.1.Value: Unknown");
    check(r#"{"Name":"a","Tags":{}}"#, r#"Tags: Type("list")"#);
    check("[]", r#": Type("object")"#);
}

#[test]
fn reading_is_strict() {
    check(r#"{"Name":"a","Name":"b"}"#, "the key `Name` is given twice at line 1 column 18");
    check(r#"{"Name":"a""#, "EOF while parsing an object at line 1 column 11");
    assert!(Json::read(&[b'"', 0xff, b'"']).is_err());
    assert!(Json::read("[".repeat(100_000).as_bytes()).is_err());
}
