//! Situations to error codes. The sentences are in [`messages`](super::messages).
//!
//! Services answer the same situation with different codes, action by action. So a situation names its candidates in order
//! of preference, and the first that Tencent documents for the action is the answer; the last candidate, a public code
//! that any action may give, when none is.

use super::{documented, operations, v1};
use crate::dialect::contract::Op;
use crate::engine::fault::{Fault, Kind, Limit, Malformed, Parameter, Refusal, Unauthenticated, Unrouted, Why};
use crate::engine::model::{ManagedKind, Manager};
use crate::policy::{self, Defect, Problem, Reason};

/// The code for a fault of an operation; none when the operation was not found.
pub fn code(fault: &Fault, op: Option<&Op>) -> &'static str {
    let candidates = candidates(fault);
    let documented = op.and_then(|op| candidates.iter().find(|code| documented::documents(op, code)));
    documented.or(candidates.last()).copied().unwrap_or("InternalError")
}

/// The codes that a situation may have, the preferred ones first, a public one last.
pub fn candidates(fault: &Fault) -> &'static [&'static str] {
    match fault {
        Fault::Malformed(malformed) => match malformed {
            Malformed::Method(_) => &["UnsupportedProtocol"],
            Malformed::ContentType(_)
            | Malformed::Json(_)
            | Malformed::Form(_)
            | Malformed::RepeatedHeader(_)
            | Malformed::UnreadableHeader(_) => &["InvalidParameter"],
            // So says the gateway of a request with the older signature.
            Malformed::TooLarge { limit: v1::LARGEST_FORM } => &["AuthFailure.SignatureFailure"],
            Malformed::TooLarge { .. } => &["RequestSizeLimitExceeded"],
            Malformed::Unfinished | Malformed::Multipart => &["InvalidRequest"],
            Malformed::Busy => &["ServiceUnavailable"],
            Malformed::MissingHeader(_) => &["MissingParameter"],
            Malformed::Header { name: "Timestamp" | "Nonce", .. } => &["InvalidParameter"],
            Malformed::Header { .. } => &["InvalidParameterValue"],
        },
        Fault::Unrouted(Unrouted::Action { .. }) => &["InvalidAction"],
        Fault::Unrouted(Unrouted::Version { .. }) => &["NoSuchVersion"],
        Fault::Unauthenticated(how) => match how {
            Unauthenticated::Unsigned => &["MissingParameter"],
            Unauthenticated::Claim(_) | Unauthenticated::Uncovered(_) => &["AuthFailure.InvalidAuthorization"],
            Unauthenticated::Stale { .. } => &["AuthFailure.SignatureExpire"],
            Unauthenticated::UnknownKey => &["AuthFailure.SecretIdNotFound"],
            Unauthenticated::Token(_) => &["AuthFailure.TokenFailure"],
            Unauthenticated::Signature { .. } => &["AuthFailure.SignatureFailure"],
        },
        Fault::RateLimited { .. } => &["RequestLimitExceeded"],
        Fault::Parameter(parameter) => parameter_candidates(parameter),
        Fault::Document(problem) => document_candidates(problem.defect),
        Fault::Denied(denial) if denial.reason == Reason::Trust => &["UnauthorizedOperation"],
        Fault::Denied(denial) if denial.evidence.asked.action == "cam:DeleteApiKey" => {
            &["UnauthorizedOperation.DeleteApiKey", "AuthFailure.UnauthorizedOperation"]
        }
        Fault::Denied(_) => &["AuthFailure.UnauthorizedOperation"],
        Fault::NotFound(kind, _) => match kind {
            Kind::Account | Kind::Application => &["ResourceNotFound"],
            Kind::User => &[
                "ResourceNotFound.UserNotExist",
                "InvalidParameter.UserNotExist",
                "InvalidParameter.ParamError",
                "ResourceNotFound",
            ],
            Kind::NamedUser => &["InvalidParameter.UserNotExist", "ResourceNotFound"],
            Kind::Group => &[
                "ResourceNotFound.GroupNotExist",
                "InvalidParameter.GroupNotExist",
                "InvalidParameter.PrincipalQcsNotExist",
                // The one code that is documented where the group is all that a request names.
                "ResourceNotFound.UserNotExist",
                "InvalidParameter.ParamError",
                "ResourceNotFound",
            ],
            Kind::Role => &["InvalidParameter.RoleNotExist", "InvalidParameter.ParamError", "ResourceNotFound"],
            Kind::AssumedRole => &["InternalError.GetRoleError", "ResourceNotFound.RoleNotFound", "ResourceNotFound"],
            Kind::Policy => &[
                "ResourceNotFound.PolicyIdNotFound",
                "InvalidParameter.PolicyIdNotExist",
                "InvalidParameter.ParamError",
                "ResourceNotFound",
            ],
            Kind::PolicyVersion => &["InvalidParameter.PolicyVersionNotExists", "ResourceNotFound"],
            Kind::Key => &["ResourceNotFound.SecretNotExist", "InvalidParameter", "ResourceNotFound"],
            Kind::DeletionTask => &["InvalidParameter.DeletionTaskNotExist", "ResourceNotFound"],
            Kind::Principal => &["InvalidParameter.PrincipalQcsNotExist", "ResourceNotFound"],
            Kind::Provider => &["ResourceNotFound.IdentityNotExist", "InvalidParameter.ParamError", "ResourceNotFound"],
            Kind::ForeignPrincipal => &[
                "InvalidParameter.PrincipalQcsCrossError",
                "InvalidParameter.PrincipalQcsNotExist",
                "ResourceNotFound",
            ],
            Kind::Member => &["ResourceNotFound.UserNotExists", "ResourceNotFound.UserNotExist", "ResourceNotFound"],
            Kind::FactorToken => &["InvalidParameter.MFATokenError", "ResourceNotFound"],
            Kind::DataFlow => &["FailedOperation.FlowAuthIllegal", "ResourceNotFound"],
        },
        Fault::Exists(kind, _) => match kind {
            Kind::User | Kind::Member => &["InvalidParameter.SubUserNameInUse", "ResourceInUse"],
            Kind::Group => &["InvalidParameter.GroupNameInUse", "ResourceInUse"],
            Kind::Role => &["InvalidParameter.RoleNameInUse", "ResourceInUse"],
            Kind::Policy => &["FailedOperation.PolicyNameInUse", "ResourceInUse"],
            Kind::Provider => &["InvalidParameter.IdentityNameInUse", "ResourceInUse"],
            _ => &["ResourceInUse"],
        },
        Fault::Quota(limit, _) => match limit {
            Limit::Roles => &["InvalidParameter.RoleFull", "LimitExceeded"],
            Limit::Users => &["InvalidParameter.SubUserFull", "LimitExceeded"],
            Limit::UsersPerDay => &["RequestLimitExceeded.CreateUser", "LimitExceeded"],
            Limit::Receivers => &["InvalidParameter.ReceiverOverLimit", "LimitExceeded"],
            Limit::Identities => &["LimitExceeded.Uin", "LimitExceeded"],
            Limit::Groups => &["InvalidParameter.GroupFull", "LimitExceeded"],
            Limit::GroupMembers => &["InvalidParameter.GroupUserFull", "LimitExceeded"],
            Limit::UserGroups => &["InvalidParameter.UserGroupFull", "LimitExceeded"],
            Limit::Policies => &["FailedOperation.PolicyFull", "LimitExceeded"],
            Limit::PolicyVersions => &["FailedOperation.PolicyVersionFull", "LimitExceeded"],
            Limit::Attachments => &["InvalidParameter.AttachmentFull", "LimitExceeded"],
            Limit::Keys => &["OperationDenied.AccessKeyOverLimit", "LimitExceeded"],
            Limit::Tags => &["InvalidParameter.TagLimitExceeded", "LimitExceeded"],
            Limit::Providers | Limit::SignOns => &["LimitExceeded.IdentityFull", "LimitExceeded"],
        },
        Fault::Refused(refusal) => match refusal {
            Refusal::UserHasKeys => &["OperationDenied.HaveKeys", "OperationDenied"],
            Refusal::KeysOfAnother => &["OperationDenied.SubUin", "InvalidParameter.ParamError", "OperationDenied"],
            Refusal::KeyOfOther => {
                &["OperationDenied.UinNotMatch", "ResourceNotFound.SecretNotExist", "OperationDenied"]
            }
            Refusal::PresetPolicy => &["InvalidParameter.ParamError", "UnsupportedOperation"],
            Refusal::BoundaryInUse => &["InvalidParameter.ParamError", "ResourceInUse"],
            Refusal::ServiceLinkedRole => &[
                "InvalidParameter.ServiceLinkedRoleCantUsePermissionBoundary",
                "InvalidParameter.ParamError",
                "UnsupportedOperation",
            ],
            Refusal::NotServiceLinked => &["InvalidParameter.ParamError", "UnsupportedOperation"],
            Refusal::DefaultVersion => &["FailedOperation.PolicyVersionAlreadyDefault", "FailedOperation"],
            Refusal::SessionTooLong { .. } => {
                &["InvalidParameter.OverTimeError", "InvalidParameter.ParamError", "InvalidParameterValue"]
            }
            Refusal::OtherSource { .. } => &["InvalidParameter.ParamError"],
            Refusal::TemporaryKey => {
                &["FailedOperation.TempKeyNotAllowed", "InvalidParameter.AccessKeyNotSupport", "UnsupportedOperation"]
            }
            Refusal::SecondFactor => &["FailedOperation.MFATypeNotSupported", "UnsupportedOperation"],
            Refusal::Assertion { .. } => &["InvalidParameter.ParamError"],
            Refusal::Metadata { .. } => &["InvalidParameterValue.MetadataError", "InvalidParameterValue"],
            Refusal::Keys { .. } => &[
                "InvalidParameterValue.IdentityKeyError",
                "InvalidParameterValue.MetadataError",
                "InvalidParameterValue",
            ],
            Refusal::Token { .. } => &["InvalidParameter.WebIdentityTokenError", "InvalidParameter.ParamError"],
            Refusal::WrongCode => &["FailedOperation.CheckMFAError", "FailedOperation"],
            Refusal::NoPhone => {
                &["FailedOperation.UserNotBindPhone", "InvalidParameter.SubUserPhoneNotExsit", "FailedOperation"]
            }
            Refusal::NoChat => &["FailedOperation.UserNotBindWechat", "FailedOperation"],
            Refusal::FactorRequired => &["FailedOperation.UserUnbindNoPermission", "FailedOperation"],
            Refusal::Suspended => &["InvalidParameter.AccountNotAvaliable", "FailedOperation"],
            Refusal::Unverified => {
                &["InvalidParameter.UserNotAuth", "InvalidParameter.NameOrIdCardError", "FailedOperation"]
            }
            Refusal::NoNewUsers => &["FailedOperation.ForbidAdd", "FailedOperation"],
            Refusal::Risky => {
                &["FailedOperation.ExistHighRiskOperations", "FailedOperation.Accesskey", "FailedOperation"]
            }
            Refusal::Managed(kind, manager) => managed_candidates(*kind, *manager),
            Refusal::TagConditions => &["OperationDenied.PolicyTagConflict", "OperationDenied"],
            Refusal::Password(_) => &["InvalidParameter.PasswordViolatedRules", "InvalidParameter.ParamError"],
            Refusal::FlowClosed => &["ResourceNotFound.DataFlowAuthClose", "ResourceNotFound"],
            Refusal::FlowWithoutSecret => &["ResourceUnavailable.FlowAuthSecet", "ResourceUnavailable"],
        },
        Fault::Internal(_) => &["InternalError.SystemError", "InternalError.DbError", "InternalError"],
    }
}

fn managed_candidates(kind: ManagedKind, manager: Manager) -> &'static [&'static str] {
    match (kind, manager) {
        (ManagedKind::Policy, Manager::Service) => &[
            "InvalidParameter.ServiceLinkedPolicyCantInPermissionBoundary",
            "FailedOperation.OrganizationPolicyOperateError",
            "OperationDenied",
        ],
        (ManagedKind::Policy, Manager::IdentityCenter) => &[
            "OperationDenied.CicPolicyOperationDenied",
            "FailedOperation.OrganizationPolicyOperateError",
            "OperationDenied",
        ],
        (ManagedKind::Policy, Manager::Organization | Manager::Tags) => {
            &["FailedOperation.OrganizationPolicyOperateError", "OperationDenied"]
        }
        (ManagedKind::Role, _) => {
            &["InvalidParameter.OrganizationRoleOperateError", "InvalidParameter.ParamError", "OperationDenied"]
        }
        (ManagedKind::User, _) => &["FailedOperation.Unmodifiable", "OperationDenied"],
        (ManagedKind::Provider, _) => &["FailedOperation.CICIdentityForbidden", "OperationDenied"],
    }
}

fn parameter_candidates(parameter: &Parameter) -> &'static [&'static str] {
    let name = parameter.path.split('.').next().unwrap_or_default();
    // What is too large is also not an allowed value.
    let illegal = Why::Illegal(String::new());
    let why = match &parameter.why {
        Why::TooLong(_) if matches!(name, "PolicyDocument" | "StrategyInfo" | "Policy") => {
            return document_candidates(Defect::TooLong);
        }
        Why::TooMany(_) if name == "Tags" => {
            return &["InvalidParameter.TagLimitExceeded", "InvalidParameter.ParamError", "InvalidParameterValue"];
        }
        Why::TooMany(_) if name == "IpPolicies" => return &["FailedOperation.PolicyFull", "InvalidParameterValue"],
        Why::TooMany(_) if name == "ApproverUin" => {
            return &["FailedOperation.AssistApproverFull", "InvalidParameterValue"];
        }
        Why::TooMany(_) if name == "PolicyId" => {
            return &[
                "InvalidParameter.OperatePoliciesOverLimit",
                "InvalidParameter.ParamError",
                "InvalidParameterValue",
            ];
        }
        Why::TooMany(_) => return &["InvalidParameter.ParamError", "InvalidParameter", "InvalidParameterValue"],
        Why::TooLong(_) => &illegal,
        other => other,
    };
    let last = parameter.path.rsplit('.').next().unwrap_or_default();
    match (why, if name == "IpPolicies" { last } else { name }) {
        (Why::Missing, _) => &["MissingParameter"],
        (Why::Unknown, _) => &["UnknownParameter"],
        (Why::Type(_), _) => &["InvalidParameter"],
        (Why::NoneOf(_), "Info") => &["InvalidParameter.UserUinAndUinNotAllNull", "MissingParameter"],
        (Why::NoneOf(_), _) => &["InvalidParameter.ParamError", "MissingParameter"],
        (Why::Illegal(_), "RoleName") => {
            &["InvalidParameter.RoleNameError", "InvalidParameter.ParamError", "InvalidParameterValue"]
        }
        (Why::Illegal(_), "PolicyName") => {
            &["InvalidParameter.PolicyNameError", "InvalidParameter.ParamError", "InvalidParameterValue"]
        }
        (Why::Illegal(_), "Name") => &[
            "InvalidParameter.UserNameIllegal",
            "InvalidParameterValue.NameError",
            "InvalidParameter.ParamError",
            "InvalidParameterValue",
        ],
        (Why::Illegal(_), "MappingFiled") => {
            &["InvalidParameterValue.NameError", "InvalidParameterValue.MetadataError", "InvalidParameterValue"]
        }
        (Why::Illegal(_), "IdentityUrl" | "AuthorizationEndpoint") => {
            &["InvalidParameterValue.IdentityUrlError", "InvalidParameterValue"]
        }
        (Why::Illegal(_), "IdentityKey") => {
            &["InvalidParameterValue.IdentityKeyError", "InvalidParameterValue.MetadataError", "InvalidParameterValue"]
        }
        (
            Why::Illegal(_),
            "SAMLMetadataDocument"
            | "ClientId"
            | "ResponseType"
            | "ResponseMode"
            | "Scope"
            | "AuxiliaryDomain"
            | "Operate"
            | "AutoRotateKey",
        ) => &[
            "InvalidParameter.ScopeError",
            "InvalidParameterValue.MetadataError",
            "InvalidParameter.ParamError",
            "InvalidParameterValue",
        ],
        (Why::Illegal(_), "WebIdentityToken") => {
            &["InvalidParameter.WebIdentityTokenError", "InvalidParameter.ParamError", "InvalidParameterValue"]
        }
        (Why::Illegal(_), "Description") => {
            &["InvalidParameter.DescriptionLengthOverlimit", "InvalidParameter.ParamError", "InvalidParameterValue"]
        }
        (Why::Illegal(_), "Tags" | "TagKeys") => {
            &["InvalidParameter.TagParamError", "InvalidParameter.ParamError", "InvalidParameterValue"]
        }
        (Why::Illegal(_), "Password") => {
            &["InvalidParameter.PasswordViolatedRules", "InvalidParameter.ParamError", "InvalidParameterValue"]
        }
        (Why::Illegal(_), "Keyword") => {
            &["InvalidParameter.SearchKeywordLengthError", "InvalidParameter.ParamError", "InvalidParameterValue"]
        }
        (Why::Illegal(_), "EntityFilter") => {
            &["InvalidParameter.EntityFilterError", "InvalidParameter.ParamError", "InvalidParameterValue"]
        }
        (Why::Illegal(_), "PolicyId") => {
            &["InvalidParameter.PolicyIdError", "InvalidParameter.ParamError", "InvalidParameterValue"]
        }
        (Why::Illegal(_), "Marker") => &["InvalidParameter.PaginationTokenInvalid", "InvalidParameterValue"],
        (Why::Illegal(_), "MFAToken") => &["InvalidParameter.MFATokenError", "InvalidParameterValue"],
        (Why::Illegal(_), "Rules") => &["InvalidParameter.PasswordRuleError", "InvalidParameterValue"],
        (Why::Illegal(_), "IP") => &["InvalidParameter.IPIllegal", "InvalidParameterValue"],
        (Why::Illegal(_), "Effect") => &["InvalidParameter.EffectError", "InvalidParameterValue"],
        (Why::Illegal(_), "IpPolicies") => &["InvalidParameter.IPRangeOverlapping", "InvalidParameterValue"],
        (Why::Illegal(_), "ApproverType") => &["InvalidParameter.AssitApproverTypeError", "InvalidParameterValue"],
        (Why::Illegal(_), "DurationSeconds") => {
            &["InvalidParameter.OverTimeError", "InvalidParameter.ParamError", "InvalidParameterValue"]
        }
        (Why::Illegal(_) | Why::TooLong(_) | Why::TooMany(_), _) => {
            &["InvalidParameter.ParamError", "InvalidParameterValue"]
        }
    }
}

/// The code for a defect when the document is given to the action that writes that kind of document.
pub fn defect_code(kind: policy::DocumentKind, problem: &Problem) -> &'static str {
    let (version, action) = match kind {
        policy::DocumentKind::Identity => (operations::CAM, "CreatePolicy"),
        policy::DocumentKind::Trust => (operations::CAM, "CreateRole"),
        policy::DocumentKind::Strategy => (operations::CAM, "CreateCamStrategy"),
        policy::DocumentKind::Session => (operations::STS, "AssumeRole"),
    };
    code(&Fault::Document(problem.clone()), operations::find(version, action))
}

/// What a defect of a policy document is called; the second candidates serve the actions that document a subset, the
/// `Strategy…` ones the session policies of STS.
fn document_candidates(defect: Defect) -> &'static [&'static str] {
    match defect {
        Defect::NotJson | Defect::NotObject | Defect::DuplicateElement | Defect::UnknownElement => &[
            "InvalidParameter.PolicyDocumentError",
            "InvalidParameter.StrategyFormatError",
            "InvalidParameter.ParamError",
        ],
        Defect::TooLong => &[
            "InvalidParameter.PolicyDocumentLengthOverLimit",
            "InvalidParameter.PolicyTooLong",
            "InvalidParameter.ParamError",
        ],
        Defect::Version => &["InvalidParameter.VersionError", "InvalidParameter.StrategyInvalid"],
        Defect::Statement => &["InvalidParameter.StatementError", "InvalidParameter.StrategyInvalid"],
        Defect::Effect => &["InvalidParameter.EffectError", "InvalidParameter.StrategyInvalid"],
        Defect::ActionMissing | Defect::ActionForm => {
            &["InvalidParameter.ActionError", "InvalidParameter.StrategyInvalid"]
        }
        Defect::ActionUnknown | Defect::PermissionSetUnknown => &[
            "InvalidParameter.ActionNotExist",
            "InvalidParameter.ActionMiss",
            "InvalidParameter.ActionError",
            "InvalidParameter.StrategyInvalid",
        ],
        Defect::ActionNotAllowed => {
            &["InvalidParameter.ActionMiss", "InvalidParameter.ActionError", "InvalidParameter.StrategyInvalid"]
        }
        Defect::ActionServiceUnknown => &[
            "InvalidParameter.ActionServiceNotExist",
            "InvalidParameter.ActionMiss",
            "InvalidParameter.StrategyInvalid",
        ],
        Defect::ResourceMissing | Defect::ResourceForm => {
            &["InvalidParameter.ResourceError", "InvalidParameter.StrategyInvalid"]
        }
        Defect::ResourceSegments => {
            &["InvalidParameter.ResourceQcsError", "InvalidParameter.ResouceError", "InvalidParameter.ResourceError"]
        }
        Defect::ResourceProject => &["InvalidParameter.ResourceProjectError", "InvalidParameter.ResouceError"],
        Defect::ResourceServiceUnknown => {
            &["InvalidParameter.ResourceServiceNotExist", "InvalidParameter.ResouceError"]
        }
        Defect::ResourceRegion => &["InvalidParameter.ResourceRegionError", "InvalidParameter.ResouceError"],
        Defect::ResourceOwner => &["InvalidParameter.ResourceUinError", "InvalidParameter.GrantOtherResource"],
        Defect::ResourceContent => &["InvalidParameter.ResourceContentError", "InvalidParameter.ResouceError"],
        Defect::ResourceNotAllowed => {
            &["InvalidParameter.ResourceError", "InvalidParameter.StatementError", "InvalidParameter.StrategyInvalid"]
        }
        Defect::ConditionForm => &["InvalidParameter.ConditionError", "InvalidParameter.StrategyInvalid"],
        Defect::ConditionOperator => &["InvalidParameter.ConditionTypeError", "InvalidParameter.StrategyInvalid"],
        Defect::ConditionContent => &["InvalidParameter.ConditionContentError", "InvalidParameter.StrategyInvalid"],
        Defect::PrincipalMissing | Defect::PrincipalForm | Defect::PrincipalNotAllowed => {
            &["InvalidParameter.PrincipalError", "InvalidParameter.StrategyInvalid"]
        }
        Defect::PrincipalName => &["InvalidParameter.PrincipalQcsError", "InvalidParameter.StrategyInvalid"],
        Defect::PrincipalServiceUnknown => {
            &["InvalidParameter.PrincipalServiceNotExist", "InvalidParameter.StrategyInvalid"]
        }
    }
}
