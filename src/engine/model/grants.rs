//! What a principal may do.

use crate::engine::ids::GroupId;
use crate::policy::PolicySet;

/// What a principal may do by the policies that it has: compiled for the evaluator.
pub struct Grants {
    /// The name of the user or role.
    pub name: String,
    /// Its own policies and, for a user, those of its groups.
    pub identity: PolicySet,
    /// Its permission boundary.
    pub boundary: Option<PolicySet>,
    /// The groups of a user.
    pub groups: Vec<GroupId>,
    /// The tags of a role.
    pub tags: Vec<(String, String)>,
}
