//! Failures that only unit tests can provoke: a connection on which everything fails, and a bug in the writer itself.

use super::desk::{Again, Desk, Line};
use super::handle::Backend;
use super::job::{Job, Queued, append};
use super::writer::start;
use super::*;
use sqlx::Connection as _;
use sqlx::sqlite::SqliteConnection;
use std::sync::Arc;
use tokio::sync::oneshot;
use tokio::sync::{Mutex, mpsc};

async fn memory() -> SqliteConnection {
    SqliteConnection::connect("sqlite::memory:").await.unwrap()
}

async fn file() -> (std::path::PathBuf, SqliteConnection, sqlx::sqlite::SqliteConnectOptions) {
    let directory = std::env::temp_dir().join(format!("camulator-store-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(directory.join("db")).create_if_missing(true);
    let connection = SqliteConnection::connect_with(&options).await.unwrap();
    (directory, connection, options)
}

/// Interrupts every later statement on the connection.
async fn break_down(desk: &Mutex<Desk>) {
    let mut desk = desk.lock().await;
    desk.sqlite().unwrap().lock_handle().await.unwrap().set_progress_handler(1, || false);
}

async fn add(writer: &mpsc::Sender<Queued>) -> Result<(), Error> {
    let row = Row { insert: "INSERT INTO t (n)", values: crate::args![1] };
    append(writer, row).await
}

async fn table(connection: &mut SqliteConnection) {
    sqlx::raw_sql("CREATE TABLE t (n BIGINT)").execute(connection).await.unwrap();
}

#[tokio::test]
async fn a_lost_memory_is_never_an_empty_database() {
    let mut connection = memory().await;
    table(&mut connection).await;
    let desk = Arc::new(Mutex::new(Desk::new(Some(Line::Sqlite(connection)), Again::Never)));
    let writer = start(desk.clone(), None);
    add(&writer).await.unwrap();
    break_down(&desk).await;
    assert!(add(&writer).await.is_err());
    assert!(desk.lock().await.sqlite().is_none());
    assert!(matches!(add(&writer).await, Err(Error::Shared(_) | Error::Lost)));
    let store = Store { backend: Backend::Memory(desk), writer, description: "memory".into(), _claim: None };
    assert!(matches!(store.read().await, Err(Error::Lost)));
    assert!(matches!(store.glance::<(i64,)>("SELECT 1", vec![]).await, Err(Error::Lost)));
}

#[tokio::test]
async fn a_file_is_opened_again() {
    let (directory, mut connection, options) = file().await;
    table(&mut connection).await;
    let desk = Arc::new(Mutex::new(Desk::new(Some(Line::Sqlite(connection)), Again::Sqlite(options))));
    let writer = start(desk.clone(), None);
    add(&writer).await.unwrap();
    break_down(&desk).await;
    add(&writer).await.unwrap();
    let mut desk = desk.lock().await;
    let rows: (i64,) = sqlx::query_as("SELECT COUNT(*) FROM t").fetch_one(desk.sqlite().unwrap()).await.unwrap();
    assert_eq!(rows.0, 2);
    drop(desk);
    std::fs::remove_dir_all(directory).unwrap();
}

/// A job that panics where the writer does not expect it.
struct Trap(oneshot::Sender<Result<(), Error>>);

impl Job for Trap {
    fn run<'t>(&'t mut self, _: &'t mut WriteTx<'_>) -> BoxFuture<'t, bool> {
        panic!("a mistake of the writer's own")
    }

    fn finish(self: Box<Self>, transaction: Result<(), Error>) {
        let _ = self.0.send(transaction);
    }
}

#[tokio::test]
async fn a_mistake_of_the_writers_own_does_not_end_it() {
    let mut connection = memory().await;
    table(&mut connection).await;
    let desk = Arc::new(Mutex::new(Desk::new(Some(Line::Sqlite(connection)), Again::Never)));
    let writer = start(desk.clone(), None);
    add(&writer).await.unwrap();
    let (reply, told) = oneshot::channel();
    assert!(writer.send(Queued::Job(Box::new(Trap(reply)))).await.is_ok());
    assert!(told.await.is_err(), "a dropped reply is an error for the waiting caller");
    add(&writer).await.unwrap();
    let mut desk = desk.lock().await;
    let rows: (i64,) = sqlx::query_as("SELECT COUNT(*) FROM t").fetch_one(desk.sqlite().unwrap()).await.unwrap();
    assert_eq!(rows.0, 2);
}

#[tokio::test]
async fn a_store_that_is_closed_says_so() {
    let store = Store::open(&Location::Memory, Durability::Full).await.unwrap();
    store.close().await;
    let row = Row { insert: "INSERT INTO meta (name, value)", values: crate::args!["a", "b"] };
    assert!(matches!(store.append(row).await, Err(Error::Closed)));
}
