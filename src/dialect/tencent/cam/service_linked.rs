//! Service-linked roles: CreateServiceLinkedRole, DeleteServiceLinkedRole, GetServiceLinkedRoleDeletionStatus.
//!
//! Tencent has a fixed role name for each service. Only a few are published (`TAT_QCSLinkedRoleInCommand`, for one); this
//! emulator derives a name of that form from the service's own.

use super::roles::{CreatedRole, trust};
use crate::dialect::contract::Subject;
use crate::dialect::decode::{List, Text};
use crate::dialect::tencent::cloud::LONGEST_ROLE_SESSION;
use crate::dialect::tencent::conditions;
use crate::dialect::tencent::params::{Description, Name, Tags, tags};
use crate::engine::authorize::Authorized;
use crate::engine::cx::{Cx, Write};
use crate::engine::fault::Fault;
use crate::engine::roles::NewRole;
use crate::engine::service_linked;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateServiceLinkedRole {
    #[serde(rename = "QCSServiceName")]
    services: List<Name, 20>,
    #[serde(rename = "CustomSuffix")]
    suffix: Option<Name>,
    #[serde(rename = "Description")]
    description: Option<Description>,
    #[serde(rename = "Tags", default)]
    tags: Tags,
}

pub async fn reads(cx: &Cx, input: Authorized<CreateServiceLinkedRole>) -> Result<NewRole, Fault> {
    let first = input.services.first().ok_or_else(|| Fault::none_of(&["QCSServiceName"]))?;
    let product = first.split('.').next().unwrap_or_default().to_uppercase();
    let suffix = input.suffix.as_deref().unwrap_or_default();
    let name = format!("{product}_QCSLinkedRoleIn{}{suffix}", if suffix.is_empty() { product.as_str() } else { "" });
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    if name.len() > 128 || !name.bytes().all(is_name) {
        return Err(Fault::illegal("RoleName", "a service and a suffix of letters, digits, _ or -"));
    }
    let services: Vec<&str> = input.services.iter().map(|name| &**name).collect();
    let document = json!({
        "version": "2.0",
        "statement": [{"action": "sts:AssumeRole", "effect": "allow", "principal": {"service": services}}],
    });
    Ok(NewRole {
        name,
        tags: tags(&input.tags)?,
        document: trust(
            cx,
            &Text::new::<serde_json::Error>(document.to_string()).map_err(|_| Fault::none_of(&["QCSServiceName"]))?,
        )?,
        description: input.description.as_deref().unwrap_or_default().to_owned(),
        console_login: false,
        session_duration: LONGEST_ROLE_SESSION,
    })
}

pub async fn create(write: &mut Write<'_, '_>, new: &NewRole) -> Result<CreatedRole, Fault> {
    Ok(CreatedRole::of(&service_linked::create(write, new).await?))
}

/// Returns the request's tags for conditions.
pub async fn creates(_: &Cx, input: &CreateServiceLinkedRole) -> Result<Subject, Fault> {
    Ok(Subject { context: conditions::request_tags(&input.tags), ..Subject::default() })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DeleteServiceLinkedRole {
    role_name: Name,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeletingRole {
    deletion_task_id: String,
}

pub async fn delete(
    write: &mut Write<'_, '_>,
    input: &Authorized<DeleteServiceLinkedRole>,
) -> Result<DeletingRole, Fault> {
    let deletion_task_id = service_linked::delete(write, &input.role_name, service_of).await?;
    Ok(DeletingRole { deletion_task_id })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct GetServiceLinkedRoleDeletionStatus {
    deletion_task_id: Name,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeletionStatus {
    status: &'static str,
    reason: &'static str,
    service_type: Option<String>,
    service_name: Option<String>,
}

pub async fn deletion_status(
    cx: &Cx,
    input: Authorized<GetServiceLinkedRoleDeletionStatus>,
) -> Result<DeletionStatus, Fault> {
    let deletion = service_linked::deletion(cx, &input.deletion_task_id).await?;
    let service_type = deletion.service.split('.').next().map(str::to_owned);
    Ok(DeletionStatus { status: "SUCCEEDED", reason: "ok", service_type, service_name: Some(deletion.service) })
}

/// Returns the first service that a trust policy written by [`reads`] names.
fn service_of(document: &str) -> String {
    let document: Value = serde_json::from_str(document).unwrap_or_default();
    let service = document.pointer("/statement/0/principal/service/0").and_then(Value::as_str);
    service.unwrap_or_default().to_owned()
}
