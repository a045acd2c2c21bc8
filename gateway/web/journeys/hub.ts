import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

/** A person of the demo. */
export interface Person {
  role: string;
  login: string;
  name: string;
  password: string;
}

/** What `uzel demo --json` prints when it is ready. */
export interface Demo {
  url: string;
  users: Person[];
  fakes: { control: string };
  /** The fake Bank of Russia. */
  bank: string;
}

export const program = resolve(process.env.UZEL_PROGRAM ?? '../../target/debug/uzel');
const READY_WITHIN_MS = 120_000;

function freePort(): Promise<number> {
  return new Promise((found, failed) => {
    const probe = createServer();
    probe.on('error', failed);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => (typeof address === 'object' && address ? found(address.port) : failed(new Error('no port'))));
    });
  });
}

/** A hub of its own with a folder that goes with it. */
export class Hub {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    readonly url: string,
  ) {}

  /** The demo, with its people and fakes. */
  static async demo(): Promise<{ hub: Hub; demo: Demo }> {
    const { hub, line } = await Hub.start(['demo', '--json'], (text) => text.startsWith('{'));
    return { hub, demo: JSON.parse(line) as Demo };
  }

  /** A fresh installation; the answer is the one-time link of the terminal. */
  static async fresh(): Promise<{ hub: Hub; link: string }> {
    const { hub, line } = await Hub.start(['serve'], (text) => text.includes('/setup#'));
    return { hub, link: line.trim() };
  }

  private static async start(args: string[], isReady: (line: string) => boolean): Promise<{ hub: Hub; line: string }> {
    const folder = mkdtempSync(join(tmpdir(), 'uzel-journey-'));
    // PostgreSQL runs as its own account when we are root, and has to get in.
    chmodSync(folder, 0o711);
    const port = await freePort();
    const environment = { ...process.env, UZEL_DATA: join(folder, 'data'), UZEL_LISTEN: `127.0.0.1:${port}` };
    delete (environment as Record<string, string | undefined>).DATABASE_URL;
    const child = spawn(program, args, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    const errors: string[] = [];
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString()));
    const hub = new Hub(child, folder, `http://127.0.0.1:${port}`);
    const line = await new Promise<string>((ready, failed) => {
      const late = setTimeout(() => failed(new Error(`the hub is not ready: ${errors.join('').slice(-2000)}`)), READY_WITHIN_MS);
      child.on('exit', (code) => failed(new Error(`the hub ended with ${code}: ${errors.join('').slice(-2000)}`)));
      createInterface({ input: child.stdout }).on('line', (text) => {
        if (!isReady(text)) return;
        clearTimeout(late);
        ready(text);
      });
    });
    return { hub, line };
  }

  /** Runs a statement in the private database, for what would take hours through the door. */
  sql(statement: string): void {
    const socket = join(this.folder, 'data', 'postgres.run');
    execFileSync('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-h', socket, '-U', 'uzel', 'uzel', '-c', statement]);
  }

  async stop(): Promise<void> {
    const ended = new Promise((done) => this.child.once('exit', done));
    this.child.kill('SIGTERM');
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}
