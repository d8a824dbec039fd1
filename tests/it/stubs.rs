//! Stubs: what a request can say, and what it cannot; which stub answers when one was removed.

use crate::support::{Caller, Database, ROOT, Reply, Test, allow, in_memory, on, on_each_database};
use camulator::args;
use camulator::dialect::decode::LONGEST_LIST;
use camulator::limit::Rates;
use serde_json::{Value, json};

const DENIED: &str = "AuthFailure.UnauthorizedOperation";
const REGION: &str = "ap-guangzhou";

async fn put(t: &Test, stub: Value) -> (u16, String) {
    let reply = t.admin("PUT", "/stubs/scf/Invoke", stub).await;
    (reply.status, reply.body["error"]["message"].as_str().unwrap_or_default().to_owned())
}

fn invoke(caller: &Caller, params: &Value) -> impl Future<Output = Reply> {
    caller.call("scf", "2018-04-16", "Invoke", params.clone()).region(REGION).send()
}

async fn is_listed(t: &Test, service: &str, action: &str) -> bool {
    let listed = t.admin("GET", "/stubs", Value::Null).await.done();
    listed["stubs"].as_array().unwrap().iter().any(|stub| stub["service"] == service && stub["action"] == action)
}

/// A document with a second statement, which denies under a condition.
fn but_not(key: &str, value: &str) -> Value {
    let mut document = allow("scf:Invoke", "*");
    let deny = json!({
        "effect": "deny", "action": "scf:Invoke", "resource": "*", "condition": {"string_equal": {key: value}}});
    document["statement"].as_array_mut().unwrap().push(deny);
    document
}

#[test]
fn no_field_stands_in_for_what_the_server_knows() {
    on_each_database(async |t| {
        let root = t.root();
        let (status, message) = put(
            &t,
            json!({
                "version": "2018-04-16",
                "resource": "qcs::scf:{{Region}}:uin/{{OwnerUin}}:function/{{ Uin }}/{{OwnerUin}}/{{Region}}",
                "context": {"scf:uin": "{{Uin}}", "scf:owner": ["{{OwnerUin}}"], "scf:region": ["in-{{Region}}"]},
                "response": {"Uin": "{{Uin}}", "Texts": ["{{OwnerUin}}", "{{Region}} and {{Uin}}"]},
            }),
        )
        .await;
        assert_eq!(status, 200, "{message}");
        let spoofed = |value: &Value| json!({"Uin": value, "OwnerUin": value, "Region": value});
        let values = [
            json!("100000000002"),
            json!(["100000000002"]),
            json!([]),
            json!(null),
            json!({}),
            json!(7),
            json!(true),
            json!({"0": "100000000002"}),
        ];
        // A right to something that is called as another.
        let user = root.user("dev").await;
        root.grant(&user, "other", &allow("scf:Invoke", "qcs::scf:::function/100000000002/*")).await;
        for value in &values {
            invoke(&user, &spoofed(value)).await.fault(DENIED);
        }
        // A condition on who asks, where, and in which account.
        for (place, (key, value)) in
            [("scf:uin", "UIN"), ("scf:owner", ROOT), ("scf:region", "in-ap-guangzhou")].into_iter().enumerate()
        {
            let user = root.user(&format!("user-{place}")).await;
            root.grant(&user, &format!("deny-{place}"), &but_not(key, &value.replace("UIN", &user.uin))).await;
            let other = root.user(&format!("other-{place}")).await;
            root.grant(&other, &format!("allow-{place}"), &but_not(key, "100000000002")).await;
            for value in &values {
                invoke(&user, &spoofed(value)).await.fault(DENIED);
                invoke(&other, &spoofed(value)).await.ok();
            }
        }
        for value in &values {
            let answered = invoke(&root, &spoofed(value)).await;
            let answer = json!({"Uin": ROOT, "Texts": [ROOT, format!("{REGION} and {ROOT}")]});
            assert_eq!(answered.ok(), answer);
            let trace = t.trace(&answered.request_id()).await;
            let resource = format!("qcs::scf:{REGION}:uin/{ROOT}:function/{ROOT}/{ROOT}/{REGION}");
            assert_eq!(trace["decision"]["resource"], resource);
        }
    });
}

#[test]
fn a_resource_whose_account_or_service_could_come_from_the_request_is_refused() {
    in_memory(async |t| {
        let stub = |resource: &str| json!({"version": "2018-04-16", "resource": resource, "response": {}});
        let before = t.dump().await;
        for (resource, why) in [
            ("qcs::scf:{{Region}}:uin/{{Account}}:function/x", "account"),
            ("qcs::scf:{{Region}}:uin/{{Uin}}:function/x", "account"),
            ("qcs::scf:{{Region}}:uin/{{OwnerUin}}{{X}}:function/x", "account"),
            ("qcs::scf:{{Region}}:uin/{{X}}{{OwnerUin}}:function/x", "account"),
            ("qcs::scf:{{Region}}:uin/1{{OwnerUin}}:function/x", "account"),
            ("qcs::scf:{{Region}}:uid/{{OwnerUin}}:function/x", "account"),
            ("qcs::scf:{{Region}}:{{Account}}:function/x", "account"),
            ("qcs::scf:{{Region}}:{{OwnerUin}}:function/x", "account"),
            ("qcs::scf:{{Region}}:uin/:function/x", "account"),
            ("qcs::scf:{{Region}}:uin/x:function/x", "account"),
            ("qcs::scf:{{Region}}:someone:function/x", "account"),
            ("qcs::scf:{{Zone}}:uin/{{OwnerUin}}:function/x", "{{Zone}}"),
            ("qcs::scf:{{Zone}}::function/x", "{{Zone}}"),
            ("qcs::{{Service}}:{{Region}}:uin/{{OwnerUin}}:function/x", "{{Service}}"),
            ("qcs:{{Project}}:scf:{{Region}}:uin/{{OwnerUin}}:function/x", "{{Project}}"),
            ("{{Everything}}", "no name"),
            ("qcs{{X}}::scf:::x", "no name"),
            ("qcs::scf:{{a:b:c}}:uin/{{OwnerUin}}", "no name"),
            ("function", "no name"),
            ("qcs::scf:::", "no name"),
            ("qcs::scf:{{Region:uin/{{OwnerUin}}:x", "braces"),
            ("qcs::scf:{{Region}}:uin/{{OwnerUin}}:function/{{}}", "braces"),
            ("qcs::scf:{{Region}}:uin/{{OwnerUin}}:function/{{X", "braces"),
        ] {
            let (status, message) = put(&t, stub(resource)).await;
            assert_eq!(status, 400, "{resource}");
            assert!(message.contains(why), "{resource}: {message}");
        }
        assert_eq!(t.dump().await, before);
        for resource in [
            "qcs::scf:{{Region}}:uin/{{OwnerUin}}:function/{{Name}}",
            "qcs::scf:{{ Region }}:uin/{{ OwnerUin }}:{{Name}}",
            "qcs::scf:::{{Name}}",
            "qcs::scf:ap-guangzhou::a:b/{{Name}}:{{Version}}",
            "qcs::cos::uid/1250000000:bucket/{{Key}}",
            "qcs::scf::uin/100000000001:x",
            "qcs:id/0:scf::uin/100000000001:x",
        ] {
            let (status, message) = put(&t, stub(resource)).await;
            assert_eq!(status, 200, "{resource}: {message}");
            // It is shown and kept as it was written.
            let listed = t.admin("GET", "/stubs", Value::Null).await.done();
            let shown =
                listed["stubs"].as_array().unwrap().iter().find(|stub| stub["action"] == "Invoke").unwrap().clone();
            assert_eq!(shown["resource"], resource);
        }
        let wrong = json!({"version": "1", "context": {"scf:x": ["{{", "x"]}, "response": {}});
        assert!(put(&t, wrong).await.1.contains("braces"));
        let wrong = json!({"version": "1", "response": {"a": [{"b": "{{}}"}]}});
        assert!(put(&t, wrong).await.1.contains("braces"));
        let wrong = t.admin("PUT", "/stubs/s:cf/Invoke", json!({"version": "1", "response": {}})).await;
        assert_eq!(wrong.status, 400);
    });
}

#[test]
fn no_value_of_a_field_moves_a_segment() {
    on_each_database(async |t| {
        let root = t.root();
        let user = root.user("dev").await;
        root.grant(&user, "mine", &allow("scf:Invoke", "qcs::scf:::function/mine*")).await;
        let resource = "qcs::scf:{{Region}}:uin/{{OwnerUin}}:function/{{Name}}:{{Version}}";
        put(&t, json!({"version": "2018-04-16", "resource": resource, "response": {}})).await;
        for name in [
            "x:uin/100000000002:function/mine",
            ":function/mine",
            "x:y:z",
            "/uin/100000000002",
            "*",
            "?",
            "{{Uin}}",
            "a{{OwnerUin}}b",
            "x:",
            "mine/../x:uin/100000000002:y",
        ] {
            let reply = invoke(&user, &json!({"Name": name, "Version": "1:2"})).await;
            let trace = t.trace(&reply.request_id()).await;
            let resource = format!("qcs::scf:{REGION}:uin/{ROOT}:function/{name}:1:2");
            assert_eq!(trace["decision"]["resource"], resource);
            assert_eq!(reply.code().as_deref(), (!name.starts_with("mine")).then_some(DENIED), "{name}");
        }
        // A name with a hole is nobody's.
        for wrong in
            [json!({}), json!({"Name": null}), json!({"Name": ["mine"]}), json!({"Name": {}}), json!({"Name": 1.5})]
        {
            let mut params = wrong.clone();
            params["Version"] = json!("1");
            let code = invoke(&root, &params).await.code().unwrap_or_default();
            assert!(code.starts_with("MissingParameter") || code.starts_with("InvalidParameter"), "{wrong}: {code}");
        }
    });
}

#[test]
fn a_condition_key_is_absent_without_a_value_and_never_passed_over() {
    on_each_database(async |t| {
        let root = t.root();
        let stub = json!({
            "version": "2018-04-16", "context": {"scf:ns": "{{Namespace}}", "scf:path": "in/{{Namespace}}"}, "response": {},
        });
        put(&t, stub).await;
        let user = root.user("dev").await;
        root.grant(&user, "not-prod", &but_not("scf:ns", "prod")).await;
        let absent = root.user("absent").await;
        let mut document = allow("scf:Invoke", "*");
        document["statement"][0]["condition"] = json!({"null_equal": {"scf:ns": "true", "scf:path": "true"}});
        root.grant(&absent, "absent", &document).await;
        for nothing in [json!({}), json!({"Namespace": null})] {
            invoke(&absent, &nothing).await.ok();
        }
        invoke(&absent, &json!({"Namespace": ""})).await.fault(DENIED);
        invoke(&user, &json!({"Namespace": "prod"})).await.fault(DENIED);
        invoke(&user, &json!({"Namespace": "dev"})).await.ok();
        // A list is several values of a key that is the field alone, and no part of a text.
        for unreadable in
            [json!({}), json!(1.5), json!([]), json!(["prod"]), json!([["prod"]]), json!({"prod": "prod"})]
        {
            let code = invoke(&user, &json!({"Namespace": unreadable})).await.code().unwrap_or_default();
            assert!(code.starts_with("InvalidParameter"), "{unreadable}: {code}");
        }
        let stub = json!({"version": "2018-04-16", "context": {"scf:ns": "{{Namespace}}"}, "response": {}});
        put(&t, stub).await;
        document["statement"][0]["condition"] = json!({"null_equal": {"scf:ns": "true"}});
        root.grant(&absent, "absent-too", &document).await;
        invoke(&absent, &json!({"Namespace": []})).await.ok();
        invoke(&absent, &json!({"Namespace": ["dev"]})).await.fault(DENIED);
        invoke(&user, &json!({"Namespace": []})).await.ok();
        invoke(&user, &json!({"Namespace": ["dev", "prod"]})).await.fault(DENIED);
        for unreadable in [json!({}), json!(1.5), json!(["dev", null]), json!(["dev", ["prod"]]), json!([{}])] {
            for caller in [&user, &absent] {
                let code = invoke(caller, &json!({"Namespace": unreadable})).await.code().unwrap_or_default();
                assert!(code.starts_with("InvalidParameter"), "{unreadable}: {code}");
            }
        }
        // The items of so long a list are not stored, and one of them could be the one that is denied.
        let mut long = vec![json!("dev"); LONGEST_LIST];
        invoke(&user, &json!({"Namespace": long})).await.ok();
        long.push(json!("prod"));
        for fields in [json!({"Namespace": long}), json!({"Namespace": "dev", "Other": {"Deep": [[], long]}})] {
            for caller in [&root, &user, &absent] {
                let code = invoke(caller, &fields).await.code().unwrap_or_default();
                assert!(code.starts_with("InvalidParameter"), "{code}");
            }
        }
    });
}

#[test]
fn what_was_removed_stays_removed_and_what_was_overridden_comes_back() {
    on(&[Database::Memory, Database::File, Database::Postgres], Rates::Off, async |t| {
        let root = t.root();
        let path = "/stubs/cvm/DescribeInstances";
        let answers = async || {
            let cold = t.restarted().await;
            let [warm, cold] = [root.clone(), cold.seen(&root)].map(async |root| {
                let reply = root.describe_instances(REGION).await;
                if reply.code().is_some() {
                    drop(reply.fault("InvalidAction"));
                    Value::Null
                } else {
                    reply.ok()
                }
            });
            let (warm, cold) = (warm.await, cold.await);
            assert_eq!(warm, cold, "after a restart it is another");
            warm
        };
        let (built_in, own) = (json!({"TotalCount": 0, "InstanceSet": []}), json!({"TotalCount": 7}));
        let delete = async || t.admin("DELETE", path, Value::Null).await.status;
        let put = async || t.admin("PUT", path, json!({"version": "2017-03-12", "response": &own})).await.done();
        assert_eq!(answers().await, built_in);
        assert_eq!(delete().await, 204);
        assert_eq!(answers().await, Value::Null);
        assert_eq!(delete().await, 404);
        assert!(!is_listed(&t, "cvm", "DescribeInstances").await);
        put().await;
        assert_eq!(answers().await, own);
        assert_eq!(delete().await, 204);
        assert_eq!(answers().await, built_in);
        put().await;
        put().await;
        assert_eq!(answers().await, own);
        assert_eq!(delete().await, 204);
        assert_eq!(answers().await, built_in);
        assert_eq!(delete().await, 204);
        assert_eq!(answers().await, Value::Null);
        // What does not come with the program is simply gone.
        let path = "/stubs/scf/Invoke";
        t.admin("PUT", path, json!({"version": "2018-04-16", "response": {}})).await.done();
        invoke(&root, &json!({})).await.ok();
        assert_eq!(t.admin("DELETE", path, Value::Null).await.status, 204);
        invoke(&root, &json!({})).await.fault("InvalidAction");
        assert_eq!(t.admin("DELETE", path, Value::Null).await.status, 404);
    });
}

/// A stub of an earlier version that is not allowed any more must neither answer nor keep the server from starting.
#[test]
fn a_stub_that_cannot_be_read_answers_nothing() {
    on_each_database(async |t| {
        let body = json!({
            "service": "cvm", "action": "DescribeInstances", "version": "2017-03-12", "response": {},
            "resource": "qcs::cvm:{{Region}}:uin/{{Account}}:*",
        });
        let sql = "INSERT INTO stubs (service, action, body) VALUES ('cvm', 'DescribeInstances', $1)";
        t.execute(sql, args![body.to_string()]).await;
        let later = t.restarted().await;
        let root = later.root();
        root.describe_instances(REGION).await.fault("InvalidAction");
        assert!(!is_listed(&later, "cvm", "DescribeInstances").await);
        let deleted = later.admin("DELETE", "/stubs/cvm/DescribeInstances", Value::Null).await;
        assert_eq!(deleted.status, 204);
        assert_eq!(root.describe_instances(REGION).await.ok()["TotalCount"], 0);
        assert!(is_listed(&later, "cvm", "DescribeInstances").await);
    });
}

#[test]
fn what_was_removed_on_one_server_is_removed_on_the_other() {
    on(&[Database::Postgres], Rates::Off, async |one| {
        let other = one.replica().await;
        let path = "/stubs/cvm/DescribeInstances";
        other.root().describe_instances(REGION).await.ok();
        assert_eq!(one.admin("DELETE", path, Value::Null).await.status, 204);
        other.root().describe_instances(REGION).await.fault("InvalidAction");
        assert_eq!(other.admin("DELETE", path, Value::Null).await.status, 404);
        one.admin("PUT", path, json!({"version": "2017-03-12", "response": {}})).await.done();
        assert_eq!(other.admin("DELETE", path, Value::Null).await.status, 204);
        assert_eq!(one.root().describe_instances(REGION).await.ok()["TotalCount"], 0);
    });
}

/// Keys and values of a tag are combined, so two short lists can make a long one.
#[test]
fn what_a_call_asks_about_is_bounded_before_it_is_made() {
    in_memory(async |t| {
        let root = t.root();
        let user = root.user("dev").await;
        let stub = json!({
            "version": "2018-04-16", "response": {},
            "resource": "qcs::scf:{{Region}}:uin/{{OwnerUin}}:function/{{F}}",
            "context": {"qcs:resource_tag": ["{{K}}&{{V}}"], "scf:ns": "{{N}}"},
        });
        assert_eq!(put(&t, stub).await.0, 200);
        let before = invoke(&user, &json!({"F": "f"})).await;
        before.fault(DENIED);
        let (many, long) = (vec![json!("x"); 4096], "x".repeat(70_000));
        for (fields, named) in [
            (json!({"F": "f", "K": many, "V": many}), "K"),
            (json!({"F": "f", "K": long, "V": ["a", "b"]}), "K"),
            (json!({"F": "f", "N": vec!["x".repeat(100); 1000]}), "N"),
            (json!({"F": long}), "F"),
        ] {
            for caller in [&user, &root] {
                let message = invoke(caller, &fields).await.fault("InvalidParameterValue");
                assert!(message.contains(&format!("`{named}`")), "{message}");
            }
        }
        invoke(&root, &json!({"F": "f", "K": ["a", "b"], "V": vec!["x"; 1000], "N": many})).await.ok();
        // The journal kept the calls before.
        t.trace(&before.request_id()).await;
    });
}

#[test]
fn the_parameters_of_a_stub_are_an_object() {
    in_memory(async |t| {
        let stub = json!({"version": "2018-04-16", "response": {}});
        assert_eq!(put(&t, stub).await.0, 200);
        for body in [json!(null), json!([]), json!(5), json!("x"), json!(true), json!(vec![0; LONGEST_LIST + 1])] {
            invoke(&t.root(), &body).await.fault("InvalidParameter");
        }
        invoke(&t.root(), &json!({})).await.ok();
    });
}

#[test]
fn a_stub_that_could_never_answer_is_refused() {
    in_memory(async |t| {
        let wanted = json!({"version": "2018-04-16", "response": {}});
        let long = format!("/stubs/scf/I{}", "x".repeat(70));
        for path in [
            "/stubs/scf/invoke",
            "/stubs/scf/In%20voke",
            "/stubs/scf/*",
            "/stubs/SCF/Invoke",
            "/stubs/cam/GetUser",
            &long,
        ] {
            let reply = t.admin("PUT", path, wanted.clone()).await;
            assert_eq!(reply.status, 400, "{path}: {}", reply.body);
        }
        for (member, value) in
            [("version", json!("")), ("version", json!("v1")), ("response", json!({"RequestId": "q"}))]
        {
            let mut wrong = wanted.clone();
            wrong[member] = value;
            let (status, message) = put(&t, wrong).await;
            assert_eq!(status, 400, "{message}");
        }
        // The version of STS and one of its actions, under another service.
        let own = json!({"version": "2018-08-13", "response": {}});
        assert_eq!(t.admin("PUT", "/stubs/tag/GetCallerIdentity", own.clone()).await.status, 400);
        t.admin("PUT", "/stubs/tag/GetTagValues", own).await.done();
    });
}

/// An operation-level action is granted on everything only, as in the cloud; the evaluator has the same rule for CAM.
#[test]
fn a_stub_may_have_no_single_resources() {
    on_each_database(async |t| {
        let root = t.root();
        let stub = json!({"version": "2021-01-11", "resource": "*", "response": {"SendStatusSet": []}});
        let shown = t.admin("PUT", "/stubs/sms/SendSms", stub).await.done();
        assert_eq!(shown["resource"], "*");
        let send = async |caller: &Caller| caller.call("sms", "2021-01-11", "SendSms", json!({})).send().await;
        assert_eq!(send(&root).await.ok(), json!({"SendStatusSet": []}));
        for (place, (resource, expected)) in [
            ("*", None),
            ("qcs::sms:::*", None),
            ("qcs::sms::*:*", None),
            ("qcs::sms:ap-guangzhou::*", Some(DENIED)),
            ("qcs::sms:::app/*", Some(DENIED)),
        ]
        .into_iter()
        .enumerate()
        {
            let user = root.user(&format!("user-{place}")).await;
            root.grant(&user, &format!("sms-{place}"), &allow("sms:SendSms", resource)).await;
            let reply = send(&user).await;
            assert_eq!(reply.code().as_deref(), expected, "{resource}");
            let decision = t.trace(&reply.request_id()).await["decision"].clone();
            assert_eq!(decision["resource"], "*");
        }
        // A name cannot be in part a star.
        for resource in ["**", "* ", ""] {
            assert_eq!(put(&t, json!({"version": "1", "resource": resource, "response": {}})).await.0, 400);
        }
    });
}

#[test]
fn lists_of_the_services_that_people_meet_first_are_built_in() {
    in_memory(async |t| {
        let root = t.root();
        for (service, version, action, list) in [
            ("cvm", "2017-03-12", "DescribeZones", "ZoneSet"),
            ("cvm", "2017-03-12", "DescribeRegions", "RegionSet"),
            ("cvm", "2017-03-12", "DescribeImages", "ImageSet"),
            ("cvm", "2017-03-12", "DescribeKeyPairs", "KeyPairSet"),
            ("cvm", "2017-03-12", "DescribeInstanceTypeConfigs", "InstanceTypeConfigSet"),
            ("vpc", "2017-03-12", "DescribeVpcs", "VpcSet"),
            ("vpc", "2017-03-12", "DescribeSubnets", "SubnetSet"),
            ("vpc", "2017-03-12", "DescribeSecurityGroups", "SecurityGroupSet"),
            ("vpc", "2017-03-12", "DescribeAddresses", "AddressSet"),
            ("cbs", "2017-03-12", "DescribeDisks", "DiskSet"),
            ("cbs", "2017-03-12", "DescribeSnapshots", "SnapshotSet"),
            ("clb", "2018-03-17", "DescribeLoadBalancers", "LoadBalancerSet"),
            ("cdb", "2017-03-20", "DescribeDBInstances", "Items"),
            // Three services have one version and one of these actions.
            ("postgres", "2017-03-12", "DescribeDBInstances", "DBInstanceSet"),
            ("mariadb", "2017-03-12", "DescribeDBInstances", "Instances"),
            ("redis", "2018-04-12", "DescribeInstances", "InstanceSet"),
            ("scf", "2018-04-16", "ListFunctions", "Functions"),
            ("es", "2018-04-16", "DescribeInstances", "InstanceList"),
            ("tke", "2018-05-25", "DescribeClusters", "Clusters"),
            ("monitor", "2018-07-24", "DescribeBaseMetrics", "MetricSet"),
            ("cloudaudit", "2019-03-19", "LookUpEvents", "Events"),
        ] {
            let answer = root.call(service, version, action, json!({"Limit": 1})).region(REGION).send().await.ok();
            assert_eq!(answer[list], json!([]), "{service}:{action}");
            let trace = root.call(service, version, action, json!({})).region(REGION).send().await.request_id();
            assert_eq!(t.trace(&trace).await["service"], service, "{action}");
        }
    });
}

/// The condition key that grants whatever only reads, for the server's own actions and for others.
#[test]
fn what_only_reads_is_told_from_what_writes() {
    on_each_database(async |t| {
        let root = t.root();
        let mut document = allow("*", "*");
        document["statement"][0]["condition"] = json!({"numeric_equal": {"qcs:read_only_action": 1}});
        let user = root.user("reader").await;
        root.grant(&user, "reading", &document).await;
        user.describe_instances(REGION).await.ok();
        user.cam("ListUsers", json!({})).await.ok();
        user.cam("GetUser", json!({"Name": "reader"})).await.ok();
        user.cam("AddUser", json!({"Name": "other"})).await.fault(DENIED);
        // It opens a session, whatever its name is.
        let opened = user.sts("GetFederationToken", json!({"Name": "x", "Policy": allow("*", "*").to_string()})).await;
        assert_eq!(opened.code().as_deref(), Some(DENIED));
        t.admin("PUT", "/stubs/scf/Invoke", json!({"version": "2018-04-16", "response": {}})).await.done();
        invoke(&user, &json!({})).await.fault(DENIED);
        // A question may give the key itself.
        let principal = format!("qcs::cam::uin/{ROOT}:uin/{}", user.uin);
        let ask = async |action: &str, context: Value| {
            let question = json!({"principal": principal, "action": action, "context": context});
            t.admin("POST", "/authorize", question).await.done()["decision"].clone()
        };
        assert_eq!(ask("vod:ListFiles", json!({})).await, "allow");
        assert_eq!(ask("vod:DeleteMedia", json!({})).await, "deny");
        assert_eq!(ask("sts:GetSessionToken", json!({})).await, "deny");
        assert_eq!(ask("vod:DeleteMedia", json!({"qcs:read_only_action": 1})).await, "allow");
    });
}
