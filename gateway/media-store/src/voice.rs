//! A voice recording of a browser in the form that messengers take: Opus in Ogg, one channel. Nothing is decoded.

use opus_pure::{OggOpusWriter, OpusHead};
use symphonia::core::codecs::audio::well_known::CODEC_ID_OPUS;
use symphonia::core::errors::Error as ReadError;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;

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
    /// Its sound is not Opus.
    #[error("the sound is not Opus")]
    NotOpus,
    /// Opus that is none, or no sound at all.
    #[error("the sound is broken")]
    Broken(#[from] opus_pure::Error),
}

/// Puts the Opus packets of a WebM file into Ogg. Slow: for a thread that may wait.
pub fn from_webm(recording: Box<dyn MediaSource>) -> Result<Voice, VoiceError> {
    let source = MediaSourceStream::new(recording, MediaSourceStreamOptions::default());
    let mut hint = Hint::new();
    hint.with_extension("webm");
    let mut format = symphonia::default::get_probe().probe(
        &hint,
        source,
        FormatOptions::default(),
        MetadataOptions::default(),
    )?;
    let track = format.default_track(TrackType::Audio).ok_or(VoiceError::NotOpus)?;
    let sound = track.codec_params.as_ref().and_then(|params| params.audio()).ok_or(VoiceError::NotOpus)?;
    if sound.codec != CODEC_ID_OPUS {
        return Err(VoiceError::NotOpus);
    }
    let told = sound.extra_data.as_deref().and_then(pre_skip);
    let mut head = OpusHead::new(1, 48_000)?;
    head.pre_skip = told.unwrap_or(head.pre_skip);
    let pre_skip = i64::from(head.pre_skip);
    let id = track.id;
    let mut writer = OggOpusWriter::new(Vec::new(), head)?;
    loop {
        match format.next_packet() {
            Ok(Some(packet)) if packet.track_id == id => writer.write_packet(&packet.data)?,
            Ok(Some(_)) => {}
            // A browser that was closed leaves the last block half written.
            Ok(None) | Err(ReadError::IoError(_)) => break,
            Err(error) => return Err(error.into()),
        }
    }
    let samples = (writer.granule() - pre_skip).max(0);
    if samples == 0 {
        return Err(VoiceError::NotOpus);
    }
    let duration_s = u32::try_from(samples.div_euclid(48_000) + i64::from(samples % 48_000 > 0));
    Ok(Voice { ogg: writer.finish()?, duration_s: duration_s.unwrap_or(u32::MAX) })
}

/// The samples that a player drops at the beginning, from the head that stands in the container.
fn pre_skip(head: &[u8]) -> Option<u16> {
    let skip = head.strip_prefix(b"OpusHead")?.get(2..4)?;
    Some(u16::from_le_bytes([skip[0], skip[1]]))
}

#[cfg(test)]
mod tests;
