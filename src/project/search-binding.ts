import { createHash } from 'node:crypto';
import type { Picture } from '../picture/picture.js';

/** Beside a result while it is searched for: what is known so far. */
export const STATE_SUFFIX = '.search';

/** All that a search depends on, as text: what is kept of one counts for this very one only. */
export function searchBinding(settings: Readonly<Record<string, unknown>>, { data }: Picture): string {
  return JSON.stringify({ ...settings, picture: createHash('sha256').update(data).digest('hex') });
}
