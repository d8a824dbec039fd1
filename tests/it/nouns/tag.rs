//! Tags through the TAG service: they are the tags that CAM's own actions set and show.

use super::Ids;
use crate::support::{Caller, Reply, allow, on_each_database, root_of, text};
use serde_json::{Value, json};

/// Calls an action of TAG.
fn tag(caller: &Caller, action: &str, params: Value) -> impl Future<Output = Reply> {
    caller.call("tag", "2018-08-13", action, params).send()
}

fn one(key: &str, value: &str) -> Value {
    json!([{"TagKey": key, "TagValue": value}])
}

#[test]
fn a_role_has_the_same_tags_in_both_services() {
    on_each_database(async |t| {
        let (root, ids) = (t.root(), Ids::default());
        let trust = crate::support::trust(&[root_of(&root.uin)]);
        let params = json!({"RoleName": "ops", "PolicyDocument": trust, "Tags": [{"Key": "env", "Value": "prod"}]});
        let role = text(&root.cam("CreateRole", params).await.ok()["RoleId"]).to_owned();
        ids.meet(&json!({"RoleId": role}));
        let shown = async || root.cam("GetRole", json!({"RoleName": "ops"})).await.ok()["RoleInfo"]["Tags"].clone();

        // The Terraform provider writes a region, and no account.
        let name = format!("qcs::cam:ap-guangzhou:uin/:role/{role}");
        let changed = json!({"Resource": name, "ReplaceTags": one("team", "a"), "DeleteTags": [{"TagKey": "env"}]});
        reply!(ids, tag(&root, "ModifyResourceTags", changed), @"{}");
        assert_eq!(shown().await, json!([{"Key": "team", "Value": "a"}]));
        root.cam("TagRole", json!({"RoleName": "ops", "Tags": [{"Key": "env", "Value": "test"}]})).await.ok();
        let asked = json!({
            "ServiceType": "cam", "ResourcePrefix": "role", "ResourceRegion": "ap-guangzhou", "ResourceIds": [role, "46"],
        });
        reply!(ids, tag(&root, "DescribeResourceTagsByResourceIds", asked.clone()), @r#"
            {
              "Limit": 15, "Offset": 0,
              "Tags": [
                {
                  "Category": "Custom", "ResourceId": "<RoleId 1>", "ServiceType": "cam", "TagKey": "team",
                  "TagKeyMd5": "f894427cc1c571f79da49605ef8b112f", "TagValue": "a",
                  "TagValueMd5": "0cc175b9c0f1b6a831c399e269772661"
                },
                {
                  "Category": "Custom", "ResourceId": "<RoleId 1>", "ServiceType": "cam", "TagKey": "env",
                  "TagKeyMd5": "ff035a1dd7655da15295fa5fa89362a7", "TagValue": "test",
                  "TagValueMd5": "098f6bcd4621d373cade4e832627b4f6"
                }
              ],
              "TotalCount": 2
            }
        "#);
        let page = super::with(asked.clone(), json!({"Offset": 1, "Limit": 1}));
        let page = tag(&root, "DescribeResourceTagsByResourceIds", page).await.ok();
        assert_eq!((&page["TotalCount"], &page["Tags"][0]["TagKey"]), (&json!(2), &json!("env")));
        for other in [json!({"ServiceType": "cvm"}), json!({"ResourcePrefix": "uin"}), json!({"Category": "System"})] {
            let none = tag(&root, "DescribeResourceTagsByResourceIds", super::with(asked.clone(), other)).await.ok();
            assert_eq!((&none["TotalCount"], &none["Tags"]), (&json!(0), &json!([])));
        }

        // What is read by name is answered by that name, without the region.
        for sent in [name, format!("qcs::cam::uin/{}:roleName/ops", root.uin)] {
            let found = tag(&root, "GetResources", json!({"ResourceList": [sent]})).await.ok();
            let named = found["ResourceTagMappingList"][0]["Resource"].as_str().unwrap();
            assert_eq!(named.rsplit_once(':').unwrap().0, format!("qcs::cam::uin/{}", root.uin));
            assert_eq!(found["ResourceTagMappingList"][0]["Tags"][1]["TagValue"], "test", "{found}");
            assert_eq!(found["PaginationToken"], "");
        }
        let keys =
            json!({"ResourceList": [format!("qcs::cam::uin/{}:roleName/ops", root.uin)], "TagKeys": ["env", "x"]});
        reply!(ids, tag(&root, "UnTagResources", keys), @r#"{"FailedResources": []}"#);
        assert_eq!(shown().await, json!([{"Key": "team", "Value": "a"}]));
        root.cam("DeleteRole", json!({"RoleName": "ops"})).await.ok();
        let gone = tag(&root, "GetResources", json!({})).await.ok();
        assert_eq!(gone, json!({"PaginationToken": "", "ResourceTagMappingList": []}));
    });
}

#[test]
fn users_and_policies_have_tags_too_and_all_are_found_by_them() {
    on_each_database(async |t| {
        let (root, ids) = (t.root(), Ids::default());
        let dev = root.user("dev").await;
        root.role("ops", &[root_of(&root.uin)]).await;
        let policy = root.policy("reader", &allow("cam:Get*", "*")).await;
        ids.meet(&json!({"PolicyId": policy, "Uin": dev.uin}));
        let name = |what: String| format!("qcs::cam::uin/{}:{what}", root.uin);
        let (user, role) = (name(format!("uin/{}", dev.uin)), name("roleName/ops".to_owned()));
        let (own, preset) = (name(format!("policyid/{policy}")), name("policyid/1".to_owned()));
        let wanted = json!({
            "ResourceList": [user, role, own, preset, "qcs::cvm::uin/:instance/ins-1", name("uin/404".to_owned())],
            "Tags": one("env", "prod"),
        });
        reply!(ids, tag(&root, "TagResources", wanted), @r#"
            {
              "FailedResources": [
                {
                  "Code": "InvalidParameterValue",
                  "Message": "the resource must be a role, user or policy of this account, such as `qcs::cam::uin/<account>:role/<id>`",
                  "Resource": "qcs::cvm::uin/:instance/ins-1"
                },
                {
                  "Code": "UnsupportedOperation", "Message": "a preset policy cannot be changed",
                  "Resource": "qcs::cam::uin/100000000001:policyid/1"
                },
                {
                  "Code": "ResourceNotFound", "Message": "it does not exist",
                  "Resource": "qcs::cam::uin/100000000001:uin/404"
                }
              ]
            }
        "#);
        tag(&root, "TagResources", json!({"ResourceList": [user], "Tags": one("team", "a")})).await.ok();
        let got = root.cam("GetPolicy", json!({"PolicyId": policy})).await.ok();
        assert_eq!(got["Tags"], json!([{"Key": "env", "Value": "prod"}]));

        let found = async |params: Value| {
            let found = tag(&root, "GetResources", params).await.ok();
            let names = found["ResourceTagMappingList"].as_array().unwrap().iter();
            let names: Vec<String> = names.map(|one| text(&one["Resource"]).to_owned()).collect();
            (names, text(&found["PaginationToken"]).to_owned())
        };
        let (all, token) = found(json!({"TagFilters": [{"TagKey": "env", "TagValue": ["prod", "test"]}]})).await;
        assert_eq!((all.len(), token.as_str()), (3, ""));
        assert_eq!(all[1..], [user.clone(), own.clone()]);
        let (first, token) = found(json!({"MaxResults": 2, "TagFilters": [{"TagKey": "env"}]})).await;
        assert_eq!(first, all[..2]);
        let rest = json!({"MaxResults": 2, "TagFilters": [{"TagKey": "env"}], "PaginationToken": token});
        assert_eq!(found(rest).await, (all[2..].to_vec(), String::new()));
        let both = json!([{"TagKey": "env"}, {"TagKey": "team", "TagValue": ["a"]}]);
        assert_eq!(found(json!({"TagFilters": both})).await.0, std::slice::from_ref(&user));
        assert_eq!(found(json!({"TagFilters": [{"TagKey": "env", "TagValue": ["test"]}]})).await.0.len(), 0);
        // What was asked for by name is on one page, and what has no tags or is not here is left out.
        let missing = name("uin/404".to_owned());
        let asked = json!({"MaxResults": 1, "ResourceList": [own, preset, user, missing, "qcs::cvm::uin/:instance/i"]});
        assert_eq!(found(asked).await, (vec![own, user], String::new()));
    });
}

#[test]
fn conditions_see_the_tags_of_a_user() {
    on_each_database(async |t| {
        let root = t.root();
        let (dev, other) = (root.user("dev").await, root.user("other").await);
        let if_tag = |action: &str, key: &str| {
            let mut document = allow(action, "*");
            document["statement"][0]["condition"] = json!({"for_any_value:string_equal": {key: "team&a"}});
            document
        };
        root.grant(&dev, "list", &if_tag("cam:ListUsers", "qcs:principal_tag")).await;
        root.grant(&dev, "key", &if_tag("cam:CreateAccessKey", "qcs:resource_tag")).await;
        let key = json!({"TargetUin": other.uin});
        dev.cam("ListUsers", json!({})).await.fault("AuthFailure.UnauthorizedOperation");
        dev.cam("CreateAccessKey", key.clone()).await.fault("AuthFailure.UnauthorizedOperation");
        let names = [&dev, &other].map(|user| format!("qcs::cam::uin/{}:uin/{}", root.uin, user.uin));
        tag(&root, "TagResources", json!({"ResourceList": names, "Tags": one("team", "a")})).await.ok();
        dev.cam("ListUsers", json!({})).await.ok();
        dev.cam("CreateAccessKey", key).await.ok();
        tag(&root, "UnTagResources", json!({"ResourceList": names, "TagKeys": ["team"]})).await.ok();
        dev.cam("ListUsers", json!({})).await.fault("AuthFailure.UnauthorizedOperation");
    });
}
