//! What can go wrong, described as situations.
//!
//! A [`Fault`] carries context, but never a wire code or a message for the client: each dialect's `codes.rs` derives
//! both from it. Deliberately absent: HTTP statuses and vendors' names.

use super::evidence::Evidence;
use super::model::{ManagedKind, Manager};
use crate::policy;
use crate::store;
use std::sync::Arc;

/// Why a request was not carried out.
#[derive(Debug)]
pub enum Fault {
    /// The message cannot be read; no parameter was looked at.
    Malformed(Malformed),
    /// There is no such operation.
    Unrouted(Unrouted),
    /// The caller could not be authenticated.
    Unauthenticated(Unauthenticated),
    /// Too many requests of this kind in the current second.
    RateLimited {
        /// Requests seen in this second, this one included.
        seen: u64,
        /// The limit per second.
        limit: u64,
    },
    /// A parameter is wrong.
    Parameter(Parameter),
    /// A policy document is wrong.
    Document(policy::Problem),
    /// The caller is not allowed to do this.
    Denied(Denial),
    /// A thing that was named does not exist.
    NotFound(Kind, String),
    /// A thing of that name already exists.
    Exists(Kind, String),
    /// A quota is exhausted; the number is its limit.
    Quota(Limit, u64),
    /// The current state does not allow the operation.
    Refused(Refusal),
    /// An internal failure; the cause is logged and never shown to the client.
    Internal(Internal),
}

/// A message that cannot be read.
#[derive(Debug)]
pub enum Malformed {
    /// An HTTP method that the dialect does not serve.
    Method(String),
    /// The body has a content type that the dialect does not serve.
    ContentType(String),
    /// Larger than allowed.
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// The body ended early or did not arrive in time.
    Unfinished,
    /// Too many bytes of other requests' bodies are in flight.
    Busy,
    /// The body is not the expected JSON; the reason names line and column.
    Json(String),
    /// The query or form cannot be read.
    Form(FormFlaw),
    /// The multipart body cannot be read.
    Multipart,
    /// A header is missing, or the parameter that it carries.
    MissingHeader(&'static str),
    /// A header that must be unique appears more than once.
    RepeatedHeader(String),
    /// A header that matters is not UTF-8.
    UnreadableHeader(String),
    /// The value of a header, or of the parameter that it carries, is not valid.
    Header {
        /// The parameter that it carries.
        name: &'static str,
        /// The value that was sent.
        value: String,
    },
}

/// What is wrong with a query or a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormFlaw {
    /// A part has no `=`.
    NoDivider,
    /// A name or value is not UTF-8, or has the character U+0000, which PostgreSQL cannot store.
    Unreadable,
    /// A parameter is given twice, or both as a value and in parts.
    Repeated(String),
}

/// Why no operation matches the request.
#[derive(Debug)]
pub enum Unrouted {
    /// The service has no such operation, or the service itself is unknown.
    Action {
        /// The service that the caller probably means, if any.
        service: Option<String>,
        /// The version in the request.
        version: String,
        /// As written in the request.
        action: String,
    },
    /// The service exists, but not in this version.
    Version {
        /// The service.
        service: String,
        /// As written in the request.
        version: String,
    },
}

/// Why a caller could not be authenticated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unauthenticated {
    /// The credential cannot be read; the reason names the part.
    Claim(String),
    /// The request has no signature but needs one.
    Unsigned,
    /// Elements that affect the result are not signed, and this server wants them to be.
    Uncovered(Vec<&'static str>),
    /// Signed too long ago, or in the future.
    Stale {
        /// The age of the request by the wall clock, in seconds; negative when it is signed in the future.
        seconds: i64,
    },
    /// The key does not exist, or it is disabled, revoked or deleted.
    UnknownKey,
    /// The session's token is missing or wrong, or the session has ended.
    Token(TokenFailure),
    /// The signature does not match.
    Signature {
        /// The canonical request that the server computed. Shown to the account's developer, never in the answer.
        canonical_request: String,
        /// The string to sign that the server computed.
        string_to_sign: String,
    },
}

/// What is wrong with a session's token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenFailure {
    /// The request uses a temporary key without its token.
    Missing,
    /// The token belongs to another key, or to none.
    Foreign,
    /// The session has expired or was ended.
    Expired,
    /// The session's role, or the user who opened it, no longer exists.
    Orphaned,
}

/// What is wrong with a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// The path of the parameter, such as `Tags.0.Key`.
    pub path: String,
    /// What is wrong with it.
    pub why: Why,
}

/// The ways in which a parameter can be wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// It is required and missing.
    Missing,
    /// The operation has no such parameter.
    Unknown,
    /// It has another JSON type than this one.
    Type(&'static str),
    /// Its type is right but its value is not allowed; the reason says what is allowed.
    Illegal(String),
    /// The text has more bytes than this.
    TooLong(usize),
    /// The list has more items than this.
    TooMany(usize),
    /// At least one of these is required, and none was given.
    NoneOf(&'static [&'static str]),
}

/// A denied request, with the evidence of the decision.
pub struct Denial {
    /// The question and the policies that were evaluated.
    pub evidence: Arc<Evidence>,
    /// Why it was denied.
    pub reason: policy::Reason,
}

impl std::fmt::Debug for Denial {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let asked = &self.evidence.asked;
        write!(formatter, "{} on {}: {:?}", asked.action, asked.resource(), self.reason)
    }
}

/// The kinds of things that have names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An account.
    Account,
    /// The second number of an account.
    Application,
    /// A sub-user.
    User,
    /// A sub-user that a policy document names.
    NamedUser,
    /// A user group.
    Group,
    /// A role.
    Role,
    /// A role that is to be assumed.
    AssumedRole,
    /// A policy.
    Policy,
    /// A version of a policy.
    PolicyVersion,
    /// A permanent key.
    Key,
    /// The deletion of a service-linked role.
    DeletionTask,
    /// An account, user or group that a trust policy names.
    Principal,
    /// An identity provider.
    Provider,
    /// An account that a trust policy names and that is on another site of the cloud.
    ForeignPrincipal,
    /// A person of an account who is not a sub-user.
    Member,
    /// A token of a sign-in that waits for the account's own second factor.
    FactorToken,
    /// An account of a resource whose password is lent.
    DataFlow,
}

/// The limits that the clouds document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Roles of an account.
    Roles,
    /// Sub-users of an account.
    Users,
    /// Sub-users that an account whose holder is not verified creates within a day.
    UsersPerDay,
    /// Receivers of messages of an account.
    Receivers,
    /// Sub-users and receivers of messages of an account together.
    Identities,
    /// Groups of an account.
    Groups,
    /// Members of a group.
    GroupMembers,
    /// Groups of a user.
    UserGroups,
    /// Policies of an account, not counting presets.
    Policies,
    /// Versions of a policy.
    PolicyVersions,
    /// Policies attached to one user, group or role.
    Attachments,
    /// Permanent keys of a user.
    Keys,
    /// Tags of a role.
    Tags,
    /// Identity providers of an account.
    Providers,
    /// Configurations of user sign-on.
    SignOns,
}

/// States in which an operation is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The user still has keys.
    UserHasKeys,
    /// A sub-user may not manage the root account's keys or another user's.
    KeysOfAnother,
    /// The key belongs to another identity than the one that the request names.
    KeyOfOther,
    /// The policy is a preset of the cloud and cannot be changed.
    PresetPolicy,
    /// The policy is the permission boundary of a user or role.
    BoundaryInUse,
    /// The role is service-linked: only its service may change it.
    ServiceLinkedRole,
    /// The role is not service-linked.
    NotServiceLinked,
    /// The version is the policy's default version.
    DefaultVersion,
    /// The session would be longer than the role or the operation allows.
    SessionTooLong {
        /// The limit in seconds.
        limit: i64,
    },
    /// Another source identity than that of the session which assumes the role.
    OtherSource {
        /// The source identity of that session.
        inherited: String,
    },
    /// The operation accepts only permanent keys, and the caller used a temporary one.
    TemporaryKey,
    /// The emulator cannot check this kind of second factor.
    SecondFactor,
    /// An identity provider's assertion does not prove what it must.
    Assertion {
        /// Why not: a clause in English.
        why: String,
    },
    /// The metadata of an identity provider cannot be used.
    Metadata {
        /// Why not: a clause in English.
        why: String,
    },
    /// The keys of an identity provider cannot be used.
    Keys {
        /// Why not: a clause in English.
        why: String,
    },
    /// An identity provider's token does not prove what it must.
    Token {
        /// Why not: a clause in English.
        why: String,
    },
    /// The code of the second factor is wrong, or the caller has no device that shows codes.
    WrongCode,
    /// No telephone is bound to the user.
    NoPhone,
    /// No messenger is bound to the user.
    NoChat,
    /// Every identity of the account must keep a second factor.
    FactorRequired,
    /// The account is suspended.
    Suspended,
    /// The identity of the account's holder was not verified.
    Unverified,
    /// The account may not create sub-users.
    NoNewUsers,
    /// The change would make a sub-user's rights easy to steal, and the account is guarded against that.
    Risky,
    /// Somebody else than the account manages the thing.
    Managed(ManagedKind, Manager),
    /// A policy that is granted by tag would have conditions on tags.
    TagConditions,
    /// The password breaks a rule of the account.
    Password(PasswordFlaw),
    /// The account of the resource is closed to callers.
    FlowClosed,
    /// The account of the resource has no secret.
    FlowWithoutSecret,
}

/// The rules of passwords, as a password can break them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PasswordFlaw {
    /// It has fewer characters than this.
    TooShort(i64),
    /// It lacks a character of the kind of one of these.
    Lacks(String),
    /// It is one of this number of last passwords.
    UsedBefore(i64),
}

/// The cause of an internal failure.
#[derive(Debug, thiserror::Error)]
pub enum Internal {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// A secret in the database cannot be opened.
    #[error(transparent)]
    Sealed(#[from] crate::secret::Unsealable),
    /// The database was sealed with another master key than the one this server has.
    #[error(
        "it was sealed with another master key; set CAMULATOR_MASTER_KEY to the 64 hexadecimal digits in the file \
         master.key of the server that made it, the same for every server, or copy that file into --data-dir"
    )]
    MasterKey,
    /// A stored value can no longer be read.
    #[error("stored {what} cannot be read: {why}")]
    Unreadable {
        /// What cannot be read.
        what: String,
        /// Why not.
        why: String,
    },
    /// A bug in this program.
    #[error("a bug in camulator: {0}")]
    Bug(&'static str),
}

impl From<store::Error> for Fault {
    fn from(error: store::Error) -> Fault {
        Fault::Internal(Internal::Store(error))
    }
}

impl From<crate::secret::Unsealable> for Fault {
    fn from(error: crate::secret::Unsealable) -> Fault {
        Fault::Internal(Internal::Sealed(error))
    }
}

impl From<Internal> for Fault {
    fn from(error: Internal) -> Fault {
        Fault::Internal(error)
    }
}

/// Turns an absent value into [`Fault::NotFound`].
pub trait Required<T> {
    /// Returns the value, or a fault saying that nothing of this kind has this name.
    fn required(self, kind: Kind, name: &str) -> Result<T, Fault>;
}

impl<T> Required<T> for Option<T> {
    fn required(self, kind: Kind, name: &str) -> Result<T, Fault> {
        self.ok_or_else(|| Fault::NotFound(kind, name.to_owned()))
    }
}

impl Fault {
    /// Returns the fault for a parameter whose value is not allowed.
    pub fn illegal(path: &str, reason: impl Into<String>) -> Fault {
        Fault::Parameter(Parameter { path: path.to_owned(), why: Why::Illegal(reason.into()) })
    }

    /// Returns the fault for a request that has none of these parameters but needs one.
    pub fn none_of(names: &'static [&'static str]) -> Fault {
        Fault::Parameter(Parameter { path: names.join("`, `"), why: Why::NoneOf(names) })
    }
}
