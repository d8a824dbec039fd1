//! Checks the invariants of `src/lib.rs` that can be read off the source.

mod imports;
mod source;

use crate::support::{self, files_below};
use camulator::dialect::contract::Permission;
use camulator::dialect::tencent::documented::is_extension;
use imports::Imports;
use source::{Source, has_word, root, sources};
use std::collections::BTreeSet;

/// The modules in the order in which a request meets them. Modules on one line are one layer.
const LAYERS: &[&[&str]] = &[
    &["main", "cli"],
    &["config", "surface"],
    &["admin"],
    &["server"],
    &["journal"],
    &["limit"],
    &["dialect"],
    &["engine"],
    &["policy"],
    &["federation"],
    &["store"],
    &["secret"],
    &["env"],
];

/// Words of one cloud in the program's own interface: options of the command line and members of the admin API.
const CONTRACT: &[(&str, &str)] = &[
    ("admin/accounts.rs", "app_id"),
    ("admin/failures.rs", "app_id"),
    ("cli/account.rs", "app_id"),
    ("cli/serve.rs", "uin"),
    ("config.rs", "uin"),
];

#[track_caller]
fn nothing(what: &str, wrong: Vec<String>) {
    assert!(wrong.is_empty(), "{what}:\n  {}", wrong.join("\n  "));
}

#[test]
fn imports_run_downwards() {
    let layer = |module: &str| LAYERS.iter().position(|layer| layer.contains(&module));
    let sources = sources();
    let mut wrong = Vec::new();
    for (source, imported) in Imports::of(&sources).edges() {
        let module = |path: &str| layer(path.split('/').next().unwrap().trim_end_matches(".rs"));
        if let (Some(own), Some(other)) = (module(source), module(imported))
            && other < own
        {
            wrong.push(format!("{source} imports {imported}"));
        }
    }
    nothing("imports that run upwards", wrong);
}

/// Finds circles of any length, also inside a directory. What a `mod.rs` re-exports counts as imported from the file
/// that defines it. What it defines itself, its files may import only if it does not use them.
#[test]
fn no_file_imports_one_that_imports_it() {
    let sources = sources();
    let imports = Imports::of(&sources);
    nothing("circles of imports", imports.circles().iter().map(|files| files.join(", ")).collect());
}

/// Two clouds may each have a type of the same name; aliases do not count.
#[test]
fn a_public_type_has_a_name_of_its_own() {
    let sources = sources();
    let mut seen: Vec<(&str, &Source)> = Vec::new();
    let mut wrong = Vec::new();
    for source in &sources {
        for line in source.code.lines() {
            let kinds = ["pub struct ", "pub enum ", "pub trait "];
            let Some(rest) = kinds.iter().find_map(|kind| line.strip_prefix(kind)) else { continue };
            let name = rest.split(|letter: char| !letter.is_alphanumeric()).next().unwrap();
            let both =
                |other: &Source| source.cloud().is_none() || other.cloud().is_none() || source.cloud() == other.cloud();
            let others = seen.iter().filter(|(known, other)| *known == name && both(other));
            wrong.extend(others.map(|(_, other)| format!("{name} in {} and {}", other.path, source.path)));
            seen.push((name, source));
        }
    }
    nothing("public types that share a name", wrong);
}

#[test]
fn drivers_and_frameworks_keep_to_their_modules() {
    let mut wrong = Vec::new();
    for source in sources() {
        let mut forbid = |name: &str, allowed: &[&str]| {
            if has_word(&source.code, name) && !source.is_in(allowed) {
                wrong.push(format!("{} names {name}", source.path));
            }
        };
        forbid("sqlx", &["store/"]);
        forbid("axum", &["server/", "admin/", "surface.rs"]);
        forbid("hyper", &["server/"]);
        forbid("hyper_util", &["server/"]);
        forbid("tokio_rustls", &["server/"]);
        forbid("rcgen", &["server/tls/"]);
        forbid("http", &["server/", "admin/", "dialect/", "cli/"]);
        forbid("ureq", &["cli/"]);
        forbid("clap", &["cli/", "config.rs", "main.rs"]);
    }
    nothing("names outside the modules that may use them", wrong);
}

#[test]
fn vendors_and_their_codes_stay_in_their_dialect() {
    let vendors = ["tencent", "baidu", "naver", "qcs", "qcloud", "X-TC", "RequestId"];
    // Names that mean something in only one cloud.
    let words = ["uin", "owner_uin", "app_id", "AKID", "qcs"];
    let families = [
        "AuthFailure",
        "FailedOperation",
        "InvalidParameter",
        "MissingParameter",
        "ResourceNotFound",
        "LimitExceeded",
        "OperationDenied",
        "UnauthorizedOperation",
        "UnknownParameter",
        "InvalidAction",
        "InternalError",
    ];
    let mut wrong = Vec::new();
    for source in sources() {
        let of_a_cloud = source.cloud().is_some();
        let pure = source.is_in(&[
            "dialect/",
            "engine/",
            "policy/",
            "store/",
            "server/",
            "admin/",
            "cli/",
            "config.rs",
            "journal",
            "limit.rs",
            "surface.rs",
            "secret.rs",
            "env.rs",
        ]) && !of_a_cloud
            && !matches!(source.path.as_str(), "dialect/mod.rs" | "policy/grammar/mod.rs");
        let names = |vendor: &&str, text: &str| text.to_lowercase().contains(&vendor.to_lowercase());
        for vendor in vendors.iter().filter(|_| pure) {
            if names(vendor, &source.code) {
                wrong.push(format!("{} names {vendor}", source.path));
            }
            let said = source.texts.iter().filter(|(_, text)| names(vendor, text));
            wrong.extend(said.map(|(line, text)| format!("{}:{line} says {vendor} in `{text}`", source.path)));
        }
        for word in words.iter().filter(|_| !of_a_cloud) {
            if CONTRACT.contains(&(source.path.as_str(), word)) {
                continue;
            }
            if has_word(&source.code, word) {
                wrong.push(format!("{} names {word}", source.path));
            }
            let said = source.texts.iter().filter(|(_, text)| has_word(text, word));
            wrong.extend(said.map(|(line, text)| format!("{}:{line} says {word} in `{text}`", source.path)));
        }
        for (line, text) in source.texts.iter().filter(|_| source.is_in(&["engine/"])) {
            // Such as `RoleName`: every cloud spells its parameters in its own way.
            let is_name = text.starts_with(char::is_uppercase) && text.chars().all(char::is_alphanumeric);
            if is_name && text.matches(char::is_uppercase).count() > 1 {
                wrong.push(format!("{}:{line} names the parameter `{text}`", source.path));
            }
        }
        if !of_a_cloud {
            for (line, text) in &source.texts {
                if families.iter().any(|family| text.starts_with(family)) {
                    wrong.push(format!("{}:{line} has the error code `{text}`", source.path));
                }
            }
        }
    }
    nothing("wire names outside their dialect", wrong);
}

fn is_sql(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let pair = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    matches!(
        pair,
        ("INSERT", "INTO") | ("DELETE", "FROM") | ("CREATE" | "ALTER" | "DROP", "TABLE" | "INDEX" | "SCHEMA")
    ) || pair.0 == "SELECT" && !pair.1.is_empty()
        || pair.0 == "UPDATE" && text.contains(" SET ")
}

#[test]
fn sql_keeps_to_the_engine_and_to_both_databases() {
    let mut wrong = Vec::new();
    let mut in_store = Vec::new();
    let columns = support::columns();
    let tenants: Vec<&String> = columns
        .iter()
        .filter(|(_, columns)| columns.iter().any(|(name, _)| name == "account_id"))
        .map(|(t, _)| t)
        .collect();
    for source in sources() {
        for (line, text) in source.texts.iter().filter(|(_, text)| is_sql(text)) {
            let place = format!("{}:{line} `{text}`", source.path);
            if source.path == "store/owner.rs" {
                // The only query before a database is known to be ours. Each database has its own catalogue.
                let catalogue = ["sqlite_master", "pg_catalog.pg_class", "_sqlx_migrations"];
                if !text.starts_with("SELECT")
                    || !catalogue.iter().any(|table| text.contains(&format!("FROM {table} ")))
                {
                    wrong.push(format!("{place} reads more than the catalogue, which says whose the database is"));
                }
            } else if source.is_in(&["store/"]) {
                in_store.push(place.clone());
            } else if !source.is_in(&["engine/"]) {
                wrong.push(format!("{place} is outside the engine"));
            }
            for word in [" LIKE ", " ILIKE ", "ANY(", " ANY ", "::", "AUTOINCREMENT", "NOW()", "?"] {
                if text.contains(word) {
                    wrong.push(format!("{place} uses `{}`, which not both databases have", word.trim()));
                }
            }
            let of_tenant = tenants.iter().any(|table| has_word(text, table));
            // A key id is unique in the server, and its account is found by it.
            let by_key = text.contains("secret_id = $1");
            if of_tenant && !text.contains("account_id") && !by_key {
                wrong.push(format!("{place} does not bind the account"));
            }
        }
    }
    if in_store.len() > 1 {
        wrong.push(format!("the store has more statements than the one that increments a generation: {in_store:?}"));
    }
    nothing("statements", wrong);
}

/// Rows that are written together share their `seq`, so every `ORDER BY` ends with columns that are unique in the list.
/// Ids are digits or ASCII in one case, so their order is the same in every locale.
#[test]
fn every_order_is_total() {
    let unique = [
        "id",
        "policy_id",
        "group_id",
        "holder_kind, holder_id",
        "secret_id",
        "tag_key",
        "version",
        "service, action",
        "kind, name",
    ];
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| source.is_in(&["engine/"])) {
        for (line, text) in source.texts.iter().filter(|(_, text)| is_sql(text)) {
            for order in text.split("ORDER BY ").skip(1) {
                let order = order.split([')']).next().unwrap().split(" LIMIT ").next().unwrap();
                let columns: Vec<&str> = order
                    .split(", ")
                    .map(|column| column.split('.').next_back().unwrap().trim_end_matches(" DESC"))
                    .collect();
                let columns = columns.join(", ");
                let is_total = |last: &&str| columns == **last || columns.ends_with(&format!(", {last}"));
                if !unique.iter().any(is_total) {
                    wrong.push(format!("{}:{line} orders by `{order}`, which rows can share", source.path));
                }
            }
        }
    }
    nothing("lists without a total order", wrong);
}

#[test]
fn columns_have_the_three_types() {
    let wrong = support::columns().into_iter().flat_map(|(table, columns)| {
        columns
            .into_iter()
            .filter(|(_, kind)| !matches!(kind.as_str(), "TEXT" | "BIGINT" | "BOOLEAN"))
            .map(move |(column, kind)| format!("{table}.{column} is {kind}"))
    });
    nothing("columns", wrong.collect());
}

#[test]
fn the_policy_module_is_pure() {
    let impure = ["async", "await", "tokio", "SystemTime", "Env", "Store", "Engine", "std::fs", "std::env", "tracing"];
    let mut wrong = Vec::new();
    let sources = sources();
    let imports = Imports::of(&sources);
    for source in sources.iter().filter(|source| source.is_in(&["policy/"])) {
        wrong.extend(
            impure
                .iter()
                .filter(|name| has_word(&source.code, name))
                .map(|name| format!("{} names {name}", source.path)),
        );
        wrong.extend(
            imports
                .edges()
                .filter(|(file, imported)| *file == source.path && !imported.starts_with("policy/"))
                .map(|(file, imported)| format!("{file} imports {imported}")),
        );
    }
    nothing("not pure", wrong);
}

#[test]
fn time_and_randomness_enter_through_env() {
    let sources_of_both = ["SystemTime", "getrandom", "rand", "thread_rng", "new_v4", "OsRng"];
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| source.path != "env.rs") {
        wrong.extend(
            sources_of_both
                .iter()
                .filter(|name| has_word(&source.code, name))
                .map(|name| format!("{} names {name}", source.path)),
        );
        for now in ["Utc::now", "Local::now", "Instant::now"] {
            if source.code.contains(now) {
                wrong.push(format!("{} calls {now}", source.path));
            }
        }
    }
    nothing("other sources of time and randomness", wrong);
}

/// A dialect calls the engine, and the engine reads the store.
#[test]
fn dialects_do_not_read_the_store() {
    let mut wrong = Vec::new();
    let sources = sources();
    let imported = Imports::of(&sources);
    for source in sources.iter().filter(|source| source.is_in(&["dialect/"])) {
        if source.code.contains("engine.store") {
            wrong.push(format!("{} uses the engine's store", source.path));
        }
        let of_store = imported.edges().filter(|(file, other)| *file == source.path && other.starts_with("store/"));
        wrong.extend(of_store.map(|(file, other)| format!("{file} imports {other}")));
    }
    nothing("dialects that read the store", wrong);
}

#[test]
fn operations_do_not_open_transactions() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| source.is_in(&["dialect/"])) {
        for call in ["store.write(", "cx::write(", "cx::append("] {
            if source.code.contains(call) {
                wrong.push(format!("{} calls {call}…)", source.path));
            }
        }
    }
    nothing("transactions that an operation opens itself", wrong);
}

#[test]
fn files_are_short_and_have_a_header() {
    let mut wrong = Vec::new();
    for source in sources() {
        if !source.whole.starts_with("//!") && source.path != "main.rs" {
            wrong.push(format!("{} has no header that says what it is for", source.path));
        }
        let lines = source.whole.lines().count();
        if lines > 600 {
            wrong.push(format!("{} has {lines} lines; split it at 600", source.path));
        }
    }
    let main = std::fs::read_to_string(root().join("src/main.rs")).unwrap();
    if main.lines().count() >= 40 {
        wrong.push("main.rs has 40 lines or more".to_owned());
    }
    nothing("files", wrong);
}

#[test]
fn the_map_names_every_module() {
    let lib = std::fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let listed: BTreeSet<&str> = lib
        .lines()
        .filter_map(|line| line.strip_prefix("//! | [`"))
        .filter_map(|line| line.split_once("`]").map(|(name, _)| name))
        .collect();
    let declared: BTreeSet<&str> =
        lib.lines().filter_map(|line| line.strip_prefix("pub mod ")).map(|line| line.trim_end_matches(';')).collect();
    assert_eq!(listed, declared);
    let layered: BTreeSet<&str> = LAYERS.iter().copied().flatten().copied().filter(|name| *name != "main").collect();
    assert_eq!(layered, declared);
}

/// Paths that exist only on the machine where the code was written.
#[test]
fn no_file_names_a_private_path() {
    let mut wrong = Vec::new();
    let kept = ["src", "tests", "docs", "migrations", "docker", ".github", "benches", ".ci"];
    let needles =
        [["/ho", "me/"].concat(), ["/wo", "rk/"].concat(), ["/tm", "p/wt"].concat(), ["shared", "/facts"].concat()];
    for directory in kept.iter().map(|name| root().join(name)).filter(|path| path.is_dir()) {
        for file in files_below(&directory) {
            let in_output = file.components().any(|part| {
                matches!(part.as_os_str().to_str(), Some("target" | "node_modules" | ".venv" | "__pycache__"))
            });
            let Ok(text) = std::fs::read_to_string(&file) else { continue };
            if !in_output {
                wrong.extend(
                    needles
                        .iter()
                        .filter(|needle| text.contains(needle.as_str()))
                        .map(|needle| format!("{} names {needle}", file.strip_prefix(root()).unwrap().display())),
                );
            }
        }
    }
    nothing("private paths", wrong);
}

/// The README's table of actions, as it must be between its two markers.
fn actions_table() -> String {
    let mut table = String::from("| service | action | requests/s | permission | |\n| --- | --- | --- | --- | --- |\n");
    for op in support::operations() {
        let permission = match op.permission {
            Permission::Free => "none",
            Permission::Operation => "operation",
            Permission::Resource => "resource",
            Permission::Unsigned => "unsigned",
        };
        let note = if is_extension(op) { "extension " } else { "" };
        table += &format!("| {} | {} | {} | {permission} | {note}|\n", op.service, op.action, op.rate);
    }
    table
}

#[test]
fn the_readme_lists_the_registry() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let (_, rest) = readme.split_once("<!-- actions -->").expect("the marker before the table of actions");
    let (shown, _) = rest.split_once("<!-- /actions -->").expect("the marker after the table of actions");
    let table = actions_table();
    assert!(shown.trim() == table.trim(), "the table of actions in README.md must be:\n\n{table}");
}
