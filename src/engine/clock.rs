//! The emulator's clock: the wall clock, or one that is frozen or offset from it.
//!
//! It determines expiry, timestamps and time conditions of policies, so that a test need not wait. The age of a
//! signature is always measured by the wall clock, because real clients sign with their own clocks.

use crate::env::Time;

/// The latest time that a clock shows: `9999-12-30T00:00:00Z`. The end of the longest session that is opened then, and
/// the local time of every zone, are still in the year 9999.
pub const LATEST: Time = Time::from_seconds(253_402_128_000);

/// How an account's time relates to the wall clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// The server's clock: the default of an account.
    Inherit,
    /// The wall clock.
    Real,
    /// Frozen at this time.
    Frozen(Time),
    /// The wall clock plus this number of microseconds, which may be negative.
    Offset(i64),
}

impl Clock {
    /// Returns the time by this clock when the wall clock shows `wall`. A clock stops at the ends of its range, which
    /// are 1970 and [`LATEST`].
    pub fn at(self, wall: Time) -> Time {
        self.unbounded(wall).clamp(Time(0), LATEST)
    }

    /// Returns whether the clock is within its range, so that [`Clock::at`] need not stop it.
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

    /// Returns the clock advanced by this number of seconds. A real clock becomes one with an offset.
    pub fn advanced(self, seconds: i64) -> Clock {
        match self {
            Clock::Inherit | Clock::Real => Clock::Offset(seconds.saturating_mul(1_000_000)),
            Clock::Frozen(time) => Clock::Frozen(time.plus_seconds(seconds)),
            Clock::Offset(micros) => Clock::Offset(micros.saturating_add(seconds.saturating_mul(1_000_000))),
        }
    }

    /// Returns the mode and the number that store the clock. The number is the frozen time or the offset in
    /// microseconds, or 0.
    pub fn stored(self) -> (&'static str, i64) {
        match self {
            Clock::Inherit => ("inherit", 0),
            Clock::Real => ("real", 0),
            Clock::Frozen(time) => ("frozen", time.0),
            Clock::Offset(micros) => ("offset", micros),
        }
    }

    /// Restores a clock from what [`Clock::stored`] returned. Returns `None` for an unknown mode.
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
