//! Roles: CreateRole, GetRole, DeleteRole, DescribeRoleList, the four updates, TagRole, UntagRole.

use super::Done;
use crate::dialect::contract::Subject;
use crate::dialect::decode::List;
use crate::dialect::tencent::params::{
    Description, DocumentText, Flag, Id, Name, Page, RoleName, Rp, SessionDuration, TagKey, Tags, paging, role_ref,
    tags,
};
use crate::dialect::tencent::shown::{ShownTag, local_time, shown_tags};
use crate::dialect::tencent::{conditions, principal};
use crate::engine::authorize::{Authorized, Right};
use crate::engine::cx::{Cx, Write};
use crate::engine::fault::Fault;
use crate::engine::ids::{AccountId, RoleId, RoleRef};
use crate::engine::model::{Role, Taggable};
use crate::engine::page::Window;
use crate::engine::roles::{self, Listing, NewRole, RolePatch};
use crate::engine::tags::{self, Tagging};
use crate::policy::{Document, DocumentKind};
use serde::{Deserialize, Serialize, Serializer};
use std::sync::Arc;

const BY: &[&str] = &["RoleId", "RoleName"];

/// A role of an account, as replies show it.
pub struct RoleInfo {
    account: AccountId,
    role: Arc<Role>,
}

impl Serialize for RoleInfo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Members<'a> {
            role_id: &'a str,
            role_name: &'a str,
            policy_document: &'a str,
            description: &'a str,
            add_time: String,
            update_time: String,
            console_login: u64,
            role_type: &'a str,
            session_duration: i64,
            deletion_task_id: Option<&'a str>,
            tags: Vec<ShownTag>,
            role_arn: String,
        }
        let RoleInfo { account, role } = self;
        let members = Members {
            role_id: role.id.as_str(),
            role_name: &role.name,
            policy_document: &role.document,
            description: &role.description,
            add_time: local_time(role.created_at),
            update_time: local_time(role.updated_at),
            console_login: u64::from(role.console_login),
            role_type: &role.kind,
            session_duration: role.session_duration,
            deletion_task_id: None,
            tags: shown_tags(&role.tags),
            role_arn: principal::role_arn(account, role),
        };
        members.serialize(serializer)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CreateRole {
    role_name: RoleName,
    policy_document: DocumentText,
    description: Option<Description>,
    console_login: Option<Flag>,
    session_duration: Option<SessionDuration>,
    #[serde(default)]
    tags: Tags,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreatedRole {
    role_id: String,
}

impl CreatedRole {
    pub fn of(id: &RoleId) -> CreatedRole {
        CreatedRole { role_id: id.to_string() }
    }
}

pub async fn reads(cx: &Cx, input: Authorized<CreateRole>) -> Result<NewRole, Fault> {
    Ok(NewRole {
        name: input.role_name.to_string(),
        tags: tags(&input.tags)?,
        document: trust(cx, &input.policy_document)?,
        description: input.description.as_deref().unwrap_or_default().to_owned(),
        console_login: input.console_login.is_some_and(|flag| flag.0),
        session_duration: input.session_duration.map_or(0, |duration| duration.0),
        number: cx.number().await?,
    })
}

pub async fn create(write: &mut Write<'_, '_>, new: &NewRole) -> Result<CreatedRole, Fault> {
    Ok(CreatedRole::of(&roles::create(write, new).await?))
}

/// Returns the request's tags for conditions.
pub async fn creates(_: &Cx, input: &CreateRole) -> Result<Subject, Fault> {
    Ok(Subject { context: conditions::request_tags(&input.tags), ..Subject::default() })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct GetRole {
    role_id: Option<Id>,
    role_name: Option<Name>,
}

pub type DeleteRole = GetRole;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ShownRole {
    role_info: RoleInfo,
}

pub async fn get(cx: &Cx, input: Authorized<GetRole>) -> Result<ShownRole, Fault> {
    let role = roles::get(cx, &named(&input.role_id, &input.role_name)?).await?;
    Ok(ShownRole { role_info: RoleInfo { account: cx.account.id.clone(), role } })
}

pub async fn delete(write: &mut Write<'_, '_>, input: &Authorized<DeleteRole>) -> Result<Done, Fault> {
    roles::delete(write, &named(&input.role_id, &input.role_name)?).await?;
    Ok(Done {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DescribeRoleList {
    page: Page,
    rp: Rp,
    #[serde(default)]
    tags: Tags,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListedRoles {
    list: Vec<RoleInfo>,
    total_num: usize,
}

pub async fn list(cx: &Cx, input: Authorized<DescribeRoleList>) -> Result<ListedRoles, Fault> {
    let right = input.demand(cx, Listing).await?;
    search(cx, &right, &input.tags, "", paging(Some(input.page), Some(input.rp))).await
}

/// Returns one page of the roles that have all the tags, and the keyword in their name.
pub async fn search(
    cx: &Cx,
    right: &Right<Listing>,
    wanted: &Tags,
    keyword: &str,
    page: Window,
) -> Result<ListedRoles, Fault> {
    let wanted = tags(wanted)?;
    let keep =
        |role: &Role| role.name.contains(keyword) && wanted.iter().all(|tag| role.tags.iter().any(|own| own == tag));
    let filtered = !wanted.is_empty() || !keyword.is_empty();
    let roles = roles::list(cx, right, if filtered { Some(&keep) } else { None }, page).await?;
    let page = roles.map(|role| RoleInfo { account: cx.account.id.clone(), role: Arc::new(role) });
    Ok(ListedRoles { list: page.items, total_num: page.total })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct UpdateAssumeRolePolicy {
    policy_document: DocumentText,
    role_id: Option<Id>,
    role_name: Option<Name>,
}

pub async fn reads_trust(cx: &Cx, input: Authorized<UpdateAssumeRolePolicy>) -> Result<RoleUpdate, Fault> {
    let patch = RolePatch { document: Some(trust(cx, &input.policy_document)?), ..RolePatch::default() };
    let role = named(&input.role_id, &input.role_name)?;
    Ok(RoleUpdate { role, patch: input.demand(cx, patch).await? })
}

/// A change of a role that the caller has the right to make.
pub struct RoleUpdate {
    pub role: RoleRef,
    pub patch: Right<RolePatch>,
}

/// Serves every action that changes a role.
pub async fn update(write: &mut Write<'_, '_>, update: &RoleUpdate) -> Result<Done, Fault> {
    roles::update(write, &update.role, &update.patch).await?;
    Ok(Done {})
}

/// Parses and checks a trust policy.
pub fn trust(cx: &Cx, text: &DocumentText) -> Result<Arc<Document>, Fault> {
    cx.engine.written(&cx.account, DocumentKind::Trust, text.as_str())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct UpdateRoleDescription {
    description: Description,
    role_id: Option<Id>,
    role_name: Option<Name>,
}

pub async fn reads_description(cx: &Cx, input: Authorized<UpdateRoleDescription>) -> Result<RoleUpdate, Fault> {
    let patch = RolePatch { description: Some(input.description.to_string()), ..RolePatch::default() };
    let role = named(&input.role_id, &input.role_name)?;
    Ok(RoleUpdate { role, patch: input.demand(cx, patch).await? })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct UpdateRoleConsoleLogin {
    console_login: Flag,
    role_id: Option<Id>,
    role_name: Option<Name>,
}

pub async fn reads_console_login(cx: &Cx, input: Authorized<UpdateRoleConsoleLogin>) -> Result<RoleUpdate, Fault> {
    let patch = RolePatch { console_login: Some(input.console_login.0), ..RolePatch::default() };
    let role = named(&input.role_id, &input.role_name)?;
    Ok(RoleUpdate { role, patch: input.demand(cx, patch).await? })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct UpdateRoleSessionDuration {
    session_duration: SessionDuration,
    role_id: Option<Id>,
    role_name: Option<Name>,
}

pub async fn reads_session_duration(
    cx: &Cx,
    input: Authorized<UpdateRoleSessionDuration>,
) -> Result<RoleUpdate, Fault> {
    let patch = RolePatch { session_duration: Some(input.session_duration.0), ..RolePatch::default() };
    let role = named(&input.role_id, &input.role_name)?;
    Ok(RoleUpdate { role, patch: input.demand(cx, patch).await? })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct TagRole {
    tags: Tags,
    role_name: Option<Name>,
    role_id: Option<Id>,
}

pub async fn tags_role(cx: &Cx, input: Authorized<TagRole>) -> Result<Right<Tagging>, Fault> {
    let things = vec![Taggable::Role(named(&input.role_id, &input.role_name)?)];
    let set = tags(&input.tags)?;
    input.demand(cx, Tagging { things, set, remove: Vec::new(), contexts: Vec::new() }).await
}

/// Serves TagRole and UntagRole.
pub async fn change_tags(write: &mut Write<'_, '_>, wanted: &Right<Tagging>) -> Result<Done, Fault> {
    tags::change(write, wanted).await?;
    Ok(Done {})
}

/// Returns the request's tags for conditions.
pub async fn tags_it(_: &Cx, input: &TagRole) -> Result<Subject, Fault> {
    Ok(Subject { context: conditions::request_tags(&input.tags), ..Subject::default() })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct UntagRole {
    tag_keys: List<TagKey, 50>,
    role_name: Option<Name>,
    role_id: Option<Id>,
}

pub async fn untags_role(cx: &Cx, input: Authorized<UntagRole>) -> Result<Right<Tagging>, Fault> {
    let things = vec![Taggable::Role(named(&input.role_id, &input.role_name)?)];
    let remove = input.tag_keys.iter().map(|key| key.to_string()).collect();
    input.demand(cx, Tagging { things, set: Vec::new(), remove, contexts: Vec::new() }).await
}

/// Returns the tags that would be removed, as the request's tags for conditions.
pub async fn untags_it(cx: &Cx, input: &UntagRole) -> Result<Subject, Fault> {
    let role = cx.engine.role(&cx.tenant, &cx.account, &named(&input.role_id, &input.role_name)?).await?;
    let tags = role
        .iter()
        .flat_map(|role| &role.tags)
        .filter(|(key, _)| input.tag_keys.iter().any(|wanted| **wanted == **key));
    let context = tags.flat_map(|(key, value)| conditions::tag(conditions::REQUEST, key, value)).collect();
    Ok(Subject { context, ..Subject::default() })
}

/// Returns the role that `RoleId` or `RoleName` gives.
pub fn named(id: &Option<Id>, name: &Option<Name>) -> Result<RoleRef, Fault> {
    role_ref(id, name.as_ref(), BY)
}
