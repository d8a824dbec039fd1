//! What the engine knows, as plain data: what the nouns' files read from the database, and the view keeps.
//!
//! Nothing here asks the database or the evaluator.

mod account;
mod caller;
mod grants;
mod holder;
mod key;
mod pinned;
mod request;
mod role;

pub use account::Account;
pub use caller::{Caller, Identity, Session};
pub use grants::Grants;
pub use holder::{Holder, HolderKind, HolderRef};
pub use key::{Key, Owner};
pub use pinned::Pinned;
pub use request::RequestContext;
pub use role::{NamedRole, Role, SERVICE_LINKED};
