//! The permissions that CAM asks for what an operation does besides its main purpose.

use crate::engine::evidence::{Deed, Deeds};
use crate::engine::model::{HolderKind, TagKind};

pub const DEEDS: Deeds = Deeds {
    action: |deed| match deed {
        Deed::CreatePolicy => "cam:CreatePolicy",
        Deed::ReadPolicy => "cam:GetPolicy",
        Deed::UpdatePolicy => "cam:UpdatePolicy",
        Deed::Attach(HolderKind::User) => "cam:AttachUserPolicy",
        Deed::Attach(HolderKind::Group) => "cam:AttachGroupPolicy",
        Deed::Attach(HolderKind::Role) => "cam:AttachRolePolicy",
        Deed::Detach(HolderKind::User) => "cam:DetachUserPolicy",
        Deed::Detach(HolderKind::Group) => "cam:DetachGroupPolicy",
        Deed::Detach(HolderKind::Role) => "cam:DetachRolePolicy",
        Deed::CreateKey => "cam:CreateAccessKey",
        Deed::DeleteKeys => "cam:DeleteApiKey",
        Deed::UpdateTrust => "cam:UpdateAssumeRolePolicy",
        Deed::UpdateDescription => "cam:UpdateRoleDescription",
        Deed::UpdateConsoleLogin => "cam:UpdateRoleConsoleLogin",
        Deed::UpdateSessionDuration => "cam:UpdateRoleSessionDuration",
        Deed::ListRoles => "cam:DescribeRoleList",
        Deed::Tag(TagKind::Role) => "cam:TagRole",
        Deed::Untag(TagKind::Role) => "cam:UntagRole",
        // No action of CAM tags these, so it takes what else changes them.
        Deed::Tag(TagKind::User) | Deed::Untag(TagKind::User) => "cam:UpdateUser",
        Deed::Tag(TagKind::Policy) | Deed::Untag(TagKind::Policy) => "cam:UpdatePolicy",
    },
    // `UseApi` is a documented parameter of AddUser.
    includes: |action, deed| action == "cam:AddUser" && deed == Deed::CreateKey,
};
