//! The server: listening, and the straight line of a request.

pub mod admit;
pub mod authenticate;
pub mod limit;

use crate::admin;
use crate::dialect::contract::{Answer, Body, Dialect, Op, Permission, RawRequest, Step, Subject};
use crate::dialect::stubs::Stubs;
use crate::dialect::{self};
use crate::engine::authorize::{Asked, authorize, free};
use crate::engine::cx::{self, Cx};
use crate::engine::fault::{Denial, Fault};
use crate::engine::{Engine, accounts};
use crate::journal::{Journal, Trace};
use crate::secret::Secret;
use authenticate::Verified;
use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use axum::serve::ListenerExt;
use limit::Limiter;
use std::net::SocketAddr;
use std::sync::Arc;

/// What every request shares.
pub struct App {
    /// Identities, policies, sessions.
    pub engine: Arc<Engine>,
    /// Answers for other services' actions.
    pub stubs: Stubs,
    /// Requests a second.
    pub limiter: Limiter,
    /// What was asked and why it was answered so.
    pub journal: Journal,
    /// Opens the admin API.
    pub admin_token: Secret,
}

impl App {
    /// Takes over the stubs that this server or another one has set since the last look.
    pub fn refresh_stubs(&self) {
        if self.stubs.reach(&self.engine.globals()) {
            self.engine.know_services(self.stubs.services());
        }
    }
}

/// The whole HTTP surface: the emulator's own paths, and everything else as a request to a cloud.
pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .nest("/_camulator", admin::router(app.clone()))
        .route("/_camulator/", any(admin::nothing_here))
        .fallback(receive)
        .with_state(app)
}

/// Answers requests until `stop` resolves, then lets the open ones finish.
pub async fn listen(
    listener: tokio::net::TcpListener,
    app: Arc<App>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let service = router(app).into_make_service_with_connect_info::<SocketAddr>();
    let listener = listener.tap_io(|stream| {
        // Small answers must not wait for the peer's acknowledgement.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps its delay");
        }
    });
    axum::serve(listener, service).with_graceful_shutdown(stop).await
}

/// From a socket to [`handle`] and back. The work runs in a task of its own, so that a client that hangs up leaves no
/// transaction behind half-way, and a panic costs one answer and not the server.
async fn receive(
    State(app): State<Arc<App>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let request_id = app.engine.env.uuid();
    let (raw, whole) = admit::read(request, peer.ip()).await;
    let Some(dialect) = dialect::detect(&raw) else { return admin::nothing_here().await.into_response() };
    let id = request_id.clone();
    let shared = Arc::new(raw);
    let (worker, raw) = (app.clone(), shared.clone());
    // Boxed, because the runtime moves what it is given half a dozen times, and this is some ten kilobytes.
    let work = Box::pin(async move { handle(&worker, dialect, &raw, whole, &id).await });
    let answer = tokio::spawn(work).await;
    let answer = answer.unwrap_or_else(|error| {
        tracing::error!(%request_id, %error, "a request ended in a panic");
        let fault = crate::engine::fault::Internal::Bug("a request ended in a panic");
        (dialect.encode)(&shared, None, &Err(Fault::Internal(fault)), &request_id)
    });
    admit::write(answer, &request_id)
}

/// The straight line of a request: every step needs what the one before it found, and the order in which errors win is
/// the order in which they stand here.
pub async fn handle(
    app: &Arc<App>,
    dialect: &'static Dialect,
    raw: &RawRequest,
    whole: Result<(), Fault>,
    request_id: &str,
) -> Answer {
    let mut trace = Trace::begin(app.engine.env.now(), request_id, dialect);
    let mut routed = None;
    let outcome = match whole {
        Ok(()) => carry_out(app, dialect, raw, &mut trace, &mut routed).await,
        Err(fault) => Err(fault),
    };
    if let Err(Fault::Internal(cause)) = &outcome {
        tracing::error!(%request_id, error = %cause, "a request failed inside");
    }
    let answer = (dialect.encode)(raw, routed, &outcome, request_id);
    if routed.is_none() {
        trace.unrouted((dialect.named)(raw));
    }
    app.journal.record(trace.end(app.engine.env.now(), &outcome, &answer));
    answer
}

async fn carry_out(
    app: &Arc<App>,
    dialect: &'static Dialect,
    raw: &RawRequest,
    trace: &mut Trace,
    routed: &mut Option<&'static Op>,
) -> Result<Body, Fault> {
    let now = app.engine.env.now();
    let claim = trace.claimed((dialect.claim)(raw, now))?;
    let verdict = authenticate::authenticate(app, dialect, raw, &claim).await;
    trace.verified(verdict.as_ref().map(|verified| &verified.caller), || (dialect.free)(raw, &claim));
    let Verified { caller, account, tenant } = verdict?;
    app.refresh_stubs();
    let route = (dialect.route)(raw, &claim, &app.stubs)?;
    let op = *routed.insert(route.op);
    trace.routed(&route);
    trace.limited(app.limiter.take(now, &account.id, &route.service, &route.action, op.rate))?;
    let call = (op.decode)(&route.params)?;
    let now = app.engine.now(&account);
    let cx = Cx { engine: app.engine.clone(), caller, account, tenant, now, peer: raw.peer.to_string().into() };
    let Subject { resources, context } = match call.subject(&cx) {
        Some(subject) => subject.await?,
        None => Subject::default(),
    };
    let action = route.permission_name();
    let named = resources.as_ref().and_then(|names| names.first());
    let foreign = named.is_some_and(|resource| (dialect.is_foreign)(&cx.account, &action, resource));
    let asked = Asked { action, resources, context, foreign, common: dialect.conditions, deeds: dialect.deeds };
    let granted = match op.permission {
        Permission::Free => free(&cx, asked),
        Permission::Operation | Permission::Resource => match authorize(&cx, asked).await {
            Err(Fault::Denied(denial)) => return Err(with_trust(dialect, denial).await),
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

/// To a refusal by the caller's own side adds the side of the role that was meant to be assumed, for the journal alone.
async fn with_trust(dialect: &Dialect, denial: Denial) -> Fault {
    let (engine, asked) = (denial.evidence.engine(), &denial.evidence.asked);
    if let Some(named) = (dialect.assumes)(&asked.action, asked.resource())
        && let Ok(Some((owner, role))) = engine.named_role(&named).await
    {
        denial.evidence.add_trust(role.trust(engine, &owner));
    }
    Fault::Denied(denial)
}

/// Ends what must end when the server stops, and forgets old sessions now and then until it does.
pub async fn housekeeping(app: Arc<App>) {
    let mut hourly = tokio::time::interval(std::time::Duration::from_secs(3600));
    loop {
        hourly.tick().await;
        match crate::engine::sessions::purge(&app.engine).await {
            Ok(0) => {}
            Ok(gone) => tracing::debug!(gone, "forgot sessions that ended"),
            Err(error) => tracing::warn!(?error, "could not forget old sessions"),
        }
        app.limiter.forget_idle(app.engine.env.now());
    }
}

/// Whether the store answers.
pub async fn is_ready(app: &App) -> bool {
    accounts::ping(&app.engine).await.is_ok()
}
