//! How values are written in replies.

use crate::env::Time;
use md5::{Digest, Md5};
use serde::Serialize;

/// Writes a time as CAM does: `YYYY-MM-DD HH:MM:SS`, China Standard Time.
pub fn local_time(time: Time) -> String {
    time.plus_seconds(8 * 3600).written(' ', "")
}

/// Writes a day as CAM does: `YYYY-MM-DD`, China Standard Time.
pub fn local_date(time: Time) -> String {
    time.plus_seconds(8 * 3600).date()
}

/// Writes an id where CAM's field is an integer. An id that is not a number, which only another cloud has, becomes 0.
pub fn integer(id: &str) -> u64 {
    id.parse().unwrap_or(0)
}

/// Writes the MD5 of a text, which TAG gives for keys and values.
pub fn md5(text: &str) -> String {
    hex::encode(Md5::digest(text))
}

/// Writes a country code. The cloud shows China's for a user without a telephone number.
pub fn country_code(code: String) -> String {
    if code.is_empty() { "86".to_owned() } else { code }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ShownTag {
    key: String,
    value: String,
}

pub fn shown_tags(tags: &[(String, String)]) -> Vec<ShownTag> {
    tags.iter().map(|(key, value)| ShownTag { key: key.clone(), value: value.clone() }).collect()
}
