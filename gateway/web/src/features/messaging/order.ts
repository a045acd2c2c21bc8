/** A channel in its place; `equal` to the one above it. */
export interface Place {
  channel: string;
  equal: boolean;
}

export function placesOf(order: string[][]): Place[] {
  return order.flatMap((equal) => equal.map((channel, number) => ({ channel, equal: number > 0 })));
}

export function orderOf(places: Place[]): string[][] {
  const order: string[][] = [];
  for (const { channel, equal } of places) {
    const last = order.at(-1);
    if (equal && last) last.push(channel);
    else order.push([channel]);
  }
  return order;
}

/** One place up or down; whoever comes first is equal to nobody. */
export function moved(places: Place[], from: number, by: -1 | 1): Place[] {
  const next = [...places];
  const [place] = next.splice(from, 1);
  if (!place) return places;
  next.splice(from + by, 0, place);
  return first(next);
}

export function without(places: Place[], channel: string): Place[] {
  return first(places.filter((place) => place.channel !== channel));
}

function first(places: Place[]): Place[] {
  return places.map((place, number) => (number === 0 ? { ...place, equal: false } : place));
}
