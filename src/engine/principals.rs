//! Checks that the principals named in policy documents exist.

use super::cx::Write;
use super::fault::{Fault, Kind};
use super::ids::AccountId;
use super::users::{self, UserRef};
use super::{accounts, groups};
use crate::policy::{Document, PrincipalPattern};

/// Fails if an account, user or group that a document names does not exist.
pub(super) async fn check(write: &mut Write<'_, '_>, document: &Document) -> Result<(), Fault> {
    let engine = write.cx.engine.clone();
    let (own, site) = (write.account().clone(), write.cx.account.standing.site.clone());
    let tx = write.tx();
    for principal in document.principals() {
        let (account, member) = match principal {
            PrincipalPattern::Account(account) | PrincipalPattern::Root(account) => (account, None),
            PrincipalPattern::User { account, user } => (account, Some((Kind::User, user))),
            PrincipalPattern::Group { account, group } => (account, Some((Kind::Group, group))),
            _ => continue,
        };
        let id = AccountId::from(account.as_str());
        if id != own {
            let missing = || Fault::NotFound(Kind::Principal, account.clone());
            let other = accounts::lookup(tx, &engine.clouds, &id).await?.ok_or_else(missing)?;
            if other.standing.site != site {
                return Err(Fault::NotFound(Kind::ForeignPrincipal, account.clone()));
            }
        }
        match member {
            Some((Kind::User, user)) => {
                let named = |fault| match fault {
                    Fault::NotFound(Kind::User, user) => Fault::NotFound(Kind::NamedUser, user),
                    other => other,
                };
                users::require(tx, &id, &UserRef::Id(user.as_str().into())).await.map_err(named)?;
            }
            Some((_, group)) => {
                groups::require(tx, &id, &group.as_str().into()).await?;
            }
            None => {}
        }
    }
    Ok(())
}
