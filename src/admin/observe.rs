//! Looking: what was asked, and the stubs that answer for other services.

use super::input::{Query, read};
use crate::dialect::contract::Stubs;
use crate::engine::stubs;
use crate::env::Time;
use crate::journal::{KEPT, Reading, Trace};
use crate::server::app::App;
use crate::server::failure::{Failure, JsonReply};
use axum::body::Bytes;
use axum::extract::{Path, State};
use http::StatusCode;
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use std::sync::Arc;

/// Which requests.
#[derive(Default)]
struct Filter {
    account: Option<String>,
    action: Option<String>,
    service: Option<String>,
    code: Option<String>,
    caller: Option<String>,
    since: Option<Time>,
    limit: Option<usize>,
}

impl Filter {
    fn read(given: Vec<(String, String)>) -> Result<Filter, Failure> {
        let mut filter = Filter::default();
        let mut seen: Vec<String> = Vec::new();
        for (name, value) in given {
            match name.as_str() {
                "account" => filter.account = Some(value),
                "action" => filter.action = Some(value),
                "service" => filter.service = Some(value),
                "code" => filter.code = Some(value),
                "caller" => filter.caller = Some(value),
                "since" => filter.since = Some(since(&value)?),
                "limit" => filter.limit = Some(limit(&value)?),
                _ => {
                    return Err(Failure::invalid(format!(
                        "there is no parameter `{name}`; the filters are account, action, service, code, caller, since \
                         and limit"
                    )));
                }
            }
            if seen.contains(&name) {
                return Err(Failure::invalid(format!("the parameter `{name}` is given twice; give it once")));
            }
            seen.push(name);
        }
        Ok(filter)
    }

    fn keeps(&self, entry: &Trace) -> bool {
        let same = |wanted: &Option<String>, is: Option<&str>| wanted.is_none() || wanted.as_deref() == is;
        same(&self.service, Some(entry.service()))
            && same(&self.action, Some(entry.action()))
            && same(&self.code, entry.code())
            && self.since.is_none_or(|since| entry.time() >= since)
            && self.account.as_deref().is_none_or(|account| entry.is_of(account))
            && self.caller.as_deref().is_none_or(|caller| entry.is_from(caller))
    }
}

fn since(text: &str) -> Result<Time, Failure> {
    Time::parse_rfc3339(text).ok_or_else(|| {
        Failure::invalid(format!(
            "since `{text}` is no time; write it as in RFC 3339, such as 2026-01-01T00:00:00Z, with %2B for a plus sign"
        ))
    })
}

fn limit(text: &str) -> Result<usize, Failure> {
    match text.parse() {
        Ok(limit) if (1..=KEPT).contains(&limit) => Ok(limit),
        _ => Err(Failure::invalid(format!("limit `{text}` is no whole number from 1 to {KEPT}"))),
    }
}

/// The last requests, newest first: `GET /requests`.
pub async fn requests(
    State(app): State<Arc<App>>,
    Query(given): Query<Vec<(String, String)>>,
) -> Result<JsonReply<Value>, Failure> {
    let filter = Filter::read(given)?;
    let entries = app.journal.list(filter.limit.unwrap_or(100), |entry| filter.keeps(entry));
    let mut reading = Reading::list();
    let shown: Vec<Value> = entries.iter().map(|entry| app.journal.show(entry, &mut reading)).collect();
    Ok(JsonReply(StatusCode::OK, json!({"requests": shown})))
}

/// One request: `GET /requests/{id}`.
pub async fn request(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<JsonReply<Value>, Failure> {
    let entry = app.journal.find(&id).ok_or_else(|| Failure::not_found("request", &id))?;
    Ok(JsonReply(StatusCode::OK, app.journal.show(&entry, &mut Reading::one())))
}

/// Every stub: `GET /stubs`.
pub async fn list_stubs(State(app): State<Arc<App>>) -> Result<JsonReply<Value>, Failure> {
    app.engine.current_globals().await?;
    app.refresh_stubs();
    let stubs = app.stubs.as_ref().map(|(_, stubs)| stubs.list()).unwrap_or_default();
    Ok(JsonReply(StatusCode::OK, json!({"stubs": stubs})))
}

/// Sets a stub: `PUT /stubs/{service}/{action}`.
pub async fn put_stub(
    State(app): State<Arc<App>>,
    Path((service, action)): Path<(String, String)>,
    body: Bytes,
) -> Result<JsonReply<Value>, Failure> {
    let forms = stubbed(&app)?;
    let _: IgnoredAny = read(&body)?;
    let written = forms.read(&service, &action, &body).map_err(Failure::invalid)?;
    stubs::keep(&app.engine, &service, &action, written.to_string()).await?;
    app.refresh_stubs();
    Ok(JsonReply(StatusCode::OK, written))
}

/// Removes a stub: `DELETE /stubs/{service}/{action}`. Where it stood in place of one that comes with the program, that
/// one answers again; one that comes with the program is removed for good.
pub async fn delete_stub(
    State(app): State<Arc<App>>,
    Path((service, action)): Path<(String, String)>,
) -> Result<StatusCode, Failure> {
    let built_in = stubbed(&app)?.is_built_in(&service, &action);
    if !stubs::forget(&app.engine, &service, &action, built_in).await? {
        return Err(Failure::not_found("stub", &format!("{service}:{action}")));
    }
    app.refresh_stubs();
    Ok(StatusCode::NO_CONTENT)
}

fn stubbed(app: &App) -> Result<&dyn Stubs, Failure> {
    let (_, stubs) = app.stubs.as_ref().ok_or_else(|| Failure::invalid("no cloud of this server has stubs"))?;
    Ok(stubs.as_ref())
}
