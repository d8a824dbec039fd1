//! A cache of compiled policy documents, so that one text is not compiled again and again under the same rules.
//!
//! The key is a digest of everything that compiling depends on, so an entry can never be outdated, and the text itself
//! is stored only once, in the document. The cache is bounded in bytes.

use super::fault::Fault;
use super::model::Account;
use crate::policy::{Document, DocumentKind, Language, Rules};
use moka::sync::Cache;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// The most bytes that all cached documents may take together.
pub const KEPT_BYTES: u64 = 64 * 1024 * 1024;

/// The estimated bytes that the cache itself needs for an entry.
const ENTRY: usize = 256;

/// The cached documents.
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
    /// Returns the compiled document of a stored text. Where a part cannot be read, an allow never matches and a deny
    /// always does.
    pub fn load(
        &self,
        language: &Language,
        kind: DocumentKind,
        owner: &str,
        application: u64,
        text: &str,
    ) -> Arc<Document> {
        let key = key(language, kind, owner, application, text);
        if let Some(known) = self.read.get(&key) {
            return known;
        }
        let document = Arc::new(language.load(text, &Rules::new(kind, owner, application)));
        self.read.insert(key, document.clone());
        // Evicts now: otherwise a burst of large documents would exceed the bound until the cache's next maintenance.
        self.read.run_pending_tasks();
        document
    }

    /// Like [`Documents::load`], with the rules of the account that owns the document.
    pub(super) fn stored(&self, account: &Account, kind: DocumentKind, text: &str) -> Arc<Document> {
        let Rules { owner, application, .. } = rules(account, kind);
        self.load(account.cloud.language, kind, owner, application, text)
    }

    /// Returns the bytes that the cached documents take.
    pub fn weight(&self) -> u64 {
        self.read.run_pending_tasks();
        self.read.weighted_size()
    }
}

/// Compiles a document that a request wants to store. Fails with its first defect.
pub(super) fn written(
    account: &Account,
    kind: DocumentKind,
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

fn rules(account: &Account, kind: DocumentKind) -> Rules<'_> {
    Rules::new(kind, account.id.as_str(), u64::try_from(account.application).unwrap_or(0))
}

/// Returns the digest of everything that compiling a document depends on.
fn key(language: &Language, kind: DocumentKind, owner: &str, application: u64, text: &str) -> [u8; 32] {
    let mut digest = Sha256::new();
    // The zero byte ends the name, so that no name runs into what follows it.
    digest.update(language.name);
    digest.update([0, kind as u8]);
    digest.update(application.to_le_bytes());
    // The length separates the owner from the text that follows it.
    digest.update((owner.len() as u64).to_le_bytes());
    digest.update(owner);
    digest.update(text);
    digest.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::grammar::tencent::LANGUAGE;

    fn text(filler: &str) -> String {
        format!(
            r#"{{"version":"2.0","statement":[{{"effect":"allow","action":"cvm:*","resource":"qcs::cvm:::{filler}"}}]}}"#
        )
    }

    #[test]
    fn a_text_is_read_once_under_the_same_rules_only() {
        let documents = Documents::default();
        let load = |kind, owner, app_id, text: &str| documents.load(&LANGUAGE, kind, owner, app_id, text);
        let first = load(DocumentKind::Identity, "1", 2, &text("x"));
        assert!(Arc::ptr_eq(&first, &load(DocumentKind::Identity, "1", 2, &text("x"))));
        for other in [
            load(DocumentKind::Trust, "1", 2, &text("x")),
            load(DocumentKind::Strategy, "1", 2, &text("x")),
            load(DocumentKind::Identity, "11", 2, &text("x")),
            load(DocumentKind::Identity, "3", 2, &text("x")),
            load(DocumentKind::Identity, "", 2, &text("x")),
            load(DocumentKind::Identity, "1", 3, &text("x")),
            load(DocumentKind::Identity, "1", 2, &text("y")),
        ] {
            assert!(!Arc::ptr_eq(&first, &other));
        }
        // Owner and text together are the same bytes in both.
        let ends = load(DocumentKind::Identity, "12", 2, "3{}");
        assert!(!Arc::ptr_eq(&ends, &load(DocumentKind::Identity, "1", 2, "23{}")));
    }

    #[test]
    fn what_is_kept_is_bounded_in_bytes() {
        let documents = Documents::default();
        let mut pushed = 0;
        // Short texts that compile to large documents.
        for number in 0..250 {
            let text = text(&number.to_string()).replace("\"cvm:*\"", &actions(8_000));
            pushed += documents.load(&LANGUAGE, DocumentKind::Strategy, "1", 2, &text).weight();
            // After every load, not only once the cache has done its maintenance.
            let there: usize = documents.read.iter().map(|(_, document)| ENTRY + document.weight()).sum();
            assert!(there as u64 <= KEPT_BYTES, "{there} bytes after {number} documents");
        }
        assert!(pushed as u64 > KEPT_BYTES * 3 / 2, "{pushed}");
        assert!(documents.weight() <= KEPT_BYTES);
        assert!(documents.weight() > KEPT_BYTES / 2, "{}", documents.weight());
    }

    /// A short text can compile to a large document.
    #[test]
    fn a_document_weighs_what_it_was_compiled_into() {
        let documents = Documents::default();
        let long =
            documents.load(&LANGUAGE, DocumentKind::Identity, "1", 2, &text("x").replace("\"cvm:*\"", &actions(1_000)));
        let short =
            documents.load(&LANGUAGE, DocumentKind::Identity, "1", 2, &text("x").replace("\"cvm:*\"", &actions(1)));
        let each = (long.weight() - short.weight()) / 999;
        assert!(each > "\"*\",".len() + size_of::<usize>() * 4, "{each}");
    }

    fn actions(count: usize) -> String {
        format!("[{}]", vec![r#""*""#; count].join(","))
    }
}
