//! Tencent Cloud: API 3.0 of CAM 2019-01-16, STS and TAG 2018-08-13, over every transport and signature that its clients
//! use.
//!
//! | module | holds |
//! | --- | --- |
//! | `cloud` | the profile of the cloud: ids, quotas, durations, presets |
//! | `headers` | the names of the headers |
//! | `tc3`, `v1` | the signatures |
//! | `component`, `api2` | the older wires, which are dialects of their own |
//! | `fields`, `multipart` | parameters of queries, forms and multipart bodies |
//! | `route` | how a request's operation is found |
//! | `operations` | the registry |
//! | `cam`, `sts`, `federated`, `tag` | the request, reply and function of each operation |
//! | `proofs` | what identity providers give: metadata and keys |
//! | `params`, `shown` | the types of parameters, and how values are written in replies |
//! | `reply`, `codes` | the envelope, and the error codes |
//! | `stubs` | answers for actions of other services |
//! | `conditions`, `reading`, `deeds` | what policies can ask about a request, and the further permissions that an operation needs |
//!
//! [`inferred`] lists behaviour that is inferred rather than documented.

pub mod api2;
mod cam;
pub mod cloud;
pub mod codes;
pub mod component;
mod conditions;
mod deeds;
pub mod documented;
mod federated;
mod fields;
mod headers;
pub mod inferred;
mod legacy;
pub mod messages;
mod multipart;
pub mod operations;
mod params;
mod presets;
mod principal;
mod proofs;
mod reading;
pub mod reply;
mod route;
mod shown;
mod sts;
mod stubs;
mod tag;
pub mod tc3;
mod v1;

use super::contract::{Dialect, Head};

/// The wire of API 3.0.
pub static DIALECT: Dialect = COMMON;

/// The wire of API 3.0, and what the older wires have in common with it.
const COMMON: Dialect = Dialect {
    name: "tencent",
    cloud: &cloud::CLOUD,
    domains: &["tencentcloudapi.com", "api.qcloud.com"],
    // The Go client sends the path of its endpoint, whatever it is, and signs `/`.
    detect: |request: &Head| {
        (request.path == "/" || request.headers.contains_key(&headers::ACTION)) && !component::detect(request)
    },
    claim: route::claim,
    claim_in_body: route::claim_in_body,
    verify: route::verify,
    free: tc3::free,
    named: route::named,
    route: route::route,
    conditions: reading::conditions,
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
