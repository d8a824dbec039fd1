//! What is known of an account besides what its own API can change.

use serde::{Deserialize, Serialize};

/// Facts about an account that decide what the cloud lets it do. Only the emulator's own API sets them, because on a
/// cloud they follow from contracts, identity checks or another account's decisions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Standing {
    /// Whether the account is suspended, for example because of a debt: no session can be opened.
    pub suspended: bool,
    /// Whether the identity of the account's holder was verified.
    pub verified: bool,
    /// Whether the account may create sub-users.
    pub creates_users: bool,
    /// Whether changes are refused that make a sub-user's rights easy to steal.
    pub guarded: bool,
    /// Whether every identity must keep a second factor.
    pub requires_second_factor: bool,
    /// The site of the cloud that the account is on; empty for the usual one.
    pub site: String,
    /// Things of the account that somebody else manages.
    pub managed: Vec<Managed>,
}

impl Default for Standing {
    fn default() -> Standing {
        Standing {
            suspended: false,
            verified: true,
            creates_users: true,
            guarded: false,
            requires_second_factor: false,
            site: String::new(),
            managed: Vec::new(),
        }
    }
}

/// A thing of an account that somebody else manages, so that the account cannot change it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Managed {
    /// The kind of thing.
    pub kind: ManagedKind,
    /// Its id; the name of an identity provider.
    pub id: String,
    /// The manager.
    pub by: Manager,
}

/// The kinds of things that somebody else can manage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ManagedKind {
    /// A policy.
    Policy,
    /// A role.
    Role,
    /// A sub-user.
    User,
    /// An identity provider.
    Provider,
}

/// Who manages things of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Manager {
    /// The organisation that the account is a member of.
    Organization,
    /// The identity centre of that organisation.
    IdentityCenter,
    /// A service, for its own role.
    Service,
    /// The rules that grant policies by tag.
    Tags,
}

impl Standing {
    /// Returns who manages a thing; `None` if the account itself does.
    pub fn manager(&self, kind: ManagedKind, id: &str) -> Option<Manager> {
        self.managed.iter().find(|managed| managed.kind == kind && managed.id == id).map(|managed| managed.by)
    }

    /// Returns its size in bytes.
    pub fn weight(&self) -> usize {
        let managed = self.managed.iter().map(|managed| size_of::<Managed>() + managed.id.len()).sum::<usize>();
        self.site.len() + managed
    }
}
