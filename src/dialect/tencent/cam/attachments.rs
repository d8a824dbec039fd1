//! Attachments: Attach-, Detach- and ListAttached- of roles, users and groups, and who has a policy.

use super::policies::BY_SYNTAX;
use super::{Done, roles::named};
use crate::dialect::tencent::params::{Id, Keyword, Name, Page, Rp, paging, policy_id, policy_ref, role_ref};
use crate::dialect::tencent::shown::{integer, local_time};
use crate::engine::attachments::{self, Attach, AttachedPolicy, Detach, Entity, Had};
use crate::engine::authorize::{Authorized, Right};
use crate::engine::cx::{Cx, Write};
use crate::engine::fault::Fault;
use crate::engine::ids::{GroupId, UserId};
use crate::engine::model::{Holder, HolderKind, HolderRef};
use crate::engine::page::Window;
use crate::engine::roles;
use serde::{Deserialize, Serialize};

/// AttachRolePolicy's request.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AttachRolePolicy {
    policy_id: Option<Id>,
    attach_role_id: Option<Id>,
    attach_role_name: Option<Name>,
    policy_name: Option<Name>,
}

/// Makes AttachRolePolicy ready.
pub async fn attaches_role(cx: &Cx, input: Authorized<AttachRolePolicy>) -> Result<Right<Attach>, Fault> {
    let to =
        role_ref(input.attach_role_id.as_ref(), input.attach_role_name.as_ref(), &["AttachRoleId", "AttachRoleName"])?;
    let policy = policy_ref(input.policy_id.as_ref(), input.policy_name.as_ref().map(Name::as_str))?;
    input.demand(cx, Attach { to: HolderRef::Role(to), policy }).await
}

/// AttachRolePolicy, AttachUserPolicy and AttachGroupPolicy.
pub async fn attach(write: &mut Write<'_, '_>, wanted: &Right<Attach>) -> Result<Done, Fault> {
    attachments::attach(write, wanted).await?;
    Ok(Done {})
}

/// DetachRolePolicy's request.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DetachRolePolicy {
    policy_id: Option<Id>,
    detach_role_id: Option<Id>,
    detach_role_name: Option<Name>,
    policy_name: Option<Name>,
}

/// Makes DetachRolePolicy ready.
pub async fn detaches_role(cx: &Cx, input: Authorized<DetachRolePolicy>) -> Result<Right<Detach>, Fault> {
    let from =
        role_ref(input.detach_role_id.as_ref(), input.detach_role_name.as_ref(), &["DetachRoleId", "DetachRoleName"])?;
    let policy = policy_ref(input.policy_id.as_ref(), input.policy_name.as_ref().map(Name::as_str))?;
    input.demand(cx, Detach { from: HolderRef::Role(from), policy }).await
}

/// DetachRolePolicy, DetachUserPolicy and DetachGroupPolicy.
pub async fn detach(write: &mut Write<'_, '_>, wanted: &Right<Detach>) -> Result<Done, Fault> {
    attachments::detach(write, wanted).await?;
    Ok(Done {})
}

/// ListAttachedRolePolicies's request.
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

/// `User` for the account's own policies, `QCS` for presets.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct PolicyType {
    preset: bool,
}

impl TryFrom<String> for PolicyType {
    type Error = &'static str;

    fn try_from(text: String) -> Result<PolicyType, &'static str> {
        match text.as_str() {
            "User" => Ok(PolicyType { preset: false }),
            "QCS" => Ok(PolicyType { preset: true }),
            _ => Err("`User` or `QCS`"),
        }
    }
}

/// ListAttachedRolePolicies's reply.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct OfRole {
    list: Vec<AttachedPolicyOfRole>,
    total_num: usize,
}

/// A policy of a role.
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

/// ListAttachedRolePolicies.
pub async fn list_role(cx: &Cx, input: Authorized<ListAttachedRolePolicies>) -> Result<OfRole, Fault> {
    let role = roles::get(cx, &named(&input.role_id, &input.role_name)?).await?;
    let keyword = input.keyword.as_ref().map_or("", Keyword::as_str);
    let keep = |policy: &AttachedPolicy| {
        policy.name.contains(keyword) && input.policy_type.is_none_or(|wanted| wanted.preset == policy.preset)
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
    Ok(OfRole { list: page.items.into_iter().map(shown).collect(), total_num: page.total })
}

/// AttachUserPolicy's request.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AttachUserPolicy {
    policy_id: Id,
    attach_uin: Id,
}

/// Makes AttachUserPolicy ready.
pub async fn attaches_user(cx: &Cx, input: Authorized<AttachUserPolicy>) -> Result<Right<Attach>, Fault> {
    let to = HolderRef::User(UserId::from(input.attach_uin.as_str()));
    input.demand(cx, Attach { to, policy: policy_id(&input.policy_id) }).await
}

/// DetachUserPolicy's request.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DetachUserPolicy {
    policy_id: Id,
    detach_uin: Id,
}

/// Makes DetachUserPolicy ready.
pub async fn detaches_user(cx: &Cx, input: Authorized<DetachUserPolicy>) -> Result<Right<Detach>, Fault> {
    let from = HolderRef::User(UserId::from(input.detach_uin.as_str()));
    input.demand(cx, Detach { from, policy: policy_id(&input.policy_id) }).await
}

/// ListAttachedUserPolicies's request.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ListAttachedUserPolicies {
    target_uin: Id,
    page: Option<Page>,
    rp: Option<Rp>,
}

/// The reply of the lists of a user's and a group's policies.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct OfUser {
    total_num: usize,
    list: Vec<AttachPolicyInfo>,
}

/// A policy of a user.
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

impl OfUser {
    fn page(attached: Vec<AttachedPolicy>, part: Window) -> OfUser {
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
        OfUser { total_num: page.total, list: page.items.into_iter().map(shown).collect() }
    }
}

/// ListAttachedUserPolicies: what is attached to the user itself, without what its groups add.
pub async fn list_user(cx: &Cx, input: Authorized<ListAttachedUserPolicies>) -> Result<OfUser, Fault> {
    let holder = user(&input.target_uin);
    if cx.engine.grants(&cx.tenant, &holder).await?.is_none() {
        return Err(Fault::NotFound(crate::engine::fault::Kind::User, input.target_uin.as_str().to_owned()));
    }
    Ok(OfUser::page(attachments::list(cx, &holder).await?, paging(input.page, input.rp)))
}

/// AttachGroupPolicy's request.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AttachGroupPolicy {
    policy_id: Id,
    attach_group_id: Id,
}

/// Makes AttachGroupPolicy ready.
pub async fn attaches_group(cx: &Cx, input: Authorized<AttachGroupPolicy>) -> Result<Right<Attach>, Fault> {
    let to = HolderRef::Group(GroupId::from(input.attach_group_id.as_str()));
    input.demand(cx, Attach { to, policy: policy_id(&input.policy_id) }).await
}

/// DetachGroupPolicy's request.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DetachGroupPolicy {
    policy_id: Id,
    detach_group_id: Id,
}

/// Makes DetachGroupPolicy ready.
pub async fn detaches_group(cx: &Cx, input: Authorized<DetachGroupPolicy>) -> Result<Right<Detach>, Fault> {
    let from = HolderRef::Group(GroupId::from(input.detach_group_id.as_str()));
    input.demand(cx, Detach { from, policy: policy_id(&input.policy_id) }).await
}

/// ListAttachedGroupPolicies's request.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ListAttachedGroupPolicies {
    target_group_id: Id,
    page: Option<Page>,
    rp: Option<Rp>,
    keyword: Option<Keyword>,
}

/// ListAttachedGroupPolicies.
pub async fn list_group(cx: &Cx, input: Authorized<ListAttachedGroupPolicies>) -> Result<OfUser, Fault> {
    let keyword = input.keyword.as_ref().map_or("", Keyword::as_str);
    let mut attached = attachments::list(cx, &group(&input.target_group_id)).await?;
    attached.retain(|policy| policy.name.contains(keyword));
    Ok(OfUser::page(attached, paging(input.page, input.rp)))
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

/// ListEntitiesForPolicy's request.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ListEntitiesForPolicy {
    policy_id: Id,
    page: Option<Page>,
    rp: Option<Rp>,
    entity_filter: Option<EntityFilter>,
}

/// `All`, `User`, `Group` or `Role`.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct EntityFilter(Option<HolderKind>);

impl TryFrom<String> for EntityFilter {
    type Error = &'static str;

    fn try_from(text: String) -> Result<EntityFilter, &'static str> {
        match text.as_str() {
            "All" => Ok(EntityFilter(None)),
            "User" => Ok(EntityFilter(Some(HolderKind::User))),
            "Group" => Ok(EntityFilter(Some(HolderKind::Group))),
            "Role" => Ok(EntityFilter(Some(HolderKind::Role))),
            _ => Err("`All`, `User`, `Group` or `Role`"),
        }
    }
}

/// ListEntitiesForPolicy's reply.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Entities {
    total_num: usize,
    list: Vec<AttachEntityOfPolicy>,
}

/// A user (1), group (2) or role (3) that has a policy.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AttachEntityOfPolicy {
    id: String,
    name: String,
    uin: u64,
    related_type: u64,
    attachment_time: String,
}

/// ListEntitiesForPolicy. A group or role has no uin.
pub async fn list_entities(cx: &Cx, input: Authorized<ListEntitiesForPolicy>) -> Result<Entities, Fault> {
    let mut entities = attachments::entities(cx, &policy_id(&input.policy_id)).await?;
    entities.retain(|entity| input.entity_filter.is_none_or(|filter| filter.0.is_none_or(|kind| kind == entity.kind)));
    let page = paging(input.page, input.rp).of(entities);
    let shown = |entity: Entity| AttachEntityOfPolicy {
        uin: if entity.kind == HolderKind::User { integer(&entity.id) } else { 0 },
        related_type: match entity.kind {
            HolderKind::User => 1,
            HolderKind::Group => 2,
            HolderKind::Role => 3,
        },
        id: entity.id,
        name: entity.name,
        attachment_time: local_time(entity.attached_at),
    };
    Ok(Entities { total_num: page.total, list: page.items.into_iter().map(shown).collect() })
}

/// ListAttachedUserAllPolicies's request.
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

/// 0 for all, 1 for a user's own, 2 for what its groups add.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "i64")]
pub struct AttachType(i64);

impl TryFrom<i64> for AttachType {
    type Error = &'static str;

    fn try_from(kind: i64) -> Result<AttachType, &'static str> {
        if (0..=2).contains(&kind) { Ok(AttachType(kind)) } else { Err("0, 1 or 2") }
    }
}

/// 1 for the account's own policies, 2 for presets.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "i64")]
pub struct StrategyType {
    preset: bool,
}

impl TryFrom<i64> for StrategyType {
    type Error = &'static str;

    fn try_from(kind: i64) -> Result<StrategyType, &'static str> {
        match kind {
            1 => Ok(StrategyType { preset: false }),
            2 => Ok(StrategyType { preset: true }),
            _ => Err("1 or 2"),
        }
    }
}

/// ListAttachedUserAllPolicies's reply.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AllOfUser {
    policy_list: Vec<AttachedUserPolicy>,
    total_num: usize,
}

/// A policy that a user has, itself or through groups. Its numbers are texts here.
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

/// A group that a policy comes from.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AttachedUserPolicyGroupInfo {
    group_id: u64,
    group_name: String,
}

/// ListAttachedUserAllPolicies: each policy once, with the groups that it comes from.
pub async fn list_user_all(cx: &Cx, input: Authorized<ListAttachedUserAllPolicies>) -> Result<AllOfUser, Fault> {
    let keyword = input.keyword.as_ref().map_or("", Keyword::as_str);
    let mut had = attachments::of_user(cx, &UserId::from(input.target_uin.as_str())).await?;
    had.retain(|had| {
        let way = match input.attach_type.0 {
            1 => had.own,
            2 => !had.groups.is_empty(),
            _ => true,
        };
        let kind = input.strategy_type.is_none_or(|wanted| wanted.preset == had.policy.preset);
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
    Ok(AllOfUser { total_num: page.total, policy_list: page.items.into_iter().map(shown).collect() })
}
