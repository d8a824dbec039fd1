//! The profile of Tencent Cloud.
//!
//! Quotas and durations come from the documentation: "limits" in the user guide (598/10596), and AssumeRole and
//! GetFederationToken of STS. Ids and keys have the form and the length of those in the published examples: clients that
//! forget to encode a `+`, or keep a token in 255 characters, fail here as they do on the cloud.

use super::presets;
use crate::engine::cloud::{Cloud, Durations, Ids, Quotas};
use crate::env::Env;
use crate::policy::grammar::tencent::LANGUAGE;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use std::sync::LazyLock;

/// The profile that the engine works with.
pub static CLOUD: Cloud = Cloud {
    name: "tencent",
    language: &LANGUAGE,
    ids: Ids {
        // Recent root accounts have a uin of twelve digits and an AppId of ten.
        account: |env| {
            ((100_000_000_000 + env.below(100_000_000_000)).to_string(), number(1_250_000_000, 200_000_000, env))
        },
        is_account: |text| {
            (5..=18).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0')
        },
        account_form: "5 to 18 digits",
        user: |env| ((100_000_000_000 + env.below(100_000_000_000)).to_string(), number(10_000_000, 90_000_000, env)),
        group: |env| (100_000 + env.below(900_000_000)).to_string(),
        // 2^62 and some millions, as every id that was seen.
        role: |number| ((1_u64 << 62) + 10_000_000 + number.value()).to_string(),
        // Above every preset's id that is Tencent's own.
        policy: |number| (240_000_000 + number.value()).to_string(),
        key: |env| format!("AKID{}{}", in_order(milliseconds(env)), env.alphanumeric(25)),
        secret: |env| env.alphanumeric(32),
        session_key: |env| format!("AKID{}{}", in_order(milliseconds(env)), url_safe::<43>(env, 57)),
        session_secret: |env| STANDARD.encode(env.bytes::<32>()),
        token: |env| [env.alphanumeric(32), hex::encode(env.bytes::<16>()), url_safe::<432>(env, 576)].concat(),
    },
    quotas: Quotas {
        roles: 1000,
        tags: 50,
        users: 1000,
        groups: 300,
        group_members: 100,
        user_groups: 10,
        policies: 1500,
        policy_versions: 5,
        attachments: 200,
        keys: 2,
        // Ours: the documentation gives no number.
        providers: 100,
    },
    durations: Durations {
        role_default: 7200,
        role_longest: 7200,
        federation_default: 1800,
        federation_longest: 129_600,
        federation_longest_of_root: 7200,
    },
    fold_role_name: str::to_owned,
    presets: LazyLock::new(presets::all),
};

/// The longest session of any role, in seconds.
pub const LONGEST_ROLE_SESSION: i64 = 43_200;

/// Returns the time since the epoch in milliseconds. Ids of which there are many begin with it, so that those made one
/// after another stand side by side in the database's index: a random place for each would cost a page per row.
fn milliseconds(env: &Env) -> u64 {
    u64::try_from(env.now().0 / 1000).unwrap_or(0)
}

/// Writes a number below 62^7 (in milliseconds, the year 2081) with seven letters and digits that sort as the number does.
fn in_order(number: u64) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let digit = |place: u32| {
        let digit = usize::try_from(number / 62_u64.pow(place) % 62).unwrap_or(0);
        char::from(DIGITS.get(digit).copied().unwrap_or(b'0'))
    };
    (0..7).rev().map(digit).collect()
}

/// Writes random bytes with the letters of URL-safe base64, and keeps the first `length` of them.
fn url_safe<const BYTES: usize>(env: &Env, length: usize) -> String {
    let mut text = URL_SAFE_NO_PAD.encode(env.bytes::<BYTES>());
    text.truncate(length);
    text
}

fn number(from: u64, below: u64, env: &Env) -> i64 {
    i64::try_from(from + env.below(below)).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_numbers_sort_behind_earlier_ones() {
        let mut texts: Vec<String> = (0..50).map(|power| in_order(1 << power.min(41))).collect();
        texts.dedup();
        assert!(texts.is_sorted() && texts.len() == 42, "{texts:?}");
        assert_eq!(
            (in_order(0).as_str(), in_order(61).as_str(), in_order(62).as_str()),
            ("0000000", "000000z", "0000010")
        );
    }
}
