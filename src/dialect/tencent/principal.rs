//! Names of roles and principals.

use crate::engine::ids::{AccountId, RoleId, RoleRef, SecretId, UserId};
use crate::engine::model::Account;
use crate::engine::model::{Caller, Identity};
use crate::engine::model::{NamedRole, Role};

const ROLE_NAME: &str = "roleName/";
const ROLE_ID: &str = "role/";
const SERVICE_ROLE_NAME: &str = "role/tencentcloudServiceRoleName/";
const SERVICE_ROLE_ID: &str = "role/tencentcloudServiceRole/";

/// The resource name of a role, by its name.
pub fn role_arn(account: &AccountId, role: &Role) -> String {
    let form = if role.is_service_linked() { SERVICE_ROLE_NAME } else { ROLE_NAME };
    format!("qcs::cam::uin/{account}:{form}{}", role.name)
}

/// The resource names of a role: by its name and by its id, in the forms that STS documents for its kind. It has no others.
pub fn role_names(account: &AccountId, role: &Role) -> [String; 2] {
    let form = if role.is_service_linked() { SERVICE_ROLE_ID } else { ROLE_ID };
    [role_arn(account, role), format!("qcs::cam::uin/{account}:{form}{}", role.id)]
}

/// Whether a resource's name has the number of another account in its place for one. A name without one is the
/// caller's own; what is no name is nobody's, and the evaluator's business.
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

/// Reads a principal's name, for the admin API: `qcs::cam::uin/<owner>:root`, `…:uin/<user>`,
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
    // The form in which GetCallerIdentity names a user.
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

/// The resource name of a caller, as GetCallerIdentity gives it.
pub fn arn(caller: &Caller) -> String {
    let owner = &caller.account;
    match &caller.identity {
        Identity::Root | Identity::User(_) => format!("qcs::cam:{owner}:uin/{}", caller.id()),
        Identity::Role { id, .. } => format!("qcs::sts:{owner}:assumed-role/{id}"),
        Identity::Federated { .. } => format!("qcs::sts:{owner}:federated-user/{}", caller.id()),
        Identity::Anonymous => "anonymous".to_owned(),
    }
}
