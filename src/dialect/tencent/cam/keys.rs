//! Permanent keys: CreateAccessKey, ListAccessKeys, UpdateAccessKey, DeleteAccessKey.
//!
//! Without `TargetUin` an action is about the caller's own keys. A sub-user cannot touch the root account's.

use super::Done;
use crate::dialect::contract::Subject;
use crate::dialect::tencent::params::{Id, KeyDescription, Name};
use crate::dialect::tencent::shown::local_time;
use crate::engine::authorize::{Authorized, Right};
use crate::engine::cx::{Cx, Write};
use crate::engine::fault::{Fault, Refusal};
use crate::engine::ids::{SecretId, UserId};
use crate::engine::keys::{self, KeyInfo, NewKey};
use crate::engine::model::Identity;
use serde::{Deserialize, Serialize};

/// CreateAccessKey's request.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CreateAccessKey {
    target_uin: Option<Id>,
    description: Option<KeyDescription>,
}

/// CreateAccessKey's reply.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Created {
    access_key: AccessKeyDetail,
}

/// A new key: the only time that its secret is shown.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AccessKeyDetail {
    access_key_id: String,
    secret_access_key: String,
    status: &'static str,
    create_time: String,
    description: String,
}

/// Makes CreateAccessKey ready.
pub async fn reads(cx: &Cx, input: Authorized<CreateAccessKey>) -> Result<(Option<UserId>, Right<NewKey>), Fault> {
    let description = input.description.as_ref().map_or("", KeyDescription::as_str).to_owned();
    Ok((owner(cx, input.target_uin.as_ref())?, input.demand(cx, NewKey { description }).await?))
}

/// CreateAccessKey.
pub async fn create(
    write: &mut Write<'_, '_>,
    (owner, new): &(Option<UserId>, Right<NewKey>),
) -> Result<Created, Fault> {
    let (key, secret) = keys::create(write, owner.as_ref(), new).await?;
    Ok(Created {
        access_key: AccessKeyDetail {
            status: status(&key),
            create_time: local_time(key.created_at),
            access_key_id: key.secret_id.to_string(),
            secret_access_key: secret.expose().to_owned(),
            description: key.description,
        },
    })
}

/// CreateAccessKey is granted on the user that the key is for (documentation of CAM's own authorisation).
pub async fn subject(cx: &Cx, input: &CreateAccessKey) -> Result<Subject, Fault> {
    let uin = input.target_uin.as_ref().map_or(cx.caller.id(), Id::as_str);
    let resource = format!("qcs::cam::uin/{}:uin/{uin}", cx.account.id);
    Ok(Subject { resources: Some(vec![resource]), ..Subject::default() })
}

/// ListAccessKeys's request.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ListAccessKeys {
    target_uin: Option<Id>,
}

/// ListAccessKeys's reply.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Listed {
    access_keys: Vec<AccessKey>,
}

/// A key as lists show it.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AccessKey {
    access_key_id: String,
    status: &'static str,
    create_time: String,
    description: String,
}

/// ListAccessKeys.
pub async fn list(cx: &Cx, input: Authorized<ListAccessKeys>) -> Result<Listed, Fault> {
    let owner = owner(cx, input.target_uin.as_ref())?;
    let shown = |key: KeyInfo| AccessKey {
        status: status(&key),
        create_time: local_time(key.created_at),
        access_key_id: key.secret_id.to_string(),
        description: key.description,
    };
    Ok(Listed { access_keys: keys::list(cx, owner.as_ref()).await?.into_iter().map(shown).collect() })
}

/// UpdateAccessKey's request.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct UpdateAccessKey {
    access_key_id: Name,
    status: Status,
    target_uin: Option<Id>,
}

/// Whether a key may sign.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct Status(bool);

impl TryFrom<String> for Status {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Status, &'static str> {
        match text.as_str() {
            "Active" => Ok(Status(true)),
            "Inactive" => Ok(Status(false)),
            _ => Err("`Active` or `Inactive`"),
        }
    }
}

/// UpdateAccessKey.
pub async fn update(write: &mut Write<'_, '_>, input: &Authorized<UpdateAccessKey>) -> Result<Done, Fault> {
    let owner = owner(write.cx, input.target_uin.as_ref())?;
    keys::set_active(write, owner.as_ref(), &SecretId::from(input.access_key_id.as_str()), input.status.0).await?;
    Ok(Done {})
}

/// DeleteAccessKey's request.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DeleteAccessKey {
    access_key_id: Name,
    target_uin: Option<Id>,
}

/// DeleteAccessKey.
pub async fn delete(write: &mut Write<'_, '_>, input: &Authorized<DeleteAccessKey>) -> Result<Done, Fault> {
    let owner = owner(write.cx, input.target_uin.as_ref())?;
    keys::delete(write, owner.as_ref(), &SecretId::from(input.access_key_id.as_str())).await?;
    Ok(Done {})
}

/// Whose keys are meant: none for the root account's.
fn owner(cx: &Cx, target: Option<&Id>) -> Result<Option<UserId>, Fault> {
    if target.is_none() && matches!(cx.caller.identity, Identity::Role { .. }) {
        // A role has no keys of its own, and those of whoever assumed it are not the session's to make.
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
