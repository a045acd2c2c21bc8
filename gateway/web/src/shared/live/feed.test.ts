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

beforeEach(() => {
  vi.useFakeTimers();
  Source.opened = [];
  vi.stubGlobal('EventSource', Source);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function listen() {
  const heard: LiveSignal[] = [];
  const feed = new LiveFeed('anna', (signal) => heard.push(signal));
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
