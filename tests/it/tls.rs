//! TLS: handshakes that are never finished, the names that the local authority speaks for, and what it can never sign.

use crate::support::{Process, Test, in_memory, text};
use axum::Router;
use axum::routing::any;
use camulator::dialect::Dialects;
use camulator::env::Env;
use camulator::secret::Secret;
use camulator::server::bounds::{BODIES_IN_FLIGHT, Bounds, Deadlines};
use camulator::server::tls::authority::Authority;
use camulator::server::tls::{from_authority, provider};
use camulator::server::{connection, listen};
use camulator::surface::router;
use rcgen::{CertificateParams, Issuer, KeyPair};
use serde_json::json;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::client::danger::ServerCertVerifier;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use tokio_rustls::{TlsAcceptor, TlsConnector};

const NEVER: Duration = Duration::from_secs(3600);
const PATIENT: Deadlines = Deadlines { head: NEVER, body: NEVER, idle: NEVER };
const SHORT: Duration = Duration::from_millis(500);
const HOST: &str = "sts.tencentcloudapi.com";

async fn in_time<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), what).await.expect("it hangs")
}

/// A new authority of the clouds that come with the program: what is kept of it, and the certificate to trust.
fn authority() -> (Secret, Authority, RootCertStore) {
    let (env, domains) = (Env::system(), Dialects::BUILT_IN.domains());
    let text = Authority::make(&env, &domains).unwrap();
    let authority = Authority::read(&text, &env, &domains).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(authority.root_pem().as_bytes()).unwrap()).unwrap();
    (text, authority, roots)
}

struct Listening {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<()>,
    connector: TlsConnector,
}

impl Listening {
    async fn stop(self) {
        self.stop.send(()).unwrap();
        in_time(self.ended).await.unwrap();
    }

    async fn connect(&self, host: &str) -> std::io::Result<TlsStream<TcpStream>> {
        let name = ServerName::try_from(host.to_owned()).unwrap();
        let stream = TcpStream::connect(self.address).await.unwrap();
        in_time(self.connector.connect(name, stream)).await
    }
}

fn client(roots: RootCertStore, protocols: &[&str]) -> TlsConnector {
    let config = ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions().unwrap();
    let mut config = config.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    TlsConnector::from(Arc::new(config))
}

async fn serve(t: &Test, deadlines: Deadlines) -> (Test, Listening) {
    let t = t.with(Bounds::new(deadlines, BODIES_IN_FLIGHT), false);
    let (_, authority, roots) = authority();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let tls = Some(from_authority(authority).unwrap());
    let surface = router(t.app.clone());
    let ended = tokio::spawn(listen(listener, tls, surface, deadlines, async move { drop(stopped.await) }));
    (t, Listening { address, stop, ended, connector: client(roots, &["http/1.1"]) })
}

async fn answer(stream: &mut TlsStream<TcpStream>) -> String {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap_or("0");
            if body.len() >= length.parse().unwrap() {
                return text;
            }
        }
        let mut chunk = [0; 4096];
        let read = in_time(stream.read(&mut chunk)).await.unwrap();
        assert!(read > 0, "closed after {text:?}");
        bytes.extend(&chunk[..read]);
    }
}

// ------------------------------------------------------------------------------------------------ names

#[test]
fn a_client_that_trusts_the_authority_reaches_every_host_of_the_clouds() {
    in_memory(async |t| {
        let (_, server) = serve(&t, PATIENT).await;
        for host in [
            HOST,
            "cam.tencentcloudapi.com",
            "CAM.TencentCloudAPI.com",
            "cam.intl.tencentcloudapi.com",
            "cam.ap-guangzhou.tencentcloudapi.com",
            "cam.api.qcloud.com",
            "iam.bj.baidubce.com",
            "sts.apigw.ntruss.com",
            "localhost",
            "cam.localhost",
            "127.0.0.1",
        ] {
            let mut stream = server.connect(host).await.unwrap_or_else(|error| panic!("{host}: {error}"));
            let (request, expected) = match host.to_lowercase() {
                cam if cam.starts_with("cam.") && !cam.ends_with("localhost") => {
                    (t.root().call("cam", "2019-01-16", "ListUsers", json!({})).host(host, host).wire(), "Data")
                }
                sts if sts == HOST => {
                    let call = t.root().call("sts", "2018-08-13", "GetCallerIdentity", json!({}));
                    (call.host(host, host).wire(), "AccountId")
                }
                _ => (format!("GET /_camulator/livez HTTP/1.1\r\nhost: {host}\r\n\r\n").into_bytes(), "ok"),
            };
            for _ in 0..2 {
                stream.write_all(&request).await.unwrap();
                let answer = answer(&mut stream).await;
                assert!(answer.starts_with("HTTP/1.1 200") && answer.contains(expected), "{host}: {answer}");
            }
            let (_, session) = stream.get_ref();
            assert_eq!(session.alpn_protocol(), Some(&b"http/1.1"[..]));
        }
        server.stop().await;
    });
}

#[test]
fn a_host_of_somebody_else_gets_no_certificate() {
    in_memory(async |t| {
        let (_, server) = serve(&t, PATIENT).await;
        for host in [
            "example.com",
            "tencentcloudapi.com",
            "xtencentcloudapi.com",
            "sts.tencentcloudapi.com.example.com",
            "cloud.tencent.com",
            "mylocalhost",
            "192.0.2.1",
        ] {
            server.connect(host).await.err().unwrap_or_else(|| panic!("{host} was served"));
        }
        let other = Listening { connector: client(authority().2, &[]), ..server };
        other.connect(HOST).await.expect_err("another authority is not trusted");
        other.stop().await;
    });
}

#[test]
fn only_http_1_1_is_spoken() {
    in_memory(async |t| {
        let (_, server) = serve(&t, PATIENT).await;
        // The protocol is refused before the certificate is looked at.
        let none = Listening { connector: client(authority().2, &["h2"]), ..server };
        let error = none.connect(HOST).await.expect_err("h2 is not served");
        assert!(error.to_string().contains("NoApplicationProtocol"), "{error}");
        none.stop().await;
    });
}

// ------------------------------------------------------------------------------------------------ strangers

/// The beginning of a handshake, and what is none.
fn beginnings() -> Vec<Vec<u8>> {
    // A record of a handshake that announces 512 bytes and has ten.
    let unfinished = [&[0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3][..], &[0; 4]].concat();
    vec![Vec::new(), vec![0x16], unfinished]
}

#[test]
fn a_handshake_and_the_first_head_share_a_deadline() {
    in_memory(async |t| {
        let (_, server) = serve(&t, Deadlines { head: SHORT, ..PATIENT }).await;
        for beginning in beginnings() {
            let began = Instant::now();
            let mut stream = TcpStream::connect(server.address).await.unwrap();
            stream.write_all(&beginning).await.unwrap();
            let mut rest = Vec::new();
            let _ = in_time(stream.read_to_end(&mut rest)).await;
            assert!(began.elapsed() >= SHORT / 2, "{beginning:?}: {rest:?}");
        }
        // One that keeps growing.
        let (mut reader, mut writer) = TcpStream::connect(server.address).await.unwrap().into_split();
        let growing = tokio::spawn(async move {
            let _ = writer.write_all(&beginnings()[2]).await;
            while writer.write_all(&[0]).await.is_ok() {
                tokio::time::sleep(SHORT / 20).await;
            }
        });
        let _ = in_time(reader.read(&mut [0; 64])).await;
        in_time(growing).await.unwrap();
        // A whole handshake, and no head or a part of one.
        for beginning in ["", "POST / HTTP/1.1\r\nx: "] {
            let began = Instant::now();
            let mut stream = server.connect(HOST).await.unwrap();
            stream.write_all(beginning.as_bytes()).await.unwrap();
            assert_eq!(in_time(stream.read(&mut [0; 64])).await.unwrap_or(0), 0);
            assert!(began.elapsed() < 20 * SHORT, "the deadline began again");
        }
        server.stop().await;
    });
}

#[test]
fn what_is_no_handshake_is_cut_off_at_once() {
    in_memory(async |t| {
        let (_, server) = serve(&t, PATIENT).await;
        for noise in [&b"GET / HTTP/1.1\r\nhost: a\r\n\r\n"[..], &[0xff; 64], &[0; 64]] {
            let mut stream = TcpStream::connect(server.address).await.unwrap();
            stream.write_all(noise).await.unwrap();
            let mut rest = Vec::new();
            let _ = in_time(stream.read_to_end(&mut rest)).await;
            assert!(!String::from_utf8_lossy(&rest).contains("HTTP"), "{rest:?}");
        }
        let mut served = server.connect(HOST).await.unwrap();
        served.write_all(b"GET /_camulator/livez HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
        assert!(answer(&mut served).await.contains("ok"));
        server.stop().await;
    });
}

#[test]
fn a_stop_does_not_wait_for_handshakes_or_idle_clients() {
    in_memory(async |t| {
        let (_, server) = serve(&t, PATIENT).await;
        let (mut open, mut idle) = (Vec::new(), Vec::new());
        for _ in 0..20 {
            for beginning in beginnings() {
                let mut stream = TcpStream::connect(server.address).await.unwrap();
                stream.write_all(&beginning).await.unwrap();
                open.push(stream);
            }
            idle.push(server.connect(HOST).await.unwrap());
        }
        server.stop().await;
        for mut stream in idle {
            assert!(matches!(in_time(stream.read(&mut [0; 64])).await, Ok(0) | Err(_)));
        }
    });
}

/// TLS takes more than it has sent, so an answer that nobody reads may wait in a flush.
#[test]
fn an_unread_answer_has_a_deadline() {
    in_memory(async |_| {
        for length in [20_000, 64 << 20] {
            let (_, authority, roots) = authority();
            let tls: TlsAcceptor = from_authority(authority).unwrap();
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
            let (accepted, peer) = listener.accept().await.unwrap();
            let surface = Router::new().fallback(any(move || async move { vec![0_u8; length] }));
            let (_stopping, watching) = watch::channel(false);
            let deadlines = Deadlines { idle: SHORT, ..PATIENT };
            let served = tokio::spawn(connection::serve_tls(tls, accepted, peer, surface, deadlines, watching));
            let name = ServerName::try_from(HOST).unwrap();
            let mut stream = in_time(client(roots, &[]).connect(name, stream)).await.unwrap();
            stream.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
            in_time(served).await.unwrap();
        }
    });
}

// ------------------------------------------------------------------------------------------------ the authority

/// A certificate for this host, signed with the stolen key of the authority.
fn forge(text: &Secret, issuer: &CertificateDer<'_>, host: &str) -> CertificateDer<'static> {
    let key = KeyPair::from_pem(text.expose()).unwrap();
    let subject = common_name(issuer);
    let mut params = CertificateParams::default();
    params.distinguished_name = Default::default();
    params.distinguished_name.push(rcgen::DnType::OrganizationName, "camulator");
    params.distinguished_name.push(rcgen::DnType::CommonName, subject);
    let mut host = CertificateParams::new([host.to_owned()]).unwrap();
    host.use_authority_key_identifier_extension = true;
    let own = KeyPair::generate().unwrap();
    host.signed_by(&own, &Issuer::new(params, key)).unwrap().der().clone()
}

/// The name of the issuer: `camulator local issuer` and eight digits, as it stands in the certificate.
fn common_name(issuer: &CertificateDer<'_>) -> String {
    let readable = String::from_utf8_lossy(issuer).into_owned();
    let start = readable.find("camulator local issuer").unwrap();
    readable[start..start + "camulator local issuer 01234567".len()].to_owned()
}

#[test]
fn the_key_of_the_authority_can_sign_nothing_else() {
    let (text, _, roots) = authority();
    let pem = text.expose();
    let chain: Vec<_> = CertificateDer::pem_slice_iter(pem.as_bytes()).map(Result::unwrap).collect();
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider()).build().unwrap();
    let now = UnixTime::now();
    let dir = std::env::temp_dir().join(format!("camulator-forged-{}", std::process::id()));
    std::fs::create_dir(&dir).unwrap();
    let write = |name: &str, der: &CertificateDer<'_>| {
        let lines = base64_lines(der);
        std::fs::write(dir.join(name), format!("-----BEGIN CERTIFICATE-----\n{lines}-----END CERTIFICATE-----\n"))
            .unwrap();
    };
    write("issuer.pem", &chain[0]);
    write("root.pem", &chain[1]);
    for (host, allowed) in [
        (HOST, true),
        ("localhost", true),
        ("127.0.0.1", true),
        ("example.com", false),
        ("xtencentcloudapi.com", false),
        ("cloud.tencent.com", false),
        ("192.0.2.1", false),
        ("10.0.0.1", false),
    ] {
        let forged = forge(&text, &chain[0], host);
        let name = ServerName::try_from(host).unwrap();
        let verified = verifier.verify_server_cert(&forged, &[chain[0].clone()], &name, &[], now);
        assert_eq!(verified.is_ok(), allowed, "{host}: {verified:?}");
        write("host.pem", &forged);
        let openssl = Command::new("openssl")
            .args(["verify", "-purpose", "sslserver", "-CAfile", "root.pem", "-untrusted", "issuer.pem", "host.pem"])
            .current_dir(&dir)
            .output();
        // Where there is no openssl, the library above is the only judge.
        if let Ok(judged) = openssl {
            let said = String::from_utf8_lossy(&judged.stderr).into_owned();
            assert_eq!(judged.status.success(), allowed, "{host}: {said}");
            assert!(allowed || said.contains("permitted subtree violation"), "{host}: {said}");
        }
    }
    if let Ok(shown) =
        Command::new("openssl").args(["x509", "-noout", "-text", "-in", "issuer.pem"]).current_dir(&dir).output()
    {
        let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
        assert!(shown.contains("X509v3 Name Constraints: critical"), "{shown}");
        assert!(shown.contains("CA:TRUE, pathlen:0"), "{shown}");
    }
    std::fs::remove_dir_all(&dir).unwrap();
}

fn base64_lines(der: &[u8]) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    text.as_bytes().chunks(64).map(|line| format!("{}\n", std::str::from_utf8(line).unwrap())).collect()
}

// ------------------------------------------------------------------------------------------------ the program

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

fn home(name: &str) -> std::path::PathBuf {
    let home = std::env::temp_dir().join(format!("camulator-tls-{name}-{}", std::process::id()));
    std::fs::create_dir(&home).unwrap();
    home
}

async fn reaches(ready: &serde_json::Value, pem: &str) {
    let address: SocketAddr = text(&ready["tls_url"]).strip_prefix("https://").unwrap().parse().unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()).unwrap();
    let stream = TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from(HOST).unwrap();
    let mut stream = in_time(client(roots, &[]).connect(name, stream)).await.unwrap();
    stream.write_all(b"GET /_camulator/tls-authority.pem HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    assert!(answer(&mut stream).await.ends_with(pem), "the certificate is not offered");
}

#[tokio::test]
async fn a_restart_keeps_the_authority() {
    let home = home("kept");
    let data = home.join("data");
    let options = ["--tls-listen", "127.0.0.1:0", "--tls-local-ca"];
    let file = home.join("camulator.toml");
    std::fs::write(&file, "tls-listen = \"127.0.0.1:0\"\ntls-local-ca = true\n").unwrap();
    let in_file = ["--config", file.to_str().unwrap()];
    let variables = [("CAMULATOR_TLS_LISTEN", "localhost:0"), ("CAMULATOR_TLS_LOCAL_CA", "true")];
    let starts = [(&options[..], &[][..]), (&[], &variables), (&in_file, &[])];
    let mut certificates = Vec::new();
    for (options, variables) in starts {
        let mut server = Process::serve(&data, options, variables);
        let ready = server.ready().unwrap();
        assert_eq!(text(&ready["tls_authority"]), data.join("tls-authority.pem").to_str().unwrap());
        let pem = std::fs::read_to_string(data.join("tls-authority.pem")).unwrap();
        reaches(&ready, &pem).await;
        certificates.push(pem);
        let key = std::fs::read_to_string(data.join("tls-authority.key")).unwrap();
        let secret = key.lines().nth(1).unwrap();
        assert!(secret.len() > 40 && !ready.to_string().contains(secret));
        assert_eq!((mode(&data.join("tls-authority.key")), mode(&data.join("tls-authority.pem"))), (0o600, 0o644));
        let said = server.end();
        assert!(!said.contains(secret) && !said.contains("PRIVATE KEY"), "{said}");
    }
    certificates.dedup();
    assert_eq!(certificates.len(), 1, "a restart changed the authority");
    std::fs::remove_dir_all(&home).unwrap();
}

#[tokio::test]
async fn nothing_of_an_ephemeral_authority_is_written() {
    let home = home("ephemeral");
    let data = home.join("data");
    let mut server = Process::serve(&data, &["--ephemeral", "--tls-listen", "127.0.0.1:0", "--tls-local-ca"], &[]);
    let ready = server.ready().unwrap();
    assert!(ready["tls_authority"].is_null() && !data.exists(), "{ready}");
    let address = text(&ready["url"]).strip_prefix("http://").unwrap().to_owned();
    let mut stream = TcpStream::connect(&address).await.unwrap();
    let request = format!("GET /_camulator/tls-authority.pem HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    in_time(stream.read_to_string(&mut answer)).await.unwrap();
    let (_, pem) = answer.split_once("\r\n\r\n").unwrap();
    reaches(&ready, pem).await;
    drop(server);
    std::fs::remove_dir_all(&home).unwrap();
}

#[tokio::test]
async fn the_listener_speaks_tls_with_a_certificate_of_ones_own() {
    let home = home("own");
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    let (cert, key_file) = (home.join("cert.pem"), home.join("key.pem"));
    std::fs::write(&cert, certificate.pem()).unwrap();
    std::fs::write(&key_file, key.serialize_pem()).unwrap();
    let path = |path: &Path| path.to_str().unwrap().to_owned();
    let options = ["--tls-cert".to_owned(), path(&cert), "--tls-key".to_owned(), path(&key_file)];
    let mut server = Process::serve(&home.join("data"), &options.each_ref().map(String::as_str), &[]);
    let ready = server.ready().unwrap();
    let address = text(&ready["url"]).strip_prefix("https://").unwrap().to_owned();
    let mut roots = RootCertStore::empty();
    roots.add(certificate.der().clone()).unwrap();
    let stream = TcpStream::connect(&address).await.unwrap();
    let mut stream = client(roots, &[]).connect(ServerName::try_from("localhost").unwrap(), stream).await.unwrap();
    stream.write_all(b"GET /_camulator/tls-authority.pem HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    let said = answer(&mut stream).await;
    assert!(said.starts_with("HTTP/1.1 404") && said.contains("--tls-local-ca"), "{said}");
    // The client commands reach it, and a health check without the certificate does too.
    let run = |arguments: &[&str], trusted: Option<&Path>| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_camulator"));
        command.args(arguments).env_remove("SSL_CERT_FILE").env("CAMULATOR_ADMIN_TOKEN", text(&ready["admin_token"]));
        command.env("CAMULATOR_URL", format!("https://localhost:{}", address.rsplit(':').next().unwrap()));
        command.envs(trusted.map(|file| ("SSL_CERT_FILE", file)));
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    };
    assert_eq!(run(&["health"], None).0, Some(0), "{}", run(&["health"], None).1);
    let list = run(&["account", "list"], Some(&cert));
    assert_eq!(list.0, Some(0), "{}", list.1);
    assert!(list.1.contains(text(&ready["account"])), "{}", list.1);
    let untrusted = run(&["account", "list"], None);
    assert!(untrusted.0 == Some(2) && untrusted.1.contains("SSL_CERT_FILE"), "{}", untrusted.1);
    drop(server);
    std::fs::remove_dir_all(&home).unwrap();
}

#[test]
fn every_wrong_file_is_one_line() {
    let home = home("wrong");
    let file = |name: &str, content: &str| {
        std::fs::write(home.join(name), content).unwrap();
        home.join(name).to_str().unwrap().to_owned()
    };
    let (key, other) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let certificate = CertificateParams::new(["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    let good = file("cert.pem", &certificate.pem());
    let good_key = file("key.pem", &key.serialize_pem());
    let other_key = file("other.pem", &other.serialize_pem());
    let empty = file("empty.pem", "");
    let words = file("text.pem", "not a certificate");
    let cut = file("cut.pem", &certificate.pem()[..200]);
    let garbage = file("garbage.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    let garbage_key = file("garbage-key.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
    let locked =
        file("locked.pem", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n");
    let missing = home.join("missing.pem").to_str().unwrap().to_owned();
    let directory = home.to_str().unwrap().to_owned();
    let busy = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = busy.local_addr().unwrap().to_string();
    let cases: Vec<(Vec<&str>, &str)> = vec![
        (vec!["--tls-cert", &missing, "--tls-key", &good_key], "missing.pem: cannot be read"),
        (vec!["--tls-cert", &directory, "--tls-key", &good_key], "cannot be read"),
        (vec!["--tls-cert", &empty, "--tls-key", &good_key], "there is no certificate in PEM form"),
        (vec!["--tls-cert", &words, "--tls-key", &good_key], "there is no certificate in PEM form"),
        (vec!["--tls-cert", &good_key, "--tls-key", &good_key], "there is no certificate in PEM form"),
        (vec!["--tls-cert", &cut, "--tls-key", &good_key], "cut.pem: is not in PEM form"),
        (vec!["--tls-cert", &garbage, "--tls-key", &good_key], "garbage.pem: the first certificate cannot be read"),
        (vec!["--tls-cert", &good, "--tls-key", &missing], "missing.pem: cannot be read"),
        (vec!["--tls-cert", &good, "--tls-key", &good], "there is no unencrypted private key"),
        (vec!["--tls-cert", &good, "--tls-key", &locked], "there is no unencrypted private key"),
        (vec!["--tls-cert", &good, "--tls-key", &garbage_key], "garbage-key.pem: the key cannot be used"),
        (vec!["--tls-cert", &good, "--tls-key", &other_key], "other.pem: this is not the key of the first certificate"),
        (vec!["--tls-cert", &good], "--tls-cert needs --tls-key"),
        (vec!["--tls-key", &good_key], "--tls-key needs --tls-cert"),
        (vec!["--tls-local-ca"], "--tls-local-ca needs --tls-listen"),
        (vec!["--tls-listen", "127.0.0.1:0"], "--tls-listen needs --tls-local-ca"),
        (vec!["--tls-listen", "here", "--tls-local-ca"], "--tls-listen `here` is not an address"),
        (vec!["--tls-listen", "0.0.0.0:0", "--tls-local-ca"], "--tls-listen 0.0.0.0:0 can be reached"),
        (vec!["--tls-listen", &port, "--tls-local-ca"], "choose another address with --tls-listen"),
    ];
    for (options, expected) in cases {
        let data = home.join("data");
        let refusal = Process::serve(&data, &options, &[]).ready().expect_err(&format!("{options:?}"));
        assert!(refusal.contains(expected), "{options:?}: {refusal}");
        assert!(!data.exists(), "{options:?} left something behind");
    }
    let data = home.join("data");
    std::fs::create_dir(&data).unwrap();
    std::fs::write(data.join("tls-authority.key"), "not a key").unwrap();
    let refusal = Process::serve(&data, &["--tls-listen", "127.0.0.1:0", "--tls-local-ca"], &[]).ready().unwrap_err();
    assert!(refusal.contains("tls-authority.key") && refusal.contains("delete it"), "{refusal}");
    std::fs::remove_dir_all(&home).unwrap();
}
