//! Tests of which requesters a trust policy trusts.

use super::*;

const OTHER: &str = "200000000001";

fn trust(statements: &str) -> Document {
    parse(&document(statements), &rules(DocumentKind::Trust)).unwrap()
}

fn ask(
    document: &Document,
    account: &str,
    identity: RequesterIdentity<'_>,
    groups: &[&str],
    entries: &[(&str, &str)],
) -> Reason {
    let context = context(entries);
    let question =
        Question { action: "sts:AssumeRole", resource: Resource::Operation, context: &context, caller: caller() };
    decide_trust(document, &Requester { account, identity, groups }, &question).reason
}

/// Every kind of requester: a name for the tests, the account, the identity and the groups.
const EVERYBODY: &[(&str, &str, RequesterIdentity<'_>, &[&str])] = &[
    ("root", OTHER, RequesterIdentity::Root, &[]),
    ("user", OTHER, RequesterIdentity::User("200000000002"), &[]),
    ("member", OTHER, RequesterIdentity::User("200000000003"), &["13"]),
    ("role", OTHER, RequesterIdentity::Role { id: "4611686018427397919", name: "r" }, &["13"]),
    ("stranger", OWNER, RequesterIdentity::User("200000000002"), &["13"]),
    ("strange-root", OWNER, RequesterIdentity::Root, &[]),
    ("service", "", RequesterIdentity::Service("cvm.qcloud.com"), &[]),
    ("saml", "", RequesterIdentity::Federated("qcs::cam::uin/200000000001:saml-provider/idp"), &[]),
    ("nobody", "", RequesterIdentity::Anonymous, &[]),
];

/// Checks which of the requesters are trusted.
#[track_caller]
fn check(principal: &str, trusted: &[&str]) {
    let document = trust(&format!(r#"{{"effect":"allow","action":"name/sts:AssumeRole","principal":{principal}}}"#));
    let found: Vec<&str> = EVERYBODY
        .iter()
        .filter(|(_, account, identity, groups)| ask(&document, account, *identity, groups, &[]) == Reason::Allow)
        .map(|(name, ..)| *name)
        .collect();
    assert_eq!(found, trusted, "{principal}");
}

#[test]
fn root_stands_for_every_identity_of_the_account() {
    check(r#"{"qcs":"qcs::cam::uin/200000000001:root"}"#, &["root", "user", "member", "role"]);
}

#[test]
fn the_account_as_its_own_user_is_the_root_only() {
    check(r#"{"qcs":"qcs::cam::uin/200000000001:uin/200000000001"}"#, &["root"]);
}

#[test]
fn users_groups_and_roles() {
    check(r#"{"qcs":"qcs::cam::uin/200000000001:uin/200000000002"}"#, &["user"]);
    check(r#"{"qcs":"qcs::cam::uin/200000000001:groupid/13"}"#, &["member"]);
    check(r#"{"qcs":"qcs::cam::uin/200000000001:roleName/r"}"#, &["role"]);
    check(r#"{"qcs":"qcs::cam::uin/200000000001:role/4611686018427397919"}"#, &["role"]);
    check(r#"{"qcs":"qcs::cam::uin/200000000001:roleName/s"}"#, &[]);
}

#[test]
fn services_and_providers() {
    check(r#"{"service":"cvm.qcloud.com"}"#, &["service"]);
    check(r#"{"service":["cls.cloud.tencent.com"]}"#, &[]);
    check(r#"{"federated":["qcs::cam::uin/200000000001:saml-provider/idp"]}"#, &["saml"]);
    check(r#"{"qcs":"qcs::cam::uin/200000000001:saml-provider/idp"}"#, &["saml"]);
    check(r#"{"federated":"qcs::cam::uin/200000000001:oidc-provider/idp"}"#, &[]);
}

#[test]
fn a_star_is_every_identity_of_every_account() {
    let identities = &["root", "user", "member", "role", "stranger", "strange-root"];
    check(r#""*""#, identities);
    check(r#"{"qcs":"*"}"#, identities);
    check(r#"{"qcs":["qcs::cam::anonymous:anonymous"]}"#, &["nobody"]);
}

#[test]
fn several_principals_are_any_of_them() {
    check(
        r#"{"service":"cvm.qcloud.com","qcs":["qcs::cam::uin/200000000001:uin/200000000001","qcs::cam::uin/100000000001:root"]}"#,
        &["root", "stranger", "strange-root", "service"],
    );
}

#[test]
fn a_deny_in_a_trust_policy_counts() {
    let document = trust(
        r#"{"effect":"allow","action":"sts:AssumeRole","principal":{"qcs":"qcs::cam::uin/200000000001:root"}},
           {"effect":"deny","action":"sts:AssumeRole","principal":{"qcs":"qcs::cam::uin/200000000001:uin/200000000002"}}"#,
    );
    assert_eq!(ask(&document, OTHER, RequesterIdentity::User("200000000002"), &[], &[]), Reason::ExplicitDeny);
    assert_eq!(ask(&document, OTHER, RequesterIdentity::User("200000000003"), &[], &[]), Reason::Allow);
}

#[test]
fn conditions_of_trust_are_met() {
    let document = trust(
        r#"{"effect":"allow","action":"sts:AssumeRole","principal":"*","condition":{"string_equal":{"sts:external_id":"x"}}}"#,
    );
    assert_eq!(ask(&document, OTHER, RequesterIdentity::Root, &[], &[("sts:external_id", "x")]), Reason::Allow);
    assert_eq!(ask(&document, OTHER, RequesterIdentity::Root, &[], &[("sts:external_id", "y")]), Reason::Trust);
    assert_eq!(ask(&document, OTHER, RequesterIdentity::Root, &[], &[]), Reason::Trust);
}

#[test]
fn each_way_of_assuming_is_its_own_action() {
    let document = trust(r#"{"effect":"allow","action":"sts:AssumeRoleWithSAML","principal":"*"}"#);
    assert_eq!(ask(&document, OTHER, RequesterIdentity::Root, &[], &[]), Reason::Trust);
}

#[test]
fn an_identity_policy_trusts_nobody_and_a_trust_policy_permits_nothing() {
    let identity =
        parse(&document(r#"{"effect":"allow","action":"*","resource":"*"}"#), &rules(DocumentKind::Identity)).unwrap();
    assert_eq!(ask(&identity, OTHER, RequesterIdentity::Root, &[], &[]), Reason::Trust);
    let trust = trust(r#"{"effect":"allow","action":"sts:AssumeRole","principal":"*"}"#);
    let set = PolicySet::compile(vec![attach(trust, "p", Via::Own)]);
    assert_eq!(reason(&set, "sts:AssumeRole", "", &[]), Reason::ImplicitDeny);
}

#[test]
fn an_unreadable_trust_policy_trusts_nobody() {
    let text = document(r#"{"effect":"allow","action":"sts:AssumeRole","principal":{"qcs":["*"],"aws":"x"}}"#);
    let partly = load(&text, &rules(DocumentKind::Trust));
    assert_eq!(ask(&partly, OTHER, RequesterIdentity::Root, &[], &[]), Reason::Allow);
    assert_eq!(ask(&partly, "", RequesterIdentity::Anonymous, &[], &[]), Reason::Trust);
    let nobody = load(&document(r#"{"effect":"deny","action":"sts:AssumeRole"}"#), &rules(DocumentKind::Trust));
    assert_eq!(ask(&nobody, OTHER, RequesterIdentity::Root, &[], &[]), Reason::ExplicitDeny);
    let text = document(r#"{"effect":"allow","action":"sts:AssumeRole","principal":{"service":"a.example.com"}}"#);
    let unknown = load(&text, &rules(DocumentKind::Trust));
    assert_eq!(ask(&unknown, "", RequesterIdentity::Service("a.example.com"), &[], &[]), Reason::Allow);
    let broken = load("{", &rules(DocumentKind::Trust));
    assert_eq!(ask(&broken, OTHER, RequesterIdentity::Root, &[], &[]), Reason::ExplicitDeny);
}

/// The document is the sample of the CMQ page, which names a queue after the user.
#[test]
fn a_strategy_names_whom_it_is_for() {
    let text = r#"{"version":"2.0",
        "principal":{"qcs":["qcs::cam::uin/100000000001:uin/3232/myqueue","qcs::cam::uin/100000000001:groupid/13"]},
        "statement":[{"effect":"allow","action":"name/cmqqueue:ListQueue","resource":"*"},
          {"effect":"allow","action":["name/cmqqueue:ReceiveMessage"],"resource":["qcs::cmqqueue:bj:uin/100000000001:queueName/uin/3232/*"]}]}"#;
    let document = parse(text, &rules(DocumentKind::Strategy)).unwrap();
    let principals: Vec<&PrincipalPattern> = document.principals().collect();
    let account = OWNER.to_owned();
    assert_eq!(
        principals,
        [
            &PrincipalPattern::User { account: account.clone(), user: "3232".into() },
            &PrincipalPattern::Group { account, group: "13".into() }
        ]
    );
    let places: Vec<_> =
        document.written_principals().map(|p| (p.path.to_owned(), p.span.line, p.span.column)).collect();
    assert_eq!(places, [("principal.qcs[0]".to_owned(), 2, 29), ("principal.qcs[1]".to_owned(), 2, 75)]);
}

/// Pairs of names of which the first is a prefix of the second. They name accounts, users, groups, roles, roles by id,
/// services and providers.
const NAMES: &[(&str, &str)] = &[
    ("10000000000", "100000000001"),
    ("200000000002", "2000000000021"),
    ("1", "13"),
    ("r", "role"),
    ("4611686018", "4611686018427397919"),
    ("cvm.qcloud.com", "cvm.qcloud.com.qcloud.com"),
    ("idp", "idp2"),
];

/// A requester whose name is a prefix of the trusted name, or begins with the trusted name, is not trusted.
#[test]
fn a_name_is_the_whole_name() {
    let [accounts, users, groups, roles, ids, services, providers] = NAMES else { panic!("{NAMES:?}") };
    let ends = |(short, long): &(&'static str, &'static str)| [*short, *long];
    for account in ends(accounts) {
        let in_account = |rest: String| format!(r#"{{"qcs":"qcs::cam::uin/{account}:{rest}"}}"#);
        for principal in [
            in_account("root".into()),
            in_account(format!("uin/{account}")),
            in_account("uin/200000000002".into()),
            in_account("groupid/13".into()),
            in_account("roleName/role".into()),
            in_account("role/4611686018".into()),
        ] {
            let [mut same, mut other] = [0, 0];
            for asking in ends(accounts) {
                for (identity, member) in [
                    (RequesterIdentity::Root, &[][..]),
                    (RequesterIdentity::User("200000000002"), &[]),
                    (RequesterIdentity::User("200000000003"), &["13"]),
                    (RequesterIdentity::Role { id: "4611686018", name: "role" }, &[]),
                ] {
                    let trusted = trusts(&principal, asking, identity, member);
                    *(if asking == account { &mut same } else { &mut other }) += u32::from(trusted);
                }
            }
            assert!(same > 0 && other == 0, "{principal}: {same} of the account, {other} of another");
        }
    }
    for trusted in ends(users) {
        let principal = format!(r#"{{"qcs":"qcs::cam::uin/{OTHER}:uin/{trusted}"}}"#);
        for asking in ends(users) {
            assert_eq!(
                trusts(&principal, OTHER, RequesterIdentity::User(asking), &[]),
                asking == trusted,
                "{principal} {asking}"
            );
        }
    }
    for trusted in ends(groups) {
        let principal = format!(r#"{{"qcs":"qcs::cam::uin/{OTHER}:groupid/{trusted}"}}"#);
        for asking in ends(groups) {
            let found = trusts(&principal, OTHER, RequesterIdentity::User("200000000002"), &[asking]);
            assert_eq!(found, asking == trusted, "{principal} {asking}");
        }
        // Only users belong to groups.
        assert!(!trusts(&principal, OTHER, RequesterIdentity::Root, &[trusted]), "{principal}");
    }
    for (place, [names, others]) in [("roleName", [roles, ids]), ("role", [ids, roles])] {
        for trusted in ends(names) {
            let principal = format!(r#"{{"qcs":"qcs::cam::uin/{OTHER}:{place}/{trusted}"}}"#);
            for asking in ends(names) {
                let identity = match place {
                    "role" => RequesterIdentity::Role { id: asking, name: others.0 },
                    _ => RequesterIdentity::Role { id: others.0, name: asking },
                };
                assert_eq!(trusts(&principal, OTHER, identity, &[]), asking == trusted, "{principal} {asking}");
            }
        }
    }
    for trusted in ends(services) {
        for asking in ends(services) {
            let found = trusts(&format!(r#"{{"service":"{trusted}"}}"#), "", RequesterIdentity::Service(asking), &[]);
            assert_eq!(found, asking == trusted, "{trusted} {asking}");
        }
    }
    let provider = |name: &str| format!("qcs::cam::uin/{OTHER}:saml-provider/{name}");
    for trusted in ends(providers) {
        for asking in ends(providers) {
            let principal = format!(r#"{{"federated":"{}"}}"#, provider(trusted));
            let found = trusts(&principal, "", RequesterIdentity::Federated(&provider(asking)), &[]);
            assert_eq!(found, asking == trusted, "{trusted} {asking}");
        }
    }
}

fn trusts(principal: &str, account: &str, identity: RequesterIdentity<'_>, groups: &[&str]) -> bool {
    let document = trust(&format!(r#"{{"effect":"allow","action":"sts:AssumeRole","principal":{principal}}}"#));
    ask(&document, account, identity, groups, &[]) == Reason::Allow
}

/// The forms that mean the caller's own account in a resource are malformed in a principal.
#[test]
fn the_own_account_is_no_principal() {
    for name in ["uin/-1:root", "uin/-1:uin/-1", "uin/-1:uin/200000000002", "uin/200000000001:uin/-1", "uin/:root"] {
        let text = document(&format!(
            r#"{{"effect":"allow","action":"sts:AssumeRole","principal":{{"qcs":"qcs::cam::{name}"}}}}"#
        ));
        let problems = parse(&text, &rules(DocumentKind::Trust)).unwrap_err();
        assert_eq!(
            problems.iter().map(|problem| problem.defect).collect::<Vec<_>>(),
            [Defect::PrincipalName],
            "{name}"
        );
        let stored = load(&text, &rules(DocumentKind::Trust));
        for (who, account, identity, groups) in EVERYBODY {
            assert_eq!(ask(&stored, account, *identity, groups, &[]), Reason::Trust, "{who} by {name}");
        }
        for account in ["-1", ""] {
            for identity in [RequesterIdentity::Root, RequesterIdentity::User("-1"), RequesterIdentity::User("")] {
                assert_eq!(ask(&stored, account, identity, &[], &[]), Reason::Trust, "{name}");
            }
        }
    }
}
