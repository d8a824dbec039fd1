//! Identity providers of role sign-on, and the configuration of user sign-on.

use crate::support::idp::{ISSUER, Idp};
use crate::support::on_each_database;
use crate::world::{oidc, user_oidc};
use serde_json::json;

const GONE: &str = "ResourceNotFound.IdentityNotExist";

#[test]
fn a_saml_provider_is_created_changed_and_deleted() {
    on_each_database(async |t| {
        let root = t.root();
        let none = json!({"TotalCount": 0, "SAMLProviderSet": []});
        assert_eq!(root.cam("ListSAMLProviders", json!({})).await.ok(), none);
        let (old, new) = (Idp::rsa().metadata(), Idp::ec().metadata());
        for name in ["okta", "adfs"] {
            let params = json!({"Name": name, "Description": "one", "SAMLMetadataDocument": old});
            let made = root.cam("CreateSAMLProvider", params).await.ok();
            assert_eq!(made, json!({"ProviderArn": format!("qcs::cam::uin/{}:saml-provider/{name}", root.uin)}));
        }
        t.advance(60);
        root.cam("UpdateSAMLProvider", json!({"Name": "okta", "Description": "other"})).await.ok();
        let (created, changed) = ("2026-01-01 08:00:00", "2026-01-01 08:01:00");
        let listed = |name: &str, description: &str, modified: &str| json!({"Name": name, "Description": description, "CreateTime": created, "ModifyTime": modified});
        let mut shown = listed("okta", "other", changed);
        assert_eq!(
            root.cam("ListSAMLProviders", json!({})).await.ok(),
            json!({"TotalCount": 2, "SAMLProviderSet": [listed("adfs", "one", created), shown]}),
        );
        // The document comes back as it was sent.
        shown["SAMLMetadata"] = json!(old);
        assert_eq!(root.cam("GetSAMLProvider", json!({"Name": "okta"})).await.ok(), shown);
        root.cam("UpdateSAMLProvider", json!({"Name": "okta", "SAMLMetadataDocument": new})).await.ok();
        shown["SAMLMetadata"] = json!(new);
        assert_eq!(root.cam("GetSAMLProvider", json!({"Name": "okta"})).await.ok(), shown);
        for name in ["okta", "adfs"] {
            root.cam("DeleteSAMLProvider", json!({"Name": name})).await.ok();
            root.cam("GetSAMLProvider", json!({"Name": name})).await.fault(GONE);
            root.cam("DeleteSAMLProvider", json!({"Name": name})).await.fault(GONE);
        }
        assert_eq!(root.cam("ListSAMLProviders", json!({})).await.ok(), none);
    });
}

#[test]
fn an_oidc_provider_is_created_replaced_and_deleted() {
    on_each_database(async |t| {
        let root = t.root();
        root.cam("CreateOIDCConfig", oidc("cluster")).await.ok();
        let shown = |key: &str, description: &str, clients: &[&str], rotates: u64| {
            json!({
                "ProviderType": 11, "IdentityUrl": ISSUER, "IdentityKey": key, "ClientId": clients, "Status": 11,
                "Description": description, "Name": "cluster", "AutoRotateKey": rotates,
            })
        };
        let of = json!({"Name": "cluster"});
        let key = Idp::rsa().key_set();
        assert_eq!(root.cam("DescribeOIDCConfig", of.clone()).await.ok(), shown(&key, "a cluster", &["app"], 0));
        // What is left out becomes empty. A key set may be broken into lines.
        let key = Idp::ec().key_set();
        let lines = format!("{}\n{}\n", &key[..76], &key[76..]);
        let params = json!({
            "Name": "cluster", "IdentityUrl": ISSUER, "ClientId": ["a", "b"], "IdentityKey": lines, "AutoRotateKey": 1,
        });
        root.cam("UpdateOIDCConfig", params).await.ok();
        assert_eq!(root.cam("DescribeOIDCConfig", of.clone()).await.ok(), shown(&lines, "", &["a", "b"], 1));
        root.cam("DeleteOIDCConfig", of.clone()).await.ok();
        root.cam("DescribeOIDCConfig", of.clone()).await.fault(GONE);
        root.cam("DeleteOIDCConfig", of).await.fault(GONE);
    });
}

#[test]
fn at_most_one_kind_of_user_sign_on_is_enabled() {
    on_each_database(async |t| {
        let root = t.root();
        let (old, new) = (Idp::rsa().metadata(), Idp::ec().metadata());
        let saml = async |metadata: &str, status: u64, domain: &str| {
            let shown = json!({"SAMLMetadata": metadata, "Status": status, "AuxiliaryDomain": domain});
            assert_eq!(root.cam("DescribeUserSAMLConfig", json!({})).await.ok(), shown);
        };
        saml("", 0, "").await;
        root.cam("DescribeUserOIDCConfig", json!({})).await.fault(GONE);
        root.cam("DisableUserSSO", json!({})).await.ok();
        root.cam("CreateUserSAMLConfig", json!({"SAMLMetadataDocument": old})).await.ok();
        saml(&old, 11, "").await;
        let update = async |params| root.cam("UpdateUserSAMLConfig", params).await.ok();
        update(json!({"Operate": "updateSAML", "SAMLMetadataDocument": new, "AuxiliaryDomain": "example.com"})).await;
        saml(&new, 11, "example.com").await;
        update(json!({"Operate": "disable"})).await;
        saml(&new, 2, "example.com").await;
        update(json!({"Operate": "enable"})).await;
        saml(&new, 11, "example.com").await;

        // A configuration of OIDC takes the place of that of SAML.
        root.cam("CreateUserOIDCConfig", user_oidc()).await.ok();
        saml(&new, 2, "example.com").await;
        let mut shown = user_oidc();
        shown["ProviderType"] = json!(12);
        shown["Status"] = json!(11);
        assert_eq!(root.cam("DescribeUserOIDCConfig", json!({})).await.ok(), shown);
        let mut params = user_oidc();
        for name in ["Scope", "Description", "AutoRotateKey"] {
            params.as_object_mut().unwrap().remove(name);
        }
        params["ResponseMode"] = json!("fragment");
        root.cam("UpdateUserOIDCConfig", params).await.ok();
        shown["ResponseMode"] = json!("fragment");
        (shown["Scope"], shown["Description"], shown["AutoRotateKey"]) = (json!(["openid"]), json!(""), json!(0));
        assert_eq!(root.cam("DescribeUserOIDCConfig", json!({})).await.ok(), shown);

        // A disabled one is still shown, and a new one may take its place.
        root.cam("DisableUserSSO", json!({})).await.ok();
        shown["Status"] = json!(2);
        assert_eq!(root.cam("DescribeUserOIDCConfig", json!({})).await.ok(), shown);
        root.cam("CreateUserOIDCConfig", user_oidc()).await.ok();
        update(json!({"Operate": "enable"})).await;
        assert_eq!(root.cam("DescribeUserOIDCConfig", json!({})).await.ok()["Status"], 2);
        saml(&new, 11, "example.com").await;
    });
}
