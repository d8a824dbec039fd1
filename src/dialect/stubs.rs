//! Stubs: how an action of another service is asked on the wire.
//!
//! Temporary credentials are worth nothing without a service to spend them on. A stub names an action, the resource that
//! it works on and a response, both as templates over the request's fields; the request is verified and authorised like
//! any other. Deliberately absent: any state or behaviour of those services.

use super::template::{Resource, Response, Template};
use crate::engine::globals::{Globals, StubText};
use crate::engine::stubs::REMOVED;
use crate::policy::{ContextValue, Language};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

/// A stub as it is written, kept and shown.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenStub {
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
    /// ConditionTemplate keys, by name, with templates of their values: the service's own, or `qcs:resource_tag` as `key&value`.
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
    fn each(&self) -> &[String] {
        match self {
            Templates::One(template) => std::slice::from_ref(template),
            Templates::Several(templates) => templates,
        }
    }
}

fn empty_object() -> serde_json::Value {
    serde_json::Value::Object(serde_json::Map::new())
}

/// A stub that requests can be answered with: its templates have been read.
#[derive(Debug)]
pub struct Stub {
    /// As it was written.
    pub written: WrittenStub,
    /// What its action works on.
    pub resource: Resource,
    /// What it answers.
    pub response: Response,
    /// ConditionTemplate keys with their values.
    pub context: Vec<(String, Vec<ConditionTemplate>)>,
}

/// The template of a condition key's value. A tag is divided where its template is, so that no field of a request can
/// move the place.
#[derive(Debug)]
pub enum ConditionTemplate {
    /// One text.
    Whole(Template),
    /// A tag's key and value.
    Tag(Template, Template),
}

impl ConditionTemplate {
    fn read(language: &Language, key: &str, text: &str) -> Result<ConditionTemplate, String> {
        Ok(match (language.notation.read_value)(key, text) {
            ContextValue::Pair(name, value) => ConditionTemplate::Tag(Template::read(&name)?, Template::read(&value)?),
            ContextValue::Text(whole) => ConditionTemplate::Whole(Template::read(&whole)?),
        })
    }
}

impl Stub {
    /// Reads every template; the sentence names the one that is wrong.
    pub fn read(language: &Language, written: WrittenStub) -> Result<Stub, String> {
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if written.service.is_empty() || !written.service.bytes().all(is_letter) {
            return Err(format!("the service `{}` is no name: letters, digits, - and _ are", written.service));
        }
        let resource = match &written.resource {
            Some(text) => Resource::read(text)?,
            None => Resource::everything(&written.service),
        };
        let context = written.context.iter().map(|(key, templates)| {
            let templates = templates.each().iter().map(|text| ConditionTemplate::read(language, key, text));
            Ok((key.clone(), templates.collect::<Result<_, String>>()?))
        });
        let context = context.collect::<Result<_, String>>()?;
        Ok(Stub { resource, response: Response::read(&written.response)?, context, written })
    }

    fn is(&self, service: &str, action: &str) -> bool {
        self.written.service == service && self.written.action == action
    }
}

/// The stubs of a server, by action: those that come with the program, but for what the globals say otherwise.
pub struct Stubs {
    language: &'static Language,
    built_in: Vec<Arc<Stub>>,
    known: RwLock<Arc<KnownStubs>>,
}

/// The stubs of one generation of the globals.
struct KnownStubs {
    generation: i64,
    by_action: BTreeMap<String, Vec<Arc<Stub>>>,
}

impl Stubs {
    /// The stubs that come with a dialect, and the policy language in which their condition keys are written; [`Stubs::reach`] makes
    /// them known, with those that were set.
    pub fn new(language: &'static Language, built_in: Vec<WrittenStub>) -> Stubs {
        let built_in = built_in.into_iter().filter_map(|written| Stub::read(language, written).ok());
        let built_in = built_in.map(Arc::new).collect();
        let known = KnownStubs { generation: i64::MIN, by_action: BTreeMap::new() };
        Stubs { language, built_in, known: RwLock::new(Arc::new(known)) }
    }

    /// Reads the stubs of this generation, unless they are known. True when they have changed. One that cannot be read,
    /// because an earlier version allowed more, answers nothing until it is put again.
    pub fn reach(&self, globals: &Globals) -> bool {
        if self.generation() == globals.generation {
            return false;
        }
        let is_set = |stub: &Stub| globals.stubs.iter().any(|set| stub.is(&set.service, &set.action));
        let mut stubs: Vec<Arc<Stub>> = self.built_in.iter().filter(|stub| !is_set(stub)).cloned().collect();
        for StubText { service, action, body } in &globals.stubs {
            // There is to be none, not even the one that comes with the program.
            if body == REMOVED {
                continue;
            }
            match serde_json::from_str(body)
                .map_err(|error| error.to_string())
                .and_then(|written| Stub::read(self.language, written))
            {
                Ok(stub) => stubs.push(Arc::new(stub)),
                Err(why) => {
                    tracing::warn!(%service, %action, %why, "a stub cannot be read; put it again, or delete it")
                }
            }
        }
        let mut by_action: BTreeMap<String, Vec<Arc<Stub>>> = BTreeMap::new();
        for stub in stubs {
            by_action.entry(stub.written.action.clone()).or_default().push(stub);
        }
        let known = KnownStubs { generation: globals.generation, by_action };
        let mut current = self.known.write().unwrap_or_else(PoisonError::into_inner);
        // Of two readers the later generation stays.
        if current.generation < known.generation {
            *current = Arc::new(known);
        }
        true
    }

    /// Reads a stub that is being written; the sentence names the template that is wrong.
    pub fn read(&self, written: WrittenStub) -> Result<Stub, String> {
        Stub::read(self.language, written)
    }

    /// The generation of the globals that the known stubs are of.
    pub fn generation(&self) -> i64 {
        self.known.read().unwrap_or_else(PoisonError::into_inner).generation
    }

    fn known(&self) -> Arc<KnownStubs> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The stub for an action and version; `service`, when the request names one, decides between several.
    pub fn find(&self, service: Option<&str>, version: &str, action: &str) -> Option<Arc<Stub>> {
        let known = self.known();
        let mut candidates = known.by_action.get(action)?.iter().filter(|stub| stub.written.version == version);
        let first = candidates.clone().next();
        candidates.find(|stub| Some(stub.written.service.as_str()) == service).or(first).cloned()
    }

    /// Every stub, by action and service.
    pub fn list(&self) -> Vec<Arc<Stub>> {
        self.known().by_action.values().flatten().cloned().collect()
    }

    /// The services that have a stub.
    pub fn services(&self) -> Vec<String> {
        self.list().iter().map(|stub| stub.written.service.clone()).collect()
    }

    /// Whether one of this service and action comes with the program.
    pub fn is_built_in(&self, service: &str, action: &str) -> bool {
        self.built_in.iter().any(|stub| stub.is(service, action))
    }
}
