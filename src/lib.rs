//! camulator stands in for the identity services of Tencent Cloud, and later of Baidu AI Cloud and NAVER Cloud, so that
//! code which creates roles, attaches policies and assumes them can be tested without a cloud account. It tells the
//! truth: every signature is verified, every policy evaluated, every credential expires.
//!
//! # The map, in the order in which a request meets the modules
//!
//! | module | what it is |
//! | --- | --- |
//! | [`cli`] | the command line: one file a command; `serve` puts the parts together |
//! | [`config`] | configuration from flags, environment and file |
//! | [`surface`] | the whole HTTP surface: the emulator's own paths, and everything else as a request to a cloud |
//! | [`admin`] | the emulator's own API |
//! | [`server`] | listening within bounds, and `handle`: the straight line of a request, on one screen |
//! | [`journal`] | the record of requests and the reasons for their answers |
//! | [`limit`] | requests per second |
//! | [`dialect`] | one cloud's wire each: bytes into (who, which operation, typed input), and results into bytes |
//! | [`engine`] | identities, policies and sessions: meaning and SQL |
//! | [`policy`] | documents, the evaluator, explanations: pure |
//! | [`federation`] | SAML responses, OIDC tokens and the keys that verify them: pure |
//! | [`store`] | the one seam to SQLite and PostgreSQL |
//! | [`secret`] | secrets in memory and at rest |
//! | [`env`](mod@env) | the only source of time and randomness |
//!
//! # What differs between clouds
//!
//! A cloud is a directory of [`dialect`], one of [`policy::grammar`], and an entry in [`dialect::Dialects`]. Everything
//! else asks three values and never which cloud it is: [`dialect::contract::Dialect`] is the wire, [`policy::Language`]
//! the policies, [`engine::cloud::Cloud`] ids, quotas, durations and presets. `tests/it/toy.rs` is a cloud that only
//! the tests know.
//!
//! # Invariants
//!
//! `tests/it/tidy.rs` checks those that can be read off the source.
//!
//! 1. Imports run one way, downwards in the map, without circles of any length. Only [`store`] names `sqlx`. Only
//!    [`server`], [`admin`] and [`surface`] name `axum`, only [`server`] what is below it. [`engine`] and [`policy`]
//!    name neither, nor `http`.
//! 2. Wire names, error codes and envelopes occur only under [`dialect`]; [`engine`] never mentions a vendor. The
//!    grammars of policy documents are the vendors' too, and live in [`policy::grammar`].
//! 3. SQL occurs only in [`engine`], in `migrations`, and in [`store`] as the statements that read and write back the
//!    ledgers of accounts. Every statement runs unchanged on SQLite and PostgreSQL, with two exceptions in [`store`]: the
//!    check of who owns a database before it is opened, and the clause that locks accounts, which SQLite does not need.
//! 4. [`policy`] is pure: no clock, no I/O, no async; it cannot fail, it returns a decision with its reasons.
//!    [`federation`] is pure as well.
//! 5. Time and randomness enter only through [`env`](mod@env); clippy forbids the calls that go around it. TLS takes its
//!    randomness, and the keys of certificates, from its own library.
//! 6. Operations neither begin nor end transactions: `server::handle` and the admin API hand them to [`engine::cx`].
//! 7. Every statement on a tenant's data binds the account's id.
//! 8. An operation receives [`engine::authorize::Authorized`], which only that module can make; a line of a registry
//!    without a permission does not compile.
//! 9. Every documented error code of an operation occurs in a test or in the checked-in list of codes not reached.
//! 10. No operation answers success without doing its work. One that is not built answers as an unknown action.
//!
//! # The view, and why a read costs no query
//!
//! Every account row has a generation, which each change of the account increments: it is the lock of a writer and the
//! version of what was read. [`engine::view`] keeps compiled parts of a tenant, each good as long as nothing that it
//! depends on has changed; where only this process writes, that is known without asking.
//!
//! # Writes, and why they are few messages
//!
//! A message to the database costs more than the statement in it, so [`store`] puts the statements of all waiting writes
//! into one transaction and the rows of one table into one `INSERT`. A write therefore does not wait for a statement to
//! learn whether it did what it should: it takes that for granted. If it was wrong, the group is rolled back and each of
//! its writes repeated alone, statement by statement. Quotas are numbers in the account's row, its ledger, which a group
//! reads once and writes back once.

pub mod admin;
pub mod cli;
pub mod config;
pub mod dialect;
pub mod engine;
pub mod env;
pub mod federation;
pub mod journal;
pub mod limit;
pub mod policy;
pub mod secret;
pub mod server;
pub mod store;
pub mod surface;
