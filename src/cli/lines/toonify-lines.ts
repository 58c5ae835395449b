import type { ToonifyResult } from '../../app/toonify.js';
import { totalsOf } from '../../toonify/batch/totals.js';
import { table } from '../terminal/table.js';

/** How many pictures came to which end, of several. */
export function summaryOf(results: readonly ToonifyResult[]): string[] {
  if (results.length === 1) return [];
  const totals = totalsOf(results).filter(({ count }) => count > 0);
  return table([['', 'pictures', 'seconds each', 'PSNR'], ...totals.map(({ cells }) => cells)]);
}
