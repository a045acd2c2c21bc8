//! A voice recording of a browser in the one form that every messenger takes as a voice note: Opus in Ogg, one channel.
//! Opus changes its container only; AAC, which Safari records, is decoded and encoded.

mod recode;
mod resample;

use std::io::Cursor;

use opus_pure::{OggOpusReader, OggOpusWriter, OpusHead};
use symphonia::core::codecs::audio::well_known::{CODEC_ID_AAC, CODEC_ID_OPUS};
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoderOptions};
use symphonia::core::errors::Error as ReadError;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;
use symphonia::core::packet::Packet;

use recode::Recoder;

/// Opus in Ogg counts at this rate, whatever was recorded.
const RATE: u32 = 48_000;

/// A voice note.
#[derive(Debug)]
pub struct Voice {
    /// Ogg with Opus.
    pub ogg: Vec<u8>,
    /// Its length, rounded up.
    pub duration_s: u32,
}

/// Why a recording does not become a voice note.
#[derive(Debug, thiserror::Error)]
pub enum VoiceError {
    /// No container that we read, or a broken one.
    #[error("the recording cannot be read")]
    Unreadable(#[from] ReadError),
    /// Its sound is neither Opus nor plain AAC.
    #[error("the sound is neither Opus nor AAC")]
    OtherSound,
    /// There is no sound in it.
    #[error("there is no sound")]
    Silent,
    /// Opus that is none.
    #[error("the sound is broken")]
    Broken(#[from] opus_pure::Error),
}

/// Makes a voice note of what Chromium (WebM or MP4), Firefox (Ogg) or Safari (MP4) recorded. Slow: for a thread that may
/// wait.
pub fn note(recording: Vec<u8>) -> Result<Voice, VoiceError> {
    if recording.starts_with(b"OggS") {
        return of_ogg(recording);
    }
    let source =
        MediaSourceStream::new(Box::new(Cursor::new(recording)), MediaSourceStreamOptions::default());
    let mut format = symphonia::default::get_probe().probe(
        &Hint::new(),
        source,
        FormatOptions::default(),
        MetadataOptions::default(),
    )?;
    let track = format.default_track(TrackType::Audio).ok_or(VoiceError::Silent)?;
    let sound =
        track.codec_params.as_ref().and_then(|params| params.audio()).ok_or(VoiceError::OtherSound)?;
    let (id, sound) = (track.id, sound.clone());
    let packets = Packets { format: &mut *format, track: id };
    match sound.codec {
        CODEC_ID_OPUS => of_opus(packets, sound.extra_data.as_deref().and_then(pre_skip)),
        CODEC_ID_AAC => of_aac(packets, &sound),
        _ => Err(VoiceError::OtherSound),
    }
}

/// The packets of the sound, up to where the recording breaks off.
struct Packets<'a> {
    format: &'a mut dyn FormatReader,
    track: u32,
}

impl Packets<'_> {
    fn next(&mut self) -> Result<Option<Packet>, ReadError> {
        loop {
            match self.format.next_packet() {
                Ok(Some(packet)) if packet.track_id == self.track => return Ok(Some(packet)),
                Ok(Some(_)) => {}
                // A browser that was closed leaves the last block half written.
                Ok(None) | Err(ReadError::IoError(_)) => return Ok(None),
                Err(error) => return Err(error),
            }
        }
    }
}

/// One channel, whatever the packets hold: a decoder mixes down by itself (RFC 7845, 5.1.1.2).
fn head(pre_skip: Option<u16>) -> Result<OpusHead, opus_pure::Error> {
    let head = OpusHead::new(1, RATE)?;
    Ok(OpusHead { pre_skip: pre_skip.unwrap_or(head.pre_skip), ..head })
}

fn of_ogg(recording: Vec<u8>) -> Result<Voice, VoiceError> {
    let Ok(mut reader) = OggOpusReader::new(Cursor::new(recording)) else {
        return Err(VoiceError::OtherSound);
    };
    let told = reader.head();
    if told.mapping_family != 0 {
        return Err(VoiceError::OtherSound);
    }
    let head = OpusHead { output_gain_q8: told.output_gain_q8, ..head(Some(told.pre_skip))? };
    let mut writer = Writer::new(head)?;
    // What was cut off in the middle of a page is lost with its page only.
    while let Ok(Some(packet)) = reader.read_packet() {
        writer.write(&packet.data)?;
    }
    writer.finish()
}

fn of_opus(mut packets: Packets, pre_skip: Option<u16>) -> Result<Voice, VoiceError> {
    let mut writer = Writer::new(head(pre_skip)?)?;
    while let Some(packet) = packets.next()? {
        writer.write(&packet.data)?;
    }
    writer.finish()
}

fn of_aac(mut packets: Packets, sound: &AudioCodecParameters) -> Result<Voice, VoiceError> {
    let decoder = symphonia::default::get_codecs().make_audio_decoder(sound, &AudioDecoderOptions::default());
    let mut decoder = decoder.map_err(|_| VoiceError::OtherSound)?;
    let mut recoder: Option<Recoder> = None;
    let mut samples = Vec::new();
    while let Some(packet) = packets.next()? {
        match decoder.decode(&packet) {
            Ok(sound) => {
                let channels = sound.spec().channels().count().max(1);
                let recoder = match &mut recoder {
                    Some(recoder) => recoder,
                    None => recoder.insert(Recoder::new(sound.spec().rate())?),
                };
                sound.copy_to_vec_interleaved(&mut samples);
                recoder.push(&samples, channels)?;
            }
            // One broken packet is a crack, not the end.
            Err(ReadError::DecodeError(_)) => {}
            Err(_) => return Err(VoiceError::OtherSound),
        }
    }
    recoder.ok_or(VoiceError::Silent)?.finish()
}

/// Ogg in the making.
struct Writer {
    ogg: OggOpusWriter<Vec<u8>>,
    pre_skip: i64,
}

impl Writer {
    fn new(head: OpusHead) -> Result<Self, VoiceError> {
        let pre_skip = i64::from(head.pre_skip);
        Ok(Self { ogg: OggOpusWriter::new(Vec::new(), head)?, pre_skip })
    }

    fn write(&mut self, packet: &[u8]) -> Result<(), VoiceError> {
        Ok(self.ogg.write_packet(packet)?)
    }

    /// A packet of which only so many samples are to be heard, as the last one.
    fn write_cut(&mut self, packet: &[u8], samples: u32) -> Result<(), VoiceError> {
        Ok(self.ogg.write_packet_with_duration(packet, samples)?)
    }

    fn finish(self) -> Result<Voice, VoiceError> {
        let samples = u64::try_from(self.ogg.granule() - self.pre_skip).unwrap_or(0);
        if samples == 0 {
            return Err(VoiceError::Silent);
        }
        let duration_s = u32::try_from(samples.div_ceil(u64::from(RATE))).unwrap_or(u32::MAX);
        Ok(Voice { ogg: self.ogg.finish()?, duration_s })
    }
}

/// The samples that a player drops at the beginning, from the head that stands in the container.
fn pre_skip(head: &[u8]) -> Option<u16> {
    let skip = head.strip_prefix(b"OpusHead")?.get(2..4)?;
    Some(u16::from_le_bytes([skip[0], skip[1]]))
}

#[cfg(test)]
mod tests;
