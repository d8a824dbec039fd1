//! Service-linked roles: CreateServiceLinkedRole, DeleteServiceLinkedRole, GetServiceLinkedRoleDeletionStatus.
//!
//! Tencent has a fixed role name for each service: `COS_QCSLinkedRoleIn…` for `cosoclsr.cos.cloud.tencent.com`, whose
//! product is the second label, and then `_` and the suffix, if there is one. Only a few names are published whole; this
//! emulator derives the others from the first label.

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
    let mut name = name_for(first);
    if let Some(suffix) = input.suffix.as_deref() {
        name.extend(["_", suffix]);
    }
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
        number: cx.number().await?,
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
    let service_type = Some(labels(&deletion.service).1.to_owned());
    Ok(DeletionStatus { status: "SUCCEEDED", reason: "ok", service_type, service_name: Some(deletion.service) })
}

/// What Tencent writes after `…_QCSLinkedRoleIn` in the published names whose letter case cannot be derived.
const PUBLISHED: &[(&str, &str)] = &[("cvmsmartdiagnostic", "CVMSmartDiagnostic")];

/// Returns the name of the role for a service, without a suffix.
fn name_for(service: &str) -> String {
    let (feature, product) = labels(service);
    let published = PUBLISHED.iter().find(|(label, _)| *label == feature).map(|(_, written)| (*written).to_owned());
    let written = published.unwrap_or_else(|| match feature.split_at_checked(1) {
        Some((first, rest)) if feature != product => first.to_uppercase() + rest,
        _ => feature.to_uppercase(),
    });
    format!("{}_QCSLinkedRoleIn{written}", product.to_uppercase())
}

/// Splits the name of a service into its first label and its product. In a name such as `cvm.qcloud.com`, whose second
/// label is the vendor's, the first label is the product.
fn labels(service: &str) -> (&str, &str) {
    let own = service.strip_suffix(".cloud.tencent.com").or_else(|| service.strip_suffix(".qcloud.com"));
    let own = own.unwrap_or_else(|| service.split('.').next().unwrap_or_default());
    let (first, rest) = own.split_once('.').unwrap_or((own, own));
    (first, rest.split('.').next().unwrap_or_default())
}

/// Returns the first service that a trust policy written by [`reads`] names.
fn service_of(document: &str) -> String {
    let document: Value = serde_json::from_str(document).unwrap_or_default();
    let service = document.pointer("/statement/0/principal/service/0").and_then(Value::as_str);
    service.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_named_after_the_product_of_its_service() {
        for (service, name) in [
            ("command.tat.cloud.tencent.com", "TAT_QCSLinkedRoleInCommand"),
            ("cvmsmartdiagnostic.cvm.cloud.tencent.com", "CVM_QCSLinkedRoleInCVMSmartDiagnostic"),
            ("cosoclsr.cos.cloud.tencent.com", "COS_QCSLinkedRoleInCosoclsr"),
            ("cls.cloud.tencent.com", "CLS_QCSLinkedRoleInCLS"),
            ("cvm.qcloud.com", "CVM_QCSLinkedRoleInCVM"),
            ("cvm", "CVM_QCSLinkedRoleInCVM"),
            ("", "_QCSLinkedRoleIn"),
        ] {
            assert_eq!(name_for(service), name, "{service}");
        }
    }
}
