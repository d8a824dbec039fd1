//! Plays the decision corpus through the server: real accounts, users, groups, roles, boundaries and sessions have the
//! documents. Every request is decided by `/authorize` and, where a signed call can express it, by a call.
//!
//! A document that the server refuses is written into the database, as an older version might have left it. So
//! documents that can only exist in the database are decided here too.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use camulator::args;
use serde_json::{Value, json};

use crate::policy_corpus::{APP_ID, Effect, Given, OWNER, Request, Rule, USER, Who, WrittenKind, corpus, decide};
use crate::support::{self, Caller, Test, allow, on_each_database, text};

/// The account that has the documents here. It cannot be [`OWNER`], the id of the account that every test begins with.
const TENANT: &str = "100000000011";

/// The condition keys that the server sets where a question does not give them.
const EVERY_REQUEST: [&str; 6] =
    ["qcs:ip", "qcs:current_time", "qcs:uin", "qcs:owner_uin", "qcs:mfa", "qcs:read_only_action"];

/// How many decisions were made by `/authorize`, and how many by calls.
#[derive(Default)]
struct Played {
    asked: AtomicUsize,
    called: AtomicUsize,
}

impl Played {
    #[track_caller]
    fn require(&self, asked: usize, called: usize) {
        let (was_asked, was_called) = (self.asked.load(Ordering::Relaxed), self.called.load(Ordering::Relaxed));
        assert!(
            was_asked >= asked && was_called >= called,
            "only {was_asked} decisions were made by `/authorize` and {was_called} by calls"
        );
    }
}

#[test]
fn the_server_decides_the_corpus_of_policies_alike() {
    let played = Played::default();
    for rule in corpus().iter().filter(|rule| rule.kind != WrittenKind::Trust) {
        let requests: Vec<&Request> = rule.requests.iter().filter(|request| can_be_had(rule, request)).collect();
        if !requests.is_empty() {
            on_each_database(async |t| {
                let mut world = World::new(&t, rule).await;
                for request in &requests {
                    world.play(request, &played).await;
                }
            });
        }
    }
    played.require(1_100, 180);
}

#[test]
fn the_server_decides_the_corpus_of_trust_policies_alike() {
    let played = Played::default();
    for rule in corpus().iter().filter(|rule| rule.kind == WrittenKind::Trust) {
        let is_a_caller = |who: &Who| matches!(who, Who::Root { .. } | Who::User { .. } | Who::Role { .. });
        let requests: Vec<&Request> = rule
            .requests
            .iter()
            .filter(|request| request.action == "sts:AssumeRole" && request.who.as_ref().is_some_and(is_a_caller))
            .collect();
        if !requests.is_empty() {
            on_each_database(async |t| {
                // Documents are stored behind the server's back.
                t.leave_cold();
                let mut world = World::new(&t, rule).await;
                for request in &requests {
                    world.play_trust(request, &played).await;
                }
            });
        }
    }
    played.require(80, 80);
}

/// Whether a real caller can have these layers and make this request: at most one document as the boundary and one as
/// the session policy, no identity policies for a root, at most one name of a resource.
fn can_be_had(rule: &Rule, request: &Request) -> bool {
    let one = |layer: &Option<Vec<String>>| layer.as_ref().is_none_or(|documents| documents.len() == 1);
    let layers =
        request.identity.iter().chain(request.boundary.iter().flatten()).chain(request.session.iter().flatten());
    let fills_in = |name: &String| {
        EVERY_REQUEST.iter().any(|key| rule.text(name).contains(key) && !request.context.contains_key(*key))
    };
    rule.permission_sets.is_empty()
        // A question to `/authorize` has its values as texts.
        && request.context.values().flatten().all(|value| value.text().is_some())
        && one(&request.boundary)
        && one(&request.session)
        && !(request.root && (request.boundary.is_some() || !request.identity.is_empty()))
        && request.caller.is_none()
        && request.resource.as_ref().is_none_or(|names| matches!(names.as_slice(), [name] if name.starts_with("qcs:")))
        // A resource of another account is denied whatever the documents say.
        && !request.resource.iter().flatten().any(|name| is_of_another(name))
        // Assuming a role involves its trust policy as well.
        && !request.action.contains("sts:")
        && !layers.clone().any(fills_in)
        // The server reads every attached policy as a strategy, which may be decided differently from the rule's kind.
        && decide(rule, WrittenKind::Strategy, request).1 == request.reason
}

/// Identity documents, boundary, session policy.
type Has<'t> = (Vec<&'t str>, Option<&'t str>, Option<&'t str>);

/// Whether a resource name contains another account than the corpus's own.
fn is_of_another(name: &str) -> bool {
    let own = ["", &format!("uin/{OWNER}"), &format!("uid/{APP_ID}")].map(str::to_owned);
    let account = name.split(':').nth(4).unwrap_or_default();
    (account.starts_with("uin/") || account.starts_with("uid/")) && !own.iter().any(|own| own == account)
}

/// The accounts and callers that have a rule's documents.
struct World<'t> {
    t: &'t Test,
    rule: &'t Rule,
    roots: BTreeMap<String, Caller>,
    policies: BTreeMap<&'t str, u64>,
    /// Users and sessions by their documents; `None` for a session that cannot be opened.
    callers: BTreeMap<Has<'t>, Option<Caller>>,
    /// Users and sessions of roles by account and the id that the rule gives them.
    principals: BTreeMap<(String, String), Caller>,
    /// The ids that the server gave to users, roles and groups, by account and the id that the rule gives them.
    ids: BTreeMap<(String, String), String>,
    /// Groups by account and the id that the rule gives them.
    groups: BTreeMap<(String, String), Value>,
    /// Roles with a trust policy, by its document.
    roles: BTreeMap<&'t str, String>,
}

impl<'t> World<'t> {
    async fn new(t: &'t Test, rule: &'t Rule) -> World<'t> {
        let made = t.admin("POST", "/accounts", json!({"id": TENANT, "app_id": APP_ID})).await.created();
        let key = &made["credentials"];
        let root = t.caller(TENANT, text(&key["secret_id"]), text(&key["secret_key"]));
        World {
            t,
            rule,
            roots: [(TENANT.to_owned(), root)].into(),
            policies: BTreeMap::new(),
            callers: BTreeMap::new(),
            principals: BTreeMap::new(),
            ids: BTreeMap::new(),
            groups: BTreeMap::new(),
            roles: BTreeMap::new(),
        }
    }

    fn root(&self) -> Caller {
        self.roots[TENANT].clone()
    }

    /// The text with this server's account and ids in place of the rule's.
    fn here(&self, text: &str) -> String {
        let mut here = text.replace(OWNER, TENANT);
        for ((account, id), real) in &self.ids {
            for place in ["uin/", "groupid/", "role/"] {
                let name = |id: &str| format!("uin/{account}:{place}{id}\"");
                here = here.replace(&name(id), &name(real));
            }
        }
        here
    }

    /// Creates a policy with the document, and returns its id. A document that the server refuses is written into the
    /// database.
    async fn policy(&mut self, name: &'t str) -> u64 {
        if let Some(id) = self.policies.get(name) {
            return *id;
        }
        let document = self.here(&self.rule.text(name));
        let of =
            |document: &str| json!({"PolicyName": format!("p{}", self.policies.len()), "PolicyDocument": document});
        let mut reply = self.root().cam("CreatePolicy", of(&document)).await;
        let refused = reply.code().is_some();
        if refused {
            reply = self.root().cam("CreatePolicy", of(&allow("cam:GetUser", "*").to_string())).await;
        }
        let id = reply.ok()["PolicyId"].as_u64().unwrap();
        if refused {
            let sql = "UPDATE policy_versions SET document = $1 WHERE account_id = $2 AND policy_id = $3";
            self.t.execute(sql, args![&document, TENANT, id.to_string()]).await;
        }
        self.policies.insert(name, id);
        id
    }

    /// A caller with the request's layers; `None` when the server refuses the session policy.
    async fn caller(&mut self, request: &'t Request) -> Option<Caller> {
        let only = |layer: &'t Option<Vec<String>>| layer.as_ref().map(|documents| documents[0].as_str());
        let (boundary, session) = (only(&request.boundary), only(&request.session));
        let mut layers = (request.identity.iter().map(String::as_str).collect::<Vec<_>>(), boundary, session);
        if request.root {
            layers.0 = vec!["the root"];
        }
        if let Some(caller) = self.callers.get(&layers) {
            return caller.clone();
        }
        let root = self.root();
        let mut user = root.clone();
        if !request.root {
            user = root.user(&format!("u{}", self.callers.len())).await;
        }
        let mut caller = Some(user.clone());
        if let Some(session) = session {
            // Before a policy is attached that could deny this.
            if !request.root {
                let name = format!("federate{}", self.callers.len());
                root.grant(&user, &name, &allow("sts:GetFederationToken", "*")).await;
            }
            let params = json!({"Name": "session", "Policy": self.here(&self.rule.text(session))});
            let opened = user.sts("GetFederationToken", params).await;
            caller = opened.code().is_none().then(|| user.session(&opened.ok()));
        }
        for name in &request.identity {
            let policy = self.policy(name).await;
            root.cam("AttachUserPolicy", json!({"PolicyId": policy, "AttachUin": &user.uin})).await.ok();
        }
        if let Some(boundary) = boundary {
            let policy = self.policy(boundary).await;
            let uin: u64 = user.uin.parse().unwrap();
            root.cam("PutUserPermissionsBoundary", json!({"TargetUin": uin, "PolicyId": policy})).await.ok();
        }
        self.callers.insert(layers, caller.clone());
        caller
    }

    async fn play(&mut self, request: &'t Request, played: &Played) {
        let Some(caller) = self.caller(request).await else { return };
        let here = |text: &str| text.replace(OWNER, TENANT).replace(USER, &caller.uin);
        let resource = request.resource.as_ref().map(|names| here(&names[0]));
        let context: BTreeMap<&String, Vec<String>> = request
            .context
            .iter()
            .map(|(key, values)| (key, values.iter().filter_map(Given::text).map(|value| here(&value)).collect()))
            .collect();
        let action = request.action.trim_start_matches("name/");
        let expected = json!([request.decision == Effect::Allow, request.reason]);
        let answer = |decision: &Value| json!([decision["decision"] == "allow", decision["reason"]]);
        let told = format!("{}: {}", self.rule.name, request.description);

        let mut question = json!({"secret_id": caller.secret_id, "action": action, "context": context});
        if let Some(token) = &caller.token {
            question["token"] = json!(token);
        }
        // Without a resource, the question is about an operation without single resources.
        if let Some(resource) = &resource {
            question["resource"] = json!(resource);
        }
        let decision = self.t.admin("POST", "/authorize", question).await.done();
        assert_eq!(answer(&decision), expected, "{told}");
        played.asked.fetch_add(1, Ordering::Relaxed);

        let Some(resource) = resource else { return };
        let (service, operation) = action.split_once(':').unwrap();
        if service == "cam" {
            return;
        }
        let stub = json!({"version": "2017-03-12", "resource": resource, "response": {}, "context": context});
        if self.t.admin("PUT", &format!("/stubs/{service}/{operation}"), stub).await.status == 400 {
            // A stub refuses what is not a resource name, so no call can have it as its resource.
            return;
        }
        let reply = caller.call(service, "2017-03-12", operation, json!({})).send().await;
        let trace = self.t.trace(&reply.request_id()).await;
        assert_eq!(answer(&trace["decision"]), expected, "{told}");
        assert_eq!(reply.code().is_none(), request.decision == Effect::Allow, "{told}");
        played.called.fetch_add(1, Ordering::Relaxed);
    }

    /// The root of an account of the rule.
    async fn account(&mut self, account: &str) -> Caller {
        let account = account.replace(OWNER, TENANT);
        if !self.roots.contains_key(&account) {
            let root = self.t.tenant(&account).await;
            self.roots.insert(account.clone(), root);
        }
        self.roots[&account].clone()
    }

    /// The caller, with an identity policy that allows it to assume roles.
    async fn principal(&mut self, who: &Who) -> Caller {
        let (account, id, groups, role) = match who {
            Who::Root { account } => return self.account(account).await,
            Who::User { account, id, groups } => (account, id, groups.as_slice(), None),
            Who::Role { account, id, name } => (account, id, &[][..], Some(name)),
            Who::Service { .. } | Who::Federated { .. } | Who::Anonymous { .. } => panic!("no caller: {who:?}"),
        };
        let root = self.account(account).await;
        let key = (account.clone(), format!("{}{id}", role.map_or("", |_| "role ")));
        if !self.principals.contains_key(&key) {
            let (assume, count) = (allow("sts:AssumeRole", "*"), self.principals.len());
            let principal = if let Some(name) = role {
                let real = root.role(name, &[support::root_of(&root.uin)]).await;
                self.ids.insert((root.uin.clone(), id.clone()), real);
                root.grant_role(name, &format!("assume{count}"), &assume).await;
                root.assume(&root.uin, name).await
            } else {
                let user = root.user(&format!("who{count}")).await;
                root.grant(&user, &format!("assume{count}"), &assume).await;
                self.ids.insert((root.uin.clone(), id.clone()), user.uin.clone());
                user
            };
            self.principals.insert(key.clone(), principal);
        }
        let principal = self.principals[&key].clone();
        if role.is_none() {
            self.put_into(&root, &principal, groups).await;
        }
        principal
    }

    /// Makes the user a member of these groups and of no others.
    async fn put_into(&mut self, root: &Caller, user: &Caller, groups: &[String]) {
        for group in groups {
            let key = (root.uin.clone(), group.clone());
            if !self.groups.contains_key(&key) {
                let made = root.cam("CreateGroup", json!({"GroupName": format!("group{group}")})).await.ok();
                self.ids.insert(key.clone(), made["GroupId"].to_string());
                self.groups.insert(key, made["GroupId"].clone());
            }
        }
        for ((account, group), real) in &self.groups {
            if *account == root.uin {
                let info = json!({"Info": [{"Uin": &user.uin, "GroupId": real}]});
                let action = if groups.contains(group) { "AddUserToGroup" } else { "RemoveUserFromGroup" };
                let reply = root.cam(action, info).await;
                assert!(action == "RemoveUserFromGroup" || reply.code().is_none(), "{:?}", reply.code());
            }
        }
    }

    /// Creates a role with the document as its trust policy, and returns its resource name.
    async fn trusting(&mut self, name: &'t str) -> String {
        if let Some(role) = self.roles.get(name) {
            return role.clone();
        }
        let document = self.here(&self.rule.text(name));
        let role = format!("trusting{}", self.roles.len());
        let of = |document: &str| json!({"RoleName": role, "PolicyDocument": document});
        if self.root().cam("CreateRole", of(&document)).await.code().is_some() {
            self.root().role(&role, &[support::root_of(TENANT)]).await;
            let sql = "UPDATE roles SET document = $1 WHERE account_id = $2 AND name = $3";
            self.t.execute(sql, args![&document, TENANT, &role]).await;
        }
        let resource = format!("qcs::cam::uin/{TENANT}:roleName/{role}");
        self.roles.insert(name, resource.clone());
        resource
    }

    async fn play_trust(&mut self, request: &'t Request, played: &Played) {
        // The principals that a document names must exist before it is written.
        let everybody: Vec<&Who> = self.rule.requests.iter().filter_map(|request| request.who.as_ref()).collect();
        for who in everybody {
            if matches!(who, Who::Root { .. } | Who::User { .. } | Who::Role { .. }) {
                self.principal(who).await;
            }
        }
        let caller = self.principal(request.who.as_ref().unwrap()).await;
        let role = self.trusting(request.trust.as_ref().unwrap()).await;
        let told = format!("{}: {}", self.rule.name, request.description);
        let allowed = request.decision == Effect::Allow;
        let texts = |values: &Vec<Given>| values.iter().filter_map(Given::text).collect();
        let context: BTreeMap<&str, Vec<String>> =
            request.context.iter().map(|(key, values)| (key.as_str(), texts(values))).collect();
        let mut question = json!({
            "secret_id": caller.secret_id, "action": "sts:AssumeRole", "resource": role, "context": context,
        });
        if let Some(token) = &caller.token {
            question["token"] = json!(token);
        }
        let decision = self.t.admin("POST", "/authorize", question).await.done();
        assert_eq!(decision["decision"] == "allow", allowed, "{told}: {decision}");
        // The reason of an allow comes from the caller's own policies, so only that of a denial is compared.
        if !allowed {
            assert_eq!(decision["reason"], request.reason, "{told}");
        }
        played.asked.fetch_add(1, Ordering::Relaxed);

        let sent: BTreeSet<&str> = request.context.keys().map(String::as_str).collect();
        if !sent.is_subset(&["sts:external_id"].into()) {
            return;
        }
        let mut params = json!({"RoleArn": role, "RoleSessionName": "session"});
        if let Some(values) = context.get("sts:external_id") {
            params["ExternalId"] = json!(values[0]);
        }
        let reply = caller.sts("AssumeRole", params).await;
        let trace = self.t.trace(&reply.request_id()).await;
        assert_eq!(reply.code().is_none(), allowed, "{told}: {trace}");
        if !allowed {
            assert_eq!(trace["decision"]["reason"], request.reason, "{told}");
        }
        played.called.fetch_add(1, Ordering::Relaxed);
    }
}
