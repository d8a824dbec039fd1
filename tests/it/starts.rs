//! Opening a database: it is refused while another process uses it and if it is not camulator's, several servers may
//! start at once on an empty one, and an earlier version's is migrated.

use crate::support::{Database, Place, Process, Raw, on_places};
use camulator::args;
use camulator::dialect::Dialects;
use camulator::engine::Engine;
use camulator::engine::fault::{Fault, Internal};
use camulator::env::Env;
use camulator::secret::Sealer;
use camulator::store::{Durability, Location, Store};
use serde_json::Value;
use sqlx::migrate::Migrator;
use std::collections::BTreeSet;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

async fn open(location: &Location) -> Result<Store, String> {
    Store::open(location, Durability::Full).await.map_err(|error| error.to_string())
}

/// Asserts that the file was not opened, and that the reason is one line that names it.
#[track_caller]
fn refused(outcome: Result<Store, String>, path: &Path, why: &str) {
    let line = outcome.err().unwrap_or_else(|| panic!("{} was opened", path.display()));
    assert!(line.contains(why) && line.contains(path.to_str().unwrap()) && !line.contains('\n'), "{line}");
}

fn on_a_file(test: impl AsyncFn(PathBuf)) {
    on_places(&[Database::File], async |place| {
        let Location::File(path) = &place.location else { unreachable!() };
        test(path.clone()).await;
    });
}

async fn open_file(path: &Path) -> Result<Store, String> {
    open(&Location::File(path.to_owned())).await
}

// ------------------------------------------------------------------------------------------------ one file, one process

#[test]
fn no_other_name_of_a_file_opens_it_twice() {
    on_a_file(async |path| {
        let home = path.parent().unwrap();
        std::fs::create_dir(home.join("beside")).unwrap();
        symlink(&path, home.join("link.db")).unwrap();
        symlink(home.join("link.db"), home.join("beside/link of a link")).unwrap();
        symlink(home, home.join("beside/same")).unwrap();
        let store = open_file(&path).await.unwrap();
        let names = [
            path.clone(),
            home.join("link.db"),
            home.join("beside/link of a link"),
            home.join("beside/same/camulator.db"),
            home.join("beside/../camulator.db"),
            home.join("beside/same/beside/same/link.db"),
        ];
        for name in &names {
            refused(open_file(name).await, name, "in use by another camulator");
        }
        // Neither of these names is locked, but the file itself is in use.
        let (hard, moved) = (home.join("beside/hard.db"), home.join("beside/moved.db"));
        std::fs::hard_link(&path, &hard).unwrap();
        refused(open_file(&hard).await, &hard, "in use by another camulator");
        std::fs::remove_file(&hard).unwrap();
        std::fs::rename(&path, &moved).unwrap();
        refused(open_file(&moved).await, &moved, "in use by another camulator");
        std::fs::rename(&moved, &path).unwrap();
        store.close().await;
        drop(store);
        for name in &names {
            let store = open_file(name).await.unwrap();
            store.close().await;
        }
        std::fs::hard_link(&path, &hard).unwrap();
        refused(open_file(&hard).await, &hard, "hard links");
    });
}

#[test]
fn a_link_to_a_file_that_is_not_there_yet_is_followed() {
    on_a_file(async |path| {
        let link = path.with_file_name("link.db");
        symlink(&path, &link).unwrap();
        let store = open_file(&link).await.unwrap();
        refused(open_file(&path).await, &path, "in use by another camulator");
        store.close().await;
    });
}

/// Earlier versions lock a file beside the database.
#[test]
fn a_file_that_an_earlier_version_uses_is_refused() {
    on_a_file(async |path| {
        let link = path.with_file_name("other name.db");
        symlink(&path, &link).unwrap();
        let theirs = std::fs::File::create(path.with_extension("lock")).unwrap();
        theirs.try_lock().unwrap();
        refused(open_file(&path).await, &path, "in use by another camulator");
        refused(open_file(&link).await, &link, "in use by another camulator");
        drop(theirs);
        let store = open_file(&link).await.unwrap();
        let theirs = std::fs::File::open(path.with_extension("lock")).unwrap();
        assert!(theirs.try_lock().is_err());
        store.close().await;
    });
}

// ------------------------------------------------------------------------------------------------ whose database it is

#[test]
fn a_file_that_is_not_camulators_is_refused_and_left_alone() {
    on_a_file(async |path| {
        let home = path.parent().unwrap();
        let there = |name: &str, content: &[u8]| {
            std::fs::write(home.join(name), content).unwrap();
            home.join(name)
        };
        let directory = home.join("directory.db");
        std::fs::create_dir(&directory).unwrap();
        refused(open_file(&directory).await, &directory, "not a file");
        let pipe = home.join("pipe.db");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        refused(open_file(&pipe).await, &pipe, "not a file");
        let below = home.join("nowhere/camulator.db");
        refused(open_file(&below).await, &below, "cannot open");
        let circle = home.join("circle.db");
        symlink(&circle, &circle).unwrap();
        refused(open_file(&circle).await, &circle, "cannot open");
        let lock = home.join("db.lock");
        refused(open_file(&lock).await, &lock, "name of a lock file");
        for (name, content) in [("text.db", &b"not a database at all"[..]), ("short.db", b"SQLite format 3\0")] {
            let path = there(name, content);
            refused(open_file(&path).await, &path, "not a SQLite database");
            assert_eq!(std::fs::read(&path).unwrap(), content);
        }
        let foreign = home.join("foreign.db");
        for mark in ["", "PRAGMA application_id = 1128353109;"] {
            let mut other = Raw::to(&Location::File(foreign.clone())).await;
            other.run(format!("{mark} CREATE TABLE IF NOT EXISTS accounts (recipe TEXT)")).await;
            other.close().await;
            let before = std::fs::read(&foreign).unwrap();
            refused(open_file(&foreign).await, &foreign, "another program");
            assert_eq!(std::fs::read(&foreign).unwrap(), before, "{mark}");
        }
    });
}

#[test]
fn an_empty_file_is_a_new_database() {
    on_a_file(async |path| {
        std::fs::write(&path, b"").unwrap();
        open_file(&path).await.unwrap().close().await;
        // As left by a process that set the application id and ended before it did anything else.
        let started = path.with_file_name("started.db");
        let mut other = Raw::to(&Location::File(started.clone())).await;
        other.run("PRAGMA application_id = 1128353109").await;
        other.close().await;
        open_file(&started).await.unwrap().close().await;
    });
}

/// The content of a test's schema: the names of its relations, and the rows of its tables.
async fn content(raw: &mut Raw) -> Vec<String> {
    let names = "SELECT CAST(relname AS TEXT) FROM pg_class WHERE relnamespace = CAST(current_schema() AS regnamespace) \
                 ORDER BY relname";
    let mut content = raw.texts(names).await;
    for table in raw.texts("SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = current_schema()").await {
        content.extend(raw.texts(format!("SELECT CAST(it AS TEXT) FROM {table} AS it")).await);
    }
    content
}

/// Creates the table in which sqlx notes the migrations that have run.
const NOTES: &str = "CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT NOT NULL, \
                     installed_on TIMESTAMPTZ NOT NULL DEFAULT now(), success BOOLEAN NOT NULL, \
                     checksum BYTEA NOT NULL, execution_time BIGINT NOT NULL);";

#[test]
fn a_schema_that_is_not_camulators_is_refused_and_left_alone() {
    let of_others = [
        "CREATE TABLE recipes (name TEXT); INSERT INTO recipes VALUES ('soup')".to_owned(),
        "CREATE TABLE accounts (recipe TEXT); INSERT INTO accounts VALUES ('soup')".to_owned(),
        "CREATE VIEW recipes AS SELECT 'soup' AS name".to_owned(),
        "CREATE SEQUENCE recipes".to_owned(),
        format!("{NOTES} CREATE TABLE recipes (name TEXT)"),
        format!("{NOTES} INSERT INTO _sqlx_migrations VALUES (1, 'identity', now(), true, 'theirs', 1)"),
        format!("{NOTES} INSERT INTO _sqlx_migrations VALUES (20240101, 'recipes', now(), true, 'theirs', 1)"),
        "CREATE TABLE _sqlx_migrations (soup TEXT)".to_owned(),
    ];
    for sql in of_others {
        on_places(&[Database::Postgres], async |place| {
            let mut raw = Raw::to(&place.location).await;
            raw.run(sql.clone()).await;
            let before = content(&mut raw).await;
            let line = open(&place.location).await.err().unwrap_or_else(|| panic!("opened: {sql}"));
            assert!(line.contains("tables of another program") && line.contains("--database"), "{line}");
            assert_eq!(content(&mut raw).await, before, "{sql}");
        });
    }
}

#[test]
fn a_schema_that_is_new_or_ours_is_opened() {
    on_places(&[Database::Postgres], async |place| {
        // As left by a process that ended right after it began to migrate.
        Raw::to(&place.location).await.run(NOTES).await;
        for _ in 0..2 {
            open(&place.location).await.unwrap().close().await;
        }
        let mut raw = Raw::to(&place.location).await;
        raw.run("CREATE TABLE our_own_report (name TEXT)").await;
        open(&place.location).await.unwrap().close().await;
    });
}

#[test]
fn what_a_later_version_wrote_is_refused() {
    on_places(&[Database::File, Database::Postgres], async |place| {
        open(&place.location).await.unwrap().close().await;
        let mut raw = Raw::to(&place.location).await;
        let later = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                     VALUES (9999, 'later', true, 'x', 1)";
        raw.run(later).await;
        raw.close().await;
        let line = open(&place.location).await.err().unwrap();
        assert!(line.contains("newer camulator"), "{line}");
    });
}

// ------------------------------------------------------------------------------------------------ several at once

async fn engine(store: Store, key: u8) -> Result<Engine, Fault> {
    Engine::open(store, Env::system(), Sealer::new(&[key; 32]), Dialects::BUILT_IN.clouds()).await
}

/// All three have found the database unsealed when the first one seals it.
#[test]
fn of_several_master_keys_one_seals_the_database() {
    on_places(&[Database::Postgres], async |place| {
        let mut raw = Raw::to(&place.location).await;
        let mut stores = Vec::new();
        for _ in 0..3 {
            stores.push(open(&place.location).await.unwrap());
        }
        raw.run("BEGIN; LOCK TABLE meta IN SHARE MODE").await;
        let starting: Vec<_> =
            stores.iter().cloned().zip(1..).map(|(store, key)| tokio::spawn(engine(store, key))).collect();
        raw.until_waiting(3).await;
        raw.run("COMMIT").await;
        let mut opened = Vec::new();
        for (key, starting) in (1..).zip(starting) {
            match starting.await.unwrap() {
                Ok(_) => opened.push(key),
                Err(Fault::Internal(cause @ Internal::MasterKey)) => {
                    let line = cause.to_string();
                    assert!(line.contains("CAMULATOR_MASTER_KEY") && line.contains("master.key"), "{line}");
                }
                Err(other) => panic!("{other:?}"),
            }
        }
        let [winner] = opened[..] else { panic!("{opened:?} have sealed the database") };
        assert!(engine(stores[0].clone(), winner).await.is_ok());
        assert_eq!(raw.number("SELECT COUNT(*) FROM meta").await, 1);
        assert_eq!(raw.number("SELECT COUNT(*) FROM accounts").await, 0);
    });
}

#[test]
fn the_master_key_of_the_first_start_counts() {
    on_places(&[Database::Memory, Database::File], async |place| {
        let store = open(&place.location).await.unwrap();
        assert!(engine(store.clone(), 1).await.is_ok());
        assert!(matches!(engine(store.clone(), 2).await, Err(Fault::Internal(Internal::MasterKey))));
        assert!(engine(store.clone(), 1).await.is_ok());
        store.close().await;
    });
}

/// Without a lock each of them would see an empty schema and make the same tables.
#[test]
fn migrations_that_start_at_once_run_once() {
    on_places(&[Database::Postgres], async |place| {
        let mut raw = Raw::to(&place.location).await;
        raw.run(NOTES).await;
        raw.run("BEGIN; LOCK TABLE _sqlx_migrations IN EXCLUSIVE MODE").await;
        let starting: Vec<_> = (0..3)
            .map(|_| place.location.clone())
            .map(|location| tokio::spawn(async move { open(&location).await }))
            .collect();
        raw.until_waiting(3).await;
        raw.run("COMMIT").await;
        for starting in starting {
            starting.await.unwrap().unwrap().close().await;
        }
    });
}

const KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

/// The data directories of several servers, removed after the test.
struct Homes(PathBuf);

impl Homes {
    fn of(place: &Place) -> Homes {
        let Location::Postgres(address) = &place.location else { unreachable!() };
        let schema = address.rsplit("%3D").next().unwrap();
        let homes = std::env::temp_dir().join(format!("{schema}_homes"));
        std::fs::create_dir(&homes).unwrap();
        Homes(homes)
    }

    fn of_server(&self, number: usize) -> PathBuf {
        self.0.join(number.to_string())
    }
}

impl Drop for Homes {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Starts three servers and holds them up until all have found no account; returns what each of them says.
async fn three_at_once(place: &Place, options: &[&str]) -> Vec<Result<Value, String>> {
    let Location::Postgres(address) = &place.location else { unreachable!() };
    let homes = Homes::of(place);
    let store = open(&place.location).await.unwrap();
    let digits: Vec<u8> = (0..64).step_by(2).map(|at| u8::from_str_radix(&KEY[at..at + 2], 16).unwrap()).collect();
    let sealer = Sealer::new(&digits.try_into().unwrap());
    Engine::open(store.clone(), Env::system(), sealer, Dialects::BUILT_IN.clouds()).await.unwrap();
    let mut raw = Raw::to(&place.location).await;
    raw.run("BEGIN; LOCK TABLE accounts IN SHARE MODE").await;
    let mut options = options.to_vec();
    options.extend(["--database", address]);
    let mut servers: Vec<Process> = (0..3)
        .map(|number| Process::serve(&homes.of_server(number), &options, &[("CAMULATOR_MASTER_KEY", KEY)]))
        .collect();
    raw.until_waiting(3).await;
    raw.run("COMMIT").await;
    let said = servers.iter_mut().map(Process::ready).collect();
    store.close().await;
    said
}

#[test]
fn three_servers_that_start_at_once_make_one_account() {
    let options: [&[&str]; 4] = [
        &[],
        &["--root-uin", "100000000007"],
        &["--root-secret-id", "AKIDofthree", "--root-secret-key", "secret-of-three"],
        &["--root-uin", "100000000007", "--root-secret-id", "AKIDofthree", "--root-secret-key", "secret-of-three"],
    ];
    for options in options {
        on_places(&[Database::Postgres], async |place| {
            let said = three_at_once(place, options).await;
            let shown: BTreeSet<String> = said
                .iter()
                .map(|said| said.as_ref().unwrap_or_else(|line| panic!("{options:?}: {line}")))
                .map(|said| format!("{} {} {}", said["account"], said["secret_id"], said["secret_key"]))
                .collect();
            assert_eq!(shown.len(), 1, "{options:?}: {shown:?}");
            let mut raw = Raw::to(&place.location).await;
            assert_eq!(raw.number("SELECT COUNT(*) FROM accounts").await, 1, "{options:?}");
            assert_eq!(raw.number("SELECT COUNT(*) FROM access_keys").await, 1, "{options:?}");
        });
    }
}

/// On an empty database and without a shared master key, one serves. The others say what to do and leave nothing
/// behind.
#[test]
fn three_servers_without_a_shared_key() {
    on_places(&[Database::Postgres], async |place| {
        let Location::Postgres(address) = &place.location else { unreachable!() };
        let homes = Homes::of(place);
        let start = |number| Process::serve(&homes.of_server(number), &["--database", address], &[]);
        let mut servers: Vec<Process> = (0..3).map(start).collect();
        let said: Vec<_> = servers.iter_mut().map(Process::ready).collect();
        let winners: Vec<usize> = (0..3).filter(|number| said[*number].is_ok()).collect();
        let [winner] = winners[..] else { panic!("{said:?}") };
        drop(servers);
        let root = said[winner].as_ref().unwrap()["secret_key"].clone();
        let key = homes.of_server(winner).join("master.key");
        for loser in (0..3).filter(|number| *number != winner) {
            let line = said[loser].as_ref().unwrap_err();
            assert!(line.contains("CAMULATOR_MASTER_KEY") && line.contains("master.key"), "{line}");
            assert_eq!(std::fs::read_dir(homes.of_server(loser)).unwrap().count(), 0, "it left something behind");
            // Each of the two remedies that the line names works.
            let digits = std::fs::read_to_string(&key).unwrap();
            let variables = [("CAMULATOR_MASTER_KEY", digits.trim())];
            let mut again = Process::serve(&homes.of_server(loser), &["--database", address], &variables);
            assert_eq!(again.ready().unwrap()["secret_key"], root);
            drop(again);
            std::fs::copy(&key, homes.of_server(loser).join("master.key")).unwrap();
            assert_eq!(start(loser).ready().unwrap()["secret_key"], root);
        }
        assert_eq!(Raw::to(&place.location).await.number("SELECT COUNT(*) FROM accounts").await, 1);
        // A refused start does not remove a key file that was there before.
        std::fs::write(homes.of_server(winner).join("master.key"), KEY).unwrap();
        assert!(start(winner).ready().is_err());
        assert_eq!(std::fs::read_to_string(&key).unwrap(), KEY);
    });
}

/// With one data directory for all, one creates the master key and the others read it.
#[test]
fn three_servers_with_one_data_directory() {
    on_places(&[Database::Postgres], async |place| {
        let Location::Postgres(address) = &place.location else { unreachable!() };
        let homes = Homes::of(place);
        let mut servers: Vec<Process> =
            (0..3).map(|_| Process::serve(&homes.of_server(0), &["--database", address], &[])).collect();
        let said: Vec<Value> = servers.iter_mut().map(|server| server.ready().unwrap()).collect();
        assert!(said.iter().all(|one| one["secret_key"] == said[0]["secret_key"]), "{said:?}");
        assert!(said.iter().all(|one| one["admin_token"] == said[0]["admin_token"]), "{said:?}");
    });
}

// ------------------------------------------------------------------------------------------------ earlier versions

/// A database as the version before the third migration left it, with rows that only that version accepted.
async fn earlier(place: &Place) {
    let migrator = Migrator::new(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations"))).await.unwrap();
    let mut raw = Raw::to(&place.location).await;
    match &mut raw {
        Raw::Sqlite(connection) => {
            sqlx::raw_sql("PRAGMA application_id = 1128353109").execute(&mut *connection).await.unwrap();
            migrator.run_direct(Some(2), connection, false).await.unwrap();
        }
        Raw::Postgres(connection) => migrator.run_direct(Some(2), connection, false).await.unwrap(),
    }
    for (id, app_id) in [("1000", 7), ("1001", 0), ("1002", 7), ("1003", -1), ("1004", 7), ("1005", 8)] {
        raw.run(format!(
            "INSERT INTO accounts (id, cloud, name, app_id, generation, created_at, clock_mode, clock_at) \
             VALUES ('{id}', 'tencent', 'a{id}', {app_id}, 5, 1, 'inherit', 0)"
        ))
        .await;
    }
    for (account, id, uid) in [("1000", "u1", 11), ("1000", "u2", 11), ("1005", "u3", 11), ("1005", "u4", 12)] {
        raw.run(format!(
            "INSERT INTO users (account_id, id, uid, name, remark, console_login, phone, country_code, email, \
             boundary_id, created_at, seq) VALUES ('{account}', '{id}', {uid}, '{id}', '', FALSE, '', '', '', \
             '900000002', 1, 1)"
        ))
        .await;
    }
    raw.run(
        "INSERT INTO attachments VALUES ('1000', 'user', 'u1', '900000025', 1, 1), ('1000', 'user', 'u1', '1', 1, 2)",
    )
    .await;
    raw.close().await;
}

#[test]
fn an_earlier_database_is_brought_up_to_date() {
    on_places(&[Database::File, Database::Postgres], async |place| {
        earlier(place).await;
        let store = open(&place.location).await.unwrap();
        let mut read = store.read().await.unwrap();
        let accounts: Vec<(String, i64, i64)> =
            read.tx().all("SELECT name, application, incarnation FROM accounts ORDER BY id", args![]).await.unwrap();
        let users: Vec<(String, i64)> =
            read.tx().all("SELECT name, uid FROM users ORDER BY id", args![]).await.unwrap();
        drop(read);
        assert_eq!(
            accounts.iter().map(|(name, ..)| name.as_str()).collect::<String>(),
            "a1000a1001a1002a1003a1004a1005"
        );
        assert_eq!((accounts[0].1, accounts[5].1), (7, 8), "the first account with a number keeps it");
        let app_ids: BTreeSet<i64> = accounts.iter().map(|(_, app_id, _)| *app_id).collect();
        assert!(app_ids.len() == 6 && app_ids.iter().all(|app_id| *app_id > 0), "{accounts:?}");
        let uids: BTreeSet<i64> = users.iter().map(|(_, uid)| *uid).collect();
        assert!(uids.len() == 4 && uids.iter().all(|uid| *uid > 0), "{users:?}");
        assert_eq!((users[0].1, users[3].1), (11, 12));
        // Presets have other ids now.
        let mut read = store.read().await.unwrap();
        let boundaries: Vec<(String,)> =
            read.tx().all("SELECT DISTINCT boundary_id FROM users", args![]).await.unwrap();
        let attached: Vec<(String,)> =
            read.tx().all("SELECT policy_id FROM attachments ORDER BY policy_id", args![]).await.unwrap();
        drop(read);
        assert_eq!(boundaries, [("596170".to_owned(),)]);
        assert_eq!(attached, ["1", "30100465"].map(|id| (id.to_owned(),)));
        assert!(engine(store.clone(), 1).await.is_ok());
        store.close().await;
    });
}
