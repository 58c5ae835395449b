import type { Result } from './result.js';

/** One line of a batch's summary. */
export interface Total {
  readonly status: Result['status'];
  readonly count: number;
  /** For a table: status, count, seconds, PSNR. */
  readonly cells: readonly string[];
}

const STATUS_TEXTS: Readonly<Record<Result['status'], string>> = {
  done: 'done',
  skipped: 'finished before',
  failed: 'failed',
};

/**
 * How many pictures came to which end, with the median and the range of their times and of how well they were found.
 */
export function totalsOf(results: readonly Pick<Result, 'status' | 'seconds' | 'psnr'>[]): Total[] {
  return (['done', 'skipped', 'failed'] as const).map((status) => {
    const own = results.filter((result) => result.status === status);
    const seconds = own.flatMap((result) => result.seconds ?? []);
    const psnr = own.flatMap((result) => result.psnr ?? []).filter(Number.isFinite);
    const cells = [STATUS_TEXTS[status], String(own.length), spread(seconds), spread(psnr, ' dB')];
    return { status, count: own.length, cells };
  });
}

/** `9.8 (8.9..11.2)`, the median first. */
function spread(values: readonly number[], unit = ''): string {
  if (values.length === 0) return '';
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
  const range = sorted.length === 1 ? '' : ` (${sorted[0]!.toFixed(1)}..${sorted.at(-1)!.toFixed(1)})`;
  return `${middle.toFixed(1)}${range}${unit}`;
}

/** A time for people: 8.4 s, 3 min 20 s, 7 h 5 min. */
export function duration(seconds: number): string {
  if (seconds < 99.5) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  const minutes = Math.floor(Math.round(seconds) / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds) % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
