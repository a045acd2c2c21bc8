//! As what a file goes: the provider's kinds, their formats and sizes.

use connector_api::{FileAbility, MediaKind, OutboundFile, Remedy, SendError};

const IMAGE_LIMIT_BYTES: u64 = 5_000_000;
const FILM_LIMIT_BYTES: u64 = 16_000_000;
const SOUND_LIMIT_BYTES: u64 = 16_000_000;
const STICKER_LIMIT_BYTES: u64 = 500_000;
const DOCUMENT_LIMIT_BYTES: u64 = 100_000_000;

/// The provider's kinds of files; a voice message is a sound with a flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Image,
    Video,
    Audio,
    Voice,
    Document,
    Sticker,
}

impl Shape {
    /// A format or size that the provider would refuse in the wanted kind goes as a document, unharmed.
    pub fn of(file: &OutboundFile) -> Result<Self, SendError> {
        if file.size_bytes == 0 {
            return Err(SendError::rejected("file_empty", "Файл пуст: WhatsApp такие не принимает."));
        }
        if file.size_bytes > DOCUMENT_LIMIT_BYTES {
            return Err(SendError::Rejected {
                code: "file_too_big".into(),
                reason:
                    "Файл больше 100 МБ: WhatsApp такой не примет. Уменьшите файл или дайте ссылку на него."
                        .into(),
                remedy: Some(Remedy::Convert),
            });
        }
        let within = |limit: u64| file.size_bytes <= limit;
        let mime = essence(&file.mime_type);
        Ok(match (file.kind, mime.as_str()) {
            (MediaKind::Image | MediaKind::Sticker, "image/jpeg" | "image/png")
                if within(IMAGE_LIMIT_BYTES) =>
            {
                Self::Image
            }
            (MediaKind::Sticker, "image/webp") if within(STICKER_LIMIT_BYTES) => Self::Sticker,
            (MediaKind::Video, "video/mp4" | "video/3gpp") if within(FILM_LIMIT_BYTES) => Self::Video,
            (MediaKind::Voice, "audio/ogg") if within(SOUND_LIMIT_BYTES) => Self::Voice,
            (
                MediaKind::Audio | MediaKind::Voice | MediaKind::Recording,
                "audio/aac" | "audio/amr" | "audio/mpeg" | "audio/mp4" | "audio/ogg",
            ) if within(SOUND_LIMIT_BYTES) => Self::Audio,
            _ => Self::Document,
        })
    }

    /// A text may stand beside it.
    pub fn takes_caption(self) -> bool {
        matches!(self, Self::Image | Self::Video | Self::Document)
    }
}

/// A type without its parameters, in lower case.
pub(crate) fn essence(mime_type: &str) -> String {
    mime_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// What the screen may offer: what does not fit its kind goes as a document.
pub(super) fn abilities() -> Vec<FileAbility> {
    let kinds = [
        MediaKind::Image,
        MediaKind::Video,
        MediaKind::Audio,
        MediaKind::Voice,
        MediaKind::Document,
        MediaKind::Sticker,
        MediaKind::Recording,
    ];
    kinds.into_iter().map(|kind| FileAbility { kind, limit_bytes: DOCUMENT_LIMIT_BYTES }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::send::parts::tests::file;

    #[test]
    fn a_file_goes_as_what_the_provider_takes() {
        for (kind, mime, size_bytes, expected) in [
            (MediaKind::Image, "image/jpeg", 100, Shape::Image),
            (MediaKind::Image, "IMAGE/PNG; q=1", 5_000_000, Shape::Image),
            (MediaKind::Image, "image/png", 5_000_001, Shape::Document),
            (MediaKind::Image, "image/webp", 100, Shape::Document),
            (MediaKind::Video, "video/mp4", 16_000_000, Shape::Video),
            (MediaKind::Video, "video/mp4", 16_000_001, Shape::Document),
            (MediaKind::Video, "video/quicktime", 100, Shape::Document),
            (MediaKind::Voice, "audio/ogg; codecs=opus", 100, Shape::Voice),
            (MediaKind::Voice, "audio/mp4", 100, Shape::Audio),
            (MediaKind::Voice, "audio/webm", 100, Shape::Document),
            (MediaKind::Audio, "audio/ogg", 100, Shape::Audio),
            (MediaKind::Recording, "audio/mpeg", 100, Shape::Audio),
            (MediaKind::Sticker, "image/webp", 100, Shape::Sticker),
            (MediaKind::Sticker, "image/png", 100, Shape::Image),
            (MediaKind::Document, "image/jpeg", 100, Shape::Document),
            (MediaKind::Document, "application/zip", 100_000_000, Shape::Document),
        ] {
            let file = OutboundFile { size_bytes, ..file(kind, mime) };
            assert_eq!(Shape::of(&file).expect("it can be sent"), expected, "{kind:?} {mime} {size_bytes}");
        }
    }

    #[test]
    fn an_empty_file_and_one_that_is_too_big_are_refused_with_a_reason() {
        for (size_bytes, word) in [(0, "file_empty"), (100_000_001, "file_too_big")] {
            let file = OutboundFile { size_bytes, ..file(MediaKind::Document, "application/pdf") };
            match Shape::of(&file) {
                Err(SendError::Rejected { code, .. }) => assert_eq!(code, word),
                other => panic!("{other:?}"),
            }
        }
    }
}
