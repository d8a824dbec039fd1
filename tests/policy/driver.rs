//! Answers questions about policies, one JSON line each, so that another implementation can be compared with this one.
//!
//! A line `{"rules": …, "parse": text}` is answered by a list of defects `[name, path, character]`. The lines
//! `{"rules": …, "identity": [text], "boundary"?: [text], "session"?: [text], "root"?: bool, "asks": [ask]}` and
//! `{"rules": …, "trust": text, "asks": [ask]}` are answered by a list of decisions
//! `[effect, reason, null | [layer, policy, statement]]`. Cases are generated and compared in `differential.py`.

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, BufWriter, Write};
use std::sync::Arc;

use camulator::policy::{
    self, Attached, Context, Decision, Document, DocumentKind, Layers, PolicyLabel, PolicySet, Question, Requester,
    RequesterIdentity, Resource, Rules, Variables, Via,
};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    rules: GivenRules,
    parse: Option<String>,
    #[serde(default)]
    identity: Vec<String>,
    boundary: Option<Vec<String>>,
    session: Option<Vec<String>>,
    trust: Option<String>,
    #[serde(default)]
    root: bool,
    #[serde(default)]
    asks: Vec<Ask>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GivenRules {
    kind: GivenKind,
    owner: String,
    app_id: u64,
    #[serde(default)]
    services: Vec<String>,
    #[serde(default)]
    sets: BTreeMap<String, Vec<String>>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum GivenKind {
    Identity,
    Trust,
    Session,
    Strategy,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ask {
    action: String,
    resource: Option<Vec<String>>,
    #[serde(default)]
    context: BTreeMap<String, Vec<Given>>,
    #[serde(default)]
    caller: Caller,
    who: Option<Who>,
}

/// A value of a condition key: a text as policies write it, or the two halves of a tag.
#[derive(Deserialize)]
#[serde(untagged)]
enum Given {
    Text(String),
    Pair(String, String),
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Caller {
    uin: String,
    owner_uin: String,
    app_id: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Who {
    account: String,
    kind: String,
    #[serde(default)]
    id: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    groups: Vec<String>,
}

/// The documents that have been read, because a run asks many questions about the same ones.
type Read = HashMap<(String, String), Arc<Document>>;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut read = Read::new();
    for line in std::io::stdin().lock().lines() {
        let line = serde_json::from_str(&line?)?;
        serde_json::to_writer(&mut out, &answer(&line, &mut read))?;
        out.write_all(b"\n")?;
        out.flush()?;
    }
    Ok(())
}

fn answer(line: &Line, read: &mut Read) -> Value {
    let given = &line.rules;
    let services: Vec<&str> = given.services.iter().map(String::as_str).collect();
    let actions: Vec<Vec<&str>> = given.sets.values().map(|set| set.iter().map(String::as_str).collect()).collect();
    let sets: Vec<(&str, &[&str])> =
        given.sets.keys().map(String::as_str).zip(actions.iter().map(Vec::as_slice)).collect();
    let kind = match given.kind {
        GivenKind::Identity => DocumentKind::Identity,
        GivenKind::Trust => DocumentKind::Trust,
        GivenKind::Session => DocumentKind::Session,
        GivenKind::Strategy => DocumentKind::Strategy,
    };
    let rules =
        Rules { extra_services: &services, permission_sets: &sets, ..Rules::new(kind, &given.owner, given.app_id) };
    if let Some(text) = &line.parse {
        return defects(text, &rules);
    }
    if read.len() > 2_000 {
        read.clear();
    }
    let key = format!("{kind:?} {} {} {services:?} {sets:?}", given.owner, given.app_id);
    let mut load = |text: &String| {
        Arc::clone(
            read.entry((key.clone(), text.clone()))
                .or_insert_with(|| Arc::new(policy::grammar::tencent::LANGUAGE.load(text, &rules))),
        )
    };
    if let Some(text) = &line.trust {
        let document = load(text);
        return line.asks.iter().map(|ask| trust(ask, &document)).collect();
    }
    let mut compile = |via: Via, texts: &[String]| {
        let attached = texts.iter().enumerate().map(|(index, text)| Attached {
            policy: PolicyLabel { id: index.to_string(), name: format!("p{index}") },
            via: via.clone(),
            document: load(text),
        });
        PolicySet::compile(attached.collect())
    };
    let identity = compile(Via::Own, &line.identity);
    let boundary = line.boundary.as_ref().map(|texts| compile(Via::Boundary, texts));
    let session = line.session.as_ref().map(|texts| compile(Via::Session, texts));
    let layers =
        Layers { boundary: boundary.as_ref(), session: session.as_ref(), root: line.root, ..Layers::of(&identity) };
    let decide = |ask| put(ask, |question| policy::decide(&layers, question));
    line.asks.iter().map(decide).collect()
}

fn defects(text: &str, rules: &Rules<'_>) -> Value {
    match policy::grammar::tencent::LANGUAGE.parse(text, rules) {
        Ok(_) => json!([]),
        Err(problems) => problems
            .iter()
            .map(|problem| {
                let before = text.get(..problem.span.offset).unwrap_or(text);
                json!([format!("{:?}", problem.defect), problem.path, before.chars().count()])
            })
            .collect(),
    }
}

fn trust(ask: &Ask, document: &Document) -> Value {
    let Some(who) = &ask.who else { return Value::Null };
    let groups: Vec<&str> = who.groups.iter().map(String::as_str).collect();
    let identity = match who.kind.as_str() {
        "root" => RequesterIdentity::Root,
        "user" => RequesterIdentity::User(&who.id),
        "role" => RequesterIdentity::Role { id: &who.id, name: &who.name },
        "service" => RequesterIdentity::Service(&who.name),
        "federated" => RequesterIdentity::Federated(&who.name),
        _ => RequesterIdentity::Anonymous,
    };
    let requester = Requester { account: &who.account, identity, groups: &groups };
    put(ask, |question| policy::decide_trust(document, &requester, question))
}

fn put(ask: &Ask, decide: impl FnOnce(&Question<'_>) -> Decision) -> Value {
    let names: Option<Vec<&str>> = ask.resource.as_ref().map(|names| names.iter().map(String::as_str).collect());
    let mut context = Context::new();
    for (key, values) in &ask.context {
        for value in values {
            match value {
                Given::Text(text) => {
                    context.add(key.as_str(), (policy::grammar::tencent::LANGUAGE.notation.read_value)(key, text))
                }
                Given::Pair(name, value) => context.add(key.as_str(), (name.as_str(), value.as_str())),
            }
        }
    }
    let caller = &ask.caller;
    let decision = decide(&Question {
        action: &ask.action,
        resource: names.as_deref().map_or(Resource::Operation, Resource::Named),
        context: &context,
        caller: Variables { caller: &caller.uin, account: &caller.owner_uin, application: caller.app_id },
    });
    let deciding = decision.deciding.map(|deciding| json!([deciding.layer, deciding.policy, deciding.statement]));
    json!([if decision.is_allow() { "allow" } else { "deny" }, decision.reason, deciding])
}
