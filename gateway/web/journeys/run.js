// Runs a TypeScript file by Vite: Node.js 20 does not read it by itself.
import { runnerImport } from 'vite';

await runnerImport(process.argv[2]);
