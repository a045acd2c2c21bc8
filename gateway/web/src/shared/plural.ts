const rules = new Intl.PluralRules('ru');

/** The right one of «бронь, брони, броней» for a number. */
export function form(count: number, one: string, few: string, many: string): string {
  const kind = rules.select(count);
  return kind === 'one' ? one : kind === 'few' ? few : many;
}

/** «5 броней»: the number and its word, held together. */
export function plural(count: number, one: string, few: string, many: string): string {
  return `${new Intl.NumberFormat('ru').format(count)}\u00a0${form(count, one, few, many)}`;
}
