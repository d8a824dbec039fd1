//! User groups: Create-, Get-, Update-, DeleteGroup, the lists, and AddUserToGroup, RemoveUserFromGroup.

use super::Done;
use crate::dialect::decode::{List, even_empty};
use crate::dialect::tencent::params::{GroupName, Id, Keyword, Page, Remark, Rp, WideRp, given, paging};
use crate::dialect::tencent::shown::{country_code, integer, local_time};
use crate::engine::authorize::Authorized;
use crate::engine::cx::{Cx, Write};
use crate::engine::fault::{Fault, Parameter, Why};
use crate::engine::groups::{self, Group};
use crate::engine::ids::{GroupId, UserId};
use crate::engine::page::Window;
use crate::engine::users::{User, UserRef};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CreateGroup {
    group_name: GroupName,
    remark: Option<Remark>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreatedGroup {
    group_id: u64,
}

pub async fn create(write: &mut Write<'_, '_>, input: &Authorized<CreateGroup>) -> Result<CreatedGroup, Fault> {
    let id = groups::create(write, &input.group_name, input.remark.as_deref().unwrap_or_default()).await?;
    Ok(CreatedGroup { group_id: integer(id.as_str()) })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct GetGroup {
    group_id: Id,
}

pub type DeleteGroup = GetGroup;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ShownGroup {
    group_id: u64,
    group_name: String,
    group_num: usize,
    remark: String,
    create_time: String,
    user_info: Vec<GroupMemberInfo>,
}

/// A member of a group. Telephone numbers and addresses are never verified here, so their flags are 0.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GroupMemberInfo {
    uid: i64,
    uin: u64,
    name: String,
    phone_num: String,
    country_code: String,
    phone_flag: u64,
    email: String,
    email_flag: u64,
    user_type: u64,
    create_time: String,
    is_receiver_owner: u64,
    remark: String,
}

pub async fn get(cx: &Cx, input: Authorized<GetGroup>) -> Result<ShownGroup, Fault> {
    let (group, members) = groups::get(cx, &id(&input.group_id)).await?;
    Ok(ShownGroup {
        group_id: integer(group.id.as_str()),
        create_time: local_time(group.created_at),
        group_name: group.name,
        group_num: members.len(),
        remark: group.remark,
        user_info: members.into_iter().map(member).collect(),
    })
}

pub async fn delete(write: &mut Write<'_, '_>, input: &Authorized<DeleteGroup>) -> Result<Done, Fault> {
    groups::delete(write, &id(&input.group_id)).await?;
    Ok(Done {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct UpdateGroup {
    group_id: Id,
    group_name: Option<GroupName>,
    #[serde(default, deserialize_with = "even_empty")]
    remark: Option<Remark>,
}

pub async fn update(write: &mut Write<'_, '_>, input: &Authorized<UpdateGroup>) -> Result<Done, Fault> {
    groups::update(write, &id(&input.group_id), input.group_name.as_deref(), input.remark.as_deref()).await?;
    Ok(Done {})
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ListGroups {
    page: Option<Page>,
    rp: Option<Rp>,
    keyword: Option<Keyword>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListedGroups {
    total_num: usize,
    group_info: Vec<GroupInfo>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GroupInfo {
    group_id: u64,
    group_name: String,
    create_time: String,
    remark: String,
}

pub async fn list(cx: &Cx, input: Authorized<ListGroups>) -> Result<ListedGroups, Fault> {
    let keyword = input.keyword.as_deref().unwrap_or_default();
    Ok(listed(groups::list(cx, keyword).await?, paging(input.page, input.rp)))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ListGroupsForUser {
    uid: Option<i64>,
    rp: Option<WideRp>,
    page: Option<Page>,
    sub_uin: Option<Id>,
}

pub async fn list_for_user(cx: &Cx, input: Authorized<ListGroupsForUser>) -> Result<ListedGroups, Fault> {
    let user = user_ref(input.uid, &input.sub_uin).ok_or_else(|| Fault::none_of(&["Uid", "SubUin"]))?;
    Ok(listed(groups::of_user(cx, &user).await?, paging(input.page, input.rp.map(|rows| Rp(rows.0)))))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ListUsersForGroup {
    group_id: Id,
    page: Option<Page>,
    rp: Option<Rp>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListedMembers {
    total_num: usize,
    user_info: Vec<GroupMemberInfo>,
}

pub async fn list_users(cx: &Cx, input: Authorized<ListUsersForGroup>) -> Result<ListedMembers, Fault> {
    let (_, members) = groups::get(cx, &id(&input.group_id)).await?;
    let page = paging(input.page, input.rp).of(members).map(member);
    Ok(ListedMembers { total_num: page.total, user_info: page.items })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AddUserToGroup {
    info: List<Membership, 200>,
}

pub type RemoveUserFromGroup = AddUserToGroup;

/// A group and a user, who is given by uid or by uin.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Membership {
    group_id: Id,
    uid: Option<i64>,
    uin: Option<Id>,
}

/// Adds all of the memberships or none.
pub async fn add_users(write: &mut Write<'_, '_>, input: &Authorized<AddUserToGroup>) -> Result<Done, Fault> {
    for (place, membership) in input.info.iter().enumerate() {
        groups::add(write, &id(&membership.group_id), &named(place, membership)?).await?;
    }
    Ok(Done {})
}

/// Removes all of the memberships or none.
pub async fn remove_users(write: &mut Write<'_, '_>, input: &Authorized<RemoveUserFromGroup>) -> Result<Done, Fault> {
    for (place, membership) in input.info.iter().enumerate() {
        groups::remove(write, &id(&membership.group_id), &named(place, membership)?).await?;
    }
    Ok(Done {})
}

fn named(place: usize, membership: &Membership) -> Result<UserRef, Fault> {
    user_ref(membership.uid, &membership.uin).ok_or_else(|| {
        Fault::Parameter(Parameter {
            path: format!("Info.{place}.Uid`, `Info.{place}.Uin"),
            why: Why::NoneOf(&["Uid", "Uin"]),
        })
    })
}

fn user_ref(uid: Option<i64>, uin: &Option<Id>) -> Option<UserRef> {
    match (given(uin), uid.filter(|uid| *uid != 0)) {
        (Some(uin), _) => Some(UserRef::Id(UserId::from(uin.as_str()))),
        (None, Some(uid)) => Some(UserRef::Uid(uid)),
        (None, None) => None,
    }
}

fn id(id: &Id) -> GroupId {
    GroupId::from(id.as_str())
}

fn listed(groups: Vec<Group>, page: Window) -> ListedGroups {
    let shown = |group: Group| GroupInfo {
        group_id: integer(group.id.as_str()),
        create_time: local_time(group.created_at),
        group_name: group.name,
        remark: group.remark,
    };
    let page = page.of(groups).map(shown);
    ListedGroups { total_num: page.total, group_info: page.items }
}

fn member(user: User) -> GroupMemberInfo {
    GroupMemberInfo {
        uid: user.uid,
        uin: integer(user.id.as_str()),
        create_time: local_time(user.created_at),
        name: user.name,
        phone_num: user.phone,
        country_code: country_code(user.country_code),
        phone_flag: 0,
        email: user.email,
        email_flag: 0,
        user_type: 0,
        is_receiver_owner: 0,
        remark: user.remark,
    }
}
