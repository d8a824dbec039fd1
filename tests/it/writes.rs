//! Writes that wait together are committed together, but each fails alone. A write is answered only after its commit,
//! whatever its work does.

use crate::support::{Database, Place, Raw, on_places};
use camulator::args;
use camulator::store::{BoxFuture, Durability, Error, Row, Store, WriteTx};
use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use tokio::sync::Notify;

const EVERYWHERE: &[Database] = &[Database::Memory, Database::File, Database::Postgres];
/// Databases that a second connection can read.
const SHARED: &[Database] = &[Database::File, Database::Postgres];
/// Databases whose connection for writes is opened again at once when it is given up.
const QUEUED: &[Database] = &[Database::Memory, Database::File];

/// A row that refers to no other: a stub of the service `s<number>`.
fn row(number: usize) -> Row {
    Row {
        insert: "INSERT INTO stubs (service, action, body)",
        values: args![format!("s{number}"), "Do".to_owned(), "{}".to_owned()],
    }
}

/// A row of an account that does not exist.
fn orphan() -> Row {
    let values = args!["nobody", "1", "r", "s", 0_i64];
    Row { insert: "INSERT INTO deletion_tasks (account_id, id, role_name, service, created_at)", values }
}

/// A row that is inserted, but makes the commit fail.
fn late_row() -> Row {
    Row { insert: "INSERT INTO late (id)", values: args!["nobody"] }
}

type Outcome = Result<(), Error>;
type Work = for<'t> fn(&'t mut WriteTx<'_>) -> BoxFuture<'t, Outcome>;

fn good<'t>(tx: &'t mut WriteTx<'_>) -> BoxFuture<'t, Outcome> {
    Box::pin(async move {
        tx.execute("INSERT INTO stubs (service, action, body) VALUES ('good', 'Do', '{}')", args![]).await.map(drop)
    })
}

/// Changes something and then fails.
fn half_way<'t>(tx: &'t mut WriteTx<'_>) -> BoxFuture<'t, Outcome> {
    Box::pin(async move {
        tx.execute("INSERT INTO stubs (service, action, body) VALUES ('half', 'Do', '{}')", args![]).await?;
        tx.execute("INSERT INTO stubs (service, action, body) VALUES ('half', 'Do', '{}')", args![]).await.map(drop)
    })
}

/// Ignores the failure of a statement and succeeds.
fn going_on<'t>(tx: &'t mut WriteTx<'_>) -> BoxFuture<'t, Outcome> {
    Box::pin(async move {
        tx.execute("INSERT INTO stubs (service, action, body) VALUES ('on', 'Do', '{}')", args![]).await?;
        let _ = tx.execute("INSERT INTO stubs (service, action, body) VALUES ('on', 'Do', '{}')", args![]).await;
        Ok(())
    })
}

/// Succeeds, but its commit fails.
fn late<'t>(tx: &'t mut WriteTx<'_>) -> BoxFuture<'t, Outcome> {
    Box::pin(async move {
        tx.execute("INSERT INTO stubs (service, action, body) VALUES ('late', 'Do', '{}')", args![]).await?;
        tx.execute("INSERT INTO late (id) VALUES ('nobody')", args![]).await.map(drop)
    })
}

/// Fails if it sees the row of [`late`].
fn if_not_late<'t>(tx: &'t mut WriteTx<'_>) -> BoxFuture<'t, Outcome> {
    Box::pin(async move {
        match tx.number("SELECT COUNT(*) FROM stubs WHERE service = 'late'", args![]).await? {
            0 => Ok(()),
            _ => Err(Error::Closed),
        }
    })
}

fn panicking<'t>(tx: &'t mut WriteTx<'_>) -> BoxFuture<'t, Outcome> {
    Box::pin(async move {
        tx.execute("INSERT INTO stubs (service, action, body) VALUES ('panic', 'Do', '{}')", args![]).await?;
        panic!("a mistake in a job");
    })
}

fn panicking_at_once<'t>(_: &'t mut WriteTx<'_>) -> BoxFuture<'t, Outcome> {
    panic!("a mistake before a job");
}

/// Rolls back the transaction that it runs in, so that the rollback after the job fails.
fn rolling_back<'t>(tx: &'t mut WriteTx<'_>) -> BoxFuture<'t, Outcome> {
    Box::pin(async move {
        tx.execute("INSERT INTO stubs (service, action, body) VALUES ('back', 'Do', '{}')", args![]).await?;
        tx.execute("ROLLBACK", args![]).await?;
        Err(Error::Closed)
    })
}

fn write(store: &Store, work: Work) -> BoxFuture<'static, Outcome> {
    let store = store.clone();
    Box::pin(async move { store.write(None, work, |()| ()).await? })
}

fn append(store: &Store, row: Row) -> BoxFuture<'static, Outcome> {
    let store = store.clone();
    Box::pin(async move { store.append(row).await })
}

fn on_stores(databases: &[Database], test: impl AsyncFn(Store, &Place)) {
    on_places(databases, async |place| {
        let store = Store::open(&place.location, Durability::Full).await.unwrap();
        let table = "CREATE TABLE late (id TEXT NOT NULL REFERENCES meta (name) DEFERRABLE INITIALLY DEFERRED)";
        store.write(None, move |tx| Box::pin(tx.execute(table, args![])), |_| ()).await.unwrap().unwrap();
        test(store.clone(), place).await;
        store.close().await;
    });
}

async fn queue<T: Send + 'static>(future: BoxFuture<'static, T>) -> BoxFuture<'static, T> {
    // The runtime's budget for one task must not limit how many writes are queued.
    let mut future: BoxFuture<'static, T> = Box::pin(tokio::task::unconstrained(future));
    let outcome = poll_fn(|context| Poll::Ready(future.as_mut().poll(context))).await;
    match outcome {
        Poll::Ready(value) => Box::pin(std::future::ready(value)),
        Poll::Pending => future,
    }
}

/// Holds the writer up until all writes wait, so that they run as one group.
async fn together<T: Send + 'static>(store: &Store, writes: Vec<BoxFuture<'static, T>>) -> Vec<T> {
    let mut waiting = Vec::new();
    let (entered, open) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (held, entering, opened) = (store.clone(), entered.clone(), open.clone());
    let gate = queue(Box::pin(async move {
        held.write(
            None,
            move |_| {
                let (entering, opened) = (entering.clone(), opened.clone());
                Box::pin(async move {
                    entering.notify_one();
                    opened.notified().await;
                    Outcome::Ok(())
                })
            },
            |()| (),
        )
        .await
    }))
    .await;
    entered.notified().await;
    for write in writes {
        waiting.push(queue(write).await);
    }
    open.notify_one();
    gate.await.unwrap().unwrap();
    let mut outcomes = Vec::new();
    for write in waiting {
        outcomes.push(write.await);
    }
    outcomes
}

async fn outcomes(store: &Store, writes: Vec<BoxFuture<'static, Outcome>>) -> Vec<bool> {
    together(store, writes).await.into_iter().map(|outcome| outcome.is_ok()).collect()
}

/// The services of the stubs that are there.
async fn services(store: &Store) -> Vec<String> {
    let mut read = store.read().await.unwrap();
    let rows: Vec<(String,)> = read.tx().all("SELECT service FROM stubs", args![]).await.unwrap();
    let mut services: Vec<String> = rows.into_iter().map(|(service,)| service).collect();
    services.sort();
    services
}

#[test]
fn rows_that_wait_together_are_all_inserted() {
    on_stores(EVERYWHERE, async |store, _| {
        // Not a power of two, and more than fit into one statement.
        let rows = (0..203).map(|number| append(&store, row(number))).collect();
        assert_eq!(outcomes(&store, rows).await, vec![true; 203]);
        assert_eq!(services(&store).await.len(), 203);
    });
}

#[test]
fn a_row_that_cannot_be_inserted_fails_alone() {
    on_stores(EVERYWHERE, async |store, _| {
        append(&store, row(1)).await.unwrap();
        let rows = [row(1), orphan(), row(2), orphan(), row(3)].map(|row| append(&store, row)).into();
        assert_eq!(outcomes(&store, rows).await, [false, false, true, false, true]);
        assert_eq!(services(&store).await, ["s1", "s2", "s3"]);
        append(&store, row(4)).await.unwrap();
    });
}

#[test]
fn writes_beside_a_job_that_fails_are_committed() {
    on_stores(EVERYWHERE, async |store, _| {
        let writes = vec![
            append(&store, row(1)),
            write(&store, half_way),
            append(&store, row(2)),
            write(&store, good),
            write(&store, half_way),
        ];
        assert_eq!(outcomes(&store, writes).await, [true, false, true, true, false]);
        assert_eq!(services(&store).await, ["good", "s1", "s2"]);
    });
}

#[test]
fn a_panic_fails_its_own_job_and_no_other() {
    on_stores(EVERYWHERE, async |store, _| {
        let writes = vec![
            append(&store, row(1)),
            write(&store, panicking),
            write(&store, good),
            write(&store, panicking_at_once),
            append(&store, row(2)),
        ];
        let answers = together(&store, writes).await;
        assert!(
            matches!(answers[..], [Ok(()), Err(Error::Panicked), Ok(()), Err(Error::Panicked), Ok(())]),
            "{answers:?}"
        );
        assert_eq!(services(&store).await, ["good", "s1", "s2"]);
        for work in [panicking as Work, panicking_at_once] {
            assert!(matches!(write(&store, work).await, Err(Error::Panicked)));
        }
        append(&store, row(3)).await.unwrap();
        assert_eq!(services(&store).await, ["good", "s1", "s2", "s3"]);
    });
}

/// The caller of such a job would rely on a row that PostgreSQL has discarded.
#[test]
fn a_job_that_goes_on_after_a_failed_statement_is_undone() {
    on_stores(EVERYWHERE, async |store, _| {
        assert!(matches!(write(&store, going_on).await, Err(Error::WentOn)));
        let writes = vec![write(&store, good), write(&store, going_on), append(&store, row(1))];
        assert_eq!(outcomes(&store, writes).await, [true, false, true]);
        assert_eq!(services(&store).await, ["good", "s1"]);
    });
}

#[test]
fn a_commit_that_fails_is_an_error_of_its_writes_only() {
    on_stores(EVERYWHERE, async |store, _| {
        assert!(write(&store, late).await.is_err());
        assert!(append(&store, late_row()).await.is_err());
        assert_eq!(services(&store).await, Vec::<String>::new());
        let called = Arc::new(AtomicU64::new(0));
        let counted = |work: Work| {
            let (store, called) = (store.clone(), called.clone());
            Box::pin(async move {
                store.write(None, work, move |()| _ = called.fetch_add(1, Ordering::SeqCst)).await.and_then(|done| done)
            }) as BoxFuture<'static, Outcome>
        };
        assert!(counted(late).await.is_err());
        let writes = vec![
            append(&store, row(1)),
            counted(late),
            append(&store, late_row()),
            counted(good),
            append(&store, late_row()),
            append(&store, row(2)),
        ];
        assert_eq!(outcomes(&store, writes).await, [true, false, false, true, false, true]);
        assert_eq!(called.load(Ordering::SeqCst), 1, "called back for what was not committed");
        assert_eq!(services(&store).await, ["good", "s1", "s2"]);
    });
}

/// Inserts a row and returns whether it is new.
fn claim<'t>(tx: &'t mut WriteTx<'_>) -> BoxFuture<'t, Result<bool, Error>> {
    Box::pin(async move { tx.insert(row(7)).await })
}

/// Changes the row of [`claim`] and returns whether it is there.
fn changed<'t>(tx: &'t mut WriteTx<'_>) -> BoxFuture<'t, Result<bool, Error>> {
    Box::pin(async move { tx.change_one("UPDATE stubs SET body = '7' WHERE service = 's7'", args![]).await })
}

/// Each write takes for granted that it is the first.
#[test]
fn what_a_write_takes_for_granted_is_found_out() {
    on_stores(EVERYWHERE, async |store, _| {
        let write = |work: for<'t> fn(&'t mut WriteTx<'_>) -> BoxFuture<'t, Result<bool, Error>>| {
            let store = store.clone();
            Box::pin(async move { store.write(None, work, |_| ()).await.unwrap().unwrap() }) as BoxFuture<'static, bool>
        };
        assert!(!write(changed).await, "there is nothing to change");
        let claims = together(&store, (0..20).map(|_| write(claim)).collect()).await;
        assert_eq!(claims.iter().filter(|is_new| **is_new).count(), 1, "{claims:?}");
        assert!(write(changed).await);
        assert!(!write(claim).await);
        assert_eq!(services(&store).await, ["s7"]);
    });
}

/// A refusal is not a reason to repeat the other writes, whose rows its query has made the writer run.
#[test]
fn a_refusal_repeats_no_other_write() {
    on_stores(EVERYWHERE, async |store, _| {
        let runs = Arc::new(AtomicU64::new(0));
        let counted = |number: usize| {
            let (store, runs) = (store.clone(), runs.clone());
            Box::pin(async move {
                let counted = store.write(
                    None,
                    move |tx| {
                        runs.fetch_add(1, Ordering::SeqCst);
                        Box::pin(async move { tx.insert(row(number)).await.map(drop) })
                    },
                    |()| (),
                );
                counted.await?
            }) as BoxFuture<'static, Outcome>
        };
        let refuse: Work = |tx| {
            Box::pin(async move {
                // Its own row waits behind the query and must go.
                tx.number("SELECT COUNT(*) FROM stubs", args![]).await?;
                tx.insert(row(99)).await?;
                Err(Error::Closed)
            })
        };
        let writes = vec![counted(1), write(&store, refuse), counted(2), write(&store, refuse), counted(3)];
        assert_eq!(outcomes(&store, writes).await, [true, false, true, false, true]);
        assert_eq!(runs.load(Ordering::SeqCst), 3);
        assert_eq!(services(&store).await, ["s1", "s2", "s3"]);
    });
}

#[test]
fn no_write_fails_because_of_uncommitted_rows() {
    on_stores(EVERYWHERE, async |store, _| {
        let writes = vec![write(&store, late), write(&store, if_not_late)];
        assert_eq!(outcomes(&store, writes).await, [false, true]);
    });
}

#[test]
fn a_second_connection_sees_what_was_answered() {
    on_stores(SHARED, async |store, place| {
        let mut other = Raw::to(&place.location).await;
        write(&store, good).await.unwrap();
        assert_eq!(other.texts("SELECT service FROM stubs").await, ["good"]);
        append(&store, row(1)).await.unwrap();
        assert_eq!(other.number("SELECT COUNT(*) FROM stubs").await, 2);
        let mut running = Vec::new();
        for number in 2..40 {
            running.push(tokio::spawn(append(&store, row(number))));
        }
        for (place, running) in running.into_iter().enumerate() {
            running.await.unwrap().unwrap();
            let sql = format!("SELECT COUNT(*) FROM stubs WHERE service = 's{}'", place + 2);
            assert_eq!(other.number(sql).await, 1);
        }
        other.close().await;
    });
}

/// The callback publishes the result, so a second connection must see it by then.
#[test]
fn the_callback_comes_after_the_commit_and_before_the_answer() {
    on_stores(SHARED, async |store, place| {
        let location = place.location.clone();
        let seen = Arc::new(AtomicU64::new(0));
        let note = seen.clone();
        let look = move |(): &()| {
            // On a thread of its own, because the callback cannot wait for a future.
            let looking = std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(async {
                    Raw::to(&location).await.number("SELECT COUNT(*) FROM stubs WHERE service = 'good'").await
                })
            });
            note.store(looking.join().unwrap().unsigned_abs(), Ordering::SeqCst);
        };
        store.write(None, good as Work, look).await.unwrap().unwrap();
        assert_eq!(seen.load(Ordering::SeqCst), 1);
    });
}

/// SQLite says that there is nothing to roll back. The writer does not rely on that but closes the connection, and the
/// temporary table is gone with it.
#[test]
fn a_rollback_that_fails_ends_the_connection_and_not_the_writer() {
    on_stores(QUEUED, async |store, place| {
        let temporary = "CREATE TEMP TABLE own (id TEXT)";
        store.write(None, move |tx| Box::pin(tx.execute(temporary, args![])), |_| ()).await.unwrap().unwrap();
        write(&store, good).await.unwrap();
        assert!(write(&store, rolling_back).await.is_err());
        let found =
            store.write(None, |tx| Box::pin(tx.number("SELECT COUNT(*) FROM own", args![])), |_| ()).await.unwrap();
        // In memory the connection is the database, so it is kept.
        let in_memory = matches!(place.location, camulator::store::Location::Memory);
        assert_eq!(found.is_ok(), in_memory, "{found:?}");
        let writes = vec![append(&store, row(1)), write(&store, rolling_back), append(&store, row(2))];
        assert_eq!(outcomes(&store, writes).await, [true, false, true]);
        assert_eq!(services(&store).await, ["good", "s1", "s2"]);
    });
}

/// Work that loses its connection to PostgreSQL halfway, and then ends with this outcome.
fn cut_off(place: &Place, outcome: Outcome) -> impl for<'t> Fn(&'t mut WriteTx<'_>) -> BoxFuture<'t, Outcome> + use<> {
    let (location, fails) = (place.location.clone(), outcome.is_err());
    move |tx| {
        let location = location.clone();
        Box::pin(async move {
            tx.execute("INSERT INTO stubs (service, action, body) VALUES ('cut', 'Do', '{}')", args![]).await?;
            let backend = tx.number("SELECT CAST(pg_backend_pid() AS BIGINT)", args![]).await?;
            let mut other = Raw::to(&location).await;
            other.texts(format!("SELECT CAST(pg_terminate_backend({backend}) AS TEXT)")).await;
            let gone = format!("SELECT COUNT(*) FROM pg_stat_activity, pg_sleep(0.005) WHERE pid = {backend}");
            while other.number(gone.clone()).await > 0 {}
            if fails { Err(Error::Closed) } else { Ok(()) }
        })
    }
}

#[test]
fn a_commit_without_its_connection_is_an_error() {
    on_stores(&[Database::Postgres], async |store, place| {
        for outcome in [Ok(()), Err(Error::Closed)] {
            let called = Arc::new(AtomicU64::new(0));
            let calling = called.clone();
            let told = store.write(None, cut_off(place, outcome), move |()| calling.store(1, Ordering::SeqCst)).await;
            assert!(!matches!(told, Ok(Ok(()))), "{told:?}");
            assert_eq!(called.load(Ordering::SeqCst), 0, "called back for what was not committed");
            assert_eq!(services(&store).await, Vec::<String>::new());
        }
        for number in 0..20 {
            append(&store, row(number)).await.unwrap();
        }
    });
}
