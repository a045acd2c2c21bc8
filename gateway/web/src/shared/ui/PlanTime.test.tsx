import { MantineProvider } from '@mantine/core';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { date, ownZone } from '../format';
import { PlanTime } from './PlanTime';

afterEach(cleanup);

function show() {
  const chosen: string[] = [];
  render(<PlanTime isOwn action="Отложить" onChoose={(at) => chosen.push(at)} />, { wrapper: MantineProvider });
  return chosen;
}

const put = (label: string, value: string) => fireEvent.change(screen.getByLabelText(label), { target: { value } });
const press = () => fireEvent.click(screen.getByText('Отложить'));

test('a time of my own is chosen by a press or written, and the client is not spoken of', () => {
  const chosen = show();
  fireEvent.click(screen.getByText('Завтра в 9:00'));
  press();
  put('Время', '15:30');
  press();
  const [first, second] = chosen.map((at) => new Date(at));
  expect([first!.getHours(), second!.getHours(), second!.getMinutes()]).toEqual([9, 15, 30]);
  expect(screen.queryByText(/клиент/)).toBeNull();
});

test('a past time, one too far away and what is no time are refused in words', () => {
  const chosen = show();
  put('День', '01.01.2020');
  screen.getByText('Это время уже прошло.');
  press();
  put('День', date(Date.now() + 400 * 86_400_000, ownZone));
  screen.getByText('Дольше чем на год не откладывается.');
  press();
  put('День', '31.02.2030');
  screen.getByText(/Напишите день/);
  press();
  expect(chosen).toEqual([]);
});
