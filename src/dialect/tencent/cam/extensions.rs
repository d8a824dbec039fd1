//! What this emulator's users asked for and Tencent does not have on API 3.0: ListRoles, UpdateRole, and the two actions
//! of the component interface, CreateCamStrategy and OperateCamStrategy.

use super::Done;
use super::roles::{Listed, Update, named, search, trust};
use crate::dialect::decode::{Json, Text};
use crate::dialect::tencent::params::{
    Description, DocumentText, Flag, Id, Keyword, Name, Page, PolicyName, Rp, SessionDuration, Tags, paging, policy_id,
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

/// ListRoles's request.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ListRoles {
    page: Option<Page>,
    rp: Option<Rp>,
    #[serde(default)]
    tags: Tags,
    keyword: Option<Keyword>,
}

/// ListRoles: as DescribeRoleList, whose permission it needs too, with defaults and a keyword that the name must contain.
pub async fn list_roles(cx: &Cx, input: Authorized<ListRoles>) -> Result<Listed, Fault> {
    let keyword = input.keyword.as_ref().map_or("", Keyword::as_str);
    let right = input.demand(cx, Listing).await?;
    search(cx, &right, &input.tags, keyword, paging(input.page, input.rp)).await
}

/// UpdateRole's request.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct UpdateRole {
    role_id: Option<Id>,
    role_name: Option<Name>,
    description: Option<Description>,
    policy_document: Option<DocumentText>,
    console_login: Option<Flag>,
    session_duration: Option<SessionDuration>,
}

/// Makes UpdateRole ready: it needs the permissions of the actions that change each of the parts alone.
pub async fn reads_role(cx: &Cx, input: Authorized<UpdateRole>) -> Result<Update, Fault> {
    let patch = RolePatch {
        document: input.policy_document.as_ref().map(|text| trust(cx, text)).transpose()?,
        description: input.description.as_ref().map(|description| description.as_str().to_owned()),
        console_login: input.console_login.map(|flag| flag.0),
        session_duration: input.session_duration.map(|duration| duration.0),
    };
    let patch = input.demand(cx, patch).await?;
    Ok(Update { role: named(&input.role_id, &input.role_name)?, patch })
}

/// UpdateRole: all of the changes or none.
pub async fn update_role(write: &mut Write<'_, '_>, update: &Update) -> Result<Done, Fault> {
    super::roles::update(write, update).await
}

/// CreateCamStrategy's request.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CreateCamStrategy {
    #[serde(alias = "strategyName")]
    strategy_name: PolicyName,
    #[serde(alias = "strategyInfo")]
    strategy_info: Strategy,
    #[serde(alias = "remark")]
    remark: Option<Description>,
}

/// A document, as JSON text or as an object.
pub struct Strategy(DocumentText);

impl<'de> Deserialize<'de> for Strategy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Strategy, D::Error> {
        let text = match Json::deserialize(deserializer)? {
            Json::Text(text) => text,
            object @ Json::Object(_) => serde_json::to_string(&object).map_err(de::Error::custom)?,
            _ => return Err(de::Error::custom("a JSON text or an object")),
        };
        Text::new(text).map(Strategy)
    }
}

/// CreateCamStrategy's reply.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Created {
    strategy_id: u64,
}

/// Makes CreateCamStrategy ready: it needs CreatePolicy's permission, and with principals those of the Attach- actions.
pub async fn reads_strategy(cx: &Cx, input: Authorized<CreateCamStrategy>) -> Result<Right<NewPolicy>, Fault> {
    let mut new =
        NewPolicy::read(cx, input.strategy_name.as_str(), policy::Kind::Strategy, input.strategy_info.0.as_str())?;
    new.description = input.remark.as_ref().map_or("", Description::as_str).to_owned();
    input.demand(cx, new).await
}

/// CreateCamStrategy. The document may be JSON text or an object; with principals it is attached to them at once.
pub async fn create_strategy(write: &mut Write<'_, '_>, new: &Right<NewPolicy>) -> Result<Created, Fault> {
    Ok(Created { strategy_id: integer(attachments::create(write, new).await?.as_str()) })
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

/// Attaches or detaches.
pub enum Operate {
    /// `ActionType` 1.
    Attach(Right<Attach>),
    /// `ActionType` 2.
    Detach(Right<Detach>),
}

/// Makes OperateCamStrategy ready: it needs the permission of the action that does the same alone.
pub async fn operates(cx: &Cx, input: Authorized<OperateCamStrategy>) -> Result<Operate, Fault> {
    let holder = match (input.group_id, input.relate_uin) {
        (-1, uin) if uin > 0 => HolderRef::User(UserId::from(uin.to_string())),
        (group, -1) if group > 0 => HolderRef::Group(GroupId::from(group.to_string())),
        _ => return Err(Fault::illegal("RelateUin", "one of GroupId and RelateUin, the other being -1")),
    };
    let policy = policy_id(&input.strategy_id);
    match input.action_type {
        1 => Ok(Operate::Attach(input.demand(cx, Attach { to: holder, policy }).await?)),
        2 => Ok(Operate::Detach(input.demand(cx, Detach { from: holder, policy }).await?)),
        _ => Err(Fault::illegal("ActionType", "1 to attach or 2 to detach")),
    }
}

/// OperateCamStrategy: attaches (1) or detaches (2); exactly one of user and group is given, the other is -1.
pub async fn operate_strategy(write: &mut Write<'_, '_>, operate: &Operate) -> Result<Done, Fault> {
    match operate {
        Operate::Attach(wanted) => attachments::attach(write, wanted).await?,
        Operate::Detach(wanted) => attachments::detach(write, wanted).await?,
    }
    Ok(Done {})
}
