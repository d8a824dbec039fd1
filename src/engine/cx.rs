//! What an operation is given: the engine, the caller, the time, and in a write the transaction.

use super::Engine;
use super::cloud::Quotas;
use super::fault::{Fault, Kind};
use super::ids::{AccountId, SecretId};
use super::model::{Caller, Identity, RequestContext};
use super::view::{Changed, Tenant};
use crate::store::{Argument, BoxFuture, Readable, Row, Tx, WriteTx};
use std::ops::Deref;
use std::sync::Arc;

/// The context of one operation.
#[derive(Clone)]
pub struct Cx {
    /// Identities, policies, sessions.
    pub engine: Arc<Engine>,
    /// The account in the view.
    pub tenant: Arc<Tenant>,
    /// What is known of the request besides its parameters.
    pub request: RequestContext,
}

impl Deref for Cx {
    type Target = RequestContext;

    fn deref(&self) -> &RequestContext {
        &self.request
    }
}

impl Cx {
    /// The context of a change from outside the cloud, which acts as the account's root; none when there is no such account.
    pub async fn of_root(engine: &Arc<Engine>, id: &AccountId) -> Result<Option<Cx>, Fault> {
        let Some(tenant) = engine.tenant(id).await? else { return Ok(None) };
        let Some(account) = engine.account(&tenant).await? else { return Ok(None) };
        let caller =
            Caller { account: id.clone(), identity: Identity::Root, secret_id: SecretId::from(""), session: None };
        let now = engine.now(&account);
        let request = RequestContext { caller: Arc::new(caller), account, now, peer: "127.0.0.1".into() };
        Ok(Some(Cx { engine: engine.clone(), tenant, request }))
    }
}

/// The context of an operation that changes its account: everything it does is one transaction.
pub struct Write<'t, 'c> {
    /// The operation's context.
    pub cx: &'t Cx,
    /// The account's generation after this write; also the place of new rows in their lists.
    pub generation: i64,
    /// Private, so that no statement can change rows without saying what that changes of the view.
    tx: &'t mut WriteTx<'c>,
    changed: Changed,
}

impl<'c> Write<'_, 'c> {
    /// The transaction, for statements that change nothing.
    pub fn tx(&mut self) -> &mut Tx<'c> {
        self.tx
    }

    /// Runs a statement that may change anything the view holds, and returns the number of rows that it changed.
    pub async fn execute(&mut self, sql: &'static str, arguments: Vec<Argument>) -> Result<u64, Fault> {
        self.execute_only(Changed::Anything, sql, arguments).await
    }

    /// The same for a statement that changes no more than `changed` of what the view holds. What the whole operation
    /// changes is the join of its statements: none can narrow what another has changed.
    pub async fn execute_only(
        &mut self,
        changed: Changed,
        sql: &'static str,
        arguments: Vec<Argument>,
    ) -> Result<u64, Fault> {
        self.changed.join(changed);
        Ok(self.tx.execute(sql, arguments).await?)
    }

    /// As [`Write::execute_only`], for a statement that changes one row at most and returns something of it.
    pub async fn returning_only<T: Readable>(
        &mut self,
        changed: Changed,
        sql: &'static str,
        arguments: Vec<Argument>,
    ) -> Result<Option<T>, Fault> {
        self.changed.join(changed);
        Ok(self.tx.returning(sql, arguments).await?)
    }

    /// How much the account may have.
    pub fn quotas(&self) -> &'static Quotas {
        &self.cx.account.cloud.quotas
    }

    /// The account that the operation acts in.
    pub fn account(&self) -> &AccountId {
        &self.cx.account.id
    }
}

/// An answer together with the row that must be committed before it leaves: one that changes nobody's rights, such as a
/// new session, and so needs no lock and no new generation.
pub struct Opened<T> {
    /// The answer.
    pub reply: T,
    /// What to commit.
    pub row: Row,
}

/// Runs a write: locks the account, runs `work`, commits, and drops what is outdated from the view. The only place
/// that begins or ends a transaction of an account.
pub async fn write<T, W>(cx: Cx, work: W) -> Result<T, Fault>
where
    T: Send + 'static,
    W: for<'w> Fn(&'w mut Write<'_, '_>) -> BoxFuture<'w, Result<T, Fault>> + Send + Sync + 'static,
{
    let engine = cx.engine.clone();
    let (account, incarnation) = (cx.account.id.clone(), cx.tenant.incarnation);
    let (watcher, changed) = (engine.clone(), account.clone());
    let work = Arc::new(work);
    let outcome = engine
        .store
        .write(
            move |tx| {
                let (cx, work) = (cx.clone(), work.clone());
                Box::pin(async move {
                    let Some(generation) = tx.advance(cx.account.id.as_str(), cx.tenant.incarnation).await? else {
                        return Err(Fault::NotFound(Kind::Account, cx.account.id.to_string()));
                    };
                    let mut write = Write { cx: &cx, generation, tx, changed: Changed::NOTHING };
                    let value = work(&mut write).await?;
                    Ok((value, generation, write.changed))
                })
            },
            move |(_, generation, what): &(T, i64, Changed)| {
                watcher.view.committed(&changed, incarnation, *generation, what)
            },
        )
        .await?;
    outcome.map(|(value, _, _)| value)
}
