//! An authenticator: the codes of RFC 6238, written from the standard and not from the server's source.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// The seed of the device that the tests' world binds, in base32, and its bytes.
pub const SEED: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const BYTES: &[u8] = b"12345678901234567890";

/// Returns the code that the device shows at this time.
pub fn code(seconds: i64) -> String {
    let counter = u64::try_from(seconds / 30).unwrap();
    let digest = Hmac::<Sha1>::new_from_slice(BYTES).unwrap().chain_update(counter.to_be_bytes()).finalize();
    let digest: [u8; 20] = digest.into_bytes().into();
    let offset = usize::from(digest[19] & 0x0f);
    let truncated = digest[offset..offset + 4].iter().fold(0_u32, |all, byte| all << 8 | u32::from(*byte));
    format!("{:06}", (truncated & 0x7fff_ffff) % 1_000_000)
}

/// Returns the serial number of a device in an account.
pub fn serial(account: &str) -> String {
    format!("qcs::cam:uin/{account}::mfa/softToken")
}
