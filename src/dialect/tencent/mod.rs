//! Tencent Cloud: API 3.0 of CAM 2019-01-16 and STS 2018-08-13, over `POST` with JSON, signed with TC3-HMAC-SHA256.
//!
//! | module | holds |
//! | --- | --- |
//! | `cloud` | the profile of the cloud: ids, quotas, durations, presets |
//! | `headers` | the names of the headers |
//! | `tc3` | the signature |
//! | `route` | how a request's operation is found |
//! | `operations` | the registry |
//! | `cam`, `sts` | the request, reply and function of each operation |
//! | `params`, `shown` | the types of parameters, and how values are written in replies |
//! | `reply`, `codes` | the envelope, and the error codes |
//! | `stubs` | answers for actions of other services |
//! | `conditions`, `deeds` | what policies can ask about a request, and the further permissions that an operation needs |
//!
//! [`inferred`] lists behaviour that is inferred rather than documented. Not served yet: `GET`, multipart, the older
//! signature, API 2.0, the component envelope.

pub mod addresses;
mod cam;
pub mod cloud;
mod codes;
mod conditions;
mod deeds;
pub mod documented;
mod headers;
pub mod inferred;
pub mod messages;
pub mod operations;
mod params;
mod presets;
mod principal;
pub mod reply;
mod route;
mod shown;
mod sts;
mod stubs;
pub mod tc3;

use super::contract::{Dialect, Head};

/// The wire of Tencent Cloud.
pub static DIALECT: Dialect = Dialect {
    cloud: &cloud::CLOUD,
    // The Go client sends the path of its endpoint, whatever it is, and signs `/`.
    detect: |request: &Head| request.path == "/" || request.headers.contains_key(&headers::ACTION),
    claim: route::claim,
    verify: tc3::verify,
    free: tc3::free,
    named: route::named,
    route: route::route,
    conditions: conditions::common,
    deeds: deeds::DEEDS,
    assumes: |action, resource| if action == "sts:AssumeRole" { principal::role(resource) } else { None },
    is_foreign: |account, action, resource| {
        principal::is_of_another(account, resource)
            && !(action == "sts:AssumeRole" && principal::role(resource).is_some())
    },
    on_role: conditions::on_role,
    encode: reply::encode,
    stubs: Some(stubs::make),
    is_published: tc3::is_published,
    principal: principal::read,
    arn: principal::arn,
    is_operation_level: operations::is_operation_level,
    variables: |secret_id, secret_key| {
        vec![
            ("TENCENTCLOUD_SECRET_ID", secret_id.to_owned()),
            ("TENCENTCLOUD_SECRET_KEY", secret_key.to_owned()),
            ("TENCENTCLOUD_REGION", "ap-guangzhou".to_owned()),
        ]
    },
    example: tc3::example,
    defect_code: codes::defect_code,
    operations: operations::ALL,
};
