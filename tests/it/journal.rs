//! The journal: what an entry contains, what it never contains, and how entries are found.

use crate::support::{
    Caller, Database, ROOT, Test, allow, in_memory, on, on_each_database, operations, root_of, text, trust,
};
use camulator::dialect::tencent::operations::STS;
use camulator::limit::Rates;
use serde_json::{Value, json};

fn who(caller: &Caller) -> crate::support::Call {
    caller.call("sts", STS, "GetCallerIdentity", json!({}))
}

#[test]
fn what_the_signature_does_not_cover_is_named() {
    in_memory(async |t| {
        let root = t.root();
        let signature = async |call: crate::support::Call| {
            let reply = call.send().await;
            t.trace(&reply.request_id()).await["signature"].clone()
        };
        let plain = signature(who(&root)).await;
        assert_eq!(plain["scheme"], "TC3-HMAC-SHA256");
        assert_eq!(plain["verdict"], "valid");
        assert_eq!(plain["signed_headers"], "content-type;host");
        assert_eq!(plain["free"], json!(["x-tc-action", "x-tc-version", "x-tc-region"]));
        let signed = signature(who(&root).language("zh-CN").signing("x-tc-region").signing("x-tc-action")).await;
        assert_eq!(signed["free"], json!(["x-tc-version", "x-tc-language"]));
        root.role("ops", &[root_of(ROOT)]).await;
        let session = root.assume(ROOT, "ops").await;
        let free = json!(["x-tc-action", "x-tc-version", "x-tc-region", "x-tc-token"]);
        assert_eq!(signature(who(&session)).await["free"], free);
        assert_eq!(signature(who(&session.forged())).await["free"], free);
        // With `UNSIGNED-PAYLOAD` the signature does not cover the body.
        let unsigned = crate::tc3::digest(b"UNSIGNED-PAYLOAD");
        let unsigned = signature(who(&root).header("x-tc-content-sha256", "UNSIGNED-PAYLOAD").payload(&unsigned)).await;
        assert_eq!(unsigned["verdict"], "valid");
        assert_eq!(unsigned["free"], json!(["body", "x-tc-action", "x-tc-version", "x-tc-region"]));
        // Where the signature was not checked, the entry does not say what it covers.
        let unknown = signature(who(&t.caller("", "AKIDnobody0001", "x"))).await;
        assert_eq!(unknown["verdict"], "unknown key");
        assert_eq!(unknown.get("free"), None);
    });
}

#[test]
fn a_token_that_was_signed_is_not_shown() {
    in_memory(async |t| {
        let root = t.root();
        root.role("ops", &[root_of(ROOT)]).await;
        let session = root.assume(ROOT, "ops").await;
        let token = session.token.clone().unwrap();
        let forged = Caller { token: None, ..session.forged() };
        let reply = who(&forged).header("x-tc-token", &token).signing("x-tc-token").send().await;
        let shown = t.trace(&reply.request_id()).await;
        assert_eq!(shown["signature"]["verdict"], "wrong", "{shown}");
        assert!(text(&shown["signature"]["canonical_request"]).contains("x-tc-token:(the token, not shown)\n\n"));
        assert!(!shown.to_string().to_lowercase().contains(&token.to_lowercase()), "{shown}");
        // Nor under another header name.
        for name in ["cookie", "x-mine", "a"] {
            let call = who(&forged).header(name, &token).signing(name).header("x-tc-token", &token);
            let reply = call.send().await;
            reply.fault("AuthFailure.SignatureFailure");
            let shown = t.trace(&reply.request_id()).await;
            assert!(text(&shown["signature"]["canonical_request"]).contains(&format!("{name}:(")), "{shown}");
            assert!(!shown.to_string().to_lowercase().contains(&token.to_lowercase()), "{name}: {shown}");
        }
        // Nor in another letter case, in which no header may be signed.
        for name in ["X-TC-Token", "X-Tc-Token", "x-Tc-tOKEN"] {
            let reply = who(&forged).header(name, &token).signing(name).send().await;
            reply.fault("AuthFailure.InvalidAuthorization");
            let shown = t.trace(&reply.request_id()).await;
            assert!(!shown.to_string().to_lowercase().contains(&token.to_lowercase()), "{name}: {shown}");
        }
        // A token that is sent or signed twice is refused, and not shown either.
        for call in [
            who(&forged).header("x-tc-token", &token).signing("x-tc-token").repeat("x-tc-token", token.as_bytes()),
            who(&forged).header("x-tc-token", &token).signing("x-tc-token").signing("x-tc-token"),
        ] {
            let reply = call.send().await;
            assert_ne!(reply.code(), None);
            let shown = t.trace(&reply.request_id()).await.to_string().to_lowercase();
            assert!(!shown.contains(&token.to_lowercase()), "{shown}");
        }
    });
}

/// A client without a valid key can send anything, so an entry keeps only a bounded part of it.
#[test]
fn the_entry_of_an_unverified_request_is_bounded() {
    in_memory(async |t| {
        let forged = t.root().forged();
        let long = |n: usize| format!("x-{}-{n}", "n".repeat(1_800));
        let names = (0..30).fold(who(&forged), |call, n| call.header(&long(n), "v").signing(&long(n)));
        let value = "v".repeat(60_000);
        for call in [
            names,
            who(&forged).header("x-tc-traceid", &value).signing("x-tc-traceid"),
            who(&forged).host(&value, &value),
            who(&forged).content_type(&format!("application/json;{value}"), "x"),
            who(&forged).edit("x-tc-timestamp", Some(value.as_bytes())),
            who(&forged).edit("x-tc-action", Some(value.as_bytes())),
            who(&forged).edit("x-tc-version", Some(value.as_bytes())),
            who(&forged).edit("x-tc-token", Some(value.as_bytes())),
            who(&forged).edit("authorization", Some(value.as_bytes())),
            who(&forged).edit("authorization", Some(format!("TC3-HMAC-SHA256 Credential={value}/x").as_bytes())),
            who(&forged).edit("authorization", Some(format!("TC3-HMAC-SHA256 {value}=").as_bytes())),
        ] {
            let reply = call.send().await;
            assert_ne!(reply.code(), None);
            let shown = t.trace(&reply.request_id()).await;
            assert!(shown.to_string().len() < 6_000, "{}: {shown}", shown.to_string().len());
            if let Some(canonical) = shown["signature"]["canonical_request"].as_str().filter(|it| it.len() > 1_000) {
                assert!(canonical.ends_with(" (cut off)"), "{canonical}");
            }
        }
    });
}

#[test]
fn the_state_of_the_rate_limit_is_shown() {
    let params = || json!({"RoleName": "r", "PolicyDocument": trust(&[root_of(ROOT)])});
    on(&[Database::Memory], Rates::Documented, async |t| {
        let rate = async |caller: Caller| {
            let reply = caller.cam("CreateRole", params()).await;
            t.trace(&reply.request_id()).await.get("rate_limit").cloned()
        };
        let within = |remaining: u64| Some(json!({"limit": 2, "remaining": remaining, "exceeded": false}));
        assert_eq!(rate(t.root()).await, within(1));
        assert_eq!(rate(t.root()).await, within(0));
        let exceeded = json!({"limit": 2, "remaining": 0, "exceeded": true, "seen": 3});
        assert_eq!(rate(t.root()).await, Some(exceeded));
        assert_eq!(rate(t.root().forged()).await, None, "a forged request does not reach the limiter");
    });
    on(&[Database::Memory], Rates::Off, async |t| {
        let reply = t.root().cam("CreateRole", params()).await;
        assert_eq!(t.trace(&reply.request_id()).await["rate_limit"], json!({"mode": "off"}));
    });
}

#[test]
fn a_request_that_fails_early_is_shown_under_what_it_names() {
    in_memory(async |t| {
        let root = t.root();
        let list = |caller: &Caller| caller.call("cam", "2019-01-16", "ListUsers", json!({}));
        let named = ("cam", "ListUsers", Some(root.secret_id.as_str()));
        let nobody = t.caller("", "AKIDnobody0001", "x");
        let unnamed = "a key id that is longer than any is ".repeat(1000);
        for (call, code, (service, action, secret_id)) in [
            (list(&root.forged()), "AuthFailure.SignatureFailure", named),
            (list(&nobody), "AuthFailure.SecretIdNotFound", ("cam", "ListUsers", Some("AKIDnobody0001"))),
            (list(&root).at(1), "AuthFailure.SignatureExpire", named),
            // Some clients take the service of the scope from the address.
            (list(&root.forged()).scope("127").host("cam.local", "x"), "AuthFailure.SignatureFailure", named),
            (list(&root.forged()).scope("127"), "AuthFailure.InvalidAuthorization", named),
            (list(&root.forged()).scope("127").host("127.0.0.1", "x"), "AuthFailure.SignatureFailure", named),
            (list(&root).content_type("text/plain", "text/plain"), "", named),
            (list(&root).edit("authorization", None), "", ("cam", "ListUsers", None)),
            (list(&root).edit("authorization", Some(b"Basic x")), "", ("cam", "ListUsers", None)),
            (list(&root).header("x-tc-action", "Nothing"), "InvalidAction", ("cam", "Nothing", named.2)),
            (list(&root).edit("x-tc-action", None), "", ("cam", "", named.2)),
            (list(&root).header("x-tc-action", &unnamed), "InvalidAction", ("cam", &unnamed[..128], named.2)),
        ] {
            let reply = call.send().await;
            let entry = t.trace(&reply.request_id()).await;
            assert!(code.is_empty() || entry["outcome"]["code"] == code, "{entry}");
            assert_ne!(entry["outcome"]["code"], Value::Null, "{entry}");
            assert_eq!((text(&entry["service"]), text(&entry["action"])), (service, action), "{entry}");
            assert_eq!(entry["caller"]["secret_id"].as_str(), secret_id, "{entry}");
        }
    });
}

#[test]
fn an_operation_that_needs_no_permission_is_allowed() {
    in_memory(async |t| {
        let reply = who(&t.root()).send().await;
        let allowed =
            json!({"decision": "allow", "reason": "allow", "considered": [], "note": "no permission is needed"});
        assert_eq!(t.trace(&reply.request_id()).await["decision"], allowed);
    });
}

async fn found(t: &Test, query: &str) -> Vec<String> {
    let listed = t.admin("GET", &format!("/requests?{query}"), Value::Null).await.done();
    let action = |entry: &Value| text(&entry["action"]).to_owned();
    listed["requests"].as_array().unwrap().iter().map(action).collect()
}

#[test]
fn entries_are_found_by_filters() {
    on_each_database(async |t| {
        let root = t.root();
        let user = root.user("dev").await;
        t.advance(60);
        who(&user).send().await.ok();
        user.cam("ListUsers", json!({})).await.fault("AuthFailure.UnauthorizedOperation");
        user.forged().cam("ListRoles", json!({})).await.fault("AuthFailure.SignatureFailure");
        t.advance(60);
        root.cam("ListUsers", json!({})).await.ok();

        assert_eq!(found(&t, "service=sts").await, ["GetCallerIdentity"]);
        assert_eq!(found(&t, "service=cam").await, ["ListUsers", "ListRoles", "ListUsers", "AddUser"]);
        let by_key = format!("caller={}", user.secret_id);
        assert_eq!(found(&t, &by_key).await, ["ListRoles", "ListUsers", "GetCallerIdentity"]);
        let arn = format!("caller=qcs::cam:{ROOT}:uin/{}", user.uin);
        assert_eq!(found(&t, &arn).await, ["ListUsers", "GetCallerIdentity"], "only verified requests have an ARN");
        assert_eq!(found(&t, &format!("{arn}&service=sts")).await, ["GetCallerIdentity"]);
        assert!(found(&t, &arn[..arn.len() - 1]).await.is_empty(), "a prefix of an ARN finds nothing");
        let since = ["since=2026-01-01T00:02:00Z", "since=2026-01-01T08:02:00%2B08:00"];
        for since in since {
            assert_eq!(found(&t, since).await, ["ListUsers"]);
        }
        assert_eq!(found(&t, "since=2026-01-01T00:01:00Z").await.len(), 4);
        assert!(found(&t, "since=2026-01-01T00:02:01Z").await.is_empty());
        assert_eq!(found(&t, "limit=2").await, ["ListUsers", "ListRoles"]);
        assert_eq!(found(&t, "limit=10000").await.len(), 5);
    });
}

#[test]
fn a_wrong_filter_gets_one_clear_sentence() {
    in_memory(async |t| {
        let known =
            "there is no parameter `colour`; the filters are account, action, service, code, caller, since and limit";
        let bounds = |text: &str| format!("limit `{text}` is no whole number from 1 to 10000");
        for (query, message) in [
            ("colour=red", known.to_owned()),
            ("limit=0", bounds("0")),
            ("limit=10001", bounds("10001")),
            ("limit=-1", bounds("-1")),
            ("limit=", bounds("")),
            ("limit=99999999999999999999999", bounds("99999999999999999999999")),
            ("limit=1&limit=2", "the parameter `limit` is given twice; give it once".to_owned()),
            (
                "since=yesterday",
                "since `yesterday` is no time; write it as in RFC 3339, such as 2026-01-01T00:00:00Z, with %2B for a \
                 plus sign"
                    .to_owned(),
            ),
        ] {
            let reply = t.admin("GET", &format!("/requests?{query}"), Value::Null).await;
            assert_eq!((reply.status, text(&reply.body["error"]["message"])), (400, message.as_str()), "{query}");
        }
    });
}

/// The trace of AssumeRole shows the caller's policies and the role's trust policy, as `/authorize` does for the same
/// question, and explains the one that refused.
#[test]
fn the_trace_of_assume_role_shows_the_callers_policies_and_the_trust_policy() {
    on_each_database(async |t| {
        let root = t.root();
        let (trusted, stranger, weak) = (root.user("trusted").await, root.user("other").await, root.user("weak").await);
        let named = |user: &Caller| format!("qcs::cam::uin/{ROOT}:uin/{}", user.uin);
        root.role("ops", &[named(&trusted), named(&weak)]).await;
        let arn = format!("qcs::cam::uin/{ROOT}:roleName/ops");
        let may = root.grant(&trusted, "may", &allow("sts:AssumeRole", &arn)).await;
        root.cam("AttachUserPolicy", json!({"PolicyId": may, "AttachUin": &stranger.uin})).await.ok();
        root.grant(&weak, "weak", &allow("sts:AssumeRole", "qcs::cam::uin/100000000001:roleName/another")).await;
        let sides = [("may", "own"), ("trust policy of ops", "trust")];
        let lacking = [("weak", "own"), ("trust policy of ops", "trust")];
        for (caller, code, decision, reason, sides, told) in [
            (&trusted, None, "allow", "allow", &sides[..], vec!["policy `may`", "policy `trust policy of ops`"]),
            (&stranger, Some("UnauthorizedOperation"), "deny", "trust", &sides[..], vec!["trust policy of ops"]),
            (
                &weak,
                Some("AuthFailure.UnauthorizedOperation"),
                "deny",
                "implicit_deny",
                &lacking[..],
                vec!["policy `weak`"],
            ),
            (&root, Some("UnauthorizedOperation"), "deny", "trust", &sides[1..], vec!["trust policy of ops"]),
        ] {
            let reply = caller.sts("AssumeRole", json!({"RoleArn": arn, "RoleSessionName": "session"})).await;
            assert_eq!(reply.code().as_deref(), code);
            let shown = t.trace(&reply.request_id()).await["decision"].clone();
            let question = json!({"secret_id": caller.secret_id, "action": "sts:AssumeRole", "resource": arn});
            assert_eq!(shown, t.admin("POST", "/authorize", question).await.done());
            assert_eq!((text(&shown["decision"]), text(&shown["reason"])), (decision, reason), "{shown}");
            let considered: Vec<(&str, &str)> = shown["considered"]
                .as_array()
                .unwrap()
                .iter()
                .map(|considered| (text(&considered["policy"]), text(&considered["via"])))
                .collect();
            assert_eq!(considered, sides, "{shown}");
            let explanation = text(&shown["explanation"]);
            for said in ["policy `may`", "policy `weak`", "policy `trust policy of ops`"] {
                let expected = told.iter().any(|told| said.contains(told));
                assert_eq!(explanation.contains(said), expected, "{said}: {explanation}");
            }
        }
        // A role that does not exist has no trust policy to show.
        let arn = format!("qcs::cam::uin/{ROOT}:roleName/none");
        let reply = weak.sts("AssumeRole", json!({"RoleArn": arn, "RoleSessionName": "session"})).await;
        let shown = t.trace(&reply.request_id()).await["decision"].clone();
        assert_eq!(shown["considered"].as_array().unwrap().len(), 1, "{shown}");
    });
}

/// Programs rely on these members, so an entry has exactly them.
#[test]
fn an_entry_has_the_members_that_are_promised() {
    in_memory(async |t| {
        let user = t.root().user("dev").await;
        for op in operations().filter(|op| ["ListUsers", "GetCallerIdentity"].contains(&op.action)) {
            let reply = user.ask(op, json!({})).await;
            let entry = t.trace(&reply.request_id()).await;
            let members: Vec<&str> = entry.as_object().unwrap().keys().map(String::as_str).collect();
            let mut promised = vec![
                "request_id",
                "time",
                "cloud",
                "dialect",
                "service",
                "action",
                "account",
                "caller",
                "signature",
                "rate_limit",
                "decision",
                "outcome",
                "duration_us",
            ];
            let mut members = members;
            members.sort_unstable();
            promised.sort_unstable();
            assert_eq!(members, promised);
            for pointer in [
                "/caller/type",
                "/caller/arn",
                "/caller/secret_id",
                "/signature/scheme",
                "/signature/verdict",
                "/signature/free",
                "/decision/decision",
                "/decision/reason",
                "/decision/considered",
                "/outcome/status",
            ] {
                assert!(entry.pointer(pointer).is_some_and(|member| !member.is_null()), "{pointer}: {entry}");
            }
        }
    });
}
