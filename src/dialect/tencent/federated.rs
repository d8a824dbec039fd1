//! STS for identities that a provider vouches for: AssumeRoleWithSAML and AssumeRoleWithWebIdentity.
//!
//! Neither needs a signature: the proof is in the parameters. The role's resource name says in which account.

use super::params::{Arn, Name, SessionName};
use super::principal;
use super::proofs;
use super::sts::{DurationSeconds, ShownSession, role_named};
use crate::dialect::contract::Head;
use crate::dialect::decode::Text;
use crate::engine::Engine;
use crate::engine::authorize::Authorized;
use crate::engine::cx::{Cx, Opened};
use crate::engine::evidence::{Conditions, Vouched};
use crate::engine::fault::{Fault, Internal, Kind, Refusal, Required};
use crate::engine::ids::AccountId;
use crate::engine::providers::{self, Protocol};
use crate::engine::sessions::{self, NewSession};
use crate::federation::saml::{self, Expected, Proven};
use crate::federation::{Flaw, decode_text, token};
use serde::Deserialize;
use std::borrow::Cow;
use std::sync::Arc;

/// The address that a response must be for (the guide on SAML roles).
const RECIPIENT: &str = "https://cloud.tencent.com/login/saml";

/// The names of Tencent Cloud as an audience. The guides of identity providers give the first.
const AUDIENCES: &[&str] = &["cloud.tencent.com", "https://cloud.tencent.com", RECIPIENT];

/// The attribute that names the roles that the subject may assume, each with its provider.
const ROLES: &str = "https://cloud.tencent.com/SAML/Attributes/Role";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AssumeRoleWithSAML {
    /// A response in base64. The limit is ours: the documentation gives none.
    #[serde(rename = "SAMLAssertion")]
    response: Text<100_000>,
    principal_arn: Arn,
    role_arn: Arn,
    role_session_name: SessionName,
    duration_seconds: Option<DurationSeconds>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AssumeRoleWithWebIdentity {
    provider_id: Name,
    /// A token in compact form. The limit is ours: the documentation gives none.
    web_identity_token: Text<20_000>,
    role_arn: Arn,
    role_session_name: SessionName,
    duration_seconds: Option<DurationSeconds>,
}

pub async fn account_of_saml(engine: &Arc<Engine>, _: &Head, input: &AssumeRoleWithSAML) -> Result<AccountId, Fault> {
    account_of(engine, &input.role_arn).await
}

pub async fn account_of_token(
    engine: &Arc<Engine>,
    _: &Head,
    input: &AssumeRoleWithWebIdentity,
) -> Result<AccountId, Fault> {
    account_of(engine, &input.role_arn).await
}

/// Returns the account of a role. Where there is no such account there is no such role.
async fn account_of(engine: &Arc<Engine>, role: &Arn) -> Result<AccountId, Fault> {
    let account = role_named(role)?.account;
    engine.tenant(&account).await?.required(Kind::AssumedRole, role)?;
    Ok(account)
}

pub async fn assume_with_saml(cx: &Cx, input: Authorized<AssumeRoleWithSAML>) -> Result<Opened<ShownSession>, Fault> {
    let Some((account, provider)) = principal::provider(&input.principal_arn, Protocol::Saml) else {
        return Err(Fault::illegal("PrincipalArn", "a name like `qcs::cam::uin/<account>:saml-provider/<name>`"));
    };
    if account != cx.account.id.as_str() {
        return Err(Fault::illegal("PrincipalArn", "a provider of the role's account"));
    }
    let stored = providers::get(cx, Protocol::Saml, provider).await?;
    let metadata = proofs::metadata(&stored.about.material).map_err(|flaw| unreadable(&stored.name, flaw))?;
    let refused = |Flaw(why)| Fault::Refused(Refusal::Assertion { why });
    let response = decode_text(input.response.as_str()).map_err(refused)?;
    let (recipient, audiences, now) = (RECIPIENT, AUDIENCES, cx.now);
    let proven = saml::verify(&response, &Expected { metadata: &metadata, recipient, audiences, now });
    let proven = proven.map_err(refused)?;
    if !names_role(&proven, &input.role_arn, &input.principal_arn) {
        return Err(refused(Flaw(format!("its attribute `{ROLES}` does not name this role with this provider"))));
    }
    let context = [
        ("saml:aud", RECIPIENT.to_owned()),
        ("saml:iss", proven.issuer),
        ("saml:sub", proven.subject),
        ("saml:sub_type", proven.format),
    ];
    let vouched = Vouched { provider: input.principal_arn.to_string(), context: conditions(context) };
    input.evidence().vouch(vouched);
    assume(cx, &input, &input.role_arn, &input.role_session_name, input.duration_seconds).await
}

/// Returns whether the assertion lets its subject assume this role by this provider. A value is
/// `<role>,<provider>`; some providers put several roles before the comma, with semicolons between them.
fn names_role(proven: &Proven, role: &str, provider: &str) -> bool {
    let values = proven.attributes.iter().filter(|(name, _)| name == ROLES).flat_map(|(_, values)| values);
    values.flat_map(|value| value.split_once(',')).any(|(first, second)| {
        let has = |list: &str, name: &str| list.split(';').any(|item| item.trim() == name);
        has(first, role) && has(second, provider) || has(first, provider) && has(second, role)
    })
}

pub async fn assume_with_token(
    cx: &Cx,
    input: Authorized<AssumeRoleWithWebIdentity>,
) -> Result<Opened<ShownSession>, Fault> {
    let provider = providers::get(cx, Protocol::Oidc, &input.provider_id).await?;
    let keys = proofs::keys(&provider.about.material).map_err(|flaw| unreadable(&provider.name, flaw))?;
    let refused = |Flaw(why)| Fault::Refused(Refusal::Token { why });
    let claims = token::verify(input.web_identity_token.as_str(), &keys, cx.now).map_err(refused)?;
    if claims.issuer != provider.about.url {
        return Err(refused(Flaw::from("`iss` is not the URL of the provider")));
    }
    let is_client = |audience: &String| provider.about.clients.contains(audience);
    let audiences: Vec<String> = claims.audiences.into_iter().filter(is_client).collect();
    if audiences.is_empty() {
        return Err(refused(Flaw::from("`aud` is none of the provider's clients")));
    }
    let others = [("oidc:iss", claims.issuer), ("oidc:sub", claims.subject)];
    let context = conditions(audiences.into_iter().map(|audience| ("oidc:aud", audience)).chain(others));
    let provider = principal::provider_arn(&cx.account.id, Protocol::Oidc, &provider.name);
    input.evidence().vouch(Vouched { provider, context });
    assume(cx, &input, &input.role_arn, &input.role_session_name, input.duration_seconds).await
}

async fn assume<T>(
    cx: &Cx,
    input: &Authorized<T>,
    role: &Arn,
    name: &SessionName,
    seconds: Option<DurationSeconds>,
) -> Result<Opened<ShownSession>, Fault> {
    let wanted = NewSession {
        name: name.to_string(),
        seconds: seconds.map(|seconds| seconds.0),
        policy: None,
        tags: Vec::new(),
        source_identity: String::new(),
    };
    let opened = sessions::assume(cx, input.evidence(), &role_named(role)?, &wanted).await?;
    Ok(Opened { reply: ShownSession::of(&opened.reply), row: opened.row })
}

fn conditions(values: impl IntoIterator<Item = (&'static str, String)>) -> Conditions {
    values.into_iter().map(|(key, value)| (Cow::Borrowed(key), value.into())).collect()
}

/// What was stored was checked; it can only have been changed outside this program.
fn unreadable(provider: &str, Flaw(why): Flaw) -> Fault {
    Fault::Internal(Internal::Unreadable { what: format!("identity provider {provider}"), why })
}
