//! Policies: CreatePolicy, GetPolicy, UpdatePolicy, DeletePolicy, ListPolicies.

use super::Done;
use crate::dialect::contract::Subject;
use crate::dialect::decode::List;
use crate::dialect::tencent::conditions;
use crate::dialect::tencent::params::{
    Description, DocumentText, Id, Keyword, Name, Page, PolicyName, Rp, ShownTag, Tags, paging, policy_id, policy_ref,
    shown_tags, tags,
};
use crate::dialect::tencent::shown::{integer, local_time};
use crate::engine::attachments;
use crate::engine::authorize::{Authorized, Right};
use crate::engine::cx::{Cx, Write};
use crate::engine::fault::Fault;
use crate::engine::ids::PolicyId;
use crate::engine::policies::{self, ListedPolicy, NewPolicy, Policy, PolicyPatch, PolicyRef, Scope};
use crate::policy::Kind;
use serde::{Deserialize, Serialize};

/// `CreateMode` of a policy that is written as a document.
pub const BY_SYNTAX: u64 = 2;

/// CreatePolicy's request.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CreatePolicy {
    policy_name: PolicyName,
    policy_document: DocumentText,
    description: Option<Description>,
    #[serde(default)]
    tags: Tags,
}

/// CreatePolicy's reply.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Created {
    policy_id: u64,
}

/// Makes CreatePolicy ready: with principals it needs the permissions of the Attach- actions too.
pub async fn reads(cx: &Cx, input: Authorized<CreatePolicy>) -> Result<Right<NewPolicy>, Fault> {
    let tags = tags(&input.tags)?;
    let mut new = NewPolicy::read(cx, input.policy_name.as_str(), Kind::Identity, input.policy_document.as_str())?;
    new.description = input.description.as_ref().map_or("", Description::as_str).to_owned();
    new.tags = tags;
    input.demand(cx, new).await
}

/// CreatePolicy.
pub async fn create(write: &mut Write<'_, '_>, new: &Right<NewPolicy>) -> Result<Created, Fault> {
    Ok(Created { policy_id: integer(attachments::create(write, new).await?.as_str()) })
}

/// What CreatePolicy says for conditions on the request's tags.
pub async fn creates(_: &Cx, input: &CreatePolicy) -> Result<Subject, Fault> {
    Ok(Subject { context: conditions::request_tags(&input.tags), ..Subject::default() })
}

/// GetPolicy's request.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct GetPolicy {
    policy_id: Id,
}

/// GetPolicy's reply.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Got {
    policy_name: String,
    description: String,
    #[serde(rename = "Type")]
    kind: u64,
    add_time: String,
    update_time: String,
    policy_document: String,
    preset_alias: Option<String>,
    is_service_linked_role_policy: u64,
    tags: Vec<ShownTag>,
}

/// GetPolicy.
pub async fn get(cx: &Cx, input: Authorized<GetPolicy>) -> Result<Got, Fault> {
    let (policy, tags) = policies::get(cx, &policy_id(&input.policy_id)).await?;
    Ok(Got {
        kind: kind(&policy),
        add_time: local_time(policy.created_at),
        update_time: local_time(policy.updated_at),
        policy_name: policy.name,
        description: policy.description,
        policy_document: policy.document,
        preset_alias: None,
        is_service_linked_role_policy: 0,
        tags: shown_tags(&tags),
    })
}

/// UpdatePolicy's request.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct UpdatePolicy {
    policy_id: Option<Id>,
    policy_name: Option<PolicyName>,
    description: Option<Description>,
    policy_document: Option<DocumentText>,
    alias: Option<Name>,
}

/// UpdatePolicy's reply.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Updated {
    policy_id: u64,
}

/// Makes UpdatePolicy ready. With `PolicyId`, `PolicyName` is the new name; without, it says which policy is meant.
pub async fn reads_patch(cx: &Cx, input: Authorized<UpdatePolicy>) -> Result<(PolicyRef, PolicyPatch), Fault> {
    if input.alias.is_some() {
        return Err(Fault::illegal("Alias", "only preset policies have an alias, and they cannot be changed"));
    }
    let name = input.policy_name.as_ref().map(PolicyName::as_str);
    let wanted = policy_ref(input.policy_id.as_ref(), name)?;
    let read = |text: &DocumentText| cx.engine.written(&cx.account, Kind::Identity, text.as_str());
    let patch = PolicyPatch {
        name: name.filter(|_| matches!(wanted, PolicyRef::Id(_))).map(str::to_owned),
        description: input.description.as_ref().map(|description| description.as_str().to_owned()),
        document: input.policy_document.as_ref().map(read).transpose()?,
    };
    Ok((wanted, patch))
}

/// UpdatePolicy.
pub async fn update(write: &mut Write<'_, '_>, (wanted, patch): &(PolicyRef, PolicyPatch)) -> Result<Updated, Fault> {
    Ok(Updated { policy_id: integer(policies::update(write, wanted, patch).await?.as_str()) })
}

/// DeletePolicy's request.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DeletePolicy {
    policy_id: List<Id, 200>,
}

/// DeletePolicy.
pub async fn delete(write: &mut Write<'_, '_>, input: &Authorized<DeletePolicy>) -> Result<Done, Fault> {
    let ids: Vec<PolicyId> = input.policy_id.iter().map(|id| PolicyId::from(id.as_str())).collect();
    if ids.is_empty() {
        return Err(Fault::none_of(&["PolicyId"]));
    }
    policies::delete(write, &ids).await?;
    Ok(Done {})
}

/// ListPolicies's request.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ListPolicies {
    rp: Option<Rp>,
    page: Option<Page>,
    scope: Option<ListScope>,
    keyword: Option<Keyword>,
}

/// Which policies: `All`, `QCS` for presets, `Local` for the account's own.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct ListScope(Scope);

impl TryFrom<String> for ListScope {
    type Error = &'static str;

    fn try_from(text: String) -> Result<ListScope, &'static str> {
        match text.as_str() {
            "All" => Ok(ListScope(Scope::All)),
            "QCS" => Ok(ListScope(Scope::Preset)),
            "Local" => Ok(ListScope(Scope::Own)),
            _ => Err("`All`, `QCS` or `Local`"),
        }
    }
}

/// ListPolicies's reply.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Listed {
    total_num: usize,
    list: Vec<StrategyInfo>,
    service_type_list: Vec<String>,
}

/// A policy as lists show it.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct StrategyInfo {
    policy_id: u64,
    policy_name: String,
    add_time: String,
    #[serde(rename = "Type")]
    kind: u64,
    description: String,
    create_mode: u64,
    attachments: i64,
    service_type: Option<String>,
    is_attached: Option<u64>,
    deactived: u64,
    deactived_detail: Vec<String>,
    is_service_linked_policy: u64,
    attach_entity_count: i64,
    attach_entity_boundary_count: i64,
    update_time: String,
    tags: Vec<ShownTag>,
    permission_level: String,
}

/// ListPolicies.
pub async fn list(cx: &Cx, input: Authorized<ListPolicies>) -> Result<Listed, Fault> {
    let page = paging(input.page, input.rp);
    let scope = input.scope.map_or(Scope::All, |scope| scope.0);
    let keyword = input.keyword.as_ref().map_or("", Keyword::as_str);
    if page.offset >= 200 * page.limit {
        return Err(Fault::illegal("Page", "1 to 200"));
    }
    let policies = policies::list(cx, scope, keyword, page).await?;
    let shown = |ListedPolicy { policy, tags, bounds }: ListedPolicy| StrategyInfo {
        policy_id: integer(policy.id.as_str()),
        add_time: local_time(policy.created_at),
        update_time: local_time(policy.updated_at),
        kind: kind(&policy),
        attachments: policy.attached,
        attach_entity_count: policy.attached,
        policy_name: policy.name,
        description: policy.description,
        create_mode: BY_SYNTAX,
        service_type: None,
        is_attached: None,
        deactived: 0,
        deactived_detail: Vec::new(),
        is_service_linked_policy: 0,
        attach_entity_boundary_count: bounds,
        tags: shown_tags(&tags),
        permission_level: String::new(),
    };
    let page = policies.map(shown);
    Ok(Listed { total_num: page.total, list: page.items, service_type_list: Vec::new() })
}

/// 1 is the account's own, 2 a preset.
fn kind(policy: &Policy) -> u64 {
    if policy.preset { 2 } else { 1 }
}
