/**
 * The order in which rows are shown while the pointer is over the list: known rows keep their places, and rows that are
 * new wait above, counted by `fresh`.
 */
export function heldOrder<Row extends { id: string }>(held: readonly string[], rows: readonly Row[]): { shown: Row[]; fresh: number } {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const kept = held.flatMap((id) => byId.get(id) ?? []);
  const known = new Set(held);
  const lastKept = rows.findLastIndex((row) => known.has(row.id));
  // Rows behind the known ones are the next page: they push nothing away.
  const behind = rows.slice(lastKept + 1);
  const fresh = rows.slice(0, Math.max(0, lastKept + 1)).filter((row) => !known.has(row.id)).length;
  return { shown: [...kept, ...behind], fresh: fresh + moved(held, rows) };
}

/** How many known rows stand higher than they are shown. */
function moved<Row extends { id: string }>(held: readonly string[], rows: readonly Row[]): number {
  const places = new Map(held.map((id, place) => [id, place]));
  const now = rows.flatMap((row) => places.get(row.id) ?? []);
  let count = 0;
  let highest = Infinity;
  for (let at = now.length - 1; at >= 0; at -= 1) {
    if (now[at]! > highest) count += 1;
    highest = Math.min(highest, now[at]!);
  }
  return count;
}
