import { MantineProvider } from '@mantine/core';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { useState } from 'react';
import { afterEach, expect, test, vi } from 'vitest';
import { DayField } from './DayField';

afterEach(cleanup);

function show(first: string | null = null) {
  const saved = vi.fn();
  function Form() {
    const [day, setDay] = useState(first);
    return (
      <form
        onSubmit={(event) => {
          event.preventDefault();
          saved(day);
        }}
      >
        <DayField label="День" clearable minDate="2026-11-24" maxDate="2027-12-31" value={day} onChange={setDay} />
        <button type="submit">Сохранить</button>
      </form>
    );
  }
  render(
    <MantineProvider env="test">
      <Form />
    </MantineProvider>,
  );
  return saved;
}

const field = () => screen.getByRole<HTMLInputElement>('textbox', { name: 'День' });
const type = (words: string) => {
  fireEvent.focus(field());
  fireEvent.input(field(), { target: { value: words } });
};
const write = (words: string) => {
  type(words);
  fireEvent.blur(field());
};
const save = () => fireEvent.click(screen.getByRole('button', { name: 'Сохранить' }));

test('a day that cannot be stays, says why, and keeps the form', () => {
  const saved = show('2026-12-01');
  for (const [words, why] of [
    ['22.11.2026', 'Не раньше 24.11.2026'],
    ['01.01.2028', 'Не позже 31.12.2027'],
    ['31.11.2026', 'Нужен день, например 05.06.2026'],
    ['завтра', 'Нужен день, например 05.06.2026'],
  ] as const) {
    write(words);
    expect([field().value, screen.queryByText(why)?.textContent]).toEqual([words, why]);
    save();
  }
  expect(saved).not.toHaveBeenCalled();
});

test('a form that is sent from the field itself is refused as well', () => {
  const saved = show();
  type('22.11.2026');
  expect(screen.queryByText(/Не раньше/)).toBeNull();
  save();
  expect([saved.mock.calls.length, screen.queryByText('Не раньше 24.11.2026') !== null]).toEqual([0, true]);
});

test('a short year is of this century, and a mended day goes', () => {
  const saved = show();
  write('99');
  write('29.11.26');
  expect([field().value, screen.queryByText(/Нужен день/)]).toEqual(['29.11.2026', null]);
  save();
  expect(saved).toHaveBeenCalledWith('2026-11-29');
});

test('an emptied field is no day and no mistake', () => {
  const saved = show('2026-12-01');
  write('99');
  write('');
  save();
  expect(saved).toHaveBeenCalledWith(null);
});
