//! The published shapes of the API, from `tests/data/catalogue.json`.

use serde_json::Value;
use std::sync::OnceLock;

pub fn catalogue() -> &'static Value {
    static CATALOGUE: OnceLock<Value> = OnceLock::new();
    CATALOGUE.get_or_init(|| serde_json::from_str(include_str!("../data/catalogue.json")).unwrap())
}

/// The published shape of an action; `None` for an extension.
pub fn action(service: &str, action: &str) -> Option<&'static Value> {
    catalogue()["services"][service]["actions"].get(action)
}

/// The members of a published type.
pub fn type_of(service: &str, name: &str) -> Option<&'static Vec<Value>> {
    catalogue()["services"][service]["types"].get(name)?.as_array()
}
