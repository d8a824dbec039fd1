//! The server: listening, and the straight line of a request.

pub mod admit;
pub mod app;
pub mod authenticate;
pub mod bounds;
pub mod connection;
pub mod failure;
pub mod tls;

use crate::dialect::contract::{
    Answer, Body, Claim, Claimed, Dialect, Head, Input, Op, Permission, RawRequest, Route, Step, Subject,
};
use crate::engine::authorize::{authorize, free};
use crate::engine::cx::{self, Cx};
use crate::engine::evidence::Asked;
use crate::engine::fault::{Denial, Fault, Internal, Unauthenticated};
use crate::engine::model::RequestContext;
use crate::engine::{Engine, sessions};
use crate::journal::Trace;
use admit::Unread;
use app::App;
use authenticate::Verified;
use axum::Extension;
use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use bounds::{Deadlines, Held, LARGEST_BODY};
use connection::Connection;
use failure::nothing_here;
use std::future::poll_fn;
use std::io::ErrorKind;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// Answers requests, over TLS if `tls` is given, until `stop` resolves; then lets running requests finish. Idle or slow
/// clients are not waited for.
pub async fn listen(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    surface: Router,
    deadlines: Deadlines,
    stop: impl Future<Output = ()> + Send + 'static,
) {
    let (stopping, watching) = watch::channel(false);
    let mut connections = JoinSet::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = connections.join_next() => continue,
            () = stop.as_mut() => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let (surface, watching) = (surface.clone(), watching.clone());
                // Two kinds of task: one that could be either would take the memory of the larger.
                match tls.clone() {
                    None => connections.spawn(connection::serve(stream, peer, surface, deadlines, watching)),
                    Some(tls) => {
                        connections.spawn(connection::serve_tls(tls, stream, peer, surface, deadlines, watching))
                    }
                };
            }
            // The client disconnected before it was accepted.
            Err(error) if matches!(error.kind(), ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset) => {}
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection; trying again in a second");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
    drop(listener);
    stopping.send_replace(true);
    while connections.join_next().await.is_some() {}
}

/// From a socket to [`handle`] and back. A client that hangs up before its request is whole ends it there; from then on
/// the work runs in a task of its own, so that no transaction is left half-way, and a panic costs one answer and not
/// the server.
pub async fn receive(
    State(app): State<Arc<App>>,
    Extension(connection): Extension<Arc<Connection>>,
    request: Request,
) -> Response {
    let request_id: Arc<str> = app.engine.env.uuid().into();
    let (head, body) = match admit::read(request, connection) {
        Ok(read) => read,
        Err(failure) => return failure.into_response(),
    };
    let Some(dialect) = app.dialects.detect(&head) else { return nothing_here().await.into_response() };
    let shared = Arc::new(head);
    let mut trace = Trace::begin(app.engine.env.now(), request_id.clone(), dialect);
    let heard = hear(&app, dialect, &shared, body, &mut trace).await;
    let id = request_id.clone();
    let answer = to_the_end(async move { handle(&app, dialect, heard, trace, &id).await }).await;
    let answer = answer.unwrap_or_else(|| {
        tracing::error!(%request_id, "a request ended in a panic");
        let fault = Internal::Bug("a request ended in a panic");
        let raw = RawRequest { head: shared, body: Vec::new() };
        (dialect.encode)(&raw, None, &Err(Fault::Internal(fault)), &request_id)
    });
    admit::write(answer, &request_id)
}

/// Runs `work` to its end, even if nobody waits for it any more. Returns `None` if it panics. What is done without
/// waiting, as most reads are, needs no task of its own.
async fn to_the_end<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> Option<T> {
    // Boxed, because the runtime moves what it is given half a dozen times, and this is some four kilobytes.
    let mut work = Box::pin(work);
    let mut work = poll_fn(move |cx| {
        let polled = catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(cx)));
        polled.map_or(Poll::Ready(None), |polled| polled.map(Some))
    });
    match poll_fn(|cx| Poll::Ready(Pin::new(&mut work).poll(cx))).await {
        Poll::Ready(done) => done,
        Poll::Pending => tokio::spawn(work).await.unwrap_or_default(),
    }
}

/// A request that is whole, or the reason why it is not worth reading to its end.
pub struct Heard {
    /// Names a key that exists; `None` when nobody claims to have sent the request.
    claim: Result<Option<Claim>, Fault>,
    /// Without its body if that was not read.
    raw: RawRequest,
    /// Its body counts until it is done.
    _held: Held,
}

/// The beginning of the straight line: what the head says is judged, and only then is the body worth its bytes. Some
/// wires have the claim in the body, which must then be short.
async fn hear(app: &App, dialect: &'static Dialect, head: &Arc<Head>, body: Unread, trace: &mut Trace) -> Heard {
    let raw = RawRequest { head: head.clone(), body: Vec::new() };
    let mut heard = Heard { claim: Ok(None), raw, _held: Held::default() };
    heard.claim = heard.listen(app, dialect, body, trace).await;
    heard
}

impl Heard {
    async fn listen(
        &mut self,
        app: &App,
        dialect: &'static Dialect,
        body: Unread,
        trace: &mut Trace,
    ) -> Result<Option<Claim>, Fault> {
        let now = app.engine.env.now();
        let claim = match (dialect.claim)(&self.raw.head, now) {
            Ok(Claimed::By(claim)) => Ok(Some(claim)),
            Ok(Claimed::Nobody) => Ok(None),
            Ok(Claimed::InBody { most }) => {
                self.read(app, body, most).await?;
                let claim = (dialect.claim_in_body)(&self.raw, now);
                return trace.claimed(authenticate::known(app, claim).await);
            }
            Err(fault) => Err(fault),
        };
        let claim = trace.claimed(authenticate::known(app, claim).await)?;
        self.read(app, body, LARGEST_BODY).await?;
        Ok(claim)
    }

    async fn read(&mut self, app: &App, body: Unread, most: usize) -> Result<(), Fault> {
        (self.raw.body, self._held) = body.read(&app.bounds, most).await?;
        Ok(())
    }
}

/// The straight line of a request: every step needs what the one before it found, and the order in which errors win is
/// the order in which they stand here.
pub async fn handle(
    app: &Arc<App>,
    dialect: &'static Dialect,
    heard: Heard,
    mut trace: Trace,
    request_id: &str,
) -> Answer {
    let Heard { claim, raw, _held } = heard;
    let mut routed = None;
    let outcome = match claim {
        Ok(claim) => carry_out(app, dialect, claim, &raw, &mut trace, &mut routed).await,
        Err(fault) => Err(fault),
    };
    if let Err(Fault::Internal(cause)) = &outcome {
        tracing::error!(%request_id, error = %cause, "a request failed because of an internal error");
    }
    let answer = (dialect.encode)(&raw, routed, &outcome, request_id);
    if routed.is_none() {
        trace.unrouted((dialect.named)(&raw));
    }
    app.journal.record(trace.end(app.engine.env.now(), &outcome, &answer));
    answer
}

async fn carry_out(
    app: &Arc<App>,
    dialect: &'static Dialect,
    claim: Option<Claim>,
    raw: &RawRequest,
    trace: &mut Trace,
    routed: &mut Option<&'static Op>,
) -> Result<Body, Fault> {
    let signer = match &claim {
        Some(claim) => {
            let verdict = authenticate::authenticate(app, dialect, raw, claim).await;
            trace.verified(verdict.as_ref().map(|verified| &verified.caller), || (dialect.free)(&raw.head, claim));
            let verified = verdict?;
            if app.strict {
                covers_all((dialect.free)(&raw.head, claim))?;
            }
            Some(verified)
        }
        None => None,
    };
    let route = app.route(dialect, raw)?;
    let op = *routed.insert(route.op);
    trace.routed(&route);
    let Route { permission: action, mut input, .. } = route;
    let Verified { caller, account, tenant } = match signer {
        Some(signer) if op.permission != Permission::Unsigned => signer,
        None if op.permission != Permission::Unsigned => {
            return Err(Fault::Unauthenticated(Unauthenticated::Unsigned));
        }
        // The proof is in the input. Whoever signed the request as well gains nothing by it.
        _ => {
            let call = input.decode(op)?;
            let found = authenticate::unsigned(app, dialect, &*call, &raw.head).await?;
            trace.unsigned(&found.caller);
            input = Input::Decoded(call);
            found
        }
    };
    trace.limited(app.limiter.take(app.engine.env.now(), &account.id, action.clone(), op.rate))?;
    let call = input.decode(op)?;
    let now = app.engine.now(&account);
    let request = RequestContext { caller, account, now, peer: raw.head.peer };
    let cx = Cx { engine: app.engine.clone(), tenant, request };
    let Subject { resources, context } = match call.subject(&cx) {
        Some(subject) => subject.await?,
        None => Subject::default(),
    };
    let named = resources.as_ref().and_then(|names| names.first());
    let foreign = named.is_some_and(|resource| (dialect.is_foreign)(&cx.account, &action, resource));
    let asked = Asked { action, resources, context, foreign, common: dialect.conditions, deeds: dialect.deeds };
    let granted = match op.permission {
        Permission::Free | Permission::Unsigned => free(&cx, asked),
        Permission::Operation | Permission::Resource => match authorize(&cx, asked).await {
            Err(Fault::Denied(denial)) => return Err(with_trust(&app.engine, dialect, denial).await),
            other => other?,
        },
    };
    trace.allowed(granted.evidence());
    match call.run(cx.clone(), granted).await? {
        Step::Done(body) => Ok(body),
        Step::Write(job) => cx::write(cx, job).await,
        Step::Open(opened) => {
            cx.engine.store.append(opened.row).await?;
            Ok(opened.reply)
        }
    }
}

/// Refuses a signature that leaves out something that affects the result.
fn covers_all(free: Vec<&'static str>) -> Result<(), Fault> {
    if free.is_empty() { Ok(()) } else { Err(Fault::Unauthenticated(Unauthenticated::Uncovered(free))) }
}

/// Adds the trust policy of the role that was to be assumed to a denied request, for the journal only.
async fn with_trust(engine: &Engine, dialect: &Dialect, denial: Denial) -> Fault {
    let asked = &denial.evidence.asked;
    if let Some(named) = (dialect.assumes)(&asked.action, asked.resource())
        && let Ok(Some((owner, role))) = engine.named_role(&named).await
    {
        denial.evidence.add_trust(role.trust(engine, &owner));
    }
    Fault::Denied(denial)
}

/// Forgets old sessions and idle rate limits every hour, and a minute after a clock was set. That minute lets a test set a
/// clock forwards and back without losing its sessions.
pub async fn housekeeping(app: Arc<App>) {
    let mut hourly = tokio::time::interval(Duration::from_secs(3600));
    loop {
        tokio::select! {
            _ = hourly.tick() => {}
            () = app.clock_was_set.notified() => tokio::time::sleep(Duration::from_secs(60)).await,
        }
        match sessions::purge(&app.engine).await {
            Ok(0) => {}
            Ok(gone) => tracing::debug!(gone, "forgot sessions that ended"),
            Err(error) => tracing::warn!(?error, "could not forget old sessions"),
        }
        app.limiter.forget_idle(app.engine.env.now());
    }
}
