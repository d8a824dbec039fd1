//! CAM 2019-01-16, a file a noun: request, response and function of each action. `extensions` are this emulator's own.

pub mod attachments;
pub mod boundaries;
pub mod extensions;
pub mod groups;
pub mod keys;
pub mod policies;
pub mod roles;
pub mod service_linked;
pub mod users;
pub mod versions;

use serde::Serialize;

/// The reply of an action that answers with nothing but its request id.
#[derive(Serialize)]
pub struct Done {}
