//! Compares the engine that served a write with one opened cold on the same store, after every write of every test.
//! Both must agree on principals, roles and keys: nothing that the warm one caches may be outdated.

use super::Clouds;
use camulator::args;
use camulator::engine::Engine;
use camulator::engine::authorize::{gather, trusted};
use camulator::engine::cx::Cx;
use camulator::engine::evidence::Asked;
use camulator::engine::ids::{AccountId, RoleId, RoleRef, SecretId, UserId};
use camulator::engine::model::Owner;
use camulator::engine::model::RequestContext;
use camulator::engine::model::{Caller, Identity};
use camulator::engine::view::Tenant;
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::Mutex;

/// The actions that are decided for a cloud's principals.
pub struct Questions {
    /// Actions, each with a resource if it needs one. In a resource, `%` stands for the account.
    pub rights: &'static [(&'static str, Option<&'static str>)],
    /// The action with which a role is assumed, as its trust policy names it.
    pub assuming: &'static str,
}

/// The accounts whose ledger does not have the number of rows that there are.
const MISCOUNTED: &str = "SELECT id FROM accounts WHERE \
     role_count <> (SELECT COUNT(*) FROM roles WHERE account_id = accounts.id) OR \
     user_count <> (SELECT COUNT(*) FROM users WHERE account_id = accounts.id) OR \
     group_count <> (SELECT COUNT(*) FROM user_groups WHERE account_id = accounts.id) OR \
     policy_count <> (SELECT COUNT(*) FROM policies WHERE account_id = accounts.id)";

/// How many of each kind are compared at most: the latest.
const COMPARED: usize = 12;

/// Compares engines. It remembers users, roles and keys, so that deleted ones are compared as well.
pub struct Twin {
    clouds: Clouds,
    /// Held exclusively by a comparison and shared by requests, because state that changes cannot be compared.
    pub quiet: tokio::sync::RwLock<()>,
    /// Whether the test has changed rows behind the server's back; from then on nothing is compared.
    pub disturbed: AtomicBool,
    met: Mutex<HashMap<String, Met>>,
}

#[derive(Default)]
struct Met {
    users: VecDeque<String>,
    roles: VecDeque<(String, String)>,
    keys: VecDeque<String>,
}

/// Adds what is new, and forgets the oldest beyond the limit.
fn remember<T: PartialEq>(known: &mut VecDeque<T>, rows: Vec<T>) {
    for row in rows {
        if !known.contains(&row) {
            known.push_back(row);
        }
    }
    while known.len() > COMPARED {
        known.pop_front();
    }
}

impl Twin {
    pub fn new(clouds: Clouds) -> Twin {
        let (quiet, disturbed, met) = (tokio::sync::RwLock::default(), AtomicBool::default(), Mutex::default());
        Twin { clouds, quiet, disturbed, met }
    }

    /// Asserts that both engines agree on these accounts, unless a request is in progress.
    pub async fn assert_same(&self, warm: &Arc<Engine>, accounts: Vec<String>, after: &str) {
        let Ok(_quiet) = self.quiet.try_write() else { return };
        if self.disturbed.load(Ordering::SeqCst) {
            return;
        }
        let wrong: Vec<(String,)> = warm.store.read().await.unwrap().tx().all(MISCOUNTED, args![]).await.unwrap();
        assert!(wrong.is_empty(), "the ledgers of {wrong:?} count wrongly after {after}");
        let cold = Arc::new(warm.cold().await.expect("a second engine on the same store"));
        let mut met = self.met.lock().await;
        for account in accounts {
            let met = met.entry(account.clone()).or_default();
            met.look(warm, &account).await;
            let (was, is) =
                (met.picture(self.clouds, warm, &account).await, met.picture(self.clouds, &cold, &account).await);
            let differences: Vec<String> = was
                .iter()
                .zip(&is)
                .filter(|(warm, cold)| warm != cold)
                .map(|(warm, cold)| format!("  warm: {warm}\n  cold: {cold}"))
                .collect();
            assert!(was.len() == is.len() && differences.is_empty(), "after {after}:\n{}", differences.join("\n"));
        }
    }
}

/// The accounts that were changed last.
pub async fn latest(engine: &Arc<Engine>) -> Vec<String> {
    let mut read = engine.store.read().await.unwrap();
    let sql = "SELECT id FROM accounts ORDER BY generation DESC, id LIMIT 3";
    let rows: Vec<(String,)> = read.tx().all(sql, args![]).await.unwrap();
    rows.into_iter().map(|(id,)| id).collect()
}

impl Met {
    async fn look(&mut self, engine: &Arc<Engine>, account: &str) {
        let mut read = engine.store.read().await.unwrap();
        let mut tx = read.tx();
        let users: Vec<(String,)> = tx
            .all("SELECT id FROM users WHERE account_id = $1 ORDER BY seq DESC, id LIMIT 12", args![account])
            .await
            .unwrap();
        remember(&mut self.users, users.into_iter().rev().map(|(id,)| id).collect());
        let roles: Vec<(String, String)> = tx
            .all("SELECT id, name FROM roles WHERE account_id = $1 ORDER BY seq DESC, id LIMIT 12", args![account])
            .await
            .unwrap();
        remember(&mut self.roles, roles.into_iter().rev().collect());
        let keys: Vec<(String,)> = tx
            .all(
                "SELECT secret_id FROM (SELECT secret_id, created_at FROM access_keys WHERE account_id = $1 \
                 UNION ALL SELECT secret_id, created_at FROM sessions WHERE account_id = $1) AS k \
                 ORDER BY created_at DESC, secret_id LIMIT 12",
                args![account],
            )
            .await
            .unwrap();
        remember(&mut self.keys, keys.into_iter().rev().map(|(id,)| id).collect());
    }

    /// Everything that is compared of an account, line by line.
    async fn picture(&self, clouds: Clouds, engine: &Arc<Engine>, account: &str) -> Vec<String> {
        let id = AccountId::from(account);
        let Some(tenant) = engine.tenant(&id).await.unwrap() else { return vec![format!("account {account}: none")] };
        let shown = engine.account(&tenant).await.unwrap();
        let mut lines = vec![format!("{shown:?}")];
        for user in &self.users {
            lines.extend(self.rights(clouds, engine, &tenant, Identity::User(UserId::from(user.as_str()))).await);
        }
        for (role, name) in &self.roles {
            let origin = account.to_owned();
            let acting = Identity::Role { id: RoleId::from(role.as_str()), session: String::new(), origin };
            lines.extend(self.rights(clouds, engine, &tenant, acting).await);
            for wanted in [RoleRef::Id(RoleId::from(role.as_str())), RoleRef::Name(name.clone())] {
                let found = engine.role(&tenant, shown.as_ref().unwrap(), &wanted).await.unwrap().map(|role| {
                    format!(
                        "{} {} {} {:?} {} {} {:?} {:?} {}",
                        role.id,
                        role.name,
                        role.kind,
                        role.description,
                        role.console_login,
                        role.session_duration,
                        role.updated_at,
                        role.tags,
                        role.document
                    )
                });
                lines.push(format!("role {}: {found:?}", wanted.text()));
            }
        }
        for key in &self.keys {
            let found = engine.key(&SecretId::from(key.as_str())).await.unwrap().map(|(_, key)| {
                let owner = match &key.owner {
                    Owner::Root => "root".to_owned(),
                    Owner::User(id) => format!("user {id}"),
                    Owner::Session(session) => format!(
                        "session of {:?} for {:?}, {:?}, until {:?}, ended {}, {}",
                        session.identity(),
                        session.source_identity,
                        session.tags,
                        session.expires_at,
                        session.ended,
                        session.token_digest
                    ),
                };
                format!("{} {owner} {}", key.account, key.secret.expose())
            });
            lines.push(format!("key {key}: {found:?}"));
        }
        lines
    }

    /// A principal's properties and the decisions for it.
    async fn rights(
        &self,
        clouds: Clouds,
        engine: &Arc<Engine>,
        tenant: &Arc<Tenant>,
        identity: Identity,
    ) -> Vec<String> {
        let account = engine.account(tenant).await.unwrap().unwrap();
        let who = format!("{identity:?}");
        let caller = Caller { account: account.id.clone(), identity, secret_id: SecretId::from(""), session: None };
        let now = engine.now(&account);
        let request = RequestContext {
            caller: Arc::new(caller),
            account: account.clone(),
            now,
            peer: Ipv4Addr::LOCALHOST.into(),
        };
        let cx = Cx { engine: engine.clone(), tenant: tenant.clone(), request };
        let grants = match engine.grants(tenant, &cx.caller.holder().unwrap()).await {
            Ok(Some(grants)) => grants,
            Ok(None) => return vec![format!("{who}: none")],
            Err(fault) => return vec![format!("{who}: {fault:?}")],
        };
        let groups: BTreeSet<&str> = grants.groups.iter().map(|group| group.as_str()).collect();
        let mut lines =
            vec![format!("{who}: {} {groups:?} {:?} {}", grants.name, grants.tags, grants.boundary.is_some())];
        let dialect = clouds.dialects.of(account.cloud.name).unwrap();
        let (_, questions) = clouds.questions.iter().find(|(cloud, _)| *cloud == account.cloud.name).unwrap();
        for (action, resource) in questions.rights {
            let resources = resource.map(|resource| vec![resource.replace('%', account.id.as_str())]);
            let asked = Asked {
                action: (*action).into(),
                resources,
                context: Vec::new(),
                foreign: false,
                common: dialect.conditions,
                deeds: dialect.deeds,
            };
            let evidence = gather(&cx, asked).await.unwrap();
            let decision = evidence.decide();
            lines.push(format!("{who} {action}: {:?} {:?}", decision.effect, decision.reason));
            if *action == questions.assuming {
                // Every role's document is compared elsewhere. A few roles suffice to compare the principal.
                for (role, _) in self.roles.iter().rev().take(3) {
                    let wanted = RoleRef::Id(RoleId::from(role.as_str()));
                    let Some(role) = engine.role(tenant, &account, &wanted).await.unwrap() else { continue };
                    let may = trusted(&evidence, role.trust(engine, &account)).is_ok();
                    lines.push(format!("{who} may assume {}: {may}", role.name));
                }
            }
        }
        lines
    }
}
