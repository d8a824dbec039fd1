//! A cloud that only the tests know: everything that a cloud brings to the program, in one place.
//!
//! It has its own profile, policy language, wire format and registry, and no file of the program names it. The tests
//! here show that what holds for every cloud (signatures, authorisation, limits, the journal, quotas, unsigned
//! operations) holds for it.

mod dialect;
mod language;
mod operations;

use crate::support::{Clouds, Database, Key, Questions, Test, on_with, text};
use camulator::dialect::Dialects;
use camulator::dialect::contract::Dialect;
use camulator::dialect::tencent;
use camulator::limit::Rates;
use http::Request;
use serde_json::{Value, json};

camulator::operations! {
    "toy" {
        "POST" "/toy/roles" operations::CreateRole => create, Write(reads), 2, operation;
        "GET" "/toy/roles/{name}" operations::GetRole => get, Read, 20, resource(on_role);
        "GET" "/toy/roles" operations::ListRoles => list, Read, 20, operation;
        "DELETE" "/toy/roles/{name}" operations::DeleteRole => delete, Write, 20, resource(on_role);
        "POST" "/toy/users" operations::CreateUser => create_user, Write(opens), 20, operation;
        "POST" "/toy/policies" operations::Permit => permit, Write(permits), 20, operation;
        "GET" "/toy/plates/{account}" operations::ShowPlate => plate, Read, 20, unsigned(whose_plate);
    }
}

static DIALECTS: &[&Dialect] = &[&dialect::DIALECT, &tencent::DIALECT];

const QUESTIONS: Questions = Questions {
    rights: &[
        ("toy:ListRoles", None),
        ("toy:GetRole", Some("role/web-1")),
        ("toy:DeleteRole", Some("role/db-1")),
        ("toy:AssumeRole", None),
    ],
    assuming: "toy:AssumeRole",
};

const CLOUDS: Clouds = Clouds {
    dialects: Dialects::new(DIALECTS),
    questions: &[("toy", QUESTIONS), ("tencent", crate::support::QUESTIONS)],
};

/// A caller with a key of the toy cloud.
#[derive(Clone)]
struct Toy {
    t: Test,
    key: Key,
}

impl Toy {
    /// Signs a request, lets `change` edit its headers, and sends it.
    async fn send(
        &self,
        method: &str,
        path: &str,
        body: Value,
        change: impl FnOnce(&mut Vec<(&'static str, String)>),
    ) -> (u16, Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let date = self.t.now().seconds();
        let signature = dialect::sign(&self.key.secret_key, method, path, date, body.as_bytes());
        let mut headers =
            vec![("toy-key", self.key.secret_id.clone()), ("toy-date", date.to_string()), ("toy-signature", signature)];
        change(&mut headers);
        let unsigned = Request::builder().method(method).uri(path);
        let request = headers.into_iter().fold(unsigned, |request, (name, value)| request.header(name, value));
        let answer = self.t.surface.send(request.body(body).unwrap()).await;
        assert!(answer.headers["toy-request"].to_str().unwrap().starts_with("toy/"));
        self.t.surface.assert_current(path).await;
        (answer.status, serde_json::from_slice(&answer.body).unwrap_or(Value::Null))
    }

    /// The same caller with another key.
    fn with(&self, secret_id: &str, secret_key: &str) -> Toy {
        let (account, secret_id, secret_key) = (self.key.account.clone(), secret_id.to_owned(), secret_key.to_owned());
        Toy { t: self.t.clone(), key: Key { account, secret_id, secret_key } }
    }

    async fn call(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        self.send(method, path, body, |_| ()).await
    }

    async fn create(&self, name: &str, trust: &str) -> (u16, Value) {
        self.call("POST", "/toy/roles", json!({"name": name, "trust": trust})).await
    }
}

/// Runs a test on each database, beginning with an account of the toy cloud.
fn toy(rates: Rates, test: impl AsyncFn(Toy)) {
    let first = json!({"cloud": "toy", "id": "7001", "name": "Toys"});
    on_with(&[Database::Memory, Database::File, Database::Postgres], rates, CLOUDS, &first, async |t| {
        assert!(t.first.secret_id.starts_with("toy-"));
        let key = t.first.clone();
        test(Toy { t, key }).await;
    });
}

fn refused(answer: &(u16, Value), status: u16, code: &str) {
    assert_eq!(*answer, (status, json!({"error": code})));
}

#[test]
fn a_role_is_made_read_listed_and_deleted() {
    toy(Rates::Off, async |root| {
        let (status, made) = root.create("Web", "allow account 7001").await;
        assert_eq!((status, &made["name"], &made["trust"]), (200, &json!("Web"), &json!("allow account 7001")));
        assert!(made["id"].as_str().unwrap().starts_with("r-"));
        // This cloud compares names without regard to case.
        assert_eq!(root.call("GET", "/toy/roles/wEB", Value::Null).await, (200, made.clone()));
        refused(&root.create("WEB", "allow account 7001").await, 409, "Conflict");
        refused(&root.create("other", "allow everybody").await, 400, "BadPolicy");
        refused(&root.create("other", "allow account 7999").await, 404, "NotFound");
        assert_eq!(root.call("GET", "/toy/roles", Value::Null).await, (200, json!([made])));
        assert_eq!(root.call("DELETE", "/toy/roles/web", Value::Null).await, (204, Value::Null));
        refused(&root.call("GET", "/toy/roles/Web", Value::Null).await, 404, "NotFound");
        refused(&root.call("PUT", "/toy/roles/Web", Value::Null).await, 404, "NoSuchPath");
        refused(
            &root.call("POST", "/toy/roles", json!({"name": "x".repeat(33), "trust": ""})).await,
            400,
            "BadRequest",
        );
    });
}

#[test]
fn it_has_its_own_quota_and_rates() {
    toy(Rates::Documented, async |root| {
        for name in ["a", "b", "c"] {
            assert_eq!(root.create(name, "allow account 7001").await.0, 200);
            root.t.advance(1);
        }
        refused(&root.create("d", "allow account 7001").await, 409, "QuotaExceeded");
        root.create("d", "allow account 7001").await;
        refused(&root.create("d", "allow account 7001").await, 429, "TooMany");
    });
}

#[test]
fn a_user_may_do_what_its_policy_allows() {
    toy(Rates::Off, async |root| {
        for name in ["web-1", "db-1"] {
            root.create(name, "allow account 7001").await;
        }
        let (_, made) = root.call("POST", "/toy/users", json!({"name": "ann"})).await;
        let ann = root.with(text(&made["key"]), text(&made["secret"]));
        refused(&ann.call("GET", "/toy/roles/web-1", Value::Null).await, 403, "Denied");
        let policy = "allow GetRole on role/*\ndeny * on role/db-*\nallow ListRoles on *\nallow Permit on *";
        assert_eq!(root.call("POST", "/toy/policies", json!({"user": made["user"], "policy": policy})).await.0, 200);
        assert_eq!(ann.call("GET", "/toy/roles/WEB-1", Value::Null).await.0, 200);
        assert_eq!(ann.call("GET", "/toy/roles", Value::Null).await.0, 200);
        refused(&ann.call("GET", "/toy/roles/db-1", Value::Null).await, 403, "Denied");
        refused(&ann.call("DELETE", "/toy/roles/web-1", Value::Null).await, 403, "Denied");
        refused(&ann.create("web-2", "allow account 7001").await, 403, "Denied");
        // The journal names the caller in this cloud's form and shows the decision.
        let entries = root.t.admin("GET", "/requests?service=toy&code=Denied", Value::Null).await.done();
        let shown = &entries["requests"][1];
        assert_eq!(shown["caller"]["arn"], format!("toy/7001/{}", text(&made["user"])));
        assert_eq!((&shown["action"], &shown["decision"]["decision"]), (&json!("DeleteRole"), &json!("deny")));
        let question = json!({"principal": "toy/7001/root", "action": "toy:GetRole", "resource": "role/web-1"});
        assert_eq!(root.t.admin("POST", "/authorize", question).await.done()["decision"], "allow");
    });
}

#[test]
fn only_an_unsigned_operation_needs_no_signature() {
    toy(Rates::Off, async |root| {
        let bare = |method, path| root.send(method, path, Value::Null, Vec::clear);
        assert_eq!(bare("GET", "/toy/plates/7001").await, (200, json!("toy/7001/ asks about Toys")));
        refused(&bare("GET", "/toy/roles").await, 401, "Unauthenticated");
        refused(&bare("DELETE", "/toy/roles/x").await, 401, "Unauthenticated");
        // The parameters of an unsigned request are not looked at where a signature is needed.
        for body in [json!("not an object"), json!({"name": 7})] {
            refused(&root.send("POST", "/toy/roles", body, Vec::clear).await, 401, "Unauthenticated");
        }
        refused(&bare("GET", "/toy/plates/7999").await, 404, "NotFound");
        for wrong in [("toy-signature", "00"), ("toy-key", "toy-nobody"), ("toy-date", "1"), ("toy-token", "x")] {
            let change = |headers: &mut Vec<(&'static str, String)>| {
                headers.retain(|(name, _)| *name != wrong.0);
                headers.push((wrong.0, wrong.1.to_owned()));
            };
            refused(&root.send("GET", "/toy/roles", Value::Null, change).await, 401, "Unauthenticated");
        }
    });
}

#[test]
fn another_cloud_on_the_same_server_is_not_affected() {
    toy(Rates::Off, async |root| {
        let other = root.t.tenant("100000000001").await;
        assert_eq!(root.create("Web", "allow account 7001").await.0, 200);
        assert_eq!(other.cam("DescribeRoleList", json!({"Page": 1, "Rp": 10})).await.ok()["TotalNum"], 0);
        // An account or key of one cloud is unknown to the other.
        let plate = root.send("GET", "/toy/plates/100000000001", Value::Null, Vec::clear).await;
        refused(&plate, 404, "NotFound");
        let foreign = root.with(&other.secret_id, &other.secret_key);
        refused(&foreign.call("GET", "/toy/roles", Value::Null).await, 401, "Unauthenticated");
    });
}
