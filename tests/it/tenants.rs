//! Several tenants on one server: what another tenant has is unknown, and a deleted tenant leaves nothing. Also
//! requests that write at the same time, and equal rows on every database.

use crate::support::{
    Caller, Database, Hold, Test, allow, assert_same, on, on_each_database, operation, operations, root_of, trust,
};
use crate::world::World;
use camulator::limit::Rates;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Replaces every id and name of a tenant in the parameters with one that nobody has.
fn unknown(params: &Value, world: &World) -> Value {
    let of_world = [
        world.role.clone(),
        world.user.uin.clone(),
        world.user.secret_id.clone(),
        world.policy.to_string(),
        world.spare.to_string(),
        world.group.to_string(),
        world.uid.to_string(),
        world.linked.clone(),
        world.task.clone(),
    ];
    let mut shown = params.to_string();
    for (place, known) in of_world.iter().enumerate() {
        shown = shown.replace(known, &(987_650 + place).to_string());
    }
    for name in ["ops", "carol"] {
        shown =
            shown.replace(&format!("\"{name}\""), "\"nobody\"").replace(&format!("roleName/{name}"), "roleName/nobody");
    }
    serde_json::from_str(&shown).unwrap()
}

#[test]
fn what_another_tenant_has_is_as_unknown_as_what_nobody_has() {
    on_each_database(async |t| {
        let world = World::of(&t).await;
        let other = t.tenant("100000000002").await;
        let before = t.dump_of(&world.root.uin).await;
        let mut seen = 0;
        for op in operations() {
            let params = world.sample(op);
            let nobody = unknown(&params, &world);
            if nobody == params || op.action.starts_with("AssumeRole") || op.action == "DescribeSubAccounts" {
                continue;
            }
            let foreign = other.ask(op, params.clone()).await;
            // TAG names what it does not find, or leaves it out.
            let without = op.service == "tag" && !String::from_utf8_lossy(&foreign.body).contains("prod");
            let foreign = foreign.code();
            let missing = other.ask(op, nobody.clone()).await.code();
            assert!(foreign.is_some() || without, "{} {params} reaches into another tenant", op.action);
            assert_eq!(foreign, missing, "{}: {params} and {nobody}", op.action);
            seen += 1;
        }
        assert!(seen > 35, "only {seen} operations name anything");
        assert_same(&t.dump_of(&world.root.uin).await, &before, "something was left behind");
        // Lists do not show it either.
        for (action, params, list) in [
            ("DescribeRoleList", json!({"Page": 1, "Rp": 200}), "List"),
            ("ListUsers", json!({}), "Data"),
            ("ListPolicies", json!({"Scope": "Local"}), "List"),
            ("ListGroups", json!({}), "GroupInfo"),
            ("ListRoles", json!({}), "List"),
            ("ListReceiver", json!({}), "Receivers"),
            ("ListCollaborators", json!({}), "Data"),
            ("ListAccounts", json!({"UserType": "SubUser"}), "Users"),
            ("DescribeSubAccounts", world.sample(operation("DescribeSubAccounts")), "SubAccounts"),
        ] {
            assert_eq!(other.cam(action, params).await.ok()[list], json!([]), "{action}");
        }
    });
}

/// A caller who may not assume a role does not learn whether it exists.
#[test]
fn a_role_that_may_not_be_assumed_is_not_revealed() {
    on_each_database(async |t| {
        World::of(&t).await;
        let user = t.tenant("100000000002").await.user("dev").await;
        let assume = |role: &str| {
            let arn = format!("qcs::cam::uin/100000000001:roleName/{role}");
            user.call("sts", "2018-08-13", "AssumeRole", json!({"RoleArn": arn, "RoleSessionName": "session"})).send()
        };
        // Without an identity policy the user gets the same code whether the role exists or not.
        assume("ops").await.fault("AuthFailure.UnauthorizedOperation");
        assume("none").await.fault("AuthFailure.UnauthorizedOperation");
    });
}

#[test]
fn a_deleted_tenant_leaves_nothing() {
    on_each_database(async |t| {
        let before = t.dump().await;
        let world = World::below(t.tenant("100000000002").await).await;
        let session = world.root.assume(&world.root.uin, "ops").await;
        session.sts("GetCallerIdentity", json!({})).await.ok();
        t.admin("DELETE", "/accounts/100000000002", Value::Null).await.done();
        assert_same(&t.dump().await, &before, "something was left behind");
        for caller in [&world.root, &world.user] {
            caller.sts("GetCallerIdentity", json!({})).await.fault("AuthFailure.SecretIdNotFound");
        }
        session.sts("GetCallerIdentity", json!({})).await.fault("AuthFailure.TokenFailure");
        assert_eq!(t.admin("DELETE", "/accounts/100000000002", Value::Null).await.status, 404);
        assert_eq!(t.admin("GET", "/accounts/100000000002", Value::Null).await.status, 404);
    });
}

#[test]
fn bodies_that_cannot_be_read_change_nothing() {
    on_each_database(async |t| {
        let world = World::of(&t).await;
        let before = t.dump().await;
        let good = trust(&[root_of(&world.root.uin)]).replace('"', "\\\"");
        let send = |body: Vec<u8>| world.root.call("cam", "2019-01-16", "CreateRole", json!({})).body(body).send();
        let broken: Vec<Vec<u8>> = vec![
            b"{".to_vec(),
            b"}".to_vec(),
            b"{\"RoleName\":}".to_vec(),
            b"{'RoleName':'x'}".to_vec(),
            b"RoleName=x".to_vec(),
            b"{\"RoleName\":\"x\",}".to_vec(),
            b"{} {}".to_vec(),
            b"[]".to_vec(),
            b"\"x\"".to_vec(),
            b"null".to_vec(),
            b"7".to_vec(),
            b"{\"RoleName\":\"\xff\xfe\"}".to_vec(),
            b"{\"RoleName\":\"\\ud800\"}".to_vec(),
            b"\xef\xbb\xbf{}".to_vec(),
            format!("{{\"RoleName\":\"x\",\"RoleName\":\"y\",\"PolicyDocument\":\"{good}\"}}").into_bytes(),
            format!("{{\"RoleName\":\"x\",\"PolicyDocument\":\"{good}\",\"Tags\":[{{\"Key\":\"a\",\"Key\":\"b\",\"Value\":\"\"}}]}}").into_bytes(),
            "[".repeat(100_000).into_bytes(),
            format!("{{\"RoleName\":{}1{}}}", "[".repeat(500), "]".repeat(500)).into_bytes(),
        ];
        for body in broken {
            let shown = String::from_utf8_lossy(&body[..body.len().min(80)]).into_owned();
            let code = send(body).await.code();
            assert_eq!(code.as_deref(), Some("InvalidParameter"), "{shown}");
        }
        for body in ["", "  ", "{}", "\n{ }\n", "{\"RoleName\":null}"] {
            send(body.as_bytes().to_vec()).await.fault("MissingParameter");
        }
        let mut large = vec![b' '; 10 * 1024 * 1024 + 1];
        large[0] = b'{';
        send(large).await.fault("RequestSizeLimitExceeded");
        assert_same(&t.dump().await, &before, "something was left behind");
        // The largest body that is allowed is read.
        let mut large = format!("{{\"RoleName\":\"x\",\"PolicyDocument\":\"{good}\"}}").into_bytes();
        large.resize(10 * 1024 * 1024, b' ');
        send(large).await.ok();
    });
}

/// Sends all requests, and lets them write once all of them are about to. Returns how often each code came; success is
/// the empty one.
async fn at_once<F>(t: &Test, requests: impl Iterator<Item = F>) -> BTreeMap<String, usize>
where
    F: Future<Output = crate::support::Reply> + Send + 'static,
{
    let mut hold = Hold::of(t).await;
    let running: Vec<_> = requests.map(tokio::spawn).collect();
    hold.until_waiting(running.len()).await;
    hold.release().await;
    let mut codes = BTreeMap::new();
    for request in running {
        let code = request.await.unwrap().code().unwrap_or_default();
        *codes.entry(code).or_default() += 1;
    }
    codes
}

fn each_engine(test: impl AsyncFn(Test)) {
    on(&[Database::Memory, Database::File, Database::Postgres], Rates::Off, test);
}

fn cam(
    caller: &Caller,
    action: &'static str,
    params: Value,
) -> impl Future<Output = crate::support::Reply> + Send + use<> {
    caller.call("cam", "2019-01-16", action, params).send()
}

#[test]
fn of_12_roles_of_one_name_one_is_created() {
    each_engine(async |t| {
        let root = t.root();
        // Reserves numbers for the roles.
        root.policy("p", &allow("cam:GetUser", "*")).await;
        let params = json!({
            "RoleName": "one", "PolicyDocument": trust(&[root_of(&root.uin)]), "Tags": [{"Key": "k", "Value": "v"}],
        });
        let codes = at_once(&t, (0..12).map(|_| cam(&root, "CreateRole", params.clone()))).await;
        let expected = BTreeMap::from([(String::new(), 1), ("InvalidParameter.RoleNameInUse".to_owned(), 11)]);
        assert_eq!(codes, expected);
        let listed = root.cam("DescribeRoleList", json!({"Page": 1, "Rp": 200})).await.ok();
        assert_eq!(listed["TotalNum"], 1);
        assert_eq!(t.dump().await["role_tags"].len(), 1);
    });
}

#[test]
fn a_limit_holds_however_many_come_at_once() {
    each_engine(async |t| {
        let root = t.root();
        let user = root.cam("AddUser", json!({"Name": "dev"})).await.ok()["Uin"].clone();
        let codes = at_once(&t, (0..12).map(|_| cam(&root, "CreateAccessKey", json!({"TargetUin": user})))).await;
        let expected = BTreeMap::from([(String::new(), 2), ("OperationDenied.AccessKeyOverLimit".to_owned(), 10)]);
        assert_eq!(codes, expected);
        let policy = root.policy("p", &allow("cam:GetUser", "*")).await;
        let document = allow("cam:GetRole", "*").to_string();
        let version = json!({"PolicyId": policy, "PolicyDocument": document, "SetAsDefault": false});
        let codes = at_once(&t, (0..12).map(|_| cam(&root, "CreatePolicyVersion", version.clone()))).await;
        let expected = BTreeMap::from([(String::new(), 4), ("FailedOperation.PolicyVersionFull".to_owned(), 8)]);
        assert_eq!(codes, expected);
    });
}

#[test]
fn of_12_deletions_one_succeeds() {
    each_engine(async |t| {
        let root = t.root();
        root.role("one", &[root_of(&root.uin)]).await;
        let codes = at_once(&t, (0..12).map(|_| cam(&root, "DeleteRole", json!({"RoleName": "one"})))).await;
        let expected = BTreeMap::from([(String::new(), 1), ("InvalidParameter.RoleNotExist".to_owned(), 11)]);
        assert_eq!(codes, expected);
    });
}

/// A revocation that was answered counts for every request that starts later, while others read all the time.
#[test]
fn nobody_reads_an_old_permission_after_the_revocation_was_answered() {
    each_engine(async |t| {
        let root = t.root();
        let user = root.user("dev").await;
        let policy = root.grant(&user, "list", &allow("cam:ListUsers", "*")).await;
        let params = json!({"PolicyId": policy, "AttachUin": &user.uin});
        let detach = json!({"PolicyId": policy, "DetachUin": &user.uin});
        for _ in 0..20 {
            let reading: Vec<_> = (0..4).map(|_| tokio::spawn(cam(&user, "ListUsers", json!({})))).collect();
            root.cam("DetachUserPolicy", detach.clone()).await.ok();
            user.cam("ListUsers", json!({})).await.fault("AuthFailure.UnauthorizedOperation");
            root.cam("AttachUserPolicy", params.clone()).await.ok();
            user.cam("ListUsers", json!({})).await.ok();
            for read in reading {
                drop(read.await.unwrap());
            }
        }
    });
}

/// The same requests leave the same rows on every database, because ids, keys and times come from the same seeds.
#[test]
fn every_database_keeps_the_same_rows() {
    let dumps = std::sync::Mutex::new(Vec::new());
    each_engine(async |t| {
        for (place, op) in operations().enumerate() {
            let world = World::below(t.tenant(&(800_000_000 + place).to_string()).await).await;
            let reply = world.root.ask(op, world.sample(op)).await.ok();
            drop(reply);
        }
        let dump = t.dump().await;
        dumps.lock().unwrap().push(dump);
    });
    let dumps = dumps.into_inner().unwrap();
    for other in &dumps[1..] {
        assert_same(other, &dumps[0], "the databases differ");
    }
}
