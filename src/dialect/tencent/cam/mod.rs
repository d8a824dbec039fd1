//! CAM 2019-01-16: the request, reply and function of each action, one file per noun.

pub mod attachments;
pub mod boundaries;
pub mod extensions;
pub mod groups;
pub mod keys;
pub mod policies;
pub mod providers;
pub mod roles;
pub mod service_linked;
pub mod sign_on;
pub mod strategies;
pub mod users;
pub mod versions;

use serde::Serialize;

/// The reply of an action that returns nothing but the request id.
#[derive(Serialize)]
pub struct Done {}
