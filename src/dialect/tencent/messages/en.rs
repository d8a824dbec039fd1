//! The English sentences.

use super::quoted::{brief, no_permission};
use crate::dialect::tencent::{operations, v1};
use crate::engine::fault::{
    Fault, FormFlaw, Kind, Limit, Malformed, Parameter, PasswordFlaw, Refusal, Unauthenticated, Unrouted, Why,
};
use crate::engine::model::Manager;
use crate::policy::Reason;

/// The sentence for a fault.
pub fn message(fault: &Fault, request_id: &str) -> String {
    match fault {
        Fault::Malformed(malformed) => malformed_message(malformed),
        Fault::Unrouted(unrouted) => unrouted_message(unrouted),
        Fault::Unauthenticated(how) => unauthenticated_message(how),
        Fault::RateLimited { seen, limit } => format!(
            "Your current request times equals to `{seen}` in a second, which exceeds the frequency limit `{limit}` for \
             a second. Please reduce the frequency of calls."
        ),
        Fault::Parameter(parameter) => parameter_message(parameter),
        Fault::Document(problem) => format!("policy document, {problem}"),
        Fault::Denied(denial) => {
            let asked = &denial.evidence.asked;
            denied(denial.reason, &asked.action, asked.resource(), request_id)
        }
        Fault::NotFound(kind, name) => format!("{} `{}` does not exist", kind_name(*kind), brief(name)),
        Fault::Exists(kind, name) => format!("{} `{name}` exists already; choose another name", kind_name(*kind)),
        Fault::Quota(limit, most) => {
            format!("at most {most} {} are allowed; delete some first", limit_name(*limit))
        }
        Fault::Refused(refusal) => refusal_message(refusal),
        Fault::Internal(_) => {
            format!("an internal error occurred; the server's log has the cause under request id {request_id}")
        }
    }
}

/// The sentence for a caller that may not do something, by the side that refused.
pub fn denied(reason: Reason, action: &str, resource: &str, request_id: &str) -> String {
    match reason {
        Reason::Trust => format!("the trust policy of role ({resource}) does not let this caller perform ({action})"),
        Reason::Root
        | Reason::Allow
        | Reason::ExplicitDeny
        | Reason::ImplicitDeny
        | Reason::Boundary
        | Reason::SessionPolicy => format!(
            "You are not authorized to perform this operation. Check your CAM policies, and ensure that you are using \
             the correct access keys. {}",
            no_permission(action, resource, request_id)
        ),
    }
}

fn malformed_message(malformed: &Malformed) -> String {
    match malformed {
        Malformed::Method(method) => format!("the method `{method}` is not served; send `GET` or `POST`"),
        Malformed::ContentType(kind) => format!(
            "the content type `{kind}` is not served here; send `application/json` with a signature of `TC3-HMAC-SHA256`"
        ),
        Malformed::TooLarge { limit: v1::LARGEST_FORM } => {
            "The provided credentials could not be validated because of exceeding request size limit, please use new \
             signature method `TC3-HMAC-SHA256`."
                .to_owned()
        }
        Malformed::TooLarge { limit } => format!("the request is larger than {limit} bytes"),
        Malformed::Unfinished => "the request body did not arrive completely in time; send it again".to_owned(),
        Malformed::Busy => "the server is receiving too many request bodies at once; try again later".to_owned(),
        Malformed::Json(why) => format!("the request body is not valid JSON: {why}"),
        Malformed::Form(FormFlaw::NoDivider) => "Url key and value should be splited by `=`.".to_owned(),
        Malformed::Form(FormFlaw::Unreadable) => {
            "a parameter of the query or form is not `UTF-8`, or has the character `U+0000`".to_owned()
        }
        Malformed::Form(FormFlaw::Repeated(name)) => format!("the parameter `{name}` is given twice; give it once"),
        Malformed::Multipart => {
            "the `multipart` body cannot be read: it needs its `boundary`, `UTF-8` values and a name for each part"
                .to_owned()
        }
        Malformed::MissingHeader(name) => missing(name),
        Malformed::RepeatedHeader(name) => format!("the header `{name}` is there more than once; send it once"),
        Malformed::UnreadableHeader(name) => format!("the header `{name}` is not UTF-8"),
        Malformed::Header { name: name @ "Timestamp", .. } => wrong_type(name, "integer"),
        Malformed::Header { name: "Nonce", .. } => "Parameter `Nonce` type error.".to_owned(),
        Malformed::Header { name, .. } => {
            format!("A value specified in `{name}` is not valid, is unsupported, or cannot be used.")
        }
    }
}

fn unrouted_message(unrouted: &Unrouted) -> String {
    match unrouted {
        Unrouted::Action { service, version, action } => {
            let service = service.as_deref().unwrap_or("<service>");
            let remedy = match operations::version_of(service) {
                Some(_) => String::new(),
                None => format!(
                    "; an action of another service can be given a stub with PUT \
                     /_camulator/v1/stubs/{service}/{action}"
                ),
            };
            format!(
                "The request `Action` is invalid or not found. `{service}:{action}` of version `{version}` is not served \
                 by this emulator{remedy}."
            )
        }
        Unrouted::Version { service, version } => {
            format!("The specified api version=`{version}` does not exist in service=`{service}`. ")
        }
    }
}

fn unauthenticated_message(how: &Unauthenticated) -> String {
    match how {
        Unauthenticated::Claim(why) => {
            return format!("The request `Authorization` header does not conform to tencentcloud standards: {why}.");
        }
        Unauthenticated::Uncovered(free) => {
            return format!(
                "The request `Authorization` header does not conform to tencentcloud standards: the signature must cover \
                 `{}` as well, because this server was started with `--signature strict`.",
                free.join("`, `")
            );
        }
        Unauthenticated::Unsigned => return missing("Authorization"),
        Unauthenticated::Stale { .. } => "The signature is expired, please request again.",
        Unauthenticated::UnknownKey => "The SecretId is not found, please ensure that your SecretId is correct.",
        Unauthenticated::Token(_) => "Token verification failed. Please check your Token is correct.",
        Unauthenticated::Signature { .. } => {
            "The provided credentials could not be validated. Please check your signature is correct."
        }
    }
    .to_owned()
}

fn parameter_message(parameter: &Parameter) -> String {
    let path: &str = &brief(&parameter.path);
    match &parameter.why {
        Why::Missing => missing(path),
        Why::Unknown => format!("The parameter `{path}` is not recognized."),
        Why::Type(expected) => wrong_type(path, expected),
        Why::Illegal(rule) => format!("the value of parameter `{path}` is not valid: {rule}"),
        Why::TooLong(most) => format!("the value of parameter `{path}` is too long: at most {most} bytes are allowed"),
        Why::TooMany(most) => format!("parameter `{path}` has too many items: at most {most} are allowed"),
        Why::NoneOf(_) => format!("one of the parameters `{path}` is needed"),
    }
}

fn missing(name: &str) -> String {
    format!("The request is missing a required parameter `{name}`.")
}

fn wrong_type(name: &str, expected: &str) -> String {
    match name {
        "" => format!("The request body is not a JSON {expected}."),
        _ => format!("The value type of parameter `{name}` is not valid. Its type should be `{expected}`."),
    }
}

fn refusal_message(refusal: &Refusal) -> String {
    match refusal {
        Refusal::UserHasKeys => "the user still has access keys; delete them first, or set Force to 1",
        Refusal::KeysOfAnother => "a sub-user can only work on keys of sub-users, not on those of the root account",
        Refusal::KeyOfOther => "the access key belongs to another user than TargetUin",
        Refusal::PresetPolicy => "a preset policy cannot be changed or deleted",
        Refusal::BoundaryInUse => "the policy is the permission boundary of a user or role; take it away there first",
        Refusal::ServiceLinkedRole => "the role is service-linked; only DeleteServiceLinkedRole can work on it",
        Refusal::NotServiceLinked => "the role is not service-linked; use DeleteRole",
        Refusal::DefaultVersion => "the version is the policy's default version",
        Refusal::SessionTooLong { limit } => {
            return format!("DurationSeconds is longer than the {limit} seconds that are allowed here");
        }
        Refusal::OtherSource { inherited } => {
            return format!("SourceIdentity must be `{inherited}`, the source identity of the current session");
        }
        Refusal::TemporaryKey => "temporary keys are not accepted here; sign with a permanent key",
        Refusal::SecondFactor => "this kind of second factor is not supported",
        Refusal::Assertion { why } => return format!("the SAML response is not accepted: {why}"),
        Refusal::Metadata { why } => {
            return format!("`SAMLMetadataDocument` must be the metadata of one identity provider in base64: {why}");
        }
        Refusal::Keys { why } => return format!("`IdentityKey` must be a JSON Web Key Set in base64: {why}"),
        Refusal::Token { why } => return format!("the token is not accepted: {why}"),
        Refusal::WrongCode => "the code of the second factor is wrong, or no device is bound to the caller",
        Refusal::NoPhone => "the user has no telephone number",
        Refusal::NoChat => "the user has bound no messenger",
        Refusal::FactorRequired => "this account requires a second factor of every identity; keep at least one",
        Refusal::Suspended => "the account is suspended",
        Refusal::Unverified => "the identity of the account's holder is not verified",
        Refusal::NoNewUsers => "this account may not create sub-users",
        Refusal::Risky => {
            "a sub-user with access keys must not be able to sign in to the console; the account forbids it"
        }
        Refusal::Managed(_, manager) => {
            return format!("{} manages this; change it there", manager_name(*manager));
        }
        Refusal::TagConditions => "a policy that is granted by tag must have no conditions on tags",
        Refusal::Password(flaw) => return password_message(flaw),
        Refusal::FlowClosed => "this account of the resource is closed to CAM; open it first",
        Refusal::FlowWithoutSecret => "this account of the resource has no secret",
    }
    .to_owned()
}

fn password_message(flaw: &PasswordFlaw) -> String {
    match flaw {
        PasswordFlaw::TooShort(least) => format!("the password must have at least {least} characters"),
        PasswordFlaw::Lacks(kinds) => format!("the password must have a character of the kind of each of `{kinds}`"),
        PasswordFlaw::UsedBefore(last) => format!("the password must not be one of the last {last}"),
    }
}

fn manager_name(manager: Manager) -> &'static str {
    match manager {
        Manager::Organization => "the organization",
        Manager::IdentityCenter => "the identity center of the organization",
        Manager::Service => "a service",
        Manager::Tags => "a rule that grants by tag",
    }
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Account => "account",
        Kind::Application => "application number",
        Kind::User | Kind::NamedUser => "user",
        Kind::Group => "group",
        Kind::Role | Kind::AssumedRole => "role",
        Kind::Policy => "policy",
        Kind::PolicyVersion => "policy version",
        Kind::Key => "access key",
        Kind::DeletionTask => "deletion task",
        Kind::Principal => "principal",
        Kind::Provider => "identity provider",
        Kind::ForeignPrincipal => "principal of this site",
        Kind::Member => "member",
        Kind::FactorToken => "MFA token",
        Kind::DataFlow => "data flow of resource",
    }
}

fn limit_name(limit: Limit) -> &'static str {
    match limit {
        Limit::Roles => "roles of an account",
        Limit::Users => "sub-users of an account",
        Limit::UsersPerDay => "new sub-users within 24 hours for an account that is not verified",
        Limit::Receivers => "message receivers of an account",
        Limit::Identities => "sub-users and message receivers of an account",
        Limit::Groups => "groups of an account",
        Limit::GroupMembers => "users of a group",
        Limit::UserGroups => "groups of a user",
        Limit::Policies => "policies of an account",
        Limit::PolicyVersions => "versions of a policy",
        Limit::Attachments => "attached policies",
        Limit::Keys => "access keys of a user",
        Limit::Tags => "tags of a role, user or policy",
        Limit::Providers => "identity providers of a protocol",
        Limit::SignOns => "configurations of user sign-on",
    }
}
