//! How values are written in replies.

use crate::env::Time;

/// A time as CAM shows it: `YYYY-MM-DD HH:MM:SS`, China Standard Time.
pub fn local_time(time: Time) -> String {
    time.plus_seconds(8 * 3600).written(' ', "")
}

/// An id as CAM shows it where the field is an integer. Ids that are no number, which only another cloud has, show as 0.
pub fn integer(id: &str) -> u64 {
    id.parse().unwrap_or(0)
}
