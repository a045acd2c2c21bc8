import type { Schema } from '@/api/client';
import { plural } from '@/shared/plural';

const ALPHABETS: Record<string, string> = { cyrillic: 'кириллица', latin: 'латиница' };

/** «71 знак, 2 части, кириллица, в последней осталось 63 знака»; nothing where no channel counts. */
export function measureWords(preview: Schema<'PhrasePreview'> | undefined): string | null {
  const told = preview?.measure as { characters?: number; parts?: number; left_in_part?: number; alphabet?: string } | null | undefined;
  if (!told || told.characters === undefined || told.parts === undefined) return null;
  const left = told.left_in_part ?? 0;
  return [
    plural(told.characters, 'знак', 'знака', 'знаков'),
    `${plural(told.parts, 'часть', 'части', 'частей')} SMS`,
    ALPHABETS[told.alphabet ?? ''],
    left > 0 && `до следующей части ${plural(left, 'знак', 'знака', 'знаков')}`,
  ]
    .filter(Boolean)
    .join(', ');
}
