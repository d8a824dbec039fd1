//! Refused requests about service-linked roles.

use super::scene::{Scene, Who};
use super::{Add, LONG, many_tags, with};
use serde_json::{Value, json};

pub fn cases(scene: &Scene, add: &mut Add<'_>) {
    let many_tags = many_tags();
    let linked = |service: Value| json!({"QCSServiceName": service});
    add(Who::Root, "CreateServiceLinkedRole", linked(json!([])), "ParamError");
    add(Who::Root, "CreateServiceLinkedRole", linked(json!(["tat.qcloud.com"])), "RoleNameInUse");
    add(Who::Root, "CreateServiceLinkedRole", linked(json!(["cvm.example.com"])), "PrincipalServiceNotExist");
    add(Who::Root, "CreateServiceLinkedRole", linked(json!(["cvm"])), "PrincipalError");
    let service = linked(json!(["cvm.qcloud.com"]));
    add(Who::Root, "CreateServiceLinkedRole", with(service.clone(), "CustomSuffix", json!("a b")), "RoleNameError");
    add(
        Who::Root,
        "CreateServiceLinkedRole",
        with(service.clone(), "Description", json!(*LONG)),
        "DescriptionLengthOverlimit",
    );
    add(Who::Root, "CreateServiceLinkedRole", with(service.clone(), "Tags", json!(many_tags)), "TagLimitExceeded");
    let tag = json!([{"Key": "", "Value": ""}]);
    add(Who::Root, "CreateServiceLinkedRole", with(service, "Tags", tag), "TagParamError");
    add(Who::Root, "DeleteServiceLinkedRole", json!({"RoleName": "nobody"}), "RoleNotExist");
    add(Who::Root, "DeleteServiceLinkedRole", json!({"RoleName": "ops"}), "ParamError");
    add(Who::Root, "DeleteRole", json!({"RoleName": scene.world.linked}), "ParamError");
    let task = json!({"DeletionTaskId": "99"});
    add(Who::Root, "GetServiceLinkedRoleDeletionStatus", task, "DeletionTaskNotExist");
}
