import '@mantine/dates/styles.css';
import 'dayjs/locale/ru';
import { DateInput, DatesProvider, type DateInputProps } from '@mantine/dates';
import dayjs from 'dayjs';
import { useEffect, useRef, useState } from 'react';
import { dayOfWords } from '../plan';
import { CALENDAR } from '../words/calendar';

const CLEAR = { 'aria-label': 'Убрать день' };
const FORMAT = 'DD.MM.YYYY';

const parse = (words: string) => dayOfWords(words) ?? null;

/**
 * A day that is typed as 05.06.2026 or picked from a month; `2026-06-05` outside. What is typed and is no day stays, says
 * why, and keeps the form from going off: the value behind it is still the former one.
 */
export function DayField(props: DateInputProps) {
  const field = useRef<HTMLInputElement>(null);
  const [wrong, setWrong] = useState<string>();
  // While one types, every day is still unfinished.
  const [left, setLeft] = useState(false);
  useEffect(() => setWrong(undefined), [props.value]);
  useEffect(() => field.current?.setCustomValidity(wrong ?? ''), [wrong]);
  return (
    <DatesProvider settings={{ locale: 'ru', firstDayOfWeek: 1 }}>
      <DateInput
        ref={field}
        valueFormat={FORMAT}
        clearButtonProps={CLEAR}
        ariaLabels={CALENDAR}
        dateParser={parse}
        fixOnBlur={wrong === undefined}
        {...props}
        error={(left && wrong) || props.error}
        onInput={(event) => {
          setLeft(false);
          setWrong(wrongIn(event.currentTarget.value, props));
        }}
        onBlur={(event) => {
          setLeft(true);
          props.onBlur?.(event);
        }}
        onInvalid={() => setLeft(true)}
        onChange={(day) => {
          setWrong(undefined);
          props.onChange?.(day);
        }}
      />
    </DatesProvider>
  );
}

/** What is wrong with the words of a day. */
function wrongIn(words: string, { minDate, maxDate }: Pick<DateInputProps, 'minDate' | 'maxDate'>): string | undefined {
  if (words.trim() === '') return undefined;
  const day = dayOfWords(words);
  if (!day) return 'Нужен день, например 05.06.2026';
  if (minDate && dayjs(day).isBefore(minDate, 'date')) return `Не раньше ${dayjs(minDate).format(FORMAT)}`;
  if (maxDate && dayjs(day).isAfter(maxDate, 'date')) return `Не позже ${dayjs(maxDate).format(FORMAT)}`;
  return undefined;
}
