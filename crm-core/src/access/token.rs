//! Secrets that are shown once and stored as a hash.

use std::fmt;

use sha2::{Digest, Sha256};

/// A secret of 32 random bytes: a session, a key, a one-time link.
/// Only its hash is stored, so a copy of the database opens nothing.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// A new secret; `prefix` tells people and scanners what it is.
    pub fn new(prefix: &str) -> Self {
        Self(format!("{prefix}{}", hex::encode(rand::random::<[u8; 32]>())))
    }

    /// A short secret that a person carries from one screen to another within minutes: 80 random bits.
    pub(crate) fn code() -> Self {
        Self(hex::encode(rand::random::<[u8; 10]>()))
    }

    /// The text to hand over, once.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The text to hand over, once.
    pub fn into_text(self) -> String {
        self.0
    }

    /// What is stored.
    pub fn hash(&self) -> Vec<u8> {
        hash(&self.0)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// The stored form of a secret that somebody has sent. A plain hash is enough: the secret has 256 random bits.
pub(crate) fn hash(text: &str) -> Vec<u8> {
    Sha256::digest(text.as_bytes()).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_tokens_differ_and_hide_from_logs() {
        let (one, two) = (Token::new("uzel_"), Token::new("uzel_"));
        assert_ne!(one.reveal(), two.reveal());
        assert!(one.reveal().starts_with("uzel_"));
        assert_eq!(one.reveal().len(), 5 + 64);
        assert_eq!(format!("{one:?}"), "Token(…)");
        assert_eq!(one.hash(), hash(one.reveal()));
    }
}
