//! Policies: the account's own and the presets of its cloud.

use super::authorize::{Demanding, Right};
use super::cloud::Preset;
use super::cx::{Cx, Write};
use super::evidence::Deed;
use super::fault::{Fault, Internal, Kind, Limit, Refusal, Required};
use super::ids::{AccountId, Number, PolicyId};
use super::model::{HolderRef, ManagedKind, Manager};
use super::page::{Paged, Window};
use super::{principals, standing};
use crate::args;
use crate::env::Time;
use crate::policy::{self, Document, PrincipalPattern};
use crate::store::{FromRow, Row, Tx};
use std::sync::Arc;

/// A policy with the text of its default version.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Its id.
    pub id: PolicyId,
    /// Its name.
    pub name: String,
    /// Its description.
    pub description: String,
    /// The text of the default version, byte for byte.
    pub document: String,
    /// Whether it is a preset of the cloud.
    pub preset: bool,
    /// The group of a preset, such as its product; empty for the account's own policies.
    pub group: &'static str,
    /// When it was created.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
    /// The number of users, groups and roles that it is attached to.
    pub attached: i64,
}

/// A new policy with its compiled document. The same document is authorized, stored and attached.
pub struct NewPolicy {
    /// Its name, unique in the account.
    pub name: String,
    /// Its description.
    pub description: String,
    /// Its document.
    document: Arc<Document>,
    /// The users and groups that its document names. It is attached to them when it is created.
    holders: Vec<HolderRef>,
    /// Keys and values. No key may appear twice.
    pub tags: Vec<(String, String)>,
    /// The number that its id is made from.
    number: Number,
}

impl NewPolicy {
    /// Compiles the document of a new policy. Its description and tags are left empty.
    pub async fn read(cx: &Cx, name: &str, kind: policy::DocumentKind, text: &str) -> Result<NewPolicy, Fault> {
        let document = cx.engine.written(&cx.account, kind, text)?;
        let holders = named_in(&document, &cx.account.id)?;
        let number = cx.number().await?;
        Ok(NewPolicy { name: name.to_owned(), description: String::new(), document, holders, tags: Vec::new(), number })
    }

    /// Returns the users and groups that it is attached to when it is created.
    pub(super) fn holders(&self) -> &[HolderRef] {
        &self.holders
    }
}

impl Demanding for NewPolicy {
    fn deeds(&self) -> Vec<Deed> {
        let attached = self.holders.iter().map(|holder| Deed::Attach(holder.kind()));
        std::iter::once(Deed::CreatePolicy).chain(attached).collect()
    }
}

/// Returns the users and groups that a policy's document names, to attach the policy to them. A policy can be attached
/// only to users and groups of its own account. A document that names any other principal is refused, because ignoring
/// the principal would hide the mistake. The fault for another account is the same as for an account that does not
/// exist.
fn named_in(document: &Document, account: &AccountId) -> Result<Vec<HolderRef>, Fault> {
    let holder = |named: policy::WrittenPrincipal<'_>| match (named.pattern.account(), named.pattern) {
        (Some(owner), _) if owner != account.as_str() => Err(Fault::NotFound(Kind::Principal, owner.to_owned())),
        (_, PrincipalPattern::User { user, .. }) => Ok(HolderRef::User(user.as_str().into())),
        (_, PrincipalPattern::Group { group, .. }) => Ok(HolderRef::Group(group.as_str().into())),
        _ => Err(Fault::Document(policy::Problem {
            defect: policy::Defect::PrincipalNotAllowed,
            path: named.path.to_owned(),
            span: named.span,
            message: "a policy is attached to users and groups alone; name those, or attach it once it is made".into(),
        })),
    };
    document.written_principals().map(holder).collect()
}

/// A policy by id or by name. When a request gives both, the id is used.
#[derive(Clone, Debug)]
pub enum PolicyRef {
    /// By id.
    Id(PolicyId),
    /// By name.
    Name(String),
}

impl PolicyRef {
    /// Returns the id or name, for messages.
    pub fn text(&self) -> &str {
        match self {
            PolicyRef::Id(id) => id.as_str(),
            PolicyRef::Name(name) => name,
        }
    }
}

/// The policies that a list contains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Presets and the account's own.
    All,
    /// The presets of the cloud.
    Preset,
    /// The account's own.
    Own,
}

#[derive(FromRow)]
struct PolicyRow {
    id: PolicyId,
    name: String,
    description: String,
    document: String,
    created_at: Time,
    updated_at: Time,
    attached: i64,
}

impl PolicyRow {
    fn read(self) -> Policy {
        Policy {
            id: self.id,
            name: self.name,
            description: self.description,
            document: self.document,
            preset: false,
            group: "",
            created_at: self.created_at,
            updated_at: self.updated_at,
            attached: self.attached,
        }
    }
}

/// Inserts a version of a policy.
pub(super) const INSERT_VERSION: &str =
    "INSERT INTO policy_versions (account_id, policy_id, version, document, created_at)";

/// Creates a policy without attaching it.
pub(super) async fn create(write: &mut Write<'_, '_>, new: &NewPolicy) -> Result<PolicyId, Fault> {
    let account = write.account().clone();
    principals::check(write, &new.document).await?;
    if preset_named(write.cx, &new.name).is_some() {
        return Err(Fault::Exists(Kind::Policy, new.name.clone()));
    }
    let most = write.quotas().policies;
    let is_full = write.ledger.policies >= most;
    let now = write.cx.now.0;
    let mut number = new.number;
    let id = loop {
        let id = PolicyId::from((write.cx.account.cloud.ids.policy)(number));
        if preset(write.cx, &id).is_some() {
            number = write.another_number().await?;
            continue;
        }
        let row = Row {
            insert: "INSERT INTO policies (account_id, id, name, description, default_version, last_version, created_at, \
                     updated_at, seq)",
            values: args![&account, &id, &new.name, &new.description, 1, 1, now, now, write.ledger.generation],
        };
        if !is_full && write.insert(row).await? {
            write.ledger.policies += 1;
            break id;
        }
        if id_of(write.tx(), &account, &new.name).await?.is_some() {
            return Err(Fault::Exists(Kind::Policy, new.name.clone()));
        }
        if is_full {
            return Err(Fault::Quota(Limit::Policies, most.unsigned_abs()));
        }
        number = write.another_number().await?;
    };
    let first = Row { insert: INSERT_VERSION, values: args![&account, &id, 1, new.document.text(), now] };
    write.insert_new(first).await?;
    for (place, (key, value)) in (0_i64..).zip(&new.tags) {
        let tag = Row {
            insert: "INSERT INTO policy_tags (account_id, policy_id, tag_key, tag_value, place)",
            values: args![&account, &id, key, value, place],
        };
        write.insert_new(tag).await?;
    }
    Ok(id)
}

/// The deed of showing a policy.
pub struct Showing;

impl Demanding for Showing {
    fn deeds(&self) -> Vec<Deed> {
        vec![Deed::ReadPolicy]
    }
}

/// Returns a policy of the caller's account or of its cloud, with its tags.
pub async fn get(cx: &Cx, _: &Right<Showing>, wanted: &PolicyRef) -> Result<(Policy, Vec<(String, String)>), Fault> {
    read(cx, wanted).await
}

/// Reads a policy for an operation that shows no document.
pub(super) async fn read(cx: &Cx, wanted: &PolicyRef) -> Result<(Policy, Vec<(String, String)>), Fault> {
    let mut read = cx.engine.store.read().await?;
    let mut tx = read.tx();
    let policy = require(cx, &mut tx, wanted).await?;
    let tags = tx
        .all(
            "SELECT tag_key, tag_value FROM policy_tags WHERE account_id = $1 AND policy_id = $2 ORDER BY place, tag_key",
            args![&cx.account.id, &policy.id],
        )
        .await?;
    Ok((policy, tags))
}

/// A change of a policy. `None` leaves an attribute unchanged.
#[derive(Default)]
pub struct PolicyPatch {
    /// Its name.
    pub name: Option<String>,
    /// Its description.
    pub description: Option<String>,
    /// The document of the default version.
    pub document: Option<Arc<Document>>,
}

impl Demanding for PolicyPatch {
    fn deeds(&self) -> Vec<Deed> {
        vec![Deed::UpdatePolicy]
    }
}

/// Changes the given attributes of a policy: all of them or none.
pub async fn update(
    write: &mut Write<'_, '_>,
    wanted: &PolicyRef,
    patch: &Right<PolicyPatch>,
) -> Result<PolicyId, Fault> {
    let account = write.account().clone();
    let PolicyPatch { name, description, document } = &**patch;
    if let Some(document) = document {
        principals::check(write, document).await?;
    }
    let cx = write.cx;
    let policy = own(cx, require(cx, write.tx(), wanted).await?)?;
    if let Some(document) = document {
        check_tags(cx, &policy.id, document)?;
    }
    if let Some(name) = name
        && *name != policy.name
        && (preset_named(write.cx, name).is_some() || id_of(write.tx(), &account, name).await?.is_some())
    {
        return Err(Fault::Exists(Kind::Policy, name.clone()));
    }
    let now = write.cx.now.0;
    write
        .execute(
            "UPDATE policies SET name = $3, description = $4, updated_at = $5 WHERE account_id = $1 AND id = $2",
            args![
                &account,
                &policy.id,
                name.as_ref().unwrap_or(&policy.name),
                description.as_ref().unwrap_or(&policy.description),
                now
            ],
        )
        .await?;
    if let Some(document) = document {
        write
            .execute(
                "UPDATE policy_versions SET document = $3 WHERE account_id = $1 AND policy_id = $2 AND version = \
                 (SELECT default_version FROM policies WHERE account_id = $1 AND id = $2)",
                args![&account, &policy.id, document.text()],
            )
            .await?;
    }
    Ok(policy.id)
}

/// Deletes policies with their attachments: all of them or none.
pub async fn delete(write: &mut Write<'_, '_>, ids: &[PolicyId]) -> Result<(), Fault> {
    let account = write.account().clone();
    for (place, id) in ids.iter().enumerate() {
        // An id that appears twice is deleted once.
        if ids.iter().take(place).any(|earlier| earlier == id) {
            continue;
        }
        let cx = write.cx;
        let policy = own(cx, require(cx, write.tx(), &PolicyRef::Id(id.clone())).await?)?;
        require_unbinding(write.tx(), &account, &policy.id).await?;
        for sql in [
            "DELETE FROM attachments WHERE account_id = $1 AND policy_id = $2",
            "DELETE FROM policies WHERE account_id = $1 AND id = $2",
        ] {
            write.execute(sql, args![&account, &policy.id]).await?;
        }
        write.ledger.policies -= 1;
    }
    Ok(())
}

/// A policy as lists show it.
pub struct ListedPolicy {
    /// The policy, without its document if it is the account's own.
    pub policy: Policy,
    /// Keys and values.
    pub tags: Vec<(String, String)>,
    /// The number of users and roles that have it as their permission boundary.
    pub bounds: i64,
}

/// Returns one page of the policies that contain the keyword, and their total number. The keyword is searched in names
/// and descriptions. Presets come first, then the account's own, newest first.
pub async fn list(cx: &Cx, scope: Scope, keyword: &str, page: Window) -> Result<Paged<ListedPolicy>, Fault> {
    let mut policies: Vec<Policy> = Vec::new();
    let mut read = cx.engine.store.read().await?;
    let mut tx = read.tx();
    let matches = |policy: &Policy| policy.name.contains(keyword) || policy.description.contains(keyword);
    if scope != Scope::Own {
        let counts: Vec<(PolicyId, i64)> = tx
            .all(
                "SELECT policy_id, COUNT(*) FROM attachments WHERE account_id = $1 GROUP BY policy_id",
                args![&cx.account.id],
            )
            .await?;
        let attached = |id: &PolicyId| counts.iter().find(|(counted, _)| counted == id).map_or(0, |(_, count)| *count);
        let presets = presets(cx).iter().map(|preset| Policy { attached: attached(&preset.id), ..shown(cx, preset) });
        policies.extend(presets.filter(matches));
    }
    // Without a keyword the database returns the part of the page that is behind the presets.
    let (first, total) = (policies.len(), if keyword.is_empty() { own_count(cx, &mut tx, scope).await? } else { 0 });
    let own = match scope {
        Scope::Preset => Window { offset: 0, limit: 0 },
        _ if keyword.is_empty() => {
            let limit = page.limit.saturating_sub(first.saturating_sub(page.offset));
            Window { offset: page.offset.saturating_sub(first), limit }
        }
        _ => Window { offset: 0, limit: usize::MAX },
    };
    let (limit, offset) = own.bounds();
    let rows: Vec<PolicyRow> = tx
        .all(
            "SELECT p.id, p.name, p.description, '' AS document, p.created_at, p.updated_at, \
             (SELECT COUNT(*) FROM attachments a WHERE a.account_id = p.account_id AND a.policy_id = p.id) \
             AS attached FROM policies p WHERE p.account_id = $1 ORDER BY p.seq DESC, p.id DESC LIMIT $2 OFFSET $3",
            args![&cx.account.id, limit, offset],
        )
        .await?;
    let tags: Vec<(String, String, String)> = tx
        .all(
            "SELECT policy_id, tag_key, tag_value FROM policy_tags WHERE account_id = $1 AND policy_id IN \
             (SELECT id FROM policies WHERE account_id = $1 ORDER BY seq DESC, id DESC LIMIT $2 OFFSET $3) \
             ORDER BY policy_id, place, tag_key",
            args![&cx.account.id, limit, offset],
        )
        .await?;
    let page = if keyword.is_empty() {
        let presets = policies.into_iter().skip(page.offset).take(page.limit);
        Paged { items: presets.chain(rows.into_iter().map(PolicyRow::read)).collect(), total: first + total }
    } else {
        policies.extend(rows.into_iter().map(PolicyRow::read).filter(matches));
        page.of(policies)
    };
    let bounds: Vec<(String, i64)> = tx
        .all(
            "SELECT boundary_id, COUNT(*) FROM \
             (SELECT boundary_id FROM users WHERE account_id = $1 AND boundary_id <> '' UNION ALL \
             SELECT boundary_id FROM roles WHERE account_id = $1 AND boundary_id <> '') AS bound GROUP BY boundary_id",
            args![&cx.account.id],
        )
        .await?;
    let listed = |policy: Policy| {
        let of_it = |id: &str| id == policy.id.as_str();
        let own = tags.iter().filter(|(id, ..)| of_it(id)).map(|(_, key, value)| (key.clone(), value.clone()));
        let bounds = bounds.iter().find(|(id, _)| of_it(id)).map_or(0, |(_, count)| *count);
        ListedPolicy { tags: own.collect(), bounds, policy }
    };
    Ok(page.map(listed))
}

/// Returns how many policies of its own the account has; 0 if they are not to be listed.
async fn own_count(cx: &Cx, tx: &mut Tx<'_>, scope: Scope) -> Result<usize, Fault> {
    if scope == Scope::Preset {
        return Ok(0);
    }
    let count = tx.number("SELECT policy_count FROM accounts WHERE id = $1", args![&cx.account.id]).await?;
    Ok(usize::try_from(count).unwrap_or(0))
}

/// Returns the policy, preset or own, as this transaction sees it, or a fault when there is none.
pub(super) async fn require(cx: &Cx, tx: &mut Tx<'_>, wanted: &PolicyRef) -> Result<Policy, Fault> {
    let found = match wanted {
        PolicyRef::Id(id) => preset(cx, id),
        PolicyRef::Name(name) => preset_named(cx, name),
    };
    if let Some(preset) = found {
        let sql = "SELECT COUNT(*) FROM attachments WHERE account_id = $1 AND policy_id = $2";
        let attached = tx.number(sql, args![&cx.account.id, &preset.id]).await?;
        return Ok(Policy { attached, ..shown(cx, preset) });
    }
    let id = match wanted {
        PolicyRef::Id(id) => Some(id.clone()),
        PolicyRef::Name(name) => id_of(tx, &cx.account.id, name).await?,
    };
    let row: Option<PolicyRow> = match id {
        None => None,
        Some(id) => {
            tx.optional(
                "SELECT p.id, p.name, p.description, v.document, p.created_at, p.updated_at, \
                 (SELECT COUNT(*) FROM attachments a WHERE a.account_id = p.account_id AND a.policy_id = p.id) \
                 AS attached FROM policies p JOIN policy_versions v ON v.account_id = p.account_id \
                 AND v.policy_id = p.id AND v.version = p.default_version WHERE p.account_id = $1 AND p.id = $2",
                args![&cx.account.id, &id],
            )
            .await?
        }
    };
    row.map(PolicyRow::read).required(Kind::Policy, wanted.text())
}

/// Returns the presets of the account's cloud.
pub(super) fn presets(cx: &Cx) -> &'static [Preset] {
    &cx.account.cloud.presets
}

pub(super) fn preset<'a>(cx: &'a Cx, id: &PolicyId) -> Option<&'a Preset> {
    presets(cx).iter().find(|preset| preset.id == *id)
}

fn preset_named<'a>(cx: &'a Cx, name: &str) -> Option<&'a Preset> {
    presets(cx).iter().find(|preset| preset.name == name)
}

/// Returns the policy if the account can change it: a preset belongs to the cloud, and others may have a manager.
pub(super) fn own(cx: &Cx, policy: Policy) -> Result<Policy, Fault> {
    if policy.preset {
        return Err(Fault::Refused(Refusal::PresetPolicy));
    }
    standing::require_own(cx, ManagedKind::Policy, policy.id.as_str())?;
    Ok(policy)
}

/// Fails if a policy that is granted by tag would have conditions on tags.
pub(super) fn check_tags(cx: &Cx, id: &PolicyId, document: &Document) -> Result<(), Fault> {
    let by_tag = cx.account.standing.manager(ManagedKind::Policy, id.as_str()) == Some(Manager::Tags);
    if by_tag && document.tests_tags() { Err(Fault::Refused(Refusal::TagConditions)) } else { Ok(()) }
}

fn shown(cx: &Cx, preset: &Preset) -> Policy {
    Policy {
        id: preset.id.clone(),
        name: preset.name.clone(),
        description: preset.description.clone(),
        document: preset.document.clone(),
        preset: true,
        group: preset.group,
        created_at: preset.created_at.unwrap_or(cx.account.created_at),
        updated_at: preset.created_at.unwrap_or(cx.account.created_at),
        attached: 0,
    }
}

/// Fails if the policy is a permission boundary: deleting it would give its user or role more rights.
async fn require_unbinding(tx: &mut Tx<'_>, account: &AccountId, policy: &PolicyId) -> Result<(), Fault> {
    for sql in [
        "SELECT COUNT(*) FROM users WHERE account_id = $1 AND boundary_id = $2",
        "SELECT COUNT(*) FROM roles WHERE account_id = $1 AND boundary_id = $2",
    ] {
        if tx.number(sql, args![account, policy]).await? > 0 {
            return Err(Fault::Refused(Refusal::BoundaryInUse));
        }
    }
    Ok(())
}

async fn id_of(tx: &mut Tx<'_>, account: &AccountId, name: &str) -> Result<Option<PolicyId>, Fault> {
    let row: Option<(PolicyId,)> =
        tx.optional("SELECT id FROM policies WHERE account_id = $1 AND name = $2", args![account, name]).await?;
    Ok(row.map(|(id,)| id))
}

/// Returns the fault for an attached policy that does not exist. Only a database changed by hand can contain one.
pub(super) fn dangling(id: &PolicyId) -> Fault {
    Internal::Unreadable { what: format!("policy {id}"), why: "it is attached but does not exist".to_owned() }.into()
}
