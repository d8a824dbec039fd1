//! The ledger of an account: its generation, and how many of each kind of thing it has.
//!
//! The account's row is the lock of its writers. A group of writes reads the ledgers of its accounts once, each write
//! changes its ledger in memory, and all are written back together before the commit. So no quota is checked by counting.

use super::argument::Argument;
use super::queue::{MERGED, Marks, Ready, merge};
use super::tx::{Error, Tx};
use std::collections::HashMap;
use std::sync::Arc;

/// What an account's row keeps of the account as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ledger {
    /// Incremented by every write.
    pub generation: i64,
    /// The number of roles.
    pub roles: i64,
    /// The number of sub-users.
    pub users: i64,
    /// The number of user groups.
    pub groups: i64,
    /// The number of the account's own policies.
    pub policies: i64,
}

/// The account that a write locks, in one of its incarnations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lock {
    /// The id of the account.
    pub account: Arc<str>,
    /// Its incarnation. A write for another one finds no ledger.
    pub incarnation: i64,
}

/// How the rows of the accounts are read.
#[derive(Clone, Copy)]
pub(super) enum Locking {
    /// As they are: SQLite has only one writer.
    None,
    /// Locked, after waiting for other servers.
    Waiting,
    /// Locked, without those that another server has locked.
    Skipping,
}

/// The ledgers that a writer knows, each with the incarnation of its account.
#[derive(Default)]
pub(super) struct Ledgers {
    known: HashMap<Arc<str>, (i64, Ledger)>,
    /// The accounts whose ledgers are not written back.
    changed: Vec<Arc<str>>,
}

/// The most ledgers that are kept between groups, to bound the memory that they take.
const KEPT: usize = 4096;

impl Ledgers {
    /// Returns the ledger for a write, with the next generation.
    pub(super) fn next(&self, lock: &Lock) -> Option<Ledger> {
        let (_, ledger) = self.known.get(&lock.account).filter(|(incarnation, _)| *incarnation == lock.incarnation)?;
        Some(Ledger { generation: ledger.generation + 1, ..*ledger })
    }

    /// Replaces a ledger by what a write has made of it.
    pub(super) fn put(&mut self, lock: &Lock, ledger: Ledger) {
        self.known.insert(lock.account.clone(), (lock.incarnation, ledger));
        if !self.changed.contains(&lock.account) {
            self.changed.push(lock.account.clone());
        }
    }

    /// Forgets everything. After a rollback the ledgers are as the database has them.
    pub(super) fn clear(&mut self) {
        self.known.clear();
        self.changed.clear();
    }

    /// Reads the ledgers that are not known.
    pub(super) async fn load(&mut self, tx: &mut Tx<'_>, locks: &[Lock], locking: Locking) -> Result<(), Error> {
        if self.known.len() > KEPT {
            self.clear();
        }
        let mut wanted: Vec<Arc<str>> = Vec::new();
        for lock in locks {
            if self.next(lock).is_none() && !wanted.contains(&lock.account) {
                wanted.push(lock.account.clone());
            }
        }
        for accounts in wanted.chunks(MERGED) {
            // A power of two of places, so that there are few different statements to prepare.
            let places: Vec<String> =
                (1..=accounts.len().next_power_of_two()).map(|place| format!("${place}")).collect();
            let padding = accounts.last().into_iter().cycle().take(places.len() - accounts.len());
            let values = accounts.iter().chain(padding).map(|account| Argument::Text(account.clone())).collect();
            let rows: Vec<(String, i64, i64, i64, i64, i64, i64)> =
                tx.every(sqlx::AssertSqlSafe(load_statement(&places, locking)), values).await?;
            for (id, incarnation, generation, roles, users, groups, policies) in rows {
                self.known.insert(id.into(), (incarnation, Ledger { generation, roles, users, groups, policies }));
            }
        }
        Ok(())
    }

    /// Returns the statements that write back what was changed.
    pub(super) fn take_changes(&mut self, marks: Marks) -> Vec<Ready> {
        let rows = std::mem::take(&mut self.changed).into_iter().filter_map(|account| {
            let (incarnation, Ledger { generation, roles, users, groups, policies }) = *self.known.get(&account)?;
            Some(crate::args![account, incarnation, generation, roles, users, groups, policies])
        });
        let rows: Vec<Vec<Argument>> = rows.collect();
        let mut ready = Vec::new();
        merge(rows, marks, &mut ready, |values| {
            format!(
                "WITH kept (id, incarnation, generation, roles, users, groups, policies) AS (VALUES {values}) \
                 UPDATE accounts SET generation = kept.generation, role_count = kept.roles, user_count = kept.users, \
                 group_count = kept.groups, policy_count = kept.policies \
                 FROM kept WHERE accounts.id = kept.id AND accounts.incarnation = kept.incarnation"
            )
        });
        ready
    }
}

fn load_statement(places: &[String], locking: Locking) -> String {
    let locked = match locking {
        Locking::None => "",
        // The lock that an UPDATE takes, which lets rows refer to the account meanwhile.
        Locking::Waiting => " FOR NO KEY UPDATE",
        Locking::Skipping => " FOR NO KEY UPDATE SKIP LOCKED",
    };
    format!(
        "SELECT id, incarnation, generation, role_count, user_count, group_count, policy_count FROM accounts \
         WHERE id IN ({}){locked}",
        places.join(", ")
    )
}
