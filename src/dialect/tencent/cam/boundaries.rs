//! Permission boundaries of roles and users: Put-, Delete-, Get-.

use super::Done;
use super::policies::{BY_SYNTAX, kind};
use super::roles::named;
use crate::dialect::tencent::params::{Id, Name};
use crate::dialect::tencent::shown::integer;
use crate::engine::authorize::Authorized;
use crate::engine::boundaries;
use crate::engine::cx::{Cx, Write};
use crate::engine::fault::Fault;
use crate::engine::ids::{PolicyId, RoleId, UserId};
use crate::engine::model::Holder;
use crate::engine::policies::Policy;
use crate::engine::roles;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct PutRolePermissionsBoundary {
    policy_id: Id,
    role_id: Option<Id>,
    role_name: Option<Name>,
}

pub async fn put_role(
    write: &mut Write<'_, '_>,
    input: &Authorized<PutRolePermissionsBoundary>,
) -> Result<Done, Fault> {
    let role = roles::require(write, &named(&input.role_id, &input.role_name)?).await?;
    boundaries::put(write, &Holder::Role(role.id), &PolicyId::from(input.policy_id.as_str())).await?;
    Ok(Done {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DeleteRolePermissionsBoundary {
    role_id: Option<Id>,
    role_name: Option<Name>,
}

pub async fn delete_role(
    write: &mut Write<'_, '_>,
    input: &Authorized<DeleteRolePermissionsBoundary>,
) -> Result<Done, Fault> {
    let role = roles::require(write, &named(&input.role_id, &input.role_name)?).await?;
    boundaries::delete(write, &Holder::Role(role.id)).await?;
    Ok(Done {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct GetRolePermissionBoundary {
    role_id: Id,
}

/// The boundary of a role or user. Every member is null when there is none.
#[derive(Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ShownBoundary {
    policy_id: Option<u64>,
    policy_name: Option<String>,
    policy_document: Option<String>,
    policy_type: Option<u64>,
    create_mode: Option<u64>,
}

impl ShownBoundary {
    fn of(policy: Option<Policy>) -> ShownBoundary {
        policy.map_or_else(ShownBoundary::default, |policy| ShownBoundary {
            policy_id: Some(integer(policy.id.as_str())),
            policy_type: Some(kind(&policy)),
            policy_name: Some(policy.name),
            policy_document: Some(policy.document),
            create_mode: Some(BY_SYNTAX),
        })
    }
}

pub async fn get_role(cx: &Cx, input: Authorized<GetRolePermissionBoundary>) -> Result<ShownBoundary, Fault> {
    let role = Holder::Role(RoleId::from(input.role_id.as_str()));
    Ok(ShownBoundary::of(boundaries::get(cx, &role).await?))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct PutUserPermissionsBoundary {
    target_uin: Id,
    policy_id: Id,
}

pub async fn put_user(
    write: &mut Write<'_, '_>,
    input: &Authorized<PutUserPermissionsBoundary>,
) -> Result<Done, Fault> {
    boundaries::put(write, &user(&input.target_uin), &PolicyId::from(input.policy_id.as_str())).await?;
    Ok(Done {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DeleteUserPermissionsBoundary {
    target_uin: Id,
}

pub type GetUserPermissionBoundary = DeleteUserPermissionsBoundary;

pub async fn delete_user(
    write: &mut Write<'_, '_>,
    input: &Authorized<DeleteUserPermissionsBoundary>,
) -> Result<Done, Fault> {
    boundaries::delete(write, &user(&input.target_uin)).await?;
    Ok(Done {})
}

pub async fn get_user(cx: &Cx, input: Authorized<GetUserPermissionBoundary>) -> Result<ShownBoundary, Fault> {
    Ok(ShownBoundary::of(boundaries::get(cx, &user(&input.target_uin)).await?))
}

fn user(uin: &Id) -> Holder {
    Holder::User(UserId::from(uin.as_str()))
}
