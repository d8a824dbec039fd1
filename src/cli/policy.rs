//! `camulator policy`: documents and decisions, explained.

use super::client::{Server, call};
use crate::dialect::tencent;
use crate::policy::{self, Defect, Kind, Rules, Span};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Map, Value, json};
use std::path::PathBuf;
use std::process::ExitCode;

/// Check policy documents, and explain decisions.
#[derive(Args)]
pub struct Policy {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Name every defect of a document with line, column and the error code that the cloud would give
    ///
    /// Exits with 0 when the document would be accepted, with 1 when it would not.
    Check(Check),
    /// Say whether a principal would be allowed to do something, by which statement, and what is missing
    ///
    /// Asks a running server. Exits with 0 when it is allowed, with 1 when it is not.
    Explain(Explain),
}

#[derive(Clone, Copy, ValueEnum)]
enum As {
    /// What an identity may do (CreatePolicy)
    Identity,
    /// Who may assume a role (CreateRole)
    Trust,
    /// What a session is narrowed to (AssumeRole)
    Session,
    /// With principals beside the statements, or of version 1.0 (CreateCamStrategy)
    Strategy,
}

#[derive(Args)]
struct Check {
    /// The document; - reads standard input
    file: PathBuf,
    /// What the document is for [default: trust when it names a principal, else identity]
    #[arg(long = "as", value_enum)]
    kind: Option<As>,
    /// The account that it belongs to: resources of other accounts are refused
    #[arg(long, default_value = "", hide_default_value = true)]
    owner: String,
}

#[derive(Args)]
struct Explain {
    #[command(flatten)]
    server: Server,
    /// The principal's name, such as qcs::cam::uin/<owner>:uin/<user>
    #[arg(long)]
    principal: Option<String>,
    /// Or the key that it signs with
    #[arg(long, conflicts_with = "principal")]
    secret_id: Option<String>,
    /// The token of a temporary key
    #[arg(long, requires = "secret_id")]
    token: Option<String>,
    /// Or a request that was made: its RequestId
    #[arg(long, conflicts_with_all = ["principal", "secret_id", "action", "resource", "context"])]
    request_id: Option<String>,
    /// The action, such as cam:CreateRole
    #[arg(long)]
    action: Option<String>,
    /// The resource's six-segment name; without it, the operation as a whole
    #[arg(long)]
    resource: Option<String>,
    /// A condition key and its value; again for several values
    #[arg(long, value_name = "KEY=VALUE")]
    context: Vec<String>,
    /// Print the server's JSON instead of text
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(policy: Policy) -> ExitCode {
    let outcome = match policy.command {
        Command::Check(wanted) => check(&wanted),
        Command::Explain(wanted) => explain(&wanted),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("camulator: {message}");
            ExitCode::from(2)
        }
    }
}

fn check(wanted: &Check) -> Result<bool, String> {
    let name = wanted.file.display().to_string();
    let unreadable = |error| format!("cannot read {name}: {error}");
    let bytes = if name == "-" {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut std::io::stdin(), &mut bytes).map_err(unreadable)?;
        bytes
    } else {
        std::fs::read(&wanted.file).map_err(unreadable)?
    };
    let name = if name == "-" { "<stdin>".to_owned() } else { name };
    let text = String::from_utf8(bytes).map_err(|error| {
        format!("{name} is not UTF-8 text: byte {} cannot be read", error.utf8_error().valid_up_to())
    })?;
    let kind = match wanted.kind {
        Some(As::Identity) => Kind::Identity,
        Some(As::Trust) => Kind::Trust,
        Some(As::Session) => Kind::Session,
        Some(As::Strategy) => Kind::Strategy,
        None if text.contains("\"principal\"") => Kind::Trust,
        None => Kind::Identity,
    };
    let report = policy::check(&text, &Rules::new(kind, &wanted.owner, 0));
    for problem in &report.problems {
        let code = tencent::codes::defect_code(kind, problem);
        show(&name, &text, problem.span, &format!("error[{code}]"), &problem.path, &problem.message);
    }
    for warning in &report.warnings {
        show(&name, &text, warning.span, "warning", &warning.path, &warning.message);
    }
    if wanted.owner.is_empty() && report.problems.iter().any(|problem| problem.defect == Defect::ResourceOwner) {
        println!("help: no account is known here; give the one that the document belongs to with --owner\n");
    }
    match report.problems.len() {
        0 => println!("{name}: would be accepted"),
        1 => println!("{name}: 1 defect; the cloud answers with its code"),
        many => println!("{name}: {many} defects; the cloud answers with the code of the first"),
    }
    Ok(report.problems.is_empty())
}

/// A finding with its line of the document, the place underlined.
fn show(name: &str, text: &str, span: Span, what: &str, path: &str, message: &str) {
    let number = span.line.to_string();
    let margin = " ".repeat(number.len());
    let line = text.lines().nth(span.line.saturating_sub(1) as usize).unwrap_or_default();
    let before: String = line.chars().take(span.column.saturating_sub(1) as usize).collect();
    let marked = text.get(span.offset..span.offset + span.len).unwrap_or_default();
    let width = marked.lines().next().map_or(1, |first| first.chars().count().max(1));
    println!("{what}: {message}");
    let at = if path.is_empty() { String::new() } else { format!(" ({path})") };
    println!("{margin}--> {name}:{}:{}{at}", span.line, span.column);
    println!("{margin} |\n{number} | {line}\n{margin} | {}{}\n", " ".repeat(before.chars().count()), "^".repeat(width));
}

fn explain(wanted: &Explain) -> Result<bool, String> {
    let decision = match &wanted.request_id {
        Some(id) => {
            let entry = call(&wanted.server, "GET", &format!("/requests/{id}"), None)?;
            match entry.get("decision") {
                Some(decision) if !decision.is_null() => decision.clone(),
                _ => return Err(refused_before(&entry)),
            }
        }
        None => call(&wanted.server, "POST", "/authorize", Some(&question(wanted)?))?,
    };
    if wanted.json {
        println!("{decision}");
    } else {
        print!(
            "{}",
            decision.get("explanation").and_then(Value::as_str).unwrap_or("allowed: no permission is needed\n")
        );
    }
    Ok(decision.get("decision").and_then(Value::as_str) == Some("allow"))
}

/// A request that no policy was asked about: what came before it.
fn refused_before(entry: &Value) -> String {
    let text = |pointer: &str| entry.pointer(pointer).and_then(Value::as_str).unwrap_or("none").to_owned();
    let mut message = format!(
        "no policy was asked about that request: the check of its signature said `{}`, and the answer was {}",
        text("/signature/verdict"),
        text("/outcome/code")
    );
    if let Some(canonical) = entry.pointer("/signature/canonical_request").and_then(Value::as_str) {
        message += &format!(
            "\nthe server built this canonical request:\n{canonical}\nand this string to sign:\n{}",
            text("/signature/string_to_sign")
        );
    }
    message
}

fn question(wanted: &Explain) -> Result<Value, String> {
    let action = wanted.action.as_ref().ok_or("--action is needed, unless --request-id is given")?;
    let mut question = Map::new();
    question.insert("action".to_owned(), json!(action));
    let given = [
        ("principal", &wanted.principal),
        ("secret_id", &wanted.secret_id),
        ("token", &wanted.token),
        ("resource", &wanted.resource),
    ];
    for (name, value) in given {
        if let Some(value) = value {
            question.insert(name.to_owned(), json!(value));
        }
    }
    let mut context: Map<String, Value> = Map::new();
    for pair in &wanted.context {
        let (key, value) = pair.split_once('=').ok_or_else(|| format!("--context `{pair}` is not KEY=VALUE"))?;
        match context.entry(key).or_insert_with(|| json!([])) {
            Value::Array(values) => values.push(json!(value)),
            _ => return Err(format!("--context `{pair}` cannot be added")),
        }
    }
    question.insert("context".to_owned(), Value::Object(context));
    Ok(Value::Object(question))
}
