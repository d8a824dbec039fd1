//! Accounts for the load, each with a sub-user that has ten policies of five statements.

use crate::Outcome;
use crate::client::Connection;
use crate::process::Program;
use crate::sign::{self, Call, Key};
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

/// An account and the key used in it.
#[derive(Clone)]
pub struct Tenant {
    /// Id of the account.
    pub account: String,
    /// Key of the sub-user with ten policies.
    pub user: Key,
}

/// The role that every account has.
pub const ROLE: &str = "load-role";

/// Creates accounts, eight at a time.
pub async fn make(site: &Site, count: usize) -> Outcome<Vec<Tenant>> {
    let mut tenants = Vec::new();
    while tenants.len() < count {
        let mut makers = tokio::task::JoinSet::new();
        for _ in tenants.len()..count.min(tenants.len() + 8) {
            makers.spawn(one(site.address.clone(), site.admin_token.clone()));
        }
        while let Some(made) = makers.join_next().await {
            tenants.push(made??);
        }
    }
    Ok(tenants)
}

async fn one(address: String, admin_token: String) -> Outcome<Tenant> {
    let mut connection = Connection::open(&address).await?;
    let made = connection.ask(&sign::admin(&address, &admin_token, "accounts", "{}")).await?;
    let made: Value = serde_json::from_slice(made)?;
    let root = Key {
        id: text(&made, "/credentials/secret_id")?,
        secret: text(&made, "/credentials/secret_key")?,
        token: None,
    };
    let account = text(&made, "/account/id")?;
    let mut call = async |action: &str, body: Value| -> Outcome<Value> {
        let call = Call { host: &address, service: "cam", action, body: &body.to_string() };
        Ok(serde_json::from_slice(connection.ask(&sign::request(&root, &call)).await?)?)
    };
    let user = call("AddUser", json!({"Name": "load", "UseApi": 1})).await?;
    for place in 0..10 {
        let name = format!("load-{place}");
        let document = policy(place).to_string();
        let made = call("CreatePolicy", json!({"PolicyName": name, "PolicyDocument": document})).await?;
        let attachment = json!({
            "PolicyId": made.pointer("/Response/PolicyId").ok_or("CreatePolicy gave no id")?,
            "AttachUin": user.pointer("/Response/Uin").ok_or("AddUser gave no uin")?,
        });
        call("AttachUserPolicy", attachment).await?;
    }
    let role = json!({"RoleName": ROLE, "PolicyDocument": trust(&account), "Description": "for the load"});
    call("CreateRole", role).await?;
    let user = Key { id: text(&user, "/Response/SecretId")?, secret: text(&user, "/Response/SecretKey")?, token: None };
    Ok(Tenant { account, user })
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
fn policy(place: u32) -> Value {
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

/// Returns a text from a reply.
pub fn text(value: &Value, path: &str) -> Outcome<String> {
    let found = value.pointer(path).and_then(Value::as_str);
    found.map(str::to_owned).ok_or_else(|| format!("{path} is missing in {value}").into())
}

/// Returns the keys in a reply to AssumeRole.
pub fn temporary(body: &[u8]) -> Outcome<Key> {
    let answer: Value = serde_json::from_slice(body)?;
    let part = |name: &str| text(&answer, &format!("/Response/Credentials/{name}"));
    Ok(Key { id: part("TmpSecretId")?, secret: part("TmpSecretKey")?, token: Some(part("Token")?) })
}
