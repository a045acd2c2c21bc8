use std::io::Cursor;

use opus_pure::{Application, OggOpusWriter, OpusEncoder, OpusHead};

use super::*;

/// One second of silence, then one of a tone, at 8 kHz.
fn sound() -> Vec<f32> {
    (0..16_000_u16).map(|n| if n < 8000 { 0.0 } else { (f32::from(n) * 0.5).sin() * 0.5 }).collect()
}

#[expect(clippy::cast_possible_truncation, reason = "a tone is between -1 and 1")]
fn wav(sound: &[f32]) -> Vec<u8> {
    let samples: Vec<u8> =
        sound.iter().flat_map(|sample| ((sample * 32_767.0) as i16).to_le_bytes()).collect();
    let size = u32::try_from(samples.len()).unwrap();
    let mut file = b"RIFF".to_vec();
    file.extend((size + 36).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    file.extend(8000_u32.to_le_bytes());
    file.extend(16_000_u32.to_le_bytes());
    file.extend(b"\x02\0\x10\0data");
    file.extend(size.to_le_bytes());
    file.extend(samples);
    file
}

fn opus(sound: &[f32]) -> Vec<u8> {
    let mut encoder = OpusEncoder::new(8000, 1, Application::Voip).unwrap();
    let head = OpusHead::for_encoder(&encoder, 8000);
    let mut writer = OggOpusWriter::new(Vec::new(), head).unwrap();
    let mut packet = vec![0; 4000];
    for block in sound.chunks_exact(160) {
        let size = encoder.encode(block, 160, &mut packet).unwrap();
        writer.write_packet(&packet[..size]).unwrap();
    }
    writer.finish().unwrap()
}

fn assert_quiet_then_loud(peaks: &Peaks) {
    assert_eq!(peaks.bars.len(), BARS);
    assert!((1950..=2050).contains(&peaks.duration_ms), "{}", peaks.duration_ms);
    assert!(peaks.bars[..95].iter().all(|bar| *bar < 10), "{:?}", peaks.bars);
    assert!(peaks.bars[105..195].iter().all(|bar| (90..=170).contains(bar)), "{:?}", peaks.bars);
}

#[test]
fn the_shape_follows_the_sound_in_every_form() {
    assert_quiet_then_loud(&peaks(Box::new(Cursor::new(wav(&sound()))), "audio/wav").unwrap());
    let ogg = opus(&sound());
    assert_quiet_then_loud(&peaks(Box::new(Cursor::new(ogg)), "audio/ogg; codecs=opus").unwrap());
}

#[test]
fn a_sound_of_a_moment_fills_all_bars() {
    let peaks = peaks(Box::new(Cursor::new(wav(&[0.5; 10]))), "audio/wav").unwrap();
    assert_eq!((peaks.bars.len(), peaks.duration_ms), (BARS, 1));
    assert!(peaks.bars.iter().all(|bar| *bar == 127 || *bar == 128));
}

#[test]
fn what_is_no_sound_has_no_shape() {
    for file in [&b""[..], b"#!AMR\n\x3c\x08", b"%PDF-1.7", b"OggS broken"] {
        for mime_type in ["audio/amr", "audio/ogg; codecs=opus"] {
            assert!(peaks(Box::new(Cursor::new(file.to_vec())), mime_type).is_err());
        }
    }
}

#[test]
fn parts_grow_with_the_sound() {
    let mut levels = Levels::new(8000);
    for second in 0..600_u16 {
        let level = if second == 300 { 1.0 } else { 0.1 };
        (0..8000).for_each(|_| levels.add(level));
    }
    assert!(levels.parts.len() < Levels::PARTS);
    let peaks = levels.finish().unwrap();
    assert_eq!(peaks.duration_ms, 600_000);
    let loud: Vec<u8> = peaks.bars.into_iter().filter(|bar| *bar == 255).collect();
    // A part on the border of two bars belongs to both.
    assert!((1..=2).contains(&loud.len()), "{loud:?}");
}
