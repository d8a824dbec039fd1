//! What an operation is given: the engine, the caller, the time, and in a write the transaction.

use super::fault::{Fault, Kind};
use super::ids::{AccountId, RoleId, SecretId, UserId};
use super::view::{Changed, Holder, Tenant};
use super::{Account, Engine};
use crate::env::Time;
use crate::policy::PolicySet;
use crate::store::{BoxFuture, Readable, Row, Tx, Value, WriteTx};
use std::sync::Arc;

/// Who is asking, once it has been verified.
#[derive(Clone)]
pub struct Caller {
    /// The account that it acts in.
    pub account: AccountId,
    /// Which identity of that account.
    pub identity: Identity,
    /// The key that it signed with.
    pub secret_id: SecretId,
    /// The session that the key belongs to; none for a permanent key.
    pub session: Option<Arc<Session>>,
}

/// An identity of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// The account itself.
    Root,
    /// A sub-user.
    User(UserId),
    /// A session of a role.
    Role {
        /// The role.
        id: RoleId,
        /// The session's name.
        session: String,
        /// The id of the identity that opened it.
        origin: String,
    },
    /// A federation session: a user's, or the root account's, own rights, narrowed.
    Federated {
        /// The user, none for the root account.
        user: Option<UserId>,
        /// The session's name.
        session: String,
    },
}

/// The session behind a temporary key.
pub struct Session {
    /// The role; none for a federation session.
    pub role: Option<RoleId>,
    /// The user of a federation session; none for one of the root account, and for a role's.
    pub user: Option<UserId>,
    /// The session's name.
    pub name: String,
    /// The id of the identity that opened it.
    pub origin: String,
    /// The SHA-256 of its token.
    pub token_digest: String,
    /// What it is narrowed to, if it is.
    pub narrowed: Option<PolicySet>,
    /// Its tags.
    pub tags: Vec<(String, String)>,
    /// Whom it was opened for, as its opener said.
    pub source_identity: String,
    /// When it ends by lapse of time, by the emulator's clock.
    pub expires_at: Time,
    /// Somebody called for its end, which no clock takes back.
    pub ended: bool,
}

impl Session {
    /// The identity that the session acts as.
    pub fn identity(&self) -> Identity {
        match &self.role {
            Some(id) => Identity::Role { id: id.clone(), session: self.name.clone(), origin: self.origin.clone() },
            None => Identity::Federated { user: self.user.clone(), session: self.name.clone() },
        }
    }
}

impl Caller {
    /// The id that the clouds put for "who": the user's own, or the account's.
    pub fn id(&self) -> &str {
        match &self.identity {
            Identity::Root | Identity::Federated { user: None, .. } => self.account.as_str(),
            Identity::User(id) | Identity::Federated { user: Some(id), .. } => id.as_str(),
            Identity::Role { origin, .. } => origin,
        }
    }

    /// The principal that its policies are attached to; none for the root account, which needs none.
    pub fn holder(&self) -> Option<Holder> {
        match &self.identity {
            Identity::Root | Identity::Federated { user: None, .. } => None,
            Identity::User(id) | Identity::Federated { user: Some(id), .. } => Some(Holder::User(id.clone())),
            Identity::Role { id, .. } => Some(Holder::Role(id.clone())),
        }
    }

    /// Whether it signs with a temporary key.
    pub fn is_temporary(&self) -> bool {
        matches!(self.identity, Identity::Role { .. } | Identity::Federated { .. })
    }
}

/// The context of one operation.
#[derive(Clone)]
pub struct Cx {
    /// Identities, policies, sessions.
    pub engine: Arc<Engine>,
    /// Who is asking.
    pub caller: Arc<Caller>,
    /// The caller's account.
    pub account: Arc<Account>,
    /// The account in the view.
    pub tenant: Arc<Tenant>,
    /// The account's time when the request came, by the emulator's clock.
    pub now: Time,
    /// The client's address, as text.
    pub peer: Arc<str>,
}

impl Cx {
    /// The context of a change from outside the cloud, which acts as the account's root; none when there is no such account.
    pub async fn of_root(engine: &Arc<Engine>, id: &AccountId) -> Result<Option<Cx>, Fault> {
        let Some(tenant) = engine.tenant(id).await? else { return Ok(None) };
        let Some(account) = engine.account(&tenant).await? else { return Ok(None) };
        let caller =
            Caller { account: id.clone(), identity: Identity::Root, secret_id: SecretId::from(""), session: None };
        let now = engine.now(&account);
        let peer = "127.0.0.1".into();
        Ok(Some(Cx { engine: engine.clone(), caller: Arc::new(caller), account, tenant, now, peer }))
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
    pub async fn execute(&mut self, sql: &'static str, arguments: Vec<Value>) -> Result<u64, Fault> {
        self.execute_only(Changed::Anything, sql, arguments).await
    }

    /// The same for a statement that changes no more than `changed` of what the view holds. What the whole operation
    /// changes is the join of its statements: none can narrow what another has changed.
    pub async fn execute_only(
        &mut self,
        changed: Changed,
        sql: &'static str,
        arguments: Vec<Value>,
    ) -> Result<u64, Fault> {
        self.changed.join(changed);
        Ok(self.tx.execute(sql, arguments).await?)
    }

    /// As [`Write::execute_only`], for a statement that changes one row at most and returns something of it.
    pub async fn returning_only<T: Readable>(
        &mut self,
        changed: Changed,
        sql: &'static str,
        arguments: Vec<Value>,
    ) -> Result<Option<T>, Fault> {
        self.changed.join(changed);
        Ok(self.tx.returning(sql, arguments).await?)
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
