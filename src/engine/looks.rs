//! Looks at the generations of accounts, shared by the requests that wait for one.
//!
//! Where other processes write to the same database, every request must know the state at a moment after it arrived.
//! One query tells this to all requests that waited when it began.

use super::fault::Fault;
use super::ids::AccountId;
use crate::store::{Argument, Error, Store};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};
use tokio::sync::{mpsc, oneshot};

/// What a look at an account tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Version {
    /// The account's generation.
    pub(super) generation: i64,
    /// Its incarnation.
    pub(super) incarnation: i64,
    /// The generation of the globals.
    pub(super) globals: i64,
}

/// The most accounts that one query looks at.
const MOST: usize = 64;

type Answer = Result<Option<Version>, Arc<Error>>;

struct Waiting {
    account: AccountId,
    answer: oneshot::Sender<Answer>,
}

/// The task that looks.
pub(super) struct Looks(mpsc::UnboundedSender<Waiting>);

impl Looks {
    /// Starts the task. It ends when this is dropped. Must be called inside a Tokio runtime.
    pub(super) fn start(store: Store) -> Looks {
        let (sender, receiver) = mpsc::unbounded_channel();
        tokio::spawn(run(store, receiver));
        Looks(sender)
    }

    /// Looks at an account with a query that begins after this call.
    pub(super) async fn at(&self, account: &AccountId) -> Result<Option<Version>, Fault> {
        let (answer, told) = oneshot::channel();
        self.0.send(Waiting { account: account.clone(), answer }).map_err(|_| Error::Closed)?;
        Ok(told.await.map_err(|_| Error::Closed)?.map_err(Error::Shared)?)
    }
}

async fn run(store: Store, mut queue: mpsc::UnboundedReceiver<Waiting>) {
    let mut waiting = Vec::with_capacity(MOST);
    while queue.recv_many(&mut waiting, MOST).await > 0 {
        let outcome = look(&store, &waiting).await.map_err(Arc::new);
        for Waiting { account, answer } in waiting.drain(..) {
            let version = outcome.as_ref().map(|versions| versions.get(account.as_str()).copied()).map_err(Arc::clone);
            // A request that has ended needs no answer.
            let _ = answer.send(version);
        }
    }
}

async fn look(store: &Store, waiting: &[Waiting]) -> Result<HashMap<String, Version>, Error> {
    let mut accounts: Vec<&AccountId> = waiting.iter().map(|waiting| &waiting.account).collect();
    accounts.sort_unstable();
    accounts.dedup();
    // The places that are left are filled with the last account.
    let places = accounts.len().next_power_of_two();
    let sql = STATEMENTS.get(places.ilog2() as usize).map_or("", String::as_str);
    let last = accounts.last().copied().into_iter().cycle();
    let values: Vec<Argument> = accounts.iter().copied().chain(last).take(places).map(Argument::from).collect();
    let rows: Vec<(String, i64, i64, i64)> = store.glances(sql, values).await?;
    let read = |(account, generation, incarnation, globals)| (account, Version { generation, incarnation, globals });
    Ok(rows.into_iter().map(read).collect())
}

/// The query for 1, 2, 4, … accounts: few different statements to prepare.
static STATEMENTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let powers = (0..=MOST.ilog2()).map(|power| 1_usize << power);
    powers
        .map(|places| {
            let places: Vec<String> = (1..=places).map(|place| format!("${place}")).collect();
            format!(
                "SELECT a.id, a.generation, a.incarnation, g.generation FROM accounts a CROSS JOIN globals g \
                 WHERE a.id IN ({})",
                places.join(", ")
            )
        })
        .collect()
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args;
    use crate::store::{Durability, Location, Row};

    /// Accounts whose looks fill more than one query.
    #[tokio::test]
    async fn everyone_who_waits_is_told_of_the_account_that_they_asked_about() {
        let store = Store::open(&Location::Memory, Durability::Fast).await.unwrap();
        for number in 0..100_i64 {
            let insert = "INSERT INTO accounts (id, cloud, name, application, generation, created_at, clock_mode, clock_at, \
                          incarnation)";
            let values = args![format!("{number}"), "c", "n", number + 1, number * 10, 0, "inherit", 0, number * 100];
            store.append(Row { insert, values }).await.unwrap();
        }
        let looks = Arc::new(Looks::start(store));
        let mut asking = tokio::task::JoinSet::new();
        for number in (0..150_i64).chain(0..10) {
            let looks = looks.clone();
            asking.spawn(async move { (number, looks.at(&number.to_string().into()).await.unwrap()) });
        }
        while let Some(told) = asking.join_next().await {
            let (number, version) = told.unwrap();
            let there = Version { generation: number * 10, incarnation: number * 100, globals: 1 };
            assert_eq!(version, (number < 100).then_some(there), "account {number}");
        }
    }
}
