//! The setting of the error code cases: a tenant with one of everything, a tenant that is full, and their callers.

use crate::support::idp::Idp;
use crate::support::{Caller, Test, allow, root_of};
use crate::world::{World, providers, user_oidc};
use camulator::args;
use serde_json::json;

/// The caller of a case.
#[derive(Clone, Copy)]
pub enum Who {
    /// The root of a tenant with one of everything.
    Root,
    /// A sub-user without a policy.
    Nobody,
    /// A sub-user with the policy that allows everything.
    Everyone,
    /// A user who may delete users and nothing else.
    Deleter,
    /// The root of a tenant that is full.
    Full,
    /// A session of a role that may do everything.
    Session,
    /// The root of a tenant that signs its users on by SAML.
    Third,
    /// The root of a tenant whose holder is not verified, and which requires a second factor.
    Odd,
    /// The root of a suspended tenant that may do little, and of which others manage much.
    Bound,
}

/// The tenants and callers of the cases.
pub struct Scene {
    pub world: World,
    pub nobody: Caller,
    pub everyone: Caller,
    pub deleter: Caller,
    pub full: Caller,
    pub session: Caller,
    pub third: Caller,
    /// A user of the full tenant, with 200 policies and two keys.
    pub laden: Caller,
    /// A user of the first tenant with as many policies as it may have.
    pub heavy: Caller,
    /// A policy of the full tenant that is attached to nobody.
    pub spare: u64,
    pub odd: Caller,
    /// A user of that tenant.
    pub odd_user: Caller,
    pub bound: Bound,
}

/// A suspended tenant of which others manage much.
pub struct Bound {
    pub root: Caller,
    /// A user with a key.
    pub user: Caller,
    /// Policies, each with a second version, that the organisation, its identity centre, a service and tags manage.
    pub policies: [u64; 4],
    /// A group.
    pub group: u64,
}

impl Scene {
    pub async fn set(t: &Test) -> Scene {
        let world = World::of(t).await;
        let nobody = world.root.user("nobody").await;
        let everyone = world.root.user("everyone").await;
        world.root.grant(&everyone, "everything", &allow("*", "*")).await;
        let deleter = world.root.user("deleter").await;
        world.root.grant(&deleter, "deletes", &allow("cam:DeleteUser", "*")).await;
        world.root.role("all", &[root_of(&world.root.uin)]).await;
        world.root.grant_role("all", "all", &allow("*", "*")).await;
        let session = world.root.assume(&world.root.uin, "all").await;
        let heavy = world.root.user("heavy").await;
        t.execute(
            "INSERT INTO attachments (account_id, holder_kind, holder_id, policy_id, created_at, seq) \
             WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < 200) \
             SELECT $1, 'user', $2, 'none-' || CAST(i AS TEXT), 0, i FROM n",
            args![&world.root.uin, &heavy.uin],
        )
        .await;
        let full = t.tenant("700000000001").await;
        let laden = full.user("laden").await;
        full.cam("CreateAccessKey", json!({"TargetUin": &laden.uin})).await.ok();
        full.role("laden", &[root_of(&full.uin)]).await;
        let spare = full.policy("spare", &allow("cam:GetUser", "*")).await;
        fill(t, &full.uin).await;
        full.cam("CreateUserOIDCConfig", user_oidc()).await.ok();
        let third = t.tenant("700000000004").await;
        let metadata = Idp::rsa().metadata();
        third.cam("CreateUserSAMLConfig", json!({"SAMLMetadataDocument": metadata})).await.ok();
        let odd = t.tenant("700000000002").await;
        let odd_user = odd.user("one").await;
        for place in 2..=10 {
            odd.cam("AddUser", json!({"Name": format!("user-{place}")})).await.ok();
        }
        let state = json!({"verified": false, "requires_second_factor": true});
        t.admin("PUT", "/accounts/700000000002/state", state).await.done();
        for (resource, open, has_secret) in [("closed", false, true), ("bare", true, false)] {
            let flow = json!({"resource_id": resource, "region": "gz", "resource_account": "a", "open": open,
                "has_secret": has_secret});
            t.admin("PUT", &format!("/accounts/{}/data-flows", world.root.uin), flow).await.done();
        }
        let bound = bound(t).await;
        Scene { world, nobody, everyone, deleter, full, session, third, laden, heavy, spare, odd, odd_user, bound }
    }

    pub fn caller(&self, who: Who) -> &Caller {
        match who {
            Who::Root => &self.world.root,
            Who::Nobody => &self.nobody,
            Who::Everyone => &self.everyone,
            Who::Deleter => &self.deleter,
            Who::Full => &self.full,
            Who::Session => &self.session,
            Who::Third => &self.third,
            Who::Odd => &self.odd,
            Who::Bound => &self.bound.root,
        }
    }
}

async fn bound(t: &Test) -> Bound {
    let root = t.tenant("700000000003").await;
    let (user, managed_user) = (root.user("user").await, root.user("managed").await);
    let mut policies = [0; 4];
    for (policy, name) in policies.iter_mut().zip(["organization", "center", "service", "tags"]) {
        *policy = root.policy(name, &allow("cam:GetUser", "*")).await;
        let document = allow("cam:ListUsers", "*").to_string();
        let version = json!({"PolicyId": *policy, "PolicyDocument": document, "SetAsDefault": false});
        root.cam("CreatePolicyVersion", version).await.ok();
    }
    let role = root.role("managed", &[root_of(&root.uin)]).await;
    providers(&root).await;
    let group = root.cam("CreateGroup", json!({"GroupName": "crew"})).await.ok()["GroupId"].as_u64().unwrap();
    for place in 0..200 {
        let params = json!({"Name": format!("r-{place}"), "CountryCode": "86", "Email": "", "PhoneNumber": ""});
        root.cam("CreateMessageReceiver", params).await.ok();
    }
    let managed = |kind: &str, id: String, by: &str| json!({"kind": kind, "id": id, "by": by});
    let [organization, center, service, tags] = policies.map(|policy| policy.to_string());
    let state = json!({
        "suspended": true, "creates_users": false, "guarded": true, "site": "international",
        "managed": [
            managed("policy", organization, "organization"), managed("policy", center, "identity_center"),
            managed("policy", service, "service"), managed("policy", tags, "tags"),
            managed("role", role, "organization"), managed("user", managed_user.uin.clone(), "organization"),
            managed("provider", "corp".to_owned(), "identity_center"),
        ],
    });
    t.admin("PUT", "/accounts/700000000003/state", state).await.done();
    let path = "/accounts/700000000003/users/700000000003/security";
    t.admin("PUT", path, json!({"mfa_seed": crate::totp::SEED})).await.done();
    Bound { root, user, policies, group }
}

/// Brings an account to every documented limit.
async fn fill(t: &Test, account: &str) {
    t.execute(
        "INSERT INTO roles (account_id, id, name, kind, document, description, console_login, session_duration, \
         boundary_id, created_at, updated_at, seq, written) \
         WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < 999) \
         SELECT $1, CAST(i AS TEXT), 'full-' || CAST(i AS TEXT), 'user', '{}', '', $2, 7200, '', 0, 0, i, 'full-' || CAST(i AS TEXT) FROM n",
        args![account, false],
    )
    .await;
    t.execute(
        "INSERT INTO users (account_id, id, uid, name, remark, console_login, phone, country_code, email, boundary_id, \
         created_at, seq) \
         WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < 999) \
         SELECT $1, CAST(i AS TEXT), i, 'full-' || CAST(i AS TEXT), '', $2, '', '', '', '', 0, i FROM n",
        args![account, false],
    )
    .await;
    t.execute(
        "INSERT INTO policies (account_id, id, name, description, default_version, last_version, created_at, \
         updated_at, seq) \
         WITH RECURSIVE n(i) AS (SELECT CAST(2 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < 1500) \
         SELECT $1, CAST(i AS TEXT), 'full-' || CAST(i AS TEXT), '', 1, 1, 0, 0, i FROM n",
        args![account],
    )
    .await;
    t.execute(
        "INSERT INTO policy_versions (account_id, policy_id, version, document, created_at) \
         SELECT account_id, id, 1, $2, 0 FROM policies WHERE account_id = $1 AND seq < 2000",
        args![account, allow("cam:GetUser", "*").to_string()],
    )
    .await;
    t.execute(
        "INSERT INTO policy_versions (account_id, policy_id, version, document, created_at) \
         WITH RECURSIVE n(i) AS (SELECT CAST(2 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < 5) \
         SELECT p.account_id, p.id, n.i, $2, 0 FROM policies p, n WHERE p.account_id = $1 AND p.name = 'spare'",
        args![account, allow("cam:GetUser", "*").to_string()],
    )
    .await;
    t.execute(
        "INSERT INTO user_groups (account_id, id, name, remark, created_at, seq) \
         WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < 300) \
         SELECT $1, CAST(i AS TEXT), 'full-' || CAST(i AS TEXT), '', 0, i FROM n",
        args![account],
    )
    .await;
    t.execute(
        "INSERT INTO identity_providers (account_id, kind, name, description, url, clients, material, rotates, \
         created_at, updated_at, seq) \
         WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < 100) \
         SELECT $1, k.kind, 'full-' || CAST(i AS TEXT), '', '', '[]', '', $2, 0, 0, i FROM n, \
         (SELECT 'saml' AS kind UNION ALL SELECT 'oidc') k",
        args![account, false],
    )
    .await;
    // At their limits are the members of group 1, the groups of the user `laden`, and the policies of group 2.
    t.execute(
        "INSERT INTO group_members (account_id, group_id, user_id, seq) \
         SELECT account_id, '1', id, 1 FROM users WHERE account_id = $1 AND seq <= 100 AND name <> 'laden'",
        args![account],
    )
    .await;
    t.execute(
        "INSERT INTO group_members (account_id, group_id, user_id, seq) \
         SELECT g.account_id, g.id, u.id, 1 FROM user_groups g JOIN users u ON u.account_id = g.account_id \
         WHERE g.account_id = $1 AND g.seq BETWEEN 2 AND 11 AND u.name = 'laden'",
        args![account],
    )
    .await;
    t.execute(
        "INSERT INTO attachments (account_id, holder_kind, holder_id, policy_id, created_at, seq) \
         SELECT account_id, 'group', '2', id, 0, seq FROM policies WHERE account_id = $1 AND seq BETWEEN 2 AND 201",
        args![account],
    )
    .await;
    for (kind, sql) in [
        (
            "user",
            "SELECT u.account_id, 'user', u.id, p.id, 0, p.seq FROM users u JOIN policies p ON p.account_id = u.account_id",
        ),
        (
            "role",
            "SELECT r.account_id, 'role', r.id, p.id, 0, p.seq FROM roles r JOIN policies p ON p.account_id = r.account_id",
        ),
    ] {
        let holder = if kind == "user" { 'u' } else { 'r' };
        let sql = format!(
            "INSERT INTO attachments (account_id, holder_kind, holder_id, policy_id, created_at, seq) \
             {sql} WHERE {holder}.account_id = $1 AND {holder}.name = 'laden' AND p.seq BETWEEN 2 AND 201"
        );
        t.execute(sql.leak(), args![account]).await;
    }
}
