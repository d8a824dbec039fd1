//! Sessions with their temporary credentials: opens, loads and purges them.
//!
//! A session stores no permissions. They are looked up for every request, so a change of the role's policies, or the
//! deletion of the role, takes effect in sessions that are already open.

use super::authorize;
use super::cloud::Durations;
use super::cx::{self, Cx, Opened, Write};
use super::evidence::Evidence;
use super::fault::{Fault, Internal, Kind, Refusal, Required};
use super::ids::{AccountId, RoleId, SecretId, UserId};
use super::model::{Account, Identity, Key, NamedRole, Owner, Role, Session};
use super::view::{Changed, Part};
use super::{Engine, accounts, standing};
use crate::args;
use crate::env::Time;
use crate::policy::{self, Attached, PolicySet, Via};
use crate::secret::{self, Secret};
use crate::store::{FromRow, Row, Tx};
use std::sync::Arc;

/// The attributes of a new session.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Its name.
    pub name: String,
    /// Its duration in seconds; `None` for the operation's default.
    pub seconds: Option<i64>,
    /// The text of its session policy, if one was given.
    pub policy: Option<String>,
    /// Session tags.
    pub tags: Vec<(String, String)>,
    /// The source identity given by the caller; empty when none was given.
    pub source_identity: String,
    /// Whether the caller gave a code of its second factor.
    pub second_factor: bool,
}

/// Temporary credentials. They are returned once, in the answer to the request that opens the session.
pub struct Credentials {
    /// The key id.
    pub secret_id: SecretId,
    /// The secret half of the key.
    pub secret: Secret,
    /// The token that every request must contain.
    pub token: Secret,
    /// When they expire, by the account's clock.
    pub expires_at: Time,
}

/// Opens a session of a role. The role must exist, its trust policy must allow the caller, and the duration must be
/// within the limit. The caller's own policies are not evaluated here: they have allowed the operation, with
/// `evidence`.
pub async fn assume(
    cx: &Cx,
    evidence: &Arc<Evidence>,
    named: &NamedRole,
    wanted: &NewSession,
) -> Result<Opened<Credentials>, Fault> {
    let (owner, role) = cx.engine.named_role(named).await?.required(Kind::AssumedRole, named.role.text())?;
    authorize::trusted(evidence, role.trust(&cx.engine, &owner))?;
    standing::require_open(&[&cx.account, &owner])?;
    let seconds = duration(&owner.cloud.durations, &role, wanted.seconds)?;
    open(cx, &owner, Some(&role), wanted, seconds)
}

fn duration(durations: &Durations, role: &Role, wanted: Option<i64>) -> Result<i64, Fault> {
    // A role with 0 has no limit of its own.
    let limit = if role.session_duration == 0 { durations.role_longest } else { role.session_duration };
    match wanted {
        None => Ok(limit.min(durations.role_default)),
        Some(seconds) if seconds <= limit => Ok(seconds),
        Some(_) => Err(Fault::Refused(Refusal::SessionTooLong { limit })),
    }
}

/// Opens a federation session: the caller's own rights, narrowed by a session policy if one is given. The caller must use
/// a permanent key.
pub fn federate(cx: &Cx, wanted: &NewSession) -> Result<Opened<Credentials>, Fault> {
    if cx.caller.is_temporary() {
        return Err(Fault::Refused(Refusal::TemporaryKey));
    }
    standing::require_open(&[&cx.account])?;
    let durations = &cx.account.cloud.durations;
    let limit = match cx.caller.identity {
        Identity::Root => durations.federation_longest_of_root,
        _ => durations.federation_longest,
    };
    match wanted.seconds.unwrap_or(durations.federation_default) {
        seconds if seconds <= limit => open(cx, &cx.account, None, wanted, seconds),
        _ => Err(Fault::Refused(Refusal::SessionTooLong { limit })),
    }
}

/// Creates the credentials, and the row that stores their session.
fn open(
    cx: &Cx,
    owner: &Account,
    role: Option<&Role>,
    wanted: &NewSession,
    seconds: i64,
) -> Result<Opened<Credentials>, Fault> {
    let env = &cx.engine.env;
    let policy = match &wanted.policy {
        Some(text) => cx.engine.written(owner, policy::DocumentKind::Session, text)?.text().to_owned(),
        None => String::new(),
    };
    let ids = &owner.cloud.ids;
    let secret_id = SecretId::from((ids.session_key)(env));
    let secret = Secret::new((ids.session_secret)(env));
    let token = Secret::new((ids.token)(env));
    let now = cx.engine.now(owner);
    let expires_at = Time::from_seconds(now.seconds()).plus_seconds(seconds);
    let tags = serde_json::to_string(&wanted.tags)
        .map_err(|_| Internal::Bug("session tags are text, which can always be written as JSON"))?;
    let user = match (&cx.caller.identity, role) {
        (Identity::User(id), None) => id.as_str(),
        _ => "",
    };
    // A session that assumes another role passes its source identity on and cannot change it.
    let inherited = cx.caller.session.as_ref().map_or("", |session| session.source_identity.as_str());
    if !inherited.is_empty() && !wanted.source_identity.is_empty() && wanted.source_identity != inherited {
        return Err(Fault::Refused(Refusal::OtherSource { inherited: inherited.to_owned() }));
    }
    let source = if wanted.source_identity.is_empty() { inherited } else { wanted.source_identity.as_str() };
    let row = Row {
        insert: "INSERT INTO sessions (secret_id, account_id, role_id, user_id, name, origin, sealed, token_digest, \
                 policy, tags, source_identity, created_at, expires_at, incarnation, second_factor)",
        values: args![
            &secret_id,
            &owner.id,
            role.map_or("", |role| role.id.as_str()),
            user,
            &wanted.name,
            cx.caller.id(),
            cx.engine.sealer.seal(env, secret_id.as_str(), &secret)?,
            secret::digest(token.expose()),
            policy,
            tags,
            source,
            now.0,
            expires_at.0,
            owner.incarnation,
            wanted.second_factor
        ],
    };
    Ok(Opened { reply: Credentials { secret_id, secret, token, expires_at }, row })
}

/// Ends a session; used by `keys::end`.
pub(super) const END: &str = "UPDATE sessions SET ended = TRUE WHERE account_id = $1 AND secret_id = $2";

pub(super) async fn load(engine: &Arc<Engine>, tx: &mut Tx<'_>, secret_id: SecretId) -> Result<Option<Key>, Fault> {
    #[derive(FromRow)]
    struct SessionRow {
        account_id: AccountId,
        role_id: String,
        user_id: String,
        name: String,
        origin: String,
        sealed: String,
        token_digest: String,
        policy: String,
        tags: String,
        source_identity: String,
        expires_at: Time,
        incarnation: i64,
        ended: bool,
        second_factor: bool,
    }
    let row: Option<SessionRow> = tx
        .optional(
            "SELECT account_id, role_id, user_id, name, origin, sealed, token_digest, policy, tags, source_identity, \
             expires_at, incarnation, ended, second_factor FROM sessions WHERE secret_id = $1",
            args![&secret_id],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let account = row.account_id;
    let Some(owner) = accounts::lookup(tx, &engine.clouds, &account).await? else { return Ok(None) };
    // The session was opened in an earlier account with this id, and stored only after that account was deleted.
    if row.incarnation != owner.incarnation {
        return Ok(None);
    }
    let secret = engine.sealer.open(secret_id.as_str(), &row.sealed)?;
    let narrowed = match row.policy.as_str() {
        "" => None,
        text => {
            let document = engine.stored(&owner, policy::DocumentKind::Session, text);
            let policy = policy::PolicyLabel { id: String::new(), name: "session policy".to_owned() };
            Some(PolicySet::compile(vec![Attached { policy, via: Via::Session, document }]))
        }
    };
    let given = |id: String| if id.is_empty() { None } else { Some(id) };
    let session = Session {
        role: given(row.role_id).map(RoleId::from),
        user: given(row.user_id).map(UserId::from),
        name: row.name,
        origin: row.origin,
        token_digest: row.token_digest,
        narrowed,
        tags: read_tags(&secret_id, &row.tags)?,
        source_identity: row.source_identity,
        expires_at: row.expires_at,
        ended: row.ended,
        second_factor: row.second_factor,
    };
    Ok(Some(Key::new(account, secret_id, secret, Owner::Session(Arc::new(session)))))
}

fn read_tags(secret_id: &SecretId, text: &str) -> Result<Vec<(String, String)>, Fault> {
    let unreadable = |error: serde_json::Error| Internal::Unreadable {
        what: format!("tags of session {secret_id}"),
        why: error.to_string(),
    };
    Ok(serde_json::from_str(text).map_err(unreadable)?)
}

/// The most sessions that one write deletes, so that other writes do not wait for long.
const PURGED: i64 = 500;

/// Deletes the sessions that expired more than a day ago, by their account's clock. Until then a request with such a
/// session gets the error that it expired. Setting the clock back does not restore a deleted session: it is gone from
/// the view as well as from the database. Returns the number of deleted sessions.
pub async fn purge(engine: &Arc<Engine>) -> Result<u64, Fault> {
    let mut gone = 0;
    for account in accounts::list(engine).await? {
        let before = engine.now(&account).plus_seconds(-86_400).0;
        // Queries first, because a write locks the account and increments its generation.
        let sql = "SELECT expires_at FROM sessions WHERE account_id = $1 AND expires_at < $2 LIMIT 1";
        while engine.store.glance::<(i64,)>(sql, args![&account.id, before]).await?.is_some() {
            // If the account has been deleted in the meantime, so have its sessions.
            let Some(cx) = Cx::of_root(engine, &account.id).await? else { break };
            match cx::write(cx, move |write| Box::pin(purge_some(write, before))).await {
                Ok(count) => gone += count,
                Err(Fault::NotFound(Kind::Account, _)) => break,
                Err(fault) => return Err(fault),
            }
        }
    }
    Ok(gone)
}

/// Deletes some of the account's sessions that expired before this time, and returns how many.
async fn purge_some(write: &mut Write<'_, '_>, before: i64) -> Result<u64, Fault> {
    let account = write.account().clone();
    let sql = "SELECT secret_id FROM sessions WHERE account_id = $1 AND expires_at < $2 \
               ORDER BY expires_at, secret_id LIMIT $3";
    let old: Vec<(SecretId,)> = write.tx().all(sql, args![&account, before, PURGED]).await?;
    let changed = Changed::Parts(old.into_iter().map(|(secret_id,)| Part::Key(secret_id)).collect());
    let sql = "DELETE FROM sessions WHERE account_id = $1 AND secret_id IN \
               (SELECT secret_id FROM sessions WHERE account_id = $1 AND expires_at < $2 \
               ORDER BY expires_at, secret_id LIMIT $3)";
    write.execute_counted(changed, sql, args![&account, before, PURGED]).await
}
