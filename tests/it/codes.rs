//! Every documented business error that can be provoked, and the list of those that cannot: `tests/data/not_reached.txt`.

mod documents;
mod scene;

use crate::support::{Caller, Database, allow, assert_same, in_memory, on, operation, operations, root_of, trust};
use crate::world::World;
use camulator::args;
use camulator::dialect::tencent::documented;
use camulator::limit::Mode;
use documents::{allowing, policy_defects, trust_defects, trusting};
use scene::{Scene, Who};
use serde_json::{Value, json};
use std::collections::BTreeSet;

struct Case {
    who: Who,
    action: &'static str,
    params: Value,
    code: String,
}

fn cases(scene: &Scene) -> Vec<Case> {
    let world = &scene.world;
    let (root, policy, spare) = (world.root.uin.as_str(), world.policy, world.spare);
    let (user, laden) = (number(&world.user), number(&scene.laden));
    let good = trust(&[root_of(root)]);
    let long = "d".repeat(301);
    let many_tags: Vec<Value> = (0..51).map(|place| json!({"Key": format!("k{place}"), "Value": ""})).collect();
    let mut cases = Vec::new();
    let mut add = |who: Who, action: &'static str, params: Value, code: &str| {
        // A code without a family is a bad parameter's, as most are.
        let code = match code.contains('.')
            || camulator::dialect::tencent::documented::documents(operation(action), code)
            || code == "MissingParameter"
        {
            true => code.to_owned(),
            false => format!("InvalidParameter.{code}"),
        };
        cases.push(Case { who, action, params, code });
    };

    let role = |name: &str| json!({"RoleName": name, "PolicyDocument": good});
    let with = |mut params: Value, name: &str, value: Value| {
        params[name] = value;
        params
    };
    for name in ["", "a b", "角色", "a/b", "a:b", &"r".repeat(129)] {
        add(Who::Root, "CreateRole", role(name), "RoleNameError");
    }
    add(Who::Root, "CreateRole", role("ops"), "RoleNameInUse");
    add(Who::Full, "CreateRole", role("one-more"), "RoleFull");
    add(Who::Root, "CreateRole", with(role("r"), "Description", json!(long)), "DescriptionLengthOverlimit");
    add(Who::Root, "CreateRole", with(role("r"), "Description", json!("角".repeat(101))), "DescriptionLengthOverlimit");
    for wrong in [-1, 43_201] {
        add(Who::Root, "CreateRole", with(role("r"), "SessionDuration", json!(wrong)), "ParamError");
    }
    add(Who::Root, "CreateRole", with(role("r"), "ConsoleLogin", json!(2)), "ParamError");
    add(Who::Root, "CreateRole", with(role("r"), "PolicyDocument", json!("not json")), "ParamError");
    add(Who::Root, "CreateRole", with(role("r"), "PolicyDocument", json!("x".repeat(5000))), "ParamError");
    add(Who::Root, "CreateRole", with(role("r"), "Tags", json!(many_tags)), "TagLimitExceeded");
    for tags in [
        json!([{"Key": "", "Value": "v"}]),
        json!([{"Key": "k".repeat(128), "Value": "v"}]),
        json!([{"Key": "k", "Value": "v".repeat(256)}]),
        json!([{"Key": "k", "Value": "1"}, {"Key": "k", "Value": "2"}]),
    ] {
        add(Who::Root, "CreateRole", with(role("r"), "Tags", tags.clone()), "TagParamError");
        add(Who::Root, "TagRole", json!({"RoleName": "ops", "Tags": tags}), "TagParamError");
    }
    for (document, code) in trust_defects(root) {
        add(Who::Root, "CreateRole", with(role("r"), "PolicyDocument", json!(document)), code);
        add(Who::Root, "UpdateAssumeRolePolicy", json!({"RoleName": "ops", "PolicyDocument": document}), code);
        add(Who::Root, "UpdateRole", json!({"RoleName": "ops", "PolicyDocument": document, "Description": "x"}), code);
    }
    for action in ["UpdateAssumeRolePolicy", "UpdateRole"] {
        let document = trusting(root, &json!({"action": vec!["name/sts:AssumeRole"; 300]}));
        let params = json!({"RoleName": "ops", "PolicyDocument": document});
        add(Who::Root, action, params, "PolicyDocumentLengthOverLimit");
    }

    // What every action on one role has in common: neither id nor name, and one that is unknown.
    for (action, more) in [
        ("GetRole", json!({})),
        ("DeleteRole", json!({})),
        ("UpdateAssumeRolePolicy", json!({"PolicyDocument": good})),
        ("UpdateRoleDescription", json!({"Description": "x"})),
        ("UpdateRoleConsoleLogin", json!({"ConsoleLogin": 0})),
        ("UpdateRoleSessionDuration", json!({"SessionDuration": 1})),
        ("TagRole", json!({"Tags": []})),
        ("UntagRole", json!({"TagKeys": []})),
        ("UpdateRole", json!({"Description": "x"})),
    ] {
        add(Who::Root, action, more.clone(), "ParamError");
        add(Who::Root, action, with(more.clone(), "RoleName", json!("")), "ParamError");
        add(Who::Root, action, with(more.clone(), "RoleName", json!("nobody")), "RoleNotExist");
        add(Who::Root, action, with(more.clone(), "RoleId", json!("4611686018427387999")), "RoleNotExist");
        add(Who::Root, action, with(more.clone(), "RoleId", json!(4_611_686_018_427_387_999_u64)), "RoleNotExist");
        add(Who::Root, action, with(more, "RoleId", json!("x")), "ParamError");
    }
    for action in ["UpdateRoleDescription", "UpdateRole"] {
        add(Who::Root, action, json!({"RoleName": "ops", "Description": long}), "DescriptionLengthOverlimit");
    }
    add(Who::Root, "TagRole", json!({"RoleName": "ops", "Tags": many_tags}), "TagLimitExceeded");
    for action in ["TagRole", "UntagRole"] {
        let list = if action == "TagRole" { "Tags" } else { "TagKeys" };
        add(Who::Nobody, action, json!({"RoleName": "ops", list: []}), "AuthFailure.UnauthorizedOperation");
        add(Who::Root, action, json!({"RoleName": "ops", list: "x"}), "InvalidParameter");
    }
    for action in ["DescribeRoleList", "ListAttachedRolePolicies"] {
        for (page, rows) in [(0, 20), (-1, 20), (1, 0), (1, 201)] {
            add(Who::Root, action, json!({"Page": page, "Rp": rows}), "ParamError");
        }
    }
    add(Who::Root, "ListRoles", json!({"Rp": 201}), "ParamError");
    add(Who::Root, "ListAttachedRolePolicies", json!({"Page": 1, "Rp": 20, "RoleName": "nobody"}), "ParamError");
    add(Who::Root, "ListAttachedUserPolicies", json!({"TargetUin": 999_999}), "ParamError");
    let all = |user: u64, kind: u64| json!({"TargetUin": user, "Page": 1, "Rp": 20, "AttachType": kind});
    add(Who::Root, "ListAttachedUserAllPolicies", all(user, 3), "ParamError");
    add(Who::Root, "ListAttachedUserAllPolicies", all(999_999, 0), "ResourceNotFound.UserNotExist");
    let who = |policy: Value, filter: &str| json!({"PolicyId": policy, "EntityFilter": filter});
    add(Who::Root, "ListEntitiesForPolicy", who(json!(policy), "Users"), "EntityFilterError");
    add(Who::Root, "ListEntitiesForPolicy", who(json!("x"), "All"), "PolicyIdError");
    add(Who::Root, "ListEntitiesForPolicy", who(json!(999_999), "All"), "ParamError");
    add(Who::Root, "ListAttachedUserPolicies", json!({"TargetUin": user, "Rp": 0}), "ParamError");

    // Attachments.
    for (action, id, name) in
        [("AttachRolePolicy", "AttachRoleId", "AttachRoleName"), ("DetachRolePolicy", "DetachRoleId", "DetachRoleName")]
    {
        add(Who::Root, action, json!({"PolicyId": policy}), "ParamError");
        add(Who::Root, action, json!({name: "ops"}), "ParamError");
        add(Who::Root, action, json!({"PolicyId": policy, name: "nobody"}), "RoleNotExist");
        add(Who::Root, action, json!({"PolicyId": policy, id: "4611686018427387999"}), "RoleNotExist");
        add(Who::Root, action, json!({"PolicyId": 999_999, name: "ops"}), "PolicyIdNotExist");
        add(Who::Root, action, json!({"PolicyName": "none", name: "ops"}), "PolicyIdNotExist");
    }
    add(Who::Full, "AttachRolePolicy", json!({"PolicyId": scene.spare, "AttachRoleName": "laden"}), "AttachmentFull");
    for (action, uin) in [("AttachUserPolicy", "AttachUin"), ("DetachUserPolicy", "DetachUin")] {
        add(Who::Root, action, json!({"PolicyId": "x", uin: user}), "InvalidParameter.PolicyIdError");
        add(Who::Root, action, json!({"PolicyId": policy, uin: "x"}), "ParamError");
        add(Who::Root, action, json!({"PolicyId": 999_999, uin: user}), "ResourceNotFound.PolicyIdNotFound");
        add(Who::Root, action, json!({"PolicyId": policy, uin: 999_999}), "ResourceNotFound.UserNotExist");
    }
    add(Who::Full, "AttachUserPolicy", json!({"PolicyId": scene.spare, "AttachUin": laden}), "AttachmentFull");
    let operate = |group: i64, uin: i64, strategy: u64, kind: i64| json!({"GroupId": group, "RelateUin": uin, "StrategyId": strategy, "ActionType": kind});
    let signed = i64::try_from(user).unwrap();
    add(Who::Root, "OperateCamStrategy", operate(-1, -1, policy, 1), "ParamError");
    add(Who::Root, "OperateCamStrategy", operate(1, signed, policy, 1), "ParamError");
    add(Who::Root, "OperateCamStrategy", operate(-1, signed, policy, 3), "ParamError");
    add(Who::Root, "OperateCamStrategy", operate(-1, 999_999, policy, 1), "ResourceNotFound.UserNotExist");
    add(Who::Root, "OperateCamStrategy", operate(99, -1, policy, 1), "ResourceNotFound.GroupNotExist");
    add(Who::Root, "OperateCamStrategy", operate(-1, signed, 999_999, 1), "ResourceNotFound.PolicyIdNotFound");
    let full = operate(-1, i64::try_from(laden).unwrap(), scene.spare, 1);
    add(Who::Full, "OperateCamStrategy", full, "AttachmentFull");

    // Groups.
    let group = world.group;
    for name in ["", &"g".repeat(129)] {
        add(Who::Root, "CreateGroup", json!({"GroupName": name}), "ParamError");
        add(Who::Root, "UpdateGroup", json!({"GroupId": group, "GroupName": name}), "ParamError");
    }
    add(Who::Root, "CreateGroup", json!({"GroupName": "crew"}), "GroupNameInUse");
    add(Who::Full, "CreateGroup", json!({"GroupName": "one-more"}), "GroupFull");
    add(Who::Full, "UpdateGroup", json!({"GroupId": 1, "GroupName": "full-2"}), "GroupNameInUse");
    for action in ["GetGroup", "DeleteGroup"] {
        add(Who::Root, action, json!({"GroupId": 99}), "ResourceNotFound.UserNotExist");
    }
    for action in ["UpdateGroup", "ListUsersForGroup"] {
        add(Who::Root, action, json!({"GroupId": 99}), "ResourceNotFound.GroupNotExist");
    }
    let member = |group: u64, uid: u64| json!({"Info": [{"GroupId": group, "Uid": uid}]});
    for action in ["AddUserToGroup", "RemoveUserFromGroup"] {
        add(Who::Nobody, action, member(group, world.uid), "AuthFailure.UnauthorizedOperation");
        add(Who::Root, action, member(group, 99), "ResourceNotFound.UserNotExist");
        add(Who::Root, action, json!({"Info": [{"GroupId": group}]}), "UserUinAndUinNotAllNull");
    }
    add(Who::Root, "AddUserToGroup", member(99, world.uid), "GroupNotExist");
    add(Who::Full, "AddUserToGroup", json!({"Info": [{"GroupId": 1, "Uin": laden}]}), "GroupUserFull");
    add(Who::Full, "AddUserToGroup", json!({"Info": [{"GroupId": 12, "Uin": laden}]}), "UserGroupFull");
    let half = json!({"Info": [{"GroupId": 2, "Uin": 500}, {"GroupId": 1, "Uin": 501}]});
    add(Who::Full, "AddUserToGroup", half, "GroupUserFull");
    add(Who::Nobody, "ListGroupsForUser", json!({"Uid": world.uid}), "AuthFailure.UnauthorizedOperation");
    add(Who::Root, "ListGroupsForUser", json!({"Uid": 99}), "ResourceNotFound.UserNotExist");
    for (action, name) in [("AttachGroupPolicy", "AttachGroupId"), ("DetachGroupPolicy", "DetachGroupId")] {
        add(Who::Root, action, json!({"PolicyId": "x", name: group}), "PolicyIdError");
        add(Who::Root, action, json!({"PolicyId": policy, name: "x"}), "ParamError");
        add(Who::Root, action, json!({"PolicyId": policy, name: 99}), "ResourceNotFound.GroupNotExist");
    }
    let unknown = json!({"PolicyId": 999_999, "AttachGroupId": group});
    add(Who::Root, "AttachGroupPolicy", unknown, "ResourceNotFound.PolicyIdNotFound");
    let unknown = json!({"PolicyId": 999_999, "DetachGroupId": group});
    add(Who::Root, "DetachGroupPolicy", unknown, "PolicyIdNotExist");
    add(Who::Full, "AttachGroupPolicy", json!({"PolicyId": scene.spare, "AttachGroupId": 2}), "AttachmentFull");
    add(Who::Root, "ListAttachedGroupPolicies", json!({"TargetGroupId": group, "Rp": 0}), "ParamError");
    add(Who::Root, "ListAttachedGroupPolicies", json!({"TargetGroupId": 99}), "ParamError");
    let keyword = json!({"TargetGroupId": group, "Keyword": "k".repeat(257)});
    add(Who::Root, "ListAttachedGroupPolicies", keyword, "SearchKeywordLengthError");

    // Boundaries and service-linked roles.
    for (action, params) in [
        ("PutUserPermissionsBoundary", json!({"TargetUin": 999_999, "PolicyId": policy})),
        ("DeleteUserPermissionsBoundary", json!({"TargetUin": 999_999})),
    ] {
        add(Who::Root, action, params, "UserNotExist");
    }
    add(Who::Root, "GetUserPermissionBoundary", json!({"TargetUin": 999_999}), "ParamError");
    let negative = json!({"TargetUin": -1, "PolicyId": policy});
    add(Who::Root, "PutUserPermissionsBoundary", negative, "ParamError");
    add(Who::Root, "DeleteUserPermissionsBoundary", json!({"TargetUin": -1}), "ParamError");
    for (action, more) in
        [("PutRolePermissionsBoundary", json!({"PolicyId": policy})), ("DeleteRolePermissionsBoundary", json!({}))]
    {
        add(Who::Root, action, more.clone(), "ParamError");
        add(Who::Root, action, with(more.clone(), "RoleName", json!("nobody")), "RoleNotExist");
        let linked = with(more, "RoleName", json!(world.linked));
        add(Who::Root, action, linked, "ServiceLinkedRoleCantUsePermissionBoundary");
    }
    add(Who::Root, "GetRolePermissionBoundary", json!({"RoleId": "4611686018427387999"}), "ParamError");
    for (action, more) in [
        ("PutUserPermissionsBoundary", json!({"TargetUin": user})),
        ("PutRolePermissionsBoundary", json!({"RoleName": "ops"})),
    ] {
        add(Who::Root, action, with(more, "PolicyId", json!(999_999)), "PolicyIdNotExist");
    }
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
        with(service.clone(), "Description", json!(long)),
        "DescriptionLengthOverlimit",
    );
    add(Who::Root, "CreateServiceLinkedRole", with(service.clone(), "Tags", json!(many_tags)), "TagLimitExceeded");
    let tag = json!([{"Key": "", "Value": ""}]);
    add(Who::Root, "CreateServiceLinkedRole", with(service, "Tags", tag), "TagParamError");
    add(Who::Root, "DeleteServiceLinkedRole", json!({"RoleName": "nobody"}), "RoleNotExist");
    add(Who::Root, "DeleteServiceLinkedRole", json!({"RoleName": "ops"}), "ParamError");
    add(Who::Root, "DeleteRole", json!({"RoleName": world.linked}), "ParamError");
    let task = json!({"DeletionTaskId": "99"});
    add(Who::Root, "GetServiceLinkedRoleDeletionStatus", task, "DeletionTaskNotExist");

    // Versions of a policy.
    let document = allow("cam:GetUser", "*").to_string();
    let version =
        |policy: Value, document: &str| json!({"PolicyId": policy, "PolicyDocument": document, "SetAsDefault": true});
    for (document, code) in policy_defects(root) {
        add(Who::Root, "CreatePolicyVersion", version(json!(policy), &document), code);
    }
    add(Who::Root, "CreatePolicyVersion", version(json!(999_999), &document), "PolicyIdNotExist");
    add(Who::Root, "CreatePolicyVersion", version(json!(1), &document), "ParamError");
    let sixth = version(json!(scene.spare), &document);
    add(Who::Full, "CreatePolicyVersion", sixth, "FailedOperation.PolicyVersionFull");
    for action in ["GetPolicyVersion", "DeletePolicyVersion", "SetDefaultPolicyVersion"] {
        let numbered = |number: u64| if action == "DeletePolicyVersion" { json!([number]) } else { json!(number) };
        let params = |policy: Value, number: u64| json!({"PolicyId": policy, "VersionId": numbered(number)});
        add(Who::Root, action, params(json!("x"), 1), "PolicyIdError");
        add(Who::Root, action, params(json!(999_999), 1), "ResourceNotFound.PolicyIdNotFound");
        add(Who::Root, action, params(json!(policy), 99), "PolicyVersionNotExists");
        if action != "GetPolicyVersion" {
            add(Who::Root, action, params(json!(policy), 1), "FailedOperation.PolicyVersionAlreadyDefault");
            add(Who::Root, action, params(json!(1), 1), "ParamError");
        }
    }
    add(Who::Root, "ListPolicyVersions", json!({"PolicyId": 999_999}), "ResourceNotFound.PolicyIdNotFound");
    add(Who::Root, "ListPolicyVersions", json!({"PolicyId": "x"}), "ParamError");

    // Users and keys.
    for name in ["", "a b", "用户", "a/b", &"u".repeat(65)] {
        add(Who::Root, "AddUser", json!({"Name": name}), "UserNameIllegal");
    }
    add(Who::Root, "AddUser", json!({"Name": "carol"}), "SubUserNameInUse");
    add(Who::Full, "AddUser", json!({"Name": "one-more"}), "SubUserFull");
    add(Who::Root, "AddUser", json!({"Name": "u", "UseApi": 2}), "ParamError");
    for password in ["short", "alllowercase", "NoDigitsButLetters", &"Aa1!".repeat(9)] {
        add(Who::Root, "AddUser", json!({"Name": "u", "Password": password}), "PasswordViolatedRules");
        add(Who::Root, "UpdateUser", json!({"Name": "carol", "Password": password}), "PasswordViolatedRules");
    }
    add(Who::Root, "UpdateUser", json!({"Name": "carol", "ConsoleLogin": "x"}), "InvalidParameter");
    for action in ["GetUser", "UpdateUser", "DeleteUser"] {
        add(Who::Root, action, json!({"Name": "nobody-at-all"}), "ResourceNotFound.UserNotExist");
        add(Who::Root, action, json!({"Name": ""}), "ResourceNotFound.UserNotExist");
    }
    add(Who::Root, "DeleteUser", json!({"Name": "carol"}), "OperationDenied.HaveKeys");
    add(Who::Root, "DeleteUser", json!({"Name": "carol", "Force": 0}), "OperationDenied.HaveKeys");
    add(Who::Root, "CreateAccessKey", json!({"Description": "a b"}), "ParamError");
    add(Who::Full, "CreateAccessKey", json!({"TargetUin": laden}), "OperationDenied.AccessKeyOverLimit");
    for (action, more) in [
        ("CreateAccessKey", json!({})),
        ("ListAccessKeys", json!({})),
        ("UpdateAccessKey", json!({"AccessKeyId": world.user.secret_id, "Status": "Active"})),
        ("DeleteAccessKey", json!({"AccessKeyId": world.user.secret_id})),
    ] {
        add(Who::Root, action, with(more.clone(), "TargetUin", json!("x")), "ParamError");
        add(Who::Root, action, with(more.clone(), "TargetUin", json!(999_999)), "UserNotExist");
        let of_root = with(more.clone(), "TargetUin", json!(root));
        add(Who::Everyone, action, of_root, "OperationDenied.SubUin");
        add(Who::Nobody, action, more, "AuthFailure.UnauthorizedOperation");
    }
    for action in ["AddUser", "GetUser", "UpdateUser", "DeleteUser"] {
        add(Who::Nobody, action, json!({"Name": "carol"}), "AuthFailure.UnauthorizedOperation");
    }
    for (action, more) in [("UpdateAccessKey", json!({"Status": "Active"})), ("DeleteAccessKey", json!({}))] {
        for (key, uin) in [("AKIDnone", user), (scene.laden.secret_id.as_str(), user)] {
            let params = with(with(more.clone(), "AccessKeyId", json!(key)), "TargetUin", json!(uin));
            add(Who::Root, action, params, "ResourceNotFound.SecretNotExist");
        }
    }
    let status = json!({"AccessKeyId": world.user.secret_id, "Status": "Asleep", "TargetUin": user});
    add(Who::Root, "UpdateAccessKey", status, "ParamError");

    // Policies.
    let document = allow("cam:GetUser", "*").to_string();
    let create = |name: &str, document: &str| json!({"PolicyName": name, "PolicyDocument": document});
    for name in ["", "a b", "策略", &"p".repeat(129)] {
        add(Who::Root, "CreatePolicy", create(name, &document), "PolicyNameError");
        add(Who::Root, "UpdatePolicy", json!({"PolicyId": spare, "PolicyName": name}), "PolicyNameError");
    }
    add(Who::Root, "CreatePolicy", create("reader", &document), "FailedOperation.PolicyNameInUse");
    add(Who::Root, "CreatePolicy", create("AdministratorAccess", &document), "FailedOperation.PolicyNameInUse");
    add(Who::Full, "CreatePolicy", create("one-more", &document), "FailedOperation.PolicyFull");
    let described = |name: &str| with(create("p", &document), name, json!(long));
    add(Who::Root, "CreatePolicy", described("Description"), "DescriptionLengthOverlimit");
    add(Who::Root, "UpdatePolicy", json!({"PolicyId": spare, "Description": long}), "DescriptionLengthOverlimit");
    let tagged = with(create("p", &document), "Tags", json!([{"Key": "", "Value": ""}]));
    add(Who::Root, "CreatePolicy", tagged, "ParamError");
    for (document, code) in policy_defects(root) {
        add(Who::Root, "CreatePolicy", create("p", &document), code);
        add(Who::Root, "UpdatePolicy", json!({"PolicyId": spare, "PolicyDocument": document}), code);
    }
    let laid_on = json!({"qcs": [format!("qcs::cam::uin/{root}:uin/{}", scene.heavy.uin)]});
    let mut to_heavy = allow("cam:GetUser", "*");
    to_heavy["principal"] = laid_on;
    add(Who::Root, "CreatePolicy", create("p", &to_heavy.to_string()), "AttachmentFull");
    let twice = json!([{"Key": "a", "Value": "b"}, {"Key": "a", "Value": "b"}]);
    add(Who::Root, "CreatePolicy", with(create("p", &document), "Tags", twice), "ParamError");
    add(Who::Root, "ListPolicies", json!({"Page": 201}), "ParamError");
    add(Who::Root, "UpdatePolicy", json!({"Description": "x"}), "ParamError");
    add(Who::Root, "UpdatePolicy", json!({"PolicyId": 1, "Description": "x"}), "ParamError");
    let renamed = json!({"PolicyId": spare, "PolicyName": "reader"});
    add(Who::Root, "UpdatePolicy", renamed, "FailedOperation.PolicyNameInUse");
    for action in ["GetPolicy", "UpdatePolicy"] {
        add(Who::Root, action, json!({"PolicyId": "x"}), "PolicyIdError");
        add(Who::Root, action, json!({"PolicyId": 999_999}), "ResourceNotFound.PolicyIdNotFound");
    }
    add(Who::Root, "DeletePolicy", json!({"PolicyId": []}), "ParamError");
    add(Who::Root, "DeletePolicy", json!({"PolicyId": [1]}), "ParamError");
    add(Who::Root, "DeletePolicy", json!({"PolicyId": ["x"]}), "PolicyIdError");
    add(Who::Root, "DeletePolicy", json!({"PolicyId": [spare, 999_999]}), "ResourceNotFound.PolicyIdNotFound");
    add(Who::Root, "ListPolicies", json!({"Rp": 0}), "ParamError");
    add(Who::Root, "ListPolicies", json!({"Scope": "Mine"}), "ScopeError");
    add(Who::Root, "ListPolicies", json!({"Keyword": "k".repeat(257)}), "SearchKeywordLengthError");

    // The component's way of making one.
    let strategy = |name: &str, document: Value| json!({"StrategyName": name, "StrategyInfo": document});
    add(Who::Root, "CreateCamStrategy", strategy("a b", json!(document)), "ParamError");
    add(Who::Root, "CreateCamStrategy", strategy("s", json!(7)), "ParamError");
    add(Who::Root, "CreateCamStrategy", strategy("reader", json!(document)), "FailedOperation.PolicyNameInUse");
    add(Who::Full, "CreateCamStrategy", strategy("s", json!(document)), "FailedOperation.PolicyFull");
    let remark = with(strategy("s", json!(document)), "Remark", json!(long));
    add(Who::Root, "CreateCamStrategy", remark, "ParamError");
    for (document, code) in policy_defects(root) {
        add(Who::Root, "CreateCamStrategy", strategy("s", json!(document)), code);
    }

    let mut named: Value = serde_json::from_str(&document).unwrap();
    named["principal"] = json!({"qcs": format!("qcs::cam::uin/{root}:uin/{}", scene.heavy.uin)});
    add(Who::Root, "CreateCamStrategy", strategy("s", named), "AttachmentFull");

    // Sessions.
    let arn = format!("qcs::cam::uin/{root}:roleName/ops");
    let assume = |name: &str, value: Value| with(json!({"RoleArn": arn, "RoleSessionName": "session"}), name, value);
    for wrong in ["", "ops", "qcs::cam::uin/:roleName/ops", "qcs::cam::uin/x:roleName/ops", "qcs::cam::uin/1:user/x"] {
        add(Who::Root, "AssumeRole", assume("RoleArn", json!(wrong)), "ParamError");
    }
    for name in ["", "s", "a b", "会话", &"s".repeat(129)] {
        add(Who::Root, "AssumeRole", assume("RoleSessionName", json!(name)), "ParamError");
        add(Who::Root, "AssumeRole", assume("ExternalId", json!(name)), "ParamError");
    }
    for seconds in [0, 7201, 43_201] {
        add(Who::Root, "AssumeRole", assume("DurationSeconds", json!(seconds)), "OverTimeError");
    }
    for name in ["SerialNumber", "TokenCode"] {
        add(Who::Root, "AssumeRole", assume(name, json!("123456")), "FailedOperation.MFATypeNotSupported");
    }
    let missing = assume("RoleArn", json!(format!("qcs::cam::uin/{root}:roleName/nobody")));
    add(Who::Root, "AssumeRole", missing, "ResourceNotFound.RoleNotFound");
    let missing = assume("RoleArn", json!("qcs::cam::uin/999999999:roleName/ops"));
    add(Who::Root, "AssumeRole", missing, "ResourceNotFound.RoleNotFound");
    add(Who::Full, "AssumeRole", assume("RoleSessionName", json!("full")), "UnauthorizedOperation");
    let federate = |document: &str| json!({"Name": "someone", "Policy": document});
    add(Who::Session, "GetFederationToken", federate(&document), "UnsupportedOperation");
    for name in ["", "a b", &"n".repeat(129)] {
        add(Who::Root, "GetFederationToken", with(federate(&document), "Name", json!(name)), "ParamError");
    }
    for (who, seconds) in [(Who::Root, 0), (Who::Root, 7201), (Who::Everyone, 129_601)] {
        let params = with(federate(&document), "DurationSeconds", json!(seconds));
        add(who, "GetFederationToken", params, "OverTimeError");
    }
    for (document, code) in [
        ("not json".to_owned(), "StrategyFormatError"),
        ("%7B%7".to_owned(), "StrategyFormatError"),
        (allowing(&json!({"notaction": "*"})), "StrategyFormatError"),
        (allowing(&json!({"effect": "permit"})), "StrategyInvalid"),
        (allowing(&json!({"action": "nosuchservice:Do"})), "StrategyInvalid"),
        (allowing(&json!({"principal": {"qcs": "*"}})), "StrategyInvalid"),
        (allowing(&json!({"condition": []})), "StrategyInvalid"),
        (allowing(&json!({"action": vec!["cvm:DescribeInstances"; 300]})), "PolicyTooLong"),
        (allowing(&json!({"resource": "qcs::cvm:gz"})), "ResouceError"),
        (allowing(&json!({"resource": "qcs::cvm:moon::x"})), "ResouceError"),
        (allowing(&json!({"resource": "qcs::cvm:gz:uin/999999999:x/y"})), "GrantOtherResource"),
    ] {
        add(Who::Root, "AssumeRole", assume("Policy", json!(document)), code);
        add(Who::Root, "GetFederationToken", federate(&document), code);
    }
    cases
}

fn number(caller: &Caller) -> u64 {
    caller.uin.parse().unwrap()
}

/// The list of codes that no test provokes: action, code, reason.
fn not_reached() -> Vec<(&'static str, &'static str, &'static str)> {
    include_str!("../data/not_reached.txt")
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| {
            let mut parts = line.splitn(3, ' ');
            let mut next = || parts.next().unwrap_or_else(|| panic!("not `action code reason`: {line}")).trim();
            (next(), next(), next())
        })
        .collect()
}

#[test]
fn every_case_gives_its_code_and_leaves_nothing_behind() {
    on(&[Database::Memory, Database::Postgres], Mode::Off, async |t| {
        let scene = Scene::set(&t).await;
        let before = t.dump().await;
        let mut wrong = Vec::new();
        for case in cases(&scene) {
            let code = scene.caller(case.who).ask(operation(case.action), case.params.clone()).await.code();
            if code.as_deref() != Some(&case.code) {
                let params: String = case.params.to_string().chars().take(300).collect();
                wrong.push(format!("{} {params}: {code:?} and not {}", case.action, case.code));
            }
        }
        assert!(wrong.is_empty(), "{} cases are wrong:\n{}", wrong.len(), wrong.join("\n"));
        assert_same(&t.dump().await, &before, "something was left behind");
    });
}

/// With its tables gone every operation fails inside, and says so without saying why.
#[test]
fn a_broken_store_is_an_internal_error() {
    in_memory(async |t| {
        t.leave_cold();
        let world = World::of(&t).await;
        t.execute("ALTER TABLE accounts RENAME TO accounts_gone", args![]).await;
        for table in crate::support::columns().keys().filter(|table| *table != "accounts") {
            t.execute(format!("ALTER TABLE {table} RENAME TO {table}_gone").leak(), args![]).await;
        }
        for op in operations() {
            if op.action == "GetCallerIdentity" {
                continue;
            }
            let expected = if camulator::dialect::tencent::documented::documents(op, "InternalError.SystemError") {
                "InternalError.SystemError"
            } else {
                "InternalError"
            };
            let reply = world.root.ask(op, world.sample(op)).await;
            let message = reply.fault(expected);
            assert_eq!(
                message,
                format!(
                    "an internal error occurred; the server's log has the cause under request id {}",
                    reply.request_id()
                ),
            );
        }
    });
}

#[test]
fn every_documented_code_is_provoked_or_listed() {
    in_memory(async |t| {
        let scene = Scene::set(&t).await;
        let mut provoked: BTreeSet<(String, String)> =
            cases(&scene).into_iter().map(|case| (case.action.to_owned(), case.code)).collect();
        for op in operations()
            .filter(|op| camulator::dialect::tencent::documented::documents(op, "InternalError.SystemError"))
        {
            provoked.insert((op.action.to_owned(), "InternalError.SystemError".to_owned()));
        }
        let documented: BTreeSet<(String, String)> = operations()
            .flat_map(|op| documented::codes(op).map(|code| (op.action.to_owned(), code.to_owned())))
            .collect();
        let listed: BTreeSet<(String, String)> =
            not_reached().iter().map(|(action, code, _)| ((*action).to_owned(), (*code).to_owned())).collect();
        let show = |codes: Vec<&(String, String)>| {
            codes.iter().map(|(action, code)| format!("{action} {code}")).collect::<Vec<_>>().join("\n")
        };
        let open: Vec<_> =
            documented.iter().filter(|code| !provoked.contains(code) && !listed.contains(code)).collect();
        assert!(
            open.is_empty(),
            "neither provoked in tests/it/codes.rs nor in tests/data/not_reached.txt:\n{}",
            show(open)
        );
        let reached: Vec<_> = listed.iter().filter(|code| provoked.contains(code)).collect();
        assert!(reached.is_empty(), "provoked, so to be taken off tests/data/not_reached.txt:\n{}", show(reached));
        let unknown: Vec<_> = listed.iter().filter(|code| !documented.contains(code)).collect();
        assert!(unknown.is_empty(), "listed in tests/data/not_reached.txt and not documented:\n{}", show(unknown));
        assert!(not_reached().iter().all(|(_, _, reason)| reason.len() > 10), "a reason each");
    });
}
