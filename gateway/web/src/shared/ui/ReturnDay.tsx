import { elsewhere, useCompanyZone } from '../companyZone';
import { dayAhead } from '../plan';
import { DayField } from './DayField';

/** «00:00», and whose midnight it is where the viewer's own is another. */
export function midnight(zone: string): string {
  const place = elsewhere(zone);
  return place ? `00:00 по времени компании (${place})` : '00:00';
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
  const zone = useCompanyZone();
  return (
    <DayField
      label="Вернуть"
      description={`Пусто — насовсем. В этот день в ${midnight(zone)} ответственность сама вернётся: ${back ?? 'у каждого клиента к прежнему ответственному'}.`}
      placeholder="Насовсем"
      clearable
      minDate={dayAhead(1, Date.now(), zone)}
      value={value}
      onChange={onChange}
    />
  );
}
