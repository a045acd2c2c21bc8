//! The type of a file by its first bytes. What the sender says is not believed.

/// So many bytes decide.
pub const HEAD_BYTES: usize = 8192;

/// Any bytes.
pub const UNKNOWN: &str = "application/octet-stream";

/// The type by the first bytes of a file, of which up to [`HEAD_BYTES`] are looked at. Opus in Ogg says so: messengers take
/// it as a voice note, and no other sound in Ogg.
pub fn mime_type(head: &[u8]) -> &'static str {
    let head = &head[..head.len().min(HEAD_BYTES)];
    if head.starts_with(b"OggS") {
        return if head.windows(8).take(200).any(|window| window == b"OpusHead") {
            "audio/ogg; codecs=opus"
        } else {
            "audio/ogg"
        };
    }
    if head.starts_with(b"\x1a\x45\xdf\xa3") {
        let webm = head.windows(4).take(64).any(|window| window == b"webm");
        return if webm { "video/webm" } else { "video/x-matroska" };
    }
    if let Some(found) = infer::get(head) {
        return match found.mime_type() {
            "audio/m4a" => "audio/mp4",
            "audio/x-wav" => "audio/wav",
            "audio/x-flac" => "audio/flac",
            other => other,
        };
    }
    if is_text(head) { "text/plain" } else { UNKNOWN }
}

/// Words in UTF-8; the last letter may be cut.
fn is_text(head: &[u8]) -> bool {
    let valid = match std::str::from_utf8(head) {
        Ok(_) => !head.is_empty(),
        Err(error) => error.error_len().is_none() && error.valid_up_to() > 0,
    };
    valid && !head.iter().any(|byte| matches!(byte, 0..=8 | 14..=26 | 28..=31 | 127))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_tell_the_type() {
        let cases: [(&[u8], &str); 9] = [
            (b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
            (b"\x89PNG\r\n\x1a\n", "image/png"),
            (b"%PDF-1.7\n", "application/pdf"),
            (b"ID3\x04\0\0\0\0\0\0", "audio/mpeg"),
            (b"#!AMR\n\x3c\x08\0\0\0\0", "audio/amr"),
            (b"OggS\0\x02\0\0\0\0\0\0\0\0abcd\0\0\0\0efgh\x01\x13OpusHead\x01\x01", "audio/ogg; codecs=opus"),
            (b"OggS\0\x02\0\0\0\0\0\0\0\0abcd\0\0\0\0efgh\x01\x1e\x01vorbis", "audio/ogg"),
            ("Здравствуйте".as_bytes(), "text/plain"),
            (b"\0\x01\x02\x03", UNKNOWN),
        ];
        for (head, expected) in cases {
            assert_eq!(mime_type(head), expected, "{head:?}");
        }
    }

    #[test]
    fn a_letter_cut_in_half_is_still_text() {
        assert_eq!(mime_type(&"привет".as_bytes()[..11]), "text/plain");
        assert_eq!(mime_type(b""), UNKNOWN);
    }

    #[test]
    fn a_page_that_calls_itself_a_picture_is_a_page() {
        assert_eq!(mime_type(b"<!DOCTYPE html><script>alert(1)</script>"), "text/html");
    }
}
