use std::io::Cursor;

use opus_pure::{Application, OggOpusReader, OpusEncoder};

use super::*;
use crate::{sniff, wave};

/// An element of EBML of which the size is known.
fn element(id: &[u8], body: &[u8]) -> Vec<u8> {
    let size = u64::try_from(body.len()).unwrap() | 1 << 56;
    [id, &size.to_be_bytes(), body].concat()
}

/// One that ends with the file or with the next of its kind, as browsers write while they record.
fn endless(id: &[u8], body: &[u8]) -> Vec<u8> {
    [id, b"\x01\xff\xff\xff\xff\xff\xff\xff", body].concat()
}

fn packets(channels: usize) -> Vec<Vec<u8>> {
    let mut encoder = OpusEncoder::new(48_000, channels, Application::Voip).unwrap();
    let mut packet = vec![0; 4000];
    let tone: Vec<f32> =
        (0_u16..960).flat_map(|n| vec![(f32::from(n) * 0.05).sin() * 0.4; channels]).collect();
    (0..125)
        .map(|_| encoder.encode(&tone, 960, &mut packet).map(|size| packet[..size].to_vec()).unwrap())
        .collect()
}

/// What a browser's recorder writes: a segment and clusters without sizes, blocks of 20 ms.
fn webm(codec: &[u8], channels: u8, packets: &[Vec<u8>]) -> Vec<u8> {
    let head =
        [&b"OpusHead\x01"[..], &[channels], &312_u16.to_le_bytes(), &48_000_u32.to_le_bytes(), b"\0\0\0"]
            .concat();
    let sound = [element(b"\xb5", &48_000_f32.to_be_bytes()), element(b"\x9f", &[channels])].concat();
    let track = [
        element(b"\xd7", &[1]),
        element(b"\x73\xc5", &[1]),
        element(b"\x83", &[2]),
        element(b"\x86", codec),
        element(b"\x63\xa2", &head),
        element(b"\xe1", &sound),
    ]
    .concat();
    let info = [
        element(b"\x2a\xd7\xb1", &1_000_000_u32.to_be_bytes()),
        element(b"\x4d\x80", b"t"),
        element(b"\x57\x41", b"t"),
    ]
    .concat();
    let mut segment =
        [element(b"\x15\x49\xa9\x66", &info), element(b"\x16\x54\xae\x6b", &element(b"\xae", &track))]
            .concat();
    for (number, cluster) in packets.chunks(50).enumerate() {
        let mut body = element(b"\xe7", &u32::try_from(number * 1000).unwrap().to_be_bytes());
        for (block, packet) in cluster.iter().enumerate() {
            let at = u16::try_from(block * 20).unwrap().to_be_bytes();
            body.extend(element(b"\xa3", &[&[0x81], &at[..], &[0x80], packet].concat()));
        }
        segment.extend(endless(b"\x1f\x43\xb6\x75", &body));
    }
    let ebml =
        [element(b"\x42\x82", b"webm"), element(b"\x42\x87", &[4]), element(b"\x42\x85", &[2])].concat();
    [element(b"\x1a\x45\xdf\xa3", &ebml), endless(b"\x18\x53\x80\x67", &segment)].concat()
}

fn voice(file: Vec<u8>) -> Result<Voice, VoiceError> {
    note(file)
}

#[test]
fn every_packet_of_the_browser_stands_in_the_voice_note() {
    for channels in [1, 2] {
        let packets = packets(channels);
        let file = webm(b"A_OPUS", u8::try_from(channels).unwrap(), &packets);
        assert_eq!(sniff::mime_type(&file), "video/webm");
        let voice = voice(file).unwrap();
        assert_eq!(voice.duration_s, 3);
        assert_eq!(sniff::mime_type(&voice.ogg), "audio/ogg; codecs=opus");
        let mut reader = OggOpusReader::new(Cursor::new(&voice.ogg)).unwrap();
        assert_eq!(reader.head().channel_count, 1, "messengers take one channel only");
        assert_eq!(reader.head().pre_skip, 312);
        let read: Vec<Vec<u8>> = reader.packets().map(|packet| packet.unwrap().data).collect();
        assert_eq!(read, packets);
        let shape = wave::peaks(Box::new(Cursor::new(voice.ogg)), "audio/ogg; codecs=opus").unwrap();
        assert!(shape.bars[20..180].iter().all(|bar| *bar > 60), "{:?}", shape.bars);
    }
}

#[test]
fn a_recording_cut_off_keeps_what_is_whole() {
    let packets = packets(1);
    let mut file = webm(b"A_OPUS", 1, &packets);
    file.truncate(file.len() - 5);
    let voice = voice(file).unwrap();
    let mut reader = OggOpusReader::new(Cursor::new(&voice.ogg)).unwrap();
    assert_eq!(reader.packets().count(), packets.len() - 1);
}

/// How long it is, and how loud its first and its second half mostly are.
fn heard(voice: &Voice) -> (u64, u8, u8) {
    assert_eq!(sniff::mime_type(&voice.ogg), "audio/ogg; codecs=opus");
    let reader = OggOpusReader::new(Cursor::new(&voice.ogg)).unwrap();
    assert_eq!(reader.head().channel_count, 1, "messengers take one channel only");
    let shape = wave::peaks(Box::new(Cursor::new(voice.ogg.clone())), "audio/ogg; codecs=opus").unwrap();
    let mostly = |bars: &[u8]| {
        let mut bars = bars.to_vec();
        bars.sort_unstable();
        bars[bars.len() / 2]
    };
    (shape.duration_ms, mostly(&shape.bars[10..85]), mostly(&shape.bars[115..190]))
}

#[test]
fn what_chromium_recorded_is_heard() {
    for recording in
        [&include_bytes!("fixtures/chromium.webm")[..], include_bytes!("fixtures/chromium-opus.mp4")]
    {
        let voice = note(recording.to_vec()).unwrap();
        let (length_ms, ..) = heard(&voice);
        assert!((1300..=1700).contains(&length_ms), "{length_ms}");
        assert_eq!(voice.duration_s, 2);
        let shape = wave::peaks(Box::new(Cursor::new(voice.ogg)), "audio/ogg; codecs=opus").unwrap();
        assert!(shape.bars.iter().any(|bar| *bar > 50), "the device of a test beeps every half second");
    }
}

#[test]
fn the_sound_of_safari_and_of_firefox_stays_what_it_was() {
    for (name, recording) in [
        ("mono", &include_bytes!("fixtures/aac-44100-mono.mp4")[..]),
        ("stereo", include_bytes!("fixtures/aac-48000-stereo.mp4")),
        ("ogg", include_bytes!("fixtures/libopus-stereo.ogg")),
    ] {
        let voice = note(recording.to_vec()).unwrap();
        let (length_ms, first, second) = heard(&voice);
        assert!((1480..=1620).contains(&length_ms), "{name}: {length_ms}");
        assert_eq!(voice.duration_s, 2);
        // A lossy codec leaves a tone of 102 of 255 a little louder.
        assert!((2..=15).contains(&first) && (90..=160).contains(&second), "{name}: {first} {second}");
    }
}

#[test]
fn a_recording_of_aac_that_was_cut_off_keeps_its_beginning() {
    let recording = include_bytes!("fixtures/aac-44100-mono.mp4");
    let voice = note(recording[..recording.len() * 2 / 3].to_vec()).unwrap();
    let (length_ms, ..) = heard(&voice);
    assert!((400..1400).contains(&length_ms), "{length_ms}");
}

#[test]
fn other_sounds_and_no_sound_are_refused() {
    let vorbis = [&b"OggS\0\x02\0\0\0\0\0\0\0\0abcd\0\0\0\0efgh\x01\x1e\x01vorbis"[..], &[0; 40]].concat();
    assert!(matches!(note(vorbis), Err(VoiceError::OtherSound)));
    assert!(matches!(
        note(webm(b"A_VORBIS", 1, &packets(1))),
        Err(VoiceError::OtherSound | VoiceError::Unreadable(_))
    ));
    assert!(note(webm(b"A_OPUS", 1, &[])).is_err());
    assert!(matches!(note(b"hello".to_vec()), Err(VoiceError::Unreadable(_))));
}
