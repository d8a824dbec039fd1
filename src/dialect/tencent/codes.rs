//! Situations to error codes and sentences.
//!
//! Services answer the same situation with different codes, action by action. So a situation names its candidates in order
//! of preference, and the first that Tencent documents for the action is the answer; the last candidate, a public code
//! that any action may give, when none is. The sentences of the gateway (authentication, parameters, rates) are Tencent's
//! own as its users quote them; those of the services are ours, since only the codes are published.

use super::reply::Language;
use super::{documented, operations};
use crate::dialect::contract::Op;
use crate::engine::fault::{Denial, Fault, Kind, Limit, Malformed, Parameter, Refusal, Unauthenticated, Unrouted, Why};
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
            | Malformed::RepeatedHeader(_)
            | Malformed::UnreadableHeader(_) => &["InvalidParameter"],
            Malformed::TooLarge { .. } => &["RequestSizeLimitExceeded"],
            Malformed::Unfinished => &["InvalidRequest"],
            Malformed::Busy => &["ServiceUnavailable"],
            Malformed::MissingHeader(_) => &["MissingParameter"],
            Malformed::Header { name: "Timestamp", .. } => &["InvalidParameter"],
            Malformed::Header { .. } => &["InvalidParameterValue"],
        },
        Fault::Unrouted(Unrouted::Action { .. }) => &["InvalidAction"],
        Fault::Unrouted(Unrouted::Version { .. }) => &["NoSuchVersion"],
        Fault::Unauthenticated(how) => match how {
            Unauthenticated::Claim(_) => &["AuthFailure.InvalidAuthorization"],
            Unauthenticated::Stale { .. } => &["AuthFailure.SignatureExpire"],
            Unauthenticated::UnknownKey => &["AuthFailure.SecretIdNotFound"],
            Unauthenticated::Token(_) => &["AuthFailure.TokenFailure"],
            Unauthenticated::Signature { .. } => &["AuthFailure.SignatureFailure"],
        },
        Fault::RateLimited { .. } => &["RequestLimitExceeded"],
        Fault::Parameter(parameter) => parameter_candidates(parameter),
        Fault::Document(problem) => document_candidates(problem.defect),
        Fault::Denied(denial) if denial.reason == Reason::Trust => &["UnauthorizedOperation"],
        Fault::Denied(_) => &["AuthFailure.UnauthorizedOperation"],
        Fault::NotFound(kind, _) => match kind {
            Kind::Account | Kind::AppId => &["ResourceNotFound"],
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
            Kind::Role => &[
                "InvalidParameter.RoleNotExist",
                "ResourceNotFound.RoleNotFound",
                "InvalidParameter.ParamError",
                "ResourceNotFound",
            ],
            Kind::Policy => &[
                "ResourceNotFound.PolicyIdNotFound",
                "InvalidParameter.PolicyIdNotExist",
                "InvalidParameter.ParamError",
                "ResourceNotFound",
            ],
            Kind::PolicyVersion => &["InvalidParameter.PolicyVersionNotExists", "ResourceNotFound"],
            Kind::Key => &["ResourceNotFound.SecretNotExist", "ResourceNotFound"],
            Kind::DeletionTask => &["InvalidParameter.DeletionTaskNotExist", "ResourceNotFound"],
            Kind::Principal => &["InvalidParameter.PrincipalQcsNotExist", "ResourceNotFound"],
        },
        Fault::Exists(kind, _) => match kind {
            Kind::User => &["InvalidParameter.SubUserNameInUse", "ResourceInUse"],
            Kind::Group => &["InvalidParameter.GroupNameInUse", "ResourceInUse"],
            Kind::Role => &["InvalidParameter.RoleNameInUse", "ResourceInUse"],
            Kind::Policy => &["FailedOperation.PolicyNameInUse", "ResourceInUse"],
            _ => &["ResourceInUse"],
        },
        Fault::Quota(limit, _) => match limit {
            Limit::Roles => &["InvalidParameter.RoleFull", "LimitExceeded"],
            Limit::Users => &["InvalidParameter.SubUserFull", "LimitExceeded"],
            Limit::Groups => &["InvalidParameter.GroupFull", "LimitExceeded"],
            Limit::GroupMembers => &["InvalidParameter.GroupUserFull", "LimitExceeded"],
            Limit::UserGroups => &["InvalidParameter.UserGroupFull", "LimitExceeded"],
            Limit::Policies => &["FailedOperation.PolicyFull", "LimitExceeded"],
            Limit::PolicyVersions => &["FailedOperation.PolicyVersionFull", "LimitExceeded"],
            Limit::Attachments => &["InvalidParameter.AttachmentFull", "LimitExceeded"],
            Limit::Keys => &["OperationDenied.AccessKeyOverLimit", "LimitExceeded"],
            Limit::Tags => &["InvalidParameter.TagLimitExceeded", "LimitExceeded"],
        },
        Fault::Refused(refusal) => match refusal {
            Refusal::UserHasKeys => &["OperationDenied.HaveKeys", "OperationDenied"],
            Refusal::KeysOfAnother => &["OperationDenied.SubUin", "OperationDenied"],
            Refusal::PresetPolicy => &["InvalidParameter.ParamError", "UnsupportedOperation"],
            Refusal::BoundaryInUse => &["InvalidParameter.ParamError", "ResourceInUse"],
            Refusal::ServiceLinkedRole => &[
                "InvalidParameter.ServiceLinkedRoleCantUsePermissionBoundary",
                "InvalidParameter.ParamError",
                "UnsupportedOperation",
            ],
            Refusal::NotServiceLinked => &["InvalidParameter.ParamError", "UnsupportedOperation"],
            Refusal::DefaultVersion => &["FailedOperation.PolicyVersionAlreadyDefault", "FailedOperation"],
            Refusal::SessionTooLong { .. } => &["InvalidParameter.OverTimeError", "InvalidParameterValue"],
            Refusal::TemporaryKey => {
                &["FailedOperation.TempKeyNotAllowed", "InvalidParameter.AccessKeyNotSupport", "UnsupportedOperation"]
            }
            Refusal::SecondFactor => &["FailedOperation.MFATypeNotSupported", "UnsupportedOperation"],
        },
        Fault::Internal(_) => &["InternalError.SystemError", "InternalError.DbError", "InternalError"],
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
        Why::TooLong(_) | Why::TooMany(_) => &illegal,
        other => other,
    };
    match (why, name) {
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
        (Why::Illegal(_), "Name") => {
            &["InvalidParameter.UserNameIllegal", "InvalidParameter.ParamError", "InvalidParameterValue"]
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
        (Why::Illegal(_), "Scope") => {
            &["InvalidParameter.ScopeError", "InvalidParameter.ParamError", "InvalidParameterValue"]
        }
        (Why::Illegal(_), "PolicyId") => {
            &["InvalidParameter.PolicyIdError", "InvalidParameter.ParamError", "InvalidParameterValue"]
        }
        (Why::Illegal(_), "DurationSeconds") => {
            &["InvalidParameter.OverTimeError", "InvalidParameter.ParamError", "InvalidParameterValue"]
        }
        (Why::Illegal(_) | Why::TooLong(_) | Why::TooMany(_), _) => {
            &["InvalidParameter.ParamError", "InvalidParameterValue"]
        }
    }
}

/// The code for a defect when the document is given to the action that writes that kind of document.
pub fn defect_code(kind: policy::Kind, problem: &Problem) -> &'static str {
    let (version, action) = match kind {
        policy::Kind::Identity => (operations::CAM, "CreatePolicy"),
        policy::Kind::Trust => (operations::CAM, "CreateRole"),
        policy::Kind::Strategy => (operations::CAM, "CreateCamStrategy"),
        policy::Kind::Session => (operations::STS, "AssumeRole"),
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

/// The sentence for a fault.
pub fn message(fault: &Fault, request_id: &str, language: Language) -> String {
    let pick = |english: String, chinese: String| match language {
        Language::English => english,
        Language::Chinese => chinese,
    };
    match fault {
        Fault::Malformed(malformed) => malformed_message(malformed, language),
        Fault::Unrouted(unrouted) => unrouted_message(unrouted, language),
        Fault::Unauthenticated(how) => unauthenticated_message(how, language),
        Fault::RateLimited { seen, limit } => pick(
            format!(
                "Your current request times equals to `{seen}` in a second, which exceeds the frequency limit `{limit}` \
                 for a second. Please reduce the frequency of calls."
            ),
            format!("您当前每秒请求 `{seen}` 次，超过了每秒频率上限 `{limit}`，请稍后重试。"),
        ),
        Fault::Parameter(parameter) => parameter_message(parameter, language),
        Fault::Document(problem) => document_message(problem, language),
        Fault::Denied(denial) => denied_message(denial, request_id, language),
        Fault::NotFound(kind, name) => {
            let (english, chinese) = kind_names(*kind);
            let name = brief(name);
            pick(format!("{english} `{name}` does not exist"), format!("{chinese} `{name}` 不存在。"))
        }
        Fault::Exists(kind, name) => {
            let (english, chinese) = kind_names(*kind);
            pick(
                format!("{english} `{name}` exists already; choose another name"),
                format!("{chinese} `{name}` 已存在。"),
            )
        }
        Fault::Quota(limit, most) => {
            let (english, chinese) = limit_names(*limit);
            pick(
                format!("at most {most} {english} are allowed; delete some first"),
                format!("{chinese}数量达到上限 {most}。"),
            )
        }
        Fault::Refused(refusal) => refusal_message(refusal, language),
        Fault::Internal(_) => pick(
            format!("an internal error occurred; the server's log has the cause under request id {request_id}"),
            format!("内部错误，原因见服务端日志，请求ID {request_id}。"),
        ),
    }
}

/// A text of the request as a message repeats it: not more than a line of it.
fn brief(text: &str) -> std::borrow::Cow<'_, str> {
    match text.char_indices().nth(160) {
        None => text.into(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()).into(),
    }
}

fn malformed_message(malformed: &Malformed, language: Language) -> String {
    let chinese = language == Language::Chinese;
    match malformed {
        Malformed::Method(method) if chinese => format!("不支持的请求方法 `{method}`，请使用 POST。"),
        Malformed::Method(method) => format!("the method `{method}` is not served; send POST with a JSON body"),
        Malformed::ContentType(kind) if chinese => format!("不支持的 Content-Type `{kind}`，请使用 application/json。"),
        Malformed::ContentType(kind) => {
            format!("the content type `{kind}` is not served; send `application/json`")
        }
        Malformed::TooLarge { limit } if chinese => format!("请求体超过上限 {limit} 字节。"),
        Malformed::TooLarge { limit } => format!("the request body is larger than {limit} bytes"),
        Malformed::Unfinished if chinese => "请求体不完整或未及时到达，请重新发送。".to_owned(),
        Malformed::Unfinished => "the request body did not come whole and in time; send it again".to_owned(),
        Malformed::Busy if chinese => "服务器正在接收过多的请求体，请稍后重试。".to_owned(),
        Malformed::Busy => "the server is receiving too many request bodies at once; try again later".to_owned(),
        Malformed::Json(why) if chinese => format!("请求体不是合法的 JSON：{why}。"),
        Malformed::Json(why) => format!("the request body is not valid JSON: {why}"),
        Malformed::MissingHeader(name) => missing(name, language),
        Malformed::RepeatedHeader(name) if chinese => format!("请求头 `{name}` 重复。"),
        Malformed::RepeatedHeader(name) => format!("the header `{name}` is there more than once; send it once"),
        Malformed::UnreadableHeader(name) if chinese => format!("请求头 `{name}` 不是 UTF-8。"),
        Malformed::UnreadableHeader(name) => format!("the header `{name}` is not UTF-8"),
        Malformed::Header { name: name @ "Timestamp", .. } => wrong_type(name, "integer", language),
        Malformed::Header { name, .. } if chinese => format!("参数 `{name}` 取值错误。"),
        Malformed::Header { name, .. } => {
            format!("A value specified in `{name}` is not valid, is unsupported, or cannot be used.")
        }
    }
}

fn unrouted_message(unrouted: &Unrouted, language: Language) -> String {
    match (unrouted, language) {
        (Unrouted::Action { service, version, action }, Language::English) => {
            let service = service.as_deref().unwrap_or("<service>");
            let remedy = if operations::version_of(service).is_some() {
                String::new()
            } else {
                format!(
                    "; an action of another service can be given a stub with PUT /_camulator/v1/stubs/{service}/{action}"
                )
            };
            format!(
                "The request `Action` is invalid or not found. `{service}:{action}` of version `{version}` is not served \
                 by this emulator{remedy}."
            )
        }
        (Unrouted::Action { service, action, .. }, Language::Chinese) => {
            let service = service.as_deref().unwrap_or("<service>");
            let remedy = if operations::version_of(service).is_some() {
                String::new()
            } else {
                format!("其他服务的接口可用 PUT /_camulator/v1/stubs/{service}/{action} 设置桩。")
            };
            format!("请求的 `Action` 不存在，本模拟器不提供 `{service}:{action}`。{remedy}")
        }
        (Unrouted::Version { service, version }, Language::English) => {
            format!("The specified api version=`{version}` does not exist in service=`{service}`. ")
        }
        (Unrouted::Version { service, version }, Language::Chinese) => {
            format!("服务 `{service}` 不存在版本 `{version}`。")
        }
    }
}

fn unauthenticated_message(how: &Unauthenticated, language: Language) -> String {
    let (english, chinese) = match how {
        Unauthenticated::Claim(why) => {
            return match language {
                Language::English => {
                    format!("The request `Authorization` header does not conform to tencentcloud standards: {why}.")
                }
                Language::Chinese => format!("请求头部的 `Authorization` 不符合腾讯云标准：{why}。"),
            };
        }
        Unauthenticated::Stale { .. } => {
            ("The signature is expired, please request again.", "签名已过期，请重新请求。")
        }
        Unauthenticated::UnknownKey => (
            "The SecretId is not found, please ensure that your SecretId is correct.",
            "SecretId不存在，请输入正确的密钥。",
        ),
        Unauthenticated::Token(_) => (
            "Token verification failed. Please check your Token is correct.",
            "Token 校验失败，请检查您的 Token 是否正确。",
        ),
        Unauthenticated::Signature { .. } => (
            "The provided credentials could not be validated. Please check your signature is correct.",
            "请求签名验证失败，请检查您的签名计算是否正确。",
        ),
    };
    match language {
        Language::English => english.to_owned(),
        Language::Chinese => chinese.to_owned(),
    }
}

fn parameter_message(parameter: &Parameter, language: Language) -> String {
    let path: &str = &brief(&parameter.path);
    let chinese = language == Language::Chinese;
    match &parameter.why {
        Why::Missing => missing(path, language),
        Why::Unknown if chinese => format!("未知参数 `{path}`。"),
        Why::Unknown => format!("The parameter `{path}` is not recognized."),
        Why::Type(expected) => wrong_type(path, expected, language),
        Why::Illegal(rule) if chinese => format!("参数 `{path}` 取值错误：{rule}。"),
        Why::Illegal(rule) => format!("the value of parameter `{path}` is not valid: {rule}"),
        Why::TooLong(most) if chinese => format!("参数 `{path}` 过长，最多 {most} 字节。"),
        Why::TooLong(most) => format!("the value of parameter `{path}` is too long: at most {most} bytes are allowed"),
        Why::TooMany(most) if chinese => format!("参数 `{path}` 过多，最多 {most} 个。"),
        Why::TooMany(most) => format!("parameter `{path}` has too many items: at most {most} are allowed"),
        Why::NoneOf(_) if chinese => format!("参数 `{path}` 至少需要一个。"),
        Why::NoneOf(_) => format!("one of the parameters `{path}` is needed"),
    }
}

fn missing(name: &str, language: Language) -> String {
    match language {
        Language::English => format!("The request is missing a required parameter `{name}`."),
        Language::Chinese => format!("请求缺少必要参数 `{name}`。"),
    }
}

fn wrong_type(name: &str, expected: &str, language: Language) -> String {
    match language {
        Language::English if name.is_empty() => format!("The request body is not a JSON {expected}."),
        Language::English => {
            format!("The value type of parameter `{name}` is not valid. Its type should be `{expected}`.")
        }
        Language::Chinese => format!("参数 `{name}` 取值类型错误。参数类型应为 `{expected}` "),
    }
}

fn document_message(problem: &Problem, language: Language) -> String {
    match language {
        Language::English => format!("policy document, {problem}"),
        Language::Chinese => format!("策略文档错误，{problem}"),
    }
}

/// The gateway's sentence, with the service's own answer in it as its users quote it.
fn denied_message(denial: &Denial, request_id: &str, language: Language) -> String {
    let (action, resource) = (&denial.evidence.asked.action, denial.evidence.asked.resource());
    let inner = format!(
        "[[request id:{request_id}]you are not authorized to perform operation ({action})\nresource ({resource}) has no \
         permission\n]"
    );
    match (denial.reason, language) {
        (Reason::Trust, Language::English) => {
            format!("the trust policy of role ({resource}) does not let this caller perform ({action})")
        }
        (Reason::Trust, Language::Chinese) => format!("角色 ({resource}) 的信任策略不允许该身份执行 ({action})。"),
        (_, Language::English) => format!(
            "You are not authorized to perform this operation. Check your CAM policies, and ensure that you are using \
             the correct access keys. {inner}"
        ),
        (_, Language::Chinese) => format!("操作未授权，请检查CAM策略。{inner}"),
    }
}

fn refusal_message(refusal: &Refusal, language: Language) -> String {
    let (english, chinese) = match refusal {
        Refusal::UserHasKeys => (
            "the user still has access keys; delete them first, or set Force to 1".to_owned(),
            "用户存在未删除的密钥。".to_owned(),
        ),
        Refusal::KeysOfAnother => (
            "a sub-user can only work on keys of sub-users, not on those of the root account".to_owned(),
            "子账号不能操作主账号密钥。".to_owned(),
        ),
        Refusal::PresetPolicy => {
            ("a preset policy cannot be changed or deleted".to_owned(), "预设策略不能修改或删除。".to_owned())
        }
        Refusal::BoundaryInUse => (
            "the policy is the permission boundary of a user or role; take it away there first".to_owned(),
            "该策略正被用作权限边界。".to_owned(),
        ),
        Refusal::ServiceLinkedRole => (
            "the role is service-linked; only DeleteServiceLinkedRole can work on it".to_owned(),
            "服务相关角色不支持该操作。".to_owned(),
        ),
        Refusal::NotServiceLinked => {
            ("the role is not service-linked; use DeleteRole".to_owned(), "该角色不是服务相关角色。".to_owned())
        }
        Refusal::DefaultVersion => {
            ("the version is the policy's default version".to_owned(), "该版本已是默认版本。".to_owned())
        }
        Refusal::SessionTooLong { limit } => (
            format!("DurationSeconds is longer than the {limit} seconds that are allowed here"),
            format!("DurationSeconds 超过上限 {limit} 秒。"),
        ),
        Refusal::TemporaryKey => (
            "temporary keys are not accepted here; sign with a permanent key".to_owned(),
            "不支持临时密钥。".to_owned(),
        ),
        Refusal::SecondFactor => {
            ("this kind of second factor is not supported".to_owned(), "不支持的 MFA 类型。".to_owned())
        }
    };
    match language {
        Language::English => english,
        Language::Chinese => chinese,
    }
}

fn kind_names(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Account => ("account", "账号"),
        Kind::AppId => ("application number", "APPID"),
        Kind::User | Kind::NamedUser => ("user", "用户"),
        Kind::Group => ("group", "用户组"),
        Kind::Role => ("role", "角色"),
        Kind::Policy => ("policy", "策略"),
        Kind::PolicyVersion => ("policy version", "策略版本"),
        Kind::Key => ("access key", "密钥"),
        Kind::DeletionTask => ("deletion task", "删除任务"),
        Kind::Principal => ("principal", "授权对象"),
    }
}

fn limit_names(limit: Limit) -> (&'static str, &'static str) {
    match limit {
        Limit::Roles => ("roles of an account", "角色"),
        Limit::Users => ("sub-users of an account", "子用户"),
        Limit::Groups => ("groups of an account", "用户组"),
        Limit::GroupMembers => ("users of a group", "用户组成员"),
        Limit::UserGroups => ("groups of a user", "用户所属用户组"),
        Limit::Policies => ("policies of an account", "自定义策略"),
        Limit::PolicyVersions => ("versions of a policy", "策略版本"),
        Limit::Attachments => ("attached policies", "关联策略"),
        Limit::Keys => ("access keys of a user", "密钥"),
        Limit::Tags => ("tags of a role", "标签"),
    }
}
