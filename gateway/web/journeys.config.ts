import { defineConfig } from 'vitest/config';

/** Browser journeys: one after the other, each file with a hub of its own. */
export default defineConfig({
  test: {
    environment: 'node',
    include: ['journeys/**/*.journey.ts'],
    fileParallelism: false,
    testTimeout: 90_000,
    hookTimeout: 180_000,
    // The demo goes on by itself meanwhile: what comes in just then may lie over what is pressed.
    retry: 1,
  },
});
