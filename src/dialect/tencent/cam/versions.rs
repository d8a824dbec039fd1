//! Versions of a policy: Create-, Get-, List-, DeletePolicyVersion and SetDefaultPolicyVersion.

use super::Done;
use crate::dialect::decode::List;
use crate::dialect::tencent::params::{DocumentText, Id};
use crate::engine::authorize::Authorized;
use crate::engine::cx::{Cx, Write};
use crate::engine::fault::Fault;
use crate::engine::ids::PolicyId;
use crate::engine::versions::{self, Version};
use crate::policy::{Document, DocumentKind};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CreatePolicyVersion {
    policy_id: Id,
    policy_document: DocumentText,
    set_as_default: bool,
}

/// The clients read a number, although the documentation's example shows a text.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreatedVersion {
    version_id: i64,
}

pub async fn reads(cx: &Cx, input: Authorized<CreatePolicyVersion>) -> Result<NewVersion, Fault> {
    let document = cx.engine.written(&cx.account, DocumentKind::Identity, input.policy_document.as_str())?;
    Ok(NewVersion { policy: id(&input.policy_id), document, is_default: input.set_as_default })
}

pub struct NewVersion {
    policy: PolicyId,
    document: Arc<Document>,
    is_default: bool,
}

pub async fn create(write: &mut Write<'_, '_>, new: &NewVersion) -> Result<CreatedVersion, Fault> {
    Ok(CreatedVersion { version_id: versions::create(write, &new.policy, &new.document, new.is_default).await? })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct GetPolicyVersion {
    policy_id: Id,
    version_id: i64,
}

pub type SetDefaultPolicyVersion = GetPolicyVersion;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ShownVersion {
    policy_version: PolicyVersionDetail,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PolicyVersionDetail {
    version_id: i64,
    create_date: String,
    is_default_version: u64,
    document: String,
}

pub async fn get(cx: &Cx, input: Authorized<GetPolicyVersion>) -> Result<ShownVersion, Fault> {
    let version = versions::get(cx, &id(&input.policy_id), input.version_id).await?;
    Ok(ShownVersion {
        policy_version: PolicyVersionDetail {
            version_id: version.number,
            create_date: version.created_at.rfc3339(),
            is_default_version: u64::from(version.is_default),
            document: version.document,
        },
    })
}

pub async fn set_default(
    write: &mut Write<'_, '_>,
    input: &Authorized<SetDefaultPolicyVersion>,
) -> Result<Done, Fault> {
    versions::set_default(write, &id(&input.policy_id), input.version_id).await?;
    Ok(Done {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ListPolicyVersions {
    policy_id: Id,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListedVersions {
    versions: Vec<PolicyVersionItem>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PolicyVersionItem {
    version_id: i64,
    create_date: String,
    is_default_version: u64,
}

pub async fn list(cx: &Cx, input: Authorized<ListPolicyVersions>) -> Result<ListedVersions, Fault> {
    let shown = |version: Version| PolicyVersionItem {
        version_id: version.number,
        create_date: version.created_at.rfc3339(),
        is_default_version: u64::from(version.is_default),
    };
    Ok(ListedVersions { versions: versions::list(cx, &id(&input.policy_id)).await?.into_iter().map(shown).collect() })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DeletePolicyVersion {
    policy_id: Id,
    version_id: List<i64, 50>,
}

/// Deletes all of the versions or none.
pub async fn delete(write: &mut Write<'_, '_>, input: &Authorized<DeletePolicyVersion>) -> Result<Done, Fault> {
    versions::delete(write, &id(&input.policy_id), &input.version_id).await?;
    Ok(Done {})
}

fn id(id: &Id) -> PolicyId {
    PolicyId::from(id.as_str())
}
