//! `/accounts` and `/credentials`: creates and deletes accounts, and ends sessions and keys.

use super::input::{as_root, read};
use crate::engine::admission::Admission;
use crate::engine::fault::{Fault, Kind};
use crate::engine::ids::{AccountId, SecretId};
use crate::engine::model::Account;
use crate::engine::{Engine, accounts, admission, keys};
use crate::secret::Secret;
use crate::server::app::App;
use crate::server::failure::{Failure, JsonReply};
use axum::body::Bytes;
use axum::extract::{Path, State};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How many times ids and keys are generated before giving up, when all of them are taken.
const DRAWS: usize = 16;

/// The attributes of a new account. Those that are not given are generated.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateAccount {
    /// The name of its cloud; by default the server's first cloud.
    pub cloud: Option<String>,
    /// The root account's id.
    pub id: Option<String>,
    /// A display name; by default the id.
    pub name: Option<String>,
    /// Its second number, which some resource names contain. Must be positive, and different from every other
    /// account's.
    pub app_id: Option<i64>,
    /// The root key's public half.
    pub secret_id: Option<String>,
    /// The root key's secret half.
    pub secret_key: Option<String>,
}

/// An account in an answer.
#[derive(Serialize)]
pub struct ShownAccount {
    id: String,
    cloud: String,
    name: String,
    app_id: i64,
    created_at: String,
}

impl ShownAccount {
    fn of(account: &Account) -> ShownAccount {
        ShownAccount {
            id: account.id.to_string(),
            cloud: account.cloud.name.to_owned(),
            name: account.name.clone(),
            app_id: account.application,
            created_at: account.created_at.rfc3339(),
        }
    }
}

/// A root key in the answer that returns it.
#[derive(Serialize)]
pub struct RootKey {
    secret_id: String,
    secret_key: String,
}

/// A new account with its root key.
#[derive(Serialize)]
pub struct Created {
    account: ShownAccount,
    credentials: RootKey,
}

#[derive(Serialize)]
pub(super) struct Listed {
    accounts: Vec<ShownAccount>,
}

/// Creates an account: `POST /accounts`.
pub async fn create(State(app): State<Arc<App>>, body: Bytes) -> Result<JsonReply<Created>, Failure> {
    let wanted: CreateAccount = if body.trim_ascii().is_empty() { CreateAccount::default() } else { read(&body)? };
    if app.exposed
        && [&wanted.secret_id, &wanted.secret_key].into_iter().flatten().any(|half| app.dialects.is_published(half))
    {
        return Err(Failure::invalid(
            "the key is an example from the documentation, and other machines can reach this server; choose another key",
        ));
    }
    let made = make(&app.engine, wanted, Admission::Always).await?;
    let (account, secret_id, secret) = made.ok_or_else(there_is_one)?;
    let credentials = RootKey { secret_id: secret_id.to_string(), secret_key: secret.expose().to_owned() };
    Ok(JsonReply(StatusCode::CREATED, Created { account: ShownAccount::of(&account), credentials }))
}

/// Creates an account. Checks the attributes that are given and generates the others. Returns `None` if `admission`
/// does not allow it.
pub async fn make(
    engine: &Engine,
    wanted: CreateAccount,
    admission: Admission,
) -> Result<Option<(Account, SecretId, Secret)>, Failure> {
    let cloud = engine.clouds.wanted(wanted.cloud.as_deref()).ok_or_else(|| {
        let name = wanted.cloud.as_deref().unwrap_or_default();
        let known: Vec<&str> = engine.clouds.iter().map(|cloud| cloud.name).collect();
        Failure::invalid(format!("cloud `{name}` is not served; choose one of: {}", known.join(", ")))
    })?;
    if let Some(id) = wanted.id.as_ref().filter(|id| !(cloud.ids.is_account)(id)) {
        let message = format!("id `{id}` is not an account id of {}; give {}", cloud.name, cloud.ids.account_form);
        return Err(Failure::invalid(message));
    }
    let is_name = |name: &str| (1..=128).contains(&name.chars().count()) && !name.contains(char::is_control);
    if wanted.name.as_deref().is_some_and(|name| !is_name(name)) {
        return Err(Failure::invalid("name must have 1 to 128 characters, without control characters"));
    }
    if let Some(app_id) = wanted.app_id.filter(|app_id| *app_id <= 0) {
        return Err(Failure::invalid(format!(
            "app_id {app_id} is not valid; give 1 or more, or leave it out to have one generated"
        )));
    }
    let key = match (wanted.secret_id, wanted.secret_key) {
        (Some(secret_id), Some(secret)) => {
            let is_key = |text: &str| {
                (8..=128).contains(&text.len())
                    && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
            };
            if !is_key(&secret_id) || !is_key(&secret) {
                return Err(Failure::invalid("secret_id and secret_key must be 8 to 128 letters, digits, - or _"));
            }
            Some((SecretId::from(secret_id), Secret::new(secret)))
        }
        (None, None) => None,
        _ => return Err(Failure::invalid("secret_id and secret_key go together: give both or neither")),
    };
    let env = &engine.env;
    for _ in 0..DRAWS {
        let (drawn, drawn_app) = (cloud.ids.account)(env);
        let id = wanted.id.clone().unwrap_or(drawn);
        let (secret_id, secret) =
            key.clone().unwrap_or_else(|| ((cloud.ids.key)(env).into(), Secret::new((cloud.ids.secret)(env))));
        let new = admission::NewAccount {
            name: wanted.name.clone().unwrap_or_else(|| id.clone()),
            id: AccountId::from(id),
            cloud,
            application: wanted.app_id.unwrap_or(drawn_app),
            secret_id: secret_id.clone(),
            secret: secret.clone(),
        };
        match admission::create_admitted(engine, new, admission).await {
            // A generated value is generated again; only the caller can change one that was given.
            Err(Fault::Exists(Kind::Account, _)) if wanted.id.is_none() => {}
            Err(Fault::Exists(Kind::Application, _)) if wanted.app_id.is_none() => {}
            Err(Fault::Exists(Kind::Key, _)) if key.is_none() => {}
            outcome => return Ok(outcome?.map(|account| (account, secret_id, secret))),
        }
    }
    Err(Failure::new(
        StatusCode::CONFLICT,
        "exists",
        format!("no free id was found in {DRAWS} attempts; give id, app_id, secret_id and secret_key"),
    ))
}

/// Creates the account that a new server starts with. Returns `None` if there is one already or if its id or key is
/// taken, for example because another server has just created it.
pub async fn make_account(
    engine: &Engine,
    id: Option<String>,
    key: Option<(String, Secret)>,
) -> Result<Option<(Account, SecretId, Secret)>, String> {
    let admission = if id.is_none() && key.is_none() { Admission::InTurnAsFirst } else { Admission::InTurn };
    let (secret_id, secret_key) = key.map(|(id, key)| (id, key.expose().to_owned())).unzip();
    let wanted = CreateAccount { id, secret_id, secret_key, ..CreateAccount::default() };
    match make(engine, wanted, admission).await {
        Ok(made) => Ok(made),
        Err(failure) if failure.status() == StatusCode::CONFLICT => Ok(None),
        Err(failure) => Err(format!("cannot create the first account: {}", failure.message())),
    }
}

fn there_is_one() -> Failure {
    Failure::new(StatusCode::CONFLICT, "exists", "there is an account already")
}

/// Lists all accounts: `GET /accounts`.
pub(super) async fn list(State(app): State<Arc<App>>) -> Result<JsonReply<Listed>, Failure> {
    let accounts = accounts::list(&app.engine).await?.iter().map(ShownAccount::of).collect();
    Ok(JsonReply(StatusCode::OK, Listed { accounts }))
}

/// Shows one account: `GET /accounts/{id}`.
pub async fn show(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<JsonReply<ShownAccount>, Failure> {
    let cx = as_root(&app, &id).await?;
    Ok(JsonReply(StatusCode::OK, ShownAccount::of(&cx.account)))
}

/// Deletes an account with everything in it: `DELETE /accounts/{id}`.
pub async fn delete(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<StatusCode, Failure> {
    accounts::delete(&app.engine, &AccountId::from(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends a session or a permanent key for good: `POST /credentials/{secret_id}/expire` or `…/revoke`.
pub async fn end_credential(State(app): State<Arc<App>>, Path(secret_id): Path<String>) -> Result<StatusCode, Failure> {
    if keys::end(&app.engine, &SecretId::from(secret_id.as_str())).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Failure::not_found("credential", &secret_id))
    }
}
