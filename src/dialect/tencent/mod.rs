//! Tencent Cloud: API 3.0 of CAM 2019-01-16 and STS 2018-08-13, over `POST` with JSON, signed with TC3-HMAC-SHA256.
//!
//! `cloud` is the profile of the cloud, `tc3` the signature, `route` finds the operation, `params` and `reply` are the two directions of the wire, `codes` the
//! error table, `conditions` what policies can ask about a request, `deeds` what an operation needs besides its own permission,
//! `operations` the registry; `cam` and `sts` hold an operation's request, response and function each.
//! Behaviour that is inferred rather than documented is listed in [`inferred`]. Not served yet: `GET`, multipart, the older
//! signature, API 2.0, the component envelope.

mod cam;
pub mod cloud;
pub mod codes;
mod conditions;
mod deeds;
pub mod documented;
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
mod stub;
pub mod tc3;

use super::contract::{Dialect, Head};

/// The dialect.
pub static DIALECT: Dialect = Dialect {
    cloud: &cloud::CLOUD,
    // The Go client sends whatever path its endpoint has, and signs `/`.
    detect: |request: &Head| request.path == "/" || request.headers.contains_key("x-tc-action"),
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
    stubs: stub::built_in,
    is_published: tc3::is_published,
    principal: principal::read,
    arn: principal::arn,
    is_operation_level: operations::is_operation_level,
    example: tc3::example,
    defect_code: codes::defect_code,
    operations: operations::ALL,
};
