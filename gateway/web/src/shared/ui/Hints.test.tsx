import { MantineProvider } from '@mantine/core';
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Hints } from './Hints';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

function show() {
  render(
    <MantineProvider env="test">
      <button data-hint="Скопировать">
        <i>знак</i>
      </button>
      <p>рядом</p>
      <Hints />
    </MantineProvider>,
  );
}
const rest = (over: HTMLElement, pointerType = 'mouse') => {
  // jsdom has no pointer events of its own.
  const event = Object.assign(new MouseEvent('pointerover', { bubbles: true }), { pointerType });
  fireEvent(over, event);
  act(() => void vi.advanceTimersByTime(400));
};

test('words stand over what the pointer rests on, and go with it', () => {
  show();
  rest(screen.getByText('знак'));
  screen.getByText('Скопировать');
  rest(screen.getByText('рядом'));
  expect(screen.queryByText('Скопировать')).toBeNull();
});

test('words that change are shown changed', async () => {
  show();
  rest(screen.getByText('знак'));
  vi.useRealTimers();
  await act(async () => screen.getByRole('button').setAttribute('data-hint', 'Скопировано'));
  await screen.findByText('Скопировано');
});

test('a finger and a passing pointer are told nothing', () => {
  show();
  rest(screen.getByText('знак'), 'touch');
  expect(screen.queryByText('Скопировать')).toBeNull();
  fireEvent(screen.getByText('знак'), Object.assign(new MouseEvent('pointerover', { bubbles: true }), { pointerType: 'mouse' }));
  rest(screen.getByText('рядом'));
  expect(screen.queryByText('Скопировать')).toBeNull();
});
