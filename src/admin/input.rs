//! Reads the parts of admin requests: the query, the body, and the account that they name.

use crate::dialect::decode::{Json, LONGEST_LIST};
use crate::engine::cx::Cx;
use crate::engine::fault::{Fault, Malformed};
use crate::engine::ids::AccountId;
use crate::server::app::App;
use crate::server::failure::Failure;
use axum::body::Bytes;
use axum::extract::FromRequestParts;
use serde::de::DeserializeOwned;

/// The query parameters. A wrong one is answered with a [`Failure`], like every other error of the admin API.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut http::request::Parts, state: &S) -> Result<Query<T>, Failure> {
        match axum::extract::Query::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(value)) => Ok(Query(value)),
            Err(rejection) => Err(Failure::invalid(format!("the query is not as expected: {}", rejection.body_text()))),
        }
    }
}

/// Reads a JSON body. The error names line and column.
pub fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, Failure> {
    // First strictly: no duplicate keys, and no character that PostgreSQL cannot store.
    match Json::read(body) {
        Err(Fault::Malformed(Malformed::Json(why))) => {
            return Err(Failure::invalid(format!("the body is not as expected: {why}")));
        }
        Ok(json) if json.long_list().is_some() => {
            return Err(Failure::invalid(format!("the body has a list of more than {LONGEST_LIST} items")));
        }
        _ => {}
    }
    serde_json::from_slice(body).map_err(|error| Failure::invalid(format!("the body is not as expected: {error}")))
}

/// Returns a context that acts as an account's root. Fails if there is no such account.
pub async fn as_root(app: &App, account: &str) -> Result<Cx, Failure> {
    let cx = Cx::of_root(&app.engine, &AccountId::from(account)).await?;
    cx.ok_or_else(|| Failure::not_found("account", account))
}
