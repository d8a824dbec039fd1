//! What waits together is committed together, and fails alone.

use camulator::args;
use camulator::store::{Durability, Location, Row, Store};

/// A stub's row, which refers to nothing, or one of an account that does not exist.
fn row(service: usize) -> Row {
    Row {
        insert: "INSERT INTO stubs (service, action, body)",
        values: args![format!("s{service}"), "Do".to_owned(), "{}".to_owned()],
    }
}

fn orphan() -> Row {
    let values = args!["nobody", "1", "r", "s", 0_i64];
    Row { insert: "INSERT INTO deletion_tasks (account_id, id, role_name, service, created_at)", values }
}

async fn count(store: &Store) -> i64 {
    let count: Option<(i64,)> = store.glance("SELECT COUNT(*) FROM stubs", args![]).await.unwrap();
    count.unwrap().0
}

/// The writer runs on the same thread, so everything is queued before it begins.
fn on_a_store(test: impl AsyncFnOnce(Store)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        test(Store::open(&Location::Memory, Durability::Full).await.unwrap()).await;
    });
}

/// Appends all of them at once; whether each went in.
async fn append(store: &Store, rows: Vec<Row>) -> Vec<bool> {
    let tasks: Vec<_> = rows
        .into_iter()
        .map(|row| {
            let store = store.clone();
            tokio::spawn(async move { store.append(row).await.is_ok() })
        })
        .collect();
    let mut outcomes = Vec::new();
    for task in tasks {
        outcomes.push(task.await.unwrap());
    }
    outcomes
}

#[test]
fn rows_that_wait_together_all_go_in() {
    on_a_store(async |store| {
        // Not a power of two, and more than go into one statement.
        assert_eq!(append(&store, (0..203).map(row).collect()).await, vec![true; 203]);
        assert_eq!(count(&store).await, 203);
    });
}

#[test]
fn a_row_that_cannot_go_in_fails_alone() {
    on_a_store(async |store| {
        let rows = [row(1), orphan(), row(2), row(1), row(3)].into();
        assert_eq!(append(&store, rows).await, [true, false, true, false, true]);
        assert_eq!(count(&store).await, 3);
        assert_eq!(append(&store, vec![row(4)]).await, [true]);
    });
}

#[test]
fn rows_stand_when_a_job_beside_them_is_undone() {
    on_a_store(async |store| {
        let beside = store.clone();
        let undone = tokio::spawn(async move {
            let job = beside.write(
                |tx| {
                    Box::pin(async move {
                        tx.execute("INSERT INTO stubs (service, action, body) VALUES ('x', 'y', 'z')", args![]).await?;
                        tx.execute("INSERT INTO stubs (service, action, body) VALUES ('x', 'y', 'z')", args![]).await
                    })
                },
                |_| (),
            );
            job.await.unwrap().is_err()
        });
        assert_eq!(append(&store, (0..5).map(row).collect()).await, [true; 5]);
        assert!(undone.await.unwrap());
        assert_eq!(count(&store).await, 5);
    });
}
