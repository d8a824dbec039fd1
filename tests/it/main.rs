//! The integration tests: one binary.
//!
//! Every test speaks to the real router, really signed, on a clock and a source of randomness of its own. Tests of what
//! is stored run on SQLite and, when `CAMULATOR_TEST_POSTGRES` holds the address of an administrator
//! (`postgres://postgres@127.0.0.1:5432/postgres`), on PostgreSQL too, in a schema each.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends with the first thing that is not as it should be"
)]

mod admin;
mod attaching;
mod authorisation;
mod bounds;
mod calendar;
mod catalogue;
mod codes;
mod collisions;
mod contract;
mod costs;
mod damage;
mod deeds;
mod edges;
mod ended;
mod journal;
mod locales;
mod narrowing;
mod neighbours;
mod nouns;
mod pages;
#[path = "../policy/played.rs"]
mod policy_corpus;
mod policy_wire;
mod principals;
mod purge;
mod quotas;
mod rates;
mod readiness;
mod replicas;
mod rights;
mod role_names;
mod script;
mod secrets;
mod signatures;
mod sockets;
mod starts;
mod story;
mod strangers;
mod stubs;
mod support;
mod tags;
mod tc3;
mod tenants;
mod tidy;
mod toy;
mod wire;
mod world;
mod writes;
