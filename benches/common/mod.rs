//! What the benches share: starting programs, blocking requests, signatures, and accounts to send them from.

pub mod program;
pub mod sign;
pub mod tenants;
pub mod wire;
