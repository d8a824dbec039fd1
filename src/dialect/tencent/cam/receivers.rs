//! Receivers of messages: CreateMessageReceiver, ListReceiver, DeleteMessageReceiver.

use super::Done;
use crate::dialect::tencent::params::{Contact, Limit, MemberName, Name, Offset, Remark, window};
use crate::dialect::tencent::shown::integer;
use crate::engine::authorize::Authorized;
use crate::engine::cx::{Cx, Write};
use crate::engine::fault::Fault;
use crate::engine::members::{self, Member, MemberKind};
use crate::engine::users::Profile;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CreateMessageReceiver {
    name: MemberName,
    country_code: Contact,
    email: Contact,
    phone_number: Contact,
    remark: Option<Remark>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreatedReceiver {
    phone_num_verify_link: String,
}

/// No message can be sent from here, so there is no link to verify the telephone number.
pub async fn create(
    write: &mut Write<'_, '_>,
    input: &Authorized<CreateMessageReceiver>,
) -> Result<CreatedReceiver, Fault> {
    let profile = Profile {
        remark: input.remark.as_deref().map(str::to_owned),
        console_login: None,
        phone: Some(input.phone_number.to_string()),
        country_code: Some(input.country_code.to_string()),
        email: Some(input.email.to_string()),
    };
    members::create_receiver(write, &input.name, &profile).await?;
    Ok(CreatedReceiver { phone_num_verify_link: String::new() })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ListReceiver {
    offset: Option<Offset>,
    limit: Option<Limit>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListedReceivers {
    total_count: usize,
    receivers: Vec<Receiver>,
}

/// Telephone numbers and addresses are never verified here, so their flags are 0.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Receiver {
    uid: i64,
    name: String,
    remark: String,
    phone_number: String,
    phone_flag: i64,
    email: String,
    email_flag: i64,
    is_receiver_owner: i64,
    wechat_flag: i64,
    uin: u64,
    country_code: String,
}

pub async fn list(cx: &Cx, input: Authorized<ListReceiver>) -> Result<ListedReceivers, Fault> {
    let all = members::list(cx, Some(MemberKind::Receiver)).await?;
    let shown = |member: Member| Receiver {
        uid: member.uid,
        name: member.name,
        remark: member.remark,
        phone_number: member.phone,
        phone_flag: 0,
        email: member.email,
        email_flag: 0,
        is_receiver_owner: 0,
        wechat_flag: 0,
        uin: integer(&member.id),
        country_code: member.country_code,
    };
    let page = window(input.offset, input.limit).of(all).map(shown);
    Ok(ListedReceivers { total_count: page.total, receivers: page.items })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DeleteMessageReceiver {
    name: Name,
}

pub async fn delete(write: &mut Write<'_, '_>, input: &Authorized<DeleteMessageReceiver>) -> Result<Done, Fault> {
    members::delete(write, MemberKind::Receiver, &input.name).await?;
    Ok(Done {})
}
