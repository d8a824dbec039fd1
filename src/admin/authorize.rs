//! `POST /authorize`: decides whether a principal may perform an action, without performing it.

use super::input::read;
use crate::dialect::contract::Dialect;
use crate::engine::authorize::gather;
use crate::engine::cx::Cx;
use crate::engine::evidence::{Asked, Conditions};
use crate::engine::fault::Fault;
use crate::engine::ids::SecretId;
use crate::engine::model::Caller;
use crate::engine::model::{Identity, RequestContext};
use crate::journal::explained;
use crate::server::app::App;
use crate::server::failure::{Failure, JsonReply};
use axum::body::Bytes;
use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;

/// The body: a principal or key, an action, a resource and condition keys.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskedQuestion {
    principal: Option<String>,
    secret_id: Option<String>,
    token: Option<String>,
    action: String,
    resource: Option<String>,
    #[serde(default)]
    context: BTreeMap<String, Value>,
}

/// Returns the decision with every statement that was considered. Assuming a role must be allowed by the caller's own
/// policies and by the role's trust policy.
pub async fn decide(State(app): State<Arc<App>>, body: Bytes) -> Result<JsonReply<Value>, Failure> {
    let question: AskedQuestion = read(&body)?;
    if question.action.split_once(':').is_none_or(|(service, action)| service.is_empty() || action.is_empty()) {
        return Err(Failure::invalid(format!("action `{}` is not of the form service:Action", question.action)));
    }
    let (caller, dialect) = caller(&app, &question).await?;
    let missing = || Failure::not_found("account", caller.account.as_str());
    let tenant = app.engine.tenant(&caller.account).await?.ok_or_else(missing)?;
    let account = app.engine.account(&tenant).await?.ok_or_else(missing)?;
    let who = (dialect.arn)(&caller);
    let now = app.engine.now(&account);
    let request = RequestContext { caller: Arc::new(caller), account, now, peer: Ipv4Addr::LOCALHOST.into() };
    let cx = Cx { engine: app.engine.clone(), tenant, request };
    if let Some(holder) = cx.caller.holder()
        && app.engine.grants(&cx.tenant, &holder).await?.is_none()
    {
        return Err(Failure::not_found("principal", &who));
    }
    let assumes = question.resource.as_deref().and_then(|resource| (dialect.assumes)(&question.action, resource));
    let resource = question.resource.clone().filter(|resource| resource != "*");
    let named = resource.as_deref();
    let foreign = named.is_some_and(|resource| (dialect.is_foreign)(&cx.account, &question.action, resource));
    let mut asked = Asked {
        action: Cow::Owned(question.action),
        resources: resource.map(|resource| vec![resource]),
        context: context(dialect, question.context)?,
        foreign,
        common: dialect.conditions,
        deeds: dialect.deeds,
    };
    let mut trust = None;
    if let Some(named) = assumes {
        let missing = || Failure::not_found("role", asked.resource());
        let (owner, role) = app.engine.named_role(&named).await?.ok_or_else(missing)?;
        let mut subject = (dialect.on_role)(&owner.id, &role);
        // Only the names of the role that was found, first the one in the question.
        subject.resources.iter_mut().for_each(|names| names.sort_by_key(|name| name != asked.resource()));
        asked.resources = subject.resources;
        let given: Vec<_> = asked.context.iter().map(|(key, _)| key.clone()).collect();
        asked.context.extend(subject.context.into_iter().filter(|(key, _)| !given.contains(key)));
        trust = Some((owner, role));
    }
    let evidence = gather(&cx, asked).await?;
    if let Some((owner, role)) = trust {
        evidence.add_trust(role.trust(&app.engine, &owner));
    }
    Ok(JsonReply(StatusCode::OK, explained(&evidence, &who).0))
}

async fn caller(app: &App, question: &AskedQuestion) -> Result<(Caller, &'static Dialect), Failure> {
    match (&question.principal, &question.secret_id) {
        (Some(principal), None) => app
            .dialects
            .iter()
            .find_map(|dialect| (dialect.principal)(principal).map(|caller| (caller, dialect)))
            .ok_or_else(|| {
                let examples: Vec<String> = app.dialects.iter().map(example).collect();
                let examples = examples.join(" or ");
                Failure::invalid(format!("`{principal}` is not the name of a principal, such as {examples}"))
            }),
        (None, Some(secret_id)) => {
            let unknown = || Failure::not_found("active key", secret_id);
            let (tenant, key) = app.engine.key(&SecretId::from(secret_id.as_str())).await?.ok_or_else(unknown)?;
            let account = app.engine.account(&tenant).await?.ok_or_else(unknown)?;
            let identified = key.identify(&app.engine, &tenant, &account, question.token.as_deref()).await;
            let caller = identified.map_err(|fault| match fault {
                Fault::Unauthenticated(_) => {
                    Failure::invalid(format!("the token is not the one of key `{secret_id}`, or its session has ended"))
                }
                other => other.into(),
            })?;
            let dialect = app.dialects.of(account.cloud.name).ok_or_else(unknown)?;
            Ok((caller, dialect))
        }
        _ => Err(Failure::invalid("give either `principal` or `secret_id`, with `token` for a temporary key")),
    }
}

/// Returns the form of a sub-user's name, for messages.
fn example(dialect: &Dialect) -> String {
    let identity = Identity::User("<user>".into());
    let caller = Caller { account: "<account>".into(), identity, secret_id: SecretId::from(""), session: None };
    (dialect.arn)(&caller)
}

/// Returns the condition keys of the question. Their values are read in the notation of the cloud's policies.
fn context(dialect: &Dialect, given: BTreeMap<String, Value>) -> Result<Conditions, Failure> {
    let mut context = Conditions::new();
    for (key, values) in given {
        let values = match values {
            Value::Array(values) => values,
            // The key is absent.
            Value::Null => Vec::new(),
            one => vec![one],
        };
        for value in values {
            let text = match value {
                Value::String(text) => text,
                Value::Number(number) => number.to_string(),
                Value::Bool(flag) => flag.to_string(),
                _ => {
                    return Err(Failure::invalid(format!(
                        "the value of condition key `{key}` must be a string, a number, a boolean or a list of them"
                    )));
                }
            };
            context.push((
                Cow::Owned(key.clone()),
                (dialect.cloud.language.notation.read_value)(&key, &text).into_owned(),
            ));
        }
    }
    Ok(context)
}
