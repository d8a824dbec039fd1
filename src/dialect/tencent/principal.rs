//! Resource names of roles and principals, written and read.

use crate::engine::ids::{AccountId, RoleId, RoleRef, SecretId, UserId};
use crate::engine::model::{Account, Caller, Identity, NamedRole, Role};
use crate::engine::providers::Protocol;

const ROLE_NAME: &str = "roleName/";
const ROLE_ID: &str = "role/";
const SERVICE_ROLE_NAME: &str = "role/tencentcloudServiceRoleName/";
const SERVICE_ROLE_ID: &str = "role/tencentcloudServiceRole/";

/// Returns the resource name of a role, made from its name.
pub fn role_arn(account: &AccountId, role: &Role) -> String {
    let form = if role.is_service_linked() { SERVICE_ROLE_NAME } else { ROLE_NAME };
    ["qcs::cam::uin/", account.as_str(), ":", form, &role.name].concat()
}

/// Returns both resource names of a role, made from its name and from its id, in the forms that STS documents for its kind.
pub fn role_names(account: &AccountId, role: &Role) -> [String; 2] {
    let form = if role.is_service_linked() { SERVICE_ROLE_ID } else { ROLE_ID };
    [role_arn(account, role), format!("qcs::cam::uin/{account}:{form}{}", role.id)]
}

/// Returns whether a resource name names another account than this one.
///
/// A name without an account means the caller's own. A string that is not a resource name belongs to no account and is
/// left to the evaluator.
pub fn is_of_another(account: &Account, resource: &str) -> bool {
    match resource.split(':').nth(4).and_then(|owner| owner.split_once('/')) {
        Some(("uin", uin)) => uin != account.id.as_str(),
        Some(("uid", application)) => application != account.application.to_string(),
        _ => false,
    }
}

/// Reads a role's resource name: `qcs::cam::uin/<owner>:roleName/<name>` or `…:role/<id>`;
/// `…:role/tencentcloudServiceRoleName/<name>` or `…:role/tencentcloudServiceRole/<id>` for a service's role.
pub fn role(arn: &str) -> Option<NamedRole> {
    let rest = arn.strip_prefix("qcs::cam::uin/")?;
    let (owner, role) = rest.split_once(':')?;
    if owner.is_empty() || !owner.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (name, id) = (|text: &str| RoleRef::Name(text.to_owned()), |text: &str| RoleRef::Id(RoleId::from(text)));
    let (role, service_linked) = if let Some(text) = role.strip_prefix(SERVICE_ROLE_NAME) {
        (name(text), true)
    } else if let Some(text) = role.strip_prefix(SERVICE_ROLE_ID) {
        (id(text), true)
    } else if let Some(text) = role.strip_prefix(ROLE_NAME) {
        (name(text), false)
    } else {
        (id(role.strip_prefix(ROLE_ID)?), false)
    };
    let is_one = !role.text().is_empty() && !role.text().contains(['/', ':']);
    is_one.then(|| NamedRole { account: owner.into(), role, service_linked })
}

const fn form(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Saml => "saml-provider/",
        Protocol::Oidc => "oidc-provider/",
    }
}

/// Returns the name of an identity provider as a principal.
pub fn provider_arn(account: &AccountId, protocol: Protocol, name: &str) -> String {
    ["qcs::cam::uin/", account.as_str(), ":", form(protocol), name].concat()
}

/// Reads the name of an identity provider as a principal: its account and its own name.
pub fn provider(arn: &str, protocol: Protocol) -> Option<(&str, &str)> {
    let (owner, provider) = arn.strip_prefix("qcs::cam::uin/")?.split_once(':')?;
    let name = provider.strip_prefix(form(protocol))?;
    (!owner.is_empty() && owner.bytes().all(|byte| byte.is_ascii_digit()) && !name.is_empty()).then_some((owner, name))
}

/// Reads the name of a principal, for the admin API: `qcs::cam::uin/<owner>:root`, `…:uin/<user>`,
/// `qcs::sts:<owner>:assumed-role/<RoleId>`, `qcs::sts:<owner>:federated-user/<uin>`.
pub fn read(name: &str) -> Option<Caller> {
    let caller = |account: &str, identity| Caller {
        account: AccountId::from(account),
        identity,
        secret_id: SecretId::from(""),
        session: None,
    };
    if let Some((owner, who)) = name.strip_prefix("qcs::cam::uin/").and_then(|rest| rest.split_once(':')) {
        return match who.strip_prefix("uin/") {
            _ if who == "root" => Some(caller(owner, Identity::Root)),
            Some(user) if user == owner => Some(caller(owner, Identity::Root)),
            Some(user) => Some(caller(owner, Identity::User(UserId::from(user)))),
            None => None,
        };
    }
    // GetCallerIdentity names a user in this form.
    if let Some((owner, user)) = name.strip_prefix("qcs::cam:").and_then(|rest| rest.split_once(":uin/")) {
        return read(&format!("qcs::cam::uin/{owner}:uin/{user}"));
    }
    let (owner, who) = name.strip_prefix("qcs::sts:")?.split_once(':')?;
    let (session, origin) = (String::new(), owner.to_owned());
    match who.split_once('/')? {
        ("assumed-role", id) => Some(caller(owner, Identity::Role { id: RoleId::from(id), session, origin })),
        ("federated-user", uin) => {
            let user = if uin == owner { None } else { Some(UserId::from(uin)) };
            Some(caller(owner, Identity::Federated { user, session }))
        }
        _ => None,
    }
}

/// Returns the resource name of a caller, as GetCallerIdentity shows it.
pub fn arn(caller: &Caller) -> String {
    let owner = caller.account.as_str();
    match &caller.identity {
        Identity::Root | Identity::User(_) => ["qcs::cam:", owner, ":uin/", caller.id()].concat(),
        Identity::Role { id, .. } => ["qcs::sts:", owner, ":assumed-role/", id.as_str()].concat(),
        Identity::Federated { .. } => ["qcs::sts:", owner, ":federated-user/", caller.id()].concat(),
        Identity::Anonymous => "anonymous".to_owned(),
    }
}
