//! Identities, policies and sessions: what the emulated services do, and the SQL that stores it.
//!
//! One file per noun. Functions that read take a [`cx::Cx`], functions that change something take a [`cx::Write`]. For
//! a thing that does not exist, `lookup` returns `None` and `get` returns a [`fault::Fault`]. The request path reads
//! from [`view`]; [`authorize`] is the only place that asks the evaluator for a decision. Deliberately absent: HTTP,
//! wire names, error codes and vendors' names.

pub mod accounts;
pub mod admission;
pub mod attachments;
pub mod authorize;
pub mod boundaries;
pub mod clock;
pub mod cloud;
mod core;
mod counters;
pub mod cx;
pub mod documents;
pub mod evidence;
pub mod fault;
pub mod globals;
pub mod groups;
mod holders;
pub mod ids;
pub mod keys;
mod looks;
pub mod meta;
pub mod model;
pub mod page;
pub mod policies;
mod principals;
pub mod providers;
pub mod roles;
pub mod service_linked;
pub mod sessions;
pub mod sign_on;
pub mod stubs;
pub mod tags;
pub mod users;
pub mod versions;
pub mod view;

pub use core::Engine;
