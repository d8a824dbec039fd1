//! The preset policies, from a data file: ids as Tencent's documents give them where they do.

use crate::engine::policies::Preset;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: u64,
    name: String,
    description: String,
    /// Whether the id is a documented one; the others are ours.
    #[serde(rename = "documented_id")]
    _documented_id: bool,
    statement: serde_json::Value,
}

/// Every preset policy. The data file is part of the program, and a test reads it.
pub fn all() -> Vec<Preset> {
    let written: Vec<Written> = serde_json::from_str(include_str!("presets.json")).unwrap_or_default();
    written
        .into_iter()
        .map(|preset| Preset {
            id: preset.id.to_string().into(),
            name: preset.name,
            description: preset.description,
            document: serde_json::json!({"version": "2.0", "statement": preset.statement}).to_string(),
        })
        .collect()
}
