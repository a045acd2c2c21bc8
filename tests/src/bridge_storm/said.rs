//! What was said, as those know it who said it.

use sha2::{Digest, Sha256};
use uuid::Uuid;

/// On which side somebody speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// In the product.
    Product,
    /// In Telegram.
    Telegram,
}

/// A message as it should stand on both sides.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub number: usize,
    pub side: Side,
    /// Its last version.
    pub text: Option<String>,
    /// How many sentences it had at first: later versions have no more.
    pub sentences: usize,
    pub files: Vec<Sample>,
    /// The message answered.
    pub quote: Option<usize>,
    pub deleted: bool,
    /// In the product.
    pub id: Uuid,
    /// In Telegram, of the first of its parts.
    pub message: i64,
}

/// A file that is like no other: in Telegram it is known by its hash, in the product by its size.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    pub name: String,
    pub bytes: Vec<u8>,
    pub size: usize,
}

impl Sample {
    /// Every third one is a picture.
    pub fn new(number: usize, place: usize) -> Self {
        let picture = number.is_multiple_of(3);
        let size = 3000 + number * 10 + place;
        let name = format!("f{number:06}-{place}.{}", if picture { "png" } else { "txt" });
        let mut bytes = if picture { b"\x89PNG\r\n\x1a\n".to_vec() } else { Vec::new() };
        bytes.extend(name.as_bytes());
        bytes.resize(size, b'.');
        Self { name, bytes, size }
    }

    pub fn is_picture(&self) -> bool {
        self.name.ends_with("png")
    }

    pub fn sha256(&self) -> String {
        hex::encode(Sha256::digest(&self.bytes))
    }
}
