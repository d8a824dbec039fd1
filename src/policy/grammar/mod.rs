//! The policy languages, one directory for each cloud.
//!
//! Each parses its text into the neutral [`Document`](super::Document); none of them decides anything.

pub mod tencent;
