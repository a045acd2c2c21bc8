import { DayField } from './DayField';

/** The beginning of a day here, as a moment. */
export const dayStart = (day: string) => new Date(`${day}T00:00`).toISOString();

function tomorrow(): Date {
  const day = new Date();
  day.setDate(day.getDate() + 1);
  return day;
}

interface ReturnDayProps {
  /** `2026-06-05`; nothing gives for good. */
  value: string | null;
  onChange: (day: string | null) => void;
  /** To whom it goes back; nothing for several. */
  back?: string;
}

/** On which day what is given for a time goes back by itself. */
export function ReturnDay({ value, onChange, back }: ReturnDayProps) {
  return (
    <DayField
      label="Вернуть"
      description={`Пусто — насовсем. В этот день в 00:00 ответственность сама вернётся: ${back ?? 'у каждого клиента к прежнему ответственному'}.`}
      placeholder="Насовсем"
      clearable
      minDate={tomorrow()}
      value={value}
      onChange={onChange}
    />
  );
}
