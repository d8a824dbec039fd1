//! The invariants of `src/lib.rs`, read off the source.

use crate::support::{self, files_below};
use camulator::dialect::contract::Permission;
use camulator::dialect::tencent::documented::is_extension;
use std::collections::BTreeSet;
use std::path::Path;

/// The modules in the order in which a request meets them. Those of one line are one layer.
const LAYERS: &[&[&str]] = &[
    &["main", "cli"],
    &["config"],
    &["server", "admin"],
    &["journal"],
    &["dialect"],
    &["engine"],
    &["policy"],
    &["store"],
    &["secret"],
    &["env"],
];

/// Pairs of files that import each other. There should be none; the list may only shrink.
const MUTUAL: &[(&str, &str)] = &[
    ("engine/authorize.rs", "engine/fault.rs"),
    ("engine/keys.rs", "engine/sessions.rs"),
    ("engine/policies.rs", "engine/roles.rs"),
];

/// Files that name a vendor where none should be named. The list may only shrink.
const NAMING: &[&str] = &["policy/explain.rs"];

/// A file of the program without its unit tests.
struct Source {
    /// Below `src`.
    path: String,
    /// The text as it stands.
    whole: String,
    /// Without comments and tests, texts emptied.
    code: String,
    /// The texts in it, with their lines.
    texts: Vec<(usize, String)>,
}

impl Source {
    fn module(&self) -> &str {
        self.path.split('/').next().unwrap().trim_end_matches(".rs")
    }

    fn is_in(&self, directories: &[&str]) -> bool {
        directories.iter().any(|directory| self.path.starts_with(directory))
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> Vec<Source> {
    let src = root().join("src");
    files_below(&src)
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| (path.strip_prefix(&src).unwrap().to_str().unwrap().to_owned(), path))
        .filter(|(name, _)| !name.contains("/tests/") && !name.ends_with("/tests.rs"))
        .map(|(name, path)| {
            let whole = std::fs::read_to_string(path).unwrap();
            let (code, texts) = read(&without_tests(&whole));
            Source { path: name, whole, code, texts }
        })
        .collect()
}

/// Cuts off the unit tests, which stand at the end of a file.
fn without_tests(text: &str) -> String {
    match text.find("#[cfg(test)]\nmod tests {").or_else(|| text.find("#[cfg(test)]\n#[expect(")) {
        Some(at) => text[..at].to_owned(),
        None => text.to_owned(),
    }
}

/// Takes comments out, and texts apart.
fn read(text: &str) -> (String, Vec<(usize, String)>) {
    let (mut code, mut texts) = (String::new(), Vec::new());
    let bytes: Vec<char> = text.chars().collect();
    let (mut at, mut line) = (0, 1);
    while at < bytes.len() {
        let rest = &bytes[at..];
        let starts = |what: &str| what.chars().zip(rest).filter(|(one, other)| one == *other).count() == what.len();
        if starts("//") {
            while at < bytes.len() && bytes[at] != '\n' {
                at += 1;
            }
        } else if starts("r#\"") || starts("r\"") {
            let hashes = usize::from(rest[1] == '#');
            let end = if hashes == 1 { "\"#" } else { "\"" };
            let body: String = rest[2 + hashes..].iter().collect();
            let content = &body[..body.find(end).unwrap()];
            texts.push((line, content.to_owned()));
            line += content.matches('\n').count();
            code.push_str("\"\"");
            at += 2 + hashes + content.chars().count() + end.len();
        } else if rest[0] == '"' {
            let (mut content, start) = (String::new(), line);
            at += 1;
            while bytes[at] != '"' {
                if bytes[at] == '\\' {
                    at += 1;
                    if bytes[at] == '\n' {
                        // A continued text: the white space that follows is no part of it.
                        while bytes[at].is_whitespace() {
                            line += usize::from(bytes[at] == '\n');
                            at += 1;
                        }
                        continue;
                    }
                    content.push(if bytes[at] == 'n' { '\n' } else { bytes[at] });
                } else {
                    line += usize::from(bytes[at] == '\n');
                    content.push(bytes[at]);
                }
                at += 1;
            }
            texts.push((start, content));
            code.push_str("\"\"");
            at += 1;
        } else if rest[0] == '\'' && (rest.get(2) == Some(&'\'') || rest.get(1) == Some(&'\\')) {
            let end = rest.iter().skip(2).position(|letter| *letter == '\'').unwrap() + 3;
            code.push_str("' '");
            at += end;
        } else {
            line += usize::from(rest[0] == '\n');
            code.push(rest[0]);
            at += 1;
        }
    }
    (code, texts)
}

/// Whether a word stands in the code as a whole.
fn has_word(code: &str, word: &str) -> bool {
    let is_part = |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
    code.match_indices(word)
        .any(|(at, _)| !is_part(code[..at].chars().next_back()) && !is_part(code[at + word.len()..].chars().next()))
}

/// The paths below the crate that a file names, groups taken apart: `crate::a::{b, c::d}` is `a::b` and `a::c::d`.
fn imports(source: &Source) -> Vec<String> {
    let mut found = Vec::new();
    let module: Vec<String> = {
        let mut parts: Vec<&str> = source.path.trim_end_matches(".rs").split('/').collect();
        if matches!(parts.last(), Some(&"mod" | &"lib" | &"main")) {
            parts.pop();
        }
        parts.into_iter().map(str::to_owned).collect()
    };
    for (marker, up) in [("crate::", None), ("super::super::", Some(2)), ("super::", Some(1))] {
        for (at, _) in source.code.match_indices(marker) {
            if up == Some(1) && source.code[..at].ends_with("super::")
                || up == Some(1) && source.code[at + 7..].starts_with("super::")
                || source.code[..at].ends_with('$')
                || source.code[..at].ends_with("in ")
            {
                continue;
            }
            let prefix = match up {
                None => Vec::new(),
                Some(up) => module[..module.len().saturating_sub(up)].to_vec(),
            };
            group(&source.code[at + marker.len()..], &prefix.join("::"), &mut found);
        }
    }
    found
}

fn group(text: &str, prefix: &str, found: &mut Vec<String>) {
    let text = text.trim_start();
    let under = |name: &str| if prefix.is_empty() { name.to_owned() } else { format!("{prefix}::{name}") };
    if let Some(list) = text.strip_prefix('{') {
        let mut depth = 0;
        let mut start = 0;
        for (at, letter) in list.char_indices() {
            match letter {
                '{' => depth += 1,
                '}' if depth > 0 => depth -= 1,
                ',' | '}' if depth == 0 => {
                    group(&list[start..at], prefix, found);
                    start = at + 1;
                    if letter == '}' {
                        return;
                    }
                }
                _ => {}
            }
        }
        return;
    }
    let end = text.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    match rest.strip_prefix("::") {
        Some(rest) if !rest.starts_with('<') => group(rest, &under(name), found),
        _ if name == "self" || name.is_empty() => found.push(prefix.to_owned()),
        _ => found.push(under(name)),
    }
}

/// The file that a path leads to, going as deep as there are files.
fn file_of(path: &str, files: &BTreeSet<String>) -> Option<String> {
    let mut parts: Vec<&str> = path.split("::").collect();
    while !parts.is_empty() {
        let joined = parts.join("/");
        for candidate in [format!("{joined}.rs"), format!("{joined}/mod.rs")] {
            if files.contains(&candidate) {
                return Some(candidate);
            }
        }
        parts.pop();
    }
    None
}

#[track_caller]
fn nothing(what: &str, wrong: Vec<String>) {
    assert!(wrong.is_empty(), "{what}:\n  {}", wrong.join("\n  "));
}

#[test]
fn imports_run_downwards() {
    let layer = |module: &str| LAYERS.iter().position(|layer| layer.contains(&module));
    let mut wrong = Vec::new();
    for source in sources() {
        let Some(own) = layer(source.module()) else { continue };
        for import in imports(&source) {
            let module = import.split("::").next().unwrap();
            if layer(module).is_some_and(|other| other < own) {
                wrong.push(format!("{} imports {import}", source.path));
            }
        }
    }
    nothing("imports that run upwards", wrong);
}

#[test]
fn no_two_files_import_each_other() {
    let sources = sources();
    let files: BTreeSet<String> = sources.iter().map(|source| source.path.clone()).collect();
    let mut edges: BTreeSet<(String, String)> = BTreeSet::new();
    for source in &sources {
        // A `mod.rs` lists its files; what it defines for them is no circle.
        if source.path.ends_with("mod.rs") || source.path == "lib.rs" {
            continue;
        }
        for import in imports(source) {
            if let Some(file) = file_of(&import, &files)
                && file != source.path
                && !file.ends_with("mod.rs")
            {
                edges.insert((source.path.clone(), file));
            }
        }
    }
    let mutual: BTreeSet<(String, String)> = edges
        .iter()
        .filter(|(one, other)| one < other && edges.contains(&(other.clone(), one.clone())))
        .cloned()
        .collect();
    let known: BTreeSet<(String, String)> =
        MUTUAL.iter().map(|(one, other)| ((*one).to_owned(), (*other).to_owned())).collect();
    let show = |pairs: Vec<&(String, String)>| pairs.iter().map(|(one, other)| format!("{one} and {other}")).collect();
    nothing("files that import each other", show(mutual.difference(&known).collect()));
    nothing("pairs that can be taken off the list", show(known.difference(&mutual).collect()));
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
        forbid("axum", &["server/", "admin/"]);
        forbid("hyper", &["server/"]);
        forbid("hyper_util", &["server/"]);
        forbid("http", &["server/", "admin/", "dialect/", "cli/"]);
        forbid("ureq", &["cli/"]);
        forbid("clap", &["cli/", "config.rs", "main.rs"]);
    }
    nothing("names that have their own place", wrong);
}

#[test]
fn vendors_and_their_codes_stay_in_their_dialect() {
    let vendors = ["tencent", "baidu", "naver", "qcs", "qcloud", "X-TC", "RequestId"];
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
        let pure = source.is_in(&["engine/", "policy/", "store/", "secret.rs", "env.rs"])
            && !source.is_in(&["policy/grammar/"]);
        if pure && !NAMING.contains(&source.path.as_str()) {
            for vendor in vendors {
                if source.code.to_lowercase().contains(&vendor.to_lowercase()) {
                    wrong.push(format!("{} names {vendor}", source.path));
                }
                for (line, text) in &source.texts {
                    if text.to_lowercase().contains(&vendor.to_lowercase()) {
                        wrong.push(format!("{}:{line} says {vendor} in `{text}`", source.path));
                    }
                }
            }
        }
        if !source.is_in(&["dialect/", "policy/grammar/"]) {
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
                // The one question that is put to a database before it is ours, each in its own catalogue.
                let catalogue = ["sqlite_master", "pg_catalog.pg_class", "_sqlx_migrations"];
                if !text.starts_with("SELECT")
                    || !catalogue.iter().any(|table| text.contains(&format!("FROM {table} ")))
                {
                    wrong.push(format!("{place} asks for more than whose the database is"));
                }
            } else if source.is_in(&["store/"]) {
                in_store.push(place.clone());
            } else if !source.is_in(&["engine/"]) {
                wrong.push(format!("{place} stands outside the engine"));
            }
            for word in [" LIKE ", " ILIKE ", "ANY(", " ANY ", "::", "AUTOINCREMENT", "NOW()", "?"] {
                if text.contains(word) {
                    wrong.push(format!("{place} uses `{}`, which the databases do not share", word.trim()));
                }
            }
            let of_tenant = tenants.iter().any(|table| has_word(text, table));
            // A key id is unique in the server, and the way to its account.
            let by_key = text.contains("secret_id = $1");
            if of_tenant && !text.contains("account_id") && !by_key {
                wrong.push(format!("{place} does not bind the account"));
            }
        }
    }
    if in_store.len() > 1 {
        wrong.push(format!("the store has more than the one statement that moves a generation on: {in_store:?}"));
    }
    nothing("statements", wrong);
}

/// Rows that are written together share their `seq`, so every list ends its order with what is unique in it. Names of
/// things are digits or ASCII in one case, whose order is the same in every locale.
#[test]
fn every_order_is_total() {
    let unique =
        ["id", "policy_id", "group_id", "holder_kind, holder_id", "secret_id", "tag_key", "version", "service, action"];
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| source.is_in(&["engine/"])) {
        for (line, text) in source.texts.iter().filter(|(_, text)| is_sql(text)) {
            for order in text.split("ORDER BY ").skip(1) {
                let order = order.split([')']).next().unwrap().split(" LIMIT ").next().unwrap();
                let columns: Vec<&str> =
                    order.split(", ").map(|column| column.split('.').next_back().unwrap()).collect();
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
    for source in sources().iter().filter(|source| source.is_in(&["policy/"])) {
        wrong.extend(
            impure
                .iter()
                .filter(|name| has_word(&source.code, name))
                .map(|name| format!("{} names {name}", source.path)),
        );
        wrong.extend(
            imports(source)
                .iter()
                .filter(|import| !import.starts_with("policy"))
                .map(|import| format!("{} imports {import}", source.path)),
        );
    }
    nothing("not pure", wrong);
}

#[test]
fn time_and_randomness_enter_through_env() {
    let doors = ["SystemTime", "getrandom", "rand", "thread_rng", "new_v4", "OsRng"];
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| source.path != "env.rs") {
        wrong.extend(
            doors
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
    nothing("other doors to time and randomness", wrong);
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
    nothing("transactions outside the straight line", wrong);
}

#[test]
fn files_are_one_noun_each_and_say_which() {
    let mut wrong = Vec::new();
    for source in sources() {
        if !source.whole.starts_with("//!") && source.path != "main.rs" {
            wrong.push(format!("{} does not say what it is for", source.path));
        }
        let lines = source.whole.lines().count();
        if lines > 600 {
            wrong.push(format!("{} has {lines} lines: it wants to be two nouns", source.path));
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

/// Names that only the place where the work was done knows.
#[test]
fn the_tree_names_no_private_place() {
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
    nothing("names of private places", wrong);
}

/// The README's table of actions, as it must stand between its two markers.
fn actions_table() -> String {
    let mut table = String::from("| service | action | requests/s | permission | |\n| --- | --- | --- | --- | --- |\n");
    for op in support::operations() {
        let permission = match op.permission {
            Permission::Free => "none",
            Permission::Operation => "operation",
            Permission::Resource => "resource",
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
