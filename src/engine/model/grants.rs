//! The policies of a principal.

use crate::engine::ids::GroupId;
use crate::policy::PolicySet;

/// The compiled policies of a principal, with the names and tags that decisions need.
pub struct Grants {
    /// The name of the user or role.
    pub name: String,
    /// Its identity policies, including those of a user's groups.
    pub identity: PolicySet,
    /// Its permission boundary.
    pub boundary: Option<PolicySet>,
    /// The groups of a user; empty for a role.
    pub groups: Vec<GroupId>,
    /// The tags of the user or role.
    pub tags: Vec<(String, String)>,
}
