import { MantineProvider } from '@mantine/core';
import { cleanup, createEvent, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { useRecorder, type Sound } from './useRecorder';
import { VoiceBar } from './VoiceBar';
import { VoiceButton } from './VoiceButton';

/** A microphone of the browser, that hears «звук». */
class FakeRecorder {
  static isTypeSupported = (type: string) => type.includes('webm');
  mimeType = 'audio/webm;codecs=opus';
  ondataavailable?: (event: { data: Blob }) => void;
  onstop?: () => void;
  start() {}
  stop() {
    this.ondataavailable?.({ data: new Blob(['звук']) });
    this.onstop?.();
  }
}

const stopped = vi.fn();
let refusal: string | undefined;
let sent: Sound[] = [];

function Voice({ place }: { place: string }) {
  const recorder = useRecorder(place);
  return (
    <>
      {recorder.phase.at === 'off' && <VoiceButton start={recorder.start} stop={recorder.stop} disabled={false} />}
      {recorder.phase.at === 'off' && recorder.phase.refusal}
      <VoiceBar recorder={recorder} isSending={false} onSend={(sound) => sent.push(sound)} />
    </>
  );
}

const show = (place = 'talk') => render(<Voice key={place} place={place} />, { wrapper: MantineProvider });
const start = () => fireEvent.click(screen.getByLabelText('Записать голосовое'), { detail: 0 });

beforeEach(() => {
  refusal = undefined;
  sent = [];
  stopped.mockClear();
  vi.stubGlobal('MediaRecorder', FakeRecorder);
  URL.createObjectURL = () => 'blob:voice';
  URL.revokeObjectURL = () => undefined;
  Object.defineProperty(navigator, 'mediaDevices', {
    configurable: true,
    value: {
      getUserMedia: async () => {
        if (refusal) throw new DOMException('', refusal);
        return { getTracks: () => [{ stop: stopped }] };
      },
    },
  });
});
afterEach(cleanup);

test('what was recorded is listened to before it is sent, and the microphone is let go', async () => {
  show();
  start();
  fireEvent.click(await screen.findByText('Стоп'));
  await screen.findByLabelText('Прослушать');
  expect([sent.length, stopped.mock.calls.length]).toEqual([0, 1]);
  fireEvent.click(screen.getByLabelText('Отправить голосовое'));
  expect([sent[0]!.file.size > 0, sent[0]!.file.type]).toEqual([true, 'audio/webm;codecs=opus']);
  fireEvent.click(screen.getByLabelText('Удалить запись'));
  await screen.findByLabelText('Записать голосовое');
});

test('Escape throws away what is being recorded', async () => {
  show();
  start();
  fireEvent.keyDown(await screen.findByText('Стоп'), { key: 'Escape' });
  await screen.findByLabelText('Записать голосовое');
  expect(stopped).toHaveBeenCalledOnce();
});

test('who holds the button stops by letting it go', async () => {
  show();
  const down = createEvent.pointerDown(screen.getByLabelText('Записать голосовое'), { button: 0 });
  fireEvent(screen.getByLabelText('Записать голосовое'), down);
  await screen.findByText('Стоп');
  const up = createEvent.pointerUp(window);
  Object.defineProperty(up, 'timeStamp', { value: down.timeStamp + 900 });
  fireEvent(window, up);
  await screen.findByLabelText('Прослушать');
  fireEvent.click(screen.getByLabelText('Удалить запись'));
});

test('a refused microphone says what to press', async () => {
  refusal = 'NotAllowedError';
  show();
  start();
  await screen.findByText(/Микрофон для этой страницы запрещён/);
});

test('a recording outlives a look at another conversation', async () => {
  const { rerender } = show('talk');
  start();
  await screen.findByText('Стоп');
  rerender(<Voice key="other" place="other" />);
  await waitFor(() => expect(screen.queryByText('Стоп')).toBeNull());
  screen.getByLabelText('Записать голосовое');
  rerender(<Voice key="talk" place="talk" />);
  await screen.findByLabelText('Прослушать');
});
