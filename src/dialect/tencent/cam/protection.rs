//! Checks at sign-in and before risky actions: SetMfaFlag, DescribeSafeAuthFlag, -Coll, -Intl; the account's own second
//! factor: GetCustomMFATokenInfo, ConsumeCustomMFAToken; and from where people sign in: CreateSubAccountLoginIpPolicy.
//!
//! Only a telephone, a device that shows codes and WeChat can be checks here; the other flags are always 0.

use super::Done;
use crate::dialect::decode::List;
use crate::dialect::tencent::addresses::AddressSpan;
use crate::dialect::tencent::params::{Contact, Flag, Id};
use crate::dialect::tencent::shown::integer;
use crate::engine::authorize::Authorized;
use crate::engine::cx::{Cx, Write};
use crate::engine::factor_tokens;
use crate::engine::fault::Fault;
use crate::engine::ids::UserId;
use crate::engine::protection::{self, Checks};
use crate::engine::sign_in::{self, SignInPatch, SignInRule};
use crate::{numbers, texts, words};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct SetMfaFlag {
    op_uin: Option<Id>,
    login_flag: Option<LoginActionMfaFlag>,
    action_flag: Option<LoginActionMfaFlag>,
}

/// What is left out is 0.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct LoginActionMfaFlag {
    phone: Option<Flag>,
    stoken: Option<Flag>,
    wechat: Option<Flag>,
}

impl LoginActionMfaFlag {
    fn checks(self) -> Checks {
        let is_set = |flag: Option<Flag>| flag.is_some_and(|flag| flag.0);
        Checks { phone: is_set(self.phone), device: is_set(self.stoken), chat: is_set(self.wechat) }
    }
}

/// Without `OpUin` the flags are the caller's own.
pub async fn set_flags(write: &mut Write<'_, '_>, input: &Authorized<SetMfaFlag>) -> Result<Done, Fault> {
    let user = match &input.op_uin {
        Some(uin) => named(write.cx, uin),
        None => protection::user_of(&write.cx.caller.identity)?,
    };
    let checks = |flag: Option<LoginActionMfaFlag>| flag.map(LoginActionMfaFlag::checks);
    protection::set_checks(write, user.as_ref(), checks(input.login_flag), checks(input.action_flag)).await?;
    Ok(Done {})
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DescribeSafeAuthFlag {}

pub type DescribeSafeAuthFlagIntl = DescribeSafeAuthFlag;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DescribeSafeAuthFlagColl {
    sub_uin: Id,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ShownFlags {
    login_flag: LoginActionFlag,
    action_flag: LoginActionFlag,
    offsite_flag: OffsiteFlag,
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt_trust: Option<u64>,
}

#[derive(Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct LoginActionFlag {
    phone: u64,
    token: u64,
    stoken: u64,
    wechat: u64,
    custom: u64,
    mail: u64,
    #[serde(rename = "U2FToken")]
    u2f_token: u64,
    passkey: u64,
}

impl LoginActionFlag {
    fn of(checks: Checks) -> LoginActionFlag {
        LoginActionFlag {
            phone: u64::from(checks.phone),
            stoken: u64::from(checks.device),
            wechat: u64::from(checks.chat),
            ..LoginActionFlag::default()
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct OffsiteFlag {
    verify_flag: u64,
    notify_phone: u64,
    notify_email: i64,
    notify_wechat: u64,
    tips: u64,
}

pub async fn own_flags(cx: &Cx, _: Authorized<DescribeSafeAuthFlag>) -> Result<ShownFlags, Fault> {
    flags(cx, protection::user_of(&cx.caller.identity)?.as_ref(), Some(0)).await
}

pub async fn own_flags_abroad(cx: &Cx, _: Authorized<DescribeSafeAuthFlagIntl>) -> Result<ShownFlags, Fault> {
    flags(cx, protection::user_of(&cx.caller.identity)?.as_ref(), None).await
}

pub async fn flags_of(cx: &Cx, input: Authorized<DescribeSafeAuthFlagColl>) -> Result<ShownFlags, Fault> {
    flags(cx, named(cx, &input.sub_uin).as_ref(), Some(0)).await
}

async fn flags(cx: &Cx, user: Option<&UserId>, prompt_trust: Option<u64>) -> Result<ShownFlags, Fault> {
    let found = protection::get(cx, user).await?;
    let verifies = sign_in::get(cx).await?.verifies_unusual;
    Ok(ShownFlags {
        login_flag: LoginActionFlag::of(found.sign_in),
        action_flag: LoginActionFlag::of(found.actions),
        offsite_flag: OffsiteFlag {
            verify_flag: u64::from(verifies),
            notify_phone: 1,
            notify_email: 1,
            notify_wechat: 1,
            tips: 0,
        },
        prompt_trust,
    })
}

/// Returns the user of a uin; `None` for the root.
fn named(cx: &Cx, uin: &Id) -> Option<UserId> {
    (uin.as_str() != cx.account.id.as_str()).then(|| UserId::from(uin.as_str()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GetCustomMFATokenInfo {
    #[serde(rename = "MFAToken")]
    mfa_token: Contact,
}

pub type ConsumeCustomMFAToken = GetCustomMFATokenInfo;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ShownToken {
    uin: u64,
}

pub async fn token(cx: &Cx, input: Authorized<GetCustomMFATokenInfo>) -> Result<ShownToken, Fault> {
    let user = factor_tokens::get(cx, &input.mfa_token).await?;
    Ok(ShownToken { uin: integer(user.as_ref().map_or(cx.account.id.as_str(), UserId::as_str)) })
}

pub async fn consume(write: &mut Write<'_, '_>, input: &Authorized<ConsumeCustomMFAToken>) -> Result<Done, Fault> {
    factor_tokens::consume(write, &input.mfa_token).await?;
    Ok(Done {})
}

numbers! {
    /// 1 sets the rules for addresses, 2 whether a sign-in from an unusual place is verified.
    SignInPolicyType(kind in 1..=2), "1 or 2";
}

words! {
    /// Whether a sign-in is let through.
    IpEffect -> bool { "Allow" => true, "Deny" => false }
    /// The kind of approval that an approver gives; there is only one.
    ApproverType -> () { "SubAccountLoginLimitApproval" => () }
}

texts! {
    /// An address, a network or a range of addresses.
    IpText(text) if AddressSpan::read(&text).is_some(), "an address, a network such as 10.0.0.0/8, or two addresses with a hyphen between them";
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CreateSubAccountLoginIpPolicy {
    ip_policies: Option<List<IpPolicy, 100>>,
    #[serde(rename = "ApproverType")]
    _approver_type: Option<ApproverType>,
    approver_uin: Option<List<Id, 20>>,
    disable_policy: Option<Flag>,
    policy_type: Option<SignInPolicyType>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IpPolicy {
    #[serde(rename = "IP")]
    ip: IpText,
    #[serde(rename = "Effect")]
    effect: IpEffect,
}

pub async fn sign_in(
    write: &mut Write<'_, '_>,
    input: &Authorized<CreateSubAccountLoginIpPolicy>,
) -> Result<Done, Fault> {
    let disabled = input.disable_policy.map(|flag| flag.0);
    let is_for_places = input.policy_type.is_some_and(|kind| kind.0 == 2);
    if let Some(policies) = &input.ip_policies {
        let spans: Vec<AddressSpan> = policies.iter().filter_map(|policy| AddressSpan::read(&policy.ip)).collect();
        for (place, span) in spans.iter().enumerate() {
            if spans.iter().take(place).any(|earlier| earlier.overlaps(span)) {
                return Err(Fault::illegal("IpPolicies", "addresses that do not overlap"));
            }
        }
    }
    let rule = |policy: &IpPolicy| SignInRule { address: policy.ip.to_string(), allow: policy.effect.0 };
    let patch = SignInPatch {
        rules: input.ip_policies.as_ref().map(|policies| policies.iter().map(rule).collect()),
        approvers: input.approver_uin.as_ref().map(|uins| uins.iter().map(|uin| UserId::from(uin.as_str())).collect()),
        disabled: disabled.filter(|_| !is_for_places),
        verifies_unusual: is_for_places.then(|| !disabled.unwrap_or(false)),
    };
    sign_in::update(write, &patch).await?;
    Ok(Done {})
}
