//! The admin API: its token, accounts, error messages and stubs, and that no secret reaches the journal.

use crate::support::{ADMIN_TOKEN, ROOT, Test, in_memory, on_each_database, text};
use camulator::admin::make_account;
use camulator::args;
use camulator::dialect::tencent::DIALECT;
use serde_json::{Value, json};

#[test]
fn requests_without_the_token_or_from_a_web_page_are_refused() {
    in_memory(async |t| {
        let paths = [
            ("GET", "/accounts"),
            ("POST", "/accounts"),
            ("DELETE", "/accounts/100000000001"),
            ("GET", "/accounts/100000000001/state"),
            ("PUT", "/accounts/100000000001/state"),
            ("POST", "/accounts/100000000001/members"),
            ("PUT", "/accounts/100000000001/users/100000000001/security"),
            ("POST", "/accounts/100000000001/users/100000000001/mfa-tokens"),
            ("PUT", "/accounts/100000000001/data-flows"),
            ("GET", "/clock"),
            ("PUT", "/clock"),
            ("POST", "/clock/advance"),
            ("GET", "/requests"),
            ("POST", "/credentials/AKIDx/expire"),
            ("GET", "/stubs"),
        ];
        let before = t.dump().await;
        for (method, path) in paths {
            let ask = |headers: Vec<(&str, String)>| {
                let headers: Vec<(String, String)> =
                    headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
                let (t, target) = (t.clone(), format!("/_camulator/v1{path}"));
                async move { t.raw(method, &target, &headers, "").await }
            };
            let bearer = format!("Bearer {ADMIN_TOKEN}");
            for wrong in ["", "Bearer ", "Bearer x", ADMIN_TOKEN, "Basic x", "bearer"] {
                let (status, _, body) = ask(vec![("authorization", wrong.to_owned())]).await;
                assert_eq!(status, 401, "{method} {path} with `{wrong}`: {body}");
                let body: Value = serde_json::from_str(&body).unwrap();
                assert_eq!(body["error"]["code"], "unauthorized");
            }
            assert_eq!(ask(vec![]).await.0, 401);
            let (status, ..) = ask(vec![("authorization", bearer), ("origin", "http://evil.example".to_owned())]).await;
            assert_eq!(status, 403, "{method} {path}");
        }
        assert_eq!(t.dump().await, before);
    });
}

#[test]
fn health_needs_no_token() {
    on_each_database(async |t| {
        for path in ["livez", "readyz"] {
            let (status, headers, body) = t.raw("GET", &format!("/_camulator/{path}"), &[], "").await;
            assert_eq!(status, 200);
            assert!(headers.contains(&("content-type".to_owned(), "application/json".to_owned())), "{headers:?}");
            assert_eq!(serde_json::from_str::<Value>(&body).unwrap()["status"], "ok");
        }
    });
}

#[test]
fn accounts_are_created_read_and_listed() {
    on_each_database(async |t| {
        let wanted = json!({
            "id": "100000000002", "name": "two", "app_id": 1_250_000_002, "secret_id": "AKIDfixed0002",
            "secret_key": "secret-of-two"});
        let made = t.admin("POST", "/accounts", wanted.clone()).await.created();
        assert_eq!(
            made,
            json!({
                "account": {"id": "100000000002", "cloud": "tencent", "name": "two", "app_id": 1_250_000_002,
                    "created_at": "2026-01-01T00:00:00Z"},
                "credentials": {"secret_id": "AKIDfixed0002", "secret_key": "secret-of-two"},
            })
        );
        assert_eq!(t.admin("GET", "/accounts/100000000002", Value::Null).await.done(), made["account"]);
        let listed = t.admin("GET", "/accounts", Value::Null).await.done();
        let mut ids: Vec<&str> = listed["accounts"].as_array().unwrap().iter().map(|it| text(&it["id"])).collect();
        ids.sort_unstable();
        assert_eq!(ids, [ROOT, "100000000002"]);
        let generated = t.admin("POST", "/accounts", Value::Null).await.created();
        let credentials = &generated["credentials"];
        let root = t.caller("", text(&credentials["secret_id"]), text(&credentials["secret_key"]));
        let who = root.sts("GetCallerIdentity", json!({})).await.ok();
        assert_eq!(who["AccountId"], generated["account"]["id"]);
    });
}

#[test]
fn a_conflict_names_what_is_taken() {
    on_each_database(async |t| {
        let wanted = |id: &str, app_id: i64, key: &str| json!({"id": id, "app_id": app_id, "secret_id": key, "secret_key": "secret-of-it"});
        t.admin("POST", "/accounts", wanted("100000000002", 1, "AKIDfixed0002")).await.created();
        let before = t.dump().await;
        for (id, app_id, key, status, named) in [
            ("100000000002", 2, "AKIDfixed0003", 409, "account `100000000002`"),
            ("100000000002", 1, "AKIDfixed0002", 409, "account `100000000002`"),
            ("100000000003", 1, "AKIDfixed0003", 409, "app_id `1`"),
            ("100000000003", 1, "AKIDfixed0002", 409, "app_id `1`"),
            ("100000000003", 2, "AKIDfixed0002", 409, "key `AKIDfixed0002`"),
            ("100000000003", 0, "AKIDfixed0003", 400, "app_id 0 "),
            ("100000000003", -1, "AKIDfixed0003", 400, "app_id -1 "),
            ("100000000003", i64::MIN, "AKIDfixed0003", 400, "app_id -9223372036854775808 "),
        ] {
            let reply = t.admin("POST", "/accounts", wanted(id, app_id, key)).await;
            assert_eq!(reply.status, status, "{}", reply.body);
            assert!(text(&reply.body["error"]["message"]).starts_with(named), "{named}: {}", reply.body);
        }
        assert_eq!(t.dump().await, before);
        t.admin("POST", "/accounts", wanted("100000000003", i64::MAX, "AKIDfixed0003")).await.created();
    });
}

/// Inserts an account that takes an id or application number which the server will draw.
async fn occupy(t: &Test, id: &str, app_id: i64) {
    t.execute(
        "INSERT INTO accounts (id, cloud, name, application, generation, created_at, clock_mode, clock_at) \
         VALUES ($1, 'tencent', '', $2, 1, 0, 'inherit', 0) ON CONFLICT DO NOTHING",
        args![id, app_id],
    )
    .await;
}

#[test]
fn a_taken_number_is_drawn_again() {
    on_each_database(async |t| {
        let (_, app_id) = (DIALECT.cloud.ids.account)(&t.ahead(0));
        occupy(&t, "500000000001", app_id).await;
        let made = t.admin("POST", "/accounts", Value::Null).await.created();
        assert_ne!(made["account"]["app_id"], app_id);
        let (id, _) = (DIALECT.cloud.ids.account)(&t.ahead(0));
        occupy(&t, &id, 1).await;
        let made = t.admin("POST", "/accounts", Value::Null).await.created();
        assert_ne!(made["account"]["id"], id);
        // A given id is not drawn, only the application number.
        let (_, app_id) = (DIALECT.cloud.ids.account)(&t.ahead(0));
        occupy(&t, "500000000002", app_id).await;
        let made = t.admin("POST", "/accounts", json!({"id": "500000000003"})).await.created();
        assert_ne!(made["account"]["app_id"], app_id);
        assert_eq!(made["account"]["id"], "500000000003");
        // The account that a new server starts with is made in the same way.
        let (_, app_id) = (DIALECT.cloud.ids.account)(&t.ahead(0));
        occupy(&t, "500000000004", app_id).await;
        let id = Some("500000000005".to_owned());
        let (account, ..) = make_account(&t.app.engine, id, None).await.unwrap().unwrap();
        assert_ne!(account.application, app_id);
        assert!(account.application > 0);
        // When accounts exist, another server has created the first one.
        assert!(make_account(&t.app.engine, None, None).await.unwrap().is_none());
    });
}

#[test]
fn drawing_gives_up_when_every_number_is_taken() {
    in_memory(async |t| {
        for place in 0..400 {
            let (_, app_id) = (DIALECT.cloud.ids.account)(&t.ahead(place));
            occupy(&t, &(600_000_000_000 + place).to_string(), app_id).await;
        }
        let reply = t.admin("POST", "/accounts", Value::Null).await;
        assert_eq!(reply.status, 409, "{}", reply.body);
        t.admin("POST", "/accounts", json!({"app_id": 7})).await.created();
    });
}

#[test]
fn an_invalid_request_gets_a_message_and_changes_nothing() {
    on_each_database(async |t| {
        let before = t.dump().await;
        for (method, path, body, status) in [
            ("POST", "/accounts", json!({"cloud": "moon"}), 400),
            ("POST", "/accounts", json!({"id": "x"}), 400),
            ("POST", "/accounts", json!({"id": "0123456"}), 400),
            ("POST", "/accounts", json!({"id": 100_000_000_002_u64}), 400),
            ("POST", "/accounts", json!({"uin": "100000000002"}), 400),
            ("POST", "/accounts", json!({"secret_id": "AKIDfixed0002"}), 400),
            ("POST", "/accounts", json!({"secret_id": "a b c d e", "secret_key": "secret-of-two"}), 400),
            ("POST", "/accounts", json!({"name": ""}), 400),
            ("POST", "/accounts", json!({"name": "x".repeat(129)}), 400),
            ("POST", "/accounts", json!({"name": "two\nlines"}), 400),
            ("POST", "/accounts", json!([]), 400),
            ("DELETE", "/accounts/100000000002", Value::Null, 404),
            ("GET", "/accounts/100000000002", Value::Null, 404),
            ("PUT", "/clock", json!({"mode": "back"}), 400),
            ("PUT", "/clock", json!({"mode": "frozen", "now": "yesterday"}), 400),
            ("PUT", "/clock", json!({"mode": "real", "now": "2026-01-01T00:00:00Z"}), 400),
            ("PUT", "/clock", json!({}), 400),
            ("PUT", "/clock?account=100000000002", json!({"mode": "real"}), 404),
            ("POST", "/clock/advance", json!({"seconds": "many"}), 400),
            ("POST", "/credentials/AKIDnone/expire", Value::Null, 404),
            ("GET", "/requests/none", Value::Null, 404),
            ("DELETE", "/stubs/cvm/Nothing", Value::Null, 404),
            ("GET", "/nothing", Value::Null, 404),
            ("PATCH", "/accounts", Value::Null, 405),
        ] {
            let reply = t.admin(method, path, body.clone()).await;
            assert_eq!(reply.status, status, "{method} {path} {body}: {}", reply.body);
            assert!(text(&reply.body["error"]["message"]).len() > 5, "{}", reply.body);
        }
        assert_eq!(t.dump().await, before);
    });
}

#[test]
fn a_stub_answers_for_another_service_and_is_authorised() {
    on_each_database(async |t| {
        let root = t.root();
        let stub = json!({
            "version": "2018-04-16", "resource": "qcs::scf:{{Region}}:uin/{{OwnerUin}}:function/{{FunctionName}}",
            "response": {"Name": "{{FunctionName}}", "Owner": "{{OwnerUin}}"},
        });
        let ask = |caller: &crate::support::Caller, name: &str| {
            caller.call("scf", "2018-04-16", "GetFunction", json!({"FunctionName": name})).send()
        };
        ask(&root, "one").await.fault("InvalidAction");
        t.admin("PUT", "/stubs/scf/GetFunction", stub).await.done();
        assert_eq!(ask(&root, "one").await.ok(), json!({"Name": "one", "Owner": ROOT}));
        let user = root.user("dev").await;
        ask(&user, "one").await.fault("AuthFailure.UnauthorizedOperation");
        root.grant(&user, "p", &crate::support::allow("scf:GetFunction", "qcs::scf:::function/one")).await;
        ask(&user, "one").await.ok();
        ask(&user, "two").await.fault("AuthFailure.UnauthorizedOperation");
        t.admin("DELETE", "/stubs/scf/GetFunction", Value::Null).await.done();
        ask(&user, "one").await.fault("InvalidAction");
    });
}

/// Neither the journal nor the database contains a secret in the clear.
#[test]
fn the_journal_keeps_no_secret() {
    on_each_database(async |t| {
        let root = t.root();
        let user = root.user("dev").await;
        root.role("ops", &[crate::support::root_of(&root.uin)]).await;
        let session = root.assume(&root.uin, "ops").await;
        session.sts("GetCallerIdentity", json!({})).await.ok();
        session.forged().sts("GetCallerIdentity", json!({})).await.fault("AuthFailure.SignatureFailure");
        user.cam("ListUsers", json!({})).await.fault("AuthFailure.UnauthorizedOperation");
        let listed = t.admin("GET", "/requests?limit=1000", Value::Null).await.done();
        assert!(listed["requests"].as_array().unwrap().len() >= 6);
        let shown = listed.to_string();
        let secrets = [&root.secret_key, &user.secret_key, &session.secret_key, session.token.as_ref().unwrap()];
        for secret in secrets {
            assert!(!shown.contains(secret.as_str()));
        }
        let rows = t.dump().await;
        for secret in secrets {
            assert!(
                rows.values().flatten().all(|row| !row.contains(secret.as_str())),
                "the database contains a secret"
            );
        }
    });
}
