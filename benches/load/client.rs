//! A client that costs little CPU time: raw keep-alive connections on one thread, requests signed beforehand, replies
//! checked only for failure.

use crate::Outcome;
use crate::common::wire::success;
use crate::process;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;

/// One keep-alive connection.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    /// Connects to the server.
    pub async fn open(address: &str) -> Outcome<Connection> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Connection { stream, buffer: vec![0; 256 * 1024] })
    }

    /// Sends a request and returns the body of the reply, which must be a success.
    pub async fn ask(&mut self, request: &[u8]) -> Outcome<&[u8]> {
        let mut rest = request;
        while !rest.is_empty() {
            match self.stream.try_write(rest) {
                Ok(sent) => rest = rest.get(sent..).unwrap_or_default(),
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => self.stream.writable().await?,
                Err(error) => return Err(error.into()),
            }
        }
        let mut filled = 0;
        loop {
            self.stream.readable().await?;
            let room = self.buffer.get_mut(filled..).filter(|room| !room.is_empty()).ok_or("a reply is too long")?;
            match self.stream.try_read(room) {
                Ok(0) => return Err("the server closed the connection".into()),
                Ok(length) => filled += length,
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => continue,
                Err(error) => return Err(error.into()),
            }
            if let Some(from) = success(self.buffer.get(..filled).unwrap_or_default())? {
                return Ok(self.buffer.get(from..filled).unwrap_or_default());
            }
        }
    }
}

/// A load, and the server to send it to.
pub struct Load<'a> {
    /// Host and port to connect to.
    pub address: &'a str,
    /// The process whose CPU time is measured.
    pub process: u32,
    /// Number of connections.
    pub connections: usize,
    /// The signed requests.
    pub requests: Rc<Vec<Vec<u8>>>,
    /// How long to send the requests in turn, over and over; if none, each is sent once.
    pub time: Option<Duration>,
    /// How many bodies of replies to keep.
    pub keep: usize,
}

/// The result of a measurement.
#[derive(Clone, Debug, Default)]
pub struct Sample {
    /// CPU time of the server per request.
    pub cpu: f64,
    /// CPU time of the client per request.
    pub client: f64,
    /// Replies per second.
    pub rate: f64,
    /// Median latency.
    pub p50: f64,
    /// Latency of the 99th percentile.
    pub p99: f64,
    /// The bodies that were kept.
    pub bodies: Vec<Vec<u8>>,
}

#[derive(Default)]
struct Shared {
    next: Cell<usize>,
    stop: Cell<bool>,
    measuring: Cell<bool>,
    took: RefCell<Vec<u32>>,
    bodies: RefCell<Vec<Vec<u8>>>,
}

/// When each request is sent once, one in this many is sent before measuring starts, to warm up connections and caches.
const WARM_UP: usize = 20;

/// Sends the load. Fails on any reply that is not a success.
pub async fn drive(load: Load<'_>) -> Outcome<Sample> {
    let shared = Rc::new(Shared::default());
    let local = tokio::task::LocalSet::new();
    local
        .run_until(async {
            let mut workers = tokio::task::JoinSet::new();
            for _ in 0..load.connections {
                let connection = Connection::open(load.address).await?;
                let (shared, requests) = (shared.clone(), load.requests.clone());
                workers.spawn_local(work(connection, shared, requests, load.time.is_some(), load.keep));
            }
            match load.time {
                Some(_) => tokio::time::sleep(Duration::from_millis(500)).await,
                None => {
                    while shared.next.get() < load.requests.len() / WARM_UP {
                        tokio::time::sleep(Duration::from_millis(1)).await;
                        while let Some(ended) = workers.try_join_next() {
                            ended??;
                        }
                    }
                }
            }
            let server = load.process.to_string();
            let (began, cpu, client) = (Instant::now(), process::cpu(&server)?, process::cpu("self")?);
            shared.measuring.set(true);
            if let Some(time) = load.time {
                tokio::time::sleep(time).await;
                shared.measuring.set(false);
            } else {
                while let Some(ended) = workers.join_next().await {
                    ended??;
                }
            }
            let elapsed = began.elapsed();
            let (cpu, client) =
                (process::cpu(&server)?.saturating_sub(cpu), process::cpu("self")?.saturating_sub(client));
            shared.stop.set(true);
            while let Some(ended) = workers.join_next().await {
                ended??;
            }
            Ok(sample(&shared, elapsed, cpu, client))
        })
        .await
}

fn sample(shared: &Shared, elapsed: Duration, cpu: Duration, client: Duration) -> Sample {
    let mut took = shared.took.take();
    took.sort_unstable();
    let at = |hundredths: usize| took.get(took.len() * hundredths / 100).map_or(0.0, |micros| f64::from(*micros));
    let replies = took.len().max(1) as f64;
    Sample {
        cpu: cpu.as_secs_f64() * 1e6 / replies,
        client: client.as_secs_f64() * 1e6 / replies,
        rate: replies / elapsed.as_secs_f64(),
        p50: at(50),
        p99: at(99),
        bodies: shared.bodies.take(),
    }
}

async fn work(
    mut connection: Connection,
    shared: Rc<Shared>,
    requests: Rc<Vec<Vec<u8>>>,
    over_and_over: bool,
    keep: usize,
) -> Outcome<()> {
    while !shared.stop.get() {
        let turn = shared.next.get();
        shared.next.set(turn + 1);
        let turn = if over_and_over { turn % requests.len() } else { turn };
        let Some(request) = requests.get(turn) else { break };
        let begun = Instant::now();
        let body = connection.ask(request).await?;
        if shared.measuring.get() {
            shared.took.borrow_mut().push(u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX));
        }
        if keep > 0 && shared.bodies.borrow().len() < keep {
            shared.bodies.borrow_mut().push(body.to_vec());
        }
    }
    Ok(())
}
