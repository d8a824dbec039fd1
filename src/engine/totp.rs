//! Codes that change with time: RFC 6238 with SHA-1, steps of 30 seconds and six digits, as every authenticator shows
//! them, and seeds in base32.

use crate::env::Time;
use crate::secret;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// The length of a step in seconds.
const STEP: i64 = 30;

/// Whether a code is the one of this time, or of the step before: people type slowly.
pub(super) fn is_code(seed: &[u8], now: Time, code: &str) -> bool {
    let step = now.seconds().div_euclid(STEP);
    [step, step - 1].iter().fold(false, |found, step| found | secret::same(at(seed, *step).as_bytes(), code.as_bytes()))
}

/// Returns the code of a step.
fn at(seed: &[u8], step: i64) -> String {
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(seed) else { return String::new() };
    mac.update(&step.to_be_bytes());
    let digest: [u8; 20] = mac.finalize().into_bytes().into();
    // The last four bits say where the four bytes of the code begin.
    let place = usize::from(digest.last().copied().unwrap_or(0) & 15);
    let bytes = digest.get(place..).and_then(|rest| rest.first_chunk::<4>()).copied().unwrap_or_default();
    format!("{:06}", (u32::from_be_bytes(bytes) & 0x7fff_ffff) % 1_000_000)
}

/// Reads a seed. Spaces, hyphens, `=` at the end and letter case do not matter. Returns `None` if it is not base32 or has
/// fewer than 80 bits.
pub(super) fn read(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0_u32, 0);
    for letter in text.bytes().filter(|letter| !matches!(letter, b' ' | b'-' | b'=')) {
        held = (held << 5) | u32::from(value(letter.to_ascii_uppercase())?);
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from((held >> bits) & 0xff).ok()?);
        }
    }
    (bytes.len() >= 10).then_some(bytes)
}

/// Returns the value of a letter of base32 (RFC 4648).
fn value(letter: u8) -> Option<u8> {
    match letter {
        b'A'..=b'Z' => Some(letter - b'A'),
        b'2'..=b'7' => Some(letter - b'2' + 26),
        _ => None,
    }
}

/// Writes a seed of 20 bytes.
pub(super) fn write(bytes: &[u8; 20]) -> String {
    let bits = bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| (byte >> bit) & 1));
    let bits: Vec<u8> = bits.collect();
    let letter = |five: &[u8]| match five.iter().fold(0, |value, bit| value * 2 + bit) {
        value @ 0..26 => char::from(b'A' + value),
        value => char::from(b'2' + value - 26),
    };
    bits.chunks(5).map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors of RFC 6238, cut to six digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let (seed, now) = (b"12345678901234567890", Time::from_seconds(seconds));
            assert_eq!(at(seed, seconds / STEP), code);
            assert!(is_code(seed, now, code) && is_code(seed, now.plus_seconds(STEP), code));
            for other in [now.plus_seconds(2 * STEP), now.plus_seconds(-STEP)] {
                assert!(!is_code(seed, other, code), "{seconds}");
            }
            assert!(!is_code(seed, now, "") && !is_code(seed, now, &format!("{code}0")));
        }
    }

    #[test]
    fn a_seed_is_read_as_it_was_written() {
        let bytes = *b"12345678901234567890";
        assert_eq!(write(&bytes), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(read("gezd gnbv gy3t qojq GEZD-GNBV-GY3T-QOJQ====").unwrap(), bytes);
        for wrong in ["", "GEZDGNBV", "GEZDGNBVGY3TQOJ1GEZDGNBVGY3TQOJ0", "ÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄ"] {
            assert!(read(wrong).is_none(), "{wrong}");
        }
    }
}
