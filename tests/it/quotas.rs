//! Every quota at its limit, by every action that could exceed it: the last one fits, the next one is refused and
//! changes nothing, and what another tenant has never counts.

use crate::support::{Caller, Reply, Test, allow, assert_same, on_each_database, root_of, text, trust};
use camulator::args;
use serde_json::{Value, json};

/// Asserts that the first call, which reaches the limit, succeeds, and that the second is refused with this code and
/// changes nothing.
async fn edge(t: &Test, code: &str, call: impl AsyncFn(usize) -> Reply) {
    call(1).await.ok();
    let before = t.dump().await;
    call(2).await.fault(code);
    assert_same(&t.dump().await, &before, "the refusal left something behind");
}

/// A tenant with one row less than the limit, beside another tenant at the limit.
async fn nearly_full(t: &Test, uin: u64, limit: i64, fill: impl AsyncFn(&Caller, i64)) -> Caller {
    let beside = t.tenant(&(uin + 1).to_string()).await;
    fill(&beside, limit).await;
    let caller = t.tenant(&uin.to_string()).await;
    fill(&caller, limit - 1).await;
    caller
}

/// An `INSERT` of what `SELECT` makes of the numbers from 1 to `$2`, which it reads as `n(i)`.
macro_rules! numbered {
    ($insert:literal, $select:literal) => {
        concat!(
            $insert,
            " WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < $2) ",
            $select
        )
    };
}

async fn roles(t: &Test, account: &str, count: i64) {
    t.execute(
        numbered!(
            "INSERT INTO roles (account_id, id, name, kind, document, description, console_login, session_duration, \
             boundary_id, created_at, updated_at, seq, written)",
            "SELECT $1, CAST(i AS TEXT), 'full-' || CAST(i AS TEXT), 'user', '{}', '', $3, 7200, '', 0, 0, i, 'full-' || CAST(i AS TEXT) FROM n"
        ),
        args![account, count, false],
    )
    .await;
}

/// Users whose ids begin with the account's, because a user's id is unique in the server.
async fn users(t: &Test, account: &str, count: i64) {
    t.execute(
        numbered!(
            "INSERT INTO users (account_id, id, uid, name, remark, console_login, phone, country_code, email, \
             boundary_id, created_at, seq)",
            "SELECT $1, $1 || CAST(i AS TEXT), $4 + i, 'full-' || CAST(i AS TEXT), '', $3, '', '', '', '', 0, i FROM n"
        ),
        args![account, count, false, account.parse::<i64>().unwrap() * 10_000],
    )
    .await;
}

async fn groups(t: &Test, account: &str, count: i64) {
    t.execute(
        numbered!(
            "INSERT INTO user_groups (account_id, id, name, remark, created_at, seq)",
            "SELECT $1, CAST(i AS TEXT), 'full-' || CAST(i AS TEXT), '', 0, i FROM n"
        ),
        args![account, count],
    )
    .await;
}

async fn policies(t: &Test, account: &str, count: i64) {
    t.execute(
        numbered!(
            "INSERT INTO policies (account_id, id, name, description, default_version, last_version, created_at, \
             updated_at, seq)",
            "SELECT $1, CAST(1000 + i AS TEXT), 'full-' || CAST(i AS TEXT), '', 1, 1, 0, 0, i FROM n"
        ),
        args![account, count],
    )
    .await;
    t.execute(
        "INSERT INTO policy_versions (account_id, policy_id, version, document, created_at) \
         SELECT account_id, id, 1, $2, 0 FROM policies WHERE account_id = $1",
        args![account, allow("cam:GetUser", "*").to_string()],
    )
    .await;
}

async fn attachments(t: &Test, account: &str, kind: &str, holder: &str, count: i64) {
    t.execute(
        numbered!(
            "INSERT INTO attachments (account_id, holder_kind, holder_id, policy_id, created_at, seq)",
            "SELECT $1, $3, $4, 'none-' || CAST(i AS TEXT), 0, i FROM n"
        ),
        args![account, count, kind, holder],
    )
    .await;
}

/// Puts users of the account, as numbered by [`users`], into one group.
async fn members(t: &Test, account: &str, group: &str, count: i64) {
    t.execute(
        numbered!(
            "INSERT INTO group_members (account_id, group_id, user_id, seq)",
            "SELECT $1, $3, $1 || CAST(i AS TEXT), i FROM n"
        ),
        args![account, count, group],
    )
    .await;
}

/// Puts one user into groups of the account, as numbered by [`groups`].
async fn memberships(t: &Test, account: &str, user: &str, count: i64) {
    t.execute(
        numbered!(
            "INSERT INTO group_members (account_id, group_id, user_id, seq)",
            "SELECT $1, CAST(i AS TEXT), $3, i FROM n"
        ),
        args![account, count, user],
    )
    .await;
}

fn tags(numbers: std::ops::Range<usize>) -> Value {
    numbers.map(|number| json!({"Key": format!("k{number}"), "Value": "v"})).collect()
}

#[test]
fn an_account_has_a_thousand_roles() {
    on_each_database(async |t| {
        let fill = async |caller: &Caller, count| roles(&t, &caller.uin, count).await;
        let caller = nearly_full(&t, 200_000_000_001, 1000, fill).await;
        edge(&t, "InvalidParameter.RoleFull", async |place| {
            let document = trust(&[root_of(&caller.uin)]);
            let params = json!({"RoleName": format!("r{place}"), "PolicyDocument": document, "Tags": tags(0..2)});
            caller.cam("CreateRole", params).await
        })
        .await;
        // A taken name is reported as taken in a full account too.
        let taken = json!({"RoleName": "full-1", "PolicyDocument": trust(&[root_of(&caller.uin)])});
        caller.cam("CreateRole", taken).await.fault("InvalidParameter.RoleNameInUse");
        let caller = nearly_full(&t, 200_000_000_011, 1000, fill).await;
        edge(&t, "LimitExceeded", async |place| {
            let params = json!({"QCSServiceName": ["cvm.qcloud.com"], "CustomSuffix": format!("s{place}")});
            caller.cam("CreateServiceLinkedRole", params).await
        })
        .await;
    });
}

#[test]
fn an_account_has_a_thousand_users() {
    on_each_database(async |t| {
        let fill = async |caller: &Caller, count| users(&t, &caller.uin, count).await;
        for (uin, with_key) in [(200_000_000_001, 0), (200_000_000_011, 1)] {
            let caller = nearly_full(&t, uin, 1000, fill).await;
            edge(&t, "InvalidParameter.SubUserFull", async |place| {
                caller.cam("AddUser", json!({"Name": format!("u{place}"), "UseApi": with_key})).await
            })
            .await;
            caller.cam("AddUser", json!({"Name": "full-1"})).await.fault("InvalidParameter.SubUserNameInUse");
        }
    });
}

#[test]
fn an_account_has_three_hundred_groups() {
    on_each_database(async |t| {
        let fill = async |caller: &Caller, count| groups(&t, &caller.uin, count).await;
        let caller = nearly_full(&t, 200_000_000_001, 300, fill).await;
        edge(&t, "InvalidParameter.GroupFull", async |place| {
            caller.cam("CreateGroup", json!({"GroupName": format!("g{place}")})).await
        })
        .await;
        caller.cam("UpdateGroup", json!({"GroupId": 1, "GroupName": "renamed"})).await.ok();
    });
}

#[test]
fn a_group_has_a_hundred_members() {
    on_each_database(async |t| {
        let fill = async |caller: &Caller, count| {
            users(&t, &caller.uin, 110).await;
            groups(&t, &caller.uin, 3).await;
            // Another group is always full.
            members(&t, &caller.uin, "1", count).await;
            members(&t, &caller.uin, "2", 100).await;
        };
        let caller = nearly_full(&t, 200_000_000_001, 100, fill).await;
        let named = |number: usize| json!({"GroupId": 1, "Uin": format!("{}{number}", caller.uin)});
        // A call adds all of its users or none.
        let before = t.dump().await;
        let two = json!({"Info": [named(100), named(101)]});
        caller.cam("AddUserToGroup", two.clone()).await.fault("InvalidParameter.GroupUserFull");
        assert_same(&t.dump().await, &before, "half of the call was left behind");
        let out = json!({"Info": [named(99)]});
        caller.cam("RemoveUserFromGroup", out.clone()).await.ok();
        caller.cam("AddUserToGroup", two).await.ok();
        caller.cam("AddUserToGroup", out).await.fault("InvalidParameter.GroupUserFull");
        caller.cam("RemoveUserFromGroup", json!({"Info": [named(101)]})).await.ok();
        edge(&t, "InvalidParameter.GroupUserFull", async |place| {
            caller.cam("AddUserToGroup", json!({"Info": [named(101 + place)]})).await
        })
        .await;
        // Users who are members already do not count again.
        caller.cam("AddUserToGroup", json!({"Info": [named(1), named(2)]})).await.ok();
    });
}

#[test]
fn a_user_is_in_ten_groups() {
    on_each_database(async |t| {
        let fill = async |caller: &Caller, count| {
            users(&t, &caller.uin, 2).await;
            groups(&t, &caller.uin, 15).await;
            memberships(&t, &caller.uin, &format!("{}1", caller.uin), count).await;
            memberships(&t, &caller.uin, &format!("{}2", caller.uin), 10).await;
        };
        let caller = nearly_full(&t, 200_000_000_001, 10, fill).await;
        let named = |group: usize| json!({"GroupId": group, "Uin": format!("{}1", caller.uin)});
        let before = t.dump().await;
        let two = json!({"Info": [named(10), named(11)]});
        caller.cam("AddUserToGroup", two).await.fault("InvalidParameter.UserGroupFull");
        assert_same(&t.dump().await, &before, "half of the call was left behind");
        edge(&t, "InvalidParameter.UserGroupFull", async |place| {
            caller.cam("AddUserToGroup", json!({"Info": [named(9 + place)]})).await
        })
        .await;
        caller.cam("AddUserToGroup", json!({"Info": [named(1)]})).await.ok();
        caller.cam("RemoveUserFromGroup", json!({"Info": [named(1)]})).await.ok();
        caller.cam("AddUserToGroup", json!({"Info": [named(12)]})).await.ok();
    });
}

#[test]
fn an_account_has_fifteen_hundred_policies_of_its_own() {
    on_each_database(async |t| {
        let fill = async |caller: &Caller, count| policies(&t, &caller.uin, count).await;
        let document = allow("cam:GetUser", "*");
        for (uin, action, name, text) in [
            (200_000_000_001, "CreatePolicy", "PolicyName", "PolicyDocument"),
            (200_000_000_011, "CreateCamStrategy", "StrategyName", "StrategyInfo"),
        ] {
            let caller = nearly_full(&t, uin, 1500, fill).await;
            edge(&t, "FailedOperation.PolicyFull", async |place| {
                caller.cam(action, json!({name: format!("p{place}"), text: document.to_string()})).await
            })
            .await;
            let taken = json!({name: "full-1", text: document.to_string()});
            caller.cam(action, taken).await.fault("FailedOperation.PolicyNameInUse");
        }
    });
}

#[test]
fn a_policy_has_five_versions() {
    on_each_database(async |t| {
        let root = t.root();
        let document = allow("cam:GetUser", "*");
        for as_default in [false, true] {
            let policy = root.policy(&format!("p-{as_default}"), &document).await;
            let create = async |_: usize| {
                let params =
                    json!({"PolicyId": policy, "PolicyDocument": document.to_string(), "SetAsDefault": as_default});
                root.cam("CreatePolicyVersion", params).await
            };
            for place in 2..5 {
                create(place).await.ok();
            }
            edge(&t, "FailedOperation.PolicyVersionFull", create).await;
            let spare = if as_default { 1 } else { 2 };
            root.cam("DeletePolicyVersion", json!({"PolicyId": policy, "VersionId": [spare]})).await.ok();
            // Version numbers are not reused.
            assert_eq!(create(6).await.ok(), json!({"VersionId": 6}));
        }
    });
}

/// A tenant's user, group and role, each with one policy less than the limit. Holders with the same id, but of another
/// kind or in another tenant, are at the limit.
struct Holders {
    caller: Caller,
    user: String,
    group: String,
    role: String,
}

impl Holders {
    async fn make(t: &Test, uin: u64) -> Holders {
        let caller = t.tenant(&uin.to_string()).await;
        let user = caller.user("dev").await.uin;
        let group = caller.cam("CreateGroup", json!({"GroupName": "crew"})).await.ok()["GroupId"].to_string();
        let role = caller.role("ops", &[root_of(&caller.uin)]).await;
        let beside = t.tenant(&(uin + 1).to_string()).await;
        for (kind, id) in [("user", &user), ("group", &group), ("role", &role)] {
            attachments(t, &caller.uin, kind, id, 199).await;
            attachments(t, &beside.uin, kind, id, 200).await;
            for other in ["user", "group", "role"].into_iter().filter(|other| *other != kind) {
                attachments(t, &caller.uin, other, id, 200).await;
            }
        }
        Holders { caller, user, group, role }
    }

    /// Two policies of the account, only the first of which fits.
    async fn policies(&self) -> [u64; 2] {
        [self.caller.policy("a", &allow("*", "*")).await, self.caller.policy("b", &allow("*", "*")).await]
    }
}

#[test]
fn a_holder_has_two_hundred_policies() {
    on_each_database(async |t| {
        type Params = fn(&Holders, u64) -> Value;
        let ways: [(&str, Params); 5] = [
            ("AttachUserPolicy", |to, policy| json!({"PolicyId": policy, "AttachUin": to.user})),
            ("AttachGroupPolicy", |to, policy| json!({"PolicyId": policy, "AttachGroupId": to.group})),
            ("AttachRolePolicy", |to, policy| json!({"PolicyId": policy, "AttachRoleId": to.role})),
            (
                "OperateCamStrategy",
                |to, policy| json!({"GroupId": -1, "RelateUin": to.user, "StrategyId": policy, "ActionType": 1}),
            ),
            (
                "OperateCamStrategy",
                |to, policy| json!({"GroupId": to.group, "RelateUin": -1, "StrategyId": policy, "ActionType": 1}),
            ),
        ];
        for ((action, params), uin) in ways.iter().zip((200_000_000_001..).step_by(10)) {
            let to = Holders::make(&t, uin).await;
            let policies = to.policies().await;
            let attach = async |place: usize| to.caller.cam(action, params(&to, policies[place - 1])).await;
            edge(&t, "InvalidParameter.AttachmentFull", attach).await;
            // A policy that is already attached does not count again. A preset counts like any other policy.
            attach(1).await.ok();
            to.caller.cam(action, params(&to, 1)).await.fault("InvalidParameter.AttachmentFull");
        }
    });
}

#[test]
fn a_document_attaches_no_policy_to_a_holder_that_has_two_hundred() {
    on_each_database(async |t| {
        let ways =
            [("CreatePolicy", "PolicyName", "PolicyDocument"), ("CreateCamStrategy", "StrategyName", "StrategyInfo")];
        for ((action, name, text), base) in ways.into_iter().zip((200_000_000_001..).step_by(100)) {
            for (kind, uin) in ["uin", "groupid"].into_iter().zip((base..).step_by(10)) {
                let to = Holders::make(&t, uin).await;
                let id = if kind == "uin" { &to.user } else { &to.group };
                let mut document = allow("cam:GetUser", "*");
                document["principal"] = json!({"qcs": [format!("qcs::cam::uin/{}:{kind}/{id}", to.caller.uin)]});
                edge(&t, "InvalidParameter.AttachmentFull", async |place| {
                    to.caller.cam(action, json!({name: format!("p{place}"), text: document.to_string()})).await
                })
                .await;
            }
        }
    });
}

#[test]
fn an_identity_has_two_keys() {
    on_each_database(async |t| {
        let root = t.root();
        let other = t.tenant("200000000001").await;
        for name in ["a", "b"] {
            let full = other.user(name).await;
            other.cam("CreateAccessKey", json!({"TargetUin": full.uin})).await.ok();
        }
        let full = "OperationDenied.AccessKeyOverLimit";
        // The keys of the root account.
        edge(&t, full, async |_| root.cam("CreateAccessKey", json!({})).await).await;
        for (name, with_key) in [("with", 1), ("without", 0)] {
            let made = root.cam("AddUser", json!({"Name": name, "UseApi": with_key})).await.ok();
            let create = async |_: usize| root.cam("CreateAccessKey", json!({"TargetUin": made["Uin"]})).await;
            if with_key == 0 {
                create(0).await.ok();
            }
            edge(&t, full, create).await;
            // A disabled key counts, a deleted one does not.
            let listed = root.cam("ListAccessKeys", json!({"TargetUin": made["Uin"]})).await.ok();
            let key = text(&listed["AccessKeys"][0]["AccessKeyId"]);
            let of_it = |more: Value| {
                let mut params = json!({"AccessKeyId": key, "TargetUin": made["Uin"]});
                params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
                params
            };
            root.cam("UpdateAccessKey", of_it(json!({"Status": "Inactive"}))).await.ok();
            create(3).await.fault(full);
            root.cam("DeleteAccessKey", of_it(json!({}))).await.ok();
            edge(&t, full, create).await;
        }
    });
}

#[test]
fn a_role_has_fifty_tags() {
    on_each_database(async |t| {
        let root = t.root();
        let full = "InvalidParameter.TagLimitExceeded";
        edge(&t, full, async |place| {
            let document = trust(&[root_of(&root.uin)]);
            let params =
                json!({"RoleName": format!("r{place}"), "PolicyDocument": document, "Tags": tags(0..49 + place)});
            root.cam("CreateRole", params).await
        })
        .await;
        edge(&t, full, async |place| {
            let params = json!({
                "QCSServiceName": ["cvm.qcloud.com"], "CustomSuffix": format!("s{place}"), "Tags": tags(0..49 + place)});
            root.cam("CreateServiceLinkedRole", params).await
        })
        .await;
        let tag = async |role: &str, tags: Value| root.cam("TagRole", json!({"RoleName": role, "Tags": tags})).await;
        root.role("tagged", &[root_of(&root.uin)]).await;
        tag("tagged", tags(0..49)).await.ok();
        edge(&t, full, async |place| tag("tagged", tags(48 + place..49 + place)).await).await;
        // A call sets all of its tags or none, here one with a known key and one with a new key.
        let before = t.dump().await;
        tag("tagged", tags(49..51)).await.fault(full);
        assert_same(&t.dump().await, &before, "half of the call was left behind");
        // New values of known keys do not count, and removing a tag makes room.
        tag("tagged", tags(0..50)).await.ok();
        root.cam("UntagRole", json!({"RoleName": "tagged", "TagKeys": ["k0"]})).await.ok();
        tag("tagged", tags(49..51)).await.ok();
    });
}

#[test]
fn a_policy_has_fifty_tags() {
    on_each_database(async |t| {
        let root = t.root();
        edge(&t, "InvalidParameter.ParamError", async |place| {
            let document = allow("cam:GetUser", "*").to_string();
            let params =
                json!({"PolicyName": format!("p{place}"), "PolicyDocument": document, "Tags": tags(0..49 + place)});
            root.cam("CreatePolicy", params).await
        })
        .await;
    });
}

#[test]
fn a_session_has_fifty_tags() {
    on_each_database(async |t| {
        let root = t.root();
        root.role("ops", &[root_of(&root.uin)]).await;
        edge(&t, "InvalidParameter.ParamError", async |place| {
            let arn = format!("qcs::cam::uin/{}:roleName/ops", root.uin);
            let params = json!({"RoleArn": arn, "RoleSessionName": "session", "Tags": tags(0..49 + place)});
            root.sts("AssumeRole", params).await
        })
        .await;
    });
}
