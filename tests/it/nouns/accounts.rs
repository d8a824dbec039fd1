//! The account and the people in it: who there is, when keys were used, how people are protected, and what the admin API
//! says of an account.

use crate::support::idp::Idp;
use crate::support::{ROOT, START, Test, allow, in_memory, on_each_database, root_of, text};
use crate::totp;
use crate::world::oidc;
use camulator::args;
use serde_json::{Value, json};

#[test]
fn an_account_says_who_it_is_and_how_much_it_has() {
    on_each_database(async |t| {
        let root = t.root();
        let dev = root.user("dev").await;
        root.grant(&dev, "own", &allow("cam:GetUserAppId", "*")).await;
        let account = t.admin("GET", &format!("/accounts/{ROOT}"), Value::Null).await.done();
        for caller in [&root, &dev] {
            let shown = json!({"Uin": caller.uin, "OwnerUin": ROOT, "AppId": account["app_id"]});
            assert_eq!(caller.cam("GetUserAppId", json!({})).await.ok(), shown);
        }
        let group = root.cam("CreateGroup", json!({"GroupName": "crew"})).await.ok()["GroupId"].clone();
        root.cam("AddUserToGroup", json!({"Info": [{"Uin": dev.uin, "GroupId": group}]})).await.ok();
        let metadata = Idp::rsa().metadata();
        let provider = json!({"Name": "corp", "Description": "", "SAMLMetadataDocument": metadata});
        root.cam("CreateSAMLProvider", provider).await.ok();
        root.cam("CreateOIDCConfig", oidc("cluster")).await.ok();
        let summary = json!({
            "Policies": 1, "Roles": 0, "Idps": 2, "User": 1, "Group": 1, "Member": 1, "IdentityProviders": 2,
        });
        assert_eq!(root.cam("GetAccountSummary", json!({})).await.ok(), summary);
    });
}

#[test]
fn receivers_come_and_go() {
    on_each_database(async |t| {
        let root = t.root();
        assert_eq!(root.cam("ListReceiver", json!({})).await.ok(), json!({"TotalCount": 0, "Receivers": []}));
        for name in ["press", "ops"] {
            let params = json!({
                "Name": name, "CountryCode": "86", "Email": "p@example.com", "PhoneNumber": "138", "Remark": "r",
            });
            assert_eq!(root.cam("CreateMessageReceiver", params.clone()).await.ok(), json!({"PhoneNumVerifyLink": ""}));
            root.cam("CreateMessageReceiver", params).await.fault("InvalidParameter.SubUserNameInUse");
        }
        let listed = root.cam("ListReceiver", json!({"Offset": 1, "Limit": 1})).await.ok();
        let shown = &listed["Receivers"][0];
        assert_eq!(
            (&listed["TotalCount"], &shown["Name"], &shown["Email"]),
            (&json!(2), &json!("ops"), &json!("p@example.com"))
        );
        root.cam("DeleteMessageReceiver", json!({"Name": "ops"})).await.ok();
        root.cam("DeleteMessageReceiver", json!({"Name": "ops"})).await.fault("ResourceNotFound.UserNotExists");
        assert_eq!(root.cam("ListReceiver", json!({})).await.ok()["TotalCount"], 1);
    });
}

#[test]
fn members_that_the_admin_api_makes_are_listed_by_kind() {
    on_each_database(async |t| {
        let (root, members) = (t.root(), format!("/accounts/{ROOT}/members"));
        let dev = root.user("dev").await;
        let partner =
            json!({"kind": "collaborator", "id": "700000000077", "name": "partner", "email": "p@example.com"});
        let made = t.admin("POST", &members, partner.clone()).await.created();
        assert_eq!(t.admin("POST", &members, partner).await.status, 409);
        let colleague = json!({"kind": "colleague", "name": "li", "outside_id": "li-1", "console_login": true});
        t.admin("POST", &members, colleague).await.created();
        for wrong in [json!({"kind": "friend", "name": "x"}), json!({"kind": "colleague", "name": ""})] {
            assert_eq!(t.admin("POST", &members, wrong).await.status, 400);
        }
        let listed = root.cam("ListCollaborators", json!({})).await.ok();
        assert_eq!(
            listed,
            json!({"TotalNum": 1, "Data": [{
                "Uin": 700_000_000_077_u64, "Name": "partner", "Uid": made["uid"], "Remark": "", "ConsoleLogin": 0,
                "PhoneNum": "", "CountryCode": "", "Email": "p@example.com", "CreateTime": "2026-01-01 08:00:00",
                "NickName": "partner",
            }]})
        );
        let listed = root.cam("ListWeChatWorkSubAccounts", json!({"Offset": 0, "Limit": 10})).await.ok();
        let shown = &listed["Data"][0];
        assert_eq!((&shown["WeChatWorkUserId"], &shown["ConsoleLogin"]), (&json!("li-1"), &json!(1)));
        let uins = json!([700_000_000_077_u64, dev.uin, 999_999]);
        let described = root.cam("DescribeSubAccounts", json!({"FilterSubAccountUin": uins})).await.ok();
        let described: Vec<(&Value, &Value)> = described["SubAccounts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|shown| (&shown["Name"], &shown["UserType"]))
            .collect();
        assert_eq!(described, [(&json!("partner"), &json!(4)), (&json!("dev"), &json!(2))]);
        t.admin("DELETE", &format!("{members}/collaborator/partner"), Value::Null).await.done();
        assert_eq!(t.admin("DELETE", &format!("{members}/collaborator/partner"), Value::Null).await.status, 404);
        assert_eq!(root.cam("ListCollaborators", json!({})).await.ok(), json!({"TotalNum": 0, "Data": []}));
    });
}

/// A page begins behind the account that the marker names, whatever came or went meanwhile.
#[test]
fn all_accounts_are_listed_page_by_page() {
    on_each_database(async |t| {
        let root = t.root();
        for name in ["a", "b", "c", "d"] {
            root.user(name).await;
            t.advance(1);
        }
        let receiver = json!({"Name": "r", "CountryCode": "86", "Email": "", "PhoneNumber": ""});
        root.cam("CreateMessageReceiver", receiver).await.ok();
        let (mut marker, mut names) = (String::new(), Vec::new());
        loop {
            let page = root.cam("ListAccounts", json!({"MaxItems": 2, "Marker": marker})).await.ok();
            let users = page["Users"].as_array().unwrap();
            names.extend(users.iter().map(|user| format!("{} {}", text(&user["UserType"]), text(&user["Name"]))));
            marker = text(&page["Marker"]).to_owned();
            assert_eq!(page["IsTruncated"], !marker.is_empty());
            if marker.is_empty() {
                break;
            }
            if names.len() == 4 {
                root.cam("DeleteUser", json!({"Name": "a", "Force": 1})).await.ok();
            }
        }
        let owner = format!("Owner {ROOT}");
        assert_eq!(names, [&owner, "SubUser a", "SubUser b", "SubUser c", "SubUser d", "MessageReceiver r"]);
        let only = root.cam("ListAccounts", json!({"UserType": "MessageReceiver"})).await.ok();
        assert_eq!(only["Users"].as_array().unwrap().len(), 1);
        let none = root.cam("ListAccounts", json!({"UserType": "CICUser"})).await.ok();
        assert_eq!(none["Users"], json!([]));
    });
}

async fn generation(t: &Test) -> i64 {
    let mut read = t.app.engine.store.read().await.unwrap();
    read.tx().number("SELECT generation FROM accounts WHERE id = $1", args![ROOT]).await.unwrap()
}

/// The last use of a key is known at once, and written later, together with others, without a new generation.
#[test]
fn the_last_use_of_a_key_is_remembered() {
    on_each_database(async |t| {
        let root = t.root();
        let (dev, idle) = (root.user("dev").await, root.user("idle").await);
        let keys = json!({"SecretIdList": [idle.secret_id, dev.secret_id]});
        let never = json!({"SecretId": idle.secret_id, "LastUsedDate": null, "LastSecretUsedDate": null});
        let shown = async |used: Value| {
            let rows = root.cam("GetSecurityLastUsed", keys.clone()).await.ok()["SecretIdLastUsedRows"].clone();
            assert_eq!(rows, json!([never, used]));
        };
        shown(json!({"SecretId": dev.secret_id, "LastUsedDate": null, "LastSecretUsedDate": null})).await;
        // A wrong signature is no use.
        dev.forged().sts("GetCallerIdentity", json!({})).await.fault("AuthFailure.SignatureFailure");
        shown(json!({"SecretId": dev.secret_id, "LastUsedDate": null, "LastSecretUsedDate": null})).await;
        let (before, at) = (t.dump().await, generation(&t).await);
        for days in 0..3 {
            dev.sts("GetCallerIdentity", json!({})).await.ok();
            let date = format!("2026-01-0{}", days + 1);
            let used = (START + days * 86_400) * 1000;
            shown(json!({"SecretId": dev.secret_id, "LastUsedDate": date, "LastSecretUsedDate": used})).await;
            t.advance(86_400);
        }
        assert_eq!(t.dump().await, before, "nothing is written while a request is answered");
        t.app.engine.write_uses().await.unwrap();
        assert_eq!(generation(&t).await, at);
        let cold = t.restarted().await;
        let rows = cold.seen(&root).cam("GetSecurityLastUsed", keys.clone()).await.ok();
        assert_eq!(rows["SecretIdLastUsedRows"][1]["LastUsedDate"], "2026-01-03");
        assert_eq!(rows["SecretIdLastUsedRows"][0]["LastUsedDate"], Value::Null);
    });
}

#[test]
fn api_keys_are_listed_with_their_states() {
    on_each_database(async |t| {
        let root = t.root();
        let dev = root.user("dev").await;
        let status = json!({"AccessKeyId": dev.secret_id, "TargetUin": dev.uin, "Status": "Inactive"});
        let key = |status: u64| json!({"IdKeys": [{"SecretId": dev.secret_id, "CreateTime": START, "Status": status}]});
        assert_eq!(root.sts("QueryApiKey", json!({"TargetUin": dev.uin})).await.ok(), key(2));
        root.cam("UpdateAccessKey", status).await.ok();
        assert_eq!(root.sts("QueryApiKey", json!({"TargetUin": dev.uin})).await.ok(), key(3));
        assert_eq!(root.sts("QueryApiKey", json!({})).await.ok()["IdKeys"][0]["SecretId"], root.secret_id);
    });
}

#[test]
fn password_rules_count_as_soon_as_they_are_set() {
    on_each_database(async |t| {
        let root = t.root();
        let shown = root.cam("GetPasswordRules", json!({})).await.ok();
        assert_eq!((&shown["Modifier"], &shown["UpdateTime"]), (&json!(ROOT), &json!("2026-01-01 08:00:00")));
        let password =
            async |action: &str, password: &str| root.cam(action, json!({"Name": "dev", "Password": password})).await;
        password("AddUser", "Passw0rd!1").await.ok();
        password("UpdateUser", "Passw0rd!1").await.ok();
        let rules = json!({"MinimumLength": 10, "MustContain": "A!", "ReusePasswordLimit": 2});
        root.cam("UpdatePasswordRules", json!({"Rules": rules})).await.ok();
        let shown = root.cam("GetPasswordRules", json!({})).await.ok()["Rules"].clone();
        assert_eq!(
            shown,
            json!({
                "MinimumLength": 10, "MustContain": "A!", "ForcePasswordChange": 0, "ReusePasswordLimit": 2,
                "RetryPasswordLimit": 0, "PasswordExpirationInvalidation": 2,
            })
        );
        // Too short, without capitals, without punctuation, and used before, also before there was a rule.
        for wrong in ["Passw0rd!", "passw0rd!1", "Passw0rd11", "Passw0rd!1"] {
            password("UpdateUser", wrong).await.fault("InvalidParameter.PasswordViolatedRules");
        }
        root.cam("AddUser", json!({"Name": "ops", "Password": "passw0rd!1"}))
            .await
            .fault("InvalidParameter.PasswordViolatedRules");
        for right in ["Passw0rd!2", "Passw0rd!3", "Passw0rd!1"] {
            password("UpdateUser", right).await.ok();
        }
        // A password that the server makes keeps every rule, and another user may have the same password.
        let generated = root.cam("AddUser", json!({"Name": "gen", "ConsoleLogin": 1})).await.ok();
        assert_eq!(text(&generated["Password"]).len(), 32);
        root.cam("AddUser", json!({"Name": "ops", "Password": "Passw0rd!1"})).await.ok();
    });
}

#[test]
fn no_password_is_stored_in_the_clear() {
    in_memory(async |t| {
        t.root().cam("AddUser", json!({"Name": "dev", "Password": "Passw0rd!x"})).await.ok();
        assert!(!format!("{:?}", t.dump().await).contains("Passw0rd"));
    });
}

#[test]
fn checks_are_set_and_shown() {
    on_each_database(async |t| {
        let root = t.root();
        let dev = root.user("dev").await;
        root.cam("UpdateUser", json!({"Name": "dev", "PhoneNum": "138"})).await.ok();
        let security = format!("/accounts/{ROOT}/users/{}/security", dev.uin);
        let unbound = json!({"chat_bound": false, "mfa_device": false});
        assert_eq!(t.admin("GET", &security, Value::Null).await.done(), unbound);
        let bound = t.admin("PUT", &security, json!({"chat_bound": true, "mfa_device": true})).await.done();
        assert_eq!(text(&bound["mfa_seed"]).len(), 32);
        assert_eq!(t.admin("PUT", &security, json!({"mfa_seed": "short"})).await.status, 400);
        let (all, none) = (json!({"Phone": 1, "Stoken": 1, "Wechat": 1}), json!({"Phone": 1}));
        root.cam("SetMfaFlag", json!({"OpUin": dev.uin, "LoginFlag": all, "ActionFlag": none})).await.ok();
        root.cam("CreateSubAccountLoginIpPolicy", json!({"PolicyType": 2, "DisablePolicy": 0})).await.ok();
        let flag = |phone: u64, stoken: u64, chat: u64| {
            json!({
                "Phone": phone, "Token": 0, "Stoken": stoken, "Wechat": chat, "Custom": 0, "Mail": 0, "U2FToken": 0,
                "Passkey": 0,
            })
        };
        let offsite = json!({"VerifyFlag": 1, "NotifyPhone": 1, "NotifyEmail": 1, "NotifyWechat": 1, "Tips": 0});
        let shown = json!({
            "LoginFlag": flag(1, 1, 1), "ActionFlag": flag(1, 0, 0), "OffsiteFlag": offsite, "PromptTrust": 0,
        });
        assert_eq!(root.cam("DescribeSafeAuthFlagColl", json!({"SubUin": dev.uin})).await.ok(), shown);
        root.grant(&dev, "see", &allow("cam:Describe*", "*")).await;
        assert_eq!(dev.cam("DescribeSafeAuthFlag", json!({})).await.ok(), shown);
        // Without the device its check is gone too.
        t.admin("PUT", &security, json!({"mfa_device": false})).await.done();
        let intl = dev.cam("DescribeSafeAuthFlagIntl", json!({})).await.ok();
        assert_eq!(intl, json!({"LoginFlag": flag(1, 0, 1), "ActionFlag": flag(1, 0, 0), "OffsiteFlag": offsite}));
        let policy = json!({
            "IpPolicies": [{"IP": "192.0.2.0/24", "Effect": "Deny"}], "ApproverUin": [dev.uin], "DisablePolicy": 1,
            "ApproverType": "SubAccountLoginLimitApproval", "PolicyType": 1,
        });
        root.cam("CreateSubAccountLoginIpPolicy", policy).await.ok();
        let kept = t.admin("GET", &format!("/accounts/{ROOT}/sign-in-policy"), Value::Null).await.done();
        assert_eq!(
            kept,
            json!({
                "rules": [{"address": "192.0.2.0/24", "allow": false}], "approvers": [dev.uin], "disabled": true,
                "verifies_unusual": true,
            })
        );
    });
}

/// A session that was opened with a code has the rights of its opener, and conditions see the second factor.
#[test]
fn a_code_of_a_device_opens_a_session() {
    on_each_database(async |t| {
        let root = t.root();
        let dev = root.user("dev").await;
        let mut guarded = allow("cam:*", "*");
        guarded["statement"][0]["condition"] = json!({"bool_equal": {"qcs:mfa": "true"}});
        root.grant(&dev, "guarded", &guarded).await;
        root.grant(&dev, "session", &allow("sts:*", "*")).await;
        let path = format!("/accounts/{ROOT}/users/{}/security", dev.uin);
        let factor = |code: String| json!({"SerialNumber": totp::serial(ROOT), "TokenCode": code});
        dev.sts("GetSessionToken", factor(totp::code(START))).await.fault("FailedOperation.CheckMFAError");
        t.admin("PUT", &path, json!({"mfa_seed": totp::SEED})).await.done();
        dev.cam("ListUsers", json!({})).await.fault("AuthFailure.UnauthorizedOperation");
        let opened = dev.sts("GetSessionToken", factor(totp::code(START))).await.ok();
        assert_eq!(opened["ExpiredTime"], START + 1800);
        let session = dev.session(&opened);
        session.cam("ListUsers", json!({})).await.ok();
        let arn = format!("qcs::cam:{ROOT}:uin/{}", dev.uin);
        assert_eq!(
            session.sts("GetCallerIdentity", json!({})).await.ok(),
            json!({"Arn": arn, "AccountId": ROOT, "UserId": dev.uin, "PrincipalId": dev.uin, "Type": "CAMUser"})
        );
        session.sts("GetSessionToken", factor(totp::code(START))).await.fault("FailedOperation.TempKeyNotAllowed");
        // The clock of the account counts: a code of the wall clock is wrong there.
        t.admin("PUT", &format!("/clock?account={ROOT}"), json!({"mode": "frozen", "now": "2030-01-01T00:00:00Z"}))
            .await
            .done();
        dev.sts("GetSessionToken", factor(totp::code(START))).await.fault("FailedOperation.CheckMFAError");
        dev.sts("GetSessionToken", factor(totp::code(1_893_456_000))).await.ok();
        session.cam("ListUsers", json!({})).await.fault("AuthFailure.TokenFailure");
    });
}

/// A role whose trust policy asks for a second factor is assumed with a code alone.
#[test]
fn a_role_may_ask_for_a_second_factor() {
    on_each_database(async |t| {
        let root = t.root();
        let dev = root.user("dev").await;
        let mut trust: Value = serde_json::from_str(&crate::support::trust(&[root_of(ROOT)])).unwrap();
        trust["statement"][0]["condition"] = json!({"bool_equal": {"qcs:mfa": "true"}});
        root.cam("CreateRole", json!({"RoleName": "careful", "PolicyDocument": trust.to_string()})).await.ok();
        root.grant(&dev, "assume", &allow("sts:AssumeRole", "*")).await;
        let path = format!("/accounts/{ROOT}/users/{}/security", dev.uin);
        t.admin("PUT", &path, json!({"mfa_seed": totp::SEED})).await.done();
        let mut assume =
            json!({"RoleArn": format!("qcs::cam::uin/{ROOT}:roleName/careful"), "RoleSessionName": "session"});
        dev.sts("AssumeRole", assume.clone()).await.fault("UnauthorizedOperation");
        assume["SerialNumber"] = json!(totp::serial(ROOT));
        assume["TokenCode"] = json!("000000");
        dev.sts("AssumeRole", assume.clone()).await.fault("FailedOperation.CheckMFAError");
        assume["TokenCode"] = json!(totp::code(START));
        dev.sts("AssumeRole", assume).await.ok();
    });
}

#[test]
fn a_token_of_a_sign_in_is_good_once_and_for_a_while() {
    on_each_database(async |t| {
        let root = t.root();
        let dev = root.user("dev").await;
        let begin = async |uin: &str| {
            let path = format!("/accounts/{ROOT}/users/{uin}/mfa-tokens");
            text(&t.admin("POST", &path, Value::Null).await.created()["token"]).to_owned()
        };
        let (of_dev, of_root) = (begin(&dev.uin).await, begin(ROOT).await);
        for (token, uin) in [(&of_dev, dev.uin.as_str()), (&of_root, ROOT)] {
            let shown = root.cam("GetCustomMFATokenInfo", json!({"MFAToken": token})).await.ok();
            assert_eq!(shown["Uin"].to_string(), uin);
        }
        root.cam("ConsumeCustomMFAToken", json!({"MFAToken": of_dev})).await.ok();
        t.advance(300);
        for token in [&of_dev, &of_root] {
            for action in ["GetCustomMFATokenInfo", "ConsumeCustomMFAToken"] {
                let message =
                    root.cam(action, json!({"MFAToken": token})).await.fault("InvalidParameter.MFATokenError");
                assert!(!message.contains(token.as_str()), "{message}");
            }
        }
    });
}

#[test]
fn the_password_of_a_data_flow_changes_from_period_to_period() {
    on_each_database(async |t| {
        let (root, flows) = (t.root(), format!("/accounts/{ROOT}/data-flows"));
        let flow =
            |open: bool| json!({"resource_id": "cdb-1", "region": "gz", "resource_account": "reader", "open": open});
        let wanted = json!({"ResourceId": "cdb-1", "ResourceRegion": "gz", "ResourceAccount": "reader"});
        let build = || root.cam("BuildDataFlowAuthToken", wanted.clone());
        build().await.fault("FailedOperation.FlowAuthIllegal");
        t.admin("PUT", &flows, flow(true)).await.done();
        let first = build().await.ok()["Credentials"].clone();
        assert_eq!((&first["CurrentTime"], &first["RotationStatus"]), (&json!(START), &json!("success")));
        t.advance(60);
        assert_eq!(build().await.ok()["Credentials"]["Token"], first["Token"]);
        let wait = first["NextRotationTime"].as_i64().unwrap() / 1000 - t.now().seconds();
        t.advance(wait);
        assert_ne!(build().await.ok()["Credentials"]["Token"], first["Token"]);
        t.admin("PUT", &flows, flow(false)).await.done();
        build().await.fault("ResourceNotFound.DataFlowAuthClose");
    });
}

#[test]
fn the_policies_that_grant_a_service_are_found() {
    on_each_database(async |t| {
        let root = t.root();
        let dev = root.user("dev").await;
        let own = root.grant(&dev, "own", &allow("cam:GetUser*", "*")).await;
        root.grant(&dev, "cvm", &allow("cvm:Describe*", "*")).await;
        let group = root.cam("CreateGroup", json!({"GroupName": "crew"})).await.ok()["GroupId"].clone();
        root.cam("AddUserToGroup", json!({"Info": [{"Uin": dev.uin, "GroupId": group}]})).await.ok();
        let all = root.policy("all", &allow("*", "*")).await;
        let ask = async |target: &Value, service: &str| {
            let mut params = target.clone();
            params["ServiceType"] = json!(service);
            root.cam("ListPoliciesGrantingServiceAccess", params).await.ok()["List"].clone()
        };
        let user = json!({"TargetUin": dev.uin});
        let listed = ask(&user, "cam").await;
        let policy = |id: u64, name: &str| json!({"PolicyId": id.to_string(), "PolicyName": name, "PolicyType": "Custom", "PolicyDescription": ""});
        assert_eq!(listed[0]["Policy"], json!([policy(own, "own")]));
        let actions: Vec<&str> =
            listed[0]["Action"].as_array().unwrap().iter().map(|action| text(&action["Name"])).collect();
        assert_eq!(actions, ["GetUser", "GetUserAppId", "GetUserPermissionBoundary"]);
        let every = root.cam("ListPoliciesGrantingServiceAccess", user.clone()).await.ok();
        let services: Vec<&str> =
            every["List"].as_array().unwrap().iter().map(|node| text(&node["Service"]["ServiceType"])).collect();
        assert_eq!(services, ["cam", "cvm"]);
        assert_eq!(ask(&user, "cos").await, json!([]));
        // What a group has counts for its members.
        root.cam("AttachGroupPolicy", json!({"PolicyId": all, "AttachGroupId": group})).await.ok();
        for target in [&user, &json!({"GroupId": group})] {
            assert_eq!(ask(target, "cos").await[0]["Policy"], json!([policy(all, "all")]));
        }
    });
}

#[test]
fn the_state_of_an_account_is_set_and_shown() {
    on_each_database(async |t| {
        let (root, state) = (t.root(), format!("/accounts/{ROOT}/state"));
        let usual = json!({
            "suspended": false, "verified": true, "creates_users": true, "guarded": false,
            "requires_second_factor": false, "site": "", "managed": [],
        });
        assert_eq!(t.admin("GET", &state, Value::Null).await.done(), usual);
        let closed = t.admin("PUT", &state, json!({"creates_users": false})).await.done();
        assert_eq!(closed, t.admin("GET", &state, Value::Null).await.done());
        root.cam("AddUser", json!({"Name": "dev"})).await.fault("FailedOperation.ForbidAdd");
        for wrong in [json!({"frozen": true}), json!({"managed": [{"kind": "key", "id": "1", "by": "tags"}]})] {
            assert_eq!(t.admin("PUT", &state, wrong).await.status, 400);
        }
        assert_eq!(t.admin("PUT", "/accounts/999999999/state", json!({})).await.status, 404);
        assert_eq!(t.admin("PUT", &state, json!({})).await.done(), usual);
        root.cam("AddUser", json!({"Name": "dev"})).await.ok();
    });
}

/// The day is counted back from now: the eleventh user must wait.
#[test]
fn an_account_that_is_not_verified_makes_ten_users_a_day() {
    on_each_database(async |t| {
        let root = t.root();
        t.admin("PUT", &format!("/accounts/{ROOT}/state"), json!({"verified": false})).await.done();
        for place in 0..10 {
            root.cam("AddUser", json!({"Name": format!("user-{place}")})).await.ok();
        }
        let eleventh = || root.cam("AddUser", json!({"Name": "eleventh"}));
        eleventh().await.fault("RequestLimitExceeded.CreateUser");
        t.advance(86_399);
        eleventh().await.fault("RequestLimitExceeded.CreateUser");
        t.advance(1);
        eleventh().await.ok();
    });
}
