//! Limits requests per second, by account and action.
//!
//! Each pair has a token bucket for one second: it starts full and refills evenly. The requests of the current second
//! are counted too, because the clouds' error message names the number. `now` is an argument, so the limiter needs no
//! clock.

use crate::engine::ids::AccountId;
use crate::env::Time;
use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};

/// Which rate limits apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rates {
    /// The documented ones.
    Documented,
    /// None.
    Off,
    /// A multiple of the documented ones.
    Times(u64),
}

impl std::str::FromStr for Rates {
    type Err = String;

    fn from_str(text: &str) -> Result<Rates, String> {
        match text {
            "documented" => Ok(Rates::Documented),
            "off" => Ok(Rates::Off),
            number => match number.parse() {
                Ok(times) if times > 0 => Ok(Rates::Times(times)),
                _ => Err(format!("`{text}` is neither `documented`, `off` nor a whole number from 1")),
            },
        }
    }
}

/// The rate limiter's verdict on a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Rate limiting is off.
    Off,
    /// The request is within the limit.
    Within {
        /// Requests allowed per second.
        limit: u64,
        /// Requests that may still come at once.
        remaining: u64,
    },
    /// The request exceeds the limit.
    Exceeded {
        /// Requests allowed per second.
        limit: u64,
        /// Requests seen in this second.
        seen: u64,
    },
}

struct Bucket {
    /// Requests that may come now, in millionths of a request.
    left: u64,
    filled_at: Time,
    second: i64,
    seen: u64,
}

/// The buckets of some accounts, by account and action.
type Shard = HashMap<AccountId, HashMap<Cow<'static, str>, Bucket>>;

/// The buckets of all accounts.
pub struct Limiter {
    mode: Rates,
    hasher: RandomState,
    shards: Vec<Mutex<Shard>>,
}

const WHOLE: u64 = 1_000_000;

impl Limiter {
    /// Creates a limiter without buckets.
    pub fn new(mode: Rates) -> Limiter {
        Limiter { mode, hasher: RandomState::new(), shards: (0..16).map(|_| Mutex::default()).collect() }
    }

    /// Counts one request for an account and an action (named as in policies) and decides whether it is within the
    /// limit.
    pub fn take(&self, now: Time, account: &AccountId, action: Cow<'static, str>, documented: u64) -> Verdict {
        let limit = match self.mode {
            Rates::Off => return Verdict::Off,
            Rates::Documented => documented,
            Rates::Times(times) => documented.saturating_mul(times),
        };
        let shard = usize::try_from(self.hasher.hash_one(account) % self.shards.len() as u64).unwrap_or(0);
        let Some(shard) = self.shards.get(shard) else { return Verdict::Off };
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = shard.get_mut(account).and_then(|actions| actions.get_mut(action.as_ref())) {
            return bucket.take(now, limit);
        }
        let actions = shard.entry(account.clone()).or_default();
        actions.entry(action).or_insert_with(|| Bucket::full(limit, now)).take(now, limit)
    }

    /// Drops the buckets that have not been used for a minute. They are full again, so no limit changes.
    pub fn forget_idle(&self, now: Time) {
        for shard in &self.shards {
            let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            shard.retain(|_, actions| {
                actions.retain(|_, bucket| bucket.elapsed(now) < 60_000_000);
                !actions.is_empty()
            });
            shard.shrink_to_fit();
        }
    }
}

impl Bucket {
    fn full(limit: u64, now: Time) -> Bucket {
        Bucket { left: limit.saturating_mul(WHOLE), filled_at: now, second: now.seconds(), seen: 0 }
    }

    /// Returns the microseconds since the last refill. If the clock went back, they count from the new time: this
    /// allows no extra requests, and nobody waits until the old time comes again.
    fn elapsed(&mut self, now: Time) -> u64 {
        self.filled_at = self.filled_at.min(now);
        u64::try_from(now.0.saturating_sub(self.filled_at.0)).unwrap_or(0)
    }

    fn take(&mut self, now: Time, limit: u64) -> Verdict {
        let elapsed = self.elapsed(now);
        let full = limit.saturating_mul(WHOLE);
        self.left = self.left.saturating_add(elapsed.saturating_mul(limit)).min(full);
        self.filled_at = now;
        if self.second != now.seconds() {
            (self.second, self.seen) = (now.seconds(), 0);
        }
        self.seen += 1;
        match self.left.checked_sub(WHOLE) {
            Some(left) => {
                self.left = left;
                Verdict::Within { limit, remaining: left / WHOLE }
            }
            None => Verdict::Exceeded { seen: self.seen.max(limit + 1), limit },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends requests at these milliseconds. In `expected`, `.` is an allowed one; a refused one is the numbers in its
    /// error.
    fn check(limit: u64, at: &[i64], expected: &str) {
        let limiter = Limiter::new(Rates::Documented);
        let account = AccountId::from("100000000001");
        let mut outcome = Vec::new();
        for millis in at {
            match limiter.take(Time(1_000_000_000 + millis * 1000), &account, "cam:GetRole".into(), limit) {
                Verdict::Off | Verdict::Within { .. } => outcome.push(".".to_owned()),
                Verdict::Exceeded { seen, limit } => outcome.push(format!("{seen}/{limit}")),
            }
        }
        assert_eq!(outcome.join(" "), expected);
    }

    #[test]
    fn a_second_has_so_many_requests_and_then_no_more() {
        check(2, &[0, 1, 2, 3], ". . 3/2 4/2");
        check(2, &[0, 1, 2, 1100, 1600, 2700], ". . 3/2 . . .");
    }

    #[test]
    fn it_refills_evenly() {
        check(2, &[0, 1, 502, 503, 1010], ". . . 4/2 .");
    }

    #[test]
    fn a_clock_that_goes_back_gives_nothing_away() {
        // A new second starts a new count; the error never names fewer than the limit plus one.
        check(1, &[0, -5000, -4900, -4001], ". 2/1 2/1 3/1");
    }

    #[test]
    fn after_a_clock_went_back_a_bucket_fills_from_then_on() {
        check(1, &[0, -5000, -4000, -3999, -3000, 900], ". 2/1 . 2/1 . .");
        check(2, &[0, 1, 2, -3_600_000, -3_599_500, -3_599_499], ". . 3/2 3/2 . 3/2");
    }

    #[test]
    fn what_is_idle_is_forgotten_whatever_the_clock_does() {
        let limiter = Limiter::new(Rates::Documented);
        let passes = |account: &str, seconds| {
            let verdict = limiter.take(Time::from_seconds(seconds), &account.into(), "cam:GetRole".into(), 1);
            !matches!(verdict, Verdict::Exceeded { .. })
        };
        let kept_at = |seconds| {
            limiter.forget_idle(Time::from_seconds(seconds));
            limiter.shards.iter().map(|shard| shard.lock().unwrap().len()).sum::<usize>()
        };
        for account in ["100000000001", "100000000002"] {
            assert!(passes(account, 1_000_000));
        }
        assert_eq!(kept_at(10), 2);
        assert!(!passes("100000000001", 10), "forgetting gives nothing away");
        assert!(passes("100000000001", 20));
        assert_eq!(kept_at(69), 2);
        assert_eq!(kept_at(70), 1);
        assert_eq!(kept_at(80), 0);
    }

    #[test]
    fn what_is_left_is_told() {
        let limiter = Limiter::new(Rates::Times(3));
        let take = || limiter.take(Time(0), &AccountId::from("100000000001"), "cam:CreateRole".into(), 1);
        for remaining in [2, 1, 0] {
            assert!(matches!(take(), Verdict::Within { limit: 3, remaining: left } if left == remaining));
        }
        assert!(matches!(take(), Verdict::Exceeded { seen: 4, limit: 3 }));
        let off = Limiter::new(Rates::Off).take(Time(0), &AccountId::from("100000000001"), "cam:CreateRole".into(), 1);
        assert!(matches!(off, Verdict::Off));
    }

    #[test]
    fn accounts_do_not_share() {
        let limiter = Limiter::new(Rates::Times(1));
        for account in ["100000000001", "100000000002"] {
            let take = || limiter.take(Time(0), &account.into(), "cam:CreateRole".into(), 1);
            assert!(matches!(take(), Verdict::Within { .. }));
            assert!(matches!(take(), Verdict::Exceeded { .. }));
        }
        assert!("0".parse::<Rates>().is_err() && "x".parse::<Rates>().is_err());
    }
}
