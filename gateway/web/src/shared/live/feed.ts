import { api, type Schema } from '@/api/client';

export type LiveMessage = Schema<'LiveMessage'>;

/** `live`: nothing is missed. `broken`: the screen may be behind until the feed is back. */
export type LiveState = 'connecting' | 'live' | 'broken';

/** What the feed says to this tab. */
export type LiveSignal =
  | { type: 'message'; message: LiveMessage; id: string }
  | { type: 'resync'; id: string }
  | { type: 'state'; state: LiveState; id: string }
  | { type: 'caught_up'; events: number }
  | { type: 'signed_out' };

/** A stream is heard by names: what is not here would never be. */
const NAMES: Record<LiveMessage['event'], true> = {
  interaction: true,
  contact: true,
  client: true,
  access_lost: true,
  draft: true,
  notice: true,
  room: true,
  change_request: true,
  access_gained: true,
  access_request: true,
  task: true,
};
/** What comes within this time after a break was missed meanwhile. */
const CATCHING_UP_MS = 1500;
/** Shorter breaks are nothing to tell a person about. */
const WORTH_TELLING_MS = 4000;
const LONGEST_PAUSE_MS = 30_000;

/**
 * The one EventSource of a browser. A browser keeps six connections per host, so of several tabs one listens and hands
 * on; when it closes, another takes over behind the last event seen. Without locks (plain HTTP) each tab has its own.
 */
export class LiveFeed {
  private source: EventSource | null = null;
  private lastId = '';
  private brokenAt: number | null = null;
  private caughtUp: number | null = null;
  private pauseMs = 1000;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly stopping = new AbortController();
  private readonly others: BroadcastChannel | null;

  constructor(
    userId: string,
    private readonly tell: (signal: LiveSignal) => void,
    private readonly now: () => number = () => Date.now(),
  ) {
    addEventListener('offline', () => this.lookAfter(), { signal: this.stopping.signal });
    addEventListener('online', () => this.comeBack(), { signal: this.stopping.signal });
    const name = `uzel-live-${userId}`;
    const locks = 'locks' in navigator && 'BroadcastChannel' in globalThis ? navigator.locks : undefined;
    if (!locks) {
      this.others = null;
      this.listen();
      return;
    }
    this.others = new BroadcastChannel(name);
    this.others.onmessage = (event: MessageEvent<LiveSignal | 'hello'>) => {
      if (event.data === 'hello') this.greet();
      else this.hear(event.data);
    };
    this.others.postMessage('hello');
    const holds = () =>
      new Promise<void>((release) => {
        this.stopping.signal.addEventListener('abort', () => release());
        this.listen();
      });
    locks.request(name, { signal: this.stopping.signal }, holds).catch(() => {
      // Stopped while waiting for its turn.
    });
  }

  stop(): void {
    this.stopping.abort();
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
    this.others?.close();
  }

  /** Says to this tab and to the others. */
  private say(signal: LiveSignal): void {
    this.others?.postMessage(signal);
    this.hear(signal);
  }

  private hear(signal: LiveSignal): void {
    if ('id' in signal && signal.id) this.lastId = signal.id;
    this.tell(signal);
  }

  /** A tab that has just opened learns how things stand. */
  private greet(): void {
    if (this.source && this.brokenAt === null) {
      this.others?.postMessage({ type: 'state', state: 'live', id: this.lastId } satisfies LiveSignal);
    }
  }

  private listen(): void {
    if (this.stopping.signal.aborted) return;
    const behind = this.lastId ? `?last_event_id=${encodeURIComponent(this.lastId)}` : '';
    const source = new EventSource(`/api/events${behind}`);
    this.source = source;
    source.addEventListener('ready', (event) => this.opened(event.lastEventId, false));
    source.addEventListener('resync', (event) => this.opened(event.lastEventId, true));
    source.addEventListener('signed_out', () => {
      source.close();
      this.say({ type: 'signed_out' });
    });
    for (const name of Object.keys(NAMES)) {
      source.addEventListener(name, (event: MessageEvent<string>) => {
        if (this.caughtUp !== null) this.caughtUp += 1;
        const message = JSON.parse(event.data) as LiveMessage;
        this.say({ type: 'message', message, id: event.lastEventId });
      });
    }
    source.onerror = () => this.broke(source);
  }

  private opened(id: string, resync: boolean): void {
    this.pauseMs = 1000;
    const away = this.brokenAt === null ? 0 : this.now() - this.brokenAt;
    this.brokenAt = null;
    if (resync) this.say({ type: 'resync', id });
    this.say({ type: 'state', state: 'live', id });
    if (away >= WORTH_TELLING_MS && !resync) {
      this.caughtUp = 0;
      setTimeout(() => {
        this.say({ type: 'caught_up', events: this.caughtUp ?? 0 });
        this.caughtUp = null;
      }, CATCHING_UP_MS);
    }
  }

  private broke(source: EventSource): void {
    if (this.stopping.signal.aborted || this.source !== source) return;
    // A stream does not say why it broke or was not given.
    if (this.brokenAt === null || source.readyState === EventSource.CLOSED) this.lookAfter();
    this.isBroken();
    // The browser comes back by itself after a break, but not after an answer that is no stream.
    if (source.readyState !== EventSource.CLOSED) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.listen(), this.pauseMs);
    this.pauseMs = Math.min(this.pauseMs * 2, LONGEST_PAUSE_MS);
  }

  private isBroken(): void {
    this.brokenAt ??= this.now();
    this.say({ type: 'state', state: 'broken', id: '' });
  }

  /** Asks how things stand: the session may have ended, and a stream over a dead network is silent for long. */
  private lookAfter(): void {
    const { source } = this;
    if (!source) return;
    void statusOfHub().then((status) => {
      if (this.stopping.signal.aborted || this.source !== source) return;
      if (status === 0) this.isBroken();
      if (status !== 401) return;
      clearTimeout(this.timer);
      source.close();
      this.say({ type: 'signed_out' });
    });
  }

  /** The network is back: the browser's own next try may be far away. */
  private comeBack(): void {
    if (!this.source || this.brokenAt === null) return;
    clearTimeout(this.timer);
    this.source.close();
    this.listen();
  }
}

/** How the hub answers to who asks for himself; 0 if it cannot be reached. */
const statusOfHub = () =>
  api.GET('/api/me').then(
    ({ response }) => response.status,
    () => 0,
  );
