//! A secret as it is stored: encrypted above the store, opaque to it.

use std::fmt;

/// An encrypted secret. The store neither encrypts nor decrypts: the key is not in its database.
#[derive(Clone, PartialEq, Eq)]
pub struct EncryptedSecret(Vec<u8>);

impl EncryptedSecret {
    /// Wraps the bytes of a secret that is already encrypted.
    pub fn new(encrypted: Vec<u8>) -> Self {
        Self(encrypted)
    }

    /// The encrypted bytes, as they went in.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The encrypted bytes, as they went in.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

impl fmt::Debug for EncryptedSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("EncryptedSecret([redacted])")
    }
}
