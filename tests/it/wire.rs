//! Golden requests and replies, replayed byte for byte: `tests/wire/*.txt`.
//!
//! Each file is a conversation with its own server at 2026-01-01T00:00:00Z. The root of account 100000000009 has the
//! key `AKIDgolden0001` / `golden-secret-0001`. Lines that begin with `> ` are sent, lines that begin with `< ` are
//! expected back. The `source:` line says where the form comes from: `documentation`, `client` (what one of the
//! vendor's clients sends) or `observed` (what this emulator answers where nothing is published). All other lines are
//! comments.
//!
//! With `CAMULATOR_BLESS` set, signatures and replies are written anew. Review them before committing.

use crate::support::{START, Test, in_memory};
use crate::tc3::{self, ToSign};
use serde_json::json;
use std::path::{Path, PathBuf};

const ACCOUNT: &str = "100000000009";
const SECRET_ID: &str = "AKIDgolden0001";
const SECRET_KEY: &str = "golden-secret-0001";

fn files() -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wire");
    let mut files: Vec<PathBuf> = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "txt"));
    files.sort();
    files
}

/// A request as a file has it.
struct Request {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Request {
    fn read(lines: &[&str]) -> Request {
        let (first, rest) = lines.split_first().expect("a request line");
        let (method, target) = first.split_once(' ').expect("a method and a target");
        let (mut headers, mut body) = (Vec::new(), String::new());
        let mut in_body = false;
        for line in rest {
            match line.split_once(": ") {
                _ if in_body => body.push_str(line),
                Some((name, value)) => headers.push((name.to_owned(), value.to_owned())),
                None if line.is_empty() => in_body = true,
                None => panic!("neither a header nor an empty line: {line}"),
            }
        }
        Request { method: method.to_owned(), target: target.to_owned(), headers, body }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The `Authorization` of a client that signs `content-type` and `host`.
    fn authorization(&self) -> String {
        let host = self.header("host").unwrap_or_default();
        let service = match self.header("x-tc-version") {
            Some("2018-08-13") if host.starts_with("tag.") => "tag",
            Some("2018-08-13") => "sts",
            Some("2017-03-12" | "2017-03-13") => "cvm",
            _ => "cam",
        };
        let timestamp: i64 = self.header("x-tc-timestamp").unwrap().parse().unwrap();
        let signed = ToSign {
            secret_key: SECRET_KEY,
            method: &self.method,
            query: "",
            headers: &[("content-type", self.header("content-type").unwrap_or_default()), ("host", host)],
            payload: &tc3::digest(self.body.as_bytes()),
            timestamp,
            date: &tc3::date(timestamp),
            service,
        }
        .sign();
        format!(
            "TC3-HMAC-SHA256 Credential={SECRET_ID}/{}, SignedHeaders={}, Signature={}",
            signed.scope, signed.signed_headers, signed.signature
        )
    }

    async fn send(&self, t: &Test) -> Vec<String> {
        let (status, headers, body) = t.raw(&self.method, &self.target, &self.headers, &self.body).await;
        let mut lines = vec![status.to_string()];
        let mut headers: Vec<(String, String)> = headers;
        headers.sort();
        lines.extend(headers.into_iter().map(|(name, value)| format!("{name}: {value}")));
        lines.push(String::new());
        lines.extend(body.lines().map(str::to_owned));
        lines
    }
}

/// Replays a conversation; returns its text with the replies of this server.
async fn replay(t: &Test, text: &str, bless: bool) -> String {
    let mut written = Vec::new();
    let mut lines = text.lines().peekable();
    let marked =
        |line: &str, mark: char| line.strip_prefix(mark).map(|rest| rest.strip_prefix(' ').unwrap_or(rest).to_owned());
    while let Some(line) = lines.next() {
        let Some(first) = marked(line, '>') else {
            written.push(line.to_owned());
            continue;
        };
        let mut sent = vec![first];
        while let Some(next) = lines.peek().and_then(|line| marked(line, '>')) {
            sent.push(next);
            lines.next();
        }
        while lines.peek().is_some_and(|line| line.starts_with('<')) {
            lines.next();
        }
        let mut request = Request::read(&sent.iter().map(String::as_str).collect::<Vec<_>>());
        if bless
            && request
                .header("authorization")
                .is_some_and(|value| value.starts_with("TC3-HMAC-SHA256 Credential=AKIDgolden"))
        {
            let signed = request.authorization();
            for (name, value) in &mut request.headers {
                if name.eq_ignore_ascii_case("authorization") {
                    value.clone_from(&signed);
                }
            }
        }
        let mark = |mark: char, line: &str| if line.is_empty() { mark.to_string() } else { format!("{mark} {line}") };
        written.push(mark('>', &format!("{} {}", request.method, request.target)));
        written.extend(request.headers.iter().map(|(name, value)| mark('>', &format!("{name}: {value}"))));
        written.push(mark('>', ""));
        if !request.body.is_empty() {
            written.push(mark('>', &request.body));
        }
        written.extend(request.send(t).await.iter().map(|line| mark('<', line)));
    }
    written.join("\n") + "\n"
}

#[test]
fn golden_conversations_replay_byte_for_byte() {
    let bless = std::env::var_os("CAMULATOR_BLESS").is_some();
    let files = files();
    assert!(files.len() >= 10, "only {} conversations", files.len());
    for file in files {
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(&file).unwrap();
        let source = text.lines().find_map(|line| line.strip_prefix("source: ")).unwrap_or_default();
        assert!(matches!(source, "documentation" | "client" | "observed"), "{name} has no valid `source:` line");
        in_memory(async |t| {
            t.set_time(START);
            let account = json!({
                "id": ACCOUNT, "app_id": 1_250_000_009, "secret_id": SECRET_ID, "secret_key": SECRET_KEY});
            t.admin("POST", "/accounts", account).await.created();
            let replayed = replay(&t, &text, bless).await;
            if bless {
                std::fs::write(&file, &replayed).unwrap();
            } else {
                for (place, (now, then)) in replayed.lines().zip(text.lines()).enumerate() {
                    assert!(now == then, "{name}:{}\n  now:  {now}\n  then: {then}", place + 1);
                }
                assert_eq!(replayed, text, "{name}");
            }
        });
    }
}
