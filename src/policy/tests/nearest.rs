//! Tests of which resource an explanation names as the closest, and what it says is different.

use super::explanations::explain_with;
use super::*;

/// Explains a denied question to statements on these resources, in this order.
///
/// Returns the line `closest` and the last line, which is the help.
fn nearest(action: &str, resources: &[&str], asked: &str) -> String {
    let statements: Vec<String> = resources
        .iter()
        .map(|resource| {
            format!(r#"{{"effect":"allow","action":"{}:*","resource":{resource}}}"#, action.split(':').next().unwrap())
        })
        .collect();
    let text = explain_with(&Layers::of(&set(&statements.join(",\n"))), action, Resource::Named(&[asked]), &[]);
    let closest = text.lines().find_map(|line| line.trim().strip_prefix("closest: policy `p` (own), ")).unwrap();
    format!("{closest} | {}", text.lines().last().unwrap().trim())
}

#[test]
fn of_resources_the_nearest_is_named_with_what_differs() {
    let widen = "help: widen its `resource` to cover what was asked for";
    let disks = r#""qcs::cvm:gz::disk/*""#;
    let instances = r#""qcs::cvm:ap-guangzhou:uin/100000000001:instance/ins-1""#;
    let shanghai = r#""qcs::cvm:sh:uin/-1:instance/*""#;
    let asked = "qcs::cvm:ap-guangzhou:uin/100000000001:instance/ins-2";
    assert_eq!(
        nearest("cvm:X", &[disks, instances, shanghai], asked),
        format!("statement 1, line 2: its resource does not fit: another name | {widen}")
    );
    assert_eq!(
        nearest("cvm:X", &[disks, shanghai], asked),
        format!("statement 1, line 2: its resource does not fit: another region | {widen}")
    );
    assert_eq!(
        nearest("cvm:X", &[disks], asked),
        format!("statement 0, line 1: its resource does not fit: `instance` where it wants `disk` | {widen}")
    );
    assert_eq!(
        nearest("cvm:X", &[&format!("[{disks},{shanghai}]")], asked),
        format!(
            "statement 0, line 1: its resource does not fit, `qcs::cvm:sh:uin/-1:instance/*` nearest: another region | {widen}"
        )
    );
    assert_eq!(
        nearest("cvm:X", &[r#""qcs::cvm:gz::instance/*""#], "qcs::cvm:::instance/ins-2"),
        format!("statement 0, line 1: its resource does not fit: no region is asked for | {widen}")
    );
    assert_eq!(
        nearest("cvm:X", &[r#""qcs::cvm:gz::instance/*""#], "qcs::cvm:gz::*"),
        format!("statement 0, line 1: its resource does not fit: all of them are asked for | {widen}")
    );
    assert_eq!(
        nearest("cvm:X", &[r#""qcs::cos:::*""#, r#""qcs::cvm:::${uin}/*""#], asked),
        format!("statement 0, line 1: its resource does not fit: another service | {widen}")
    );
    assert_eq!(
        nearest("cvm:X", &[disks], "no name at all"),
        format!("statement 0, line 1: its resource does not fit | {widen}")
    );
}

#[test]
fn what_differs_in_a_resource_is_the_first_of_what_is_equally_near() {
    let widen = "help: widen its `resource` to cover what was asked for";
    let of = |resource: &str, asked: &str| nearest("cvm:X", &[resource], asked);
    let asked = "qcs::cvm:gz:uin/100000000001:instance/c";
    let (a, b) = ("qcs::cvm:gz::instance/a", "qcs::cvm:gz::instance/b");
    assert_eq!(
        of(&format!(r#"["{a}","{b}"]"#), asked),
        format!("statement 0, line 1: its resource does not fit, `{a}` nearest: another name | {widen}")
    );
    for (resource, name, differs) in [
        (r#""qcs::cvm:::disk/1""#, "disk2", "another name"),
        (r#""qcs::cvm:::user/${uin}""#, "group/7", "`group` where it wants `user`"),
        (r#""qcs::cvm:::user/${uin}""#, "user/7", "another name"),
        (r#""qcs::cvm:::user/${uin}""#, "user", "another name"),
    ] {
        assert_eq!(
            of(resource, &format!("qcs::cvm::uin/100000000001:{name}")),
            format!("statement 0, line 1: its resource does not fit: {differs} | {widen}")
        );
    }
    // A role of another account can be assumed, so the account can be what differs.
    let role = |account: &str| format!("qcs::cam::uin/{account}:roleName/ops");
    for (written, asked) in [
        (r#""qcs::cam:::roleName/ops""#.to_owned(), role("100000000009")),
        (format!("\"{}\"", role("100000000009")), role("100000000001")),
        (format!("\"{}\"", role("100000000009")), role("100000000008")),
    ] {
        assert_eq!(
            nearest("sts:AssumeRole", &[&written], &asked),
            format!("statement 0, line 1: its resource does not fit: another account | {widen}")
        );
    }
    assert_eq!(
        nearest("sts:AssumeRole", &[r#""qcs::cam:::roleName/dev""#], &role("100000000001")),
        format!("statement 0, line 1: its resource does not fit: another name | {widen}")
    );
}

#[test]
fn every_name_of_a_resource_is_said_to_be_met() {
    let set = set(r#"{"effect":"allow","action":"sts:*","resource":"qcs::cam:::roleName/dev"}"#);
    let names = ["qcs::cam::uin/100000000001:roleName/ops", "qcs::cam::uin/100000000001:role/7"];
    let text = explain_with(&Layers::of(&set), "sts:AssumeRole", Resource::Named(&names), &[]);
    assert!(text.contains(&format!("met: `{}`, which is also `{}`\n", names[0], names[1])), "{text}");
}
