//! Extensions: ListRoles and UpdateRole, which Tencent does not have on API 3.0, and CreateCamStrategy and
//! OperateCamStrategy, which it has on the component interface only.

use super::Done;
use super::roles::{ListedRoles, RoleUpdate, named, search, trust};
use crate::dialect::decode::{Json, Text, even_empty};
use crate::dialect::tencent::params::{
    Description, DocumentText, Flag, Id, Keyword, Name, Page, PolicyName, Rp, SessionDuration, Tags, paging,
    policy_by_id,
};
use crate::dialect::tencent::shown::integer;
use crate::engine::attachments::{self, Attach, Detach};
use crate::engine::authorize::{Authorized, Right};
use crate::engine::cx::{Cx, Write};
use crate::engine::fault::Fault;
use crate::engine::ids::{GroupId, UserId};
use crate::engine::model::HolderRef;
use crate::engine::policies::NewPolicy;
use crate::engine::roles::{Listing, RolePatch};
use crate::policy;
use serde::{Deserialize, Deserializer, Serialize, de};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ListRoles {
    page: Option<Page>,
    rp: Option<Rp>,
    #[serde(default)]
    tags: Tags,
    keyword: Option<Keyword>,
}

/// Lists roles as DescribeRoleList does, whose permission it needs too. Pages have defaults, and a keyword filters by name.
pub async fn list_roles(cx: &Cx, input: Authorized<ListRoles>) -> Result<ListedRoles, Fault> {
    let keyword = input.keyword.as_deref().unwrap_or_default();
    let right = input.demand(cx, Listing).await?;
    search(cx, &right, &input.tags, keyword, paging(input.page, input.rp)).await
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct UpdateRole {
    role_id: Option<Id>,
    role_name: Option<Name>,
    #[serde(default, deserialize_with = "even_empty")]
    description: Option<Description>,
    policy_document: Option<DocumentText>,
    console_login: Option<Flag>,
    session_duration: Option<SessionDuration>,
}

/// Demands the permission of each action that changes one of the given parts alone.
pub async fn reads_role(cx: &Cx, input: Authorized<UpdateRole>) -> Result<RoleUpdate, Fault> {
    let patch = RolePatch {
        document: input.policy_document.as_ref().map(|text| trust(cx, text)).transpose()?,
        description: input.description.as_deref().map(str::to_owned),
        console_login: input.console_login.map(|flag| flag.0),
        session_duration: input.session_duration.map(|duration| duration.0),
    };
    let patch = input.demand(cx, patch).await?;
    Ok(RoleUpdate { role: named(&input.role_id, &input.role_name)?, patch })
}

/// Makes all of the changes or none.
pub async fn update_role(write: &mut Write<'_, '_>, update: &RoleUpdate) -> Result<Done, Fault> {
    super::roles::update(write, update).await
}

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
pub async fn reads_strategy(cx: &Cx, input: Authorized<CreateCamStrategy>) -> Result<Right<NewPolicy>, Fault> {
    let document = input.strategy_info.0.as_str();
    let mut new = NewPolicy::read(cx, &input.strategy_name, policy::DocumentKind::Strategy, document).await?;
    new.description = input.remark.as_deref().unwrap_or_default().to_owned();
    input.demand(cx, new).await
}

/// Creates the policy and attaches it to the principals that its document names.
pub async fn create_strategy(write: &mut Write<'_, '_>, new: &Right<NewPolicy>) -> Result<CreatedStrategy, Fault> {
    Ok(CreatedStrategy { strategy_id: integer(attachments::create(write, new).await?.as_str()) })
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

/// Reads what to attach (1) or detach (2), and demands the permission of the Attach- or Detach- action that does it.
/// One of `GroupId` and `RelateUin` is -1.
pub async fn operates(cx: &Cx, input: Authorized<OperateCamStrategy>) -> Result<Operation, Fault> {
    let holder = match (input.group_id, input.relate_uin) {
        (-1, uin) if uin > 0 => HolderRef::User(UserId::from(uin.to_string())),
        (group, -1) if group > 0 => HolderRef::Group(GroupId::from(group.to_string())),
        _ => return Err(Fault::illegal("RelateUin", "one of GroupId and RelateUin, the other being -1")),
    };
    let policy = policy_by_id(&input.strategy_id);
    match input.action_type {
        1 => Ok(Operation::Attach(input.demand(cx, Attach { to: holder, policy }).await?)),
        2 => Ok(Operation::Detach(input.demand(cx, Detach { from: holder, policy }).await?)),
        _ => Err(Fault::illegal("ActionType", "1 to attach or 2 to detach")),
    }
}

pub async fn operate_strategy(write: &mut Write<'_, '_>, operate: &Operation) -> Result<Done, Fault> {
    match operate {
        Operation::Attach(wanted) => attachments::attach(write, wanted).await?,
        Operation::Detach(wanted) => attachments::detach(write, wanted).await?,
    }
    Ok(Done {})
}
