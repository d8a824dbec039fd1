//! Roles: CreateRole, GetRole, DeleteRole, DescribeRoleList, the four updates, TagRole, UntagRole.

use super::Done;
use crate::dialect::contract::Subject;
use crate::dialect::decode::List;
use crate::dialect::tencent::params::{
    Description, DocumentText, Flag, Id, Name, Page, RoleName, Rp, SessionDuration, ShownTag, TagKey, Tags, paging,
    role_ref, shown_tags, tags,
};
use crate::dialect::tencent::shown::local_time;
use crate::dialect::tencent::{conditions, principal};
use crate::engine::authorize::{Authorized, Right};
use crate::engine::cx::{Cx, Write};
use crate::engine::fault::Fault;
use crate::engine::ids::{AccountId, RoleId, RoleRef};
use crate::engine::model::Role;
use crate::engine::page::Window;
use crate::engine::roles::{self, Listing, NewRole, RolePatch};
use crate::policy::{Document, Kind};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

const BY: &[&str] = &["RoleId", "RoleName"];

/// A role as CAM shows it.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RoleInfo {
    role_id: String,
    role_name: String,
    policy_document: String,
    description: String,
    add_time: String,
    update_time: String,
    console_login: u64,
    role_type: String,
    session_duration: i64,
    deletion_task_id: Option<String>,
    tags: Vec<ShownTag>,
    role_arn: String,
}

impl RoleInfo {
    /// Shows a role of an account.
    pub fn of(account: &AccountId, role: &Role) -> RoleInfo {
        RoleInfo {
            role_id: role.id.to_string(),
            role_name: role.name.clone(),
            policy_document: role.document.clone(),
            description: role.description.clone(),
            add_time: local_time(role.created_at),
            update_time: local_time(role.updated_at),
            console_login: u64::from(role.console_login),
            role_type: role.kind.clone(),
            session_duration: role.session_duration,
            deletion_task_id: None,
            tags: shown_tags(&role.tags),
            role_arn: principal::role_arn(account, role),
        }
    }
}

/// CreateRole's request.
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

/// CreateRole's reply.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Created {
    role_id: String,
}

impl Created {
    /// The answer about a new role.
    pub fn of(id: &RoleId) -> Created {
        Created { role_id: id.to_string() }
    }
}

/// Makes CreateRole ready.
pub async fn reads(cx: &Cx, input: Authorized<CreateRole>) -> Result<NewRole, Fault> {
    Ok(NewRole {
        name: input.role_name.as_str().to_owned(),
        tags: tags(&input.tags)?,
        document: trust(cx, &input.policy_document)?,
        description: text(&input.description).unwrap_or_default(),
        console_login: input.console_login.is_some_and(|flag| flag.0),
        session_duration: input.session_duration.map_or(7200, |duration| duration.0),
    })
}

/// CreateRole.
pub async fn create(write: &mut Write<'_, '_>, new: &NewRole) -> Result<Created, Fault> {
    Ok(Created::of(&roles::create(write, new).await?))
}

/// What CreateRole says for conditions on the request's tags.
pub async fn creates(_: &Cx, input: &CreateRole) -> Result<Subject, Fault> {
    Ok(Subject { context: conditions::request_tags(&input.tags), ..Subject::default() })
}

/// GetRole's and DeleteRole's request.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct GetRole {
    role_id: Option<Id>,
    role_name: Option<Name>,
}

/// DeleteRole's request.
pub type DeleteRole = GetRole;

/// GetRole's reply.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Got {
    role_info: RoleInfo,
}

/// GetRole.
pub async fn get(cx: &Cx, input: Authorized<GetRole>) -> Result<Got, Fault> {
    let role = roles::get(cx, &named(&input.role_id, &input.role_name)?).await?;
    Ok(Got { role_info: RoleInfo::of(&cx.account.id, &role) })
}

/// DeleteRole.
pub async fn delete(write: &mut Write<'_, '_>, input: &Authorized<DeleteRole>) -> Result<Done, Fault> {
    roles::delete(write, &named(&input.role_id, &input.role_name)?).await?;
    Ok(Done {})
}

/// DescribeRoleList's request.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DescribeRoleList {
    page: Page,
    rp: Rp,
    #[serde(default)]
    tags: Tags,
}

/// DescribeRoleList's reply.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Listed {
    list: Vec<RoleInfo>,
    total_num: usize,
}

/// DescribeRoleList.
pub async fn list(cx: &Cx, input: Authorized<DescribeRoleList>) -> Result<Listed, Fault> {
    let right = input.demand(cx, Listing).await?;
    search(cx, &right, &input.tags, "", paging(Some(input.page), Some(input.rp))).await
}

/// The roles that have all the tags and the keyword in their name, one page of them.
pub async fn search(
    cx: &Cx,
    right: &Right<Listing>,
    wanted: &Tags,
    keyword: &str,
    page: Window,
) -> Result<Listed, Fault> {
    let wanted = tags(wanted)?;
    let keep =
        |role: &Role| role.name.contains(keyword) && wanted.iter().all(|tag| role.tags.iter().any(|own| own == tag));
    let filtered = !wanted.is_empty() || !keyword.is_empty();
    let roles = roles::list(cx, right, if filtered { Some(&keep) } else { None }, page).await?;
    let page = roles.map(|role| RoleInfo::of(&cx.account.id, &role));
    Ok(Listed { list: page.items, total_num: page.total })
}

/// UpdateAssumeRolePolicy's request.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct UpdateAssumeRolePolicy {
    policy_document: DocumentText,
    role_id: Option<Id>,
    role_name: Option<Name>,
}

/// Makes UpdateAssumeRolePolicy ready.
pub async fn reads_trust(cx: &Cx, input: Authorized<UpdateAssumeRolePolicy>) -> Result<Update, Fault> {
    let patch = RolePatch { document: Some(trust(cx, &input.policy_document)?), ..RolePatch::default() };
    let role = named(&input.role_id, &input.role_name)?;
    Ok(Update { role, patch: input.demand(cx, patch).await? })
}

/// A change of a role that the caller may make.
pub struct Update {
    /// Which role.
    pub role: RoleRef,
    /// What is to change.
    pub patch: Right<RolePatch>,
}

/// The actions that change a role.
pub async fn update(write: &mut Write<'_, '_>, update: &Update) -> Result<Done, Fault> {
    roles::update(write, &update.role, &update.patch).await?;
    Ok(Done {})
}

/// Reads a trust policy.
pub fn trust(cx: &Cx, text: &DocumentText) -> Result<Arc<Document>, Fault> {
    cx.engine.written(&cx.account, Kind::Trust, text.as_str())
}

/// UpdateRoleDescription's request.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct UpdateRoleDescription {
    description: Description,
    role_id: Option<Id>,
    role_name: Option<Name>,
}

/// Makes UpdateRoleDescription ready.
pub async fn reads_description(cx: &Cx, input: Authorized<UpdateRoleDescription>) -> Result<Update, Fault> {
    let patch = RolePatch { description: Some(input.description.as_str().to_owned()), ..RolePatch::default() };
    let role = named(&input.role_id, &input.role_name)?;
    Ok(Update { role, patch: input.demand(cx, patch).await? })
}

/// UpdateRoleConsoleLogin's request.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct UpdateRoleConsoleLogin {
    console_login: Flag,
    role_id: Option<Id>,
    role_name: Option<Name>,
}

/// Makes UpdateRoleConsoleLogin ready.
pub async fn reads_console_login(cx: &Cx, input: Authorized<UpdateRoleConsoleLogin>) -> Result<Update, Fault> {
    let patch = RolePatch { console_login: Some(input.console_login.0), ..RolePatch::default() };
    let role = named(&input.role_id, &input.role_name)?;
    Ok(Update { role, patch: input.demand(cx, patch).await? })
}

/// UpdateRoleSessionDuration's request.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct UpdateRoleSessionDuration {
    session_duration: SessionDuration,
    role_id: Option<Id>,
    role_name: Option<Name>,
}

/// Makes UpdateRoleSessionDuration ready.
pub async fn reads_session_duration(cx: &Cx, input: Authorized<UpdateRoleSessionDuration>) -> Result<Update, Fault> {
    let patch = RolePatch { session_duration: Some(input.session_duration.0), ..RolePatch::default() };
    let role = named(&input.role_id, &input.role_name)?;
    Ok(Update { role, patch: input.demand(cx, patch).await? })
}

/// TagRole's request.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct TagRole {
    tags: Tags,
    role_name: Option<Name>,
    role_id: Option<Id>,
}

/// TagRole.
pub async fn tag(write: &mut Write<'_, '_>, input: &Authorized<TagRole>) -> Result<Done, Fault> {
    roles::tag(write, &named(&input.role_id, &input.role_name)?, &tags(&input.tags)?).await?;
    Ok(Done {})
}

/// What TagRole says for conditions on the request's tags.
pub async fn tags_it(_: &Cx, input: &TagRole) -> Result<Subject, Fault> {
    Ok(Subject { context: conditions::request_tags(&input.tags), ..Subject::default() })
}

/// UntagRole's request.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct UntagRole {
    tag_keys: List<TagKey, 50>,
    role_name: Option<Name>,
    role_id: Option<Id>,
}

/// UntagRole.
pub async fn untag(write: &mut Write<'_, '_>, input: &Authorized<UntagRole>) -> Result<Done, Fault> {
    let keys: Vec<&str> = input.tag_keys.iter().map(TagKey::as_str).collect();
    roles::untag(write, &named(&input.role_id, &input.role_name)?, &keys).await?;
    Ok(Done {})
}

/// What UntagRole says for conditions on the request's tags: those that it would take off.
pub async fn untags_it(cx: &Cx, input: &UntagRole) -> Result<Subject, Fault> {
    let role = cx.engine.role(&cx.tenant, &cx.account, &named(&input.role_id, &input.role_name)?).await?;
    let tags = role
        .iter()
        .flat_map(|role| &role.tags)
        .filter(|(key, _)| input.tag_keys.iter().any(|wanted| wanted.as_str() == key));
    let context = tags.flat_map(|(key, value)| conditions::tag(conditions::REQUEST, key, value)).collect();
    Ok(Subject { context, ..Subject::default() })
}

/// A role by the two parameters that every action on one role has.
pub fn named(id: &Option<Id>, name: &Option<Name>) -> Result<RoleRef, Fault> {
    role_ref(id.as_ref(), name.as_ref(), BY)
}

fn text(description: &Option<Description>) -> Option<String> {
    description.as_ref().map(|description| description.as_str().to_owned())
}
