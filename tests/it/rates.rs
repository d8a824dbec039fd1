//! The rate limiter: what it counts for whom, and the error that a client gets.

use crate::support::{Database, on, root_of, text, trust};
use camulator::dialect::contract::Permission;
use camulator::limit::Rates;
use serde_json::json;

#[test]
fn a_third_role_in_a_second_is_one_too_many() {
    on(&[Database::Memory, Database::Postgres], Rates::Documented, async |t| {
        let root = t.root();
        let create = |name: &str| {
            let params = json!({"RoleName": name, "PolicyDocument": trust(&[root_of(&root.uin)])});
            root.call("cam", "2019-01-16", "CreateRole", params)
        };
        create("one").send().await.ok();
        create("two").send().await.ok();
        assert_eq!(
            create("three").send().await.fault("RequestLimitExceeded"),
            "Your current request times equals to `3` in a second, which exceeds the frequency limit `2` for a second. \
             Please reduce the frequency of calls."
        );
        assert_eq!(
            create("three").language("zh-CN").send().await.fault("RequestLimitExceeded"),
            "您当前每秒请求 `4` 次，超过了每秒频率上限 `2`，请稍后重试。"
        );
        // Another action and another account have limits of their own.
        root.cam("GetRole", json!({"RoleName": "one"})).await.ok();
        t.tenant("100000000002").await.role("one", &[root_of("100000000002")]).await;
        t.advance(1);
        create("three").send().await.ok();
        let listed = root.cam("DescribeRoleList", json!({"Page": 1, "Rp": 200})).await.ok();
        let names: Vec<&str> = listed["List"].as_array().unwrap().iter().map(|role| text(&role["RoleName"])).collect();
        assert_eq!(names, ["three", "two", "one"]);
    });
}

/// The limit belongs to the account, whichever of its callers sends the request.
#[test]
fn all_callers_of_an_account_share_its_rate() {
    on(&[Database::Memory, Database::Postgres], Rates::Documented, async |t| {
        let (root, other) = (t.root(), t.tenant("100000000002").await);
        let user = root.user("dev").await;
        root.role("ops", &[root_of(&root.uin)]).await;
        let session = root.assume(&root.uin, "ops").await;
        let create = |caller: &crate::support::Caller| caller.call("cam", "2019-01-16", "CreateRole", json!({})).send();
        let callers = [&root, &user, &session];
        for one in callers {
            for another in callers {
                t.advance(10);
                create(one).await.fault("MissingParameter");
                create(another).await.fault("MissingParameter");
                for caller in callers {
                    create(caller).await.fault("RequestLimitExceeded");
                }
                create(&other).await.fault("MissingParameter");
                // Two actions do not share a rate, even if one's name begins with the other's.
                one.cam("CreateRol", json!({})).await.fault("InvalidAction");
                root.cam("DeleteRole", json!({})).await.fault("InvalidParameter.ParamError");
            }
        }
    });
}

#[test]
fn every_operation_has_its_documented_rate() {
    on(&[Database::Memory], Rates::Documented, async |t| {
        let root = t.root();
        // The parameters of an unsigned operation say whose rate counts, so they are read first; `sso.rs` counts those.
        let signed = crate::support::operations().filter(|op| op.permission != Permission::Unsigned);
        for op in signed.filter(|op| op.rate <= 20) {
            t.advance(10);
            // A request with wrong parameters counts as well, because the limit is checked first.
            let params = json!({"NoSuchParameter": 1});
            for _ in 0..op.rate {
                root.ask(op, params.clone()).await.fault("UnknownParameter");
            }
            let message = root.ask(op, params).await.fault("RequestLimitExceeded");
            let numbers =
                format!("equals to `{}` in a second, which exceeds the frequency limit `{}`", op.rate + 1, op.rate);
            assert!(message.contains(&numbers), "{}: {message}", op.action);
        }
    });
}

#[test]
fn a_forged_request_does_not_count() {
    on(&[Database::Memory], Rates::Documented, async |t| {
        let params = || json!({"RoleName": "r", "PolicyDocument": trust(&[root_of(&t.root().uin)])});
        for _ in 0..5 {
            t.root().forged().cam("CreateRole", params()).await.fault("AuthFailure.SignatureFailure");
        }
        t.root().cam("CreateRole", params()).await.ok();
    });
}

#[test]
fn rates_can_be_multiplied_and_turned_off() {
    on(&[Database::Memory], Rates::Times(3), async |t| {
        for _ in 0..6 {
            t.root().cam("CreateRole", json!({})).await.fault("MissingParameter");
        }
        t.root().cam("CreateRole", json!({})).await.fault("RequestLimitExceeded");
    });
    on(&[Database::Memory], Rates::Off, async |t| {
        for _ in 0..50 {
            t.root().cam("CreateRole", json!({})).await.fault("MissingParameter");
        }
    });
}
