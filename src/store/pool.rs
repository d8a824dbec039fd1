//! Connections of the PostgreSQL pool, of which a restart of the server leaves many lost ones.
//!
//! A connection that was used a moment ago is not tested before it is used again, which would be a round trip for every
//! query. One that turns out to be lost is replaced by one that is tested.

use super::tx::Error;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::{Connection, Postgres};
use std::time::Duration;

/// The most connections of a pool.
const MOST: u32 = 16;

/// A connection that was idle for longer is tested.
const TRUSTED: Duration = Duration::from_secs(1);

/// Returns the options of a pool.
pub(super) fn options() -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(MOST)
        .acquire_timeout(Duration::from_secs(2))
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for > TRUSTED {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
}

/// Returns a connection that has just answered.
pub(super) async fn tested(pool: &PgPool) -> Result<PoolConnection<Postgres>, Error> {
    for _ in 0..MOST {
        let mut connection = pool.acquire().await?;
        if connection.ping().await.is_ok() {
            return Ok(connection);
        }
        connection.close_on_drop();
    }
    Ok(pool.acquire().await?)
}

/// Returns whether the connection was lost before anything was done on it.
pub(super) fn is_lost(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) => true,
        // The server shuts down, or an administrator has ended the connection.
        sqlx::Error::Database(error) => error.code().is_some_and(|code| code.starts_with("57P")),
        _ => false,
    }
}
