//! What this emulator's users asked for and Tencent does not have on API 3.0: ListRoles, UpdateRole, and the two actions
//! of the component interface, CreateCamStrategy and OperateCamStrategy.

use super::Done;
use super::policies::attaching;
use super::roles::{Listed, named, search};
use crate::dialect::contract::Subject;
use crate::dialect::decode::Value;
use crate::dialect::tencent::params::{
    Description, Flag, Id, Keyword, Page, PolicyName, Rp, SessionDuration, Tag, paging, policy_id,
};
use crate::dialect::tencent::reply::integer;
use crate::engine::attachments;
use crate::engine::authorize::Authorized;
use crate::engine::cx::{Cx, Write};
use crate::engine::fault::Fault;
use crate::engine::ids::{GroupId, UserId};
use crate::engine::policies::NewPolicy;
use crate::engine::roles::{self, RolePatch};
use crate::engine::view::Holder;
use crate::policy;
use serde::{Deserialize, Serialize};

/// ListRoles's request.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ListRoles {
    page: Option<Page>,
    rp: Option<Rp>,
    #[serde(default)]
    tags: Vec<Tag>,
    keyword: Option<Keyword>,
}

/// ListRoles: as DescribeRoleList, with defaults and a keyword that the name must contain.
pub async fn list_roles(cx: &Cx, input: Authorized<ListRoles>) -> Result<Listed, Fault> {
    let keyword = input.keyword.as_ref().map_or("", Keyword::as_str);
    search(cx, &input.tags, keyword, paging(input.page, input.rp)).await
}

/// UpdateRole's request.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct UpdateRole {
    role_id: Option<Id>,
    role_name: Option<String>,
    description: Option<Description>,
    policy_document: Option<String>,
    console_login: Option<Flag>,
    session_duration: Option<SessionDuration>,
}

/// UpdateRole: all of the changes or none.
pub async fn update_role(write: &mut Write<'_, '_>, input: Authorized<UpdateRole>) -> Result<Done, Fault> {
    let patch = RolePatch {
        document: input.policy_document.clone(),
        description: input.description.as_ref().map(|description| description.as_str().to_owned()),
        console_login: input.console_login.map(|flag| flag.0),
        session_duration: input.session_duration.map(|duration| duration.0),
    };
    roles::update(write, &named(&input.role_id, &input.role_name)?, &patch).await?;
    Ok(Done {})
}

/// CreateCamStrategy's request.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CreateCamStrategy {
    #[serde(alias = "strategyName")]
    strategy_name: PolicyName,
    #[serde(alias = "strategyInfo")]
    strategy_info: Value,
    #[serde(alias = "remark")]
    remark: Option<Description>,
}

/// CreateCamStrategy's reply.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Created {
    strategy_id: u64,
}

/// CreateCamStrategy. The document may be JSON text or an object; with principals it is attached to them at once.
pub async fn create_strategy(
    write: &mut Write<'_, '_>,
    input: Authorized<CreateCamStrategy>,
) -> Result<Created, Fault> {
    let document = strategy(&input)?;
    let new = NewPolicy {
        name: input.strategy_name.as_str().to_owned(),
        description: input.remark.as_ref().map_or("", Description::as_str).to_owned(),
        document,
        kind: policy::Kind::Strategy,
        tags: Vec::new(),
    };
    Ok(Created { strategy_id: integer(attachments::create(write, &new).await?.as_str()) })
}

/// Whom CreateCamStrategy attaches to.
pub async fn creates_strategy(cx: &Cx, input: &CreateCamStrategy) -> Result<Subject, Fault> {
    Ok(Subject { also: attaching(cx, policy::Kind::Strategy, &strategy(input)?), ..Subject::default() })
}

fn strategy(input: &CreateCamStrategy) -> Result<String, Fault> {
    match &input.strategy_info {
        Value::Text(text) => Ok(text.clone()),
        object @ Value::Object(_) => super::super::operations::answer(object),
        _ => Err(Fault::illegal("StrategyInfo", "a JSON text or an object")),
    }
}

/// OperateCamStrategy's request.
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

/// OperateCamStrategy: attaches (1) or detaches (2); exactly one of user and group is given, the other is -1.
pub async fn operate_strategy(write: &mut Write<'_, '_>, input: Authorized<OperateCamStrategy>) -> Result<Done, Fault> {
    let holder = match (input.group_id, input.relate_uin) {
        (-1, uin) if uin > 0 => Holder::User(UserId::from(uin.to_string())),
        (group, -1) if group > 0 => Holder::Group(GroupId::from(group.to_string())),
        _ => return Err(Fault::illegal("RelateUin", "one of GroupId and RelateUin, the other being -1")),
    };
    let policy = policy_id(&input.strategy_id);
    match input.action_type {
        1 => attachments::attach(write, &holder, &policy).await?,
        2 => attachments::detach(write, &holder, &policy).await?,
        _ => return Err(Fault::illegal("ActionType", "1 to attach or 2 to detach")),
    }
    Ok(Done {})
}
