//! Reads a request as a [`Head`] and a body, within bounds, and writes an answer. Interprets neither.
//!
//! The head is bounded where it is read, in [`connection`](super::connection). A body is read only when it is needed
//! and within a deadline. Its bytes count towards one budget of the whole server until the request is done.

use super::bounds::{Bounds, Held, in_time};
use super::connection::Connection;
use super::failure::Failure;
use crate::dialect::contract::{Answer, Head};
use crate::engine::fault::{Fault, Malformed};
use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::response::Response;
use http::header::{HOST, HeaderName, HeaderValue};
use http::{StatusCode, Uri};
use std::net::IpAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use tokio::time::sleep;

/// A body that has not been read.
pub struct Unread {
    body: Body,
    connection: Arc<Connection>,
}

impl Unread {
    /// Wraps the body of a request that arrived on this connection.
    pub fn new(body: Body, connection: Arc<Connection>) -> Unread {
        Unread { body, connection }
    }

    /// Reads a body of at most `most` bytes and takes its bytes from the budget. From then on, a shutdown waits for the
    /// request to be answered.
    pub async fn read(self, bounds: &Bounds, most: usize) -> Result<(Vec<u8>, Held), Fault> {
        let mut late = pin!(sleep(bounds.deadlines.body));
        let unfinished = || Fault::Malformed(Malformed::Unfinished);
        let too_large = || Fault::Malformed(Malformed::TooLarge { limit: most });
        let (mut body, mut bytes, mut held) = (self.body, Vec::new(), Held::default());
        // A body that announces too large a length is refused at once. Any other announced length is reserved in full
        // before reading, so that no two large bodies wait for each other half-way.
        let announced = body.size_hint().exact().map(|length| usize::try_from(length).unwrap_or(usize::MAX));
        if announced.is_some_and(|length| length > most) {
            return Err(too_large());
        }
        bounds.bodies.hold(&mut held, announced.unwrap_or(0), &mut late).await?;
        loop {
            let frame = std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx));
            let Some(frame) = in_time(&mut late, frame).await.ok_or_else(unfinished)? else { break };
            // Trailers after a body are not part of it.
            let Ok(data) = frame.map_err(|_| unfinished())?.into_data() else { continue };
            let length = bytes.len() + data.len();
            if length > most {
                return Err(too_large());
            }
            if length > bytes.capacity() {
                // Grows as a vector does, but only once the budget has room for it.
                let most = announced.unwrap_or(most).max(length);
                let capacity = length.max(2 * bytes.capacity()).min(most);
                bounds.bodies.hold(&mut held, capacity, &mut late).await?;
                bytes.reserve_exact(capacity - bytes.len());
            }
            bytes.extend_from_slice(&data);
        }
        if self.connection.begin_work() { Ok((bytes, held)) } else { Err(unfinished()) }
    }
}

/// Splits a request into head and body. Refuses a target without a path: `*` concerns a server as a whole, and an
/// authority alone asks for a tunnel.
pub fn read(request: Request, connection: Arc<Connection>) -> Result<(Head, Unread), Failure> {
    let (mut parts, body) = request.into_parts();
    if !parts.uri.path().starts_with('/') {
        let message = format!("the target `{}` is not served; send a path", parts.uri);
        return Err(Failure::invalid(message));
    }
    // The target's authority is the host, whatever the header says (RFC 9112, 3.2.2). Repeated host headers are left in
    // place, so that the dialect can refuse them.
    if let Some(host) = authority(&parts.uri)
        && parts.headers.get_all(HOST).iter().nth(1).is_none()
    {
        parts.headers.insert(HOST, host);
    }
    let head = Head {
        method: parts.method,
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        peer: match connection.peer().ip() {
            IpAddr::V6(address) => address.to_canonical(),
            v4 @ IpAddr::V4(_) => v4,
        },
    };
    Ok((head, Unread::new(body, connection)))
}

/// Returns the host and port of an absolute target, without user information.
fn authority(target: &Uri) -> Option<HeaderValue> {
    let authority = target.authority()?.as_str();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    HeaderValue::from_str(host).ok()
}

/// Converts an answer to a response, with the request id that leads to the journal entry.
pub fn write(answer: Answer, request_id: &str) -> Response {
    static REQUEST: HeaderName = HeaderName::from_static("x-camulator-request");
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    // The HTTP library puts the headers of the next request into the same map.
    headers.reserve(USUAL_HEADERS);
    headers.extend(answer.headers);
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert(&REQUEST, id);
    }
    response
}

/// Room for the headers of a usual request: clients send about a dozen.
const USUAL_HEADERS: usize = 16;

#[cfg(test)]
mod tests {
    use super::super::bounds::{BODIES_IN_FLIGHT, Deadlines, LARGEST_BODY};
    use super::*;
    use axum::body::Bytes;
    use hyper::body::Frame;
    use std::convert::Infallible;
    use std::task::{Context, Poll};
    use std::time::Duration;

    /// A body in a number of parts that announces no length.
    struct Parts(usize, usize);

    impl HttpBody for Parts {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            let Parts(parts, size) = self.get_mut();
            let left = parts.checked_sub(1);
            Poll::Ready(left.map(|left| {
                *parts = left;
                Ok(Frame::data(vec![b' '; *size].into()))
            }))
        }
    }

    async fn read(body: Body, bodies: usize) -> Result<usize, Malformed> {
        let soon = Duration::from_millis(50);
        let bounds = Bounds::new(Deadlines { head: soon, body: soon, idle: soon }, bodies);
        let connection = Arc::new(Connection::new(([127, 0, 0, 1], 1).into()));
        match Unread::new(body, connection).read(&bounds, LARGEST_BODY).await {
            Ok((bytes, held)) => {
                assert!(held.bytes() >= bytes.capacity(), "{} of {}", held.bytes(), bytes.capacity());
                Ok(bytes.len())
            }
            Err(Fault::Malformed(malformed)) => Err(malformed),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn a_body_counts_as_it_grows() {
        const WHOLE: usize = BODIES_IN_FLIGHT;
        assert!(matches!(read(Body::new(Parts(0, 1)), 0).await, Ok(0)));
        assert!(matches!(read(Body::new(Parts(3, 1000)), WHOLE).await, Ok(3000)));
        assert!(matches!(read(Body::new(Parts(160, 65_536)), WHOLE).await, Ok(LARGEST_BODY)));
        assert!(matches!(read(Body::new(Parts(161, 65_536)), WHOLE).await, Err(Malformed::TooLarge { .. })));
        assert!(matches!(read(Body::new(Parts(10, 100_000)), 500_000).await, Err(Malformed::Busy)));
        assert!(matches!(read(Body::from(vec![0; 100_000]), WHOLE).await, Ok(100_000)));
        assert!(matches!(read(Body::from(vec![0; LARGEST_BODY + 1]), WHOLE).await, Err(Malformed::TooLarge { .. })));
        assert!(matches!(read(Body::from(vec![0; 500_001]), 500_000).await, Err(Malformed::Busy)));
    }
}
