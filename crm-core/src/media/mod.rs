//! The media vault: what is known of files, of the bytes they have, and who may see them. The bytes themselves lie in a
//! store that this crate does not know.

pub mod blob;
pub mod download;
pub mod file;
pub mod hold;
pub mod name;
pub mod pause;
mod stored;
pub mod term;
pub mod upload;

use connector_api::MediaKind;

pub use blob::Bytes;
pub use file::{File, FileState};
pub use stored::{StoredFile, stored_unscoped, want};
pub use upload::{NewUpload, attach, outbound_files, upload};

/// The word of a kind in the database and in JSON.
pub fn kind_word(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Image => "image",
        MediaKind::Video => "video",
        MediaKind::Audio => "audio",
        MediaKind::Voice => "voice",
        MediaKind::Document => "document",
        MediaKind::Sticker => "sticker",
        MediaKind::Recording => "recording",
    }
}

/// The kind of a word; what a newer version wrote is any file.
pub fn kind_of(word: &str) -> MediaKind {
    match word {
        "image" => MediaKind::Image,
        "video" => MediaKind::Video,
        "audio" => MediaKind::Audio,
        "voice" => MediaKind::Voice,
        "sticker" => MediaKind::Sticker,
        "recording" => MediaKind::Recording,
        _ => MediaKind::Document,
    }
}

#[cfg(test)]
mod tests;
