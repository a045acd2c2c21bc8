//! Samples of any rate become Opus, as they come.

use opus_pure::{Application, MAX_PACKET_BYTES, OpusEncoder, OpusHead};

use super::resample::Resampler;
use super::{RATE, Voice, VoiceError, Writer};

/// Speech is clear with so much, and two minutes of it stay below what WhatsApp shows as a voice note (512 kB).
const BITS_PER_SECOND: i32 = 24_000;
/// 20 ms.
const FRAME: usize = 960;

/// Takes samples and writes Opus.
pub(super) struct Recoder {
    resampler: Resampler,
    encoder: OpusEncoder,
    writer: Writer,
    /// Less than a frame.
    waiting: Vec<f32>,
    packet: Vec<u8>,
}

impl Recoder {
    /// For samples of this rate, of which Opus knows none above its own.
    pub(super) fn new(rate: u32) -> Result<Self, VoiceError> {
        if !(8000..=RATE).contains(&rate) {
            return Err(VoiceError::OtherSound);
        }
        let mut encoder =
            OpusEncoder::new(i32::try_from(RATE).expect("a small number"), 1, Application::Voip)?;
        encoder.bitrate_bps = BITS_PER_SECOND;
        Ok(Self {
            resampler: Resampler::new(rate, RATE),
            writer: Writer::new(OpusHead::for_encoder(&encoder, rate))?,
            encoder,
            waiting: Vec::with_capacity(FRAME),
            packet: vec![0; MAX_PACKET_BYTES],
        })
    }

    /// Takes interleaved samples and mixes their channels into one.
    pub(super) fn push(&mut self, samples: &[f32], channels: usize) -> Result<(), VoiceError> {
        for moment in samples.chunks_exact(channels) {
            // At most 255 channels.
            let share = f32::from(u8::try_from(channels).unwrap_or(u8::MAX)).recip();
            self.resampler.push(moment.iter().sum::<f32>() * share, &mut self.waiting);
            while self.waiting.len() >= FRAME {
                self.write(FRAME)?;
            }
        }
        Ok(())
    }

    /// The end: what the encoder still holds back follows as well.
    pub(super) fn finish(mut self) -> Result<Voice, VoiceError> {
        self.resampler.finish(&mut self.waiting);
        let held_back = self.encoder.lookahead();
        self.waiting.extend(std::iter::repeat_n(0.0, held_back));
        while !self.waiting.is_empty() {
            let heard = self.waiting.len().min(FRAME);
            if heard < FRAME {
                self.waiting.resize(FRAME, 0.0);
            }
            self.write(heard)?;
        }
        self.writer.finish()
    }

    /// Writes the first frame that waits, of which so many samples are to be heard.
    fn write(&mut self, heard: usize) -> Result<(), VoiceError> {
        let size = self.encoder.encode(&self.waiting[..FRAME], FRAME, &mut self.packet)?;
        self.waiting.drain(..FRAME);
        self.writer.write_cut(&self.packet[..size], u32::try_from(heard).expect("at most a frame"))
    }
}
