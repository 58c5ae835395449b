import { closest, distance } from 'fastest-levenshtein';

/** A spelling with more differences than this is no slip of the finger. */
const MAX_SLIPS = 3;

/** Longer words are nobody's misspelling, and comparing them takes time. */
const MAX_WORD = 80;

/** The known word that was probably meant. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0 || word.length > MAX_WORD) return undefined;
  const lower = word.toLowerCase();
  const found = closest(lower, [...known]);
  return distance(lower, found) <= MAX_SLIPS ? found : undefined;
}

/** `did you mean X? REST`, or the rest alone. */
export function meant(word: string, known: readonly string[], rest: string): string {
  const found = nearest(word, known);
  return found === undefined ? rest : `did you mean ${found}? ${rest}`;
}
