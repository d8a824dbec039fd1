//! Secrets in memory and at rest.
//!
//! [`Secret`] never prints itself and wipes its memory when dropped. [`Sealer`] encrypts what is stored in the
//! database, with the master key from the data directory or from `CAMULATOR_MASTER_KEY`; there is no built-in key.
//! Deliberately absent: `Serialize` for secrets, and any comparison that does not take constant time.

use crate::env::Env;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// A secret text, such as a key or a token. Never printed, and wiped when dropped.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Wraps a text without copying it.
    pub fn new(text: String) -> Secret {
        Secret(Zeroizing::new(text))
    }

    /// Returns the text, for a computation or for the one answer that returns it to the user.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

/// Returns whether two byte strings are equal. The time taken depends only on their lengths.
pub fn same(left: &[u8], right: &[u8]) -> bool {
    left.ct_eq(right).into()
}

/// Returns the SHA-256 of a text in lower-case hexadecimal. Tokens are stored this way, since they are only compared.
pub fn digest(text: &str) -> String {
    use sha2::Digest;
    hex::encode(sha2::Sha256::digest(text.as_bytes()))
}

/// The error for a sealed text that cannot be opened: it was changed, or sealed for another owner or with another key.
#[derive(Debug, thiserror::Error)]
#[error(
    "a sealed secret cannot be opened: the master key is not the one it was sealed with, or the database was changed"
)]
pub struct Unsealable;

/// The error for a master key that is not 64 hexadecimal digits.
#[derive(Debug, thiserror::Error)]
#[error("a master key is 64 hexadecimal digits")]
pub struct BadMasterKey;

/// Encrypts secrets for the database: XChaCha20-Poly1305 with a random nonce, bound to the owner's name.
pub struct Sealer {
    cipher: XChaCha20Poly1305,
}

impl Sealer {
    /// Creates a sealer from the 32 bytes of a master key.
    pub fn new(key: &[u8; 32]) -> Sealer {
        Sealer { cipher: XChaCha20Poly1305::new(key.into()) }
    }

    /// Creates a sealer from the 64 hexadecimal digits of a master key. Surrounding white space is ignored.
    pub fn from_hex(digits: &str) -> Result<Sealer, BadMasterKey> {
        let mut key = Zeroizing::new([0_u8; 32]);
        hex::decode_to_slice(digits.trim(), key.as_mut_slice()).map_err(|_| BadMasterKey)?;
        Ok(Sealer::new(&key))
    }

    /// Seals a secret for an owner, such as a key id. It cannot be opened for another one, so swapped rows are
    /// detected.
    pub fn seal(&self, env: &Env, owner: &str, secret: &Secret) -> Result<String, Unsealable> {
        let nonce: [u8; 24] = env.bytes();
        let payload = Payload { msg: secret.expose().as_bytes(), aad: owner.as_bytes() };
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| Unsealable)?;
        Ok(STANDARD_NO_PAD.encode([nonce.as_slice(), sealed.as_slice()].concat()))
    }

    /// Opens a text that [`Sealer::seal`] returned for the same owner.
    pub fn open(&self, owner: &str, sealed: &str) -> Result<Secret, Unsealable> {
        let bytes = STANDARD_NO_PAD.decode(sealed).map_err(|_| Unsealable)?;
        let (nonce, sealed) = bytes.split_first_chunk::<24>().ok_or(Unsealable)?;
        let payload = Payload { msg: sealed, aad: owner.as_bytes() };
        let text = self.cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| Unsealable)?;
        String::from_utf8(text).map(Secret::new).map_err(|_| Unsealable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_secret_opens_only_for_its_owner_and_key() {
        let env = Env::system();
        let sealer = Sealer::new(&[7; 32]);
        let sealed = sealer.seal(&env, "AKIDone", &Secret::new("hush".into())).unwrap();
        assert_eq!(sealer.open("AKIDone", &sealed).unwrap().expose(), "hush");
        assert!(sealer.open("AKIDtwo", &sealed).is_err());
        assert!(Sealer::new(&[8; 32]).open("AKIDone", &sealed).is_err());
        assert!(sealer.open("AKIDone", "not base64!").is_err());
    }

    #[test]
    fn every_digit_of_a_master_key_counts() {
        let env = Env::system();
        let digits = "0123456789abcdef".repeat(4);
        let sealer = Sealer::from_hex(&digits).unwrap();
        let sealed = sealer.seal(&env, "AKIDone", &Secret::new("hush".into())).unwrap();
        for same in [digits.to_uppercase(), format!(" {digits}\n")] {
            assert_eq!(Sealer::from_hex(&same).unwrap().open("AKIDone", &sealed).unwrap().expose(), "hush");
        }
        for place in 0..64 {
            let other = if digits[place..].starts_with('0') { "1" } else { "0" };
            let other = Sealer::from_hex(&format!("{}{other}{}", &digits[..place], &digits[place + 1..])).unwrap();
            assert!(other.open("AKIDone", &sealed).is_err(), "digit {place}");
            let theirs = other.seal(&env, "AKIDone", &Secret::new("hush".into())).unwrap();
            assert!(sealer.open("AKIDone", &theirs).is_err(), "digit {place}");
        }
        for wrong in [&digits[..63], &digits[..62], &format!("{digits}00"), &format!("{}g", &digits[..63]), ""] {
            assert!(Sealer::from_hex(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_secret_does_not_print() {
        assert_eq!(format!("{:?}", Secret::new("hush".into())), "Secret(…)");
    }
}
