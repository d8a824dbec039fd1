//! Extensions: ListRoles and UpdateRole, which Tencent does not have.

use super::Done;
use super::roles::{ListedRoles, RoleUpdate, named, search, trust};
use crate::dialect::decode::even_empty;
use crate::dialect::tencent::params::{
    Description, DocumentText, Flag, Id, Keyword, Name, Page, Rp, SessionDuration, Tags, paging,
};
use crate::engine::authorize::Authorized;
use crate::engine::cx::{Cx, Write};
use crate::engine::fault::Fault;
use crate::engine::roles::{Listing, RolePatch};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ListRoles {
    page: Option<Page>,
    rp: Option<Rp>,
    #[serde(default)]
    tags: Tags,
    keyword: Option<Keyword>,
}

/// Lists roles as DescribeRoleList does, whose permission it needs too. Pages have defaults, and a keyword filters by name.
pub async fn list_roles(cx: &Cx, input: Authorized<ListRoles>) -> Result<ListedRoles, Fault> {
    let keyword = input.keyword.as_deref().unwrap_or_default();
    let right = input.demand(cx, Listing).await?;
    search(cx, &right, &input.tags, keyword, paging(input.page, input.rp)).await
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct UpdateRole {
    role_id: Option<Id>,
    role_name: Option<Name>,
    #[serde(default, deserialize_with = "even_empty")]
    description: Option<Description>,
    policy_document: Option<DocumentText>,
    console_login: Option<Flag>,
    session_duration: Option<SessionDuration>,
}

/// Demands the permission of each action that changes one of the given parts alone.
pub async fn reads_role(cx: &Cx, input: Authorized<UpdateRole>) -> Result<RoleUpdate, Fault> {
    let patch = RolePatch {
        document: input.policy_document.as_ref().map(|text| trust(cx, text)).transpose()?,
        description: input.description.as_deref().map(str::to_owned),
        console_login: input.console_login.map(|flag| flag.0),
        session_duration: input.session_duration.map(|duration| duration.0),
    };
    let patch = input.demand(cx, patch).await?;
    Ok(RoleUpdate { role: named(&input.role_id, &input.role_name)?, patch })
}

/// Makes all of the changes or none.
pub async fn update_role(write: &mut Write<'_, '_>, update: &RoleUpdate) -> Result<Done, Fault> {
    super::roles::update(write, update).await
}
