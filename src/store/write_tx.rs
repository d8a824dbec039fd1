//! The transaction of a write: statements that wait or run at once, and the account's ledger.

use super::argument::Argument;
use super::ledger::Ledger;
use super::queue::{Row, Statement};
use super::tx::{Connection, Error, Readable, Tx};

/// A connection inside a transaction that changes rows. Code that only reads takes the [`Tx`] inside it.
///
/// A write shares its transaction with others, and most of its statements wait until all of them can be run together,
/// before the next query or the commit. What they should change is then taken for granted. If that turns out to be wrong,
/// everything is rolled back and each write is repeated with every statement run at once, so that it can see why.
pub struct WriteTx<'c> {
    pub(super) tx: Tx<'c>,
    /// Whether statements are run at once.
    pub(super) at_once: bool,
    /// The ledger of the account that the write has locked; `None` when that incarnation of the account does not exist.
    pub ledger: Option<Ledger>,
}

impl<'c> std::ops::Deref for WriteTx<'c> {
    type Target = Tx<'c>;

    fn deref(&self) -> &Tx<'c> {
        &self.tx
    }
}

impl std::ops::DerefMut for WriteTx<'_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.tx
    }
}

impl<'c> WriteTx<'c> {
    pub(super) fn of(connection: Connection<'c>) -> WriteTx<'c> {
        WriteTx { tx: Tx::of(connection), at_once: false, ledger: None }
    }

    /// Inserts a row. Returns false if one with the same unique columns is there. A row that waits counts as inserted.
    pub async fn insert(&mut self, row: Row) -> Result<bool, Error> {
        if self.at_once {
            let ready = row.ready(self.tx.marks());
            return Ok(self.tx.change(ready.sql, ready.values).await? == 1);
        }
        self.tx.queue.push(Statement::Insert(row));
        Ok(true)
    }

    /// Changes rows, or none.
    pub async fn change_any(&mut self, sql: &'static str, values: Vec<Argument>) -> Result<(), Error> {
        if self.at_once {
            return self.tx.change(sql, values).await.map(drop);
        }
        self.tx.queue.push(Statement::Other { sql, values, expected: None });
        Ok(())
    }

    /// Changes one row. Returns false if there is none to change. A statement that waits counts as having changed it.
    pub async fn change_one(&mut self, sql: &'static str, values: Vec<Argument>) -> Result<bool, Error> {
        if self.at_once {
            return Ok(self.tx.change(sql, values).await? == 1);
        }
        self.tx.queue.push(Statement::Other { sql, values, expected: Some(1) });
        Ok(true)
    }

    /// Runs a statement that changes rows, after those that wait, and returns how many it changed.
    pub async fn execute(&mut self, sql: &'static str, arguments: Vec<Argument>) -> Result<u64, Error> {
        self.tx.settle().await?;
        self.tx.change(sql, arguments).await
    }

    /// Runs a statement that changes at most one row, and returns the row of its `RETURNING` clause.
    pub async fn returning<T: Readable>(
        &mut self,
        sql: &'static str,
        arguments: Vec<Argument>,
    ) -> Result<Option<T>, Error> {
        let row = self.tx.first(sql, arguments).await?;
        self.tx.touched |= row.is_some();
        Ok(row)
    }
}
