//! Identity providers of role sign-on: the SAML providers and the OIDC configurations.

use super::Done;
use crate::dialect::decode::{List, Text, even_empty};
use crate::dialect::tencent::params::{Flag, Name};
use crate::dialect::tencent::proofs::{self, IdentityUrl};
use crate::dialect::tencent::{principal, shown::local_time};
use crate::engine::authorize::Authorized;
use crate::engine::cx::{Cx, Write};
use crate::engine::fault::Fault;
use crate::engine::providers::{self, AboutProvider, NewProvider, Protocol, Provider};
use crate::texts;
use serde::{Deserialize, Serialize};

texts! {
    /// The name of a new provider. The form is that of a role's name: the documentation gives none.
    ProviderName(text) if (1..=128).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+=,.@_-".contains(&byte)),
        "1 to 128 letters, digits or +=,.@_-";
    /// A description of a provider. The limit is ours.
    ProviderDescription(text) if text.len() <= 1024, "at most 1024 bytes";
    /// The id of a client, which the provider gave.
    ClientId(text) if (1..=255).contains(&text.chars().count()) && !text.chars().any(char::is_control),
        "1 to 255 characters, no control characters";
}

/// The most clients of one provider. The number is ours.
type Clients = List<ClientId, 100>;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CreateSAMLProvider {
    name: ProviderName,
    description: ProviderDescription,
    #[serde(rename = "SAMLMetadataDocument")]
    metadata: Text<{ proofs::LONGEST_METADATA }>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreatedProvider {
    provider_arn: String,
}

pub async fn reads_saml(_: &Cx, input: Authorized<CreateSAMLProvider>) -> Result<NewProvider, Fault> {
    proofs::metadata(input.metadata.as_str()).map_err(proofs::wrong_metadata)?;
    let material = input.metadata.as_str().to_owned();
    let (description, url, clients) = (input.description.to_string(), String::new(), Vec::new());
    let about = AboutProvider { description, url, clients, material, rotates: false };
    Ok(NewProvider { protocol: Protocol::Saml, name: input.name.to_string(), about })
}

pub async fn create_saml(write: &mut Write<'_, '_>, new: &NewProvider) -> Result<CreatedProvider, Fault> {
    providers::create(write, new).await?;
    Ok(CreatedProvider { provider_arn: principal::provider_arn(write.account(), Protocol::Saml, &new.name) })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct GetSAMLProvider {
    name: Name,
}

pub type DeleteSAMLProvider = GetSAMLProvider;
pub type DeleteOIDCConfig = GetSAMLProvider;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ShownProvider {
    #[serde(flatten)]
    listed: ListedProvider,
    #[serde(rename = "SAMLMetadata")]
    metadata: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListedProvider {
    name: String,
    description: String,
    create_time: String,
    modify_time: String,
}

fn listed(provider: Provider) -> ListedProvider {
    ListedProvider {
        name: provider.name,
        description: provider.about.description,
        create_time: local_time(provider.created_at),
        modify_time: local_time(provider.updated_at),
    }
}

pub async fn get_saml(cx: &Cx, input: Authorized<GetSAMLProvider>) -> Result<ShownProvider, Fault> {
    let mut provider = providers::get(cx, Protocol::Saml, &input.name).await?;
    let metadata = std::mem::take(&mut provider.about.material);
    Ok(ShownProvider { listed: listed(provider), metadata })
}

pub async fn delete_saml(write: &mut Write<'_, '_>, input: &Authorized<DeleteSAMLProvider>) -> Result<Done, Fault> {
    providers::delete(write, Protocol::Saml, &input.name).await?;
    Ok(Done {})
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListSAMLProviders {}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListedProviders {
    total_count: usize,
    #[serde(rename = "SAMLProviderSet")]
    providers: Vec<ListedProvider>,
}

pub async fn list_saml(cx: &Cx, _: Authorized<ListSAMLProviders>) -> Result<ListedProviders, Fault> {
    let providers: Vec<_> = providers::list(cx, Protocol::Saml).await?.into_iter().map(listed).collect();
    Ok(ListedProviders { total_count: providers.len(), providers })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct UpdateSAMLProvider {
    name: Name,
    #[serde(default, deserialize_with = "even_empty")]
    description: Option<ProviderDescription>,
    #[serde(rename = "SAMLMetadataDocument")]
    metadata: Option<Text<{ proofs::LONGEST_METADATA }>>,
}

pub async fn update_saml(write: &mut Write<'_, '_>, input: &Authorized<UpdateSAMLProvider>) -> Result<Done, Fault> {
    let metadata = input.metadata.as_ref().map(Text::as_str);
    metadata.map(proofs::metadata).transpose().map_err(proofs::wrong_metadata)?;
    providers::update(write, Protocol::Saml, &input.name, |about| {
        if let Some(description) = &input.description {
            about.description = description.to_string();
        }
        if let Some(metadata) = metadata {
            about.material = metadata.to_owned();
        }
    })
    .await?;
    Ok(Done {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CreateOIDCConfig {
    identity_url: IdentityUrl,
    client_id: Clients,
    name: ProviderName,
    identity_key: Text<{ proofs::LONGEST_KEYS }>,
    description: Option<ProviderDescription>,
    auto_rotate_key: Option<Flag>,
}

pub type UpdateOIDCConfig = CreateOIDCConfig;

/// Replaces everything, as UpdateOIDCConfig does: what is left out becomes empty.
pub async fn reads_oidc(_: &Cx, input: Authorized<CreateOIDCConfig>) -> Result<NewProvider, Fault> {
    if input.client_id.is_empty() {
        return Err(Fault::illegal("ClientId", "at least one client"));
    }
    proofs::keys(input.identity_key.as_str()).map_err(proofs::wrong_keys)?;
    let about = AboutProvider {
        description: input.description.as_deref().unwrap_or_default().to_owned(),
        url: input.identity_url.to_string(),
        clients: input.client_id.iter().map(|client| client.to_string()).collect(),
        material: input.identity_key.as_str().to_owned(),
        rotates: input.auto_rotate_key.is_some_and(|flag| flag.0),
    };
    Ok(NewProvider { protocol: Protocol::Oidc, name: input.name.to_string(), about })
}

pub async fn create_oidc(write: &mut Write<'_, '_>, new: &NewProvider) -> Result<Done, Fault> {
    providers::create(write, new).await?;
    Ok(Done {})
}

pub async fn update_oidc(write: &mut Write<'_, '_>, new: &NewProvider) -> Result<Done, Fault> {
    providers::update(write, Protocol::Oidc, &new.name, |about| about.clone_from(&new.about)).await?;
    Ok(Done {})
}

pub async fn delete_oidc(write: &mut Write<'_, '_>, input: &Authorized<DeleteOIDCConfig>) -> Result<Done, Fault> {
    providers::delete(write, Protocol::Oidc, &input.name).await?;
    Ok(Done {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DescribeOIDCConfig {
    name: ProviderName,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ShownOidc {
    provider_type: u64,
    identity_url: String,
    identity_key: String,
    client_id: Vec<String>,
    status: u64,
    description: String,
    name: String,
    auto_rotate_key: u64,
}

/// `ProviderType` of a provider of role sign-on, as the documentation has it.
const OF_ROLES: u64 = 11;

pub async fn describe_oidc(cx: &Cx, input: Authorized<DescribeOIDCConfig>) -> Result<ShownOidc, Fault> {
    let Provider { name, about, .. } = providers::get(cx, Protocol::Oidc, &input.name).await?;
    Ok(ShownOidc {
        provider_type: OF_ROLES,
        identity_url: about.url,
        identity_key: about.material,
        client_id: about.clients,
        status: proofs::ENABLED,
        description: about.description,
        name,
        auto_rotate_key: u64::from(about.rotates),
    })
}
