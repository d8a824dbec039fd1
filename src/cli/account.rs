//! `camulator account`: manages the accounts of a running server.

use super::client::{Server, call};
use crate::dialect::Dialects;
use crate::policy::escape;
use clap::{Args, Subcommand};
use serde_json::{Map, Value};

/// Create, list and delete accounts on a running server.
#[derive(Args)]
pub struct AccountArgs {
    #[command(flatten)]
    server: Server,
    /// Print the server's JSON instead of text
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Create an account and print its root key as variables to export
    Create(Create),
    /// List the accounts
    List,
    /// Delete an account with everything in it
    Delete {
        /// Its id (uin)
        id: String,
    },
}

#[derive(Args)]
struct Create {
    /// The cloud it belongs to [default: the first that the server has]
    #[arg(long)]
    cloud: Option<String>,
    /// Its id (uin) [default: generated]
    #[arg(long)]
    id: Option<String>,
    /// A display name [default: the id]
    #[arg(long)]
    name: Option<String>,
    /// Its AppId [default: generated]
    #[arg(long)]
    app_id: Option<i64>,
    /// Id of its root key [default: generated]
    #[arg(long, requires = "secret_key")]
    secret_id: Option<String>,
    /// Its root key [default: generated]
    #[arg(long, requires = "secret_id")]
    secret_key: Option<String>,
}

/// Runs the command.
pub fn run(account: AccountArgs) -> Result<(), String> {
    let AccountArgs { server, json, command } = account;
    let text = |value: &Value, pointer: &str| match value.pointer(pointer) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    match command {
        Command::Create(create) => {
            let mut body = Map::new();
            let given = [
                ("cloud", create.cloud.map(Value::from)),
                ("id", create.id.map(Value::from)),
                ("name", create.name.map(Value::from)),
                ("app_id", create.app_id.map(Value::from)),
                ("secret_id", create.secret_id.map(Value::from)),
                ("secret_key", create.secret_key.map(Value::from)),
            ];
            body.extend(given.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))));
            let made = call(&server, "POST", "/accounts", Some(&Value::Object(body)))?;
            if json {
                println!("{made}");
            } else {
                let name = text(&made, "/account/name");
                println!("# account {} ({})", text(&made, "/account/id"), escape(&name));
                let cloud = text(&made, "/account/cloud");
                let dialect =
                    Dialects::BUILT_IN.of(&cloud).ok_or_else(|| format!("cloud `{cloud}` is not known here"))?;
                let (id, key) = (text(&made, "/credentials/secret_id"), text(&made, "/credentials/secret_key"));
                for (name, value) in (dialect.variables)(&id, &key) {
                    println!("export {name}={value}");
                }
            }
        }
        Command::List => {
            let listed = call(&server, "GET", "/accounts", None)?;
            if json {
                println!("{listed}");
            } else {
                println!("{:<20} {:<10} {:<12} NAME", "ID", "CLOUD", "APP ID");
                for account in listed.get("accounts").and_then(Value::as_array).into_iter().flatten() {
                    println!(
                        "{:<20} {:<10} {:<12} {}",
                        text(account, "/id"),
                        text(account, "/cloud"),
                        text(account, "/app_id"),
                        escape(&text(account, "/name"))
                    );
                }
            }
        }
        Command::Delete { id } => {
            // The id becomes a part of the path, where other characters could end it.
            if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
                return Err(format!(
                    "`{}` is not the id of an account; `camulator account list` shows them",
                    escape(&id)
                ));
            }
            call(&server, "DELETE", &format!("/accounts/{id}"), None)?;
            if !json {
                println!("deleted account {id}");
            }
        }
    }
    Ok(())
}
