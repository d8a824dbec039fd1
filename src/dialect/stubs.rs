//! Stubs: actions of other services that only check permissions and return a fixed response.
//!
//! They give tests something to call with temporary credentials. A stub names an action, and describes its resource and
//! response as templates over the request's fields. The request is verified and authorised like any other. Stubs have no
//! state and no behaviour of the real service.

use super::template::{Resource, Response, Template};
use crate::engine::globals::{Globals, StubText};
use crate::engine::stubs::REMOVED;
use crate::policy::{ContextValue, Language};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

/// A stub as the admin API takes, stores and shows it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenStub {
    /// The service, such as `cvm`.
    pub service: String,
    /// Its version, such as `2017-03-12`.
    pub version: String,
    /// The action.
    pub action: String,
    /// The resource's name as a template. Without one, it is everything of the service in the request's region.
    #[serde(default)]
    pub resource: Option<String>,
    /// The response's members. Every text in them is a template.
    #[serde(default = "empty_object")]
    pub response: serde_json::Value,
    /// Condition keys with templates of their values. A tag, such as one of `qcs:resource_tag`, is written `key&value`.
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

/// A stub that is ready to serve requests: its templates are parsed.
#[derive(Debug)]
pub struct Stub {
    /// As it was written.
    pub written: WrittenStub,
    /// The resource that its action works on.
    pub resource: Resource,
    /// The response.
    pub response: Response,
    /// Condition keys with their values.
    pub context: Vec<(String, Vec<ConditionTemplate>)>,
}

/// The template of a condition key's value.
///
/// A tag is split in its template, not in the rendered text, so that no field of a request can move the split.
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
    /// Parses every template. The error names the one that is wrong.
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

/// The stubs of a server: those that come with the program, as replaced or removed by those stored in the globals.
pub struct Stubs {
    language: &'static Language,
    built_in: Vec<Arc<Stub>>,
    known: RwLock<Arc<KnownStubs>>,
}

/// The stubs as of one generation of the globals.
struct KnownStubs {
    generation: i64,
    by_action: BTreeMap<String, Vec<Arc<Stub>>>,
}

impl Stubs {
    /// Takes the stubs that come with a dialect, and the policy language of their condition keys.
    ///
    /// Nothing is found before [`Stubs::reach`] has added the stored ones.
    pub fn new(language: &'static Language, built_in: Vec<WrittenStub>) -> Stubs {
        let built_in = built_in.into_iter().filter_map(|written| Stub::read(language, written).ok());
        let built_in = built_in.map(Arc::new).collect();
        let known = KnownStubs { generation: i64::MIN, by_action: BTreeMap::new() };
        Stubs { language, built_in, known: RwLock::new(Arc::new(known)) }
    }

    /// Loads the stubs of these globals unless they are loaded already. Returns whether it did.
    ///
    /// A stored stub that cannot be read, because an earlier version allowed more, is left out until it is put again.
    pub fn reach(&self, globals: &Globals) -> bool {
        if self.generation() == globals.generation {
            return false;
        }
        let is_set = |stub: &Stub| globals.stubs.iter().any(|set| stub.is(&set.service, &set.action));
        let mut stubs: Vec<Arc<Stub>> = self.built_in.iter().filter(|stub| !is_set(stub)).cloned().collect();
        for StubText { service, action, body } in &globals.stubs {
            // Removed, even if one comes with the program.
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
        // When two tasks load at once, the later generation stays.
        if current.generation < known.generation {
            *current = Arc::new(known);
        }
        true
    }

    /// Parses a stub that is being put. The error names the template that is wrong.
    pub fn read(&self, written: WrittenStub) -> Result<Stub, String> {
        Stub::read(self.language, written)
    }

    /// Returns the generation of the globals that the stubs were loaded from.
    pub fn generation(&self) -> i64 {
        self.known.read().unwrap_or_else(PoisonError::into_inner).generation
    }

    fn known(&self) -> Arc<KnownStubs> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns the stub for an action and version. When there are several, `service` decides, if the request names one.
    pub fn find(&self, service: Option<&str>, version: &str, action: &str) -> Option<Arc<Stub>> {
        let known = self.known();
        let mut candidates = known.by_action.get(action)?.iter().filter(|stub| stub.written.version == version);
        let first = candidates.clone().next();
        candidates.find(|stub| Some(stub.written.service.as_str()) == service).or(first).cloned()
    }

    /// Returns every stub, ordered by action.
    pub fn list(&self) -> Vec<Arc<Stub>> {
        self.known().by_action.values().flatten().cloned().collect()
    }

    /// Returns the services that have a stub.
    pub fn services(&self) -> Vec<String> {
        self.list().iter().map(|stub| stub.written.service.clone()).collect()
    }

    /// Returns whether a stub for this service and action comes with the program.
    pub fn is_built_in(&self, service: &str, action: &str) -> bool {
        self.built_in.iter().any(|stub| stub.is(service, action))
    }
}
