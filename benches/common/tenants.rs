//! Accounts for the load, each with a role, and with a sub-user that has ten policies of five statements.

use crate::Outcome;
use crate::common::program::Program;
use crate::common::sign::{self, Call, Key};
use crate::common::wire::Blocking;
use serde_json::{Value, json};

/// A running camulator.
pub struct Site {
    /// Its process.
    pub program: Program,
    /// Its host and port.
    pub address: String,
    /// Token of its admin API.
    pub admin_token: String,
}

impl Site {
    /// Reads the line of JSON that `camulator serve --log json` prints first.
    pub fn of(program: Program) -> Outcome<Site> {
        let ready: Value = serde_json::from_str(&program.line)?;
        let address = text(&ready, "/url")?.trim_start_matches("http://").to_owned();
        Ok(Site { program, address, admin_token: text(&ready, "/admin_token")? })
    }
}

/// An account and the keys used in it.
#[derive(Clone)]
pub struct Tenant {
    /// Id of the account.
    pub account: String,
    /// Key of the root account.
    pub root: Key,
    /// Key of the sub-user with ten policies.
    pub user: Key,
}

/// The role that every account has.
pub const ROLE: &str = "load-role";

/// Creates an account with its sub-user and role.
pub fn one(address: &str, admin_token: &str) -> Outcome<Tenant> {
    let mut connection = Blocking::open(address)?;
    let (account, root) = created(connection.ask(&sign::admin(address, admin_token, "accounts", "{}"))?)?;
    equip(&mut connection, address, account, root)
}

/// Returns the id and the root key in the answer that creates an account.
pub fn created(answer: &[u8]) -> Outcome<(String, Key)> {
    let made: Value = serde_json::from_slice(answer)?;
    let root = Key {
        id: text(&made, "/credentials/secret_id")?,
        secret: text(&made, "/credentials/secret_key")?,
        token: None,
    };
    Ok((text(&made, "/account/id")?, root))
}

/// Gives an account its sub-user and role.
pub fn equip(connection: &mut Blocking, address: &str, account: String, root: Key) -> Outcome<Tenant> {
    let mut call = |action: &str, body: Value| -> Outcome<Value> {
        let call = Call { host: address, service: "cam", action, body: &body.to_string() };
        Ok(serde_json::from_slice(connection.ask(&sign::request(&root, &call))?)?)
    };
    let user = call("AddUser", json!({"Name": "load", "UseApi": 1}))?;
    for place in 0..10 {
        let name = format!("load-{place}");
        let document = policy(place).to_string();
        let made = call("CreatePolicy", json!({"PolicyName": name, "PolicyDocument": document}))?;
        let attachment = json!({
            "PolicyId": made.pointer("/Response/PolicyId").ok_or("CreatePolicy gave no id")?,
            "AttachUin": user.pointer("/Response/Uin").ok_or("AddUser gave no uin")?,
        });
        call("AttachUserPolicy", attachment)?;
    }
    let role = json!({"RoleName": ROLE, "PolicyDocument": trust(&account), "Description": "for the load"});
    call("CreateRole", role)?;
    let user = Key { id: text(&user, "/Response/SecretId")?, secret: text(&user, "/Response/SecretKey")?, token: None };
    Ok(Tenant { account, root, user })
}

/// Returns a trust policy for the account's own principals.
pub fn trust(account: &str) -> String {
    let principal = format!("qcs::cam::uin/{account}:root");
    json!({
        "version": "2.0",
        "statement": [{"effect": "allow", "action": "name/sts:AssumeRole", "principal": {"qcs": [principal]}}],
    })
    .to_string()
}

/// Returns one of ten policies. The last statement of the last one allows the measured operations.
pub fn policy(place: u32) -> Value {
    let bucket = format!("qcs::cos:ap-guangzhou::store-{place}-1250000000/*");
    let mine = if place == 9 {
        json!(["cam:GetRole", "cam:CreateRole", "sts:AssumeRole"])
    } else {
        json!(["cam:ListPolicies", "cam:ListUsers"])
    };
    json!({"version": "2.0", "statement": [
        {"effect": "allow", "action": ["cos:GetObject", "cos:PutObject", "cos:HeadObject"], "resource": [bucket]},
        {"effect": "allow", "action": "cvm:Describe*", "resource": "*",
         "condition": {"ip_equal": {"qcs:ip": [format!("10.{place}.0.0/16"), "192.0.2.0/24"]}}},
        {"effect": "deny", "action": ["cos:DeleteBucket", "cos:PutBucketPolicy"], "resource": "*"},
        {"effect": "deny", "action": ["cam:DeleteUser", "cam:UpdateUser"], "resource": "*",
         "condition": {"string_not_equal": {"qcs:uin": ["100000000009"]}}},
        {"effect": "allow", "action": mine, "resource": "*"},
    ]})
}

/// An operation that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// Verifies a signature and answers.
    GetCallerIdentity,
    /// Also evaluates the caller's policies, and reads a role.
    GetRole,
    /// Lists 200 policies.
    ListPolicies,
    /// Opens a session, and commits it.
    AssumeRole,
    /// Creates a role, and commits it.
    CreateRole,
}

impl Operation {
    /// Returns the name of the action.
    pub fn name(self) -> &'static str {
        match self {
            Operation::GetCallerIdentity => "GetCallerIdentity",
            Operation::GetRole => "GetRole",
            Operation::ListPolicies => "ListPolicies",
            Operation::AssumeRole => "AssumeRole",
            Operation::CreateRole => "CreateRole",
        }
    }

    /// Returns the request of a tenant's sub-user. `number` names the role to create.
    pub fn request(self, host: &str, tenant: &Tenant, number: usize) -> Vec<u8> {
        let (service, body) = match self {
            Operation::GetCallerIdentity => ("sts", "{}".to_owned()),
            Operation::GetRole => ("cam", json!({"RoleName": ROLE}).to_string()),
            Operation::ListPolicies => ("cam", json!({"Rp": 200, "Page": 1}).to_string()),
            Operation::AssumeRole => {
                let arn = format!("qcs::cam::uin/{}:roleName/{ROLE}", tenant.account);
                ("sts", json!({"RoleArn": arn, "RoleSessionName": "load"}).to_string())
            }
            Operation::CreateRole => ("cam", create_role(&tenant.account, number)),
        };
        sign::request(&tenant.user, &Call { host, service, action: self.name(), body: &body })
    }
}

/// Returns the body of a CreateRole.
pub fn create_role(account: &str, number: usize) -> String {
    let role = format!("role-{number}");
    json!({"RoleName": role, "PolicyDocument": trust(account), "Description": "made under load"}).to_string()
}

/// Returns a text from a reply.
pub fn text(value: &Value, path: &str) -> Outcome<String> {
    let found = value.pointer(path).and_then(Value::as_str);
    found.map(str::to_owned).ok_or_else(|| format!("{path} is missing in {value}").into())
}
