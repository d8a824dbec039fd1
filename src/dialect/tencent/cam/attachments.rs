//! Attachments: Attach-, Detach- and ListAttached- of roles, users and groups, and who has a policy.

use super::policies::BY_SYNTAX;
use super::{Done, roles::named};
use crate::dialect::tencent::params::{Id, Keyword, Name, Page, Rp, paging, policy_by_id, policy_ref, role_ref};
use crate::dialect::tencent::shown::{integer, local_time};
use crate::engine::attachments::{self, Attach, AttachedPolicy, Detach, Entity, Had};
use crate::engine::authorize::{Authorized, Right};
use crate::engine::cx::{Cx, Write};
use crate::engine::fault::{Fault, Kind, Required};
use crate::engine::ids::{GroupId, UserId};
use crate::engine::model::{Holder, HolderKind, HolderRef};
use crate::engine::page::Window;
use crate::engine::roles;
use crate::{numbers, words};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AttachRolePolicy {
    policy_id: Option<Id>,
    attach_role_id: Option<Id>,
    attach_role_name: Option<Name>,
    policy_name: Option<Name>,
}

pub async fn attaches_role(cx: &Cx, input: Authorized<AttachRolePolicy>) -> Result<Right<Attach>, Fault> {
    let to = role_ref(&input.attach_role_id, input.attach_role_name.as_ref(), &["AttachRoleId", "AttachRoleName"])?;
    let policy = policy_ref(&input.policy_id, input.policy_name.as_deref())?;
    input.demand(cx, Attach { to: HolderRef::Role(to), policy }).await
}

/// Serves AttachRolePolicy, AttachUserPolicy and AttachGroupPolicy.
pub async fn attach(write: &mut Write<'_, '_>, wanted: &Right<Attach>) -> Result<Done, Fault> {
    attachments::attach(write, wanted).await?;
    Ok(Done {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DetachRolePolicy {
    policy_id: Option<Id>,
    detach_role_id: Option<Id>,
    detach_role_name: Option<Name>,
    policy_name: Option<Name>,
}

pub async fn detaches_role(cx: &Cx, input: Authorized<DetachRolePolicy>) -> Result<Right<Detach>, Fault> {
    let from = role_ref(&input.detach_role_id, input.detach_role_name.as_ref(), &["DetachRoleId", "DetachRoleName"])?;
    let policy = policy_ref(&input.policy_id, input.policy_name.as_deref())?;
    input.demand(cx, Detach { from: HolderRef::Role(from), policy }).await
}

/// Serves DetachRolePolicy, DetachUserPolicy and DetachGroupPolicy.
pub async fn detach(write: &mut Write<'_, '_>, wanted: &Right<Detach>) -> Result<Done, Fault> {
    attachments::detach(write, wanted).await?;
    Ok(Done {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ListAttachedRolePolicies {
    page: Page,
    rp: Rp,
    role_id: Option<Id>,
    role_name: Option<Name>,
    policy_type: Option<PolicyType>,
    keyword: Option<Keyword>,
}

words! {
    /// Whether presets (`QCS`) are meant, or the account's own policies (`User`).
    PolicyType -> bool { "User" => false, "QCS" => true }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListedRolePolicies {
    list: Vec<AttachedPolicyOfRole>,
    total_num: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AttachedPolicyOfRole {
    policy_id: u64,
    policy_name: String,
    add_time: String,
    policy_type: &'static str,
    create_mode: u64,
    deactived: u64,
    deactived_detail: Vec<String>,
    description: String,
}

pub async fn list_role(cx: &Cx, input: Authorized<ListAttachedRolePolicies>) -> Result<ListedRolePolicies, Fault> {
    let role = roles::get(cx, &named(&input.role_id, &input.role_name)?).await?;
    let keyword = input.keyword.as_deref().unwrap_or_default();
    let keep = |policy: &AttachedPolicy| {
        policy.name.contains(keyword) && input.policy_type.is_none_or(|wanted| wanted.0 == policy.preset)
    };
    let attached = attachments::list(cx, &Holder::Role(role.id.clone())).await?;
    let page = paging(Some(input.page), Some(input.rp)).of(attached.into_iter().filter(keep).collect());
    let shown = |policy: AttachedPolicy| AttachedPolicyOfRole {
        policy_id: integer(policy.id.as_str()),
        add_time: local_time(policy.attached_at),
        policy_type: policy_type(&policy),
        policy_name: policy.name,
        create_mode: BY_SYNTAX,
        deactived: 0,
        deactived_detail: Vec::new(),
        description: policy.description,
    };
    Ok(ListedRolePolicies { list: page.items.into_iter().map(shown).collect(), total_num: page.total })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AttachUserPolicy {
    policy_id: Id,
    attach_uin: Id,
}

pub async fn attaches_user(cx: &Cx, input: Authorized<AttachUserPolicy>) -> Result<Right<Attach>, Fault> {
    let to = HolderRef::User(UserId::from(input.attach_uin.as_str()));
    input.demand(cx, Attach { to, policy: policy_by_id(&input.policy_id) }).await
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DetachUserPolicy {
    policy_id: Id,
    detach_uin: Id,
}

pub async fn detaches_user(cx: &Cx, input: Authorized<DetachUserPolicy>) -> Result<Right<Detach>, Fault> {
    let from = HolderRef::User(UserId::from(input.detach_uin.as_str()));
    input.demand(cx, Detach { from, policy: policy_by_id(&input.policy_id) }).await
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ListAttachedUserPolicies {
    target_uin: Id,
    page: Option<Page>,
    rp: Option<Rp>,
}

/// The policies of a user or a group.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListedAttachedPolicies {
    total_num: usize,
    list: Vec<AttachPolicyInfo>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AttachPolicyInfo {
    policy_id: u64,
    policy_name: String,
    add_time: String,
    create_mode: u64,
    policy_type: &'static str,
    remark: String,
    operate_owner_uin: Option<String>,
    operate_uin: Option<String>,
    operate_uin_type: Option<u64>,
    deactived: u64,
    deactived_detail: Vec<String>,
}

impl ListedAttachedPolicies {
    fn page(attached: Vec<AttachedPolicy>, part: Window) -> ListedAttachedPolicies {
        let page = part.of(attached);
        let shown = |policy: AttachedPolicy| AttachPolicyInfo {
            policy_id: integer(policy.id.as_str()),
            add_time: local_time(policy.attached_at),
            policy_type: policy_type(&policy),
            policy_name: policy.name,
            create_mode: BY_SYNTAX,
            remark: policy.description,
            operate_owner_uin: None,
            operate_uin: None,
            operate_uin_type: None,
            deactived: 0,
            deactived_detail: Vec::new(),
        };
        ListedAttachedPolicies { total_num: page.total, list: page.items.into_iter().map(shown).collect() }
    }
}

/// Lists the policies that are attached to the user itself, not those of its groups.
pub async fn list_user(cx: &Cx, input: Authorized<ListAttachedUserPolicies>) -> Result<ListedAttachedPolicies, Fault> {
    let holder = user(&input.target_uin);
    cx.engine.grants(&cx.tenant, &holder).await?.required(Kind::User, input.target_uin.as_str())?;
    Ok(ListedAttachedPolicies::page(attachments::list(cx, &holder).await?, paging(input.page, input.rp)))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AttachGroupPolicy {
    policy_id: Id,
    attach_group_id: Id,
}

pub async fn attaches_group(cx: &Cx, input: Authorized<AttachGroupPolicy>) -> Result<Right<Attach>, Fault> {
    let to = HolderRef::Group(GroupId::from(input.attach_group_id.as_str()));
    input.demand(cx, Attach { to, policy: policy_by_id(&input.policy_id) }).await
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DetachGroupPolicy {
    policy_id: Id,
    detach_group_id: Id,
}

pub async fn detaches_group(cx: &Cx, input: Authorized<DetachGroupPolicy>) -> Result<Right<Detach>, Fault> {
    let from = HolderRef::Group(GroupId::from(input.detach_group_id.as_str()));
    input.demand(cx, Detach { from, policy: policy_by_id(&input.policy_id) }).await
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ListAttachedGroupPolicies {
    target_group_id: Id,
    page: Option<Page>,
    rp: Option<Rp>,
    keyword: Option<Keyword>,
}

pub async fn list_group(
    cx: &Cx,
    input: Authorized<ListAttachedGroupPolicies>,
) -> Result<ListedAttachedPolicies, Fault> {
    let keyword = input.keyword.as_deref().unwrap_or_default();
    let mut attached = attachments::list(cx, &group(&input.target_group_id)).await?;
    attached.retain(|policy| policy.name.contains(keyword));
    Ok(ListedAttachedPolicies::page(attached, paging(input.page, input.rp)))
}

fn user(uin: &Id) -> Holder {
    Holder::User(UserId::from(uin.as_str()))
}

fn group(id: &Id) -> Holder {
    Holder::Group(GroupId::from(id.as_str()))
}

fn policy_type(policy: &AttachedPolicy) -> &'static str {
    if policy.preset { "QCS" } else { "User" }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ListEntitiesForPolicy {
    policy_id: Id,
    page: Option<Page>,
    rp: Option<Rp>,
    entity_filter: Option<EntityFilter>,
}

words! {
    EntityFilter -> Option<HolderKind> {
        "All" => None,
        "User" => Some(HolderKind::User),
        "Group" => Some(HolderKind::Group),
        "Role" => Some(HolderKind::Role),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListedEntities {
    total_num: usize,
    list: Vec<AttachEntityOfPolicy>,
}

/// A user, group or role that a policy is attached to. The id of a user is its uid; a group or role has the uin 0.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AttachEntityOfPolicy {
    id: String,
    name: String,
    uin: u64,
    related_type: u64,
    attachment_time: String,
}

pub async fn list_entities(cx: &Cx, input: Authorized<ListEntitiesForPolicy>) -> Result<ListedEntities, Fault> {
    let mut entities = attachments::entities(cx, &policy_by_id(&input.policy_id)).await?;
    entities.retain(|entity| input.entity_filter.is_none_or(|filter| filter.0.is_none_or(|kind| kind == entity.kind)));
    let page = paging(input.page, input.rp).of(entities);
    let shown = |entity: Entity| AttachEntityOfPolicy {
        uin: if entity.kind == HolderKind::User { integer(&entity.id) } else { 0 },
        related_type: match entity.kind {
            HolderKind::User => 1,
            HolderKind::Group => 2,
            HolderKind::Role => 3,
        },
        id: entity.uid.map_or(entity.id, |uid| uid.to_string()),
        name: entity.name,
        attachment_time: local_time(entity.attached_at),
    };
    Ok(ListedEntities { total_num: page.total, list: page.items.into_iter().map(shown).collect() })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ListAttachedUserAllPolicies {
    target_uin: Id,
    rp: Rp,
    page: Page,
    attach_type: AttachType,
    strategy_type: Option<StrategyType>,
    keyword: Option<Keyword>,
}

numbers! {
    /// 0 for all of a user's policies, 1 for its own, 2 for those of its groups.
    AttachType(kind in 0..=2), "0, 1 or 2";
    /// Whether presets (2) are meant, the account's own policies (1), or both (0), which the Terraform provider always
    /// sends.
    StrategyType(kind in 0..=2) -> Option<bool> = if kind == 0 { None } else { Some(kind == 2) }, "0, 1 or 2";
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListedUserAllPolicies {
    policy_list: Vec<AttachedUserPolicy>,
    total_num: usize,
}

/// A policy that a user has, itself or through groups. In this reply its numbers are texts.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AttachedUserPolicy {
    policy_id: String,
    policy_name: String,
    description: String,
    add_time: String,
    strategy_type: &'static str,
    create_mode: String,
    groups: Vec<AttachedUserPolicyGroupInfo>,
    deactived: u64,
    deactived_detail: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AttachedUserPolicyGroupInfo {
    group_id: u64,
    group_name: String,
}

/// Lists each policy once, with the groups that it comes from.
pub async fn list_user_all(
    cx: &Cx,
    input: Authorized<ListAttachedUserAllPolicies>,
) -> Result<ListedUserAllPolicies, Fault> {
    let keyword = input.keyword.as_deref().unwrap_or_default();
    let mut had = attachments::of_user(cx, &UserId::from(input.target_uin.as_str())).await?;
    had.retain(|had| {
        let way = match input.attach_type.0 {
            1 => had.own,
            2 => !had.groups.is_empty(),
            _ => true,
        };
        let kind = input.strategy_type.and_then(|wanted| wanted.0).is_none_or(|preset| preset == had.policy.preset);
        way && kind && had.policy.name.contains(keyword)
    });
    let page = paging(Some(input.page), Some(input.rp)).of(had);
    let shown = |had: Had| AttachedUserPolicy {
        policy_id: had.policy.id.to_string(),
        add_time: local_time(had.policy.attached_at),
        strategy_type: if had.policy.preset { "2" } else { "1" },
        policy_name: had.policy.name,
        description: had.policy.description,
        create_mode: BY_SYNTAX.to_string(),
        groups: had
            .groups
            .into_iter()
            .map(|(id, group_name)| AttachedUserPolicyGroupInfo { group_id: integer(id.as_str()), group_name })
            .collect(),
        deactived: 0,
        deactived_detail: Vec::new(),
    };
    Ok(ListedUserAllPolicies { total_num: page.total, policy_list: page.items.into_iter().map(shown).collect() })
}
