//! One connection: its phase, its deadlines, and how it ends.
//!
//! `axum::serve` waits for a connection as long as its client keeps it open, even during a shutdown. Here a
//! [`Connection`] records whether a request is being worked on, the socket below the HTTP library enforces the
//! deadlines, and a shutdown closes every connection without such a request.

use super::bounds::{Deadlines, LARGEST_BODY, LARGEST_HEAD, MOST_HEADERS};
use axum::Router;
use axum::body::HttpBody;
use http::header::{CONNECTION, HeaderValue};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, Sleep, sleep, sleep_until, timeout_at};
use tokio_rustls::TlsAcceptor;

/// The peer and the phase of a connection.
pub struct Connection {
    peer: SocketAddr,
    phase: AtomicU8,
}

/// The phase of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Phase {
    /// A head is arriving.
    Head,
    /// The head has arrived; the body has not, or will not be read.
    Body,
    /// A whole request has arrived and is not yet answered.
    Work,
    /// The last request is answered, and nothing of the next one has arrived.
    Idle,
    /// The last request is answered, and its body was not read.
    Refused,
    /// The server is stopping.
    Closed,
}

impl Phase {
    const ALL: [Phase; 6] = [Phase::Head, Phase::Body, Phase::Work, Phase::Idle, Phase::Refused, Phase::Closed];

    fn of(number: u8) -> Phase {
        Phase::ALL.into_iter().find(|phase| *phase as u8 == number).unwrap_or(Phase::Closed)
    }
}

impl Connection {
    /// Creates a connection that waits for its first head.
    pub fn new(peer: SocketAddr) -> Connection {
        Connection { peer, phase: AtomicU8::new(Phase::Head as u8) }
    }

    /// Returns the address of the client.
    pub fn peer(&self) -> SocketAddr {
        self.peer
    }

    /// Records that a whole request has arrived. Returns false if the server is stopping and must not begin to work on
    /// it.
    pub fn begin_work(&self) -> bool {
        self.enter(Phase::Work)
    }

    fn phase(&self) -> Phase {
        Phase::of(self.phase.load(Ordering::Acquire))
    }

    fn enter(&self, next: Phase) -> bool {
        let unless_closed = |now| if now == Phase::Closed as u8 { None } else { Some(next as u8) };
        self.phase.fetch_update(Ordering::AcqRel, Ordering::Acquire, unless_closed).is_ok()
    }

    /// Prevents further requests and returns the phase before.
    fn close(&self) -> Phase {
        Phase::of(self.phase.swap(Phase::Closed as u8, Ordering::AcqRel))
    }
}

/// Serves a connection until either end closes it or the server stops.
pub async fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    surface: Router,
    deadlines: Deadlines,
    stopping: watch::Receiver<bool>,
) {
    at_once(&stream);
    exchange(stream, peer, surface, deadlines, in_future(deadlines.head), stopping).await;
}

/// The same over TLS. The handshake and the first head share one deadline, so that a client that finishes neither costs
/// no more than one that does not finish a head.
pub async fn serve_tls(
    tls: TlsAcceptor,
    stream: TcpStream,
    peer: SocketAddr,
    surface: Router,
    deadlines: Deadlines,
    mut stopping: watch::Receiver<bool>,
) {
    at_once(&stream);
    let until = in_future(deadlines.head);
    let shaken = tokio::select! {
        shaken = timeout_at(until, tls.accept(stream)) => shaken,
        () = stopped(&mut stopping) => return,
    };
    match shaken {
        Ok(Ok(stream)) => exchange(stream, peer, surface, deadlines, until, stopping).await,
        Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
        Err(_) => tracing::debug!("a TLS handshake took too long"),
    }
}

/// Small answers must not wait for the client's acknowledgement.
fn at_once(stream: &TcpStream) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "cannot turn off the delay of a connection");
    }
}

async fn stopped(stopping: &mut watch::Receiver<bool>) {
    drop(stopping.wait_for(|stopping| *stopping).await);
}

async fn exchange<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    peer: SocketAddr,
    surface: Router,
    deadlines: Deadlines,
    first_head: Instant,
    mut stopping: watch::Receiver<bool>,
) {
    let connection = Arc::new(Connection::new(peer));
    let surface = TowerToHyperService::new(surface);
    let at = connection.clone();
    let service = service_fn(move |mut request: http::Request<Incoming>| {
        at.enter(Phase::Body);
        let has_body = !request.body().is_end_stream();
        request.extensions_mut().insert(at.clone());
        let (answer, at) = (surface.call(request), at.clone());
        async move {
            let mut answer = answer.await?;
            if has_body && at.phase() != Phase::Work {
                // The unread rest of the body is where the next request would begin.
                answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
                at.enter(Phase::Refused);
            } else {
                at.enter(Phase::Idle);
            }
            Ok::<_, std::convert::Infallible>(answer)
        }
    });
    let socket = TokioIo::new(Socket::new(stream, connection.clone(), deadlines, first_head));
    let mut http = http1::Builder::new();
    http.max_buf_size(LARGEST_HEAD).max_header_size(LARGEST_HEAD).max_headers(MOST_HEADERS);
    let mut exchange = pin!(http.serve_connection(socket, service));
    let ended = tokio::select! {
        ended = exchange.as_mut() => ended,
        () = stopped(&mut stopping) => match connection.close() {
            Phase::Head | Phase::Body | Phase::Closed => return,
            Phase::Work | Phase::Idle | Phase::Refused => {
                exchange.as_mut().graceful_shutdown();
                exchange.await
            }
        },
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended with an error");
    }
}

/// A socket that enforces the deadlines of its connection. Of a TLS connection only what is inside counts: records
/// without content do not put a deadline off.
struct Socket<S> {
    stream: S,
    connection: Arc<Connection>,
    deadlines: Deadlines,
    /// The phase in which the client must send something, and its deadline.
    reading: Option<(Phase, Instant)>,
    /// The deadline by which the client must read something.
    writing: Option<Instant>,
    /// How many more bytes of a body will be read and dropped.
    unwanted: usize,
    timer: Pin<Box<Sleep>>,
}

impl<S> Socket<S> {
    fn new(stream: S, connection: Arc<Connection>, deadlines: Deadlines, first_head: Instant) -> Socket<S> {
        Socket {
            stream,
            connection,
            deadlines,
            reading: Some((Phase::Head, first_head)),
            writing: None,
            unwanted: 2 * LARGEST_BODY,
            timer: Box::pin(sleep_until(first_head)),
        }
    }

    /// Records that the client has sent nothing. Fails when the deadline has passed.
    fn wait_to_read(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        let phase = self.connection.phase();
        let patience = match phase {
            Phase::Head => Some(self.deadlines.head),
            Phase::Idle => Some(self.deadlines.idle),
            Phase::Refused => Some(self.deadlines.body),
            // `Unread::read` has the deadline of a body; work has none.
            Phase::Body | Phase::Work | Phase::Closed => None,
        };
        self.reading = match (self.reading, patience) {
            (Some((known, until)), _) if known == phase => Some((known, until)),
            (_, patience) => patience.map(|patience| (phase, in_future(patience))),
        };
        self.overdue(cx)
    }

    /// Records that the client reads nothing. Fails when the deadline has passed.
    fn wait_to_write(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        self.writing = self.writing.or_else(|| Some(in_future(self.deadlines.idle)));
        self.overdue(cx)
    }

    fn overdue(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        let Some(until) = self.reading.map(|(_, until)| until).into_iter().chain(self.writing).min() else {
            return Poll::Pending;
        };
        // The timer is reset only if it would fire too late, because most deadlines are met and replaced before it
        // fires.
        if until < self.timer.deadline() {
            self.timer.as_mut().reset(until);
        }
        while self.timer.deadline() < until {
            ready!(self.timer.as_mut().poll(cx));
            self.timer.as_mut().reset(until);
        }
        self.timer.as_mut().poll(cx).map(|()| io::ErrorKind::TimedOut.into())
    }

    /// Records the result of a write: if the client read something, the deadlines start again.
    fn taken(&mut self, result: Poll<io::Result<usize>>, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        match result {
            Poll::Ready(result) => {
                (self.reading, self.writing) = (None, None);
                // Nothing polls for reads until something arrives, so the wait for the next request begins here.
                let _ = self.wait_to_read(cx);
                Poll::Ready(result)
            }
            Poll::Pending => self.wait_to_write(cx).map(Err),
        }
    }
}

/// Returns the moment after this duration, by the runtime's timer.
fn in_future(time: Duration) -> Instant {
    sleep(time).deadline()
}

impl<S: AsyncRead + Unpin> AsyncRead for Socket<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let socket = self.get_mut();
        let before = buffer.filled().len();
        match Pin::new(&mut socket.stream).poll_read(cx, buffer) {
            Poll::Ready(result) => {
                if buffer.filled().len() > before && socket.connection.phase() == Phase::Idle {
                    socket.connection.enter(Phase::Head);
                }
                Poll::Ready(result)
            }
            Poll::Pending => socket.wait_to_read(cx).map(Err),
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Socket<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let socket = self.get_mut();
        let written = Pin::new(&mut socket.stream).poll_write(cx, bytes);
        socket.taken(written, cx)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let socket = self.get_mut();
        let written = Pin::new(&mut socket.stream).poll_write_vectored(cx, slices);
        socket.taken(written, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let socket = self.get_mut();
        match Pin::new(&mut socket.stream).poll_flush(cx) {
            Poll::Ready(result) => {
                socket.writing = None;
                Poll::Ready(result)
            }
            // TLS accepts more than it has sent.
            Poll::Pending => socket.wait_to_write(cx).map(Err),
        }
    }

    /// Closes the connection so that the client still receives its answer. Closing a socket with unread data resets it,
    /// and the client may lose the answer. So the rest of a refused head or body is read and dropped first, up to a
    /// limit.
    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let socket = self.get_mut();
        match Pin::new(&mut socket.stream).poll_shutdown(cx) {
            Poll::Ready(ended) => ended?,
            Poll::Pending => return socket.wait_to_write(cx).map(Err),
        }
        let mut unwanted = [0; 4096];
        while matches!(socket.connection.phase(), Phase::Head | Phase::Refused) && socket.unwanted > 0 {
            let mut buffer = ReadBuf::new(&mut unwanted);
            match Pin::new(&mut socket.stream).poll_read(cx, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {
                    socket.unwanted = socket.unwanted.saturating_sub(buffer.filled().len());
                }
                Poll::Ready(_) => break,
                Poll::Pending => {
                    ready!(socket.wait_to_read(cx));
                    break;
                }
            }
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_work_begins_after_a_stop() {
        let connection = Connection::new(([127, 0, 0, 1], 1).into());
        connection.enter(Phase::Body);
        assert!(connection.begin_work());
        assert_eq!(connection.close(), Phase::Work);
        assert!(!connection.begin_work());
        assert!(!connection.enter(Phase::Idle));
        assert_eq!(connection.phase(), Phase::Closed);
    }
}
