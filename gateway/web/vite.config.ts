import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/** A `.br` twin beside every file that shrinks: the hub hands it out as it is. */
function brotliTwins(): Plugin {
  let folder = '';
  const pack = (path: string) => {
    for (const name of readdirSync(path)) {
      const file = join(path, name);
      if (statSync(file).isDirectory()) pack(file);
      else if (/\.(js|css|svg|webmanifest)$/.test(name)) {
        const bytes = readFileSync(file);
        const packed = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
        if (packed.length < bytes.length * 0.9) writeFileSync(`${file}.br`, packed);
      }
    }
  };
  return {
    name: 'brotli-twins',
    apply: 'build',
    configResolved: (config) => {
      folder = config.build.outDir.startsWith('/') ? config.build.outDir : join(config.root, config.build.outDir);
    },
    closeBundle: () => pack(folder),
  };
}

/** Bring the calendar along (60 kB), which few screens need. */
const CALENDAR = 'DayField|ReturnDay|TaskForm';

/**
 * Each with everything it imports: what is opened first and what is opened by the next press are a file each. Left to
 * itself, the bundler makes a file of whatever two screens share, and the first screen of forty.
 */
const groups = [
  { name: 'first', test: /src\/(main|app\/pages\/DialogsPage)\.tsx$/, priority: 2 },
  {
    name: 'common',
    test: new RegExp(`node_modules/(@mantine/(core|hooks)|@tabler)/|/src/shared/(?!ui/(${CALENDAR})\\.)`),
    minShareCount: 2,
    priority: 1,
  },
  { name: 'dialog', test: /src\/app\/pages\/DialogPage\.tsx$/ },
];

const hub = process.env.UZEL_HUB ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [react(), brotliTwins()],
  resolve: { alias: { '@': join(import.meta.dirname, 'src') } },
  build: {
    target: 'es2022',
    reportCompressedSize: false,
    assetsInlineLimit: 0,
    rolldownOptions: { output: { codeSplitting: { groups } } },
  },
  // The hub refuses changes that come from a page of another origin, so the proxy keeps the page's own host.
  server: { port: 5173, proxy: { '/api': { target: hub, changeOrigin: false } } },
  test: {
    environment: 'jsdom',
    environmentOptions: { jsdom: { url: 'http://uzel.test/' } },
    setupFiles: ['src/test/setup.ts'],
    include: ['src/**/*.test.{ts,tsx}'],
    restoreMocks: true,
  },
});
