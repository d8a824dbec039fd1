//! Versions of a policy. One of them is the default version, the only one that decisions use.

use super::cx::{Cx, Write};
use super::fault::{Fault, Kind, Limit, Refusal, Required};
use super::ids::PolicyId;
use super::policies::{self, PolicyRef};
use super::principals;
use super::view::Changed;
use crate::args;
use crate::env::Time;
use crate::policy::Document;
use crate::store::{FromRow, Row};

/// A version of a policy.
#[derive(Clone, Debug)]
pub struct Version {
    /// Its number. Numbers are never reused, so there may be gaps.
    pub number: i64,
    /// When it was created.
    pub created_at: Time,
    /// Whether it is the default version.
    pub is_default: bool,
    /// Its text.
    pub document: String,
}

#[derive(FromRow)]
struct VersionRow {
    version: i64,
    document: String,
    created_at: Time,
    default_version: i64,
}

/// Adds a version and returns its number. Makes it the default version if `make_default` is set.
pub async fn create(
    write: &mut Write<'_, '_>,
    id: &PolicyId,
    document: &Document,
    make_default: bool,
) -> Result<i64, Fault> {
    let account = write.account().clone();
    principals::check(write, document).await?;
    own(write, id).await?;
    policies::check_tags(write.cx, id, document)?;
    let count = "SELECT COUNT(*) FROM policy_versions WHERE account_id = $1 AND policy_id = $2";
    let most = write.quotas().policy_versions;
    if write.tx().number(count, args![&account, id]).await? >= most {
        return Err(Fault::Quota(Limit::PolicyVersions, most.unsigned_abs()));
    }
    let moved: Option<(i64,)> = write
        .returning_only(
            Changed::NOTHING,
            "UPDATE policies SET last_version = last_version + 1, updated_at = $3 WHERE account_id = $1 AND id = $2 \
             RETURNING last_version",
            args![&account, id, write.cx.now.0],
        )
        .await?;
    let number = moved.map_or(1, |(number,)| number);
    let row =
        Row { insert: policies::INSERT_VERSION, values: args![&account, id, number, document.text(), write.cx.now.0] };
    write.insert_new(row).await?;
    if make_default {
        let sql = "UPDATE policies SET default_version = $3 WHERE account_id = $1 AND id = $2";
        write.execute(sql, args![&account, id, number]).await?;
    }
    Ok(number)
}

/// Makes a version the default version. Fails if it already is.
pub async fn set_default(write: &mut Write<'_, '_>, id: &PolicyId, number: i64) -> Result<(), Fault> {
    let account = write.account().clone();
    own(write, id).await?;
    let version = require(write, id, number).await?;
    if version.is_default {
        return Err(Fault::Refused(Refusal::DefaultVersion));
    }
    write
        .execute(
            "UPDATE policies SET default_version = $3, updated_at = $4 WHERE account_id = $1 AND id = $2",
            args![&account, id, number, write.cx.now.0],
        )
        .await?;
    Ok(())
}

/// Deletes versions: all of them or none. Fails if one of them is the default version.
pub async fn delete(write: &mut Write<'_, '_>, id: &PolicyId, numbers: &[i64]) -> Result<(), Fault> {
    let account = write.account().clone();
    own(write, id).await?;
    for number in numbers {
        if require(write, id, *number).await?.is_default {
            return Err(Fault::Refused(Refusal::DefaultVersion));
        }
        let sql = "DELETE FROM policy_versions WHERE account_id = $1 AND policy_id = $2 AND version = $3";
        write.execute_only(Changed::NOTHING, sql, args![&account, id, *number]).await?;
    }
    Ok(())
}

/// Returns the versions of a policy, oldest first. A preset has exactly one.
pub async fn list(cx: &Cx, id: &PolicyId) -> Result<Vec<Version>, Fault> {
    let mut read = cx.engine.store.read().await?;
    let mut tx = read.tx();
    let policy = policies::require(cx, &mut tx, &PolicyRef::Id(id.clone())).await?;
    if policy.preset {
        return Ok(vec![Version {
            number: 1,
            created_at: policy.created_at,
            is_default: true,
            document: policy.document,
        }]);
    }
    let rows: Vec<VersionRow> = tx
        .all(
            "SELECT v.version, v.document, v.created_at, p.default_version FROM policy_versions v \
             JOIN policies p ON p.account_id = v.account_id AND p.id = v.policy_id \
             WHERE v.account_id = $1 AND v.policy_id = $2 ORDER BY v.version",
            args![&cx.account.id, id],
        )
        .await?;
    Ok(rows.into_iter().map(VersionRow::read).collect())
}

/// Returns one version of a policy.
pub async fn get(cx: &Cx, id: &PolicyId, number: i64) -> Result<Version, Fault> {
    let versions = list(cx, id).await?;
    versions.into_iter().find(|version| version.number == number).required(Kind::PolicyVersion, &number.to_string())
}

impl VersionRow {
    fn read(self) -> Version {
        Version {
            number: self.version,
            created_at: self.created_at,
            is_default: self.version == self.default_version,
            document: self.document,
        }
    }
}

async fn own(write: &mut Write<'_, '_>, id: &PolicyId) -> Result<(), Fault> {
    let cx = write.cx;
    let policy = policies::require(cx, write.tx(), &PolicyRef::Id(id.clone())).await?;
    policies::own(cx, policy).map(|_| ())
}

async fn require(write: &mut Write<'_, '_>, id: &PolicyId, number: i64) -> Result<Version, Fault> {
    let account = write.account().clone();
    let row: Option<VersionRow> = write
        .tx()
        .optional(
            "SELECT v.version, v.document, v.created_at, p.default_version FROM policy_versions v \
             JOIN policies p ON p.account_id = v.account_id AND p.id = v.policy_id \
             WHERE v.account_id = $1 AND v.policy_id = $2 AND v.version = $3",
            args![&account, id, number],
        )
        .await?;
    row.map(VersionRow::read).required(Kind::PolicyVersion, &number.to_string())
}
