//! Two servers on one PostgreSQL database: a change that one has answered counts for every later request to the other.

use crate::support::{Caller, Database, Hold, Test, allow, on, root_of};
use camulator::limit::Rates;
use serde_json::{Value, json};

fn on_two_servers(test: impl AsyncFn(Test, Test)) {
    on(&[Database::Postgres], Rates::Off, async |one| {
        let other = one.replica().await;
        test(one, other).await;
    });
}

#[test]
fn a_revocation_on_one_counts_on_the_other_at_once() {
    on_two_servers(async |one, other| {
        let root = one.root();
        let user = root.user("dev").await;
        let there = other.seen(&user);
        let policy = root.grant(&user, "list", &allow("cam:ListUsers", "*")).await;
        for _ in 0..5 {
            there.cam("ListUsers", json!({})).await.ok();
            root.cam("DetachUserPolicy", json!({"PolicyId": policy, "DetachUin": &user.uin})).await.ok();
            there.cam("ListUsers", json!({})).await.fault("AuthFailure.UnauthorizedOperation");
            other.root().cam("AttachUserPolicy", json!({"PolicyId": policy, "AttachUin": &user.uin})).await.ok();
            user.cam("ListUsers", json!({})).await.ok();
        }
        let status = |status: &str| json!({"AccessKeyId": &user.secret_id, "Status": status, "TargetUin": &user.uin});
        other.root().cam("UpdateAccessKey", status("Inactive")).await.ok();
        user.cam("ListUsers", json!({})).await.fault("AuthFailure.SecretIdNotFound");
        root.cam("UpdateAccessKey", status("Active")).await.ok();
        there.cam("ListUsers", json!({})).await.ok();
    });
}

#[test]
fn a_session_of_one_is_known_to_the_other_and_ends_on_both() {
    on_two_servers(async |one, other| {
        let root = one.root();
        root.role("ops", &[root_of(&root.uin)]).await;
        root.grant_role("ops", "list", &allow("cam:ListUsers", "*")).await;
        let session = root.assume(&root.uin, "ops").await;
        let there = other.seen(&session);
        session.cam("ListUsers", json!({})).await.ok();
        there.cam("ListUsers", json!({})).await.ok();
        other.root().cam("DeleteRole", json!({"RoleName": "ops"})).await.ok();
        for caller in [&session, &there] {
            caller.cam("ListUsers", json!({})).await.fault("AuthFailure.TokenFailure");
        }
        one.admin("DELETE", &format!("/accounts/{}", root.uin), Value::Null).await.done();
        other.root().sts("GetCallerIdentity", json!({})).await.fault("AuthFailure.SecretIdNotFound");
    });
}

#[test]
fn a_session_expired_through_the_admin_api_ends_on_both() {
    on_two_servers(async |one, other| {
        let root = one.root();
        root.role("ops", &[root_of(&root.uin)]).await;
        let session = root.assume(&root.uin, "ops").await;
        let there = other.seen(&session);
        there.sts("GetCallerIdentity", json!({})).await.ok();
        one.admin("POST", &format!("/credentials/{}/expire", session.secret_id), Value::Null).await.done();
        session.sts("GetCallerIdentity", json!({})).await.fault("AuthFailure.TokenFailure");
        there.sts("GetCallerIdentity", json!({})).await.fault("AuthFailure.TokenFailure");
    });
}

/// The account's row is locked until all 16 requests wait for it, so none of them sees the role of another beforehand.
#[test]
fn of_16_roles_of_one_name_on_two_servers_one_is_created() {
    on_two_servers(async |one, other| {
        let params = json!({
            "RoleName": "one", "PolicyDocument": crate::support::trust(&[root_of(&one.root().uin)])});
        let mut hold = Hold::rows(&one).await;
        let running: Vec<_> = (0..16)
            .map(|place| if place % 2 == 0 { one.root() } else { other.root() })
            .map(|root| tokio::spawn(root.call("cam", "2019-01-16", "CreateRole", params.clone()).send()))
            .collect();
        hold.until_waiting(16).await;
        hold.release().await;
        let mut made = 0;
        for request in running {
            match request.await.unwrap().code() {
                None => made += 1,
                Some(code) => assert_eq!(code, "InvalidParameter.RoleNameInUse"),
            }
        }
        assert_eq!(made, 1);
    });
}

/// As when another server, or somebody at a console, keeps an account locked.
#[test]
fn an_account_that_is_locked_holds_up_no_other() {
    on(&[Database::Postgres], Rates::Off, async |t| {
        let (locked, free) = (t.root(), t.tenant("100000000077").await);
        let mut raw = t.raw_connection().await;
        raw.run(format!("BEGIN; SELECT id FROM accounts WHERE id = '{}' FOR UPDATE", locked.uin)).await;
        let add = |root: &Caller, number: usize| {
            tokio::spawn(root.call("cam", "2019-01-16", "AddUser", json!({"Name": format!("u{number}")})).send())
        };
        let waiting: Vec<_> = (0..5).map(|number| add(&locked, number)).collect();
        raw.until_waiting(5).await;
        for number in 0..5 {
            add(&free, number).await.unwrap().ok();
        }
        assert!(waiting.iter().all(|waiting| !waiting.is_finished()));
        raw.run("COMMIT").await;
        for waiting in waiting {
            waiting.await.unwrap().ok();
        }
        assert_eq!(locked.cam("ListUsers", json!({})).await.ok()["Data"].as_array().unwrap().len(), 5);
    });
}

/// Both servers share the server's clock, the stubs and the state behind every decision.
#[test]
fn what_is_set_on_one_holds_on_the_other() {
    on_two_servers(async |one, other| {
        let root = one.root();
        let user = root.user("dev").await;
        root.role("ops", &[root_of(&root.uin)]).await;
        let there = other.seen(&root.assume(&root.uin, "ops").await);
        there.sts("GetCallerIdentity", json!({})).await.ok();
        // The clock, forwards and back.
        one.admin("POST", "/clock/advance", json!({"seconds": 8000})).await.done();
        there.sts("GetCallerIdentity", json!({})).await.fault("AuthFailure.TokenFailure");
        let (here, seen) = (clock(&one).await, clock(&other).await);
        assert_eq!(here, seen);
        other.admin("PUT", "/clock", json!({"mode": "real"})).await.done();
        there.sts("GetCallerIdentity", json!({})).await.ok();
        assert_eq!(clock(&one).await["mode"], "real");
        // Stubs: set, listed, removed.
        let stub = json!({"version": "2017-03-12", "response": {"Answer": 42}});
        let ask = |server: &Test| server.root().call("cvm", "2017-03-12", "DescribeVolumes", json!({})).send();
        ask(&other).await.fault("InvalidAction");
        one.admin("PUT", "/stubs/cvm/DescribeVolumes", stub).await.done();
        assert_eq!(ask(&other).await.ok()["Answer"], 42);
        let listed = other.admin("GET", "/stubs", Value::Null).await.done();
        assert!(listed["stubs"].as_array().unwrap().iter().any(|stub| stub["action"] == "DescribeVolumes"));
        other.admin("DELETE", "/stubs/cvm/DescribeVolumes", Value::Null).await.done();
        ask(&one).await.fault("InvalidAction");
        // Decisions.
        let question = json!({
            "principal": format!("qcs::cam::uin/{}:uin/{}", root.uin, user.uin), "action": "cam:ListUsers"});
        let answer =
            async |server: &Test| server.admin("POST", "/authorize", question.clone()).await.done()["decision"].clone();
        assert_eq!(answer(&other).await, "deny");
        let policy = root.grant(&user, "list", &allow("cam:ListUsers", "*")).await;
        assert_eq!(answer(&other).await, "allow");
        other.root().cam("DeletePolicy", json!({"PolicyId": [policy]})).await.ok();
        assert_eq!(answer(&one).await, "deny");
    });
}

async fn clock(server: &Test) -> Value {
    server.admin("GET", "/clock", Value::Null).await.done()
}

/// An account that is deleted and created again is a new account on every server, whatever the clocks show.
#[test]
fn a_recreated_account_is_a_new_one_on_both() {
    on_two_servers(async |one, other| {
        for back in [0, -3600, 3600] {
            let old = one.tenant("100000000007").await;
            let (user, there) = (old.user("dev").await, other.seen(&old));
            old.grant(&user, "list", &allow("cam:ListUsers", "*")).await;
            let session =
                old.sts("GetFederationToken", json!({"Name": "x", "Policy": allow("*", "*").to_string()})).await;
            let session = other.seen(&old.session(&session.ok()));
            there.cam("ListUsers", json!({})).await.ok();
            other.seen(&user).cam("ListUsers", json!({})).await.ok();
            session.cam("ListUsers", json!({})).await.ok();
            one.admin("DELETE", "/accounts/100000000007", Value::Null).await.done();
            one.advance(back);
            let new = one.tenant("100000000007").await;
            for gone in [&there, &other.seen(&user)] {
                gone.cam("ListUsers", json!({})).await.fault("AuthFailure.SecretIdNotFound");
            }
            session.cam("ListUsers", json!({})).await.fault("AuthFailure.TokenFailure");
            assert_eq!(other.seen(&new).cam("ListUsers", json!({})).await.ok()["Data"], json!([]));
            // Created a third time, with the old key id and another secret.
            one.admin("DELETE", "/accounts/100000000007", Value::Null).await.done();
            let keys = json!({"id": "100000000007", "secret_id": old.secret_id, "secret_key": "another-secret-key"});
            one.admin("POST", "/accounts", keys).await.created();
            there.cam("ListUsers", json!({})).await.fault("AuthFailure.SignatureFailure");
            one.admin("DELETE", "/accounts/100000000007", Value::Null).await.done();
        }
    });
}
