//! The registry: every operation that is served, a line each.
//!
//! A line names the request type, the function, how it runs, the documented requests a second, the permission it needs,
//! and the error codes that Tencent documents for it (`Prefix: Suffix …; …`, `-` for the prefix alone), from which
//! `codes` picks. The registry drives dispatch, rate limits, authorisation, the README's table and the admin API.

use super::cam::{attachments, boundaries, extensions, groups, keys, policies, roles, service_linked, users, versions};
use super::sts;
use crate::dialect::contract::{Body, Input, Op, Params, Permission, Permit, Run};
use crate::dialect::decode;
use crate::engine::authorize::Authorized;
use crate::engine::cx::Opened;
use crate::engine::fault::{Fault, Internal};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;

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
    let asks = |op: &&Op| !op.on_resource && !matches!(op.permission, Permission::Free);
    ALL.iter().filter(asks).any(|op| op.permission_name == action)
}

/// Writes an operation's result.
pub fn answer<T: Serialize>(reply: &T) -> Result<Body, Fault> {
    Ok(serde_json::to_string(reply).map_err(|_| Internal::Bug("a reply cannot be written as JSON"))?)
}

fn typed<T: DeserializeOwned + Send + Sync + 'static>(params: &Params) -> Result<Input, Fault> {
    Ok(Arc::new(decode::decode::<T>(&params.value)?))
}

fn known<T: Send + Sync + 'static>(input: &Input) -> Result<&T, Fault> {
    Ok(input.downcast_ref::<T>().ok_or(Internal::Bug("an input has another type than its operation"))?)
}

fn narrowed<T: Send + Sync + 'static>(permit: &Permit) -> Result<Authorized<T>, Fault> {
    Ok(permit.narrow::<T>().ok_or(Internal::Bug("an input has another type than its operation"))?)
}

macro_rules! permission {
    (operation, $module:ident, $name:ident) => {
        Permission::Operation
    };
    (nothing, $module:ident, $name:ident) => {
        Permission::Free
    };
    ($asks:ident, $module:ident, $name:ident) => {
        Permission::Asks(|cx, input| Box::pin(async move { $module::$asks(cx, known::<$module::$name>(input)?).await }))
    };
}

macro_rules! run {
    (Open, $module:ident, $name:ident, $function:ident) => {
        Run::Open(|cx, permit| {
            Box::pin(async move {
                let opened = $module::$function(cx, narrowed::<$module::$name>(&permit)?).await?;
                Ok(Opened { reply: answer(&opened.reply)?, row: opened.row })
            })
        })
    };
    ($mode:ident, $module:ident, $name:ident, $function:ident) => {
        Run::$mode(|cx, permit| {
            Box::pin(async move { answer(&$module::$function(cx, narrowed::<$module::$name>(&permit)?).await?) })
        })
    };
}

macro_rules! operations {
    ($($service:literal $version:ident { $($whose:ident $module:ident::$name:ident =>
        $function:ident, $mode:ident, $rate:literal, on $permission:ident, $codes:literal;)* })*) => {
        /// Every operation.
        pub static ALL: &[Op] = &[$($(Op {
            service: $service,
            version: $version,
            action: stringify!($name),
            permission_name: concat!($service, ":", stringify!($name)),
            rate: $rate,
            permission: permission!($permission, $module, $name),
            on_resource: matches!(stringify!($permission).as_bytes(), b"subject" | b"assumed_role"),
            codes: $codes,
            extension: matches!(stringify!($whose).as_bytes(), b"ours"),
            decode: typed::<$module::$name>,
            run: run!($mode, $module, $name, $function),
        },)*)*];
    };
}

operations! {
"cam" CAM {
    cloud roles::CreateRole => create, Write, 2, on creates,
        "FailedOperation: TagResourceFailed; InternalError: SystemError; InvalidParameter: ActionError \
            ActionMiss AttachmentFull ConditionContentError ConditionError ConditionTypeError \
            DescriptionLengthOverlimit EffectError ParamError PrincipalError PrincipalQcsCrossError \
            PrincipalQcsError PrincipalQcsNotExist PrincipalServiceNotExist RoleFull RoleNameError RoleNameInUse \
            StatementError TagLimitExceeded TagParamError UserNotExist VersionError";
    cloud roles::GetRole => get, Read, 20, on operation,
        "InternalError: SystemError; InvalidParameter: ParamError RoleNotExist";
    cloud roles::DeleteRole => delete, Write, 3, on operation,
        "InternalError: SystemError; InvalidParameter: OrganizationRoleOperateError ParamError \
            PolicyNameError RoleNotExist TagParamError";
    cloud roles::DescribeRoleList => list, Read, 10, on operation,
        "FailedOperation: -; InternalError: SystemError; InvalidParameter: ParamError";
    cloud roles::UpdateAssumeRolePolicy => update_trust, Write, 3, on operation,
        "InternalError: SystemError; InvalidParameter: ActionError ActionMiss AttachmentFull \
            ConditionContentError ConditionError ConditionTypeError EffectError ParamError \
            PolicyDocumentLengthOverLimit PrincipalError PrincipalQcsCrossError PrincipalQcsError \
            PrincipalQcsNotExist PrincipalServiceNotExist RoleNotExist StatementError UserNotExist VersionError";
    cloud roles::UpdateRoleDescription => update_description, Write, 20, on operation,
        "InternalError: SystemError; InvalidParameter: DescriptionLengthOverlimit ParamError RoleNotExist";
    cloud roles::UpdateRoleConsoleLogin => update_console_login, Write, 20, on operation,
        "InternalError: SystemError; InvalidParameter: ParamError RoleNotExist";
    cloud roles::UpdateRoleSessionDuration => update_session_duration, Write, 20, on operation,
        "InternalError: SystemError; InvalidParameter: ParamError RoleNotExist";
    cloud roles::TagRole => tag, Write, 20, on tags_it,
        "AuthFailure: UnauthorizedOperation; FailedOperation: TagResourceFailed; InternalError: - \
            SystemError; InvalidParameter: - ParamError RoleNotExist TagLimitExceeded TagParamError";
    cloud roles::UntagRole => untag, Write, 20, on untags_it,
        "AuthFailure: UnauthorizedOperation; FailedOperation: UnTagResourceFailed; InternalError: - \
            SystemError; InvalidParameter: - ParamError RoleNameError RoleNotExist TagParamError";
    cloud attachments::AttachRolePolicy => attach_role, Write, 3, on operation,
        "FailedOperation: OrganizationPolicyOperateError; InternalError: SystemError; InvalidParameter: \
            AttachmentFull ParamError PolicyIdNotExist PolicyNameError RoleNotExist VersionError";
    cloud attachments::DetachRolePolicy => detach_role, Write, 20, on operation,
        "FailedOperation: OrganizationPolicyOperateError; InternalError: SystemError; InvalidParameter: \
            ParamError PolicyIdNotExist RoleNotExist";
    cloud attachments::ListAttachedRolePolicies => list_role, Read, 10, on operation,
        "InternalError: SystemError; InvalidParameter: ParamError";
    cloud attachments::AttachUserPolicy => attach_user, Write, 20, on operation,
        "FailedOperation: OrganizationPolicyOperateError PolicyFull; InternalError: SystemError; \
            InvalidParameter: AttachmentFull ParamError PolicyIdError PolicyIdNotExist UserNotExist; \
            ResourceNotFound: PolicyIdNotFound UserNotExist";
    cloud attachments::DetachUserPolicy => detach_user, Write, 20, on operation,
        "FailedOperation: OrganizationPolicyOperateError; InternalError: SystemError; InvalidParameter: \
            AttachmentFull ParamError PolicyIdError PolicyIdNotExist UserNotExist; ResourceNotFound: \
            PolicyIdNotFound UserNotExist";
    cloud attachments::ListEntitiesForPolicy => list_entities, Read, 20, on operation,
        "InternalError: SystemError; InvalidParameter: EntityFilterError ParamError PolicyIdError";
    cloud attachments::ListAttachedUserAllPolicies => list_user_all, Read, 20, on operation,
        "InvalidParameter: ParamError; ResourceNotFound: UserNotExist; UnauthorizedOperation: -";
    cloud attachments::ListAttachedUserPolicies => list_user, Read, 20, on operation,
        "InternalError: SystemError; InvalidParameter: ParamError";
    cloud users::AddUser => add, Write, 20, on operation,
        "AuthFailure: UnauthorizedOperation; FailedOperation: - ExistHighRiskOperations ForbidAdd; \
            InvalidParameter: ParamError PasswordViolatedRules SubUserFull SubUserNameInUse UserNameIllegal; \
            RequestLimitExceeded: CreateUser";
    cloud users::GetUser => get, Read, 20, on operation,
        "AuthFailure: UnauthorizedOperation; FailedOperation: -; ResourceNotFound: UserNotExist";
    cloud users::UpdateUser => update, Write, 20, on operation,
        "AuthFailure: UnauthorizedOperation; FailedOperation: - ExistHighRiskOperations Unmodifiable; \
            InvalidParameter: - PasswordViolatedRules UserNameIllegal; ResourceNotFound: UserNotExist";
    cloud users::DeleteUser => delete, Write, 20, on operation,
        "AuthFailure: UnauthorizedOperation; FailedOperation: - Unmodifiable; OperationDenied: HaveKeys; \
            RequestLimitExceeded: UinLimitExceeded; ResourceNotFound: UserNotExist; UnauthorizedOperation: \
            DeleteApiKey";
    cloud users::ListUsers => list, Read, 20, on operation,
        "FailedOperation: -";
    cloud keys::CreateAccessKey => create, Write, 5, on subject,
        "AuthFailure: UnauthorizedOperation; FailedOperation: Accesskey; InvalidParameter: ParamError \
            UserNotExist; OperationDenied: AccessKeyOverLimit SubUin UinNotMatch";
    cloud keys::ListAccessKeys => list, Read, 20, on operation,
        "AuthFailure: UnauthorizedOperation; FailedOperation: Accesskey; InternalError: UnknownError; \
            InvalidParameter: ParamError UserNotExist; OperationDenied: AccessKeyOverLimit SubUin UinNotMatch; \
            ResourceNotFound: SecretNotExist";
    cloud keys::UpdateAccessKey => update, Write, 20, on operation,
        "AuthFailure: UnauthorizedOperation; FailedOperation: Accesskey; InvalidParameter: ParamError \
            UserNotExist; OperationDenied: AccessKeyOverLimit SubUin UinNotMatch; ResourceNotFound: \
            SecretNotExist";
    cloud keys::DeleteAccessKey => delete, Write, 5, on operation,
        "AuthFailure: UnauthorizedOperation; FailedOperation: Accesskey; InvalidParameter: ParamError \
            UserNotExist; OperationDenied: AccessKeyOverLimit SubUin UinNotMatch; ResourceNotFound: \
            SecretNotExist";
    cloud policies::CreatePolicy => create, Write, 10, on creates,
        "FailedOperation: PolicyFull PolicyNameInUse; InternalError: SystemError; InvalidParameter: \
            ActionError ActionMiss ActionNotExist ActionServiceNotExist AttachmentFull ConditionContentError \
            ConditionError ConditionTypeError DescriptionLengthOverlimit EffectError NotSupportProduct \
            ParamError PolicyDocumentError PolicyDocumentLengthOverLimit PolicyNameError PrincipalError \
            PrincipalQcsError PrincipalQcsNotExist PrincipalServiceNotExist ResourceContentError ResourceError \
            ResourceProjectError ResourceQcsError ResourceRegionError ResourceServiceNotExist ResourceUinError \
            StatementError UserNotExist VersionError; ResourceNotFound: GroupNotExist NotFound UserNotExist";
    cloud policies::GetPolicy => get, Read, 20, on operation,
        "InternalError: SystemError; InvalidParameter: ParamError PolicyIdError; ResourceNotFound: \
            PolicyIdNotFound";
    cloud policies::UpdatePolicy => update, Write, 20, on operation,
        "FailedOperation: OrganizationPolicyOperateError PolicyNameInUse; InternalError: SystemError; \
            InvalidParameter: ActionError ActionMiss ActionNotExist ActionServiceNotExist AttachmentFull \
            ConditionContentError ConditionError ConditionTypeError DescriptionLengthOverlimit EffectError \
            NotSupportProduct ParamError PolicyDocumentError PolicyDocumentLengthOverLimit PolicyIdError \
            PolicyIdNotExist PolicyNameError PrincipalError PrincipalQcsError PrincipalQcsNotExist \
            PrincipalServiceNotExist ResourceContentError ResourceError ResourceProjectError ResourceQcsError \
            ResourceRegionError ResourceServiceNotExist ResourceUinError StatementError UserNotExist \
            VersionError; OperationDenied: PolicyTagConflict; ResourceNotFound: GroupNotExist NotFound \
            PolicyIdNotFound UserNotExist";
    cloud policies::DeletePolicy => delete, Write, 20, on operation,
        "FailedOperation: OrganizationPolicyOperateError; InternalError: SystemError; InvalidParameter: \
            OperatePoliciesOverLimit ParamError PolicyIdError PolicyIdNotExist; ResourceNotFound: NotFound \
            PolicyIdNotFound";
    cloud policies::ListPolicies => list, Read, 20, on operation,
        "FailedOperation: GetUserAreaError; InternalError: SystemError; InvalidParameter: GroupIdError \
            KeywordError ParamError ScopeError SearchKeywordLengthError ServiceTypeError UinError";
    cloud versions::CreatePolicyVersion => create, Write, 10, on operation,
        "FailedOperation: - OrganizationPolicyOperateError PolicyFull PolicyNameInUse PolicyVersionFull; \
            InternalError: SystemError; InvalidParameter: ActionError ActionMiss ActionNotExist \
            ActionServiceNotExist AttachmentFull ConditionContentError ConditionError ConditionTypeError \
            DescriptionLengthOverlimit EffectError NotSupportProduct ParamError PolicyDocumentError \
            PolicyDocumentLengthOverLimit PolicyIdNotExist PolicyNameError PrincipalError PrincipalQcsError \
            PrincipalQcsNotExist PrincipalServiceNotExist ResourceContentError ResourceError \
            ResourceProjectError ResourceQcsError ResourceRegionError ResourceServiceNotExist ResourceUinError \
            StatementError UserNotExist VersionError; OperationDenied: CicPolicyOperationDenied \
            PolicyTagConflict; ResourceNotFound: GroupNotExist NotFound UserNotExist";
    cloud versions::GetPolicyVersion => get, Read, 20, on operation,
        "InternalError: SystemError; InvalidParameter: ParamError PolicyIdError PolicyVersionNotExists; \
            ResourceNotFound: PolicyIdNotFound";
    cloud versions::ListPolicyVersions => list, Read, 20, on operation,
        "InternalError: SystemError; InvalidParameter: ParamError PolicyIdNotExist; ResourceNotFound: \
            PolicyIdNotFound";
    cloud versions::DeletePolicyVersion => delete, Write, 20, on operation,
        "FailedOperation: - OrganizationPolicyOperateError PolicyNameInUse PolicyVersionAlreadyDefault; \
            InternalError: SystemError; InvalidParameter: ActionError AttachmentFull ConditionError \
            DescriptionLengthOverlimit EffectError NotSupportProduct ParamError PolicyDocumentError \
            PolicyDocumentLengthOverLimit PolicyIdError PolicyIdNotExist PolicyNameError PolicyVersionNotExists \
            PrincipalError ResourceError StatementError UserNotExist VersionError; OperationDenied: \
            CicPolicyOperationDenied; ResourceNotFound: GroupNotExist NotFound PolicyIdNotFound UserNotExist";
    cloud versions::SetDefaultPolicyVersion => set_default, Write, 20, on operation,
        "FailedOperation: OrganizationPolicyOperateError PolicyNameInUse PolicyVersionAlreadyDefault; \
            InternalError: SystemError; InvalidParameter: ActionError ActionMiss ActionNotExist \
            ActionServiceNotExist AttachmentFull ConditionContentError ConditionError ConditionTypeError \
            DescriptionLengthOverlimit EffectError NotSupportProduct ParamError PolicyDocumentError \
            PolicyDocumentLengthOverLimit PolicyIdError PolicyIdNotExist PolicyNameError PolicyVersionNotExists \
            PrincipalError PrincipalQcsError PrincipalQcsNotExist PrincipalServiceNotExist ResourceContentError \
            ResourceError ResourceProjectError ResourceQcsError ResourceRegionError ResourceServiceNotExist \
            ResourceUinError StatementError UserNotExist VersionError; OperationDenied: \
            CicPolicyOperationDenied; ResourceNotFound: GroupNotExist NotFound PolicyIdNotFound UserNotExist";
    cloud groups::CreateGroup => create, Write, 20, on operation,
        "FailedOperation: -; InvalidParameter: GroupFull GroupNameInUse ParamError";
    cloud groups::GetGroup => get, Read, 20, on operation,
        "FailedOperation: -; ResourceNotFound: UserNotExist";
    cloud groups::UpdateGroup => update, Write, 20, on operation,
        "FailedOperation: -; InvalidParameter: GroupNameInUse GroupNotExist ParamError; ResourceNotFound: \
            GroupNotExist";
    cloud groups::DeleteGroup => delete, Write, 20, on operation,
        "FailedOperation: -; ResourceNotFound: UserNotExist";
    cloud groups::ListGroups => list, Read, 20, on operation,
        "FailedOperation: -";
    cloud groups::ListGroupsForUser => list_for_user, Read, 20, on operation,
        "AuthFailure: UnauthorizedOperation; FailedOperation: -; ResourceNotFound: UserNotExist";
    cloud groups::ListUsersForGroup => list_users, Read, 20, on operation,
        "FailedOperation: -; ResourceNotFound: GroupNotExist";
    cloud groups::AddUserToGroup => add_users, Write, 20, on operation,
        "AuthFailure: UnauthorizedOperation; FailedOperation: -; InvalidParameter: GroupNotExist \
            GroupUserFull UserGroupFull UserUinAndUinNotAllNull; ResourceNotFound: UserNotExist";
    cloud groups::RemoveUserFromGroup => remove_users, Write, 20, on operation,
        "AuthFailure: UnauthorizedOperation; FailedOperation: -; InvalidParameter: UserUinAndUinNotAllNull; \
            ResourceNotFound: UserNotExist";
    cloud attachments::AttachGroupPolicy => attach_group, Write, 20, on operation,
        "FailedOperation: OrganizationPolicyOperateError PolicyFull; InternalError: SystemError; \
            InvalidParameter: AttachmentFull ParamError PolicyIdError PolicyIdNotExist UserNotExist; \
            ResourceNotFound: GroupNotExist PolicyIdNotFound UserNotExist";
    cloud attachments::DetachGroupPolicy => detach_group, Write, 20, on operation,
        "FailedOperation: OrganizationPolicyOperateError; InternalError: SystemError; InvalidParameter: \
            ParamError PolicyIdError PolicyIdNotExist UserNotExist; ResourceNotFound: GroupNotExist UserNotExist";
    cloud attachments::ListAttachedGroupPolicies => list_group, Read, 20, on operation,
        "InternalError: SystemError; InvalidParameter: ParamError SearchKeywordLengthError";
    cloud boundaries::PutRolePermissionsBoundary => put_role, Write, 20, on operation,
        "InternalError: SystemError; InvalidParameter: OperateEntitiesOverLimit ParamError PolicyIdNotExist \
            RoleNotExist ServiceLinkedPolicyCantInPermissionBoundary ServiceLinkedRoleCantUsePermissionBoundary \
            UserNotExist; UnauthorizedOperation: -";
    cloud boundaries::DeleteRolePermissionsBoundary => delete_role, Write, 20, on operation,
        "InternalError: SystemError; InvalidParameter: OperateEntitiesOverLimit ParamError PolicyIdNotExist \
            RoleNotExist ServiceLinkedRoleCantUsePermissionBoundary UserNotExist; UnauthorizedOperation: -";
    cloud boundaries::GetRolePermissionBoundary => get_role, Read, 20, on operation,
        "InternalError: SystemError; InvalidParameter: ParamError PolicyIdNotExist; ResourceNotFound: \
            PolicyIdNotFound";
    cloud boundaries::PutUserPermissionsBoundary => put_user, Write, 20, on operation,
        "InternalError: SystemError; InvalidParameter: OperateEntitiesOverLimit ParamError PolicyIdNotExist \
            RoleNotExist ServiceLinkedPolicyCantInPermissionBoundary UserNotExist; UnauthorizedOperation: -";
    cloud boundaries::DeleteUserPermissionsBoundary => delete_user, Write, 20, on operation,
        "InternalError: SystemError; InvalidParameter: OperateEntitiesOverLimit ParamError RoleNotExist \
            UserNotExist; UnauthorizedOperation: -";
    cloud boundaries::GetUserPermissionBoundary => get_user, Read, 20, on operation,
        "InternalError: SystemError; InvalidParameter: ParamError PolicyIdNotExist; ResourceNotFound: \
            PolicyIdNotFound";
    cloud service_linked::CreateServiceLinkedRole => create, Write, 20, on creates,
        "FailedOperation: TagResourceFailed; InternalError: SystemError; InvalidParameter: \
            ConditionContentError ConditionError ConditionTypeError DescriptionLengthOverlimit ParamError \
            PolicyIdNotExist PrincipalError PrincipalQcsError PrincipalQcsNotExist PrincipalServiceNotExist \
            RoleNameError RoleNameInUse TagLimitExceeded TagParamError";
    cloud service_linked::DeleteServiceLinkedRole => delete, Write, 20, on operation,
        "InternalError: SystemError; InvalidParameter: ParamError RoleNotExist";
    cloud service_linked::GetServiceLinkedRoleDeletionStatus => deletion_status, Read, 20, on operation,
        "InternalError: SystemError; InvalidParameter: DeletionTaskNotExist ParamError";
    // Extensions of this emulator: Tencent has no actions of these names on API 3.0. The codes are those of their relatives.
    ours extensions::ListRoles => list_roles, Read, 20, on operation,
        "FailedOperation: -; InternalError: SystemError; InvalidParameter: ParamError";
    ours extensions::UpdateRole => update_role, Write, 20, on operation,
        "InternalError: SystemError; InvalidParameter: ActionError ActionMiss AttachmentFull \
            ConditionContentError ConditionError ConditionTypeError DescriptionLengthOverlimit EffectError \
            ParamError PolicyDocumentLengthOverLimit PrincipalError PrincipalQcsCrossError PrincipalQcsError \
            PrincipalQcsNotExist PrincipalServiceNotExist RoleNotExist StatementError UserNotExist VersionError";
    ours extensions::CreateCamStrategy => create_strategy, Write, 20, on creates_strategy,
        "FailedOperation: PolicyFull PolicyNameInUse; InternalError: SystemError; InvalidParameter: \
            ActionError ActionMiss ActionNotExist ActionServiceNotExist AttachmentFull ConditionContentError \
            ConditionError ConditionTypeError DescriptionLengthOverlimit EffectError NotSupportProduct \
            ParamError PolicyDocumentError PolicyDocumentLengthOverLimit PolicyNameError PrincipalError \
            PrincipalQcsError PrincipalQcsNotExist PrincipalServiceNotExist ResourceContentError ResourceError \
            ResourceProjectError ResourceQcsError ResourceRegionError ResourceServiceNotExist ResourceUinError \
            StatementError UserNotExist VersionError; ResourceNotFound: GroupNotExist NotFound UserNotExist";
    ours extensions::OperateCamStrategy => operate_strategy, Write, 20, on operation,
        "FailedOperation: OrganizationPolicyOperateError PolicyFull; InternalError: SystemError; \
            InvalidParameter: AttachmentFull ParamError PolicyIdError PolicyIdNotExist UserNotExist; \
            ResourceNotFound: GroupNotExist PolicyIdNotFound UserNotExist";
}
"sts" STS {
    cloud sts::AssumeRole => assume_role, Open, 600, on assumed_role,
        "FailedOperation: CheckMFAError MFATypeNotSupported; InternalError: DbError EncryptError \
            GetAppIdError GetRoleError GetSeedTokenError IllegalRole PbSerializeError SystemError UnknownError; \
            InvalidParameter: AccountNotAvaliable ExtendStrategyOverSize GrantOtherResource OverLimit \
            OverTimeError ParamError PolicyTooLong ResouceError StrategyFormatError StrategyInvalid \
            TempCodeNotAvaliable; ResourceNotFound: RoleNotFound; UnauthorizedOperation: -; \
            UnsupportedOperation: -";
    cloud sts::GetFederationToken => get_federation_token, Open, 600, on operation,
        "InternalError: DbError EncryptError GetAppIdError GetSeedTokenError SystemError; InvalidParameter: \
            AccountNotAvaliable ExtendStrategyOverSize GrantOtherResource OverTimeError ParamError PolicyTooLong \
            ResouceError StrategyFormatError StrategyInvalid TempCodeNotAvaliable; ResourceNotFound: \
            RoleNotFound; UnauthorizedOperation: -; UnsupportedOperation: -";
    cloud sts::GetCallerIdentity => get_caller_identity, Read, 20, on nothing,
        "AuthFailure: AccessKeyIllegal; InternalError: GetSeedTokenError; InvalidParameter: \
            AccessKeyNotSupport";
}
}
