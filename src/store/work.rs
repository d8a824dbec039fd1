//! Runs the callers' work. A panic in it becomes an error, so it cannot end a task that other callers need.

use super::tx::{BoxFuture, Error};
use super::write_tx::WriteTx;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

/// Runs `work` in a transaction. Only `Ok(Ok(_))` may be committed.
pub(super) async fn attempt<T, E, W>(work: &W, tx: &mut WriteTx<'_>) -> Result<Result<T, E>, Error>
where
    W: for<'t> Fn(&'t mut WriteTx<'_>) -> BoxFuture<'t, Result<T, E>>,
{
    match caught(async { work(&mut *tx).await }).await {
        Ok(Ok(_)) if tx.failed => Err(Error::WentOn),
        Err(panicked) => {
            // The panic may have come after a statement that already changed something.
            tx.touched = true;
            Err(panicked)
        }
        outcome => outcome,
    }
}

/// Polls a future to completion. A panic becomes an error.
pub(super) async fn caught<T>(future: impl Future<Output = T>) -> Result<T, Error> {
    let mut future = pin!(future);
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(value)) => Poll::Ready(Ok(value)),
        Err(_) => Poll::Ready(Err(Error::Panicked)),
    })
    .await
}

/// Calls `committed`. A panic becomes an error.
pub(super) fn tell<T>(committed: impl FnOnce(&T), value: &T) -> Result<(), Error> {
    catch_unwind(AssertUnwindSafe(|| committed(value))).map_err(|_| Error::Panicked)
}
