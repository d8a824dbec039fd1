//! `camulator policy`: checks documents and explains decisions.

use super::client::{Server, call};
use crate::dialect::Dialects;
use crate::policy::{Defect, DocumentKind, Report, Rules, Span, escape};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Map, Value, json};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

/// Check policy documents and explain decisions.
#[derive(Args)]
pub struct PolicyArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Show every defect of a document with line, column and the error code that the cloud would return
    ///
    /// Exits with 0 if the document would be accepted, else with 1.
    Check(Check),
    /// Say whether a principal would be allowed to do something, by which statement, and what is missing
    ///
    /// Asks a running server. Exits with 0 if it is allowed, else with 1.
    Explain(Explain),
}

#[derive(Clone, Copy, ValueEnum)]
enum As {
    /// An identity policy (CreatePolicy)
    Identity,
    /// A trust policy (CreateRole)
    Trust,
    /// A session policy (AssumeRole)
    Session,
    /// An identity policy of the older interface: principals beside the statements, or version 1.0 (CreateCamStrategy)
    Strategy,
}

#[derive(Args)]
struct Check {
    /// The document; - reads standard input
    file: PathBuf,
    /// Kind of document [default: trust if it contains a principal, else identity]
    #[arg(long = "as", value_enum)]
    kind: Option<As>,
    /// The account that owns it: resources of other accounts are refused
    #[arg(long, default_value = "", hide_default_value = true)]
    owner: String,
}

#[derive(Args)]
struct Explain {
    #[command(flatten)]
    server: Server,
    /// Name of the principal, such as qcs::cam::uin/<owner>:uin/<user>
    #[arg(long)]
    principal: Option<String>,
    /// Or the id of a key that the principal signs with
    #[arg(long, conflicts_with = "principal")]
    secret_id: Option<String>,
    /// The token of a temporary key
    #[arg(long, requires = "secret_id")]
    token: Option<String>,
    /// Or the RequestId of a request that was made
    #[arg(long, conflicts_with_all = ["principal", "secret_id", "action", "resource", "context"])]
    request_id: Option<String>,
    /// The action, such as cam:CreateRole
    #[arg(long)]
    action: Option<String>,
    /// Name of the resource, in six segments; without it, the operation as a whole
    #[arg(long)]
    resource: Option<String>,
    /// A condition key and a value; repeat for several values
    #[arg(long, value_name = "KEY=VALUE")]
    context: Vec<String>,
    /// Print the server's JSON instead of text
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(policy: PolicyArgs) -> ExitCode {
    let outcome = match policy.command {
        Command::Check(wanted) => check(&wanted),
        Command::Explain(wanted) => explain(&wanted),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("camulator: {}", escape_lines(&message));
            ExitCode::from(2)
        }
    }
}

fn check(wanted: &Check) -> Result<bool, String> {
    let name = escape(&wanted.file.display().to_string()).into_owned();
    if !wanted.owner.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!(
            "--owner `{}` is not an account; give the digits of its id, such as 100000000001",
            escape(&wanted.owner)
        ));
    }
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
    let (said, accepted) = checked(&name, &text, wanted.kind, &wanted.owner);
    print!("{said}");
    Ok(accepted)
}

/// Returns what to print about a document, and whether it would be accepted.
fn checked(name: &str, text: &str, kind: Option<As>, owner: &str) -> (String, bool) {
    let kind = match kind {
        Some(As::Identity) => DocumentKind::Identity,
        Some(As::Trust) => DocumentKind::Trust,
        Some(As::Session) => DocumentKind::Session,
        Some(As::Strategy) => DocumentKind::Strategy,
        None if text.contains("\"principal\"") || text.contains("\"Principal\"") => DocumentKind::Trust,
        None => DocumentKind::Identity,
    };
    let dialect = Dialects::DEFAULT;
    let rules = Rules { operation_level: Some(dialect.is_operation_level), ..Rules::new(kind, owner, 0) };
    let language = dialect.cloud.language;
    // The server does not parse a document of this length either.
    let report = match (language.too_long)(text).filter(|_| text.len() > language.longest) {
        Some(problem) => Report { problems: vec![problem], warnings: Vec::new() },
        None => language.check(text, &rules),
    };
    let mut said = String::new();
    for problem in &report.problems {
        let code = (dialect.defect_code)(kind, problem);
        show(&mut said, name, text, problem.span, &format!("error[{code}]"), &problem.path, &problem.message);
    }
    for warning in &report.warnings {
        show(&mut said, name, text, warning.span, "warning", &warning.path, &warning.message);
    }
    if owner.is_empty() && report.problems.iter().any(|problem| problem.defect == Defect::ResourceOwner) {
        said += "help: the owner of the document is not known here; name its account with --owner\n\n";
    }
    let _ = match report.problems.len() {
        0 => writeln!(said, "{name}: would be accepted"),
        1 => writeln!(said, "{name}: 1 defect; the cloud returns its code"),
        many => writeln!(said, "{name}: {many} defects; the cloud returns the code of the first"),
    };
    (said, report.problems.is_empty())
}

/// Characters shown of a long line.
const SHOWN: usize = 100;

/// Writes a finding with its line of the document and the place underlined. A long line is cut around the place.
fn show(said: &mut String, name: &str, text: &str, span: Span, what: &str, path: &str, message: &str) {
    let number = span.line.to_string();
    let margin = " ".repeat(number.len());
    let line = text.lines().nth(span.line.saturating_sub(1) as usize).unwrap_or_default();
    let column = span.column.saturating_sub(1) as usize;
    let marked = text.get(span.offset..span.offset + span.len).unwrap_or_default();
    let length = marked.lines().next().map_or(1, |first| first.chars().count().max(1));
    let total = line.chars().count();
    let most = if total <= SHOWN + SHOWN / 5 { total } else { SHOWN };
    // Half of the room that the place leaves goes before it, but always a few characters.
    let room = SHOWN.saturating_sub(length).clamp(SHOWN / 4, SHOWN) / 2;
    let first = column.saturating_sub(room).min(total - most);
    let mut shown = String::from(if first > 0 { "…" } else { "" });
    let (mut before, mut under) = (shown.chars().count(), 0);
    for (at, letter) in line.chars().enumerate().skip(first).take(most) {
        let drawn = draw(letter);
        let width = drawn.chars().map(width).sum::<usize>();
        if at < column {
            before += width;
        } else if at < column + length {
            under += width;
        }
        shown += &drawn;
    }
    if first + most < total {
        shown.push('…');
    }
    let at = if path.is_empty() { String::new() } else { format!(" ({})", escape(path)) };
    let _ = write!(
        said,
        "{what}: {}\n{margin}--> {name}:{}:{}{at}\n{margin} |\n{number} | {shown}\n{margin} | {}{}\n\n",
        escape(message),
        span.line,
        span.column,
        " ".repeat(before),
        "^".repeat(under.max(1))
    );
}

/// Returns a character of a document as it is shown.
fn draw(letter: char) -> String {
    match letter {
        '\t' => "    ".to_owned(),
        _ => escape(letter.encode_utf8(&mut [0; 4])).into_owned(),
    }
}

/// Returns the columns that a character takes in a terminal: two for East Asian letters and pictographs.
fn width(letter: char) -> usize {
    let wide = matches!(letter,
        '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}' | '\u{1f300}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}');
    if wide { 2 } else { 1 }
}

/// Escapes every line of a text for a terminal.
fn escape_lines(text: &str) -> String {
    text.split('\n').map(escape).collect::<Vec<_>>().join("\n")
}

fn explain(wanted: &Explain) -> Result<bool, String> {
    let ask = |method: &str, path: &str, body: Option<&Value>| {
        call(&wanted.server, method, path, body).map_err(|message| escape(&message).into_owned())
    };
    let decision = match &wanted.request_id {
        Some(id) => {
            let entry = ask("GET", &format!("/requests/{id}"), None)?;
            match entry.get("decision") {
                Some(decision) if !decision.is_null() => decision.clone(),
                _ => return Err(refused_before(&entry)),
            }
        }
        None => ask("POST", "/authorize", Some(&question(wanted)?))?,
    };
    if wanted.json {
        println!("{decision}");
    } else {
        let explanation = decision.get("explanation").and_then(Value::as_str);
        print!("{}", escape_lines(explanation.unwrap_or("allowed: no permission is needed\n")));
    }
    Ok(decision.get("decision").and_then(Value::as_str) == Some("allow"))
}

/// Returns the message for a request that was answered before any policy was evaluated.
fn refused_before(entry: &Value) -> String {
    let text = |pointer: &str| entry.pointer(pointer).and_then(Value::as_str).unwrap_or("none").to_owned();
    let mut message = format!(
        "that request was answered before any policy was evaluated: signature check `{}`, answer {}",
        escape(&text("/signature/verdict")),
        escape(&text("/outcome/code"))
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
    let action = wanted.action.as_ref().ok_or("--action is required, unless --request-id is given")?;
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
        let (key, value) =
            pair.split_once('=').ok_or_else(|| format!("--context `{}` is not KEY=VALUE", escape(pair)))?;
        match context.entry(key).or_insert_with(|| json!([])) {
            Value::Array(values) => values.push(json!(value)),
            _ => return Err(format!("--context `{}` cannot be added", escape(pair))),
        }
    }
    question.insert("context".to_owned(), Value::Object(context));
    Ok(Value::Object(question))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> String {
        checked("p.json", text, None, "100000000001").0
    }

    fn document(action: &str, resource: &str) -> String {
        format!(r#"{{"version":"2.0","statement":[{{"effect":"allow","action":"{action}","resource":"{resource}"}}]}}"#)
    }

    #[test]
    fn of_a_long_line_the_place_is_shown() {
        let filler = "qcs::cvm:::instance/aaaa ".repeat(100);
        let text = document("cam:CreatRole", &filler);
        let text = format!("{{\"x\":\"{}\",{}", "y".repeat(500), &text[1..]);
        for said in [said(&text), said(&text.replacen("{", "{\t", 1))] {
            let lines: Vec<&str> = said.lines().collect();
            let place =
                lines.iter().position(|line| line.contains("cam:CreatRole") && line.starts_with("1 |")).unwrap();
            assert!(lines.iter().all(|line| line.chars().count() < 180), "{said}");
            let column = |line: &str, what: &str| line[..line.find(what).unwrap()].chars().count();
            assert_eq!(
                column(lines[place], "\"cam:CreatRole\""),
                column(lines[place + 1], "^^^^^^^^^^^^^^^"),
                "{said}"
            );
            assert!(lines[place].starts_with("1 | …") && lines[place].ends_with('…'), "{said}");
        }
    }

    #[test]
    fn the_caret_stands_under_what_is_wide_or_escaped() {
        let text = document("cvm:*", "qcs::cvm:::x").replace("\"effect\"", "\t\"中\u{7f}\":1,\"EFFECT\"");
        let said = said(&text);
        let shown = said.lines().find(|line| line.contains("中\\u{7f}") && line.starts_with("1 |")).unwrap();
        assert!(!said.chars().any(|letter| letter.is_control() && letter != '\n'), "{said}");
        let caret = said.lines().rfind(|line| line.ends_with(" ^^^^^^^^")).unwrap();
        // A tab takes four columns, the Chinese letter two, the escape six.
        let column = shown.find("\"EFFECT\"").unwrap() - "中".len() + 2;
        assert_eq!(caret.find('^'), Some(column), "{said}");
    }

    #[test]
    fn a_text_that_the_server_does_not_read_is_refused_with_the_right_limit() {
        let spaces = document("cvm:*", "*") + &" ".repeat(70_000);
        let bytes = format!("the document has {} bytes, spaces counted; at most 65536 are allowed\n", spaces.len());
        assert!(said(&spaces).starts_with("error[InvalidParameter.PolicyDocumentLengthOverLimit]: "));
        assert!(said(&spaces).contains(&bytes), "{}", said(&spaces));
        let said = said(&format!("[{}]", "1,".repeat(5_000_000)));
        assert!(
            said.contains("has 10000002 characters, spaces not counted; at most 6144 are allowed"),
            "{}",
            said.len()
        );
        assert!(said.len() < 1_000 && said.contains("p.json: 1 defect"), "{}", said.len());
    }

    #[test]
    fn a_concrete_resource_on_an_operation_without_any_is_warned_of() {
        for action in ["cam:GetRole", "cam:CreateRole", "cam:TagRole", "sts:GetFederationToken"] {
            let said = said(&document(action, "qcs::cam:::roleName/x"));
            assert!(said.contains(&format!("warning: `{action}` knows no single resources")), "{said}");
            assert!(said.contains("would be accepted"), "{said}");
        }
        for action in
            ["cam:CreateAccessKey", "sts:AssumeRole", "sts:GetCallerIdentity", "cvm:RunInstances", "cam:PassRole"]
        {
            let said = said(&document(action, "qcs::cam:::roleName/x"));
            assert!(!said.contains("warning"), "{said}");
        }
    }

    #[test]
    fn what_is_not_near_is_not_suggested() {
        let said = said(&document("cvm:*", "qcs::中文:::*"));
        assert!(said.contains("there is no service `中文`\n"), "{said}");
    }

    #[test]
    fn an_owner_is_digits() {
        let wanted = |owner: &str| Check { file: PathBuf::from("-nothing-"), kind: None, owner: owner.to_owned() };
        let message = check(&wanted("a\nc")).unwrap_err();
        assert_eq!(message, "--owner `a\\nc` is not an account; give the digits of its id, such as 100000000001");
        assert!(check(&wanted("1")).unwrap_err().starts_with("cannot read"));
    }
}
