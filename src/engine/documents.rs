//! Compiled documents by their text: the same text under the same rules is read once.
//!
//! The key is a digest of everything that the reading depends on, so an entry can never be outdated, and the text is kept
//! only once, in the document. What is kept is bounded in bytes.

use crate::policy::{self, Document, Kind, Rules};
use moka::sync::Cache;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// How many bytes the compiled documents may take together.
pub const KEPT_BYTES: u64 = 64 * 1024 * 1024;

/// What the cache itself takes for an entry, about.
const ENTRY: usize = 256;

/// The memo.
pub struct Documents {
    read: Cache<[u8; 32], Arc<Document>>,
}

impl Default for Documents {
    fn default() -> Documents {
        let weigh =
            |_: &[u8; 32], document: &Arc<Document>| u32::try_from(ENTRY + document.weight()).unwrap_or(u32::MAX);
        Documents { read: Cache::builder().max_capacity(KEPT_BYTES).weigher(weigh).build() }
    }
}

impl Documents {
    /// The document of a stored text, read now or earlier. What cannot be read of it lets no allow match, and every deny.
    pub fn load(&self, kind: Kind, owner: &str, app_id: u64, text: &str) -> Arc<Document> {
        let key = key(kind, owner, app_id, text);
        if let Some(known) = self.read.get(&key) {
            return known;
        }
        let document = Arc::new(policy::load(text, &Rules::new(kind, owner, app_id)));
        self.read.insert(key, document.clone());
        // Otherwise a burst of long documents would stand beside the bound until the cache next tidies up.
        self.read.run_pending_tasks();
        document
    }

    /// How many bytes the documents that are kept take.
    pub fn weight(&self) -> u64 {
        self.read.run_pending_tasks();
        self.read.weighted_size()
    }
}

/// Two readings have the same key when nothing that they depend on differs.
fn key(kind: Kind, owner: &str, app_id: u64, text: &str) -> [u8; 32] {
    let mut digest = Sha256::new();
    digest.update([kind as u8]);
    digest.update(app_id.to_le_bytes());
    // With its length, so that the end of the owner is not taken for the beginning of the text.
    digest.update((owner.len() as u64).to_le_bytes());
    digest.update(owner);
    digest.update(text);
    digest.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(filler: &str) -> String {
        format!(
            r#"{{"version":"2.0","statement":[{{"effect":"allow","action":"cvm:*","resource":"qcs::cvm:::{filler}"}}]}}"#
        )
    }

    #[test]
    fn a_text_is_read_once_under_the_same_rules_only() {
        let documents = Documents::default();
        let load = |kind, owner, app_id, text: &str| documents.load(kind, owner, app_id, text);
        let first = load(Kind::Identity, "1", 2, &text("x"));
        assert!(Arc::ptr_eq(&first, &load(Kind::Identity, "1", 2, &text("x"))));
        for other in [
            load(Kind::Trust, "1", 2, &text("x")),
            load(Kind::Strategy, "1", 2, &text("x")),
            load(Kind::Identity, "11", 2, &text("x")),
            load(Kind::Identity, "3", 2, &text("x")),
            load(Kind::Identity, "", 2, &text("x")),
            load(Kind::Identity, "1", 3, &text("x")),
            load(Kind::Identity, "1", 2, &text("y")),
        ] {
            assert!(!Arc::ptr_eq(&first, &other));
        }
        // The end of the one is the beginning of the other.
        let ends = load(Kind::Identity, "12", 2, "3{}");
        assert!(!Arc::ptr_eq(&ends, &load(Kind::Identity, "1", 2, "23{}")));
    }

    #[test]
    fn what_is_kept_is_bounded_in_bytes() {
        let documents = Documents::default();
        let mut pushed = 0;
        // Short texts that are long once they are read.
        for number in 0..250 {
            let text = text(&number.to_string()).replace("\"cvm:*\"", &actions(8_000));
            pushed += documents.load(Kind::Strategy, "1", 2, &text).weight();
            // At every moment, not only when the cache has had time.
            let there: usize = documents.read.iter().map(|(_, document)| ENTRY + document.weight()).sum();
            assert!(there as u64 <= KEPT_BYTES, "{there} bytes after {number} documents");
        }
        assert!(pushed as u64 > KEPT_BYTES * 3 / 2, "{pushed}");
        assert!(documents.weight() <= KEPT_BYTES);
        assert!(documents.weight() > KEPT_BYTES / 2, "{}", documents.weight());
    }

    /// A short text can be long once it is read.
    #[test]
    fn a_document_weighs_what_it_was_compiled_into() {
        let documents = Documents::default();
        let long = documents.load(Kind::Identity, "1", 2, &text("x").replace("\"cvm:*\"", &actions(1_000)));
        let short = documents.load(Kind::Identity, "1", 2, &text("x").replace("\"cvm:*\"", &actions(1)));
        let each = (long.weight() - short.weight()) / 999;
        assert!(each > "\"*\",".len() + size_of::<usize>() * 4, "{each}");
    }

    fn actions(count: usize) -> String {
        format!("[{}]", vec![r#""*""#; count].join(","))
    }
}
