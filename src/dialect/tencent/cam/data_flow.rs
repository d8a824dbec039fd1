//! Passwords of databases and the like, lent to callers: BuildDataFlowAuthToken.

use crate::dialect::tencent::params::ResourceWord;
use crate::engine::authorize::Authorized;
use crate::engine::cx::Cx;
use crate::engine::data_flows::{self, DataFlow};
use crate::engine::fault::Fault;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct BuildDataFlowAuthToken {
    resource_id: ResourceWord,
    resource_region: ResourceWord,
    resource_account: ResourceWord,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct BuiltToken {
    credentials: AuthToken,
}

/// Times are milliseconds since the epoch. The password of a period follows from the secret, so a rotation takes no time
/// and cannot fail.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AuthToken {
    token: String,
    current_time: i64,
    next_rotation_time: i64,
    last_rotation_time_cost: i64,
    rotation_status: &'static str,
    rotation_message: &'static str,
}

pub async fn build(cx: &Cx, input: Authorized<BuildDataFlowAuthToken>) -> Result<BuiltToken, Fault> {
    let flow = DataFlow {
        resource: input.resource_id.to_string(),
        region: input.resource_region.to_string(),
        account: input.resource_account.to_string(),
    };
    let lent = data_flows::lend(cx, &flow).await?;
    Ok(BuiltToken {
        credentials: AuthToken {
            token: lent.password,
            current_time: cx.now.seconds(),
            next_rotation_time: lent.until.0 / 1000,
            last_rotation_time_cost: 0,
            rotation_status: "success",
            rotation_message: "success",
        },
    })
}
