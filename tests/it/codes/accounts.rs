//! Refused requests about accounts, the people in them and their protection, and those that the state of an account
//! refuses.

use super::scene::{Scene, Who};
use super::{Add, number, with};
use crate::support::{allow, root_of, trust};
use crate::totp;
use serde_json::{Value, json};

pub fn cases(scene: &Scene, add: &mut Add<'_>) {
    people(scene, add);
    protection(scene, add);
    second_factors(scene, add);
    states(scene, add);
    managed(scene, add);
}

fn people(scene: &Scene, add: &mut Add<'_>) {
    for keys in [vec!["AKIDnone"; 11], vec!["AKIDnone"], vec![scene.laden.secret_id.as_str()]] {
        add(Who::Root, "GetSecurityLastUsed", json!({"SecretIdList": keys}), "InvalidParameter");
    }
    add(Who::Root, "DescribeSubAccounts", json!({"FilterSubAccountUin": vec![1; 51]}), "InvalidParameter");
    add(Who::Root, "QueryApiKey", json!({"TargetUin": "x"}), "ParamError");
    add(Who::Root, "QueryApiKey", json!({"TargetUin": 999_999}), "ParamError");
    add(Who::Everyone, "QueryApiKey", json!({"TargetUin": number(&scene.world.root)}), "ParamError");
    add(Who::Root, "ListAccounts", json!({"MaxItems": "x"}), "InvalidParameter");
    for marker in ["x", &hex::encode("SubUser:1")] {
        add(Who::Root, "ListAccounts", json!({"Marker": marker}), "PaginationTokenInvalid");
    }
    for (offset, limit) in [(0, 0), (0, 201), (-1, 20)] {
        add(Who::Root, "ListReceiver", json!({"Offset": offset, "Limit": limit}), "ParamError");
    }
    let receiver =
        |name: &str| json!({"Name": name, "CountryCode": "86", "Email": "x@example.com", "PhoneNumber": "1"});
    for taken in ["carol", "reception"] {
        add(Who::Root, "CreateMessageReceiver", receiver(taken), "SubUserNameInUse");
    }
    add(Who::Root, "CreateMessageReceiver", with(receiver("r"), "Email", json!(1)), "InvalidParameter");
    add(Who::Odd, "CreateMessageReceiver", receiver("r"), "UserNotAuth");
    add(Who::Bound, "CreateMessageReceiver", receiver("r"), "ReceiverOverLimit");
    add(Who::Full, "CreateMessageReceiver", receiver("r"), "LimitExceeded.Uin");
    add(Who::Root, "DeleteMessageReceiver", json!({"Name": "nobody"}), "ResourceNotFound.UserNotExists");
    for none in [json!({}), json!({"TargetUin": 999_999}), json!({"RoleId": 1, "GroupId": 1}), json!({"RoleId": "x"})] {
        add(Who::Root, "ListPoliciesGrantingServiceAccess", none, "ParamError");
    }
    add(Who::Root, "ListPoliciesGrantingServiceAccess", json!({"ServiceType": 1}), "InvalidParameter");
    let flow = |resource: &str| json!({"ResourceId": resource, "ResourceRegion": "gz", "ResourceAccount": "a"});
    for (resource, code) in [
        ("", "ParamError"),
        ("none", "FailedOperation.FlowAuthIllegal"),
        ("closed", "ResourceNotFound.DataFlowAuthClose"),
        ("bare", "ResourceUnavailable.FlowAuthSecet"),
    ] {
        add(Who::Root, "BuildDataFlowAuthToken", flow(resource), code);
    }
}

fn protection(scene: &Scene, add: &mut Add<'_>) {
    let user = number(&scene.world.user);
    for (name, value) in [
        ("MinimumLength", json!(33)),
        ("MustContain", json!("密")),
        ("ForcePasswordChange", json!(366)),
        ("ReusePasswordLimit", json!(25)),
        ("PasswordExpirationInvalidation", json!(0)),
    ] {
        add(Who::Root, "UpdatePasswordRules", json!({"Rules": {name: value}}), "PasswordRuleError");
    }
    let sign_in = "CreateSubAccountLoginIpPolicy";
    let rule = |address: &str| json!({"IP": address, "Effect": "Allow"});
    add(Who::Root, sign_in, json!({"IpPolicies": vec![rule("192.0.2.1"); 101]}), "FailedOperation.PolicyFull");
    add(Who::Root, sign_in, json!({"ApproverUin": vec![user; 21]}), "FailedOperation.AssistApproverFull");
    add(Who::Root, sign_in, json!({"ApproverType": "Other"}), "AssitApproverTypeError");
    add(Who::Root, sign_in, json!({"ApproverUin": [999_999]}), "UserNotExist");
    add(Who::Root, sign_in, json!({"ApproverUin": [user]}), "SubUserPhoneNotExsit");
    add(Who::Root, sign_in, json!({"PolicyType": 3}), "ParamError");
    add(Who::Root, sign_in, json!({"IpPolicies": [with(rule("192.0.2.1"), "Effect", json!("Maybe"))]}), "EffectError");
    for address in ["", "x", "192.0.2.1/33", "192.0.2.9-192.0.2.1"] {
        add(Who::Root, sign_in, json!({"IpPolicies": [rule(address)]}), "IPIllegal");
    }
    let overlapping = json!({"IpPolicies": [rule("192.0.2.0/24"), rule("192.0.2.7")]});
    add(Who::Root, sign_in, overlapping, "IPRangeOverlapping");
    let flags = |uin: u64, name: &str| json!({"OpUin": uin, "LoginFlag": {name: 1}});
    add(Who::Root, "SetMfaFlag", flags(user, "Phone"), "FailedOperation.UserNotBindPhone");
    add(Who::Root, "SetMfaFlag", flags(user, "Wechat"), "FailedOperation.UserNotBindWechat");
    add(Who::Root, "SetMfaFlag", flags(999_999, "Phone"), "ResourceNotFound.UserNotExist");
    add(Who::Session, "SetMfaFlag", json!({"LoginFlag": {"Phone": 0}}), "ResourceNotFound.UserNotExist");
    add(Who::Odd, "SetMfaFlag", flags(number(&scene.odd), "Phone"), "NameOrIdCardError");
    let none = json!({"OpUin": number(&scene.odd_user), "ActionFlag": {"Phone": 0}});
    add(Who::Odd, "SetMfaFlag", none, "FailedOperation.UserUnbindNoPermission");
    for action in ["DescribeSafeAuthFlag", "DescribeSafeAuthFlagIntl"] {
        add(Who::Session, action, json!({}), "ResourceNotFound.UserNotExist");
    }
    add(Who::Root, "DescribeSafeAuthFlagColl", json!({"SubUin": 999_999}), "ResourceNotFound.UserNotExist");
    add(Who::Root, "DescribeSafeAuthFlagColl", json!({"SubUin": "x"}), "ParamError");
    for action in ["GetCustomMFATokenInfo", "ConsumeCustomMFAToken"] {
        for token in ["", "x", &"t".repeat(257)] {
            add(Who::Root, action, json!({"MFAToken": token}), "MFATokenError");
        }
        add(Who::Full, action, json!({"MFAToken": scene.world.token}), "MFATokenError");
    }
}

fn second_factors(scene: &Scene, add: &mut Add<'_>) {
    let root = &scene.world.root;
    let now = root.surface.server_time().seconds();
    let arn = format!("qcs::cam::uin/{}:roleName/ops", root.uin);
    let factor = |serial: &str, code: &str| json!({"SerialNumber": serial, "TokenCode": code});
    let both = |add: &mut Add<'_>, who: Who, serial: &str, given: &str, code: &str| {
        add(who, "GetSessionToken", factor(serial, given), code);
        let assumed = with(with(factor(serial, given), "RoleArn", json!(arn)), "RoleSessionName", json!("session"));
        add(who, "AssumeRole", assumed, code);
    };
    let serial = totp::serial(&root.uin);
    for wrong in ["", "000000", "12345", &totp::code(now - 60), &totp::code(now + 30)] {
        both(add, Who::Root, &serial, wrong, "FailedOperation.CheckMFAError");
    }
    // Without a device of its own, the root's codes are wrong too.
    both(add, Who::Everyone, &serial, &totp::code(now), "FailedOperation.CheckMFAError");
    let hard = format!("qcs::cam:uin/{}::mfa/hardToken", root.uin);
    both(add, Who::Root, &hard, &totp::code(now), "FailedOperation.MFATypeNotSupported");
    for wrong in ["", "softToken", &totp::serial(&scene.full.uin)] {
        both(add, Who::Root, wrong, &totp::code(now), "ParamError");
    }
    let right = factor(&serial, &totp::code(now));
    add(Who::Session, "GetSessionToken", right.clone(), "FailedOperation.TempKeyNotAllowed");
    for seconds in [0, 7201] {
        add(Who::Root, "GetSessionToken", with(right.clone(), "DurationSeconds", json!(seconds)), "OverTimeError");
    }
    let bound = factor(&totp::serial(&scene.bound.root.uin), &totp::code(now));
    add(Who::Bound, "GetSessionToken", bound, "AccountNotAvaliable");
}

fn states(scene: &Scene, add: &mut Add<'_>) {
    let bound = &scene.bound;
    let assume = json!({
        "RoleArn": format!("qcs::cam::uin/{}:roleName/managed", bound.root.uin), "RoleSessionName": "session",
    });
    add(Who::Bound, "AssumeRole", assume, "AccountNotAvaliable");
    let federate = json!({"Name": "someone", "Policy": allow("cam:GetUser", "*").to_string()});
    add(Who::Bound, "GetFederationToken", federate, "AccountNotAvaliable");
    add(Who::Odd, "AddUser", json!({"Name": "eleventh"}), "RequestLimitExceeded.CreateUser");
    add(Who::Bound, "AddUser", json!({"Name": "new"}), "FailedOperation.ForbidAdd");
    let risky = json!({"Name": "new", "UseApi": 1, "ConsoleLogin": 1});
    add(Who::Bound, "AddUser", risky, "FailedOperation.ExistHighRiskOperations");
    let risky = json!({"Name": "user", "ConsoleLogin": 1});
    add(Who::Bound, "UpdateUser", risky, "FailedOperation.ExistHighRiskOperations");
    let trusting = trust(&[root_of(&bound.root.uin)]);
    let create = json!({"RoleName": "abroad", "PolicyDocument": trusting});
    add(Who::Root, "CreateRole", create, "PrincipalQcsCrossError");
    let update = json!({"RoleName": "ops", "PolicyDocument": trusting});
    add(Who::Root, "UpdateAssumeRolePolicy", update.clone(), "PrincipalQcsCrossError");
    add(Who::Root, "UpdateRole", update, "PrincipalQcsCrossError");
    add(Who::Root, "DeletePolicy", json!({"PolicyId": vec![17; 4000]}), "OperatePoliciesOverLimit");
}

fn managed(scene: &Scene, add: &mut Add<'_>) {
    let bound = &scene.bound;
    let [organization, center, service, tags] = bound.policies;
    let (user, group) = (number(&bound.user), bound.group);
    let document = allow("cam:GetUser", "*").to_string();
    let on_policy = |policy: u64| -> Vec<(&'static str, Value)> {
        vec![
            ("UpdatePolicy", json!({"PolicyId": policy, "Description": "other"})),
            ("DeletePolicy", json!({"PolicyId": [policy]})),
            ("AttachUserPolicy", json!({"PolicyId": policy, "AttachUin": user})),
            ("DetachUserPolicy", json!({"PolicyId": policy, "DetachUin": user})),
            ("AttachGroupPolicy", json!({"PolicyId": policy, "AttachGroupId": group})),
            ("DetachGroupPolicy", json!({"PolicyId": policy, "DetachGroupId": group})),
            ("AttachRolePolicy", json!({"PolicyId": policy, "AttachRoleName": "managed"})),
            ("DetachRolePolicy", json!({"PolicyId": policy, "DetachRoleName": "managed"})),
            ("OperateCamStrategy", json!({"StrategyId": policy, "GroupId": -1, "RelateUin": user, "ActionType": 1})),
        ]
    };
    let on_versions = |policy: u64| -> Vec<(&'static str, Value)> {
        let version = json!({"PolicyId": policy, "PolicyDocument": document, "SetAsDefault": false});
        vec![
            ("CreatePolicyVersion", version),
            ("DeletePolicyVersion", json!({"PolicyId": policy, "VersionId": [2]})),
            ("SetDefaultPolicyVersion", json!({"PolicyId": policy, "VersionId": 2})),
        ]
    };
    let code = "FailedOperation.OrganizationPolicyOperateError";
    for policy in [organization, center, service] {
        for (action, params) in on_policy(policy) {
            add(Who::Bound, action, params, code);
        }
    }
    for (action, params) in on_versions(organization).into_iter().chain(on_versions(service)) {
        add(Who::Bound, action, params, code);
    }
    for (action, params) in on_versions(center) {
        add(Who::Bound, action, params, "OperationDenied.CicPolicyOperationDenied");
    }
    for (action, holder) in [
        ("PutUserPermissionsBoundary", json!({"TargetUin": user})),
        ("PutRolePermissionsBoundary", json!({"RoleName": "managed"})),
    ] {
        let params = with(holder, "PolicyId", json!(service));
        add(Who::Bound, action, params, "ServiceLinkedPolicyCantInPermissionBoundary");
    }
    for key in ["qcs:resource_tag", "qcs:request_tag/team"] {
        let mut document = allow("cam:GetUser", "*");
        document["statement"][0]["condition"] = json!({"for_any_value:string_equal": {key: "team&a"}});
        let document = document.to_string();
        let update = json!({"PolicyId": tags, "PolicyDocument": document});
        add(Who::Bound, "UpdatePolicy", update, "OperationDenied.PolicyTagConflict");
        let version = json!({"PolicyId": tags, "PolicyDocument": document, "SetAsDefault": true});
        add(Who::Bound, "CreatePolicyVersion", version, "OperationDenied.PolicyTagConflict");
    }
    add(Who::Bound, "DeleteRole", json!({"RoleName": "managed"}), "OrganizationRoleOperateError");
    let changed = json!({"RoleName": "managed", "Description": "other"});
    add(Who::Bound, "UpdateRoleDescription", changed, "ParamError");
    for action in ["UpdateUser", "DeleteUser"] {
        add(Who::Bound, action, json!({"Name": "managed"}), "FailedOperation.Unmodifiable");
    }
}
