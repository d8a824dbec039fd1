//! What was said about stubs while the server ran, kept as the text that their dialect made of them.

use super::Engine;
use super::fault::Fault;
use crate::args;

/// The text that is kept of a stub that comes with the program and was removed.
pub const REMOVED: &str = "";

/// Keeps a stub, in place of one for the same service and action.
pub async fn keep(engine: &Engine, service: &str, action: &str, body: String) -> Result<(), Fault> {
    let (service, action) = (service.to_owned(), action.to_owned());
    engine
        .change_globals(move |tx| {
            let arguments = args![&service, &action, &body];
            Box::pin(async move {
                let sql = "INSERT INTO stubs (service, action, body) VALUES ($1, $2, $3) \
                       ON CONFLICT (service, action) DO UPDATE SET body = excluded.body";
                tx.execute(sql, arguments).await?;
                Ok(())
            })
        })
        .await
}

/// Forgets the stub that is kept, so that one that comes with the program answers again; where none is kept, that one is
/// removed for good (`built_in` says whether there is one). False when there was nothing to remove.
pub async fn forget(engine: &Engine, service: &str, action: &str, built_in: bool) -> Result<bool, Fault> {
    let (service, action) = (service.to_owned(), action.to_owned());
    engine
        .change_globals(move |tx| {
            let (stub, removed) = (args![&service, &action, REMOVED], args![&service, &action, REMOVED]);
            Box::pin(async move {
                let sql = "DELETE FROM stubs WHERE service = $1 AND action = $2 AND body <> $3";
                let mut changed = tx.execute(sql, stub).await?;
                if changed == 0 && built_in {
                    let sql = "INSERT INTO stubs (service, action, body) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
                    changed = tx.execute(sql, removed).await?;
                }
                Ok(changed > 0)
            })
        })
        .await
}
