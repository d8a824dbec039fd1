//! Compiled documents by their text: the same text under the same rules is read once.
//!
//! The key is a digest of everything that the reading depends on, so an entry can never be outdated, and the text is kept
//! only once, in the document. What is kept is bounded in bytes.

use super::fault::Fault;
use super::model::Account;
use crate::policy::{Document, Kind, Language, Rules};
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
    pub fn load(&self, language: &Language, kind: Kind, owner: &str, application: u64, text: &str) -> Arc<Document> {
        let key = key(language, kind, owner, application, text);
        if let Some(known) = self.read.get(&key) {
            return known;
        }
        let document = Arc::new(language.load(text, &Rules::new(kind, owner, application)));
        self.read.insert(key, document.clone());
        // Otherwise a burst of long documents would stand beside the bound until the cache next tidies up.
        self.read.run_pending_tasks();
        document
    }

    /// Reads a stored document. Parts that can no longer be read let no allow match, and every deny.
    pub(super) fn stored(&self, account: &Account, kind: Kind, text: &str) -> Arc<Document> {
        let Rules { owner, application, .. } = rules(account, kind);
        self.load(account.cloud.language, kind, owner, application, text)
    }

    /// How many bytes the documents that are kept take.
    pub fn weight(&self) -> u64 {
        self.read.run_pending_tasks();
        self.read.weighted_size()
    }
}

/// Reads a document that is being written. The first defect is the answer.
pub(super) fn written(
    account: &Account,
    kind: Kind,
    text: &str,
    extra_services: &[String],
) -> Result<Arc<Document>, Fault> {
    let language = account.cloud.language;
    if let Some(problem) = (language.too_long)(text) {
        return Err(Fault::Document(problem));
    }
    let extra: Vec<&str> = extra_services.iter().map(String::as_str).collect();
    let rules = Rules { extra_services: &extra, ..rules(account, kind) };
    language.parse(text, &rules).map(Arc::new).map_err(|mut problems| Fault::Document(problems.swap_remove(0)))
}

fn rules(account: &Account, kind: Kind) -> Rules<'_> {
    Rules::new(kind, account.id.as_str(), u64::try_from(account.application).unwrap_or(0))
}

/// Two readings have the same key when nothing that they depend on differs.
fn key(language: &Language, kind: Kind, owner: &str, application: u64, text: &str) -> [u8; 32] {
    let mut digest = Sha256::new();
    // A name ends where no name goes on, so that it is not taken for the beginning of something else.
    digest.update(language.name);
    digest.update([0, kind as u8]);
    digest.update(application.to_le_bytes());
    // With its length, so that the end of the owner is not taken for the beginning of the text.
    digest.update((owner.len() as u64).to_le_bytes());
    digest.update(owner);
    digest.update(text);
    digest.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::grammar::cam::LANGUAGE;

    fn text(filler: &str) -> String {
        format!(
            r#"{{"version":"2.0","statement":[{{"effect":"allow","action":"cvm:*","resource":"qcs::cvm:::{filler}"}}]}}"#
        )
    }

    #[test]
    fn a_text_is_read_once_under_the_same_rules_only() {
        let documents = Documents::default();
        let load = |kind, owner, app_id, text: &str| documents.load(&LANGUAGE, kind, owner, app_id, text);
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
            pushed += documents.load(&LANGUAGE, Kind::Strategy, "1", 2, &text).weight();
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
        let long = documents.load(&LANGUAGE, Kind::Identity, "1", 2, &text("x").replace("\"cvm:*\"", &actions(1_000)));
        let short = documents.load(&LANGUAGE, Kind::Identity, "1", 2, &text("x").replace("\"cvm:*\"", &actions(1)));
        let each = (long.weight() - short.weight()) / 999;
        assert!(each > "\"*\",".len() + size_of::<usize>() * 4, "{each}");
    }

    fn actions(count: usize) -> String {
        format!("[{}]", vec![r#""*""#; count].join(","))
    }
}
