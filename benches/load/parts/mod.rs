//! The parts of a run, each with its targets.

pub mod curve;
pub mod growth;
pub mod load;
pub mod memory;
pub mod postgres;
pub mod sessions;
pub mod start;
