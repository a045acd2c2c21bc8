//! Another rate for a sound: every new sample is a weighted sum of the old ones around it.

use std::f64::consts::PI;

/// So many old samples on each side of a new one count.
const REACH: usize = 16;

/// Raises the rate of one channel.
pub(super) struct Resampler {
    /// Old samples per new one, at most one.
    step: f64,
    /// Old samples that still count; the first new one stands in the middle of what is there at the start.
    around: Vec<f32>,
    /// Where the next new sample stands among them.
    at: f64,
}

impl Resampler {
    /// `to` is not less than `from`: nothing has to be filtered away then.
    pub(super) fn new(from: u32, to: u32) -> Self {
        let silence = vec![0.0; REACH];
        Self { step: f64::from(from) / f64::from(to), around: silence, at: index(REACH) }
    }

    /// Takes one sample and gives those that it completes.
    pub(super) fn push(&mut self, sample: f32, out: &mut Vec<f32>) {
        self.around.push(sample);
        while whole(self.at) + REACH < self.around.len() {
            out.push(self.sample());
            self.at += self.step;
        }
        let past = whole(self.at) - REACH;
        if past >= 4096 {
            self.around.drain(..past);
            self.at -= index(past);
        }
    }

    /// Gives the samples that waited for more.
    pub(super) fn finish(&mut self, out: &mut Vec<f32>) {
        for _ in 0..REACH {
            self.push(0.0, out);
        }
    }

    /// The sample at the place: a sinc under a window of a parabola.
    fn sample(&self) -> f32 {
        let before = whole(self.at);
        let part = self.at - index(before);
        if part < 1e-9 {
            return self.around[before];
        }
        let first = before + 1 - REACH;
        let mut wave = (PI * (part + index(REACH - 1))).sin();
        let mut sum = 0.0;
        for (number, old) in self.around[first..first + 2 * REACH].iter().enumerate() {
            let distance = self.at - index(first + number);
            let window = 1.0 - (distance / index(REACH)).powi(2);
            sum += f64::from(*old) * window * wave / (PI * distance);
            wave = -wave;
        }
        narrow(sum)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a few thousand at most")]
fn index(place: usize) -> f64 {
    place as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "places are small and positive")]
fn whole(place: f64) -> usize {
    place as usize
}

#[expect(clippy::cast_possible_truncation, reason = "a sound needs no more")]
fn narrow(sample: f64) -> f32 {
    sample as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(rate: u32, hertz: f64, count: usize) -> Vec<f32> {
        (0..count).map(|n| narrow((index(n) * hertz * 2.0 * PI / f64::from(rate)).sin())).collect()
    }

    #[test]
    fn a_tone_keeps_its_pitch_its_strength_and_its_length() {
        for (rate, hertz) in [(44_100, 440.0), (44_100, 8000.0), (22_050, 3000.0), (48_000, 9000.0)] {
            let mut resampler = Resampler::new(rate, 48_000);
            let mut made = Vec::new();
            for sample in tone(rate, hertz, rate as usize) {
                resampler.push(sample, &mut made);
            }
            resampler.finish(&mut made);
            assert!(made.len().abs_diff(48_000) <= 1, "{}", made.len());
            let wanted = tone(48_000, hertz, 48_000);
            let worst = made[100..47_900].iter().zip(&wanted[100..]).map(|(is, should)| (is - should).abs());
            let worst = worst.fold(0.0, f32::max);
            assert!(worst < 0.02, "{hertz} Hz at {rate}: {worst}");
        }
    }
}
