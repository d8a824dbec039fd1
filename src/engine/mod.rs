//! Identities, policies and sessions: what the emulated services mean, and the SQL that keeps it.
//!
//! One file a noun. Each offers functions on a [`cx::Cx`] or, for changes, on a [`cx::Write`]; `lookup` returns an option,
//! `get` a [`fault::Fault`]. [`view`] is what the request path reads, [`authorize`] the one place that asks the evaluator.
//! Deliberately absent: HTTP, wire names, error codes, and any vendor's name.

pub mod accounts;
pub mod admission;
pub mod attachments;
pub mod authorize;
pub mod boundaries;
pub mod clock;
pub mod cloud;
mod core;
pub mod cx;
pub mod documents;
pub mod evidence;
pub mod fault;
pub mod globals;
pub mod groups;
mod holders;
pub mod ids;
pub mod keys;
pub mod meta;
pub mod model;
pub mod page;
pub mod policies;
mod principals;
pub mod roles;
pub mod service_linked;
pub mod sessions;
pub mod stubs;
pub mod users;
pub mod versions;
pub mod view;

pub use core::Engine;
