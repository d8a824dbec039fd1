//! The languages in which policies are written, one directory a cloud.
//!
//! Each turns its text into the one neutral [`Document`](super::Document); none of them decides anything.

pub mod cam;
