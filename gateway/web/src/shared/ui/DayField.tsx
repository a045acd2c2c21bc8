import '@mantine/dates/styles.css';
import 'dayjs/locale/ru';
import { DateInput, DatesProvider, type DateInputProps } from '@mantine/dates';
import dayjs from 'dayjs';
import customFormat from 'dayjs/plugin/customParseFormat';
import { CALENDAR } from '../words/calendar';

dayjs.extend(customFormat);

const CLEAR = { 'aria-label': 'Убрать день' };

/** A day that is typed as 05.06.2026 or picked from a month; `2026-06-05` outside. */
export function DayField(props: DateInputProps) {
  return (
    <DatesProvider settings={{ locale: 'ru', firstDayOfWeek: 1 }}>
      <DateInput valueFormat="DD.MM.YYYY" clearButtonProps={CLEAR} ariaLabels={CALENDAR} {...props} />
    </DatesProvider>
  );
}
