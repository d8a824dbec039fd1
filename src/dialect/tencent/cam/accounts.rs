//! The account and everybody in it: GetUserAppId, GetAccountSummary, DescribeSubAccounts, ListAccounts,
//! ListCollaborators, ListWeChatWorkSubAccounts.
//!
//! Collaborators and people of WeChat Work come into being outside CAM, so here the admin API makes them.

use super::users::SubAccountInfo;
use crate::dialect::decode::List;
use crate::dialect::tencent::params::{Id, Limit, Marker, MaxItems, Offset, window};
use crate::dialect::tencent::shown::{country_code, integer, local_time};
use crate::engine::authorize::Authorized;
use crate::engine::cx::Cx;
use crate::engine::fault::Fault;
use crate::engine::ids::UserId;
use crate::engine::members::{self, Member, MemberKind};
use crate::engine::summary;
use crate::engine::users::{self, User};
use crate::words;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GetUserAppId {}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ShownAppId {
    uin: String,
    owner_uin: String,
    app_id: i64,
}

pub async fn app_id(cx: &Cx, _: Authorized<GetUserAppId>) -> Result<ShownAppId, Fault> {
    Ok(ShownAppId {
        uin: cx.caller.id().to_owned(),
        owner_uin: cx.account.id.to_string(),
        app_id: cx.account.application,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GetAccountSummary {}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ShownSummary {
    policies: i64,
    roles: i64,
    idps: i64,
    user: i64,
    group: i64,
    member: i64,
    identity_providers: i64,
}

pub async fn summary(cx: &Cx, _: Authorized<GetAccountSummary>) -> Result<ShownSummary, Fault> {
    let summary = summary::get(cx).await?;
    Ok(ShownSummary {
        policies: summary.policies,
        roles: summary.roles,
        idps: summary.providers,
        user: summary.users,
        group: summary.groups,
        member: summary.memberships,
        identity_providers: summary.providers,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DescribeSubAccounts {
    filter_sub_account_uin: List<Id, 50>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribedSubAccounts {
    sub_accounts: Vec<SubAccountUser>,
}

/// Nobody can sign in to a console, so the last sign-in is always empty.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct SubAccountUser {
    uid: i64,
    uin: u64,
    name: String,
    user_type: u64,
    remark: String,
    create_time: String,
    last_login_ip: String,
    last_login_time: String,
}

/// Returns those of the accounts that exist, in the order of the request.
pub async fn describe(cx: &Cx, input: Authorized<DescribeSubAccounts>) -> Result<DescribedSubAccounts, Fault> {
    let ids: Vec<UserId> = input.filter_sub_account_uin.iter().map(|id| UserId::from(id.as_str())).collect();
    let users = users::some(cx, &ids).await?;
    let members = members::list(cx, None).await?;
    let of_user = |user: &User| SubAccountUser {
        uid: user.uid,
        uin: integer(user.id.as_str()),
        name: user.name.clone(),
        user_type: 2,
        remark: user.remark.clone(),
        create_time: local_time(user.created_at),
        last_login_ip: String::new(),
        last_login_time: String::new(),
    };
    let of_member = |member: &Member| SubAccountUser {
        uid: member.uid,
        uin: integer(&member.id),
        name: member.name.clone(),
        user_type: number_of(member),
        remark: member.remark.clone(),
        create_time: local_time(member.created_at),
        last_login_ip: String::new(),
        last_login_time: String::new(),
    };
    let shown = |id: &UserId| {
        let user = users.iter().find(|user| user.id == *id).map(of_user);
        user.or_else(|| members.iter().find(|member| member.id == id.as_str()).map(of_member))
    };
    Ok(DescribedSubAccounts { sub_accounts: ids.iter().filter_map(shown).collect() })
}

fn number_of(member: &Member) -> u64 {
    match MemberKind::of(&member.kind) {
        Some(MemberKind::Colleague) => 3,
        Some(MemberKind::Collaborator) => 4,
        Some(MemberKind::Receiver) | None => 5,
    }
}

words! {
    /// The accounts that a list contains.
    UserType -> Listed {
        "Owner" => Listed::Owner,
        "SubUser" => Listed::Users,
        "WechatCorpUser" => Listed::Members(MemberKind::Colleague),
        "Collaborator" => Listed::Members(MemberKind::Collaborator),
        "MessageReceiver" => Listed::Members(MemberKind::Receiver),
        // There are none of these here.
        "CICUser" => Listed::Nobody,
        "AgentIdentity" => Listed::Nobody,
    }
}

/// The accounts that a list contains, unless it contains all.
#[derive(Clone, Copy, Debug)]
pub enum Listed {
    /// The root account.
    Owner,
    /// Sub-users.
    Users,
    /// Kinds of accounts that this emulator does not have.
    Nobody,
    /// Members of one kind.
    Members(MemberKind),
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ListAccounts {
    max_items: Option<MaxItems>,
    marker: Option<Marker>,
    user_type: Option<UserType>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListedAccounts {
    users: Vec<ListAllUser>,
    marker: String,
    is_truncated: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListAllUser {
    uin: u64,
    name: String,
    uid: i64,
    remark: String,
    console_login: u64,
    phone_num: String,
    country_code: String,
    email: String,
    create_time: String,
    user_type: &'static str,
}

/// Returns the root account first, then sub-users, then the others by kind. A marker says after which
/// account a page begins, so that accounts that come or go meanwhile neither repeat nor hide others. If that account
/// itself is gone, the marker is refused.
pub async fn list(cx: &Cx, input: Authorized<ListAccounts>) -> Result<ListedAccounts, Fault> {
    let wanted = input.user_type.map(|kind| kind.0);
    let mut all: Vec<ListAllUser> = Vec::new();
    if matches!(wanted, None | Some(Listed::Owner)) {
        all.push(owner(cx));
    }
    if matches!(wanted, None | Some(Listed::Users)) {
        all.extend(users::list(cx).await?.into_iter().map(of_user));
    }
    for kind in [MemberKind::Colleague, MemberKind::Collaborator, MemberKind::Receiver] {
        if wanted.is_none_or(|wanted| matches!(wanted, Listed::Members(named) if named == kind)) {
            all.extend(members::list(cx, Some(kind)).await?.into_iter().map(of_member));
        }
    }
    let from = match input.marker.as_deref().filter(|marker| !marker.is_empty()) {
        None => 0,
        Some(marker) => {
            let last = all.iter().position(|user| mark(user) == marker);
            1 + last.ok_or_else(|| Fault::illegal("Marker", "the marker of an earlier answer"))?
        }
    };
    let most = input.max_items.map_or(100, |most| usize::try_from(most.0).unwrap_or(usize::MAX));
    let is_truncated = all.len() - from > most;
    let users: Vec<ListAllUser> = all.into_iter().skip(from).take(most).collect();
    let marker = users.last().filter(|_| is_truncated).map(mark).unwrap_or_default();
    Ok(ListedAccounts { users, marker, is_truncated })
}

/// The marker behind an account: its kind and its uin in hexadecimal, which no client should read.
fn mark(user: &ListAllUser) -> String {
    hex::encode(format!("{}:{}", user.user_type, user.uin))
}

/// The root account, of which nothing is known that a sub-user has.
fn owner(cx: &Cx) -> ListAllUser {
    ListAllUser {
        uin: integer(cx.account.id.as_str()),
        name: cx.account.name.clone(),
        uid: 0,
        remark: String::new(),
        console_login: 1,
        phone_num: String::new(),
        country_code: country_code(String::new()),
        email: String::new(),
        create_time: local_time(cx.account.created_at),
        user_type: "Owner",
    }
}

fn of_user(user: User) -> ListAllUser {
    ListAllUser {
        uin: integer(user.id.as_str()),
        name: user.name,
        uid: user.uid,
        remark: user.remark,
        console_login: u64::from(user.console_login),
        phone_num: user.phone,
        country_code: country_code(user.country_code),
        email: user.email,
        create_time: local_time(user.created_at),
        user_type: "SubUser",
    }
}

fn of_member(member: Member) -> ListAllUser {
    ListAllUser {
        uin: integer(&member.id),
        uid: member.uid,
        console_login: u64::from(member.console_login),
        create_time: local_time(member.created_at),
        user_type: match MemberKind::of(&member.kind) {
            Some(MemberKind::Colleague) => "WechatCorpUser",
            Some(MemberKind::Collaborator) => "Collaborator",
            Some(MemberKind::Receiver) | None => "MessageReceiver",
        },
        name: member.name,
        remark: member.remark,
        phone_num: member.phone,
        country_code: member.country_code,
        email: member.email,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ListCollaborators {
    limit: Option<Limit>,
    offset: Option<Offset>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListedCollaborators {
    total_num: usize,
    data: Vec<SubAccountInfo>,
}

pub async fn collaborators(cx: &Cx, input: Authorized<ListCollaborators>) -> Result<ListedCollaborators, Fault> {
    let all = members::list(cx, Some(MemberKind::Collaborator)).await?;
    let page = window(input.offset, input.limit).of(all).map(SubAccountInfo::of_member);
    Ok(ListedCollaborators { total_num: page.total, data: page.items })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ListWeChatWorkSubAccounts {
    offset: Offset,
    limit: Limit,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListedColleagues {
    data: Vec<WeChatWorkSubAccount>,
    total_count: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct WeChatWorkSubAccount {
    uin: u64,
    name: String,
    uid: i64,
    remark: String,
    console_login: u64,
    phone_num: String,
    country_code: String,
    email: String,
    #[serde(rename = "WeChatWorkUserId")]
    outside_id: String,
    create_time: String,
}

pub async fn colleagues(cx: &Cx, input: Authorized<ListWeChatWorkSubAccounts>) -> Result<ListedColleagues, Fault> {
    let all = members::list(cx, Some(MemberKind::Colleague)).await?;
    let shown = |member: Member| WeChatWorkSubAccount {
        uin: integer(&member.id),
        name: member.name,
        uid: member.uid,
        remark: member.remark,
        console_login: u64::from(member.console_login),
        phone_num: member.phone,
        country_code: member.country_code,
        email: member.email,
        outside_id: member.outside_id,
        create_time: local_time(member.created_at),
    };
    let page = window(Some(input.offset), Some(input.limit)).of(all).map(shown);
    Ok(ListedColleagues { data: page.items, total_count: page.total })
}
