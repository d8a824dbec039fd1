//! The preset policies, read from `presets.json`.
//!
//! Names, ids, times and groups (`ServiceType`) are Tencent's own where the documentation or a published answer gives
//! them (`documented_id`; an answer of 2019 lists the first twenty). So are the statements of the few whose text is
//! published (`documented_statement`). The others are inferred: each permits what its name and its published
//! description say, and what is left open is left out.

use crate::engine::cloud::Preset;
use crate::env::Time;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenPreset {
    id: u64,
    name: String,
    description: String,
    /// The product, or `cooperator`.
    service: &'static str,
    /// Whether the documentation gives the id; the other ids are ours.
    #[serde(rename = "documented_id")]
    _documented_id: bool,
    /// Whether the documentation gives the statement; the other statements are inferred.
    #[serde(rename = "documented_statement")]
    _documented_statement: bool,
    /// When it was made, where that is known.
    added: Option<&'static str>,
    statement: serde_json::Value,
}

/// The presets that are listed first, in this order. The others follow by name, without regard to letter case.
const FIRST: [u64; 4] = [1, 400_411, 2, 3];

/// Returns every preset policy, in the order of lists. The data file is compiled in, and a test reads it, so it is
/// never unreadable here.
pub fn all() -> Vec<Preset> {
    let mut written: Vec<WrittenPreset> = serde_json::from_str(include_str!("presets.json")).unwrap_or_default();
    written.sort_by_key(|preset| {
        (FIRST.iter().position(|id| *id == preset.id).unwrap_or(FIRST.len()), preset.name.to_ascii_lowercase())
    });
    written
        .into_iter()
        .map(|preset| Preset {
            id: preset.id.to_string().into(),
            name: preset.name,
            description: preset.description,
            group: preset.service,
            created_at: preset.added.and_then(Time::parse_rfc3339),
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
        // Those of which the answer of 2019 gives the order and the time.
        let names: Vec<&str> = presets.iter().map(|preset| preset.name.as_str()).collect();
        assert_eq!(
            names.get(..8),
            Some(
                &[
                    "AdministratorAccess",
                    "ReadOnlyAccess",
                    "QCloudResourceFullAccess",
                    "QCloudFinanceFullAccess",
                    "QcloudAAIFullAccess",
                    "QcloudAccessForAegisRole",
                    "QcloudAccessForASRole",
                    "QcloudAccessForBAASRole",
                ][..]
            )
        );
        assert_eq!(presets.iter().filter(|preset| preset.created_at.is_some()).count(), 20);
        assert_eq!(presets.iter().map(|preset| &preset.name).collect::<HashSet<_>>().len(), presets.len());
    }
}
