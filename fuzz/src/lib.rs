//! The policy language without the server, so that the fuzz targets build quickly.

#[path = "../../src/policy/mod.rs"]
#[expect(dead_code, reason = "the functions that only the server uses are not fuzzed")]
pub mod policy;
