//! Lists: the pages together are the whole list, the total counts what a filter leaves, and the order of rows is total.

use crate::catalogue;
use crate::support::{Caller, Test, allow, on_each_database, operations, root_of, text};
use camulator::args;
use serde_json::{Value, json};

/// A paged list: its action, its parameters without `Page` and `Rp`, the field with its rows, and the field with a
/// row's id.
struct List {
    action: &'static str,
    params: Value,
    rows: &'static str,
    id: &'static str,
}

fn list(action: &'static str, params: Value) -> List {
    let (rows, id) = match action {
        "DescribeRoleList" | "ListRoles" => ("List", "RoleId"),
        "ListGroups" | "ListGroupsForUser" => ("GroupInfo", "GroupId"),
        "ListUsersForGroup" => ("UserInfo", "Uin"),
        "ListEntitiesForPolicy" => ("List", "Id"),
        "ListAttachedUserAllPolicies" => ("PolicyList", "PolicyId"),
        _ => ("List", "PolicyId"),
    };
    List { action, params, rows, id }
}

impl List {
    /// One page: the ids of its rows, and the `TotalNum` of the reply.
    async fn page(&self, caller: &Caller, page: usize, rows: usize) -> (Vec<String>, usize) {
        let mut params = self.params.clone();
        params["Page"] = json!(page);
        params["Rp"] = json!(rows);
        let reply = caller.cam(self.action, params).await.ok();
        let id = |row: &Value| row[self.id].to_string().trim_matches('"').to_owned();
        let listed = reply[self.rows].as_array().unwrap().iter().map(id).collect();
        (listed, usize::try_from(reply["TotalNum"].as_u64().unwrap()).unwrap())
    }

    /// Returns the whole list. Asserts that it is the same in pages of every size, or of some sizes if it is long.
    async fn whole(&self, caller: &Caller) -> Vec<String> {
        let count = self.page(caller, 1, 200).await.0.len();
        let sizes =
            if count < 20 { (1..=count + 1).collect() } else { vec![7, count / 2, count - 1, count, count + 1] };
        self.in_pages_of(caller, &sizes).await
    }

    /// Returns the whole list. Asserts that it is the same in pages of these sizes.
    async fn in_pages_of(&self, caller: &Caller, sizes: &[usize]) -> Vec<String> {
        let what = format!("{} {}", self.action, self.params);
        let (all, total) = self.page(caller, 1, 200).await;
        assert_eq!(all.len(), total, "{what}");
        let count = all.len();
        for &size in sizes {
            let mut together = Vec::new();
            for number in 1..=count.div_ceil(size) {
                let (page, counted) = self.page(caller, number, size).await;
                assert!(page.len() == size || together.len() + page.len() == count, "{what}, {size} a page");
                assert_eq!(counted, total, "{what}, {size} a page");
                together.extend(page);
            }
            assert_eq!(together, all, "{what}, {size} a page");
            let beyond = self.page(caller, count.div_ceil(size) + 1, size).await;
            assert_eq!(beyond, (Vec::new(), total), "{what}, {size} a page, past the end");
        }
        assert_eq!(self.page(caller, 200, 200).await, (Vec::new(), total), "{what}, far past the end");
        all
    }
}

/// A tenant in which most lists are longer than one row.
struct Scene {
    root: Caller,
    /// A user in three groups, with three policies of its own and more through its groups.
    user: String,
    users: Vec<String>,
    uids: Vec<String>,
    groups: Vec<String>,
    roles: Vec<String>,
    /// `reader-0`, `reader-1`, `writer-2`, …; the last one is attached to nobody.
    policies: Vec<u64>,
}

/// A preset.
const PRESET: u64 = 1;

impl Scene {
    async fn set(t: &Test) -> Scene {
        let root = t.root();
        let (mut users, mut groups, mut roles, mut policies) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut uids = Vec::new();
        for place in 0..5 {
            let made = root.cam("AddUser", json!({"Name": format!("user-{place}")})).await.ok();
            users.push(made["Uin"].to_string());
            uids.push(made["Uid"].to_string());
            let name = if place < 2 { format!("crew-{place}") } else { format!("team-{place}") };
            let made = root.cam("CreateGroup", json!({"GroupName": name})).await.ok();
            groups.push(made["GroupId"].to_string());
            let name = if place < 2 { format!("ops-{place}") } else { format!("web-{place}") };
            roles.push(root.role(&name, &[root_of(&root.uin)]).await);
            let tags = json!([{"Key": "game", "Value": "web"}, {"Key": "odd", "Value": (place % 2).to_string()}]);
            root.cam("TagRole", json!({"RoleName": name, "Tags": tags})).await.ok();
            let name = if place < 2 { format!("reader-{place}") } else { format!("writer-{place}") };
            policies.push(root.policy(&name, &allow("cam:GetUser", "*")).await);
        }
        let user = users[0].clone();
        for policy in [policies[0], policies[2], PRESET] {
            root.cam("AttachUserPolicy", json!({"PolicyId": policy, "AttachUin": user})).await.ok();
        }
        for policy in [policies[0], policies[1], policies[3], PRESET] {
            root.cam("AttachGroupPolicy", json!({"PolicyId": policy, "AttachGroupId": groups[0]})).await.ok();
            root.cam("AttachRolePolicy", json!({"PolicyId": policy, "AttachRoleId": roles[0]})).await.ok();
        }
        for holder in [&users[1], &users[2]] {
            root.cam("AttachUserPolicy", json!({"PolicyId": policies[0], "AttachUin": holder})).await.ok();
        }
        for group in &groups[..3] {
            root.cam("AddUserToGroup", json!({"Info": [{"Uin": user, "GroupId": group}]})).await.ok();
        }
        let members: Vec<Value> = users[1..].iter().map(|uin| json!({"Uin": uin, "GroupId": groups[0]})).collect();
        root.cam("AddUserToGroup", json!({"Info": members})).await.ok();
        Scene { root, user, users, uids, groups, roles, policies }
    }

    /// The id that orders a row: where a user is listed by its uid, its uin.
    fn ordered_by(&self, id: String) -> String {
        self.uids.iter().position(|uid| *uid == id).map_or(id, |place| self.users[place].clone())
    }

    /// Every list with its filters, and how many rows it has.
    fn lists(&self) -> Vec<(List, usize)> {
        let user = |more: Value| with(json!({"TargetUin": self.user}), more);
        let all = |more: Value| with(json!({"TargetUin": self.user, "AttachType": 0}), more);
        let group = |more: Value| with(json!({"TargetGroupId": self.groups[0]}), more);
        let role = |more: Value| with(json!({"RoleId": self.roles[0]}), more);
        let policy = |more: Value| with(json!({"PolicyId": self.policies[0]}), more);
        let tagged = |value: &str| json!({"Tags": [{"Key": "game", "Value": "web"}, {"Key": "odd", "Value": value}]});
        vec![
            (list("DescribeRoleList", json!({})), 5),
            (list("DescribeRoleList", json!({"Tags": [{"Key": "game", "Value": "web"}]})), 5),
            (list("DescribeRoleList", tagged("0")), 3),
            (list("DescribeRoleList", tagged("1")), 2),
            (list("DescribeRoleList", tagged("2")), 0),
            (list("DescribeRoleList", json!({"Tags": [{"Key": "game", "Value": "app"}]})), 0),
            (list("ListRoles", json!({})), 5),
            (list("ListRoles", json!({"Keyword": "web"})), 3),
            (list("ListRoles", with(json!({"Keyword": "web"}), tagged("0"))), 2),
            (list("ListRoles", json!({"Keyword": "nobody"})), 0),
            (list("ListGroups", json!({})), 5),
            (list("ListGroups", json!({"Keyword": "team"})), 3),
            (list("ListGroups", json!({"Keyword": "nobody"})), 0),
            (list("ListGroupsForUser", json!({"SubUin": self.user})), 3),
            (list("ListGroupsForUser", json!({"SubUin": self.users[4]})), 1),
            (list("ListUsersForGroup", json!({"GroupId": self.groups[0]})), 5),
            (list("ListUsersForGroup", json!({"GroupId": self.groups[1]})), 1),
            (list("ListUsersForGroup", json!({"GroupId": self.groups[4]})), 0),
            (list("ListPolicies", json!({"Scope": "Local"})), 5),
            (list("ListPolicies", json!({"Scope": "Local", "Keyword": "writer"})), 3),
            (list("ListPolicies", json!({"Keyword": "writer"})), 3),
            (list("ListPolicies", json!({"Scope": "QCS", "Keyword": "writer"})), 0),
            (list("ListAttachedUserPolicies", user(json!({}))), 3),
            (list("ListAttachedUserAllPolicies", all(json!({}))), 5),
            (list("ListAttachedUserAllPolicies", all(json!({"AttachType": 1}))), 3),
            (list("ListAttachedUserAllPolicies", all(json!({"AttachType": 2}))), 4),
            (list("ListAttachedUserAllPolicies", all(json!({"StrategyType": 1}))), 4),
            (list("ListAttachedUserAllPolicies", all(json!({"StrategyType": 2}))), 1),
            (list("ListAttachedUserAllPolicies", all(json!({"Keyword": "reader"}))), 2),
            (list("ListAttachedUserAllPolicies", all(json!({"AttachType": 1, "Keyword": "reader"}))), 1),
            (list("ListAttachedUserAllPolicies", all(json!({"AttachType": 2, "StrategyType": 1}))), 3),
            (list("ListAttachedGroupPolicies", group(json!({}))), 4),
            (list("ListAttachedGroupPolicies", group(json!({"Keyword": "reader"}))), 2),
            (list("ListAttachedRolePolicies", role(json!({}))), 4),
            (list("ListAttachedRolePolicies", role(json!({"PolicyType": "User"}))), 3),
            (list("ListAttachedRolePolicies", role(json!({"PolicyType": "QCS"}))), 1),
            (list("ListAttachedRolePolicies", role(json!({"Keyword": "reader"}))), 2),
            (list("ListAttachedRolePolicies", role(json!({"Keyword": "reader", "PolicyType": "QCS"}))), 0),
            (list("ListEntitiesForPolicy", policy(json!({}))), 5),
            (list("ListEntitiesForPolicy", policy(json!({"EntityFilter": "All"}))), 5),
            (list("ListEntitiesForPolicy", policy(json!({"EntityFilter": "User"}))), 3),
            (list("ListEntitiesForPolicy", policy(json!({"EntityFilter": "Group"}))), 1),
            (list("ListEntitiesForPolicy", policy(json!({"EntityFilter": "Role"}))), 1),
            (list("ListEntitiesForPolicy", json!({"PolicyId": PRESET})), 3),
            (list("ListEntitiesForPolicy", json!({"PolicyId": self.policies[4]})), 0),
        ]
    }
}

fn with(mut params: Value, more: Value) -> Value {
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    params
}

#[test]
fn pages_of_every_size_are_the_list() {
    on_each_database(async |t| {
        let scene = Scene::set(&t).await;
        for (list, count) in scene.lists() {
            let all = list.whole(&scene.root).await;
            assert_eq!(all.len(), count, "{} {}: {all:?}", list.action, list.params);
        }
    });
}

#[test]
fn presets_come_first_and_in_pages_too() {
    on_each_database(async |t| {
        let scene = Scene::set(&t).await;
        let own: Vec<String> = scene.policies.iter().rev().map(u64::to_string).collect();
        let presets = list("ListPolicies", json!({"Scope": "QCS"})).whole(&scene.root).await;
        let all = list("ListPolicies", json!({})).whole(&scene.root).await;
        assert_eq!(all, [presets, own].concat());
        assert_eq!(list("ListPolicies", json!({"Scope": "All"})).page(&scene.root, 1, 200).await.0, all);
    });
}

#[test]
fn every_paged_operation_is_tested() {
    on_each_database(async |t| {
        let lists = Scene::set(&t).await.lists();
        let mut missing = Vec::new();
        for op in operations() {
            let fields: Vec<&str> = match catalogue::action(op.service, op.action) {
                Some(action) => {
                    action["request"].as_array().unwrap().iter().map(|field| text(&field["name"])).collect()
                }
                // An extension, whose fields are not in the catalogue. It is paged unless `Page` is unknown to it.
                None => {
                    let reply = t.root().ask(op, json!({"Page": 1})).await;
                    if reply.code().as_deref() == Some("UnknownParameter") { vec![] } else { vec!["Page"] }
                }
            };
            if fields.contains(&"Page") && lists.iter().all(|(list, _)| list.action != op.action) {
                missing.push(op.action);
            }
        }
        assert!(missing.is_empty(), "paged operations without a case: {missing:?}");
    });
}

/// Rows of one write share their `seq`, so the ids decide the order.
#[test]
fn rows_of_one_write_have_an_order() {
    on_each_database(async |t| {
        let scene = Scene::set(&t).await;
        let root = &scene.root;
        let account = root.uin.as_str();
        for table in ["users", "user_groups", "roles", "policies", "group_members", "attachments"] {
            // In the end all rows have the same `seq`. They are updated twice, so that they are not stored in the order
            // in which they were created.
            for sql in [
                format!("UPDATE {table} SET seq = 0 - seq WHERE account_id = $1"),
                format!("UPDATE {table} SET seq = 7 WHERE account_id = $1"),
            ] {
                t.execute(sql.leak(), args![account]).await;
            }
        }
        for (list, count) in scene.lists() {
            let all = list.in_pages_of(root, &[1, 2]).await;
            assert_eq!(all.len(), count, "{} {}", list.action, list.params);
            let all: Vec<String> = all.into_iter().map(|id| scene.ordered_by(id)).collect();
            let mut sorted = all.clone();
            sorted.sort();
            // Newest first: the later of two rows is the one with the greater id.
            if list.action != "ListUsersForGroup" {
                sorted.reverse();
            }
            match list.action {
                // Groups before roles before users, each by their ids.
                "ListEntitiesForPolicy" => {
                    let kind = |id: &String| (scene.users.contains(id), scene.roles.contains(id));
                    let mut sorted = all.clone();
                    sorted.sort_by_key(|id| (kind(id), id.clone()));
                    assert_eq!(all, sorted, "{}", list.params);
                }
                // The user's own policies before those of its groups, both by their ids.
                "ListAttachedUserAllPolicies" => {
                    let own = json!({"TargetUin": list.params["TargetUin"], "AttachType": 1});
                    let own = self::list("ListAttachedUserAllPolicies", own).whole(root).await;
                    sorted.sort_by_key(|id| (!own.contains(id), std::cmp::Reverse(id.clone())));
                    assert_eq!(all, sorted, "{}", list.params);
                }
                _ => assert_eq!(all, sorted, "{} {}", list.action, list.params),
            }
        }
        let users: Vec<String> = {
            let listed = root.cam("ListUsers", json!({})).await.ok();
            listed["Data"].as_array().unwrap().iter().map(|user| user["Uin"].to_string()).collect()
        };
        let mut sorted = users.clone();
        sorted.sort();
        assert_eq!(users, sorted);
        let members = root.cam("GetGroup", json!({"GroupId": scene.groups[0]})).await.ok();
        let members: Vec<String> =
            members["UserInfo"].as_array().unwrap().iter().map(|user| user["Uin"].to_string()).collect();
        assert_eq!(members, sorted);
    });
}

#[test]
fn the_principals_of_a_document_are_listed_in_pages() {
    on_each_database(async |t| {
        let scene = Scene::set(&t).await;
        let root = &scene.root;
        let name = |place: String| format!("qcs::cam::uin/{}:{place}", root.uin);
        let (users, groups) = (&scene.users, &scene.groups);
        let names: Vec<String> = [
            users.iter().map(|uin| name(format!("uin/{uin}"))).collect::<Vec<_>>(),
            groups.iter().map(|id| name(format!("groupid/{id}"))).collect(),
        ]
        .concat();
        let mut document = allow("cam:ListUsers", "*");
        document["principal"] = json!({"qcs": names});
        let policy = root.policy("laid-on", &document).await;
        let listed = list("ListEntitiesForPolicy", json!({"PolicyId": policy})).whole(root).await;
        let listed: Vec<String> = listed.into_iter().map(|id| scene.ordered_by(id)).collect();
        let sorted = |ids: &[String]| {
            let mut ids = ids.to_vec();
            ids.sort();
            ids
        };
        assert_eq!(listed, [sorted(groups), sorted(users)].concat());
    });
}

#[test]
fn tags_keep_the_order_in_which_they_were_given() {
    on_each_database(async |t| {
        let root = t.root();
        root.role("tagged", &[root_of(&root.uin)]).await;
        let tag = |key: &str, value: &str| json!({"Key": key, "Value": value});
        // The keys are given in reverse alphabetical order, so that a sorted list would be noticed.
        for tags in [["z", "y"], ["x", "w"], ["v", "u"]] {
            let tags = json!([tag(tags[0], "1"), tag(tags[1], "1")]);
            root.cam("TagRole", json!({"RoleName": "tagged", "Tags": tags})).await.ok();
        }
        root.cam("UntagRole", json!({"RoleName": "tagged", "TagKeys": ["w"]})).await.ok();
        // A new value of an existing key keeps its place.
        let tags = json!([tag("b", "1"), tag("x", "2"), tag("a", "1")]);
        root.cam("TagRole", json!({"RoleName": "tagged", "Tags": tags})).await.ok();
        let expected = [("z", "1"), ("y", "1"), ("x", "2"), ("v", "1"), ("u", "1"), ("b", "1"), ("a", "1")];
        let expected: Value = expected.iter().map(|(key, value)| tag(key, value)).collect();
        let got = root.cam("GetRole", json!({"RoleName": "tagged"})).await.ok();
        assert_eq!(got["RoleInfo"]["Tags"], expected);
        let listed = root.cam("ListRoles", json!({})).await.ok();
        assert_eq!(listed["List"][0]["Tags"], expected);
        let document = allow("cam:GetUser", "*").to_string();
        let params = json!({"PolicyName": "p", "PolicyDocument": document, "Tags": expected});
        let policy = root.cam("CreatePolicy", params).await.ok();
        let got = root.cam("GetPolicy", json!({"PolicyId": policy["PolicyId"]})).await.ok();
        assert_eq!(got["Tags"], expected);
        let listed = root.cam("ListPolicies", json!({"Scope": "Local"})).await.ok();
        assert_eq!(listed["List"][0]["Tags"], expected);
    });
}
