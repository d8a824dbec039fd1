//! Permanent keys: CreateAccessKey, ListAccessKeys, UpdateAccessKey, DeleteAccessKey, and GetSecurityLastUsed.
//!
//! Without `TargetUin` an action works on the caller's own keys. Only the root account may work on the root account's keys.

use super::Done;
use crate::dialect::contract::Subject;
use crate::dialect::decode::List;
use crate::dialect::tencent::conditions;
use crate::dialect::tencent::params::{Id, KeyDescription, Name, given};
use crate::dialect::tencent::shown::{local_date, local_time};
use crate::engine::authorize::{Authorized, Right};
use crate::engine::cx::{Cx, Write};
use crate::engine::fault::{Fault, Refusal};
use crate::engine::ids::{SecretId, UserId};
use crate::engine::keys::{self, KeyInfo, NewKey};
use crate::engine::model::{Holder, Identity};
use crate::words;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CreateAccessKey {
    target_uin: Option<Id>,
    description: Option<KeyDescription>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreatedKey {
    access_key: AccessKeyDetail,
}

/// A new key. Its secret is never shown again.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AccessKeyDetail {
    access_key_id: String,
    secret_access_key: String,
    status: &'static str,
    create_time: String,
    description: String,
}

pub async fn reads(cx: &Cx, input: Authorized<CreateAccessKey>) -> Result<(Option<UserId>, Right<NewKey>), Fault> {
    let description = input.description.as_deref().unwrap_or_default().to_owned();
    Ok((owner(cx, &input.target_uin)?, input.demand(cx, NewKey { description }).await?))
}

pub async fn create(
    write: &mut Write<'_, '_>,
    (owner, new): &(Option<UserId>, Right<NewKey>),
) -> Result<CreatedKey, Fault> {
    let (key, secret) = keys::create(write, owner.as_ref(), new).await?;
    Ok(CreatedKey {
        access_key: AccessKeyDetail {
            status: status(&key),
            create_time: local_time(key.created_at),
            access_key_id: key.secret_id.to_string(),
            secret_access_key: secret.expose().to_owned(),
            description: key.description,
        },
    })
}

/// Returns the user whom the key is for, with its tags: CreateAccessKey is granted on it (documentation of CAM's own authorisation).
pub async fn subject(cx: &Cx, input: &CreateAccessKey) -> Result<Subject, Fault> {
    let uin = given(&input.target_uin).map_or(cx.caller.id(), Id::as_str);
    let resource = format!("qcs::cam::uin/{}:uin/{uin}", cx.account.id);
    let user = cx.engine.grants(&cx.tenant, &Holder::User(UserId::from(uin))).await?;
    let tags = user.iter().flat_map(|user| &user.tags);
    let context = tags.flat_map(|(key, value)| conditions::tag(conditions::RESOURCE, key, value)).collect();
    Ok(Subject { resources: Some(vec![resource]), context })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ListAccessKeys {
    target_uin: Option<Id>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListedKeys {
    access_keys: Vec<AccessKey>,
}

/// A key without its secret. A key without a description has no such member.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AccessKey {
    access_key_id: String,
    status: &'static str,
    create_time: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    description: String,
}

pub async fn list(cx: &Cx, input: Authorized<ListAccessKeys>) -> Result<ListedKeys, Fault> {
    let owner = owner(cx, &input.target_uin)?;
    let shown = |key: KeyInfo| AccessKey {
        status: status(&key),
        create_time: local_time(key.created_at),
        access_key_id: key.secret_id.to_string(),
        description: key.description,
    };
    Ok(ListedKeys { access_keys: keys::list(cx, owner.as_ref()).await?.into_iter().map(shown).collect() })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct UpdateAccessKey {
    access_key_id: Name,
    status: KeyStatus,
    target_uin: Option<Id>,
}

words! {
    /// Whether a key may sign.
    KeyStatus -> bool { "Active" => true, "Inactive" => false }
}

pub async fn update(write: &mut Write<'_, '_>, input: &Authorized<UpdateAccessKey>) -> Result<Done, Fault> {
    let owner = owner(write.cx, &input.target_uin)?;
    keys::set_active(write, owner.as_ref(), &SecretId::from(&*input.access_key_id), input.status.0).await?;
    Ok(Done {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DeleteAccessKey {
    access_key_id: Name,
    target_uin: Option<Id>,
}

pub async fn delete(write: &mut Write<'_, '_>, input: &Authorized<DeleteAccessKey>) -> Result<Done, Fault> {
    let owner = owner(write.cx, &input.target_uin)?;
    keys::delete(write, owner.as_ref(), &SecretId::from(&*input.access_key_id)).await?;
    Ok(Done {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct GetSecurityLastUsed {
    secret_id_list: List<Name, 10>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct LastUses {
    secret_id_last_used_rows: Vec<SecretIdLastUsed>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct SecretIdLastUsed {
    secret_id: String,
    last_used_date: Option<String>,
    /// In milliseconds since the epoch.
    last_secret_used_date: Option<i64>,
}

pub async fn last_used(cx: &Cx, input: Authorized<GetSecurityLastUsed>) -> Result<LastUses, Fault> {
    let ids: Vec<SecretId> = input.secret_id_list.iter().map(|key| SecretId::from(&**key)).collect();
    let uses = keys::last_uses(cx, &ids).await?;
    let row = |(key, at): (&SecretId, Option<crate::env::Time>)| SecretIdLastUsed {
        secret_id: key.to_string(),
        last_used_date: at.map(local_date),
        last_secret_used_date: at.map(|at| at.0 / 1000),
    };
    Ok(LastUses { secret_id_last_used_rows: ids.iter().zip(uses).map(row).collect() })
}

/// Returns the user whose keys are meant; `None` for the root account's own.
pub(in crate::dialect::tencent) fn owner(cx: &Cx, target: &Option<Id>) -> Result<Option<UserId>, Fault> {
    let target = given(target);
    if target.is_none() && matches!(cx.caller.identity, Identity::Role { .. }) {
        // A role has no keys of its own, and its session has no right to the keys of whoever assumed it.
        return Err(Fault::none_of(&["TargetUin"]));
    }
    let uin = target.map_or(cx.caller.id(), Id::as_str);
    if uin != cx.account.id.as_str() {
        return Ok(Some(UserId::from(uin)));
    }
    match cx.caller.identity {
        Identity::Root => Ok(None),
        _ => Err(Fault::Refused(Refusal::KeysOfAnother)),
    }
}

fn status(key: &KeyInfo) -> &'static str {
    if key.active { "Active" } else { "Inactive" }
}
