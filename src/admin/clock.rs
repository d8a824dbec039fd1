//! `GET /clock`, `PUT /clock` and `POST /clock/advance`: the server's clock or, with `?account=`, that of one account.

use super::input::{Query, as_root, read};
use crate::engine::accounts;
use crate::engine::clock::{Clock, LATEST};
use crate::env::Time;
use crate::server::app::App;
use crate::server::failure::{Failure, JsonReply};
use axum::body::Bytes;
use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The query: the account whose clock is meant; the server's clock if it is missing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Whose {
    account: Option<String>,
}

/// The body of `PUT /clock`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetClock {
    mode: String,
    now: Option<String>,
    offset_seconds: Option<i64>,
}

/// The body of `POST /clock/advance`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Advance {
    seconds: i64,
}

/// A clock in an answer.
#[derive(Serialize)]
pub struct ShownClock {
    mode: &'static str,
    now: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    offset_seconds: Option<i64>,
}

/// Shows a clock.
pub async fn show(State(app): State<Arc<App>>, Query(whose): Query<Whose>) -> Result<JsonReply<ShownClock>, Failure> {
    let clock = current(&app, &whose).await?;
    let clock = if clock == Clock::Inherit { app.engine.current_globals().await?.clock } else { clock };
    let offset_seconds = match clock {
        Clock::Offset(micros) => Some(micros / 1_000_000),
        _ => None,
    };
    let now = clock.at(app.engine.env.now()).rfc3339();
    Ok(JsonReply(StatusCode::OK, ShownClock { mode: clock.stored().0, now, offset_seconds }))
}

/// Sets a clock.
pub async fn set(
    State(app): State<Arc<App>>,
    Query(whose): Query<Whose>,
    body: Bytes,
) -> Result<JsonReply<ShownClock>, Failure> {
    let wanted: SetClock = read(&body)?;
    let wall = app.engine.env.now();
    let clock = match (wanted.mode.as_str(), wanted.now, wanted.offset_seconds) {
        ("real", None, None) => Clock::Real,
        ("frozen", now, None) => Clock::Frozen(now.as_deref().map_or(Ok(wall), time)?),
        ("offset", None, Some(seconds)) => Clock::Offset(seconds.saturating_mul(1_000_000)),
        ("offset", Some(now), None) => Clock::Offset(time(&now)?.0.saturating_sub(wall.0)),
        _ => {
            return Err(Failure::invalid(
                "the mode must be `real`; `frozen`, with `now` unless it is the current time; or `offset`, with \
                 `offset_seconds` or `now`",
            ));
        }
    };
    check_range(clock, wall)?;
    put(&app, &whose, clock).await?;
    show(State(app), Query(whose)).await
}

/// Advances a clock. A real clock becomes one with an offset.
pub async fn advance(
    State(app): State<Arc<App>>,
    Query(whose): Query<Whose>,
    body: Bytes,
) -> Result<JsonReply<ShownClock>, Failure> {
    let wanted: Advance = read(&body)?;
    let clock = match current(&app, &whose).await? {
        Clock::Inherit => app.engine.current_globals().await?.clock,
        own => own,
    };
    let moved = clock.advanced(wanted.seconds);
    check_range(moved, app.engine.env.now())?;
    put(&app, &whose, moved).await?;
    show(State(app), Query(whose)).await
}

async fn current(app: &App, whose: &Whose) -> Result<Clock, Failure> {
    Ok(match &whose.account {
        None => app.engine.current_globals().await?.clock,
        Some(id) => as_root(app, id).await?.account.clock,
    })
}

async fn put(app: &App, whose: &Whose, clock: Clock) -> Result<(), Failure> {
    match &whose.account {
        None => app.engine.set_clock(clock).await?,
        Some(id) => accounts::set_clock(as_root(app, id).await?, clock).await?,
    }
    app.clock_was_set.notify_one();
    Ok(())
}

/// Fails if a clock is out of its range. With a later clock, sessions could end at a time that no client can read.
fn check_range(clock: Clock, wall: Time) -> Result<(), Failure> {
    if clock.is_in_range(wall) {
        return Ok(());
    }
    Err(Failure::invalid(format!(
        "a clock can only show times from {} to {}; choose one of them",
        Time(0).rfc3339(),
        LATEST.rfc3339()
    )))
}

fn time(text: &str) -> Result<Time, Failure> {
    Time::parse_rfc3339(text)
        .ok_or_else(|| Failure::invalid(format!("`{text}` is not an RFC 3339 time such as 2026-01-01T00:00:00Z")))
}
