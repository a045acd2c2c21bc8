import '@mantine/dates/styles.css';
import 'dayjs/locale/ru';
import { DatePicker, DatesProvider } from '@mantine/dates';
import { CALENDAR } from '@/shared/words/calendar';

/** A day to enter the timeline at: nothing in between is loaded. */
export default function JumpToDate({ onDate }: { onDate: (at: string) => void }) {
  return (
    <DatesProvider settings={{ locale: 'ru', firstDayOfWeek: 1 }}>
      <DatePicker
        maxDate={new Date()}
        ariaLabels={CALENDAR}
        onChange={(day) => day && onDate(new Date(`${day}T00:00:00`).toISOString())}
      />
    </DatesProvider>
  );
}
