//! The policy language alone, so that the fuzz targets build without the server.

#[path = "../../src/policy/mod.rs"]
#[expect(dead_code, reason = "what only the server asks for is not fuzzed")]
pub mod policy;
