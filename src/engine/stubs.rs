//! Stubs that were set while the server ran, kept as the text that their dialect made of them.

use super::fault::Fault;
use super::{Engine, globals};
use crate::args;
use std::sync::Arc;

/// Keeps a stub, in place of one for the same service and action.
pub async fn keep(engine: &Arc<Engine>, service: &str, action: &str, body: String) -> Result<(), Fault> {
    let (service, action) = (service.to_owned(), action.to_owned());
    globals::change(engine, move |tx| {
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

/// Forgets a stub.
pub async fn forget(engine: &Arc<Engine>, service: &str, action: &str) -> Result<(), Fault> {
    let (service, action) = (service.to_owned(), action.to_owned());
    globals::change(engine, move |tx| {
        let arguments = args![&service, &action];
        Box::pin(async move {
            tx.execute("DELETE FROM stubs WHERE service = $1 AND action = $2", arguments).await?;
            Ok(())
        })
    })
    .await
}
