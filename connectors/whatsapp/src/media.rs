//! Files: up before they are sent, down after they came.

mod download;
mod upload;

pub(crate) use upload::{Upload, Uploads};

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Base64 in messages, hex in the history (fixture `history_media.json`): 64 lower-case hex digits either way.
pub(crate) fn sha256(text: &str) -> Option<String> {
    const LENIENT: GeneralPurposeConfig =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let bytes = match hex::decode(text) {
        Ok(bytes) => bytes,
        Err(_) => GeneralPurpose::new(&alphabet::STANDARD, LENIENT).decode(text).ok()?,
    };
    (bytes.len() == 32).then(|| hex::encode(bytes))
}
