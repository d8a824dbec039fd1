//! The registry: every operation that is served, a line each.
//!
//! A line names the request type, the function, how it runs (for a write also what makes it ready outside the transaction),
//! the documented requests per second, and the permission that it needs with the function that says more about it. The
//! registry drives dispatch, rate limits, authorisation, the README's table and the admin API. The error codes that
//! Tencent documents for each action are in [`documented`](super::documented).

use super::cam::{attachments, boundaries, extensions, groups, keys, policies, roles, service_linked, users, versions};
use super::sts;
use crate::dialect::contract::{Body, Mode, Op, Permission, Step, Typed};
use crate::dialect::decode;
use crate::engine::cx::Opened;
use crate::engine::fault::{Fault, Internal};
use serde::Serialize;

/// The version of CAM.
pub const CAM: &str = "2019-01-16";
/// The version of STS.
pub const STS: &str = "2018-08-13";

/// An operation by version and action.
pub fn find(version: &str, action: &str) -> Option<&'static Op> {
    ALL.iter().find(|op| op.action == action && op.version == version)
}

/// The version of a service that is served.
pub fn version_of(service: &str) -> Option<&'static str> {
    ALL.iter().find(|op| op.service == service).map(|op| op.version)
}

/// The service of a version that is served.
pub fn service_of(version: &str) -> Option<&'static str> {
    ALL.iter().find(|op| op.version == version).map(|op| op.service)
}

/// Whether `service:Action` is served, needs a permission, and knows no single resources.
pub fn is_operation_level(action: &str) -> bool {
    ALL.iter().filter(|op| op.permission == Permission::Operation).any(|op| op.permission_name == action)
}

/// Writes an operation's result.
pub fn answer<T: Serialize>(reply: &T) -> Result<Body, Fault> {
    Ok(serde_json::to_string(reply).map_err(|_| Internal::Bug("a reply cannot be written as JSON"))?)
}

// What kind of permission an operation needs: `free`, `operation`, or `resource`, with the function that says what
// the input works on and what conditions can ask about it.
macro_rules! permission {
    (free) => {
        Permission::Free
    };
    (operation) => {
        Permission::Operation
    };
    (resource) => {
        Permission::Resource
    };
}

macro_rules! asks {
    ($module:ident) => {
        None
    };
    ($module:ident $asks:ident) => {
        Some(|cx, input| Box::pin($module::$asks(cx, input)))
    };
}

// How the function of an operation is run. `Write(f)` has `f` make ready what the function needs, outside the transaction.
macro_rules! run {
    (Read, $module:ident, $function:ident) => {
        |cx, input| Box::pin(async move { Ok(Step::Done(answer(&$module::$function(&cx, input).await?)?)) })
    };
    (Write, $module:ident, $function:ident) => {
        |_, input| {
            Box::pin(async move {
                Ok(Step::write(input, |write, input| {
                    Box::pin(async move { answer(&$module::$function(write, input).await?) })
                }))
            })
        }
    };
    (Write($ready:ident), $module:ident, $function:ident) => {
        |cx, input| {
            Box::pin(async move {
                let ready = $module::$ready(&cx, input).await?;
                Ok(Step::write(ready, |write, ready| {
                    Box::pin(async move { answer(&$module::$function(write, ready).await?) })
                }))
            })
        }
    };
    (Open, $module:ident, $function:ident) => {
        |cx, input| {
            Box::pin(async move {
                let opened = $module::$function(&cx, input).await?;
                Ok(Step::Open(Opened { reply: answer(&opened.reply)?, row: opened.row }))
            })
        }
    };
}

macro_rules! operations {
    ($($service:literal $version:ident { $($module:ident::$name:ident =>
        $function:ident, $mode:ident $(($ready:ident))?, $rate:literal, $permission:ident $(($asks:ident))?;)* })*) => {
        /// Every operation.
        pub static ALL: &[Op] = &[$($(Op {
            service: $service,
            version: $version,
            action: stringify!($name),
            permission_name: concat!($service, ":", stringify!($name)),
            rate: $rate,
            permission: permission!($permission),
            mode: Mode::$mode,
            decode: |params| {
                Ok(Box::new(Typed::<$module::$name> {
                    input: decode::decode(&params.value)?,
                    asks: asks!($module $($asks)?),
                    run: run!($mode $(($ready))?, $module, $function),
                }))
            },
        },)*)*];
    };
}

operations! {
"cam" CAM {
    roles::CreateRole => create, Write(reads), 2, operation(creates);
    roles::GetRole => get, Read, 20, operation;
    roles::DeleteRole => delete, Write, 3, operation;
    roles::DescribeRoleList => list, Read, 10, operation;
    roles::UpdateAssumeRolePolicy => update, Write(reads_trust), 3, operation;
    roles::UpdateRoleDescription => update, Write(reads_description), 20, operation;
    roles::UpdateRoleConsoleLogin => update, Write(reads_console_login), 20, operation;
    roles::UpdateRoleSessionDuration => update, Write(reads_session_duration), 20, operation;
    roles::TagRole => tag, Write, 20, operation(tags_it);
    roles::UntagRole => untag, Write, 20, operation(untags_it);
    attachments::AttachRolePolicy => attach, Write(attaches_role), 3, operation;
    attachments::DetachRolePolicy => detach, Write(detaches_role), 20, operation;
    attachments::ListAttachedRolePolicies => list_role, Read, 10, operation;
    attachments::AttachUserPolicy => attach, Write(attaches_user), 20, operation;
    attachments::DetachUserPolicy => detach, Write(detaches_user), 20, operation;
    attachments::ListEntitiesForPolicy => list_entities, Read, 20, operation;
    attachments::ListAttachedUserAllPolicies => list_user_all, Read, 20, operation;
    attachments::ListAttachedUserPolicies => list_user, Read, 20, operation;
    users::AddUser => add, Write(reads), 20, operation;
    users::GetUser => get, Read, 20, operation;
    users::UpdateUser => update, Write, 20, operation;
    users::DeleteUser => delete, Write, 20, operation;
    users::ListUsers => list, Read, 20, operation;
    keys::CreateAccessKey => create, Write(reads), 5, resource(subject);
    keys::ListAccessKeys => list, Read, 20, operation;
    keys::UpdateAccessKey => update, Write, 20, operation;
    keys::DeleteAccessKey => delete, Write, 5, operation;
    policies::CreatePolicy => create, Write(reads), 10, operation(creates);
    policies::GetPolicy => get, Read, 20, operation;
    policies::UpdatePolicy => update, Write(reads_patch), 20, operation;
    policies::DeletePolicy => delete, Write, 20, operation;
    policies::ListPolicies => list, Read, 20, operation;
    versions::CreatePolicyVersion => create, Write(reads), 10, operation;
    versions::GetPolicyVersion => get, Read, 20, operation;
    versions::ListPolicyVersions => list, Read, 20, operation;
    versions::DeletePolicyVersion => delete, Write, 20, operation;
    versions::SetDefaultPolicyVersion => set_default, Write, 20, operation;
    groups::CreateGroup => create, Write, 20, operation;
    groups::GetGroup => get, Read, 20, operation;
    groups::UpdateGroup => update, Write, 20, operation;
    groups::DeleteGroup => delete, Write, 20, operation;
    groups::ListGroups => list, Read, 20, operation;
    groups::ListGroupsForUser => list_for_user, Read, 20, operation;
    groups::ListUsersForGroup => list_users, Read, 20, operation;
    groups::AddUserToGroup => add_users, Write, 20, operation;
    groups::RemoveUserFromGroup => remove_users, Write, 20, operation;
    attachments::AttachGroupPolicy => attach, Write(attaches_group), 20, operation;
    attachments::DetachGroupPolicy => detach, Write(detaches_group), 20, operation;
    attachments::ListAttachedGroupPolicies => list_group, Read, 20, operation;
    boundaries::PutRolePermissionsBoundary => put_role, Write, 20, operation;
    boundaries::DeleteRolePermissionsBoundary => delete_role, Write, 20, operation;
    boundaries::GetRolePermissionBoundary => get_role, Read, 20, operation;
    boundaries::PutUserPermissionsBoundary => put_user, Write, 20, operation;
    boundaries::DeleteUserPermissionsBoundary => delete_user, Write, 20, operation;
    boundaries::GetUserPermissionBoundary => get_user, Read, 20, operation;
    service_linked::CreateServiceLinkedRole => create, Write(reads), 20, operation(creates);
    service_linked::DeleteServiceLinkedRole => delete, Write, 20, operation;
    service_linked::GetServiceLinkedRoleDeletionStatus => deletion_status, Read, 20, operation;
    // Extensions of this emulator: Tencent has no actions of these names on API 3.0.
    extensions::ListRoles => list_roles, Read, 20, operation;
    extensions::UpdateRole => update_role, Write(reads_role), 20, operation;
    extensions::CreateCamStrategy => create_strategy, Write(reads_strategy), 20, operation;
    extensions::OperateCamStrategy => operate_strategy, Write(operates), 20, operation;
}
"sts" STS {
    sts::AssumeRole => assume_role, Open, 600, resource(assumed_role);
    sts::GetFederationToken => get_federation_token, Open, 600, operation;
    sts::GetCallerIdentity => get_caller_identity, Read, 20, free;
}
}
