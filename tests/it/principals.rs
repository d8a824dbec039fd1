//! A trust policy trusts a principal whose whole name it contains, and none whose name merely begins alike.

use crate::support::{Caller, Reply, Test, allow, on_each_database, root_of, trust};
use camulator::args;
use serde_json::json;

const REFUSED: &str = "UnauthorizedOperation";

/// Ids of accounts: the first is a prefix of the id of the test's own account, which is a prefix of the second.
const ACCOUNTS: [&str; 2] = ["10000000000", "1000000000012"];

/// Writes a trust policy behind the server's back, because the API accepts only principals that exist.
async fn trusting(t: &Test, root: &Caller, principal: &str) {
    let sql = "UPDATE roles SET document = $2 WHERE account_id = $1 AND name = 'target'";
    t.execute(sql, args![&root.uin, trust(&[principal.to_owned()])]).await;
    // Makes the server read the role again.
    root.cam("UpdateRoleDescription", json!({"RoleName": "target", "Description": "x"})).await.ok();
}

fn assume(caller: &Caller, owner: &Caller) -> impl Future<Output = Reply> {
    let arn = format!("qcs::cam::uin/{}:roleName/target", owner.uin);
    caller.call("sts", "2018-08-13", "AssumeRole", json!({"RoleArn": arn, "RoleSessionName": "session"})).send()
}

/// A prefix of the name, a longer name that begins with it, and the name itself: the only one that is trusted.
fn around(name: &str) -> [(String, bool); 3] {
    [(name[..name.len() - 1].to_owned(), false), (format!("{name}1"), false), (name.to_owned(), true)]
}

#[test]
fn a_prefix_of_a_name_is_another_name() {
    on_each_database(async |t| {
        let root = t.root();
        root.role("target", &[root_of(&root.uin)]).await;
        let user = root.user("dev").await;
        root.grant(&user, "assume", &allow("sts:AssumeRole", "*")).await;
        let group = root.cam("CreateGroup", json!({"GroupName": "crew"})).await.ok()["GroupId"].to_string();
        let id: u64 = group.parse().unwrap();
        root.cam("AddUserToGroup", json!({"Info": [{"Uin": user.uin.parse::<u64>().unwrap(), "GroupId": id}]}))
            .await
            .ok();
        let role = root.role("ops", &[root_of(&root.uin)]).await;
        root.grant_role("ops", "role", &allow("sts:AssumeRole", "*")).await;
        let session = root.assume(&root.uin, "ops").await;
        for (place, name, caller) in [
            ("uin", user.uin.as_str(), &user),
            ("groupid", group.as_str(), &user),
            ("roleName", "ops", &session),
            ("role", role.as_str(), &session),
        ] {
            for (name, trusted) in around(name) {
                let principal = format!("qcs::cam::uin/{}:{place}/{name}", root.uin);
                trusting(&t, &root, &principal).await;
                let code = assume(caller, &root).await.code();
                assert_eq!(code, (!trusted).then(|| REFUSED.to_owned()), "{principal}");
            }
        }
        // The root of another account by its two names, and names that combine that account with ids of this one.
        let [short, long] = [t.tenant(ACCOUNTS[0]).await, t.tenant(ACCOUNTS[1]).await];
        for account in [&short, &long] {
            for (principal, trusted) in [
                (root_of(&account.uin), [true, false]),
                (format!("qcs::cam::uin/{0}:uin/{0}", account.uin), [true, false]),
                (format!("qcs::cam::uin/{}:uin/{}", account.uin, user.uin), [false, false]),
                (format!("qcs::cam::uin/{}:groupid/{group}", account.uin), [false, false]),
                (format!("qcs::cam::uin/{}:roleName/ops", account.uin), [false, false]),
            ] {
                trusting(&t, &root, &principal).await;
                for caller in [&short, &long, &root, &user, &session] {
                    let expected = trusted[usize::from(caller.uin != account.uin)];
                    let code = assume(caller, &root).await.code();
                    assert_eq!(code, (!expected).then(|| REFUSED.to_owned()), "{principal} for {}", caller.uin);
                }
            }
        }
    });
}

/// In a resource, `uin/-1` is the caller's own account. As a principal it is refused, and a stored one trusts nobody.
#[test]
fn the_own_account_is_no_principal() {
    on_each_database(async |t| {
        let root = t.root();
        root.role("target", &[root_of(&root.uin)]).await;
        let user = root.user("dev").await;
        root.grant(&user, "assume", &allow("sts:AssumeRole", "*")).await;
        for name in ["uin/-1:root", "uin/-1:uin/-1", "uin/-1:roleName/ops"] {
            let principal = format!("qcs::cam::{name}");
            let document = trust(std::slice::from_ref(&principal));
            let create = json!({"RoleName": "another", "PolicyDocument": document});
            root.cam("CreateRole", create).await.fault("InvalidParameter.PrincipalQcsError");
            let update = json!({"RoleName": "target", "PolicyDocument": document});
            root.cam("UpdateAssumeRolePolicy", update).await.fault("InvalidParameter.PrincipalQcsError");
            let attached = json!({
                "version": "2.0", "principal": {"qcs": [principal]},
                "statement": [{"effect": "allow", "action": "cam:GetUser", "resource": "*"}],
            });
            let policy = json!({"PolicyName": "another", "PolicyDocument": attached.to_string()});
            root.cam("CreatePolicy", policy).await.fault("InvalidParameter.PrincipalQcsError");
            trusting(&t, &root, &principal).await;
            for caller in [&root, &user] {
                assume(caller, &root).await.fault(REFUSED);
            }
        }
    });
}
