//! Stubs: actions of other services that only check permissions and return a fixed response.
//!
//! They give tests something to call with temporary credentials. A stub names an action, and describes its resource and
//! response as templates over the request's fields. The request is verified and authorised like any other. Stubs have no
//! state and no behaviour of the real service.

mod call;
mod stub;
mod template;

use super::operations::{self, version_of};
use super::route::{Target, parameters};
use crate::dialect::contract::{Op, RawRequest, Route, Stubs};
use crate::dialect::decode::{Json, LONGEST_LIST};
use crate::engine::fault::{Fault, Parameter, Why};
use crate::engine::globals::{Globals, StubText};
use crate::engine::stubs::REMOVED;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use stub::{Stub, Templates, WrittenStub};

/// A stub as it is put. Service and action are those of the path; the body may repeat them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PutStub {
    service: Option<String>,
    action: Option<String>,
    version: String,
    resource: Option<String>,
    response: serde_json::Value,
    #[serde(default)]
    context: BTreeMap<String, Templates>,
}

/// Returns the stubs that come with the program: lists of the services that people meet first, all empty. Versions and
/// members of the responses are those of the cloud's SDK. The data file is compiled in, and a test reads it, so it is
/// never unreadable here.
fn built_in() -> Vec<Arc<Stub>> {
    let written: Vec<WrittenStub> = serde_json::from_str(include_str!("built_in.json")).unwrap_or_default();
    written.into_iter().filter_map(|written| Stub::read(written).ok()).map(Arc::new).collect()
}

/// The stubs that come with the program, as replaced or removed by those stored in the globals.
struct ActionStubs {
    built_in: Vec<Arc<Stub>>,
    known: RwLock<Arc<KnownStubs>>,
}

/// The stubs as of one generation of the globals.
struct KnownStubs {
    generation: i64,
    by_action: BTreeMap<String, Vec<Arc<Stub>>>,
}

/// Makes the stubs of a server. None is found before [`Stubs::load`].
pub fn make() -> Box<dyn Stubs> {
    let known = KnownStubs { generation: i64::MIN, by_action: BTreeMap::new() };
    Box::new(ActionStubs { built_in: built_in(), known: RwLock::new(Arc::new(known)) })
}

impl ActionStubs {
    fn known(&self) -> Arc<KnownStubs> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns the stub for an action and version. When there are several, the service decides, if the request names one.
    fn find(&self, target: &Target<'_>) -> Option<Arc<Stub>> {
        let known = self.known();
        let mut candidates =
            known.by_action.get(&*target.action)?.iter().filter(|stub| stub.written.version == target.version);
        let first = candidates.clone().next();
        let hint = target.hint();
        candidates.find(|stub| Some(stub.written.service.as_str()) == hint).or(first).cloned()
    }
}

/// Reads the parameters of a stub's action, which may have any name and type.
fn fields(request: &RawRequest) -> Result<Json, Fault> {
    let fields = parameters(request)?;
    let wrong = |path, why| Err(Fault::Parameter(Parameter { path, why }));
    match (&fields, fields.long_list()) {
        (Json::Object(_), None) => Ok(fields),
        (Json::Object(_), Some(path)) => wrong(path, Why::TooMany(LONGEST_LIST)),
        _ => wrong(String::new(), Why::Type("object")),
    }
}

impl Stubs for ActionStubs {
    fn route(&self, request: &RawRequest) -> Option<Result<Route, Fault>> {
        let target = Target::of(request);
        let stub = self.find(&target)?;
        let ready = target.check_region(&stub.written.service).and_then(|()| fields(request));
        Some(ready.map(|fields| call::route(stub, &target.region, fields)))
    }

    fn generation(&self) -> i64 {
        self.known.read().unwrap_or_else(PoisonError::into_inner).generation
    }

    /// A stored stub that cannot be read, because an earlier version allowed more, is left out until it is put again.
    fn load(&self, globals: &Globals) -> bool {
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
            match serde_json::from_str(body).map_err(|error| error.to_string()).and_then(Stub::read) {
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

    fn read(&self, service: &str, action: &str, body: &[u8]) -> Result<serde_json::Value, String> {
        let put: PutStub =
            serde_json::from_slice(body).map_err(|error| format!("the body is not as expected: {error}"))?;
        if !put.response.is_object() {
            return Err("the response is an object: the members of the answer besides RequestId".to_owned());
        }
        if put.service.is_some_and(|named| named != service) || put.action.is_some_and(|named| named != action) {
            return Err("service and action of the body are others than those of the path".to_owned());
        }
        let is_own =
            |op: &&Op| op.action == action && (op.service == service || version_of(op.service) == Some(&put.version));
        if operations::ALL.iter().any(|op| is_own(&op)) {
            return Err(format!("{service}:{action} is answered by the server itself, so a stub of it would never be"));
        }
        let PutStub { version, resource, response, context, .. } = put;
        let (service, action) = (service.to_owned(), action.to_owned());
        let stub = Stub::read(WrittenStub { service, version, action, resource, response, context })?;
        stub.shown()
    }

    fn list(&self) -> Vec<serde_json::Value> {
        self.known().by_action.values().flatten().filter_map(|stub| stub.shown().ok()).collect()
    }

    fn services(&self) -> Vec<String> {
        self.known().by_action.values().flatten().map(|stub| stub.written.service.clone()).collect()
    }

    fn is_built_in(&self, service: &str, action: &str) -> bool {
        self.built_in.iter().any(|stub| stub.is(service, action))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::tencent::reading;

    #[test]
    fn every_stub_that_comes_with_the_program_is_read() {
        let written: Vec<WrittenStub> = serde_json::from_str(include_str!("built_in.json")).unwrap();
        let stubs = built_in();
        assert_eq!(stubs.len(), written.len());
        assert!(stubs.len() > 50, "{}", stubs.len());
        for (place, stub) in stubs.iter().enumerate() {
            let WrittenStub { service, action, .. } = &stub.written;
            assert!(!stubs.iter().take(place).any(|other| other.is(service, action)), "{service}:{action} twice");
            assert!(reading::only_reads(&format!("{service}:{action}")) || action == "LookUpEvents", "{action}");
        }
    }
}
