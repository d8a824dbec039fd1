//! The registry: one line for every operation that is served.
//!
//! [`registry`](crate::dialect::registry) explains the words of a line. A rate is the documented one, or 20 where the
//! documentation gives none. The registry drives dispatch, rate limits, authorisation, the README's table and the admin
//! API. `documented.json` holds the error codes that Tencent documents for each action.

use super::cam::{
    accounts, attachments, boundaries, data_flow, extensions, granting, groups, keys, passwords, policies, protection,
    providers, receivers, roles, service_linked, sign_on, strategies, users, versions,
};
use super::{federated, sts, tag};
use crate::dialect::contract::{Op, Permission};
use std::collections::HashMap;
use std::sync::LazyLock;

/// The version of CAM.
pub const CAM: &str = "2019-01-16";
/// The version of STS.
pub const STS: &str = "2018-08-13";
/// The version of TAG, which is that of STS too.
pub const TAG: &str = "2018-08-13";

const SERVICES: &[(&str, &str)] = &[("cam", CAM), ("sts", STS), ("tag", TAG)];

/// Returns the operation with this version and action. No two services have an action of the same name, so that the
/// version need not tell the service.
pub fn find(version: &str, action: &str) -> Option<&'static Op> {
    named(action).filter(|op| version_of(op.service) == Some(version))
}

/// Returns the operation with this action. No action is in two services.
pub fn named(action: &str) -> Option<&'static Op> {
    static BY_ACTION: LazyLock<HashMap<&str, &Op>> = LazyLock::new(|| ALL.iter().map(|op| (op.action, op)).collect());
    BY_ACTION.get(action).copied()
}

/// Returns the version of a service that is served.
pub fn version_of(service: &str) -> Option<&'static str> {
    SERVICES.iter().find(|(known, _)| *known == service).map(|(_, version)| *version)
}

/// Returns the service of a version that is served; `None` for a version that several have.
pub fn service_of(version: &str) -> Option<&'static str> {
    let mut services = SERVICES.iter().filter(|(_, known)| *known == version).map(|(service, _)| *service);
    services.next().filter(|_| services.next().is_none())
}

/// Returns whether `service:Action` is an operation whose permission is on the operation as a whole.
pub fn is_operation_level(action: &str) -> bool {
    ALL.iter().filter(|op| op.permission == Permission::Operation).any(|op| op.permission_name == action)
}

crate::operations! {
    "cam" {
        roles::CreateRole => create, Write(reads), 2, operation(creates);
        roles::GetRole => get, Read, 20, operation;
        roles::DeleteRole => delete, Write, 3, operation;
        roles::DescribeRoleList => list, Read, 10, operation;
        roles::UpdateAssumeRolePolicy => update, Write(reads_trust), 3, operation;
        roles::UpdateRoleDescription => update, Write(reads_description), 20, operation;
        roles::UpdateRoleConsoleLogin => update, Write(reads_console_login), 20, operation;
        roles::UpdateRoleSessionDuration => update, Write(reads_session_duration), 20, operation;
        roles::TagRole => change_tags, Write(tags_role), 20, operation(tags_it);
        roles::UntagRole => change_tags, Write(untags_role), 20, operation(untags_it);
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
        users::DeleteUser => delete, Write(reads_doomed), 20, operation;
        users::ListUsers => list, Read, 20, operation;
        keys::CreateAccessKey => create, Write(reads), 5, resource(subject);
        keys::ListAccessKeys => list, Read, 20, operation;
        keys::UpdateAccessKey => update, Write, 20, operation;
        keys::DeleteAccessKey => delete, Write, 5, operation;
        keys::GetSecurityLastUsed => last_used, Read, 20, operation;
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
        providers::CreateSAMLProvider => create_saml, Write(reads_saml), 20, operation;
        providers::GetSAMLProvider => get_saml, Read, 20, operation;
        providers::ListSAMLProviders => list_saml, Read, 20, operation;
        providers::UpdateSAMLProvider => update_saml, Write, 20, operation;
        providers::DeleteSAMLProvider => delete_saml, Write, 20, operation;
        providers::CreateOIDCConfig => create_oidc, Write(reads_oidc), 20, operation;
        providers::DescribeOIDCConfig => describe_oidc, Read, 20, operation;
        providers::UpdateOIDCConfig => update_oidc, Write(reads_oidc), 20, operation;
        providers::DeleteOIDCConfig => delete_oidc, Write, 20, operation;
        sign_on::CreateUserSAMLConfig => create_saml, Write, 20, operation;
        sign_on::DescribeUserSAMLConfig => describe_saml, Read, 20, operation;
        sign_on::UpdateUserSAMLConfig => update_saml, Write, 20, operation;
        sign_on::CreateUserOIDCConfig => create_oidc, Write(reads_oidc), 20, operation;
        sign_on::DescribeUserOIDCConfig => describe_oidc, Read, 20, operation;
        sign_on::UpdateUserOIDCConfig => update_oidc, Write(reads_oidc), 20, operation;
        sign_on::DisableUserSSO => disable, Write, 20, operation;
        accounts::GetUserAppId => app_id, Read, 20, operation;
        accounts::GetAccountSummary => summary, Read, 20, operation;
        accounts::DescribeSubAccounts => describe, Read, 20, operation;
        accounts::ListAccounts => list, Read, 20, operation;
        accounts::ListCollaborators => collaborators, Read, 20, operation;
        accounts::ListWeChatWorkSubAccounts => colleagues, Read, 20, operation;
        receivers::CreateMessageReceiver => create, Write, 20, operation;
        receivers::ListReceiver => list, Read, 20, operation;
        receivers::DeleteMessageReceiver => delete, Write, 20, operation;
        passwords::GetPasswordRules => get, Read, 20, operation;
        passwords::UpdatePasswordRules => update, Write, 20, operation;
        protection::SetMfaFlag => set_flags, Write, 20, operation;
        protection::DescribeSafeAuthFlag => own_flags, Read, 20, operation;
        protection::DescribeSafeAuthFlagColl => flags_of, Read, 20, operation;
        protection::DescribeSafeAuthFlagIntl => own_flags_abroad, Read, 20, operation;
        protection::GetCustomMFATokenInfo => token, Read, 20, operation;
        protection::ConsumeCustomMFAToken => consume, Write, 20, operation;
        protection::CreateSubAccountLoginIpPolicy => sign_in, Write, 20, operation;
        granting::ListPoliciesGrantingServiceAccess => list, Read, 20, operation;
        data_flow::BuildDataFlowAuthToken => build, Read, 20, operation;
        // Extensions of this emulator: Tencent has no actions with these names on API 3.0.
        extensions::ListRoles => list_roles, Read, 20, operation;
        extensions::UpdateRole => update_role, Write(reads_role), 20, operation;
        strategies::CreateCamStrategy => create, Write(reads), 20, operation;
        strategies::DescribeCamStrategyDetail => describe, Read, 20, operation;
        strategies::UpdateCamStrategy => update, Write(reads_patch), 20, operation;
        strategies::OperateCamStrategy => operate, Write(operates), 20, operation;
        strategies::BatchOperateCamStrategy => operate, Write(operates_all), 20, operation;
    }
    "sts" {
        sts::AssumeRole => assume_role, Open, 600, resource(assumed_role);
        federated::AssumeRoleWithSAML => assume_with_saml, Open, 200, unsigned(account_of_saml);
        federated::AssumeRoleWithWebIdentity => assume_with_token, Open, 20, unsigned(account_of_token);
        sts::GetFederationToken => get_federation_token, Open, 600, operation;
        sts::GetSessionToken => get_session_token, Open, 20, operation;
        sts::QueryApiKey => query_api_key, Read, 20, operation;
        sts::GetCallerIdentity => get_caller_identity, Read, 20, free;
    }
    "tag" {
        tag::ModifyResourceTags => modify, Write(modifies), 20, operation(modifies_it);
        tag::DescribeResourceTagsByResourceIds => describe, Read, 20, operation;
        tag::TagResources => change_each, Write(tags_each), 20, operation(tags_them);
        tag::UnTagResources => change_each, Write(untags_each), 20, operation(untags_them);
        tag::GetResources => get_resources, Read, 20, operation;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_services_have_an_action_of_the_same_name() {
        for (place, op) in ALL.iter().enumerate() {
            assert!(ALL.iter().take(place).all(|other| other.action != op.action), "{}", op.action);
            assert!(find(version_of(op.service).unwrap(), op.action).is_some_and(|found| found.service == op.service));
        }
        assert_eq!((service_of(CAM), service_of(STS), service_of("2000-01-01")), (Some("cam"), None, None));
        assert!(find(CAM, "AssumeRole").is_none());
    }
}
