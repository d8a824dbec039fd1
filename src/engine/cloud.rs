//! The profile of a cloud: how its identity service differs from that of other clouds.
//!
//! Each dialect gives the engine one [`Cloud`], so that the engine itself knows no vendor. It sets the forms of ids and
//! keys, quotas, session durations, presets, the comparison of names, and the language of policies.

use super::ids::{Number, PolicyId};
use crate::env::{Env, Time};
use crate::policy::Language;
use std::sync::LazyLock;

/// The profile of a cloud.
pub struct Cloud {
    /// Its name, as stored with each account.
    pub name: &'static str,
    /// The language of its policies.
    pub language: &'static Language,
    /// The forms of ids and keys.
    pub ids: Ids,
    /// The quotas of an account.
    pub quotas: Quotas,
    /// The durations of sessions.
    pub durations: Durations,
    /// Folds a role name for comparison. Two roles of an account must not have names that fold to the same text.
    pub fold_role_name: fn(&str) -> String,
    /// The policies that every account of this cloud has.
    pub presets: LazyLock<Vec<Preset>>,
}

/// The forms of a cloud's ids and keys. Each function that takes an [`Env`] draws a new random value.
pub struct Ids {
    /// An account's id and its second number, which must be positive.
    pub account: fn(&Env) -> (String, i64),
    /// Whether a text has the form of an account id.
    pub is_account: fn(&str) -> bool,
    /// The form of an account id, as messages describe it: `5 to 18 digits`.
    pub account_form: &'static str,
    /// A sub-user's id and its second number.
    pub user: fn(&Env) -> (String, i64),
    /// A user group's id.
    pub group: fn(&Env) -> String,
    /// A role's id, made from a number that no other role or policy of the cloud has.
    pub role: fn(Number) -> String,
    /// A policy's id, made from a number that no other role or policy of the cloud has.
    pub policy: fn(Number) -> String,
    /// The public half of a permanent key.
    pub key: fn(&Env) -> String,
    /// The secret half of a permanent key.
    pub secret: fn(&Env) -> String,
    /// The public half of a session's key.
    pub session_key: fn(&Env) -> String,
    /// The secret half of a session's key.
    pub session_secret: fn(&Env) -> String,
    /// The token of a session.
    pub token: fn(&Env) -> String,
}

/// The largest number allowed of each kind of thing.
#[derive(Clone, Copy, Debug)]
pub struct Quotas {
    /// Roles of an account.
    pub roles: i64,
    /// Tags of a role, user or policy.
    pub tags: usize,
    /// Sub-users of an account.
    pub users: i64,
    /// User groups of an account.
    pub groups: i64,
    /// Users of a group.
    pub group_members: i64,
    /// Groups of a user.
    pub user_groups: i64,
    /// Policies of an account, not counting presets.
    pub policies: i64,
    /// Versions of a policy.
    pub policy_versions: i64,
    /// Policies attached to one user, group or role.
    pub attachments: i64,
    /// Permanent keys of a user, or of the root account.
    pub keys: i64,
    /// Identity providers of an account, of each protocol.
    pub providers: i64,
}

/// The durations of sessions, in seconds.
#[derive(Clone, Copy, Debug)]
pub struct Durations {
    /// The duration of a role session when the request names none, unless the role's own limit is shorter.
    pub role_default: i64,
    /// The longest session of a role that sets no limit of its own.
    pub role_longest: i64,
    /// The duration of a federation session when the request names none.
    pub federation_default: i64,
    /// The longest federation session of a sub-user.
    pub federation_longest: i64,
    /// The longest federation session of the root account.
    pub federation_longest_of_root: i64,
}

/// A policy that comes with the cloud: every account of the cloud has it.
#[derive(Clone, Debug)]
pub struct Preset {
    /// Its id, the same in every account.
    pub id: PolicyId,
    /// Its name.
    pub name: String,
    /// Its description.
    pub description: String,
    /// Its text.
    pub document: String,
    /// The group of presets that it belongs to, such as its product.
    pub group: &'static str,
    /// When the cloud made it, if that is known.
    pub created_at: Option<Time>,
}

/// The clouds whose accounts a server can have. An account created without a cloud's name belongs to the first.
#[derive(Clone)]
pub struct Clouds(Vec<&'static Cloud>);

impl Clouds {
    /// Collects the clouds of a server.
    pub fn new(clouds: impl IntoIterator<Item = &'static Cloud>) -> Clouds {
        Clouds(clouds.into_iter().collect())
    }

    /// Iterates over the clouds.
    pub fn iter(&self) -> impl Iterator<Item = &'static Cloud> {
        self.0.iter().copied()
    }

    /// Returns the cloud for a new account: the one with this name, or the first when no name is given.
    pub fn wanted(&self, name: Option<&str>) -> Option<&'static Cloud> {
        name.map_or_else(|| self.iter().next(), |name| self.named(name))
    }

    /// Returns the cloud with this name.
    pub fn named(&self, name: &str) -> Option<&'static Cloud> {
        self.iter().find(|cloud| cloud.name == name)
    }
}

impl std::fmt::Debug for Cloud {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Cloud").field(&self.name).finish()
    }
}
