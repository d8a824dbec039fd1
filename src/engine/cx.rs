//! The context of an operation: the engine, the caller, the time and, for a write, the transaction.

use super::Engine;
use super::cloud::Quotas;
use super::counters::RESERVE;
use super::fault::{Fault, Internal, Kind};
use super::ids::{AccountId, Number, SecretId};
use super::model::{Caller, Identity, RequestContext};
use super::view::{Changed, Tenant};
use crate::args;
use crate::store::{Argument, BoxFuture, Ledger, Lock, Readable, Row, Tx, WriteTx};
use std::net::Ipv4Addr;
use std::ops::Deref;
use std::sync::Arc;

/// The context of one operation.
#[derive(Clone)]
pub struct Cx {
    /// The engine.
    pub engine: Arc<Engine>,
    /// The caller's account, as the view holds it.
    pub tenant: Arc<Tenant>,
    /// The caller, the account, the time and the client's address.
    pub request: RequestContext,
}

impl Deref for Cx {
    type Target = RequestContext;

    fn deref(&self) -> &RequestContext {
        &self.request
    }
}

impl Cx {
    /// Returns a context that acts as the account's root, for changes from outside the cloud's API. Returns `None` when
    /// there is no such account.
    pub async fn of_root(engine: &Arc<Engine>, id: &AccountId) -> Result<Option<Cx>, Fault> {
        let Some(tenant) = engine.tenant(id).await? else { return Ok(None) };
        let Some(account) = engine.account(&tenant).await? else { return Ok(None) };
        let caller =
            Caller { account: id.clone(), identity: Identity::Root, secret_id: SecretId::from(""), session: None };
        let now = engine.now(&account);
        let request = RequestContext { caller: Arc::new(caller), account, now, peer: Ipv4Addr::LOCALHOST.into() };
        Ok(Some(Cx { engine: engine.clone(), tenant, request }))
    }

    /// Returns a number for the id of something that is about to be created.
    pub async fn number(&self) -> Result<Number, Fault> {
        self.engine.counters.next(&self.engine.store, self.account.cloud.name).await
    }
}

/// The context of an operation that changes its account. Everything it does is one transaction.
///
/// A statement that changes rows waits, with those of other writes, until the next query or the commit. What
/// [`Write::insert`] and [`Write::execute_one`] return is then an assumption. If it was wrong, the whole operation is
/// repeated with every statement run at once, so that it finds out and fails as it should.
pub struct Write<'t, 'c> {
    /// The operation's context.
    pub cx: &'t Cx,
    /// The account's ledger. A write that adds or removes something that it counts must change the number too. New rows
    /// store its generation as `seq`, which orders lists.
    pub ledger: Ledger,
    /// Private, so that every statement that changes rows must declare which parts of the view it outdates.
    tx: &'t mut WriteTx<'c>,
    changed: Changed,
}

impl<'c> Write<'_, 'c> {
    /// Returns the transaction, for statements that change nothing.
    pub fn tx(&mut self) -> &mut Tx<'c> {
        self.tx
    }

    /// Changes rows, or none. The statement may outdate any part of the view.
    pub async fn execute(&mut self, sql: &'static str, arguments: Vec<Argument>) -> Result<(), Fault> {
        self.execute_only(Changed::Anything, sql, arguments).await
    }

    /// Like [`Write::execute`], for a statement that outdates no part of the view but those in `changed`. The parts of
    /// all statements add up: no statement can narrow what another one declared.
    pub async fn execute_only(
        &mut self,
        changed: Changed,
        sql: &'static str,
        arguments: Vec<Argument>,
    ) -> Result<(), Fault> {
        self.changed.join(changed);
        Ok(self.tx.change_any(sql, arguments).await?)
    }

    /// Like [`Write::execute_only`], for a statement that changes one row. Returns whether there was a row to change.
    pub async fn execute_one(
        &mut self,
        changed: Changed,
        sql: &'static str,
        arguments: Vec<Argument>,
    ) -> Result<bool, Fault> {
        self.changed.join(changed);
        Ok(self.tx.change_one(sql, arguments).await?)
    }

    /// Like [`Write::execute_only`], but runs the statement at once and returns how many rows it changed.
    pub async fn execute_counted(
        &mut self,
        changed: Changed,
        sql: &'static str,
        arguments: Vec<Argument>,
    ) -> Result<u64, Fault> {
        self.changed.join(changed);
        Ok(self.tx.execute(sql, arguments).await?)
    }

    /// Inserts a row that no part of the view can contain yet. Returns false if one with the same unique columns is
    /// there.
    pub async fn insert(&mut self, row: Row) -> Result<bool, Fault> {
        Ok(self.tx.insert(row).await?)
    }

    /// Inserts a row whose unique columns are known to be free.
    pub async fn insert_new(&mut self, row: Row) -> Result<(), Fault> {
        match self.insert(row).await? {
            true => Ok(()),
            false => Err(Internal::Bug("a row that was known to be new is there already").into()),
        }
    }

    /// Like [`Write::execute_only`], for a statement that changes at most one row. Returns columns of that row.
    pub async fn returning_only<T: Readable>(
        &mut self,
        changed: Changed,
        sql: &'static str,
        arguments: Vec<Argument>,
    ) -> Result<Option<T>, Fault> {
        self.changed.join(changed);
        Ok(self.tx.returning(sql, arguments).await?)
    }

    /// Returns another number for an id, when that of [`Cx::number`] is taken by an id that was not counted. It is
    /// reserved within this write, because a write cannot wait for another one.
    pub(super) async fn another_number(&mut self) -> Result<Number, Fault> {
        let arguments = args![self.cx.account.cloud.name, 1];
        let row: Option<(i64,)> = self.tx.returning(RESERVE, arguments).await?;
        Ok(row.map(|(last,)| Number(last)).ok_or(Internal::Bug("a counter has no row"))?)
    }

    /// Returns the quotas of the account's cloud.
    pub fn quotas(&self) -> &'static Quotas {
        &self.cx.account.cloud.quotas
    }

    /// Returns the account that the operation acts in.
    pub fn account(&self) -> &AccountId {
        &self.cx.account.id
    }
}

/// An answer, with a row that must be committed before the answer is sent. The row, such as a new session, changes no
/// principal's rights, so it needs neither the account's lock nor a new generation.
pub struct Opened<T> {
    /// The answer to send.
    pub reply: T,
    /// The row to commit first.
    pub row: Row,
}

/// Runs a write: locks the account, runs `work`, commits, and drops outdated parts from the view. No other function may
/// begin or end a transaction of an account.
pub async fn write<T, W>(cx: Cx, work: W) -> Result<T, Fault>
where
    T: Send + 'static,
    W: for<'w> Fn(&'w mut Write<'_, '_>) -> BoxFuture<'w, Result<T, Fault>> + Send + Sync + 'static,
{
    let engine = cx.engine.clone();
    let incarnation = cx.tenant.incarnation;
    let lock = Lock { account: cx.account.id.as_str().into(), incarnation };
    let (watcher, account) = (engine.clone(), cx.account.id.clone());
    let work = Arc::new(work);
    let outcome = engine
        .store
        .write(
            Some(lock),
            move |tx| {
                let (cx, work) = (cx.clone(), work.clone());
                Box::pin(async move {
                    let Some(ledger) = tx.ledger else {
                        return Err(Fault::NotFound(Kind::Account, cx.account.id.to_string()));
                    };
                    let mut write = Write { cx: &cx, ledger, tx, changed: Changed::NOTHING };
                    let value = work(&mut write).await?;
                    let Write { ledger, changed, .. } = write;
                    tx.ledger = Some(ledger);
                    Ok((value, ledger.generation, changed))
                })
            },
            move |(_, generation, changed): &(T, i64, Changed)| {
                watcher.view.committed(&account, incarnation, *generation, changed)
            },
        )
        .await?;
    outcome.map(|(value, _, _)| value)
}
