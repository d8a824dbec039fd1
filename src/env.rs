//! The only door to time and randomness.
//!
//! Everything that needs "now" or an unpredictable byte takes it from an [`Env`], so that a test can freeze the one and
//! seed the other. Clippy forbids the calls that go around it (`clippy.toml`). Deliberately absent: time zones, sleeping,
//! and the emulator's steerable clock, which is state and lives in `engine::clock`.

use chrono::{Datelike, Timelike};
use rand::Rng;
use std::sync::Arc;

/// 10000-01-01T00:00:00Z in microseconds: the first time that four digits cannot write the year of.
const END: i64 = 253_402_300_800_000_000;

/// A point in time: microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub i64);

impl Time {
    /// From whole seconds since the epoch; saturates instead of overflowing.
    pub const fn from_seconds(seconds: i64) -> Time {
        Time(seconds.saturating_mul(1_000_000))
    }

    /// Whole seconds since the epoch, rounded down.
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// This time moved by `seconds`, saturating.
    pub fn plus_seconds(self, seconds: i64) -> Time {
        Time(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    /// RFC 3339 in UTC with whole seconds, such as `2026-01-01T00:00:00Z`.
    pub fn rfc3339(self) -> String {
        self.written('T', "Z")
    }

    /// The UTC date and time with whole seconds: `2026-01-01`, the separator, `00:00:00`, the end.
    pub fn written(self, separator: char, end: &str) -> String {
        // By hand: chrono's reader of patterns costs ten times as much, several times a request.
        let at = self.in_calendar();
        let (date, hour, minute, second) = (at.date_naive(), at.hour(), at.minute(), at.second());
        let (year, month, day) = (date.year(), date.month(), date.day());
        format!("{year:04}-{month:02}-{day:02}{separator}{hour:02}:{minute:02}:{second:02}{end}")
    }

    /// The UTC date, such as `2026-01-01`.
    pub fn date(self) -> String {
        let at = self.in_calendar();
        format!("{:04}-{:02}-{:02}", at.year(), at.month(), at.day())
    }

    /// The time, or the nearest one in the years 1970 to 9999: a year of five digits is read by no client.
    fn in_calendar(self) -> chrono::DateTime<chrono::Utc> {
        chrono::DateTime::from_timestamp_micros(self.0.clamp(0, END - 1)).unwrap_or_default()
    }

    /// Reads RFC 3339 with any offset.
    pub fn parse_rfc3339(text: &str) -> Option<Time> {
        chrono::DateTime::parse_from_rfc3339(text).ok().map(|at| Time(at.timestamp_micros()))
    }
}

/// Where the wall-clock time comes from.
pub trait Clock: Send + Sync {
    /// The wall-clock time.
    fn now(&self) -> Time;
}

/// Where unpredictable bytes come from.
pub trait Entropy: Send + Sync {
    /// Fills the buffer with unpredictable bytes.
    fn fill(&self, buffer: &mut [u8]);
}

/// The process's clock and randomness; cheap to clone.
#[derive(Clone)]
pub struct Env {
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// The source of randomness.
    pub entropy: Arc<dyn Entropy>,
}

impl Env {
    /// The operating system's clock and randomness.
    pub fn system() -> Env {
        Env { clock: Arc::new(SystemClock), entropy: Arc::new(SystemEntropy) }
    }

    /// The wall-clock time.
    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// `N` unpredictable bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut buffer = [0; N];
        self.entropy.fill(&mut buffer);
        buffer
    }

    /// A lower-case UUID of version 4.
    pub fn uuid(&self) -> String {
        uuid::Builder::from_random_bytes(self.bytes()).into_uuid().to_string()
    }

    /// A number below `bound`; the modulo bias is below 2^-64 × `bound`, nothing for the identifiers it makes.
    pub fn below(&self, bound: u64) -> u64 {
        let wide = u128::from_le_bytes(self.bytes());
        u64::try_from(wide % u128::from(bound.max(1))).unwrap_or(0)
    }

    /// `length` characters out of `A-Z a-z 0-9`, each equally likely.
    pub fn alphanumeric(&self, length: usize) -> String {
        const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        let mut text = String::with_capacity(length);
        while text.len() < length {
            for byte in self.bytes::<32>() {
                // 248 is the largest multiple of 62 in a byte: values above it would favour the first letters.
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

impl Clock for SystemClock {
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
    /// From a generator for cryptography on each thread, seeded and seeded again by the operating system: a system call for
    /// each of the dozen values of a request would cost as much as its signature. Without a seed it panics, which ends
    /// the request: going on with predictable keys would be worse.
    fn fill(&self, buffer: &mut [u8]) {
        rand::rng().fill_bytes(buffer);
    }
}
