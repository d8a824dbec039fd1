//! The registry: every operation that is served, a line each.
//!
//! A line names the request type, the function, how it runs (for a write also what makes it ready outside the transaction),
//! the documented requests a second, the permission it needs with what says more about it, and the error codes that Tencent documents for it (`Prefix: Suffix …; …`, `-` for the prefix alone), from which
//! `codes` picks. The registry drives dispatch, rate limits, authorisation, the README's table and the admin API.

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
    ($($service:literal $version:ident { $($whose:ident $module:ident::$name:ident =>
        $function:ident, $mode:ident $(($ready:ident))?, $rate:literal, $permission:ident $(($asks:ident))?,
        $codes:literal;)* })*) => {
        /// Every operation.
        pub static ALL: &[Op] = &[$($(Op {
            service: $service,
            version: $version,
            action: stringify!($name),
            permission_name: concat!($service, ":", stringify!($name)),
            rate: $rate,
            permission: permission!($permission),
            mode: Mode::$mode,
            codes: $codes,
            extension: matches!(stringify!($whose).as_bytes(), b"ours"),
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
    cloud roles::CreateRole => create, Write(reads), 2, operation(creates),
        "FailedOperation: TagResourceFailed; InternalError: SystemError; InvalidParameter: ActionError \
            ActionMiss AttachmentFull ConditionContentError ConditionError ConditionTypeError \
            DescriptionLengthOverlimit EffectError ParamError PrincipalError PrincipalQcsCrossError \
            PrincipalQcsError PrincipalQcsNotExist PrincipalServiceNotExist RoleFull RoleNameError RoleNameInUse \
            StatementError TagLimitExceeded TagParamError UserNotExist VersionError";
    cloud roles::GetRole => get, Read, 20, operation,
        "InternalError: SystemError; InvalidParameter: ParamError RoleNotExist";
    cloud roles::DeleteRole => delete, Write, 3, operation,
        "InternalError: SystemError; InvalidParameter: OrganizationRoleOperateError ParamError \
            PolicyNameError RoleNotExist TagParamError";
    cloud roles::DescribeRoleList => list, Read, 10, operation,
        "FailedOperation: -; InternalError: SystemError; InvalidParameter: ParamError";
    cloud roles::UpdateAssumeRolePolicy => update, Write(reads_trust), 3, operation,
        "InternalError: SystemError; InvalidParameter: ActionError ActionMiss AttachmentFull \
            ConditionContentError ConditionError ConditionTypeError EffectError ParamError \
            PolicyDocumentLengthOverLimit PrincipalError PrincipalQcsCrossError PrincipalQcsError \
            PrincipalQcsNotExist PrincipalServiceNotExist RoleNotExist StatementError UserNotExist VersionError";
    cloud roles::UpdateRoleDescription => update, Write(reads_description), 20, operation,
        "InternalError: SystemError; InvalidParameter: DescriptionLengthOverlimit ParamError RoleNotExist";
    cloud roles::UpdateRoleConsoleLogin => update, Write(reads_console_login), 20, operation,
        "InternalError: SystemError; InvalidParameter: ParamError RoleNotExist";
    cloud roles::UpdateRoleSessionDuration => update, Write(reads_session_duration), 20, operation,
        "InternalError: SystemError; InvalidParameter: ParamError RoleNotExist";
    cloud roles::TagRole => tag, Write, 20, operation(tags_it),
        "AuthFailure: UnauthorizedOperation; FailedOperation: TagResourceFailed; InternalError: - \
            SystemError; InvalidParameter: - ParamError RoleNotExist TagLimitExceeded TagParamError";
    cloud roles::UntagRole => untag, Write, 20, operation(untags_it),
        "AuthFailure: UnauthorizedOperation; FailedOperation: UnTagResourceFailed; InternalError: - \
            SystemError; InvalidParameter: - ParamError RoleNameError RoleNotExist TagParamError";
    cloud attachments::AttachRolePolicy => attach, Write(attaches_role), 3, operation,
        "FailedOperation: OrganizationPolicyOperateError; InternalError: SystemError; InvalidParameter: \
            AttachmentFull ParamError PolicyIdNotExist PolicyNameError RoleNotExist VersionError";
    cloud attachments::DetachRolePolicy => detach, Write(detaches_role), 20, operation,
        "FailedOperation: OrganizationPolicyOperateError; InternalError: SystemError; InvalidParameter: \
            ParamError PolicyIdNotExist RoleNotExist";
    cloud attachments::ListAttachedRolePolicies => list_role, Read, 10, operation,
        "InternalError: SystemError; InvalidParameter: ParamError";
    cloud attachments::AttachUserPolicy => attach, Write(attaches_user), 20, operation,
        "FailedOperation: OrganizationPolicyOperateError PolicyFull; InternalError: SystemError; \
            InvalidParameter: AttachmentFull ParamError PolicyIdError PolicyIdNotExist UserNotExist; \
            ResourceNotFound: PolicyIdNotFound UserNotExist";
    cloud attachments::DetachUserPolicy => detach, Write(detaches_user), 20, operation,
        "FailedOperation: OrganizationPolicyOperateError; InternalError: SystemError; InvalidParameter: \
            AttachmentFull ParamError PolicyIdError PolicyIdNotExist UserNotExist; ResourceNotFound: \
            PolicyIdNotFound UserNotExist";
    cloud attachments::ListEntitiesForPolicy => list_entities, Read, 20, operation,
        "InternalError: SystemError; InvalidParameter: EntityFilterError ParamError PolicyIdError";
    cloud attachments::ListAttachedUserAllPolicies => list_user_all, Read, 20, operation,
        "InvalidParameter: ParamError; ResourceNotFound: UserNotExist; UnauthorizedOperation: -";
    cloud attachments::ListAttachedUserPolicies => list_user, Read, 20, operation,
        "InternalError: SystemError; InvalidParameter: ParamError";
    cloud users::AddUser => add, Write(reads), 20, operation,
        "AuthFailure: UnauthorizedOperation; FailedOperation: - ExistHighRiskOperations ForbidAdd; \
            InvalidParameter: ParamError PasswordViolatedRules SubUserFull SubUserNameInUse UserNameIllegal; \
            RequestLimitExceeded: CreateUser";
    cloud users::GetUser => get, Read, 20, operation,
        "AuthFailure: UnauthorizedOperation; FailedOperation: -; ResourceNotFound: UserNotExist";
    cloud users::UpdateUser => update, Write, 20, operation,
        "AuthFailure: UnauthorizedOperation; FailedOperation: - ExistHighRiskOperations Unmodifiable; \
            InvalidParameter: - PasswordViolatedRules UserNameIllegal; ResourceNotFound: UserNotExist";
    cloud users::DeleteUser => delete, Write, 20, operation,
        "AuthFailure: UnauthorizedOperation; FailedOperation: - Unmodifiable; OperationDenied: HaveKeys; \
            RequestLimitExceeded: UinLimitExceeded; ResourceNotFound: UserNotExist; UnauthorizedOperation: \
            DeleteApiKey";
    cloud users::ListUsers => list, Read, 20, operation,
        "FailedOperation: -";
    cloud keys::CreateAccessKey => create, Write(reads), 5, resource(subject),
        "AuthFailure: UnauthorizedOperation; FailedOperation: Accesskey; InvalidParameter: ParamError \
            UserNotExist; OperationDenied: AccessKeyOverLimit SubUin UinNotMatch";
    cloud keys::ListAccessKeys => list, Read, 20, operation,
        "AuthFailure: UnauthorizedOperation; FailedOperation: Accesskey; InternalError: UnknownError; \
            InvalidParameter: ParamError UserNotExist; OperationDenied: AccessKeyOverLimit SubUin UinNotMatch; \
            ResourceNotFound: SecretNotExist";
    cloud keys::UpdateAccessKey => update, Write, 20, operation,
        "AuthFailure: UnauthorizedOperation; FailedOperation: Accesskey; InvalidParameter: ParamError \
            UserNotExist; OperationDenied: AccessKeyOverLimit SubUin UinNotMatch; ResourceNotFound: \
            SecretNotExist";
    cloud keys::DeleteAccessKey => delete, Write, 5, operation,
        "AuthFailure: UnauthorizedOperation; FailedOperation: Accesskey; InvalidParameter: ParamError \
            UserNotExist; OperationDenied: AccessKeyOverLimit SubUin UinNotMatch; ResourceNotFound: \
            SecretNotExist";
    cloud policies::CreatePolicy => create, Write(reads), 10, operation(creates),
        "FailedOperation: PolicyFull PolicyNameInUse; InternalError: SystemError; InvalidParameter: \
            ActionError ActionMiss ActionNotExist ActionServiceNotExist AttachmentFull ConditionContentError \
            ConditionError ConditionTypeError DescriptionLengthOverlimit EffectError NotSupportProduct \
            ParamError PolicyDocumentError PolicyDocumentLengthOverLimit PolicyNameError PrincipalError \
            PrincipalQcsError PrincipalQcsNotExist PrincipalServiceNotExist ResourceContentError ResourceError \
            ResourceProjectError ResourceQcsError ResourceRegionError ResourceServiceNotExist ResourceUinError \
            StatementError UserNotExist VersionError; ResourceNotFound: GroupNotExist NotFound UserNotExist";
    cloud policies::GetPolicy => get, Read, 20, operation,
        "InternalError: SystemError; InvalidParameter: ParamError PolicyIdError; ResourceNotFound: \
            PolicyIdNotFound";
    cloud policies::UpdatePolicy => update, Write(reads_patch), 20, operation,
        "FailedOperation: OrganizationPolicyOperateError PolicyNameInUse; InternalError: SystemError; \
            InvalidParameter: ActionError ActionMiss ActionNotExist ActionServiceNotExist AttachmentFull \
            ConditionContentError ConditionError ConditionTypeError DescriptionLengthOverlimit EffectError \
            NotSupportProduct ParamError PolicyDocumentError PolicyDocumentLengthOverLimit PolicyIdError \
            PolicyIdNotExist PolicyNameError PrincipalError PrincipalQcsError PrincipalQcsNotExist \
            PrincipalServiceNotExist ResourceContentError ResourceError ResourceProjectError ResourceQcsError \
            ResourceRegionError ResourceServiceNotExist ResourceUinError StatementError UserNotExist \
            VersionError; OperationDenied: PolicyTagConflict; ResourceNotFound: GroupNotExist NotFound \
            PolicyIdNotFound UserNotExist";
    cloud policies::DeletePolicy => delete, Write, 20, operation,
        "FailedOperation: OrganizationPolicyOperateError; InternalError: SystemError; InvalidParameter: \
            OperatePoliciesOverLimit ParamError PolicyIdError PolicyIdNotExist; ResourceNotFound: NotFound \
            PolicyIdNotFound";
    cloud policies::ListPolicies => list, Read, 20, operation,
        "FailedOperation: GetUserAreaError; InternalError: SystemError; InvalidParameter: GroupIdError \
            KeywordError ParamError ScopeError SearchKeywordLengthError ServiceTypeError UinError";
    cloud versions::CreatePolicyVersion => create, Write(reads), 10, operation,
        "FailedOperation: - OrganizationPolicyOperateError PolicyFull PolicyNameInUse PolicyVersionFull; \
            InternalError: SystemError; InvalidParameter: ActionError ActionMiss ActionNotExist \
            ActionServiceNotExist AttachmentFull ConditionContentError ConditionError ConditionTypeError \
            DescriptionLengthOverlimit EffectError NotSupportProduct ParamError PolicyDocumentError \
            PolicyDocumentLengthOverLimit PolicyIdNotExist PolicyNameError PrincipalError PrincipalQcsError \
            PrincipalQcsNotExist PrincipalServiceNotExist ResourceContentError ResourceError \
            ResourceProjectError ResourceQcsError ResourceRegionError ResourceServiceNotExist ResourceUinError \
            StatementError UserNotExist VersionError; OperationDenied: CicPolicyOperationDenied \
            PolicyTagConflict; ResourceNotFound: GroupNotExist NotFound UserNotExist";
    cloud versions::GetPolicyVersion => get, Read, 20, operation,
        "InternalError: SystemError; InvalidParameter: ParamError PolicyIdError PolicyVersionNotExists; \
            ResourceNotFound: PolicyIdNotFound";
    cloud versions::ListPolicyVersions => list, Read, 20, operation,
        "InternalError: SystemError; InvalidParameter: ParamError PolicyIdNotExist; ResourceNotFound: \
            PolicyIdNotFound";
    cloud versions::DeletePolicyVersion => delete, Write, 20, operation,
        "FailedOperation: - OrganizationPolicyOperateError PolicyNameInUse PolicyVersionAlreadyDefault; \
            InternalError: SystemError; InvalidParameter: ActionError AttachmentFull ConditionError \
            DescriptionLengthOverlimit EffectError NotSupportProduct ParamError PolicyDocumentError \
            PolicyDocumentLengthOverLimit PolicyIdError PolicyIdNotExist PolicyNameError PolicyVersionNotExists \
            PrincipalError ResourceError StatementError UserNotExist VersionError; OperationDenied: \
            CicPolicyOperationDenied; ResourceNotFound: GroupNotExist NotFound PolicyIdNotFound UserNotExist";
    cloud versions::SetDefaultPolicyVersion => set_default, Write, 20, operation,
        "FailedOperation: OrganizationPolicyOperateError PolicyNameInUse PolicyVersionAlreadyDefault; \
            InternalError: SystemError; InvalidParameter: ActionError ActionMiss ActionNotExist \
            ActionServiceNotExist AttachmentFull ConditionContentError ConditionError ConditionTypeError \
            DescriptionLengthOverlimit EffectError NotSupportProduct ParamError PolicyDocumentError \
            PolicyDocumentLengthOverLimit PolicyIdError PolicyIdNotExist PolicyNameError PolicyVersionNotExists \
            PrincipalError PrincipalQcsError PrincipalQcsNotExist PrincipalServiceNotExist ResourceContentError \
            ResourceError ResourceProjectError ResourceQcsError ResourceRegionError ResourceServiceNotExist \
            ResourceUinError StatementError UserNotExist VersionError; OperationDenied: \
            CicPolicyOperationDenied; ResourceNotFound: GroupNotExist NotFound PolicyIdNotFound UserNotExist";
    cloud groups::CreateGroup => create, Write, 20, operation,
        "FailedOperation: -; InvalidParameter: GroupFull GroupNameInUse ParamError";
    cloud groups::GetGroup => get, Read, 20, operation,
        "FailedOperation: -; ResourceNotFound: UserNotExist";
    cloud groups::UpdateGroup => update, Write, 20, operation,
        "FailedOperation: -; InvalidParameter: GroupNameInUse GroupNotExist ParamError; ResourceNotFound: \
            GroupNotExist";
    cloud groups::DeleteGroup => delete, Write, 20, operation,
        "FailedOperation: -; ResourceNotFound: UserNotExist";
    cloud groups::ListGroups => list, Read, 20, operation,
        "FailedOperation: -";
    cloud groups::ListGroupsForUser => list_for_user, Read, 20, operation,
        "AuthFailure: UnauthorizedOperation; FailedOperation: -; ResourceNotFound: UserNotExist";
    cloud groups::ListUsersForGroup => list_users, Read, 20, operation,
        "FailedOperation: -; ResourceNotFound: GroupNotExist";
    cloud groups::AddUserToGroup => add_users, Write, 20, operation,
        "AuthFailure: UnauthorizedOperation; FailedOperation: -; InvalidParameter: GroupNotExist \
            GroupUserFull UserGroupFull UserUinAndUinNotAllNull; ResourceNotFound: UserNotExist";
    cloud groups::RemoveUserFromGroup => remove_users, Write, 20, operation,
        "AuthFailure: UnauthorizedOperation; FailedOperation: -; InvalidParameter: UserUinAndUinNotAllNull; \
            ResourceNotFound: UserNotExist";
    cloud attachments::AttachGroupPolicy => attach, Write(attaches_group), 20, operation,
        "FailedOperation: OrganizationPolicyOperateError PolicyFull; InternalError: SystemError; \
            InvalidParameter: AttachmentFull ParamError PolicyIdError PolicyIdNotExist UserNotExist; \
            ResourceNotFound: GroupNotExist PolicyIdNotFound UserNotExist";
    cloud attachments::DetachGroupPolicy => detach, Write(detaches_group), 20, operation,
        "FailedOperation: OrganizationPolicyOperateError; InternalError: SystemError; InvalidParameter: \
            ParamError PolicyIdError PolicyIdNotExist UserNotExist; ResourceNotFound: GroupNotExist UserNotExist";
    cloud attachments::ListAttachedGroupPolicies => list_group, Read, 20, operation,
        "InternalError: SystemError; InvalidParameter: ParamError SearchKeywordLengthError";
    cloud boundaries::PutRolePermissionsBoundary => put_role, Write, 20, operation,
        "InternalError: SystemError; InvalidParameter: OperateEntitiesOverLimit ParamError PolicyIdNotExist \
            RoleNotExist ServiceLinkedPolicyCantInPermissionBoundary ServiceLinkedRoleCantUsePermissionBoundary \
            UserNotExist; UnauthorizedOperation: -";
    cloud boundaries::DeleteRolePermissionsBoundary => delete_role, Write, 20, operation,
        "InternalError: SystemError; InvalidParameter: OperateEntitiesOverLimit ParamError PolicyIdNotExist \
            RoleNotExist ServiceLinkedRoleCantUsePermissionBoundary UserNotExist; UnauthorizedOperation: -";
    cloud boundaries::GetRolePermissionBoundary => get_role, Read, 20, operation,
        "InternalError: SystemError; InvalidParameter: ParamError PolicyIdNotExist; ResourceNotFound: \
            PolicyIdNotFound";
    cloud boundaries::PutUserPermissionsBoundary => put_user, Write, 20, operation,
        "InternalError: SystemError; InvalidParameter: OperateEntitiesOverLimit ParamError PolicyIdNotExist \
            RoleNotExist ServiceLinkedPolicyCantInPermissionBoundary UserNotExist; UnauthorizedOperation: -";
    cloud boundaries::DeleteUserPermissionsBoundary => delete_user, Write, 20, operation,
        "InternalError: SystemError; InvalidParameter: OperateEntitiesOverLimit ParamError RoleNotExist \
            UserNotExist; UnauthorizedOperation: -";
    cloud boundaries::GetUserPermissionBoundary => get_user, Read, 20, operation,
        "InternalError: SystemError; InvalidParameter: ParamError PolicyIdNotExist; ResourceNotFound: \
            PolicyIdNotFound";
    cloud service_linked::CreateServiceLinkedRole => create, Write(reads), 20, operation(creates),
        "FailedOperation: TagResourceFailed; InternalError: SystemError; InvalidParameter: \
            ConditionContentError ConditionError ConditionTypeError DescriptionLengthOverlimit ParamError \
            PolicyIdNotExist PrincipalError PrincipalQcsError PrincipalQcsNotExist PrincipalServiceNotExist \
            RoleNameError RoleNameInUse TagLimitExceeded TagParamError";
    cloud service_linked::DeleteServiceLinkedRole => delete, Write, 20, operation,
        "InternalError: SystemError; InvalidParameter: ParamError RoleNotExist";
    cloud service_linked::GetServiceLinkedRoleDeletionStatus => deletion_status, Read, 20, operation,
        "InternalError: SystemError; InvalidParameter: DeletionTaskNotExist ParamError";
    // Extensions of this emulator: Tencent has no actions of these names on API 3.0. The codes are those of their relatives.
    ours extensions::ListRoles => list_roles, Read, 20, operation,
        "FailedOperation: -; InternalError: SystemError; InvalidParameter: ParamError";
    ours extensions::UpdateRole => update_role, Write(reads_role), 20, operation,
        "InternalError: SystemError; InvalidParameter: ActionError ActionMiss AttachmentFull \
            ConditionContentError ConditionError ConditionTypeError DescriptionLengthOverlimit EffectError \
            ParamError PolicyDocumentLengthOverLimit PrincipalError PrincipalQcsCrossError PrincipalQcsError \
            PrincipalQcsNotExist PrincipalServiceNotExist RoleNotExist StatementError UserNotExist VersionError";
    ours extensions::CreateCamStrategy => create_strategy, Write(reads_strategy), 20, operation,
        "FailedOperation: PolicyFull PolicyNameInUse; InternalError: SystemError; InvalidParameter: \
            ActionError ActionMiss ActionNotExist ActionServiceNotExist AttachmentFull ConditionContentError \
            ConditionError ConditionTypeError DescriptionLengthOverlimit EffectError NotSupportProduct \
            ParamError PolicyDocumentError PolicyDocumentLengthOverLimit PolicyNameError PrincipalError \
            PrincipalQcsError PrincipalQcsNotExist PrincipalServiceNotExist ResourceContentError ResourceError \
            ResourceProjectError ResourceQcsError ResourceRegionError ResourceServiceNotExist ResourceUinError \
            StatementError UserNotExist VersionError; ResourceNotFound: GroupNotExist NotFound UserNotExist";
    ours extensions::OperateCamStrategy => operate_strategy, Write(operates), 20, operation,
        "FailedOperation: OrganizationPolicyOperateError PolicyFull; InternalError: SystemError; \
            InvalidParameter: AttachmentFull ParamError PolicyIdError PolicyIdNotExist UserNotExist; \
            ResourceNotFound: GroupNotExist PolicyIdNotFound UserNotExist";
}
"sts" STS {
    cloud sts::AssumeRole => assume_role, Open, 600, resource(assumed_role),
        "FailedOperation: CheckMFAError MFATypeNotSupported; InternalError: DbError EncryptError \
            GetAppIdError GetRoleError GetSeedTokenError IllegalRole PbSerializeError SystemError UnknownError; \
            InvalidParameter: AccountNotAvaliable ExtendStrategyOverSize GrantOtherResource OverLimit \
            OverTimeError ParamError PolicyTooLong ResouceError StrategyFormatError StrategyInvalid \
            TempCodeNotAvaliable; ResourceNotFound: RoleNotFound; UnauthorizedOperation: -; \
            UnsupportedOperation: -";
    cloud sts::GetFederationToken => get_federation_token, Open, 600, operation,
        "InternalError: DbError EncryptError GetAppIdError GetSeedTokenError SystemError; InvalidParameter: \
            AccountNotAvaliable ExtendStrategyOverSize GrantOtherResource OverTimeError ParamError PolicyTooLong \
            ResouceError StrategyFormatError StrategyInvalid TempCodeNotAvaliable; ResourceNotFound: \
            RoleNotFound; UnauthorizedOperation: -; UnsupportedOperation: -";
    cloud sts::GetCallerIdentity => get_caller_identity, Read, 20, free,
        "AuthFailure: AccessKeyIllegal; InternalError: GetSeedTokenError; InvalidParameter: \
            AccessKeyNotSupport";
}
}
