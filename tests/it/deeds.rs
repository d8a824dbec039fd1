//! An operation that gives, takes or shows rights needs the permission of the action that usually does so, too.

use crate::support::{Caller, Test, allow, assert_same, on_each_database, trust};
use serde_json::{Value, json};

const DENIED: &str = "AuthFailure.UnauthorizedOperation";

/// A user who may do everything but one action.
async fn all_but(t: &Test, name: &str, denied: &str) -> Caller {
    let user = t.root().user(name).await;
    let document = json!({"version": "2.0", "statement": [
        {"effect": "allow", "action": "*", "resource": "*"},
        {"effect": "deny", "action": denied, "resource": "*"},
    ]});
    t.root().grant(&user, name, &document).await;
    user
}

/// A policy that allows a user everything, with the member `principal` spelt as given.
fn spelt(principal: &str, uin: &str, owner: &str) -> String {
    format!(
        r#"{{"version": "2.0", "{principal}": {{"qcs": ["qcs::cam::uin/{owner}:uin/{uin}"]}},
            "statement": [{{"effect": "allow", "action": "*", "resource": "*"}}]}}"#
    )
}

#[test]
fn a_document_attaches_nothing_without_permission_however_it_is_spelt() {
    on_each_database(async |t| {
        let root = t.root();
        let maker = root.user("maker").await;
        root.grant(&maker, "makes", &allow("cam:CreatePolicy", "*")).await;
        root.grant(&maker, "makes-too", &allow("cam:CreateCamStrategy", "*")).await;
        let before = t.dump().await;
        for principal in [
            "principal",
            r"\u0070rincipal",
            r"princi\u0070al",
            r"\u0070\u0072\u0069\u006e\u0063\u0069\u0070\u0061\u006c",
            r"\u0070rincipa\u006C",
            "Principal",
            r"\u0050rincipal",
        ] {
            let document = spelt(principal, &maker.uin, &root.uin);
            let policy = json!({"PolicyName": "mine", "PolicyDocument": document});
            let message = maker.cam("CreatePolicy", policy).await.fault(DENIED);
            assert!(message.contains("(cam:AttachUserPolicy)"), "{message}");
            let strategy = json!({"StrategyName": "mine", "StrategyInfo": document});
            let message = maker.cam("CreateCamStrategy", strategy).await.fault(DENIED);
            assert!(message.contains("(cam:AttachUserPolicy)"), "{message}");
            let object: Value = serde_json::from_str(&document).unwrap();
            let strategy = json!({"StrategyName": "mine", "StrategyInfo": object});
            maker.cam("CreateCamStrategy", strategy).await.fault(DENIED);
        }
        assert_same(&t.dump().await, &before, "a refused request changed something");
        maker.cam("ListUsers", json!({})).await.fault(DENIED);
        // With the permission the policy is created and attached.
        root.grant(&maker, "attaches", &allow("cam:AttachUserPolicy", "*")).await;
        let document = spelt(r"\u0070rincipal", &maker.uin, &root.uin);
        maker.cam("CreatePolicy", json!({"PolicyName": "mine", "PolicyDocument": document})).await.ok();
        maker.cam("ListUsers", json!({})).await.ok();
    });
}

#[test]
fn a_deny_of_an_action_holds_for_every_operation_that_performs_it() {
    on_each_database(async |t| {
        let root = t.root();
        let other = root.user("other").await;
        let uin: u64 = other.uin.parse().unwrap();
        let group = root.cam("CreateGroup", json!({"GroupName": "crew"})).await.ok()["GroupId"].as_u64().unwrap();
        let role = root.role("ops", &[crate::support::root_of(&root.uin)]).await;
        let policy = root.policy("spare", &allow("cam:GetRole", "*")).await;
        let operate = |uin: i64, group: i64, action: u64| {
            let params = json!({"GroupId": group, "RelateUin": uin, "StrategyId": policy, "ActionType": action});
            ("OperateCamStrategy", params)
        };
        let (uin, group) = (i64::try_from(uin).unwrap(), i64::try_from(group).unwrap());
        let update = |part: &str, value: Value| ("UpdateRole", json!({"RoleId": role, part: value}));
        let strategy = |name: &str, document: String| {
            ("CreateCamStrategy", json!({"StrategyName": name, "StrategyInfo": document}))
        };
        let plain = allow("cam:GetRole", "*").to_string();
        let on_user = spelt("principal", &other.uin, &root.uin);
        let named = trust(&[crate::support::root_of(&root.uin)]);
        // The denied action, requests that perform it under another name, and a request that does not.
        let cases = [
            ("cam:CreatePolicy", vec![strategy("a", plain.clone())], operate(uin, -1, 1)),
            ("cam:AttachUserPolicy", vec![operate(uin, -1, 1), strategy("b", on_user)], operate(uin, -1, 2)),
            ("cam:DetachUserPolicy", vec![operate(uin, -1, 2)], operate(uin, -1, 1)),
            ("cam:AttachGroupPolicy", vec![operate(-1, group, 1)], operate(-1, group, 2)),
            ("cam:DetachGroupPolicy", vec![operate(-1, group, 2)], operate(-1, group, 1)),
            ("cam:DescribeRoleList", vec![("ListRoles", json!({}))], update("Description", json!("other"))),
            (
                "cam:UpdateAssumeRolePolicy",
                vec![
                    update("PolicyDocument", json!(named)),
                    ("UpdateRole", json!({"RoleId": role, "Description": "x", "PolicyDocument": named})),
                ],
                update("Description", json!("x")),
            ),
            (
                "cam:UpdateRoleDescription",
                vec![update("Description", json!("x"))],
                update("PolicyDocument", json!(named)),
            ),
            ("cam:UpdateRoleConsoleLogin", vec![update("ConsoleLogin", json!(1))], update("Description", json!("y"))),
            (
                "cam:UpdateRoleSessionDuration",
                vec![update("SessionDuration", json!(3600))],
                update("ConsoleLogin", json!(0)),
            ),
        ];
        for (place, (denied, same, other)) in cases.into_iter().enumerate() {
            let user = all_but(&t, &format!("user{place}"), denied).await;
            let before = t.dump().await;
            for (action, params) in same {
                let message = user.cam(action, params.clone()).await.fault(DENIED);
                assert!(message.contains(&format!("({denied})")), "{action} {params}: {message}");
            }
            assert_same(&t.dump().await, &before, denied);
            user.cam(other.0, other.1).await.ok();
        }
        // TAG changes the tags that conditions ask for.
        let named = |what: String| json!([format!("qcs::cam::uin/{}:{what}", root.uin)]);
        let (on_role, on_user) = (named(format!("role/{role}")), named(format!("uin/{}", other.uin)));
        let on_policy = named(format!("policyid/{policy}"));
        let set = json!([{"TagKey": "team", "TagValue": "a"}]);
        let tag = |things: &Value| ("TagResources", json!({"ResourceList": things, "Tags": set}));
        let untag = |things: &Value| ("UnTagResources", json!({"ResourceList": things, "TagKeys": ["team"]}));
        let modify = |part: &str, tags: Value| ("ModifyResourceTags", json!({"Resource": on_role[0], part: tags}));
        let removed = json!([{"TagKey": "team"}]);
        for (denied, same, other) in [
            ("cam:TagRole", vec![tag(&on_role), modify("ReplaceTags", set.clone())], untag(&on_role)),
            ("cam:UntagRole", vec![untag(&on_role), modify("DeleteTags", removed)], tag(&on_role)),
            ("cam:UpdateUser", vec![tag(&on_user), untag(&on_user)], tag(&on_policy)),
            ("cam:UpdatePolicy", vec![tag(&on_policy), untag(&on_policy)], tag(&on_user)),
        ] {
            let user = all_but(&t, &denied.replace(':', "-"), denied).await;
            let before = t.dump().await;
            for (action, params) in same {
                let reply = user.call("tag", "2018-08-13", action, params).send().await;
                assert!(reply.fault(DENIED).contains(&format!("({denied})")), "{action}");
            }
            assert_same(&t.dump().await, &before, denied);
            user.call("tag", "2018-08-13", other.0, other.1).send().await.ok();
        }
        // A deny of an extension's own name holds as well.
        let user = all_but(&t, "last", "cam:UpdateRole").await;
        user.cam("UpdateRole", json!({"RoleId": role, "Description": "x"})).await.fault(DENIED);
    });
}
