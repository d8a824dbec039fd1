//! Stored stubs: those set with the admin API, and marks for built-in ones that were deleted.

use super::Engine;
use super::fault::Fault;
use crate::args;

/// The text stored for a built-in stub that was deleted.
pub const REMOVED: &str = "";

/// Stores the text of a stub. Replaces the one stored for the same service and action.
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

/// Deletes a stored stub, after which a built-in stub for its action answers again. If none is stored, marks the
/// built-in stub as deleted; `built_in` says whether there is one. Returns false if there was nothing to delete.
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
