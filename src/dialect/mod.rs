//! The dialects: each is a wire of one cloud, and a cloud may have several. [`contract`] defines what a dialect is.

pub mod contract;
pub mod decode;
pub mod forms;
pub mod registry;
pub mod rest;
pub mod tencent;

use crate::engine::cloud::Clouds;
use contract::{Dialect, Head, Stubs};

/// The dialects of a server, in the order in which a request is offered to them. A new account belongs to the cloud of the
/// first unless it names another.
#[derive(Clone, Copy)]
pub struct Dialects(&'static [&'static Dialect]);

impl Dialects {
    /// The dialect of a command line that names no cloud.
    pub const DEFAULT: &'static Dialect = &tencent::DIALECT;

    /// The dialects that come with the program.
    pub const BUILT_IN: Dialects = Dialects(&[Self::DEFAULT, &tencent::component::DIALECT, &tencent::api2::DIALECT]);

    /// Makes a set of these dialects alone.
    pub const fn new(dialects: &'static [&'static Dialect]) -> Dialects {
        Dialects(dialects)
    }

    /// Returns each dialect, in order.
    pub fn iter(self) -> impl Iterator<Item = &'static Dialect> {
        self.0.iter().copied()
    }

    /// Returns the dialect of a request; `None` for a path that no client of any cloud uses.
    pub fn detect(self, request: &Head) -> Option<&'static Dialect> {
        self.iter().find(|dialect| (dialect.detect)(request))
    }

    /// Returns the dialect of a cloud.
    pub fn of(self, cloud: &str) -> Option<&'static Dialect> {
        self.iter().find(|dialect| dialect.cloud.name == cloud)
    }

    /// Makes the stubs of the first dialect that has any. Stored stubs do not say whose they are, so that no second dialect
    /// can have some.
    pub fn stubs(self) -> Option<(&'static Dialect, Box<dyn Stubs>)> {
        self.iter().find_map(|dialect| dialect.stubs.map(|make| (dialect, make())))
    }

    /// Returns the domains of all clouds, also of those that are not served yet: users trust the local authority once,
    /// and should not have to do so again.
    pub fn domains(self) -> Vec<&'static str> {
        const LATER: [&str; 2] = ["baidubce.com", "ntruss.com"];
        let mut domains: Vec<_> = self.iter().flat_map(|dialect| dialect.domains).copied().collect();
        domains.extend(LATER.iter().filter(|later| !domains.contains(later)).copied().collect::<Vec<_>>());
        domains
    }

    /// Returns the profiles of their clouds.
    pub fn clouds(self) -> Clouds {
        Clouds::new(self.iter().map(|dialect| dialect.cloud))
    }

    /// Returns whether a text is a key id or a secret that some cloud's documentation prints.
    pub fn is_published(self, key: &str) -> bool {
        self.iter().any(|dialect| (dialect.is_published)(key))
    }
}
