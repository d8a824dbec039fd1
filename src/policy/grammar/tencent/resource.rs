//! Resources: `*`, or six segments `qcs:<project>:<service>:<region>:<account>:<resource>`.

use super::catalogue;
use super::cx::{Cx, Path, did_you_mean};
use super::text::{Variables, glob, is_number, one_or_many, required};
use crate::policy::document::{
    ActionForm, ActionPattern, Defect, DocumentKind, ResourceForm, ResourcePattern, Segments,
};
use crate::policy::json::{Content, Node, Range};
use crate::policy::notation::{AccountSegment, ResourceName};
use crate::policy::pattern::Glob;

/// Parses the name of a requested resource. An empty account is the caller's; a region may have its long or short name.
pub(super) fn read_name(text: &str) -> Option<ResourceName<'_>> {
    let [project, service, region, account, item] = split(text)?;
    let account = match account.split_once('/') {
        None if account.is_empty() => AccountSegment::Own,
        Some(("uin", uin)) => AccountSegment::Id(uin),
        Some(("uid", uid)) => AccountSegment::Application(uid.parse().ok()?),
        _ => return None,
    };
    Some(ResourceName { project, service, region: catalogue::long_region(region).unwrap_or(region), account, item })
}

fn split(text: &str) -> Option<[&str; 5]> {
    let mut segments = text.strip_prefix("qcs:")?.splitn(5, ':');
    Some([segments.next()?, segments.next()?, segments.next()?, segments.next()?, segments.next()?])
}

/// Splits a resource of the older form, which has no region.
fn split_old(text: &str) -> Option<[&str; 5]> {
    let mut segments = text.strip_prefix("qcs:")?.splitn(4, ':');
    let [project, service] = [segments.next()?, segments.next()?];
    let account = segments.next().filter(|account| account.starts_with("uin/") || account.starts_with("uid/"))?;
    Some([project, service, "", account, segments.next()?])
}

pub(super) fn resources(
    cx: &mut Cx<'_>,
    statement: &Node<'_>,
    node: Option<&Node<'_>>,
    path: &Path<'_>,
    actions: &[ActionPattern],
    old: bool,
) -> Vec<ResourcePattern> {
    let hint = "write `\"*\"` for everything";
    let node = match required(cx, statement, node, path, Defect::ResourceMissing, hint) {
        Ok(node) => node,
        Err(range) => return vec![ResourcePattern { range, form: ResourceForm::Unreadable }],
    };
    let mut patterns = Vec::new();
    for (index, entry) in one_or_many(node).iter().enumerate() {
        let path = path.entry(node, index);
        let range = entry.range;
        let form = match &entry.content {
            Content::Text(text) => resource(cx, text, range, &path, actions, old),
            _ => {
                let message = format!("a resource must be a text, not {}", cx.quote(range));
                cx.report(Defect::ResourceForm, &path, range, message);
                None
            }
        };
        patterns.push(ResourcePattern { range, form: form.unwrap_or(ResourceForm::Unreadable) });
    }
    patterns
}

/// Parses one resource; `None` if it cannot be read.
fn resource(
    cx: &mut Cx<'_>,
    text: &str,
    range: Range,
    path: &Path<'_>,
    actions: &[ActionPattern],
    old: bool,
) -> Option<ResourceForm> {
    let strategy = cx.rules.kind == DocumentKind::Strategy;
    if text == "*" || text.is_empty() && strategy {
        return Some(ResourceForm::Everything);
    }
    let segments = split_old(text).filter(|_| old).or_else(|| split(text));
    let Some([project, service, region, account, item]) = segments else {
        let message = format!("`{text}` must be `*` or six segments: `qcs::service:region:account:resource`");
        cx.report(Defect::ResourceSegments, path, range, message);
        return None;
    };
    let project = project_segment(cx, project, range, path);
    let service = service_segment(cx, service, range, path);
    let region = region_segment(cx, region, range, path);
    let crosses = service == Some(Some("cam")) && is_role(item) && actions.iter().all(is_assuming);
    let account = account_segment(cx, account, range, path, crosses);
    let item = item_segment(cx, item, range, path);
    Some(ResourceForm::Segments(Box::new(Segments {
        project: project?.map(Box::from),
        service: service?.map(Box::from),
        region: region?.map(Box::from),
        account: account?,
        item: item?,
    })))
}

/// Whether the item is a role. A policy may name no other resource of another account, and a role only to assume it.
fn is_role(item: &str) -> bool {
    item.starts_with("roleName/") || item.starts_with("role/")
}

fn is_assuming(action: &ActionPattern) -> bool {
    matches!(&action.form, ActionForm::Match { service: Some(service), .. } if **service == *"sts")
}

/// Parses the project segment; empty means the default project. The outer `None` is an unreadable segment, the inner
/// one any project.
fn project_segment<'s>(cx: &mut Cx<'_>, text: &'s str, range: Range, path: &Path<'_>) -> Option<Option<&'s str>> {
    let numbered = text.strip_prefix("id/").is_some_and(is_number);
    match text {
        "" | "id/0" => Some(Some("id/0")),
        "*" | "id/*" => Some(None),
        _ if numbered && cx.rules.kind == DocumentKind::Strategy => Some(Some(text)),
        _ => {
            let message = format!("the project segment is `{text}`; leave it empty");
            cx.report(Defect::ResourceProject, path, range, message);
            None
        }
    }
}

fn service_segment<'s>(cx: &mut Cx<'_>, text: &'s str, range: Range, path: &Path<'_>) -> Option<Option<&'s str>> {
    if text.is_empty() || text == "*" {
        return Some(None);
    }
    let text = catalogue::service(text);
    if !catalogue::is_service(text) && !cx.rules.extra_services.contains(&text) {
        let hint = did_you_mean(text, catalogue::services());
        cx.report(Defect::ResourceServiceUnknown, path, range, format!("there is no service `{text}`{hint}"));
    }
    Some(Some(text))
}

fn region_segment<'s>(cx: &mut Cx<'_>, text: &'s str, range: Range, path: &Path<'_>) -> Option<Option<&'s str>> {
    if text.is_empty() || text == "*" {
        return Some(None);
    }
    let long = catalogue::long_region(text);
    if long.is_none() {
        let hint = did_you_mean(text, catalogue::long_regions());
        let message = format!("there is no region `{text}`; leave it empty for all{hint}");
        cx.report(Defect::ResourceRegion, path, range, message);
    }
    Some(Some(long.unwrap_or(text)))
}

fn account_segment(
    cx: &mut Cx<'_>,
    text: &str,
    range: Range,
    path: &Path<'_>,
    crosses: bool,
) -> Option<AccountSegment<Box<str>>> {
    let (account, own) = match text.split_once('/') {
        _ if matches!(text, "" | "*" | "uin/-1") => (AccountSegment::Own, true),
        Some(("uin", uin)) if is_number(uin) => (AccountSegment::Id(Box::from(uin)), uin == cx.rules.owner),
        Some(("uid", uid)) if is_number(uid) && uid.len() < 20 => {
            let id = uid.parse().unwrap_or_default();
            (AccountSegment::Application(id), id == cx.rules.application && id != 0)
        }
        _ => {
            let message =
                format!("the account segment is `{text}`; write `uin/<account>`, or leave it empty for your own");
            cx.report(Defect::ResourceOwner, path, range, message);
            return None;
        }
    };
    if !own && !crosses {
        let message = format!(
            "`{text}` is not the account of this policy; resources of others can only be roles, with `sts:AssumeRole` alone"
        );
        cx.report(Defect::ResourceOwner, path, range, message);
        return None;
    }
    Some(account)
}

fn item_segment(cx: &mut Cx<'_>, text: &str, range: Range, path: &Path<'_>) -> Option<Glob> {
    if text.is_empty() {
        let message = "the last segment is empty; write `*` for every resource of the service";
        cx.report(Defect::ResourceContent, path, range, message.into());
        return None;
    }
    // The cloud turns `*` into `*/*` itself.
    let text = if text == "*/*" { "*" } else { text };
    let glob = glob(text, Variables::Caller);
    if glob.is_none() {
        let message = format!("`{text}` has a variable that is not known; there are {}", Variables::Caller.list());
        cx.report(Defect::ResourceContent, path, range, message);
    }
    glob
}
