//! Sessions for identities that a provider vouches for: AssumeRoleWithSAML and AssumeRoleWithWebIdentity.

use crate::support::idp::{ISSUER, Idp, Says, base64, federated_trust};
use crate::support::{Call, Caller, Database, ROOT, Reply, START, Test, allow, in_memory, on, on_each_database};
use camulator::env::Time;
use camulator::limit::Rates;
use serde_json::{Value, json};

/// Makes one statement of a response a lie.
type Lie = fn(&mut Says);

const STS: &str = "2018-08-13";
const REFUSED: &str = "InvalidParameter.ParamError";
const BAD_TOKEN: &str = "InvalidParameter.WebIdentityTokenError";
const ENDED: &str = "AuthFailure.TokenFailure";

/// A call as the SDKs send it: with every header of a signed one, but `SKIP` for the signature.
fn skipped(t: &Test, action: &str, params: Value) -> Call {
    t.root().call("sts", STS, action, params).edit("authorization", Some(b"SKIP"))
}

/// An account with both kinds of providers and the role `web`, which both may vouch for and which may list users.
async fn set(t: &Test, condition: Value) -> Caller {
    let root = t.root();
    let params = json!({"Name": "corp", "Description": "", "SAMLMetadataDocument": Idp::rsa().metadata()});
    root.cam("CreateSAMLProvider", params).await.ok();
    let keys = json!({"keys": [Idp::rsa().jwk(), Idp::ec().jwk(), {"kty": "oct", "use": "enc"}]});
    let params = json!({
        "Name": "cluster", "IdentityUrl": ISSUER, "ClientId": ["app", "other-app"], "IdentityKey": base64(keys.to_string()),
    });
    root.cam("CreateOIDCConfig", params).await.ok();
    let trust = federated_trust(ROOT, &condition);
    root.cam("CreateRole", json!({"RoleName": "web", "PolicyDocument": trust})).await.ok();
    root.grant_role("web", "list", &allow("cam:ListUsers", "*")).await;
    root
}

fn honest() -> Says {
    Idp::rsa().says(ROOT, "web", "corp", Time::from_seconds(START))
}

fn with_saml(response: &str) -> Value {
    json!({
        "SAMLAssertion": response, "PrincipalArn": format!("qcs::cam::uin/{ROOT}:saml-provider/corp"),
        "RoleArn": format!("qcs::cam::uin/{ROOT}:roleName/web"), "RoleSessionName": "zoe",
    })
}

async fn saml(t: &Test, response: &str) -> Reply {
    skipped(t, "AssumeRoleWithSAML", with_saml(response)).send().await
}

fn claims() -> Value {
    json!({"iss": ISSUER, "sub": "pod", "aud": "app", "exp": START + 300, "iat": START, "nbf": START})
}

async fn web(t: &Test, token: &str) -> Reply {
    let params = json!({
        "ProviderId": "cluster", "WebIdentityToken": token, "RoleArn": format!("qcs::cam::uin/{ROOT}:roleName/web"),
        "RoleSessionName": "pod",
    });
    skipped(t, "AssumeRoleWithWebIdentity", params).send().await
}

#[test]
fn a_response_opens_a_session_of_the_role() {
    on_each_database(async |t| {
        let root = set(&t, Value::Null).await;
        let opened = saml(&t, &Idp::rsa().response(&honest())).await.ok();
        assert_eq!(opened["ExpiredTime"], START + 7200);
        let session = root.session(&opened);
        session.cam("ListUsers", json!({})).await.ok();
        session.cam("ListGroups", json!({})).await.fault("AuthFailure.UnauthorizedOperation");
        let role = root.cam("GetRole", json!({"RoleName": "web"})).await.ok()["RoleInfo"]["RoleId"].clone();
        let role = role.as_str().unwrap();
        let who = session.sts("GetCallerIdentity", json!({})).await.ok();
        let arn = format!("qcs::sts:{ROOT}:assumed-role/{role}");
        let expected = json!({
            "Arn": arn, "AccountId": ROOT, "UserId": format!("{role}:zoe"), "PrincipalId": "", "Type": "CAMRole",
        });
        assert_eq!(who, expected);

        // The signature of the response does as well, and one of each. A response may be used again while it is valid.
        let idp = Idp::rsa();
        let second = saml(&t, &idp.signed_response(&honest())).await.ok();
        let both = honest().response(&idp.signed(&honest().assertion(), "_assertion"));
        saml(&t, &base64(idp.signed(&both, "_response"))).await.ok();
        saml(&t, &idp.response(&honest())).await.ok();
        // Whoever signs the request as well is still no more than the response says.
        let third = root.sts("AssumeRoleWithSAML", with_saml(&idp.response(&honest()))).await.ok();
        let third = root.session(&third).sts("GetCallerIdentity", json!({})).await.ok();
        assert_eq!(third["PrincipalId"], "");

        // A provider's end does not end sessions, the role's does.
        root.cam("DeleteSAMLProvider", json!({"Name": "corp"})).await.ok();
        session.cam("ListUsers", json!({})).await.ok();
        saml(&t, &idp.response(&honest())).await.fault(REFUSED);
        t.advance(7200);
        session.cam("ListUsers", json!({})).await.fault(ENDED);
        t.set_time(START);
        let second = root.session(&second);
        second.cam("ListUsers", json!({})).await.ok();
        root.cam("DeleteRole", json!({"RoleName": "web"})).await.ok();
        second.cam("ListUsers", json!({})).await.fault(ENDED);
    });
}

#[test]
fn a_response_that_another_program_signed_is_accepted() {
    in_memory(async |t| {
        let root = set(&t, Value::Null).await;
        let mut idp = Idp::rsa();
        idp.entity = "https://idp.example.com/golden".to_owned();
        let params = json!({"Name": "golden", "Description": "", "SAMLMetadataDocument": idp.metadata()});
        root.cam("CreateSAMLProvider", params).await.ok();
        let provider = format!("qcs::cam::uin/{ROOT}:saml-provider/golden");
        let mut trust: Value = serde_json::from_str(&federated_trust(ROOT, &Value::Null)).unwrap();
        trust["statement"][0]["principal"] = json!({"federated": provider});
        trust["statement"][0]["condition"] = json!({"string_equal": {
            "saml:aud": "https://cloud.tencent.com/login/saml", "saml:iss": idp.entity, "saml:sub": "zoë & co",
            "saml:sub_type": "persistent",
        }});
        root.cam("CreateRole", json!({"RoleName": "golden", "PolicyDocument": trust.to_string()})).await.ok();
        let golden = include_str!("../data/sso/golden.xml");
        let call = |xml: &str| {
            let params = json!({
                "SAMLAssertion": base64(xml), "PrincipalArn": provider, "RoleSessionName": "zoe",
                "RoleArn": format!("qcs::cam::uin/{ROOT}:roleName/golden"),
            });
            skipped(&t, "AssumeRoleWithSAML", params).send()
        };
        call(golden).await.ok();
        // White space in base64 is nothing; outside the assertion and in comments nothing is signed.
        call(&golden.replace("a comment that is not signed", "another")).await.ok();
        for (what, instead) in [("zo&#235;", "zoe"), ("Password", "X509"), ("> ", ">")] {
            let changed = golden.replacen(what, instead, 1);
            if changed != golden {
                call(&changed).await.fault(REFUSED);
            }
        }
    });
}

#[test]
fn a_provider_may_have_an_elliptic_key() {
    in_memory(async |t| {
        let root = set(&t, Value::Null).await;
        let params = json!({"Name": "corp", "SAMLMetadataDocument": Idp::ec().metadata()});
        root.cam("UpdateSAMLProvider", params).await.ok();
        saml(&t, &Idp::ec().response(&honest())).await.ok();
        saml(&t, &Idp::rsa().response(&honest())).await.fault(REFUSED);
    });
}

#[test]
fn every_statement_of_a_response_is_checked() {
    in_memory(async |t| {
        set(&t, Value::Null).await;
        let idp = Idp::rsa();
        let lies: [(&str, Lie); 10] = [
            ("Issuer", |says| says.issuer = "https://evil.example.com".to_owned()),
            ("NameID", |says| says.subject = String::new()),
            ("Recipient", |says| says.recipient = "https://evil.example.com"),
            ("Audience", |says| says.audience = "urn:amazon:webservices"),
            ("NotBefore", |says| says.from = Time::from_seconds(START + 1).rfc3339()),
            ("NotOnOrAfter", |says| says.until = Time::from_seconds(START).rfc3339()),
            ("NotOnOrAfter", |says| says.until = "soon".to_owned()),
            ("status", |says| says.status = "urn:oasis:names:tc:SAML:2.0:status:Responder"),
            ("Role", |says| says.roles = says.roles.replace("/web", "/ops")),
            ("Role", |says| says.roles = says.roles.replace("/corp", "/other")),
        ];
        for (word, lie) in lies {
            let mut says = honest();
            lie(&mut says);
            for response in [idp.response(&says), idp.signed_response(&says)] {
                let message = saml(&t, &response).await.fault(REFUSED);
                assert!(message.contains(word), "{word}: {message}");
            }
        }
        // The comment is not part of what is signed, so the signature is that of the text without it.
        let mut says = honest();
        says.subject = "zoe@example.com.evil.com".to_owned();
        let response = says.response(&idp.signed(&says.assertion(), says.id));
        let divided = response.replace("zoe@example.com.evil", "zoe@example.com<!-- -->.evil");
        assert!(saml(&t, &base64(divided)).await.fault(REFUSED).contains("text alone"));
    });
}

#[test]
fn times_are_those_of_the_accounts_clock() {
    in_memory(async |t| {
        set(&t, Value::Null).await;
        let (response, token) = (Idp::rsa().response(&honest()), Idp::rsa().token(&claims()));
        let later = Time::from_seconds(START + 300).rfc3339();
        let path = format!("/clock?account={ROOT}");
        t.admin("PUT", &path, json!({"mode": "frozen", "now": later})).await.done();
        saml(&t, &response).await.fault(REFUSED);
        web(&t, &token).await.fault(BAD_TOKEN);
        let then = Time::from_seconds(START + 299).rfc3339();
        t.admin("PUT", &path, json!({"mode": "frozen", "now": then})).await.done();
        saml(&t, &response).await.ok();
        web(&t, &token).await.ok();
    });
}

#[test]
fn a_signature_has_the_one_form_that_saml_allows() {
    in_memory(async |t| {
        set(&t, Value::Null).await;
        let (idp, says) = (Idp::rsa(), honest());
        let (assertion, id) = (says.assertion(), says.id);
        let of = |signature: &str| {
            let after = assertion.find("</saml:Issuer>").unwrap() + "</saml:Issuer>".len();
            base64(says.response(&format!("{}{signature}{}", &assertion[..after], &assertion[after..])))
        };
        let info = idp.signed_info(&assertion, id);
        saml(&t, &of(&idp.around(&info))).await.ok();
        let changed = |from: &str, to: &str| {
            assert!(info.contains(from), "{from}");
            of(&idp.around(&info.replacen(from, to, 1)))
        };
        let enveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
        let mut wrong = vec![
            ("none", base64(says.response(&assertion))),
            ("another key", of(&Idp::impostor().around(&info))),
            (
                "SHA-1",
                changed(
                    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
                    "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
                ),
            ),
            (
                "digest SHA-1",
                changed("http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2000/09/xmldsig#sha1"),
            ),
            ("HMAC", changed("xmldsig-more#rsa-sha256", "xmldsig-more#hmac-sha256")),
            ("another id", changed("#_assertion", "#_response")),
            ("the whole document", changed("URI=\"#_assertion\"", "URI=\"\"")),
            ("an address", changed("#_assertion", "http://evil.example.com/#_assertion")),
            ("another transform", changed(enveloped, "http://www.w3.org/TR/1999/REC-xslt-19991116")),
            ("inclusive canonical XML", changed("xml-exc-c14n#\"></ds:C", "x\"></ds:C")),
            (
                "a second reference",
                changed("</ds:SignedInfo>", "<ds:Reference URI=\"\"></ds:Reference></ds:SignedInfo>"),
            ),
            ("two signatures", of(&idp.around(&info).repeat(2))),
            ("a signature of nothing", of(&idp.around(&info).replace("<ds:SignatureValue>", "<ds:SignatureValue>AA"))),
        ];
        // A divided digest: what is signed is the text without the comment.
        let digest = info.find("<ds:DigestValue>").unwrap() + "<ds:DigestValue>".len();
        let divided =
            idp.around(&info).replace(&info[digest..digest + 4], &format!("{}<!-- -->", &info[digest..digest + 4]));
        wrong.push(("a comment in the digest", of(&divided)));
        for (what, response) in wrong {
            assert!(saml(&t, &response).await.code().is_some_and(|code| code == REFUSED), "{what} is accepted");
        }
        // Entities and document types.
        let plain = says.response(&idp.signed(&assertion, id));
        for prologue in [
            "<!DOCTYPE samlp:Response>",
            "<!DOCTYPE r [<!ENTITY e \"zoe\">]>",
            "<!DOCTYPE r SYSTEM \"http://evil.example.com/r.dtd\">",
        ] {
            saml(&t, &base64(format!("{prologue}{plain}"))).await.fault(REFUSED);
        }
        saml(&t, &base64(format!("<?xml version=\"1.0\"?>\n{plain}"))).await.ok();
        for not_xml in ["", "x", "<a>", "%%%"] {
            saml(&t, &base64(not_xml)).await.fault(REFUSED);
            saml(&t, not_xml).await.fault(REFUSED);
        }
        saml(&t, &base64(format!("{}{}", "<a>".repeat(5000), "</a>".repeat(5000)))).await.fault(REFUSED);
    });
}

/// The eight ways to wrap a signed element that are known from the literature, and some more.
#[test]
fn a_signed_element_cannot_be_wrapped() {
    in_memory(async |t| {
        set(&t, Value::Null).await;
        let (idp, says) = (Idp::rsa(), honest());
        let mut lie = honest();
        lie.id = "_evil";
        lie.subject = "admin@example.com".to_owned();
        let (good, evil) = (says.assertion(), lie.assertion());
        let signed = idp.signed(&good, says.id);
        let signature = idp.signature(&good, says.id);
        let object = |content: &str| {
            signature.replace("</ds:Signature>", &format!("<ds:Object>{content}</ds:Object></ds:Signature>"))
        };
        let inside =
            |assertion: &str, what: &str| assertion.replacen("</saml:Issuer>", &format!("</saml:Issuer>{what}"), 1);
        let extensions = format!("<samlp:Extensions>{evil}</samlp:Extensions>");
        let whole = idp.signed(&says.response(&good), "_response");
        let whole_signature = idp.signature(&says.response(&good), "_response");
        let within = whole_signature
            .replace("</ds:Signature>", &format!("<ds:Object>{}</ds:Object></ds:Signature>", says.response(&good)));
        let same_id = evil.replace("_evil", says.id);
        let ways = [
            ("XSW1", inside(&lie.response(&evil).replace("\"_response\"", "\"_other\""), &within)),
            ("XSW2", inside(&lie.response(&evil).replace("\"_response\"", "\"_other\""), &format!("{}{whole_signature}", says.response(&good)))),
            ("XSW3", says.response(&format!("{evil}{signed}"))),
            ("XSW4", says.response(&evil.replace("</saml:Assertion>", &format!("{signed}</saml:Assertion>")))),
            ("XSW5", says.response(&format!("{}{good}", inside(&evil, &signature)))),
            ("XSW6", says.response(&inside(&evil, &object(&good)))),
            ("XSW7", says.response(&format!("{extensions}{signed}"))),
            ("XSW8", says.response(&inside(&evil, &object(&good)).replace("_evil", "_third"))),
            ("the same id, before", says.response(&format!("{same_id}{signed}"))),
            ("the same id, with the signature", says.response(&format!("{}{good}", inside(&same_id, &signature)))),
            ("the same id alone", says.response(&inside(&same_id, &signature))),
            ("after", says.response(&format!("{signed}{evil}"))),
            ("in the status", says.response(&signed).replace("</samlp:StatusCode>", &format!("{evil}</samlp:StatusCode>"))),
            ("a signed response with one more", whole.replace("</samlp:Response>", &format!("{evil}</samlp:Response>"))),
            ("a signed response with another", whole.replace(&good, &evil)),
            ("encrypted", says.response(&format!("{signed}<saml:EncryptedAssertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"></saml:EncryptedAssertion>"))),
            ("no response around it", signed.clone()),
        ];
        for (what, response) in ways {
            let reply = saml(&t, &base64(&response)).await;
            assert_eq!(reply.code().as_deref(), Some(REFUSED), "{what} is accepted: {response}");
        }
        saml(&t, &base64(says.response(&signed))).await.ok();
        saml(&t, &base64(&whole)).await.ok();
    });
}

#[test]
fn the_trust_policy_decides_by_what_was_proven() {
    on_each_database(async |t| {
        let root =
            set(&t, json!({"string_equal": {"saml:sub": "zoe@example.com", "saml:sub_type": "persistent"}})).await;
        let idp = Idp::rsa();
        let reply = saml(&t, &idp.response(&honest())).await;
        reply.ok();
        let shown = t.trace(&reply.request_id()).await["decision"].clone();
        assert_eq!(shown["decision"], "allow", "{shown}");
        assert!(shown.to_string().contains("trust policy of web"), "{shown}");
        let mut other = honest();
        other.subject = "yan@example.com".to_owned();
        let refused = saml(&t, &idp.response(&other)).await;
        refused.fault("UnauthorizedOperation");
        assert_eq!(t.trace(&refused.request_id()).await["decision"]["reason"], "trust");
        // The condition has no key of a token.
        web(&t, &idp.token(&claims())).await.fault("UnauthorizedOperation");

        let replace = async |condition: Value| {
            let params = json!({"RoleName": "web", "PolicyDocument": federated_trust(ROOT, &condition)});
            root.cam("UpdateAssumeRolePolicy", params).await.ok();
        };
        replace(json!({"string_equal": {"oidc:iss": ISSUER, "oidc:aud": "app", "oidc:sub": ["pod", "job"]}})).await;
        web(&t, &idp.token(&claims())).await.ok();
        saml(&t, &idp.response(&honest())).await.fault("UnauthorizedOperation");
        for (name, value) in [("sub", "cron"), ("aud", "other-app")] {
            let mut others = claims();
            others[name] = json!(value);
            web(&t, &idp.token(&others)).await.fault("UnauthorizedOperation");
        }
        // A provider of the same name but of the other kind, an account and everybody are not the provider.
        let statement = |principal: Value| {
            let action = ["name/sts:AssumeRoleWithSAML", "name/sts:AssumeRoleWithWebIdentity"];
            json!({"version": "2.0", "statement": [{"effect": "allow", "action": action, "principal": principal}]})
        };
        for principal in [
            json!({"federated": format!("qcs::cam::uin/{ROOT}:oidc-provider/corp")}),
            json!({"federated": format!("qcs::cam::uin/100000000002:saml-provider/corp")}),
            json!({"qcs": format!("qcs::cam::uin/{ROOT}:root")}),
            json!("*"),
        ] {
            if principal.to_string().contains("100000000002") {
                t.tenant("100000000002").await;
            }
            let params = json!({"RoleName": "web", "PolicyDocument": statement(principal).to_string()});
            root.cam("UpdateAssumeRolePolicy", params).await.ok();
            saml(&t, &idp.response(&honest())).await.fault("UnauthorizedOperation");
            web(&t, &idp.token(&claims())).await.fault("UnauthorizedOperation");
        }
    });
}

#[test]
fn a_token_opens_a_session_of_the_role() {
    on_each_database(async |t| {
        let root = set(&t, Value::Null).await;
        for idp in [Idp::rsa(), Idp::ec()] {
            let session = root.session(&web(&t, &idp.token(&claims())).await.ok());
            session.cam("ListUsers", json!({})).await.ok();
            let who = session.sts("GetCallerIdentity", json!({})).await.ok();
            assert_eq!((&who["Type"], &who["PrincipalId"]), (&json!("CAMRole"), &json!("")));
        }
        let mut several = claims();
        several["aud"] = json!(["someone", "other-app"]);
        several["exp"] = json!(START as f64 + 0.5);
        web(&t, &Idp::rsa().token(&several)).await.ok();
        // The stored keys are the only ones: a new set takes the place of the old.
        let params = json!({
            "Name": "cluster", "IdentityUrl": ISSUER, "ClientId": ["app"], "IdentityKey": Idp::ec().key_set(),
        });
        root.cam("UpdateOIDCConfig", params).await.ok();
        web(&t, &Idp::rsa().token(&claims())).await.fault(BAD_TOKEN);
        web(&t, &Idp::ec().token(&claims())).await.ok();
        root.cam("DeleteOIDCConfig", json!({"Name": "cluster"})).await.ok();
        web(&t, &Idp::ec().token(&claims())).await.fault(REFUSED);
    });
}

#[test]
fn every_claim_of_a_token_is_checked() {
    in_memory(async |t| {
        set(&t, Value::Null).await;
        let idp = Idp::rsa();
        let with = |name: &str, value: Value| {
            let mut claims = claims();
            claims[name] = value;
            idp.token(&claims)
        };
        let without = |name: &str| {
            let mut claims = claims();
            claims.as_object_mut().unwrap().remove(name);
            idp.token(&claims)
        };
        let header = |header: Value| idp.token_of(&header, &claims());
        let good = idp.token(&claims());
        let (signed, signature) = good.rsplit_once('.').unwrap();
        let payload = signed.split_once('.').unwrap().1;
        let none = base64(r#"{"alg":"none","kid":"rsa-1"}"#).replace('=', "");
        let mut cases = vec![
            ("issuer", with("iss", json!("https://evil.example.com"))),
            ("issuer with a slash", with("iss", json!(format!("{ISSUER}/")))),
            ("audience", with("aud", json!("nobody"))),
            ("audiences", with("aud", json!([]))),
            ("expired", with("exp", json!(START))),
            ("expiry as text", with("exp", json!("never"))),
            ("not yet", with("nbf", json!(START + 1))),
            ("of the future", with("iat", json!(START + 1))),
            ("subject", with("sub", json!(""))),
            ("no algorithm", format!("{none}.{payload}.")),
            ("no algorithm, signed", format!("{none}.{payload}.{signature}")),
            ("HMAC", header(json!({"alg": "HS256", "kid": "rsa-1"}))),
            ("another algorithm", header(json!({"alg": "RS512", "kid": "rsa-1"}))),
            ("an algorithm of another key", header(json!({"alg": "ES256", "kid": "rsa-1"}))),
            ("another key", header(json!({"alg": "RS256", "kid": "ec-1"}))),
            ("an unknown key", header(json!({"alg": "RS256", "kid": "rsa-2"}))),
            ("no key", header(json!({"alg": "RS256"}))),
            ("its own key", header(json!({"alg": "RS256", "kid": "mine", "jwk": Idp::impostor().jwk()}))),
            ("an address of keys", header(json!({"alg": "RS256", "jku": "http://evil.example.com/keys"}))),
            ("an extension", header(json!({"alg": "RS256", "kid": "rsa-1", "crit": ["exp"]}))),
            ("impostor", Idp::impostor().token(&claims())),
            ("two parts", signed.to_owned()),
            ("four parts", format!("{good}.x")),
            ("padding", format!("{good}=")),
            ("nothing", String::new()),
        ];
        cases.extend(["iss", "sub", "aud", "exp"].map(|name| (name, without(name))));
        for (what, token) in cases {
            let code = web(&t, &token).await.code();
            assert_eq!(code.as_deref(), Some(BAD_TOKEN), "{what}");
        }
        for name in ["nbf", "iat"] {
            web(&t, &without(name)).await.ok();
        }
    });
}

#[test]
fn the_rate_is_counted_for_the_account_of_the_role() {
    on(&[Database::Memory], Rates::Documented, async |t| {
        set(&t, Value::Null).await;
        let token = Idp::rsa().token(&claims());
        for _ in 0..20 {
            web(&t, &token).await.ok();
        }
        web(&t, &token).await.fault("RequestLimitExceeded");
        saml(&t, &Idp::rsa().response(&honest())).await.ok();
        t.advance(1);
        web(&t, &token).await.ok();
    });
}

#[test]
fn only_these_two_actions_need_no_signature() {
    in_memory(async |t| {
        let root = set(&t, Value::Null).await;
        let response = Idp::rsa().response(&honest());
        let call = || root.call("sts", STS, "AssumeRoleWithSAML", with_saml(&response));
        call().edit("authorization", Some(b"SKIP")).edit("x-tc-action", Some(b"assumeRoleWithSAML")).send().await.ok();
        for wrong in ["skip", "SKIP x", "Basic x"] {
            let reply = call().edit("authorization", Some(wrong.as_bytes())).send().await;
            reply.fault("AuthFailure.InvalidAuthorization");
        }
        call().edit("authorization", None).send().await.fault("MissingParameter");
        let other = call().edit("authorization", Some(b"SKIP")).edit("x-tc-version", Some(b"2019-01-16"));
        other.send().await.fault("AuthFailure.InvalidAuthorization");
        let forged = root.forged().sts("AssumeRoleWithSAML", with_saml(&response)).await;
        forged.fault("AuthFailure.SignatureFailure");
    });
}
