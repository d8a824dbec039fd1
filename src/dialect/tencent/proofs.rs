//! The documents of identity providers as parameters carry them, and what Tencent expects of their proofs.

use crate::engine::fault::{Fault, Refusal};
use crate::federation::keys::{self as key_sets, SetKey};
use crate::federation::metadata::{self as documents, Metadata};
use crate::federation::{Flaw, decode_text};
use crate::texts;

/// The longest metadata document in base64. The document itself may have 40 KB (the guide on identity providers, 598/30391).
pub const LONGEST_METADATA: usize = 65_536;

/// The longest metadata document.
const LARGEST_METADATA: usize = 40 * 1024;

/// The longest key set in base64. The limit is ours; the Terraform provider's example has some 30,000 bytes.
pub const LONGEST_KEYS: usize = 65_536;

/// `Status` of a provider that is in use.
pub const ENABLED: u64 = 11;

/// `Status` of a provider that is not.
pub const DISABLED: u64 = 2;

texts! {
    /// The address of a provider, which is its name as the issuer of tokens. It is never fetched.
    IdentityUrl(text) if is_address(&text), "at most 1024 bytes that begin with `https://` and a host";
}

fn is_address(text: &str) -> bool {
    let uri = text.parse::<http::Uri>().ok();
    text.len() <= 1024
        && text.starts_with("https://")
        && !text.contains(['#', '@'])
        && uri.is_some_and(|uri| uri.host().is_some_and(|host| !host.is_empty()))
}

/// Reads metadata in base64.
pub fn metadata(base64: &str) -> Result<Metadata, Flaw> {
    let text = decode_text(base64)?;
    if text.len() > LARGEST_METADATA {
        return Err(Flaw(format!("the document is larger than {LARGEST_METADATA} bytes")));
    }
    documents::parse(&text)
}

/// Reads a key set in base64.
pub fn keys(base64: &str) -> Result<Vec<SetKey>, Flaw> {
    key_sets::key_set(&decode_text(base64)?)
}

/// Returns the fault for metadata that is not what it must be.
pub fn wrong_metadata(Flaw(why): Flaw) -> Fault {
    Fault::Refused(Refusal::Metadata { why })
}

/// Returns the fault for keys that are not what they must be.
pub fn wrong_keys(Flaw(why): Flaw) -> Fault {
    Fault::Refused(Refusal::Keys { why })
}
