//! TAG 2018-08-13, as far as clients call it for CAM: ModifyResourceTags, DescribeResourceTagsByResourceIds, TagResources,
//! UnTagResources and GetResources.
//!
//! The tags are those that TagRole and CreateRole write. Only roles, users and policies have tags here: there are no
//! resources of other services.

use super::cam::Done;
use super::conditions;
use super::params::{Arn, Name, TagKey, TagValue, check_tags};
use super::shown::md5;
use crate::dialect::contract::Subject;
use crate::dialect::decode::{List, Text};
use crate::engine::authorize::{Authorized, Right};
use crate::engine::cx::{Cx, Write};
use crate::engine::evidence::{Conditions, Deed};
use crate::engine::fault::Fault;
use crate::engine::ids::{AccountId, PolicyId, RoleId, RoleRef, UserId};
use crate::engine::model::{TagKind, Taggable};
use crate::engine::tags::{self, Tagging};
use crate::{numbers, words};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ResourceTag {
    tag_key: TagKey,
    tag_value: TagValue,
    #[serde(rename = "Category")]
    _category: Option<Custom>,
}

words! {
    /// The category of tags that an account may set.
    Custom -> () { "Custom" => () }
    /// Which tags are meant: an account's own, those that the cloud sets, of which there are none, or both.
    Category -> bool { "Custom" => true, "System" => false, "All" => true }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct TagKeyObject {
    tag_key: TagKey,
}

fn checked(name: &str, tags: &[ResourceTag]) -> Result<tags::Tags, Fault> {
    check_tags(name, ("TagKey", "TagValue"), tags.iter().map(|tag| (&*tag.tag_key, &*tag.tag_value)))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ModifyResourceTags {
    resource: Arn,
    #[serde(default)]
    replace_tags: List<ResourceTag, 50>,
    #[serde(default)]
    delete_tags: List<TagKeyObject, 50>,
}

impl ModifyResourceTags {
    fn removed(&self) -> Vec<&str> {
        self.delete_tags.iter().map(|tag| &*tag.tag_key).collect()
    }
}

pub async fn modifies(cx: &Cx, input: Authorized<ModifyResourceTags>) -> Result<Right<Tagging>, Fault> {
    let set = checked("ReplaceTags", &input.replace_tags)?;
    let remove: Vec<String> = input.removed().into_iter().map(str::to_owned).collect();
    if set.is_empty() && remove.is_empty() {
        return Err(Fault::none_of(&["ReplaceTags", "DeleteTags"]));
    }
    if let Some((place, key)) = remove.iter().enumerate().find(|(_, key)| set.iter().any(|(new, _)| new == *key)) {
        let path = format!("DeleteTags.{place}.TagKey");
        return Err(Fault::illegal(&path, format!("a key of its own; `{key}` is given twice")));
    }
    let things = vec![here(&cx.account.id, &input.resource).map_err(|rule| Fault::illegal("Resource", rule))?.thing];
    input.demand(cx, tagging(cx, things, set, remove).await?).await
}

pub async fn modify(write: &mut Write<'_, '_>, wanted: &Right<Tagging>) -> Result<Done, Fault> {
    tags::change(write, wanted).await?;
    Ok(Done {})
}

/// Returns the tags of the request for conditions: those that are set, and those that are removed, as they are.
pub async fn modifies_it(cx: &Cx, input: &ModifyResourceTags) -> Result<Subject, Fault> {
    let set = checked("ReplaceTags", &input.replace_tags)?;
    subject(cx, std::slice::from_ref(&input.resource), set, &input.removed()).await
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct TagResources {
    resource_list: List<Arn, 50>,
    tags: List<ResourceTag, 50>,
}

/// Resources whose tags are to be changed, with those that have none here.
pub struct NamedResources {
    /// The names as they were sent, in the order of the right's things.
    names: Vec<String>,
    right: Right<Tagging>,
    failed: Vec<FailedResource>,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct FailedResource {
    resource: String,
    code: &'static str,
    message: String,
}

impl FailedResource {
    fn of(resource: &str, fault: &Fault) -> FailedResource {
        let (code, message) = match fault {
            Fault::NotFound(..) => ("ResourceNotFound", "it does not exist".to_owned()),
            Fault::Quota(_, most) => ("LimitExceeded", format!("it can have at most {most} tags; remove some first")),
            _ => ("UnsupportedOperation", "a preset policy cannot be changed".to_owned()),
        };
        FailedResource { resource: resource.to_owned(), code, message }
    }

    /// What cannot be a resource with tags here.
    fn misnamed(resource: &str, rule: &str) -> FailedResource {
        let message = format!("the resource must be {rule}");
        FailedResource { resource: resource.to_owned(), code: "InvalidParameterValue", message }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct FailedResources {
    failed_resources: Vec<FailedResource>,
}

pub async fn tags_each(cx: &Cx, input: Authorized<TagResources>) -> Result<NamedResources, Fault> {
    let set = checked("Tags", &input.tags)?;
    named(cx, &input, &input.resource_list, set, Vec::new()).await
}

async fn named<T>(
    cx: &Cx,
    input: &Authorized<T>,
    resources: &[Arn],
    set: tags::Tags,
    remove: Vec<String>,
) -> Result<NamedResources, Fault> {
    let (mut names, mut things, mut failed) = (Vec::new(), Vec::new(), Vec::new());
    for resource in resources {
        match here(&cx.account.id, resource) {
            Ok(Here { thing, .. }) => {
                names.push(resource.to_string());
                things.push(thing);
            }
            Err(rule) => failed.push(FailedResource::misnamed(resource, rule)),
        }
    }
    Ok(NamedResources { names, right: input.demand(cx, tagging(cx, things, set, remove).await?).await?, failed })
}

/// Serves TagResources and UnTagResources.
pub async fn change_each(write: &mut Write<'_, '_>, wanted: &NamedResources) -> Result<FailedResources, Fault> {
    let mut failed_resources = wanted.failed.clone();
    for (place, fault) in tags::change_each(write, &wanted.right).await? {
        let name = wanted.names.get(place).map_or("", String::as_str);
        failed_resources.push(FailedResource::of(name, &fault));
    }
    Ok(FailedResources { failed_resources })
}

/// Returns the tags of the request for conditions.
pub async fn tags_them(cx: &Cx, input: &TagResources) -> Result<Subject, Fault> {
    subject(cx, &[], checked("Tags", &input.tags)?, &[]).await
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct UnTagResources {
    resource_list: List<Arn, 50>,
    tag_keys: List<TagKey, 50>,
}

pub async fn untags_each(cx: &Cx, input: Authorized<UnTagResources>) -> Result<NamedResources, Fault> {
    let remove = input.tag_keys.iter().map(|key| key.to_string()).collect();
    named(cx, &input, &input.resource_list, Vec::new(), remove).await
}

/// Returns the tags that would be removed, as the request's tags for conditions.
pub async fn untags_them(cx: &Cx, input: &UnTagResources) -> Result<Subject, Fault> {
    let keys: Vec<&str> = input.tag_keys.iter().map(|key| &**key).collect();
    subject(cx, &input.resource_list, Vec::new(), &keys).await
}

/// Judges setting by the tags that are set, and removing by those that each thing would lose: a right to change one thing
/// is none to change another.
async fn tagging(cx: &Cx, things: Vec<Taggable>, set: tags::Tags, remove: Vec<String>) -> Result<Tagging, Fault> {
    let context = |tags: &tags::Tags| -> Conditions {
        tags.iter().flat_map(|(key, value)| conditions::tag(conditions::REQUEST, key, value)).collect()
    };
    let mut contexts: Vec<(Deed, Conditions)> = Vec::new();
    for thing in &things {
        if contexts.iter().all(|(deed, _)| *deed != Deed::Tag(thing.kind())) {
            contexts.push((Deed::Tag(thing.kind()), context(&set)));
        }
    }
    if !remove.is_empty() {
        for (thing, mut tags) in things.iter().zip(tags::of_each(cx, &things).await?) {
            tags.retain(|(key, _)| remove.contains(key));
            contexts.push((Deed::Untag(thing.kind()), context(&tags)));
        }
    }
    Ok(Tagging { things, set, remove, contexts })
}

async fn subject(cx: &Cx, resources: &[Arn], set: tags::Tags, removed: &[&str]) -> Result<Subject, Fault> {
    let named = resources.iter().filter_map(|name| here(&cx.account.id, name).ok());
    let things: Vec<Taggable> = named.map(|here| here.thing).collect();
    let old = if removed.is_empty() { Vec::new() } else { tags::of_each(cx, &things).await? };
    let old = old.into_iter().flatten().filter(|(key, _)| removed.contains(&key.as_str()));
    let tags: tags::Tags = set.into_iter().chain(old).collect();
    let context = tags.iter().flat_map(|(key, value)| conditions::tag(conditions::REQUEST, key, value)).collect();
    Ok(Subject { context, ..Subject::default() })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DescribeResourceTagsByResourceIds {
    service_type: Name,
    resource_prefix: Name,
    resource_ids: List<Name, 50>,
    /// CAM is in every region.
    #[serde(rename = "ResourceRegion")]
    _resource_region: Name,
    offset: Option<Offset>,
    limit: Option<Limit>,
    category: Option<Category>,
}

numbers! {
    /// How many rows to leave out.
    Offset(rows in 0..=1_000_000), "0 to 1000000";
    /// The most rows of a reply.
    Limit(rows in 1..=1000), "1 to 1000";
    /// The most resources of a page.
    MaxResults(rows in 1..=200), "1 to 200";
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ResourceTags {
    total_count: usize,
    offset: i64,
    limit: i64,
    tags: Vec<TagResource>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TagResource {
    tag_key: String,
    tag_value: String,
    resource_id: String,
    tag_key_md5: String,
    tag_value_md5: String,
    service_type: String,
    category: &'static str,
}

/// Returns a row for each tag. A resource that does not exist has none.
pub async fn describe(cx: &Cx, input: Authorized<DescribeResourceTagsByResourceIds>) -> Result<ResourceTags, Fault> {
    let is_wanted = *input.service_type == *"cam" && input.category.is_none_or(|category| category.0);
    let ids = input.resource_ids.iter().filter(|_| is_wanted);
    let prefix = &*input.resource_prefix;
    let named = ids.filter_map(|id| Some((&**id, taggable(&[prefix, "/", id].concat())?)));
    let (ids, things): (Vec<&str>, Vec<Taggable>) = named.unzip();
    let found = ids.into_iter().zip(tags::of_each(cx, &things).await?);
    let rows: Vec<TagResource> = found
        .flat_map(|(id, tags)| tags.into_iter().map(move |(key, value)| (id, key, value)))
        .map(|(id, key, value)| TagResource {
            tag_key_md5: md5(&key),
            tag_value_md5: md5(&value),
            tag_key: key,
            tag_value: value,
            resource_id: id.to_owned(),
            service_type: input.service_type.to_string(),
            category: CUSTOM,
        })
        .collect();
    let (offset, limit) = (input.offset.map_or(0, |rows| rows.0), input.limit.map_or(15, |rows| rows.0));
    let rows_of = |number: i64| usize::try_from(number).unwrap_or(usize::MAX);
    let total_count = rows.len();
    let tags = rows.into_iter().skip(rows_of(offset)).take(rows_of(limit)).collect();
    Ok(ResourceTags { total_count, offset, limit, tags })
}

/// The category of every tag here.
const CUSTOM: &str = "Custom";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct GetResources {
    #[serde(default)]
    resource_list: List<Arn, 50>,
    #[serde(default)]
    tag_filters: List<TagFilter, 10>,
    pagination_token: Option<PageToken>,
    max_results: Option<MaxResults>,
}

/// Where the next page begins. Only this emulator writes and reads it.
type PageToken = Text<64>;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct TagFilter {
    tag_key: TagKey,
    #[serde(default)]
    tag_value: List<TagValue, 10>,
}

impl TagFilter {
    /// A filter without values asks for the key alone.
    fn lets(&self, tags: &tags::Tags) -> bool {
        let is_wanted = |value: &str| self.tag_value.is_empty() || self.tag_value.iter().any(|one| **one == *value);
        tags.iter().any(|(key, value)| *self.tag_key == **key && is_wanted(value))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TaggedResources {
    pagination_token: String,
    resource_tag_mapping_list: Vec<ResourceTagMapping>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ResourceTagMapping {
    resource: String,
    tags: Vec<ShownResourceTag>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ShownResourceTag {
    tag_key: String,
    tag_value: String,
    category: &'static str,
}

/// Lists the resources that have tags, under their names without a region. Resources that are asked for by name are all
/// on one page.
pub async fn get_resources(cx: &Cx, input: Authorized<GetResources>) -> Result<TaggedResources, Fault> {
    let is_listed = !input.resource_list.is_empty();
    let found: Vec<(String, tags::Tags)> = if is_listed {
        let mut asked = Vec::new();
        for (place, name) in input.resource_list.iter().enumerate() {
            if !is_name(name) {
                return Err(Fault::illegal(&format!("ResourceList.{place}"), FORM));
            }
            // What is not in this account has no tags here.
            asked.extend(here(&cx.account.id, name).ok());
        }
        let (names, things): (Vec<String>, Vec<Taggable>) =
            asked.into_iter().map(|here| (here.name, here.thing)).unzip();
        names.into_iter().zip(tags::of_each(cx, &things).await?).collect()
    } else {
        let named = |(kind, id, tags): (TagKind, String, tags::Tags)| {
            let prefix = match kind {
                TagKind::Role => "role",
                TagKind::User => "uin",
                TagKind::Policy => "policyid",
            };
            (format!("qcs::cam::uin/{}:{prefix}/{id}", cx.account.id), tags)
        };
        tags::all(cx).await?.into_iter().map(named).collect()
    };
    let lets = |tags: &tags::Tags| !tags.is_empty() && input.tag_filters.iter().all(|filter| filter.lets(tags));
    let all: Vec<(String, tags::Tags)> = found.into_iter().filter(|(_, tags)| lets(tags)).collect();
    let begin: usize = match &input.pagination_token {
        None => 0,
        Some(token) => {
            let begin = token.as_str().strip_prefix("from-").and_then(|place| place.parse().ok());
            begin.ok_or_else(|| Fault::illegal("PaginationToken", "the `PaginationToken` of the page before"))?
        }
    };
    let most =
        if is_listed { usize::MAX } else { input.max_results.map_or(50, |rows| usize::try_from(rows.0).unwrap_or(50)) };
    let end = begin.saturating_add(most);
    let pagination_token = if end < all.len() { format!("from-{end}") } else { String::new() };
    let shown = |(resource, tags): (String, tags::Tags)| ResourceTagMapping {
        resource,
        tags: tags
            .into_iter()
            .map(|(tag_key, tag_value)| ShownResourceTag { tag_key, tag_value, category: CUSTOM })
            .collect(),
    };
    let resource_tag_mapping_list = all.into_iter().skip(begin).take(most).map(shown).collect();
    Ok(TaggedResources { pagination_token, resource_tag_mapping_list })
}

const FORM: &str = "a name such as `qcs::cam::uin/<account>:role/<id>`";
const PLACE: &str = "a role, user or policy of this account, such as `qcs::cam::uin/<account>:role/<id>`";

/// A resource of the caller's account.
struct Here {
    /// Its name, without a region and with the account.
    name: String,
    thing: Taggable,
}

fn is_name(name: &str) -> bool {
    name.starts_with("qcs:") && name.splitn(6, ':').count() == 6
}

/// Reads the name of a resource of CAM in this account. A region in it means nothing, and an account segment without a
/// number is the caller's own, as the Terraform provider sends it.
fn here(account: &AccountId, name: &str) -> Result<Here, &'static str> {
    let mut segments = name.splitn(6, ':');
    let mut next = || segments.next();
    let (Some("qcs"), Some(_), Some(service), Some(_), Some(owner), Some(item)) =
        (next(), next(), next(), next(), next(), next())
    else {
        return Err(FORM);
    };
    let is_own = matches!(owner, "" | "uin/") || owner.strip_prefix("uin/") == Some(account.as_str());
    let thing = taggable(item).filter(|_| is_own && service == "cam").ok_or(PLACE)?;
    Ok(Here { name: format!("qcs::cam::uin/{account}:{item}"), thing })
}

/// Reads the last segment of the name of something that has tags.
fn taggable(item: &str) -> Option<Taggable> {
    let (prefix, id) = item.rsplit_once('/').filter(|(_, id)| !id.is_empty())?;
    Some(match prefix {
        "role" | "role/tencentcloudServiceRole" => Taggable::Role(RoleRef::Id(RoleId::from(id))),
        "roleName" | "role/tencentcloudServiceRoleName" => Taggable::Role(RoleRef::Name(id.to_owned())),
        "uin" => Taggable::User(UserId::from(id)),
        "policyid" => Taggable::Policy(PolicyId::from(id)),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_with_or_without_region_and_account() {
        let read = |name: &str| here(&"100000000001".into(), name).map(|here| here.name);
        for (name, expected) in [
            ("qcs::cam::uin/100000000001:role/46", Ok("qcs::cam::uin/100000000001:role/46")),
            ("qcs::cam:ap-guangzhou:uin/:role/46", Ok("qcs::cam::uin/100000000001:role/46")),
            ("qcs::cam:::uin/200", Ok("qcs::cam::uin/100000000001:uin/200")),
            ("qcs::cam::uin/100000000001:roleName/ops", Ok("qcs::cam::uin/100000000001:roleName/ops")),
            (
                "qcs::cam::uin/100000000001:role/tencentcloudServiceRole/46",
                Ok("qcs::cam::uin/100000000001:role/tencentcloudServiceRole/46"),
            ),
            ("qcs::cam::uin/100000000001:policyid/7", Ok("qcs::cam::uin/100000000001:policyid/7")),
            ("qcs::cam::uin/100000000002:role/46", Err(PLACE)),
            ("qcs::cam::uid/1250000001:role/46", Err(PLACE)),
            ("qcs::cvm:ap-guangzhou:uin/:instance/ins-1", Err(PLACE)),
            ("qcs::cam::uin/:groupid/7", Err(PLACE)),
            ("qcs::cam::uin/:role/", Err(PLACE)),
            ("qcs::cam::uin/:role/other/46", Err(PLACE)),
            ("qcs::cam::uin/", Err(FORM)),
            ("role/46", Err(FORM)),
            ("", Err(FORM)),
        ] {
            assert_eq!(read(name), expected.map(str::to_owned), "{name}");
        }
    }
}
