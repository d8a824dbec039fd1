//! The built binary writes no secret to its log or journal, and refuses to start with an unusable or published one.

use crate::support::{Call, Caller, in_memory, root_of, text, trust};
use camulator::env::Env;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;

const MASTER_KEY: &str = "5ec12e7000000000000000000000000000000000000000000000000000000042";
const EXAMPLE_ID: &str = "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE";
const EXAMPLE_KEY: &str = "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE";

/// A temporary directory that is removed after the test.
struct Directory(PathBuf);

impl Directory {
    fn new() -> Directory {
        static MADE: AtomicU64 = AtomicU64::new(0);
        let name = format!("camulator-secrets-{}-{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path).unwrap();
        Directory(path)
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn command(directory: &Path, options: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_camulator"));
    command.env_clear().env("CAMULATOR_MASTER_KEY", MASTER_KEY).arg("serve").arg("--data-dir").arg(directory);
    command.args(["--log", "json", "--rate-limit", "off"]).args(options);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A process that does not outlive its test.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A running server, and what it writes to standard error.
struct Server {
    process: Process,
    ready: Value,
    errors: JoinHandle<String>,
}

impl Server {
    fn start(directory: &Path, options: &[&str], filter: &str) -> Server {
        let process = command(directory, options).env("CAMULATOR_LOG_FILTER", filter).spawn().unwrap();
        let mut process = Process(process);
        let mut errors = process.0.stderr.take().unwrap();
        let errors = std::thread::spawn(move || {
            let mut written = Vec::new();
            errors.read_to_end(&mut written).unwrap();
            String::from_utf8_lossy(&written).into_owned()
        });
        let mut line = String::new();
        BufReader::new(process.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        Server { process, ready, errors }
    }

    fn said(&self, name: &str) -> &str {
        text(&self.ready[name])
    }

    fn address(&self) -> &str {
        self.said("url").strip_prefix("http://").unwrap()
    }

    fn exchange(&self, request: &[u8]) -> Value {
        let mut stream = TcpStream::connect(self.address()).unwrap();
        stream.write_all(request).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let body = answer.split_once("\r\n\r\n").unwrap_or_default().1;
        serde_json::from_str(body).unwrap_or_else(|_| json!({"status": answer.lines().next()}))
    }

    fn send(&self, call: Call) -> Value {
        let (address, now) = (self.address(), Env::system().now().seconds());
        let call = call.host(address, address).header("connection", "close").at(now);
        self.exchange(&call.wire())["Response"].clone()
    }

    fn admin(&self, token: &str, method: &str, path: &str, body: &str) -> Value {
        let head = format!("{method} /_camulator/v1{path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n");
        let length = body.len();
        let rest = format!("authorization: Bearer {token}\r\ncontent-length: {length}\r\n\r\n{body}");
        self.exchange(format!("{head}{rest}").as_bytes())
    }

    /// Ends it; returns everything that it wrote to standard error.
    fn end(self) -> String {
        drop(self.process);
        self.errors.join().unwrap()
    }
}

/// Starts a server that must refuse to start; returns its one line on standard error.
fn refusal(directory: &Path, options: &[&str]) -> String {
    let mut process = Process(command(directory, options).spawn().unwrap());
    let (mut said, mut written) = (String::new(), String::new());
    // A server that does not start writes nothing to standard output.
    BufReader::new(process.0.stdout.take().unwrap()).read_line(&mut said).unwrap();
    assert_eq!(said, "", "it started");
    process.0.stderr.take().unwrap().read_to_string(&mut written).unwrap();
    assert_eq!(process.0.wait().unwrap().code(), Some(2));
    assert_eq!(written.trim_end().lines().count(), 1, "{written}");
    written
}

#[test]
fn no_secret_is_logged_or_kept_in_the_journal() {
    in_memory(async |t| {
        let directory = Directory::new();
        let server = Server::start(directory.path(), &["--listen", "127.0.0.1:0"], "trace");
        let (uin, admin_token) = (server.said("account").to_owned(), server.said("admin_token").to_owned());
        let root = t.caller(&uin, server.said("secret_id"), server.said("secret_key"));
        let cam = |caller: &Caller, action: &str, params: Value| {
            server.send(caller.call("cam", "2019-01-16", action, params))
        };
        let identity = |caller: &Caller| caller.call("sts", "2018-08-13", "GetCallerIdentity", json!({}));

        let user = cam(&root, "AddUser", json!({"Name": "dev", "UseApi": 1}));
        let user = t.caller(&user["Uin"].to_string(), text(&user["SecretId"]), text(&user["SecretKey"]));
        let key = cam(&root, "CreateAccessKey", json!({"TargetUin": user.uin.parse::<u64>().unwrap()}));
        cam(&root, "CreateRole", json!({"RoleName": "ops", "PolicyDocument": trust(&[root_of(&uin)])}));
        let role = format!("qcs::cam::uin/{uin}:roleName/ops");
        let assume = json!({"RoleArn": role, "RoleSessionName": "session"});
        let opened = server.send(root.call("sts", "2018-08-13", "AssumeRole", assume));
        let session = root.session(&opened);
        let token = session.token.clone().unwrap();
        assert!(server.send(identity(&session))["UserId"].is_string());
        // Requests that are refused and have a token or key somewhere.
        let signing = Caller { token: None, ..session.forged() };
        for call in [
            identity(&session.forged()),
            identity(&signing).header("x-tc-token", &token).signing("x-tc-token"),
            identity(&signing).header("X-TC-Token", &token).signing("X-TC-Token"),
            identity(&Caller { token: Some(token.clone()), ..root.clone() }),
            identity(&Caller { token: Some(format!("{token}x")), ..session.clone() }),
            identity(&session).repeat("x-tc-token", token.as_bytes()),
            identity(&session).body(format!("{{\"{token}\": ")),
            identity(&session).edit("authorization", Some(token.as_bytes())),
            identity(&session).edit("content-type", Some(b"text/plain")),
        ] {
            assert!(server.send(call)["Error"]["Code"].is_string());
        }
        assert!(cam(&user, "ListUsers", json!({}))["Error"]["Code"].is_string());
        let given = "given-secret-of-another-account";
        let account = json!({"secret_id": "AKIDgiven0001", "secret_key": given}).to_string();
        for (method, path, body) in [
            ("POST", "/accounts", account.as_str()),
            ("POST", "/accounts", account.as_str()),
            ("POST", "/accounts", &account[1..]),
            (
                "POST",
                "/authorize",
                &json!({"secret_id": session.secret_id, "token": token, "action": "cam:A"}).to_string(),
            ),
            (
                "POST",
                "/authorize",
                &json!({"secret_id": root.secret_id, "token": token, "action": "cam:A"}).to_string(),
            ),
            ("POST", &format!("/credentials/{}/expire", session.secret_id), ""),
        ] {
            server.admin(&admin_token, method, path, body);
            server.admin("wrong-token-of-nobody", method, path, body);
        }
        assert!(server.send(identity(&session))["Error"]["Code"].is_string());

        let journal = server.admin(&admin_token, "GET", "/requests?limit=1000", "");
        assert!(journal["requests"].as_array().unwrap().len() > 15, "{journal}");
        let log = server.end();
        assert!(log.contains("TRACE") || log.contains("DEBUG"), "nothing was logged: {log}");
        let secrets = [
            ("root key", root.secret_key.as_str()),
            ("user's key", &user.secret_key),
            ("second key", text(&key["AccessKey"]["SecretAccessKey"])),
            ("session's key", &session.secret_key),
            ("token", &token),
            ("given key", given),
            ("admin token", &admin_token),
            ("wrong admin token", "wrong-token-of-nobody"),
            ("master key", MASTER_KEY),
        ];
        for (place, written) in [("log", log), ("journal", journal.to_string())] {
            let written = written.to_lowercase();
            for (what, secret) in secrets {
                assert!(secret.len() >= 16, "{what}: {secret}");
                if let Some(at) = written.find(&secret.to_lowercase()) {
                    let line = written[..at].rfind('\n').map_or(0, |start| start + 1);
                    panic!("the {place} contains the {what}: {}", &written[line..at]);
                }
            }
        }
    });
}

#[test]
fn an_admin_token_that_cannot_be_sent_is_refused_at_start() {
    for token in [
        "two\nlines-of-it",
        "caf\u{e9}-caf\u{e9}",
        "with\u{1}control",
        " leading-space",
        "trailing-space ",
        "tab\tinside",
    ] {
        let directory = Directory::new();
        let why = refusal(directory.path(), &["--listen", "127.0.0.1:0", "--admin-token", token]);
        assert!(why.contains("--admin-token") && why.contains("cannot be sent in a header"), "{why}");
        assert!(!why.contains(token.trim()), "{why}");
        if token.trim() == token {
            std::fs::write(directory.path().join("admin-token"), format!("{token}\n")).unwrap();
            let why = refusal(directory.path(), &["--listen", "127.0.0.1:0"]);
            assert!(why.contains("admin-token") && why.contains("cannot be sent in a header"), "{why}");
            assert!(!why.contains(token), "{why}");
        }
    }
    let directory = Directory::new();
    std::fs::write(directory.path().join("admin-token"), "short\n").unwrap();
    assert!(refusal(directory.path(), &["--listen", "127.0.0.1:0"]).contains("fewer than 8 characters"));
    let token = "with space and ~";
    let server = Server::start(directory.path(), &["--listen", "127.0.0.1:0", "--admin-token", token], "warn");
    assert!(server.admin(token, "GET", "/accounts", "")["accounts"].is_array());
    server.end();
}

#[test]
fn a_published_key_that_an_earlier_start_stored_is_not_served_off_loopback() {
    let directory = Directory::new();
    let given = ["--root-secret-id", EXAMPLE_ID, "--root-secret-key", EXAMPLE_KEY];
    let local = Server::start(directory.path(), &[&["--listen", "127.0.0.1:0"][..], &given].concat(), "warn");
    assert_eq!(local.said("secret_id"), EXAMPLE_ID);
    local.end();
    let exposed = ["--listen", "0.0.0.0:0", "--allow-public"];
    for options in [exposed.to_vec(), [&exposed[..], &given].concat()] {
        let why = refusal(directory.path(), &options);
        assert!(why.contains("can be reached from other machines") && why.contains("example"), "{why}");
        assert!(!why.contains(EXAMPLE_KEY), "{why}");
    }
}
