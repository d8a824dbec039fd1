//! Difficult clients on a socket: heads and bodies that are too large, too slow or never complete, also during a stop.

use crate::support::{ADMIN_TOKEN, Call, Caller, Test, in_memory, text};
use axum::routing::any;
use axum::{Extension, Router};
use camulator::server::bounds::{BODIES_IN_FLIGHT, Bounds, Deadlines, LARGEST_BODY, LARGEST_HEAD, MOST_HEADERS};
use camulator::server::connection::{self, Connection};
use camulator::server::listen;
use camulator::surface::router;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, oneshot, watch};
use tokio::task::JoinHandle;

/// Longer than any test, so nothing that happens in a test has waited for this deadline.
const NEVER: Duration = Duration::from_secs(3600);
const PATIENT: Deadlines = Deadlines { head: NEVER, body: NEVER, idle: NEVER };
const SHORT: Duration = Duration::from_millis(300);

/// A server on a socket.
struct Listening {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<()>,
}

impl Listening {
    /// Stops it. Nothing that a client does or fails to do may delay this.
    async fn stop(self) {
        self.stop.send(()).unwrap();
        in_time(self.ended).await.unwrap();
    }
}

async fn serve(t: &Test, deadlines: Deadlines) -> (Test, Listening) {
    let t = t.with(Bounds::new(deadlines, BODIES_IN_FLIGHT), false);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let ended = tokio::spawn(listen(listener, None, router(t.app.clone()), t.app.bounds.deadlines, async move {
        drop(stopped.await)
    }));
    (t, Listening { address, stop, ended })
}

/// Waits for something that must happen, longer than any healthy server needs.
async fn in_time<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), what).await.expect("it hangs")
}

async fn connect(address: SocketAddr) -> TcpStream {
    TcpStream::connect(address).await.unwrap()
}

/// Sends these bytes, as far as the server takes them, and reads until it closes the connection.
async fn exchange(address: SocketAddr, bytes: &[u8]) -> String {
    let (mut reader, mut writer) = connect(address).await.into_split();
    let bytes = bytes.to_vec();
    let sending = tokio::spawn(async move {
        // The server may answer and hang up before it has taken everything.
        let _ = writer.write_all(&bytes).await;
        writer
    });
    let mut answer = Vec::new();
    let _ = in_time(reader.read_to_end(&mut answer)).await;
    drop(in_time(sending).await);
    String::from_utf8_lossy(&answer).into_owned()
}

/// Reads one answer and leaves the connection as it is.
async fn answer(stream: &mut TcpStream) -> (String, String) {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap_or("0");
            if body.len() >= length.parse().unwrap() {
                return (head.to_owned(), body.to_owned());
            }
        }
        let mut chunk = [0; 4096];
        let read = in_time(stream.read(&mut chunk)).await.unwrap();
        assert!(read > 0, "closed after {text:?}");
        bytes.extend(&chunk[..read]);
    }
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or_default()
}

fn identity(caller: &Caller) -> Call {
    caller.call("sts", "2018-08-13", "GetCallerIdentity", json!({}))
}

#[test]
fn a_connection_carries_one_request_after_the_other() {
    in_memory(async |t| {
        let (_, server) = serve(&t, PATIENT).await;
        let mut stream = connect(server.address).await;
        for _ in 0..3 {
            stream.write_all(&identity(&t.root()).wire()).await.unwrap();
            let (head, body) = answer(&mut stream).await;
            assert!(head.starts_with("HTTP/1.1 200") && !head.contains("connection: close"), "{head}");
            assert!(body.contains("AccountId"), "{body}");
        }
        // Two that are sent at once.
        let both = [identity(&t.root()).wire(), identity(&t.root()).wire()].concat();
        stream.write_all(&both).await.unwrap();
        // The replies may arrive in one piece.
        let mut replies = String::new();
        while replies.matches("AccountId").count() < 2 {
            let mut piece = [0; 4096];
            let length = in_time(stream.read(&mut piece)).await.unwrap();
            assert!(length > 0, "{replies}");
            replies += &String::from_utf8_lossy(&piece[..length]);
        }
        server.stop().await;
    });
}

#[test]
fn a_head_is_bounded() {
    in_memory(async |t| {
        let (t, server) = serve(&t, PATIENT).await;
        let get = |more: &str| format!("GET /nothing HTTP/1.1\r\nhost: a\r\nconnection: close\r\n{more}\r\n");
        let padded = |length: usize| {
            let rest = get("x-padding: \r\n").len();
            get(&format!("x-padding: {}\r\n", "x".repeat(length - rest)))
        };
        let many = |headers: usize| get(&(2..headers).map(|n| format!("x-{n}: x\r\n")).collect::<String>());
        assert_eq!(padded(LARGEST_HEAD).len(), LARGEST_HEAD);
        for (head, expected) in [
            (padded(LARGEST_HEAD), "404"),
            (padded(LARGEST_HEAD + 1), "431"),
            (padded(6 * LARGEST_HEAD), "431"),
            (many(MOST_HEADERS), "404"),
            (many(MOST_HEADERS + 1), "431"),
        ] {
            let answer = exchange(server.address, head.as_bytes()).await;
            assert_eq!(status(&answer), expected, "{} bytes: {answer}", head.len());
        }
        // An `Authorization` of up to 480 KB that lists one name thousands of times, with a header of that name.
        let times = |names: usize, header: usize| {
            let names = vec!["x-large"; names].join(";");
            let good = identity(&t.root()).header("x-large", &"x".repeat(header));
            let authorization =
                good.authorization().replace("content-type;host", &format!("content-type;host;{names}"));
            good.edit("authorization", Some(authorization.as_bytes())).wire()
        };
        for request in [times(4_000, 60_000), times(60_000, 10), times(45_000, 380_000)] {
            let answer = exchange(server.address, &request).await;
            assert!(matches!(status(&answer), "431" | ""), "{answer}");
        }
        let listed = t.admin("GET", "/requests", Value::Null).await.done();
        assert_eq!(listed["requests"], json!([]), "no request got as far as the journal");
        server.stop().await;
    });
}

/// A request that is refused because of its head is answered although its body never comes.
#[test]
fn a_refusal_by_the_head_does_not_wait_for_the_body() {
    in_memory(async |t| {
        let root = t.root();
        let (t, server) = serve(&t, PATIENT).await;
        let nobody = t.caller("", "AKIDnobody0001", "x");
        let plain = |text: &str| text.replace('\n', "\r\n").into_bytes();
        let admin = |more: &str| plain(&format!("POST /_camulator/v1/accounts HTTP/1.1\nhost: a\n{more}"));
        let bearer = format!("authorization: Bearer {ADMIN_TOKEN}\n");
        let cases: Vec<(Vec<u8>, &str)> = vec![
            (plain("POST /nothing HTTP/1.1\nhost: a\n"), "not_found"),
            (plain("POST /_camulator/nothing HTTP/1.1\nhost: a\n"), "not_found"),
            (plain("POST * HTTP/1.1\nhost: a\n"), "the target `*` is not served"),
            (admin(""), "unauthorized"),
            (admin("authorization: Bearer x\n"), "unauthorized"),
            (admin(&format!("{bearer}origin: http://evil.example\n")), "foreign_origin"),
            (identity(&root).method("PUT").head(), "UnsupportedProtocol"),
            (identity(&root).edit("content-type", Some(b"text/plain")).head(), "InvalidParameter"),
            (identity(&root).edit("x-tc-version", None).head(), "MissingParameter"),
            (identity(&root).edit("authorization", None).head(), "MissingParameter"),
            (identity(&root).edit("authorization", Some(b"SKIP")).head(), "AuthFailure.InvalidAuthorization"),
            (identity(&root).at(1).head(), "AuthFailure.SignatureExpire"),
            (identity(&nobody).head(), "AuthFailure.SecretIdNotFound"),
            (identity(&Caller { token: Some("x".to_owned()), ..nobody }).head(), "AuthFailure.TokenFailure"),
        ];
        for (head, expected) in cases {
            for length in ["content-length: 10000000\r\n\r\n", "transfer-encoding: chunked\r\n\r\n"] {
                let mut stream = connect(server.address).await;
                stream.write_all(&[&head, length.as_bytes()].concat()).await.unwrap();
                let (head, body) = answer(&mut stream).await;
                assert!(body.contains(expected), "{expected}: {body}");
                assert!(head.contains("connection: close"), "{head}");
            }
        }
        // A body that is too large is refused by its `Content-Length` alone.
        for head in [identity(&root).head(), admin(&bearer)] {
            let mut stream = connect(server.address).await;
            let length = format!("content-length: {}\r\n\r\n", LARGEST_BODY + 1);
            stream.write_all(&[head, length.into_bytes()].concat()).await.unwrap();
            let (_, body) = answer(&mut stream).await;
            assert!(body.contains("RequestSizeLimitExceeded") || body.contains("too_large"), "{body}");
        }
        server.stop().await;
    });
}

/// If the server closed the connection too early, it would be reset and the client would never see the reply.
#[test]
fn a_client_that_sends_too_much_still_gets_the_reply() {
    in_memory(async |t| {
        let (_, server) = serve(&t, PATIENT).await;
        let large = identity(&t.root()).body(vec![b' '; LARGEST_BODY + 1_000_000]).wire();
        for (request, expected) in [
            (large, "RequestSizeLimitExceeded"),
            (identity(&t.root()).method("PUT").body(vec![b' '; LARGEST_BODY]).wire(), "UnsupportedProtocol"),
        ] {
            let mut stream = connect(server.address).await;
            in_time(stream.write_all(&request)).await.unwrap();
            let mut answer = String::new();
            in_time(stream.read_to_string(&mut answer)).await.unwrap();
            assert!(answer.contains(expected), "{answer}");
        }
        server.stop().await;
    });
}

#[test]
fn heads_bodies_and_idle_connections_have_deadlines() {
    in_memory(async |t| {
        let root = t.root();
        // A head that does not begin, one that does not end, and one that keeps growing.
        let (_, server) = serve(&t, Deadlines { head: SHORT, ..PATIENT }).await;
        for start in ["", "P", "POST / HTTP/1.1\r\nhost: a\r\n"] {
            assert_eq!(exchange(server.address, start.as_bytes()).await, "");
        }
        let (mut reader, mut writer) = connect(server.address).await.into_split();
        let growing = tokio::spawn(async move {
            let _ = writer.write_all(b"POST / HTTP/1.1\r\nx: ").await;
            while writer.write_all(b"x").await.is_ok() {
                tokio::time::sleep(SHORT / 10).await;
            }
        });
        let _ = in_time(reader.read(&mut [0])).await;
        in_time(growing).await.unwrap();
        // The second head of a connection has its deadline too.
        let mut stream = connect(server.address).await;
        stream.write_all(&identity(&root).wire()).await.unwrap();
        answer(&mut stream).await;
        stream.write_all(b"POST / HTTP/1.1\r\n").await.unwrap();
        assert_eq!(in_time(stream.read(&mut [0])).await.unwrap_or(0), 0);
        server.stop().await;

        let (t, server) = serve(&t, Deadlines { body: SHORT, ..PATIENT }).await;
        let admin = format!("PUT /_camulator/v1/clock HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {ADMIN_TOKEN}\r\n");
        for (head, expected) in [(identity(&root).head(), "InvalidRequest"), (admin.into_bytes(), "unfinished")] {
            for rest in [
                "content-length: 100\r\n\r\n{",
                "transfer-encoding: chunked\r\n\r\n5\r\n{",
                "content-length: 1\r\n\r\n",
            ] {
                let answer = exchange(server.address, &[&head, rest.as_bytes()].concat()).await;
                assert!(answer.contains(expected) && answer.contains("connection: close"), "{answer}");
            }
        }
        let listed = t.admin("GET", "/requests?limit=1", Value::Null).await.done();
        assert_eq!(listed["requests"][0]["outcome"]["code"], "InvalidRequest");
        assert_eq!(listed["requests"][0]["caller"]["secret_id"], text(&json!(root.secret_id)));
        server.stop().await;

        let (_, server) = serve(&t, Deadlines { idle: SHORT, ..PATIENT }).await;
        let answer = exchange(server.address, &identity(&root).wire()).await;
        assert_eq!(status(&answer), "200", "{answer}");
        server.stop().await;
    });
}

/// A client that does not read its reply must not keep it in memory forever.
#[test]
fn an_unread_reply_has_a_deadline() {
    in_memory(async |_| {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = connect(listener.local_addr().unwrap()).await;
        let (stream, peer) = listener.accept().await.unwrap();
        let surface = Router::new().fallback(any(|| async { vec![0_u8; 64 << 20] }));
        let (_stopping, watching) = watch::channel(false);
        let deadlines = Deadlines { idle: SHORT, ..PATIENT };
        let served = tokio::spawn(connection::serve(stream, peer, surface, deadlines, watching));
        let (_reader, mut writer) = client.into_split();
        writer.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
        // Bytes that arrive meanwhile do not extend it.
        let trickling = tokio::spawn(async move {
            while writer.write_all(b"x").await.is_ok() {
                tokio::time::sleep(SHORT / 10).await;
            }
        });
        in_time(served).await.unwrap();
        in_time(trickling).await.unwrap();
    });
}

/// Bodies that never complete do not use up the byte budget of others.
#[test]
fn stalled_bodies_do_not_keep_others_out() {
    in_memory(async |t| {
        let (_, server) = serve(&t, PATIENT).await;
        let mut stalled = Vec::new();
        for _ in 0..20 {
            let mut stream = connect(server.address).await;
            let start = [&identity(&t.root()).head()[..], b"content-length: 10000000\r\n\r\n{"].concat();
            stream.write_all(&start).await.unwrap();
            stalled.push(stream);
        }
        for _ in 0..3 {
            let mut stream = connect(server.address).await;
            stream.write_all(&identity(&t.root()).wire()).await.unwrap();
            assert!(answer(&mut stream).await.1.contains("AccountId"));
        }
        server.stop().await;
    });
}

#[test]
fn a_stop_does_not_wait_for_idle_or_slow_clients() {
    in_memory(async |t| {
        let (_, server) = serve(&t, PATIENT).await;
        let mut open = Vec::new();
        for _ in 0..30 {
            for start in [&b""[..], b"POST / HT", b"POST / HTTP/1.1\r\nhost: a\r\n"] {
                let mut stream = connect(server.address).await;
                stream.write_all(start).await.unwrap();
                open.push(stream);
            }
            for rest in ["content-length: 2\r\n\r\n{", "transfer-encoding: chunked\r\n\r\n"] {
                let mut stream = connect(server.address).await;
                stream.write_all(&[&identity(&t.root()).head(), rest.as_bytes()].concat()).await.unwrap();
                open.push(stream);
            }
            // Idle after a reply, and refused with a body still to come.
            for request in [identity(&t.root()).wire(), b"POST /x HTTP/1.1\r\ncontent-length: 9\r\n\r\n".to_vec()] {
                let mut stream = connect(server.address).await;
                stream.write_all(&request).await.unwrap();
                answer(&mut stream).await;
                open.push(stream);
            }
        }
        server.stop().await;
        for mut stream in open {
            assert!(matches!(in_time(stream.read(&mut [0; 4096])).await, Ok(0) | Err(_)), "it was answered");
        }
    });
}

#[test]
fn a_stop_lets_a_running_request_finish() {
    in_memory(async |_| {
        let begun = Arc::new(Semaphore::new(0));
        let begins = begun.clone();
        let work = move |Extension(connection): Extension<Arc<Connection>>| async move {
            assert!(connection.begin_work());
            begins.add_permits(1);
            // The request ends only after the connection knows of the stop.
            while connection.begin_work() {
                tokio::task::yield_now().await;
            }
            "done"
        };
        let surface = Router::new().fallback(any(work));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (stopping, watching) = watch::channel(false);
        let mut client = connect(listener.local_addr().unwrap()).await;
        let (stream, peer) = listener.accept().await.unwrap();
        let served = tokio::spawn(connection::serve(stream, peer, surface, PATIENT, watching));
        client.write_all(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n").await.unwrap();
        begun.acquire().await.unwrap().forget();
        stopping.send_replace(true);
        let (head, body) = answer(&mut client).await;
        assert!(head.starts_with("HTTP/1.1 200") && body == "done", "{head}{body}");
        in_time(served).await.unwrap();
    });
}
