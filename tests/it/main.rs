//! The integration tests, compiled into one binary.
//!
//! Tests of the API send signed requests to the real router, and each has its own clock and source of randomness. Tests
//! that depend on the database run on SQLite. When `CAMULATOR_TEST_POSTGRES` holds an administrator's address
//! (`postgres://postgres@127.0.0.1:5432/postgres`), they run on PostgreSQL too, each in its own schema.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at its first failed expectation"
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
mod forgeries;
mod journal;
mod locales;
mod narrowing;
mod neighbours;
mod nouns;
mod older;
mod pages;
#[path = "../policy/played.rs"]
mod policy_corpus;
mod policy_wire;
mod principals;
mod purge;
mod quotas;
mod rates;
mod readiness;
mod recorded;
mod replicas;
mod rights;
mod role_names;
mod script;
mod secrets;
mod signatures;
mod sockets;
mod sso;
mod starts;
mod story;
mod strangers;
mod stubs;
mod support;
mod tags;
mod tc3;
mod tenants;
mod tidy;
mod tls;
mod totp;
mod toy;
mod transports;
mod vectors;
mod wire;
mod world;
mod writes;
