//! The toy cloud's wire: REST paths, JSON bodies, a signature of its own, headers on its answers.

use super::language::LANGUAGE;
use camulator::dialect::contract::{Answer, Claim, Claimed, Dialect, Head, Named, Permission, Route, Subject};
use camulator::dialect::decode::Json;
use camulator::dialect::rest;
use camulator::engine::cloud::{Cloud, Durations, Ids, Quotas};
use camulator::engine::evidence::{Deed, Deeds};
use camulator::engine::fault::{Fault, Malformed, Unauthenticated, Unrouted};
use camulator::engine::ids::SecretId;
use camulator::engine::model::{Caller, Identity};
use camulator::secret::{self, Secret};
use hmac::{Hmac, KeyInit, Mac};
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

pub static CLOUD: Cloud = Cloud {
    name: "toy",
    language: &LANGUAGE,
    ids: Ids {
        account: |env| ((7000 + env.below(1000)).to_string(), 7_000_000 + i64::try_from(env.below(1000)).unwrap()),
        is_account: |text| text.len() == 4 && text.starts_with('7'),
        account_form: "four digits that begin with 7",
        user: |env| (format!("u-{}", env.alphanumeric(8)), i64::try_from(env.below(1 << 40)).unwrap()),
        group: |env| format!("g-{}", env.alphanumeric(8)),
        role: |number| format!("r-{:08}", number.value()),
        policy: |number| format!("p-{:08}", number.value()),
        key: |env| format!("toy-{}", env.alphanumeric(12)),
        secret: |env| env.alphanumeric(20),
        session_key: |env| format!("toy-{}", env.alphanumeric(12)),
        session_secret: |env| env.alphanumeric(20),
        token: |env| env.alphanumeric(40),
    },
    quotas: Quotas {
        roles: 3,
        tags: 0,
        users: 10,
        receivers: 0,
        unverified_users_per_day: 10,
        groups: 0,
        group_members: 0,
        user_groups: 0,
        policies: 10,
        policy_versions: 1,
        attachments: 10,
        keys: 1,
        providers: 0,
    },
    durations: Durations {
        role_default: 60,
        role_longest: 60,
        federation_default: 60,
        federation_longest: 60,
        federation_longest_of_root: 60,
    },
    fold_role_name: str::to_lowercase,
    presets: LazyLock::new(Vec::new),
};

pub static DIALECT: Dialect = Dialect {
    name: "toy",
    cloud: &CLOUD,
    domains: &["toy.example"],
    detect: |head| head.path.starts_with("/toy/"),
    claim: |head, now| {
        let Some(key) = head.header("toy-key") else {
            let named = rest::find(super::ALL, &head.method, &head.path);
            return match named.is_some_and(|(op, _)| op.permission == Permission::Unsigned) {
                true => Ok(Claimed::Nobody),
                false => Err(Fault::Unauthenticated(Unauthenticated::Unsigned)),
            };
        };
        let part = |name| head.header(name).map(str::to_owned).ok_or(Fault::Malformed(Malformed::MissingHeader(name)));
        let signed_at: i64 = part("toy-date")?.parse().map_err(|_| malformed("toy-date"))?;
        if (now.seconds() - signed_at).abs() > 60 {
            return Err(Fault::Unauthenticated(Unauthenticated::Stale { seconds: now.seconds() - signed_at }));
        }
        Ok(Claimed::By(Claim {
            scheme: "TOY",
            secret_id: SecretId::from(key),
            token: head.header("toy-token").map(|token| Secret::new(token.to_owned())),
            signed_at,
            scope: String::new(),
            signed_headers: "toy-date".into(),
            signature: part("toy-signature")?,
        }))
    },
    claim_in_body: |_, _| Err(Fault::Unauthenticated(Unauthenticated::Unsigned)),
    verify: |request, claim, key| {
        let Head { method, path, .. } = &*request.head;
        let expected = sign(key.secret.expose(), method.as_str(), path, claim.signed_at, &request.body);
        if secret::same(expected.as_bytes(), claim.signature.as_bytes()) {
            return Ok(());
        }
        let (canonical_request, string_to_sign) = (format!("{method} {path}"), format!("{}", claim.signed_at));
        Err(Fault::Unauthenticated(Unauthenticated::Signature { canonical_request, string_to_sign }))
    },
    free: |_, _| vec!["query"],
    named: |request| Named { service: "toy".to_owned(), action: request.head.path.clone(), ..Named::default() },
    route: |request| {
        let Head { method, path, .. } = &*request.head;
        let (op, mut fields) = rest::find(super::ALL, method, path).ok_or_else(|| {
            let (service, version) = (Some("toy".to_owned()), String::new());
            Fault::Unrouted(Unrouted::Action { service, version, action: format!("{method} {path}") })
        })?;
        if !request.body.is_empty() {
            let Json::Object(members) = Json::read(&request.body)? else { return Err(malformed("body")) };
            fields.extend(members);
        }
        Ok(Route::to(op, Json::Object(fields)))
    },
    conditions: |_, _, _| Vec::new(),
    deeds: Deeds {
        action: |deed| match deed {
            Deed::CreatePolicy | Deed::Attach(_) => "toy:Permit",
            Deed::CreateKey => "toy:CreateUser",
            Deed::ListRoles => "toy:ListRoles",
            _ => "toy:Administer",
        },
        includes: |_, _| false,
    },
    assumes: |_, _| None,
    is_foreign: |_, _, _| false,
    on_role: |_, role| Subject { resources: Some(vec![format!("role/{}", role.name)]), ..Subject::default() },
    encode: |_, op, outcome, request_id| {
        let (status, body, code) = match outcome {
            Ok(_) if op.is_some_and(|op| op.path.is_some_and(|(method, _)| method == "DELETE")) => {
                (204, String::new(), None)
            }
            Ok(body) => (200, body.clone(), None),
            Err(fault) => {
                let (status, code) = failure(fault);
                (status, format!(r#"{{"error":"{code}"}}"#), Some(code))
            }
        };
        let id = HeaderValue::try_from(format!("toy/{request_id}")).unwrap();
        let headers = vec![
            (CONTENT_TYPE, HeaderValue::from_static("application/json")),
            (HeaderName::from_static("toy-request"), id),
        ];
        Answer { status, headers, body: body.into_bytes(), code }
    },
    stubs: None,
    is_published: |_| false,
    principal: |name| {
        let (account, user) = name.strip_prefix("toy/")?.split_once('/')?;
        let identity = if user == "root" { Identity::Root } else { Identity::User(user.into()) };
        Some(Caller { account: account.into(), identity, secret_id: SecretId::from(""), session: None })
    },
    arn: |caller| match &caller.identity {
        Identity::Root => format!("toy/{}/root", caller.account),
        _ => format!("toy/{}/{}", caller.account, caller.id()),
    },
    is_operation_level: |_| false,
    variables: |id, secret| vec![("TOY_KEY", id.to_owned()), ("TOY_SECRET", secret.to_owned())],
    example: |_, _, _, _| String::new(),
    defect_code: |_, _| "BadPolicy",
    operations: super::ALL,
};

fn malformed(name: &'static str) -> Fault {
    Fault::Malformed(Malformed::Header { name, value: String::new() })
}

fn failure(fault: &Fault) -> (u16, &'static str) {
    match fault {
        Fault::Malformed(_) | Fault::Parameter(_) => (400, "BadRequest"),
        Fault::Document(_) => (400, "BadPolicy"),
        Fault::Unrouted(_) => (404, "NoSuchPath"),
        Fault::Unauthenticated(_) => (401, "Unauthenticated"),
        Fault::Denied(_) => (403, "Denied"),
        Fault::NotFound(..) => (404, "NotFound"),
        Fault::Exists(..) | Fault::Refused(_) => (409, "Conflict"),
        Fault::Quota(..) => (409, "QuotaExceeded"),
        Fault::RateLimited { .. } => (429, "TooMany"),
        Fault::Internal(_) => (500, "Internal"),
    }
}

/// HMAC-SHA256 over method, path, date and the digest of the body.
pub fn sign(secret: &str, method: &str, path: &str, date: i64, body: &[u8]) -> String {
    let text = format!("{method} {path} {date} {}", hex::encode(Sha256::digest(body)));
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}
