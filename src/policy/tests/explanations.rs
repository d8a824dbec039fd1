//! Traces and their rendering.

use super::*;

const STATEMENTS: &str = r#"{"effect":"allow","action":"cvm:*","resource":"*"},
{"effect":"allow","action":["cam:GetRole","name/cam:GetUser"],"resource":"qcs::cam:::roleName/dev-*"},
{"effect":"allow","action":"cam:GetRole","resource":"*","condition":{"ip_equal":{"qcs:ip":["10.0.0.0/8","192.0.2.1"]}}},
{"effect":"deny","action":"cam:DeleteRole","resource":"*"}"#;

fn explained(action: &str, resource: &str, entries: &[(&str, &str)]) -> Explanation {
    let document = parse(&document(STATEMENTS), &rules(Kind::Identity)).unwrap();
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
      closest: policy `Dev` (group `devs`), statement 1, line 2: its resource does not fit
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

/// Of another layer, or a deny: it would not have helped, however close it came.
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
    let attached = attach(parse(&text, &rules(Kind::Trust)).unwrap(), "role r", Via::Trust);
    let context = Context::new();
    let question =
        Question { action: "sts:AssumeRole", resource: Resource::Operation, context: &context, caller: caller() };
    let who = Requester { account: OWNER, identity: Identity::User(USER), groups: &[] };
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

/// A statement about somebody else is further away than one about something else.
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
    let who = Requester { account: OWNER, identity: Identity::User(USER), groups: &[] };
    for (statements, closest) in [(format!("{other},{own}"), 1), (format!("{own},{other}"), 0)] {
        let document = parse(&document(&statements), &rules(Kind::Trust)).unwrap();
        let told = render(&explain_trust(&attach(document, "role r", Via::Trust), &who, &question), "somebody");
        let expected =
            format!("closest: policy `role r` (trust), statement {closest}, line 1: its action does not fit");
        assert!(told.contains(&expected), "{told}");
    }
}

#[test]
fn what_cannot_be_read_is_said() {
    let document =
        load(&document(r#"{"effect":"deny","action":"cam:GetRole","resource":"nonsense"}"#), &rules(Kind::Identity));
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
