//! The only source of time and randomness.
//!
//! Everything that needs the current time or unpredictable bytes takes them from an [`Env`], so that a test can freeze
//! the one and seed the other. Clippy forbids the calls that bypass it (`clippy.toml`). Deliberately absent: time
//! zones, sleeping, and the emulator's adjustable clock, which is state and belongs to `engine::clock`.

use chrono::{Datelike, Timelike};
use rand::Rng;
use std::sync::Arc;

/// 10000-01-01T00:00:00Z in microseconds: the first time whose year has five digits.
const END: i64 = 253_402_300_800_000_000;

/// A point in time: microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub i64);

impl Time {
    /// Converts whole seconds since the epoch; saturates instead of overflowing.
    pub const fn from_seconds(seconds: i64) -> Time {
        Time(seconds.saturating_mul(1_000_000))
    }

    /// Returns the whole seconds since the epoch, rounded down.
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// Returns the time `seconds` later; saturates instead of overflowing.
    pub fn plus_seconds(self, seconds: i64) -> Time {
        Time(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    /// Formats the time as RFC 3339 in UTC with whole seconds, such as `2026-01-01T00:00:00Z`.
    pub fn rfc3339(self) -> String {
        self.written('T', "Z")
    }

    /// Formats the time in UTC with whole seconds: `2026-01-01`, the separator, `00:00:00`, the end.
    pub fn written(self, separator: char, end: &str) -> String {
        let at = self.in_calendar();
        let mut text = date_of(&at);
        text.push(separator);
        digits(&mut text, at.hour());
        text.push(':');
        digits(&mut text, at.minute());
        text.push(':');
        digits(&mut text, at.second());
        text.push_str(end);
        text
    }

    /// Returns the UTC date, such as `2026-01-01`.
    pub fn date(self) -> String {
        date_of(&self.in_calendar())
    }

    /// Converts to a calendar date, clamped to the years 1970 to 9999: no client can read a year of five digits.
    fn in_calendar(self) -> chrono::DateTime<chrono::Utc> {
        chrono::DateTime::from_timestamp_micros(self.0.clamp(0, END - 1)).unwrap_or_default()
    }

    /// Parses RFC 3339 with any offset from UTC.
    pub fn parse_rfc3339(text: &str) -> Option<Time> {
        chrono::DateTime::parse_from_rfc3339(text).ok().map(|at| Time(at.timestamp_micros()))
    }
}

/// Writes a date as `2026-01-01`, with room for a time after it. By hand, because requests write several, and
/// formatting a time through the standard library takes eight times as many instructions (3,100 instead of 390).
fn date_of(at: &chrono::DateTime<chrono::Utc>) -> String {
    let mut text = String::with_capacity(24);
    let year = at.year().unsigned_abs();
    digits(&mut text, year / 100);
    digits(&mut text, year % 100);
    text.push('-');
    digits(&mut text, at.month());
    text.push('-');
    digits(&mut text, at.day());
    text
}

/// Appends a number below 100 as two digits.
fn digits(text: &mut String, number: u32) {
    for digit in [number / 10, number % 10] {
        text.push(char::from_digit(digit, 10).unwrap_or('0'));
    }
}

/// A source of wall-clock time.
pub trait TimeSource: Send + Sync {
    /// Returns the current wall-clock time.
    fn now(&self) -> Time;
}

/// A source of unpredictable bytes.
pub trait Entropy: Send + Sync {
    /// Fills the whole buffer.
    fn fill(&self, buffer: &mut [u8]);
}

/// TimeSource and randomness of the process. Cheap to clone.
#[derive(Clone)]
pub struct Env {
    /// Gives the time.
    pub clock: Arc<dyn TimeSource>,
    /// Gives unpredictable bytes.
    pub entropy: Arc<dyn Entropy>,
}

impl Env {
    /// Returns the clock and the randomness of the operating system.
    pub fn system() -> Env {
        Env { clock: Arc::new(SystemClock), entropy: Arc::new(SystemEntropy) }
    }

    /// Returns the current wall-clock time.
    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// Returns `N` unpredictable bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut buffer = [0; N];
        self.entropy.fill(&mut buffer);
        buffer
    }

    /// Returns a new UUID of version 4 in lower case.
    pub fn uuid(&self) -> String {
        let id = uuid::Builder::from_random_bytes(self.bytes()).into_uuid();
        id.hyphenated().encode_lower(&mut uuid::Uuid::encode_buffer()).to_owned()
    }

    /// Returns a number below `bound`. The modulo bias is below 2^-64 × `bound`, which is negligible for identifiers.
    pub fn below(&self, bound: u64) -> u64 {
        let wide = u128::from_le_bytes(self.bytes());
        u64::try_from(wide % u128::from(bound.max(1))).unwrap_or(0)
    }

    /// Returns `length` characters from `A-Z a-z 0-9`, each equally likely.
    pub fn alphanumeric(&self, length: usize) -> String {
        const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        let mut text = String::with_capacity(length);
        while text.len() < length {
            for byte in self.bytes::<32>() {
                // 248 is the largest multiple of 62 in a byte: larger values would favour the first letters.
                if byte < 248
                    && text.len() < length
                    && let Some(letter) = ALPHABET.get(usize::from(byte % 62))
                {
                    text.push(char::from(*letter));
                }
            }
        }
        text
    }
}

struct SystemClock;

impl TimeSource for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the operating system's clock")]
    fn now(&self) -> Time {
        match std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH) {
            Ok(since) => Time(i64::try_from(since.as_micros()).unwrap_or(i64::MAX)),
            Err(_) => Time(0),
        }
    }
}

struct SystemEntropy;

impl Entropy for SystemEntropy {
    /// Takes the bytes from a cryptographic generator per thread, which the operating system seeds and reseeds. A
    /// system call for each of the dozen values of a request would cost as much as verifying its signature. A generator
    /// that cannot be seeded panics, which ends the request: predictable keys would be worse.
    fn fill(&self, buffer: &mut [u8]) {
        rand::rng().fill_bytes(buffer);
    }
}
