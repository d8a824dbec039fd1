//! Access to SQLite and PostgreSQL. No other module names a database driver.
//!
//! A [`Tx`] queries either database with [`args!`](crate::args) and returns any struct that derives [`FromRow`]; a
//! [`WriteTx`] can also change rows. A [`Read`] is a consistent snapshot. A write goes through [`Store::write`] to one
//! task that commits all waiting writes together (`writer`).
//!
//! Deliberately absent: SQL text (it belongs to `engine`), repository traits and mocks (an in-memory SQLite store opens
//! in milliseconds), and `sqlx::Any` (it has open bugs with booleans, times and null types).

mod argument;
mod column;
mod desk;
mod file;
mod handle;
mod job;
mod ledger;
mod location;
mod open;
mod owner;
mod pool;
mod queue;
#[cfg(test)]
mod tests;
mod tx;
mod work;
mod write_tx;
mod writer;

pub use argument::Argument;
pub use handle::{Read, Store};
pub use ledger::{Ledger, Lock};
pub use location::{Durability, Location, OpenError};
pub use queue::Row;
pub use sqlx::FromRow;
pub use tx::{BoxFuture, Error, Readable, Tx};
pub use write_tx::WriteTx;
