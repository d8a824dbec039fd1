//! Names of roles and principals.

use crate::engine::Account;
use crate::engine::cx::{Caller, Identity};
use crate::engine::ids::{AccountId, RoleId, RoleRef, SecretId, UserId};
use crate::engine::roles::Role;

/// The resource name of a role, by its name.
pub fn role_arn(account: &AccountId, role: &Role) -> String {
    format!("qcs::cam::uin/{account}:roleName/{}", role.name)
}

/// The resource names of a role: the two forms that STS documents.
pub fn role_names(account: &AccountId, role: &Role) -> [String; 2] {
    [role_arn(account, role), format!("qcs::cam::uin/{account}:role/{}", role.id)]
}

/// Whether a resource's name has the number of another account in its place for one. A name without one is the
/// caller's own; what is no name is nobody's, and the evaluator's business.
pub fn is_of_another(account: &Account, resource: &str) -> bool {
    match resource.split(':').nth(4).and_then(|owner| owner.split_once('/')) {
        Some(("uin", uin)) => uin != account.id.as_str(),
        Some(("uid", application)) => application != account.app_id.to_string(),
        _ => false,
    }
}

/// Reads a role's resource name: `qcs::cam::uin/<owner>:roleName/<name>` or `…:role/<id>`, with
/// `tencentcloudServiceRoleName/` or `tencentcloudServiceRole/` before the name or id of a service's role.
pub fn role(arn: &str) -> Option<(AccountId, RoleRef)> {
    let rest = arn.strip_prefix("qcs::cam::uin/")?;
    let (owner, role) = rest.split_once(':')?;
    if owner.is_empty() || !owner.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let reference = if let Some(name) =
        role.strip_prefix("role/tencentcloudServiceRoleName/").or_else(|| role.strip_prefix("roleName/"))
    {
        RoleRef::Name(name.to_owned())
    } else {
        let id = role.strip_prefix("role/tencentcloudServiceRole/").or_else(|| role.strip_prefix("role/"))?;
        RoleRef::Id(RoleId::from(id))
    };
    let text = reference.text();
    if text.is_empty() || text.contains(['/', ':']) { None } else { Some((owner.into(), reference)) }
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
    }
}
