//! STS 2018-08-13: AssumeRole, GetFederationToken and GetCallerIdentity.

use super::params::{Arn, Contact, ExternalId, FederationName, SessionName, Tags, session_tags};
use super::{conditions, principal};
use crate::dialect::contract::Subject;
use crate::dialect::decode::Text;
use crate::dialect::rest::percent_decoded;
use crate::engine::authorize::Authorized;
use crate::engine::cx::{Cx, Opened};
use crate::engine::fault::{Fault, Refusal};
use crate::engine::model::{Identity, NamedRole};
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
    if input.serial_number.is_some() || input.token_code.is_some() {
        return Err(Fault::Refused(Refusal::SecondFactor));
    }
    let named = role_of(&input)?;
    let wanted = NewSession {
        name: input.role_session_name.to_string(),
        seconds: input.duration_seconds.map(|seconds| seconds.0),
        policy: input.policy.as_ref().map(session_policy).transpose()?,
        tags: session_tags(&input.tags)?,
        source_identity: input.source_identity.as_deref().unwrap_or_default().to_owned(),
    };
    let opened = sessions::assume(cx, input.evidence(), &named, &wanted).await?;
    Ok(Opened { reply: ShownSession::of(&opened.reply), row: opened.row })
}

/// Returns the role to be assumed under both of its names, the requested one first, with its tags for conditions.
///
/// Without such a role, permission is asked on the requested name alone.
pub async fn assumed_role(cx: &Cx, input: &AssumeRole) -> Result<Subject, Fault> {
    let mut resources = vec![input.role_arn.to_string()];
    let mut context = conditions::request_tags(&input.tags);
    if let Some((owner, role)) = cx.engine.named_role(&role_of(input)?).await? {
        let subject = conditions::on_role(&owner.id, &role);
        resources = subject.resources.unwrap_or_default();
        resources.sort_by_key(|name| **name != *input.role_arn);
        context.extend(subject.context);
    }
    context.extend(input.external_id.iter().map(|id| (Cow::Borrowed("sts:external_id"), id.to_string().into())));
    context.extend(conditions::source_identity(input.source_identity.as_deref().unwrap_or_default()));
    Ok(Subject { resources: Some(resources), context })
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
    };
    let opened = sessions::federate(cx, &wanted)?;
    Ok(Opened { reply: ShownSession::of(&opened.reply), row: opened.row })
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
