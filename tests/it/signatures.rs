//! TC3-HMAC-SHA256: the published test vectors, the different ways in which clients sign, and what must be refused.

use crate::support::{Call, Caller, START, Test, allow, in_memory, on_each_database, root_of, text};
use crate::tc3;
use camulator::dialect::tencent::DIALECT;
use camulator::dialect::tencent::tc3::derive;
use camulator::engine::admission::NewAccount;
use camulator::secret::Secret;
use serde_json::json;

/// When the published vectors were signed: 2019-02-25T16:44:25Z.
const PUBLISHED_AT: i64 = 1_551_113_065;
const BODY: &str = r#"{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}"#;
pub const EXAMPLE_ID: &str = "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE";
pub const EXAMPLE_KEY: &str = "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE";

/// Creates an account whose root has a given key, of any characters. Its application number is its id.
pub async fn account(t: &Test, uin: &str, secret_id: &str, secret_key: &str) -> Caller {
    let new = NewAccount {
        id: uin.into(),
        cloud: DIALECT.cloud,
        name: uin.to_owned(),
        application: uin.parse().unwrap(),
        secret_id: secret_id.into(),
        secret: Secret::new(secret_key.to_owned()),
    };
    camulator::engine::admission::create(&t.app.engine, new).await.unwrap();
    t.caller(uin, secret_id, secret_key)
}

fn describe_instances(caller: &Caller) -> Call {
    let kind = "application/json; charset=utf-8";
    caller
        .call("cvm", "2017-03-12", "DescribeInstances", json!({}))
        .content_type(kind, kind)
        .body(BODY)
        .at(PUBLISHED_AT)
}

/// Compares the canonical request and the string to sign with those of the server, which its journal shows for a wrong
/// signature.
async fn check_as_the_server_saw_it(t: &Test, call: Call) {
    let signed = call.signed();
    let wrong = call.authorization().replace(&signed.signature, &"0".repeat(64));
    let reply = call.edit("authorization", Some(wrong.as_bytes())).send().await;
    reply.fault("AuthFailure.SignatureFailure");
    let trace = t.trace(&reply.request_id()).await;
    assert_eq!(text(&trace["signature"]["canonical_request"]), signed.canonical);
    assert_eq!(text(&trace["signature"]["string_to_sign"]), signed.string_to_sign);
}

#[test]
fn vector_t1() {
    in_memory(async |t| {
        t.set_time(PUBLISHED_AT);
        let call = describe_instances(&account(&t, "200000001", EXAMPLE_ID, EXAMPLE_KEY).await);
        let signed = call.signed();
        assert_eq!(tc3::digest(BODY.as_bytes()), "35e9c5b0e3ae67532d3c9f17ead6c90222632e5b1ff7f6e89887f1398934f064");
        assert_eq!(
            signed.canonical,
            "POST\n/\n\ncontent-type:application/json; charset=utf-8\nhost:cvm.tencentcloudapi.com\n\n\
             content-type;host\n35e9c5b0e3ae67532d3c9f17ead6c90222632e5b1ff7f6e89887f1398934f064"
        );
        assert_eq!(
            signed.string_to_sign,
            "TC3-HMAC-SHA256\n1551113065\n2019-02-25/cvm/tc3_request\n\
             5ffe6a04c0664d6b969fab9a13bdab201d63ee709638e2749d62a09ca18d7031"
        );
        assert_eq!(signed.signature, "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168");
        assert_eq!(
            call.authorization(),
            "TC3-HMAC-SHA256 Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE/2019-02-25/cvm/tc3_request, \
             SignedHeaders=content-type;host, \
             Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"
        );
        check_as_the_server_saw_it(&t, call.clone()).await;
        assert_eq!(call.send().await.ok(), json!({"TotalCount": 0, "InstanceSet": []}));
    });
}

#[test]
fn vector_t2() {
    in_memory(async |t| {
        t.set_time(PUBLISHED_AT);
        let key = format!("Gu5t9xGARNpq86cd98joQYCN3{}", "*".repeat(7));
        let id = format!("AKIDz8krbsJ5yKBZQpn74WFkmLPx3{}", "*".repeat(7));
        let call = describe_instances(&account(&t, "200000002", &id, &key).await);
        let signed = call.signed();
        assert_eq!(
            tc3::digest(signed.canonical.as_bytes()),
            "5ffe6a04c0664d6b969fab9a13bdab201d63ee709638e2749d62a09ca18d7031"
        );
        assert_eq!(signed.signature, "2230eefd229f582d8b1b891af7107b91597240707d778ab3738f756258d7652c");
        check_as_the_server_saw_it(&t, call.clone()).await;
        call.send().await.ok();
    });
}

#[test]
fn vector_t3() {
    in_memory(async |t| {
        t.set_time(PUBLISHED_AT);
        let stars = "*".repeat(32);
        let call = describe_instances(&account(&t, "200000003", &format!("AKID{stars}"), &stars).await);
        let call = call.signing("x-tc-action");
        let signed = call.signed();
        assert_eq!(
            signed.canonical,
            "POST\n/\n\ncontent-type:application/json; charset=utf-8\nhost:cvm.tencentcloudapi.com\n\
             x-tc-action:describeinstances\n\ncontent-type;host;x-tc-action\n\
             35e9c5b0e3ae67532d3c9f17ead6c90222632e5b1ff7f6e89887f1398934f064"
        );
        assert_eq!(
            signed.string_to_sign,
            "TC3-HMAC-SHA256\n1551113065\n2019-02-25/cvm/tc3_request\n\
             7019a55be8395899b900fb5564e4200d984910f34794a27cb3fb7d10ff6a1e84"
        );
        assert_eq!(signed.secret_date, "da98fb70dcf6b112dc21038d1eeeb3a95c74b4dcb12c1131f864f6066bd02be0");
        assert_eq!(signed.secret_service, "8d70cbefb03939f929db64d32dc2ba89b1095620119fe3e050e2b18c5bd2752f");
        let signing = "b596b923aad85185e2d1f6659d2a062e0a86731226e021e61bfe06f7ed05f5af";
        assert_eq!(signed.secret_signing, signing);
        assert_eq!(hex::encode(derive(&Secret::new(stars), "2019-02-25/cvm/tc3_request")), signing);
        assert_eq!(signed.signature, "10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f");
        check_as_the_server_saw_it(&t, call.clone()).await;
        call.send().await.ok();
    });
}

#[test]
fn vector_m1() {
    in_memory(async |t| {
        t.set_time(PUBLISHED_AT);
        let root = account(&t, "200000001", EXAMPLE_ID, EXAMPLE_KEY).await;
        root.role("test", &[root_of("200000001")]).await;
        let call = root.call("cam", "2019-01-16", "GetRole", json!({})).body(r#"{"RoleName": "test"}"#);
        let signed = call.signed();
        assert_eq!(
            tc3::digest(signed.canonical.as_bytes()),
            "d0c06354b02fbc16d480a4fefc86d54c9e73a3082fea72f07f0527dab9c41f80"
        );
        assert_eq!(signed.signature, "d45d21edc0ca00023c6431f92bd8d7947d14dd005f81ac196646386f3c4440cb");
        check_as_the_server_saw_it(&t, call.clone()).await;
        assert_eq!(call.send().await.ok()["RoleInfo"]["RoleName"], "test");
    });
}

#[test]
fn vector_m3_unsigned_payload() {
    in_memory(async |t| {
        t.set_time(PUBLISHED_AT);
        let root = account(&t, "200000001", EXAMPLE_ID, EXAMPLE_KEY).await;
        let call = unsigned(root.call("sts", "2018-08-13", "GetCallerIdentity", json!({})));
        let signed = call.signed();
        assert_eq!(
            tc3::digest(signed.canonical.as_bytes()),
            "9276f0b7c815e250fef5074c6c3b920aa809e27d67a4e0834ff929d24e649cd9"
        );
        assert_eq!(signed.signature, "87d1c75708f5dfbe22775ae3e395c7eba745f8da7f89683f413dea6346ac68da");
        check_as_the_server_saw_it(&t, call.clone()).await;
        call.send().await.ok();
    });
}

fn unsigned(call: Call) -> Call {
    call.header("x-tc-content-sha256", "UNSIGNED-PAYLOAD").payload(&tc3::digest(b"UNSIGNED-PAYLOAD"))
}

#[test]
fn an_unsigned_payload_leaves_the_body_free_and_nothing_else() {
    in_memory(async |t| {
        let identity = |caller: &Caller| caller.call("sts", "2018-08-13", "GetCallerIdentity", json!({}));
        let call = || unsigned(identity(&t.root()));
        call().body("").send().await.ok();
        call().body(" { } ").send().await.ok();
        call().edit("x-tc-content-sha256", None).send().await.fault("AuthFailure.SignatureFailure");
        call()
            .edit("x-tc-content-sha256", Some(b"unsigned-payload"))
            .send()
            .await
            .fault("AuthFailure.SignatureFailure");
        call().edit("content-type", Some(b"application/json; x=1")).send().await.fault("AuthFailure.SignatureFailure");
        // Other clouds sign the literal text; here its digest is signed.
        let literal = call().payload("UNSIGNED-PAYLOAD");
        literal.send().await.fault("AuthFailure.SignatureFailure");
        let signed = identity(&t.root()).edit("x-tc-content-sha256", Some(b"UNSIGNED-PAYLOAD"));
        signed.send().await.fault("AuthFailure.SignatureFailure");
    });
}

#[test]
fn clients_sign_different_hosts() {
    in_memory(async |t| {
        // What is sent, what is signed, and the service in the scope.
        let cases = [
            ("127.0.0.1:4580", "127.0.0.1:4580", "sts"),               // Python, Go
            ("127.0.0.1:4580", "127.0.0.1", "127"),                    // Node
            ("localhost:4580", "localhost", "localhost:4580"),         // Node
            ("127.0.0.1:4580", "127.0.0.1:4580", "127"),               // Java
            ("http://127.0.0.1:4580", "http://127.0.0.1:4580", "sts"), // tccli
            ("127.0.0.1:4580", "sts.tencentcloudapi.com", "sts"),      // COS
            ("sts.localhost:4580", "sts.localhost:4580", "sts"),       // Terraform
            ("STS.Example.com", "sts.example.com", "sts"),             // lower-cased, as documented
            ("STS.Example.com", "STS.Example.com", "sts"),             // as it is, as the clients do
            ("STS.Example.com:80", "STS.Example.com", "sts"),
            ("[::1]:4580", "[::1]:4580", "sts"),
            ("[::1]:4580", "[::1]", "sts"),
            ("sts.ap-guangzhou.tencentcloudapi.com", "sts.ap-guangzhou.tencentcloudapi.com", "sts"),
            ("sts.intl.tencentcloudapi.com", "sts.intl.tencentcloudapi.com", "sts"),
        ];
        for (sent, signed, scope) in cases {
            eprintln!("{sent} signed as {signed} for {scope}");
            let call = t.root().call("sts", "2018-08-13", "GetCallerIdentity", json!({}));
            call.host(sent, signed).scope(scope).send().await.ok();
        }
        for (sent, signed) in [
            ("127.0.0.1:4580", "127.0.0.1:4581"),
            ("127.0.0.1:4580", "evil.example"),
            ("sts.example.com", "cam.example.com"),
            ("127.0.0.1:4580", "cam.tencentcloudapi.com"),
            ("127.0.0.1:4580", ""),
        ] {
            eprintln!("{sent} signed as {signed}");
            let call = t.root().call("sts", "2018-08-13", "GetCallerIdentity", json!({}));
            call.host(sent, signed).send().await.fault("AuthFailure.SignatureFailure");
        }
    });
}

#[test]
fn clients_sign_different_content_types() {
    in_memory(async |t| {
        for (sent, signed) in [
            ("application/json", "application/json"),
            ("application/json; charset=utf-8", "application/json; charset=utf-8"),
            ("application/json;charset=UTF-8", "application/json;charset=UTF-8"),
            ("application/json;charset=UTF-8", "application/json;charset=utf-8"),
            ("Application/JSON", "application/json"),
            ("Application/JSON", "Application/JSON"),
        ] {
            eprintln!("{sent} signed as {signed}");
            let call = t.root().call("sts", "2018-08-13", "GetCallerIdentity", json!({}));
            call.content_type(sent, signed).send().await.ok();
        }
        let call = t.root().call("sts", "2018-08-13", "GetCallerIdentity", json!({}));
        let other = call.content_type("application/json; charset=utf-8", "application/json");
        other.send().await.fault("AuthFailure.SignatureFailure");
    });
}

#[test]
fn a_signature_is_good_for_five_minutes_both_ways() {
    in_memory(async |t| {
        let at = |offset| t.root().call("sts", "2018-08-13", "GetCallerIdentity", json!({})).at(START + offset);
        for offset in [-300, -299, 0, 299, 300] {
            at(offset).send().await.ok();
        }
        for offset in [-301, 301, -86_400, 86_400, 1_000_000_000] {
            let message = at(offset).send().await.fault("AuthFailure.SignatureExpire");
            assert_eq!(message, "The signature is expired, please request again.");
        }
        // The emulator's clock does not matter, because clients sign with their own.
        t.admin("PUT", "/clock", json!({"mode": "frozen", "now": "2030-01-01T00:00:00Z"})).await.done();
        at(0).send().await.ok();
        at(301).send().await.fault("AuthFailure.SignatureExpire");
        let message = at(301).language("zh-CN").send().await.fault("AuthFailure.SignatureExpire");
        assert_eq!(message, "签名已过期，请重新请求。");
    });
}

#[test]
fn a_token_belongs_to_one_key() {
    on_each_database(async |t| {
        let root = t.root();
        root.role("ops", &[root_of(&root.uin)]).await;
        let (one, other) = (root.assume(&root.uin, "ops").await, root.assume(&root.uin, "ops").await);
        let identity = |caller: &Caller, token: Option<&str>| {
            let caller = Caller { token: token.map(str::to_owned), ..caller.clone() };
            async move { caller.sts("GetCallerIdentity", json!({})).await }
        };
        identity(&one, one.token.as_deref()).await.ok();
        let token = one.token.clone().unwrap();
        let last = if token.ends_with('x') { 'y' } else { 'x' };
        let almost = format!("{}{last}", &token[..token.len() - 1]);
        for (caller, token) in [
            (&one, None),
            (&one, Some("")),
            (&one, Some("x")),
            (&one, other.token.as_deref()),
            (&one, Some(&*almost)),
            (&one, Some(&token[..token.len() - 1])),
            (&root, Some(&*token)),
        ] {
            let message = identity(caller, token).await.fault("AuthFailure.TokenFailure");
            assert_eq!(message, "Token verification failed. Please check your Token is correct.");
        }
        // A valid token does not replace the signature: with a wrong key the request is refused.
        identity(&one.forged(), one.token.as_deref()).await.fault("AuthFailure.SignatureFailure");
        identity(&one, one.token.as_deref()).await.ok();
    });
}

/// Replaces one part of a valid `Authorization` at a time; `{…}` stands for a value in it.
#[test]
fn a_malformed_authorization_is_refused() {
    const INVALID: &str = "AuthFailure.InvalidAuthorization";
    const FAILURE: &str = "AuthFailure.SignatureFailure";
    const GOOD: &str = "TC3-HMAC-SHA256 Credential={id}/{date}/sts/tc3_request, SignedHeaders={names}, Signature={sig}";
    // A part, its replacement, and the code of the refusal.
    let parts: &[(&str, &str, &str)] = &[
        ("TC3-HMAC-SHA256 ", "", INVALID),
        ("TC3-HMAC-SHA256 ", "TC3-HMAC-SHA256", INVALID),
        ("TC3-HMAC-SHA256 ", "tc3-hmac-sha256 ", INVALID),
        ("TC3-HMAC-SHA256 ", "TC3-HMAC-SHA1 ", INVALID),
        ("TC3-HMAC-SHA256 ", "TC3-HMAC-SHA512 ", INVALID),
        ("TC3-HMAC-SHA256 ", "TC3-HMAC-SM3 ", INVALID),
        ("TC3-HMAC-SHA256 ", "AWS4-HMAC-SHA256 ", INVALID),
        ("TC3-HMAC-SHA256 ", "HmacSHA256 ", INVALID),
        ("TC3-HMAC-SHA256 ", "TC3-HMAC-SHA256\t", INVALID),
        ("TC3-HMAC-SHA256 ", "TC3-HMAC-SHA256, ", INVALID),
        ("Credential=", "", INVALID),
        ("Credential=", "credential=", INVALID),
        ("Credential=", "CREDENTIAL=", INVALID),
        ("Credential=", "Credential:", INVALID),
        ("Credential=", "SecretId=", INVALID),
        ("Credential={id}/{date}/sts/tc3_request, ", "", INVALID),
        ("Credential={id}/{date}/sts/tc3_request, ", "Credential=, ", INVALID),
        ("Credential=", "Credential=a/b/c/tc3_request, Credential=", INVALID),
        ("{id}/{date}/sts/tc3_request", "{id}", INVALID),
        ("{id}/{date}/sts/tc3_request", "{id}/", INVALID),
        ("{id}/{date}/sts/tc3_request", "{id}/{date}", INVALID),
        ("{id}/{date}/sts/tc3_request", "{id}/{date}/sts", INVALID),
        ("{id}/{date}/sts/tc3_request", "{id}/{date}/sts/", INVALID),
        ("{id}/{date}/sts/tc3_request", "{id}/{date}/tc3_request", INVALID),
        ("{id}/{date}/sts/tc3_request", "{id}/sts/{date}/tc3_request", INVALID),
        ("{id}/{date}/sts/tc3_request", "{id}:{date}:sts:tc3_request", INVALID),
        ("tc3_request", "TC3_REQUEST", INVALID),
        ("tc3_request", "tc3", INVALID),
        ("tc3_request", "aws4_request", INVALID),
        ("tc3_request", "tc3_request/", INVALID),
        ("tc3_request", "tc3_request/more", INVALID),
        ("{id}", "", INVALID),
        ("{id}", "x/{id}", INVALID),
        ("{date}", "", INVALID),
        ("{date}", "2025-12-31", INVALID),
        ("{date}", "2026-01-02", INVALID),
        ("{date}", "20260101", INVALID),
        ("{date}", "2026-1-1", INVALID),
        ("{date}", "2026/01/01", INVALID),
        ("{date}", "2026-01-01T00:00:00Z", INVALID),
        ("{date}", "2026-13-01", INVALID),
        ("{date}", "today", INVALID),
        ("/sts/", "//", INVALID),
        ("/sts/", "/cam/", INVALID),
        ("/sts/", "/STS/", INVALID),
        ("SignedHeaders={names}, ", "", INVALID),
        ("SignedHeaders=", "signedheaders=", INVALID),
        ("SignedHeaders=", "SignedHeaders", INVALID),
        ("{names}", "", INVALID),
        ("{names}", ";", INVALID),
        ("{names}", "host", INVALID),
        ("{names}", "content-type", INVALID),
        ("{names}", "content-type;host;", INVALID),
        ("{names}", ";content-type;host", INVALID),
        ("{names}", "content-type;;host", INVALID),
        ("{names}", "content-type,host", INVALID),
        ("{names}", "content-type host", INVALID),
        ("{names}", "content-type:host", INVALID),
        ("{names}", "Content-Type;Host", INVALID),
        ("{names}", "content-type;host;x-not-sent", INVALID),
        ("{names}", "host;content-type", FAILURE),
        ("{names}", "content-type;host;host", INVALID),
        ("{names}", "content-type;host;Host", INVALID),
        ("{names}", "content-type;host;x-tc-action;X-TC-Action", INVALID),
        ("{names}", "content-type;host;x-tc-action", FAILURE),
        (", Signature={sig}", "", INVALID),
        (", Signature={sig}", ",", INVALID),
        ("Signature=", "signature=", INVALID),
        ("Signature=", "Signature", INVALID),
        ("Signature=", "Signature=a, Signature=", INVALID),
        ("{sig}", "", INVALID),
        ("{sig}", "0", INVALID),
        ("{sig}", "{sig}0", INVALID),
        ("{sig}", "0x{sig}", INVALID),
        ("{sig}", "{sig}, More=1", INVALID),
        ("{sig}", "{sig},", INVALID),
        ("{sig}", "'{sig}'", INVALID),
        ("{sig}", "gggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggg", INVALID),
        ("{sig}", "EliP9YW3pW28FpsEdkXt/+WcGeI=", INVALID),
        ("{sig}", "0000000000000000000000000000000000000000000000000000000000000000", FAILURE),
        ("{id}", "AKIDunknown", "AuthFailure.SecretIdNotFound"),
        ("{id}", "{id}x", "AuthFailure.SecretIdNotFound"),
        ("{id}", "*", "AuthFailure.SecretIdNotFound"),
        ("{id}", "' OR 1=1 --", "AuthFailure.SecretIdNotFound"),
        (GOOD, "SKIP", INVALID),
        (GOOD, "Bearer token", INVALID),
        (GOOD, "Basic dXNlcjpwYXNz", INVALID),
        (GOOD, "TC3-HMAC-SHA256", INVALID),
        (GOOD, "{sig}", INVALID),
        (GOOD, " ", "MissingParameter"),
    ];
    in_memory(async |t| {
        for (part, instead, code) in parts {
            let call = t.root().call("sts", "2018-08-13", "GetCallerIdentity", json!({}));
            assert!(GOOD.contains(part), "{part}");
            let fill = |template: &str| {
                template
                    .replace("{id}", &t.root().secret_id)
                    .replace("{date}", "2026-01-01")
                    .replace("{names}", "content-type;host")
                    .replace("{sig}", &call.signed().signature)
            };
            assert_eq!(fill(GOOD), call.authorization());
            let bad = fill(&GOOD.replacen(part, instead, 1));
            eprintln!("{bad}");
            let message = call.clone().edit("authorization", Some(bad.as_bytes())).send().await.fault(code);
            if *code == INVALID {
                let start = "The request `Authorization` header does not conform to tencentcloud standards: `";
                assert!(
                    message.starts_with(start) && message.ends_with(" not valid.")
                        || message.contains("names a header"),
                    "{message}"
                );
            }
        }
        let call = t.root().call("sts", "2018-08-13", "GetCallerIdentity", json!({}));
        call.edit("authorization", Some(b"TC3-HMAC-SHA256 \xff")).send().await.fault(INVALID);
    });
}

#[test]
fn other_malformed_headers_are_refused() {
    in_memory(async |t| {
        let call = || t.root().call("sts", "2018-08-13", "GetCallerIdentity", json!({}));
        for name in ["Action", "Version", "Timestamp", "Region", "Authorization"] {
            let header =
                if name == "Authorization" { "authorization".into() } else { format!("x-tc-{}", name.to_lowercase()) };
            for value in [None, Some(&b""[..]), Some(&b"  "[..])] {
                let message = call().edit(&header, value).send().await.fault("MissingParameter");
                assert_eq!(message, format!("The request is missing a required parameter `{name}`."));
            }
        }
        for stamp in ["x", "-1", "+1767225600", "1767225600.0", "1.7e9", "0x6955b900", "99999999999999999999", "１"] {
            let reply = call().edit("x-tc-timestamp", Some(stamp.as_bytes())).send().await;
            reply.fault("InvalidParameter");
        }
        // Times on another day than the scope's, and a time on the same day that is not the signed one.
        call().edit("x-tc-timestamp", Some(b"0")).send().await.fault("AuthFailure.InvalidAuthorization");
        call().edit("x-tc-timestamp", Some(b"1767225600000")).send().await.fault("AuthFailure.InvalidAuthorization");
        call().edit("x-tc-timestamp", Some(b"1767225601")).send().await.fault("AuthFailure.SignatureFailure");
        let local = || call().host("127.0.0.1:4580", "127.0.0.1:4580");
        local().edit("host", Some(b"elsewhere")).send().await.fault("AuthFailure.SignatureFailure");
        call().edit("content-type", Some(b"application/json;x")).send().await.fault("AuthFailure.SignatureFailure");
        call().edit("content-type", Some(b"text/plain")).send().await.fault("InvalidParameter");
        call().edit("content-type", None).send().await.fault("InvalidParameter");
        call().method("PUT").send().await.fault("UnsupportedProtocol");
        call().method("DELETE").send().await.fault("UnsupportedProtocol");
        call().payload(&tc3::digest(b"{\"other\":1}")).send().await.fault("AuthFailure.SignatureFailure");
        call().edit("x-tc-region", Some(b"AP GUANGZHOU")).send().await.fault("InvalidParameterValue");
        let action = call().signing("x-tc-action").edit("x-tc-action", Some(b"AssumeRole"));
        action.send().await.fault("AuthFailure.SignatureFailure");
    });
}

#[test]
fn upper_case_digits_and_missing_spaces_are_accepted() {
    in_memory(async |t| {
        let call = t.root().call("sts", "2018-08-13", "GetCallerIdentity", json!({}));
        let signed = call.signed();
        let upper = call.authorization().replace(&signed.signature, &signed.signature.to_uppercase());
        call.clone().edit("authorization", Some(upper.as_bytes())).send().await.ok();
        let tight = call.authorization().replace(", ", ",");
        call.clone().edit("authorization", Some(tight.as_bytes())).send().await.ok();
    });
}

#[test]
fn a_signature_is_compared_to_its_last_digit() {
    in_memory(async |t| {
        let call = t.root().call("sts", "2018-08-13", "GetCallerIdentity", json!({}));
        let good = call.signed().signature;
        for place in [0, 1, 31, 62, 63] {
            for digit in "0123456789abcdef".chars().filter(|digit| *digit != good.chars().nth(place).unwrap()) {
                let wrong = format!("{}{digit}{}", &good[..place], &good[place + 1..]);
                let wrong = call.authorization().replace(&good, &wrong);
                let call = call.clone().edit("authorization", Some(wrong.as_bytes()));
                call.send().await.fault("AuthFailure.SignatureFailure");
            }
        }
        call.send().await.ok();
    });
}

#[test]
fn refusals_have_the_messages_that_clients_quote() {
    in_memory(async |t| {
        let call = |caller: &Caller| caller.call("sts", "2018-08-13", "GetCallerIdentity", json!({}));
        let forged = t.root().forged();
        let unknown = Caller { secret_id: "AKIDunknown".to_owned(), ..t.root() };
        for (caller, code, english, chinese) in [
            (
                &forged,
                "AuthFailure.SignatureFailure",
                "The provided credentials could not be validated. Please check your signature is correct.",
                "请求签名验证失败，请检查您的签名计算是否正确。",
            ),
            (
                &unknown,
                "AuthFailure.SecretIdNotFound",
                "The SecretId is not found, please ensure that your SecretId is correct.",
                "SecretId不存在，请输入正确的密钥。",
            ),
        ] {
            assert_eq!(call(caller).send().await.fault(code), english);
            assert_eq!(call(caller).language("en-US").send().await.fault(code), english);
            assert_eq!(call(caller).language("zh-CN").send().await.fault(code), chinese);
        }
    });
}

#[test]
fn a_changed_secret_counts_at_once() {
    on_each_database(async |t| {
        let make = |key: &'static str| json!({"id": "300000001", "secret_id": "AKIDfixed0001", "secret_key": key});
        let caller = |key| t.caller("300000001", "AKIDfixed0001", key);
        t.admin("POST", "/accounts", make("first-secret")).await.created();
        for _ in 0..2 {
            caller("first-secret").sts("GetCallerIdentity", json!({})).await.ok();
        }
        t.admin("DELETE", "/accounts/300000001", json!(null)).await.done();
        caller("first-secret").sts("GetCallerIdentity", json!({})).await.fault("AuthFailure.SecretIdNotFound");
        t.admin("POST", "/accounts", make("second-secret")).await.created();
        caller("first-secret").sts("GetCallerIdentity", json!({})).await.fault("AuthFailure.SignatureFailure");
        caller("second-secret").sts("GetCallerIdentity", json!({})).await.ok();
        caller("first-secret").sts("GetCallerIdentity", json!({})).await.fault("AuthFailure.SignatureFailure");
    });
}

#[test]
fn a_disabled_or_deleted_key_is_unknown() {
    on_each_database(async |t| {
        let root = t.root();
        let user = root.user("dev").await;
        let identity = || user.sts("GetCallerIdentity", json!({}));
        let status = |status: &'static str| {
            root.cam(
                "UpdateAccessKey",
                json!({"AccessKeyId": &user.secret_id, "Status": status, "TargetUin": &user.uin}),
            )
        };
        identity().await.ok();
        status("Inactive").await.ok();
        identity().await.fault("AuthFailure.SecretIdNotFound");
        status("Active").await.ok();
        identity().await.ok();
        root.cam("DeleteAccessKey", json!({"AccessKeyId": &user.secret_id, "TargetUin": &user.uin})).await.ok();
        identity().await.fault("AuthFailure.SecretIdNotFound");
        let again = root.user("dev2").await;
        again.sts("GetCallerIdentity", json!({})).await.ok();
        root.cam("DeleteUser", json!({"Name": "dev2", "Force": 1})).await.ok();
        again.sts("GetCallerIdentity", json!({})).await.fault("AuthFailure.SecretIdNotFound");
    });
}

/// Clients do not sign the action, version and region, so the values that arrive are authorised.
#[test]
fn unsigned_headers_are_authorised_as_they_arrive() {
    on_each_database(async |t| {
        let root = t.root();
        let user = root.user("dev").await;
        root.grant(&user, "one", &allow("cam:ListUsers", "*")).await;
        root.grant(&user, "two", &allow("cvm:*", "qcs::cvm:ap-guangzhou::*")).await;
        let list = || user.call("cam", "2019-01-16", "ListUsers", json!({}));
        list().send().await.ok();
        let message = list().edit("x-tc-action", Some(b"ListPolicies")).send().await;
        let message = message.fault("AuthFailure.UnauthorizedOperation");
        assert!(message.contains("(cam:ListPolicies)"), "{message}");
        let other = user.call("cam", "2019-01-16", "ListPolicies", json!({}));
        other.edit("x-tc-action", Some(b"ListUsers")).send().await.ok();
        list().edit("x-tc-version", Some(b"2019-01-17")).send().await.fault("NoSuchVersion");
        list().edit("x-tc-action", Some(b"NoSuchThing")).send().await.fault("InvalidAction");
        let describe = |region: &'static [u8]| {
            user.call("cvm", "2017-03-12", "DescribeInstances", json!({})).edit("x-tc-region", Some(region)).send()
        };
        describe(b"ap-guangzhou").await.ok();
        let message = describe(b"ap-shanghai").await.fault("AuthFailure.UnauthorizedOperation");
        assert!(message.contains("qcs:id/0:cvm:ap-shanghai:uin/100000000001:*"), "{message}");
    });
}
