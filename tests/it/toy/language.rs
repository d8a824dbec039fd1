//! The toy cloud's policy language: one statement per line.
//!
//! `allow GetRole on role/web-*`, `deny * on *`, and in a trust policy `allow account 7001`.

use camulator::policy::{
    AccountSegment, ActionPattern, ContextValue, Defect, Document, DocumentKind, Effect, Language, Notation,
    PrincipalPattern, Problem, Range, RequesterIdentity, ResourceName, ResourcePattern, Rules, Span, Statement,
    Written,
};

pub static LANGUAGE: Language = Language {
    name: "toy",
    longest: 1000,
    too_long: |text| (text.len() > 1000).then(|| problem(Defect::TooLong, text, 1, "at most 1000 bytes are allowed")),
    read,
    warn: |_, _| Vec::new(),
    notation: &NOTATION,
};

static NOTATION: Notation = Notation {
    read_name: |text| {
        let (project, service, region) = ("", "toy", "");
        text.starts_with("role/").then_some(ResourceName {
            project,
            service,
            region,
            account: AccountSegment::Own,
            item: text,
        })
    },
    read_action: |action| action,
    read_value: |_, text| ContextValue::from(text),
    write_tag: |key, value| format!("{key}={value}"),
    write_requester: |who| match who.identity {
        RequesterIdentity::Root => format!("account {}", who.account),
        other => format!("{other:?} of account {}", who.account),
    },
};

fn read(text: &str, rules: &Rules<'_>) -> (Document, Vec<Problem>) {
    let (mut statements, mut problems, mut start) = (Vec::new(), Vec::new(), 0);
    for (number, line) in (1..).zip(text.lines()) {
        let range = Range::new(start, line.len());
        start += line.len() + 1;
        let words: Vec<&str> = line.split_whitespace().collect();
        let effect = if words.first() == Some(&"deny") { Effect::Deny } else { Effect::Allow };
        statements.push(match (rules.kind, words.as_slice()) {
            (DocumentKind::Trust, ["allow", "account", account]) => {
                let named = Written::new(range, "account", PrincipalPattern::Account((*account).to_owned()));
                Statement::new(range, effect, vec![ActionPattern::new(range, None, "*")], Vec::new()).by(vec![named])
            }
            (
                DocumentKind::Identity | DocumentKind::Strategy | DocumentKind::Session,
                ["allow" | "deny", action, "on", resource],
            ) => {
                let resource = match *resource {
                    "*" => ResourcePattern::everything(range),
                    item => ResourcePattern::of_service(range, "toy", item),
                };
                Statement::new(range, effect, vec![ActionPattern::new(range, Some("toy"), action)], vec![resource])
            }
            _ => {
                problems.push(problem(Defect::Statement, line, number, "a line is `allow <action> on <resource>`"));
                Statement::unreadable(range)
            }
        });
    }
    (Document::new(text, &NOTATION, statements), problems)
}

fn problem(defect: Defect, text: &str, line: u32, message: &str) -> Problem {
    let span = Span { line, column: 1, offset: 0, len: text.len() };
    Problem { defect, path: String::new(), span, message: message.to_owned() }
}
