//! Looking: what was asked, and the stubs that answer for other services.

use super::{Answer, Failure, Query, read};
use crate::dialect::DIALECTS;
use crate::dialect::stubs::{Stub, Templates};
use crate::engine::stubs;
use crate::server::App;
use axum::body::Bytes;
use axum::extract::{Path, State};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Which requests.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    account: Option<String>,
    action: Option<String>,
    code: Option<String>,
    limit: Option<usize>,
}

/// The last requests, newest first: `GET /requests`.
pub async fn requests(State(app): State<Arc<App>>, Query(filter): Query<Filter>) -> Answer<Value> {
    let same = |wanted: &Option<String>, is: Option<&str>| wanted.as_deref().is_none_or(|wanted| Some(wanted) == is);
    let entries = app.journal.list(filter.limit.unwrap_or(100), |entry| {
        filter.account.as_deref().is_none_or(|account| entry.is_of(account))
            && same(&filter.action, Some(entry.action()))
            && same(&filter.code, entry.code())
    });
    let shown: Vec<Value> = entries.iter().map(|entry| entry.shown()).collect();
    Answer(StatusCode::OK, json!({"requests": shown}))
}

/// One request: `GET /requests/{id}`.
pub async fn request(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Answer<Value>, Failure> {
    let entry = app.journal.find(&id).ok_or_else(|| Failure::not_found("request", &id))?;
    Ok(Answer(StatusCode::OK, entry.shown()))
}

/// Every stub: `GET /stubs`.
pub async fn list_stubs(State(app): State<Arc<App>>) -> Answer<Value> {
    let stubs: Vec<Stub> = app.stubs.list().iter().map(|stub| Stub::clone(stub)).collect();
    Answer(StatusCode::OK, json!({"stubs": stubs}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WantedStub {
    service: Option<String>,
    action: Option<String>,
    version: String,
    resource: Option<String>,
    response: Value,
    #[serde(default)]
    context: std::collections::BTreeMap<String, Templates>,
}

/// Sets a stub: `PUT /stubs/{service}/{action}`.
pub async fn put_stub(
    State(app): State<Arc<App>>,
    Path((service, action)): Path<(String, String)>,
    body: Bytes,
) -> Result<Answer<Stub>, Failure> {
    let wanted: WantedStub = read(&body)?;
    if !wanted.response.is_object() {
        return Err(Failure::invalid("the response is an object: the members of the answer besides RequestId"));
    }
    if wanted.service.is_some_and(|named| named != service) || wanted.action.is_some_and(|named| named != action) {
        return Err(Failure::invalid("service and action of the body are others than those of the path"));
    }
    if DIALECTS.iter().flat_map(|dialect| dialect.operations).any(|op| op.service == service && op.action == action) {
        return Err(Failure::invalid(format!(
            "{service}:{action} is answered by the server itself, so a stub of it would never be"
        )));
    }
    let stub = Stub {
        service,
        action,
        version: wanted.version,
        resource: wanted.resource,
        response: wanted.response,
        context: wanted.context,
    };
    stub.check().map_err(Failure::invalid)?;
    let body = serde_json::to_string(&stub).map_err(|_| Failure::invalid("the stub cannot be kept"))?;
    stubs::keep(&app.engine, &stub.service, &stub.action, body).await?;
    app.stubs.put(stub.clone());
    app.engine.know_services(app.stubs.services());
    Ok(Answer(StatusCode::OK, stub))
}

/// Removes a stub: `DELETE /stubs/{service}/{action}`.
pub async fn delete_stub(
    State(app): State<Arc<App>>,
    Path((service, action)): Path<(String, String)>,
) -> Result<StatusCode, Failure> {
    stubs::forget(&app.engine, &service, &action).await?;
    if app.stubs.remove(&service, &action) {
        app.engine.know_services(app.stubs.services());
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Failure::not_found("stub", &format!("{service}:{action}")))
    }
}
