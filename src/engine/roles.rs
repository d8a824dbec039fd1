//! Roles and their trust policies.

use super::authorize::{Demanding, Right};
use super::cx::{Cx, Write};
use super::evidence::Deed;
use super::fault::{Fault, Kind, Limit, Refusal, Required};
use super::ids::{AccountId, Number, RoleId, RoleRef};
use super::model::{Account, Holder, ManagedKind, NamedRole, Role};
use super::page::{Paged, Window};
use super::view::{Changed, Part, Tenant};
use super::{Engine, principals, standing};
use crate::args;
use crate::env::Time;
use crate::policy::{self, Attached, Document, PolicyLabel, Via};
use crate::store::{FromRow, Row, Tx};
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

/// The attributes of a new role.
pub struct NewRole {
    /// Its name.
    pub name: String,
    /// The trust policy.
    pub document: Arc<Document>,
    /// Free text set by the account.
    pub description: String,
    /// Whether this role may sign in to a console.
    pub console_login: bool,
    /// The longest session, in seconds.
    pub session_duration: i64,
    /// Keys and values. No key may appear twice.
    pub tags: Vec<(String, String)>,
    /// The number that its id is made from.
    pub number: Number,
}

impl Role {
    /// Returns the trust policy in the form that the evaluator takes.
    pub fn trust(&self, engine: &Engine, account: &Account) -> Attached {
        let document = self.trust_policy(|| engine.stored(account, policy::DocumentKind::Trust, &self.document));
        let policy = PolicyLabel { id: self.id.to_string(), name: format!("trust policy of {}", self.name) };
        Attached { policy, via: Via::Trust, document }
    }
}

/// A change of a role. `None` leaves an attribute unchanged.
#[derive(Default)]
pub struct RolePatch {
    /// The trust policy.
    pub document: Option<Arc<Document>>,
    /// Free text set by the account.
    pub description: Option<String>,
    /// Whether this role may sign in to a console.
    pub console_login: Option<bool>,
    /// The longest session, in seconds.
    pub session_duration: Option<i64>,
}

impl Demanding for RolePatch {
    fn deeds(&self) -> Vec<Deed> {
        [
            (self.document.is_some(), Deed::UpdateTrust),
            (self.description.is_some(), Deed::UpdateDescription),
            (self.console_login.is_some(), Deed::UpdateConsoleLogin),
            (self.session_duration.is_some(), Deed::UpdateSessionDuration),
        ]
        .into_iter()
        .filter_map(|(given, deed)| given.then_some(deed))
        .collect()
    }
}

/// The deed of listing the account's roles.
pub struct Listing;

impl Demanding for Listing {
    fn deeds(&self) -> Vec<Deed> {
        vec![Deed::ListRoles]
    }
}

#[derive(FromRow)]
struct RoleRow {
    id: RoleId,
    name: String,
    kind: String,
    document: String,
    description: String,
    console_login: bool,
    session_duration: i64,
    created_at: Time,
    updated_at: Time,
}

impl RoleRow {
    fn with(self, tags: Vec<(String, String)>) -> Role {
        Role {
            id: self.id,
            name: self.name,
            kind: self.kind,
            document: self.document,
            description: self.description,
            console_login: self.console_login,
            session_duration: self.session_duration,
            created_at: self.created_at,
            updated_at: self.updated_at,
            tags,
            trust: OnceLock::new(),
        }
    }
}

impl Engine {
    /// Returns a role of an account from the view.
    pub async fn role(&self, tenant: &Tenant, owner: &Account, wanted: &RoleRef) -> Result<Option<Arc<Role>>, Fault> {
        let account = &tenant.account;
        let id = match wanted {
            RoleRef::Id(id) => id.clone(),
            RoleRef::Name(name) => {
                let key = (account.clone(), fold(owner, name));
                let found = self
                    .view
                    .part(tenant, &self.view.role_names, &key, |tx| {
                        let (account, name) = key.clone();
                        Box::pin(async move { id_of(tx, &account, &name).await })
                    })
                    .await?;
                match found {
                    Some(id) => RoleId::clone(&id),
                    None => return Ok(None),
                }
            }
        };
        let key = (account.clone(), id);
        self.view
            .part(tenant, &self.view.roles, &key, |tx| {
                let (account, id) = key.clone();
                Box::pin(async move { lookup(tx, &account, &id).await })
            })
            .await
    }

    /// Returns the role that a resource name identifies, and its account. Service-linked roles have resource names of
    /// another form than other roles. If the form does not fit the role found, this returns `None`.
    pub async fn named_role(&self, named: &NamedRole) -> Result<Option<(Arc<Account>, Arc<Role>)>, Fault> {
        let Some(tenant) = self.tenant(&named.account).await? else { return Ok(None) };
        let Some(account) = self.account(&tenant).await? else { return Ok(None) };
        let role = self.role(&tenant, &account, &named.role).await?;
        Ok(role.filter(|role| role.is_service_linked() == named.service_linked).map(|role| (account, role)))
    }
}

/// Returns a role of the caller's account.
pub async fn get(cx: &Cx, wanted: &RoleRef) -> Result<Arc<Role>, Fault> {
    cx.engine.role(&cx.tenant, &cx.account, wanted).await?.required(Kind::Role, wanted.text())
}

/// Creates a role.
pub async fn create(write: &mut Write<'_, '_>, new: &NewRole) -> Result<RoleId, Fault> {
    create_as(write, new, "user").await
}

pub(super) async fn create_as(write: &mut Write<'_, '_>, new: &NewRole, kind: &str) -> Result<RoleId, Fault> {
    let account = write.account().clone();
    principals::check(write, &new.document).await?;
    let (most, folded) = (write.quotas().roles, fold(&write.cx.account, &new.name));
    let is_full = write.ledger.roles >= most;
    let mut number = new.number;
    loop {
        let id = RoleId::from((write.cx.account.cloud.ids.role)(number));
        let row = Row {
            insert: "INSERT INTO roles (account_id, id, name, written, kind, document, description, console_login, \
                     session_duration, boundary_id, created_at, updated_at, seq)",
            values: args![
                &account,
                &id,
                &folded,
                &new.name,
                kind,
                new.document.text(),
                &new.description,
                new.console_login,
                new.session_duration,
                "",
                write.cx.now.0,
                write.cx.now.0,
                write.ledger.generation
            ],
        };
        if !is_full && write.insert(row).await? {
            write.ledger.roles += 1;
            for (place, (key, value)) in (0_i64..).zip(&new.tags) {
                let tag = Row {
                    insert: "INSERT INTO role_tags (account_id, role_id, tag_key, tag_value, place)",
                    values: args![&account, &id, key, value, place],
                };
                write.insert_new(tag).await?;
            }
            return Ok(id);
        }
        if id_of(write.tx(), &account, &folded).await?.is_some() {
            return Err(Fault::Exists(Kind::Role, new.name.clone()));
        }
        if is_full {
            return Err(Fault::Quota(Limit::Roles, most.unsigned_abs()));
        }
        number = write.another_number().await?;
    }
}

/// Changes the given attributes of a role: all of them or none.
pub async fn update(write: &mut Write<'_, '_>, wanted: &RoleRef, patch: &Right<RolePatch>) -> Result<(), Fault> {
    if let Some(document) = &patch.document {
        principals::check(write, document).await?;
    }
    let account = write.account().clone();
    let old = changeable(write, wanted).await?;
    write
        .execute_only(
            Changed::only(Part::Role(old.id.clone(), fold(&write.cx.account, &old.name))),
            "UPDATE roles SET document = $3, description = $4, console_login = $5, session_duration = $6, \
             updated_at = $7 WHERE account_id = $1 AND id = $2",
            args![
                &account,
                &old.id,
                patch.document.as_ref().map_or(old.document.as_str(), |document| document.text()),
                patch.description.as_ref().unwrap_or(&old.description),
                patch.console_login.unwrap_or(old.console_login),
                patch.session_duration.unwrap_or(old.session_duration),
                write.cx.now.0
            ],
        )
        .await?;
    Ok(())
}

/// Deletes a role with its tags and attachments, which also ends its sessions. The rows of the sessions stay until they
/// are purged, so that requests with their keys fail because of the token, not because of an unknown key.
pub async fn delete(write: &mut Write<'_, '_>, wanted: &RoleRef) -> Result<(), Fault> {
    let role = changeable(write, wanted).await?;
    if role.is_service_linked() {
        return Err(Fault::Refused(Refusal::ServiceLinkedRole));
    }
    remove(write, role).await
}

pub(super) async fn remove(write: &mut Write<'_, '_>, role: Role) -> Result<(), Fault> {
    let account = write.account().clone();
    for sql in [
        "DELETE FROM attachments WHERE account_id = $1 AND holder_kind = 'role' AND holder_id = $2",
        "DELETE FROM roles WHERE account_id = $1 AND id = $2",
    ] {
        write.execute_only(whole(write.cx, &role), sql, args![&account, &role.id]).await?;
    }
    write.ledger.roles -= 1;
    Ok(())
}

/// Returns one page of the account's roles, newest first, and their total number. With `keep`, only the roles that it
/// accepts are listed and counted.
pub async fn list(
    cx: &Cx,
    _: &Right<Listing>,
    keep: Option<&(dyn Fn(&Role) -> bool + Send + Sync)>,
    page: Window,
) -> Result<Paged<Role>, Fault> {
    let account = &cx.account.id;
    let mut read = cx.engine.store.read().await?;
    let mut tx = read.tx();
    let (count, from) = if keep.is_some() { (i64::MAX, 0) } else { page.bounds() };
    let rows: Vec<RoleRow> = tx
        .all(
            "SELECT id, written AS name, kind, document, description, console_login, session_duration, created_at, updated_at \
             FROM roles WHERE account_id = $1 ORDER BY seq DESC, id DESC LIMIT $2 OFFSET $3",
            args![account, count, from],
        )
        .await?;
    let tags: Vec<(RoleId, String, String)> = tx
        .all(
            "SELECT role_id, tag_key, tag_value FROM role_tags WHERE account_id = $1 AND role_id IN \
             (SELECT id FROM roles WHERE account_id = $1 ORDER BY seq DESC, id DESC LIMIT $2 OFFSET $3) \
             ORDER BY role_id, place, tag_key",
            args![account, count, from],
        )
        .await?;
    let total = tx.number("SELECT COUNT(*) FROM roles WHERE account_id = $1", args![account]).await?;
    let mut by_role: HashMap<RoleId, Vec<(String, String)>> = HashMap::new();
    for (role, key, value) in tags {
        by_role.entry(role).or_default().push((key, value));
    }
    let roles = rows.into_iter().map(|row| {
        let tags = by_role.remove(&row.id).unwrap_or_default();
        row.with(tags)
    });
    let Some(keep) = keep else {
        return Ok(Paged { items: roles.collect(), total: usize::try_from(total).unwrap_or(0) });
    };
    Ok(page.of(roles.filter(|role| keep(role)).collect()))
}

/// Returns the change of a role and of its grants. Tags, for example, are part of both.
pub(super) fn whole(cx: &Cx, role: &Role) -> Changed {
    let folded = fold(&cx.account, &role.name);
    Changed::Parts(vec![Part::Grants(Holder::Role(role.id.clone())), Part::Role(role.id.clone(), folded)])
}

/// Returns a role that the account may change.
pub(super) async fn changeable(write: &mut Write<'_, '_>, wanted: &RoleRef) -> Result<Role, Fault> {
    let role = require(write, wanted).await?;
    standing::require_own(write.cx, ManagedKind::Role, role.id.as_str())?;
    Ok(role)
}

/// Returns the role as this write's transaction sees it.
pub async fn require(write: &mut Write<'_, '_>, wanted: &RoleRef) -> Result<Role, Fault> {
    let account = write.cx.account.clone();
    lookup_named(write.tx(), &account, wanted).await?.required(Kind::Role, wanted.text())
}

/// Returns the role as this transaction sees it.
pub(super) async fn lookup_named(tx: &mut Tx<'_>, owner: &Account, wanted: &RoleRef) -> Result<Option<Role>, Fault> {
    let id = match wanted {
        RoleRef::Id(id) => id.clone(),
        RoleRef::Name(name) => match id_of(tx, &owner.id, &fold(owner, name)).await? {
            Some(id) => id,
            None => return Ok(None),
        },
    };
    lookup(tx, &owner.id, &id).await
}

/// Folds a role name by the rules of the account's cloud. Equal folded names denote the same role.
fn fold(account: &Account, name: &str) -> String {
    (account.cloud.fold_role_name)(name)
}

async fn id_of(tx: &mut Tx<'_>, account: &AccountId, folded: &str) -> Result<Option<RoleId>, Fault> {
    let row: Option<(RoleId,)> =
        tx.optional("SELECT id FROM roles WHERE account_id = $1 AND name = $2", args![account, folded]).await?;
    Ok(row.map(|(id,)| id))
}

async fn lookup(tx: &mut Tx<'_>, account: &AccountId, id: &RoleId) -> Result<Option<Role>, Fault> {
    let row: Option<RoleRow> = tx
        .optional(
            "SELECT id, written AS name, kind, document, description, console_login, session_duration, created_at, updated_at \
             FROM roles WHERE account_id = $1 AND id = $2",
            args![account, id],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(row.with(tags(tx, account, id).await?)))
}

/// Returns the tags of a role, in the order in which they were given.
pub(super) async fn tags(tx: &mut Tx<'_>, account: &AccountId, role: &RoleId) -> Result<Vec<(String, String)>, Fault> {
    let sql = "SELECT tag_key, tag_value FROM role_tags WHERE account_id = $1 AND role_id = $2 ORDER BY place, tag_key";
    Ok(tx.all(sql, args![account, role]).await?)
}
