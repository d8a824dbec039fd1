//! The transports besides `POST` with JSON: queries, forms, multipart and other bodies, and the older signature.

use crate::signatures::{EXAMPLE_ID, EXAMPLE_KEY, account};
use crate::support::{Caller, Test, V1, in_memory, on_each_database, root_of, trust};
use serde_json::{Value, json};

const CAM: &str = "2019-01-16";
const STS: &str = "2018-08-13";

fn who(caller: &Caller, method: &'static str) -> V1 {
    caller.v1(method, "GetCallerIdentity", STS, &[])
}

/// Adds `SignatureMethod` in each of its forms to a request over each method.
fn each_way(request: impl Fn(&'static str) -> V1) -> Vec<V1> {
    let methods = ["GET", "POST"].into_iter();
    methods
        .flat_map(|method| {
            [None, Some("HmacSHA1"), Some("HmacSHA256"), Some("HmacMD5")].map(|scheme| match scheme {
                Some(scheme) => request(method).with("SignatureMethod", scheme),
                None => request(method),
            })
        })
        .collect()
}

#[test]
fn the_older_signature_opens_every_transport() {
    on_each_database(async |t| {
        let (root, user) = (t.root(), t.root().user("anna").await);
        for request in each_way(|method| who(&user, method)) {
            assert_eq!(request.send().await.ok()["UserId"], user.uin);
        }
        let document = trust(&[root_of(&root.uin)]);
        let parameters = [
            ("RoleName", "a+b"),
            ("PolicyDocument", &document),
            ("Description", "日 & = %"),
            ("Tags.0.Key", "one two"),
            ("Tags.0.Value", "1"),
            ("Tags.1.Key", "k"),
            ("Tags.1.Value", ""),
        ];
        for (place, request) in
            each_way(|method| root.v1(method, "CreateRole", CAM, &parameters)).into_iter().enumerate()
        {
            request.with("RoleName", &format!("a+b{place}")).send().await.ok();
            let role = root.cam("GetRole", json!({"RoleName": format!("a+b{place}")})).await.ok();
            let role = &role["RoleInfo"];
            assert_eq!((&role["Description"], &role["PolicyDocument"]), (&json!("日 & = %"), &json!(document)));
            assert_eq!(role["Tags"], json!([{"Key": "one two", "Value": "1"}, {"Key": "k", "Value": ""}]));
        }
    });
}

#[test]
fn published_vectors_of_the_older_signature_verify() {
    in_memory(async |t| {
        t.set_time(1_465_185_768);
        let root = account(&t, "200000001", EXAMPLE_ID, EXAMPLE_KEY).await;
        let instances = root.v1(
            "GET",
            "DescribeInstances",
            "2017-03-12",
            &[("InstanceIds.0", "ins-09dx96dg"), ("Limit", "20"), ("Offset", "0")],
        );
        let instances = instances.host("cvm.tencentcloudapi.com", "cvm.tencentcloudapi.com");
        assert_eq!(instances.signature(), "EliP9YW3pW28FpsEdkXt/+WcGeI=");
        assert_eq!(instances.send().await.ok(), json!({"TotalCount": 0, "InstanceSet": []}));
        root.role("test", &[root_of("200000001")]).await;
        let role = root.v1("POST", "GetRole", CAM, &[("RoleName", "test")]).without("Region");
        let sha1 = role.clone().with("SignatureMethod", "HmacSHA1");
        assert_eq!(sha1.signature(), "CrOJXtIe3/Rzz+/hxLFjY6XyuAM=");
        sha1.send().await.ok();
        let sha256 = role.with("SignatureMethod", "HmacSHA256");
        assert_eq!(sha256.signature(), "e1jPkuODV+Fn5JrReK4WCkCVTqGqllHIV2D6ULTuM6I=");
        sha256.send().await.ok();
    });
}

#[test]
fn everything_is_covered_by_the_older_signature() {
    in_memory(async |t| {
        let user = t.root().user("anna").await;
        let session = t.root().sts("GetFederationToken", json!({"Name": "x", "Policy": r#"{"version":"2.0","statement":[{"effect":"allow","action":"*","resource":"*"}]}"#})).await.ok();
        let session = t.root().session(&session);
        for caller in [&user, &session] {
            for method in ["GET", "POST"] {
                let plain = caller.v1(method, "GetRole", CAM, &[("RoleName", "x"), ("RoleId", "1")]);
                let names: Vec<String> = plain.fields.iter().map(|(name, _)| name.clone()).collect();
                for name in names {
                    let value = plain.fields.iter().find(|(known, _)| *known == name).unwrap().1.clone();
                    let longer = format!("{value}1");
                    for changed in [Some(longer.as_str()), None] {
                        // The key id or token of nobody, and a missing common parameter, have codes of their own.
                        let code = match (name.as_str(), changed) {
                            ("SecretId", Some(_)) if caller.token.is_none() => "AuthFailure.SecretIdNotFound",
                            ("SecretId" | "Token", Some(_)) => "AuthFailure.TokenFailure",
                            ("Token", None) => "AuthFailure.TokenFailure",
                            ("Timestamp", Some(_)) => "AuthFailure.SignatureExpire",
                            ("Action" | "Version" | "Timestamp" | "Nonce" | "SecretId", None) => "MissingParameter",
                            _ => "AuthFailure.SignatureFailure",
                        };
                        plain.clone().edit(&name, changed).send().await.fault(code);
                    }
                }
                plain.clone().edit("Description", Some("added")).send().await.fault("AuthFailure.SignatureFailure");
                plain.clone().edit("Signature", Some("")).send().await.fault("MissingParameter");
                plain.clone().edit("Signature", Some("A")).send().await.fault("AuthFailure.SignatureFailure");
                plain
                    .clone()
                    .with("SignatureMethod", "HmacSHA256")
                    .edit("SignatureMethod", None)
                    .send()
                    .await
                    .fault("AuthFailure.SignatureFailure");
                plain
                    .clone()
                    .host("cam.tencentcloudapi.com", "sts.example.com")
                    .send()
                    .await
                    .fault("AuthFailure.SignatureFailure");
                V1 { secret_key: "x".to_owned(), ..plain }.send().await.fault("AuthFailure.SignatureFailure");
            }
        }
    });
}

#[test]
fn hosts_are_signed_as_the_clients_sign_them() {
    in_memory(async |t| {
        let root = t.root();
        for (sent, signed) in [
            ("127.0.0.1:4580", "127.0.0.1:4580"),
            ("127.0.0.1:4580", "127.0.0.1"),
            ("localhost:4580", "sts.tencentcloudapi.com"),
            ("http://127.0.0.1:4580", "127.0.0.1:4580"),
            ("STS.tencentcloudapi.com", "sts.tencentcloudapi.com"),
        ] {
            who(&root, "POST").host(sent, signed).send().await.ok();
        }
        who(&root, "POST")
            .host("localhost:4580", "cam.tencentcloudapi.com")
            .send()
            .await
            .fault("AuthFailure.SignatureFailure");
        // The Python clients sign an underscore as a point.
        let dotted = V1 { dotted: true, ..root.v1("POST", "GetRole", CAM, &[("Role_Name", "x")]) };
        dotted.send().await.fault("UnknownParameter");
        // One client calls a form JSON.
        V1 { content_type: Some("application/json"), ..who(&root, "POST") }.send().await.ok();
        V1 { content_type: Some("text/plain"), ..who(&root, "POST") }.send().await.fault("InvalidParameter");
    });
}

#[test]
fn times_and_numbers_of_the_older_signature_are_checked() {
    in_memory(async |t| {
        let root = t.root();
        let now = t.now().seconds();
        who(&root, "GET").with("Timestamp", &(now - 300).to_string()).send().await.ok();
        for timestamp in [now - 301, now + 301] {
            let stale = who(&root, "GET").with("Timestamp", &timestamp.to_string());
            stale.send().await.fault("AuthFailure.SignatureExpire");
        }
        for wrong in ["x", "-1", "1.0", "99999999999999999999"] {
            assert_eq!(
                who(&root, "POST").with("Nonce", wrong).send().await.fault("InvalidParameter"),
                "Parameter `Nonce` type error."
            );
            who(&root, "POST").with("Timestamp", wrong).send().await.fault("InvalidParameter");
        }
        who(&root, "POST").without("SecretId").edit("Signature", None).send().await.fault("MissingParameter");
    });
}

#[test]
fn a_large_form_is_told_to_use_the_newer_signature() {
    in_memory(async |t| {
        let large = "x".repeat(1024 * 1024);
        let message = t
            .root()
            .v1("POST", "GetRole", CAM, &[("RoleName", &large)])
            .send()
            .await
            .fault("AuthFailure.SignatureFailure");
        assert!(message.contains("exceeding request size limit"), "{message}");
        let long = "x".repeat(33 * 1024);
        t.root().v1("GET", "GetRole", CAM, &[("RoleName", &long)]).send().await.fault("RequestSizeLimitExceeded");
    });
}

#[test]
fn what_a_form_says_twice_is_refused() {
    in_memory(async |t| {
        let root = t.root();
        for (body, code) in [
            ("Action=A&Action=B", "InvalidParameter"),
            ("Action", "InvalidParameter"),
            ("Action=%ff", "InvalidParameter"),
            ("", "MissingParameter"),
            ("{}", "MissingParameter"),
        ] {
            let kind = [("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned())];
            let (status, _, answer) = t.raw("POST", "/", &kind, body).await;
            let answer: Value = serde_json::from_str(&answer).unwrap();
            assert_eq!((status, &answer["Response"]["Error"]["Code"]), (200, &json!(code)), "{body}: {answer}");
        }
        let both = root.v1("POST", "TagRole", CAM, &[("RoleName", "x"), ("Tags", "1"), ("Tags.0.Key", "k")]);
        both.send().await.fault("InvalidParameter");
        root.v1("POST", "GetRole", CAM, &[("RoleName.0", "x")]).send().await.fault("InvalidParameter");
        root.v1("GET", "GetRole", CAM, &[("Shape", "x")]).send().await.fault("UnknownParameter");
    });
}

fn tc3(t: &Test, action: &str, kind: &str, body: impl Into<Vec<u8>>) -> crate::support::Call {
    t.root().call("cam", CAM, action, json!({})).content_type(kind, kind).body(body)
}

#[test]
fn the_newer_signature_takes_queries_multipart_and_octet_streams() {
    on_each_database(async |t| {
        let root = t.root();
        root.role("r", &[root_of(&root.uin)]).await;
        let get = |query: &str| {
            let kind = "application/x-www-form-urlencoded";
            tc3(&t, "GetRole", kind, "").method("GET").target(&format!("/?{query}"))
        };
        assert_eq!(get("RoleName=r").send().await.ok()["RoleInfo"]["RoleName"], "r");
        get("RoleName=r&RoleName=s").send().await.fault("InvalidParameter");
        get("RoleName=r")
            .target("/?RoleName=s")
            .edit("x-tc-timestamp", Some(b"1"))
            .send()
            .await
            .fault("AuthFailure.InvalidAuthorization");
        let mut tampered = get("RoleName=r").request();
        *tampered.uri_mut() = "/?RoleName=s".parse().unwrap();
        let (parts, _) = tampered.into_parts();
        let headers: Vec<(String, String)> =
            parts.headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
        let (_, _, answer) = t.raw("GET", "/?RoleName=s", &headers, "").await;
        assert!(answer.contains("AuthFailure.SignatureFailure"), "{answer}");

        let part = |name: &str, kind: &str, value: &str| {
            format!("--xyz\r\nContent-Disposition: form-data; name=\"{name}\"\r\n{kind}\r\n{value}\r\n")
        };
        let multipart = |parts: &[String]| {
            let body = if parts.is_empty() { String::new() } else { parts.concat() + "--xyz--\r\n" };
            tc3(&t, "TagRole", "multipart/form-data; boundary=xyz", body)
        };
        let tags = part("Tags", "Content-Type: application/json\r\n", r#"[{"Key": "k", "Value": "v"}]"#);
        multipart(&[part("RoleName", "", "r"), tags.clone()]).send().await.ok();
        let role = root.cam("GetRole", json!({"RoleName": "r"})).await.ok();
        assert_eq!(role["RoleInfo"]["Tags"], json!([{"Key": "k", "Value": "v"}]));
        multipart(&[]).send().await.fault("MissingParameter");
        multipart(&[tags.clone(), tags]).send().await.fault("InvalidRequest");
        tc3(&t, "TagRole", "multipart/form-data", "--xyz").send().await.fault("InvalidRequest");
        tc3(&t, "TagRole", "multipart/form-data; boundary=xyz", "--xyz\r\n").send().await.fault("InvalidRequest");

        let bytes = tc3(&t, "GetRole", "application/octet-stream", r#"{"RoleName": "r"}"#);
        bytes.send().await.ok();
        tc3(&t, "GetRole", "application/octet-stream", "RoleName=r").send().await.fault("InvalidParameter");
        // A form has no place for the newer signature, nor has JSON in a GET.
        tc3(&t, "GetRole", "application/x-www-form-urlencoded", "RoleName=r").send().await.fault("InvalidParameter");
        tc3(&t, "GetRole", "application/json", "").method("GET").send().await.fault("InvalidParameter");
        tc3(&t, "GetRole", "application/json", "").method("PUT").send().await.fault("UnsupportedProtocol");
    });
}

#[test]
fn the_journal_shows_the_older_signature_without_secrets() {
    in_memory(async |t| {
        let root = t.root();
        let wrong = root.v1("POST", "AddUser", CAM, &[("Name", "n"), ("Password", "hunter2-Hunter2")]);
        let reply = wrong.edit("Nonce", Some("1")).send().await;
        reply.fault("AuthFailure.SignatureFailure");
        let trace = t.trace(&reply.request_id()).await;
        assert_eq!(trace["signature"]["scheme"], "HmacSHA1");
        let shown = trace["signature"]["string_to_sign"].as_str().unwrap();
        assert!(shown.starts_with("POSTcam.tencentcloudapi.com/?Action=AddUser&Name=(not shown)&Nonce=1"), "{shown}");
        assert!(!trace.to_string().contains("hunter2"), "{trace}");
        let good = who(&root, "GET").send().await;
        let trace = t.trace(&good.request_id()).await;
        assert_eq!((&trace["signature"]["free"], &trace["action"]), (&json!([]), &json!("GetCallerIdentity")));
    });
}

#[test]
fn messages_are_in_the_language_that_a_form_asks_for() {
    in_memory(async |t| {
        let unknown = t.root().v1("GET", "GetRole", CAM, &[("RoleName", "x")]).with("Language", "zh-CN");
        let message = unknown.send().await.fault("InvalidParameter.RoleNotExist");
        assert!(!message.is_ascii(), "{message}");
    });
}

#[test]
fn a_strict_server_wants_all_that_decides_to_be_signed() {
    in_memory(async |t| {
        let strict = t.strict();
        let root = strict.seen(&t.root());
        let call = || root.call("sts", STS, "GetCallerIdentity", json!({}));
        call().send().await.fault("AuthFailure.InvalidAuthorization");
        let most = || call().signing("x-tc-action").signing("x-tc-version");
        let message = most().send().await.fault("AuthFailure.InvalidAuthorization");
        assert!(message.contains("`x-tc-region`") && !message.contains("x-tc-action"), "{message}");
        most().signing("x-tc-region").send().await.ok();
        let unsigned = most().signing("x-tc-region").header("x-tc-content-sha256", "UNSIGNED-PAYLOAD");
        let digest = crate::tc3::digest(b"UNSIGNED-PAYLOAD");
        let message = unsigned.payload(&digest).send().await.fault("AuthFailure.InvalidAuthorization");
        assert!(message.contains("`body`"), "{message}");
        // The older signature covers everything.
        who(&root, "POST").send().await.ok();
    });
}
