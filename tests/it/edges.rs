//! Limits of a request: the encoding, repetition and number of headers, the host, the target, and published example
//! keys.

use crate::signatures::{EXAMPLE_ID, EXAMPLE_KEY, account};
use crate::support::{in_memory, root_of, text};
use camulator::server::bounds::Bounds;
use serde_json::json;

/// An unreadable header is not treated as a missing one.
#[test]
fn a_header_that_is_not_text_is_refused() {
    in_memory(async |t| {
        let call = || t.root().call("sts", "2018-08-13", "GetCallerIdentity", json!({}));
        for name in ["host", "content-type", "x-tc-action", "x-tc-token", "x-tc-language", "x-tc-anything"] {
            call().edit(name, Some(b"\xff")).send().await.fault("InvalidParameter");
        }
        let message =
            call().edit("authorization", Some(b"\xff")).send().await.fault("AuthFailure.InvalidAuthorization");
        assert!(message.ends_with("`Authorization` not valid."), "{message}");
        call().header("x-other", "\u{e9}").edit("x-other", Some(b"\xff")).send().await.ok();
    });
}

/// If the server used one of two values, another reader of the request could use the other.
#[test]
fn a_header_that_the_server_reads_may_not_be_repeated() {
    in_memory(async |t| {
        let root = t.root();
        root.role("ops", &[root_of(&root.uin)]).await;
        let session = root.assume(&root.uin, "ops").await;
        let call = || session.call("sts", "2018-08-13", "GetCallerIdentity", json!({})).language("en-US");
        let names = [
            "authorization",
            "host",
            "content-type",
            "x-tc-action",
            "x-tc-version",
            "x-tc-timestamp",
            "x-tc-region",
            "x-tc-token",
            "x-tc-language",
            "x-tc-requestclient",
            "x-tc-traceid",
            "x-tc-content-sha256",
            "x-tc-whatever-comes",
        ];
        for name in names {
            let base = || match call().request().headers().get(name) {
                Some(value) => (call(), value.as_bytes().to_vec()),
                None => (call().header(name, "x"), b"x".to_vec()),
            };
            let (once, value) = base();
            if name != "x-tc-content-sha256" {
                once.send().await.ok();
            }
            for second in [value, b"other".to_vec(), Vec::new(), b"\xff".to_vec()] {
                let message = base().0.repeat(name, &second).send().await.fault("InvalidParameter");
                assert!(message.contains(&format!("`{name}` is there more than once")), "{message}");
            }
        }
        call().repeat("x-other", b"1").repeat("x-other", b"2").send().await.ok();
    });
}

#[test]
fn at_most_32_headers_can_be_signed() {
    in_memory(async |t| {
        let signing = |more: usize| {
            let call = t.root().call("sts", "2018-08-13", "GetCallerIdentity", json!({}));
            (0..more).fold(call, |call, n| call.header(&format!("x-signed-{n}"), "V").signing(&format!("x-signed-{n}")))
        };
        signing(30).send().await.ok();
        signing(31).send().await.fault("AuthFailure.InvalidAuthorization");
        // A name that is listed twice or more is refused, and the journal does not keep the list.
        let call = || {
            t.root().call("sts", "2018-08-13", "GetCallerIdentity", json!({})).header("x-large", &"x".repeat(40_000))
        };
        for names in [vec!["x-large"; 2], vec!["x-large"; 2_000]] {
            let names = format!("content-type;host;{}", names.join(";"));
            let wrong = call().authorization().replace("content-type;host", &names);
            let reply = call().edit("authorization", Some(wrong.as_bytes())).send().await;
            reply.fault("AuthFailure.InvalidAuthorization");
            assert!(t.trace(&reply.request_id()).await.to_string().len() < 1_000);
        }
    });
}

/// A key id or service of more than 128 bytes is malformed, so nothing looks it up or keeps it.
#[test]
fn a_credential_is_bounded() {
    in_memory(async |t| {
        let call = || t.root().call("sts", "2018-08-13", "GetCallerIdentity", json!({})).host("a", "a");
        let long = "x".repeat(128);
        let id = |id: &str| {
            let authorization = call().authorization().replace(&t.root().secret_id, id);
            call().edit("authorization", Some(authorization.as_bytes())).send()
        };
        id(&long).await.fault("AuthFailure.SecretIdNotFound");
        id(&format!("{long}x")).await.fault("AuthFailure.InvalidAuthorization");
        call().scope(&long).send().await.ok();
        call().scope(&format!("{long}x")).send().await.fault("AuthFailure.InvalidAuthorization");
    });
}

#[test]
fn a_host_of_tencent_determines_the_service_of_the_scope() {
    in_memory(async |t| {
        let call = |host: &str, scope: &str| {
            t.root().call("sts", "2018-08-13", "GetCallerIdentity", json!({})).host(host, host).scope(scope)
        };
        for host in [
            "sts.tencentcloudapi.com",
            "sts.tencentcloudapi.com:443",
            "sts.tencentcloudapi.com.",
            "STS.TencentCloudAPI.com",
            "http://sts.tencentcloudapi.com",
            "sts.ap-guangzhou.tencentcloudapi.com",
            "sts.intl.tencentcloudapi.com",
        ] {
            call(host, "sts").send().await.ok();
            for scope in ["cam", "STS", "127", "localhost:4580", "sts.ap-guangzhou", "st"] {
                let message = call(host, scope).send().await.fault("AuthFailure.InvalidAuthorization");
                assert!(message.ends_with("`Service` in Credential not valid."), "{host} {scope}: {message}");
            }
        }
        // Any other host does not determine the service.
        for host in [
            "127.0.0.1:4580",
            "localhost",
            "cam.localhost:4580",
            "cam.example.com",
            "cam.tencentcloudapi.com.example.com",
            "cam.mytencentcloudapi.com",
            "tencentcloudapi.com",
        ] {
            for scope in ["sts", "cam", "127", "localhost:4580"] {
                call(host, scope).send().await.ok();
            }
        }
    });
}

/// RFC 9112, 3.2.2: the authority of the target replaces the `Host` header.
#[test]
fn the_authority_of_an_absolute_target_is_the_host() {
    in_memory(async |t| {
        let call = |target: &str, signed: &str| {
            let call = t.root().call("sts", "2018-08-13", "GetCallerIdentity", json!({})).target(target);
            call.host("cam.example.com", signed).scope("sts")
        };
        for (target, signed) in [
            ("http://127.0.0.1:4580/", "127.0.0.1:4580"),
            ("http://127.0.0.1:4580", "127.0.0.1:4580"),
            ("http://somebody@sts.example.com/", "sts.example.com"),
            ("http://sts.tencentcloudapi.com/", "sts.tencentcloudapi.com"),
        ] {
            call(target, signed).send().await.ok();
            call(target, signed).edit("host", None).send().await.ok();
            call(target, "cam.example.com").send().await.fault("AuthFailure.SignatureFailure");
            // Two `Host` headers are refused all the same.
            call(target, signed).repeat("host", b"x").send().await.fault("InvalidParameter");
        }
        call("http://cam.tencentcloudapi.com/", "cam.tencentcloudapi.com")
            .send()
            .await
            .fault("AuthFailure.InvalidAuthorization");
    });
}

#[test]
fn a_target_that_is_not_a_path_is_refused() {
    in_memory(async |t| {
        let headers = [("host", "a"), ("x-tc-action", "GetCallerIdentity")];
        let headers: Vec<(String, String)> = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        for (method, target) in [("OPTIONS", "*"), ("POST", "*"), ("GET", "*"), ("CONNECT", "a.example:443")] {
            let (status, _, body) = t.raw(method, target, &headers, "").await;
            assert_eq!(status, 400, "{method} {target}: {body}");
            assert!(body.contains("send a path"), "{body}");
        }
    });
}

#[test]
fn an_example_key_of_the_documentation_is_refused_off_loopback() {
    in_memory(async |t| {
        let stars = "*".repeat(32);
        let kept = [
            (EXAMPLE_ID, "a-secret-of-our-own"),
            ("AKIDourown0001", EXAMPLE_KEY),
            ("AKIDz8krbsJ5yKBZQpn74WFkmLPx3gnPhESA", "another-of-our-own"),
            ("AKIDourown0002", "Gu5t9xGARNpq86cd98joQYCN3Cozk1qA"),
            ("AKIDourown0003", &stars),
        ];
        let exposed = t.with(Bounds::default(), true);
        for (number, (id, key)) in kept.into_iter().enumerate() {
            let caller = account(&t, &format!("20000000{number}"), id, key).await;
            caller.sts("GetCallerIdentity", json!({})).await.ok();
            let there = exposed.seen(&caller);
            there.sts("GetCallerIdentity", json!({})).await.fault("AuthFailure.SecretIdNotFound");
            if key != stars {
                let wanted = json!({"id": "300000000", "secret_id": id, "secret_key": key});
                let refused = exposed.admin("POST", "/accounts", wanted).await;
                assert_eq!(refused.status, 400, "{}", refused.body);
                assert!(text(&refused.body["error"]["message"]).contains("an example from the documentation"));
            }
        }
        exposed.root().sts("GetCallerIdentity", json!({})).await.ok();
        let wanted = json!({"secret_id": "AKIDourown0004", "secret_key": "a-secret-of-our-own"});
        exposed.admin("POST", "/accounts", wanted).await.created();
    });
}
