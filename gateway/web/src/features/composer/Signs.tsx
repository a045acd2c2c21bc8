import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { form, plural } from '@/shared/plural';
import { measureQuery, type Where } from './api';

/** Signs that are left are told from here on. */
const LAST_SIGNS = 50;

/** What an SMS will cost. */
export function Parts({ place, text }: { place: Where; text: string }) {
  const [measured] = useDebouncedValue(text, 300);
  const measure = useQuery(measureQuery(place, measured));
  return measure.data && `${plural(measure.data.parts, 'часть', 'части', 'частей')} SMS`;
}

/** How many signs are left, when there are few. */
export function Left({ left, asFile }: { left?: number; asFile: boolean }) {
  if (left === undefined || left >= LAST_SIGNS) return null;
  if (left >= 0) return `${form(left, 'Остался', 'Осталось', 'Осталось')} ${plural(left, 'знак', 'знака', 'знаков')}`;
  return asFile ? null : 'Длинный текст уйдёт несколькими сообщениями';
}
