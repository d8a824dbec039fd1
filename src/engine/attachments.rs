//! Attachments of policies to users, groups and roles, and the grants that result from them.

use super::authorize::{Demanding, Right};
use super::cx::{Cx, Write};
use super::evidence::Deed;
use super::fault::{Fault, Kind, Limit, Required};
use super::ids::{AccountId, GroupId, PolicyId, UserId};
use super::model::{Account, Grants, Holder, HolderKind, HolderRef, ManagedKind, TagKind};
use super::policies::{self, NewPolicy, PolicyRef};
use super::view::{Changed, Tenant};
use super::{Engine, accounts, groups, holders, roles, standing, tags};
use crate::args;
use crate::env::Time;
use crate::policy::{self, Attached, PolicySet, Via};
use crate::store::{FromRow, Tx};
use std::sync::Arc;

/// A policy as the list of a holder's policies shows it.
#[derive(Clone, Debug)]
pub struct AttachedPolicy {
    /// Its id.
    pub id: PolicyId,
    /// Its name.
    pub name: String,
    /// Its description.
    pub description: String,
    /// Whether it is a preset of the cloud.
    pub preset: bool,
    /// When it was attached.
    pub attached_at: Time,
}

#[derive(FromRow)]
struct AttachmentRow {
    group_id: String,
    group_name: String,
    policy_id: PolicyId,
    name: Option<String>,
    document: Option<String>,
}

impl Engine {
    /// Returns a principal's policies from the view, or `None` when the principal does not exist.
    pub async fn grants(self: &Arc<Engine>, tenant: &Tenant, holder: &Holder) -> Result<Option<Arc<Grants>>, Fault> {
        let key = (tenant.account.clone(), holder.clone());
        self.view
            .part(tenant, &self.view.grants, &key, |tx| {
                let (engine, (account, holder)) = (self.clone(), key.clone());
                Box::pin(async move { load(&engine, tx, &account, &holder).await })
            })
            .await
    }
}

/// The deed of attaching a policy to a user, group or role.
#[derive(Clone, Debug)]
pub struct Attach {
    /// The user, group or role.
    pub to: HolderRef,
    /// The policy.
    pub policy: PolicyRef,
}

impl Demanding for Attach {
    fn deeds(&self) -> Vec<Deed> {
        vec![Deed::Attach(self.to.kind())]
    }
}

/// The deed of detaching a policy from a user, group or role.
#[derive(Clone, Debug)]
pub struct Detach {
    /// The user, group or role.
    pub from: HolderRef,
    /// The policy.
    pub policy: PolicyRef,
}

impl Demanding for Detach {
    fn deeds(&self) -> Vec<Deed> {
        vec![Deed::Detach(self.from.kind())]
    }
}

/// Attaches a policy. Does nothing if it is already attached.
pub async fn attach(write: &mut Write<'_, '_>, wanted: &Right<Attach>) -> Result<(), Fault> {
    let holder = holders::require(write, &wanted.to).await?;
    let policy = policies::require(write.cx, write.tx(), &wanted.policy).await?;
    standing::require_own(write.cx, ManagedKind::Policy, policy.id.as_str())?;
    require_own(write, &holder)?;
    put(write, &holder, &policy.id).await
}

/// Fails if the holder is a role that somebody else manages.
fn require_own(write: &Write<'_, '_>, holder: &Holder) -> Result<(), Fault> {
    match holder {
        Holder::Role(id) => standing::require_own(write.cx, ManagedKind::Role, id.as_str()),
        Holder::User(_) | Holder::Group(_) => Ok(()),
    }
}

/// Creates a policy and attaches it to the users and groups that its document names.
pub async fn create(write: &mut Write<'_, '_>, new: &Right<NewPolicy>) -> Result<PolicyId, Fault> {
    let id = policies::create(write, new).await?;
    for holder in new.holders() {
        let holder = holders::require(write, holder).await?;
        put(write, &holder, &id).await?;
    }
    Ok(id)
}

async fn put(write: &mut Write<'_, '_>, holder: &Holder, policy: &PolicyId) -> Result<(), Fault> {
    let account = write.account().clone();
    let (kind, id) = columns(holder);
    let sql = "SELECT COUNT(*) FROM attachments WHERE account_id = $1 AND holder_kind = $2 AND holder_id = $3 \
               AND policy_id <> $4";
    let most = write.quotas().attachments;
    if write.tx().number(sql, args![&account, kind, id, policy]).await? >= most {
        return Err(Fault::Quota(Limit::Attachments, most.unsigned_abs()));
    }
    write
        .execute_only(
            Changed::grants(holder),
            "INSERT INTO attachments (account_id, holder_kind, holder_id, policy_id, created_at, seq) \
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
            args![&account, kind, id, policy, write.cx.now.0, write.ledger.generation],
        )
        .await?;
    Ok(())
}

/// Detaches a policy. Does nothing if it is not attached.
pub async fn detach(write: &mut Write<'_, '_>, wanted: &Right<Detach>) -> Result<(), Fault> {
    let account = write.account().clone();
    let holder = holders::require(write, &wanted.from).await?;
    let policy = policies::require(write.cx, write.tx(), &wanted.policy).await?;
    standing::require_own(write.cx, ManagedKind::Policy, policy.id.as_str())?;
    require_own(write, &holder)?;
    let (kind, id) = columns(&holder);
    let sql = "DELETE FROM attachments WHERE account_id = $1 AND holder_kind = $2 AND holder_id = $3 \
               AND policy_id = $4";
    write.execute_only(Changed::grants(&holder), sql, args![&account, kind, id, &policy.id]).await?;
    Ok(())
}

/// Returns the policies attached directly to a holder, newest attachment first. Fails if the holder does not exist.
pub async fn list(cx: &Cx, holder: &Holder) -> Result<Vec<AttachedPolicy>, Fault> {
    #[derive(FromRow)]
    struct ListedRow {
        policy_id: PolicyId,
        created_at: Time,
        name: Option<String>,
        description: Option<String>,
    }
    let (kind, id) = columns(holder);
    let mut read = cx.engine.store.read().await?;
    let mut tx = read.tx();
    holders::check(&mut tx, &cx.account.id, holder).await?;
    let rows: Vec<ListedRow> = tx
        .all(
            "SELECT a.policy_id, a.created_at, p.name, p.description FROM attachments a \
             LEFT JOIN policies p ON p.account_id = a.account_id AND p.id = a.policy_id \
             WHERE a.account_id = $1 AND a.holder_kind = $2 AND a.holder_id = $3 ORDER BY a.seq DESC, a.policy_id DESC",
            args![&cx.account.id, kind, id],
        )
        .await?;
    rows.into_iter()
        .map(|row| {
            let (id, attached_at) = (row.policy_id, row.created_at);
            match (row.name, row.description, policies::preset(cx, &id)) {
                (Some(name), Some(description), _) => {
                    Ok(AttachedPolicy { id, name, description, preset: false, attached_at })
                }
                (_, _, Some(preset)) => Ok(AttachedPolicy {
                    id,
                    name: preset.name.clone(),
                    description: preset.description.clone(),
                    preset: true,
                    attached_at,
                }),
                _ => Err(policies::dangling(&id)),
            }
        })
        .collect()
}

/// A user, group or role that a policy is attached to.
#[derive(Clone, Debug)]
pub struct Entity {
    /// Whether it is a user, a group or a role.
    pub kind: HolderKind,
    /// Its id.
    pub id: String,
    /// The second number of a user; `None` for a group or role.
    pub uid: Option<i64>,
    /// Its name.
    pub name: String,
    /// When the policy was attached.
    pub attached_at: Time,
}

/// Returns the users, groups and roles that a policy is attached to, newest attachment first.
pub async fn entities(cx: &Cx, wanted: &PolicyRef) -> Result<Vec<Entity>, Fault> {
    let mut read = cx.engine.store.read().await?;
    let mut tx = read.tx();
    let policy = policies::require(cx, &mut tx, wanted).await?;
    let rows: Vec<(String, String, Option<i64>, String, Time)> = tx
        .all(
            "SELECT a.holder_kind, a.holder_id, u.uid, COALESCE(u.name, g.name, r.written, '') AS name, a.created_at \
             FROM attachments a \
             LEFT JOIN users u ON a.holder_kind = 'user' AND u.account_id = a.account_id AND u.id = a.holder_id \
             LEFT JOIN user_groups g ON a.holder_kind = 'group' AND g.account_id = a.account_id \
             AND g.id = a.holder_id \
             LEFT JOIN roles r ON a.holder_kind = 'role' AND r.account_id = a.account_id AND r.id = a.holder_id \
             WHERE a.account_id = $1 AND a.policy_id = $2 ORDER BY a.seq DESC, a.holder_kind, a.holder_id",
            args![&cx.account.id, &policy.id],
        )
        .await?;
    let entity = |(kind, id, uid, name, attached_at): (String, String, Option<i64>, String, Time)| Entity {
        kind: match kind.as_str() {
            "user" => HolderKind::User,
            "group" => HolderKind::Group,
            _ => HolderKind::Role,
        },
        id,
        uid,
        name,
        attached_at,
    };
    Ok(rows.into_iter().map(entity).collect())
}

/// A policy that a user has, directly or through groups.
#[derive(Clone, Debug)]
pub struct Had {
    /// The policy.
    pub policy: AttachedPolicy,
    /// Whether it is attached directly to the user.
    pub own: bool,
    /// The ids and names of the user's groups that it is attached to.
    pub groups: Vec<(GroupId, String)>,
}

/// Returns every policy that a user has, each once. Those attached directly come first.
pub async fn of_user(cx: &Cx, user: &UserId) -> Result<Vec<Had>, Fault> {
    let grants = cx.engine.grants(&cx.tenant, &Holder::User(user.clone())).await?;
    let grants = grants.required(Kind::User, user.as_str())?;
    let own = list(cx, &Holder::User(user.clone())).await?;
    let mut all: Vec<Had> = own.into_iter().map(|policy| Had { policy, own: true, groups: Vec::new() }).collect();
    for group in &grants.groups {
        let name = groups::get(cx, group).await?.0.name;
        for policy in list(cx, &Holder::Group(group.clone())).await? {
            let place = match all.iter().position(|had| had.policy.id == policy.id) {
                Some(place) => place,
                None => {
                    all.push(Had { policy, own: false, groups: Vec::new() });
                    all.len() - 1
                }
            };
            if let Some(had) = all.get_mut(place) {
                had.groups.push((group.clone(), name.clone()));
            }
        }
    }
    Ok(all)
}

async fn load(
    engine: &Arc<Engine>,
    tx: &mut Tx<'_>,
    account: &AccountId,
    holder: &Holder,
) -> Result<Option<Grants>, Fault> {
    let Some(account) = accounts::lookup(tx, &engine.clouds, account).await? else { return Ok(None) };
    let (name, boundary) = match holder {
        Holder::User(id) => {
            named(tx, "SELECT name, boundary_id FROM users WHERE account_id = $1 AND id = $2", &account, id.as_str())
                .await?
        }
        Holder::Role(id) => {
            named(
                tx,
                "SELECT written AS name, boundary_id FROM roles WHERE account_id = $1 AND id = $2",
                &account,
                id.as_str(),
            )
            .await?
        }
        Holder::Group(_) => None,
    }
    .unzip();
    let (Some(name), Some(boundary)) = (name, boundary) else { return Ok(None) };
    let (kind, id) = columns(holder);
    let rows: Vec<AttachmentRow> = tx
        .all(
            "SELECT '' AS group_id, '' AS group_name, a.policy_id AS policy_id, p.name, v.document, a.seq AS place \
             FROM attachments a \
             LEFT JOIN policies p ON p.account_id = a.account_id AND p.id = a.policy_id \
             LEFT JOIN policy_versions v ON v.account_id = a.account_id AND v.policy_id = a.policy_id \
             AND v.version = p.default_version \
             WHERE a.account_id = $1 AND a.holder_kind = $2 AND a.holder_id = $3 \
             UNION ALL \
             SELECT g.id, g.name, a.policy_id, p.name, v.document, a.seq \
             FROM group_members m \
             JOIN user_groups g ON g.account_id = m.account_id AND g.id = m.group_id \
             JOIN attachments a ON a.account_id = m.account_id AND a.holder_kind = 'group' AND a.holder_id = m.group_id \
             LEFT JOIN policies p ON p.account_id = a.account_id AND p.id = a.policy_id \
             LEFT JOIN policy_versions v ON v.account_id = a.account_id AND v.policy_id = a.policy_id \
             AND v.version = p.default_version \
             WHERE m.account_id = $1 AND $2 = 'user' AND m.user_id = $3 ORDER BY place, group_id, policy_id",
            args![&account.id, kind, id],
        )
        .await?;
    let mut attached = Vec::with_capacity(rows.len());
    for row in rows {
        let via = match (holder, row.group_id.as_str()) {
            (Holder::Role(_), _) => Via::Role,
            (_, "") => Via::Own,
            (_, group) => Via::Group { id: group.to_owned(), name: row.group_name },
        };
        attached.push(read(engine, &account, row.policy_id, (row.name, row.document), via)?);
    }
    let boundary = match boundary.as_str() {
        "" => None,
        id => Some(PolicySet::compile(vec![read_boundary(engine, tx, &account, id).await?])),
    };
    let groups: Vec<(GroupId,)> = match holder {
        Holder::Role(_) | Holder::Group(_) => Vec::new(),
        Holder::User(id) => {
            tx.all(
                "SELECT group_id FROM group_members WHERE account_id = $1 AND user_id = $2 ORDER BY seq, group_id",
                args![&account.id, id],
            )
            .await?
        }
    };
    let tags = match holder {
        Holder::Role(id) => roles::tags(tx, &account.id, id).await?,
        Holder::User(id) => tags::of(tx, &account.id, TagKind::User, id.as_str()).await?,
        Holder::Group(_) => Vec::new(),
    };
    Ok(Some(Grants {
        name,
        identity: PolicySet::compile(attached),
        boundary,
        groups: groups.into_iter().map(|(id,)| id).collect(),
        tags,
    }))
}

async fn named(
    tx: &mut Tx<'_>,
    sql: &'static str,
    account: &Account,
    id: &str,
) -> Result<Option<(String, String)>, Fault> {
    Ok(tx.optional(sql, args![&account.id, id]).await?)
}

async fn read_boundary(engine: &Arc<Engine>, tx: &mut Tx<'_>, account: &Account, id: &str) -> Result<Attached, Fault> {
    let own: Option<(Option<String>, Option<String>)> = tx
        .optional(
            "SELECT p.name, v.document FROM policies p LEFT JOIN policy_versions v ON v.account_id = p.account_id \
             AND v.policy_id = p.id AND v.version = p.default_version WHERE p.account_id = $1 AND p.id = $2",
            args![&account.id, id],
        )
        .await?;
    read(engine, account, id.into(), own.unwrap_or_default(), Via::Boundary)
}

/// Returns a policy in the form that the evaluator takes. `own` is the name and text of a policy of the account; a
/// preset is found by its id. A missing policy is an error, because without it the principal could do what the policy
/// denies or, as a permission boundary, does not allow.
fn read(
    engine: &Arc<Engine>,
    account: &Account,
    id: PolicyId,
    own: (Option<String>, Option<String>),
    via: Via,
) -> Result<Attached, Fault> {
    let (name, document) = match own {
        (Some(name), Some(text)) => {
            let document = engine.stored(account, policy::DocumentKind::Strategy, &text);
            (name, document)
        }
        // The policy is the account's own but its default version is missing: do not look for a preset.
        (Some(_), None) => return Err(policies::dangling(&id)),
        (None, _) => {
            let missing = || policies::dangling(&id);
            let preset = account.cloud.presets.iter().find(|preset| preset.id == id).ok_or_else(missing)?;
            let document = engine.stored(account, policy::DocumentKind::Strategy, &preset.document);
            (preset.name.clone(), document)
        }
    };
    Ok(Attached { policy: policy::PolicyLabel { id: id.to_string(), name }, via, document })
}

fn columns(holder: &Holder) -> (&'static str, &str) {
    match holder {
        Holder::User(id) => ("user", id.as_str()),
        Holder::Role(id) => ("role", id.as_str()),
        Holder::Group(id) => ("group", id.as_str()),
    }
}
