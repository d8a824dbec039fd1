//! Refused requests about identity providers, user sign-on, and those for whom a provider vouches.

use super::scene::{Scene, Who};
use super::{Add, with};
use crate::support::idp::{Idp, SMALL, base64, metadata};
use crate::support::operation;
use crate::world::{oidc, user_oidc};
use serde_json::{Value, json};

const METADATA: &str = "InvalidParameterValue.MetadataError";
const KEY: &str = "InvalidParameterValue.IdentityKeyError";
const URL: &str = "InvalidParameterValue.IdentityUrlError";
const NAME: &str = "InvalidParameterValue.NameError";
const UNKNOWN: &str = "ResourceNotFound.IdentityNotExist";
const IN_USE: &str = "InvalidParameter.IdentityNameInUse";
const FULL: &str = "LimitExceeded.IdentityFull";

fn wrong_metadata() -> Vec<String> {
    let good = Idp::rsa().metadata();
    let text = |certificates: &[&str]| metadata("https://idp.example.com", certificates);
    vec![
        String::new(),
        "%%%".to_owned(),
        base64("<a/>"),
        base64([0xff, 0xfe]),
        base64(text(&[])),
        base64(text(&[SMALL])),
        base64(text(&["AAAA"])),
        base64(text(&["%%%"])),
        base64(text(&[]).replace("IDPSSODescriptor", "SPSSODescriptor")),
        base64(format!("<!DOCTYPE a>{}", text(&[]))),
        base64(metadata("", &[SMALL])),
        base64(metadata("https://idp.example.com", &vec![SMALL; 60])),
        good[..good.len() - 40].to_owned(),
    ]
}

fn wrong_keys() -> Vec<String> {
    let (rsa, ec) = (Idp::rsa().jwk(), Idp::ec().jwk());
    let set = |keys: Value| base64(json!({"keys": keys}).to_string());
    vec![
        String::new(),
        "%%%".to_owned(),
        json!({"keys": [rsa]}).to_string(),
        base64("not json"),
        base64(rsa.to_string()),
        set(json!([])),
        set(json!([{"kty": "oct", "k": "c2VjcmV0"}])),
        set(json!([with(rsa.clone(), "d", json!("AQAB"))])),
        set(json!([with(rsa.clone(), "n", json!("AQAB"))])),
        set(json!([with(rsa.clone(), "n", json!("%"))])),
        set(json!([with(rsa.clone(), "use", json!("enc"))])),
        set(json!([with(rsa.clone(), "alg", json!("HS256"))])),
        set(json!([with(ec, "x", json!("AQAB"))])),
        set(json!([rsa, rsa])),
        set(json!(vec![rsa; 33])),
    ]
}

pub fn cases(scene: &Scene, add: &mut Add<'_>) {
    let saml = |name: &str, document: &str| json!({"Name": name, "Description": "", "SAMLMetadataDocument": document});
    let good = Idp::rsa().metadata();
    for document in wrong_metadata() {
        add(Who::Root, "CreateSAMLProvider", saml("new", &document), METADATA);
        // An empty text would be a document that is not to be changed.
        if !document.is_empty() {
            add(Who::Root, "UpdateSAMLProvider", saml("corp", &document), METADATA);
        }
        add(Who::Root, "CreateUserSAMLConfig", json!({"SAMLMetadataDocument": document}), METADATA);
        let params = json!({"Operate": "updateSAML", "SAMLMetadataDocument": document});
        add(Who::Root, "UpdateUserSAMLConfig", params, METADATA);
    }
    for name in ["", "a b", "a/b", &"n".repeat(129)] {
        add(Who::Root, "CreateSAMLProvider", saml(name, &good), NAME);
        for action in ["CreateOIDCConfig", "UpdateOIDCConfig"] {
            add(Who::Root, action, oidc(name), NAME);
        }
        add(Who::Root, "DescribeOIDCConfig", json!({"Name": name}), NAME);
    }
    add(Who::Bound, "UpdateSAMLProvider", saml("corp", &good), "FailedOperation.CICIdentityForbidden");
    add(Who::Bound, "DeleteSAMLProvider", json!({"Name": "corp"}), "FailedOperation.CICIdentityForbidden");
    add(Who::Root, "CreateSAMLProvider", saml("corp", &good), IN_USE);
    add(Who::Full, "CreateSAMLProvider", saml("new", &good), FULL);
    add(Who::Full, "CreateSAMLProvider", saml("full-1", &good), IN_USE);
    add(Who::Root, "CreateOIDCConfig", oidc("cluster"), IN_USE);
    add(Who::Full, "CreateOIDCConfig", oidc("new"), FULL);
    add(Who::Root, "UpdateSAMLProvider", saml("nobody", &good), UNKNOWN);
    add(Who::Root, "UpdateOIDCConfig", oidc("nobody"), UNKNOWN);
    add(Who::Root, "DescribeOIDCConfig", json!({"Name": 7}), "InvalidParameter");
    // A SAML provider is not an OIDC provider.
    for action in ["DescribeOIDCConfig", "DeleteOIDCConfig"] {
        add(Who::Root, action, json!({"Name": "corp"}), UNKNOWN);
    }
    for action in ["GetSAMLProvider", "DeleteSAMLProvider"] {
        add(Who::Root, action, json!({"Name": "cluster"}), UNKNOWN);
    }
    for (action, params, key) in [
        ("CreateOIDCConfig", oidc("new"), METADATA),
        ("UpdateOIDCConfig", oidc("cluster"), METADATA),
        ("CreateUserOIDCConfig", user_oidc(), KEY),
        ("UpdateUserOIDCConfig", user_oidc(), KEY),
    ] {
        for url in
            ["", "idp.example.com", "http://idp.example.com", "https://", "https://a b", "https://me@idp.example.com"]
        {
            add(Who::Root, action, with(params.clone(), "IdentityUrl", json!(url)), URL);
        }
        for keys in wrong_keys() {
            add(Who::Root, action, with(params.clone(), "IdentityKey", json!(keys)), key);
        }
        add(Who::Root, action, with(params.clone(), "IdentityUrl", json!(7)), "InvalidParameter");
        add(Who::Root, action, with(params.clone(), "AutoRotateKey", json!(2)), METADATA);
    }
    for clients in [json!([]), json!([""]), json!(["c".repeat(256)])] {
        for (action, name) in [("CreateOIDCConfig", "new"), ("UpdateOIDCConfig", "cluster")] {
            add(Who::Root, action, with(oidc(name), "ClientId", clients.clone()), METADATA);
        }
    }
    for action in ["CreateUserOIDCConfig", "UpdateUserOIDCConfig"] {
        for (name, value) in [
            ("ClientId", json!("")),
            ("ResponseType", json!("code")),
            ("ResponseMode", json!("query")),
            ("Scope", json!(["phone"])),
        ] {
            add(Who::Root, action, with(user_oidc(), name, value), METADATA);
        }
        add(Who::Root, action, with(user_oidc(), "AuthorizationEndpoint", json!("ftp://x")), URL);
    }
    add(Who::Root, "CreateUserOIDCConfig", with(user_oidc(), "MappingFiled", json!("")), NAME);
    add(Who::Root, "UpdateUserOIDCConfig", with(user_oidc(), "MappingFiled", json!("")), METADATA);
    // The full account signs its users on by OIDC.
    add(Who::Full, "CreateUserOIDCConfig", user_oidc(), IN_USE);
    add(Who::Full, "CreateUserOIDCConfig", with(user_oidc(), "IdentityUrl", json!("https://other.example.com")), FULL);
    add(Who::Full, "UpdateUserSAMLConfig", json!({"Operate": "enable"}), UNKNOWN);
    add(Who::Root, "UpdateUserSAMLConfig", json!({"Operate": "updateSAML"}), METADATA);
    add(Who::Root, "UpdateUserSAMLConfig", json!({"Operate": "delete"}), METADATA);
    add(Who::Third, "UpdateUserOIDCConfig", user_oidc(), UNKNOWN);
    add(Who::Third, "DescribeUserOIDCConfig", json!({}), UNKNOWN);
    add(Who::Third, "CreateUserSAMLConfig", json!({"SAMLMetadataDocument": good}), IN_USE);
    proofs(scene, add);
}

fn proofs(scene: &Scene, add: &mut Add<'_>) {
    let root = scene.world.root.uin.as_str();
    let role = |name: &str| json!(format!("qcs::cam::uin/{root}:roleName/{name}"));
    let saml = scene.world.sample(operation("AssumeRoleWithSAML"));
    let token = scene.world.sample(operation("AssumeRoleWithWebIdentity"));
    for (action, params) in [("AssumeRoleWithSAML", &saml), ("AssumeRoleWithWebIdentity", &token)] {
        for wrong in ["", "ops", "qcs::cam::uin/x:roleName/ops"] {
            add(Who::Root, action, with(params.clone(), "RoleArn", json!(wrong)), "ParamError");
        }
        for name in ["s", "a b"] {
            add(Who::Root, action, with(params.clone(), "RoleSessionName", json!(name)), "ParamError");
        }
    }
    // No role of another account, nor one that does not exist.
    add(
        Who::Root,
        "AssumeRoleWithSAML",
        with(saml.clone(), "RoleArn", json!("qcs::cam::uin/99:roleName/ops")),
        "InternalError.GetRoleError",
    );
    add(
        Who::Root,
        "AssumeRoleWithWebIdentity",
        with(token.clone(), "RoleArn", role("nobody")),
        "InternalError.GetRoleError",
    );
    let mut says = Idp::rsa().says(root, "nobody", "corp", scene.world.root.surface.now());
    let of = |says: &crate::support::idp::Says, name: &str| {
        let params = with(saml.clone(), "RoleArn", role(name));
        with(params, "SAMLAssertion", json!(Idp::rsa().response(says)))
    };
    add(Who::Root, "AssumeRoleWithSAML", of(&says, "nobody"), "InternalError.GetRoleError");
    // The account of the role is suspended.
    let bound = scene.bound.root.uin.as_str();
    let response = Idp::rsa().response(&Idp::rsa().says(bound, "federated", "corp", scene.world.root.surface.now()));
    let params = with(saml.clone(), "RoleArn", json!(format!("qcs::cam::uin/{bound}:roleName/federated")));
    let params = with(params, "PrincipalArn", json!(format!("qcs::cam::uin/{bound}:saml-provider/corp")));
    let params = with(params, "SAMLAssertion", json!(response));
    add(Who::Bound, "AssumeRoleWithSAML", params, "AccountNotAvaliable");
    // Roles that do not trust the provider.
    says.roles = says.roles.replace("nobody", "ops");
    add(Who::Root, "AssumeRoleWithSAML", of(&says, "ops"), "UnauthorizedOperation");
    add(Who::Root, "AssumeRoleWithWebIdentity", with(token.clone(), "RoleArn", role("ops")), "UnauthorizedOperation");
    for provider in ["", "corp", "qcs::cam::uin/1:saml-provider/corp", "qcs::cam::uin/1:oidc-provider/corp"] {
        add(Who::Root, "AssumeRoleWithSAML", with(saml.clone(), "PrincipalArn", json!(provider)), "ParamError");
    }
    let unknown = json!(format!("qcs::cam::uin/{root}:saml-provider/nobody"));
    add(Who::Root, "AssumeRoleWithSAML", with(saml.clone(), "PrincipalArn", unknown), "ParamError");
    add(Who::Root, "AssumeRoleWithSAML", with(saml.clone(), "SAMLAssertion", json!("PGEvPg==")), "ParamError");
    for seconds in [7201, 43_201] {
        add(Who::Root, "AssumeRoleWithSAML", with(saml.clone(), "DurationSeconds", json!(seconds)), "OverTimeError");
        add(
            Who::Root,
            "AssumeRoleWithWebIdentity",
            with(token.clone(), "DurationSeconds", json!(seconds)),
            "ParamError",
        );
    }
    add(Who::Root, "AssumeRoleWithWebIdentity", with(token.clone(), "ProviderId", json!("nobody")), "ParamError");
    for wrong in ["", "x", "a.b.c"] {
        add(
            Who::Root,
            "AssumeRoleWithWebIdentity",
            with(token.clone(), "WebIdentityToken", json!(wrong)),
            "WebIdentityTokenError",
        );
    }
}
