//! Conditions on tags (of a role, a request, a session and the session's role) and on a session's source identity.

use crate::support::{Caller, Reply, Test, allow, in_memory, on_each_database, root_of};
use serde_json::{Value, json};

const DENIED: &str = "AuthFailure.UnauthorizedOperation";

/// A policy that allows under one condition.
fn allow_if(action: &str, operator: &str, key: &str, value: &str) -> Value {
    let mut document = allow(action, "*");
    document["statement"][0]["condition"] = json!({operator: {key: value}});
    document
}

fn assume(caller: &Caller, owner: &str, role: &str, more: Value) -> impl Future<Output = Reply> {
    let mut params = json!({"RoleArn": format!("qcs::cam::uin/{owner}:roleName/{role}"), "RoleSessionName": "session"});
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    caller.call("sts", "2018-08-13", "AssumeRole", params).send()
}

/// Sets a stub whose resource has tags, one of which the request gives.
async fn tagged_instances(t: &Test) {
    let stub = json!({
        "version": "2017-03-12",
        "resource": "qcs::cvm:{{Region}}:uin/{{OwnerUin}}:instance/{{InstanceIds.0}}",
        "context": {"qcs:resource_tag": ["project&{{Project}}", "owner&nobody"], "cvm:region": "{{Region}}"},
        "response": {},
    });
    t.admin("PUT", "/stubs/cvm/StartInstances", stub).await.done();
}

fn start(caller: &Caller, project: &str) -> impl Future<Output = Reply> {
    let params = json!({"InstanceIds": ["ins-1"], "Project": project});
    caller.call("cvm", "2017-03-12", "StartInstances", params).region("ap-guangzhou").send()
}

#[test]
fn a_role_is_assumed_by_its_tags() {
    on_each_database(async |t| {
        let root = t.root();
        let by_value = root.user("by_value").await;
        let by_key = root.user("by_key").await;
        root.role("web", &[root_of(&root.uin)]).await;
        root.role("app", &[root_of(&root.uin)]).await;
        let value = allow_if("sts:AssumeRole", "for_any_value:string_equal", "qcs:resource_tag", "game&web");
        root.grant(&by_value, "value", &value).await;
        let key = allow_if("sts:AssumeRole", "null_equal", "qcs:resource_tag/game", "false");
        root.grant(&by_key, "key", &key).await;
        for user in [&by_value, &by_key] {
            assume(user, &root.uin, "web", json!({})).await.fault(DENIED);
        }
        let tags = json!([{"Key": "team", "Value": "a"}, {"Key": "game", "Value": "web"}]);
        root.cam("TagRole", json!({"RoleName": "web", "Tags": tags})).await.ok();
        root.cam("TagRole", json!({"RoleName": "app", "Tags": [{"Key": "game", "Value": "app"}]})).await.ok();
        for user in [&by_value, &by_key] {
            assume(user, &root.uin, "web", json!({})).await.ok();
        }
        assume(&by_value, &root.uin, "app", json!({})).await.fault(DENIED);
        assume(&by_key, &root.uin, "app", json!({})).await.ok();
        root.cam("UntagRole", json!({"RoleName": "web", "TagKeys": ["game"]})).await.ok();
        for user in [&by_value, &by_key] {
            assume(user, &root.uin, "web", json!({})).await.fault(DENIED);
        }
    });
}

#[test]
fn authorize_knows_the_roles_tags_too() {
    in_memory(async |t| {
        let root = t.root();
        let user = root.user("dev").await;
        root.role("web", &[root_of(&root.uin)]).await;
        root.cam("TagRole", json!({"RoleName": "web", "Tags": [{"Key": "game", "Value": "web"}]})).await.ok();
        let document = allow_if("sts:AssumeRole", "for_any_value:string_equal", "qcs:resource_tag", "game&web");
        root.grant(&user, "value", &document).await;
        let ask = async |context: Value| {
            let question = json!({
                "principal": format!("qcs::cam::uin/{}:uin/{}", root.uin, user.uin), "action": "sts:AssumeRole",
                "resource": format!("qcs::cam::uin/{}:roleName/web", root.uin), "context": context,
            });
            t.admin("POST", "/authorize", question).await.done()["decision"].clone()
        };
        assert_eq!(ask(json!({})).await, "allow");
        // Tags that the question gives replace those of the role.
        assert_eq!(ask(json!({"qcs:resource_tag": "game&app"})).await, "deny");
    });
}

#[test]
fn a_sessions_tags_are_the_callers() {
    on_each_database(async |t| {
        tagged_instances(&t).await;
        let root = t.root();
        root.role("ops", &[root_of(&root.uin)]).await;
        let by_tag = |tag: &str| {
            allow_if("cvm:StartInstances", "for_any_value:string_equal", "qcs:resource_tag", &format!("project&{tag}"))
        };
        root.grant_role("ops", "by_tag", &by_tag("${qcs:principal_tag_value}")).await;
        let open = async |tags: Value| {
            let opened = assume(&root, &root.uin, "ops", json!({"Tags": tags})).await.ok();
            root.session(&opened)
        };
        let untagged = open(json!([])).await;
        let web = open(json!([{"Key": "team", "Value": "web"}])).await;
        let both = open(json!([{"Key": "first", "Value": "web"}, {"Key": "second", "Value": "app"}])).await;
        start(&untagged, "web").await.fault(DENIED);
        start(&web, "web").await.ok();
        start(&web, "app").await.fault(DENIED);
        start(&both, "web").await.ok();
        start(&both, "app").await.ok();
        // Sessions have the tags of their role too, unless they have one with the same key. This includes open
        // sessions.
        root.cam("TagRole", json!({"RoleName": "ops", "Tags": [{"Key": "team", "Value": "app"}]})).await.ok();
        start(&untagged, "app").await.ok();
        start(&web, "app").await.fault(DENIED);
        start(&both, "app").await.ok();
        root.cam("UntagRole", json!({"RoleName": "ops", "TagKeys": ["team"]})).await.ok();
        start(&untagged, "app").await.fault(DENIED);
        // Each tag of the caller is a condition key as well.
        let named = allow_if("cam:ListUsers", "string_equal", "qcs:principal_tag/team", "web");
        root.grant_role("ops", "named", &named).await;
        web.cam("ListUsers", json!({})).await.ok();
        untagged.cam("ListUsers", json!({})).await.fault(DENIED);
        both.cam("ListUsers", json!({})).await.fault(DENIED);
    });
}

#[test]
fn a_trust_policy_asks_for_tags_and_for_whom_the_session_is() {
    on_each_database(async |t| {
        let root = t.root();
        let user = root.user("dev").await;
        root.grant(&user, "assume", &allow("sts:AssumeRole", "*")).await;
        let document = json!({"version": "2.0", "statement": [{
            "effect": "allow", "action": "sts:AssumeRole", "principal": {"qcs": [root_of(&root.uin)]},
            "condition": {
                "for_any_value:string_equal": {"qcs:request_tag": "team&web"},
                "string_like": {"sts:source_identity": "*@example.com"},
            },
        }]});
        let params = json!({"RoleName": "first", "PolicyDocument": document.to_string()});
        root.cam("CreateRole", params).await.ok();
        let tags = json!([{"Key": "team", "Value": "web"}]);
        assume(&user, &root.uin, "first", json!({"Tags": tags})).await.fault("UnauthorizedOperation");
        let source = json!({"SourceIdentity": "ann@example.com"});
        assume(&user, &root.uin, "first", source.clone()).await.fault("UnauthorizedOperation");
        let all = json!({"Tags": tags, "SourceIdentity": "ann@example.com"});
        let session = root.session(&assume(&user, &root.uin, "first", all).await.ok());
        // Later requests of the session have the same source identity, and so has a role that is assumed from it.
        let of_ann = |action: &str| allow_if(action, "string_equal", "sts:source_identity", "ann@example.com");
        root.role("second", &[root_of(&root.uin)]).await;
        root.grant_role("first", "chain", &of_ann("sts:AssumeRole")).await;
        root.grant_role("second", "list", &of_ann("cam:ListUsers")).await;
        let chained = root.session(&assume(&session, &root.uin, "second", json!({})).await.ok());
        chained.cam("ListUsers", json!({})).await.ok();
        // The source identity cannot be changed by assuming another role.
        let other = json!({"SourceIdentity": "bob@example.com"});
        assume(&session, &root.uin, "second", other.clone()).await.fault(DENIED);
        root.grant_role("first", "any", &allow("sts:AssumeRole", "*")).await;
        assume(&session, &root.uin, "second", other).await.fault("InvalidParameter.ParamError");
        assume(&session, &root.uin, "second", source).await.ok();
        let direct = root.session(&assume(&user, &root.uin, "second", json!({})).await.ok());
        direct.cam("ListUsers", json!({})).await.fault(DENIED);
        // The session's tags do not pass on to a role that is assumed from it.
        root.grant_role(
            "second",
            "roles",
            &allow_if("cam:DescribeRoleList", "null_equal", "qcs:principal_tag/team", "true"),
        )
        .await;
        chained.cam("DescribeRoleList", json!({"Page": 1, "Rp": 20})).await.ok();
    });
}

#[test]
fn a_stub_sets_a_condition_key_when_the_request_has_the_field() {
    in_memory(async |t| {
        let root = t.root();
        let stub = json!({
            "version": "2018-04-16", "context": {"scf:ns": "{{Namespace}}"},
            "response": {"Namespace": "{{Namespace}}", "Text": "in {{Namespace}}", "Region": "{{Region}}"},
        });
        t.admin("PUT", "/stubs/scf/Invoke", stub).await.done();
        let user = root.user("dev").await;
        let invoke =
            |namespace: Value| user.call("scf", "2018-04-16", "Invoke", json!({"Namespace": namespace})).send();
        let grant = async |name: &str, operator: &str, value: &str| {
            root.grant(&user, name, &allow_if("scf:Invoke", operator, "scf:ns", value)).await
        };
        let absent = grant("absent", "null_equal", "true").await;
        let reply = invoke(Value::Null).await.ok();
        assert_eq!(reply, json!({"Namespace": null, "Text": "in ", "Region": "ap-guangzhou"}));
        invoke(json!("prod")).await.fault(DENIED);
        root.cam("DeletePolicy", json!({"PolicyId": [absent, absent]})).await.ok();
        grant("all", "for_all_value:string_like", "p*").await;
        invoke(Value::Null).await.fault(DENIED);
        assert_eq!(invoke(json!("prod")).await.ok()["Namespace"], "prod");
        assert_eq!(invoke(json!(["prod", "pre"])).await.ok()["Namespace"], json!(["prod", "pre"]));
        invoke(json!(["prod", "dev"])).await.fault(DENIED);
        for (path, wrong) in [
            ("/stubs/cam/GetUser", json!({"version": "2019-01-16", "response": {}})),
            ("/stubs/scf/Invoke", json!({"version": "2018-04-16", "response": {}, "resource": "function"})),
        ] {
            assert_eq!(t.admin("PUT", path, wrong).await.status, 400, "{path}");
        }
    });
}

/// A right to change one thing is none to change another, and a tag that is removed does not pay for one that is set.
#[test]
fn the_tags_of_several_things_are_not_pooled() {
    in_memory(async |t| {
        let root = t.root();
        let user = root.user("dev").await;
        for (role, team) in [("ra", "a"), ("rb", "b"), ("rc", "a")] {
            root.role(role, &[root_of(&root.uin)]).await;
            let tags = json!([{"Key": "team", "Value": team}]);
            root.cam("TagRole", json!({"RoleName": role, "Tags": tags})).await.ok();
        }
        root.grant(&user, "tags", &allow("tag:*", "*")).await;
        for action in ["cam:TagRole", "cam:UntagRole"] {
            let only = allow_if(action, "for_any_value:string_equal", "qcs:request_tag", "team&a");
            root.grant(&user, &action.replace(':', "-"), &only).await;
        }
        let named = |role: &str| format!("qcs::cam::uin/{}:roleName/{role}", root.uin);
        let tag = async |action: &str, params: Value| user.call("tag", "2018-08-13", action, params).send().await;
        let both = json!({"ResourceList": [named("ra"), named("rb")], "TagKeys": ["team"]});
        tag("UnTagResources", both).await.fault(DENIED);
        let swapped = json!({"Resource": named("rc"), "ReplaceTags": [{"TagKey": "admin", "TagValue": "1"}],
            "DeleteTags": [{"TagKey": "team"}]});
        tag("ModifyResourceTags", swapped).await.fault(DENIED);
        tag("UnTagResources", json!({"ResourceList": [named("ra"), named("rc")], "TagKeys": ["team"]})).await.ok();
    });
}

#[test]
fn conditions_see_the_tags_of_a_request() {
    in_memory(async |t| {
        let root = t.root();
        let user = root.user("dev").await;
        root.role("web", &[root_of(&root.uin)]).await;
        let only = |action: &str| allow_if(action, "for_all_value:string_equal", "qcs:request_tag", "team&web");
        for action in ["cam:TagRole", "cam:UntagRole", "cam:CreatePolicy", "cam:CreateServiceLinkedRole"] {
            root.grant(&user, &action.replace(':', "-"), &only(action)).await;
        }
        let (good, bad) = (json!([{"Key": "team", "Value": "web"}]), json!([{"Key": "team", "Value": "app"}]));
        let document = allow("cam:GetUser", "*").to_string();
        let policy = |name: &str, tags: &Value| {
            user.cam("CreatePolicy", json!({"PolicyName": name, "PolicyDocument": document, "Tags": tags}))
        };
        policy("bad", &bad).await.fault(DENIED);
        policy("good", &good).await.ok();
        let service = |tags: &Value| {
            user.cam("CreateServiceLinkedRole", json!({"QCSServiceName": ["cvm.qcloud.com"], "Tags": tags}))
        };
        service(&bad).await.fault(DENIED);
        service(&good).await.ok();
        user.cam("TagRole", json!({"RoleName": "web", "Tags": bad})).await.fault(DENIED);
        user.cam("TagRole", json!({"RoleName": "web", "Tags": good})).await.ok();
        // UntagRole names only keys; the condition sees the tags as the role has them.
        user.cam("UntagRole", json!({"RoleName": "web", "TagKeys": ["team"]})).await.ok();
        root.cam("TagRole", json!({"RoleName": "web", "Tags": bad})).await.ok();
        user.cam("UntagRole", json!({"RoleName": "web", "TagKeys": ["team"]})).await.fault(DENIED);
    });
}

#[test]
fn a_session_has_at_most_fifty_tags_of_different_keys() {
    in_memory(async |t| {
        let root = t.root();
        root.role("web", &[root_of(&root.uin)]).await;
        let open = |tags: Value| assume(&root, &root.uin, "web", json!({"Tags": tags}));
        let tags = |count: usize| (0..count).map(|i| json!({"Key": format!("k{i}"), "Value": ""})).collect::<Vec<_>>();
        let one = |key: usize, value: usize| json!([{"Key": "k".repeat(key), "Value": "v".repeat(value)}]);
        open(tags(50).into()).await.ok();
        open(one(128, 256)).await.ok();
        let twice = json!([{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "1"}]);
        for wrong in [tags(51).into(), one(129, 0), one(0, 1), one(1, 257), twice] {
            open(wrong).await.fault("InvalidParameter.ParamError");
        }
        open(json!([{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "1"}])).await.ok();
    });
}

/// A tag is a pair: the key `dept&fin` with the value `x` is not the key `dept` with the value `fin&x`, although both
/// would be written `dept&fin&x`. The text in a policy is split at its first `&`.
#[test]
fn a_tag_with_the_divider_in_its_key_is_another() {
    on_each_database(async |t| {
        let root = t.root();
        let tags = |key: &str, value: &str| json!([{"Key": key, "Value": value}]);
        for (role, key, value) in [("in-key", "dept&fin", "x"), ("in-value", "dept", "fin&x")] {
            root.role(role, &[root_of(&root.uin)]).await;
            root.cam("TagRole", json!({"RoleName": role, "Tags": tags(key, value)})).await.ok();
        }
        for (name, operator, key, value, may) in [
            ("equal", "for_any_value:string_equal", "qcs:resource_tag", "dept&fin&x", "in-value"),
            ("older", "for_any_value:string_equal_ignore_case", "qcs:tag", "DEPT&FIN&X", "in-value"),
            ("like", "for_any_value:string_like", "qcs:resource_tag", "dept&*", "in-value"),
            ("value", "for_any_value:string_like", "qcs:resource_tag", "*fin&x", "in-key"),
            ("by-key", "string_equal", "qcs:resource_tag/dept&fin", "x", "in-key"),
        ] {
            let user = root.user(name).await;
            root.grant(&user, name, &allow_if("sts:AssumeRole", operator, key, value)).await;
            for role in ["in-key", "in-value"] {
                let reply = assume(&user, &root.uin, role, json!({})).await;
                assert_eq!(reply.code(), (role != may).then(|| DENIED.to_owned()), "{name} assumes {role}");
            }
        }
        // The tags of a request, and those of a question to `/authorize`.
        let user = root.user("tags").await;
        root.grant(&user, "tags", &allow_if("cam:TagRole", "string_equal", "qcs:request_tag", "dept&fin&x")).await;
        let tag = |key: &str, value: &str| user.cam("TagRole", json!({"RoleName": "in-key", "Tags": tags(key, value)}));
        tag("dept", "fin&x").await.ok();
        tag("dept&fin", "x").await.fault(DENIED);
        let question = json!({
            "secret_id": user.secret_id, "action": "cam:TagRole", "context": {"qcs:request_tag": "dept&fin&x"},
        });
        assert_eq!(t.admin("POST", "/authorize", question).await.done()["decision"], "allow");
    });
}

/// The tags of the caller are pairs as well, and so are those of a stub's resource: a field of the request that
/// contains `&` cannot move the split.
#[test]
fn the_callers_tags_and_a_resources_are_compared_half_by_half() {
    on_each_database(async |t| {
        let stub = json!({
            "version": "2017-03-12",
            "context": {"qcs:resource_tag": ["{{Key}}&{{Value}}", "{{Whole}}"]},
            "response": {},
        });
        t.admin("PUT", "/stubs/cvm/StartInstances", stub).await.done();
        let root = t.root();
        root.role("ops", &[root_of(&root.uin)]).await;
        let both = "${qcs:principal_tag_key}&${qcs:principal_tag_value}";
        let by_tag = allow_if("cvm:StartInstances", "for_any_value:string_equal", "qcs:resource_tag", both);
        root.grant_role("ops", "by_tag", &by_tag).await;
        let tags = json!({"Tags": [{"Key": "dept&fin", "Value": "x"}, {"Key": "env", "Value": "a&b"}]});
        let session = root.session(&assume(&root, &root.uin, "ops", tags).await.ok());
        for (params, allowed) in [
            (json!({"Key": "dept&fin", "Value": "x"}), true),
            (json!({"Key": "dept", "Value": "fin&x"}), false),
            (json!({"Key": "env", "Value": "a&b"}), true),
            (json!({"Key": "env&a", "Value": "b"}), false),
            // A field that holds a whole tag is split at its first `&`, like the text in a policy.
            (json!({"Whole": "env&a&b"}), true),
            (json!({"Whole": "dept&fin&x"}), false),
        ] {
            let reply = session.call("cvm", "2017-03-12", "StartInstances", params.clone()).send().await;
            assert_eq!(reply.code().is_none(), allowed, "{params}: {:?}", reply.code());
        }
    });
}
