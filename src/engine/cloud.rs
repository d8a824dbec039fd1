//! The profile of a cloud: what its identity service does differently from another's.
//!
//! Each dialect hands the engine one value, and the engine asks it instead of knowing any cloud: forms of ids and keys,
//! quotas, session durations, presets, how names compare, and the language of its policies.

use super::ids::PolicyId;
use crate::env::Env;
use crate::policy::Language;
use std::sync::LazyLock;

/// The profile of a cloud.
pub struct Cloud {
    /// Its name, as accounts have it.
    pub name: &'static str,
    /// The language of its policies.
    pub language: &'static Language,
    /// The forms of ids and keys.
    pub ids: Ids,
    /// How much an account may have.
    pub quotas: Quotas,
    /// How long sessions live.
    pub durations: Durations,
    /// How names of roles compare: two roles of an account may not have names that fold to the same text.
    pub fold_role_name: fn(&str) -> String,
    /// The policies that every account has.
    pub presets: LazyLock<Vec<Preset>>,
}

/// How a cloud's ids and keys look. Each function draws a new one.
pub struct Ids {
    /// An account's id, and its second number, which is positive.
    pub account: fn(&Env) -> (String, i64),
    /// Whether a text can be the id of an account.
    pub is_account: fn(&str) -> bool,
    /// What an id of an account looks like, for messages: `5 to 18 digits`.
    pub account_form: &'static str,
    /// A sub-user's id, and its second number.
    pub user: fn(&Env) -> (String, i64),
    /// A user group's id.
    pub group: fn(&Env) -> String,
    /// A role's id.
    pub role: fn(&Env) -> String,
    /// A policy's id.
    pub policy: fn(&Env) -> String,
    /// The public half of a key, permanent or temporary.
    pub key: fn(&Env) -> String,
    /// The secret half of a key.
    pub secret: fn(&Env) -> String,
    /// The token of a session.
    pub token: fn(&Env) -> String,
}

/// How many things there may be.
#[derive(Clone, Copy, Debug)]
pub struct Quotas {
    /// Roles of an account.
    pub roles: i64,
    /// Tags of a role.
    pub role_tags: usize,
    /// Sub-users of an account.
    pub users: i64,
    /// User groups of an account.
    pub groups: i64,
    /// Users of a group.
    pub group_members: i64,
    /// Groups of a user.
    pub user_groups: i64,
    /// Policies of an account, presets not counted.
    pub policies: i64,
    /// Versions of a policy.
    pub policy_versions: i64,
    /// Policies attached to one user, group or role.
    pub attachments: i64,
    /// Permanent keys of a user, and of the root account.
    pub keys: i64,
}

/// How long sessions live, in seconds.
#[derive(Clone, Copy, Debug)]
pub struct Durations {
    /// A role's session that names no duration, unless the role's own limit is shorter.
    pub role_default: i64,
    /// The longest of a role that sets no limit of its own.
    pub role_longest: i64,
    /// A federation session that names no duration.
    pub federation_default: i64,
    /// The longest federation session of a sub-user.
    pub federation_longest: i64,
    /// The longest federation session of the root account.
    pub federation_longest_of_root: i64,
}

/// A policy that comes with a cloud and that every account of it has.
#[derive(Clone, Debug)]
pub struct Preset {
    /// Its id, the same in every account.
    pub id: PolicyId,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Its text.
    pub document: String,
}

/// The clouds whose accounts a server has.
#[derive(Clone)]
pub struct Clouds(Vec<&'static Cloud>);

impl Clouds {
    /// The clouds of a server.
    pub fn new(clouds: impl IntoIterator<Item = &'static Cloud>) -> Clouds {
        Clouds(clouds.into_iter().collect())
    }

    /// Returns each of them.
    pub fn iter(&self) -> impl Iterator<Item = &'static Cloud> {
        self.0.iter().copied()
    }

    /// Returns the cloud of this name.
    pub fn named(&self, name: &str) -> Option<&'static Cloud> {
        self.iter().find(|cloud| cloud.name == name)
    }
}

impl std::fmt::Debug for Cloud {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Cloud").field(&self.name).finish()
    }
}
