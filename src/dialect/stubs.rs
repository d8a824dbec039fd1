//! Stubs: how an action of another service is asked on the wire.
//!
//! Temporary credentials are worth nothing without a service to spend them on. A stub names an action, the resource that
//! it works on and a response, both as templates over the request's fields; the request is verified and authorised like
//! any other. Deliberately absent: any state or behaviour of those services.

use super::decode::Value;
use crate::engine::fault::{Fault, Internal, Parameter, Why};
use crate::engine::globals::{Globals, StubText};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

/// An answer for an action of another service.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stub {
    /// The service, such as `cvm`.
    pub service: String,
    /// Its version, such as `2017-03-12`.
    pub version: String,
    /// The action.
    pub action: String,
    /// The resource's name as a template; without one, everything of the service in the request's region.
    #[serde(default)]
    pub resource: Option<String>,
    /// The response's members, texts being templates.
    #[serde(default = "empty_object")]
    pub response: serde_json::Value,
    /// Condition keys, by name, with templates of their values: the service's own, or `qcs:resource_tag` as `key&value`.
    #[serde(default)]
    pub context: BTreeMap<String, Templates>,
}

/// The values of a condition key: one template or a list.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Templates {
    /// The only value.
    One(String),
    /// Each value.
    Several(Vec<String>),
}

impl Templates {
    /// Each of them.
    pub fn each(&self) -> &[String] {
        match self {
            Templates::One(template) => std::slice::from_ref(template),
            Templates::Several(templates) => templates,
        }
    }
}

impl Stub {
    /// Whether every template can be read; the sentence names the one that cannot.
    pub fn check(&self) -> Result<(), String> {
        let response = serde_json::to_string(&self.response).unwrap_or_default();
        let templates = self
            .resource
            .iter()
            .chain(self.context.values().flat_map(Templates::each))
            .chain(std::iter::once(&response));
        for template in templates {
            let mut rest = template.as_str();
            while let Some((_, after)) = rest.split_once("{{") {
                rest = match after.split_once("}}") {
                    Some((name, after)) if !name.trim().is_empty() => after,
                    _ => return Err(format!("the template `{template}` has braces without a name or an end")),
                };
            }
        }
        match &self.resource {
            Some(resource) if !resource.starts_with("qcs:") || resource.splitn(6, ':').count() < 6 => Err(format!(
                "the resource `{resource}` is no name; write one like `qcs::{}:{{{{Region}}}}:uin/{{{{OwnerUin}}}}:thing/{{{{ThingId}}}}`",
                self.service
            )),
            _ => Ok(()),
        }
    }
}

fn empty_object() -> serde_json::Value {
    serde_json::Value::Object(serde_json::Map::new())
}

/// The stubs of a server, by action: those that come with the program, and those that were set, which are globals.
pub struct Stubs {
    built_in: Vec<Arc<Stub>>,
    known: RwLock<Arc<Known>>,
}

/// The stubs of one generation of the globals.
struct Known {
    generation: i64,
    by_action: BTreeMap<String, Vec<Arc<Stub>>>,
}

impl Known {
    /// Adds a stub, in place of one for the same service and action.
    fn put(&mut self, stub: Arc<Stub>) {
        let stubs = self.by_action.entry(stub.action.clone()).or_default();
        stubs.retain(|known| known.service != stub.service);
        stubs.push(stub);
    }
}

impl Stubs {
    /// The stubs that come with the program; [`Stubs::reach`] adds those that were set.
    pub fn new(built_in: Vec<Stub>) -> Stubs {
        let built_in = built_in.into_iter().map(Arc::new).collect();
        let known = Known { generation: i64::MIN, by_action: BTreeMap::new() };
        Stubs { built_in, known: RwLock::new(Arc::new(known)) }
    }

    /// Reads the stubs of this generation, unless they are known. True when they have changed.
    pub fn reach(&self, globals: &Globals) -> Result<bool, Fault> {
        if self.known().generation == globals.generation {
            return Ok(false);
        }
        let mut known = Known { generation: globals.generation, by_action: BTreeMap::new() };
        self.built_in.iter().for_each(|stub| known.put(stub.clone()));
        for StubText { service, action, body } in &globals.stubs {
            let stub: Stub = serde_json::from_str(body).map_err(|error| Internal::Unreadable {
                what: format!("stub {service}:{action}"),
                why: error.to_string(),
            })?;
            known.put(Arc::new(stub));
        }
        let mut current = self.known.write().unwrap_or_else(PoisonError::into_inner);
        // Of two readers the later generation stays.
        if current.generation < known.generation {
            *current = Arc::new(known);
        }
        Ok(true)
    }

    fn known(&self) -> Arc<Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The stub for an action and version; `service`, when the request names one, decides between several.
    pub fn find(&self, service: Option<&str>, version: &str, action: &str) -> Option<Arc<Stub>> {
        let known = self.known();
        let mut candidates = known.by_action.get(action)?.iter().filter(|stub| stub.version == version);
        let first = candidates.clone().next();
        candidates.find(|stub| Some(stub.service.as_str()) == service).or(first).cloned()
    }

    /// Every stub, by action and service.
    pub fn list(&self) -> Vec<Arc<Stub>> {
        self.known().by_action.values().flatten().cloned().collect()
    }

    /// The services that have a stub.
    pub fn services(&self) -> Vec<String> {
        self.list().iter().map(|stub| stub.service.clone()).collect()
    }

    /// Whether there is a stub of this service and action.
    pub fn has(&self, service: &str, action: &str) -> bool {
        self.known().by_action.get(action).is_some_and(|stubs| stubs.iter().any(|stub| stub.service == service))
    }
}

/// What a template's `{{…}}` may stand for besides the request's own fields.
pub struct Names<'a> {
    /// `{{Region}}`.
    pub region: &'a str,
    /// `{{OwnerUin}}`.
    pub owner: &'a str,
    /// `{{Uin}}`.
    pub caller: &'a str,
    /// The request's fields.
    pub fields: &'a Value,
}

impl Names<'_> {
    /// Fills in a template. A field that the request does not have is an error, not an empty text: a resource name with a
    /// hole could match what it should not.
    pub fn fill(&self, template: &str) -> Result<String, Fault> {
        self.filled(template, |name| {
            let why = match self.fields.at(name) {
                None | Some(Value::Null) => Why::Missing,
                Some(_) => Why::Illegal("a text, a number, or true or false, as this stub's resource needs".into()),
            };
            self.value(name).ok_or_else(|| Fault::Parameter(Parameter { path: name.to_owned(), why }))
        })
    }

    fn filled(&self, template: &str, value: impl Fn(&str) -> Result<String, Fault>) -> Result<String, Fault> {
        let mut filled = String::with_capacity(template.len());
        let mut rest = template;
        while let Some((before, after)) = rest.split_once("{{") {
            filled.push_str(before);
            let Some((name, after)) = after.split_once("}}") else {
                return Err(Fault::illegal("stub", format!("its template `{template}` has no closing braces")));
            };
            filled.push_str(&value(name.trim())?);
            rest = after;
        }
        filled.push_str(rest);
        Ok(filled)
    }

    /// The values of a condition key: none when the request lacks a field that it is made of; several when it is one field
    /// alone, and that is a list.
    pub fn values(&self, template: &str) -> Vec<String> {
        match alone(template).and_then(|name| self.fields.at(name)) {
            Some(Value::List(items)) => items.iter().filter_map(scalar).collect(),
            _ => self.fill(template).into_iter().collect(),
        }
    }

    /// Fills in every text of a JSON value. A text that is one template alone takes the field's own type, `null` when there
    /// is none; within a longer text such a field is empty.
    pub fn fill_json(&self, template: &serde_json::Value) -> Result<serde_json::Value, Fault> {
        use serde_json::Value as Json;
        Ok(match template {
            Json::String(text) => match alone(text) {
                Some(name) => match (self.fields.at(name), self.value(name)) {
                    (Some(field), _) => serde_json::to_value(field).unwrap_or(Json::Null),
                    (None, known) => known.map_or(Json::Null, Json::String),
                },
                None => Json::String(self.filled(text, |name| Ok(self.value(name).unwrap_or_default()))?),
            },
            Json::Array(items) => Json::Array(items.iter().map(|item| self.fill_json(item)).collect::<Result<_, _>>()?),
            Json::Object(members) => {
                let filled = members.iter().map(|(key, value)| Ok((key.clone(), self.fill_json(value)?)));
                Json::Object(filled.collect::<Result<_, Fault>>()?)
            }
            other => other.clone(),
        })
    }

    fn value(&self, name: &str) -> Option<String> {
        match name {
            "Region" => Some(self.region.to_owned()),
            "OwnerUin" => Some(self.owner.to_owned()),
            "Uin" => Some(self.caller.to_owned()),
            _ => self.fields.at(name).and_then(scalar),
        }
    }
}

/// The name in a text that is one template alone.
fn alone(template: &str) -> Option<&str> {
    let name = template.strip_prefix("{{")?.strip_suffix("}}")?.trim();
    (!name.contains("{{")).then_some(name)
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.clone()),
        Value::Int(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Float(_) | Value::List(_) | Value::Object(_) => None,
    }
}
