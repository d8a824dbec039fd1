//! Reads the decision corpus (`corpus/*.json`) and plays it to the evaluator. `corpus.py` plays it to the model.
//!
//! This file is part of the integration tests, in which `tests/it/policy_wire.rs` plays the corpus through the server.
//! It is also part of the small crate in which `mutants` tests the evaluator alone, so it uses only the module `policy`.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use camulator::policy::{
    self, Attached, Context, Document, DocumentKind, Layer, Layers, PolicyLabel, PolicySet, Question, Requester,
    RequesterIdentity, Resource, Rules, Variables, Via,
};
use serde::Deserialize;
use serde_json::Value;

/// The account that owns the documents, and the user who calls unless a request says otherwise.
pub const OWNER: &str = "100000000001";
pub const USER: &str = "100000000002";
pub const APP_ID: u64 = 1_300_000_001;

/// A file of the corpus: the rule that it is about, documents by name, and requests to decide.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The name of the file.
    #[serde(skip)]
    pub name: String,
    #[serde(rename = "rule")]
    pub about: String,
    #[serde(default)]
    pub kind: WrittenKind,
    #[serde(default)]
    pub permission_sets: BTreeMap<String, Vec<String>>,
    pub documents: BTreeMap<String, Value>,
    pub requests: Vec<Request>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WrittenKind {
    #[default]
    Identity,
    Strategy,
    Trust,
}

/// A request and the decision that is expected. The layers name documents.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    pub description: String,
    #[serde(default)]
    pub identity: Vec<String>,
    pub boundary: Option<Vec<String>>,
    pub session: Option<Vec<String>>,
    #[serde(default)]
    pub root: bool,
    pub trust: Option<String>,
    pub who: Option<Who>,
    pub action: String,
    /// The names of the one resource; `None` for an operation without single resources.
    pub resource: Option<Vec<String>>,
    #[serde(default)]
    pub context: BTreeMap<String, Vec<Given>>,
    pub caller: Option<Caller>,
    pub decision: Effect,
    pub reason: String,
    /// The deciding layer, document and statement.
    pub deciding: Option<(String, String, usize)>,
}

/// A value of a condition key: a text as policies write it, or the two halves of a tag.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Given {
    Text(String),
    Pair(String, String),
}

impl Given {
    /// The text that policies write for it; `None` for a tag that no text can express.
    pub fn text(&self) -> Option<String> {
        match self {
            Given::Text(text) => Some(text.clone()),
            Given::Pair(key, value) => (!key.contains('&')).then(|| format!("{key}&{value}")),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    Allow,
    Deny,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Caller {
    pub uin: String,
    pub owner_uin: String,
    pub app_id: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, tag = "kind", rename_all = "snake_case")]
pub enum Who {
    Root { account: String },
    User { account: String, id: String, groups: Vec<String> },
    Role { account: String, id: String, name: String },
    Service { account: String, name: String },
    Federated { account: String, name: String },
    Anonymous { account: String },
}

impl Rule {
    /// The text of a document: byte for byte if the file gives a text, otherwise the object as JSON.
    pub fn text(&self, document: &str) -> String {
        match self.documents.get(document) {
            Some(Value::String(text)) => text.clone(),
            Some(object) => object.to_string(),
            None => panic!("{}: no document {document:?}", self.name),
        }
    }
}

/// The whole corpus, ordered by file name.
pub fn corpus() -> Vec<Rule> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/policy/corpus");
    let mut paths: Vec<_> = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let read = |path: &std::path::PathBuf| {
        let text = std::fs::read_to_string(path).unwrap();
        let mut rule: Rule = serde_json::from_str(&text).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        rule.name = path.file_stem().unwrap().to_string_lossy().into_owned();
        rule
    };
    paths.iter().map(read).collect()
}

#[test]
fn the_evaluator_makes_every_decision_of_the_corpus() {
    let rules = corpus();
    let mut wrong = Vec::new();
    for rule in &rules {
        for request in &rule.requests {
            let expected = (request.decision, request.reason.clone(), request.deciding.clone());
            let answered = decide(rule, rule.kind, request);
            if answered != expected {
                let Request { description, .. } = request;
                wrong.push(format!("{}: {description}\n  expected {expected:?}\n  answered {answered:?}", rule.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{} decisions are wrong\n{}", wrong.len(), wrong.join("\n"));
    let count: usize = rules.iter().map(|rule| rule.requests.len()).sum();
    assert!(count >= 600, "the corpus has only {count} decisions");
}

#[test]
fn every_document_of_the_corpus_is_used_and_descriptions_are_unique() {
    for rule in corpus() {
        let used: Vec<&String> = rule
            .requests
            .iter()
            .flat_map(|r| {
                r.identity.iter().chain(r.boundary.iter().flatten()).chain(r.session.iter().flatten()).chain(&r.trust)
            })
            .collect();
        for name in rule.documents.keys() {
            assert!(used.contains(&name), "{}: {name:?} is not used", rule.name);
        }
        let mut descriptions: Vec<&str> = rule.requests.iter().map(|request| request.description.as_str()).collect();
        descriptions.sort_unstable();
        assert!(descriptions.windows(2).all(|pair| pair[0] != pair[1]), "{}: a description occurs twice", rule.name);
        assert!(!rule.about.is_empty());
    }
}

/// The evaluator's decision on a request.
pub fn decide(rule: &Rule, kind: WrittenKind, request: &Request) -> (Effect, String, Option<(String, String, usize)>) {
    let kind = match kind {
        WrittenKind::Identity => DocumentKind::Identity,
        WrittenKind::Strategy => DocumentKind::Strategy,
        WrittenKind::Trust => DocumentKind::Trust,
    };
    let actions: Vec<Vec<&str>> =
        rule.permission_sets.values().map(|set| set.iter().map(String::as_str).collect()).collect();
    let sets: Vec<(&str, &[&str])> =
        rule.permission_sets.keys().map(String::as_str).zip(actions.iter().map(Vec::as_slice)).collect();
    let rules = Rules { permission_sets: &sets, ..Rules::new(kind, OWNER, APP_ID) };
    let load = |name: &str| policy::grammar::tencent::LANGUAGE.load(&rule.text(name), &rules);
    let names: Option<Vec<&str>> = request.resource.as_ref().map(|names| names.iter().map(String::as_str).collect());
    let mut context = Context::new();
    for (key, values) in &request.context {
        for value in values {
            match value {
                Given::Text(text) => {
                    context.add(key.as_str(), (policy::grammar::tencent::LANGUAGE.notation.read_value)(key, text))
                }
                Given::Pair(name, value) => context.add(key.as_str(), (name.as_str(), value.as_str())),
            }
        }
    }
    let caller =
        request.caller.as_ref().map_or(Variables { caller: USER, account: OWNER, application: APP_ID }, |caller| {
            Variables { caller: &caller.uin, account: &caller.owner_uin, application: caller.app_id }
        });
    let resource = names.as_deref().map_or(Resource::Operation, Resource::Named);
    let question = Question { action: &request.action, resource, context: &context, caller };

    let decision = if let Some(trust) = &request.trust {
        decide_trust(&load(trust), request.who.as_ref().unwrap(), &question)
    } else {
        let compile = |via: &Via, documents: &[String]| {
            let attached = documents.iter().map(|name| Attached {
                policy: PolicyLabel { id: name.clone(), name: name.clone() },
                via: via.clone(),
                document: Arc::new(load(name)),
            });
            PolicySet::compile(attached.collect())
        };
        let identity = compile(&Via::Own, &request.identity);
        let boundary = request.boundary.as_ref().map(|documents| compile(&Via::Boundary, documents));
        let session = request.session.as_ref().map(|documents| compile(&Via::Session, documents));
        let layers = Layers {
            boundary: boundary.as_ref(),
            session: session.as_ref(),
            root: request.root,
            ..Layers::of(&identity)
        };
        policy::decide(&layers, &question)
    };
    let deciding = decision.deciding.map(|deciding| {
        let (layer, documents) = match deciding.layer {
            Layer::Identity => ("identity", request.identity.as_slice()),
            Layer::Boundary => ("boundary", request.boundary.as_deref().unwrap_or_default()),
            Layer::Session => ("session", request.session.as_deref().unwrap_or_default()),
            Layer::Trust => ("trust", request.trust.as_slice()),
        };
        (layer.to_owned(), documents[deciding.policy].clone(), deciding.statement)
    });
    let effect = if decision.is_allow() { Effect::Allow } else { Effect::Deny };
    let reason = serde_json::to_value(decision.reason).unwrap();
    (effect, reason.as_str().unwrap().to_owned(), deciding)
}

fn decide_trust(document: &Document, who: &Who, question: &Question<'_>) -> policy::Decision {
    let mut groups: Vec<&str> = Vec::new();
    let (account, identity) = match who {
        Who::Root { account } => (account, RequesterIdentity::Root),
        Who::User { account, id, groups: of } => {
            groups.extend(of.iter().map(String::as_str));
            (account, RequesterIdentity::User(id))
        }
        Who::Role { account, id, name } => (account, RequesterIdentity::Role { id, name }),
        Who::Service { account, name } => (account, RequesterIdentity::Service(name)),
        Who::Federated { account, name } => (account, RequesterIdentity::Federated(name)),
        Who::Anonymous { account } => (account, RequesterIdentity::Anonymous),
    };
    policy::decide_trust(document, &Requester { account, identity, groups: &groups }, question)
}
