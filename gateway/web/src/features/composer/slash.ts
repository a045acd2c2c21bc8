/** The line in which a slash asks for a text written beforehand. */
export interface Slash {
  /** Where the slash stands. */
  from: number;
  /** Behind the last sign of the question. */
  to: number;
  words: string;
}

const LONGEST = 40;

/** A slash at the beginning of the caret's line, up to the caret; an address such as «/a/b» asks for nothing. */
export function slashAt(text: string, caret: number): Slash | undefined {
  const from = text.lastIndexOf('\n', caret - 1) + 1;
  const words = text.slice(from + 1, caret);
  if (caret <= from || text[from] !== '/' || words.length > LONGEST || words.includes('/')) return undefined;
  return { from, to: caret, words: words.trim() };
}

/** The text with an answer in the place of the question, and where the caret stands then. */
export function answered(text: string, slash: Slash, answer: string): { text: string; caret: number } {
  return { text: text.slice(0, slash.from) + answer + text.slice(slash.to), caret: slash.from + answer.length };
}
