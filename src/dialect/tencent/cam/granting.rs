//! Which services somebody may use, and by which policies: ListPoliciesGrantingServiceAccess.

use crate::dialect::tencent::params::{Id, Name, given};
use crate::dialect::tencent::shown::integer;
use crate::engine::attachments::AttachedPolicy;
use crate::engine::authorize::Authorized;
use crate::engine::cx::Cx;
use crate::engine::fault::Fault;
use crate::engine::granting;
use crate::engine::model::Holder;
use crate::policy::Document;
use crate::policy::grammar::tencent::{operations_of, services};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ListPoliciesGrantingServiceAccess {
    target_uin: Option<Id>,
    role_id: Option<Id>,
    group_id: Option<Id>,
    service_type: Option<Name>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListedAccess {
    list: Vec<ListGrantServiceAccessNode>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListGrantServiceAccessNode {
    service: ListGrantServiceAccessService,
    action: Vec<ListGrantServiceAccessActionNode>,
    policy: Vec<ListGrantServiceAccessPolicy>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListGrantServiceAccessService {
    service_type: String,
    service_name: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListGrantServiceAccessActionNode {
    name: String,
    description: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListGrantServiceAccessPolicy {
    policy_id: String,
    policy_name: String,
    policy_type: &'static str,
    policy_description: String,
}

/// Actions are listed only when one service is asked for, and only of services whose actions are all known.
pub async fn list(cx: &Cx, input: Authorized<ListPoliciesGrantingServiceAccess>) -> Result<ListedAccess, Fault> {
    let holder = match (given(&input.target_uin), given(&input.role_id), given(&input.group_id)) {
        (Some(uin), None, None) => Holder::User(uin.as_str().into()),
        (None, Some(role), None) => Holder::Role(role.as_str().into()),
        (None, None, Some(group)) => Holder::Group(group.as_str().into()),
        (None, None, None) => return Err(Fault::none_of(&["TargetUin", "RoleId", "GroupId"])),
        _ => return Err(Fault::illegal("TargetUin", "one of TargetUin, RoleId and GroupId")),
    };
    let policies = granting::policies_of(cx, &holder).await?;
    let wanted = input.service_type.as_deref().filter(|service| !service.is_empty());
    let extra = cx.engine.extra_services();
    let mut all: Vec<&str> = extra.iter().map(String::as_str).collect();
    for service in services() {
        all.push(service);
    }
    all.sort_unstable();
    all.dedup();
    let nodes =
        all.into_iter().filter(|service| wanted.is_none_or(|wanted| wanted == *service)).filter_map(|service| {
            let granting: Vec<&(AttachedPolicy, Arc<Document>)> =
                policies.iter().filter(|(_, document)| document.reaches_service(service)).collect();
            (!granting.is_empty()).then(|| node(service, &granting, wanted.is_some()))
        });
    Ok(ListedAccess { list: nodes.collect() })
}

fn node(service: &str, granting: &[&(AttachedPolicy, Arc<Document>)], detailed: bool) -> ListGrantServiceAccessNode {
    let operations = operations_of(service).unwrap_or_default().iter().filter(|_| detailed);
    let is_granted = |operation: &&&str| granting.iter().any(|(_, document)| document.reaches(service, operation));
    let action = |operation: &&str| ListGrantServiceAccessActionNode {
        name: (*operation).to_owned(),
        description: String::new(),
    };
    ListGrantServiceAccessNode {
        service: ListGrantServiceAccessService { service_type: service.to_owned(), service_name: service.to_owned() },
        action: operations.filter(is_granted).map(action).collect(),
        policy: granting
            .iter()
            .map(|(policy, _)| ListGrantServiceAccessPolicy {
                policy_id: integer(policy.id.as_str()).to_string(),
                policy_name: policy.name.clone(),
                policy_type: if policy.preset { "Presetting" } else { "Custom" },
                policy_description: policy.description.clone(),
            })
            .collect(),
    }
}
