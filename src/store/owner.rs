//! Finds out which program a database belongs to, before anything is written to it.
//!
//! A database is ours if its first recorded migration is ours, with the same checksum. The queries read the catalogue,
//! so each database needs its own. All statements of the engine are the same for both.

use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqliteConnection;

/// The program that a database or schema belongs to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// None: it is empty.
    Nobody,
    /// This program, in this version or an earlier one.
    Us,
    /// A later version of this program.
    LaterUs,
    /// Another program.
    Another,
}

pub(super) static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!();

/// The table in which sqlx records migrations, in any program that uses it.
const NOTES: &str = "_sqlx_migrations";

const NOTED: &str = "SELECT version, checksum FROM _sqlx_migrations ORDER BY version";

pub(super) async fn of_sqlite(connection: &mut SqliteConnection) -> Result<Owner, sqlx::Error> {
    let tables = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND substr(name, 1, 7) <> 'sqlite_'";
    let tables: Vec<(String,)> = sqlx::query_as(tables).fetch_all(&mut *connection).await?;
    if !has_notes(&tables) {
        return Ok(unmarked(&tables));
    }
    judge(&tables, sqlx::query_as(NOTED).fetch_all(connection).await)
}

/// Checks the schema in which new tables would be created.
pub(super) async fn of_postgres(connection: &mut PgConnection) -> Result<Owner, sqlx::Error> {
    // Tables that belong to an extension were created by whoever set up the database.
    let tables = "SELECT CAST(relname AS TEXT) FROM pg_catalog.pg_class AS relation \
                  JOIN pg_catalog.pg_namespace AS namespace ON namespace.oid = relation.relnamespace \
                  WHERE namespace.nspname = current_schema() AND relation.relkind IN ('r', 'p', 'f', 'v', 'm', 'S') \
                  AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend AS part WHERE part.objid = relation.oid \
                  AND part.classid = CAST('pg_catalog.pg_class' AS regclass) AND part.deptype = 'e')";
    let tables: Vec<(String,)> = sqlx::query_as(tables).fetch_all(&mut *connection).await?;
    if !has_notes(&tables) {
        return Ok(unmarked(&tables));
    }
    judge(&tables, sqlx::query_as(NOTED).fetch_all(connection).await)
}

fn has_notes(tables: &[(String,)]) -> bool {
    tables.iter().any(|(table,)| table == NOTES)
}

fn unmarked(tables: &[(String,)]) -> Owner {
    if tables.iter().all(|(table,)| table == NOTES) { Owner::Nobody } else { Owner::Another }
}

fn judge(tables: &[(String,)], noted: Result<Vec<(i64, Vec<u8>)>, sqlx::Error>) -> Result<Owner, sqlx::Error> {
    let noted = match noted {
        Ok(noted) => noted,
        // A table with this name but other columns was not created by sqlx, so not by us either.
        Err(sqlx::Error::Database(_) | sqlx::Error::ColumnDecode { .. }) => return Ok(Owner::Another),
        Err(error) => return Err(error),
    };
    let Some((version, checksum)) = noted.first() else { return Ok(unmarked(tables)) };
    let mut ours = MIGRATIONS.iter();
    if !ours.next().is_some_and(|first| first.version == *version && *first.checksum == **checksum) {
        return Ok(Owner::Another);
    }
    let known = |version: i64| MIGRATIONS.iter().any(|ours| ours.version == version);
    Ok(if noted.iter().all(|(version, _)| known(*version)) { Owner::Us } else { Owner::LaterUs })
}
