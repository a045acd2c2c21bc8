import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Schema } from '@/api/client';
import { Player } from './Player';

const voice = { id: 'a', kind: 'voice', state: 'stored', duration_s: 65 } as Schema<'MediaView'>;

beforeEach(() => {
  vi.spyOn(HTMLMediaElement.prototype, 'play').mockImplementation(function (this: HTMLMediaElement) {
    fireEvent.play(this);
    return Promise.resolve();
  });
  vi.spyOn(HTMLMediaElement.prototype, 'pause').mockImplementation(function (this: HTMLMediaElement) {
    fireEvent.pause(this);
  });
});

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

test('one voice speaks at a time', () => {
  render(
    <>
      <Player media={voice} url="/api/media/a" />
      <Player media={{ ...voice, kind: 'recording' }} url="/api/media/b" />
    </>,
  );
  fireEvent.click(screen.getByRole('button', { name: 'Слушать: Голосовое' }));
  fireEvent.click(screen.getByRole('button', { name: 'Слушать: Запись разговора' }));
  screen.getByRole('button', { name: 'Слушать: Голосовое' });
  screen.getByRole('button', { name: 'Остановить: Запись разговора' });
});

test('the length is known before anything is loaded, and the arrows move within it', () => {
  const { container } = render(<Player media={voice} url="/api/media/a" />);
  expect(container.querySelector('audio')!.preload).toBe('none');
  screen.getByText('1:05');
  const place = screen.getByRole('slider', { name: 'Место в записи' });
  fireEvent.change(place, { target: { value: '30' } });
  expect(container.querySelector('audio')!.currentTime).toBe(30);
  expect(place.getAttribute('aria-valuetext')).toBe('0:30 из 1:05');
});

test('a key moves by five seconds and stays within the sound', () => {
  const { container } = render(<Player media={{ ...voice, duration_s: 8 }} url="/api/media/a" />);
  const place = screen.getByRole('slider', { name: 'Место в записи' });
  for (const [key, at] of [
    ['ArrowRight', 5],
    ['ArrowRight', 8],
    ['PageDown', 0],
  ] as const) {
    fireEvent.keyDown(place, { key });
    expect(container.querySelector('audio')!.currentTime).toBe(at);
  }
});

test('a pointer over a recording loads nothing: each load is written down as listening', () => {
  const load = vi.spyOn(globalThis, 'fetch');
  const recording = { ...voice, kind: 'recording', size_bytes: 1000 } as Schema<'MediaView'>;
  render(<Player media={recording} url="/api/media/a" />);
  fireEvent.pointerEnter(screen.getByRole('group'));
  fireEvent.pointerOver(screen.getByRole('group'));
  expect(load).not.toHaveBeenCalled();
});

test('a sound is loaded once, for the ear and the eye', async () => {
  const load = vi.spyOn(globalThis, 'fetch').mockImplementation(async () => new Response('sound'));
  vi.stubGlobal('URL', Object.assign(URL, { createObjectURL: () => 'blob:whole', revokeObjectURL: () => undefined }));
  const { container } = render(<Player media={{ ...voice, size_bytes: 1000 }} url="/api/media/once" />);
  fireEvent.click(screen.getByRole('button', { name: 'Слушать: Голосовое' }));
  await screen.findByRole('button', { name: 'Остановить: Голосовое' });
  expect(container.querySelector('audio')!.src).toBe('blob:whole');
  expect(load).toHaveBeenCalledOnce();
});

test('the speed goes round', () => {
  const { container } = render(<Player media={voice} url="/api/media/a" />);
  for (const [now, next] of [
    ['1', 1.5],
    ['1,5', 2],
    ['2', 1],
  ] as const) {
    fireEvent.click(screen.getByRole('button', { name: `Скорость ${now}` }));
    expect(container.querySelector('audio')!.playbackRate).toBe(next);
  }
});

test('what the browser cannot play can be taken as a file', async () => {
  vi.mocked(HTMLMediaElement.prototype.play).mockRejectedValue(new DOMException('', 'NotSupportedError'));
  render(<Player media={voice} url="/api/media/a" />);
  fireEvent.click(screen.getByRole('button', { name: 'Слушать: Голосовое' }));
  expect((await screen.findByRole('link', { name: 'Скачать файл' })).getAttribute('href')).toBe('/api/media/a');
});
