//! STS 2018-08-13: AssumeRole, GetFederationToken and GetCallerIdentity.

use super::cloud::LONGEST_ROLE_SESSION;
use super::params::{Arn, Contact, ExternalId, FederationName, SessionName, Tags, session_tags};
use super::{conditions, principal};
use crate::dialect::contract::Subject;
use crate::dialect::decode::Text;
use crate::engine::authorize::Authorized;
use crate::engine::cx::{Cx, Opened};
use crate::engine::fault::{Fault, Refusal};
use crate::engine::model::Identity;
use crate::engine::model::NamedRole;
use crate::engine::sessions::{self, Wanted};
use crate::policy::{Defect, Problem, Span};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A session policy as it is sent; the documents give no limit for it, this one is ours.
type SessionPolicy = Text<16_384>;

/// AssumeRole's request.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AssumeRole {
    role_arn: Arn,
    role_session_name: SessionName,
    duration_seconds: Option<DurationSeconds>,
    policy: Option<SessionPolicy>,
    external_id: Option<ExternalId>,
    #[serde(default)]
    tags: Tags,
    source_identity: Option<SessionName>,
    serial_number: Option<Contact>,
    token_code: Option<Contact>,
}

/// How long a session is to live, in seconds.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "i64")]
pub struct DurationSeconds(i64);

impl TryFrom<i64> for DurationSeconds {
    type Error = &'static str;

    fn try_from(seconds: i64) -> Result<DurationSeconds, &'static str> {
        if (1..=LONGEST_ROLE_SESSION).contains(&seconds) {
            Ok(DurationSeconds(seconds))
        } else {
            Err("1 to 43200 seconds")
        }
    }
}

/// Temporary credentials.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Credentials {
    token: String,
    tmp_secret_id: String,
    tmp_secret_key: String,
}

/// The reply of every action that opens a session.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Session {
    credentials: Credentials,
    expired_time: i64,
    expiration: String,
}

impl Session {
    fn of(credentials: &sessions::Credentials) -> Session {
        Session {
            credentials: Credentials {
                token: credentials.token.expose().to_owned(),
                tmp_secret_id: credentials.secret_id.to_string(),
                tmp_secret_key: credentials.secret.expose().to_owned(),
            },
            expired_time: credentials.expires_at.seconds(),
            expiration: credentials.expires_at.rfc3339(),
        }
    }
}

/// AssumeRole.
pub async fn assume_role(cx: &Cx, input: Authorized<AssumeRole>) -> Result<Opened<Session>, Fault> {
    if input.serial_number.is_some() || input.token_code.is_some() {
        return Err(Fault::Refused(Refusal::SecondFactor));
    }
    let named = role_of(&input)?;
    let wanted = Wanted {
        name: input.role_session_name.as_str().to_owned(),
        seconds: input.duration_seconds.map(|seconds| seconds.0),
        policy: input.policy.as_ref().map(session_policy).transpose()?,
        tags: session_tags(&input.tags)?,
        source_identity: input.source_identity.as_ref().map_or("", SessionName::as_str).to_owned(),
    };
    let opened = sessions::assume(cx, input.evidence(), &named, &wanted).await?;
    Ok(Opened { reply: Session::of(&opened.reply), row: opened.row })
}

/// AssumeRole is granted on the role that was found, under its own names: the one that was asked for, which is one of
/// them, and the other. Where none is found, on the name that was asked for. Conditions can ask for the role's tags.
pub async fn assumed_role(cx: &Cx, input: &AssumeRole) -> Result<Subject, Fault> {
    let mut resources = vec![input.role_arn.as_str().to_owned()];
    let mut context = conditions::request_tags(&input.tags);
    if let Some((owner, role)) = cx.engine.named_role(&role_of(input)?).await? {
        let subject = conditions::on_role(&owner.id, &role);
        resources = subject.resources.unwrap_or_default();
        resources.sort_by_key(|name| *name != input.role_arn.as_str());
        context.extend(subject.context);
    }
    context
        .extend(input.external_id.iter().map(|id| (Cow::Borrowed("sts:external_id"), id.as_str().to_owned().into())));
    context.extend(conditions::source_identity(input.source_identity.as_ref().map_or("", SessionName::as_str)));
    Ok(Subject { resources: Some(resources), context })
}

fn role_of(input: &AssumeRole) -> Result<NamedRole, Fault> {
    principal::role(input.role_arn.as_str()).ok_or_else(|| {
        Fault::illegal("RoleArn", "`qcs::cam::uin/<account>:roleName/<name>` or `qcs::cam::uin/<account>:role/<id>`")
    })
}

/// The caller encodes the policy for a URL, and it is decoded whatever it looks like; plain JSON without `%` and `+`
/// comes through that unchanged.
fn session_policy(sent: &SessionPolicy) -> Result<String, Fault> {
    let sent = sent.as_str();
    percent_decoded(&sent.replace('+', " ")).ok_or_else(|| {
        let len = sent.len();
        Fault::Document(Problem {
            defect: Defect::NotJson,
            path: String::new(),
            span: Span { line: 1, column: 1, offset: 0, len },
            message:
                "the document is not encoded for a URL: a `%` is followed by no two hexadecimal digits, or the bytes \
                      are not UTF-8"
                    .to_owned(),
        })
    })
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let (digits, after) = rest.split_at_checked(2)?;
        let mut byte = [0];
        hex::decode_to_slice(digits, &mut byte).ok()?;
        bytes.extend(byte);
        rest = after;
    }
    String::from_utf8(bytes).ok()
}

/// GetFederationToken's request. The documentation allows letters in a name; the COS clients send `cos-sts-python`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct GetFederationToken {
    name: FederationName,
    policy: SessionPolicy,
    duration_seconds: Option<FederationSeconds>,
}

/// How long a federation session is to live; the limit depends on who asks.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "i64")]
pub struct FederationSeconds(i64);

impl TryFrom<i64> for FederationSeconds {
    type Error = &'static str;

    fn try_from(seconds: i64) -> Result<FederationSeconds, &'static str> {
        if seconds >= 1 { Ok(FederationSeconds(seconds)) } else { Err("1 second or more") }
    }
}

/// GetFederationToken.
pub async fn get_federation_token(cx: &Cx, input: Authorized<GetFederationToken>) -> Result<Opened<Session>, Fault> {
    let wanted = Wanted {
        name: input.name.as_str().to_owned(),
        seconds: input.duration_seconds.map(|seconds| seconds.0),
        policy: Some(session_policy(&input.policy)?),
        tags: Vec::new(),
        source_identity: String::new(),
    };
    let opened = sessions::federate(cx, &wanted)?;
    Ok(Opened { reply: Session::of(&opened.reply), row: opened.row })
}

/// GetCallerIdentity's request.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GetCallerIdentity {}

/// GetCallerIdentity's reply. Every member is a text.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CallerIdentity {
    arn: String,
    account_id: String,
    user_id: String,
    principal_id: String,
    #[serde(rename = "Type")]
    kind: &'static str,
}

/// GetCallerIdentity.
pub async fn get_caller_identity(cx: &Cx, _: Authorized<GetCallerIdentity>) -> Result<CallerIdentity, Fault> {
    let id = cx.caller.id();
    let (kind, user_id) = match &cx.caller.identity {
        Identity::Root | Identity::User(_) => ("CAMUser", id.to_owned()),
        Identity::Role { id: role, session, .. } => ("CAMRole", format!("{role}:{session}")),
        Identity::Federated { session, .. } => ("CAMUser", format!("{id}:{session}")),
        Identity::Anonymous => ("Anonymous", String::new()),
    };
    Ok(CallerIdentity {
        arn: principal::arn(&cx.caller),
        account_id: cx.account.id.to_string(),
        user_id,
        principal_id: id.to_owned(),
        kind,
    })
}
