//! Digests of definitions and of keys.

use sha2::{Digest, Sha256};
use traefik_config::Key;

/// A digest: equal signatures mean equal definitions.
pub(crate) type Signature = [u8; 16];

/// A digest of a key.
pub(crate) fn key_digest(key: &Key) -> Signature {
    let mut hash = Hash::default();
    hash.add(key.section.as_str())
        .add(key.kind.as_str())
        .add(&key.name);
    hash.finish()
}

/// Builds a [`Signature`] from several texts.
#[derive(Clone, Default)]
pub(crate) struct Hash(Sha256);

impl Hash {
    pub(crate) fn add(&mut self, text: &str) -> &mut Self {
        self.add_bytes(text.as_bytes())
    }

    /// The length goes first: otherwise `a`, `bc` and `ab`, `c` would be the same.
    pub(crate) fn add_bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
        self
    }

    pub(crate) fn finish(self) -> Signature {
        let digest = self.0.finalize();
        let mut signature = Signature::default();
        for (to, from) in signature.iter_mut().zip(digest) {
            *to = from;
        }
        signature
    }
}
