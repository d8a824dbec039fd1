//! Service-linked roles: created for one service, assumed only by it, and deleted by a task whose status can be read.
//!
//! Here the task is done when the call that starts it returns, because no service uses the role.

use super::cx::{Cx, Write};
use super::fault::{Fault, Kind, Refusal, Required};
use super::ids::RoleId;
use super::ids::RoleRef;
use super::model::SERVICE_LINKED;
use super::roles::{self, NewRole};
use crate::args;
use crate::store::{FromRow, Row};

/// The deletion of a service-linked role.
#[derive(Clone, Debug, FromRow)]
pub struct Deletion {
    /// The role's name.
    pub role_name: String,
    /// The service that the role was created for.
    pub service: String,
}

/// Creates a service-linked role.
pub async fn create(write: &mut Write<'_, '_>, new: &NewRole) -> Result<RoleId, Fault> {
    roles::create_as(write, new, SERVICE_LINKED).await
}

/// Deletes a service-linked role and returns the id of the task. `service` reads the service from the trust policy.
pub async fn delete(write: &mut Write<'_, '_>, name: &str, service: fn(&str) -> String) -> Result<String, Fault> {
    let account = write.account().clone();
    let wanted = RoleRef::Name(name.to_owned());
    let role = roles::require(write, &wanted).await?;
    if !role.is_service_linked() {
        return Err(Fault::Refused(Refusal::NotServiceLinked));
    }
    let task = write.ledger.generation.to_string();
    let row = Row {
        insert: "INSERT INTO deletion_tasks (account_id, id, role_name, service, created_at)",
        values: args![&account, &task, name, service(&role.document), write.cx.now.0],
    };
    write.insert_new(row).await?;
    roles::remove(write, role).await?;
    Ok(task)
}

/// Returns a deletion by the id of its task.
pub async fn deletion(cx: &Cx, task: &str) -> Result<Deletion, Fault> {
    let sql = "SELECT role_name, service FROM deletion_tasks WHERE account_id = $1 AND id = $2";
    let task_row: Option<Deletion> = cx.engine.store.glance(sql, args![&cx.account.id, task]).await?;
    task_row.required(Kind::DeletionTask, task)
}
