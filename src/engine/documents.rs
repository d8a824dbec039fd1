//! Compiled documents by their text: the same text under the same owner is read once.
//!
//! The text is the key, so an entry can never be outdated.

use crate::policy::{Document, Kind};
use moka::sync::Cache;
use std::sync::Arc;

/// How many compiled documents are kept.
const KEPT: u64 = 10_000;

/// The memo.
pub struct Documents {
    read: Cache<(u8, String, Arc<str>), Arc<Document>>,
}

impl Default for Documents {
    fn default() -> Documents {
        Documents { read: Cache::new(KEPT) }
    }
}

impl Documents {
    /// The document of a text, read now or earlier.
    pub fn get_or_read(&self, kind: Kind, owner: &str, text: &str, read: impl FnOnce() -> Document) -> Arc<Document> {
        let key = (kind as u8, owner.to_owned(), Arc::from(text));
        if let Some(known) = self.read.get(&key) {
            return known;
        }
        let document = Arc::new(read());
        self.read.insert(key, document.clone());
        document
    }
}
