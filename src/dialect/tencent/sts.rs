//! STS 2018-08-13: AssumeRole, GetFederationToken, GetSessionToken, GetCallerIdentity and QueryApiKey.

use super::cam::keys::owner;
use super::params::{Arn, Contact, ExternalId, FederationName, Id, SessionName, Tags, session_tags};
use super::{conditions, principal};
use crate::dialect::contract::Subject;
use crate::dialect::decode::Text;
use crate::dialect::rest::percent_decoded;
use crate::engine::authorize::Authorized;
use crate::engine::cx::{Cx, Opened};
use crate::engine::fault::{Fault, Refusal};
use crate::engine::keys;
use crate::engine::model::{Identity, NamedRole};
use crate::engine::protection;
use crate::engine::sessions::{self, NewSession};
use crate::numbers;
use crate::policy::{Defect, Problem, Span};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A session policy as it is sent. The limit is ours: the documentation gives none.
type SessionPolicy = Text<16_384>;

numbers! {
    /// The wanted length of a session, in seconds. Its limit depends on the role or the caller and is checked later.
    DurationSeconds(seconds in 1..), "1 second or more";
}

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

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ShownCredentials {
    token: String,
    tmp_secret_id: String,
    tmp_secret_key: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ShownSession {
    credentials: ShownCredentials,
    expired_time: i64,
    expiration: String,
}

impl ShownSession {
    /// Shows the credentials of a new session.
    pub fn of(credentials: &sessions::Credentials) -> ShownSession {
        ShownSession {
            credentials: ShownCredentials {
                token: credentials.token.expose().to_owned(),
                tmp_secret_id: credentials.secret_id.to_string(),
                tmp_secret_key: credentials.secret.expose().to_owned(),
            },
            expired_time: credentials.expires_at.seconds(),
            expiration: credentials.expires_at.rfc3339(),
        }
    }
}

pub async fn assume_role(cx: &Cx, input: Authorized<AssumeRole>) -> Result<Opened<ShownSession>, Fault> {
    let named = role_of(&input)?;
    let wanted = NewSession {
        name: input.role_session_name.to_string(),
        seconds: input.duration_seconds.map(|seconds| seconds.0),
        policy: input.policy.as_ref().map(session_policy).transpose()?,
        tags: session_tags(&input.tags)?,
        source_identity: input.source_identity.as_deref().unwrap_or_default().to_owned(),
        // The code was checked before the permission, because conditions can ask for it.
        second_factor: input.factor().is_some(),
    };
    let opened = sessions::assume(cx, input.evidence(), &named, &wanted).await?;
    Ok(Opened { reply: ShownSession::of(&opened.reply), row: opened.row })
}

/// Returns the role to be assumed under both of its names, the requested one first, with its tags for conditions.
///
/// Without such a role, permission is asked on the requested name alone.
pub async fn assumed_role(cx: &Cx, input: &AssumeRole) -> Result<Subject, Fault> {
    let second_factor = match input.factor() {
        Some((serial, code)) => {
            check_factor(cx, serial, code).await?;
            Some((Cow::Borrowed("qcs:mfa"), "true".into()))
        }
        None => None,
    };
    let mut resources = vec![input.role_arn.to_string()];
    let mut context = conditions::request_tags(&input.tags);
    if let Some((owner, role)) = cx.engine.named_role(&role_of(input)?).await? {
        let subject = conditions::on_role(&owner.id, &role);
        resources = subject.resources.unwrap_or_default();
        resources.sort_by_key(|name| **name != *input.role_arn);
        context.extend(subject.context);
    }
    context.extend(input.external_id.iter().map(|id| (Cow::Borrowed("sts:external_id"), id.to_string().into())));
    context.extend(second_factor);
    context.extend(conditions::source_identity(input.source_identity.as_deref().unwrap_or_default()));
    Ok(Subject { resources: Some(resources), context })
}

impl AssumeRole {
    /// Returns the serial number of a device and its code. What is missing of them is empty; an empty text is missing.
    fn factor(&self) -> Option<(&str, &str)> {
        let serial = self.serial_number.as_deref().unwrap_or_default();
        let code = self.token_code.as_deref().unwrap_or_default();
        (!serial.is_empty() || !code.is_empty()).then_some((serial, code))
    }
}

/// Checks a code of the caller's device. Devices have one serial number in every account; other kinds of second factor have
/// others.
async fn check_factor(cx: &Cx, serial: &str, code: &str) -> Result<(), Fault> {
    let own = ["qcs::cam:uin/", cx.account.id.as_str(), "::mfa/"].concat();
    match serial.strip_prefix(&own) {
        Some("softToken") => protection::check_code(cx, code).await,
        Some(_) => Err(Fault::Refused(Refusal::SecondFactor)),
        None => Err(Fault::illegal("SerialNumber", "`qcs::cam:uin/<account>::mfa/softToken`")),
    }
}

fn role_of(input: &AssumeRole) -> Result<NamedRole, Fault> {
    role_named(&input.role_arn)
}

/// Reads the resource name of the role to be assumed.
pub fn role_named(arn: &Arn) -> Result<NamedRole, Fault> {
    principal::role(arn).ok_or_else(|| {
        Fault::illegal("RoleArn", "`qcs::cam::uin/<account>:roleName/<name>` or `qcs::cam::uin/<account>:role/<id>`")
    })
}

/// Decodes a session policy, which clients encode for a URL. Plain JSON without `%` and `+` stays as it is.
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

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct GetFederationToken {
    name: FederationName,
    policy: SessionPolicy,
    duration_seconds: Option<DurationSeconds>,
}

pub async fn get_federation_token(
    cx: &Cx,
    input: Authorized<GetFederationToken>,
) -> Result<Opened<ShownSession>, Fault> {
    let wanted = NewSession {
        name: input.name.to_string(),
        seconds: input.duration_seconds.map(|seconds| seconds.0),
        policy: Some(session_policy(&input.policy)?),
        tags: Vec::new(),
        source_identity: String::new(),
        second_factor: false,
    };
    let opened = sessions::federate(cx, &wanted)?;
    Ok(Opened { reply: ShownSession::of(&opened.reply), row: opened.row })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct GetSessionToken {
    serial_number: Contact,
    token_code: Contact,
    duration_seconds: Option<DurationSeconds>,
}

/// Opens a session with the caller's own rights, which carries that a second factor was given.
pub async fn get_session_token(cx: &Cx, input: Authorized<GetSessionToken>) -> Result<Opened<ShownSession>, Fault> {
    if cx.caller.is_temporary() {
        return Err(Fault::Refused(Refusal::TemporaryKey));
    }
    check_factor(cx, &input.serial_number, &input.token_code).await?;
    let wanted = NewSession {
        // Such a session has no name.
        name: String::new(),
        seconds: input.duration_seconds.map(|seconds| seconds.0),
        policy: None,
        tags: Vec::new(),
        source_identity: String::new(),
        second_factor: true,
    };
    let opened = sessions::federate(cx, &wanted)?;
    Ok(Opened { reply: ShownSession::of(&opened.reply), row: opened.row })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct QueryApiKey {
    target_uin: Option<Id>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListedApiKeys {
    id_keys: Vec<ApiKey>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ApiKey {
    secret_id: String,
    create_time: i64,
    status: u64,
}

pub async fn query_api_key(cx: &Cx, input: Authorized<QueryApiKey>) -> Result<ListedApiKeys, Fault> {
    let owner = owner(cx, &input.target_uin)?;
    let shown = |key: keys::KeyInfo| ApiKey {
        secret_id: key.secret_id.to_string(),
        create_time: key.created_at.seconds(),
        status: if key.active { 2 } else { 3 },
    };
    Ok(ListedApiKeys { id_keys: keys::list(cx, owner.as_ref()).await?.into_iter().map(shown).collect() })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GetCallerIdentity {}

/// Every member is a text, the ids included.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CallerIdentity<'a> {
    arn: String,
    account_id: &'a str,
    user_id: Cow<'a, str>,
    principal_id: &'a str,
    #[serde(rename = "Type")]
    kind: &'static str,
}

pub async fn get_caller_identity(cx: &Cx, _: Authorized<GetCallerIdentity>) -> Result<CallerIdentity<'_>, Fault> {
    let id = cx.caller.id();
    let (kind, user_id) = match &cx.caller.identity {
        Identity::Root | Identity::User(_) => ("CAMUser", Cow::Borrowed(id)),
        Identity::Role { id: role, session, .. } => ("CAMRole", Cow::Owned(format!("{role}:{session}"))),
        Identity::Federated { session, .. } if session.is_empty() => ("CAMUser", Cow::Borrowed(id)),
        Identity::Federated { session, .. } => ("CAMUser", Cow::Owned(format!("{id}:{session}"))),
        Identity::Anonymous => ("Anonymous", Cow::Borrowed("")),
    };
    Ok(CallerIdentity {
        arn: principal::arn(&cx.caller),
        account_id: cx.account.id.as_str(),
        user_id,
        principal_id: id,
        kind,
    })
}
