//! Files that clients might have sent: real enough to be shown, of exactly the size that was told.

use axum::body::Bytes;

/// A file of this type and size. A picture is a grey square; other types are a note of words.
pub(super) fn bytes(mime_type: &str, size: u64) -> Bytes {
    let size = usize::try_from(size).unwrap_or(0);
    let mut bytes = match mime_type {
        "image/png" => png(),
        "application/pdf" => PDF.to_vec(),
        _ => b"A sample of the fake provider.\n".to_vec(),
    };
    // Readers of these formats look at nothing behind the end, but a PDF's end must stay near the end of the file.
    if mime_type == "application/pdf" && bytes.len() < size {
        let filler = vec![b' '; size - bytes.len()];
        let head = b"%PDF-1.4\n".len();
        bytes.splice(head..head, filler);
    }
    bytes.resize(size.max(bytes.len()), 0);
    bytes.into()
}

/// Without a table of places, which readers then make themselves: so the filler may stand in the middle.
const PDF: &[u8] = b"%PDF-1.4\n\
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n\
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]>>endobj\n\
trailer<</Root 1 0 R>>\n%%EOF\n";

/// 8 × 8, grey, not compressed.
fn png() -> Vec<u8> {
    let mut picture = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut picture, b"IHDR", &[0, 0, 0, 8, 0, 0, 0, 8, 8, 0, 0, 0, 0]);
    let rows: Vec<u8> = (0..8).flat_map(|_| [0, 160, 160, 160, 160, 160, 160, 160, 160]).collect();
    let length = u16::try_from(rows.len()).unwrap_or_default();
    let mut packed = vec![0x78, 0x01, 0x01];
    packed.extend(length.to_le_bytes());
    packed.extend((!length).to_le_bytes());
    packed.extend(&rows);
    packed.extend(adler32(&rows).to_be_bytes());
    chunk(&mut picture, b"IDAT", &packed);
    chunk(&mut picture, b"IEND", &[]);
    picture
}

fn chunk(picture: &mut Vec<u8>, name: &[u8], content: &[u8]) {
    picture.extend(u32::try_from(content.len()).unwrap_or_default().to_be_bytes());
    let checked: Vec<u8> = name.iter().chain(content).copied().collect();
    picture.extend(&checked);
    picture.extend(crc32(&checked).to_be_bytes());
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg()))
    })
}

fn adler32(bytes: &[u8]) -> u32 {
    let (low, high) = bytes.iter().fold((1_u32, 0_u32), |(low, high), byte| {
        let low = (low + u32::from(*byte)) % 65_521;
        (low, (high + low) % 65_521)
    });
    high << 16 | low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checks_are_those_of_the_format() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(adler32(b"Wikipedia"), 0x11E6_0398);
    }

    #[test]
    fn a_sample_has_the_size_that_was_told() {
        for mime_type in ["image/png", "application/pdf", "audio/ogg"] {
            assert_eq!(bytes(mime_type, 48_211).len(), 48_211, "{mime_type}");
        }
        assert!(bytes("application/pdf", 48_211).ends_with(b"%%EOF\n"));
    }
}
