import { Select } from '@mantine/core';
import type { Schema } from '@/api/client';
import { useCallResult } from '../callWork';
import { CALL_RESULTS } from '../words/callResult';

type Result = Schema<'CallResult'>;

interface CallResultPickerProps {
  call: string;
  value?: Result;
  onSaid?: (entry: Schema<'TimelineEntry'>) => void;
}

/** «Результат»: what came of a call. */
export function CallResultPicker({ call, value, onSaid }: CallResultPickerProps) {
  const say = useCallResult(call, value, onSaid);
  return (
    <Select
      size="xs"
      maw={240}
      aria-label="Результат звонка"
      placeholder="Результат"
      clearable
      clearButtonProps={{ 'aria-label': 'Убрать результат' }}
      data={(Object.keys(CALL_RESULTS) as Result[]).map((word) => ({ value: word, label: CALL_RESULTS[word] }))}
      value={say.isPending ? (say.variables ?? null) : (say.data?.call?.result?.result ?? value ?? null)}
      error={say.error?.message}
      onChange={(word) => say.mutate(word as Result | null)}
    />
  );
}
