//! Small pictures of pictures.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

/// The longer side.
const SIDE: u32 = 480;
/// Decoding takes at most this much memory: a picture of 50 million points. A few kilobytes may claim to be far more.
const MEMORY_BYTES: u64 = 160 * 1024 * 1024;
const LONGEST_SIDE: u32 = 30_000;
const QUALITY: u8 = 80;

/// A file of more bytes is not opened.
pub const LARGEST_BYTES: u64 = 40 * 1024 * 1024;

/// Types of which small pictures can be made.
pub fn is_picture(mime_type: &str) -> bool {
    matches!(mime_type, "image/jpeg" | "image/png" | "image/gif" | "image/webp")
}

/// The file is no picture, a broken one, or one too large to be opened.
#[derive(Debug, thiserror::Error)]
#[error("no picture can be made of it")]
pub struct PictureError(#[from] image::ImageError);

/// A small picture, upright: JPEG, or PNG where something shines through. Slow: for a thread that may wait.
pub fn thumbnail(file: &[u8]) -> Result<Vec<u8>, PictureError> {
    let mut reader =
        ImageReader::new(Cursor::new(file)).with_guessed_format().map_err(image::ImageError::IoError)?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY_BYTES);
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder()?;
    // The limits given to the reader bind what the decoder needs beside the picture.
    limits.reserve(decoder.total_bytes())?;
    let orientation = decoder.orientation()?;
    let picture = DynamicImage::from_decoder(decoder)?;
    let mut small =
        if picture.width().max(picture.height()) > SIDE { picture.thumbnail(SIDE, SIDE) } else { picture };
    small.apply_orientation(orientation);
    let mut out = Vec::new();
    if small.color().has_alpha() {
        DynamicImage::from(small.to_rgba8()).write_to(&mut Cursor::new(&mut out), ImageFormat::Png)?;
    } else {
        JpegEncoder::new_with_quality(&mut out, QUALITY).encode_image(&small.to_rgb8())?;
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use image::{GenericImageView, RgbImage, RgbaImage};

    use super::*;
    use crate::sniff;

    fn file(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
        let mut file = Vec::new();
        picture.into().write_to(&mut Cursor::new(&mut file), format).unwrap();
        file
    }

    #[test]
    fn a_large_picture_gets_a_small_one_of_the_same_shape() {
        for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::Gif, ImageFormat::WebP] {
            let small = thumbnail(&file(RgbImage::new(1200, 600), format)).unwrap();
            assert_eq!(image::load_from_memory(&small).unwrap().dimensions(), (480, 240), "{format:?}");
        }
    }

    #[test]
    fn what_shines_through_still_does() {
        let small = thumbnail(&file(RgbaImage::new(600, 600), ImageFormat::WebP)).unwrap();
        assert_eq!(sniff::mime_type(&small), "image/png");
        assert_eq!(image::load_from_memory(&small).unwrap().get_pixel(5, 5).0[3], 0);
    }

    #[test]
    fn a_small_picture_keeps_its_size() {
        let small = thumbnail(&file(RgbImage::new(20, 10), ImageFormat::Jpeg)).unwrap();
        assert_eq!(image::load_from_memory(&small).unwrap().dimensions(), (20, 10));
    }

    /// 30 bytes of a head that claim 20,000 by 20,000 points in four colours.
    #[test]
    fn a_bomb_is_not_opened() {
        let mut bomb = file(RgbaImage::new(1, 1), ImageFormat::Png);
        bomb[16..20].copy_from_slice(&20_000_u32.to_be_bytes());
        bomb[20..24].copy_from_slice(&20_000_u32.to_be_bytes());
        let mut sum = crc(&bomb[12..29]).to_be_bytes().to_vec();
        bomb.splice(29..33, sum.drain(..));
        assert!(matches!(thumbnail(&bomb), Err(PictureError(image::ImageError::Limits(_)))));
    }

    fn crc(bytes: &[u8]) -> u32 {
        let step = |sum: u32| if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 };
        !bytes.iter().fold(!0_u32, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), |sum, _| step(sum)))
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        for file in [&b""[..], b"hello", b"\xff\xd8\xff\xe0 broken", b"\x89PNG\r\n\x1a\n"] {
            assert!(thumbnail(file).is_err());
        }
    }
}
