//! User sign-on: the SAML or OIDC provider whose identities sign in to the console as sub-users.

use super::Done;
use super::providers::{ClientId, ProviderDescription};
use crate::dialect::decode::{List, Text};
use crate::dialect::tencent::params::Flag;
use crate::dialect::tencent::proofs::{self, DISABLED, ENABLED, IdentityUrl};
use crate::engine::authorize::Authorized;
use crate::engine::cx::{Cx, Write};
use crate::engine::fault::{Fault, Internal, Kind, Required};
use crate::engine::providers::Protocol;
use crate::engine::sign_on::{self, SignOn};
use crate::{texts, words};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// What UpdateUserSAMLConfig does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Enable,
    Disable,
    Replace,
}

texts! {
    /// The domain of the users' names. The limit is that of a domain name.
    AuxiliaryDomain(text) if text.len() <= 253 && !text.chars().any(|letter| letter.is_control() || letter.is_whitespace()),
        "at most 253 bytes";
    /// The member of a token that is a sub-user's name.
    MappingField(text) if (1..=128).contains(&text.len()) && !text.chars().any(char::is_control),
        "1 to 128 characters, no control characters";
    ResponseType(text) if text == "id_token", "only `id_token`";
    ResponseMode(text) if ["form_post", "fragment"].contains(&&*text), "`form_post` or `fragment`";
    Scope(text) if ["openid", "email", "profile"].contains(&&*text), "`openid`, `email` or `profile`";
}

words! {
    Operate -> Change { "enable" => Change::Enable, "disable" => Change::Disable, "updateSAML" => Change::Replace }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CreateUserSAMLConfig {
    #[serde(rename = "SAMLMetadataDocument")]
    metadata: Text<{ proofs::LONGEST_METADATA }>,
    auxiliary_domain: Option<AuxiliaryDomain>,
}

pub async fn create_saml(write: &mut Write<'_, '_>, input: &Authorized<CreateUserSAMLConfig>) -> Result<Done, Fault> {
    proofs::metadata(input.metadata.as_str()).map_err(proofs::wrong_metadata)?;
    let new = SignOn {
        enabled: true,
        name: String::new(),
        material: input.metadata.as_str().to_owned(),
        settings: input.auxiliary_domain.as_deref().unwrap_or_default().to_owned(),
    };
    sign_on::create(write, Protocol::Saml, &new).await?;
    Ok(Done {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct UpdateUserSAMLConfig {
    operate: Operate,
    #[serde(rename = "SAMLMetadataDocument")]
    metadata: Option<Text<{ proofs::LONGEST_METADATA }>>,
    auxiliary_domain: Option<AuxiliaryDomain>,
}

pub async fn update_saml(write: &mut Write<'_, '_>, input: &Authorized<UpdateUserSAMLConfig>) -> Result<Done, Fault> {
    let metadata = input.metadata.as_ref().map(Text::as_str);
    metadata.map(proofs::metadata).transpose().map_err(proofs::wrong_metadata)?;
    sign_on::update(write, Protocol::Saml, |config| {
        match input.operate.0 {
            Change::Enable => config.enabled = true,
            Change::Disable => config.enabled = false,
            Change::Replace if metadata.is_none() => {
                return Err(Fault::illegal("SAMLMetadataDocument", "a document, which `updateSAML` needs"));
            }
            Change::Replace => {}
        }
        if let Some(metadata) = metadata {
            config.material = metadata.to_owned();
        }
        if let Some(domain) = &input.auxiliary_domain {
            config.settings = domain.to_string();
        }
        Ok(())
    })
    .await?;
    Ok(Done {})
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DescribeUserSAMLConfig {}

pub type DescribeUserOIDCConfig = DescribeUserSAMLConfig;
pub type DisableUserSSO = DescribeUserSAMLConfig;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ShownUserSaml {
    #[serde(rename = "SAMLMetadata")]
    metadata: String,
    status: u64,
    auxiliary_domain: String,
}

/// `Status` where nothing was ever configured.
const NOT_SET: u64 = 0;

fn status(config: &SignOn) -> u64 {
    if config.enabled { ENABLED } else { DISABLED }
}

pub async fn describe_saml(cx: &Cx, _: Authorized<DescribeUserSAMLConfig>) -> Result<ShownUserSaml, Fault> {
    Ok(match sign_on::get(cx, Protocol::Saml).await? {
        None => ShownUserSaml { metadata: String::new(), status: NOT_SET, auxiliary_domain: String::new() },
        Some(config) => {
            ShownUserSaml { status: status(&config), metadata: config.material, auxiliary_domain: config.settings }
        }
    })
}

pub async fn disable(write: &mut Write<'_, '_>, _: &Authorized<DisableUserSSO>) -> Result<Done, Fault> {
    sign_on::disable(write).await?;
    Ok(Done {})
}

/// `MappingFiled` is spelled as Tencent spells it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CreateUserOIDCConfig {
    identity_url: IdentityUrl,
    client_id: ClientId,
    authorization_endpoint: IdentityUrl,
    response_type: ResponseType,
    response_mode: ResponseMode,
    #[serde(rename = "MappingFiled")]
    mapping_field: MappingField,
    identity_key: Text<{ proofs::LONGEST_KEYS }>,
    #[serde(default)]
    scope: List<Scope, 10>,
    description: Option<ProviderDescription>,
    auto_rotate_key: Option<Flag>,
}

pub type UpdateUserOIDCConfig = CreateUserOIDCConfig;

/// What is stored of a configuration besides its URL and its keys.
#[derive(Deserialize, Serialize)]
struct StoredSettings<'a> {
    client: Cow<'a, str>,
    endpoint: Cow<'a, str>,
    response_type: Cow<'a, str>,
    response_mode: Cow<'a, str>,
    mapping: Cow<'a, str>,
    /// With spaces between the words.
    scope: Cow<'a, str>,
    description: Cow<'a, str>,
    rotates: bool,
}

pub async fn reads_oidc(_: &Cx, input: Authorized<CreateUserOIDCConfig>) -> Result<SignOn, Fault> {
    proofs::keys(input.identity_key.as_str()).map_err(proofs::wrong_keys)?;
    let mut scope: Vec<&str> = input.scope.iter().map(|scope| &**scope).collect();
    if scope.is_empty() {
        scope.push("openid");
    }
    let settings = StoredSettings {
        client: (&*input.client_id).into(),
        endpoint: (&*input.authorization_endpoint).into(),
        response_type: (&*input.response_type).into(),
        response_mode: (&*input.response_mode).into(),
        mapping: (&*input.mapping_field).into(),
        scope: scope.join(" ").into(),
        description: input.description.as_deref().unwrap_or_default().into(),
        rotates: input.auto_rotate_key.is_some_and(|flag| flag.0),
    };
    let settings = serde_json::to_string(&settings).map_err(|_| Internal::Bug("settings can be written as JSON"))?;
    let (name, material) = (input.identity_url.to_string(), input.identity_key.as_str().to_owned());
    Ok(SignOn { enabled: true, name, material, settings })
}

pub async fn create_oidc(write: &mut Write<'_, '_>, new: &SignOn) -> Result<Done, Fault> {
    sign_on::create(write, Protocol::Oidc, new).await?;
    Ok(Done {})
}

/// Replaces everything but whether it is enabled.
pub async fn update_oidc(write: &mut Write<'_, '_>, new: &SignOn) -> Result<Done, Fault> {
    sign_on::update(write, Protocol::Oidc, |config| {
        *config = SignOn { enabled: config.enabled, ..new.clone() };
        Ok(())
    })
    .await?;
    Ok(Done {})
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ShownUserOidc {
    provider_type: u64,
    identity_url: String,
    identity_key: String,
    client_id: String,
    status: u64,
    authorization_endpoint: String,
    scope: Vec<String>,
    response_type: String,
    response_mode: String,
    #[serde(rename = "MappingFiled")]
    mapping_field: String,
    description: String,
    auto_rotate_key: u64,
}

/// `ProviderType` of a provider of user sign-on, as the documentation has it.
const OF_USERS: u64 = 12;

pub async fn describe_oidc(cx: &Cx, _: Authorized<DescribeUserOIDCConfig>) -> Result<ShownUserOidc, Fault> {
    let config = sign_on::get(cx, Protocol::Oidc).await?.required(Kind::Provider, "OIDC")?;
    let unreadable = |error: serde_json::Error| Internal::Unreadable {
        what: "settings of user sign-on".to_owned(),
        why: error.to_string(),
    };
    let settings: StoredSettings<'_> = serde_json::from_str(&config.settings).map_err(unreadable)?;
    Ok(ShownUserOidc {
        provider_type: OF_USERS,
        status: status(&config),
        identity_url: config.name.clone(),
        identity_key: config.material.clone(),
        client_id: settings.client.into(),
        authorization_endpoint: settings.endpoint.into(),
        scope: settings.scope.split_whitespace().map(str::to_owned).collect(),
        response_type: settings.response_type.into(),
        response_mode: settings.response_mode.into(),
        mapping_field: settings.mapping.into(),
        description: settings.description.into(),
        auto_rotate_key: u64::from(settings.rotates),
    })
}
