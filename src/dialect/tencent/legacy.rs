//! What the two older wires of CAM have in common: the names of parameters begin in lower case, and an error has a number.

use crate::dialect::decode::Json;

/// Parameters that hold a document. What is in them are not parameters.
const DOCUMENTS: [&str; 3] = ["PolicyDocument", "Policy", "StrategyInfo"];

/// Names parameters as API 3.0 does: `roleName` becomes `RoleName`, in lists and objects too.
pub fn upper(parameters: Json) -> Json {
    match parameters {
        Json::Object(members) => Json::Object(
            members
                .into_iter()
                .map(|(name, value)| {
                    let name = changed(&name, |first| first.to_ascii_uppercase());
                    let value = if DOCUMENTS.contains(&name.as_str()) { value } else { upper(value) };
                    (name, value)
                })
                .collect(),
        ),
        Json::List(items) => Json::List(items.into_iter().map(upper).collect()),
        other => other,
    }
}

/// Names members of a reply as the older wires do: `RoleId` becomes `roleId`, and a session's `Token` is `sessionToken`.
pub fn lower(reply: Json) -> Json {
    match reply {
        Json::Object(members) => {
            let are_credentials = members.iter().any(|(name, _)| name == "TmpSecretId");
            let members = members
                .into_iter()
                .map(|(name, value)| {
                    let name = match name.as_str() {
                        "Token" if are_credentials => "sessionToken".to_owned(),
                        _ => changed(&name, |first| first.to_ascii_lowercase()),
                    };
                    (name, lower(value))
                })
                .collect();
            Json::Object(members)
        }
        Json::List(items) => Json::List(items.into_iter().map(lower).collect()),
        other => other,
    }
}

fn changed(name: &str, change: fn(char) -> char) -> String {
    let mut letters = name.chars();
    letters.next().map(change).into_iter().chain(letters).collect()
}

/// The number of an error: the documentation of API 2.0 lists eight of them, each for a class of errors.
pub fn number(code: &str) -> i64 {
    let class = code.split('.').next().unwrap_or_default();
    match (class, code) {
        (_, "AuthFailure.SignatureExpire") => 4200,
        (_, "AuthFailure.UnauthorizedOperation") | ("UnauthorizedOperation", _) => 4300,
        ("AuthFailure", _) => 4100,
        ("RequestLimitExceeded" | "LimitExceeded", _) => 4400,
        ("UnsupportedProtocol" | "RequestSizeLimitExceeded", _) => 4600,
        ("InternalError" | "ServiceUnavailable", _) => 5100,
        _ => 4000,
    }
}

/// The name that API 2.0 documents for an error of API 3.0; the same name where it documents none.
pub fn name(code: &'static str) -> &'static str {
    let Some((_, cause)) = code.split_once('.') else { return code };
    match cause {
        "PolicyNameInUse" => "InvalidParameter.policyName.InUse",
        "PolicyNameError" => "InvalidParameter.policyName.Error",
        "PolicyFull" => "InvalidParameter.policyFull",
        "PolicyIdNotExist" | "PolicyIdNotFound" => "InvalidParameter.policyId.NotExist",
        "PolicyIdError" => "InvalidParameter.policyId.TypeError",
        "PolicyDocumentError" => "InvalidParameter.policyDocument.TypeError",
        "PolicyDocumentLengthOverLimit" => "InvalidParameter.policyDocument.LengthOverlimit",
        "DescriptionLengthOverlimit" => "InvalidParameter.description.LengthOverlimit",
        "VersionError" => "InvalidParameter.version.Error",
        "StatementError" => "InvalidParameter.statement.Error",
        "EffectError" => "InvalidParameter.effect.Error",
        "ActionError" | "ActionMiss" | "ActionNotExist" | "ActionServiceNotExist" => "InvalidParameter.action.Error",
        "ConditionError" | "ConditionContentError" | "ConditionTypeError" => "InvalidParameter.condition.Error",
        "PrincipalError" | "PrincipalQcsError" | "PrincipalQcsNotExist" | "PrincipalServiceNotExist" => {
            "InvalidParameter.principal.Error"
        }
        "ResourceUinError" => "InvalidParameter.resource.user.Error",
        "ResourceError"
        | "ResourceContentError"
        | "ResourceProjectError"
        | "ResourceQcsError"
        | "ResourceRegionError"
        | "ResourceServiceNotExist" => "InvalidParameter.resource.Error",
        "UserNotExist" => "InvalidParameter.user.NotExist",
        "GroupNotExist" => "InvalidParameter.group.NotExist",
        "RoleNotExist" | "RoleNotFound" => "InvalidParameter.role.NotExist",
        "RoleNameError" => "InvalidParameter.roleName.Error",
        "RoleNameInUse" => "InvalidParameter.roleName.InUse",
        "RoleFull" => "InvalidParameter.roleFull",
        "OverTimeError" => "SetTimeOutOfTime",
        "StrategyInvalid" | "StrategyFormatError" => "StrategyInvalid",
        _ => code,
    }
}
