//! A random script over every registered write. After each step, the engine that served it and one opened cold on the
//! same store must agree on every principal (`support/twin.rs` compares them).
//!
//! `CAMULATOR_SCRIPT_STEPS` sets the number of steps, `CAMULATOR_SCRIPT_SEED` the seed.

use crate::catalogue;
use crate::support::idp::{ISSUER, Idp};
use crate::support::{Caller, Test, allow, on_each_database, operations, root_of, text, trust};
use camulator::dialect::contract::{Mode, Op};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Random numbers that are the same in every run with the same seed (splitmix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % bound as u64).unwrap()
    }

    fn of<T: Clone>(&mut self, choices: &[T]) -> Option<T> {
        if choices.is_empty() { None } else { Some(choices[self.below(choices.len())].clone()) }
    }
}

/// What exists in the account, for requests to refer to.
struct Scene {
    dice: Dice,
    owner: String,
    users: Vec<Value>,
    groups: Vec<Value>,
    roles: Vec<(Value, Value)>,
    linked: Vec<Value>,
    policies: Vec<Value>,
    keys: Vec<(Value, Value)>,
}

const NAMES: [&str; 6] = ["ann", "bob", "cyd", "dot", "eve", "fay"];

impl Scene {
    async fn look(dice: Dice, root: &Caller) -> Scene {
        let list = async |action: &str, params: Value| root.cam(action, params).await.ok();
        let items = |reply: &Value, list: &str| reply[list].as_array().unwrap().clone();
        let all = json!({"Page": 1, "Rp": 200});
        let users = items(&list("ListUsers", json!({})).await, "Data").iter().map(|user| user["Uin"].clone()).collect();
        let groups = list("ListGroups", all.clone()).await;
        let policies = list("ListPolicies", json!({"Page": 1, "Rp": 200, "Scope": "Local"})).await;
        let roles = items(&list("DescribeRoleList", all).await, "List");
        let (linked, roles): (Vec<_>, Vec<_>) =
            roles.into_iter().partition(|role| role["RoleType"] == "service_linked");
        let mut scene = Scene {
            dice,
            owner: root.uin.clone(),
            users,
            groups: items(&groups, "GroupInfo").iter().map(|group| group["GroupId"].clone()).collect(),
            roles: roles.iter().map(|role| (role["RoleId"].clone(), role["RoleName"].clone())).collect(),
            linked: linked.iter().map(|role| role["RoleName"].clone()).collect(),
            policies: items(&policies, "List").iter().map(|policy| policy["PolicyId"].clone()).collect(),
            keys: Vec::new(),
        };
        // AdministratorAccess, and one that does not exist.
        scene.policies.extend([json!(1), json!(17)]);
        for user in &scene.users {
            let keys = list("ListAccessKeys", json!({"TargetUin": user})).await;
            scene.keys.extend(items(&keys, "AccessKeys").iter().map(|key| (key["AccessKeyId"].clone(), user.clone())));
        }
        scene
    }

    /// A policy document; sometimes one that denies.
    fn document(&mut self) -> Value {
        let action = self.dice.of(&["cam:*", "cam:GetRole", "cam:ListUsers", "sts:AssumeRole", "cvm:*", "*"]).unwrap();
        let mut document = allow(action, "*");
        if self.dice.below(4) == 0 {
            document["statement"][0]["effect"] = json!("deny");
        }
        document
    }

    /// A policy document; sometimes one that names users and groups to be attached to.
    fn attaching(&mut self) -> Value {
        let mut document = self.document();
        let user = self.dice.of(&self.users).map(|uin| format!("uin/{uin}"));
        let group = self.dice.of(&self.groups).map(|group| format!("groupid/{group}"));
        let named: Vec<String> = [user, group]
            .into_iter()
            .flatten()
            .filter(|_| self.dice.below(3) == 0)
            .map(|name| format!("qcs::cam::uin/{}:{name}", self.owner))
            .collect();
        if !named.is_empty() {
            document["principal"] = json!({"qcs": named});
        }
        document
    }

    fn trust(&mut self) -> String {
        let user = self.dice.of(&self.users).map(|uin| format!("qcs::cam::uin/{}:uin/{uin}", self.owner));
        let group = self.dice.of(&self.groups).map(|group| format!("qcs::cam::uin/{}:groupid/{group}", self.owner));
        let named: Vec<String> = [user, group].into_iter().flatten().filter(|_| self.dice.below(2) == 0).collect();
        if named.is_empty() { trust(&[root_of(&self.owner)]) } else { trust(&named) }
    }

    fn tags(&mut self) -> Value {
        let key = self.dice.of(&["env", "team"]).unwrap();
        json!([{"Key": key, "Value": self.dice.of(&["a", "b"]).unwrap()}])
    }

    /// The name of something that may have tags.
    fn tagged(&mut self) -> Option<String> {
        let id = |value: &Value| value.to_string().trim_matches('"').to_owned();
        let item = match self.dice.below(3) {
            0 => format!("role/{}", id(&self.dice.of(&self.roles)?.0)),
            1 => format!("uin/{}", id(&self.dice.of(&self.users)?)),
            _ => format!("policyid/{}", id(&self.dice.of(&self.policies)?)),
        };
        Some(format!("qcs::cam::uin/{}:{item}", self.owner))
    }

    fn tags_of(&mut self, key: &str) -> Value {
        json!([{"TagKey": key, "TagValue": self.dice.of(&["a", "b"]).unwrap()}])
    }

    /// A value for a parameter, chosen by its name; `None` leaves the parameter out.
    fn value(&mut self, op: &Op, name: &str) -> Option<Value> {
        let makes = |action: &str| op.action == action;
        Some(match name {
            "RoleName" if makes("DeleteServiceLinkedRole") => self.dice.of(&self.linked)?,
            "SAMLMetadataDocument" => json!(Idp::rsa().metadata()),
            "IdentityKey" => json!(Idp::rsa().key_set()),
            "IdentityUrl" | "AuthorizationEndpoint" => json!(self.dice.of(&["https://a.example.com", ISSUER])?),
            "ClientId" if op.action.contains("User") => json!("app"),
            "ClientId" => json!(["app"]),
            "ResponseType" => json!("id_token"),
            "ResponseMode" => json!("fragment"),
            "MappingFiled" => json!("sub"),
            "Scope" => json!(["openid"]),
            "AutoRotateKey" => json!(self.dice.below(2)),
            "Operate" => json!(self.dice.of(&["enable", "disable", "updateSAML"])?),
            "AuxiliaryDomain" => json!("example.com"),
            "Name" | "GroupName" | "StrategyName" => json!(self.dice.of(&NAMES)?),
            "RoleName" if makes("CreateRole") => json!(self.dice.of(&NAMES)?),
            "PolicyName" if makes("CreatePolicy") || makes("UpdatePolicy") => json!(self.dice.of(&NAMES)?),
            "PolicyName" => return None,
            "RoleName" | "AttachRoleName" | "DetachRoleName" => self.dice.of(&self.roles)?.1,
            "RoleId" | "AttachRoleId" | "DetachRoleId" => self.dice.of(&self.roles)?.0,
            "PolicyId" if makes("DeletePolicy") => json!([self.dice.of(&self.policies)?]),
            "StrategyId" if makes("BatchOperateCamStrategy") => json!([self.dice.of(&self.policies)?]),
            "RelateUin" => json!([self.dice.of(&self.users)?]),
            "ActionType" => json!(1 + self.dice.below(2)),
            "PolicyId" | "StrategyId" => self.dice.of(&self.policies)?,
            "AttachUin" | "DetachUin" | "TargetUin" => self.dice.of(&self.users)?,
            "GroupId" | "AttachGroupId" | "DetachGroupId" => self.dice.of(&self.groups)?,
            "Info" => json!([{"Uin": self.dice.of(&self.users)?, "GroupId": self.dice.of(&self.groups)?}]),
            "VersionId" if makes("DeletePolicyVersion") => json!([1 + self.dice.below(4)]),
            "VersionId" => json!(1 + self.dice.below(4)),
            "PolicyDocument" if makes("CreateRole") || op.action.starts_with("Update") && !makes("UpdatePolicy") => {
                json!(self.trust())
            }
            "PolicyDocument" if makes("CreatePolicy") => json!(self.attaching().to_string()),
            "StrategyInfo" if makes("UpdateCamStrategy") => self.document(),
            "StrategyInfo" => self.attaching(),
            "PolicyDocument" => json!(self.document().to_string()),
            "Resource" => json!(self.tagged()?),
            "ResourceList" => json!([self.tagged()?, self.tagged()?]),
            "ReplaceTags" => self.tags_of("team"),
            "DeleteTags" => json!([{"TagKey": "env"}]),
            "Tags" if op.service == "tag" => self.tags_of("env"),
            "Tags" => self.tags(),
            "TagKeys" => json!([self.dice.of(&["env", "team"])?]),
            "QCSServiceName" => json!([self.dice.of(&["cls.qcloud.com", "tat.qcloud.com"])?]),
            "Status" => json!(self.dice.of(&["Active", "Inactive"])?),
            "ConsoleLogin" | "Force" | "UseApi" | "NeedResetPassword" => json!(self.dice.below(2)),
            "SetAsDefault" => json!(self.dice.below(2) == 0),
            "SessionDuration" => json!(3600 * (1 + self.dice.below(3))),
            "Description" | "Remark" => json!(self.dice.of(&["one", "other"])?),
            "Password" => json!("Passw0rd!x"),
            "CustomSuffix" | "PhoneNum" | "CountryCode" | "Email" | "Alias" => return None,
            other => panic!("{}: the script has no value for {other}", op.action),
        })
    }

    /// The parameters of a request; `None` while nothing exists that a required one could refer to.
    fn request(&mut self, op: &Op) -> Option<Value> {
        if op.action == "OperateCamStrategy" {
            let (user, group) = (self.dice.of(&self.users), self.dice.of(&self.groups));
            let on_user = self.dice.below(2) == 0;
            let (uin, group) = if on_user { (user?, json!(-1)) } else { (json!(-1), group?) };
            let action = 1 + self.dice.below(2);
            let strategy = self.dice.of(&self.policies)?;
            return Some(json!({"GroupId": group, "RelateUin": uin, "StrategyId": strategy, "ActionType": action}));
        }
        if matches!(op.action, "UpdateAccessKey" | "DeleteAccessKey") {
            let (key, user) = self.dice.of(&self.keys)?;
            let mut params = json!({"AccessKeyId": key, "TargetUin": user});
            if op.action == "UpdateAccessKey" {
                params["Status"] = self.value(op, "Status")?;
            }
            return Some(params);
        }
        let fields: Vec<(String, bool)> = match (op.action, catalogue::action(op.service, op.action)) {
            (_, Some(published)) => published["request"]
                .as_array()
                .unwrap()
                .iter()
                .map(|field| (text(&field["name"]).to_owned(), field["required"] == true))
                .collect(),
            ("UpdateRole", None) => ["RoleId", "Description", "PolicyDocument", "ConsoleLogin", "SessionDuration"]
                .map(|name| (name.to_owned(), name == "RoleId"))
                .to_vec(),
            ("CreateCamStrategy", None) => {
                ["StrategyName", "StrategyInfo"].map(|name| (name.to_owned(), true)).to_vec()
            }
            ("UpdateCamStrategy", None) => ["StrategyId", "StrategyName", "StrategyInfo", "Remark"]
                .map(|name| (name.to_owned(), name == "StrategyId"))
                .to_vec(),
            ("BatchOperateCamStrategy", None) => {
                ["StrategyId", "RelateUin", "ActionType"].map(|name| (name.to_owned(), true)).to_vec()
            }
            (other, None) => panic!("{other} is a write whose parameters the script does not know"),
        };
        let mut params = json!({});
        for (name, required) in fields {
            // One of a role's id and name is needed, and one of a policy's.
            let needed = required || matches!(name.as_str(), "RoleId" | "AttachRoleId" | "DetachRoleId" | "PolicyId");
            if needed || self.dice.below(2) == 0 {
                match self.value(op, &name) {
                    Some(value) => params[name] = value,
                    None if required => return None,
                    None => {}
                }
            }
        }
        Some(params)
    }
}

/// Opens a session of a role, so that its key is compared too.
async fn open_sessions(root: &Caller, scene: &Scene) {
    if let Some((_, name)) = scene.roles.last() {
        let arn = format!("qcs::cam::uin/{}:roleName/{}", root.uin, text(name));
        drop(root.sts("AssumeRole", json!({"RoleArn": arn, "RoleSessionName": "script"})).await);
    }
}

async fn play(t: &Test, steps: usize, seed: u64) {
    let root = t.root();
    let mut writes: Vec<&Op> = operations().filter(|op| op.mode == Mode::Write).collect();
    let mut went_well: BTreeMap<&str, usize> = writes.iter().map(|op| (op.action, 0)).collect();
    // These are twice as likely, so that there is something to change.
    let makes = |op: &&Op| ["Create", "Add", "Attach"].iter().any(|verb| op.action.starts_with(verb));
    writes.extend(operations().filter(|op| op.mode == Mode::Write).filter(makes));
    let mut dice = Dice(seed);
    for step in 0..steps {
        let op = writes[dice.below(writes.len())];
        let mut scene = Scene::look(dice, &root).await;
        if step % 10 == 0 {
            open_sessions(&root, &scene).await;
        }
        let params = scene.request(op);
        dice = scene.dice;
        let Some(params) = params else { continue };
        if root.ask(op, params).await.code().is_none() {
            *went_well.get_mut(op.action).unwrap() += 1;
        }
    }
    let never: Vec<&&str> = went_well.iter().filter(|(_, times)| **times == 0).map(|(action, _)| action).collect();
    assert!(steps < 1000 || never.is_empty(), "in {steps} steps these never succeeded: {never:?}");
    eprintln!("{steps} steps from seed {seed}: {went_well:?}");
}

#[test]
fn no_write_leaves_the_view_outdated() {
    let setting = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().expect("a number"));
    let steps = usize::try_from(setting("CAMULATOR_SCRIPT_STEPS").unwrap_or(2000)).unwrap();
    let seed = setting("CAMULATOR_SCRIPT_SEED").unwrap_or(7);
    on_each_database(async |t| play(&t, steps, seed).await);
}
