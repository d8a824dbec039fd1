//! The error codes that Tencent documents for each action: `documented.json`.
//!
//! An action that only this emulator has stands under `extensions`, with its relatives: the actions of the same service
//! whose codes it borrows. Only a fault looks anything up here, so that an answer without one costs nothing.

use crate::dialect::contract::Op;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// By service or [`EXTENSIONS`], then by action: codes, or relatives. The file is part of the program, and a test reads it.
type Table = BTreeMap<&'static str, BTreeMap<&'static str, Vec<&'static str>>>;

const EXTENSIONS: &str = "extensions";

static TABLE: LazyLock<Table> =
    LazyLock::new(|| serde_json::from_str(include_str!("documented.json")).unwrap_or_default());

fn entry(group: &str, action: &str) -> Option<&'static [&'static str]> {
    TABLE.get(group)?.get(action).map(Vec::as_slice)
}

/// Whether an operation is this emulator's own: Tencent has no action of its name.
pub fn is_extension(op: &Op) -> bool {
    entry(EXTENSIONS, op.action).is_some()
}

/// The codes that Tencent documents for an operation, or for the relatives of an extension: then a code may come twice.
pub fn codes(op: &Op) -> impl Iterator<Item = &'static str> {
    let actions = entry(EXTENSIONS, op.action).unwrap_or(std::slice::from_ref(&op.action));
    actions.iter().filter_map(|action| entry(op.service, action)).flatten().copied()
}

/// Whether Tencent documents an error code for an operation.
pub fn documents(op: &Op, code: &str) -> bool {
    codes(op).any(|documented| documented == code)
}

#[cfg(test)]
mod tests {
    use super::super::operations;
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_file_is_read_and_in_order() {
        let table: Table = serde_json::from_str(include_str!("documented.json")).unwrap();
        for (action, codes) in table.values().flatten() {
            assert!(codes.is_sorted_by(|one, next| one < next), "{action}: sorted, each once");
        }
        let services: Vec<_> = table.keys().filter(|name| **name != EXTENSIONS).collect();
        for (extension, relatives) in &table[EXTENSIONS] {
            assert!(services.iter().all(|service| !table[**service].contains_key(extension)), "{extension}");
            for relative in relatives {
                assert!(
                    services.iter().any(|service| table[**service].contains_key(relative)),
                    "{extension}: {relative}"
                );
            }
        }
    }

    #[test]
    fn the_file_names_the_operations_of_the_registry() {
        let listed: BTreeSet<&str> = TABLE.values().flat_map(BTreeMap::keys).copied().collect();
        let served: BTreeSet<&str> = operations::ALL.iter().map(|op| op.action).collect();
        assert_eq!(listed, served);
        // The published model of TAG has no codes.
        for op in operations::ALL {
            assert_eq!(codes(op).next().is_none(), op.service == "tag", "{}", op.action);
        }
    }
}
