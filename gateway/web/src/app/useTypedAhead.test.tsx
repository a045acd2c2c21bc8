import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { useState } from 'react';
import { afterEach, expect, test } from 'vitest';
import { useSingleKeys } from '@/shared/keys';
import { useTypedAhead } from './useTypedAhead';

let acted: string[] = [];
let open: () => void;
let arrive: () => void;

/** A screen with keys of its own, and a field that comes later than the press which asks for it. */
function Screen() {
  const [isOpen, setOpen] = useState(false);
  const [isThere, setThere] = useState(false);
  const { field, typed, onTyped } = useTypedAhead(isOpen, () => setOpen(false));
  useSingleKeys({ KeyE: () => acted.push('E'), Escape: () => acted.push('Escape') });
  open = () => setOpen(true);
  arrive = () => setThere(true);
  return (
    <>
      <textarea aria-label="Ответ" />
      <output>{isOpen ? 'ищем' : 'закрыто'}</output>
      {isOpen && isThere && <input ref={field} aria-label="Поиск" value={typed} onChange={(event) => onTyped(event.currentTarget.value)} />}
    </>
  );
}

function press(key: string, code: string, target: Element = document.body) {
  return fireEvent.keyDown(target, { key, code });
}

afterEach(() => {
  cleanup();
  acted = [];
});

test('keys pressed before the field is there are in it, and act on nothing else', () => {
  render(<Screen />);
  act(() => open());
  press('е', 'KeyE');
  press('ы', 'KeyS');
  press('Backspace', 'Backspace');
  expect(press('л', 'KeyK', screen.getByLabelText('Ответ')), 'the field behind does not get it').toBe(false);
  act(() => arrive());
  const field = screen.getByLabelText('Поиск');
  expect([field, acted]).toEqual([expect.objectContaining({ value: 'ел' }), []]);
  press('к', 'KeyR');
  expect(field).toHaveProperty('value', 'елк');
  act(() => field.focus());
  expect(press('а', 'KeyF', field), 'with the focus the field takes it by itself').toBe(true);
  expect(press(' ', 'Space'), 'and what else is in the bar its own').toBe(true);
});

test('Escape before the field is there ends the search and not the screen', () => {
  render(<Screen />);
  act(() => open());
  press('е', 'KeyE');
  press('Escape', 'Escape');
  screen.getByText('закрыто');
  expect(acted).toEqual([]);
  press('e', 'KeyE');
  expect(acted).toEqual(['E']);
});
