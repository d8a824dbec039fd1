//! Policies under their older name: the strategy actions, which Tencent has on the component interface only.

use super::Done;
use super::policies::kind;
use crate::dialect::decode::{Json, List, Text};
use crate::dialect::tencent::params::{Description, DocumentText, Id, PolicyName, policy_by_id};
use crate::dialect::tencent::shown::{integer, local_time};
use crate::engine::attachments::{self, Attach, Detach};
use crate::engine::authorize::{Authorized, Right};
use crate::engine::cx::{Cx, Write};
use crate::engine::fault::Fault;
use crate::engine::ids::{GroupId, UserId};
use crate::engine::model::HolderRef;
use crate::engine::policies::{self, NewPolicy, PolicyPatch, PolicyRef, Showing};
use crate::policy::DocumentKind;
use serde::{Deserialize, Deserializer, Serialize, de};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CreateCamStrategy {
    #[serde(alias = "strategyName")]
    strategy_name: PolicyName,
    #[serde(alias = "strategyInfo")]
    strategy_info: StrategyText,
    #[serde(alias = "remark")]
    remark: Option<Description>,
}

/// A policy document, sent as JSON text or as an object.
pub struct StrategyText(DocumentText);

impl<'de> Deserialize<'de> for StrategyText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<StrategyText, D::Error> {
        let text = match Json::deserialize(deserializer)? {
            Json::Text(text) => text,
            object @ Json::Object(_) => serde_json::to_string(&object).map_err(de::Error::custom)?,
            _ => return Err(de::Error::custom("a JSON text or an object")),
        };
        Text::new(text).map(StrategyText)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreatedStrategy {
    strategy_id: u64,
}

/// Demands the permission of CreatePolicy, and those of the Attach- actions when the document names principals.
pub async fn reads(cx: &Cx, input: Authorized<CreateCamStrategy>) -> Result<Right<NewPolicy>, Fault> {
    let document = input.strategy_info.0.as_str();
    let mut new = NewPolicy::read(cx, &input.strategy_name, DocumentKind::Strategy, document).await?;
    new.description = input.remark.as_deref().unwrap_or_default().to_owned();
    input.demand(cx, new).await
}

/// Creates the policy and attaches it to the principals that its document names.
pub async fn create(write: &mut Write<'_, '_>, new: &Right<NewPolicy>) -> Result<CreatedStrategy, Fault> {
    Ok(CreatedStrategy { strategy_id: integer(attachments::create(write, new).await?.as_str()) })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DescribeCamStrategyDetail {
    #[serde(alias = "strategyId")]
    strategy_id: Id,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct StrategyDetail {
    strategy_id: u64,
    strategy_name: String,
    strategy_info: String,
    remark: String,
    #[serde(rename = "Type")]
    kind: u64,
    add_time: String,
    update_time: String,
}

/// Shows a policy, which needs the permission of GetPolicy too.
pub async fn describe(cx: &Cx, input: Authorized<DescribeCamStrategyDetail>) -> Result<StrategyDetail, Fault> {
    let right = input.demand(cx, Showing).await?;
    let (policy, _) = policies::get(cx, &right, &policy_by_id(&input.strategy_id)).await?;
    Ok(StrategyDetail {
        strategy_id: integer(policy.id.as_str()),
        kind: kind(&policy),
        add_time: local_time(policy.created_at),
        update_time: local_time(policy.updated_at),
        strategy_name: policy.name,
        strategy_info: policy.document,
        remark: policy.description,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct UpdateCamStrategy {
    #[serde(alias = "strategyId")]
    strategy_id: Id,
    #[serde(alias = "strategyName")]
    strategy_name: Option<PolicyName>,
    #[serde(alias = "strategyInfo")]
    strategy_info: Option<StrategyText>,
    #[serde(alias = "remark")]
    remark: Option<Description>,
}

/// Reads the change and demands the permission of UpdatePolicy.
pub async fn reads_patch(
    cx: &Cx,
    input: Authorized<UpdateCamStrategy>,
) -> Result<(PolicyRef, Right<PolicyPatch>), Fault> {
    let read = |text: &StrategyText| cx.engine.written(&cx.account, DocumentKind::Strategy, text.0.as_str());
    let patch = PolicyPatch {
        name: input.strategy_name.as_deref().map(str::to_owned),
        description: input.remark.as_deref().map(str::to_owned),
        document: input.strategy_info.as_ref().map(read).transpose()?,
    };
    Ok((policy_by_id(&input.strategy_id), input.demand(cx, patch).await?))
}

pub async fn update(
    write: &mut Write<'_, '_>,
    (wanted, patch): &(PolicyRef, Right<PolicyPatch>),
) -> Result<Done, Fault> {
    policies::update(write, wanted, patch).await?;
    Ok(Done {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct OperateCamStrategy {
    #[serde(alias = "groupId")]
    group_id: i64,
    #[serde(alias = "relateUin")]
    relate_uin: i64,
    #[serde(alias = "strategyId")]
    strategy_id: Id,
    #[serde(alias = "actionType")]
    action_type: i64,
}

pub enum Operation {
    Attach(Right<Attach>),
    Detach(Right<Detach>),
}

/// Demands the permission of the action that attaches (1) or detaches (2).
async fn operation<T>(
    cx: &Cx,
    input: &Authorized<T>,
    kind: i64,
    holder: HolderRef,
    policy: PolicyRef,
) -> Result<Operation, Fault> {
    match kind {
        1 => Ok(Operation::Attach(input.demand(cx, Attach { to: holder, policy }).await?)),
        2 => Ok(Operation::Detach(input.demand(cx, Detach { from: holder, policy }).await?)),
        _ => Err(Fault::illegal("ActionType", "1 to attach or 2 to detach")),
    }
}

/// Reads what to attach or detach. One of `GroupId` and `RelateUin` is -1.
pub async fn operates(cx: &Cx, input: Authorized<OperateCamStrategy>) -> Result<Vec<Operation>, Fault> {
    let holder = match (input.group_id, input.relate_uin) {
        (-1, uin) if uin > 0 => HolderRef::User(UserId::from(uin.to_string())),
        (group, -1) if group > 0 => HolderRef::Group(GroupId::from(group.to_string())),
        _ => return Err(Fault::illegal("RelateUin", "one of GroupId and RelateUin, the other being -1")),
    };
    let policy = policy_by_id(&input.strategy_id);
    Ok(vec![operation(cx, &input, input.action_type, holder, policy).await?])
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct BatchOperateCamStrategy {
    #[serde(alias = "strategyId")]
    strategy_id: List<Id, 30>,
    #[serde(alias = "relateUin")]
    relate_uin: List<Id, 30>,
    #[serde(alias = "actionType")]
    action_type: i64,
}

/// Reads what to attach to or detach from every user.
pub async fn operates_all(cx: &Cx, input: Authorized<BatchOperateCamStrategy>) -> Result<Vec<Operation>, Fault> {
    if input.strategy_id.is_empty() || input.relate_uin.is_empty() {
        return Err(Fault::none_of(&["StrategyId", "RelateUin"]));
    }
    let mut operations = Vec::new();
    for uin in input.relate_uin.iter() {
        for strategy in input.strategy_id.iter() {
            let holder = HolderRef::User(UserId::from(uin.as_str()));
            operations.push(operation(cx, &input, input.action_type, holder, policy_by_id(strategy)).await?);
        }
    }
    Ok(operations)
}

/// Carries out all of the operations or none.
pub async fn operate(write: &mut Write<'_, '_>, operations: &Vec<Operation>) -> Result<Done, Fault> {
    for operation in operations {
        match operation {
            Operation::Attach(wanted) => attachments::attach(write, wanted).await?,
            Operation::Detach(wanted) => attachments::detach(write, wanted).await?,
        }
    }
    Ok(Done {})
}
