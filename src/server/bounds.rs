//! Bounds on what a client may use before it is authenticated: sizes, times, and one byte budget for all bodies.

use crate::engine::fault::{Fault, Malformed};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Sleep;

/// The largest head in bytes: request line and headers together.
pub const LARGEST_HEAD: usize = 64 * 1024;

/// The most headers in a request.
pub const MOST_HEADERS: usize = 100;

/// The largest body in bytes: Tencent's documented limit for `POST` with JSON.
pub const LARGEST_BODY: usize = 10 * 1024 * 1024;

/// The most bytes of bodies that a server holds at once.
pub const BODIES_IN_FLIGHT: usize = 64 * 1024 * 1024;

/// How long a client may take.
#[derive(Clone, Copy, Debug)]
pub struct Deadlines {
    /// For a whole head, from its first byte or from the start of the connection.
    pub head: Duration,
    /// For a whole body, from the end of its head.
    pub body: Duration,
    /// Between two requests, and for reading any part of an answer.
    pub idle: Duration,
}

impl Default for Deadlines {
    fn default() -> Deadlines {
        Deadlines { head: Duration::from_secs(10), body: Duration::from_secs(20), idle: Duration::from_secs(30) }
    }
}

/// The bounds of one server.
pub struct Bounds {
    /// How long a client may take.
    pub deadlines: Deadlines,
    /// How many bytes all bodies may take.
    pub bodies: Bodies,
}

impl Bounds {
    /// Creates bounds with these deadlines and this many bytes for all bodies.
    pub fn new(deadlines: Deadlines, bodies: usize) -> Bounds {
        Bounds { deadlines, bodies: Bodies::new(bodies) }
    }
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds::new(Deadlines::default(), BODIES_IN_FLIGHT)
    }
}

/// The byte budget for all bodies in flight. A quarter of it is reserved for the beginnings of bodies, so that a few
/// large bodies that never end do not keep out the small ones, which are nearly all.
pub struct Bodies {
    beginnings: Arc<Semaphore>,
    rest: Arc<Semaphore>,
}

/// The bytes of a body that count as its beginning.
const BEGINNING: usize = 64 * 1024;

/// A share of the budget, returned when dropped.
#[derive(Default)]
pub struct Held {
    bytes: usize,
    beginning: Option<OwnedSemaphorePermit>,
    rest: Option<OwnedSemaphorePermit>,
}

impl Held {
    /// Returns the size of the share in bytes.
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

impl Bodies {
    fn new(bytes: usize) -> Bodies {
        let beginnings = bytes / 4;
        Bodies { beginnings: Arc::new(Semaphore::new(beginnings)), rest: Arc::new(Semaphore::new(bytes - beginnings)) }
    }

    /// Extends a share to `bytes`, waiting for room until the deadline.
    pub async fn hold(&self, held: &mut Held, bytes: usize, late: &mut Pin<&mut Sleep>) -> Result<(), Fault> {
        let busy = || Fault::Malformed(Malformed::Busy);
        let beginning = bytes.min(BEGINNING).saturating_sub(held.bytes);
        let rest = bytes.saturating_sub(held.bytes.max(BEGINNING));
        let shares = [(&self.beginnings, &mut held.beginning, beginning), (&self.rest, &mut held.rest, rest)];
        for (budget, share, more) in shares {
            let more = u32::try_from(more).map_err(|_| busy())?;
            if more > 0 {
                let more = in_time(late, budget.clone().acquire_many_owned(more)).await;
                let more = more.ok_or_else(busy)?.map_err(|_| busy())?;
                match share {
                    Some(share) => share.merge(more),
                    None => *share = Some(more),
                }
            }
        }
        held.bytes = held.bytes.max(bytes);
        Ok(())
    }
}

/// Awaits `what` until the deadline `late`. Returns `None` if the deadline comes first.
pub async fn in_time<T>(late: &mut Pin<&mut Sleep>, what: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        biased;
        done = what => Some(done),
        () = late.as_mut() => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::pin;

    async fn hold(bodies: &Bodies, held: &mut Held, bytes: usize) -> bool {
        match bodies.hold(held, bytes, &mut pin!(tokio::time::sleep(Duration::ZERO))).await {
            Ok(()) => true,
            Err(Fault::Malformed(Malformed::Busy)) => false,
            Err(other) => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn all_bodies_share_one_budget() {
        let bodies = Bodies::new(4 * BEGINNING);
        let (mut one, mut other) = (Held::default(), Held::default());
        assert!(hold(&bodies, &mut one, 1000).await);
        assert!(hold(&bodies, &mut one, 4 * BEGINNING).await, "a share grows, and nothing counts twice");
        assert!(!hold(&bodies, &mut other, 1).await, "the budget is spent");
        assert!(hold(&bodies, &mut other, 0).await);
        drop(one);
        assert!(hold(&bodies, &mut other, 4 * BEGINNING).await, "what was dropped is free again");
        drop(other);
        assert!(!hold(&bodies, &mut Held::default(), 4 * BEGINNING + 1).await);
        assert!(hold(&bodies, &mut Held::default(), 4 * BEGINNING).await, "a refused share is returned");
    }

    #[tokio::test]
    async fn large_bodies_leave_room_for_small_ones() {
        let bodies = Bodies::new(16 * BEGINNING);
        let mut large = Held::default();
        assert!(hold(&bodies, &mut large, 13 * BEGINNING).await);
        assert!(!hold(&bodies, &mut Held::default(), BEGINNING + 1).await);
        for _ in 0..100 {
            assert!(hold(&bodies, &mut Held::default(), BEGINNING).await);
        }
    }
}
