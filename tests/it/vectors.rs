//! Replays `tests/wire/tc3_vectors.json`: signed requests that others made, with the expected verdicts.

#[path = "../signatures/judge.rs"]
mod judge;

use crate::tc3;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use camulator::dialect::tencent::tc3::derive;
use camulator::engine::fault::{Fault, Unauthenticated};
use camulator::secret::Secret;
use hmac::{Hmac, KeyInit, Mac};
use judge::{Given, Judge, Sent};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

const LEAST: usize = 400;
const LEAST_REFUSED: usize = 250;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "about")]
    _about: String,
    counts: Counts,
    keys: BTreeMap<String, Given>,
    vectors: Vec<Vector>,
}

#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
struct Counts {
    vectors: usize,
    accepted: usize,
    refused: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    id: usize,
    note: String,
    now: i64,
    method: String,
    target: String,
    headers: Vec<(String, Bytes)>,
    body: Bytes,
    verdict: String,
    canonical_request: Option<String>,
    string_to_sign: Option<String>,
    signature: Option<String>,
}

#[derive(Clone, Deserialize)]
#[serde(untagged)]
enum Bytes {
    Text(String),
    Other { base64: String },
}

impl Bytes {
    fn read(&self) -> Vec<u8> {
        match self {
            Bytes::Text(text) => text.clone().into_bytes(),
            Bytes::Other { base64 } => STANDARD.decode(base64).unwrap(),
        }
    }
}

fn file() -> (File, Judge) {
    let file: File = serde_json::from_str(include_str!("../wire/tc3_vectors.json")).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let judge = runtime.block_on(Judge::new(&file.keys)).unwrap();
    (file, judge)
}

impl Vector {
    fn headers(&self) -> Vec<(String, Vec<u8>)> {
        self.headers.iter().map(|(name, value)| (name.clone(), value.read())).collect()
    }

    fn is_newer(&self) -> bool {
        self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("authorization"))
    }
}

#[test]
fn the_file_is_what_it_says() {
    let (file, _) = file();
    let accepted = file.vectors.iter().filter(|vector| vector.verdict == "ok").count();
    let counted = Counts { vectors: file.vectors.len(), accepted, refused: file.vectors.len() - accepted };
    assert_eq!(file.counts, counted);
    assert!(counted.vectors >= LEAST && counted.refused >= LEAST_REFUSED, "{counted:?}");
    assert!(file.vectors.iter().enumerate().all(|(place, vector)| vector.id == place + 1));
    let notes: BTreeSet<&str> = file.vectors.iter().map(|vector| &*vector.note).collect();
    assert_eq!(notes.len(), counted.vectors, "two vectors have the same note");
}

#[test]
fn every_vector_has_its_verdict() {
    let (file, judge) = file();
    let mut wrong = Vec::new();
    for vector in &file.vectors {
        let (headers, body) = (vector.headers(), vector.body.read());
        let sent = Sent { method: &vector.method, target: &vector.target, headers: &headers, body };
        let verdict = judge.verdict(&sent, vector.now);
        if verdict != vector.verdict {
            wrong.push(format!("{} {}: {verdict} instead of {}", vector.id, vector.note, vector.verdict));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The intermediate texts lead to the signature. Where the server shows its own, they are the same.
#[test]
fn the_steps_of_every_accepted_vector_are_right() {
    let (file, judge) = file();
    let (mut newer, mut shown) = (0, 0);
    for vector in file.vectors.iter().filter(|vector| vector.verdict == "ok") {
        let read = |text: &Option<String>| text.clone().unwrap();
        let (canonical, text) = (read(&vector.canonical_request), read(&vector.string_to_sign));
        let signature = read(&vector.signature);
        if !vector.is_newer() {
            assert_eq!(canonical, "", "{}", vector.note);
            continue;
        }
        newer += 1;
        assert!(text.ends_with(&format!("\n{}", tc3::digest(canonical.as_bytes()))), "{}", vector.note);
        let mut headers = vector.headers();
        let (_, authorization) =
            headers.iter_mut().find(|(name, _)| name.eq_ignore_ascii_case("authorization")).unwrap();
        let written = String::from_utf8(authorization.clone()).unwrap();
        let id = written.split("Credential=").nth(1).and_then(|rest| rest.split('/').next()).unwrap();
        let scope = text.split('\n').nth(2).unwrap();
        let key = derive(&Secret::new(file.keys[id].secret_key.clone()), scope);
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&key).unwrap();
        mac.update(text.as_bytes());
        assert_eq!(hex::encode(mac.finalize().into_bytes()), signature, "{}", vector.note);
        // A wrong signature makes the server show what it expected, in its most likely form.
        *authorization = written.to_ascii_lowercase().find(&signature).map_or_else(Vec::new, |place| {
            [&written[..place], &"0".repeat(64), &written[place + 64..]].concat().into_bytes()
        });
        let body = vector.body.read();
        let sent = Sent { method: &vector.method, target: &vector.target, headers: &headers, body };
        let fault = judge.judge(&sent, vector.now).unwrap_err();
        let Some(Fault::Unauthenticated(Unauthenticated::Signature { canonical_request, string_to_sign })) = fault
        else {
            panic!("{}: {fault:?}", vector.note);
        };
        if string_to_sign == text {
            shown += 1;
            assert!(canonical_request == canonical || canonical_request.contains("not shown"), "{}", vector.note);
        }
    }
    eprintln!("{newer} canonical requests, {shown} of them as the server shows them");
    assert!(shown * 2 > newer);
}
