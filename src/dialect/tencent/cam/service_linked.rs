//! Service-linked roles: CreateServiceLinkedRole, DeleteServiceLinkedRole, GetServiceLinkedRoleDeletionStatus.
//!
//! Tencent has a fixed role name for each service. Only a few are published (`TAT_QCSLinkedRoleInCommand`, for one); this
//! emulator derives a name of that form from the service's own.

use super::roles::{Created, trust};
use crate::dialect::contract::Subject;
use crate::dialect::decode::{List, Text};
use crate::dialect::tencent::conditions;
use crate::dialect::tencent::params::{Description, Name, Tags, tags};
use crate::engine::authorize::Authorized;
use crate::engine::cx::{Cx, Write};
use crate::engine::fault::Fault;
use crate::engine::roles::NewRole;
use crate::engine::service_linked;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// CreateServiceLinkedRole's request.
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

/// Makes CreateServiceLinkedRole ready.
pub async fn reads(cx: &Cx, input: Authorized<CreateServiceLinkedRole>) -> Result<NewRole, Fault> {
    let first = input.services.first().ok_or_else(|| Fault::none_of(&["QCSServiceName"]))?;
    let product = first.as_str().split('.').next().unwrap_or_default().to_uppercase();
    let suffix = input.suffix.as_ref().map_or("", Name::as_str);
    let name = format!("{product}_QCSLinkedRoleIn{}{suffix}", if suffix.is_empty() { product.as_str() } else { "" });
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    if name.len() > 128 || !name.bytes().all(is_name) {
        return Err(Fault::illegal("RoleName", "a service and a suffix of letters, digits, _ or -"));
    }
    let services: Vec<&str> = input.services.iter().map(Name::as_str).collect();
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
        description: input.description.as_ref().map_or("", Description::as_str).to_owned(),
        console_login: false,
        session_duration: 43_200,
    })
}

/// CreateServiceLinkedRole.
pub async fn create(write: &mut Write<'_, '_>, new: &NewRole) -> Result<Created, Fault> {
    Ok(Created::of(&service_linked::create(write, new).await?))
}

/// What CreateServiceLinkedRole says for conditions on the request's tags.
pub async fn creates(_: &Cx, input: &CreateServiceLinkedRole) -> Result<Subject, Fault> {
    Ok(Subject { context: conditions::request_tags(&input.tags), ..Subject::default() })
}

/// DeleteServiceLinkedRole's request.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DeleteServiceLinkedRole {
    role_name: Name,
}

/// DeleteServiceLinkedRole's reply.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Deleting {
    deletion_task_id: String,
}

/// DeleteServiceLinkedRole.
pub async fn delete(write: &mut Write<'_, '_>, input: &Authorized<DeleteServiceLinkedRole>) -> Result<Deleting, Fault> {
    let deletion_task_id = service_linked::delete(write, input.role_name.as_str(), service_of).await?;
    Ok(Deleting { deletion_task_id })
}

/// GetServiceLinkedRoleDeletionStatus's request.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct GetServiceLinkedRoleDeletionStatus {
    deletion_task_id: Name,
}

/// GetServiceLinkedRoleDeletionStatus's reply.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeletionStatus {
    status: &'static str,
    reason: &'static str,
    service_type: Option<String>,
    service_name: Option<String>,
}

/// GetServiceLinkedRoleDeletionStatus.
pub async fn deletion_status(
    cx: &Cx,
    input: Authorized<GetServiceLinkedRoleDeletionStatus>,
) -> Result<DeletionStatus, Fault> {
    let deletion = service_linked::deletion(cx, input.deletion_task_id.as_str()).await?;
    let service_type = deletion.service.split('.').next().map(str::to_owned);
    Ok(DeletionStatus { status: "SUCCEEDED", reason: "ok", service_type, service_name: Some(deletion.service) })
}

/// The service that a trust policy of [`create`]'s form names.
fn service_of(document: &str) -> String {
    let document: Value = serde_json::from_str(document).unwrap_or_default();
    let service = document.pointer("/statement/0/principal/service/0").and_then(Value::as_str);
    service.unwrap_or_default().to_owned()
}
