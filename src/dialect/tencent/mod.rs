//! Tencent Cloud: API 3.0 of CAM 2019-01-16 and STS 2018-08-13, over `POST` with JSON, signed with TC3-HMAC-SHA256.
//!
//! `tc3` is the signature, `route` finds the operation, `params` and `reply` are the two directions of the wire. `codes`
//! chooses an error's code among those that `documented` lists for the action, `messages` words it. `conditions` is what
//! policies can ask about a request, `deeds` what an operation needs besides its own permission, `operations` the registry;
//! `cam` and `sts` hold an operation's request, response and function each.
//! Behaviour that is inferred rather than documented is listed in [`inferred`]. Not served yet: `GET`, multipart, the older
//! signature, API 2.0, the component envelope.

pub mod cam;
pub mod codes;
pub mod conditions;
pub mod deeds;
pub mod documented;
pub mod inferred;
pub mod messages;
pub mod operations;
pub mod params;
pub mod presets;
pub mod principal;
pub mod reply;
pub mod route;
pub mod sts;
pub mod stub;
pub mod tc3;

use super::contract::{Dialect, Head, Subject};
use crate::env::Env;
use crate::policy;

/// The dialect.
pub static DIALECT: Dialect = Dialect {
    name: "tencent",
    // The Go client sends whatever path its endpoint has, and signs `/`.
    detect: |request: &Head| request.path == "/" || request.headers.contains_key("x-tc-action"),
    claim: route::claim,
    verify: tc3::verify,
    free: tc3::free,
    named: route::named,
    route: route::route,
    conditions: conditions::common,
    deeds: deeds::DEEDS,
    condition: |key, text| policy::read_value(key, text).into_owned(),
    assumes: |action, resource| if action == "sts:AssumeRole" { principal::role(resource) } else { None },
    is_foreign: |account, action, resource| {
        principal::is_of_another(account, resource)
            && !(action == "sts:AssumeRole" && principal::role(resource).is_some())
    },
    on_role: |account, role| Subject {
        resources: Some(principal::role_names(account, role).to_vec()),
        context: role.tags.iter().flat_map(|(key, value)| conditions::tag(conditions::RESOURCE, key, value)).collect(),
    },
    encode: reply::encode,
    presets: presets::all,
    new_account_id,
    is_published: tc3::is_published,
    is_account_id: |text| {
        (5..=18).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0')
    },
    principal: principal::read,
    arn: principal::arn,
    defect_code: codes::defect_code,
    operations: operations::ALL,
};

/// A root account's uin has twelve digits here, its AppId ten, as recent ones do.
fn new_account_id(env: &Env) -> (String, i64) {
    let uin = 100_000_000_000 + env.below(100_000_000_000);
    let app_id = 1_250_000_000 + env.below(200_000_000);
    (uin.to_string(), i64::try_from(app_id).unwrap_or(0))
}
