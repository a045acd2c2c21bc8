import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LiveFeed, type LiveSignal } from './feed';

/** An EventSource that says what the test wants. */
class Source extends EventTarget {
  static readonly CLOSED = 2;
  static opened: Source[] = [];
  readyState = 1;
  onerror: (() => void) | null = null;
  constructor(readonly url: string) {
    super();
    Source.opened.push(this);
  }
  close() {
    this.readyState = 2;
  }
  say(name: string, id: string, data: unknown = {}) {
    this.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data), lastEventId: id }));
  }
  breakOff(closed: boolean) {
    this.readyState = closed ? 2 : 0;
    this.onerror?.();
  }
}

/** What the hub answers to who asks for himself; 0 is no answer. */
let status: number;

beforeEach(() => {
  vi.useFakeTimers();
  status = 200;
  vi.spyOn(globalThis, 'fetch').mockImplementation(async () => {
    if (status === 0) throw new TypeError('Failed to fetch');
    return new Response('{}', { status });
  });
  Source.opened = [];
  vi.stubGlobal('EventSource', Source);
});
afterEach(() => {
  for (const feed of feeds.splice(0)) feed.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const feeds: LiveFeed[] = [];

function listen() {
  const heard: LiveSignal[] = [];
  const feed = new LiveFeed('anna', (signal) => heard.push(signal));
  feeds.push(feed);
  return { feed, heard, source: () => Source.opened.at(-1)! };
}

const notice = { event: 'notice' };

test('what the hub says is heard, and the place is kept', () => {
  const { heard, source } = listen();
  source().say('ready', '1');
  source().say('notice', '2', notice);
  expect(heard).toEqual([
    { type: 'state', state: 'live', id: '1' },
    { type: 'message', message: notice, id: '2' },
  ]);
});

test('after an answer that is no stream it comes back behind the last event', () => {
  const { heard, source } = listen();
  source().say('ready', '1');
  source().say('notice', '7', notice);
  source().breakOff(true);
  expect(heard.at(-1)).toEqual({ type: 'state', state: 'broken', id: '' });
  vi.advanceTimersByTime(1000);
  expect(Source.opened).toHaveLength(2);
  expect(source().url).toBe('/api/events?last_event_id=7');
});

test('a break that the browser mends by itself opens no second stream', () => {
  const { source } = listen();
  source().say('ready', '1');
  source().breakOff(false);
  vi.advanceTimersByTime(60_000);
  expect(Source.opened).toHaveLength(1);
});

test('after a longer break it tells how much was missed', () => {
  const { heard, source } = listen();
  source().say('ready', '1');
  source().breakOff(false);
  vi.advanceTimersByTime(5000);
  source().say('ready', '1');
  for (const id of ['2', '3', '4']) source().say('notice', id, notice);
  vi.advanceTimersByTime(2000);
  expect(heard.at(-1)).toEqual({ type: 'caught_up', events: 3 });
});

test('a feed that cannot go on says that everything is to be read anew', () => {
  const { heard, source } = listen();
  source().say('resync', '9');
  expect(heard.map((signal) => signal.type)).toEqual(['resync', 'state']);
});

test('a stopped feed stays silent', () => {
  const { feed, source } = listen();
  feed.stop();
  source().breakOff(true);
  vi.advanceTimersByTime(60_000);
  expect(Source.opened).toHaveLength(1);
});

test('a stream that is refused because the session has ended says so at once', async () => {
  const { heard, source } = listen();
  source().say('ready', '1');
  status = 401;
  source().breakOff(true);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(heard.at(-1)).toEqual({ type: 'signed_out' });
  expect(Source.opened).toHaveLength(1);
});

test('a break asks whether the session has ended, without a wait for the next try of the browser', async () => {
  const { heard, source } = listen();
  source().say('ready', '1');
  status = 401;
  source().breakOff(false);
  await vi.advanceTimersByTimeAsync(0);
  expect([heard.at(-1), source().readyState]).toEqual([{ type: 'signed_out' }, 2]);
});

test('without a network the silent stream is broken, and is opened anew with the network', async () => {
  const { heard, source } = listen();
  source().say('ready', '7');
  status = 0;
  dispatchEvent(new Event('offline'));
  await vi.advanceTimersByTimeAsync(0);
  expect(heard.at(-1)).toEqual({ type: 'state', state: 'broken', id: '' });
  dispatchEvent(new Event('online'));
  expect([Source.opened.length, source().url]).toEqual([2, '/api/events?last_event_id=7']);
});

test('a hub that answers without the network is not lost', async () => {
  const { heard, source } = listen();
  source().say('ready', '7');
  dispatchEvent(new Event('offline'));
  await vi.advanceTimersByTimeAsync(0);
  dispatchEvent(new Event('online'));
  expect([heard.length, Source.opened.length]).toEqual([1, 1]);
});
