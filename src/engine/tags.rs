//! Tags of roles, users and policies.
//!
//! Each kind has a table of its own, so that tags go with what they are on.

use super::authorize::{Demanding, Right};
use super::cx::{Cx, Write};
use super::evidence::{Conditions, Deed};
use super::fault::{Fault, Limit};
use super::ids::AccountId;
use super::model::{Holder, TagKind, Taggable};
use super::policies::{self, PolicyRef};
use super::roles;
use super::users::{self, UserRef};
use super::view::Changed;
use crate::args;
use crate::store::Tx;

/// Keys with their values, in the order in which they were given. No key appears twice.
pub type Tags = Vec<(String, String)>;

/// The deed of changing the tags of things.
pub struct Tagging {
    /// The things.
    pub things: Vec<Taggable>,
    /// The tags that each of them gets. An existing key gets the new value. No key may appear twice.
    pub set: Tags,
    /// The keys that are removed from each of them. Keys that it does not have are ignored.
    pub remove: Vec<String>,
    /// What each deed is judged by, where that is less than the whole request.
    pub contexts: Vec<(Deed, Conditions)>,
}

impl Demanding for Tagging {
    fn deeds(&self) -> Vec<Deed> {
        let kinds = || self.things.iter().map(Taggable::kind);
        let set = kinds().filter(|_| !self.set.is_empty()).map(Deed::Tag);
        set.chain(kinds().filter(|_| !self.remove.is_empty()).map(Deed::Untag)).collect()
    }

    fn contexts(&self, deed: Deed) -> Vec<Conditions> {
        self.contexts.iter().filter(|(of, _)| *of == deed).map(|(_, context)| context.clone()).collect()
    }
}

/// Changes the tags of all the things, or of none.
pub async fn change(write: &mut Write<'_, '_>, wanted: &Right<Tagging>) -> Result<(), Fault> {
    for thing in &wanted.things {
        change_one(write, wanted, thing).await?;
    }
    Ok(())
}

/// Changes the tags of each thing for which that is possible. Returns what is wrong with the others, by their places.
pub async fn change_each(write: &mut Write<'_, '_>, wanted: &Right<Tagging>) -> Result<Vec<(usize, Fault)>, Fault> {
    let mut failed = Vec::new();
    for (place, thing) in wanted.things.iter().enumerate() {
        match change_one(write, wanted, thing).await {
            Ok(()) => {}
            Err(fault @ (Fault::NotFound(..) | Fault::Quota(..) | Fault::Refused(_))) => failed.push((place, fault)),
            Err(fault) => return Err(fault),
        }
    }
    Ok(failed)
}

async fn change_one(write: &mut Write<'_, '_>, wanted: &Right<Tagging>, thing: &Taggable) -> Result<(), Fault> {
    let Found { id, tags, changed } = find(write, thing).await?;
    let left = tags.iter().filter(|(key, _)| !wanted.remove.contains(key));
    let kept = left.filter(|(key, _)| wanted.set.iter().all(|(new, _)| new != key)).count();
    let most = write.quotas().tags;
    if !wanted.set.is_empty() && kept + wanted.set.len() > most {
        return Err(Fault::Quota(Limit::Tags, most as u64));
    }
    let account = write.account().clone();
    let sql = statements(thing.kind());
    for key in &wanted.remove {
        write.execute_only(changed.clone(), sql.remove, args![&account, &id, key]).await?;
    }
    for (key, value) in &wanted.set {
        write.execute_only(changed.clone(), sql.set, args![&account, &id, key, value]).await?;
    }
    Ok(())
}

/// A thing as a write's transaction sees it.
struct Found {
    id: String,
    tags: Tags,
    /// The parts of the view that contain its tags.
    changed: Changed,
}

async fn find(write: &mut Write<'_, '_>, thing: &Taggable) -> Result<Found, Fault> {
    let account = write.account().clone();
    let (id, changed) = match thing {
        Taggable::Role(wanted) => {
            let role = roles::changeable(write, wanted).await?;
            let changed = roles::whole(write.cx, &role);
            return Ok(Found { id: role.id.to_string(), tags: role.tags, changed });
        }
        Taggable::User(id) => {
            let user = users::require(write.tx(), &account, &UserRef::Id(id.clone())).await?;
            (user.id.to_string(), Changed::grants(&Holder::User(user.id)))
        }
        Taggable::Policy(id) => {
            let wanted = PolicyRef::Id(id.clone());
            let policy = policies::require(write.cx, write.tx(), &wanted).await?;
            let policy = policies::own(write.cx, policy)?;
            (policy.id.to_string(), Changed::NOTHING)
        }
    };
    let tags = of(write.tx(), &account, thing.kind(), &id).await?;
    Ok(Found { id, tags, changed })
}

/// Returns the tags of a thing, in the order in which they were given; none for a thing that does not exist.
pub(super) async fn of(tx: &mut Tx<'_>, account: &AccountId, kind: TagKind, id: &str) -> Result<Tags, Fault> {
    Ok(tx.all(statements(kind).of_one, args![account, id]).await?)
}

/// Returns the tags of each thing of the caller's account, in the order in which they were given; none for a thing that
/// does not exist.
pub async fn of_each(cx: &Cx, things: &[Taggable]) -> Result<Vec<Tags>, Fault> {
    let account = &cx.account.id;
    let mut read = cx.engine.store.read().await?;
    let mut tx = read.tx();
    let mut all = Vec::with_capacity(things.len());
    for thing in things {
        all.push(match thing {
            Taggable::Role(wanted) => {
                let role = roles::lookup_named(&mut tx, &cx.account, wanted).await?;
                role.map_or_else(Vec::new, |role| role.tags)
            }
            Taggable::User(id) => of(&mut tx, account, TagKind::User, id.as_str()).await?,
            Taggable::Policy(id) => of(&mut tx, account, TagKind::Policy, id.as_str()).await?,
        });
    }
    Ok(all)
}

/// Returns everything in the caller's account that has tags: kind, id and tags, ordered by kind and id.
pub async fn all(cx: &Cx) -> Result<Vec<(TagKind, String, Tags)>, Fault> {
    let mut read = cx.engine.store.read().await?;
    let mut tx = read.tx();
    let mut all: Vec<(TagKind, String, Tags)> = Vec::new();
    for kind in [TagKind::Role, TagKind::User, TagKind::Policy] {
        let rows: Vec<(String, String, String)> = tx.all(statements(kind).of_all, args![&cx.account.id]).await?;
        for (id, key, value) in rows {
            match all.last_mut() {
                Some((known, last, tags)) if *known == kind && *last == id => tags.push((key, value)),
                _ => all.push((kind, id, vec![(key, value)])),
            }
        }
    }
    Ok(all)
}

/// The statements on the tags of one kind of thing.
struct Statements {
    of_one: &'static str,
    of_all: &'static str,
    /// A new key is placed after the last one; an existing key keeps its place.
    set: &'static str,
    remove: &'static str,
}

macro_rules! statements {
    ($table:literal, $id:literal) => {
        Statements {
            of_one: concat!(
                "SELECT tag_key, tag_value FROM ",
                $table,
                " WHERE account_id = $1 AND ",
                $id,
                " = $2 ORDER BY place, tag_key"
            ),
            of_all: concat!(
                "SELECT ",
                $id,
                ", tag_key, tag_value FROM ",
                $table,
                " WHERE account_id = $1 ORDER BY ",
                $id,
                ", place, tag_key"
            ),
            set: concat!(
                "INSERT INTO ",
                $table,
                " (account_id, ",
                $id,
                ", tag_key, tag_value, place) VALUES ($1, $2, $3, $4, ",
                "(SELECT COALESCE(MAX(place) + 1, 0) FROM ",
                $table,
                " WHERE account_id = $1 AND ",
                $id,
                " = $2)) ",
                "ON CONFLICT (account_id, ",
                $id,
                ", tag_key) DO UPDATE SET tag_value = excluded.tag_value"
            ),
            remove: concat!("DELETE FROM ", $table, " WHERE account_id = $1 AND ", $id, " = $2 AND tag_key = $3"),
        }
    };
}

fn statements(kind: TagKind) -> Statements {
    match kind {
        TagKind::Role => statements!("role_tags", "role_id"),
        TagKind::User => statements!("user_tags", "user_id"),
        TagKind::Policy => statements!("policy_tags", "policy_id"),
    }
}
