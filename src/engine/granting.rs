//! The policies that a user, group or role has, with their compiled documents.

use super::attachments::{self, AttachedPolicy};
use super::cx::Cx;
use super::fault::Fault;
use super::groups;
use super::model::Holder;
use super::policies::{self, PolicyRef};
use super::users::UserRef;
use crate::policy::{Document, DocumentKind};
use std::sync::Arc;

/// Returns the policies of a holder, for a user those of its groups too, each once. Fails if the holder does not exist.
pub async fn policies_of(cx: &Cx, holder: &Holder) -> Result<Vec<(AttachedPolicy, Arc<Document>)>, Fault> {
    let mut attached = attachments::list(cx, holder).await?;
    if let Holder::User(id) = holder {
        for group in groups::of_user(cx, &UserRef::Id(id.clone())).await? {
            attached.extend(attachments::list(cx, &Holder::Group(group.id)).await?);
        }
    }
    let mut found: Vec<(AttachedPolicy, Arc<Document>)> = Vec::new();
    for policy in attached {
        if found.iter().any(|(known, _)| known.id == policy.id) {
            continue;
        }
        let (whole, _) = policies::read(cx, &PolicyRef::Id(policy.id.clone())).await?;
        let document = cx.engine.stored(&cx.account, DocumentKind::Identity, &whole.document);
        found.push((policy, document));
    }
    Ok(found)
}
