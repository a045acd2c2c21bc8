/** How loud a microphone is now. */
export interface Meter {
  /** From 0 to 1. */
  level: () => number;
  close: () => void;
}

/** Speech seldom fills the scale. */
const GAIN = 6;

/** Listens to a stream; where the browser cannot, it is silent and the recording goes on without a wave. */
export function meterOf(stream: MediaStream): Meter {
  if (typeof AudioContext === 'undefined') return { level: () => 0, close: () => undefined };
  const audio = new AudioContext();
  const analyser = audio.createAnalyser();
  // A tenth of a second: what is short is heard too.
  analyser.fftSize = 4096;
  audio.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  return {
    level: () => {
      analyser.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
      return Math.min(1, Math.sqrt(power) * GAIN);
    },
    close: () => void audio.close(),
  };
}
