//! The emulator's clock: the wall clock, stopped or moved.
//!
//! It steers expiry, timestamps and time conditions of policies, so that a test need not wait. The freshness of a
//! signature is never judged by it, because real clients sign with their own clocks.

use crate::env::Time;

/// The latest time that a clock shows: `9999-12-30T00:00:00Z`. The end of the longest session that is opened then, and
/// the local time of every zone, are still in the year 9999.
pub const LATEST: Time = Time::from_seconds(253_402_128_000);

/// How an account's time relates to the wall clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// As the server's own clock says: the default of an account.
    Inherit,
    /// The wall clock.
    Real,
    /// Stopped at this time.
    Frozen(Time),
    /// The wall clock moved by so many microseconds.
    Offset(i64),
}

impl Clock {
    /// The time by this clock; `wall` is the wall clock's. A clock that has run to the end of its range stands there.
    pub fn at(self, wall: Time) -> Time {
        self.unbounded(wall).clamp(Time(0), LATEST)
    }

    /// Whether the clock shows a time from 1970 to [`LATEST`] now.
    pub fn is_in_range(self, wall: Time) -> bool {
        self.at(wall) == self.unbounded(wall)
    }

    fn unbounded(self, wall: Time) -> Time {
        match self {
            Clock::Inherit | Clock::Real => wall,
            Clock::Frozen(time) => time,
            Clock::Offset(micros) => Time(wall.0.saturating_add(micros)),
        }
    }

    /// The clock moved on by so many seconds.
    pub fn advanced(self, seconds: i64) -> Clock {
        match self {
            Clock::Inherit | Clock::Real => Clock::Offset(seconds.saturating_mul(1_000_000)),
            Clock::Frozen(time) => Clock::Frozen(time.plus_seconds(seconds)),
            Clock::Offset(micros) => Clock::Offset(micros.saturating_add(seconds.saturating_mul(1_000_000))),
        }
    }

    /// As two columns.
    pub fn stored(self) -> (&'static str, i64) {
        match self {
            Clock::Inherit => ("inherit", 0),
            Clock::Real => ("real", 0),
            Clock::Frozen(time) => ("frozen", time.0),
            Clock::Offset(micros) => ("offset", micros),
        }
    }

    /// From two columns; none for a mode that this version does not know.
    pub fn restored(mode: &str, at: i64) -> Option<Clock> {
        Some(match mode {
            "inherit" => Clock::Inherit,
            "real" => Clock::Real,
            "frozen" => Clock::Frozen(Time(at)),
            "offset" => Clock::Offset(at),
            _ => return None,
        })
    }
}
