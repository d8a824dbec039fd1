//! What can go wrong, as situations.
//!
//! A [`Fault`] carries context and never a wire code or a sentence for the client: each dialect's `codes.rs` turns it into
//! both. Deliberately absent: HTTP statuses and vendors' names.

use super::evidence::Evidence;
use crate::policy;
use crate::store;
use std::sync::Arc;

/// Why a request was not carried out.
#[derive(Debug)]
pub enum Fault {
    /// The request is not acceptable as a message: before any parameter was looked at.
    Malformed(Malformed),
    /// No such operation here.
    Unrouted(Unrouted),
    /// Who is asking could not be established.
    Unauthenticated(Unauthenticated),
    /// Too many requests of this kind in the current second.
    RateLimited {
        /// Requests seen in this second, this one included.
        seen: u64,
        /// How many are allowed.
        limit: u64,
    },
    /// A parameter is wrong.
    Parameter(Parameter),
    /// A policy document is wrong.
    Document(policy::Problem),
    /// The caller may not do this.
    Denied(Denial),
    /// A thing that was named does not exist.
    NotFound(Kind, String),
    /// A thing of that name exists already.
    Exists(Kind, String),
    /// A limit is reached.
    Quota(Limit, u64),
    /// The things' state does not allow it.
    Refused(Refusal),
    /// Something failed inside; the cause is logged and never shown.
    Internal(Internal),
}

/// A message that cannot be read.
#[derive(Debug)]
pub enum Malformed {
    /// Neither of the methods that the dialect serves.
    Method(String),
    /// The body has another type than the one that is served.
    ContentType(String),
    /// Larger than allowed.
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// The body broke off, or did not come in time.
    Unfinished,
    /// Too many bytes of other requests' bodies are in flight.
    Busy,
    /// Not the JSON that it should be; the reason names line and column.
    Json(String),
    /// A header is missing.
    MissingHeader(&'static str),
    /// A header that decides something is there more than once.
    RepeatedHeader(String),
    /// A header that decides something is not UTF-8.
    UnreadableHeader(String),
    /// A header's value makes no sense.
    Header {
        /// The parameter that it carries.
        name: &'static str,
        /// What was sent.
        value: String,
    },
}

/// No operation for the request.
#[derive(Debug)]
pub enum Unrouted {
    /// The service exists and has no such operation, or is not known at all.
    Action {
        /// The service that seems to be meant, if any.
        service: Option<String>,
        /// The version that was named.
        version: String,
        /// What was asked for.
        action: String,
    },
    /// The service exists, its version does not.
    Version {
        /// The service.
        service: String,
        /// What was asked for.
        version: String,
    },
}

/// Why a caller is not who it claims to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unauthenticated {
    /// The credential cannot be read; the reason says which part of it.
    Claim(String),
    /// Without a signature, where one is needed.
    Unsigned,
    /// Signed too long ago, or in the future.
    Stale {
        /// How far the request's time lies from the wall clock, in seconds, positive in the past.
        seconds: i64,
    },
    /// No such key, or it is disabled, revoked or deleted.
    UnknownKey,
    /// The session's token is missing, foreign or wrong; or its session has ended.
    Token(TokenFailure),
    /// The signature is another one.
    Signature {
        /// What the server computed its signature from, to be shown to the tenant's own developer, never in the answer.
        canonical_request: String,
        /// The text that was signed.
        string_to_sign: String,
    },
}

/// What is wrong with a session's token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenFailure {
    /// A temporary key without its token.
    Missing,
    /// A token that belongs to another key, or to none.
    Foreign,
    /// The session's time is over, or somebody ended it.
    Expired,
    /// The role, or the user who opened the session, is gone.
    Orphaned,
}

/// What is wrong with a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Where, as `Tags.0.Key`.
    pub path: String,
    /// What.
    pub why: Why,
}

/// The kinds of wrong parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// Required and not there.
    Missing,
    /// Not a parameter of this operation.
    Unknown,
    /// Another JSON type than this.
    Type(&'static str),
    /// The right type and not an allowed value; the reason says what is allowed.
    Illegal(String),
    /// A text of more bytes than this.
    TooLong(usize),
    /// A list of more items than this.
    TooMany(usize),
    /// One of these is needed, and none was given.
    NoneOf(&'static [&'static str]),
}

/// A refusal of authorisation, with what it was decided from.
pub struct Denial {
    /// The question and the policies that answered it.
    pub evidence: Arc<Evidence>,
    /// Which side refused.
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
    /// A tenant.
    Account,
    /// The second number of a tenant.
    Application,
    /// A sub-user.
    User,
    /// A sub-user that a document names.
    NamedUser,
    /// A user group.
    Group,
    /// A role.
    Role,
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
}

/// The limits that the clouds document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Roles of an account.
    Roles,
    /// Sub-users of an account.
    Users,
    /// Groups of an account.
    Groups,
    /// Members of a group.
    GroupMembers,
    /// Groups of a user.
    UserGroups,
    /// Own policies of an account.
    Policies,
    /// Versions of a policy.
    PolicyVersions,
    /// Policies attached to one user, group or role.
    Attachments,
    /// Permanent keys of a user.
    Keys,
    /// Tags of a role.
    Tags,
}

/// States that do not allow an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The user still has keys.
    UserHasKeys,
    /// A sub-user touches the root account's keys, or another user's.
    KeysOfAnother,
    /// The policy comes with the cloud and cannot be changed.
    PresetPolicy,
    /// The policy is the permission boundary of somebody.
    BoundaryInUse,
    /// The role was made for a service, which alone may have it changed.
    ServiceLinkedRole,
    /// The role was not made for a service.
    NotServiceLinked,
    /// The version is the default one.
    DefaultVersion,
    /// A longer session than the role or the operation allows.
    SessionTooLong {
        /// The limit in seconds.
        limit: i64,
    },
    /// A temporary key where only a permanent one is accepted.
    TemporaryKey,
    /// The service has no way to check a second factor here.
    SecondFactor,
}

/// The cause of an internal failure.
#[derive(Debug, thiserror::Error)]
pub enum Internal {
    /// The database.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// A secret in the database cannot be opened.
    #[error(transparent)]
    Sealed(#[from] crate::secret::Unsealable),
    /// The database was sealed with another master key than this server was given.
    #[error(
        "it was sealed with another master key; set CAMULATOR_MASTER_KEY to the 64 hexadecimal digits in the file \
         master.key of the server that made it, the same for every server, or copy that file into --data-dir"
    )]
    MasterKey,
    /// A document in the database cannot be read any more.
    #[error("stored {what} cannot be read: {why}")]
    Unreadable {
        /// What it is.
        what: String,
        /// Why not.
        why: String,
    },
    /// A mistake of this program.
    #[error("a mistake of this program: {0}")]
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

/// What must be there: the one way to say that something named does not exist.
pub trait Required<T> {
    /// Returns the thing, or says that none of this kind has that name.
    fn required(self, kind: Kind, name: &str) -> Result<T, Fault>;
}

impl<T> Required<T> for Option<T> {
    fn required(self, kind: Kind, name: &str) -> Result<T, Fault> {
        self.ok_or_else(|| Fault::NotFound(kind, name.to_owned()))
    }
}

impl Fault {
    /// A parameter with a value that is not allowed.
    pub fn illegal(path: &str, reason: impl Into<String>) -> Fault {
        Fault::Parameter(Parameter { path: path.to_owned(), why: Why::Illegal(reason.into()) })
    }

    /// None of the parameters of which one is needed.
    pub fn none_of(names: &'static [&'static str]) -> Fault {
        Fault::Parameter(Parameter { path: names.join("`, `"), why: Why::NoneOf(names) })
    }
}
