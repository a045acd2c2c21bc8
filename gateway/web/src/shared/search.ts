/** Reads what stands in an address: anything may stand there, and what is not known is left out. */
export type RawSearch = Record<string, unknown>;

export function word<Word extends string>(value: unknown, words: readonly Word[]): Word | undefined {
  return words.find((known) => known === value);
}

export function words<Word extends string>(value: unknown, known: readonly Word[]): Word[] | undefined {
  const parts = typeof value === 'string' ? value.split(',') : [];
  const found = known.filter((one) => parts.includes(one));
  return found.length > 0 ? found : undefined;
}

export function text(value: unknown): string | undefined {
  // The router reads numbers out of addresses by itself.
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function yes(value: unknown): true | undefined {
  return value === true || value === 'true' ? true : undefined;
}
