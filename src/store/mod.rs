//! Access to SQLite and PostgreSQL. No other module names a database driver.
//!
//! A [`Tx`] queries either database with [`args!`](crate::args) and returns any struct that derives [`FromRow`]; a
//! [`WriteTx`] can also change rows. A [`Read`] is a consistent snapshot. A write goes through [`Store::write`]: on
//! SQLite to one task that commits all waiting writes together (`writer`), on PostgreSQL in a transaction of its own.
//!
//! Deliberately absent: SQL text (it belongs to `engine`), repository traits and mocks (an in-memory SQLite store opens
//! in milliseconds), and `sqlx::Any` (it has open bugs with booleans, times and null types).

mod column;
mod file;
mod handle;
mod location;
mod open;
mod owner;
#[cfg(test)]
mod tests;
mod tx;
mod work;
mod writer;

pub use handle::{Read, Store};
pub use location::{Durability, Location, OpenError};
pub use sqlx::FromRow;
pub use tx::{Argument, BoxFuture, Error, Readable, Row, Tx, WriteTx};
