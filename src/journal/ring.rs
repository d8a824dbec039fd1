//! The newest entries, bounded in number and in bytes.
//!
//! What several entries keep alive together, such as the policies of one user, counts only once.

use crate::engine::model::Pinned;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// Bytes that an entry takes besides its own data.
const ENTRY: usize = 256;

/// Entries in the order of their arrival.
pub(super) struct Ring<T> {
    entries: VecDeque<Entry<T>>,
    /// The place of the oldest entry. Places are given in order and never reused.
    oldest: u64,
    most: usize,
    most_bytes: usize,
    bytes: usize,
    /// What entries keep alive: the number of holders and the bytes of each.
    shared: HashMap<usize, (usize, usize)>,
}

struct Entry<T> {
    value: Arc<T>,
    bytes: usize,
    pinned: Vec<Pinned>,
}

/// The weight of an entry: its own bytes, and what it shares with others.
pub(super) struct Weight {
    pub(super) bytes: usize,
    pub(super) pinned: Vec<Pinned>,
}

impl<T> Ring<T> {
    pub(super) fn new(most: usize, most_bytes: usize) -> Ring<T> {
        Ring { entries: VecDeque::new(), oldest: 0, most, most_bytes, bytes: 0, shared: HashMap::new() }
    }

    /// Returns the place that the next entry will get.
    pub(super) fn next(&self) -> u64 {
        self.oldest + self.entries.len() as u64
    }

    /// Adds an entry and drops the oldest ones until all bounds hold.
    pub(super) fn push(&mut self, value: Arc<T>, weight: Weight) {
        let bytes = self.hold(&weight);
        self.entries.push_back(Entry { value, bytes, pinned: weight.pinned });
        self.fit();
    }

    /// Updates the weight of the entry at a place, if it is still there.
    pub(super) fn weigh(&mut self, place: u64, weight: Weight) {
        let at = place.checked_sub(self.oldest).and_then(|at| usize::try_from(at).ok());
        let Some(mut entry) = at.and_then(|at| self.entries.get_mut(at)).map(|entry| Entry {
            value: entry.value.clone(),
            bytes: std::mem::take(&mut entry.bytes),
            pinned: std::mem::take(&mut entry.pinned),
        }) else {
            return;
        };
        // Hold the new weight before releasing the old one, so that what is in both is never dropped.
        let bytes = self.hold(&weight);
        self.release(&entry);
        entry.bytes = bytes;
        entry.pinned = weight.pinned;
        if let Some(slot) = at.and_then(|at| self.entries.get_mut(at)) {
            *slot = entry;
        }
        self.fit();
    }

    /// Returns the bytes that all entries take, including what they keep alive.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Iterates over the entries, oldest first.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &Arc<T>> {
        self.entries.iter().map(|entry| &entry.value)
    }

    fn hold(&mut self, weight: &Weight) -> usize {
        for pinned in &weight.pinned {
            self.share(pinned, true);
        }
        let bytes = ENTRY + weight.bytes;
        self.bytes += bytes;
        bytes
    }

    /// Counts one holder of a shared object; the object's documents are counted with its first holder.
    fn share(&mut self, pinned: &Pinned, with_documents: bool) {
        if let Some((holders, _)) = self.shared.get_mut(&pinned.place()) {
            *holders += 1;
            return;
        }
        let bytes = ENTRY + pinned.weight();
        self.shared.insert(pinned.place(), (1, bytes));
        self.bytes += bytes;
        if with_documents {
            pinned.documents().for_each(|document| self.share(&document, false));
        }
    }

    fn release(&mut self, entry: &Entry<T>) {
        self.bytes = self.bytes.saturating_sub(entry.bytes);
        for pinned in &entry.pinned {
            self.let_go(pinned, true);
        }
    }

    fn let_go(&mut self, pinned: &Pinned, with_documents: bool) {
        let Some((holders, bytes)) = self.shared.get_mut(&pinned.place()) else { return };
        *holders -= 1;
        if *holders == 0 {
            self.bytes = self.bytes.saturating_sub(*bytes);
            self.shared.remove(&pinned.place());
            if with_documents {
                pinned.documents().for_each(|document| self.let_go(&document, false));
            }
        }
    }

    fn fit(&mut self) {
        while self.entries.len() > self.most || self.bytes > self.most_bytes {
            let Some(entry) = self.entries.pop_front() else { return };
            self.oldest += 1;
            self.release(&entry);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::model::Session;
    use crate::env::Time;
    use crate::policy::{Attached, Document, DocumentKind, PolicyLabel, PolicySet, Rules, Via};

    const BYTES: usize = 100_000;

    fn document(length: usize) -> Arc<Document> {
        Arc::new(
            crate::policy::grammar::tencent::LANGUAGE
                .load(&" ".repeat(length), &Rules::new(DocumentKind::Identity, "1", 1)),
        )
    }

    fn weight(bytes: usize, documents: &[&Arc<Document>]) -> Weight {
        Weight { bytes, pinned: documents.iter().map(|document| Pinned::Document(Arc::clone(document))).collect() }
    }

    #[test]
    fn entries_are_bounded_in_number_and_in_bytes() {
        let mut ring = Ring::new(10, BYTES);
        for number in 0..1_000 {
            assert_eq!(ring.next(), number);
            ring.push(Arc::new(number), weight(1, &[]));
        }
        assert_eq!(ring.iter().map(|number| **number).collect::<Vec<_>>(), (990..1_000).collect::<Vec<_>>());
        for number in 0..1_000 {
            ring.push(Arc::new(number), weight(BYTES / 4, &[]));
            assert!(ring.bytes() <= BYTES);
        }
        assert_eq!(ring.iter().count(), 3);
        // An entry that does not fit by itself is not kept.
        ring.push(Arc::new(0), weight(BYTES, &[]));
        assert_eq!((ring.iter().count(), ring.bytes()), (0, 0));
    }

    #[test]
    fn what_entries_share_counts_once_and_goes_with_the_last() {
        let mut ring = Ring::new(100, 10 * BYTES);
        let (one, other) = (document(BYTES), document(BYTES));
        for number in 0..50 {
            ring.push(Arc::new(number), weight(1, &[&one]));
        }
        let with_one = ring.bytes();
        assert!((BYTES..BYTES * 2).contains(&with_one), "{with_one}");
        ring.push(Arc::new(50), weight(1, &[&one, &other]));
        assert!((BYTES * 2..BYTES * 3).contains(&ring.bytes()), "{}", ring.bytes());
        // First every entry but the last releases the document, then the last one too.
        for place in 0..50 {
            ring.weigh(place, weight(1, &[]));
        }
        assert!(ring.bytes() > BYTES * 2, "{}", ring.bytes());
        ring.weigh(50, weight(1, &[&other]));
        assert!((BYTES..BYTES * 2).contains(&ring.bytes()), "{}", ring.bytes());
        assert_eq!(ring.shared.len(), 1);
        assert_eq!(Arc::strong_count(&one), 1, "nobody keeps it alive");
        for number in 0..100 {
            ring.push(Arc::new(number), weight(1, &[]));
        }
        assert!(ring.shared.is_empty() && ring.bytes() < BYTES, "{}", ring.bytes());
    }

    /// A session holds a document that another entry may hold as well.
    #[test]
    fn the_documents_of_what_is_held_go_with_it() {
        let policy = PolicyLabel { id: "1".to_owned(), name: "p".to_owned() };
        let one = document(BYTES);
        let narrowed = PolicySet::compile(vec![Attached { policy, via: Via::Session, document: one.clone() }]);
        let session = Session {
            role: None,
            user: None,
            name: "session".to_owned(),
            origin: "1".to_owned(),
            token_digest: String::new(),
            narrowed: Some(narrowed),
            tags: vec![("key".to_owned(), "v".repeat(BYTES))],
            source_identity: String::new(),
            expires_at: Time(0),
            ended: false,
            second_factor: false,
        };
        let mut ring = Ring::new(100, 10 * BYTES);
        let pinned = vec![Pinned::Session(Arc::new(session))];
        ring.push(Arc::new(0), Weight { bytes: 1, pinned });
        assert!((BYTES * 2..BYTES * 3).contains(&ring.bytes()), "{}", ring.bytes());
        ring.push(Arc::new(1), weight(1, &[&one]));
        assert!((BYTES * 2..BYTES * 3).contains(&ring.bytes()), "{}", ring.bytes());
        ring.weigh(0, weight(1, &[]));
        assert!((BYTES..BYTES * 2).contains(&ring.bytes()), "{}", ring.bytes());
        ring.weigh(1, weight(1, &[]));
        assert!(ring.bytes() < BYTES && ring.shared.is_empty(), "{}", ring.bytes());
    }

    #[test]
    fn each_document_of_its_own_counts() {
        let mut ring = Ring::new(10_000, 10 * BYTES);
        for number in 0..300 {
            ring.push(Arc::new(number), weight(1, &[&document(BYTES)]));
            assert!(ring.bytes() <= 10 * BYTES);
        }
        assert_eq!(ring.iter().count(), 9);
    }

    #[test]
    fn an_entry_that_grows_makes_room_for_itself() {
        let mut ring = Ring::new(100, BYTES);
        for number in 0..10 {
            ring.push(Arc::new(number), weight(1, &[]));
        }
        ring.weigh(5, weight(BYTES - 2_000, &[]));
        assert!(ring.bytes() <= BYTES);
        assert_eq!(ring.iter().map(|number| **number).collect::<Vec<_>>(), (3..10).collect::<Vec<_>>());
        // Updating an entry that is gone changes nothing.
        let before = ring.bytes();
        ring.weigh(0, weight(BYTES, &[]));
        ring.weigh(1_000, weight(BYTES, &[]));
        assert_eq!(ring.bytes(), before);
    }
}
