//! Temporary credentials: opening them, and what a temporary key stands for.
//!
//! A session holds no rights of its own: they are looked up with every request, so a change of the role's policies, or
//! the role's end, counts for the sessions that are open.

use super::authorize::{self, Evidence};
use super::cx::{Cx, Identity, Opened, Session};
use super::fault::{Fault, Internal, Kind, Refusal};
use super::ids::{AccountId, RoleId, RoleRef, SecretId, UserId};
use super::keys::{Key, Owner};
use super::roles::Role;
use super::view::{Changed, Part};
use super::{Account, Engine, accounts, keys, policies};
use crate::args;
use crate::env::Time;
use crate::policy::{self, Attached, PolicySet, Via};
use crate::secret::{self, Secret};
use crate::store::{FromRow, Row, Tx};
use std::sync::Arc;

/// The longest session of a role in seconds, whatever the role allows.
pub const LONGEST: i64 = 43_200;

/// What a new session is to be.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Its name.
    pub name: String,
    /// How long it is to live, in seconds; none for the operation's default.
    pub seconds: Option<i64>,
    /// The text of the policy that narrows it, if any.
    pub policy: Option<String>,
    /// Session tags.
    pub tags: Vec<(String, String)>,
    /// Whom it is opened for, as the opener says; empty when it says nothing.
    pub source_identity: String,
}

/// Temporary credentials, as they are handed out once.
pub struct Credentials {
    /// The key id.
    pub secret_id: SecretId,
    /// The key.
    pub secret: Secret,
    /// The token that must come with every request.
    pub token: Secret,
    /// When they end.
    pub expires_at: Time,
}

/// Opens a session of a role: the role must exist, its trust policy must name the caller, and the time must be allowed.
/// Whether the caller's own policies allow it has been asked before (`evidence` is what answered that).
pub async fn assume(
    cx: &Cx,
    evidence: &Arc<Evidence>,
    account: &AccountId,
    wanted_role: &RoleRef,
    wanted: &Wanted,
) -> Result<Opened<Credentials>, Fault> {
    let no_role = || Fault::NotFound(Kind::Role, wanted_role.text().to_owned());
    let tenant = cx.engine.tenant(account).await?.ok_or_else(no_role)?;
    let owner = cx.engine.account(&tenant).await?.ok_or_else(no_role)?;
    let role = cx.engine.role(&tenant, wanted_role).await?.ok_or_else(no_role)?;
    authorize::trusted(evidence, role.trust(&cx.engine, &owner))?;
    let seconds = duration(&role, wanted.seconds)?;
    open(cx, &owner, Some(&role), wanted, seconds)
}

fn duration(role: &Role, wanted: Option<i64>) -> Result<i64, Fault> {
    // A role made with 0 has no limit of its own.
    let limit = if role.session_duration == 0 { LONGEST } else { role.session_duration };
    match wanted {
        None => Ok(limit.min(7200)),
        Some(seconds) if seconds <= limit => Ok(seconds),
        Some(_) => Err(Fault::Refused(Refusal::SessionTooLong { limit })),
    }
}

/// Opens a federation session: the caller's own rights, narrowed by the policy. Only a permanent key may.
pub fn federate(cx: &Cx, wanted: &Wanted) -> Result<Opened<Credentials>, Fault> {
    if cx.caller.is_temporary() {
        return Err(Fault::Refused(Refusal::TemporaryKey));
    }
    let limit = if cx.caller.identity == Identity::Root { 7200 } else { 129_600 };
    match wanted.seconds.unwrap_or(1800) {
        seconds if seconds <= limit => open(cx, &cx.account, None, wanted, seconds),
        _ => Err(Fault::Refused(Refusal::SessionTooLong { limit })),
    }
}

/// Makes the credentials and the row that remembers them.
fn open(
    cx: &Cx,
    owner: &Account,
    role: Option<&Role>,
    wanted: &Wanted,
    seconds: i64,
) -> Result<Opened<Credentials>, Fault> {
    let env = &cx.engine.env;
    let policy = match &wanted.policy {
        Some(text) => policies::written(&cx.engine, owner, policy::Kind::Session, text)?.text().to_owned(),
        None => String::new(),
    };
    let secret_id = keys::new_secret_id(env);
    let secret = Secret::new(env.alphanumeric(32));
    let token = Secret::new(env.alphanumeric(96));
    let now = cx.engine.now(owner);
    let expires_at = Time::from_seconds(now.seconds()).plus_seconds(seconds);
    let tags = serde_json::to_string(&wanted.tags)
        .map_err(|_| Internal::Bug("session tags are text, which can always be written as JSON"))?;
    let user = match (&cx.caller.identity, role) {
        (Identity::User(id), None) => id.as_str(),
        _ => "",
    };
    // Whoever assumes a further role from a session is still the one that the session was opened for.
    let inherited = cx.caller.session.as_ref().map_or("", |session| session.source_identity.as_str());
    if !inherited.is_empty() && !wanted.source_identity.is_empty() && wanted.source_identity != inherited {
        return Err(Fault::illegal(
            "SourceIdentity",
            format!("`{inherited}`, for whom the session that asks was opened"),
        ));
    }
    let source = if wanted.source_identity.is_empty() { inherited } else { wanted.source_identity.as_str() };
    let row = Row {
        insert: "INSERT INTO sessions (secret_id, account_id, role_id, user_id, name, origin, sealed, token_digest, \
                 policy, tags, source_identity, created_at, expires_at, incarnation)",
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
            owner.incarnation
        ],
    };
    Ok(Opened { reply: Credentials { secret_id, secret, token, expires_at }, row })
}

/// Ends one session now, by its account's clock. False when there is no such session.
pub async fn end(engine: &Arc<Engine>, secret_id: &SecretId) -> Result<bool, Fault> {
    let Some((tenant, key)) = engine.key(secret_id).await? else { return Ok(false) };
    let (Owner::Session(_), Some(account)) = (&key.owner, engine.account(&tenant).await?) else {
        return Ok(false);
    };
    let incarnation = tenant.incarnation;
    let now = engine.now(&account).0;
    let (wanted, ended, owner) = (secret_id.clone(), secret_id.clone(), account.id.clone());
    let (watcher, changed) = (engine.clone(), account.id.clone());
    engine
        .store
        .write(
            move |tx| {
                let (secret_id, owner) = (wanted.clone(), owner.clone());
                Box::pin(async move {
                    // The generation is what tells other servers on the same database.
                    let generation = tx.advance(owner.as_str(), incarnation).await?;
                    let sql = "UPDATE sessions SET expires_at = $2 WHERE secret_id = $1 AND expires_at > $2";
                    tx.execute(sql, args![&secret_id, now]).await?;
                    Ok(generation)
                })
            },
            move |generation: &Option<i64>| {
                if let Some(generation) = generation {
                    watcher.view.committed(&changed, incarnation, *generation, &Changed::only(Part::Key(ended)));
                }
            },
        )
        .await?
        .map(|generation: Option<i64>| generation.is_some())
}

pub(super) async fn load(engine: &Arc<Engine>, tx: &mut Tx<'_>, secret_id: SecretId) -> Result<Option<Key>, Fault> {
    #[derive(FromRow)]
    struct SessionRow {
        account_id: String,
        role_id: String,
        user_id: String,
        name: String,
        origin: String,
        sealed: String,
        token_digest: String,
        policy: String,
        tags: String,
        source_identity: String,
        expires_at: i64,
        incarnation: i64,
    }
    let row: Option<SessionRow> = tx
        .optional(
            "SELECT account_id, role_id, user_id, name, origin, sealed, token_digest, policy, tags, source_identity, \
             expires_at, incarnation FROM sessions WHERE secret_id = $1",
            args![&secret_id],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let account = AccountId::from(row.account_id);
    let Some(owner) = accounts::lookup(tx, &account).await? else { return Ok(None) };
    // Opened for an account that was deleted meanwhile, and stored after another one was made under its id.
    if row.incarnation != owner.incarnation {
        return Ok(None);
    }
    let secret = engine.sealer.open(secret_id.as_str(), &row.sealed)?;
    let narrowed = match row.policy.as_str() {
        "" => None,
        text => {
            let document = policies::stored(engine, &owner, policy::Kind::Session, text);
            let policy = policy::PolicyRef { id: String::new(), name: "session policy".to_owned() };
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
        expires_at: Time(row.expires_at),
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

/// Forgets the sessions that ended more than a day ago by their account's clock, so that an answer about them can still
/// say that they expired.
pub async fn purge(engine: &Arc<Engine>) -> Result<u64, Fault> {
    let mut gone = 0;
    for account in accounts::list(engine).await? {
        let before = engine.now(&account).plus_seconds(-86_400).0;
        let id = account.id;
        gone += engine
            .store
            .write(
                move |tx| {
                    let id = id.clone();
                    Box::pin(async move {
                        let sql = "DELETE FROM sessions WHERE account_id = $1 AND expires_at < $2";
                        Ok::<u64, Fault>(tx.execute(sql, args![&id, before]).await?)
                    })
                },
                |_: &u64| (),
            )
            .await??;
    }
    Ok(gone)
}
