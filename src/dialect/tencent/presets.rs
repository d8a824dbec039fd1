//! The preset policies, read from `presets.json`. An id is Tencent's own where the documentation gives it.

use crate::engine::cloud::Preset;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenPreset {
    id: u64,
    name: String,
    description: String,
    /// Whether the documentation gives the id; the other ids are ours.
    #[serde(rename = "documented_id")]
    _documented_id: bool,
    statement: serde_json::Value,
}

/// Returns every preset policy. The data file is compiled in, and a test reads it, so it is never unreadable here.
pub fn all() -> Vec<Preset> {
    let written: Vec<WrittenPreset> = serde_json::from_str(include_str!("presets.json")).unwrap_or_default();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::grammar::tencent::LANGUAGE;
    use crate::policy::{DocumentKind, Rules};
    use std::collections::HashSet;

    #[test]
    fn every_preset_is_a_document_that_an_account_could_write() {
        let presets = all();
        assert!(presets.len() > 100, "{} presets were read", presets.len());
        for preset in &presets {
            let read = LANGUAGE.parse(&preset.document, &Rules::new(DocumentKind::Identity, "100000000001", 0));
            assert!(read.is_ok(), "{}: {:?}", preset.name, read.err());
        }
        assert_eq!(presets.iter().map(|preset| &preset.id).collect::<HashSet<_>>().len(), presets.len());
        assert_eq!(presets.iter().map(|preset| &preset.name).collect::<HashSet<_>>().len(), presets.len());
    }
}
