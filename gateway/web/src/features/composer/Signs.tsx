import { Button } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import type { RefObject } from 'react';
import { form, plural } from '@/shared/plural';
import { measureQuery, type Where } from './api';
import classes from './Composer.module.css';
import { endOfFitting } from './length';
import type { Draft } from './useDraft';

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

interface SurplusProps {
  /** How many signs too many; nothing is said of none. */
  surplus: number;
  most: number;
  /** «Подпись к файлу», where it is not the text. */
  what?: string;
  field: RefObject<HTMLTextAreaElement | null>;
}

/** By how much it is too long, and the way to what does not fit. */
export function Surplus({ surplus, most, what = 'Текст', field }: SurplusProps) {
  if (surplus <= 0) return null;
  const mark = () => {
    const box = field.current;
    if (!box) return;
    box.setSelectionRange(endOfFitting(box.value, most), box.value.length);
    // Browsers bring a selection into sight when its field is focused anew.
    box.blur();
    box.focus();
  };
  return (
    <span className={classes.surplus}>
      {what} длиннее {plural(most, 'знака', 'знаков', 'знаков')} на {plural(surplus, 'знак', 'знака', 'знаков')}: так не уйдёт.
      <Button size="compact-sm" variant="default" className={classes.touch} onClick={mark}>
        Выделить лишнее
      </Button>
    </span>
  );
}

/** Said of a draft that other devices do not have. */
export function OnlyHere({ draft }: { draft: Draft }) {
  return draft.isOnlyHere && <div>Черновик хранится только в этом браузере</div>;
}
