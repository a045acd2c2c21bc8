/** The hub takes no longer text at once and keeps no longer draft: so many signs. */
export const LONGEST = 20_000;

/** As people count: a picture of two halves is one sign. */
export function signsOf(text: string): number {
  return [...text].length;
}

/** Where in a text the signs that fit end. */
export function endOfFitting(text: string, most: number): number {
  return [...text].slice(0, most).join('').length;
}
