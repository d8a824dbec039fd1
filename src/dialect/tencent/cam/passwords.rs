//! The rules of passwords: GetPasswordRules, UpdatePasswordRules.

use super::Done;
use crate::dialect::tencent::params::{MustContain, PasswordDays, PasswordFlag, PasswordLength, PasswordTimes};
use crate::dialect::tencent::shown::local_time;
use crate::engine::authorize::Authorized;
use crate::engine::cx::{Cx, Write};
use crate::engine::fault::Fault;
use crate::engine::passwords::{self, KEPT, PasswordRules};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GetPasswordRules {}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ShownRules {
    rules: ShownPassWordRule,
    update_time: String,
    modifier: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ShownPassWordRule {
    minimum_length: i64,
    must_contain: String,
    force_password_change: i64,
    reuse_password_limit: i64,
    retry_password_limit: i64,
    password_expiration_invalidation: i64,
}

pub async fn get(cx: &Cx, _: Authorized<GetPasswordRules>) -> Result<ShownRules, Fault> {
    let set = passwords::rules(cx).await?;
    let rules = set.rules;
    Ok(ShownRules {
        rules: ShownPassWordRule {
            minimum_length: rules.minimum_length,
            must_contain: rules.must_contain,
            force_password_change: rules.change_after_days,
            reuse_password_limit: rules.reuse_limit,
            retry_password_limit: rules.retry_limit,
            password_expiration_invalidation: if rules.expired_is_invalid { 1 } else { 2 },
        },
        update_time: local_time(set.updated_at),
        modifier: set.modifier,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct UpdatePasswordRules {
    rules: PassWordRule,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct PassWordRule {
    minimum_length: Option<PasswordLength>,
    must_contain: Option<MustContain>,
    force_password_change: Option<PasswordDays>,
    reuse_password_limit: Option<PasswordTimes>,
    retry_password_limit: Option<PasswordTimes>,
    password_expiration_invalidation: Option<PasswordFlag>,
}

/// Replaces all rules: one that is left out does not count any more.
pub async fn update(write: &mut Write<'_, '_>, input: &Authorized<UpdatePasswordRules>) -> Result<Done, Fault> {
    let rule = &input.rules;
    let reuse_limit = rule.reuse_password_limit.map_or(0, |times| times.0);
    if reuse_limit > KEPT {
        return Err(Fault::illegal("Rules.ReusePasswordLimit", "0 to 24"));
    }
    let rules = PasswordRules {
        minimum_length: rule.minimum_length.map_or(0, |length| length.0),
        must_contain: rule.must_contain.as_deref().unwrap_or_default().to_owned(),
        change_after_days: rule.force_password_change.map_or(0, |days| days.0),
        reuse_limit,
        retry_limit: rule.retry_password_limit.map_or(0, |times| times.0),
        expired_is_invalid: rule.password_expiration_invalidation.is_some_and(|flag| flag.0),
    };
    passwords::set_rules(write, &rules).await?;
    Ok(Done {})
}
