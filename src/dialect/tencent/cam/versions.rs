//! Versions of a policy: Create-, Get-, List-, DeletePolicyVersion and SetDefaultPolicyVersion.

use super::Done;
use crate::dialect::decode::List;
use crate::dialect::tencent::params::{DocumentText, Id};
use crate::engine::authorize::Authorized;
use crate::engine::cx::{Cx, Write};
use crate::engine::fault::Fault;
use crate::engine::ids::PolicyId;
use crate::engine::versions::{self, Version};
use crate::policy::{Document, Kind};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// CreatePolicyVersion's request.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CreatePolicyVersion {
    policy_id: Id,
    policy_document: DocumentText,
    set_as_default: bool,
}

/// CreatePolicyVersion's reply. The clients read a number, whatever the documentation's example shows.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Created {
    version_id: i64,
}

/// Makes CreatePolicyVersion ready.
pub async fn reads(cx: &Cx, input: Authorized<CreatePolicyVersion>) -> Result<NewVersion, Fault> {
    let document = cx.engine.written(&cx.account, Kind::Identity, input.policy_document.as_str())?;
    Ok(NewVersion { policy: id(&input.policy_id), document, is_default: input.set_as_default })
}

/// A version that is to be made.
pub struct NewVersion {
    policy: PolicyId,
    document: Arc<Document>,
    is_default: bool,
}

/// CreatePolicyVersion.
pub async fn create(write: &mut Write<'_, '_>, new: &NewVersion) -> Result<Created, Fault> {
    Ok(Created { version_id: versions::create(write, &new.policy, &new.document, new.is_default).await? })
}

/// GetPolicyVersion's and SetDefaultPolicyVersion's request.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct GetPolicyVersion {
    policy_id: Id,
    version_id: i64,
}

/// SetDefaultPolicyVersion's request.
pub type SetDefaultPolicyVersion = GetPolicyVersion;

/// GetPolicyVersion's reply.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Got {
    policy_version: PolicyVersionDetail,
}

/// A version with its text.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PolicyVersionDetail {
    version_id: i64,
    create_date: String,
    is_default_version: u64,
    document: String,
}

/// GetPolicyVersion.
pub async fn get(cx: &Cx, input: Authorized<GetPolicyVersion>) -> Result<Got, Fault> {
    let version = versions::get(cx, &id(&input.policy_id), input.version_id).await?;
    Ok(Got {
        policy_version: PolicyVersionDetail {
            version_id: version.number,
            create_date: version.created_at.rfc3339(),
            is_default_version: u64::from(version.is_default),
            document: version.document,
        },
    })
}

/// SetDefaultPolicyVersion.
pub async fn set_default(
    write: &mut Write<'_, '_>,
    input: &Authorized<SetDefaultPolicyVersion>,
) -> Result<Done, Fault> {
    versions::set_default(write, &id(&input.policy_id), input.version_id).await?;
    Ok(Done {})
}

/// ListPolicyVersions's request.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ListPolicyVersions {
    policy_id: Id,
}

/// ListPolicyVersions's reply.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Listed {
    versions: Vec<PolicyVersionItem>,
}

/// A version as lists show it.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PolicyVersionItem {
    version_id: i64,
    create_date: String,
    is_default_version: u64,
}

/// ListPolicyVersions.
pub async fn list(cx: &Cx, input: Authorized<ListPolicyVersions>) -> Result<Listed, Fault> {
    let shown = |version: Version| PolicyVersionItem {
        version_id: version.number,
        create_date: version.created_at.rfc3339(),
        is_default_version: u64::from(version.is_default),
    };
    Ok(Listed { versions: versions::list(cx, &id(&input.policy_id)).await?.into_iter().map(shown).collect() })
}

/// DeletePolicyVersion's request.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DeletePolicyVersion {
    policy_id: Id,
    version_id: List<i64, 50>,
}

/// DeletePolicyVersion: all of the versions or none.
pub async fn delete(write: &mut Write<'_, '_>, input: &Authorized<DeletePolicyVersion>) -> Result<Done, Fault> {
    versions::delete(write, &id(&input.policy_id), &input.version_id).await?;
    Ok(Done {})
}

fn id(id: &Id) -> PolicyId {
    PolicyId::from(id.as_str())
}
