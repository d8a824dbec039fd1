//! What a test sets up about an account and its people, because a cloud learns it elsewhere: `/accounts/{id}/state`,
//! `/members`, `/users/{user}/security`, `/users/{user}/mfa-tokens`, `/sign-in-policy` and `/data-flows`.

use super::input::{as_root, read};
use crate::engine::cx::{self, Cx};
use crate::engine::data_flows::{self, DataFlow};
use crate::engine::ids::UserId;
use crate::engine::members::{self, Member, MemberKind, NewMember};
use crate::engine::model::Standing;
use crate::engine::protection::{self, Bindings};
use crate::engine::sign_in::{self, SignInPolicy};
use crate::engine::users::Profile;
use crate::engine::{factor_tokens, standing};
use crate::server::app::App;
use crate::server::failure::{Failure, JsonReply};
use axum::body::Bytes;
use axum::extract::{Path, State};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The most things of an account that somebody else can manage.
const MANAGED: usize = 200;

/// Shows what is known of an account: `GET /accounts/{id}/state`.
pub async fn state(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<JsonReply<Standing>, Failure> {
    Ok(JsonReply(StatusCode::OK, as_root(&app, &id).await?.account.standing.clone()))
}

/// Sets it: `PUT /accounts/{id}/state`. What is left out gets its usual value.
pub async fn set_state(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<JsonReply<Standing>, Failure> {
    let wanted: Standing = read(&body)?;
    let is_word = |text: &str| text.len() <= 128 && !text.contains(char::is_control);
    if wanted.managed.len() > MANAGED {
        return Err(Failure::invalid(format!("managed has more than {MANAGED} items")));
    }
    if !is_word(&wanted.site) || !wanted.managed.iter().all(|managed| is_word(&managed.id)) {
        return Err(Failure::invalid(
            "site and the ids in managed must have at most 128 bytes, without control characters",
        ));
    }
    standing::set(as_root(&app, &id).await?, &wanted).await?;
    Ok(JsonReply(StatusCode::OK, wanted))
}

/// The attributes of a new member.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateMember {
    kind: String,
    id: Option<String>,
    name: String,
    remark: Option<String>,
    phone: Option<String>,
    country_code: Option<String>,
    email: Option<String>,
    #[serde(default)]
    console_login: bool,
    outside_id: Option<String>,
}

/// A member in an answer.
#[derive(Serialize)]
pub struct ShownMember {
    kind: String,
    id: String,
    uid: i64,
    name: String,
    remark: String,
    phone: String,
    country_code: String,
    email: String,
    console_login: bool,
    outside_id: String,
    created_at: String,
}

impl ShownMember {
    fn of(member: Member) -> ShownMember {
        ShownMember {
            kind: member.kind,
            id: member.id,
            uid: member.uid,
            name: member.name,
            remark: member.remark,
            phone: member.phone,
            country_code: member.country_code,
            email: member.email,
            console_login: member.console_login,
            outside_id: member.outside_id,
            created_at: member.created_at.rfc3339(),
        }
    }
}

/// The list of members.
#[derive(Serialize)]
pub struct ListedMembersOfAccount {
    members: Vec<ShownMember>,
}

fn kind_of(word: &str) -> Result<MemberKind, Failure> {
    MemberKind::of(word).ok_or_else(|| {
        let words: Vec<&str> = MemberKind::ALL.iter().map(|kind| kind.word()).collect();
        Failure::invalid(format!("kind `{word}` is not one of: {}", words.join(", ")))
    })
}

/// Adds a member: `POST /accounts/{id}/members`.
pub async fn add_member(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<JsonReply<ShownMember>, Failure> {
    let wanted: CreateMember = read(&body)?;
    let kind = kind_of(&wanted.kind)?;
    let texts = [&wanted.remark, &wanted.phone, &wanted.country_code, &wanted.email, &wanted.outside_id];
    if wanted.name.is_empty() || wanted.name.len() > 256 || texts.into_iter().flatten().any(|text| text.len() > 1024) {
        return Err(Failure::invalid("name must have 1 to 256 bytes, and every other text at most 1024"));
    }
    let cx = as_root(&app, &id).await?;
    if let Some(id) = wanted.id.as_ref().filter(|id| !(cx.account.cloud.ids.is_account)(id)) {
        let form = cx.account.cloud.ids.account_form;
        return Err(Failure::invalid(format!("id `{id}` is not an id of {}; give {form}", cx.account.cloud.name)));
    }
    let new = NewMember {
        kind,
        id: wanted.id,
        name: wanted.name,
        profile: Profile {
            remark: wanted.remark,
            console_login: Some(wanted.console_login),
            phone: wanted.phone,
            country_code: wanted.country_code,
            email: wanted.email,
        },
        outside_id: wanted.outside_id.unwrap_or_default(),
    };
    let made = cx::write(cx, move |write| {
        let new = new.clone();
        Box::pin(async move { members::create(write, &new).await })
    });
    Ok(JsonReply(StatusCode::CREATED, ShownMember::of(made.await?)))
}

/// Lists the members: `GET /accounts/{id}/members`.
pub async fn list_members(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<JsonReply<ListedMembersOfAccount>, Failure> {
    let members = members::list(&as_root(&app, &id).await?, None).await?;
    let members = members.into_iter().map(ShownMember::of).collect();
    Ok(JsonReply(StatusCode::OK, ListedMembersOfAccount { members }))
}

/// Removes a member: `DELETE /accounts/{id}/members/{kind}/{name}`.
pub async fn remove_member(
    State(app): State<Arc<App>>,
    Path((id, kind, name)): Path<(String, String, String)>,
) -> Result<StatusCode, Failure> {
    let kind = kind_of(&kind)?;
    let cx = as_root(&app, &id).await?;
    cx::write(cx, move |write| {
        let name = name.clone();
        Box::pin(async move { members::delete(write, kind, &name).await })
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Returns the user of an account; `None` for the root, whose id is the account's.
fn user_of(cx: &Cx, user: &str) -> Option<UserId> {
    (user != cx.account.id.as_str()).then(|| UserId::from(user))
}

/// What is bound to an identity. What is left out stays as it is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetSecurity {
    chat_bound: Option<bool>,
    /// `true` binds a device, with a new seed unless one is given; `false` takes it away.
    mfa_device: Option<bool>,
    mfa_seed: Option<String>,
}

/// What is bound to an identity, in an answer.
#[derive(Serialize)]
pub struct ShownSecurity {
    chat_bound: bool,
    mfa_device: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    mfa_seed: Option<String>,
}

/// Shows what is bound to a user: `GET /accounts/{id}/users/{user}/security`. The seed of a device is never shown again.
pub async fn security(
    State(app): State<Arc<App>>,
    Path((id, user)): Path<(String, String)>,
) -> Result<JsonReply<ShownSecurity>, Failure> {
    let cx = as_root(&app, &id).await?;
    let found = protection::get(&cx, user_of(&cx, &user).as_ref()).await?;
    let shown = ShownSecurity { chat_bound: found.chat_bound, mfa_device: found.has_device(), mfa_seed: None };
    Ok(JsonReply(StatusCode::OK, shown))
}

/// Binds a messenger or a device to a user: `PUT /accounts/{id}/users/{user}/security`. Returns the seed of a new device.
pub async fn set_security(
    State(app): State<Arc<App>>,
    Path((id, user)): Path<(String, String)>,
    body: Bytes,
) -> Result<JsonReply<ShownSecurity>, Failure> {
    let wanted: SetSecurity = read(&body)?;
    let seed = match (wanted.mfa_device, wanted.mfa_seed) {
        (Some(false), Some(_)) => return Err(Failure::invalid("mfa_seed needs a device; leave mfa_device out")),
        (None, None) => None,
        (Some(false), None) => Some(None),
        (Some(true) | None, Some(seed)) => Some(Some(seed)),
        (Some(true), None) => Some(Some(protection::draw_seed(&app.engine.env))),
    };
    let cx = as_root(&app, &id).await?;
    let (reader, user) = (cx.clone(), user_of(&cx, &user));
    let bindings = Bindings { chat: wanted.chat_bound, device: seed.clone() };
    if !protection::bind(cx, user.clone(), bindings).await? {
        return Err(Failure::invalid("mfa_seed must be at least 80 bits in base32, such as `GEZDGNBVGY3TQOJQ`"));
    }
    let found = protection::get(&reader, user.as_ref()).await?;
    let mfa_seed = seed.flatten();
    let shown = ShownSecurity { chat_bound: found.chat_bound, mfa_device: found.has_device(), mfa_seed };
    Ok(JsonReply(StatusCode::OK, shown))
}

/// A token in an answer.
#[derive(Serialize)]
pub struct BegunSignIn {
    token: String,
}

/// Begins a sign-in that waits for the account's own second factor: `POST /accounts/{id}/users/{user}/mfa-tokens`.
pub async fn begin_sign_in(
    State(app): State<Arc<App>>,
    Path((id, user)): Path<(String, String)>,
) -> Result<JsonReply<BegunSignIn>, Failure> {
    let cx = as_root(&app, &id).await?;
    let user = user_of(&cx, &user);
    Ok(JsonReply(StatusCode::CREATED, BegunSignIn { token: factor_tokens::begin(cx, user).await? }))
}

/// Shows from where people may sign in: `GET /accounts/{id}/sign-in-policy`.
pub async fn sign_in_policy(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<JsonReply<SignInPolicy>, Failure> {
    Ok(JsonReply(StatusCode::OK, sign_in::get(&as_root(&app, &id).await?).await?))
}

/// An account of a resource.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetDataFlow {
    resource_id: String,
    region: String,
    resource_account: String,
    open: bool,
    /// Whether it has a secret, from which its passwords follow; a new one is drawn every time.
    #[serde(default = "yes")]
    has_secret: bool,
}

fn yes() -> bool {
    true
}

/// Opens an account of a resource to callers, or closes it: `PUT /accounts/{id}/data-flows`.
pub async fn set_data_flow(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<StatusCode, Failure> {
    let wanted: SetDataFlow = read(&body)?;
    let flow = DataFlow { resource: wanted.resource_id, region: wanted.region, account: wanted.resource_account };
    if [&flow.resource, &flow.region, &flow.account].iter().any(|text| text.is_empty() || text.len() > 128) {
        return Err(Failure::invalid("resource_id, region and resource_account must have 1 to 128 bytes"));
    }
    data_flows::set(as_root(&app, &id).await?, flow, wanted.open, wanted.has_secret).await?;
    Ok(StatusCode::NO_CONTENT)
}
