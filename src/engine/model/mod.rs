//! Plain data types that the engine reads from the database and caches in the view.
//!
//! Nothing here calls the database or the evaluator.

mod account;
mod caller;
mod grants;
mod holder;
mod key;
mod pinned;
mod request;
mod role;
mod standing;
mod tagged;

pub use account::Account;
pub use caller::{Caller, Identity, Session};
pub use grants::Grants;
pub use holder::{Holder, HolderKind, HolderRef};
pub use key::{Key, Owner};
pub use pinned::Pinned;
pub use request::RequestContext;
pub use role::{NamedRole, Role, SERVICE_LINKED};
pub use standing::{Managed, ManagedKind, Manager, Standing};
pub use tagged::{TagKind, Taggable};
