//! The operations of the toy cloud.

use super::dialect::DIALECT;
use camulator::dialect::contract::{Head, Subject};
use camulator::dialect::decode::Text;
use camulator::engine::Engine;
use camulator::engine::attachments::{self, Attach};
use camulator::engine::authorize::{Authorized, Right};
use camulator::engine::cx::{Cx, Write};
use camulator::engine::fault::Fault;
use camulator::engine::ids::{AccountId, RoleRef, UserId};
use camulator::engine::keys::{self, NewKey};
use camulator::engine::model::{HolderRef, Role};
use camulator::engine::page::Window;
use camulator::engine::policies::{NewPolicy, PolicyRef};
use camulator::engine::roles::{self, Listing, NewRole};
use camulator::engine::users::{self, Profile};
use camulator::policy::DocumentKind;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

type Name = Text<32>;

#[derive(Deserialize)]
pub struct CreateRole {
    name: Name,
    trust: Text<1000>,
}

#[derive(Serialize)]
pub struct Shown {
    id: String,
    name: String,
    trust: String,
}

impl Shown {
    fn of(role: &Role) -> Shown {
        Shown { id: role.id.to_string(), name: role.name.clone(), trust: role.document.clone() }
    }
}

pub async fn reads(cx: &Cx, input: Authorized<CreateRole>) -> Result<NewRole, Fault> {
    Ok(NewRole {
        name: input.name.as_str().to_owned(),
        document: cx.engine.written(&cx.account, DocumentKind::Trust, input.trust.as_str())?,
        description: String::new(),
        console_login: false,
        session_duration: 0,
        tags: Vec::new(),
        number: cx.number().await?,
    })
}

pub async fn create(write: &mut Write<'_, '_>, new: &NewRole) -> Result<Shown, Fault> {
    let id = roles::create(write, new).await?;
    Ok(Shown { id: id.to_string(), name: new.name.clone(), trust: new.document.text().to_owned() })
}

#[derive(Deserialize)]
pub struct GetRole {
    name: Name,
}

pub async fn on_role(cx: &Cx, input: &GetRole) -> Result<Subject, Fault> {
    let role = roles::get(cx, &RoleRef::Name(input.name.as_str().to_owned())).await?;
    Ok((DIALECT.on_role)(&cx.account.id, &role))
}

pub async fn get(cx: &Cx, input: Authorized<GetRole>) -> Result<Shown, Fault> {
    Ok(Shown::of(&*roles::get(cx, &RoleRef::Name(input.name.as_str().to_owned())).await?))
}

#[derive(Deserialize)]
pub struct ListRoles {}

pub async fn list(cx: &Cx, input: Authorized<ListRoles>) -> Result<Vec<Shown>, Fault> {
    let listing = input.demand(cx, Listing).await?;
    Ok(roles::list(cx, &listing, None, Window { offset: 0, limit: 10 }).await?.items.iter().map(Shown::of).collect())
}

pub type DeleteRole = GetRole;

pub async fn delete(write: &mut Write<'_, '_>, input: &Authorized<DeleteRole>) -> Result<(), Fault> {
    roles::delete(write, &RoleRef::Name(input.name.as_str().to_owned())).await
}

#[derive(Deserialize)]
pub struct CreateUser {
    name: Name,
}

#[derive(Serialize)]
pub struct NewUser {
    user: String,
    key: String,
    secret: String,
}

pub async fn opens(cx: &Cx, input: Authorized<CreateUser>) -> Result<(String, Right<NewKey>), Fault> {
    Ok((input.name.as_str().to_owned(), input.demand(cx, NewKey::default()).await?))
}

pub async fn create_user(write: &mut Write<'_, '_>, (name, key): &(String, Right<NewKey>)) -> Result<NewUser, Fault> {
    let user = users::create(write, name, &Profile::default()).await?;
    let (key, secret) = keys::create(write, Some(&UserId::from(user.id.as_str())), key).await?;
    Ok(NewUser { user: user.id.to_string(), key: key.secret_id.to_string(), secret: secret.expose().to_owned() })
}

#[derive(Deserialize)]
pub struct Permit {
    user: Name,
    policy: Text<1000>,
}

pub async fn permits(cx: &Cx, input: Authorized<Permit>) -> Result<(Right<NewPolicy>, Right<Attach>), Fault> {
    let name = format!("of-{}", input.user.as_str());
    let new = NewPolicy::read(cx, &name, DocumentKind::Identity, input.policy.as_str()).await?;
    let attach = Attach { to: HolderRef::User(input.user.as_str().into()), policy: PolicyRef::Name(name) };
    Ok((input.demand(cx, new).await?, input.demand(cx, attach).await?))
}

pub async fn permit(write: &mut Write<'_, '_>, (new, attach): &(Right<NewPolicy>, Right<Attach>)) -> Result<(), Fault> {
    attachments::create(write, new).await?;
    attachments::attach(write, attach).await
}

#[derive(Deserialize)]
pub struct ShowPlate {
    account: Name,
}

pub async fn whose_plate(_: &Arc<Engine>, _: &Head, input: &ShowPlate) -> Result<AccountId, Fault> {
    Ok(input.account.as_str().into())
}

/// What anybody may read of an account without a signature, like the metadata of an identity provider.
pub async fn plate(cx: &Cx, _: Authorized<ShowPlate>) -> Result<String, Fault> {
    Ok(format!("{} asks about {}", (DIALECT.arn)(&cx.caller), cx.account.name))
}
