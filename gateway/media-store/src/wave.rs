//! The shape of a sound, to be drawn under a player.

use std::io::BufReader;

use opus_pure::{OggOpusReader, OpusDecoder};
use symphonia::core::codecs::audio::AudioDecoderOptions;
use symphonia::core::errors::Error as ReadError;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;

/// So many bars are drawn.
pub const BARS: usize = 200;

/// Longer sounds are not decoded to the end.
const LONGEST_S: u64 = 6 * 3600;
/// Opus is decoded at this rate: enough for a shape, and quicker.
const OPUS_RATE: u32 = 16_000;
/// The longest packet of Opus at that rate, 120 ms.
const OPUS_SAMPLES: usize = 1920;

/// The shape of a sound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peaks {
    /// The loudest moment of each part, from 0 to 255, of [`BARS`] parts of the same length.
    pub bars: Vec<u8>,
    /// How long it is.
    pub duration_ms: u64,
}

/// Why a sound has no shape.
#[derive(Debug, thiserror::Error)]
pub enum WaveError {
    /// No sound that we can decode.
    #[error("the sound cannot be decoded")]
    Unreadable(#[from] ReadError),
    /// Broken Opus.
    #[error("the Opus is broken")]
    Opus(#[from] opus_pure::Error),
    /// There is no sound in it.
    #[error("there is no sound")]
    Silent,
}

/// Decodes a sound and keeps its shape. Slow, with little memory: for a thread that may wait.
pub fn peaks(file: Box<dyn MediaSource>, mime_type: &str) -> Result<Peaks, WaveError> {
    if mime_type.starts_with("audio/ogg") && mime_type.contains("opus") {
        return of_opus(file);
    }
    let source = MediaSourceStream::new(file, MediaSourceStreamOptions::default());
    let mut format = symphonia::default::get_probe().probe(
        &Hint::new(),
        source,
        FormatOptions::default(),
        MetadataOptions::default(),
    )?;
    let track = format.default_track(TrackType::Audio).ok_or(WaveError::Silent)?;
    let (id, params) = (track.id, track.codec_params.as_ref().and_then(|params| params.audio()));
    let params = params.ok_or(WaveError::Silent)?;
    let mut decoder =
        symphonia::default::get_codecs().make_audio_decoder(params, &AudioDecoderOptions::default())?;
    let mut levels: Option<Levels> = None;
    let mut samples: Vec<f32> = Vec::new();
    loop {
        let packet = match format.next_packet() {
            Ok(Some(packet)) => packet,
            Ok(None) | Err(ReadError::IoError(_)) => break,
            Err(error) => return Err(error.into()),
        };
        if packet.track_id != id {
            continue;
        }
        match decoder.decode(&packet) {
            Ok(sound) => {
                let channels = sound.spec().channels().count().max(1);
                let levels = levels.get_or_insert_with(|| Levels::new(sound.spec().rate()));
                sound.copy_to_vec_interleaved(&mut samples);
                samples.chunks(channels).for_each(|moment| levels.add(loudest(moment)));
                if levels.is_full() {
                    break;
                }
            }
            // One broken packet is a crack, not the end.
            Err(ReadError::DecodeError(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    levels.and_then(Levels::finish).ok_or(WaveError::Silent)
}

fn of_opus(file: Box<dyn MediaSource>) -> Result<Peaks, WaveError> {
    let mut reader = OggOpusReader::new(BufReader::new(file))?;
    let rate = i32::try_from(OPUS_RATE).expect("a small number");
    let mut decoder = OpusDecoder::new(rate, 1)?;
    let mut levels = Levels::new(OPUS_RATE);
    let mut samples = [0.0; OPUS_SAMPLES];
    let mut drop = usize::from(reader.head().pre_skip) / 3;
    while let Some(packet) = reader.read_packet()? {
        let count = decoder.decode(&packet.data, OPUS_SAMPLES, &mut samples)?;
        let from = drop.min(count);
        drop -= from;
        samples[from..count].iter().for_each(|sample| levels.add(sample.abs()));
        if levels.is_full() {
            break;
        }
    }
    levels.finish().ok_or(WaveError::Silent)
}

fn loudest(moment: &[f32]) -> f32 {
    moment.iter().fold(0.0, |loudest, sample| sample.abs().max(loudest))
}

/// The loudest moments of equal parts. Parts grow with the sound, so that its length need not be known before.
struct Levels {
    rate: u32,
    parts: Vec<f32>,
    samples_of_part: u64,
    loudest: f32,
    in_part: u64,
    samples: u64,
}

impl Levels {
    /// Twice as fine as what is drawn, at least.
    const PARTS: usize = BARS * 4;

    fn new(rate: u32) -> Self {
        let rate = rate.max(1);
        let samples_of_part = u64::from(rate / 100).max(1);
        Self { rate, parts: Vec::new(), samples_of_part, loudest: 0.0, in_part: 0, samples: 0 }
    }

    fn add(&mut self, level: f32) {
        self.samples += 1;
        self.in_part += 1;
        self.loudest = self.loudest.max(level);
        if self.in_part == self.samples_of_part {
            self.end_part();
        }
    }

    fn end_part(&mut self) {
        self.parts.push(self.loudest);
        (self.loudest, self.in_part) = (0.0, 0);
        if self.parts.len() == Self::PARTS {
            self.parts = self.parts.chunks(2).map(loudest).collect();
            self.samples_of_part *= 2;
        }
    }

    fn is_full(&self) -> bool {
        self.samples >= LONGEST_S * u64::from(self.rate)
    }

    fn finish(mut self) -> Option<Peaks> {
        if self.samples == 0 {
            return None;
        }
        if self.in_part > 0 {
            self.parts.push(self.loudest);
        }
        let count = self.parts.len();
        let bars = (0..BARS).map(|bar| {
            let from = bar * count / BARS;
            let until = ((bar + 1) * count).div_ceil(BARS).max(from + 1).min(count);
            height(loudest(&self.parts[from..until]))
        });
        Some(Peaks {
            bars: bars.collect(),
            duration_ms: self.samples.saturating_mul(1000) / u64::from(self.rate),
        })
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and 255 after the clamp"
)]
fn height(level: f32) -> u8 {
    (level.clamp(0.0, 1.0) * 255.0).round() as u8
}

#[cfg(test)]
mod tests;
