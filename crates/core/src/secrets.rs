//! Keys: what encrypts secrets at rest and signs tokens. Never printed.
//!
//! There is one master key, kept outside the database. Each use derives its own key from it with HMAC-SHA256 over a label, so
//! that a token can't be mistaken for a ciphertext and none of the derived keys leads back to the master.

use std::fmt;

use chacha20poly1305::aead::{Aead, Generate, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretBox, SecretString};
use sha2::Sha256;
use zeroize::Zeroizing;

/// Length of the nonce that goes before a ciphertext.
const NONCE_LENGTH: usize = 24;

/// The server's 32-byte master key; other keys are derived from it.
pub struct MasterKey(SecretBox<[u8; 32]>);

impl MasterKey {
    /// From bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(SecretBox::new(Box::new(bytes)))
    }

    /// The key for one use, named by its label.
    pub(crate) fn derive(&self, label: &str) -> Zeroizing<[u8; 32]> {
        #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.expose_secret()).expect("a key of any length");
        mac.update(label.as_bytes());
        Zeroizing::new(mac.finalize().into_bytes().into())
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("MasterKey(…)")
    }
}

/// A ciphertext that this key didn't make for this purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the secret can't be decrypted: it was stored with another key file")]
pub struct Undecryptable;

/// Encrypts secrets at rest with XChaCha20-Poly1305: a fresh random nonce, then the ciphertext.
pub(crate) struct SecretBoxer {
    cipher: XChaCha20Poly1305,
}

impl SecretBoxer {
    pub(crate) fn new(master: &MasterKey) -> Self {
        let key = master.derive("secrets-at-rest");
        Self { cipher: XChaCha20Poly1305::new((&*key).into()) }
    }

    /// Encrypts for a purpose (such as a row's id); it decrypts for that purpose alone, so rows can't be swapped.
    pub(crate) fn encrypt(&self, secret: &SecretString, purpose: &[u8]) -> anyhow::Result<Vec<u8>> {
        let nonce = XNonce::try_generate()?;
        let payload = Payload { msg: secret.expose_secret().as_bytes(), aad: purpose };
        let ciphertext =
            self.cipher.encrypt(&nonce, payload).map_err(|_| anyhow::anyhow!("encryption failed"))?;
        Ok([nonce.as_slice(), &ciphertext].concat())
    }

    /// Decrypts what [`encrypt`](Self::encrypt) made for the same purpose.
    pub(crate) fn decrypt(&self, stored: &[u8], purpose: &[u8]) -> Result<SecretString, Undecryptable> {
        let (nonce, ciphertext) = stored.split_at_checked(NONCE_LENGTH).ok_or(Undecryptable)?;
        let nonce = XNonce::try_from(nonce).map_err(|_| Undecryptable)?;
        let payload = Payload { msg: ciphertext, aad: purpose };
        let plain = self.cipher.decrypt(&nonce, payload).map_err(|_| Undecryptable)?;
        let text = String::from_utf8(plain).map_err(|_| Undecryptable)?;
        Ok(SecretString::from(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decrypts_for_its_purpose_and_key_alone() {
        let boxer = SecretBoxer::new(&MasterKey::new([7; 32]));
        let stored = boxer.encrypt(&SecretString::from("hunter2".to_owned()), b"row 1").unwrap();
        assert!(!stored.windows(7).any(|window| window == b"hunter2"));
        assert_eq!(boxer.decrypt(&stored, b"row 1").unwrap().expose_secret(), "hunter2");
        assert_eq!(boxer.decrypt(&stored, b"row 2").unwrap_err(), Undecryptable);
        assert_eq!(boxer.decrypt(&stored[..10], b"row 1").unwrap_err(), Undecryptable);
        let other = SecretBoxer::new(&MasterKey::new([8; 32]));
        assert_eq!(other.decrypt(&stored, b"row 1").unwrap_err(), Undecryptable);
    }

    #[test]
    fn the_key_is_not_printed() {
        assert_eq!(format!("{:?}", MasterKey::new([65; 32])), "MasterKey(…)");
    }
}
