//! Policies: CreatePolicy, GetPolicy, UpdatePolicy, DeletePolicy, ListPolicies.

use super::Done;
use crate::dialect::contract::Subject;
use crate::dialect::decode::{List, even_empty};
use crate::dialect::tencent::conditions;
use crate::dialect::tencent::params::{
    Description, DocumentText, Id, Keyword, Name, Page, PolicyName, Rp, Tags, paging, policy_by_id, policy_ref, tags,
};
use crate::dialect::tencent::shown::{ShownTag, integer, local_time, shown_tags};
use crate::engine::attachments;
use crate::engine::authorize::{Authorized, Right};
use crate::engine::cx::{Cx, Write};
use crate::engine::fault::Fault;
use crate::engine::ids::PolicyId;
use crate::engine::policies::{self, ListedPolicy, NewPolicy, Policy, PolicyPatch, PolicyRef, Scope, Showing};
use crate::policy::DocumentKind;
use crate::words;
use serde::{Deserialize, Serialize};

/// `CreateMode` of a policy that is written as a document.
pub const BY_SYNTAX: u64 = 2;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CreatePolicy {
    policy_name: PolicyName,
    policy_document: DocumentText,
    description: Option<Description>,
    #[serde(default)]
    tags: Tags,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreatedPolicy {
    policy_id: u64,
}

/// Demands the permissions of the Attach- actions when the document names principals.
pub async fn reads(cx: &Cx, input: Authorized<CreatePolicy>) -> Result<Right<NewPolicy>, Fault> {
    let tags = tags(&input.tags)?;
    let document = input.policy_document.as_str();
    let mut new = NewPolicy::read(cx, &input.policy_name, DocumentKind::Identity, document).await?;
    new.description = input.description.as_deref().unwrap_or_default().to_owned();
    new.tags = tags;
    input.demand(cx, new).await
}

pub async fn create(write: &mut Write<'_, '_>, new: &Right<NewPolicy>) -> Result<CreatedPolicy, Fault> {
    Ok(CreatedPolicy { policy_id: integer(attachments::create(write, new).await?.as_str()) })
}

/// Returns the request's tags for conditions.
pub async fn creates(_: &Cx, input: &CreatePolicy) -> Result<Subject, Fault> {
    Ok(Subject { context: conditions::request_tags(&input.tags), ..Subject::default() })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct GetPolicy {
    policy_id: Id,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ShownPolicy {
    policy_document: String,
    update_time: String,
    add_time: String,
    policy_name: String,
    description: String,
    #[serde(rename = "Type")]
    kind: u64,
    preset_alias: Option<String>,
    is_service_linked_role_policy: u64,
    tags: Vec<ShownTag>,
}

pub async fn get(cx: &Cx, input: Authorized<GetPolicy>) -> Result<ShownPolicy, Fault> {
    let right = input.demand(cx, Showing).await?;
    let (policy, tags) = policies::get(cx, &right, &policy_by_id(&input.policy_id)).await?;
    Ok(ShownPolicy {
        kind: kind(&policy),
        add_time: local_time(policy.created_at),
        update_time: local_time(policy.updated_at),
        policy_name: policy.name,
        description: policy.description,
        policy_document: policy.document,
        preset_alias: policy.preset.then(String::new),
        is_service_linked_role_policy: 0,
        tags: shown_tags(&tags),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct UpdatePolicy {
    policy_id: Option<Id>,
    policy_name: Option<PolicyName>,
    #[serde(default, deserialize_with = "even_empty")]
    description: Option<Description>,
    policy_document: Option<DocumentText>,
    alias: Option<Name>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct UpdatedPolicy {
    policy_id: u64,
}

/// Reads the change. `PolicyName` is the new name next to a `PolicyId`; without one it says which policy is meant.
pub async fn reads_patch(cx: &Cx, input: Authorized<UpdatePolicy>) -> Result<(PolicyRef, Right<PolicyPatch>), Fault> {
    if input.alias.is_some() {
        return Err(Fault::illegal("Alias", "only preset policies have an alias, and they cannot be changed"));
    }
    let name = input.policy_name.as_deref();
    let wanted = policy_ref(&input.policy_id, name)?;
    let read = |text: &DocumentText| cx.engine.written(&cx.account, DocumentKind::Identity, text.as_str());
    let patch = PolicyPatch {
        name: name.filter(|_| matches!(wanted, PolicyRef::Id(_))).map(str::to_owned),
        description: input.description.as_deref().map(str::to_owned),
        document: input.policy_document.as_ref().map(read).transpose()?,
    };
    Ok((wanted, input.demand(cx, patch).await?))
}

pub async fn update(
    write: &mut Write<'_, '_>,
    (wanted, patch): &(PolicyRef, Right<PolicyPatch>),
) -> Result<UpdatedPolicy, Fault> {
    Ok(UpdatedPolicy { policy_id: integer(policies::update(write, wanted, patch).await?.as_str()) })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DeletePolicy {
    policy_id: List<Id, 200>,
}

pub async fn delete(write: &mut Write<'_, '_>, input: &Authorized<DeletePolicy>) -> Result<Done, Fault> {
    let ids: Vec<PolicyId> = input.policy_id.iter().map(|id| PolicyId::from(id.as_str())).collect();
    if ids.is_empty() {
        return Err(Fault::none_of(&["PolicyId"]));
    }
    policies::delete(write, &ids).await?;
    Ok(Done {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ListPolicies {
    rp: Option<Rp>,
    page: Option<Page>,
    scope: Option<ListScope>,
    keyword: Option<Keyword>,
}

words! {
    ListScope -> Scope { "All" => Scope::All, "QCS" => Scope::Preset, "Local" => Scope::Own }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListedPolicies {
    service_type_list: Vec<String>,
    list: Vec<PolicyInfo>,
    total_num: usize,
}

/// A policy in a list, its members in the order that the cloud gives them. `ServiceType` is never null, because the
/// Terraform provider reads it without looking.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PolicyInfo {
    policy_id: u64,
    policy_name: String,
    #[serde(rename = "Type")]
    kind: u64,
    description: String,
    create_mode: u64,
    attachments: i64,
    service_type: &'static str,
    is_attached: Option<u64>,
    is_service_linked_policy: u64,
    attach_entity_count: i64,
    attach_entity_boundary_count: i64,
    add_time: String,
    update_time: String,
    deactived: u64,
    deactived_detail: Vec<String>,
    tags: Vec<ShownTag>,
    permission_level: String,
}

pub async fn list(cx: &Cx, input: Authorized<ListPolicies>) -> Result<ListedPolicies, Fault> {
    let page = paging(input.page, input.rp);
    let scope = input.scope.map_or(Scope::All, |scope| scope.0);
    let keyword = input.keyword.as_deref().unwrap_or_default();
    if page.offset >= 200 * page.limit {
        return Err(Fault::illegal("Page", "1 to 200"));
    }
    let policies = policies::list(cx, scope, keyword, page).await?;
    let shown = |ListedPolicy { policy, tags, bounds }: ListedPolicy| PolicyInfo {
        policy_id: integer(policy.id.as_str()),
        add_time: local_time(policy.created_at),
        update_time: local_time(policy.updated_at),
        kind: kind(&policy),
        attachments: policy.attached,
        attach_entity_count: policy.attached,
        policy_name: policy.name,
        description: policy.description,
        create_mode: BY_SYNTAX,
        service_type: policy.group,
        is_attached: None,
        deactived: 0,
        deactived_detail: Vec::new(),
        is_service_linked_policy: 0,
        attach_entity_boundary_count: bounds,
        tags: shown_tags(&tags),
        permission_level: String::new(),
    };
    let page = policies.map(shown);
    Ok(ListedPolicies { total_num: page.total, list: page.items, service_type_list: Vec::new() })
}

/// Returns 1 for the account's own policy and 2 for a preset.
pub fn kind(policy: &Policy) -> u64 {
    if policy.preset { 2 } else { 1 }
}
