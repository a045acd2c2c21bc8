//! As what a file is sent: <https://core.telegram.org/bots/api#sending-files>.

use connector_api::{FileAbility, MediaKind, OutboundFile, Remedy, SendError};

/// The largest upload.
const UPLOAD_LIMIT_BYTES: u64 = 50_000_000;
/// The largest picture that is shown as one.
const PHOTO_LIMIT_BYTES: u64 = 10_000_000;

/// The provider's kinds of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Shape {
    Photo,
    Video,
    Animation,
    Audio,
    Voice,
    Document,
    Sticker,
}

/// The kinds that stand in one album together.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum AlbumClass {
    Visual,
    Audio,
    Document,
}

impl Shape {
    /// As what this file is shown. A format that the provider would convert, refuse or show as a mere file goes as a
    /// document, unharmed.
    pub(super) fn of(file: &OutboundFile) -> Result<Self, SendError> {
        if file.size_bytes == 0 {
            return Err(SendError::rejected("file_empty", "Файл пуст: Telegram такие не принимает."));
        }
        if file.size_bytes > UPLOAD_LIMIT_BYTES {
            return Err(SendError::Rejected {
                code: "file_too_big".into(),
                reason: "Файл больше 50 МБ: бот не может отправить такой. Уменьшите файл или дайте ссылку на него."
                    .into(),
                remedy: Some(Remedy::Convert),
            });
        }
        let mime = file.mime_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let photo = file.size_bytes <= PHOTO_LIMIT_BYTES;
        Ok(match (file.kind, mime.as_str()) {
            (MediaKind::Image | MediaKind::Video | MediaKind::Sticker, "image/gif") => Self::Animation,
            (MediaKind::Sticker, "image/webp" | "video/webm" | "application/x-tgsticker") => Self::Sticker,
            (MediaKind::Image | MediaKind::Sticker, "image/jpeg" | "image/png" | "image/webp") if photo => {
                Self::Photo
            }
            (MediaKind::Video, "video/mp4") => Self::Video,
            (MediaKind::Voice, "audio/ogg" | "audio/opus") => Self::Voice,
            (
                MediaKind::Audio | MediaKind::Voice | MediaKind::Recording,
                "audio/mpeg" | "audio/mp4" | "audio/x-m4a",
            ) => Self::Audio,
            _ => Self::Document,
        })
    }

    /// The method that sends one.
    pub(super) fn method(self) -> &'static str {
        match self {
            Self::Photo => "sendPhoto",
            Self::Video => "sendVideo",
            Self::Animation => "sendAnimation",
            Self::Audio => "sendAudio",
            Self::Voice => "sendVoice",
            Self::Document => "sendDocument",
            Self::Sticker => "sendSticker",
        }
    }

    /// The field in which it goes and comes back.
    pub(crate) fn field(self) -> &'static str {
        match self {
            Self::Photo => "photo",
            Self::Video => "video",
            Self::Animation => "animation",
            Self::Audio => "audio",
            Self::Voice => "voice",
            Self::Document => "document",
            Self::Sticker => "sticker",
        }
    }

    /// With which others it may stand in an album; `None` always goes alone.
    pub(super) fn album(self) -> Option<AlbumClass> {
        match self {
            Self::Photo | Self::Video => Some(AlbumClass::Visual),
            Self::Audio => Some(AlbumClass::Audio),
            Self::Document => Some(AlbumClass::Document),
            Self::Animation | Self::Voice | Self::Sticker => None,
        }
    }

    /// A text may stand beside it.
    pub(super) fn takes_caption(self) -> bool {
        self != Self::Sticker
    }

    /// It has a length in seconds.
    pub(super) fn has_duration(self) -> bool {
        matches!(self, Self::Video | Self::Animation | Self::Audio | Self::Voice)
    }
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
    kinds.into_iter().map(|kind| FileAbility { kind, limit_bytes: UPLOAD_LIMIT_BYTES }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::send::testing::file;

    #[test]
    fn a_file_goes_as_what_the_provider_shows_unharmed() {
        for (kind, mime, size_bytes, expected) in [
            (MediaKind::Image, "image/jpeg", 100, Shape::Photo),
            (MediaKind::Image, "IMAGE/JPEG; q=1", 100, Shape::Photo),
            (MediaKind::Image, "image/jpeg", 10_000_001, Shape::Document),
            (MediaKind::Image, "image/heic", 100, Shape::Document),
            (MediaKind::Image, "image/gif", 100, Shape::Animation),
            (MediaKind::Video, "video/mp4", 100, Shape::Video),
            (MediaKind::Video, "video/x-msvideo", 100, Shape::Document),
            (MediaKind::Audio, "audio/mpeg", 100, Shape::Audio),
            (MediaKind::Audio, "audio/flac", 100, Shape::Document),
            (MediaKind::Voice, "audio/ogg", 100, Shape::Voice),
            (MediaKind::Voice, "audio/webm", 100, Shape::Document),
            (MediaKind::Recording, "audio/mpeg", 100, Shape::Audio),
            (MediaKind::Sticker, "image/webp", 100, Shape::Sticker),
            (MediaKind::Document, "image/jpeg", 100, Shape::Document),
        ] {
            let file = OutboundFile { size_bytes, ..file(kind, mime) };
            assert_eq!(Shape::of(&file).unwrap(), expected, "{kind:?} {mime} {size_bytes}");
        }
    }

    #[test]
    fn a_file_that_the_provider_would_refuse_is_refused_before_the_upload() {
        for (size_bytes, expected) in [(0, "file_empty"), (50_000_001, "file_too_big")] {
            let file = OutboundFile { size_bytes, ..file(MediaKind::Document, "application/pdf") };
            let Err(SendError::Rejected { code, .. }) = Shape::of(&file) else { panic!("{size_bytes}") };
            assert_eq!(code, expected);
        }
    }
}
