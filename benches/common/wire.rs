//! HTTP as far as the benches need it: replies with a length, on connections that stay open.

use crate::Outcome;
use std::io::{Read, Write};
use std::net::TcpStream;

/// A keep-alive connection whose calls block.
pub struct Blocking {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Blocking {
    /// Connects to the server.
    pub fn open(address: &str) -> Outcome<Blocking> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Blocking { stream, buffer: vec![0; 256 * 1024] })
    }

    /// Sends a request and returns the body of the reply, which must be a success.
    pub fn ask(&mut self, request: &[u8]) -> Outcome<&[u8]> {
        self.stream.write_all(request)?;
        let mut filled = 0;
        loop {
            let room = self.buffer.get_mut(filled..).filter(|room| !room.is_empty()).ok_or("a reply is too long")?;
            match self.stream.read(room)? {
                0 => return Err("the server closed the connection".into()),
                length => filled += length,
            }
            if let Some(from) = success(self.buffer.get(..filled).unwrap_or_default())? {
                return Ok(self.buffer.get(from..filled).unwrap_or_default());
            }
        }
    }
}

/// Returns where the body begins once all of the reply has arrived. Fails if the reply is not a success.
pub fn success(reply: &[u8]) -> Outcome<Option<usize>> {
    let Some(end) = reply.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let (head, from) = (reply.get(..end).unwrap_or_default(), end + 4);
    let length: usize = head
        .split(|byte| *byte == b'\n')
        .find_map(|line| {
            let (name, value) = line.split_at_checked(15)?;
            name.eq_ignore_ascii_case(b"content-length:")
                .then(|| std::str::from_utf8(value).ok()?.trim().parse().ok())?
        })
        .ok_or("a reply has no length")?;
    let body = reply.get(from..).unwrap_or_default();
    if body.len() < length {
        return Ok(None);
    }
    if head.starts_with(b"HTTP/1.1 20") && !body.windows(8).any(|eight| eight == b"\"Error\":") {
        return Ok(Some(from));
    }
    Err(format!("a reply is not a success: {}", String::from_utf8_lossy(reply)).into())
}
